# snapshot ID BY: keeps what is there of the packages named on standard input (`package NAME`), and the files of their
# versions (`file FILE SHA256`), so that `restore` needs nothing from outside. What the plan has found (`there NAME ARCH
# VERSION`, `absent NAME ARCH`) must be so still: somebody may have changed what it only pulls in. BY is `btrfs` where the root is
# kept, too.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
id=$1 by=$2
there=$state/snapshots/$id
# kept: what is there by now is whole, but for the root, which holds it.
kept() {
  if [ "$by" = btrfs ]; then
    keep_root "$id" >"$t/said" 2>&1 || { rm -rf "$there"; refuse "the root cannot be kept: $(tr '\n' ' ' <"$t/said")"; }
    cat "$t/said"
  fi
  du -sk "$there" | awk '{ print "size", $1 * 1024 }'
  exit 0
}
[ ! -d "$there" ] || kept
new=$state/snapshots/.new-$id
rm -rf "$new"
mkdir -p "$new/$pool" && chmod 700 "$state" "$new" || refuse "$new cannot be made"
give_up() { rm -rf "$new"; refuse "$*"; }
names=
while read -r word first second; do
  case $word in
  package) names="$names $first" ;;
  there)
    packages "$first" | awk -v wanted="$second" '$2 " " $3 == wanted { found = 1 } END { exit !found }' ||
      give_up "$first is not at ${second#* } any more, for which the plan was made; make a new one"
    is_same "$file" "$first" || give_up "$first is installed from another build than ${file##*/}; that is no way back"
    ;;
  absent)
    packages "$first" | awk -v arch="$second" -v any='^(all|noarch)$' '$4 !~ /^.c/ && ($2 == arch || $2 ~ any || arch ~ any) { found = 1 } END { exit found }' ||
      give_up "$first is there by now, which it was not when the plan was made; make a new one" ;;
  file)
    file=$cache/$pool/$first
    [ "$(sha256sum "$file" 2>/dev/null | cut -d ' ' -f 1)" = "$second" ] || give_up "$file is missing or was changed; it is the way back"
    ln "$file" "$new/$pool/" 2>/dev/null || cp "$file" "$new/$pool/" || give_up "$first cannot be kept in $new: is the disk full?"
    ;;
  esac
done
# shellcheck disable=SC2086
printf '%s\n' $names | sort -u >"$new/names"
# shellcheck disable=SC2046
stand $(cat "$new/names") >"$new/stand" || give_up "$new/stand cannot be written: is the disk full?"
# shellcheck disable=SC2046
conffiles $(cat "$new/names") | while read -r _ _ path; do
  for file in "$path" "$path"$beside; do [ ! -e "$file" ] && [ ! -L "$file" ] || printf '%s\n' "${file#/}"; done
done >"$new/found"
# shellcheck disable=SC2046
altered $(cat "$new/names") >>"$new/found"
sort -u "$new/found" >"$new/conffiles" && rm "$new/found"
tar -C / --no-recursion -cf "$new/conffiles.tar" -T "$new/conffiles" || give_up "the conffiles cannot be kept: is the disk full?"
is_booted && systemctl list-units --plain --no-legend --state=active --type=service | awk '{ print $1 }' >"$new/services"
everything >"$new/manifest"
around >"$new/around"
cat /proc/sys/kernel/random/boot_id >"$new/boot"
keep_reboot "$new/reboot"
# Each must be whole before the name says that it is.
sync "$new"/* "$new/$pool"/* "$new" 2>/dev/null || sync
mv "$new" "$there" && sync "$state/snapshots" || give_up "$there cannot be made"
kept
