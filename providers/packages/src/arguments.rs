//! A component's arguments, checked.

use crate::manager::Manager;
use crate::names;
use patchform_sdk::message::{Complaint, Desired, Level, Reload, Subject};
use patchform_sdk::period;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long the manager's lock is waited for, where the component does not say.
const LOCK: Duration = Duration::from_secs(120);
/// How long a host may take to come back from a reboot, where the component does not say.
const REBOOT: Duration = Duration::from_secs(600);

/// Whether the host is rebooted to bring a patch into force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reboot {
    /// Never: what needs one is blocked, where that is known before.
    #[default]
    Never,
    /// Where a kernel is patched, or a package asks for it.
    WhenNeeded,
    /// After every patch.
    Always,
}

/// How a host goes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// The exact previous packages are installed again.
    #[default]
    Packages,
    /// The whole root comes back from a btrfs snapshot, by a reboot.
    Btrfs,
}

/// The arguments of a component.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[allow(missing_docs)] // Each is described in `describe.rs`.
pub struct Arguments {
    #[serde(default)]
    pub restart: Option<Vec<String>>,
    #[serde(default)]
    pub allow_removal: Option<Vec<String>>,
    #[serde(default)]
    pub allow_held: Option<bool>,
    #[serde(default)]
    pub lock_timeout: Option<String>,
    #[serde(default)]
    pub reboot: Reboot,
    #[serde(default)]
    pub reboot_timeout: Option<String>,
    #[serde(default)]
    pub confirm_within: Option<String>,
    #[serde(default)]
    pub repair: Option<bool>,
    #[serde(default)]
    pub way_back: Back,
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// What does not fit, in a sentence.
    pub fn of(subject: &Subject) -> Result<Arguments, String> {
        serde_json::from_value(subject.arguments.clone())
            .map_err(|e| format!("the arguments do not fit: {e}"))
    }

    /// How long the manager's lock is waited for.
    pub fn lock(&self) -> Duration {
        self.lock_timeout.as_deref().and_then(|text| period::parse(text).ok()).unwrap_or(LOCK)
    }

    /// How long the host may take to come back from a reboot.
    pub fn reboot_patience(&self) -> Duration {
        self.reboot_timeout.as_deref().and_then(|text| period::parse(text).ok()).unwrap_or(REBOOT)
    }

    /// Within what time a patch must be confirmed, or the host goes back by itself; `None` without a dead man's switch.
    pub fn within(&self) -> Option<Duration> {
        self.confirm_within
            .as_deref()
            .and_then(|text| period::parse(text).ok())
            .filter(|time| !time.is_zero())
    }

    /// What brings a patch into force that needs no reboot.
    pub fn reload(&self) -> Reload {
        if self.restarts() { Reload::Service } else { Reload::None }
    }

    /// Whether services may have to be restarted.
    pub fn restarts(&self) -> bool {
        self.restart.as_ref().is_none_or(|units| !units.is_empty())
    }

    /// Whether a service counts: any, where the component names none.
    pub fn counts(&self, unit: &str) -> bool {
        self.restart.as_ref().is_none_or(|units| units.iter().any(|named| full(named) == unit))
    }

    /// The named services, in full.
    pub fn named(&self) -> Vec<String> {
        self.restart.iter().flatten().map(|unit| full(unit)).collect()
    }

    /// Whether this package may be taken away.
    pub fn may_remove(&self, name: &str) -> bool {
        self.allow_removal.iter().flatten().any(|allowed| allowed == name)
    }

    /// Whether what others have left half installed is repaired.
    pub fn repairs(&self) -> bool {
        self.repair == Some(true)
    }

    /// `btrfs` where the whole root goes back, as the scripts want it.
    pub fn how_back(&self) -> String {
        if self.way_back == Back::Btrfs { "btrfs" } else { "" }.into()
    }

    /// `1` where held packages may be changed, as the scripts want it.
    pub fn held(&self) -> String {
        u8::from(self.allow_held == Some(true)).to_string()
    }
}

/// A unit's name with its type, as systemd shows it.
fn full(unit: &str) -> String {
    let kinds = [".service", ".socket", ".target", ".timer", ".path", ".mount"];
    if kinds.iter().any(|kind| unit.ends_with(kind)) { unit.into() } else { format!("{unit}.service") }
}

/// A level's packages with their versions.
pub fn packages(level: Option<&Level>) -> BTreeMap<String, String> {
    match level {
        Some(Level::Map(map)) => map.clone(),
        _ => BTreeMap::new(),
    }
}

