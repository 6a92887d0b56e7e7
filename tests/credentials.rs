//! Servers that want to know who asks: checks and silences with a token or a password, on a real Prometheus and a real
//! Alertmanager; and that the secret is written nowhere.

mod lab;

use lab::{Lab, Ran, files};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PASSWORD: &str = "w4tch-the-night";
/// Of that password, by bcrypt.
const HASH: &str = "$2b$10$abcdefghijklmnopqrstuu/u74H7f/tM9IA6nm9z6rbFOIZ7gLZji";
/// `watch:w4tch-the-night`
const ENCODED: &str = "d2F0Y2g6dzR0Y2gtdGhlLW5pZ2h0";
const TOKEN: &str = "t0k3n-of-the-d4y";

const VARIABLE: &str = "variable \"secret\" {\n  type = string\n  sensitive = true\n}\n";
const BASIC: &str = "username = \"watch\"\n password = var.secret";

/// The file `shop` at `level`, with this in its block.
fn shop(level: &str, more: &str) -> String {
    let text = files(&[("shop", level, "", "")]);
    format!("{VARIABLE}{}\n{more}\n}}\n", text.trim_end().strip_suffix('}').unwrap())
}

/// At 1.0, to go to 1.1 with this in its block.
fn ready(more: &str) -> Lab {
    let lab = Lab::new(&shop("1.1", more));
    lab.write("shop", "1.0");
    lab.patchform("init").exits(0);
    lab
}

fn with(lab: &Lab, secret: &str, line: &str) -> Ran {
    Ran::of(lab.patchform_command(line).env("PF_VAR_secret", secret).output().unwrap())
}

fn flat(ran: &Ran) -> String {
    (ran.out.clone() + &ran.err).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn every(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => every(&entry.path(), found),
            false => found.push(entry.path()),
        }
    }
}

/// Whether the secret stands in a file, as it is or as a header has it.
#[track_caller]
fn stands_nowhere(lab: &Lab, secrets: &[&str]) {
    let mut all = Vec::new();
    every(&lab.path(""), &mut all);
    assert!(all.len() > 3, "{all:?}");
    for path in all {
        let bytes = std::fs::read(&path).unwrap();
        for secret in secrets {
            let there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!there, "{secret} stands in {}", path.display());
        }
    }
}

/// A server that takes who comes with this header, and notes what came.
fn server(header: &'static str) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = [0; 4096];
            let n = stream.read(&mut bytes).unwrap_or(0);
            let request = String::from_utf8_lossy(&bytes[..n]).into_owned();
            let knows = request.lines().any(|line| line.eq_ignore_ascii_case(header));
            let (status, body) = match knows {
                true => ("200 OK", r#"{"status":"success","data":{"resultType":"scalar","result":[1,"0"]}}"#),
                false => ("401 Unauthorized", "who are you?"),
            };
            noted.lock().unwrap().push(request);
            let length = body.len();
            let _ = stream.write_all(
                format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
                    .as_bytes(),
            );
        }
    });
    (port, asked)
}

#[test]
fn a_token_is_told_to_the_server_and_written_nowhere() {
    let (port, asked) = server("authorization: Bearer t0k3n-of-the-d4y");
    for check in [
        format!(
            "check \"http\" \"ready\" {{\n url = \"http://127.0.0.1:{port}/\"\n bearer_token = var.secret\n within = \"1s\"\n}}"
        ),
        format!(
            "check \"prometheus\" \"errors\" {{\n url = \"http://127.0.0.1:{port}\"\n query = \"errors\"\n comparison = \"<\"\n threshold = 1\n bearer_token = var.secret\n within = \"1s\"\n}}"
        ),
    ] {
        let lab = ready(&check);
        with(&lab, TOKEN, "plan --out my.plan").exits(0);
        let ran = with(&lab, TOKEN, "apply my.plan --auto-approve").exits(0);
        assert!(!flat(&ran).contains(TOKEN));
        assert_eq!(lab.read("shop"), "1.1");
        assert!(asked.lock().unwrap().iter().all(|request| request.contains(TOKEN)));
        stands_nowhere(&lab, &[TOKEN]);
        // Whoever applies a saved plan gives it again.
        let again = ready(&check);
        with(&again, TOKEN, "plan --out my.plan").exits(0);
        again
            .patchform("apply my.plan --auto-approve")
            .exits(1)
            .says("the value of the sensitive variable `secret` is needed again");
        // With another one it is ill, or nobody can tell.
        let wrong = with(&again, "another-t0k3n", "apply my.plan --auto-approve");
        assert!(wrong.code != 0 && flat(&wrong).contains("answered 401"), "{wrong:?}");
        assert_eq!(again.read("shop"), "1.0");
        stands_nowhere(&again, &[TOKEN, "another-t0k3n"]);
        asked.lock().unwrap().clear();
    }
}

#[test]
fn a_password_is_told_with_its_name() {
    let (port, _) = server("authorization: Basic d2F0Y2g6dzR0Y2gtdGhlLW5pZ2h0");
    let check = format!(
        "check \"http\" \"ready\" {{\n url = \"http://127.0.0.1:{port}/\"\n {BASIC}\n within = \"1s\"\n}}"
    );
    let lab = ready(&check);
    with(&lab, PASSWORD, "apply --auto-approve").exits(0);
    stands_nowhere(&lab, &[PASSWORD, ENCODED]);
    // What is no token is not sent.
    let lab = ready(&check.replace(BASIC, "bearer_token = var.secret"));
    let ran = with(&lab, "two words", "apply --auto-approve");
    assert!(flat(&ran).contains("is no token: it is empty, or has a blank or a line's end in it"), "{ran:?}");
}

