//! Terraform's single-dash spelling (`-auto-approve`, `-out=x`, `-var k=v`), rewritten with two dashes.

use clap::Command;
use std::collections::BTreeSet;
use std::ffi::OsString;

/// Gives every long option that stands behind one dash its second one, and every word that names none: letter by letter it
/// would be read as short options, `-hunter2` as `-h`. Says which words name none. What follows `--` is left alone.
pub fn rewrite(command: &Command, arguments: Vec<OsString>) -> (Vec<OsString>, BTreeSet<OsString>) {
    let mut known = BTreeSet::from(["help".to_string(), "version".to_string()]);
    // Words of Terraform's are no secret, which a word that names no option may be.
    known.extend(super::terraform::options().map(str::to_string));
    collect(command, &mut known);
    let mut literal = false;
    let mut strays = BTreeSet::new();
    let rewritten = arguments
        .into_iter()
        .map(|argument| {
            literal |= argument == "--";
            let Some(text) = argument.to_str().filter(|_| !literal) else { return argument };
            let Some(name) = text.strip_prefix('-').filter(|n| n.len() > 1 && !n.starts_with('-')) else {
                return argument;
            };
            let long = OsString::from(format!("-{text}"));
            if !known.contains(name.split('=').next().unwrap_or(name)) {
                strays.insert(long.clone());
            }
            long
        })
        .collect();
    (rewritten, strays)
}

fn collect(command: &Command, known: &mut BTreeSet<String>) {
    known.extend(command.get_arguments().filter_map(|a| a.get_long()).map(str::to_string));
    command.get_subcommands().for_each(|sub| collect(sub, known));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Arg;

    #[test]
    fn long_names_get_their_second_dash() {
        let command = Command::new("x").subcommand(
            Command::new("apply").arg(Arg::new("a").long("auto-approve")).arg(Arg::new("v").long("var")),
        );
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        for (given, wanted) in [
            ("x apply -auto-approve", "x apply --auto-approve"),
            ("x apply -var k=v", "x apply --var k=v"),
            ("x apply -var=k=v", "x apply --var=k=v"),
            ("x -help", "x --help"),
            ("x -h", "x -h"),
            ("x apply --auto-approve", "x apply --auto-approve"),
            ("x apply -unknown", "x apply --unknown"),
            ("x apply --var k=v -hunter2", "x apply --var k=v --hunter2"),
            ("x apply -- -var", "x apply -- -var"),
        ] {
            let (rewritten, strays) = rewrite(&command, words(given));
            assert_eq!(rewritten, words(wanted), "{given}");
            let is_stray = given.contains("-unknown") || given.contains("-hunter2");
            assert_eq!(!strays.is_empty(), is_stray, "{given}");
        }
    }
}
