# What runs on a host that is reached over ssh. It comes by standard input, so that nothing of it, and no secret in it, ever
# stands on a command line there. Answers begin with a line of their own: a login script may have printed something before.
mask=$(umask)
# The PATH of a command may lead elsewhere.
setsid=$(command -v setsid)
umask 077
if [ "$(id -u)" = 0 ]; then
  store=/var/lib/patchform/actions
else
  store=${XDG_STATE_HOME:-$HOME/.local/state}/patchform/actions
fi
# Scripts get it by file 3, and only commands that ask get what stands there.
exec 3<&0 </dev/null
echo patchform-answer
say() { printf '%s\n' "$*"; }
die() { say "error $*"; say end; exit 0; }
# By now another host may answer under this name: nothing is asked of it, and nothing done there.
if [ "$_pf_machine" ]; then
  _pf_line=
  { read -r _pf_line </etc/machine-id; } 2>/dev/null
  case $_pf_line in
  "$_pf_machine" | "$_pf_machine"[!0-9a-f]*) ;;
  *) say "another ${_pf_line:-none}"; say end; exit 0 ;;
  esac
fi
[ -r /proc/self/stat ] || die "/proc is not mounted there"
# part NAME FILE: the end of a file, with its length.
part() {
  n=$(tail -c 65536 "$2" 2>/dev/null | wc -c)
  say "$1 $((n))"
  tail -c 65536 "$2" 2>/dev/null
}
pause() { sleep 0.05 2>/dev/null || sleep 1; }
# until_there SECONDS FILE...: waits until one of them is there.
until_there() {
  now; give_up=$((_pf_now + $1 * 1000)); shift
  while :; do
    for f in "$@"; do [ ! -e "$f" ] || return 0; done
    now
    [ "$_pf_now" -lt "$give_up" ] || return 1
    pause
  done
}
# stand: how the command in $d stands, and its switch.
stand() {
  state=unknown
  if [ ! -d "$d" ]; then works_in "$d" && state=running
  elif mkdir "$d/started" 2>/dev/null; then sync "$d" 2>/dev/null || sync
  else
    # Where the host stands still its wrapper may be later than that: it goes on only if it makes `going` first.
    if ! until_there 1 "$d/process" "$d/unused"; then
      if mkdir "$d/going" 2>/dev/null || [ ! -e "$d/process" ]; then
        [ -e "$d/going" ] && printf '' >"$d/unused" || die "$d/unused cannot be made"
      fi
      sync "$d" 2>/dev/null || sync
    fi
    live=
    goes_on "$d" && live=1
    if [ ! -e "$d/process" ] || [ -e "$d/unused" ]; then :
    elif [ -e "$d/exit" ]; then read -r code <"$d/exit"; state="exited $code"
    elif [ "$live" ]; then state=running
    elif [ -e "$d/switch" ] && [ ! -e "$d/going" ]; then :
    else state=lost
    fi
  fi
  s=$d/switch switch=none live=
  if [ -e "$s/reverting" ]; then goes_on "$s"; else lives "$s"; fi && live=1
  if [ -e "$s/armed" ]; then
    { read -r until <"$s/armed"; } 2>/dev/null || until=0
    now; left=$((until - _pf_now))
    [ "$left" -gt 0 ] || left=0
    if [ "$live" ]; then switch="armed $left"; else switch=lost; fi
  elif [ -e "$s/confirmed" ]; then switch=confirmed
  elif [ -e "$s/reverting" ]; then
    if [ -e "$s/exit" ]; then read -r code <"$s/exit"; switch="reverted $code"
    elif [ "$live" ]; then switch=reverting
    else switch=lost
    fi
  fi
}
tell() {
  say "state $state"
  say "switch $switch"
  part stdout "$d/stdout"; part stderr "$d/stderr"
  part switch-stdout "$s/stdout"; part switch-stderr "$s/stderr"
  say end
}
