//! Draws a scenario: one seed, one scenario.

use super::dice::Dice;
use super::scenario::*;
use patchform::config::checked::{OnFailure, Service};
use patchform::plan::noun::Step;
use patchform::run::event::{Leg, Request};
use patchform_sdk::message::Reload;

/// The scenario of a seed.
pub fn draw(seed: u64) -> Scenario {
    let mut dice = Dice(seed);
    let most = dice.pick(&[2, 3, 3, 6, 6, 10, 10, 16, 40]);
    let n = 1 + dice.below(most);
    let rollouts: Vec<Rollout> = (0..1 + dice.below(3)).map(|_| rollout(&mut dice)).collect();
    let targets = 1 + dice.below(n);
    let sick = dice.pick(&[0, 0, 5, 15]);
    let components = (0..n).map(|i| component(&mut dice, i, targets, rollouts.len(), sick)).collect();
    let mut scenario =
        Scenario { components, rollouts, services: Vec::new(), mishaps: Vec::new(), uneven: dice.next() | 1 };
    let faults = dice.pick(&[0, 1, 3, 8, 20]);
    draw_faults(&mut dice, &mut scenario, faults);
    let crashes = dice.pick(&[0, 0, 1, 1, 2, 5]);
    draw_crashes(&mut dice, &mut scenario, crashes);
    draw_surroundings(&mut dice, &mut scenario);
    draw_people(&mut dice, &mut scenario);
    if dice.percent(40) {
        scenario.mishaps.push(Mishap::PutBack { taken: 2 + dice.below(3) });
    }
    draw_pace(&mut Dice(!seed), &mut scenario);
    draw_services(&mut Dice(seed.rotate_left(17) ^ 0x5e2f), &mut scenario);
    let mut dice = Dice(seed.rotate_left(29) ^ 0x3a7e);
    let hours = dice.pick(&[0, 50, 100]);
    scenario.components.iter_mut().for_each(|c| c.hours = dice.percent(hours));
    draw_ailing(&mut Dice(seed.rotate_left(41) ^ 0x71f3), &mut scenario);
    let mut dice = Dice(seed.rotate_left(53) ^ 0x1e9d);
    draw_always(&mut dice, &mut scenario);
    draw_lies(&mut dice, &mut scenario);
    scenario
}

/// Steps that fare the same at every try.
fn draw_always(dice: &mut Dice, scenario: &mut Scenario) {
    let often = dice.pick(&[0, 0, 10, 30]);
    for i in 0..scenario.components.len() {
        if dice.percent(often) {
            let (forth, back) = scenario.components[i].procedures();
            let (leg, steps) = if dice.percent(70) { (Leg::Forth, forth) } else { (Leg::Back, back) };
            let patches = leg == Leg::Forth && dice.percent(40);
            let drawn = steps.get(dice.below(steps.len())).copied();
            let Some(step) = drawn.map(|step| if patches { Step::Patch } else { step }) else { continue };
            let kind = fault(dice, step);
            scenario.mishaps.push(Mishap::Always { component: i, leg, step, kind });
        }
    }
}

/// Ways back that only claim to have been walked, once or every time, where no check sees that.
fn draw_lies(dice: &mut Dice, scenario: &mut Scenario) {
    let often = dice.pick(&[0, 10, 30]);
    for i in 0..scenario.components.len() {
        let c = &scenario.components[i];
        let step = match c.way {
            Way::Restore | Way::Whole => Step::Restore,
            Way::Uninstall => Step::Uninstall,
            Way::Irreversible | Way::Missing | Way::Late => continue,
        };
        if c.changes && c.shallow && dice.percent(often) {
            let (component, leg, kind) = (i, Leg::Back, Fault::Lies);
            scenario.mishaps.push(match dice.percent(50) {
                true => Mishap::Fault { component, leg, step, nth: 1, kind },
                false => Mishap::Always { component, leg, step, kind },
            });
        }
    }
}

/// What stays up: some members, of which one or a few can be spared.
fn draw_services(dice: &mut Dice, scenario: &mut Scenario) {
    for k in 0..dice.pick(&[0, 0, 1, 2]) {
        let members: Vec<usize> = (0..scenario.components.len()).filter(|_| dice.percent(60)).collect();
        let spared = dice.pick(&[1, 1, 2, 3]);
        let least = members.len().saturating_sub(spared) as u64;
        scenario.services.push(Service { name: format!("s{k}"), members, least, ..Service::default() });
    }
}

/// Members of services that turn ill for a while.
fn draw_ailing(dice: &mut Dice, scenario: &mut Scenario) {
    let span = 20 + 8 * scenario.components.len();
    let often = dice.pick(&[0, 20, 50]);
    for i in 0..scenario.components.len() {
        let is_member = scenario.services.iter().any(|service| service.members.contains(&i));
        if is_member && dice.percent(often) {
            let (at, long) = (dice.below(span) as Time, 1 + dice.below(span) as Time);
            scenario.mishaps.push(Mishap::Ails { component: i, at, long });
        }
    }
}

