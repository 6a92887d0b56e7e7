//! Advice as a file in JSON takes it: there a name stands in quotes, which HCL has it without.

use super::source::Sources;
use crate::model::Diagnostics;

/// What HCL's advice says of names.
const BARE: &str = ", without quotes";

/// Turns the advice round that is given for places in files of JSON.
pub(super) fn turn_round(problems: &mut Diagnostics, sources: &Sources) {
    for problem in &mut problems.0 {
        let Some((place, _)) = &problem.primary else { continue };
        if sources.path(place.file).ends_with(".json")
            && let Some(help) = turned(&problem.help)
        {
            problem.help = help;
        }
    }
}

/// `Write a = [b, c], without quotes.` as `Write "a": ["${b}", "${c}"].`
fn turned(help: &str) -> Option<String> {
    let (before, behind) = help.split_once(BARE)?;
    let Some((name, value)) = before.strip_prefix("Write ").and_then(|written| written.split_once(" = "))
    else {
        return Some(format!("{before}, in quotes{behind}"));
    };
    let quoted = |name: &str| format!("\"${{{name}}}\"");
    let value = match value.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
        Some(list) => format!("[{}]", list.split(", ").map(quoted).collect::<Vec<_>>().join(", ")),
        None => quoted(value.split(", or ").next().unwrap_or(value)),
    };
    Some(format!("Write {name:?}: {value}{}", behind.replacen(" and ", ", ", 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_their_quotes() {
        for (hcl, json) in [
            (
                "Write at = traffic.haproxy.front, without quotes and without a list.",
                "Write \"at\": \"${traffic.haproxy.front}\", without a list.",
            ),
            (
                "Write depends_on = [release.db, release.cache], without quotes.",
                "Write \"depends_on\": [\"${release.db}\", \"${release.cache}\"].",
            ),
            (
                "Write provider = name, or provider = name.alias, without quotes.",
                "Write \"provider\": \"${name}\".",
            ),
            (
                "Write it as release.db or module.eu, without quotes.",
                "Write it as release.db or module.eu, in quotes.",
            ),
        ] {
            assert_eq!(turned(hcl).as_deref(), Some(json));
        }
        assert_eq!(turned("Declare it."), None);
    }
}
