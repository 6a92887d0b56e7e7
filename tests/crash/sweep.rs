//! The sweep: at every point the controller is killed, then the run is finished on one copy and taken back on another.

use crate::judge::{self, End, Ends};
use crate::platform::Platform;
use crate::point::{self, Point};
use crate::site::Site;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is killed first, and what its run comes to when nobody is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// An apply that goes well.
    Apply,
    /// An apply of which one patch fails, so that all goes back.
    Failing,
}

/// What goes on after the first kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Resume,
    Rollback,
}

/// One try: where the controller is killed, and where the one after it.
#[derive(Debug, Clone)]
struct Try {
    first: First,
    at: Point,
    then: Then,
    again: Option<Point>,
}

impl Then {
    fn line(self) -> &'static str {
        match self {
            Then::Resume => "resume",
            Then::Rollback => "rollback",
        }
    }
}

impl First {
    fn line(self, platform: &Platform) -> String {
        let options = if self == First::Apply { platform.new } else { platform.failing };
        format!("apply --auto-approve {options}")
    }
}

/// What was tried, and what came of it.
#[derive(Default)]
pub struct Figures(Mutex<(BTreeMap<&'static str, usize>, Vec<String>)>);

impl Figures {
    fn add(&self, what: &'static str) {
        *self.0.lock().unwrap().0.entry(what).or_default() += 1;
    }

    fn fails(&self, why: String) {
        println!("FAILED {why}");
        self.0.lock().unwrap().1.push(why);
    }

    /// Says now and then how far it is.
    fn tick(&self, platform: &Platform) {
        let tries = self.0.lock().unwrap().0.get("tries").copied().unwrap_or_default();
        if tries % 100 == 99 {
            self.so_far(&format!("{:?}", platform.kind));
        }
    }

    /// Prints what there is so far.
    fn so_far(&self, name: &str) {
        let told = self.0.lock().unwrap();
        let figures: Vec<String> = told.0.iter().map(|(what, n)| format!("{n} {what}")).collect();
        println!("{name} so far: {}, {} failed", figures.join(", "), told.1.len());
    }

    /// Prints them, and fails the test if anything failed.
    pub fn tell(self, name: &str) {
        let (figures, failures) = self.0.into_inner().unwrap();
        let figures: Vec<String> = figures.iter().map(|(what, n)| format!("{n} {what}")).collect();
        println!("{name}: {}, {} failed", figures.join(", "), failures.len());
        assert!(failures.is_empty(), "{} tries failed; the first: {}", failures.len(), failures[0]);
    }
}

/// A platform on which points are tried.
pub struct Sweep<'p> {
    platform: &'p Platform,
    workers: usize,
    ends: Ends,
    /// How a plan for the old levels exits where nothing happened: a copy in another folder may have to be recorded.
    old_plan: i32,
    pub figures: Figures,
}

impl<'p> Sweep<'p> {
    /// Looks at both ends of an apply that nobody disturbs.
    pub fn new(platform: &'p Platform, workers: usize) -> Sweep<'p> {
        let site = platform.fresh(0);
        let old = site.manifest();
        let old_plan = site.run(&format!("plan --detailed-exitcode {}", platform.old)).code;
        site.run(&First::Apply.line(platform)).exits(&[0]).unwrap();
        let new = site.manifest();
        assert!(old.differs(&new).is_some(), "an apply changes something");
        Sweep { platform, workers, ends: Ends { old, new }, old_plan, figures: Figures::default() }
    }

    /// The points of a first run.
    pub fn points(&self, first: First) -> Vec<Point> {
        let log = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let site = self.platform.fresh(0);
        let code = if first == First::Apply { 0 } else { 3 };
        site.count(&first.line(self.platform), &log).exits(&[code]).unwrap();
        let end = if first == First::Apply { End::New } else { End::Old };
        self.ends.at(&site, end).unwrap();
        point::passed(&log)
    }

    /// The points of what follows a first run that is killed at `at`.
    pub fn points_after(&self, first: First, at: &Point, then: Then) -> Vec<Point> {
        let log = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let site = self.platform.fresh(0);
        assert!(site.kill_at(&first.line(self.platform), at).was_killed(), "{at} is passed");
        site.count(then.line(), &log);
        point::passed(&log)
    }

    /// Kills at each of `points`; resumes on one copy, rolls back on another.
    pub fn first_order(&self, first: First, points: &[Point]) {
        let both = |at: &Point| {
            [Then::Resume, Then::Rollback].map(|then| Try { first, at: at.clone(), then, again: None })
        };
        self.each(points.iter().flat_map(both).collect());
    }

    /// Kills at `at`, and what follows at each of `points`.
    pub fn second_order(&self, first: First, at: &Point, then: Then, points: &[Point]) {
        let one = |again: &Point| Try { first, at: at.clone(), then, again: Some(again.clone()) };
        self.each(points.iter().map(one).collect());
    }

    fn each(&self, tries: Vec<Try>) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for worker in 0..self.workers {
                let (tries, next) = (&tries, &next);
                scope.spawn(move || {
                    while let Some(one) = tries.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.figures.tick(self.platform);
                        let done = catch_unwind(AssertUnwindSafe(|| self.try_one(one, worker)));
                        self.figures.add("tries");
                        let done = done.unwrap_or_else(|_| Err("the test panicked".into()));
                        if let Err(why) = done {
                            self.figures.fails(format!("{:?} {one:?}: {why}", self.platform.kind));
                        }
                    }
                });
            }
        });
        self.figures.so_far(&format!("{:?}", self.platform.kind));
    }

    fn try_one(&self, one: &Try, worker: usize) -> Result<(), String> {
        let site = self.platform.fresh(worker);
        let first = site.kill_at(&one.first.line(self.platform), &one.at);
        if !first.was_killed() {
            self.figures.add("points of a provider, or not passed again");
            return self.undisturbed(&site, one.first, first.exits(&[0, 3])?.code);
        }
        self.figures.add("controllers killed");
        match &one.again {
            None => self.once_killed(&site, one),
            Some(again) => self.twice_killed(&site, one, again),
        }?;
        judge::clean(&site)
    }

    /// The controller lived: its provider may have been killed.
    fn undisturbed(&self, site: &Site<'_>, first: First, code: i32) -> Result<(), String> {
        match (first, code) {
            (First::Apply, 0) => self.ends.at(site, End::New)?,
            _ => self.ends.at(site, End::Old)?,
        }
        judge::clean(site)
    }

    fn once_killed(&self, site: &Site<'_>, one: &Try) -> Result<(), String> {
        let open = match one.then {
            Then::Resume => judge::readers(site)?,
            Then::Rollback => None,
        };
        let goal = match (one.then, one.first) {
            (Then::Resume, First::Apply) => End::New,
            _ => End::Old,
        };
        let ran = site.run(one.then.line());
        if ran.err.contains("there is no open run") {
            if let Some(run) = open {
                return Err(format!("{} does not find {run}: {}", one.then.line(), ran.err));
            }
            self.figures.add("killed before a run began, or after it ended");
            return self.go_on(site, one);
        }
        let code = if one.then == Then::Resume && one.first == First::Failing { 3 } else { 0 };
        ran.exits(&[code])?;
        self.figures.add(if one.then == Then::Resume { "resumed" } else { "rolled back" });
        self.ends.at(site, goal)?;
        if self.platform.counts() {
            judge::patched_once(site)?;
        }
        if goal == End::New {
            let plan = format!("plan --detailed-exitcode {}", self.platform.new);
            site.run(&plan).exits(&[0]).map(drop)
        } else if one.first == First::Apply {
            site.run(&format!("plan --detailed-exitcode {}", self.platform.old)).exits(&[self.old_plan])?;
            self.go_on(site, one)
        } else {
            Ok(())
        }
    }

    /// Nothing is in the way of the next apply.
    fn go_on(&self, site: &Site<'_>, one: &Try) -> Result<(), String> {
        if one.first == First::Failing {
            self.ends.at(site, End::Old)?;
            return Ok(());
        }
        self.ends.which(site)?;
        self.apply_allowed(site)?;
        self.ends.at(site, End::New)?;
        site.run(&format!("plan --detailed-exitcode {}", self.platform.new)).exits(&[0]).map(drop)
    }

    /// Applies, and lets levels be tried again that were rolled back with the run: what that takes is said.
    fn apply_allowed(&self, site: &Site<'_>) -> Result<(), String> {
        let line = First::Apply.line(self.platform);
        for _ in 0..10 {
            let ran = site.run(&line).exits(&[0, 5])?;
            if ran.code == 0 {
                return Ok(());
            }
            let named: Vec<&str> = ran
                .out
                .split("patchform allow '")
                .skip(1)
                .filter_map(|rest| rest.split('\'').next())
                .collect();
            if named.is_empty() {
                return ran.exits(&[0]).map(drop);
            }
            for address in named {
                site.run(&format!("allow {address}")).exits(&[0])?;
            }
        }
        Err("levels were allowed ten times, and are still blocked".into())
    }

    /// After the second kill either way out must be there; which one is tried goes by the point.
    fn twice_killed(&self, site: &Site<'_>, one: &Try, again: &Point) -> Result<(), String> {
        let second = site.kill_at(one.then.line(), again);
        if !second.was_killed() {
            self.figures.add("second points not passed again");
            second.exits(&[0, 3])?;
            return self.ends.which(site).map(drop);
        }
        self.figures.add("killed again");
        let open = judge::readers(site)?;
        let last = if again.count.is_multiple_of(2) { Then::Resume } else { Then::Rollback };
        let Some(_) = open else {
            self.figures.add("second kills after the end");
            self.ends.which(site)?;
            return Ok(());
        };
        let ran = site.run(last.line()).exits(&[0, 3])?;
        self.figures.add(if last == Then::Resume { "resumed" } else { "rolled back" });
        let end = match (last, ran.code) {
            (Then::Rollback, _) | (_, 3) => End::Old,
            _ => End::New,
        };
        if end == End::New
            && (one.then, one.first) != (Then::Resume, First::Apply)
            && !ran.out.contains("Complete")
        {
            return Err(format!("resume says 0 and not Complete\n{}", ran.out));
        }
        self.ends.at(site, end)
    }
}
