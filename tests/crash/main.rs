//! Crash points for real: the built binary is killed (SIGKILL) at every journal append, checkpoint and lock operation in
//! turn, on real providers; then its run is finished, and in another try taken back. The end is always right.
//!
//! `PATCHFORM_CRASH=all` tries every point; without it a part is tried that is the same each time.

mod commands;
mod judge;
mod manifest;
mod platform;
mod point;
mod site;
mod sweep;

use platform::{Kind, Platform};
use point::spread;
use sweep::{First, Sweep, Then};

/// How many copies of a platform are tried at once: `PATCHFORM_CRASH_WORKERS`, or two.
fn workers() -> usize {
    std::env::var("PATCHFORM_CRASH_WORKERS").ok().and_then(|n| n.parse().ok()).unwrap_or(2)
}

/// Whether everything is to be tried.
fn all() -> bool {
    std::env::var("PATCHFORM_CRASH").is_ok_and(|v| v == "all")
}

/// How many of them are tried: `few`, or all.
fn most(few: usize) -> usize {
    if all() { usize::MAX } else { few }
}

/// First- and second-order kills on one platform: how many points of each kind.
fn sweep(kind: Kind, apply: usize, failing: usize, second: usize, firsts: usize) {
    let Some(platform) = Platform::new(kind, workers()) else { return };
    let sweep = Sweep::new(&platform, workers());
    let points = sweep.points(First::Apply);
    sweep.first_order(First::Apply, &spread(&points, apply));
    let killable: Vec<_> = points.iter().filter(|p| !p.is_of_a_provider()).cloned().collect();
    let middle = &killable[killable.len() / 4..killable.len() * 3 / 4];
    if kind != Kind::Note && kind != Kind::Python {
        let points = sweep.points(First::Failing);
        sweep.first_order(First::Failing, &spread(&points, failing));
    }
    for k in 0..firsts {
        let at = &middle[(2 * k + 1) * middle.len() / (2 * firsts)];
        for then in [Then::Resume, Then::Rollback] {
            let points = sweep.points_after(First::Apply, at, then);
            sweep.second_order(First::Apply, at, then, &spread(&points, second));
        }
    }
    sweep.figures.tell(&format!("{kind:?}, {} points", points.len()));
}

#[test]
fn commands_beside_a_run() {
    let points = commands::sweep(if all() { usize::MAX } else { 6 });
    println!("commands: {points} points");
}

#[test]
fn files_patched_by_commands() {
    sweep(Kind::Files, most(24), most(8), most(6), if all() { 2 } else { 1 });
}

#[test]
fn notes_of_the_contract_provider() {
    sweep(Kind::Note, most(usize::MAX), 0, most(12), if all() { 2 } else { 1 });
}

#[test]
fn notes_of_a_foreign_provider() {
    sweep(Kind::Python, most(6), 0, most(4), if all() { 2 } else { 1 });
}

#[test]
fn the_quickstart_with_its_services() {
    sweep(
        Kind::Quickstart,
        most(5),
        if all() { 300 } else { 3 },
        if all() { 40 } else { 2 },
        if all() { 2 } else { 1 },
    );
}
