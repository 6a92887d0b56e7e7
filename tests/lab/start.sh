# Boots a host: `$1` the base, `$2` the folder that becomes its root, `$3` the keys' folder, `$4` its name, `$5` the programs
# that it shall see, `$6` its machine-id, `$7` what systemd-nspawn calls it. Its root is on btrfs where the keys' folder has a file
# `btrfs`. While the file `down` is in the keys' folder it does not come back from a reboot.
set -eu
mount --make-rprivate /
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# A disk of its own lies in it; without one a patch that fills the disk is through sooner.
size=600m
[ ! -e "$3/btrfs" ] || size=1500m
mount -t tmpfs -o "size=$size" tmpfs "$2"
mkdir "$2/up" "$2/work" "$2/root"
root=$2/root disk=
if [ -e "$3/btrfs" ]; then
  # A disk of its own, whose root is a subvolume.
  truncate -s 1400m "$2/disk"
  mkfs.btrfs -q "$2/disk"
  mount -o loop "$2/disk" "$2/root"
  root=$2/root/@
  btrfs -q subvolume create "$root"
  cp -a "$1/." "$root/"
  disk=--bind=$(findmnt -no SOURCE -v "$2/root")
else
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/up,workdir=$2/work" "$2/root"
fi
echo "$4" >"$root/etc/hostname"
printf '127.0.0.1 localhost %s\n' "$4" >"$root/etc/hosts"
mkdir -p "$root/root/.ssh" "$root/home/ops/.ssh" /run/systemd/nspawn
for home in root home/ops; do cp "$3/id.pub" "$root/$home/.ssh/authorized_keys"; done
chown -R 0:0 "$root/root/.ssh"
chmod 700 "$root/root/.ssh"
chown -R 1000:1000 "$root/home/ops/.ssh"
cp "$3/host" "$root/etc/ssh/ssh_host_ed25519_key"
chmod 600 "$root/etc/ssh/ssh_host_ed25519_key"
printf 'UseDNS no\nHostKey /etc/ssh/ssh_host_ed25519_key\nMaxStartups 100\n' >"$root/etc/ssh/sshd_config.d/lab.conf"
cp "$3/key.gpg" "$root/usr/share/keyrings/lab.gpg"
cp "$3/sources" "$root/etc/apt/sources.list"
printf 'APT::Update::Post-Invoke "";\nDpkg::Options "--force-unsafe-io";\n' >"$root/etc/apt/apt.conf.d/99lab"
# A container has its kernel from outside: for this host that one runs which was the newest in /boot when it booted.
cat >"$root/usr/local/sbin/lab-kernel" <<'END'
#!/bin/sh
kernel=$(ls /boot | sed -n 's/^vmlinuz-//p' | sort -V | tail -n 1)
[ -z "$kernel" ] || echo "$kernel $(dpkg-query -W -f '${Version}' linux-image-pf)" >/run/kernel
END
cat >"$root/usr/local/sbin/uname" <<'END'
#!/bin/sh
read -r name version 2>/dev/null </run/kernel || exec /usr/bin/uname "$@"
case $1 in -r) echo "$name" ;; -v) echo "#1 SMP Debian $version" ;; *) exec /usr/bin/uname "$@" ;; esac
END
chmod 755 "$root/usr/local/sbin/lab-kernel" "$root/usr/local/sbin/uname"
mkdir -p "$root/etc/systemd/system/sysinit.target.wants"
printf '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/usr/local/sbin/lab-kernel\n' \
  >"$root/etc/systemd/system/lab-kernel.service"
ln -s ../lab-kernel.service "$root/etc/systemd/system/sysinit.target.wants/"
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_LOCK=0
while :; do
  code=0
  # shellcheck disable=SC2086
  systemd-nspawn -q -D "$root" $disk -M "$7" --boot --register=no --keep-unit --link-journal=no --resolv-conf=off --timezone=off \
    --console=pipe --bind-ro="$5:/opt/lab" --uuid="$6" </dev/null || code=$?
  [ "$code" = 133 ] || exit "$code"
  while [ -e "$3/down" ]; do sleep 0.1; done
done
