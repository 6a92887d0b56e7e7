//! The two promises that every provider keeps, in a small durable file on the target's side, one per component:
//!
//! - the same action id twice does not act twice: the second request gets the first one's answer;
//! - the highest fencing token that a component has seen, in an action or in a probe, is kept, and a lower one is refused.
//!
//! The file holds one JSON object per line: `begun` is on disk before the act, `answered` is written after it. While an
//! action runs its file is locked, so that a fresh process sees that it is busy. An action that was begun and never
//! answered (the provider was killed) is answered *unclear*, and the core probes it. One that was probed before it began
//! never begins: what the probe has said stays true.

use crate::durable::{self, Survives};
use crate::failpoint;
use crate::machine;
use crate::message::{Act, Answer, Cause, Done, Probed};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A file that has grown beyond this many bytes is written anew with its last [`KEPT`] actions.
const COMPACT: u64 = 256 * 1024;
/// How many actions are remembered at least.
const KEPT: usize = 64;

/// A component's ledger, locked while it is open.
pub struct Ledger {
    path: PathBuf,
    file: File,
    survives: Survives,
    entries: Entries,
}

#[derive(Default)]
struct Entries {
    token: u64,
    /// By action id, with its place in the order; no answer means that it was begun only.
    actions: BTreeMap<String, (usize, Option<Answer>)>,
    /// In which boot of this machine an action was begun.
    boots: BTreeMap<String, String>,
    /// Actions without a certain answer of which nothing goes on any more.
    over: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Row {
    Begun {
        id: String,
        token: u64,
        /// Empty in ledgers that were written before this was known.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        boot: String,
    },
    Answered {
        id: String,
        answer: Answer,
    },
    /// A probe carried this token.
    Seen {
        token: u64,
    },
    /// Nothing of this action goes on any more, however it ended.
    Over {
        id: String,
    },
}

/// What a ledger knows of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// Never begun.
    Never,
    /// It runs right now, in this process or another one.
    Running,
    /// Begun, and its process is gone without an answer.
    Begun,
    /// Answered.
    Answered(Answer),
}