/// How rollouts go through their components: some all at once, as far as order and limits allow.
fn draw_pace(dice: &mut Dice, scenario: &mut Scenario) {
    for k in 0..scenario.rollouts.len() {
        let rollout = &mut scenario.rollouts[k];
        rollout.waved = dice.percent(50);
        rollout.canary = rollout.waved && dice.percent(50);
        rollout.max_failures = dice.pick(&[None, None, Some(1), Some(2)]);
        rollout.max_per_zone = dice.pick(&[1, 1, 2]);
        rollout.max_zones = dice.pick(&[None, None, Some(1), Some(2)]);
        let (waved, soak) = (rollout.waved, dice.pick(&[0, 0, 0, 5, 40]) as Time);
        let zones = dice.pick(&[0, 0, 2, 3]);
        let of = |c: &&mut Component| c.rollout == k;
        // What others stand on is in the same wave or an earlier one.
        let mut waves: Vec<usize> = scenario.components.iter_mut().filter(of).map(|c| c.wave).collect();
        waves.sort_unstable();
        for (c, wave) in scenario.components.iter_mut().filter(of).zip(waves) {
            if waved {
                c.wave = wave;
            }
            c.soak = soak;
            c.zone = (zones > 0 && dice.percent(80)).then(|| dice.below(zones));
            if soak > 0 && c.sickness == Sickness::Well && dice.percent(10) {
                c.sickness = Sickness::Fades;
            }
        }
    }
}

fn rollout(dice: &mut Dice) -> Rollout {
    let on_failure = dice.pick(&[
        OnFailure::RollbackComponent,
        OnFailure::RollbackComponent,
        OnFailure::RollbackWave,
        OnFailure::RollbackWave,
        OnFailure::RollbackRun,
        OnFailure::Halt,
    ]);
    let max_parallel = dice.pick(&[1, 1, 2, 3, 1000]);
    Rollout {
        max_parallel,
        on_failure,
        waved: false,
        canary: false,
        max_failures: None,
        max_per_zone: 1,
        max_zones: None,
    }
}

fn component(dice: &mut Dice, i: usize, targets: usize, rollouts: usize, sick: usize) -> Component {
    let mut after: Vec<usize> = (0..dice.below(4)).filter(|_| i > 0).map(|_| dice.below(i.max(1))).collect();
    after.sort_unstable();
    after.dedup();
    let way = match dice.below(100) {
        0..58 => Way::Restore,
        58..70 => Way::Whole,
        70..90 => Way::Uninstall,
        90..95 => Way::Irreversible,
        95..98 => Way::Missing,
        _ => Way::Late,
    };
    let rollout = dice.below(rollouts);
    let sickness = match dice.percent(sick) {
        true => dice.pick(&[Sickness::Bad, Sickness::Bad, Sickness::Bad, Sickness::Mute, Sickness::Ill]),
        false => Sickness::Well,
    };
    Component {
        after,
        target: dice.below(targets),
        provider: dice.below(3),
        rollout,
        wave: rollout * WAVES + dice.below(3),
        zone: None,
        soak: 0,
        changes: dice.percent(85),
        hours: false,
        way,
        fetches: dice.percent(40),
        measures: dice.percent(40),
        drains: dice.percent(40),
        blocks: dice.percent(30),
        backs_up: dice.percent(15),
        reload: dice.pick(&[Reload::None, Reload::None, Reload::Service, Reload::Reboot]),
        needs_more: dice.percent(10),
        shallow: dice.percent(40),
        sickness,
    }
}

/// Percent of all places where something goes wrong.
fn draw_faults(dice: &mut Dice, scenario: &mut Scenario, percent: usize) {
    for i in 0..scenario.components.len() {
        let (forth, back) = scenario.components[i].procedures();
        let legs = [(Leg::Forth, forth), (Leg::Back, back)];
        for (leg, step) in legs.into_iter().flat_map(|(leg, steps)| steps.into_iter().map(move |s| (leg, s)))
        {
            for nth in 1..=3 {
                // Some ways back fail every time, the others seldom.
                let percent = if leg == Leg::Back && nth == 1 { percent / 2 } else { percent };
                if dice.percent(percent) {
                    let kind = fault(dice, step);
                    scenario.mishaps.push(Mishap::Fault { component: i, leg, step, nth, kind });
                } else if nth > 1 && !dice.percent(50) {
                    break;
                }
            }
        }
        for nth in 1..=2 {
            if dice.percent(percent / 2) {
                let kind = dice.pick(&[Look::Fails, Look::Fails, Look::Lost]);
                scenario.mishaps.push(Mishap::Probe { component: i, nth, kind });
            }
            if dice.percent(percent / 2) {
                let kind = dice.pick(&[Look::Fails, Look::Fails, Look::Lost]);
                scenario.mishaps.push(Mishap::Read { component: i, nth, kind });
            }
        }
    }
}

