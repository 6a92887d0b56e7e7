# drop ID BY: takes a snapshot away, that of the root too where BY is `btrfs`; what is not there counts as dropped.
if [ "$2" = btrfs ]; then drop_root "$1" >"$t/said" 2>&1 || fail "the snapshot of the root cannot be removed: $(tr '\n' ' ' <"$t/said")"; fi
rm -rf "$state/snapshots/$1" "$state/snapshots/.new-$1"
[ ! -e "$state/snapshots/$1" ] || fail "$state/snapshots/$1 cannot be removed"
# Files of the cache that no snapshot shares, and that lie there for a month, go.
find "$cache/$pool" -type f -links 1 -mtime +30 -delete 2>/dev/null
find "$state/boots" -type f -mtime +30 -delete 2>/dev/null
exit 0
