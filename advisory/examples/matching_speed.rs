//! How long hosts take to match: `cargo run --release -p patchform-advisory --example matching_speed STATUS TRACKER
//! [HOSTS]`, with a dpkg status file of bookworm and the JSON document of Debian's tracker, both unpacked.

use patchform_advisory::dpkg::{self, Layout};
use patchform_advisory::{Index, Platform, Provenance, Verdict, debian};
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut bytes =
        || std::fs::read(arguments.next().expect("a status file and a tracker document")).expect("a file");
    let (status, document) = (bytes(), bytes());
    let hosts: usize = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let packages = dpkg::read(&status, Layout::Status).expect("a status file").installed;
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
    for _ in 0..hosts {
        let found = index.assess(&platform, &packages);
        affected += found.iter().filter(|finding| finding.verdict() == Verdict::Affected).count();
    }
    println!(
        "{hosts} hosts of {} packages, {affected} findings: matched in {:?}",
        packages.len(),
        start.elapsed()
    );
}
