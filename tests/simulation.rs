//! Deterministic simulation of the run engine's core (design page 5.5; docs/reliability.md).

#[path = "simulation/controller.rs"]
mod controller;
#[path = "simulation/dice.rs"]
mod dice;
#[path = "simulation/disk.rs"]
mod disk;
#[path = "simulation/draw.rs"]
mod draw;
#[path = "simulation/estate.rs"]
mod estate;
#[path = "simulation/history.rs"]
mod history;
#[path = "simulation/judge.rs"]
mod judge;
#[path = "simulation/ledger.rs"]
mod ledger;
#[path = "simulation/pacing.rs"]
mod pacing;
#[path = "simulation/plant.rs"]
mod plant;
#[path = "simulation/platform.rs"]
mod platform;
#[path = "simulation/rules.rs"]
mod rules;
#[path = "simulation/scenario.rs"]
mod scenario;
#[path = "simulation/shrink.rs"]
mod shrink;
#[path = "simulation/sim.rs"]
mod sim;
#[path = "simulation/story.rs"]
mod story;
#[path = "simulation/world.rs"]
mod world;

use draw::draw;
use history::Lasting;
use patchform::run::Ending;
use plant::{Around, Plant};
use rules::{Coverage, Rule};
use sim::simulate;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// The defect that `PATCHFORM_SIM_PLANT` names.
fn planted() -> Option<Plant> {
    let name: String = variable("PATCHFORM_SIM_PLANT")?;
    let found = Plant::all().into_iter().chain(Plant::of_what_is_left()).find(|plant| plant.name() == name);
    Some(found.unwrap_or_else(|| panic!("there is no defect {name}")))
}

/// Runs seeds until one fails or `runs` are done; what they covered, and how they ended.
fn run_all(runs: u64, loud: bool) -> Coverage {
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let all = Mutex::new(Coverage::default());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |n| n.get().min(64)) {
            scope.spawn(|| {
                let mut mine = Coverage::default();
                while !failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= runs {
                        break;
                    }
                    if loud && seed > 0 && seed % 50_000 == 0 {
                        let rate = seed as f64 / began.elapsed().as_secs_f64();
                        println!("{seed} of {runs} runs, {rate:.0} a second");
                    }
                    let sc = draw(seed);
                    match simulate(&sc, None, false) {
                        Ok(ended) => mine.add(&ended.cover),
                        Err(broke) => {
                            failed.store(true, Ordering::Relaxed);
                            panic!("{}", story::failure(seed, &sc, &broke, None));
                        }
                    }
                }
                all.lock().unwrap().add(&mine);
            });
        }
    });
    all.into_inner().unwrap()
}

/// How often each thing happened and each rule was put to the test.
fn summary(cover: &Coverage) -> String {
    let mut text = String::new();
    for (what, n) in &cover.happened {
        text += &format!("{n:>12}  {what}\n");
    }
    text += "\nput to the test:\n";
    for (rule, n) in cover.rules() {
        text += &format!("{n:>12}  {rule:?}: {}\n", rule.demands());
    }
    text
}

/// Everything that a large number of runs must have met.
fn must_happen() -> BTreeSet<String> {
    let faults = "Error Refused BrokeBefore BrokeDuring Half AnswerLost HangsPast Never LateRequest Lies Twice Slow \
                  Grumbles CoversMore Inconclusive";
    let mut all: BTreeSet<String> = faults.split_whitespace().map(|f| format!("fault {f}")).collect();
    let forth = "gate fetch measure drain block snapshot backup patch reload verify unblock undrain commit";
    all.extend(forth.split(' ').map(|s| format!("step forth: {s}")));
    all.extend(
        "drain block restore uninstall reload verify unblock undrain"
            .split(' ')
            .map(|s| format!("step back: {s}")),
    );
    all.extend("pause continue skip stop rollback abandon".split(' ').map(|r| format!("request {r}")));
    for at in ["before an append", "after an append", "before it acts", "while it acts"] {
        all.extend([format!("a controller dies {at}"), format!("a controller sleeps {at}")]);
    }
    for at in ["before a checkpoint", "after a checkpoint"] {
        all.extend([format!("a controller dies {at}"), format!("a controller sleeps {at}")]);
    }
    for ending in [Ending::Complete, Ending::Incomplete, Ending::Restored, Ending::Stuck] {
        all.insert(format!("ending {}", ending.name()));
    }
    let rest = [
        "ending halted, open",
        "ending stuck, open",
        "a controller dies while an append is torn",
        "a controller finds its journal sealed",
        "an append behind a seal",
        "taken from a controller that sleeps",
        "refused: the run is driven",
        "fenced: an old request",
        "a finished run is settled by somebody else",
        "an answer that nobody waits for",
        "a deadline passed",
        "a provider dies",
        "a provider gives up",
        "gates wait",
        "gates refuse",
        "a member is ill",
        "a member is well again",
        "a member that is ill is asked again",
        "the clock goes back",
        "the clock jumps",
        "interrupted once",
        "interrupted twice",
        "a person puts back what is stuck",
        "taken to rollback",
        "taken to abandon",
        "a person accepts what may go on",
        "a run is not abandoned: something goes on",
        "probe Fails",
        "probe Lost",
        "reading Fails",
        "reading Lost",
        "a look at what is watched",
        "a watched component turns ill",
    ];
    all.extend(rest.map(String::from));
    all
}

