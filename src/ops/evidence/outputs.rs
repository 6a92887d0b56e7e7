//! What a run's commands printed, as it may leave the machine: secrets masked, or left out with the reason.

use crate::model::Mask;
use crate::ops::outputs::{TakenIn, folders};
use crate::ops::{Place, runs};
use crate::run::event::Event;
use crate::world::disk;
use std::io;
use std::path::{Path, PathBuf};

/// The largest output that goes in, in bytes.
const LIMIT: u64 = 1 << 30;
/// What goes in of each command. What it was fed may hold secrets, and its process number tells nobody anything.
const FILES: [&str; 5] = ["exit", "stderr", "stderr.masked", "stdout", "stdout.masked"];

/// What is to be hidden.
pub enum Hiding {
    /// There are no secrets in this run.
    Nothing,
    /// The values of its secrets.
    These(Mask),
}

/// One file that goes in.
pub struct Trace {
    /// Its name in the archive.
    pub name: String,
    path: PathBuf,
    mask: Option<Mask>,
}

/// What goes in, and what does not.
#[derive(Default)]
pub struct Outputs {
    /// Files, by name.
    pub traces: Vec<Trace>,
    /// What is missing, in sentences.
    pub missing: Vec<String>,
}

impl Trace {
    /// Its content, without secrets.
    ///
    /// # Errors
    /// Those of reading it.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let bytes = disk::read(&self.path, LIMIT)?;
        match &self.mask {
            None => Ok(bytes),
            Some(mask) => Ok(mask.apply(&String::from_utf8_lossy(&bytes)).into_owned().into_bytes()),
        }
    }
}

impl Outputs {
    /// None, because `why`.
    pub fn none(why: &str) -> Outputs {
        Outputs { missing: vec![format!("outputs: {why}")], ..Outputs::default() }
    }

    /// Those of run `id`: in its folder once it has ended, and before that where its commands leave them. `hiding` is
    /// `None` when it cannot be told what is secret.
    pub fn find(place: &Place, id: &str, events: &[Event], hiding: Option<Hiding>) -> Outputs {
        let Some(hiding) = hiding else {
            return Outputs::none("without its plan it cannot be told which secrets stand in them");
        };
        let kept = place.runs.join(id).join(runs::OUTPUTS);
        let mut folders = folders(&kept, "");
        folders.extend(folders_of_actions(place, id));
        folders.sort();
        let taken_in = TakenIn::of(id, events);
        let mut found = Outputs::default();
        for (name, path) in folders {
            match &hiding {
                Hiding::Nothing => found.take(&name, &path, None),
                // Until its answer was taken in, an output stands there as it was printed, perhaps with a secret that
                // has another value by now.
                Hiding::These(_) if !(path.join("exit").exists() && taken_in.left(&name)) => {
                    found.missing.push(format!(
                        "outputs/{name}: left out: the journal does not tell that the controller that began it took its \
                         answer in, so that secrets may stand in it"
                    ));
                }
                Hiding::These(mask) => found.take(&name, &path, Some(mask)),
            }
        }
        found
    }

    fn take(&mut self, folder: &str, path: &Path, mask: Option<&Mask>) {
        for file in FILES {
            let path = path.join(file);
            if path.is_file() {
                let mask = mask.filter(|_| matches!(file, "stdout" | "stderr")).cloned();
                self.traces.push(Trace { name: format!("{}/{folder}/{file}", runs::OUTPUTS), path, mask });
            }
        }
    }
}

fn folders_of_actions(place: &Place, id: &str) -> Vec<(String, PathBuf)> {
    folders(&place.actions, &format!("{id}."))
}
