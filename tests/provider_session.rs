//! What the program says and does when a provider misbehaves: always the right error, never a hang, never a panic.

use patchform::provider::session::Patience;
use patchform::provider::{Launch, ProviderError, Session, Watch};
use patchform::target::Targets;
use patchform_sdk::message::{
    Act, Action, Answer, Connection, Desired, Done, Level, Progress, Reading, Reload, Subject,
};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

#[derive(Default)]
struct Listener {
    log: Mutex<Vec<String>>,
    progress: AtomicUsize,
}

impl Watch for Listener {
    fn progress(&self, _: &str, _: &Progress) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }
    fn log(&self, _: &str, line: &str) {
        self.log.lock().unwrap().push(line.into());
    }
}

struct Bad {
    session: Result<Session, ProviderError>,
    listener: Arc<Listener>,
    _dir: tempfile::TempDir,
}

fn bad(way: &str) -> Bad {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-providers/bad.py");
    started("python3".into(), way, &script)
}

fn started(program: PathBuf, way: &str, script: &Path) -> Bad {
    let dir = tempfile::tempdir().unwrap();
    let listener = Arc::new(Listener::default());
    let starts = dir.path().join("starts").display().to_string();
    let short = Duration::from_millis(2000);
    let session = Session::start(Launch {
        name: "bad".into(),
        program,
        arguments: vec![script.display().to_string(), way.into(), starts],
        folder: dir.path().into(),
        store: ".patchform".into(),
        targets: Arc::new(Targets::new(&dir.path().join("store"), dir.path())),
        watch: Arc::clone(&listener) as Arc<dyn Watch>,
        patience: Patience {
            greeting: if way == "hang" { Duration::from_millis(300) } else { Duration::from_secs(20) },
            asking: short,
            looking: match way {
                "late" => Duration::from_millis(200),
                "slow-reader" => Duration::from_millis(500),
                _ => Duration::from_secs(30),
            },
            ending: Duration::from_millis(300),
        },
    });
    Bad { session, listener, _dir: dir }
}

fn subject(address: &str) -> Subject {
    Subject {
        address: address.into(),
        kind: "bad".into(),
        alias: String::new(),
        arguments: json!({}),
        connection: Connection::local(),
    }
}

fn desired(n: usize) -> Vec<Desired> {
    (0..n)
        .map(|i| Desired { subject: subject(&format!("bad.c{i}")), level: Level::Single("1".into()) })
        .collect()
}

fn act(id: &str) -> Act {
    Act {
        id: id.into(),
        token: 1,
        deadline: 1000,
        subject: subject("bad.a"),
        level: None,
        expected: None,
        snapshot: None,
        reload: Reload::None,
        artifacts: Vec::new(),

        member: None,
    }
}

impl Bad {
    fn session(&self) -> &Session {
        self.session.as_ref().unwrap()
    }
    fn read_error(&self) -> String {
        self.session().read(&desired(1)).unwrap_err().to_string()
    }
    fn patch(&self, deadline: u64) -> Result<Answer, ProviderError> {
        let (sender, receiver) = mpsc::channel();
        self.session().act(Action::Patch, &act("p"), Duration::from_millis(deadline), move |answer| {
            sender.send(answer).unwrap();
        });
        receiver.recv_timeout(Duration::from_secs(20)).unwrap()
    }
    fn logged(&self, text: &str) -> bool {
        self.listener.log.lock().unwrap().iter().any(|line| line.contains(text))
    }
}

fn start_error(way: &str) -> String {
    bad(way).session.err().unwrap().to_string()
}

#[test]
fn a_program_that_is_missing_or_no_program() {
    let error = started("/no/such/provider".into(), "", Path::new("x")).session.err().unwrap();
    assert!(
        error.to_string().starts_with("provider `bad` cannot be started: /no/such/provider: No such file")
    );
    assert!(error.nothing_was_done());
}

#[test]
fn a_provider_that_does_not_greet() {
    assert_eq!(
        start_error("crash"),
        "provider `bad` exited with code 1 while it was asked to `initialize`; the end of its log:\nno licence found"
    );
    assert_eq!(start_error("hang"), "provider `bad` did not answer `initialize` within 300 ms");
    assert_eq!(
        start_error("other-version"),
        "provider `bad` speaks protocol 2.7, this program speaks 1.4: install a version of one that fits the other"
    );
    assert_eq!(
        start_error("nonsense-greeting"),
        "provider `bad` answered `initialize` with a line that is no JSON; it begins: Welcome to my provider!"
    );
    assert_eq!(start_error("closes"), "provider `bad` closed its output while it was asked to `initialize`");
}

