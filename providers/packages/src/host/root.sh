# root ID ACTION: puts the root's snapshot ID in the root's place, and reboots into it. Which boot it was stands in the file
# ACTION before, in both roots; that the host came up in the new one, in a file that only that has. Safe twice.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
is_booted || refuse "systemd does not run there: it cannot be rebooted"
root_top >"$t/said" || refuse "$(cat "$t/said")"
of=$top/.patchform/$1
[ -d "$of/snapshot" ] || refuse "the snapshot $of/snapshot is not there any more"
name=$(cat "$of/name")
boot=$(cat /proc/sys/kernel/random/boot_id)
case $subvolume in
# Its place was taken already, and nothing is left but the reboot.
.patchform/*) ;;
"$name")
  [ ! -d "$of/new" ] || btrfs -q subvolume delete "$of/new" || refuse "$of/new cannot be removed"
  btrfs -q subvolume snapshot "$of/snapshot" "$of/new" || refuse "a root cannot be made of the snapshot: is the disk full?"
  # What the host has noted of actions since must not be forgotten.
  mkdir -p "$of/new$state/boots" && rm -rf "$of/new/var/lib/patchform/actions" &&
    cp -a /var/lib/patchform/actions "$of/new/var/lib/patchform/" && echo "$boot" >"$of/new$state/boots/$2" &&
    : >"$of/new$state/boots/$2.restored" && : >"$of/new$state/snapshots/$1/restored" || refuse "the new root cannot be written: is the disk full?"
  n=1
  while [ -e "$of/failed-$n" ]; do n=$((n + 1)); done
  default=$(btrfs inspect-internal rootid /)
  [ "$(btrfs subvolume get-default "$top" | cut -d ' ' -f 2)" = "$default" ] || default=
  # Both in one transaction of the filesystem: whoever cuts the power finds the one root or the other.
  btrfs filesystem sync "$top"
  mv -T "$top/$name" "$of/failed-$n" || refuse "the root cannot be moved out of its place"
  mv -T "$of/new" "$top/$name" || { mv -T "$of/failed-$n" "$top/$name"; fail "the new root cannot be put in its place"; }
  btrfs filesystem sync "$top"
  [ -z "$default" ] || btrfs subvolume set-default "$(btrfs inspect-internal rootid "$top/$name")" "$top" ||
    fail "the new root cannot be made the default"
  ;;
*) refuse "the host runs in $subvolume, and the snapshot was made of $name" ;;
esac
mkdir -p "$state/boots" && echo "$boot" >"$state/boots/$2" || fail "$state/boots/$2 cannot be written: is the disk full?"
# Subvolumes within the root are in no snapshot of it: they stay as they are.
nested / "$(findmnt -nvro FSROOT / | cut -c 2-)" | while read -r path; do
  ! mountpoint -q "/$path" || continue
  [ -d "$top/$name/$path" ] && ! rmdir "$top/$name/$path" || mkdir -p "$top/$name/${path%/*}"
  mv -T "/$path" "$top/$name/$path" && mkdir "/$path"
done 2>/dev/null
btrfs filesystem sync "$top"
systemctl reboot </dev/null || fail "\`systemctl reboot\` failed"
# It is ended with the host. Until then the action goes on.
sleep 600
fail "it was asked to reboot, and still runs"