impl Ledger {
    /// Opens and locks the ledger at `path`, waiting while another action holds it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn open(path: &Path, survives: Survives) -> io::Result<Ledger> {
        loop {
            let file = open(path, survives)?;
            file.lock()?;
            // It may have been written anew, or removed, while this waited for the lock.
            if is_still(path, &file) {
                return Ledger::read(path, file, survives);
            }
        }
    }

    /// As [`Ledger::open`]; `None` while an action holds it.
    fn try_open(path: &Path, survives: Survives) -> io::Result<Option<Ledger>> {
        loop {
            let file = open(path, survives)?;
            match file.try_lock() {
                Ok(()) if is_still(path, &file) => return Ledger::read(path, file, survives).map(Some),
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(e)) => return Err(e),
            }
        }
    }

    fn read(path: &Path, mut file: File, survives: Survives) -> io::Result<Ledger> {
        let mut text = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut text)?;
        if text.last().is_some_and(|b| *b != b'\n') {
            // A torn last line was never acted upon: its writer had not come back from the write.
            file.write_all(b"\n")?;
        }
        Ok(Ledger { path: path.into(), file, survives, entries: Entries::read(&text) })
    }

    /// Does `work` for `act` unless it was done before, or its token is too low. The whole of [`crate::ledger`] in one
    /// call.
    pub fn once(path: &Path, survives: Survives, act: &Act, work: impl FnOnce() -> Answer) -> Answer {
        match Ledger::open(path, survives) {
            Ok(mut ledger) => ledger.act(act, work),
            Err(e) => Answer::refused(format!("the ledger {} cannot be opened: {e}", path.display())),
        }
    }

    /// As [`Ledger::once`], on a ledger that is open already.
    pub fn act(&mut self, act: &Act, work: impl FnOnce() -> Answer) -> Answer {
        self.act_alone(act, |_| Ok(()), work)
    }

    /// As [`Ledger::act`], for actions that outlive their provider: `is_over` is asked of each earlier one without a
    /// certain answer whether all of it has ended (its command, its dead man's switch), and ends what is left to end. Where
    /// it says why not, nothing begins beside it.
    pub fn act_alone(
        &mut self,
        act: &Act,
        is_over: impl Fn(&str) -> Result<(), String>,
        work: impl FnOnce() -> Answer,
    ) -> Answer {
        if let Some((_, known)) = self.entries.actions.get(&act.id) {
            return known.clone().unwrap_or_else(|| {
                Answer::unclear(
                    "this action was begun before, and whoever did it was gone before it could answer",
                )
            });
        }
        if act.token < self.entries.token {
            return Answer::refused(format!(
                "the fencing token {} is older than {}, which this component has seen: another run took over",
                act.token, self.entries.token
            ));
        }
        for id in self.entries.open() {
            if let Err(why) = is_over(&id) {
                return Answer::refused(why);
            }
            // If this line is lost it is asked again.
            let over = Row::Over { id };
            let _ = self.append(&over, Survives::Death);
            self.entries.take(over);
        }
        if let Err(e) = self.begin(act) {
            return Answer::refused(format!("the ledger {} cannot be written: {e}", self.path.display()));
        }
        failpoint::pass("ledger.begun");
        let answer = work();
        failpoint::pass("ledger.worked");
        let answered = Row::Answered { id: act.id.clone(), answer: without_secrets(answer.clone()) };
        // If this line is lost the same id is answered unclear, and the core probes: no promise is broken.
        let _ = self.append(&answered, Survives::Death);
        self.entries.take(answered);
        failpoint::pass("ledger.answered");
        let _ = self.compact();
        answer
    }

    fn begin(&mut self, act: &Act) -> io::Result<()> {
        let begun = Row::Begun { id: act.id.clone(), token: act.token, boot: machine::boot() };
        self.append(&begun, self.survives)?;
        self.entries.take(begun);
        Ok(())
    }

    /// What a probe of `act` may answer from here alone; the answer stays true, whatever request is still on its way.
    fn probe(&mut self, act: &Act) -> Option<Probed> {
        if act.token > self.entries.token {
            let seen = Row::Seen { token: act.token };
            // On a full disk the question is answered all the same: it is about what has happened.
            let _ = self.append(&seen, self.survives);
            self.entries.take(seen);
        }
        match self.entries.actions.get(&act.id) {
            Some((_, Some(answer))) => known(answer),
            Some((_, None)) => None,
            // It never began, or this ledger was lost: only the target can tell. From now on nobody begins it; while that
            // cannot be written, it is asked about again.
            None => self.begin(act).is_err().then_some(Probed::Busy),
        }
    }

    fn append(&mut self, row: &Row, survives: Survives) -> io::Result<()> {
        let mut line = serde_json::to_vec(row)?;
        line.push(b'\n');
        failpoint::halves("ledger.half", &line, |bytes| self.file.write_all(bytes))?;
        failpoint::hit("ledger.sync")?;
        if survives == Survives::PowerLoss { self.file.sync_data() } else { Ok(()) }
    }

    fn compact(&mut self) -> io::Result<()> {
        if self.file.metadata()?.len() < COMPACT {
            return Ok(());
        }
        let mut newest: Vec<_> =
            self.entries.actions.iter().map(|(id, (order, answer))| (order, id, answer)).collect();
        newest.sort_by_key(|(order, ..)| std::cmp::Reverse(**order));
        newest.truncate(KEPT);
        let mut text = Vec::new();
        for (_, id, answer) in newest.into_iter().rev() {
            let boot = self.entries.boots.get(id).cloned().unwrap_or_default();
            let begun = Row::Begun { id: id.clone(), token: self.entries.token, boot };
            let answered = answer.clone().map(|answer| Row::Answered { id: id.clone(), answer });
            let over = self.entries.over.contains(id).then(|| Row::Over { id: id.clone() });
            for row in std::iter::once(begun).chain(answered).chain(over) {
                serde_json::to_writer(&mut text, &row)?;
                text.push(b'\n');
            }
        }
        durable::replace(&self.path, &text, 0o600, self.survives)
    }
}

/// A command for a person may have a secret in its environment: the program masks it, a ledger does without it.
fn without_secrets(mut answer: Answer) -> Answer {
    if let Answer::Applied(Done { snapshot: Some(snapshot), .. }) = &mut answer {
        snapshot.by_hand = None;
    }
    answer
}

