//! A service that is asked from outside while its members are worked on: what its users saw of the run stands beside what was
//! expected, whatever became of the run.

mod lab;

use lab::{Lab, Ran, files};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A server on loopback: it answers with 200, and with 503 while there is a file.
struct Server {
    port: u16,
    asked: Arc<AtomicU64>,
}

impl Server {
    fn new(dark: PathBuf) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                counted.fetch_add(1, Ordering::Relaxed);
                let _ = stream.read(&mut [0; 4096]);
                let status = if dark.exists() { "503 Service Unavailable" } else { "200 OK" };
                let _ = stream.write_all(
                    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes(),
                );
            }
        });
        Server { port, asked }
    }
}

/// One node whose patch does this, in a service that is asked so.
fn shop(level: &str, patch: &str, service: &str) -> String {
    let node = files(&[("web", level, "", &format!("{patch}; printf %s $PATCHFORM_LEVEL > $NAME"))]);
    format!(
        "service \"shop\" {{\n  members = [command.web]\n  availability = \"99%\"\n  {service}\n}}\n{node}"
    )
}

fn platform(patch: &str) -> (Lab, Server) {
    let lab = Lab::new(&shop("1.0", "true", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    let server = Server::new(lab.path("dark"));
    lab.write("main.pf.hcl", shop("1.1", patch, &http(&server)));
    (lab, server)
}

fn http(server: &Server) -> String {
    let port = server.port;
    format!(
        "probe \"http\" {{\n    url = \"http://127.0.0.1:{port}/healthz\"\n    interval = \"100ms\"\n    timeout = \"1s\"\n  }}"
    )
}

fn outcome(ran: &Ran) -> Value {
    let last = ran.out.lines().last().expect("an outcome");
    serde_json::from_str::<Value>(last).unwrap()["services"][0]["outside"].clone()
}

/// How the service came to be seen, as the journal of the last run tells it.
fn sights(lab: &Lab) -> Vec<String> {
    let told = lab.patchform("run show --json").exits(0);
    let sight = |line: &str| Some(serde_json::from_str::<Value>(line).ok()?["sight"].as_str()?.to_string());
    told.out.lines().filter_map(sight).collect()
}

fn squeezed(ran: &Ran) -> String {
    (ran.out.clone() + &ran.err).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_interruption_is_told_from_its_first_failed_to_the_next_good_answer() {
    let (lab, server) = platform("sleep 0.4; touch dark; sleep 1.2; rm dark; sleep 0.4");
    lab.patchform("plan").exits(0).says("asked from outside every 100ms meanwhile: GET http://127.0.0.1:");
    let ran = lab.patchform("apply --auto-approve").exits(0);
    ran.says("service.shop does not answer from outside: ")
        .says("service.shop answers from outside again, after 1.");
    let said = squeezed(&lab.patchform("run show").exits(0));
    assert!(said.contains("from outside: did not answer for 1."), "{said}");
    assert!(said.contains("and was expected to be for at most about"), "{said}");
    assert!(said.contains("99% leaves 7h 12m in") && said.contains("are spent now"), "{said}");
    // An event for each turn, not for each attempt.
    assert_eq!(sights(&lab), ["up", "down", "up", "unseen"][..sights(&lab).len()]);
    assert!((3..=4).contains(&sights(&lab).len()));
    assert!(server.asked.load(Ordering::Relaxed) > 10);
    let asked = server.asked.load(Ordering::Relaxed);
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(server.asked.load(Ordering::Relaxed), asked, "nobody asks when the run is over");
    lab.patchform("run show --timeline").exits(0).says("service.shop does not answer from outside");
    // What the month has left is reckoned by what was seen.
    let json: Value = serde_json::from_str(&lab.patchform("plan --json").exits(0).out).unwrap();
    let spent = json["services"][0]["promise"]["spent_ms"].as_u64().unwrap();
    assert!((1_000..2_500).contains(&spent), "{spent}");
}

#[test]
fn programs_read_it_too() {
    let (lab, _server) =
        platform("sleep 0.3; touch dark; sleep 0.8; rm dark; sleep 0.3; touch dark; sleep 0.4; rm dark");
    let seen = outcome(&lab.patchform("apply --auto-approve --json").exits(0));
    let ms = |name: &str| seen[name].as_u64().unwrap();
    assert_eq!(ms("interruptions"), 2, "{seen}");
    assert!((1_000..2_500).contains(&ms("down_ms")) && (600..1_500).contains(&ms("longest_ms")), "{seen}");
    assert_eq!((ms("unknown_ms"), seen["still_down"].as_bool()), (0, Some(false)), "{seen}");
}

#[test]
fn what_does_not_come_back_is_told_as_still_down() {
    let (lab, _server) = platform("touch dark");
    let ran = lab.patchform("apply --auto-approve").exits(0);
    let said = squeezed(&ran);
    assert!(
        said.contains("from outside: did not answer for") && said.contains(", and does not yet"),
        "{said}"
    );
}

#[test]
fn who_cannot_ask_does_not_call_it_down() {
    let (lab, server) = platform("sleep 0.5");
    let text = lab.read("main.pf.hcl").replace(
        &http(&server),
        "probe \"exec\" {\n    command = [\"./no-such-program\"]\n    interval = \"100ms\"\n  }",
    );
    lab.write("main.pf.hcl", text);
    let ran = lab.patchform("apply --auto-approve --json").exits(0);
    let seen = outcome(&ran);
    assert_eq!((seen["down_ms"].as_u64(), seen["interruptions"].as_u64()), (Some(0), Some(0)), "{seen}");
    assert!(seen["unknown_ms"].as_u64().unwrap() > 300, "{seen}");
    assert!(squeezed(&lab.patchform("run show").exits(0)).contains("nobody can tell"));
}

#[test]
fn a_service_without_a_probe_was_not_asked() {
    let (lab, server) = platform("true");
    lab.write("main.pf.hcl", shop("1.1", "true", ""));
    let ran = lab.patchform("apply --auto-approve --json").exits(0);
    assert!(outcome(&ran).is_null());
    assert_eq!(server.asked.load(Ordering::Relaxed), 0);
}

/// The controller is killed while the service is down: what stands in the journal stays, and the time until somebody takes the run
/// again was seen by nobody.
#[test]
fn a_controller_that_is_killed_takes_nothing_away_of_what_was_seen() {
    let (lab, _server) = platform("touch dark; sleep 3; rm dark");
    let mut child = lab.patchform_command("apply --auto-approve").spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while !lab.patchform("run show").out.contains("does not answer from outside") {
        assert!(Instant::now() < end, "it is never seen down");
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let resumed = lab.patchform("resume --auto-approve --json");
    let seen = outcome(&resumed);
    assert!(seen["interruptions"].as_u64().unwrap() >= 1, "{seen}: {resumed:?}");
    assert!(seen["unknown_ms"].as_u64().unwrap() >= 500, "{seen}");
    let said = squeezed(&lab.patchform("run show").exits(0));
    assert!(said.contains("nobody can tell"), "{said}");
}
