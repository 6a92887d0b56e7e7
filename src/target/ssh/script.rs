//! The scripts that a host gets on the standard input of its shell, made of what is asked. Pure text.

use patchform_sdk::detached::{DECIDE, KERNEL, WATCHDOG, WRAPPER};
use patchform_sdk::message::{
    RpcError, TargetAwait, TargetCommand, TargetConfirm, TargetGet, TargetPut, TargetRun, TargetRunOrRevert,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const HOST: &str = include_str!("host.sh");

/// A word of a shell that is exactly `text`.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn words(argv: &[String]) -> String {
    argv.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// The whole script, read to its end before any of it runs.
fn whole(body: &str) -> String {
    format!("{{\n{KERNEL}{HOST}{body}\nexit 0\n}}\n")
}

/// A script that does nothing on a machine with another id than this one; on any where that is empty.
pub fn for_machine(id: &str, script: &str) -> String {
    format!("_pf_machine={}\n{script}", quoted(id))
}

/// Sets a command's surroundings.
///
/// # Errors
/// When a name cannot be one of a variable in a shell, or a text holds a zero byte.
fn surroundings(env: &BTreeMap<String, String>, cwd: Option<&str>) -> Result<String, RpcError> {
    let cwd = quoted(cwd.unwrap_or("."));
    let mut lines = format!("umask \"$mask\"; cd {cwd} || exit 126; ");
    for (name, value) in env {
        let first = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
        if !first || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(RpcError::invalid_params(format!(
                "the variable {name:?} cannot be set over ssh: its name may have letters, digits and `_`"
            )));
        }
        let _ = write!(lines, "export {name}={}; ", quoted(value));
    }
    Ok(lines)
}

fn no_zero(texts: &[&String]) -> Result<(), RpcError> {
    if texts.iter().any(|text| text.contains('\0')) {
        return Err(RpcError::invalid_params(
            "a command's words hold a zero byte, which no command can be given",
        ));
    }
    Ok(())
}

fn whole_command(argv: &[String], env: &BTreeMap<String, String>, stdin: &String) -> Result<(), RpcError> {
    no_zero(&argv.iter().chain(env.values()).chain([stdin]).collect::<Vec<_>>())?;
    if argv.first().is_none_or(String::is_empty) {
        return Err(RpcError::invalid_params("argv names no program"));
    }
    Ok(())
}

/// Starts a detached command.
///
/// # Errors
/// When it cannot be written for a shell.
pub fn run(run: &TargetRun) -> Result<String, RpcError> {
    Ok(whole(&format!("{}{}", folder(&run.id), start(run, "process")?)))
}

/// Arms a switch, then starts a detached command.
///
/// # Errors
/// When it cannot be written for a shell.
pub fn run_or_revert(guarded: &TargetRunOrRevert) -> Result<String, RpcError> {
    let TargetCommand { argv, env, cwd, stdin } = &guarded.revert;
    whole_command(argv, env, stdin)?;
    let arm = format!(
        r#"
mkdir -p "$d/switch" || die "$d/switch cannot be made"
printf %s {stdin} >"$d/switch/stdin"
( set -- "$d" "$setsid"; {surroundings}exec "$2" /bin/sh -c {WATCHDOG_} patchform "$1" {within} {words} ) >/dev/null 2>&1 3<&- &
if ! until_there 10 "$d/switch/armed" "$d/switch/confirmed" "$d/switch/reverting" || ! lives "$d/switch"; then
  mkdir "$d/started" 2>/dev/null
  die "the command was not started: its dead man's switch cannot be armed"
fi
sync
"#,
        stdin = quoted(stdin),
        surroundings = surroundings(env, cwd.as_deref())?,
        WATCHDOG_ = quoted(WATCHDOG),
        within = guarded.within,
        words = words(argv),
    );
    Ok(whole(&format!("{}{arm}{}", folder(&guarded.run.id), start(&guarded.run, "going")?)))
}

