//! The core's ear for a provider: any stream of lines, while questions and an action wait. Each is told exactly once,
//! everything that is said back is whole lines, and no secret comes into the log.

use patchform::model::Mask;
use patchform::provider::hearing::Hearing;
use patchform::provider::pending::Waiting;
use patchform::provider::session::Patience;
use patchform::provider::{Launch, ProviderError, Watch};
use patchform::target::Targets;
use patchform_sdk::message::{Answer, Progress, ReadAnswer};
use patchform_sdk::pipe::Envelope;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// What a provider must not bring into a log.
const SECRET: &str = "hunter2";
/// The id of the action that is on its way.
const ACTION: &str = "a1";
/// What waits, by id from 1.
const METHODS: [(&str, bool); 4] = [("read", false), ("patch", true), ("describe", false), ("probe", false)];

/// Hears the lines to their end, as from its stdout and as from its stderr.
pub fn run(data: &[u8]) {
    let lines = without_callbacks(data);
    let (to_provider, written) = mpsc::channel();
    let hearing = Arc::new(Hearing::new(&launch(), to_provider));
    let told: Vec<Arc<AtomicUsize>> = METHODS.iter().map(|row| ask(&hearing, *row)).collect();
    hearing.read(lines.as_slice(), &Hearing::answerers().expect("a thread"));
    hearing.read_log(lines.as_slice());
    hearing.close(|provider, method| ProviderError::ShutDown { provider, method });
    assert!(told.iter().all(|times| times.load(Ordering::Relaxed) == 1), "told {told:?} times");
    assert!(hearing.log().len() <= 64 * 1024 && !hearing.log().contains(SECRET));
    let written: Vec<Vec<u8>> = written.iter().collect();
    assert!(written.len() >= METHODS.len());
    for line in written {
        let message: Value = serde_json::from_slice(&line).expect("what is sent is JSON");
        assert_eq!((&message["jsonrpc"], line.last()), (&json!("2.0"), Some(&b'\n')));
    }
}

/// The lines without those that would have an effect on this machine; `message` has their parser.
fn without_callbacks(data: &[u8]) -> Vec<u8> {
    let calls_back = |line: &[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let envelope = serde_json::from_slice::<Envelope<'_>>(line);
        envelope.is_ok_and(|e| e.method.is_some_and(|method| method.starts_with("target/")))
    };
    let kept: Vec<&[u8]> = data.split(|b| *b == b'\n').filter(|line| !calls_back(line)).collect();
    kept.join(&b'\n')
}

/// Asks something; counts how often it is answered.
fn ask(hearing: &Hearing, (method, acts): (&'static str, bool)) -> Arc<AtomicUsize> {
    let times = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&times);
    let reply = Box::new(move |answer: Result<Vec<u8>, ProviderError>| {
        counted.fetch_add(1, Ordering::Relaxed);
        match answer {
            Ok(json) => {
                serde_json::from_slice::<Value>(&json).expect("a result is JSON");
                let _ =
                    (serde_json::from_slice::<Answer>(&json), serde_json::from_slice::<ReadAnswer>(&json));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    });
    let (action, patience) = (acts.then(|| ACTION.to_string()), Duration::from_secs(3600));
    assert!(hearing.send(Waiting { method, patience, action, reply }, &json!({})).is_ok());
    times
}

fn launch() -> Arc<Launch> {
    let targets = Targets::new(Path::new("/nonexistent"), Path::new("/nonexistent"));
    targets.hide(Some(Mask::of([json!(SECRET)].iter())));
    Arc::new(Launch {
        name: "fuzzed".into(),
        program: "/nonexistent".into(),
        arguments: Vec::new(),
        folder: "/nonexistent".into(),
        store: ".patchform".into(),
        targets: Arc::new(targets),
        watch: Arc::new(Strict),
        patience: Patience::default(),
    })
}

/// Accepts only what may be passed on.
struct Strict;

impl Watch for Strict {
    fn progress(&self, _: &str, progress: &Progress) {
        assert_eq!(progress.id, ACTION, "progress of something that is not on its way");
        assert!(!progress.message.contains(SECRET));
    }

    fn log(&self, _: &str, line: &str) {
        assert!(!line.contains(SECRET), "a secret came into the log: {line}");
    }
}
