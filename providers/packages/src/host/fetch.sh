# fetch: brings packages into the cache; standard input has `URI FILE SHA256` on each line. What is there is looked at again.
# One at a time: two components of a host may need the same package, which the second one finds there then.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
mkdir -p "$cache/$pool" "$cache/partial" || refuse "$cache/$pool cannot be made"
exec 9>"$cache/fetch.lock"
flock -w 1800 9 || refuse "another process has fetched for half an hour; it holds $cache/fetch.lock"
has() { [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$2" ]; }
while read -r uri file sum; do
  ! has "$cache/$pool/$file" "$sum" || continue
  part=$cache/partial/$file
  rm -f "$part"
  case $uri in
  file:*) cp -- "${uri#file:}" "$part" || refuse "$file cannot be copied from ${uri#file:}" ;;
  *)
    download "$uri" "$part" "$sum" || {
      rm -f "$part"
      refuse "$uri could not be fetched: $(cat "$t/said")"
    }
    ;;
  esac
  has "$part" "$sum" || { rm -f "$part"; refuse "$file is not what the plan has pinned: its SHA-256 is not $sum"; }
  is_sound "$part" >"$t/said" || { rm -f "$part"; refuse "$file is not accepted: $(cat "$t/said")"; }
  sync "$part" && mv -f "$part" "$cache/$pool/$file" || refuse "$cache/$pool/$file cannot be written"
  echo "$file"
done
