# verify NAME...: services that these packages bring and that have failed; standard input names more (`unit NAME`), which must run.
echo patchform-answer
packages "$@" | sed 's/^/package /'
if is_booted; then
  # A service that dies right after its start is seen only a little later.
  sleep 1
  for unit in $(units "$@"); do
    [ "$(systemctl is-active "$unit")" != failed ] || echo "ill $unit $(systemctl show -P Result "$unit")"
  done
  while read -r _ unit; do
    is=$(systemctl is-active "$unit")
    [ "$is" = active ] || echo "ill $unit $is"
  done
fi
echo end
