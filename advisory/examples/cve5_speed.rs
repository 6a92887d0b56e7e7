//! How long CVE records take to read, on all cores: `cargo run --release -p patchform-advisory --example cve5_speed FOLDER
//! [RECORDS]` reads the records below the folder again and again until that many were read.

use patchform_advisory::cve5::Record;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

fn records(folder: &Path, found: &mut Vec<Vec<u8>>) {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            records(&path, found);
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(std::fs::read(&path).expect("a file"));
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("the folder of CVE records"));
    let count: usize = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(44_130);
    let mut all = Vec::new();
    records(&folder, &mut all);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..3 {
        let start = Instant::now();
        let read: Vec<(usize, usize)> = thread::scope(|scope| {
            let all = &all;
            let part = move |core: usize| {
                let mine = (core..count).step_by(cores).map(|at| &all[at % all.len()]);
                mine.fold((0, 0), |(bytes, scores), record| {
                    let read = Record::read(record).expect("a record of the collection");
                    (
                        bytes + record.len(),
                        scores + read.containers.iter().map(|c| c.scores.len()).sum::<usize>(),
                    )
                })
            };
            let threads: Vec<_> = (0..cores).map(|core| scope.spawn(move || part(core))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let (bytes, scores) = read.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        println!(
            "{count} records, {:.0} MB, {scores} scores, {cores} cores: {:?}",
            bytes as f64 / 1e6,
            start.elapsed()
        );
    }
}
