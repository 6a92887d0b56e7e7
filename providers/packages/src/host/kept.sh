# pinned PLAN: paths of the files that a plan names (`file FILE SHA256`), each looked at again.
pinned() {
  grep -q '^file \|^remv ' "$1" || refuse "the plan has pinned no package; make a new one"
  while read -r word file sum _; do
    [ "$word" = file ] || continue
    [ "$(sha256sum "$cache/$pool/$file" 2>/dev/null | cut -d ' ' -f 1)" = "$sum" ] ||
      refuse "$cache/$pool/$file is missing or is not what the plan has pinned"
    printf '%s\n' "$cache/$pool/$file"
  done <"$1"
}
# as_kept SNAPSHOT: refuses where the packages are not those of the snapshot: whoever held the lock meanwhile may have changed
# what the way back was made of.
as_kept() {
  kept=$state/snapshots/$1
  [ -n "$1" ] && [ -f "$kept/stand" ] || return 0
  # shellcheck disable=SC2046
  stand $(cat "$kept/names") >"$t/stands"
  same "$kept/stand" "$t/stands" || {
    diff "$kept/stand" "$t/stands" | sed -n 's/^< /it was: /p;s/^> /it is: /p' | head -n 20
    refuse "somebody has changed the packages since the snapshot was taken; make a new plan"
  }
}
# noted NAME...: what a transaction that fails must leave as it was to have changed nothing: the stand of these packages, the state of
# all, which services of these run, and what is around them, since their scripts may have changed that.
noted() {
  stand "$@" || return 1
  everything | sed 's/^/all /'
  for unit in $(units "$@"); do ! systemctl is-active -q "$unit" || echo "runs $unit"; done
  around
}
# restart_as_kept: restarts what `$t/restart` names, and starts what ran when the snapshot was taken.
restart_as_kept() {
  is_booted || return 0
  systemctl daemon-reload
  enable_as_kept
  [ ! -s "$t/restart" ] || restart_services <"$t/restart"
  # shellcheck disable=SC2086
  for unit in $(units $names); do
    grep -qxF "$unit" "$kept/services" 2>/dev/null || continue
    systemctl is-active -q "$unit" || { systemctl reset-failed "$unit" 2>/dev/null; systemctl start "$unit" || echo "$unit does not start"; }
  done
}
# enable_as_kept: the units of these packages start by themselves, or do not, or never, as they did when the snapshot was taken.
enable_as_kept() {
  [ -f "$kept/around" ] || return 0
  # shellcheck disable=SC2086
  files_of $names | sed -n 's|.*/systemd/system/\([^/]*\.[a-z]*\)$|\1|p' | sort -u >"$t/own"
  around | awk -v then="$kept/around" -v own="$t/own" '
    BEGIN {
      while ((getline <then) > 0) if ($1 == "unit") was[$2] = $4
      while ((getline line <own) > 0) mine[line] = 1
    }
    $1 == "unit" && $2 in mine && $2 in was && was[$2] != $4 { print $2, was[$2] }' | while read -r unit was; do
    [ "$was" = masked ] || systemctl -q unmask "$unit"
    case $was in
    enabled) systemctl -q enable "$unit" ;;
    disabled) systemctl -q disable "$unit" ;;
    masked) systemctl -q mask "$unit" ;;
    esac
  done
}
# is_back: whether `now` says that all is as it was; says what is not, and beside it what stays otherwise (`stays: TEXT`).
is_back() {
  now || {
    diff "$kept/stand" "$t/now" | sed -n 's/^< /it was: /p;s/^> /it is: /p' | head -n 20
    fail "not everything is as it was"
  }
  everything | diff "$kept/manifest" - >"$t/others" ||
    sed -n 's/^> /stays: another package was changed meanwhile: /p' "$t/others" | head -n 10
  [ ! -f "$kept/around" ] || around | awk -v then="$kept/around" '
    function of(line) { split(line, w, " "); return w[1] ~ /^(unit|alternative)$/ ? w[1] " " w[2] : line }
    BEGIN { while ((getline line <then) > 0) was[of(line)] = line }
    {
      name = of($0); is[name] = 1
      if (!(name in was)) { if ($1 != "unit") print $0 ": it was not there" }
      else if (was[name] != $0) { sub(/.* is /, "", was[name]); print $0 ", and was " was[name] }
    }
    END { for (name in was) if (!(name in is) && name !~ /^unit /) print was[name] ": it is not there any more" }' |
    sed 's/^/stays: /' | sort | head -n 10
}
