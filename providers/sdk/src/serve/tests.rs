//! The server: errors are answered and survived, requests run concurrently, callbacks and cancellation work.

use super::*;
use crate::message::{
    Absent, Answer, Connection, Description, Desired, Identity, PreviewOutcome, Probed, Proposed, Reading,
    TargetRun, TargetStarted,
};
use serde_json::json;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

struct Fake;

impl Provider for Fake {
    fn identity(&self) -> Identity {
        Identity { name: "fake".into(), version: "1".into() }
    }
    fn describe(&self) -> Description {
        Description::default()
    }
    fn read(&self, desired: &Desired, _: &Context) -> Reading {
        assert!(desired.subject.address != "panic", "as asked");
        Reading::Absent(Absent { target: String::new(), claims: Vec::new(), digest: String::new() })
    }
    fn preview(&self, _: &Proposed, _: &Context) -> PreviewOutcome {
        PreviewOutcome::Blocked { why: "fake".into() }
    }
    fn act(&self, action: Action, act: &Act, context: &Context) -> Answer {
        match action {
            Action::Patch => {
                while !context.is_cancelled() {
                    thread::sleep(Duration::from_millis(1));
                }
                Answer::refused("cancelled")
            }
            Action::Fetch => {
                context.progress("half", Some(0.5));
                let run = TargetRun {
                    id: act.id.clone(),
                    connection: Connection::local(),
                    argv: vec!["true".into()],
                    env: BTreeMap::new(),
                    cwd: None,
                    stdin: String::new(),
                    ephemeral: true,
                    fresh: false,
                };
                match context.target().run(&run) {
                    Ok(TargetStarted { started }) => Answer::refused(format!("started: {started}")),
                    Err(e) => Answer::refused(e.message),
                }
            }
            _ => Answer::applied(),
        }
    }
    fn probe(&self, _: &Probe, _: &Context) -> Result<Probed, RpcError> {
        Ok(Probed::before())
    }
}

/// Bytes of a channel as a pipe.
struct Feed(Receiver<Vec<u8>>, Vec<u8>);

impl io::Read for Feed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.1.is_empty() {
            match self.0.recv() {
                Ok(more) => self.1 = more,
                Err(_) => return Ok(0),
            }
        }
        let n = out.len().min(self.1.len());
        out[..n].copy_from_slice(&self.1[..n]);
        self.1.drain(..n);
        Ok(n)
    }
}

struct Out(Sender<Vec<u8>>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(bytes.to_vec());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Peer {
    to: Sender<Vec<u8>>,
    from: Receiver<Vec<u8>>,
    server: thread::JoinHandle<io::Result<()>>,
}

impl Peer {
    fn start() -> Peer {
        let ((to, input), (output, from)) = (channel(), channel());
        let server = thread::spawn(move || {
            serve_on(Arc::new(Fake), BufReader::new(Feed(input, Vec::new())), Out(output))
        });
        Peer { to, from, server }
    }
    fn send(&self, line: &str) {
        self.to.send(format!("{line}\n").into_bytes()).unwrap();
    }
    fn receive(&self) -> Value {
        serde_json::from_slice(&self.from.recv_timeout(Duration::from_secs(10)).unwrap()).unwrap()
    }
    fn ask(&self, line: &str) -> Value {
        self.send(line);
        self.receive()
    }
    fn end(self) {
        drop(self.to);
        self.server.join().unwrap().unwrap();
    }
}

fn act(id: u64, method: &str) -> String {
    let params = json!({"id": "x-1", "token": 1, "deadline": 9, "unknown": [], "subject": {"address": "a.b", "kind": "a", "arguments": {}}});
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

#[test]
fn bad_lines_are_answered_with_the_right_code_and_survived() {
    let peer = Peer::start();
    let read = |address: &str| {
        json!({"id": 1, "method": "read", "params": {"components": [{"subject": {"address": address, "kind": "a", "arguments": {}}, "level": "1"}]}}).to_string()
    };
    let many = json!({"id": 1, "method": "read", "params": {"components": vec![json!({"subject": {"address": "a", "kind": "a", "arguments": {}}, "level": "1"}); 257]}}).to_string();
    for (line, code, says) in [
        ("nonsense".to_string(), PARSE_ERROR, "nonsense"),
        ("7".into(), INVALID_REQUEST, "no request"),
        (r#"{"id":1}"#.into(), INVALID_REQUEST, "no method"),
        (r#"{"id":1,"method":"fly"}"#.into(), METHOD_NOT_FOUND, "`fly`"),
        (r#"{"id":1,"method":"read","params":{}}"#.into(), crate::message::INVALID_PARAMS, "components"),
        (read("panic"), INTERNAL_ERROR, "panicked in read: as asked"),
        (many, crate::message::INVALID_PARAMS, "256 are the most"),
        (
            r#"{"id":1,"method":"initialize","params":{"protocol":{"major":2,"minor":0},"program":{"name":"p","version":"9"}}}"#.into(),
            VERSION_MISMATCH,
            "p 9 speaks protocol 2.0, this provider speaks 1.4",
        ),
    ] {
        let answer = peer.ask(&line);
        assert_eq!(answer["error"]["code"], code, "{line}: {answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(says), "{answer}");
    }
    let answer = peer.ask(&read("fine"));
    assert_eq!(answer["result"]["readings"][0]["status"], "absent");
    peer.end();
}

#[test]
fn an_over_long_line_is_skipped() {
    let peer = Peer::start();
    peer.to.send(vec![b'x'; MAX_LINE + 10]).unwrap();
    peer.to.send(b"\n".to_vec()).unwrap();
    assert_eq!(peer.receive()["error"]["code"], INVALID_REQUEST);
    assert_eq!(peer.ask(r#"{"id":"s","method":"describe"}"#)["error"]["code"], Value::Null);
    peer.end();
}

#[test]
fn cancel_reaches_the_action_and_others_go_on_meanwhile() {
    let peer = Peer::start();
    peer.send(&act(1, "patch"));
    assert_eq!(peer.ask(&act(2, "verify").replace("x-1", "x-2"))["id"], 2);
    peer.send(r#"{"method":"cancel","params":{"id":"x-1"}}"#);
    let answer = peer.receive();
    assert_eq!((&answer["id"], &answer["result"]["why"]), (&json!(1), &json!("cancelled")));
    peer.end();
}

#[test]
fn callbacks_are_matched_and_end_with_the_pipe() {
    let peer = Peer::start();
    let progress = peer.ask(&act(1, "fetch"));
    assert_eq!(progress["params"], json!({"id": "x-1", "message": "half", "fraction": 0.5}));
    let call = peer.receive();
    assert_eq!((&call["method"], &call["params"]["argv"]), (&json!("target/run"), &json!(["true"])));
    peer.send(r#"{"id":99,"result":{"started":false}}"#);
    let answer = peer.ask(&format!(r#"{{"id":{},"result":{{"started":true}}}}"#, call["id"]));
    assert_eq!(answer["result"]["why"], "started: true");
    // The core goes away while a callback waits: the action ends, and so does the server.
    peer.send(&act(2, "fetch"));
    peer.receive();
    peer.receive();
    peer.end();
}

#[test]
fn shutdown_is_answered_and_ends_the_server() {
    let peer = Peer::start();
    assert_eq!(
        peer.ask(r#"{"id":7,"method":"shutdown"}"#),
        json!({"jsonrpc": "2.0", "id": 7, "result": null})
    );
    peer.server.join().unwrap().unwrap();
}
