# patch HELD SECONDS SNAPSHOT REPAIR: installs exactly what standard input names: `file FILE SHA256`, `inst NAME ARCH VERSION KEY` (KEY is 1
# for a package of the patch level), `remv NAME ARCH` (with `purge NAME ARCH`: with its conffiles), and what is restarted then. Exits with 75 when nothing was changed.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
held=$1 patience=$2 snapshot=$3 repair=$4
cat >"$t/plan"
files=$(pinned "$t/plan") || exit 75
# shellcheck disable=SC2086
set -- $files
for name in $(awk '$1 == "remv" { print $2, $3 }' "$t/plan" | full); do set -- "$@" "$name-"; done
awk '$1 == "inst" { print "inst", $2, $3, $4 } $1 == "remv" { print "remv", $2 }' "$t/plan" | sort -u >"$t/planned"
names=$(awk '$1 == "inst" || $1 == "remv" { print $2 }' "$t/plan" | sort -u)
hold=
[ "$held" != 1 ] || hold=--allow-change-held-packages
wait_for_lock "$patience"
if interrupted && [ "$repair" = 1 ]; then
  echo "what dpkg had written down when it was interrupted is taken over"
  dpkg --set-selections </dev/null || fail "what dpkg has left cannot be taken over"
fi
# What is there at its version and is not whole is installed anew.
# shellcheck disable=SC2086
! packages $names | awk -v plan="$t/plan" '
  BEGIN { while ((getline line <plan) > 0) { split(line, w, " "); if (w[1] == "inst") to[w[2]] = w[4] } }
  to[$1] == $3 { found = 1 } END { exit !found }' || hold="$hold --reinstall"
# shellcheck disable=SC2086
noted $names >"$t/before"
as_kept "$snapshot"
with_apt -s $hold install -- "$@" >"$t/said" 2>&1 || { cat "$t/said"; refuse "apt would not do it any more: $(sed -n 's/^E: *//p' "$t/said" | head -n 2 | tr '\n' ' ')"; }
transaction <"$t/said" | awk '$1 == "inst" { print "inst", $2, $3, $5 } $1 == "remv" { print "remv", $2 }' | sort -u >"$t/would"
if ! cmp -s "$t/planned" "$t/would"; then
  diff "$t/planned" "$t/would" | sed -n 's/^< /planned, but not done now: /p;s/^> /done now, but not planned: /p'
  refuse "apt would do something else now than the plan says; make a new plan"
fi
# No pipe: a daemon that a package starts may keep it open for ever.
with_apt $hold install -- "$@"
code=$?
! interrupted || code=100
# shellcheck disable=SC2086
if [ "$code" != 0 ]; then
  noted $names >"$t/after"
  interrupted || ! cmp -s "$t/before" "$t/after" || refuse "apt-get ended with $code and has changed nothing"
  said=/proc/$$/fd/2
  [ ! -f "$said" ] || why=$(awk '/^dpkg: error processing/ { name = $5; getline; sub(/^ */, ""); printf "; %s: %s", name, $0 }' "$said" | cut -c1-500)
  fail "apt-get ended with $code${why:-}"
fi
purge=$(awk '$1 == "purge" { print $2, $3 }' "$t/plan" | full)
# shellcheck disable=SC2086
[ -z "$purge" ] || dpkg --purge $purge </dev/null || fail "conffiles of what was taken away could not be"
# Packages named as files count as asked for by a person: marks and holds are set back, and what was pulled in is marked so.
awk '$1 == "inst" && $5 == 0 { print $2, $3 }' "$t/plan" >"$t/pulled"
# shellcheck disable=SC2086
stand $names | awk -v native="$native" -v before="$t/before" -v pulled="$t/pulled" "$own"'
  BEGIN {
    while ((getline line <before) > 0) {
      split(line, w, " "); name = own(w[2], w[3])
      if (w[1] == "package" && w[6] != "-") { mark[name] = w[6]; hold[name] = substr(w[5], 1, 1) }
    }
    while ((getline line <pulled) > 0) { split(line, w, " "); name = own(w[1], w[2]); if (!(name in mark)) mark[name] = "auto" }
  }
  $1 == "package" { name = own($2, $3); if (name in mark) $6 = mark[name]; if (name in hold) $5 = hold[name] substr($5, 2); print }' >"$t/marks"
set_marks "$t/marks" || fail "holds and marks could not be set"
# shellcheck disable=SC2086
broken=$(packages $names | awk '$4 !~ /^([ih]i|.c)$/ { printf "%s %s ", $1, $4 }')
[ -z "$broken" ] || fail "apt-get ended with 0, but not everything is configured: $broken"
# Where a run is taken back, what its new defaults had put beside conffiles goes, too.
back=$state/snapshots/$(awk '$1 == "back" { print $2 }' "$t/plan")/conffiles
# shellcheck disable=SC2086
[ ! -f "$back" ] || conffiles $names | while read -r _ _ path; do
  for file in "$path".dpkg-*; do [ ! -e "$file" ] || grep -qxF "${file#/}" "$back" || rm -f "$file"; done
done
# Under a dead man's switch the way in is proved with what is installed in force.
if grep '^unit \|^found ' "$t/plan" >"$t/restart"; then restart_services <"$t/restart" || exit 1; fi
# shellcheck disable=SC2086
asks $names
