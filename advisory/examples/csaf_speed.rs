//! How long a CSAF document takes: `cargo run --release -p patchform-advisory --example csaf_speed FILE…`.

use patchform_advisory::csaf::{self, Tree, verdicts};
use std::time::Instant;

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let start = Instant::now();
        let reading = match csaf::read(&bytes) {
            Ok(reading) => reading,
            Err(error) => {
                println!(
                    "{path}: {:.1} MB refused in {:?}: {error}",
                    bytes.len() as f64 / 1e6,
                    start.elapsed()
                );
                continue;
            }
        };
        let read = start.elapsed();
        let tests = csaf::check(&reading).len();
        let checked = start.elapsed();
        let tree = Tree::of(&reading.document);
        let judged: usize = reading.document.vulnerabilities().iter().map(|v| verdicts(v, &tree).len()).sum();
        println!(
            "{path}: {:.1} MB read in {read:?}, tested in {:?} ({tests} complaints), {judged} verdicts in {:?}",
            bytes.len() as f64 / 1e6,
            checked - read,
            start.elapsed() - checked
        );
    }
}
