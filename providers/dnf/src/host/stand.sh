# stand NAME...: all that a way back must bring back of these packages, one line each: name, architecture, version, state, why
# dnf takes it for installed; then each config file with its digest, each other file that is not as its package has it, and
# each line by which versionlock keeps one. What is not there has no line.
stand() {
  packages "$@" >"$t/there"
  with_dnf reasons $(awk '{ sub("\\." $2 "$", "", $1); print $1 "/" $2 "/" $3 }' "$t/there") >"$t/why" || return 1
  while read -r name arch version how; do
    echo "package $name $arch $version $how $(awk -v of="${name%".$arch"}/$arch/$version" '$1 == of { print $2 }' "$t/why")"
  done <"$t/there"
  conffiles "$@" | while read -r package _ path; do
    for file in "$path" "$path"$beside; do
      [ -f "$file" ] || continue
      echo "conffile $package $(sha256sum "$file" | cut -d ' ' -f 1) $file"
    done
  done
  # shellcheck disable=SC2046
  changed $(awk '{ print $1 }' "$t/there" | sort -u) | while read -r package how path; do
    sum=$(sha256sum "$path" 2>/dev/null) && how=${sum%% *}
    echo "changed $package $how $path"
  done
  for name in "$@"; do lock_lines "$name" | sed "s/^/lock $name /"; done
}
# lock_lines NAME: lines of versionlock that are of this package alone.
lock_lines() { grep -E "^$(printf %s "$1" | sed 's/[.+]/\\&/g')-([0-9]+:)?[0-9][^-]*-[^-]+\$" "$(locks)" 2>/dev/null; }
# set_locks STAND NAME...: those lines as a stand has them.
set_locks() {
  stand=$1 list=$(locks)
  shift
  [ -f "$list" ] || return 0
  for name in "$@"; do
    lock_lines "$name" >"$t/is"
    sed -n "s/^lock $name //p" "$stand" >"$t/was"
    ! cmp -s "$t/is" "$t/was" || continue
    grep -vxF -f "$t/is" "$list" >"$t/list"
    cat "$t/was" >>"$t/list"
    cat "$t/list" >"$list" || return 1
  done
}
# transact FILE: one transaction; who has taken dnf's lock just before is waited for as long as `patience` says.
transact() {
  left=$patience
  while :; do
    with_dnf transact "$1" 2>"$t/failed"
    code=$?
    [ "$code" = 6 ] && [ "$left" -gt 0 ] || return "$code"
    left=$((left - 1))
    sleep 1
  done
}
# same STAND STAND: whether two stands are alike.
same() { cmp -s "$1" "$2"; }
# beside NAME VERSION: whether a package stays beside its other versions: its name ends with its own.
beside() { case $1 in *-"${2#*:}") ;; *) return 1 ;; esac; }
# asks NAME...: says which of these packages only a reboot brings into force.
asks() {
  asked=$(since_boot "$@" | tr '\n' ' ')
  [ -z "$asked" ] || echo "needs a reboot: $asked"
}
# brought FILE...: paths that these packages would bring, and that are not there yet.
brought() {
  rpm -qp --nosignature --qf '[%{FILEFLAGS} %{FILENAMES}\n]' "$@" 2>/dev/null | while read -r flags path; do
    [ $((flags / 64 % 2)) = 1 ] || [ -e "$path" ] || [ -L "$path" ] || printf '%s\n' "$path"
  done | sort -ru
}
