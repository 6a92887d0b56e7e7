# booted ID: whether the host has rebooted since action ID has asked for that, and how far it has come up.
echo patchform-answer
echo "now $(cat /proc/sys/kernel/random/boot_id)"
[ ! -s "$state/boots/$1" ] || echo "before $(cat "$state/boots/$1")"
if is_booted; then echo "state $(systemctl is-system-running)"; fi
echo end
