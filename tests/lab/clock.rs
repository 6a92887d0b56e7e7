//! The wall clock that patchform sees, set by libfaketime while it runs. Clocks that only measure are the machine's.

use super::lab::{self, Lab};
use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock in a file of a lab.
pub struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    /// One that is not set yet; `None`, with a line that says so, where the library is not installed.
    pub fn new(lab: &Lab) -> Option<Clock> {
        Some(Clock { library: lab::faketime()?, file: lab.path("clock") })
    }

    /// Sets it: RFC 3339.
    pub fn set(&self, at: &str) {
        let wanted = patchform::model::Moment::parse(at).expect(at).0 / 1000;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        // Written whole: half of it would be another time.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{:+}\n", wanted - now)).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }

    /// The command sees this clock.
    pub fn show(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1");
    }
}
