# patch HELD SECONDS SNAPSHOT REPAIR: installs exactly what standard input names: `file FILE SHA256`, `inst NAME ARCH VERSION KEY` (KEY is 1
# for a package of the patch level), `remv NAME`, and what is restarted then. Exits with 75 when nothing was changed.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
held=$1 patience=$2 snapshot=$3
cat >"$t/plan"
files=$(pinned "$t/plan") || exit 75
names=$(awk '$1 == "inst" || $1 == "remv" { print $2 }' "$t/plan" | sort -u)
wait_for_lock "$patience"
# shellcheck disable=SC2086
noted $names >"$t/before" || refuse "dnf's history cannot be read"
# shellcheck disable=SC2086
as_kept "$snapshot"
kept=$state/snapshots/$snapshot
# What an interrupted rpm would leave beside its packages is known before.
# shellcheck disable=SC2086
[ ! -d "$kept" ] || { brought $files >"$kept/.brought" && mv "$kept/.brought" "$kept/brought" && sync "$kept/brought" "$kept"; } ||
  refuse "$kept/brought cannot be written: is the disk full?"
# shellcheck disable=SC2086
conffiles $names >"$t/beside"
# Where a run is taken back: the snapshot that was taken before it.
back=$state/snapshots/$(awk '$1 == "back" { print $2 }' "$t/plan")
{
  for file in $files; do echo "install $file"; done
  awk '$1 == "inst" { print "inst", $2, $4 } $1 == "remv" { print "remv", $2; print "erase", $2 }' "$t/plan"
  awk '$1 == "package" { print "reason", $2, $6 }' "$t/before"
  awk '$1 == "inst" && $5 == 0 { print $2 }' "$t/plan" | while read -r name; do
    grep -q "^package $name " "$t/before" || echo "reason $name dependency"
  done
  [ ! -f "$back/stand" ] || awk '$1 == "package" { print "reason", $2, $6 }' "$back/stand"
} >"$t/transaction"
# No pipe: a daemon that a package starts may keep it open for ever.
transact "$t/transaction"
code=$?
why=$(tail -n 1 "$t/failed")
sed '$d' "$t/failed"
case $code in 3 | 6) refuse "$why" ;; esac
if [ "$code" != 0 ]; then
  # shellcheck disable=SC2086
  noted $names >"$t/after"
  ! cmp -s "$t/before" "$t/after" || refuse "$why; nothing was changed"
  fail "$why"
fi
# What its new defaults had put beside config files goes, too.
# shellcheck disable=SC2086
[ ! -f "$back/conffiles" ] || { cat "$t/beside"; conffiles $names; } | while read -r _ _ path; do
  for file in "$path"$beside; do [ ! -e "$file" ] || grep -qxF "${file#/}" "$back/conffiles" || rm -f "$file"; done
done
# What was locked is locked at its new version.
if [ "$held" = 1 ] && grep '^lock ' "$t/before" >"$t/locks"; then
  awk 'FNR == NR { if ($1 == "inst") to[$2] = $4; next } $2 in to { v = to[$2]; if (v !~ /:/) v = "0:" v; print "lock", $2, $2 "-" v ".*" }' \
    "$t/plan" "$t/locks" | sort -u >"$t/new"
  # shellcheck disable=SC2046
  set_locks "$t/new" $(awk '{ print $2 }' "$t/new") || fail "the locks could not be set"
fi
# shellcheck disable=SC2086
broken=$(packages $names | awk '$4 ~ /D$/ { printf "%s %s ", $1, $3 }')
[ -z "$broken" ] || fail "dnf ended well, but two versions are installed at once: $broken"
# shellcheck disable=SC2046
changed $(awk '$1 == "inst" { print $2 }' "$t/plan") >"$t/changed"
damaged=$(awk '$2 != "text" { print $3 }' "$t/changed" | head -n 5 | tr '\n' ' ')
[ -z "$damaged" ] || fail "dnf ended well, but files are not as their package has them: $damaged"
# The kernel that was installed last is the one to boot.
for kernel in $(awk '$1 == "inst" && $5 == 1 { print $4 }' "$t/plan"); do
  boots "/boot/vmlinuz-$kernel.$native" || fail "the boot loader does not take the kernel $kernel"
done
# Under a dead man's switch the way in is proved with what is installed in force.
if grep '^unit \|^found ' "$t/plan" >"$t/restart"; then restart_services <"$t/restart" || exit 1; fi
# shellcheck disable=SC2086
asks $names
