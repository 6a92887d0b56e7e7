# $1 is the table, $2 the run. Safe twice.
kept=$store/$1.$2
# Lifted once already, it is not missed.
there "$1" || [ ! -e "$kept" ] || [ -e "$kept.lifted" ] || echo gone
nft delete table inet "$1" 2>/dev/null
nft list tables >/dev/null || exit 1
if there "$1"; then echo "table inet $1 cannot be deleted" >&2; exit 1; fi
if [ ! -e "$kept" ]; then rm -f "$store/$1".*; exit 0; fi
: >"$kept.lifted"
now=$(rules) || exit 1
changed=$(printf '%s\n' "$now" | diff "$kept" -)
[ $? -le 1 ] || exit 1
printf '%s\n' "$changed" | head -n 20000
# Where a protection is missing, a person needs to know how it was.
case $changed in
*"< "*) ;;
*)
  rm -f "$store/$1".*
  rmdir "$store" 2>/dev/null
  ;;
esac
exit 0
