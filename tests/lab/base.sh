#!/bin/sh
# Makes the root of a Debian host once: `base.sh FOLDER`. It is put in its place only when it is whole.
set -eu
[ ! -e "$1/etc/os-release" ] || exit 0
# Several tests may want it at once; one makes it.
mkdir -p "$(dirname "$1")"
exec 9>"$1.lock"
flock 9
[ ! -e "$1/etc/os-release" ] || exit 0
# From where this machine has its own packages, where it is a Debian of that release.
release=bookworm
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' "Codename: $release" | head -n 1)
proxy=
eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "$proxy" ] || export http_proxy="$proxy"
new=$1.new
rm -rf "$new"
mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus,openssh-server,iproute2,procps,sudo,btrfs-progs,dnf,dnf-plugins-core,rpm \
  --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='chroot "$1" systemctl mask -q systemd-networkd systemd-resolved apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer' \
  --customize-hook='chroot "$1" useradd -m -s /bin/bash ops; echo "ops ALL=(ALL) NOPASSWD: ALL" >"$1/etc/sudoers.d/ops"' \
  --customize-hook='rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/apt/sources.list"; : >"$1/etc/machine-id"; : >"$1/etc/resolv.conf"' \
  "$release" "$new" ${mirror:+"$mirror"}
mv "$new" "$1"
