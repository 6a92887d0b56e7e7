# What is dpkg's and apt's own.
export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true
export APT_LISTCHANGES_FRONTEND=none APT_LISTBUGS_FRONTEND=none NEEDRESTART_SUSPEND=1 UCF_FORCE_CONFFOLD=1
# What keeps the packages, whose lock is waited for, where kept package files lie, and what is put beside conffiles.
database=dpkg lock_of=dpkg pool=debs beside='.dpkg-*'
native=$(dpkg --print-architecture 2>/dev/null)
# For awk. own: what a person and apt call a package, which has its architecture in its name only where that is a foreign one.
own='function own(name, arch) { return name (arch == native || arch == "all" ? "" : ":" arch) }'
# full: of lines `NAME ARCHITECTURE` the names for dpkg, which takes no other where a package is there for several architectures.
full() { awk '{ print $1 ($2 == "all" ? "" : ":" $2) }'; }
# interrupted: whether dpkg was stopped in the middle. Its journal has names of digits; what else may lie there troubles nobody.
interrupted() { find /var/lib/dpkg/updates -name '[0-9]*' ! -name '*[!0-9]*' 2>/dev/null | grep -q .; }
# packages NAME...: name, architecture, version, state (as `dpkg -l` shows it, without blanks) of what dpkg knows of them.
packages() {
  [ $# -gt 0 ] || return 0
  dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Abbrev}\n' -- "$@" 2>/dev/null |
    awk 'NF == 4 && $4 !~ /^.n/ { print }' | sort -u
}
# conffiles NAME...: package, recorded MD5, path of each conffile that is not obsolete.
conffiles() {
  [ $# -gt 0 ] || return 0
  dpkg-query -W -f '=${Package}\n${Conffiles}\n' -- "$@" 2>/dev/null | awk '
    /^=/ { package = substr($0, 2); next }
    NF >= 2 {
      last = NF
      if ($last == "remove-on-upgrade") last--
      if ($last == "obsolete" || $last == "newconffile") next
      sum = $last; path = $0
      sub(/^ */, "", path)
      path = substr(path, 1, index(path, " " sum) - 1)
      print package, sum, path
    }'
}
# transaction: of what apt says in a simulation, `inst NAME ARCH OLD NEW` (OLD is - for a new one) and `remv NAME OLD`.
transaction() {
  awk '
    function bare(name) { sub(/:.*/, "", name); return name }
    function inside(text) { gsub(/[][()]/, "", text); return text }
    $1 == "Inst" {
      old = "-"; at = 3
      if ($3 ~ /^\[/) { old = inside($3); at = 4 }
      arch = "?"
      for (i = at; i <= NF; i++) if ($i ~ /^\[[a-z0-9-]+\]\)$/) { arch = inside($i); break }
      print "inst", bare($2), arch, old, inside($at)
    }
    $1 == "Remv" || $1 == "Purg" { print "remv", bare($2), inside($3) }' | sort -u
}
# holder: who holds a lock of dpkg or apt right now.
holder() { lock_holder /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/cache/apt/archives/lock; }
files_of() {
  [ $# -gt 0 ] || return 0
  dpkg-query -W -f '${binary:Package}\n' -- "$@" 2>/dev/null | xargs -r dpkg-query -L -- 2>/dev/null
}
# owners UNIT: which packages bring it.
owners() { dpkg-query -S "*/$1" 2>/dev/null | sed 's/: .*//;s/, /\n/g' | sort -u; }
installed_at() {
  stat -c %Y "/var/lib/dpkg/info/$1.list" 2>/dev/null || stat -c %Y "/var/lib/dpkg/info/$1:$native.list"
}
# everything: what is installed on the whole host, one line each.
everything() { dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Abbrev}\n'; }
# surroundings: what dpkg was told to put elsewhere, or to give another owner and mode.
surroundings() {
  dpkg-divert --list
  dpkg-statoverride --list | sed 's/^/owner and mode /'
}
# download URI FILE SHA256: fetches one package; what went wrong stands in `$t/said` then.
download() {
  # apt fetches as this user, and warns where it cannot.
  chown _apt "$cache/partial" 2>/dev/null
  /usr/lib/apt/apt-helper -q -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
    download-file "$1" "$2" "SHA256:$3" </dev/null >"$t/helper" 2>&1 && chown -h 0:0 "$2" && return
  sed -n 's/^E: *//p' "$t/helper" | head -n 2 | tr '\n' ' ' >"$t/said"
  return 1
}
# is_sound FILE: whether a fetched package may be used; its digest has been looked at.
is_sound() { :; }
# is_same FILE NAME: whether a file has the very package that is installed; of dpkg's its version tells.
is_same() { :; }
# altered NAME...: files without a leading slash that somebody has changed and that are no conffiles; dpkg puts its own there.
altered() { :; }
# keep_reboot FILE: keeps which packages have asked for a reboot.
keep_reboot() { cat /run/reboot-required.pkgs >"$1" 2>/dev/null || [ ! -e /run/reboot-required ] || : >"$1"; }
has_database() { command -v dpkg-query >/dev/null; }
# stock: name, architecture, version, state, source, its version and no module of everything that is installed.
stock() {
  dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Abbrev} ${source:Package} ${source:Version} -\n' |
    sed 's/  */ /g'
}
# channels: those that this host gets beside what everybody gets.
channels() {
  [ -s /etc/apt/auth.conf.d/90ubuntu-advantage ] || return 0
  ls /etc/apt/sources.list.d/ubuntu-esm-infra.* >/dev/null 2>&1 && echo "channel Pro"
}
architecture() { echo "$native"; }
# in_force NAME...: what waits for a reboot: `reboot NAME`, and where one of these is a kernel, `kernel` and `installed`.
in_force() {
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
}
