# stand NAME...: all that a way back must bring back of these packages, one line each: name, architecture, version, state,
# whether apt takes it for installed by itself; then each conffile with its digest. What is not there has no line.
stand() {
  apt-mark showauto >"$t/auto" 2>/dev/null
  packages "$@" | awk -v native="$native" -v auto="$t/auto" "$own"'
    BEGIN { while ((getline line <auto) > 0) is[line] = 1 }
    { print "package", $1, $2, $3, $4, ($4 ~ /^.c/ ? "-" : own($1, $2) in is ? "auto" : "manual") }'
  conffiles "$@" | while read -r package _ path; do
    for file in "$path" "$path".dpkg-*; do
      [ -f "$file" ] || continue
      echo "conffile $package $(sha256sum "$file" | cut -d ' ' -f 1) $file"
    done
  done
}
# same STAND STAND: whether two stands are alike. How far an installation came that was not finished is no difference, nor of which
# version conffiles were left: what it was removed from is not to be had for that.
same() {
  for stand in "$1" "$2"; do
    awk '
      $1 == "package" && ($5 ~ /^.[HUFWt]/ || $5 ~ /R$/) { $5 = substr($5, 1, 1) "-broken" }
      $1 == "package" && $5 ~ /^.c/ { $4 = "-" }
      { print }' "$stand" >"$t/same.${stand##*/}"
  done
  cmp -s "$t/same.${1##*/}" "$t/same.${2##*/}"
}
# insist COMMAND...: until it ends well, for a minute: another apt may have the lock for a moment.
insist() {
  tries=60
  until "$@" >"$t/insist" 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { cat "$t/insist" >&2; return 1; }
    sleep 1
  done
}
# set_marks FILE: holds and marks as a stand has them; only of packages that are installed.
set_marks() {
  awk '$1 == "package" && $5 !~ /^.c/' "$1" >"$t/there"
  awk '{ print $2, $3 }' "$t/there" | full >"$t/full"
  awk '{ print substr($5, 1, 1) == "h" ? "hold" : "install" }' "$t/there" | paste -d ' ' "$t/full" - >"$t/selections"
  insist sh -c 'dpkg --set-selections <"$1"' selections "$t/selections" || return 1
  for mark in auto manual; do
    marked=$(awk -v mark="$mark" '$6 == mark { print $2, $3 }' "$t/there" | full)
    # shellcheck disable=SC2086
    [ -z "$marked" ] || insist apt-mark "$mark" $marked || return 1
  done
}
# asks NAME...: says which of these packages have asked for a reboot since the host has booted.
asks() {
  asked=$(printf '%s\n' "$@" | grep -xF -f - /run/reboot-required.pkgs 2>/dev/null | sort -u | tr '\n' ' ')
  [ -z "$asked" ] || echo "needs a reboot: $asked"
}
# with_apt ARGUMENT...: apt-get with what is the same each time. It knows no repository: what is installed lies here already.
# What it removes keeps its conffiles, whatever the host's own configuration says. The lock is waited for as long as `patience` says.
with_apt() {
  apt-get -q -y --allow-downgrades -o APT::Get::Purge=false -o APT::Get::AutomaticRemove=false -o Dir::Etc::sourcelist=/dev/null \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Dpkg::Use-Pty=0 -o "DPkg::Lock::Timeout=$patience" -o APT::Get::Show-User-Simulation-Note=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" </dev/null
}
