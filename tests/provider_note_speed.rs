//! Ten thousand notes: a whole round of the protocol costs little. The figures are printed; only an accident fails.

use patchform::provider::session::Patience;
use patchform::provider::watch::Silent;
use patchform::provider::{Launch, Session};
use patchform::target::Targets;
use patchform_sdk::message::{Act, Action, Answer, Connection, Desired, Level, Proposed, Reload, Subject};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

fn note() -> std::path::PathBuf {
    let build = ["build", "--quiet", "--workspace", "--example", "note"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(Command::new(env!("CARGO")).args(build).current_dir(root).status().unwrap().success());
    let tests = std::env::current_exe().unwrap();
    tests.parent().and_then(Path::parent).expect("tests lie in target/debug/deps").join("examples/note")
}

#[test]
fn ten_thousand_notes() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::start(Launch {
        name: "note".into(),
        program: note(),
        arguments: Vec::new(),
        folder: dir.path().into(),
        store: ".patchform".into(),
        targets: Arc::new(Targets::new(&dir.path().join("store"), dir.path())),
        watch: Arc::new(Silent),
        patience: Patience::default(),
    })
    .unwrap();
    let subject = |i: usize| Subject {
        address: format!("note.n[{i}]"),
        kind: "note".into(),
        alias: String::new(),
        arguments: json!({ "path": dir.path().join(format!("n{i}")) }),
        connection: Connection::local(),
    };
    let level = Level::Single("1.0".into());
    let components: Vec<Desired> =
        (0..10_000).map(|i| Desired { subject: subject(i), level: level.clone() }).collect();
    let begun = Instant::now();
    let readings = session.read(&components).unwrap();
    eprintln!("read 10,000: {:?}", begun.elapsed());
    let changes: Vec<Proposed> = components
        .iter()
        .zip(&readings)
        .map(|(c, r)| Proposed {
            subject: c.subject.clone(),
            from: None,
            to: level.clone(),
            digest: r.digest().unwrap().into(),
            snapshot: None,
        })
        .collect();
    let begun = Instant::now();
    assert_eq!(session.preview(&changes).unwrap().len(), 10_000);
    eprintln!("preview 10,000: {:?}", begun.elapsed());
    let begun = Instant::now();
    let (sender, receiver) = mpsc::channel();
    for (i, change) in changes.into_iter().enumerate().take(2000) {
        let act = Act {
            id: format!("a{i}"),
            token: 1,
            deadline: 60_000,
            subject: change.subject,
            level: Some(level.clone()),
            expected: Some(change.digest),
            snapshot: None,
            reload: Reload::None,
            artifacts: Vec::new(),
            member: None,
        };
        let sender = sender.clone();
        session.act(Action::Patch, &act, Duration::from_secs(60), move |answer| sender.send(answer).unwrap());
    }
    drop(sender);
    assert_eq!(receiver.iter().filter(|answer| matches!(answer, Ok(Answer::Applied(_)))).count(), 2000);
    eprintln!("patch 2,000: {:?}", begun.elapsed());
    session.shutdown();
}
