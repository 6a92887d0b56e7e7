//! `check "systemd"`: units of the target are active, or none has failed.

use super::{Answered, Found, Place};
use patchform_sdk::line::beginning;
use std::time::Duration;

/// # Errors
/// Which units are not as they should be, or why systemd could not be asked.
pub(super) fn ask(units: &[String], timeout: Duration, place: &Place<'_>) -> Result<(), Found> {
    let words: &[&str] = match units {
        [] => &["systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--no-pager"],
        _ => &["systemctl", "is-active", "--"],
    };
    let argv: Vec<String> =
        words.iter().map(|word| (*word).to_string()).chain(units.iter().cloned()).collect();
    let ended = place.ask(&argv, timeout).map_err(Found::Nothing)?;
    if units.is_empty() { no_failed(&ended) } else { all_active(units, &ended) }
}

fn no_failed(ended: &Answered) -> Result<(), Found> {
    if ended.code != 0 {
        return Err(nothing(ended));
    }
    let failed: Vec<&str> = ended.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    match failed.as_slice() {
        [] => Ok(()),
        [one] => Err(Found::Ill(format!("the unit {} has failed", beginning(one.as_bytes())))),
        all => Err(Found::Ill(format!(
            "{} units have failed: {}",
            all.len(),
            beginning(all.join(", ").as_bytes())
        ))),
    }
}

/// `systemctl is-active` prints a word for each unit, in their order; its code only says whether any is.
fn all_active(units: &[String], ended: &Answered) -> Result<(), Found> {
    let states: Vec<&str> = ended.stdout.lines().map(str::trim).collect();
    if states.len() != units.len() {
        return Err(nothing(ended));
    }
    let mut idle = units.iter().zip(states).filter(|(_, state)| *state != "active");
    match idle.next() {
        None => Ok(()),
        Some((unit, state)) => {
            let more = match idle.count() {
                0 => String::new(),
                n => format!(", and {n} more not"),
            };
            Err(Found::Ill(format!("the unit {unit} is {}, not active{more}", beginning(state.as_bytes()))))
        }
    }
}

fn nothing(ended: &Answered) -> Found {
    let (code, said) = (ended.code, ended.told());
    Found::Nothing(format!("systemd cannot be asked, `systemctl` exited with code {code}{said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: i32, stdout: &str, stderr: &str) -> Answered {
        Answered { code, stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn every_unit_counts_though_the_code_speaks_of_any() {
        let units = ["a.service", "b.service", "c.service"].map(String::from);
        assert_eq!(all_active(&units, &ended(0, "active\nactive\nactive\n", "")), Ok(()));
        let found = all_active(&units, &ended(0, "active\nfailed\ninactive\n", ""));
        assert_eq!(found, Err(Found::Ill("the unit b.service is failed, not active, and 1 more not".into())));
        let bus = "System has not been booted with systemd as init system (PID 1). Can't operate.";
        assert!(
            matches!(all_active(&units, &ended(1, "", bus)), Err(Found::Nothing(why)) if why.contains(bus))
        );
    }

    #[test]
    fn what_has_failed_is_named() {
        assert_eq!(no_failed(&ended(0, "", "")), Ok(()));
        let two = "nginx.service loaded failed failed A web server\ncron.service loaded failed failed Cron\n";
        let says = "2 units have failed: nginx.service, cron.service";
        assert_eq!(no_failed(&ended(0, two, "")), Err(Found::Ill(says.into())));
        assert!(matches!(no_failed(&ended(127, "", "systemctl: not found")), Err(Found::Nothing(_))));
    }
}
