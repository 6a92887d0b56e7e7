# Runs a detached command: $1 is its folder, the rest the command. One id never runs twice: whoever makes `started` runs it.
# `process` holds this boot's id and the wrapper's own /proc/PID/stat. The command goes only for whoever makes `going`: its
# dead man's switch may have been first, or somebody who asked and was told that it never began. Under a switch it goes only
# while that is armed, too. The exit code and the outputs have their place before anything begins: the disk may be full, or be
# filled by the command.
# No variable is set in this shell: where the command's environment has one of its name, the command would get the value.
# Nor may what this shell needs be missing where the command's PATH leads elsewhere.
tool() { PATH="${PATH:+$PATH:}/usr/bin:/bin" "$@"; }
tool mkdir "$1/started" 2>/dev/null || exit 0
(
  read -r stat </proc/$$/stat; read -r boot </proc/sys/kernel/random/boot_id
  printf '%31s\n' '' >"$1/exit.new" && printf '' >"$1/stdout" && printf '' >"$1/stderr" &&
    printf '%s\n%s\n' "$boot" "$stat" >"$1/process.new" && tool mv "$1/process.new" "$1/process"
) || exit 0
[ ! -e "$1/switch" ] || [ -e "$1/switch/armed" ] || exit 0
tool mkdir "$1/going" 2>/dev/null || exit 0
(shift; exec "$@") <"$1/stdin" >"$1/stdout" 2>"$1/stderr"
printf '%s\n' "$?" 1<>"$1/exit.new" && tool mv "$1/exit.new" "$1/exit"
