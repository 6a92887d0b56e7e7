//! Deterministic simulation of the run engine's core (design page 5.5). `PATCHFORM_SIM_RUNS` sets how many runs,
//! `PATCHFORM_SIM_SEED` replays one.

#[path = "simulation/dice.rs"]
mod dice;
#[path = "simulation/harness.rs"]
mod harness;
#[path = "simulation/platform.rs"]
mod platform;
#[path = "simulation/rules.rs"]
mod rules;
#[path = "simulation/world.rs"]
mod world;

use harness::{Mutation, simulate};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_run_keeps_the_rules() {
    if let Some(seed) = number("PATCHFORM_SIM_SEED") {
        let ending = simulate(seed, None).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        return println!("seed {seed} ended {}", ending.name());
    }
    let runs = number("PATCHFORM_SIM_RUNS").unwrap_or(20_000);
    let next = AtomicU64::new(0);
    let endings = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |n| n.get().min(8)) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= runs {
                        return;
                    }
                    match simulate(seed, None) {
                        Ok(ending) => *endings.lock().unwrap().entry(ending).or_insert(0_u64) += 1,
                        Err(e) => panic!("replay with PATCHFORM_SIM_SEED={seed}: {e}"),
                    }
                }
            });
        }
    });
    let endings = endings.into_inner().unwrap();
    println!("{endings:?}");
    assert!(runs < 1_000 || (endings.len() == 5 && endings.values().all(|n| n * 100 > runs)), "{endings:?}");
}

#[test]
fn planted_defects_are_caught() {
    for mutation in Mutation::ALL {
        let caught = (0..5_000).find_map(|seed| simulate(seed, Some(mutation)).err().map(|e| (seed, e)));
        match caught {
            Some((seed, e)) => println!("{mutation:?}: seed {seed}: {e}"),
            None => panic!("{mutation:?} was not caught in 5,000 runs"),
        }
    }
}
