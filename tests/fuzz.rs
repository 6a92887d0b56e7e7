//! The fuzzer's targets on every kept seed, without a fuzzer: what was found once stays fixed. `fuzz/run` does the rest.

#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use std::fs;
use std::path::Path;
use targets::TARGETS;

/// A fuzzer gives targets bytes of any kind; so do these.
const ANY: [&[u8]; 5] = [b"", b"\0", b"{}", b"\xff\xfe\n\n", b"####\n\r\n----\n"];

#[test]
fn every_seed_keeps_the_promises_of_its_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for target in TARGETS {
        let seeds =
            fs::read_dir(root.join(target.name)).unwrap_or_else(|e| panic!("seeds of {}: {e}", target.name));
        let mut paths: Vec<_> = seeds.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        assert!(paths.len() >= 3, "{} has {} seeds", target.name, paths.len());
        for path in paths {
            // Shown when the target panics.
            println!("{}", path.display());
            (target.run)(&fs::read(&path).expect("a seed"));
        }
        ANY.iter().for_each(|bytes| (target.run)(bytes));
    }
    let folders = fs::read_dir(&root).expect("the seeds").count();
    assert_eq!(folders, TARGETS.len(), "a folder of seeds belongs to no target");
}
