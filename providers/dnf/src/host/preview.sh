# preview ANSWER HELD REPAIR SNAPSHOT BY NAME=VERSION...: what installing exactly these versions would do. HELD is 1 where held
# packages may change, REPAIR where what others have left half done is repaired. With a SNAPSHOT (else it is empty), of which
# these are the versions, all that its run changed beside them goes back, too. Where BY is `btrfs` it is told whether the
# root can be kept. The answer stands in the file ANSWER. The
# metadata are its own, so that nothing of the host's is changed.
echo patchform-answer
error() { printf 'error %s\n' "$*"; echo end; exit 0; }
[ "$(id -u)" = 0 ] || error "it must run as root there: give the connection \`sudo = true\`, or another user"
command -v rpm >/dev/null || error "this host has no rpm"
answer=$cache/answers/$1
held=$2 repair=$3 back=$4 by=$5
shift 5
mkdir -p "$cache/metadata" "$cache/rpms" "$cache/answers" || error "$cache cannot be made"
find "$cache/answers" -type f -mmin +60 -delete
exec 9>"$cache/lock"
flock -w 150 9 || error "another preview holds $cache/lock"
exec 8>&1 >"$answer"
echo patchform-answer
finish() {
  echo end
  echo "answer $answer" >&8
  echo end >&8
  exit 0
}
error() { printf 'error %s\n' "$*"; finish; }
# Two versions of one package, which an interrupted transaction leaves.
rpm -qa --qf '%{NAME} %{ARCH} %{EPOCHNUM} %{VERSION} %{RELEASE}\n' | awk '{ print $1, $2, ($3 == 0 ? "" : $3 ":") $4 "-" $5 }' | sort |
  awk -v native="$native" '$1 !~ /^(kernel|gpg-pubkey)/ && $1 $2 == last { name = $1; if ($2 != native && $2 != "noarch") name = name "." $2; print "broken", name, $2, $3, "iD" } { last = $1 $2 }'
[ "$held" != 1 ] || echo held >"$t/plan"
for word in "$@"; do echo "wanted ${word%%=*} ${word#*=}"; done >>"$t/plan"
# What stood there when the snapshot was taken comes from its files; what was not there goes.
kept=$state/snapshots/$back
if [ -n "$back" ] && [ -s "$kept/stand" ]; then
  # shellcheck disable=SC2046
  packages $(cat "$kept/names") >"$t/is"
  awk -v is="$t/is" '
    BEGIN { while ((getline line <is) > 0) { split(line, w, " "); now[w[1] " " w[3]] = 1 } }
    $1 == "package" && !(($2 " " $4) in now) { print $2, $3, $4 }' "$kept/stand" >"$t/again"
  while read -r name arch version; do
    file=$kept/rpms/$name-$(printf %s "$version" | sed 's/:/%3a/g').$arch.rpm
    [ -s "$file" ] || continue
    grep -v "^wanted $name " "$t/plan" >"$t/rest"
    mv "$t/rest" "$t/plan"
    echo "from $file" >>"$t/plan"
  done <"$t/again"
  awk -v then="$kept/stand" '
    BEGIN { while ((getline line <then) > 0) { split(line, w, " "); if (w[1] == "package") was[w[2]] = 1 } }
    !($1 in was) { print $1 }' "$t/is" | sort -u >"$t/brought"
  sed 's/^/away /' "$t/brought" >>"$t/plan"
  sed 's/^/purge /' "$t/brought"
fi
with_dnf preview "$t/plan" >"$t/said" 2>"$t/failed"
case $? in
0) ;;
9) error "this host has no dnf with Python (dnf 4): dnf5 and yum are not known" ;;
*) error "dnf's resolver failed: $(tail -n 1 "$t/failed")" ;;
esac
cat "$t/said"
! grep -q '^failed \|^error ' "$t/said" || finish
names=$(awk '$1 == "inst" || $1 == "remv" { print $2 }' "$t/said" | sort -u)
# shellcheck disable=SC2086
packages $names | sed 's/^/package /'
df -Pk /usr 2>/dev/null | awk 'END { print "free", $4, "/usr" }'
df -Pk "$cache" 2>/dev/null | awk 'END { print "free", $4, "/var/cache" }'
# RPMFILE_NOREPLACE is 16.
# shellcheck disable=SC2086
asked '[=%{=NAME} %{=ARCH} %{FILEFLAGS} x%{FILEDIGESTS} %{FILENAMES}\n]' $names | awk '$3 % 2 && int($3 / 64) % 2 == 0' |
  while read -r package _ flags sum path; do
    now=$(sha256sum "$path" 2>/dev/null) && now=${now%% *} || now=missing
    stays=replaced
    [ $((flags / 16 % 2)) = 0 ] || stays=stays
    # Old packages have MD5.
    [ "${#sum}" -ne 33 ] || { now=$(md5sum "$path" 2>/dev/null) && now=${now%% *}; }
    [ "x$now" = "$sum" ] || echo "changed $package $stays $path"
  done
if is_booted; then
  # shellcheck disable=SC2086
  for unit in $(units $names); do
    case $(systemctl is-active "$unit") in active | activating | reloading) echo "unit $unit" ;; failed) echo "ill $unit" ;; esac
  done
  # shellcheck disable=SC2086
  users $names
fi
# shellcheck disable=SC2046
[ -z "$(since_boot $(rpm -qa --qf '%{NAME}\n'))" ] || echo "reboot-pending"
# shellcheck disable=SC2086
wants_boot $names | sed 's/^/asks /'
[ "$by" != btrfs ] || tell_root
finish
