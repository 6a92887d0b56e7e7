//! The loop against a performer that plays its part.

use super::*;
use crate::config::checked::OnFailure;
use crate::engine::inbox::{self, Fate, fate};
use crate::journal::{Expected, Identity, read};
use crate::run::sample::{self, before, change_of};
use crate::run::{Baseline, Ending, Standing, outcome};
use patchform_sdk::message::{Done, Verdict as Health};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::channel;

/// Answers at once, as its script says by step name and component; `done` where it says nothing.
#[derive(Default)]
struct Actor {
    script: VecDeque<(&'static str, usize, &'static str)>,
    begun: Vec<String>,
    cancelled: usize,
    cancelled_all: bool,
}

impl Actor {
    fn line(&mut self, step: &str, i: usize) -> &'static str {
        let at = self.script.iter().position(|(s, k, _)| *s == step && *k == i);
        at.and_then(|at| self.script.remove(at)).map_or("done", |(_, _, line)| line)
    }
}

impl Performer for Actor {
    fn begin(&mut self, begin: Begin, reply: Sender<Happened>) {
        let Begin { action, attempt, step, .. } = begin;
        self.begun.push(format!("{} {}", step.name(), action.component));
        let ill = Health::Ill { why: "down".into() };
        let answer = match self.line(step.name(), action.component) {
            "ill" => Answer::Applied(Done { verdict: Some(ill), ..Done::default() }),
            "never" => return,
            "refused" => Answer::refused("no"),
            "stop" => {
                let _ = reply.send(Happened::Stop);
                Answer::Applied(Done::default())
            }
            "stop twice" => {
                let _ = reply.send(Happened::Stop);
                let _ = reply.send(Happened::Stop);
                return;
            }
            _ => Answer::Applied(Done::default()),
        };
        let done = Happened::Answered { action, attempt, answer };
        let _ = reply.send(done.clone());
        // Twice: the second one must not count.
        let _ = reply.send(done);
    }

    fn probe(&mut self, begin: Begin, reply: Sender<Happened>) {
        let Begin { action, attempt, step, .. } = begin;
        let found = match self.line("probe", action.component) {
            "busy" => Probed::Busy,
            "before" => Probed::before(),
            _ => Probed::After(Done::default()),
        };
        self.begun.push(format!("probe {} {}", step.name(), action.component));
        let _ = reply.send(Happened::Probed { action, attempt, found: Ok(found) });
    }

    fn read_back(&mut self, component: usize, reply: Sender<Happened>) {
        self.begun.push(format!("read {component}"));
        let read = Happened::ReadBack { component, digest: Ok(before(component)) };
        if self.line("read", component) == "late" {
            // When what the inbox says has been read.
            std::thread::spawn(move || {
                std::thread::sleep(INBOX_EVERY * 4);
                let _ = reply.send(read);
            });
            return;
        }
        let _ = reply.send(read);
    }

    fn watch(&mut self, component: usize, _: Baseline, reply: Sender<Happened>) {
        self.begun.push(format!("look {component}"));
        let found = match self.line("look", component) {
            "ill" => Health::Ill { why: "down".into() },
            _ => Health::Healthy,
        };
        let _ = reply.send(Happened::Watched { component, found });
    }

    fn ask(&mut self, component: usize, reply: Sender<Happened>) {
        self.begun.push(format!("ask {component}"));
        let ill = (self.line("ask", component) == "ill").then(|| "down".to_string());
        let _ = reply.send(Happened::AskedAgain { component, ill });
    }

    fn last_look(&mut self, _: bool) -> Vec<(usize, Sight, Duration)> {
        Vec::new()
    }

    fn cancel(&mut self, _: ActionRef, _: u32) {
        self.cancelled += 1;
    }

    fn cancel_all(&mut self) {
        self.cancelled_all = true;
    }
}

struct Stage {
    dir: tempfile::TempDir,
    plan: Plan,
    run: Run,
    writer: Writer,
}

fn identity() -> Identity {
    let text = str::to_string;
    Identity { program: text("0.1.0"), run: text("r"), lineage: text("l1"), plan: text("p") }
}

impl Stage {
    fn new(after: &[&[usize]]) -> Stage {
        Stage::with_patch_deadline(after, Duration::from_secs(10))
    }

    fn with_patch_deadline(after: &[&[usize]], deadline: Duration) -> Stage {
        let mut plan = sample::plan(after, 10, OnFailure::RollbackComponent);
        change_of(&mut plan, 0).forth[2].deadline = deadline;
        Stage::of(plan)
    }

