# The dead man's switch: $1 is the command's folder, $2 how many milliseconds there are for a confirmation, the rest goes
# back. Exactly one of `armed`, `confirmed`, `reverting` is there from now on: the decision is a rename of `armed`, which
# the system lets succeed once, whoever tries, and which needs no room on a full disk.
_pf_folder=$1 _pf_within=$2 _pf_where=$PWD
# Its own folder is where it stands, so that it may be moved.
cd "$1/switch" && tool mkdir claim 2>/dev/null || exit 0
shift 2
trap '' HUP INT TERM
# Open from here on, so that going back needs no new file where it speaks.
exec <stdin 3>stdout 4>stderr || exit 0
read -r _pf_stat </proc/$$/stat; read -r _pf_boot </proc/sys/kernel/random/boot_id
printf '%31s\n' '' >exit.new && printf '%s\n%s\n' "$_pf_boot" "$_pf_stat" >process.new && tool mv process.new process || exit 0
now; _pf_until=$((_pf_now + _pf_within))
echo "$_pf_until" >armed.new && tool mv armed.new armed || exit 0

while [ ! -e reverting ]; do
  [ -e confirmed ] && exit 0
  now; _pf_left=$((_pf_until - _pf_now))
  [ "$_pf_left" -gt 0 ] || break
  [ "$_pf_left" -lt 200 ] || _pf_left=200
  _pf_pause=000$_pf_left
  tool sleep "0.${_pf_pause#"${_pf_pause%???}"}" 2>/dev/null || tool sleep 1
done
# Where even this cannot be written (a disk gone read-only) it goes back all the same: after `_pf_until` nobody confirms.
tool mv armed reverting 2>/dev/null
[ -e confirmed ] && exit 0

# signal NAME: sends it to all that the command started and that did not leave its session; `_pf_found` says whether any live.
signal() {
  _pf_found=
  for _pf_p in /proc/[0-9]*; do
    { read -r _pf_s <"$_pf_p/stat"; } 2>/dev/null || continue
    set -- "$1" ${_pf_s##*) }
    case $2 in Z | X) continue ;; esac
    [ "$4" = "$_pf_pid" ] || [ "$5" = "$_pf_pid" ] || continue
    _pf_found=1
    kill -"$1" "${_pf_p#/proc/}" 2>/dev/null
  done
}
# led FOLDER: the leader of another session whose command line names FOLDER, as `_pf_pid`: somebody has removed what told of it.
led() {
  for _pf_p in $(tool grep -lzxF -- "$1" /proc/[0-9]*/cmdline 2>/dev/null); do
    _pf_p=${_pf_p#/proc/} _pf_p=${_pf_p%/cmdline}
    [ "$_pf_p" != $$ ] && { read -r _pf_s <"/proc/$_pf_p/stat"; } 2>/dev/null || continue
    set -- "$1" ${_pf_s##*) }
    [ "$5" = "$_pf_p" ] || continue
    _pf_pid=$_pf_p
    return
  done
  return 1
}
# stop: ends the command, asking for two seconds, then at once.
stop() {
  lives ..
  [ -z "$_pf_gone" ] || led "$_pf_folder" || return
  signal TERM
  now; _pf_ask=$((_pf_now + 2000)) _pf_give_up=$((_pf_now + 20000))
  while [ "$_pf_found" ] && [ "$_pf_now" -lt "$_pf_give_up" ]; do
    tool sleep 0.1 2>/dev/null || tool sleep 1
    now
    if [ "$_pf_now" -lt "$_pf_ask" ]; then signal 0; else signal KILL; fi
  done
}

if tool mkdir ../going 2>/dev/null; then
  # The command was never started, and never will be.
  printf '' >../unused
  _pf_code=0
elif [ -e ../unused ]; then
  _pf_code=0
else
  [ -e ../exit ] || stop
  (trap - HUP INT TERM; cd "$_pf_where" 2>/dev/null; exec "$@") >&3 2>&4 3>&- 4>&-
  _pf_code=$?
fi
printf '%s\n' "$_pf_code" 1<>exit.new && tool mv exit.new exit
