# Enters the running container `$1` of this machine: a shell there gets the script that stands on standard input.
leader=$(machinectl show "$1" --property=Leader --value 2>/dev/null)
# A container that is not registered is known by its systemd-nspawn, whose child its first process is.
[ -n "$leader" ] || for process in $(pgrep -x systemd-nspawn); do
  tr '\0' '\n' <"/proc/$process/cmdline" 2>/dev/null | awk -v name="$1" '
    $0 == "-M" name || $0 == "--machine=" name || (last == "-M" || last == "--machine") && $0 == name { found = 1 }
    { last = $0 } END { exit !found }' || continue
  leader=$leader${leader:+ }$(pgrep -P "$process" | head -n 1)
done
case $leader in
'') echo "no container of this name runs on this machine" >&2 && exit 69 ;;
*' '*) echo "several containers of this name run on this machine" >&2 && exit 69 ;;
esac
exec 3<&0
nsenter --target "$leader" --all --root --wd -- /usr/bin/env -i HOME=/root \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -s <&3 3<&- &
entered=$!
# A container that goes down stops what runs in it before it ends it, and nsenter stops itself with the shell that it waits for.
# The container then waits for nsenter, and nsenter for whoever wakes it.
while sleep 1 && kill -CONT "$entered"; do :; done >/dev/null 2>&1 3<&- &
wait "$entered"
