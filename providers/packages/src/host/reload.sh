# reload HOW ID SNAPSHOT: restarts services; standard input has `unit NAME` on each line, or `found NAME` for the services on
# old code of a package. Where HOW is `reboot` the host reboots instead, and which boot it was stands in the file ID before
# that begins; but not where all is as it was when SNAPSHOT was taken, in the same boot, or since its root came back: then what runs is what
# is installed.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
boot=$(cat /proc/sys/kernel/random/boot_id)
as_before() {
  kept=$state/snapshots/$1
  [ -n "$1" ] && { [ -e "$kept/restored" ] || [ "$(cat "$kept/boot" 2>/dev/null)" = "$boot" ]; } || return 1
  # shellcheck disable=SC2046
  stand $(cat "$kept/names") | cmp -s - "$kept/stand"
}
if [ "$1" = reboot ] && ! as_before "$3"; then
  is_booted || refuse "systemd does not run there: it cannot be rebooted"
  mkdir -p "$state/boots" && echo "$boot" >"$state/boots/.$2" && mv "$state/boots/.$2" "$state/boots/$2" && sync ||
    refuse "$state/boots/$2 cannot be written: is the disk full?"
  systemctl reboot </dev/null || { rm -f "$state/boots/$2"; fail "\`systemctl reboot\` failed"; }
  # It is ended with the host. Until then the action goes on.
  sleep 600
  fail "it was asked to reboot, and still runs"
fi
restart_services || exit 1
