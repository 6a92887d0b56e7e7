# reload: restarts services; standard input has `unit NAME` on each line, or `found NAME` for the services on old code of a
# package.
[ "$(id -u)" = 0 ] || refuse "it must run as root there: give the connection \`sudo = true\`"
is_booted || { echo "systemd does not run here: no service is restarted"; exit 0; }
while read -r word name; do
  case $word in unit) printf '%s\n' "$name" ;; found) stale "$name" ;; esac
done | sort -u >"$t/units"
bad=
while read -r unit; do
  if never "$unit"; then echo "$unit is not restarted: that takes a reboot"; continue; fi
  if systemctl restart "$unit" </dev/null; then echo "$unit restarted"; else bad="$bad $unit"; fi
done <"$t/units"
[ -z "$bad" ] || fail "could not be restarted:$bad"
