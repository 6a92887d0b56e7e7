# fetch: brings packages into the cache; standard input has `URI FILE SHA256` on each line. What is there is looked at again.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
mkdir -p "$cache/debs" "$cache/partial" || refuse "$cache/debs cannot be made"
has() { [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$2" ]; }
while read -r uri file sum; do
  ! has "$cache/debs/$file" "$sum" || continue
  part=$cache/partial/$file
  rm -f "$part"
  case $uri in
  file:*) cp -- "${uri#file:}" "$part" || refuse "$file cannot be copied from ${uri#file:}" ;;
  *)
    /usr/lib/apt/apt-helper -q -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
      download-file "$uri" "$part" "SHA256:$sum" </dev/null >"$t/said" 2>&1 || {
      rm -f "$part"
      refuse "$uri could not be fetched: $(sed -n 's/^[EW]: *//p' "$t/said" | head -n 2 | tr '\n' ' ')"
    }
    ;;
  esac
  has "$part" "$sum" || { rm -f "$part"; refuse "$file is not what the plan has pinned: its SHA-256 is not $sum"; }
  sync "$part" && mv -f "$part" "$cache/debs/$file" || refuse "$cache/debs/$file cannot be written"
  echo "$file"
done
