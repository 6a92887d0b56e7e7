//! A component's arguments, checked.

use patchform_sdk::message::{Complaint, Coverage, Desired, Level, Subject};
use patchform_sdk::period;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// A program and its arguments.
pub type Argv = Vec<String>;

/// The arguments of a `command` component.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[allow(missing_docs)] // Each is described in `describe.rs`.
pub struct Arguments {
    pub read: Argv,
    pub patch: Argv,
    #[serde(default)]
    pub preview: Option<Argv>,
    #[serde(default)]
    pub digest: Option<Argv>,
    #[serde(default)]
    pub snapshot: Option<Argv>,
    #[serde(default)]
    pub restore: Option<Argv>,
    #[serde(default)]
    pub drop: Option<Argv>,
    #[serde(default)]
    pub uninstall: Option<Argv>,
    #[serde(default)]
    pub reload: Option<Argv>,
    #[serde(default)]
    pub verify: Option<Argv>,
    #[serde(default)]
    pub probe: Option<Argv>,
    #[serde(default)]
    pub confirm: Option<Argv>,
    #[serde(default)]
    pub confirm_within: Option<String>,
    #[serde(default)]
    pub target: Option<String>,
    #[serde(default)]
    pub claims: Option<Vec<String>>,
    #[serde(default)]
    pub covers: Option<Vec<String>>,
    #[serde(default)]
    pub env: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub timeout: Option<String>,
}

/// A snapshot of everything on the target.
const SYSTEM: &str = "system";
/// A snapshot with data in it.
const DATA: &str = "data";

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// What does not fit, in a sentence.
    pub fn of(subject: &Subject) -> Result<Arguments, String> {
        Arguments::deserialize(&subject.arguments).map_err(|e| format!("the arguments do not fit: {e}"))
    }

    /// What `snapshot` covers besides the component.
    pub fn coverage(&self) -> Coverage {
        let covers = |what: &str| self.covers.iter().flatten().any(|word| word == what);
        Coverage { whole_system: covers(SYSTEM), data: covers(DATA) }
    }

    /// How long a command is waited for.
    pub fn patience(&self) -> Duration {
        self.timeout.as_deref().and_then(duration).unwrap_or(Duration::from_secs(600))
    }

    /// Within what time a patch must be confirmed, or the target goes back by itself; `None` without a dead man's switch.
    pub fn within(&self) -> Option<Duration> {
        self.confirm_within.as_deref().and_then(duration)
    }

    fn commands(&self) -> [(&'static str, Option<&Argv>); 12] {
        [
            ("read", Some(&self.read)),
            ("patch", Some(&self.patch)),
            ("preview", self.preview.as_ref()),
            ("digest", self.digest.as_ref()),
            ("snapshot", self.snapshot.as_ref()),
            ("restore", self.restore.as_ref()),
            ("drop", self.drop.as_ref()),
            ("uninstall", self.uninstall.as_ref()),
            ("reload", self.reload.as_ref()),
            ("verify", self.verify.as_ref()),
            ("probe", self.probe.as_ref()),
            ("confirm", self.confirm.as_ref()),
        ]
    }
}

/// The level of a request, for this provider.
pub fn level(level: Option<&Level>) -> Option<&str> {
    match level {
        Some(Level::Single(level)) => Some(level),
        _ => None,
    }
}

/// Variables to which a shell gives values of its own.
const OWN: [&str; 6] = ["IFS", "OLDPWD", "OPTIND", "PPID", "PWD", "_"];

/// Whether a shell has variables of this name: what runs detached is begun by one, on every target.
fn is_variable(name: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let begins = name.bytes().next().is_some_and(|b| is_word(b) && !b.is_ascii_digit());
    begins && name.bytes().all(is_word) && !name.starts_with("_pf_") && !OWN.contains(&name)
}

/// A length of time that is longer than none.
fn duration(text: &str) -> Option<Duration> {
    period::parse(text).ok().filter(|period| !period.is_zero())
}