/// What the ledger at `path` knows of action `id`, without waiting. A ledger that is not there knows nothing.
///
/// # Errors
/// Those of the system.
pub fn look(path: &Path, id: &str) -> io::Result<Seen> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Seen::Never),
        Err(e) => return Err(e),
    };
    let running = match file.try_lock_shared() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(e)) => return Err(e),
    };
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(match Entries::read(&text).actions.remove(id) {
        None => Seen::Never,
        Some((_, Some(answer))) => Seen::Answered(answer),
        // One action at a time holds the lock: what was begun last is what runs.
        Some((_, None)) if running => Seen::Running,
        Some((_, None)) => Seen::Begun,
    })
}

/// Actions in the ledger at `path` that may still go on, without waiting: begun, not answered for certain, and not known to
/// be over. None when there is no ledger.
///
/// # Errors
/// Those of the system.
pub fn open_actions(path: &Path) -> io::Result<Vec<String>> {
    match fs::read(path) {
        Ok(text) => Ok(Entries::read(&text).open()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e),
    }
}

/// The action that is done at the component of the ledger at `path` right now, by this process or another one: what is read
/// meanwhile need not stay.
///
/// # Errors
/// Those of the system.
pub fn at_work(path: &Path) -> io::Result<Option<String>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    match file.try_lock_shared() {
        Ok(()) => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(e)) => return Err(e),
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    // A probe holds it for a moment, too: what was begun last is not answered only while it is done.
    let last = Entries::read(&text).actions.into_iter().max_by_key(|(_, (order, _))| *order);
    Ok(last.filter(|(_, (_, answer))| answer.is_none()).map(|(id, _)| id))
}

/// Whether the machine was restarted since action `id` was begun. Then it is no proof that an action did nothing when no
/// other trace of it is left: only what was synced survives a loss of power.
///
/// # Errors
/// Those of the system.
pub fn begun_before_restart(path: &Path, id: &str) -> io::Result<bool> {
    let entries = Entries::read(&fs::read(path)?);
    Ok(entries.boots.get(id).is_some_and(|boot| !boot.is_empty() && *boot != machine::boot()))
}

/// What a probe may answer from the ledger alone: busy, or what the action answered; `None` when the target itself must
/// be asked, also for an action that is not in it: a ledger may be lost. The probe's token is kept, and an action that was
/// never begun is not begun any more, so that a request which arrives late does not make the answer untrue. While any
/// action runs here, that is not certain: busy.
///
/// # Errors
/// Those of the system.
pub fn probe(path: &Path, survives: Survives, act: &Act) -> io::Result<Option<Probed>> {
    if let Some(mut ledger) = Ledger::try_open(path, survives)? {
        return Ok(ledger.probe(act));
    }
    Ok(match look(path, &act.id)? {
        Seen::Answered(answer) => known(&answer),
        _ => Some(Probed::Busy),
    })
}

/// What an answer says of how far its action came; `None` when the target itself must be asked.
fn known(answer: &Answer) -> Option<Probed> {
    match answer {
        Answer::Applied(done) => Some(Probed::After(done.clone())),
        Answer::Refused { why, output } => {
            let ended = Some(Cause { why: why.clone(), output: output.clone() });
            Some(Probed::Before { ended })
        }
        Answer::Unclear { .. } => None,
    }
}

impl Entries {
    fn read(text: &[u8]) -> Entries {
        let mut entries = Entries::default();
        for line in text.split(|b| *b == b'\n') {
            // A torn line is followed by whole ones; it says nothing.
            if let Ok(row) = serde_json::from_slice(line) {
                entries.take(row);
            }
        }
        entries
    }

    fn take(&mut self, row: Row) {
        let order = self.actions.len();
        match row {
            Row::Begun { id, token, boot } => {
                self.token = self.token.max(token);
                self.boots.insert(id.clone(), boot);
                self.actions.insert(id, (order, None));
            }
            Row::Answered { id, answer } => {
                self.actions.entry(id).or_insert((order, None)).1 = Some(answer);
            }
            Row::Seen { token } => self.token = self.token.max(token),
            Row::Over { id } => {
                self.over.insert(id);
            }
        }
    }

