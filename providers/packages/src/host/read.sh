# read NAME...: what is there of these packages.
echo patchform-answer
has_database || { echo "error this host has no $database"; echo end; exit 0; }
echo "machine $(cat /etc/machine-id 2>/dev/null)"
echo "native $(architecture)"
packages "$@" | sed 's/^/package /'
conffiles "$@" >"$t/conffiles"
while read -r package _ path; do
  sum=$(sha256sum "$path" 2>/dev/null) && sum=${sum%% *} || sum=missing
  echo "conffile $package $sum $path"
done <"$t/conffiles"
# Which service runs old code of which package: few of them do, so each package is asked about only if any does.
if [ -n "$(stale "$@")" ]; then
  for name in "$@"; do stale "$name" | sed "s/^/stale $name /"; done
fi
in_force "$@"
echo end
