//! `check "journal"`: nothing of a priority was written to the target's journal since the patch began.

use super::{Answered, Found, Place};
use crate::config::checked::Check;
use patchform_sdk::line::beginning;
use std::time::Duration;

/// How many entries are fetched: the last ones, of which the last is told.
const MOST: &str = "--lines=20";

/// Which entries count.
pub(super) struct Wanted<'a> {
    pub units: &'a [String],
    pub priority: &'a str,
    pub pattern: Option<&'a str>,
    /// Those of the last so long, by the target's own clock.
    pub since: Duration,
}

/// # Errors
/// The last entry that should not be there, or why the journal could not be read.
pub(super) fn ask(wanted: &Wanted<'_>, check: &Check, place: &Place<'_>) -> Result<(), Found> {
    judge(&place.ask(&argv(wanted), check.timeout).map_err(Found::Nothing)?)
}

fn argv(wanted: &Wanted<'_>) -> Vec<String> {
    // A length of time and not a moment: the clock of the target may be another one.
    let since = format!("--since=-{}ms", wanted.since.as_millis());
    let mut argv: Vec<String> =
        ["journalctl", "--quiet", "--no-pager", "--output=cat", MOST].map(String::from).into();
    argv.extend([since, format!("--priority={}", wanted.priority)]);
    argv.extend(wanted.units.iter().map(|unit| format!("--unit={unit}")));
    argv.extend(wanted.pattern.map(|pattern| format!("--grep={pattern}")));
    argv
}

fn judge(ended: &Answered) -> Result<(), Found> {
    let entries: Vec<&str> = ended.stdout.lines().filter(|line| !line.trim().is_empty()).collect();
    match (ended.code, entries.as_slice()) {
        (0, []) => Ok(()),
        // Nothing matched the pattern.
        (1, []) if ended.stderr.trim().is_empty() => Ok(()),
        (0, [.., last]) => Err(Found::Ill(format!(
            "the journal has new entries, the last one: {}",
            beginning(last.trim().as_bytes())
        ))),
        (code, _) => {
            let said = ended.last_line().unwrap_or_default();
            let said = beginning(said.as_bytes());
            Err(Found::Nothing(format!(
                "the journal cannot be read, `journalctl` exited with code {code}: {said}"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(code: i32, stdout: &str, stderr: &str) -> Result<(), Found> {
        judge(&Answered { code, stdout: stdout.into(), stderr: stderr.into() })
    }

    #[test]
    fn an_entry_is_ill_and_silence_is_not() {
        assert_eq!(judged(0, "", ""), Ok(()));
        assert_eq!(judged(1, "", ""), Ok(()), "a pattern that nothing matches ends with 1");
        let says = "the journal has new entries, the last one: worker 3 died";
        assert_eq!(judged(0, "out of memory\nworker 3 died\n", ""), Err(Found::Ill(says.into())));
        let denied = judged(1, "", "No journal files were opened due to insufficient permissions.");
        assert!(matches!(denied, Err(Found::Nothing(why)) if why.contains("insufficient permissions")));
        assert!(matches!(judged(127, "", "journalctl: not found"), Err(Found::Nothing(_))));
    }

    #[test]
    fn no_word_of_the_user_becomes_an_option() {
        let units = ["--flush".to_string()];
        let wanted =
            Wanted { units: &units, priority: "err", pattern: Some("--x"), since: Duration::from_secs(90) };
        let argv = argv(&wanted);
        assert!(argv.contains(&"--since=-90000ms".to_string()) && argv.contains(&"--grep=--x".to_string()));
        assert!(argv.contains(&"--unit=--flush".to_string()) && !argv.contains(&"--flush".to_string()));
    }
}
