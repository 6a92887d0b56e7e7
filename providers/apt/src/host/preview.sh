# preview ANSWER HELD REPAIR SNAPSHOT BY NAME=VERSION...: what installing exactly these versions would do. HELD is 1 where held
# packages may change, REPAIR where what others have left half installed is repaired. With a SNAPSHOT (else it is empty), of
# which these are the versions, all that its run changed beside them goes back, too. Of hundreds of packages there is more to say than fits into an output: it stands in the file ANSWER.
# Where BY is `btrfs` it is told whether the root can be kept.
# Its lists of packages are its own, so that nothing of the host's is changed; they begin as a copy of the host's.
echo patchform-answer
error() { printf 'error %s\n' "$*"; echo end; exit 0; }
[ "$(id -u)" = 0 ] || error "it must run as root there: give the connection \`sudo = true\`, or another user"
command -v apt-get >/dev/null || error "this host has no apt"
answer=$cache/answers/$1
held=$2 repair=$3 back=$4 by=$5
shift 5
lists=$cache/lists
mkdir -p "$lists/partial" "$cache/debs" "$cache/answers" || error "$cache cannot be made"
options="-o Dir::State::lists=$lists -o Acquire::ForceHash=SHA256 -o Acquire::Languages=none -o APT::Update::Error-Mode=any"
options="$options -o Acquire::AllowInsecureRepositories=false -o Acquire::AllowWeakRepositories=false"
options="$options -o Acquire::AllowDowngradeToInsecureRepositories=false -o Acquire::Retries=2 -o Acquire::http::Timeout=20"
options="$options -o APT::Get::AutomaticRemove=false -o Acquire::https::Timeout=20 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
refresh() {
  [ -e "$lists/.made" ] || { cp -pn /var/lib/apt/lists/*_* "$lists" 2>/dev/null; : >"$lists/.made"; }
  [ -z "$(find "$cache/.fresh" -newermt '-30 seconds' 2>/dev/null)" ] || return 0
  rm -f "$cache/.fresh"
  # shellcheck disable=SC2086
  timeout 150 apt-get -q $options update >"$t/update" 2>&1 || return 1
  ! grep -q '^[WE]: \(Failed\|Some index\|An error\|GPG\|The repository\)' "$t/update" || return 1
  : >"$cache/.fresh"
}
find "$cache/answers" -type f -mmin +60 -delete
exec 9>"$cache/lock"
flock -w 150 9 || error "another preview holds $cache/lock"
refresh || {
  why=$(sed -n 's/^[EW]: *//p' "$t/update" | head -n 3 | tr '\n' ' ')
  case $why in *"not valid yet"* | *"expired"*) why="$why(the clock of this host says $(date -u '+%F %T') UTC)" ;; esac
  error "the lists of packages could not be renewed: ${why:-it took longer than 150 s}"
}
exec 8>&1 >"$answer"
echo patchform-answer
finish() {
  echo end
  echo "answer $answer" >&8
  echo end >&8
  exit 0
}
error() { printf 'error %s\n' "$*"; finish; }
if interrupted; then
  [ "$repair" = 1 ] || error "dpkg was interrupted there; repair that first (\`dpkg --configure -a\`), or write \`repair = true\`"
  # What it had written down by then is taken over in a copy.
  mkdir "$t/dpkg" && cp -r /var/lib/dpkg/status /var/lib/dpkg/updates "$t/dpkg" && ln -s /var/lib/dpkg/info "$t/dpkg/info" &&
    dpkg --admindir="$t/dpkg" --set-selections </dev/null || error "what dpkg has left cannot be looked at"
  options="$options -o Dir::State::status=$t/dpkg/status"
  echo "interrupted"
fi
dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Abbrev}\n' |
  awk '$4 ~ /^.[HUFWt]/ || $4 ~ /R$/ { print "broken", $0 }' >"$t/broken"
cat "$t/broken"
# Of a package that is there for several architectures at one version (`Multi-Arch: same`) the others come along.
for word in "$@"; do
  for other in $(dpkg-query -W -f '${Package}:${Architecture} ${Multi-Arch} ${db:Status-Abbrev}\n' -- "${word%%=*}" 2>/dev/null |
    awk -v native="$native" '$2 == "same" && $3 !~ /^.[cn]/ && $1 !~ (":" native "$") { print $1 }'); do
    set -- "$@" "$other=${word#*=}"
  done
