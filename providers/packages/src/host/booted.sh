# booted ID: whether the host has rebooted since action ID has asked for that, and how far it has come up; `restored`: it runs in the
# root that this action has put in place.
echo patchform-answer
echo "now $(cat /proc/sys/kernel/random/boot_id)"
[ ! -s "$state/boots/$1" ] || echo "before $(cat "$state/boots/$1")"
[ ! -e "$state/boots/$1.restored" ] || echo restored
if is_booted; then echo "state $(systemctl is-system-running)"; fi
echo end
