# What the scripts ask the kernel. Their variables have names that no command has in its environment: it would get their
# values.

# now: milliseconds since boot, as `_pf_now`. No change of the wall clock touches it. Where it cannot be read, a pause of the
# caller counts.
_pf_now=0
now() {
  if read -r _pf_up _pf_idle </proc/uptime; then
    _pf_hundredths=${_pf_up#*.}
    _pf_now=$((${_pf_up%.*} * 1000 + (1$_pf_hundredths - 100) * 10))
  else
    _pf_now=$((_pf_now + 200))
  fi
}
# lives FOLDER: whether the process that FOLDER/process names still lives, as `_pf_pid`; `_pf_gone` says that its number belongs
# to another one by now, or to another boot. A number stays taken while any process of its session or group lives.
lives() {
  _pf_gone=1
  { read -r _pf_of_boot && read -r _pf_line; } <"$1/process" || return
  read -r _pf_boot </proc/sys/kernel/random/boot_id
  [ "$_pf_of_boot" = "$_pf_boot" ] || return
  _pf_pid=${_pf_line%% *}
  set -- ${_pf_line##*) }
  _pf_begun=${20}
  if read -r _pf_line </proc/"$_pf_pid"/stat; then
    set -- ${_pf_line##*) }
    [ "${20}" = "$_pf_begun" ] || return
    _pf_gone=
    case $1 in Z | X) return 1 ;; esac
  else
    _pf_gone=
    return 1
  fi
} 2>/dev/null
# works_in FOLDER: whether a wrapper runs that names it, also where somebody removed the folder.
works_in() { grep -qzxF -- "$1" /proc/[0-9]*/cmdline 2>/dev/null; }
# goes_on FOLDER: whether its command still runs: the process that FOLDER/process names, or, where that alone was killed,
# anything of its session.
goes_on() {
  lives "$1" && return 0
  [ -z "$_pf_gone" ] || return 1
  for _pf_p in /proc/[0-9]*; do
    { read -r _pf_line <"$_pf_p/stat"; } 2>/dev/null || continue
    set -- ${_pf_line##*) }
    case $1 in Z | X) continue ;; esac
    [ "$4" != "$_pf_pid" ] || return 0
  done
  return 1
}
# tool PROGRAM…: runs it, wherever the PATH of whoever asks leads.
tool() { PATH="${PATH:+$PATH:}/usr/bin:/bin" "$@"; }
