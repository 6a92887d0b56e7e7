//! A complete provider: kind `note` is a text file whose content is its patch level.
//!
//! It is the shortest honest example of the protocol in Rust, and the component of the benchmarks.

use patchform_sdk::durable::{self, Survives};
use patchform_sdk::ledger::{self, Ledger};
use patchform_sdk::message::{
    Absent, Act, Action, Answer, Argument, Can, Complaint, Configure, Description, Desired, Done, FileChange,
    Identity, Kind, Level, Present, Preview, PreviewOutcome, Probe, Probed, Proposed, Reading, RpcError,
    Snapshot, Subject, Verdict, WayBack, WayBackKind,
};
use patchform_sdk::words::earlier_action;
use patchform_sdk::{Context, Provider, digest, machine};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    patchform_sdk::serve(Notes)
}

/// Notes need no configuration.
struct Notes;

impl Provider for Notes {
    fn identity(&self) -> Identity {
        Identity { name: "note".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    fn describe(&self) -> Description {
        let path = Argument {
            ty: json!("string"),
            required: true,
            default: None,
            sensitive: false,
            description: "The file.".into(),
        };
        let kind = Kind {
            summary: "A text file whose content is its patch level.".into(),
            scheme: "natural".into(),
            arguments: BTreeMap::from([("path".into(), path)]),
            can: Can { snapshot: true, snapshot_early: true, verify: true, probe: true, ..Can::default() },
            example: EXAMPLE.into(),
            ..kind()
        };
        Description { kinds: BTreeMap::from([("note".into(), kind)]), ..Description::default() }
    }

    fn configure(&self, _: &Configure) -> Result<(), RpcError> {
        Ok(())
    }

    fn validate(&self, desired: &Desired) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        if path(&desired.subject).file_name().is_none() {
            complaints.push(complaint(
                json!(["path"]),
                "the path names no file",
                "Name the file of the note.",
            ));
        }
        if text(Some(&desired.level)).is_some_and(|level| level.is_empty() || level.contains('\n')) {
            complaints.push(complaint(
                json!(["patch_level"]),
                "a note's level is one line",
                "Write one line of text.",
            ));
        }
        complaints
    }

    fn read(&self, desired: &Desired, _: &Context) -> Reading {
        let path = path(&desired.subject);
        match ledger::at_work(&ledger_of(&path)) {
            Ok(None) => {}
            // What is read beside somebody who is at work need not stay.
            Ok(Some(id)) => return Reading::unsettled(format!("{} still goes on", earlier_action(&id))),
            Err(e) => return Reading::unsettled(format!("its ledger cannot be read: {e}")),
        }
        let target = machine::identity().to_string();
        let claims = vec![format!("path:{}", path.display())];
        match content(&path) {
            Ok(level) => {
                let digest = digest_of(level.as_deref());
                match level {
                    None => Reading::Absent(Absent { target, claims, digest }),
                    Some(level) => Reading::Present(Present {
                        level: Level::Single(level),
                        running: None,
                        pending: Default::default(),
                        pending_by: Vec::new(),
                        digest,
                        surroundings: None,
                        target,
                        claims,
                    }),
                }
            }
            Err(e) => Reading::unreachable(format!("{} cannot be read: {e}", path.display())),
        }
    }

    fn preview(&self, proposed: &Proposed, _: &Context) -> PreviewOutcome {
        let path = path(&proposed.subject);
        let (from, to) = (text(proposed.from.as_ref()), text(Some(&proposed.to)).unwrap_or_default());
        let line = |level: &str| format!("{level}\n");
        PreviewOutcome::Ready(Box::new(Preview {
            files: vec![FileChange {
                path: path.display().to_string(),
                before: from.map(|level| digest::of_bytes(line(level).as_bytes())),
                after: Some(digest::of_bytes(line(to).as_bytes())),
                text: Some((from.map(line).unwrap_or_default(), line(to))),
            }],
            ways_back: vec![WayBack {
                kind: WayBackKind::Restore,
                coverage: Default::default(),
                place: "the snapshot itself".into(),
                survives_target_loss: true,
                discards_data: false,
                size: 0,
                duration: 1,
            }],
            space: to.len() as u64 + 1,
            durations: ["snapshot", "patch", "verify", "restore"].map(|name| (name.to_string(), 1)).into(),
            ..Preview::default()
        }))
    }

    fn act(&self, action: Action, act: &Act, _: &Context) -> Answer {
        let path = path(&act.subject);
        if action == Action::Verify {
            // It has no effect, so it needs no ledger, and must look anew each time.
            return verify(&path, act.level.as_ref());
        }
        // A note is not worth a sync per action: it promises to survive the death of its process, not of the machine.
        Ledger::once(&ledger_of(&path), Survives::Death, act, || match action {
            Action::Snapshot => snapshot(&path),
            Action::Patch => patch(&path, act),
            Action::Restore => restore(&path, act),
            // The snapshot is its token: there is nothing to remove.
            Action::Drop => Answer::applied(),
            other => Answer::refused(format!("a note cannot {}", other.name())),
        })
    }

    fn probe(&self, probe: &Probe, _: &Context) -> Result<Probed, RpcError> {
        let path = path(&probe.act.subject);
        let failed = |e: io::Error| RpcError::internal(format!("{} cannot be probed: {e}", path.display()));
        if let Some(known) = ledger::probe(&ledger_of(&path), Survives::Death, &probe.act).map_err(failed)? {
            return Ok(known);
        }
        // Begun, and killed before it could answer. The file is replaced by a rename: it is old or new.
        let now = content(&path).map_err(failed)?;
        let wanted = match probe.action {
            Action::Patch => text(probe.act.level.as_ref()).map(str::to_string),
            Action::Restore => match kept(&probe.act) {
                Some(level) => level,
                None => return Ok(Probed::between("the snapshot's token is missing")),
            },
            // Nothing changes on the target.
            _ => return Ok(Probed::before()),
        };
        Ok(if now == wanted { Probed::After(Done::default()) } else { Probed::before() })
    }
}

/// Every argument occurs in it.
const EXAMPLE: &str =
    "component \"note\" \"motd\" {\n  patch_level = \"hello\"\n  path        = \"motd\"\n}\n";

fn kind() -> Kind {
    Kind {
        summary: String::new(),
        class: Default::default(),
        level: Default::default(),
        scheme: String::new(),
        arguments: BTreeMap::new(),
        can: Can::default(),
        needs: BTreeMap::new(),
        example: String::new(),
    }
}

fn complaint(path: Value, summary: &str, detail: &str) -> Complaint {
    let path = path.as_array().cloned().unwrap_or_default();
    Complaint { component: 0, path, warning: false, summary: summary.into(), detail: detail.into() }
}

fn path(subject: &Subject) -> PathBuf {
    PathBuf::from(subject.arguments.get("path").and_then(Value::as_str).unwrap_or_default())
}

fn ledger_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    durable::folder_of(path).join(format!(".{name}.ledger"))
}

