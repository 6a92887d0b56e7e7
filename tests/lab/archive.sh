# Real packages of Debian's archive in two versions each: `$1` the root of a host, `$2` the folder for the files, then sets of packages
# (`nginx,nginx-common`). For each set a line "NAME OLD NEW" per package: the newest version and the one before it, as main, updates
# and security hold them now. What they need that the host does not have comes with them.
set -eu
root=$1 folder=$2
shift 2
mkdir -p "$folder/partial"
old= new=
for set in "$@"; do
  first=${set%%,*}
  # The newest first.
  versions=$(apt-cache madison "$first" | awk '!seen[$3]++ { print $3 }')
  newest=$(echo "$versions" | sed -n 1p) before=$(echo "$versions" | sed -n 2p)
  [ -n "$before" ] || { echo "the archive has only one version of $first ($newest)" >&2; continue; }
  for package in $(echo "$set" | tr , ' '); do
    old="$old $package=$before" new="$new $package=$newest"
    echo "$package $before $newest"
  done
done
[ -n "$new" ] || exit 0
for wanted in "$old" "$new"; do
  # shellcheck disable=SC2086
  apt-get -y -d -qq --allow-downgrades --reinstall --no-install-recommends -o "Dir::State::status=$root/var/lib/dpkg/status" \
    -o "Dir::Cache::archives=$folder/" -o Debug::NoLocking=1 install needrestart $wanted >&2
done