done
hold=
[ "$held" != 1 ] || hold=--allow-change-held-packages
if [ "$repair" = 1 ] && [ -s "$t/broken" ]; then
  # Installed anew: what of these packages is not whole, and what else dpkg itself cannot finish. What is well stays.
  for word in "$@"; do
    shift
    there=$(packages "${word%%=*}" | awk -v native="$native" -v name="${word%%=*}" "$own"'$4 ~ /^[ih]i$/ && own($1, $2) == name { print $3 }')
    [ "$there" = "${word#*=}" ] || set -- "$@" "$word"
  done
  named=" $* "
  awk -v native="$native" "$own"'{ print own($2, $3), $4, $5 }' "$t/broken" >"$t/anew"
  while read -r name version state; do
    case $named in *" $name="*) continue ;; esac
    case $state in ?H* | *R) set -- "$@" "$name=$version" ;; esac
  done <"$t/anew"
  hold="$hold --reinstall"
fi
# What stood there when the snapshot was taken comes from its files; what was not there goes.
kept=$state/snapshots/$back
if [ -n "$back" ] && [ -s "$kept/stand" ]; then
  # shellcheck disable=SC2046
  packages $(cat "$kept/names") >"$t/is"
  awk -v native="$native" -v is="$t/is" "$own"'
    BEGIN { while ((getline line <is) > 0) { split(line, w, " "); now[own(w[1], w[2])] = w[3] " " substr(w[4], 2) } }
    $1 == "package" && $5 ~ /^.i$/ && now[own($2, $3)] != $4 " " substr($5, 2) { print $2, $3, $4 }' "$kept/stand" >"$t/again"
  awk -v native="$native" -v then="$kept/stand" "$own"'
    BEGIN { while ((getline line <then) > 0) { split(line, w, " "); if (w[1] == "package") was[own(w[2], w[3])] = substr(w[5], 2, 1) } }
    was[own($1, $2)] != "i" && $4 !~ /^.c/ { print (was[own($1, $2)] == "c" ? "goes" : "purge"), $1, own($1, $2) }' "$t/is" >"$t/brought"
  while read -r name arch version; do
    file=${name}_$(printf %s "$version" | sed 's/:/%3a/g')_$arch.deb
    [ -s "$kept/debs/$file" ] || continue
    for word in "$@"; do
      shift
      case ${word%%=*} in "$name" | "$name:$arch") ;; *) set -- "$@" "$word" ;; esac
    done
    set -- "$@" "$kept/debs/$file"
    echo "uri new file:$kept/debs/$file $file $(stat -c %s "$kept/debs/$file") $(sha256sum "$kept/debs/$file" | cut -d ' ' -f 1)"
  done <"$t/again"
  while read -r how name full; do
    set -- "$@" "$full-"
    echo "$how $name"
  done <"$t/brought"
fi
# shellcheck disable=SC2086
if ! apt-get -s -q -y $options --allow-downgrades $hold install -- "$@" >"$t/said" 2>&1; then
  sed -n 's/^E: */failed /p' "$t/said" | head -n 4
  awk '/^The following packages have unmet dependencies/ { on = 1; next } on && /^ / { print "unmet", $0 }' "$t/said" | head -n 8
  for word in "$@"; do
    apt-cache $options madison -- "${word%%=*}" 2>/dev/null | awk -F '|' '{ gsub(/ /, ""); print "known", $1, $2 }' | head -n 5
  done
  finish
