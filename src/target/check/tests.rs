//! Checks: what they say when something is ill, that they go on until it is well, and that they can be stopped.

use super::*;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

fn check(probe: Probe, within_ms: u64) -> Check {
    Check {
        name: "ready".into(),
        probe,
        timeout: Duration::from_millis(500),
        interval: Duration::from_millis(10),
        within: Duration::from_millis(within_ms),
    }
}

fn sh(script: &str, expect: Option<&str>) -> Probe {
    Probe::Exec {
        command: vec!["sh".into(), "-c".into(), script.into()],
        expect_output: expect.map(str::to_string),
    }
}

fn local() -> Connection {
    Connection { kind: "local".into(), arguments: BTreeMap::new() }
}

fn tried(probe: Probe, within_ms: u64) -> Checked {
    let dir = tempfile::tempdir().unwrap();
    let targets = Targets::new(&dir.path().join("store"), dir.path());
    run(&check(probe, within_ms), &local(), &targets, &AtomicBool::new(false))
}

fn why(checked: &Checked) -> &str {
    match &checked.verdict {
        Verdict::Ill(why) => why,
        other => panic!("{other:?}"),
    }
}

/// A server that gives one answer after the other.
fn server(answers: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/healthz", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

const BUSY: &str = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const FINE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine";

fn http(url: &str, body: Option<&str>) -> Probe {
    Probe::Http { url: url.into(), expect_status: 200, expect_body: body.map(str::to_string) }
}

#[test]
fn exec_says_what_it_found() {
    assert_eq!(tried(sh("echo up", Some("up")), 0), Checked { verdict: Verdict::Healthy, tries: 1 });
    for (script, expect, says) in [
        ("echo no >&2; exit 3", None, "exited with code 3, expected 0: no (after 1 try in 0."),
        ("echo down", Some("up"), "printed \"down\", expected \"up\" in it"),
        ("sleep 5", None, "did not end within 0.5 s"),
    ] {
        let checked = tried(sh(script, expect), 0);
        assert!(why(&checked).contains(says), "{checked:?}");
    }
}

#[test]
fn http_goes_on_until_it_is_well() {
    assert_eq!(
        tried(http(&server(&[BUSY, BUSY, FINE]), Some("fine")), 10_000),
        Checked { verdict: Verdict::Healthy, tries: 3 }
    );
    let url = server(&[BUSY; 500]);
    let checked = tried(http(&url, None), 60);
    assert!(checked.tries > 1);
    let says = format!("http GET {url} answered 503, expected 200 (after {} tries in 0.", checked.tries);
    assert!(why(&checked).starts_with(&says), "{checked:?}");
    let checked = tried(http(&server(&[FINE]), Some("well")), 0);
    assert!(why(&checked).contains("but without \"well\"; the body begins: fine"), "{checked:?}");
}

#[test]
fn tcp_opens_or_says_why_not() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let probe = || Probe::Tcp { host: "127.0.0.1".into(), port };
    assert_eq!(tried(probe(), 0).verdict, Verdict::Healthy);
    drop(listener);
    assert!(why(&tried(probe(), 0)).starts_with(&format!("tcp 127.0.0.1:{port} does not open: ")));
}

#[test]
fn a_check_can_be_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let targets = Targets::new(&dir.path().join("store"), dir.path());
    let cancelled = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let running =
            scope.spawn(|| run(&check(sh("exit 1", None), 600_000), &local(), &targets, &cancelled));
        std::thread::sleep(Duration::from_millis(50));
        cancelled.store(true, Ordering::Relaxed);
        assert_eq!(running.join().unwrap().verdict, Verdict::Cancelled);
    });
}
