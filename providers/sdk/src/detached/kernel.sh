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
# another one by now, or to another boot. A number stays taken while any process of its session or group lives.
lives() {
  gone=1
  { read -r of_boot && read -r line; } <"$1/process" || return
  read -r boot </proc/sys/kernel/random/boot_id
  [ "$of_boot" = "$boot" ] || return
  pid=${line%% *}
  set -- ${line##*) }
  begun=${20}
  if read -r line </proc/"$pid"/stat; then
    set -- ${line##*) }
    [ "${20}" = "$begun" ] || return
    gone=
    case $1 in Z | X) return 1 ;; esac
  else
    gone=
    return 1
  fi
} 2>/dev/null
# works_in FOLDER: whether a wrapper runs that names it, also where somebody removed the folder.
works_in() { grep -qzxF -- "$1" /proc/[0-9]*/cmdline 2>/dev/null; }
# goes_on FOLDER: whether its command still runs: the process that FOLDER/process names, or, where that alone was killed,
# anything of its session.
goes_on() {
  lives "$1" && return 0
  [ -z "$gone" ] || return 1
  for p in /proc/[0-9]*; do
    { read -r line <"$p/stat"; } 2>/dev/null || continue
    set -- ${line##*) }
    case $1 in Z | X) continue ;; esac
    [ "$4" != "$pid" ] || return 0
  done
  return 1
}
