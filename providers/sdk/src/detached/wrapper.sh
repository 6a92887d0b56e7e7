# Runs a detached command: $1 is its folder, the rest the command. One id never runs twice: whoever makes `started` runs it.
# `process` holds this boot's id and the wrapper's own /proc/PID/stat. The command goes only for whoever makes `going`: its
# dead man's switch may have been first, or somebody who asked and was told that it never began. Under a switch it goes only
# while that is armed, too. The exit code has its place before anything begins, since the command may fill the disk.
d=$1; shift
mkdir "$d/started" 2>/dev/null || exit 0
read -r stat </proc/$$/stat; read -r boot </proc/sys/kernel/random/boot_id
printf '%31s\n' '' >"$d/exit.new" &&
  printf '%s\n%s\n' "$boot" "$stat" >"$d/process.new" && mv "$d/process.new" "$d/process" || exit 0
[ ! -e "$d/switch" ] || [ -e "$d/switch/armed" ] || exit 0
mkdir "$d/going" 2>/dev/null || exit 0
("$@") <"$d/stdin" >"$d/stdout" 2>"$d/stderr"
printf '%s\n' "$?" 1<>"$d/exit.new" && mv "$d/exit.new" "$d/exit"
