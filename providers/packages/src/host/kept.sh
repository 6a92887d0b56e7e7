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
# all, and which services of these run, since their scripts may have stopped one.
noted() {
  stand "$@" || return 1
  everything | sed 's/^/all /'
  for unit in $(units "$@"); do ! systemctl is-active -q "$unit" || echo "runs $unit"; done
}
# restart_as_kept: restarts what `$t/restart` names, and starts what ran when the snapshot was taken.
restart_as_kept() {
  is_booted || return 0
  systemctl daemon-reload
  [ ! -s "$t/restart" ] || restart_services <"$t/restart"
  # shellcheck disable=SC2086
  for unit in $(units $names); do
    grep -qxF "$unit" "$kept/services" 2>/dev/null || continue
    systemctl is-active -q "$unit" || { systemctl reset-failed "$unit" 2>/dev/null; systemctl start "$unit" || echo "$unit does not start"; }
  done
}
# is_back: whether `now` says that all is as it was; says what is not.
is_back() {
  now || {
    diff "$kept/stand" "$t/now" | sed -n 's/^< /it was: /p;s/^> /it is: /p' | head -n 20
    fail "not everything is as it was"
  }
  everything | diff "$kept/manifest" - >"$t/others" ||
    sed -n 's/^> /another package was changed meanwhile, and stays: /p' "$t/others" | head -n 10
}