    fn of(plan: Plan) -> Stage {
        let dir = tempfile::tempdir().unwrap();
        let mut run = Run::start(&plan, "r");
        let mut writer = Writer::create(&dir.path().join("journal"), identity()).unwrap();
        take(&mut run, &mut writer, "me", 1, Looked::new(), None).unwrap();
        Stage { dir, plan, run, writer }
    }

    fn play(&mut self, actor: &mut Actor, inbox: Option<&mut Inbox>) -> Result<Run, DriveError> {
        let (sender, receiver) = channel();
        let mut seen = 0;
        let run = self.run.clone();
        let events = run.events();
        let result =
            drive(&self.plan, run, &mut self.writer, actor, inbox, (&sender, &receiver), &mut |_, _, _| {
                seen += 1
            })?;
        assert_eq!(result.events(), events + seen);
        assert_eq!(self.replayed(self.dir.path()), result);
        self.run = result.clone();
        Ok(result)
    }

    fn replayed(&self, folder: &Path) -> Run {
        let mut run = Run::start(&self.plan, "r");
        let journal = read(&folder.join("journal"), &Expected::default()).unwrap();
        assert!(journal.notices.is_empty());
        journal.events.iter().for_each(|event| run.apply(event).unwrap());
        run
    }
}

fn actor(script: &[(&'static str, usize, &'static str)]) -> Actor {
    Actor { script: script.iter().copied().collect(), ..Actor::default() }
}

#[test]
fn a_run_is_driven_to_its_end() {
    let mut stage = Stage::new(&[&[], &[0]]);
    let mut actor = actor(&[("verify", 1, "ill")]);
    let run = stage.play(&mut actor, None).unwrap();
    assert_eq!((outcome(&run).committed, outcome(&run).restored), (vec![0], vec![1]));
    let all = actor.begun.join(", ");
    let forth = |i| format!("gate {i}, snapshot {i}, patch {i}, verify {i}");
    assert_eq!(all, format!("{}, commit 0, {}, restore 1, verify 1, read 1", forth(0), forth(1)));
}

#[test]
fn what_does_not_answer_in_its_time_is_cancelled_and_probed() {
    let mut stage = Stage::with_patch_deadline(&[&[]], Duration::from_millis(30));
    let mut actor = actor(&[("patch", 0, "never")]);
    let run = stage.play(&mut actor, None).unwrap();
    assert_eq!((outcome(&run).ending, actor.cancelled), (Ending::Complete, 1));
    assert!(actor.begun.contains(&"probe patch 0".to_string()), "{:?}", actor.begun);
}

#[test]
fn a_stop_lets_running_actions_end_and_a_resume_goes_on() {
    let mut stage = Stage::new(&[&[], &[0]]);
    let run = stage.play(&mut actor(&[("patch", 0, "stop")]), None).unwrap();
    assert_eq!((run.stopped(), run.standing(0)), (Some("stopped on request"), Standing::Forward));
    take(&mut stage.run, &mut stage.writer, "me", 2, Looked::new(), None).unwrap();
    let run = stage.play(&mut Actor::default(), None).unwrap();
    assert_eq!(outcome(&run).ending, Ending::Complete);
}

#[test]
fn two_stops_stop_waiting_and_rollback_probes_first() {
    let mut stage = Stage::new(&[&[], &[0]]);
    let mut first = actor(&[("patch", 1, "stop twice")]);
    let run = stage.play(&mut first, None).unwrap();
    assert!(run.stopped().is_some() && first.cancelled_all);
    take(&mut stage.run, &mut stage.writer, "me", 2, Looked::new(), Some(Request::Rollback)).unwrap();
    let mut second = Actor::default();
    let run = stage.play(&mut second, None).unwrap();
    assert_eq!(outcome(&run).restored, [0, 1]);
    let all = second.begun.join(", ");
    assert_eq!(all, "probe patch 1, restore 1, verify 1, read 1, restore 0, verify 0, read 0");
}

/// What is read before a patch is tried again comes when a rollback does not wait for it any more: the run ends all the same.
#[test]
fn a_reading_that_nobody_waits_for_any_more_holds_nothing_up() {
    let mut stage = Stage::of(sample::plan(&[&[]], 10, OnFailure::Halt));
    let run = stage.play(&mut actor(&[("patch", 0, "refused")]), None).unwrap();
    assert!(run.stopped().is_some());
    take(&mut stage.run, &mut stage.writer, "me", 2, Looked::new(), None).unwrap();
    let folder = stage.dir.path().to_path_buf();
    inbox::put(&folder, &stage.plan, &Request::Rollback, 2).unwrap();
    let mut inbox = Inbox::open(&folder, 2).unwrap();
    let mut second = actor(&[("read", 0, "late")]);
    let run = stage.play(&mut second, Some(&mut inbox)).unwrap();
    assert!(run.is_finished());
    assert_eq!(second.begun, ["read 0"]);
}