fn fault(dice: &mut Dice, step: Step) -> Fault {
    if !step.effectful() {
        let own =
            [Fault::Error, Fault::Error, Fault::Refused, Fault::AnswerLost, Fault::BrokeBefore, Fault::Slow];
        return match dice.below(8) {
            0 if matches!(step, Step::Verify | Step::Measure) => Fault::Inconclusive,
            _ => dice.pick(&own),
        };
    }
    match dice.below(15) {
        0 => Fault::Error,
        1 => Fault::Refused,
        2 => Fault::BrokeBefore,
        3 => Fault::BrokeDuring,
        4 | 5 => Fault::Half,
        6 => Fault::AnswerLost,
        7 => Fault::HangsPast(1 + dice.below(60) as Time),
        8 if dice.percent(20) => Fault::Never,
        8 | 9 => Fault::LateRequest(dice.below(60) as Time),
        10 if !matches!(
            step,
            Step::Drain | Step::Undrain | Step::Block | Step::Unblock | Step::Fetch | Step::Backup
        ) =>
        {
            Fault::Lies
        }
        10 | 11 => Fault::Twice,
        12 => Fault::Slow,
        13 if step == Step::Snapshot => Fault::CoversMore,
        13 if matches!(step, Step::Undrain | Step::Unblock) && dice.percent(50) => Fault::Inconclusive,
        13 => Fault::Grumbles,
        _ => Fault::Half,
    }
}

fn draw_crashes(dice: &mut Dice, scenario: &mut Scenario, crashes: usize) {
    let span = 10 + 8 * scenario.components.len();
    for _ in 0..crashes {
        let at = match dice.below(6) {
            0 => Place::Before,
            1 => Place::Torn(dice.below(4)),
            2 => Place::Written,
            3 => Place::Done,
            _ => Place::Begun(dice.below(4)),
        };
        let sleeps = !matches!(at, Place::Torn(_)) && dice.percent(40);
        let then = if sleeps { Then::Sleeps(5 + dice.below(120) as Time) } else { Then::Dies };
        let gap = dice.below(40) as Time;
        scenario.mishaps.push(Mishap::Crash { from: dice.below(span) as Time, at, then, gap });
    }
    if crashes > 0 && dice.percent(30) {
        let (from, after, gap) = (dice.below(span) as Time, dice.percent(50), dice.below(40) as Time);
        let then = if dice.percent(50) { Then::Dies } else { Then::Sleeps(5 + dice.below(120) as Time) };
        scenario.mishaps.push(Mishap::Checkpoint { from, after, then, gap });
    }
}

fn draw_surroundings(dice: &mut Dice, scenario: &mut Scenario) {
    let span = 30 + 12 * scenario.components.len();
    if dice.percent(25) {
        let provider = dice.below(3);
        for _ in 0..dice.pick(&[1, 1, 2, 5]) {
            let (at, kills) = (dice.below(span) as Time, dice.percent(50));
            scenario.mishaps.push(Mishap::Death { at, provider, kills });
        }
    }
    if dice.percent(25) {
        let by = dice.pick(&[-100_000, -3600, -10, 10, 3600, 100_000_000]);
        scenario.mishaps.push(Mishap::Jump { at: dice.below(span) as Time, by });
    }
    if dice.percent(20) {
        let (at, long, waits) = (dice.below(span) as Time, dice.below(span) as Time, dice.percent(50));
        scenario.mishaps.push(Mishap::Closed { at, long, waits });
    }
}

fn draw_people(dice: &mut Dice, scenario: &mut Scenario) {
    let n = scenario.components.len();
    let span = 20 + 10 * n;
    if dice.percent(35) {
        for _ in 0..1 + dice.below(3) {
            let request = match dice.below(12) {
                0..3 => Request::Pause,
                3..6 => Request::Skip(dice.below(n)),
                6 => Request::Stop,
                7..9 => Request::Rollback,
                9..11 => Request::Continue,
                _ => draw_abandon(dice, scenario),
            };
            scenario.mishaps.push(Mishap::Asked { at: dice.below(span) as Time, request });
        }
    }
    if dice.percent(12) {
        let at = dice.below(span) as Time;
        scenario.mishaps.push(Mishap::Interrupt { at });
        if dice.percent(60) {
            scenario.mishaps.push(Mishap::Interrupt { at: at + dice.below(5) as Time });
        }
    }
    for _ in 0..dice.below(5) {
        let request = match dice.below(10) {
            0..6 => None,
            6..9 => Some(Request::Rollback),
            _ => Some(draw_abandon(dice, scenario)),
        };
        scenario.mishaps.push(Mishap::Return { gap: dice.below(100) as Time, request });
    }
}

/// Now and then a component is let go of whatever goes on there.
fn draw_abandon(dice: &mut Dice, scenario: &Scenario) -> Request {
    let left = dice.below(scenario.components.len());
    let leaving = dice.percent(25) && scenario.components[left].changes;
    Request::Abandon { leaving: leaving.then_some(left).into_iter().collect() }
}
