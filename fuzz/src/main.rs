//! The fuzzer: libFuzzer calls the target that `FUZZ_TARGET` names with one input after the other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

mod targets;

/// The chosen target; a wrong name ends the process before anything is counted as tested.
fn chosen() -> fn(&[u8]) {
    static CHOSEN: OnceLock<fn(&[u8])> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        match targets::TARGETS.iter().find(|target| target.name == name) {
            Some(target) => target.run,
            None => {
                let names: Vec<&str> = targets::TARGETS.iter().map(|target| target.name).collect();
                eprintln!("FUZZ_TARGET={name:?} is none of: {}", names.join(" "));
                std::process::exit(2)
            }
        }
    })
}

fuzz_target!(|data: &[u8]| chosen()(data));
