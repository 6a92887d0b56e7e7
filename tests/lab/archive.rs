//! Real packages of Debian's archive, two versions of each, in the repository of a lab host.

use super::debian::{Debian, base};
use super::lab::Lab;
use std::fs;
use std::io::Write as _;
use std::process::Command;

/// One package with an earlier version and a later one.
pub struct Pair {
    /// Its name.
    pub name: String,
    /// The version before the newest.
    pub old: String,
    /// The newest.
    pub new: String,
}

/// Puts sets of packages (`nginx,nginx-common`: one version for all of a set) with all that they need into the host's repository, and says which
/// versions they have. Nothing, with a word on stderr, where this machine's own apt has no two versions of them.
pub fn stock(host: &Debian, sets: &[&str]) -> Vec<Pair> {
    let found = Lab::empty();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/archive.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(base())
        .arg(found.path(""))
        .args(sets)
        .output()
        .expect("sh starts");
    let _ = std::io::stderr().write_all(&output.stderr);
    if !output.status.success() || output.stdout.is_empty() {
        let _ =
            writeln!(std::io::stderr(), "skipped: the archive cannot be asked for two versions of {sets:?}");
        return Vec::new();
    }
    for file in fs::read_dir(found.path("")).unwrap().flatten().filter(|file| file.path().is_file()) {
        fs::copy(file.path(), host.repository.lab.path("pool").join(file.file_name())).unwrap();
    }
    host.repository.sign("good", "");
    let pair = |line: &str| match line.split(' ').collect::<Vec<_>>()[..] {
        [name, old, new] => Pair { name: name.into(), old: old.into(), new: new.into() },
        _ => panic!("{line}"),
    };
    String::from_utf8(output.stdout).unwrap().lines().map(pair).collect()
}