#[test]
fn requests_come_through_the_inbox_and_damaged_ones_are_set_aside() {
    let mut stage = Stage::with_patch_deadline(&[&[], &[0], &[1]], Duration::from_millis(450));
    let folder = stage.dir.path().to_path_buf();
    let earlier = inbox::put(&folder, &stage.plan, &Request::Pause, 1).unwrap();
    let skip = inbox::put(&folder, &stage.plan, &Request::Skip(2), 2).unwrap();
    let mut inbox = Inbox::open(&folder, 2).unwrap();
    assert_eq!(inbox.notices().len(), 1, "asked of an earlier controller");
    assert!(matches!(fate(&earlier), Fate::Refused(why) if why.contains("before this controller")));
    assert_eq!(fate(&skip), Fate::Waits, "asked of this one before it looked");
    for (name, text) in [
        ("a.json", "{"),
        ("b.json", "{\"request\":\"skip\",\"component\":\"release.other\"}"),
        ("c.json", "{\"request\":\"dance\"}"),
        ("..d.json", "{\"request\":\"stop\"}"),
        ("e.txt", "{\"request\":\"stop\"}"),
    ] {
        std::fs::write(folder.join("inbox").join(name), text).unwrap();
    }
    let run = stage.play(&mut actor(&[("patch", 0, "never")]), Some(&mut inbox)).unwrap();
    assert_eq!((outcome(&run).skipped, outcome(&run).committed), (vec![2], vec![0, 1]));
    let notices = inbox.notices();
    assert_eq!(notices.len(), 3, "{notices:?}");
    assert!(notices[1].contains("does not change release.other"), "{notices:?}");
    assert!(inbox.letters(&stage.plan).is_empty());
    assert_eq!(fate(&skip), Fate::Taken);
    assert!(matches!(fate(&folder.join("inbox/c.json")), Fate::Refused(why) if why.contains("dance")));
    let late = inbox::put(&folder, &stage.plan, &Request::Pause, 2).unwrap();
    inbox.close();
    assert!(matches!(fate(&late), Fate::Refused(why) if why.contains("ended or stopped")));
}

#[test]
fn when_the_journal_cannot_be_written_nothing_begins() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let mut stage = Stage::new(&[&[]]);
    stage.writer = Writer::onto(full, identity());
    let mut actor = Actor::default();
    let error = stage.play(&mut actor, None).unwrap_err();
    assert!(matches!(error, DriveError::Journal(_)), "{error}");
    assert!(actor.begun.is_empty() && actor.cancelled_all);
    // What is on disk goes on where it was.
    assert_eq!(stage.replayed(stage.dir.path()), stage.run);
}

#[test]
fn an_intent_is_durable_before_its_effect() {
    struct Spy<'a>(Actor, &'a Path);
    impl Performer for Spy<'_> {
        fn begin(&mut self, begin: Begin, reply: Sender<Happened>) {
            let journal = read(self.1, &Expected::default()).unwrap();
            let intent = |e: &Event| {
                matches!(&e.what, What::Intent { action, attempt, .. }
                if *action == begin.action && *attempt == begin.attempt)
            };
            assert!(journal.events.iter().any(intent), "{begin:?}");
            self.0.begin(begin, reply);
        }
        fn probe(&mut self, begin: Begin, reply: Sender<Happened>) {
            self.0.probe(begin, reply);
        }
        fn read_back(&mut self, component: usize, reply: Sender<Happened>) {
            self.0.read_back(component, reply);
        }
        fn watch(&mut self, component: usize, baseline: Baseline, reply: Sender<Happened>) {
            self.0.watch(component, baseline, reply);
        }
        fn ask(&mut self, component: usize, reply: Sender<Happened>) {
            self.0.ask(component, reply);
        }
        fn last_look(&mut self, patient: bool) -> Vec<(usize, Sight, Duration)> {
            self.0.last_look(patient)
        }
        fn cancel(&mut self, _: ActionRef, _: u32) {}
        fn cancel_all(&mut self) {}
    }
    let mut stage = Stage::new(&[&[], &[], &[0]]);
    let folder = stage.dir.path().join("journal");
    let mut spy = Spy(actor(&[("verify", 2, "ill")]), &folder);
    let (sender, receiver) = channel();
    let (plan, run) = (&stage.plan, stage.run.clone());
    let run =
        drive(plan, run, &mut stage.writer, &mut spy, None, (&sender, &receiver), &mut |_, _, _| ()).unwrap();
    assert_eq!(outcome(&run).ending, Ending::Restored);
}
