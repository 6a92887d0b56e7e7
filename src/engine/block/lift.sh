# $1 is the table, $2 the run. Safe twice.
there "$1" || echo gone
nft delete table inet "$1" 2>/dev/null
nft list tables >/dev/null || exit 1
if there "$1"; then echo "table inet $1 cannot be deleted" >&2; exit 1; fi
kept=$store/$1.$2
if [ ! -e "$kept" ]; then echo unknown; exit 0; fi
now=$(rules) || exit 1
printf '%s\n' "$now" | diff "$kept" - | head -n 20000
exit 0
