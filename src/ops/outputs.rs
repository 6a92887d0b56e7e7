//! What a run's detached commands printed, kept in its folder once it has ended. No secret stays in it: what was taken in
//! was masked then; what nobody took in, because the controller died or the run was abandoned, is removed, and so is what
//! another controller took in than the one that began it: a secret may have had another value then.

use super::{Place, runs};
use crate::engine::perform::component_of;
use crate::model::Mask;
use crate::run::Run;
use crate::run::event::{ActionRef, Event, What};
use crate::world::{disk, failpoint};
use patchform_sdk::message::{Answer, Probed};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The largest output that is masked, in bytes; a larger one goes.
const LIMIT: u64 = 1 << 30;
/// What a command, what goes back by a dead man's switch, and its check print.
const PRINTED: [&str; 5] = ["stdout", "stderr", "switch/stdout", "switch/stderr", "switch/check"];
/// What they are fed: nobody needs it any more.
const FED: [&str; 3] = ["stdin", "switch/stdin", "switch/check-stdin"];

/// What is to be hidden in what a run's commands printed.
pub(super) enum Hide<'a> {
    /// There are no secrets in this run.
    Nothing,
    /// These, as far as they are known now; what its events do not say to be taken in goes.
    These(&'a Mask, &'a [Event]),
}

/// Moves what the run's commands printed into its folder: nobody can ask for them again by their ids, and what a run
/// learned is kept with it. What cannot be moved stays where it is, and what may still run, so that whoever begins
/// something there finds it: without secrets, too.
pub(super) fn keep(place: &Place, run: &Run, hide: &Hide<'_>) {
    let outputs = place.runs.join(run.id()).join(runs::OUTPUTS);
    let taken_in = match hide {
        Hide::Nothing => None,
        Hide::These(mask, events) => Some((mask, TakenIn::of(run.id(), events))),
    };
    for (name, path) in folders(&place.actions, &format!("{}.", run.id())) {
        failpoint::pass("outputs.move");
        let runs_on = component_of(run.id(), &name).is_some_and(|i| run.is_left_running(i));
        if let Some((mask, taken_in)) = &taken_in {
            let mask = (!runs_on && taken_in.left(&name)).then_some(**mask);
            hide_in(&path, mask, !runs_on);
        }
        failpoint::pass("outputs.hidden");
        if !runs_on {
            let _ = disk::make_folder(&outputs).and_then(|()| std::fs::rename(&path, outputs.join(&name)));
        }
    }
}

/// Removes what the commands of run `id` printed, where its plan or journal cannot be read: nobody can tell which secrets
/// stand in it.
pub(super) fn forget(place: &Place, id: &str) {
    for (_, path) in folders(&place.actions, &format!("{id}.")) {
        hide_in(&path, None, false);
    }
}

/// Folders in `parent` whose names begin with `prefix`.
pub(super) fn folders(parent: &Path, prefix: &str) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter_map(|e| e.file_name().into_string().ok().map(|name| (name, e.path())));
    named.filter(|(name, path)| name.starts_with(prefix) && path.is_dir()).collect()
}

/// Commands whose end the controller that began them took in: their output was masked where it stands before that was
/// answered. One that still ran then may have printed more, and what another controller took in was masked with the
/// secrets of its time.
pub(super) struct TakenIn(BTreeSet<String>);

impl TakenIn {
    /// As the events of `run` tell.
    pub fn of(run: &str, events: &[Event]) -> TakenIn {
        let (mut begun, mut taken_in) = (BTreeSet::new(), BTreeSet::new());
        for event in events {
            match &event.what {
                What::Taken { .. } => begun.clear(),
                What::Intent { action, attempt, .. } => drop(begun.insert((*action, *attempt))),
                what => {
                    let own = ended(what).filter(|ended| begun.contains(ended));
                    taken_in.extend(own.map(|(action, attempt)| action.id(run, attempt)));
                }
            }
        }
        TakenIn(taken_in)
    }

    /// Whether the folder `name` was left by one of them: it is called by its action's id, which has four parts, or by
    /// one that begins with it.
    pub fn left(&self, name: &str) -> bool {
        let end = name.match_indices('.').nth(3).map_or(name.len(), |(at, _)| at);
        self.0.contains(&name[..end])
    }
}

fn ended(what: &What) -> Option<(ActionRef, u32)> {
    match what {
        What::Fact { answer: Answer::Unclear { .. }, .. } => None,
        What::Fact { action, attempt, .. } => Some((*action, *attempt)),
        What::Probe { action, attempt, found: Ok(Probed::After(_) | Probed::Between { .. }) } => {
            Some((*action, *attempt))
        }
        _ => None,
    }
}

/// Masks what was printed; without a mask, and where that fails, it is removed. What a command is fed goes once it has
/// `ended`.
fn hide_in(folder: &Path, mask: Option<&Mask>, ended: bool) {
    for file in FED.iter().filter(|_| ended) {
        let _ = std::fs::remove_file(folder.join(file));
    }
    for path in PRINTED.map(|file| folder.join(file)) {
        if mask.is_none_or(|mask| masked(&path, mask).is_err()) {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn masked(path: &Path, mask: &Mask) -> io::Result<()> {
    let bytes = disk::read(path, LIMIT)?;
    let text = String::from_utf8_lossy(&bytes);
    match mask.apply(&text) {
        shown if shown == text => Ok(()),
        shown => disk::write_atomic(path, shown.as_bytes()),
    }
}
