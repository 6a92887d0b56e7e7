//! Terraform's single-dash spelling (`-auto-approve`, `-out=x`, `-var k=v`), rewritten for known long names.

use clap::Command;
use std::collections::BTreeSet;
use std::ffi::OsString;

/// Gives every known long option that stands behind one dash its second one. What follows `--` is left alone.
pub fn rewrite(command: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut known = BTreeSet::from(["help".to_string(), "version".to_string()]);
    collect(command, &mut known);
    let mut literal = false;
    arguments
        .into_iter()
        .map(|argument| {
            literal |= argument == "--";
            let Some(text) = argument.to_str().filter(|_| !literal) else { return argument };
            let Some(name) = text.strip_prefix('-').filter(|n| n.len() > 1 && !n.starts_with('-')) else {
                return argument;
            };
            let bare = name.split('=').next().unwrap_or(name);
            if known.contains(bare) { OsString::from(format!("-{text}")) } else { argument }
        })
        .collect()
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
    fn known_names_get_their_second_dash() {
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
            ("x apply -unknown", "x apply -unknown"),
            ("x apply -- -var", "x apply -- -var"),
        ] {
            assert_eq!(rewrite(&command, words(given)), words(wanted), "{given}");
        }
    }
}
