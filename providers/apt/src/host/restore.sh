# restore ID SECONDS: brings back what snapshot ID kept, and restarts what standard input names. Safe when it is there
# already, and safe twice.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
kept=$state/snapshots/$1
patience=$2
[ -f "$kept/stand" ] || fail "the snapshot $kept is not there any more"
names=$(cat "$kept/names")
now() {
  # shellcheck disable=SC2086
  stand $names >"$t/now"
  same "$kept/stand" "$t/now"
}
cat >"$t/restart"
if interrupted; then
  wait_for_lock "$patience"
  dpkg --set-selections </dev/null || fail "what dpkg had written down when it was interrupted cannot be taken over: is the disk full?"
fi
if now; then
  echo "everything is as it was"
  : >"$t/restart"
else
  wait_for_lock "$patience"
  # What was installed and is not so now, by its package; what was not there, to be taken away.
  awk -v now="$t/now" '
    BEGIN { while ((getline line <now) > 0) { split(line, w, " "); if (w[1] == "package") is[w[2] " " w[3]] = w[4] " " substr(w[5], 2) } }
    $1 == "package" && $5 !~ /^.c/ && is[$2 " " $3] != $4 " " substr($5, 2) { print $2, $3, $4, $5 }' "$kept/stand" >"$t/other"
  awk -v native="$native" -v then="$kept/stand" "$own"'
    BEGIN { while ((getline line <then) > 0) { split(line, w, " "); if (w[1] == "package") was[own(w[2], w[3])] = substr(w[5], 2, 1) } }
    $1 != "package" { next }
    { name = own($2, $3) }
    !(name in was) { print "purge", $2, $3, $5 }
    was[name] == "c" && $5 !~ /^.c/ { print "remove", $2, $3, $5 }' "$t/now" >"$t/away"
  # What was not whole then is unpacked at last, and not configured: that is how far it came.
  awk '$4 ~ /^.[HUFWt]/ || $4 ~ /R$/ { print $1, $2, $3 }' "$t/other" >"$t/unpack"
  awk '$4 !~ /^.[HUFWt]/ && $4 !~ /R$/ { print $1, $2, $3 }' "$t/other" >"$t/install"
  deb() { echo "$kept/debs/$1_$(printf %s "$3" | sed 's/:/%3a/g')_$2.deb"; }
  set --
  while read -r name arch version; do
    file=$(deb "$name" "$arch" "$version")
    [ -f "$file" ] || fail "$file is not there, and $name $version cannot be brought back without it"
    set -- "$@" "$file"
  done <"$t/install"
  away=$(awk '$4 !~ /^.c/ { print $2, $3 }' "$t/away" | full | sed 's/$/-/')
  purge=$(awk '$1 == "purge" { print $2, $3 }' "$t/away" | full)
  by_apt() {
    # shellcheck disable=SC2086
    with_apt -s --allow-change-held-packages install "$@" $away >"$t/said" 2>&1 || return 1
    transaction <"$t/said" | awk '$1 == "inst" { print "inst", $2, $5 } $1 == "remv" { print "remv", $2 }' | sort -u >"$t/would"
    { awk '{ print "inst", $1, $3 }' "$t/install"; awk '$4 !~ /^.c/ { print "remv", $2 }' "$t/away"; } | sort -u >"$t/wanted"
    if ! cmp -s "$t/would" "$t/wanted"; then
      diff "$t/wanted" "$t/would" | sed -n 's/^> /apt would also do this: /p;s/^< /apt would not do this: /p'
      return 1
    fi
    # shellcheck disable=SC2086
    with_apt --allow-change-held-packages install "$@" $away
  }
  # Whether dpkg itself has left something half done.
  is_broken() {
    interrupted || dpkg-query -W -f '${db:Status-Abbrev}\n' | grep -q '^.[HUFWt]\|^..R'
  }
  # Where apt's own order is not to be had because a package is half installed or dpkg was interrupted, dpkg is told step by
  # step. Never elsewhere: what apt does not want may break other packages.
  by_dpkg() {
    force="--force-confdef --force-confold --force-downgrade --force-depends --force-breaks --force-conflicts"
    [ $# -eq 0 ] || for _ in 1 2; do
      # shellcheck disable=SC2086
      dpkg $force --force-remove-reinstreq -B --unpack "$@" </dev/null && break
    done
    while read -r how name arch _; do
      dpkg --force-depends --force-remove-reinstreq "--$how" "$(echo "$name $arch" | full)" </dev/null
    done <"$t/away"
    # shellcheck disable=SC2046
    [ ! -s "$t/install" ] || dpkg --force-confdef --force-confold --configure $(full <"$t/install") </dev/null
    dpkg --force-confdef --force-confold --triggers-only -a </dev/null
  }
  if [ $# -gt 0 ] || [ -n "$away" ]; then
    if by_apt "$@"; then :
    elif is_broken; then
      echo "apt cannot; dpkg is told step by step"
      by_dpkg "$@"
      with_apt check >"$t/said" 2>&1 || fail "other packages do not fit any more: $(sed -n 's/^E: *//p' "$t/said" | tr '\n' ' ')"
    else
      cat "$t/said"
      fail "apt would not bring it back without changing other packages: was more patched since?"
    fi
  fi
  # Only what was not there at all goes with its conffiles.
  # shellcheck disable=SC2086
  [ -z "$purge" ] || dpkg --purge $purge </dev/null || fail "what was not there cannot be taken away wholly"
  while read -r name arch version; do
    dpkg --force-confdef --force-confold --force-downgrade --force-depends --force-breaks --force-conflicts \
      --force-remove-reinstreq --unpack "$(deb "$name" "$arch" "$version")" </dev/null || fail "$name $version could not be unpacked"
  done <"$t/unpack"
  # What was taken away by `apt-get remove` has left its conffiles; those of the old version come as they were.
  # shellcheck disable=SC2086
  conffiles $names | while read -r _ _ path; do
    for file in "$path" "$path".dpkg-*; do
      [ ! -e "$file" ] || grep -qxF "${file#/}" "$kept/conffiles" || rm -f "$file"
    done
  done
  tar -C / -xpf "$kept/conffiles.tar" || fail "the conffiles could not be brought back"
  set_marks "$kept/stand" || fail "holds and marks could not be set"
fi
# What a transaction that broke off has left of triggers, also of other packages.
if everything | awk '$4 ~ /^.[Wt]/' | grep -vxF -f "$kept/manifest" >"$t/triggered"; then
  dpkg --force-confdef --force-confold --triggers-only -a </dev/null
fi
restart_as_kept
is_back
boot=$(cat /proc/sys/kernel/random/boot_id)
if [ "$boot" = "$(cat "$kept/boot" 2>/dev/null)" ]; then
  # What runs is what was there: nobody asks for a reboot but who did so before.
  if [ -e "$kept/reboot" ]; then cat "$kept/reboot" >/run/reboot-required.pkgs; else rm -f /run/reboot-required /run/reboot-required.pkgs; fi
else
  # shellcheck disable=SC2086
  asks $names
  ! grep -q '^linux-image-' "$kept/names" || echo "needs a reboot: the kernel"
fi
exit 0