/// All that is wrong with a component's arguments.
pub fn complaints(manager: &Manager, desired: &Desired) -> Vec<Complaint> {
    let arguments = match Arguments::of(&desired.subject) {
        Ok(arguments) => arguments,
        Err(why) => return vec![Complaint::error(json!([]), why, "")],
    };
    let mut complaints = Vec::new();
    let level = packages(Some(&desired.level));
    if level.is_empty() {
        let detail = format!("Write `patch_level = {{ {} }}`.", manager.words.example);
        complaints.push(Complaint::error(
            json!(["patch_level"]),
            "the patch level names no package".into(),
            &detail,
        ));
    }
    for (name, version) in &level {
        if !(manager.names.is_package)(name) {
            complaints.push(Complaint::error(
                json!(["patch_level", name]),
                format!("{name:?} is no package's name"),
                manager.words.package_rule,
            ));
        }
        if let Err(why) = (manager.names.version)(version) {
            let detail = manager.words.version_rule;
            complaints.push(Complaint::error(json!(["patch_level", name]), why, detail));
        }
    }
    for (i, unit) in arguments.restart.iter().flatten().enumerate() {
        if !names::is_unit(unit) {
            let detail = "Write it as `systemctl` shows it: \"nginx.service\".";
            complaints.push(Complaint::error(
                json!(["restart", i]),
                format!("{unit:?} is no unit's name"),
                detail,
            ));
        }
    }
    for (i, name) in arguments.allow_removal.iter().flatten().enumerate() {
        if !(manager.names.is_package)(name) {
            complaints.push(Complaint::error(
                json!(["allow_removal", i]),
                format!("{name:?} is no package's name"),
                "",
            ));
        } else if level.contains_key(name) {
            let what = format!("{name} stands in the patch level and may be removed");
            complaints.push(Complaint::error(
                json!(["allow_removal", i]),
                what,
                "Take it out of one of them.",
            ));
        }
    }
    for (name, time) in
        [("lock_timeout", &arguments.lock_timeout), ("reboot_timeout", &arguments.reboot_timeout)]
    {
        if let Some(text) = time.as_deref().filter(|text| period::parse(text).is_err()) {
            let detail = "Write `90s`, `10m`, `1h30m`, or `0s` for not waiting at all.";
            complaints.push(Complaint::error(json!([name]), format!("{text:?} is no period"), detail));
        }
    }
    if arguments.confirm_within.is_some() && arguments.within().is_none() {
        let detail = "Write a time that is longer than the patch takes on a bad day: `5m`.";
        let what = "confirm_within must be a length of time above zero".to_string();
        complaints.push(Complaint::error(json!(["confirm_within"]), what, detail));
    }
    if arguments.confirm_within.is_some() && arguments.way_back == Back::Btrfs {
        let detail = "Write one of them: a dead man's switch goes back by the previous packages.";
        let what = "confirm_within has no way back by btrfs".to_string();
        complaints.push(Complaint::error(json!(["confirm_within"]), what, detail));
    }
    let boots = ["ssh", "container"].contains(&desired.subject.connection.kind.as_str());
    for (name, asked) in
        [("reboot", arguments.reboot != Reboot::Never), ("way_back", arguments.way_back == Back::Btrfs)]
    {
        if asked && !boots {
            let detail =
                "A reboot of this machine would end patchform; let it be reached over ssh from another one.";
            let what = "only a host that is reached over ssh, or a container, is rebooted".to_string();
            complaints.push(Complaint::error(json!([name]), what, detail));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;
    use patchform_sdk::message::Connection;
    use serde_json::Value;

    fn told(arguments: Value, level: Value) -> Vec<String> {
        let subject = Subject {
            address: "apt.a".into(),
            kind: "apt".into(),
            alias: String::new(),
            arguments,
            connection: Connection::local(),
        };
        let desired = Desired { subject, level: serde_json::from_value(level).unwrap() };
        complaints(&SAMPLE, &desired)
            .into_iter()
            .map(|c| format!("{}: {}", json!(c.path), c.summary))
            .collect()
    }

    #[test]
    fn every_mistake_has_its_place() {
        let level = json!({ "nginx": "1.0-1" });
        let all = json!({ "restart": ["nginx", "a@b.service"], "allow_removal": ["apache2"], "allow_held": true,
                          "lock_timeout": "0s" });
        assert_eq!(told(all, level.clone()), [""; 0]);
        assert_eq!(told(json!({}), json!({})), [r#"["patch_level"]: the patch level names no package"#]);
        assert!(told(json!({}), json!({ "a b": "1" }))[0].contains("\"a b\" is no package's name"));
        assert!(told(json!({}), json!({ "nginx": "1 0" }))[0].starts_with(r#"["patch_level","nginx"]"#));
        assert!(told(json!({ "restart": ["-f"] }), level.clone())[0].contains("no unit's name"));
        assert!(told(json!({ "allow_removal": ["nginx"] }), level.clone())[0].contains("may be removed"));
        assert!(told(json!({ "lock_timeout": "soon" }), level.clone())[0].contains("no period"));
        assert!(told(json!({ "reboot_timeout": "soon" }), level.clone())[0].contains("no period"));
        assert!(told(json!({ "confirm_within": "0s" }), level.clone())[0].contains("above zero"));
        assert!(told(json!({ "reboot": "always" }), level.clone())[0].contains("over ssh"));
        assert!(
            told(json!({ "way_back": "btrfs" }), level.clone())[0].starts_with("[\"way_back\"]: only a host")
        );
        let both = json!({ "way_back": "btrfs", "confirm_within": "5m" });
        assert!(told(both, level.clone())[0].contains("no way back by btrfs"));
        assert!(told(json!({ "reboot": "perhaps" }), level.clone())[0].contains("`when_needed`"));
        assert!(told(json!({ "restart": "nginx" }), level)[0].contains("do not fit"));
    }

    #[test]
    fn which_services_count() {
        let of = |restart: Value| serde_json::from_value::<Arguments>(json!({ "restart": restart })).unwrap();
        assert!(of(Value::Null).counts("cron.service") && of(Value::Null).restarts());
        assert!(!of(json!([])).counts("cron.service") && !of(json!([])).restarts());
        let named = of(json!(["nginx", "db.socket"]));
        assert!(named.counts("nginx.service") && named.counts("db.socket") && !named.counts("cron.service"));
        assert_eq!(named.named(), ["nginx.service", "db.socket"]);
    }
}
