# $1 is the table, $2 the run: its first block keeps how the host was before.
umask 077
mkdir -p "$store" || exit 1
kept=$store/$1.$2
if [ ! -e "$kept" ]; then
  rules >"$kept.new" && sync && mv "$kept.new" "$kept" || exit 1
fi
for old in "$store/$1".*; do [ "$old" = "$kept" ] || rm -f "$old"; done
exec nft -f -