/// Makes the command's folder; a command that was claimed before is not started again, nor one that was asked for before
/// a reboot: this is asked again where a connection was lost, and a loss of power may have taken the claim along.
fn folder(id: &str) -> String {
    format!(
        r#"
[ "$setsid" ] || die "setsid is missing there (package util-linux)"
d=$store/{id}
mkdir -p "$d" || die "$d cannot be made"
if [ -e "$d/started" ]; then say started no; say end; exit 0; fi
read -r now_up </proc/sys/kernel/random/boot_id
if read -r asked <"$d/asked" && [ "$asked" != "$now_up" ]; then mkdir "$d/started"; say started no; say end; exit 0; fi 2>/dev/null
if [ ! -e "$d/asked" ]; then
  printf '%s\n' "$now_up" >"$d/asked.new" && mv "$d/asked.new" "$d/asked" || die "$d/asked cannot be written"
  sync "$d/asked" "$d" "$store" 2>/dev/null || sync
fi
"#
    )
}

fn start(run: &TargetRun, proof: &str) -> Result<String, RpcError> {
    whole_command(&run.argv, &run.env, &run.stdin)?;
    Ok(format!(
        r#"
printf %s {stdin} >"$d/stdin"
( set -- "$d" "$setsid"; {surroundings}exec "$2" /bin/sh -c {wrapper} patchform "$1" {words} ) >/dev/null 2>&1 3<&- &
wrapper=$!
now; give_up=$((_pf_now + 10000))
until [ -e "$d/{proof}" ]; do
  now
  if ! kill -0 "$wrapper" 2>/dev/null && [ ! -e "$d/{proof}" ]; then say started no; say end; exit 0; fi
  [ "$_pf_now" -lt "$give_up" ] || die "its wrapper does not come up"
  pause
done
say started yes
say end
"#,
        stdin = quoted(&run.stdin),
        surroundings = surroundings(&run.env, run.cwd.as_deref())?,
        wrapper = quoted(WRAPPER),
        words = words(&run.argv),
    ))
}

/// Waits for a detached command, at most `timeout` milliseconds.
pub fn wait(wait: &TargetAwait, timeout: u64) -> String {
    whole(&format!(
        r#"
d=$store/{}
now; give_up=$((_pf_now + {timeout}))
stand
while [ "$state" = running ] && [ "$_pf_now" -lt "$give_up" ]; do pause; now; [ ! -e "$d/exit" ] && goes_on "$d" || stand; done
stand
tell
"#,
        wait.id
    ))
}

/// Runs the check, decides, and waits until the switch is settled.
///
/// # Errors
/// When the check cannot be written for a shell.
pub fn confirm(confirm: &TargetConfirm) -> Result<String, RpcError> {
    let check = match &confirm.check {
        Some(check) if !confirm.revert => format!("{}{}", start_of_check(check)?, CHECK),
        _ => String::new(),
    };
    let to = if confirm.revert { "revert" } else { "confirm" };
    Ok(whole(&format!(
        r#"
d=$store/{id} to={to} within={within}
if [ -e "$d/switch/armed" ]; then
{check}
  /bin/sh -c {decide} patchform "$d" "$to" >/dev/null 2>&1 || die "the dead man's switch cannot be decided"
fi
now; give_up=$((_pf_now + within))
while :; do
  stand; now
  case $switch in armed*|reverting) [ "$_pf_now" -lt "$give_up" ] || break; pause ;; *) break ;; esac
done
tell
"#,
        id = confirm.id,
        within = confirm.timeout,
        decide = quoted(DECIDE),
    )))
}

/// `to` is what the check decides. It is ended with its session when it is late, or the switch was decided meanwhile.
const CHECK: &str = r#"
  now; give_up=$((_pf_now + within)) failed=late
  while [ -e "$d/switch/armed" ] && [ "$_pf_now" -lt "$give_up" ]; do
    if [ -e "$d/switch/checked" ]; then read -r failed <"$d/switch/checked"; break; fi
    pause; now
  done
  if [ "$failed" != 0 ]; then
    to=revert
    kill -9 -"$check" 2>/dev/null
    say "failed $failed"; part check "$d/switch/check"
  fi
