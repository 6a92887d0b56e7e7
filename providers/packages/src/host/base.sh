# What every script begins with, of every package manager; `kind` is its name. Answers are lines of words, split by blanks, after
# the line `patchform-answer`; the last one is `end`: what lacks it was cut off. A manager's own part defines `packages NAME...`,
# `conffiles NAME...`, `stand NAME...`, `files_of NAME...`, `owners UNIT`, `installed_at NAME`, `holder`,
# `in_force NAME...`, `surroundings` and what `fetch`, `snapshot` and `read` name.
export LC_ALL=C LANGUAGE=C
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022
state=/var/lib/patchform/$kind
cache=/var/cache/patchform/$kind
tab=$(printf '\t')
# refuse TEXT: ends an action with the promise that nothing was changed.
refuse() { printf '%s\n' "$*" >&2; exit 75; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
is_booted() { [ -d /run/systemd/system ]; }
# lock_holder FILE...: who holds a POSIX lock of one of these right now, as `NAME (process PID)`; nothing when nobody does.
lock_holder() {
  for lock in "$@"; do
    [ -e "$lock" ] || continue
    inode=$(stat -c %i "$lock")
    pid=$(awk -v inode="$inode" '$2 == "POSIX" && $6 ~ (":" inode "$") { print $5; exit }' /proc/locks)
    [ -n "$pid" ] || continue
    # Its name only: a secret may stand among its arguments.
    read -r name <"/proc/$pid/comm" 2>/dev/null || name="another system"
    printf '%s (process %s)\n' "$name" "$pid"
    return
  done
}
# wait_for_lock SECONDS: until `holder` finds nobody who holds the manager's locks; refuses after that.
wait_for_lock() {
  left=$1
  while who=$(holder) && [ -n "$who" ]; do
    [ "$left" -gt 0 ] || refuse "the lock of $lock_of is held by $who, and was not let go within $1 s"
    [ "$left" -ne "$1" ] || echo "waiting for the lock of $lock_of, which $who holds"
    left=$((left - 1))
    sleep 1
  done
}
# units NAME...: services that these packages bring, and that systemd knows.
units() {
  [ $# -gt 0 ] && is_booted || return 0
  files_of "$@" | sed -n 's|.*/systemd/system/\([^/]*[^/@]\.service\)$|\1|p' | sort -u
}
# around: what scripts of packages change beside files and versions, one line each: which units start by themselves, what
# alternatives stand for, and what the manager knows of (`surroundings`).
around() {
  {
    ! is_booted || systemctl list-unit-files --plain --no-legend --no-pager | awk '$2 ~ /^(enabled|disabled|masked)$/ { print "unit", $1, "is", $2 }'
    find /etc/alternatives -type l -printf 'alternative %f is %l\n' 2>/dev/null
    surroundings
  } | sort -u
}
# never UNIT: whether its restart would cut off or end more than it mends.
never() {
  case $1 in
  dbus*.service | user@*.service | systemd-logind.service | *getty@*.service | console-getty.service) ;;
  gdm*.service | lightdm.service | sddm.service | patchform*.service) ;;
  *) return 1 ;;
  esac
}
# restartable: of the units on standard input those that are restarted at all.
restartable() {
  while read -r unit; do never "$unit" || echo "$unit"; done
}
# on_files PATTERN: services whose processes have files of the list in `$t/files` mapped, by the pattern of their lines. What a
# restart leaves running (`KillMode=process`: logins beside sshd) does not count.
on_files() {
  grep -H "$1" /proc/[0-9]*/maps 2>/dev/null | awk -v list="$t/files" '
    BEGIN { while ((getline line <list) > 0) known[line] = 1 }
    {
      file = $0; sub(/^[^\/]*\/proc\/[0-9]*\/maps:/, "", file); pid = $0
      sub(/^\/proc\//, "", pid); sub(/\/.*/, "", pid)
      at = index(file, "/"); if (!at) next
      file = substr(file, at); sub(/ \(deleted\)$/, "", file)
      plain = file; sub(/^\/usr/, "", plain); sub(/\.dpkg-(new|tmp)$/, "", file)
      if (file in known || plain in known || ("/usr" file) in known) print pid
    }' | sort -u | while read -r pid; do
    sed -n "s|.*/\([^/]*\.service\)\(/.*\)\{0,1\}\$|\1 $pid|p" "/proc/$pid/cgroup" 2>/dev/null | head -n 1
  done | awk '{ pids[$1] = pids[$1] " " $2 } END { for (unit in pids) print unit pids[unit] }' | sort | while read -r unit pids; do
    if [ "$(systemctl show -P KillMode "$unit")" = process ]; then
      case " $pids " in *" $(systemctl show -P MainPID "$unit") "*) ;; *) continue ;; esac
    fi
    echo "$unit"
  done
}
# users NAME...: services that run code of these packages: `uses UNIT`, and `keeps UNIT` of what is never restarted.
users() {
  files_of "$@" | sort -u >"$t/files"
  on_files ' r-xp ' >"$t/users"
  restartable <"$t/users" | sed 's/^/uses /'
  while read -r unit; do ! never "$unit" || echo "keeps $unit"; done <"$t/users"
}
# stale NAME...: services that run code of these packages from before they were installed last, and may be restarted.
stale() {
  [ $# -gt 0 ] && is_booted || return 0
  files_of "$@" | sort -u >"$t/files"
  {
    on_files ' r-xp .*(deleted)$'
    for unit in $(units "$@"); do
      [ "$(systemctl show -P MainPID "$unit")" -gt 0 ] || continue
      began=$(date -d "$(systemctl show -P ExecMainStartTimestamp "$unit")" +%s 2>/dev/null) || continue
      for list in $(owners "$unit"); do
        for name in "$@"; do [ "${list%%:*}" != "$name" ] || newer "$list" "$began" && echo "$unit"; done
      done
    done
  } | sort -u | restartable
}
newer() {
  at=$(installed_at "$1")
  # Of a time to come, which a clock that went wrong has left, nobody can tell.
  [ "${at:-0}" -gt "$2" ] && [ "$at" -le "$(date +%s)" ]
}
t=$(mktemp -d) || refuse "no temporary folder can be made: is the disk full?"
trap 'rm -rf "$t"' EXIT