    /// Actions that may still go on: begun, not answered for certain, and not known to be over.
    fn open(&self) -> Vec<String> {
        let certain =
            |answer: &Option<Answer>| matches!(answer, Some(Answer::Applied(_) | Answer::Refused { .. }));
        let open =
            self.actions.iter().filter(|(id, (_, answer))| !certain(answer) && !self.over.contains(*id));
        open.map(|(id, _)| id.clone()).collect()
    }
}

fn open(path: &Path, survives: Survives) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).append(true);
    match options.open(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let folder = durable::folder_of(path);
    if survives == Survives::PowerLoss { durable::make_folder(folder) } else { fs::create_dir_all(folder) }?;
    let file = options.create(true).mode(0o600).open(path)?;
    if survives == Survives::PowerLoss {
        durable::sync_folder(folder)?;
    }
    Ok(file)
}

fn is_still(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (fs::metadata(path), file.metadata()) {
        (Ok(there), Ok(held)) => there.ino() == held.ino() && there.dev() == held.dev(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Connection, Done, Reload, Subject};
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn act(id: &str, token: u64) -> Act {
        Act {
            id: id.into(),
            token,
            deadline: 1000,
            subject: Subject {
                address: "note.a".into(),
                kind: "note".into(),
                alias: String::new(),
                arguments: serde_json::json!({}),
                connection: Connection::local(),
            },
            level: None,
            expected: None,
            snapshot: None,
            reload: Reload::None,
            artifacts: Vec::new(),

            member: None,
        }
    }

    fn said(output: &str) -> Answer {
        Answer::Applied(Done { output: output.into(), ..Done::default() })
    }

    #[test]
    fn who_is_at_work_is_known_only_while_he_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ledger");
        assert_eq!(at_work(&path).unwrap(), None);
        for id in ["2", "1"] {
            let meanwhile = || {
                assert_eq!(at_work(&path).unwrap().as_deref(), Some(id));
                Answer::unclear("it was cut off")
            };
            Ledger::once(&path, Survives::Death, &act(id, 7), meanwhile);
            assert_eq!(at_work(&path).unwrap(), None, "its process let go of it");
        }
        // Held, but nothing is begun: somebody asks.
        let held = Ledger::open(&path, Survives::Death).unwrap();
        assert_eq!(at_work(&path).unwrap(), None);
        drop(held);
    }

    #[test]
    fn one_id_acts_once_and_an_old_token_never() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sub/a.ledger");
        let once =
            |id, token, say: &str| Ledger::once(&path, Survives::PowerLoss, &act(id, token), || said(say));
        assert_eq!(once("1", 7, "first"), said("first"));
        assert_eq!(once("1", 7, "again"), said("first"));
        assert!(
            matches!(once("2", 6, "older"), Answer::Refused { why, .. } if why.contains("token 6 is older than 7"))
        );
        assert_eq!(once("3", 7, "equal"), said("equal"));
        assert_eq!(look(&path, "3").unwrap(), Seen::Answered(said("equal")));
        assert_eq!(look(&path, "2").unwrap(), Seen::Never);
    }

    #[test]
    fn concurrent_requests_of_one_id_act_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ledger");
        let acted = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let answer = Ledger::once(&path, Survives::Death, &act("1", 1), || {
                        acted.fetch_add(1, Ordering::SeqCst);
                        assert_eq!(look(&path, "1").unwrap(), Seen::Running);
                        said("once")
                    });
                    assert_eq!(answer, said("once"));
                });
            }
        });
        assert_eq!(acted.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_was_begun_and_never_answered_is_unclear() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ledger");
        // The second line is torn.
        fs::write(&path, b"{\"begun\":{\"id\":\"1\",\"token\":3}}\n{\"answered\":{\"id\":\"1\",\"ans")
            .unwrap();
        assert_eq!(look(&path, "1").unwrap(), Seen::Begun);
        assert!(matches!(
            Ledger::once(&path, Survives::Death, &act("1", 3), || said("never")),
            Answer::Unclear { .. }
        ));
        assert_eq!(Ledger::once(&path, Survives::Death, &act("2", 3), || said("next")), said("next"));
        assert_eq!(look(&path, "2").unwrap(), Seen::Answered(said("next")));
        assert_eq!(
            probe(&path, Survives::Death, &act("2", 3)).unwrap(),
            Some(Probed::After(Done { output: "next".into(), ..Done::default() }))
        );
        assert_eq!(probe(&path, Survives::Death, &act("1", 3)).unwrap(), None);
    }

    /// A request that was still on its way when it was probed, or that an older controller sends afterwards.
    #[test]
    fn what_a_probe_has_said_stays_true() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ledger");
        let once = |id, token| Ledger::once(&path, Survives::Death, &act(id, token), || said("done"));
        assert_eq!(once("1", 3), said("done"));
        // The target is to be asked; whatever it says, the action does not begin any more.
        assert_eq!(probe(&path, Survives::Death, &act("2", 5)).unwrap(), None);
        assert!(matches!(once("2", 5), Answer::Unclear { .. }));
        assert!(
            matches!(once("3", 4), Answer::Refused { why, .. } if why.contains("token 4 is older than 5"))
        );
        assert_eq!(once("3", 5), said("done"));
        // The token is kept where the probed action was begun, too.
        fs::write(&path, b"{\"begun\":{\"id\":\"1\",\"token\":3}}\n").unwrap();
        assert_eq!(probe(&path, Survives::Death, &act("1", 9)).unwrap(), None);
        assert!(matches!(once("4", 8), Answer::Refused { .. }));
        // While an action runs, one that was not begun may be waiting for its end.
        let running = Ledger::once(&path, Survives::Death, &act("5", 9), || {
            assert_eq!(probe(&path, Survives::Death, &act("6", 9)).unwrap(), Some(Probed::Busy));
            assert_eq!(probe(&path, Survives::Death, &act("5", 9)).unwrap(), Some(Probed::Busy));
            said("slow")
        });
        assert_eq!(running, said("slow"));
    }

    #[test]
    fn nothing_begins_beside_an_action_that_outlives_its_provider() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ledger");
        fs::write(&path, b"{\"begun\":{\"id\":\"old\",\"token\":3}}\n").unwrap();
        let open = || Ledger::open(&path, Survives::Death).unwrap();
        let asked = AtomicUsize::new(0);
        let is_over = |over: bool| {
            let asked = &asked;
            move |id: &str| {
                asked.fetch_add(1, Ordering::SeqCst);
                assert_eq!(id, "old");
                if over { Ok(()) } else { Err("old still runs".to_string()) }
            }
        };
        let new = act("new", 4);
        let beside = open().act_alone(&new, is_over(false), || unreachable!("it began beside the old one"));
        assert_eq!(beside, Answer::refused("old still runs"));
        // Nothing was begun, so that the same request may come again.
        assert_eq!(open().act_alone(&new, is_over(true), || said("new")), said("new"));
        // What is over, and what was answered for certain, is not asked about again.
        assert_eq!(open().act_alone(&act("newer", 4), is_over(false), || said("newer")), said("newer"));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn an_action_of_an_earlier_boot_is_told_from_one_of_this() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ledger");
        Ledger::once(&path, Survives::PowerLoss, &act("now", 4), || said("done"));
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"begun\":{\"id\":\"then\",\"token\":3,\"boot\":\"another\"}}\n");
        text.push_str("{\"begun\":{\"id\":\"old\",\"token\":3}}\n");
        fs::write(&path, text).unwrap();
        for (id, before) in [("now", false), ("then", true), ("old", false)] {
            assert_eq!(begun_before_restart(&path, id).unwrap(), before, "{id}");
        }
    }

    #[test]
    fn a_long_ledger_is_written_anew_and_keeps_its_token() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ledger");
        let long = "x".repeat(8000);
        for i in 0..100 {
            Ledger::once(&path, Survives::Death, &act(&i.to_string(), i), || said(&long));
        }
        assert!(fs::metadata(&path).unwrap().len() < COMPACT + 64 * 9000);
        assert_eq!(look(&path, "99").unwrap(), Seen::Answered(said(&long)));
        assert!(matches!(
            Ledger::once(&path, Survives::Death, &act("new", 98), || said("")),
            Answer::Refused { .. }
        ));
    }
}
