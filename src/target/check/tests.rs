//! Checks: what they say when something is ill, that they go on until it is well, and that they can be stopped.

use super::*;
use crate::config::checked::{Comparison, Need, Web};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

fn check(probe: Probe, within_ms: u64) -> Check {
    Check {
        name: "ready".into(),
        probe,
        timeout: Duration::from_millis(500),
        interval: Duration::from_millis(10),
        within: Duration::from_millis(within_ms),
        successes: 1,
        failures: None,
        need: Need::Required,
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
    tried_as(check(probe, within_ms))
}

fn tried_as(check: Check) -> Checked {
    let dir = tempfile::tempdir().unwrap();
    let targets = Targets::new(&dir.path().join("store"), dir.path());
    run(
        &check,
        &Place { connection: &local(), targets: &targets, since: None, mark: None },
        &AtomicBool::new(false),
    )
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
    Probe::Http(Web { expect_body: body.map(str::to_string), ..Web::at(url) })
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

/// Who was killed while it looked has seen nothing.
#[test]
fn exec_that_a_signal_ends_tells_nothing() {
    for (script, code) in [("kill -9 $$", 137), ("exit 143", 143)] {
        let checked = tried(sh(script, None), 0);
        let Verdict::Unknown(why) = &checked.verdict else { panic!("{checked:?}") };
        let says = format!("was ended by signal {} (exit code {code}), expected 0", code - 128);
        assert!(why.contains(&says), "{why}");
    }
    // 255 is what ssh says of itself, 128 what git does: no signals.
    for code in [128, 193, 255] {
        assert!(matches!(tried(sh(&format!("exit {code}"), None), 0).verdict, Verdict::Ill(_)));
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
        let running = scope.spawn(|| {
            let place = Place { connection: &local(), targets: &targets, since: None, mark: None };
            run(&check(sh("exit 1", None), 600_000), &place, &cancelled)
        });
        std::thread::sleep(Duration::from_millis(50));
        cancelled.store(true, Ordering::Relaxed);
        assert_eq!(running.join().unwrap().verdict, Verdict::Cancelled);
    });
}

#[test]
fn so_many_successes_or_failures_in_a_row() {
    let counted = |script: &str, successes, failures, within_ms| {
        let dir = tempfile::tempdir().unwrap();
        let script = script.replace("COUNT", &dir.path().join("count").display().to_string());
        tried_as(Check { successes, failures, ..check(sh(&script, None), within_ms) })
    };
    // Fails at every third try.
    let flaps = "echo x >> COUNT; test $(($(wc -l < COUNT) % 3)) -ne 0";
    assert_eq!(counted(flaps, 2, None, 60_000), Checked { verdict: Verdict::Healthy, tries: 2 });
    let never = counted(flaps, 3, None, 400);
    assert!(matches!(&never.verdict, Verdict::Ill(_)) && never.tries > 3, "{never:?}");
    assert_eq!(counted("true", 3, None, 60_000), Checked { verdict: Verdict::Healthy, tries: 3 });
    assert_eq!(counted("false", 1, Some(4), 600_000).tries, 4);
    let short = counted("true", 5, None, 0);
    assert!(why(&short).starts_with("it succeeded 1 times in a row, 5 are needed"), "{short:?}");
}

#[test]
fn a_slow_answer_is_ill_where_latency_counts() {
    let probe = Probe::Http(Web { max_latency: Some(Duration::ZERO), ..Web::at(server(&[FINE])) });
    let checked = tried(probe, 0);
    assert!(why(&checked).contains("; at most 0 ms are allowed"), "{checked:?}");
}

#[test]
fn hostile_answers_end_in_time() {
    // Says more than it may, byte by byte, or leads in a circle.
    let drips = |head: &'static str, body: &'static [u8]| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(head.as_bytes());
                while !body.is_empty() && stream.write_all(body).is_ok() {
                    if body.len() < 10 {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                }
            }
        });
        url
    };
    let endless = "HTTP/1.1 200 OK\r\n\r\n";
    let circle = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for (url, says) in [
        (drips(endless, b"x"), "did not answer in time"),
        (drips(endless, &[b'x'; 65_536]), "with more than 4 MiB"),
        (drips(circle, b""), "302"),
    ] {
        let prometheus = Probe::Prometheus {
            url: url.clone(),
            query: "up".into(),
            comparison: Comparison::AtLeast,
            threshold: 1.0,
            trusted: None,
            credential: None,
        };
        let patient = if says.contains("in time") { 500 } else { 20_000 };
        let checked = tried_as(Check { timeout: Duration::from_millis(patient), ..check(prometheus, 0) });
        assert!(matches!(&checked.verdict, Verdict::Unknown(why) if why.contains(says)), "{checked:?}");
        let checked = tried(http(&url, Some("fine")), 0);
        assert!(matches!(&checked.verdict, Verdict::Ill(_)), "{checked:?}");
    }
}