/// Nothing that is simulated, and no rule, is there for show.
fn covers_everything(cover: &Coverage) {
    let missing: Vec<String> =
        must_happen().into_iter().filter(|what| !cover.happened.contains_key(what)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
    let idle: Vec<Rule> = cover.rules().filter(|(_, n)| *n == 0).map(|(rule, _)| rule).collect();
    assert!(idle.is_empty(), "never put to the test: {idle:?}");
}

#[test]
fn every_run_keeps_the_rules() {
    if let Some(seed) = variable("PATCHFORM_SIM_SEED") {
        let (sc, plant) = (draw(seed), planted());
        match simulate(&sc, plant, false) {
            Ok(_) => println!("{}", story::story(&sc, plant)),
            Err(broke) => {
                println!("{}", story::story(&sc, plant));
                panic!("{}", story::failure(seed, &sc, &broke, plant));
            }
        }
        return;
    }
    let runs = variable("PATCHFORM_SIM_RUNS").unwrap_or(20_000);
    let began = Instant::now();
    let cover = run_all(runs, runs > 100_000);
    println!("{runs} runs in {:.0} s, no rule broken\n\n{}", began.elapsed().as_secs_f64(), summary(&cover));
    if runs >= 20_000 {
        covers_everything(&cover);
    }
}

#[test]
fn a_planner_could_make_what_is_drawn() {
    let odd: Vec<u64> = (0..20_000).filter(|seed| !draw(*seed).could_be_planned()).collect();
    assert!(odd.is_empty(), "{odd:?}");
}

/// Each defect is caught; the table says after how many runs, and by which rule.
#[test]
fn planted_defects_are_caught() {
    const MOST: u64 = 10_000;
    let mut missed = Vec::new();
    for plant in Plant::all() {
        let caught = (0..MOST).find_map(|seed| {
            let broke = simulate(&draw(seed), Some(plant), false).err()?;
            Some((seed, broke.violation.rule))
        });
        match caught {
            Some((seed, rule)) => println!("| `{}` | {} | {rule:?} |", plant.name(), seed + 1),
            None => missed.push(plant),
        }
    }
    assert!(missed.is_empty(), "not caught in {MOST} runs: {missed:?}");
}

/// Seeds beyond those that are played for every change, of histories that once broke a promise.
const ONCE_BROKEN: [u64; 1] = [5002];

/// Runs that follow each other lose nothing of what each of them left.
#[test]
fn every_history_keeps_its_promises() {
    if let Some(seed) = variable("PATCHFORM_SIM_HISTORY") {
        match history::play(seed, planted()) {
            Ok(met) => println!("{met:?}"),
            Err(broke) => panic!("{:?}: {}\n{}", broke.promise, broke.what, broke.story.join("\n")),
        }
        return;
    }
    let histories: u64 = variable("PATCHFORM_SIM_HISTORIES").unwrap_or(5_000);
    let mut all = history::Met::new();
    for seed in (0..histories).chain(ONCE_BROKEN) {
        match history::play(seed, None) {
            Ok(met) => met.into_iter().for_each(|(what, n)| *all.entry(what).or_default() += n),
            Err(broke) => panic!(
                "seed {seed} breaks the promise {:?}: {}\n{}\n\nreplay it with PATCHFORM_SIM_HISTORY={seed} cargo test \
                 --test simulation every_history -- --nocapture",
                broke.promise,
                broke.what,
                broke.story.join("\n")
            ),
        }
    }
    println!("{histories} histories, no promise broken: {all:#?}");
    let must = [
        "a controller dies",
        "a journal loses its end",
        "a run ends whose journal is known to lack its end",
        "request abandon",
        "request rollback",
        "taken to abandon",
        "taken to rollback",
        "something is left",
        "a plan leaves something as it is",
    ];
    let missing: Vec<&str> = must.into_iter().filter(|what| !all.contains_key(*what)).collect();
    assert!(missing.is_empty() || histories < 5_000, "never happened: {missing:?}");
}

/// What a run does not tell rightly of what it leaves is found by those that follow it, and by nobody else. Whatever a promise
/// lets pass, it lets no such defect pass.
#[test]
fn defects_of_what_is_left_are_caught_by_histories() {
    use Lasting::{Ends, Mended, Owned, Planned, Recorded, Restored};
    use patchform::run::Defect::{
        AbandonedIsRestored, AnythingMakesSure, BackDoesNotWait, DrainIsForgotten, HalfIsForgotten,
        HalfIsOwedAsWhole, LostLinesOweNothing, NothingIsOwed, RightIsInForce, TrafficIsNotOwed,
    };
    let core = [
        (NothingIsOwed, Owned),
        (HalfIsOwedAsWhole, Owned),
        (TrafficIsNotOwed, Owned),
        // Of lines that nobody misses nobody can tell; of lines that somebody misses everything is.
        (LostLinesOweNothing, Owned),
        (RightIsInForce, Owned),
        (AnythingMakesSure, Owned),
        // A record of what lost lines took back is no record.
        (AnythingMakesSure, Recorded),
        // Traffic is taken away as often as it is asked for.
        (DrainIsForgotten, Owned),
        // A reading sees halves.
        (HalfIsForgotten, Restored),
        // What was not in force before may be in force now, and is the same all the same.
        (AbandonedIsRestored, Restored),
        (BackDoesNotWait, Ends),
    ];
    let around = [(Around::OwedIsNotPlanned, Planned), (Around::DoneIsStillOwed, Mended)];
    let core = core.map(|(defect, promise)| (Plant::Core(defect), promise));
    let all: Vec<(Plant, Lasting)> =
        core.into_iter().chain(around.map(|(around, promise)| (Plant::Around(around), promise))).collect();
    for plant in Plant::of_what_is_left() {
        assert!(all.iter().any(|(planted, _)| *planted == plant), "{} is not tried", plant.name());
    }
    for (plant, promise) in all {
        let breaks =
            |seed: &u64| history::play(*seed, Some(plant)).is_err_and(|broke| broke.promise == promise);
        let Some(seed) = (0..10_000).find(breaks) else {
            panic!("{} is not caught by {promise:?}", plant.name())
        };
        println!("| `{}` | {} | {promise:?} |", plant.name(), seed + 1);
    }
}

/// A failing seed becomes a case that a person can follow, and that breaks the same rule.
#[test]
fn what_fails_is_shrunk() {
    use patchform::run::Defect;
    let cases = [Defect::BackDoesNotWait, Defect::BetweenIsBefore, Defect::DrainIsForgotten];
    for defect in cases {
        let plant = Some(Plant::Core(defect));
        // One that is large to begin with.
        let large = |seed: &u64| {
            let sc = draw(*seed);
            sc.components.len() >= 8 && sc.mishaps.len() >= 8 && simulate(&sc, plant, false).is_err()
        };
        let seed = (0..).find(large).unwrap();
        let sc = draw(seed);
        let Err(broke) = simulate(&sc, plant, false) else { panic!("seed {seed} does not fail") };
        let small = shrink::shrink(&sc, plant, broke.violation.rule);
        let again = simulate(&small, plant, false).err().map(|b| b.violation.rule);
        assert_eq!(again, Some(broke.violation.rule), "{defect:?}");
        assert!(small.could_be_planned(), "{defect:?}: no planner makes this: {small:?}");
        assert!(simulate(&small, None, false).is_ok(), "{defect:?}: it fails without the defect too");
        let size = (small.components.len(), small.mishaps.len());
        assert!(size.0 <= 3 && size.1 <= 4, "{defect:?}: {size:?}\n{}", story::story(&small, plant));
        let told = story::failure(seed, &sc, &broke, plant);
        let command = format!("PATCHFORM_SIM_PLANT={defect:?} PATCHFORM_SIM_SEED={seed} cargo test");
        assert!(told.contains(&command), "{told}");
        println!("{told}");
    }
}
