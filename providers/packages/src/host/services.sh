# restart_services: restarts what standard input names: `unit NAME`, or `found NAME` for the services on old code of a package.
restart_services() {
  is_booted || { echo "systemd does not run here: no service is restarted"; return 0; }
  while read -r word name; do
    case $word in unit) printf '%s\n' "$name" ;; found) stale "$name" ;; esac
  done | sort -u >"$t/units"
  bad=
  while read -r unit; do
    if never "$unit"; then echo "$unit is not restarted: that takes a reboot"; continue; fi
    if systemctl restart "$unit" </dev/null; then echo "$unit restarted"; else bad="$bad $unit"; fi
  done <"$t/units"
  [ -z "$bad" ] || { echo "could not be restarted:$bad" >&2; return 1; }
}
