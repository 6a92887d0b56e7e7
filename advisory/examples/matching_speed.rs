//! How long hosts take to match: `cargo run --release -p patchform-advisory --example matching_speed STATUS TRACKER
//! [HOSTS] [LEVELS]`, with a dpkg status file of bookworm and the JSON document of Debian's tracker, both unpacked. Each
//! host has a list of its own, and of each package one of so many versions, which hosts take as they were patched.

use patchform_advisory::dpkg::{self, Layout};
use patchform_advisory::{Finding, Fleet, Index, Installed, Platform, Provenance, Verdict, debian};
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut bytes =
        || std::fs::read(arguments.next().expect("a status file and a tracker document")).expect("a file");
    let (status, document) = (bytes(), bytes());
    let mut number = |or| arguments.next().and_then(|count| count.parse().ok()).unwrap_or(or);
    let (hosts, levels): (usize, usize) = (number(1000), number(20));
    let packages = dpkg::read(&status, Layout::Status).expect("a status file").installed;
    let fleet: Vec<Vec<Installed>> = (0..hosts).map(|host| host_of(&packages, host, levels)).collect();
    let start = Instant::now();
    let feed = debian::tracker::read(&document, &Provenance::default()).expect("a tracker document");
    println!(
        "{} records, {:.1} MB: read in {:?}",
        feed.records.len(),
        document.len() as f64 / 1e6,
        start.elapsed()
    );
    let start = Instant::now();
    let index = Index::new(&feed.records);
    println!("indexed in {:?}", start.elapsed());
    let platform = Platform::parse("Debian:12");
    let (start, mut affected) = (Instant::now(), 0);
    let mut distinct = Fleet::new(&index);
    let on = distinct.platform(&platform);
    let all = fleet.iter().flatten();
    let numbers: Vec<usize> = all.map(|installed| distinct.number(on, &[installed])).collect();
    let findings = distinct.distinct().iter().map(|packages| distinct.findings(packages));
    let findings: Vec<Vec<Finding>> = findings.collect();
    for findings in numbers.into_iter().map(|number| &findings[number]) {
        affected += findings.iter().filter(|found| found.verdict() == Verdict::Affected).count();
    }
    println!(
        "{hosts} hosts of {} packages at {levels} versions each, {affected} findings: matched in {:?}",
        packages.len(),
        start.elapsed()
    );
}

/// A host that has patched each package a number of times that neither the others nor its neighbours have alike.
fn host_of(packages: &[Installed], host: usize, levels: usize) -> Vec<Installed> {
    let patched = |(at, installed): (usize, &Installed)| {
        let level = (host.wrapping_mul(31) ^ at.wrapping_mul(17)) % levels.max(1);
        let mut installed = installed.clone();
        installed.version.push_str(&format!("+p{level}"));
        if let Some(source) = &mut installed.source {
            source.version.push_str(&format!("+p{level}"));
        }
        installed
    };
    packages.iter().enumerate().map(patched).collect()
}