/// All that is wrong with a component's arguments.
pub fn complaints(desired: &Desired) -> Vec<Complaint> {
    let arguments = match Arguments::of(&desired.subject) {
        Ok(arguments) => arguments,
        Err(why) => return vec![Complaint::error(json!([]), why, "")],
    };
    let mut complaints = Vec::new();
    for (name, argv) in arguments.commands() {
        if argv.is_some_and(|argv| argv.first().is_none_or(String::is_empty)) {
            let detail = "Give a list: [\"program\", \"argument\"]; a shell line is [\"sh\", \"-c\", \"…\"].";
            complaints.push(Complaint::error(json!([name]), format!("`{name}` names no program"), detail));
        }
    }
    if arguments.snapshot.is_some() != arguments.restore.is_some() {
        let (there, missing) =
            if arguments.snapshot.is_some() { ("snapshot", "restore") } else { ("restore", "snapshot") };
        let what = format!("`{there}` without `{missing}` is no way back");
        complaints.push(Complaint::error(json!([there]), what, "Give both, or neither."));
    }
    for (i, word) in arguments.covers.iter().flatten().enumerate() {
        if ![SYSTEM, DATA].contains(&word.as_str()) {
            let what = format!("a snapshot cannot cover {word:?}");
            let detail = "Write \"system\", for everything on its target, or \"data\".";
            complaints.push(Complaint::error(json!(["covers", i]), what, detail));
        }
    }
    for name in arguments.env.iter().flatten().map(|(name, _)| name).filter(|name| !is_variable(name)) {
        let what = format!("no shell passes a variable called {name:?} on");
        let detail = "A name has letters, digits and `_`, and begins with no digit; `_pf_` begins names of patchform's own.";
        complaints.push(Complaint::error(json!(["env", name]), what, detail));
    }
    for (name, period) in [("timeout", &arguments.timeout), ("confirm_within", &arguments.confirm_within)] {
        if let Some(period) = period.as_deref().filter(|p| duration(p).is_none()) {
            let what = format!("{period:?} is no period");
            complaints.push(Complaint::error(json!([name]), what, "Write `90s`, `10m`, `1h30m` or `1d`."));
        }
    }
    if arguments.confirm_within.is_some() && arguments.restore.is_none() {
        let what = "`confirm_within` without `restore` has nothing that could go back".to_string();
        let detail = "Give `snapshot` and `restore`: unless the patch is confirmed in time, the target runs `restore` by itself.";
        complaints.push(Complaint::error(json!(["confirm_within"]), what, detail));
    }
    if arguments.confirm.is_some() && arguments.confirm_within.is_none() {
        let what = "`confirm` without `confirm_within` is never asked".to_string();
        let detail = "Say with `confirm_within` how long the target waits before it goes back by itself.";
        complaints.push(Complaint::error(json!(["confirm"]), what, detail));
    }
    match level(Some(&desired.level)) {
        Some(level) if !level.trim().is_empty() && !level.contains('\n') => {}
        _ => complaints.push(Complaint::error(
            json!(["patch_level"]),
            "a command's patch level is one line".into(),
            "It is compared with what `read` prints.",
        )),
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchform_sdk::message::Connection;
    use serde_json::Value;

    #[test]
    fn periods() {
        for (text, ms) in [
            ("500ms", 500),
            ("90s", 90_000),
            ("10m", 600_000),
            (" 2h ", 7_200_000),
            ("1h30m", 5_400_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(duration(text), Some(Duration::from_millis(ms)));
        }
        for text in ["", "10", "m", "-1s", "1.5s", "0s", "99999999999999999999s", "9999999999999999h"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn every_mistake_has_its_place() {
        let good = json!({"read": ["true"], "patch": ["true"]});
        let of = |name: &str, value: Value| {
            let mut arguments = good.clone();
            arguments[name] = value;
            let subject = Subject {
                address: "command.a".into(),
                kind: "command".into(),
                alias: String::new(),
                arguments,
                connection: Connection::local(),
            };
            let desired = Desired { subject, level: Level::Single("1".into()) };
            complaints(&desired)
                .into_iter()
                .map(|c| format!("{}: {}", json!(c.path), c.summary))
                .collect::<Vec<_>>()
        };
        assert_eq!(of("env", json!({"A": "b", "_a9": "", "PATH": "/x"})), [""; 0]);
        for name in ["a.b", "", "1a", "a b", "ä", "a=b", "_pf_now", "IFS", "OPTIND"] {
            let what = format!("[\"env\",\"{name}\"]: no shell passes a variable called {name:?} on");
            assert_eq!(of("env", json!({ name: "b" })), [what]);
        }
        assert_eq!(of("read", json!([])), [r#"["read"]: `read` names no program"#]);
        assert_eq!(
            of("snapshot", json!(["a"])),
            [r#"["snapshot"]: `snapshot` without `restore` is no way back"#]
        );
        assert_eq!(of("covers", json!(["data", "system"])), [""; 0]);
        assert_eq!(of("covers", json!(["data", "all"])), [r#"["covers",1]: a snapshot cannot cover "all""#]);
        assert_eq!(of("timeout", json!("soon")), [r#"["timeout"]: "soon" is no period"#]);
        assert_eq!(of("confirm_within", json!("1 week")).len(), 2);
        assert!(of("confirm_within", json!("30s"))[0].contains("nothing that could go back"));
        assert!(of("confirm", json!(["true"]))[0].contains("never asked"));
        assert!(of("read", json!("true"))[0].contains("do not fit"));
    }
}
