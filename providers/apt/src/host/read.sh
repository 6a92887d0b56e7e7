# read NAME...: what is there of these packages.
echo patchform-answer
command -v dpkg-query >/dev/null || { echo "error this host has no dpkg"; echo end; exit 0; }
echo "machine $(cat /etc/machine-id 2>/dev/null)"
echo "native $(dpkg --print-architecture)"
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
[ ! -e /run/reboot-required ] || sort -u /run/reboot-required.pkgs 2>/dev/null | sed 's/^/reboot /'
case " $*" in *" linux-image-"*)
  # Which version of its package runs: Debian's kernel says so itself, Ubuntu's in a file.
  version=$(uname -v | sed -n 's/.* Debian \([^ ]*\).*/\1/p')
  [ -n "$version" ] || version=$(sed -n 's/^Ubuntu \([^ ]*\)-[a-z][a-z0-9]* .*/\1/p' /proc/version_signature 2>/dev/null)
  echo "kernel $(uname -r) $version"
  for kernel in /boot/vmlinuz-*; do
    [ -e "$kernel" ] || continue
    echo "installed ${kernel#/boot/vmlinuz-} $(dpkg-query -S "$kernel" 2>/dev/null | sed 's/: .*//;s/, .*//;1q' |
      xargs -r dpkg-query -W -f '${Version}\n' 2>/dev/null | head -n 1)"
  done
  ;;
esac
echo end