#[test]
fn answers_that_are_no_answers() {
    for (way, says) in [
        (
            "nonsense",
            r"answered `read` with a line that is no JSON; it begins: Traceback (most recent call last): \u{1b}[31moh no",
        ),
        (
            "not-a-message",
            "answered `read` with a line that is no message of the protocol; it begins: [1, 2]",
        ),
        ("long-line", "answered `read` with a line that is longer than 16 MiB; it begins: yyyyy"),
        (
            "shape",
            "answered `read` with something else than the protocol asks for: unknown variant `somewhere`",
        ),
        ("too-few", "asks for: it was asked about 1 and answered about 0"),
        ("error", "has no answer to `read`: the disk is on fire"),
        ("late", "did not answer `read` within 200 ms"),
        ("slow-reader", "did not answer `read` within 500 ms"),
    ] {
        let bad = bad(way);
        let error = bad.read_error();
        assert!(error.starts_with("provider `bad` ") && error.contains(says), "{way}: {error}");
    }
}

#[test]
fn odd_things_are_logged_and_the_answer_still_counts() {
    for (way, says) in [
        ("twice", "that nobody waits for"),
        ("wrong-id", "answered a request 4711 that nobody waits for"),
        ("complains", "complained about a line it was sent: what?"),
        ("flood", "`weather` that is not known"),
        ("chatty", "line 4999 of the log"),
    ] {
        let bad = bad(way);
        assert_eq!(bad.session().read(&desired(1)).unwrap()[0].digest(), Some("d"), "{way}");
        // A second question shows that it goes on.
        assert_eq!(bad.session().read(&desired(300)).unwrap().len(), 300, "{way}");
        assert!(bad.logged(says), "{way}");
        assert!(bad.session().log().len() <= 64 * 1024 + 100);
        assert!(bad.listener.log.lock().unwrap().len() < 20_000);
    }
}

#[test]
fn callbacks_are_answered() {
    let bad = bad("callbacks");
    assert_eq!(bad.session().read(&desired(1)).unwrap()[0].digest(), Some("100 -32601"));
}

#[test]
fn a_provider_that_dies_is_started_again_three_times() {
    let bad = bad("dies-reading");
    for _ in 0..4 {
        assert_eq!(
            bad.read_error(),
            "provider `bad` exited with code 3 while it was asked to `read`; the end of its log:\nlast words"
        );
    }
    let error = bad.read_error();
    assert!(
        error.contains("started 4 times in this run and is not started again (it last exited with code 3)")
    );
    let Err(error) = bad.patch(1000) else { panic!("it cannot answer") };
    assert!(error.nothing_was_done(), "{error}");
}

#[test]
fn a_provider_that_was_started_again_is_configured_again() {
    let bad = bad("dies-twice");
    bad.session().configure("", &json!({"colour": "blue"})).unwrap();
    assert!(bad.read_error().contains("exited with code 4"));
    assert!(bad.read_error().contains("exited with code 4"));
    assert!(matches!(bad.session().read(&desired(1)).unwrap()[0], Reading::Absent(_)));
    assert!(bad.logged("starting it again (3 of 4)"));
}

#[test]
fn an_action_ends_with_its_provider_or_its_deadline_and_not_with_a_stray_line() {
    let died = bad("dies-in-action").patch(20_000).unwrap_err();
    assert!(died.to_string().contains("was ended by signal 9 while it was asked to `patch`"), "{died}");
    assert!(!died.nothing_was_done());
    let late = bad("hangs-in-action").patch(200).unwrap_err();
    assert!(matches!(&late, ProviderError::Late { .. }) && !late.nothing_was_done());
    let stray = bad("nonsense-in-action");
    assert_eq!(stray.patch(20_000).unwrap(), Answer::Applied(Done::default()));
    assert!(stray.logged("no JSON; it begins: a stray print"));
}

#[test]
fn everybody_who_waits_is_told_at_once_when_it_dies() {
    let bad = bad("dies-in-action");
    let (sender, receiver) = mpsc::channel();
    let begun = Instant::now();
    for i in 0..50 {
        let sender = sender.clone();
        bad.session().act(Action::Patch, &act(&i.to_string()), Duration::from_secs(600), move |answer| {
            sender.send(answer).unwrap();
        });
    }
    drop(sender);
    let answers: Vec<_> = receiver.iter().collect();
    assert_eq!(answers.len(), 50);
    assert!(answers.iter().all(Result::is_err));
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn floods_of_progress_are_thinned_out() {
    let bad = bad("progress-flood");
    let begun = Instant::now();
    assert!(bad.patch(60_000).is_ok());
    let passed = bad.listener.progress.load(Ordering::Relaxed);
    let most = usize::try_from(begun.elapsed().as_millis() / 100).unwrap() + 2;
    assert!((1..=most).contains(&passed), "{passed} of at most {most}");
}

#[test]
fn shutting_down_does_not_wait_for_a_provider_that_never_ends() {
    let bad = bad("never-ends");
    let (pid, begun) = (bad.session().pid(), Instant::now());
    drop(bad);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(patchform_sdk::machine::start_time(pid).is_none());
}
