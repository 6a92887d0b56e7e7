//! Snapshots that the state does not tell all of: those that ended runs asked for and never saw made, those of runs that the
//! state does not know, and those of damaged ones. Which of the orphans were dropped since.

use super::{Failure, Place, beginning, runs};
use crate::engine::marks;
use crate::engine::results::{self, Asked};
use crate::plan::Plan;
use crate::report::run_standing;
use crate::report::state_text::Nameless;
use crate::run::Stored;
use crate::state::{Orphan, State};
use crate::world::disk;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// In a run's folder: ids of its orphans that were dropped, one a line. The journal, which names them, is never changed.
const DROPPED: &str = "dropped-orphans";

/// What the folders of ended runs tell of snapshots, beside the state.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that may exist although no run can use them.
    pub orphans: Vec<Orphan>,
    /// Those that runs took which the state has no record of: nobody lists or drops them otherwise.
    pub unrecorded: Vec<Orphan>,
    /// Ids of those of the state of which a damaged journal tells only behind the damage.
    pub unproved: BTreeSet<String>,
    /// Runs whose plan cannot be read.
    pub planless: BTreeSet<String>,
    /// Snapshots of those that the state does not know: nobody knows of which component.
    pub nameless: Vec<Nameless>,
}

/// Looks through the folders of all runs that ended. Of one whose journal is damaged single lines tell. An open run still
/// decides about its own.
///
/// # Errors
/// The folder of runs cannot be read.
pub fn find(place: &Place, state: &State) -> Result<Found, Failure> {
    let open: BTreeSet<String> = runs::open(&place.runs)?.into_iter().map(|r| r.id).collect();
    let mut found = Found::default();
    let without_plan = runs::without_plan(&place.runs)?;
    for run in runs::all(&place.runs)?.into_iter().chain(without_plan).filter(|run| !open.contains(run)) {
        match runs::tell(&place.runs, &run) {
            Ok(told) => {
                found.take(place, state, &told.plan, &run, &|i| told.run.snapshots(i));
                if told.run.is_cut() || marks::is_cut(&place.runs.join(&run)) {
                    found.take_lost(place, state, &run, results::lost(&told.plan, &told.run, told.started()));
                }
            }
            Err(_) => {
                let Some(known) = beginning::beginning(&place.runs, &run) else {
                    found.take_nameless(place, state, run);
                    continue;
                };
                found.take(place, state, &known.plan, &run, &|i| known.heard.snapshots(i));
                let of_run = state.snapshots.iter().filter(|(_, s)| s.run == run).map(|(id, _)| id);
                found.unproved.extend(of_run.filter(|id| !known.proves(id)).cloned());
            }
        }
    }
    Ok(found)
}

impl Found {
    /// Takes in what `run` asked for, whose plan cannot be read.
    fn take_nameless(&mut self, place: &Place, state: &State, run: String) {
        let heard = beginning::heard_without_plan(&place.runs, &run);
        let unknown = |s: &&Stored| !s.ruled_out && !state.snapshots.contains_key(&s.id);
        let nameless = |s: &Stored| Nameless {
            id: s.id.clone(),
            run: run.clone(),
            asked: s.at,
            kept: run_standing::kept(s),
        };
        self.nameless.extend(heard.all().filter(unknown).map(nameless));
        self.planless.insert(run);
    }

    /// Takes in what the run `id` of `plan` asked for.
    fn take(&mut self, place: &Place, state: &State, plan: &Plan, id: &str, asked: Asked<'_>) {
        let unknown = |o: &Orphan| !state.snapshots.contains_key(&o.id);
        self.take_lost(place, state, id, results::orphans(plan, id, asked));
        if state.run(id).is_none() {
            self.unrecorded.extend(results::taken(plan, id, asked).into_iter().filter(unknown));
        }
    }

    /// Takes in what may be there of the run `id`, where it was not dropped since.
    fn take_lost(&mut self, place: &Place, state: &State, id: &str, orphans: Vec<Orphan>) {
        let dropped = dropped(place, id);
        let there = |o: &Orphan| !state.snapshots.contains_key(&o.id) && !dropped.contains(&o.id);
        self.orphans.extend(orphans.into_iter().filter(there));
    }
}

fn file(place: &Place, run: &str) -> PathBuf {
    place.runs.join(run).join(DROPPED)
}

fn dropped(place: &Place, run: &str) -> BTreeSet<String> {
    let bytes = disk::read(&file(place, run), 64 << 20).unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().map(str::to_string).collect()
}

/// Notes that an orphan was dropped.
///
/// # Errors
/// A file that cannot be written; it will be dropped again, which does no harm.
pub fn note_dropped(place: &Place, orphan: &Orphan) -> Result<(), Failure> {
    let mut ids = dropped(place, &orphan.run);
    ids.insert(orphan.id.clone());
    let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
    let path = file(place, &orphan.run);
    disk::write_atomic(&path, text.as_bytes())
        .map_err(|e| Failure::error(format!("cannot write {}: {e}", path.display())))
}