"#;

fn start_of_check(check: &TargetCommand) -> Result<String, RpcError> {
    whole_command(&check.argv, &check.env, &check.stdin)?;
    Ok(format!(
        r#"
  rm -f "$d/switch/checked"
  printf %s {stdin} >"$d/switch/check-stdin"
  ( set -- "$d/switch" "$setsid"; {surroundings}exec "$2" /bin/sh -c \
    '(shift; exec "$@"); echo $? >"$1/checked.new"; PATH=/usr/bin:/bin mv "$1/checked.new" "$1/checked"' patchform "$1" {words} ) <"$d/switch/check-stdin" >"$d/switch/check" 2>&1 3<&- &
  check=$!
"#,
        stdin = quoted(&check.stdin),
        surroundings = surroundings(&check.env, check.cwd.as_deref())?,
        words = words(&check.argv),
    ))
}

/// Runs a command that leaves no trace; it is ended with its session when the connection's input ends.
///
/// # Errors
/// When it cannot be written for a shell.
pub fn brief(run: &TargetRun) -> Result<String, RpcError> {
    whole_command(&run.argv, &run.env, &run.stdin)?;
    Ok(whole(&format!(
        r#"
t=$(mktemp -d) || die "no temporary folder can be made"
printf %s {stdin} >"$t/stdin"
( set -- "$setsid"; {surroundings}exec "$1" /bin/sh -c 'exec "$@"' patchform {words} ) <"$t/stdin" >"$t/stdout" 2>"$t/stderr" 3<&- &
c=$!
( cat <&3 >/dev/null 2>&1; kill -9 -"$c" 2>/dev/null; rm -rf "$t" ) >/dev/null 2>&1 &
watch=$!
wait "$c"
code=$?
kill "$watch" 2>/dev/null
say "state exited $code"
say switch none
part stdout "$t/stdout"; part stderr "$t/stderr"
rm -rf "$t"
say end
"#,
        stdin = quoted(&run.stdin),
        surroundings = surroundings(&run.env, run.cwd.as_deref())?,
        words = words(&run.argv),
    )))
}

/// Writes a file, atomically.
pub fn put(put: &TargetPut) -> String {
    whole(&format!(
        r#"
p={path}
new=$p.$$.patchform
printf %s {content} | base64 -d >"$new" && chmod {mode:o} "$new" && {{ sync "$new" 2>/dev/null || sync; }} && mv -f "$new" "$p" || {{
  rm -f "$new"
  die "$p cannot be written"
}}
say done
say end
"#,
        path = quoted(&put.path),
        content = quoted(&put.content),
        mode = put.mode & 0o7777,
    ))
}

/// Reads a file.
pub fn get(get: &TargetGet) -> String {
    whole(&format!(
        r#"
p={path}
if [ ! -e "$p" ]; then say absent; say end; exit 0; fi
t=$(mktemp) && base64 <"$p" >"$t" || die "$p cannot be read"
say "content $(($(wc -c <"$t")))"
cat "$t"; rm -f "$t"
say end
"#,
        path = quoted(&get.path),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Whatever stands in a word arrives as it is, through a real shell.
    #[test]
    fn nasty_words_stay_what_they_are() {
        let nasty = [
            "",
            " ",
            "'",
            "''",
            "\"",
            "\\",
            "\\'",
            "$HOME",
            "$(touch hacked)",
            "`id`",
            "a\nb",
            "*",
            "~",
            "-n",
            "--",
            "!x",
            "#",
            "ü€\u{1F600}",
            "\t",
            "%s",
            "{a,b}",
            "a;b|c&d>e<f",
            "\u{7f}\u{1}",
            "\r\n",
        ];
        for text in nasty {
            let script = format!("printf %s {}", quoted(text));
            let output = Command::new("/bin/sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), text);
        }
    }
}
