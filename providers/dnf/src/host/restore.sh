# restore ID SECONDS: brings back what snapshot ID kept, and restarts what standard input names. Safe when it is there
# already, and safe twice.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
kept=$state/snapshots/$1
patience=$2
[ -f "$kept/stand" ] || fail "the snapshot $kept is not there any more"
names=$(cat "$kept/names")
# leftover: what an interrupted rpm has unpacked, and no package owns; with what it was unpacking.
leftover() {
  while read -r path; do
    [ ! -f "$path" ] && [ ! -L "$path" ] || rpm -qf "$path" >/dev/null 2>&1 || printf '%s\n' "$path"
  done <"$kept/brought"
  # shellcheck disable=SC2086
  { files_of $names; cat "$kept/brought"; } | sed 's|/[^/]*$||' | sort -u | while read -r folder; do
    [ ! -d "$folder" ] || find "$folder" -maxdepth 1 -type f -name '*;[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'
  done
}
now() {
  # shellcheck disable=SC2086
  stand $names >"$t/now"
  same "$kept/stand" "$t/now" && { [ ! -f "$kept/brought" ] || [ -z "$(leftover)" ]; }
}
cat >"$t/restart"
if now; then
  echo "everything is as it was"
  : >"$t/restart"
else
  wait_for_lock "$patience"
  # What is not there at its version, alone and with its files; and what was not there.
  awk -v now="$t/now" '
    BEGIN {
      while ((getline line <now) > 0) {
        split(line, w, " ")
        if (w[1] == "package") { is[w[2] " " w[3] " " w[4]] = w[5]; }
        if (w[1] == "changed") touched[w[2]] = touched[w[2]] line "\n"
      }
    }
    $1 == "changed" { was[$2] = was[$2] $0 "\n" }
    $1 == "package" { all[++count] = $2 " " $3 " " $4 }
    END {
      for (i = 1; i <= count; i++) {
        split(all[i], w, " ")
        if (!(all[i] in is) || is[all[i]] ~ /D$/ || touched[w[1]] != was[w[1]]) print all[i]
      }
    }' "$kept/stand" >"$t/install"
  awk -v then="$kept/stand" '
    BEGIN { while ((getline line <then) > 0) { split(line, w, " "); if (w[1] == "package") was[w[2]] = 1 } }
    $1 == "package" && !($2 in was) { print $2 }' "$t/now" | sort -u >"$t/away"
  set --
  while read -r name arch version; do
    file=$kept/rpms/$name-$(printf %s "$version" | sed 's/:/%3a/g').$arch.rpm
    [ -f "$file" ] || fail "$file is not there, and $name $version cannot be brought back without it"
    set -- "$@" "$file"
  done <"$t/install"
  is_broken() { grep -q '^package [^ ]* [^ ]* [^ ]* .D ' "$t/now" || [ -n "$(leftover)" ] || ! cmp -s "$t/changed.then" "$t/changed.now"; }
  grep '^changed ' "$kept/stand" >"$t/changed.then"
  grep '^changed ' "$t/now" >"$t/changed.now"
  by_dnf() {
    {
      echo unlimited
      for file in "$@"; do echo "install $file"; done
      awk '{ print "inst", $1, $3 }' "$t/install"
      awk '{ print "remv", $1; print "erase", $1 }' "$t/away"
      awk '$1 == "package" { print "reason", $2, $6 }' "$kept/stand"
    } >"$t/transaction"
    transact "$t/transaction"
    code=$?
    cat "$t/failed"
    [ "$code" != 6 ] || fail "$(tail -n 1 "$t/failed")"
    return "$code"
  }
  # Where dnf's own order is not to be had because rpm was interrupted, rpm is told what to do. Never elsewhere: what dnf does
  # not want may break other packages.
  by_rpm() {
    # Kernels stay beside each other.
    while read -r name arch version; do
      beside "$name" "$version" || continue
      file=$kept/rpms/$name-$(printf %s "$version" | sed 's/:/%3a/g').$arch.rpm
      rpm -i --force --nodeps "$file" </dev/null
      for other in "$@"; do shift; [ "$other" = "$file" ] || set -- "$@" "$other"; done
    done <"$t/install"
    [ $# -eq 0 ] || rpm -U --force --nodeps "$@" </dev/null || rpm -U --force --nodeps --nopreun --nopostun "$@" </dev/null
    # shellcheck disable=SC2046
    [ ! -s "$t/away" ] || rpm -e --nodeps $(cat "$t/away") </dev/null || rpm -e --nodeps --noscripts $(cat "$t/away") </dev/null
  }
  if [ $# -gt 0 ] || [ -s "$t/away" ]; then
    if by_dnf "$@"; then :
    elif now; then :
    elif is_broken; then
      echo "dnf cannot; rpm is told what to do"
      by_rpm "$@"
    else
      fail "dnf would not bring it back without changing other packages: was more patched since?"
    fi
  fi
  if [ -f "$kept/brought" ]; then
    leftover | while read -r path; do rm -f "$path"; done
    # Folders come after what is in them; those that are not empty stay.
    while read -r path; do
      rm -f "$path"$beside
      [ ! -d "$path" ] || [ -L "$path" ] || rpm -qf "$path" >/dev/null 2>&1 || rmdir "$path" 2>/dev/null
    done <"$kept/brought"
  fi
  # shellcheck disable=SC2086
  conffiles $names | while read -r _ _ path; do
    for file in "$path" "$path"$beside; do
      [ ! -e "$file" ] || grep -qxF "${file#/}" "$kept/conffiles" || rm -f "$file"
    done
  done
  tar -C / -xpf "$kept/conffiles.tar" || fail "the config files could not be brought back"
  # What somebody had taken away of a package is gone again.
  sed -n 's/^changed [^ ]* missing //p' "$kept/stand" | while read -r path; do rm -f "$path"; done
  # shellcheck disable=SC2086
  set_locks "$kept/stand" $names || fail "the locks could not be set"
fi
[ ! -s "$kept/reboot" ] || ! grep -q '^kernel' "$kept/names" || boots "$(cat "$kept/reboot")" || fail "the boot loader does not take $(cat "$kept/reboot")"
restart_as_kept
is_back
[ "$(cat /proc/sys/kernel/random/boot_id)" = "$(cat "$kept/boot" 2>/dev/null)" ] || {
  # shellcheck disable=SC2086
  asks $names
  ! grep -q '^kernel' "$kept/names" || echo "needs a reboot: the kernel"
}
exit 0
