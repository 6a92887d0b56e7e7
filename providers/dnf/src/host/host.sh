# What is rpm's and dnf's own.
# What keeps the packages, whose lock is waited for, where kept package files lie, and what is put beside config files.
database=rpm lock_of=dnf pool=rpms beside='.rpm[nso]*'
native=$(rpm -E '%{_target_cpu}' 2>/dev/null)
# python WORD ARGUMENT...: what `resolver.py` does, by the interpreter that the host's dnf has.
with_dnf() {
  dnf=$(command -v dnf-3 || command -v dnf) || return 9
  python=$(sed -n '1s/^#! *\([^ ]*\).*/\1/p' "$dnf")
  case $python in *python*) ;; *) return 9 ;; esac
  PF_NATIVE=$native "$python" "$t/resolver.py" "$@" </dev/null
}
# asked FORMAT NAME...: what rpm says of the packages of these names that are installed. A name may end with a version, as that of
# a kernel does, which stays beside its other versions.
asked() {
  format=$(printf %s "$1" | sed 's/%{\(=*\)NAME}/%{\1NAME}-%{\1VERSION}-%{\1RELEASE} &/')
  shift
  [ $# -gt 0 ] || return 0
  rpm -q --qf "$format" "$@" 2>/dev/null | sed -n 's/^=//p' | awk -v native="$native" -v names="$*" '
    BEGIN { count = split(names, list, " "); for (i = 1; i <= count; i++) wanted[list[i]] = 1 }
    {
      full = $1; sub(/^[^ ]+ /, "")
      if ($2 != native && $2 != "noarch") { full = full "." $2; $1 = $1 "." $2 }
      if ($1 in wanted) print
      if (full in wanted) { $1 = full; print }
    }' | sort -u
}
# locked: names, or patterns of them, that versionlock keeps where they are.
locked() {
  [ "$(sed -n 's/^ *enabled *= *//p' /etc/dnf/plugins/versionlock.conf 2>/dev/null)" = 1 ] || return 0
  sed -e 's/#.*//' -e '/^ *!/d' -e 's/[ \t]*$//' -e '/./!d' "$(locks)" 2>/dev/null | sed -E 's/-([0-9]+:)?[0-9][^-]*-[^-]+$//'
}
locks() { sed -n 's/^ *locklist *= *//p' /etc/dnf/plugins/versionlock.conf 2>/dev/null; }
# packages NAME...: name, architecture, version, state of what is there: `ii`, `hi` (locked), `iD`, `hD` (two versions at once,
# which an interrupted transaction leaves). Of kernels, which stand beside each other, the newest.
packages() {
  asked '=%{NAME} %{ARCH} %{EPOCHNUM} %{VERSION} %{RELEASE}\n' "$@" | awk '{ print $1, $2, ($3 == 0 ? "" : $3 ":") $4 "-" $5 }' |
    sort -V | awk '$1 ~ /^(kernel|gpg-pubkey)/ { last[$1] = $0; next } { print } END { for (name in last) print last[name] }' >"$t/packages"
  locked >"$t/locked"
  while read -r name arch version; do
    as=i
    while read -r pattern; do
      # shellcheck disable=SC2254
      case ${name%".$arch"} in $pattern) as=h ;; esac
    done <"$t/locked"
    if [ "$(grep -c "^$name $arch " "$t/packages")" -gt 1 ]; then as=${as}D; else as=${as}i; fi
    echo "$name $arch $version $as"
  done <"$t/packages"
}
# stock: name, architecture, version, state, source, its version and module of everything that is installed; of kernels, which
# stand beside each other, the newest. A source package says no epoch: that of a package of its version holds.
stock() {
  rpm -qa --qf '%{NAME} %{ARCH} %{EPOCHNUM} %{VERSION}-%{RELEASE} %{SOURCERPM} %{MODULARITYLABEL}\n' | sort -V | awk '
    function line() {
      epoch = $3 == 0 ? "" : $3 ":"; source = $5; sub(/\.(no)?src\.rpm$/, "", source); own = "-"; from = "-"
      if (match(source, /-[^-]+-[^-]+$/)) { own = substr(source, RSTART + 1); from = substr(source, 1, RSTART - 1) }
      if (own == $4) own = epoch own
      return $1 " " $2 " " epoch $4 " ii " from " " own " " ($6 == "" || $6 == "(none)" ? "-" : $6)
    }
    $1 == "gpg-pubkey" { next }
    $1 ~ /^kernel/ { last[$1] = line(); next }
    { print line() }
    END { for (name in last) print last[name] }'
}
# channels: the minor release that this host stays on.
channels() {
  for file in /etc/dnf/vars/releasever /etc/yum/vars/releasever; do
    [ ! -r "$file" ] || sed -n 's/^[0-9]*\.\([0-9]*\)$/pinned \1/p' "$file"
  done
}
# conffiles NAME...: package, recorded digest, path of each config file.
conffiles() {
  # RPMFILE_CONFIG is 1, RPMFILE_GHOST 64.
  asked '[=%{=NAME} %{=ARCH} %{FILEFLAGS} x%{FILEDIGESTS} %{FILENAMES}\n]' "$@" |
    awk '$3 % 2 && int($3 / 64) % 2 == 0 { path = $0; sub(/^[^ ]+ [^ ]+ [^ ]+ [^ ]+ /, "", path); print $1, $4, path }'
}
# changed NAME...: package, `size` or `text` or `missing`, path of each file that is not as its package has it and is no config
# file. `text`: its time says that somebody has written it since.
changed() {
  for name in "$@"; do
    rpm -V --noscripts --nodeps --nouser --nogroup --nomode --nocaps --nordev --nolinkto "$name" 2>/dev/null | awk -v name="$name" '
      $1 == "missing" && $2 ~ /^\// { path = $0; sub(/^missing */, "", path); print name, "missing", path; next }
      $1 ~ /5/ && $2 ~ /^\// { path = $0; sub(/^[^ ]+ +/, "", path); print name, ($1 ~ /T/ ? "text" : "size"), path }'
  done
}
# altered NAME...: those of them that are there, without a leading slash: they come back as they were.
altered() { changed "$@" | sed -n 's|^[^ ]* [^ ]* /||p' | while read -r path; do [ ! -f "/$path" ] || printf '%s\n' "$path"; done; }
files_of() { [ $# -eq 0 ] || rpm -ql "$@" 2>/dev/null | grep '^/'; }
owners() {
  for place in /usr/lib /lib /etc; do rpm -qf --qf '%{NAME}\n' "$place/systemd/system/$1" 2>/dev/null; done | grep -v ' ' | sort -u
}
installed_at() { rpm -q --qf '%{INSTALLTIME}\n' "$1" 2>/dev/null | grep '^[0-9]*$' | sort -n | tail -n 1; }
everything() { rpm -qa --qf '%{NAME} %{ARCH} %{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' | sort; }
# holder: who holds a lock of dnf or rpm right now.
holder() {
  for file in /var/cache/dnf/*lock.pid /var/lib/dnf/*lock.pid /run/dnf/*lock.pid; do
    pid=$(cat "$file" 2>/dev/null) && [ -n "$pid" ] && read -r name <"/proc/$pid/comm" 2>/dev/null || continue
    printf '%s (process %s)\n' "$name" "$pid"
    return
  done
  lock_holder "$(rpm -E '%{_dbpath}')/.rpm.lock"
}
# surroundings: rpm knows of nothing else.
surroundings() { :; }
# download URI FILE SHA256: fetches one package; what went wrong stands in `$t/said` then.
download() {
  with_dnf download "$1" "$2" "$3" >"$t/helper" 2>"$t/failed" && return
  tail -n 1 "$t/failed" >"$t/said"
  return 1
}
# is_sound FILE: whether it is a whole package.
is_sound() { rpm -K --nosignature "$1" 2>&1 | tail -n 1 | grep -v ': digests OK$' || return 0; return 1; }
# is_same FILE NAME: whether a file has the very package that is installed: another build may have the same version.
is_same() {
  digests='%{SHA1HEADER} %{SHA256HEADER}\n'
  rpm -q --qf "$digests" "$2" 2>/dev/null | grep -qxF "$(rpm -qp --nosignature --qf "$digests" "$1" 2>/dev/null)"
}
# keep_reboot FILE: which kernel the host would boot, where its boot loader can be asked.
keep_reboot() { grubby --default-kernel >"$1" 2>/dev/null || rm -f "$1"; }
# boots KERNEL: has the boot loader start this one from now on; where it cannot be told, it decides by itself.
boots() {
  [ -e "$1" ] && command -v grubby >/dev/null || return 0
  [ "$(grubby --default-kernel 2>/dev/null)" = "$1" ] || grubby --set-default "$1"
}
# kernels: name (as `uname -r` has it) and version of each kernel that a package has brought.
kernels() {
  for file in /lib/modules/*/vmlinuz /boot/vmlinuz-*; do
    [ -e "$file" ] && version=$(rpm -qf --qf '%{VERSION}-%{RELEASE}\n' "$file" 2>/dev/null) || continue
    case $file in */vmlinuz) name=${file%/vmlinuz} name=${name##*/} ;; *) name=${file#/boot/vmlinuz-} ;; esac
    echo "$name $(printf '%s\n' "$version" | head -n 1)"
  done | sort -u
}
# wants_boot NAME...: those that only a reboot brings wholly into force, as dnf's `needs-restarting` has them.
wants_boot() {
  for name in "$@"; do
    case $name in
    kernel | kernel-core | kernel-rt | kernel-rt-core | kernel-[0-9]* | kernel-core-[0-9]* | kernel-rt-[0-9]* | kernel-rt-core-[0-9]*) echo "$name" ;;
    glibc | linux-firmware | systemd | udev | openssl-libs | gnutls | dbus | dbus-broker | dbus-daemon | microcode_ctl) echo "$name" ;;
    esac
  done
}
# since_boot NAME...: those of them that were installed since the host has booted.
since_boot() {
  booted=$(stat -c %Y /proc/1)
  for name in $(wants_boot "$@"); do
    at=$(installed_at "$name")
    [ "${at:-0}" -le "$booted" ] || echo "$name"
  done
}
has_database() { command -v rpm >/dev/null; }
architecture() { echo "$native"; }
# in_force NAME...: what waits for a reboot: `reboot NAME`, and where one of these is a kernel, `kernel` and `installed`.
in_force() {
  since_boot "$@" | sed 's/^/reboot /'
  case " $*" in
  *" kernel"*)
    running=$(uname -r)
    echo "kernel $running ${running%".$native"}"
    kernels | sed 's/^/installed /'
    ;;
  esac
}
