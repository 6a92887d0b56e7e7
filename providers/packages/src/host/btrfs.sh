# A root on btrfs: a subvolume that lies beside others at the top of its filesystem. Of each snapshot there is a folder
# `.patchform/ID` at the top: `snapshot`, the read-only subvolume; `name`, what the root is called; `failed-N`, a root that was
# left for the snapshot.
# root_top: mounts the top at `$top` for as long as the script runs; `$device` and `$subvolume` are the root's. Says why not.
root_top() {
  # shellcheck disable=SC2046
  set -- $(findmnt -nvro FSTYPE,SOURCE,FSROOT /)
  [ "$1" = btrfs ] || { echo "its root is on ${1:-nothing that findmnt knows}, not on btrfs"; return 1; }
  device=$2 subvolume=${3#/}
  command -v btrfs >/dev/null || { echo "the command btrfs is missing there (package btrfs-progs)"; return 1; }
  # Never within `$t`, which is removed with all that is in it.
  top=$(mktemp -d /run/patchform-btrfs-XXXXXX) || return 1
  trap 'umount "$top" 2>/dev/null; rmdir "$top" 2>/dev/null; rm -rf "$t"' EXIT
  mount -t btrfs -o subvolid=5 "$device" "$top" 2>"$t/why" ||
    { echo "the top of its btrfs cannot be mounted: $(tr '\n' ' ' <"$t/why")"; return 1; }
  [ -n "$subvolume" ] && [ "$(stat -c %i "$top/$subvolume")" = 256 ] ||
    { echo "its root is no subvolume of its own, so that nothing can take its place"; return 1; }
  ! { cat /proc/cmdline; awk '$2 == "/" && $1 !~ /^#/' /etc/fstab 2>/dev/null; } | grep -q 'subvolid=' ||
    { echo "its root is mounted by a subvolume's number (subvolid=), which would be that of the old one: name it by subvol="; return 1; }
  for path in /usr /etc "/var/lib/$database"; do
    [ "$(stat -Lc %d "$path")" = "$(stat -c %d /)" ] || { echo "$path is not within the subvolume of its root"; return 1; }
  done
}
# tell_root: `root SUBVOLUME` or `noroot WHY`; `apart PATH` of what lies on other filesystems or subvolumes and does not go back.
tell_root() {
  if root_top >"$t/said"; then echo "root $subvolume"; else echo "noroot $(cat "$t/said")"; return; fi
  { findmnt -nlro TARGET --real; nested / "$subvolume" | sed 's|^|/|'; } | grep -v '^/$\|^/run/patchform-' | sort -u | sed 's/^/apart /'
}
# nested FOLDER PATH: the subvolumes directly within that of FOLDER, which lies at PATH of the top, as paths from there.
nested() {
  btrfs subvolume list -o "$1" | awk -v inside="$2/" '{ sub(/^.* path /, "") } index($0, inside) == 1 { print substr($0, length(inside) + 1) }'
}
# keep_root ID: the snapshot of the root, once.
keep_root() {
  root_top || return 1
  mkdir -p "$top/.patchform/$1" && chmod 700 "$top/.patchform" && printf '%s\n' "$subvolume" >"$top/.patchform/$1/name" || return 1
  [ -d "$top/.patchform/$1/snapshot" ] || btrfs -q subvolume snapshot -r / "$top/.patchform/$1/snapshot" || return 1
  btrfs filesystem sync "$top"
  echo "root $device $subvolume"
}
# drop_root ID: the snapshot goes, and the roots that were left for it.
drop_root() {
  root_top || return 1
  for root in "$top/.patchform/$1"/*; do
    [ -d "$root" ] || continue
    nested "$root" "${root#"$top/"}" | while read -r path; do btrfs -q subvolume delete "$root/$path"; done
    btrfs -q subvolume delete "$root" || return 1
  done
  rm -rf "$top/.patchform/${1:?}"
  rmdir "$top/.patchform" 2>/dev/null || :
}
