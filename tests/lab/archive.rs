//! Real packages of Debian's archive, two versions of each, in the repository of a lab host.

use super::debian::{Debian, base};
use super::lab::Lab;
use super::repository::run;
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
/// versions they have: the newest that this machine's own apt knows, and the one before it. Sets of one version only are left out, with a word on
/// stderr.
pub fn stock(host: &Debian, sets: &[&str]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for set in sets {
        let names: Vec<&str> = set.split(',').collect();
        let listed =
            Command::new("apt-cache").args(["madison", names[0]]).output().expect("apt-cache starts");
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        // The newest first, each once for every suite that has it.
        let mut versions: Vec<&str> =
            listed.lines().filter_map(|line| line.split('|').nth(1).map(str::trim)).collect();
        versions.dedup();
        let [new, old, ..] = versions[..] else {
            let _ = writeln!(std::io::stderr(), "skipped: the archive has no two versions of {}", names[0]);
            continue;
        };
        let pair = |name: &str| Pair { name: name.into(), old: old.into(), new: new.into() };
        pairs.extend(names.into_iter().map(pair));
    }
    if !pairs.is_empty() {
        fetch(host, &pairs.iter().map(|pair| format!("{}={}", pair.name, pair.old)).collect::<Vec<_>>());
        fetch(host, &pairs.iter().map(|pair| format!("{}={}", pair.name, pair.new)).collect::<Vec<_>>());
    }
    pairs
}

/// Puts packages (`NAME`, `NAME=VERSION`) with all that they need and a host does not have into its repository.
pub fn fetch(host: &Debian, wanted: &[String]) {
    let found = Lab::empty();
    fs::create_dir(found.path("partial")).unwrap();
    let status = format!("Dir::State::status={}/var/lib/dpkg/status", base().display());
    let archives = format!("Dir::Cache::archives={}/", found.path("").display());
    let mut apt = Command::new("apt-get");
    apt.args(["-y", "-d", "-qq", "--allow-downgrades", "--reinstall", "--no-install-recommends"]);
    apt.args(["-o", &status, "-o", &archives, "-o", "Debug::NoLocking=1", "install"]).args(wanted);
    run(&mut apt);
    for file in fs::read_dir(found.path("")).unwrap().flatten().filter(|file| file.path().is_file()) {
        fs::copy(file.path(), host.repository.lab.path("pool").join(file.file_name())).unwrap();
    }
    host.repository.sign("good", "");
}
