# What the scripts ask the kernel.

# now: milliseconds since boot. No change of the wall clock touches it. Where it cannot be read, a pause of the caller counts.
now=0
now() {
  if read -r up _ </proc/uptime; then
    hundredths=${up#*.}
    now=$((${up%.*} * 1000 + (1$hundredths - 100) * 10))
  else
    now=$((now + 200))
  fi
}
# lives FOLDER: whether the process that FOLDER/process names still lives, as `pid`; `gone` says that its number belongs to
# another one by now. A number stays taken while any process of its session or group lives.
lives() {
  gone=1
  { read -r _ && read -r s; } <"$1/process" || return
  pid=${s%% *}
  set -- ${s##*) }
  begun=${20}
  if read -r s </proc/"$pid"/stat; then
    set -- ${s##*) }
    [ "${20}" = "$begun" ] || return
    gone=
  else
    gone=
    return 1
  fi
} 2>/dev/null