#[test]
fn what_is_no_whole_secret_is_refused() {
    for (with, says) in [
        ("bearer_token = \"abc\"", "\"bearer_token\" must be a sensitive variable"),
        ("bearer_token = \"Bearer ${var.secret}\"", "cannot be kept out of the plan"),
        ("username = \"watch\"", "\"username\" needs \"password\""),
        ("password = var.secret", "\"password\" needs \"username\""),
        ("username = \"watch\"\n bearer_token = var.secret", "told by a token, or by a name and a password"),
        ("username = \"a:b\"\n password = var.secret", "a character that no name can have"),
        ("username = var.secret\n password = var.secret", "A secret may not decide"),
    ] {
        let lab = ready(&format!("check \"http\" \"ready\" {{\n url = \"http://127.0.0.1:1/\"\n {with}\n}}"));
        let ran = self::with(&lab, PASSWORD, "validate").exits(1);
        assert!(flat(&ran).contains(says), "{says}: {ran:?}");
        assert!(!flat(&ran).contains(PASSWORD));
    }
}

/// A real server with a password; ended when it is dropped.
struct Guarded {
    child: Child,
    port: u16,
}

impl Guarded {
    /// `None`, with a word on stderr, where there is none.
    fn start(lab: &Lab, program: &str, config: &str, more: &[&str]) -> Option<Guarded> {
        if Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            eprintln!("skipped: `{program}` (the package of that name) is missing");
            return None;
        }
        // Outside of the folder that is searched for secrets, since what it is told is its own.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        lab.write("server.yml", config);
        lab.write("web.yml", format!("basic_auth_users:\n  watch: {HASH}\n"));
        let child = Command::new(program)
            .arg(format!("--config.file={}", lab.path("server.yml").display()))
            .arg(format!("--web.config.file={}", lab.path("web.yml").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let guarded = Guarded { child, port };
        guarded.until("it answers", |text| text.contains("200 OK"), "/-/ready", "");
        Some(guarded)
    }

    fn asked(&self, path: &str, post: &str) -> String {
        let mut text = String::new();
        if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", self.port)) {
            let (method, length) = (if post.is_empty() { "GET" } else { "POST" }, post.len());
            let _ = stream.write_all(format!("{method} {path} HTTP/1.0\r\nAuthorization: Basic {ENCODED}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{post}").as_bytes());
            let _ = stream.read_to_string(&mut text);
        }
        text
    }

    #[track_caller]
    fn until(&self, what: &str, so: impl Fn(&str) -> bool, path: &str, post: &str) {
        let end = Instant::now() + Duration::from_secs(60);
        while !so(&self.asked(path, post)) {
            assert!(Instant::now() < end, "{what}: {}", self.asked(path, post));
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_real_prometheus_with_a_password_is_asked() {
    let home = Lab::empty();
    let data = format!("--storage.tsdb.path={}", home.path("data").display());
    let Some(server) = Guarded::start(&home, "prometheus", "global: {}\n", &[&data]) else { return };
    let check = format!(
        "check \"prometheus\" \"alive\" {{\n url = \"http://127.0.0.1:{}\"\n query = \"vector(7)\"\n comparison = \"==\"\n threshold = 7\n {BASIC}\n within = \"2s\"\n}}",
        server.port
    );
    let lab = ready(&check);
    with(&lab, PASSWORD, "apply --auto-approve").exits(0);
    assert_eq!(lab.read("shop"), "1.1");
    stands_nowhere(&lab, &[PASSWORD, ENCODED]);
    let lab = ready(&check);
    let ran = with(&lab, "wrong-password", "apply --auto-approve").exits(7);
    assert!(flat(&ran).contains("answered 401"), "{ran:?}");
}

#[test]
fn a_real_alertmanager_with_a_password_is_silenced() {
    let home = Lab::empty();
    let data = format!("--storage.path={}", home.path("data").display());
    let config = "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n";
    let more = [data.as_str(), "--cluster.listen-address="];
    let Some(server) = Guarded::start(&home, "prometheus-alertmanager", config, &more) else { return };
    let silence = format!(
        "maintenance {{\n silence {{\n url = \"http://127.0.0.1:{}\"\n match = {{ instance = \"shop:9100\" }}\n {BASIC}\n }}\n}}",
        server.port
    );
    let lab = ready(&silence);
    with(&lab, PASSWORD, "apply --auto-approve").exits(0).does_not_say("not silenced");
    let all = server.asked("/api/v2/silences", "");
    assert!(all.contains("command.shop is worked on by run") && all.contains("expired"), "{all}");
    stands_nowhere(&lab, &[PASSWORD, ENCODED]);
    let lab = ready(&silence);
    with(&lab, "wrong-password", "apply --auto-approve").exits(0).says("alerts are not silenced").says("401");
    stands_nowhere(&lab, &["wrong-password"]);
}