fn text(level: Option<&Level>) -> Option<&str> {
    match level {
        Some(Level::Single(level)) => Some(level),
        _ => None,
    }
}

fn content(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim_end_matches('\n').to_string())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

fn digest_of(level: Option<&str>) -> String {
    digest::of_json(&json!({ "note": level }))
}

/// Refuses when what is there is not what the core expects.
fn unexpected(path: &Path, act: &Act) -> Option<Answer> {
    let expected = act.expected.as_ref()?;
    match content(path) {
        Ok(level) if digest_of(level.as_deref()) == *expected => None,
        Ok(_) => Some(Answer::refused(format!("{} has changed since it was read", path.display()))),
        Err(e) => Some(Answer::refused(format!("{} cannot be read: {e}", path.display()))),
    }
}

fn snapshot(path: &Path) -> Answer {
    match content(path) {
        Ok(level) => Answer::Applied(Done {
            snapshot: Some(Box::new(Snapshot {
                digest: Some(digest_of(level.as_deref())),
                token: json!({ "level": level }),
                place: "in the state".into(),
                survives_target_loss: true,
                ..Snapshot::default()
            })),
            ..Done::default()
        }),
        Err(e) => Answer::refused(format!("{} cannot be read: {e}", path.display())),
    }
}

fn patch(path: &Path, act: &Act) -> Answer {
    if let Some(refused) = unexpected(path, act) {
        return refused;
    }
    match text(act.level.as_ref()) {
        Some(level) => write(path, level),
        None => Answer::refused("a note's level is one string"),
    }
}

fn write(path: &Path, level: &str) -> Answer {
    match durable::replace(path, format!("{level}\n").as_bytes(), 0o644, Survives::Death) {
        Ok(()) => Answer::applied(),
        // The file is replaced whole or not at all.
        Err(e) => Answer::refused(format!("{} cannot be written: {e}", path.display())),
    }
}

/// The level in a snapshot's token: `Some(None)` when the note was absent.
fn kept(act: &Act) -> Option<Option<String>> {
    let token = act.snapshot.as_ref()?.token.as_ref()?;
    Some(token.get("level")?.as_str().map(str::to_string))
}

fn restore(path: &Path, act: &Act) -> Answer {
    if let Some(refused) = unexpected(path, act) {
        return refused;
    }
    match kept(act) {
        Some(Some(level)) => write(path, &level),
        Some(None) => match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                Answer::refused(format!("{} cannot be removed: {e}", path.display()))
            }
            _ => Answer::applied(),
        },
        None => Answer::refused("the snapshot's token is missing"),
    }
}

fn verify(path: &Path, level: Option<&Level>) -> Answer {
    let verdict = match content(path) {
        Ok(now) if now.as_deref() == text(level) => Verdict::Healthy,
        Ok(now) => Verdict::Ill { why: format!("the note says {:?}", now.unwrap_or_default()) },
        Err(e) => Verdict::Inconclusive { why: format!("{} cannot be read: {e}", path.display()) },
    };
    Answer::Applied(Done { verdict: Some(verdict), ..Done::default() })
}