fi
transaction <"$t/said" >"$t/set"
cat "$t/set"
names=$(awk '{ print $2 }' "$t/set" | sort -u)
# shellcheck disable=SC2086
packages $names >"$t/now"
sed 's/^/package /' "$t/now"
# named: of `name arch version` name=version for apt.
named() { awk -v native="$native" "$own"'{ print own($1, $2) "=" $3 }'; }
awk '$1 == "inst" { print $2, $3, $5 }' "$t/set" >"$t/new"
awk 'FNR == NR { set[$2] = 1; next } $1 in set && substr($4, 2, 1) != "c" { print $1, $2, $3 }' "$t/set" "$t/now" >"$t/old"
# uris KIND FILE: where each of `name arch version` comes from, with its digest; what no list knows is left out.
uris() {
  named <"$2" | sort -u >"$t/wanted"
  while [ -s "$t/wanted" ]; do
    # shellcheck disable=SC2046,SC2086
    if apt-get -q $options --print-uris download -- $(cat "$t/wanted") >"$t/uris" 2>"$t/missing"; then
      sed -n "s|^'\([^' ]*\)' \([^ ]*\) \([0-9]*\) SHA256:\([0-9a-f]*\)\$|uri $1 \1 \2 \3 \4|p" "$t/uris"
      return
    fi
    sed -n "s/^E: Version '\([^']*\)' for '\([^']*\)' was not found.*/\2=\1/p" "$t/missing" >"$t/gone"
    sed -n "s/^E: Can't find a source to download version '\([^']*\)' of '\([^']*\)'.*/\2=\1/p" "$t/missing" >>"$t/gone"
    sed 's/:[a-z0-9-]*=/=/' "$t/gone" >>"$t/gone.bare"; cat "$t/gone" >>"$t/gone.bare"
    grep -vxF -f "$t/gone.bare" "$t/wanted" >"$t/rest"
    [ "$(wc -l <"$t/rest")" -lt "$(wc -l <"$t/wanted")" ] || return
    mv "$t/rest" "$t/wanted"
  done
}
awk -v there="$answer" '
  BEGIN { while ((getline line <there) > 0) { split(line, w, " "); if (w[1] == "uri" && w[2] == "new") has[w[4]] = 1 } }
  { file = $3; gsub(/:/, "%3a", file); file = $1 "_" file "_" $2 ".deb"; if (!(file in has)) print }' "$t/new" >"$t/from"
uris new "$t/from"
uris old "$t/old" | tee "$t/found"
# A version that the mirror has dropped may still lie here.
while read -r name arch version; do
  file=${name}_$(printf %s "$version" | sed 's/:/%3a/g')_$arch.deb
  ! grep -qF " $file " "$t/found" || continue
  for place in "$cache/debs" /var/cache/apt/archives; do
    [ -s "$place/$file" ] || continue
    echo "uri old file:$place/$file $file $(stat -c %s "$place/$file") $(sha256sum "$place/$file" | cut -d ' ' -f 1)"
    break
  done
done <"$t/old"
# shellcheck disable=SC2046,SC2086
[ ! -s "$t/new" ] || apt-cache $options show $(named <"$t/new") 2>/dev/null |
  awk '$1 == "Installed-Size:" { sum += $2 } END { print "unpacked", sum + 0 }'
df -Pk /usr 2>/dev/null | awk 'END { print "free", $4, "/usr" }'
df -Pk "$cache" 2>/dev/null | awk 'END { print "free", $4, "/var/cache" }'
# shellcheck disable=SC2086
conffiles $names | while read -r package sum path; do
  now=$(md5sum "$path" 2>/dev/null) && now=${now%% *} || now=missing
  [ "$now" = "$sum" ] || [ "$sum" = newconffile ] || echo "changed $package $path"
done
if is_booted; then
  # shellcheck disable=SC2086
  for unit in $(units $names); do
    case $(systemctl is-active "$unit") in active | activating | reloading) echo "unit $unit" ;; failed) echo "ill $unit" ;; esac
  done
  # shellcheck disable=SC2086
  users $names
fi
[ ! -e /run/reboot-required ] || echo "reboot-pending"
# Who asks for a reboot: what of these has asked already, and what has a script that does so when it is configured.
for name in $names; do
  if grep -qxF "$name" /run/reboot-required.pkgs 2>/dev/null ||
    grep -q 'notify-reboot-required\|/run/reboot-required' "/var/lib/dpkg/info/$name.postinst" "/var/lib/dpkg/info/$name:$native.postinst" 2>/dev/null; then
    echo "asks $name"
  fi
done
[ "$by" != btrfs ] || tell_root
finish
