# Runs a detached command: $1 is its folder, the rest the command. One id never runs twice: whoever makes `started` runs it.
# `process` holds this boot's id and the wrapper's own /proc/PID/stat. Under a dead man's switch the command goes only
# while the switch is armed, and only if the switch did not take `going` first. The exit code has its place before anything
# begins, since the command may fill the disk.
d=$1; shift
mkdir "$d/started" 2>/dev/null || exit 0
read -r stat </proc/$$/stat; read -r boot </proc/sys/kernel/random/boot_id
printf '%31s\n' '' >"$d/exit.new" &&
  printf '%s\n%s\n' "$boot" "$stat" >"$d/process.new" && mv "$d/process.new" "$d/process" || exit 0
if [ -e "$d/switch" ]; then
  [ -e "$d/switch/armed" ] && mkdir "$d/going" 2>/dev/null || exit 0
fi
("$@") <"$d/stdin" >"$d/stdout" 2>"$d/stderr"
printf '%s\n' "$?" 1<>"$d/exit.new" && mv "$d/exit.new" "$d/exit"
