# The dead man's switch: $1 is the command's folder, $2 how many milliseconds there are for a confirmation, the rest goes
# back. Exactly one of `armed`, `confirmed`, `reverting` is there from now on: the decision is a rename of `armed`, which
# the system lets succeed once, whoever tries, and which needs no room on a full disk.
folder=$1 within=$2 where=$PWD
# Its own folder is where it stands, so that it may be moved.
cd "$1/switch" && mkdir claim 2>/dev/null || exit 0
shift 2
trap '' HUP INT TERM
# Open from here on, so that going back needs no new file where it speaks.
exec <stdin 3>stdout 4>stderr || exit 0
read -r stat </proc/$$/stat; read -r boot </proc/sys/kernel/random/boot_id
printf '%31s\n' '' >exit.new && printf '%s\n%s\n' "$boot" "$stat" >process.new && mv process.new process || exit 0
now; until=$((now + within))
echo "$until" >armed.new && mv armed.new armed || exit 0

while [ ! -e reverting ]; do
  [ -e confirmed ] && exit 0
  now; left=$((until - now))
  [ "$left" -gt 0 ] || break
  [ "$left" -lt 200 ] || left=200
  pause=000$left
  sleep "0.${pause#"${pause%???}"}" 2>/dev/null || sleep 1
done
# Where even this cannot be written (a disk gone read-only) it goes back all the same: after `until` nobody confirms.
mv armed reverting 2>/dev/null
[ -e confirmed ] && exit 0

# signal NAME: sends it to all that the command started and that did not leave its session; `found` says whether any live.
signal() {
  found=
  for p in /proc/[0-9]*; do
    { read -r s <"$p/stat"; } 2>/dev/null || continue
    set -- "$1" ${s##*) }
    case $2 in Z | X) continue ;; esac
    [ "$4" = "$pid" ] || [ "$5" = "$pid" ] || continue
    found=1
    kill -"$1" "${p#/proc/}" 2>/dev/null
  done
}
# led FOLDER: the leader of another session whose command line names FOLDER, as `pid`: somebody has removed what told of it.
led() {
  for p in $(grep -lzxF -- "$1" /proc/[0-9]*/cmdline 2>/dev/null); do
    p=${p#/proc/} p=${p%/cmdline}
    [ "$p" != $$ ] && { read -r s <"/proc/$p/stat"; } 2>/dev/null || continue
    set -- "$1" ${s##*) }
    [ "$5" = "$p" ] || continue
    pid=$p
    return
  done
  return 1
}
# stop: ends the command, asking for two seconds, then at once.
stop() {
  lives ..
  [ -z "$gone" ] || led "$folder" || return
  signal TERM
  now; ask=$((now + 2000)) give_up=$((now + 20000))
  while [ "$found" ] && [ "$now" -lt "$give_up" ]; do
    sleep 0.1 2>/dev/null || sleep 1
    now
    if [ "$now" -lt "$ask" ]; then signal 0; else signal KILL; fi
  done
}

if mkdir ../going 2>/dev/null; then
  # The command was never started, and never will be.
  : >../unused
  code=0
elif [ -e ../unused ]; then
  code=0
else
  [ -e ../exit ] || stop
  (trap - HUP INT TERM; cd "$where" 2>/dev/null; "$@") >&3 2>&4 3>&- 4>&-
  code=$?
fi
printf '%s\n' "$code" 1<>exit.new && mv exit.new exit
