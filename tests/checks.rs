//! Health checks through the binary: a real Prometheus that is asked, what was ill before, and what nobody can tell.

#[path = "checks/certificate.rs"]
mod certificate;
mod lab;
#[expect(dead_code, reason = "other tests use more of it")]
mod server;

use lab::{Lab, files};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The file `shop` at `level`, with this check.
fn shop(level: &str, check: &str) -> String {
    let text = files(&[("shop", level, "", "printf %s $PATCHFORM_LEVEL > shop; sh after-patch")]);
    format!("{}\n{check}\n}}\n", text.trim_end().strip_suffix('}').unwrap())
}

/// The shop at 1.0, ready for more.
fn ready() -> Lab {
    let lab = Lab::new(&shop("1.0", ""));
    lab.write("after-patch", "");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab
}

/// What a run has said, on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A Prometheus that scrapes the shop; ended when it is dropped.
struct Prometheus {
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Prometheus {
    /// `None`, with a word on stderr, where there is none.
    fn of(lab: &Lab) -> Option<Prometheus> {
        let known = Command::new("prometheus").arg("--version").stdout(Stdio::null()).status();
        if known.is_err() {
            eprintln!("skipped: `prometheus` (package prometheus) is missing");
            return None;
        }
        let (folder, port, metrics) = (lab.path("prometheus"), free_port(), serve_metrics(lab));
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "global: {{ scrape_interval: 200ms }}\nscrape_configs:\n- job_name: shop\n  static_configs: [{{ targets: ['127.0.0.1:{metrics}'] }}]\n"
        );
        std::fs::write(folder.join("prometheus.yml"), config).unwrap();
        let child = start(&folder, port);
        let prometheus = Prometheus { folder, port, child };
        std::fs::write(lab.path("prometheus.pid"), prometheus.child.id().to_string()).unwrap();
        prometheus.says("0");
        Some(prometheus)
    }

    fn again(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
        self.child = start(&self.folder, self.port);
    }

    /// Waits until it has scraped so many errors.
    #[track_caller]
    fn says(&self, errors: &str) {
        let end = Instant::now() + Duration::from_secs(60);
        while !self.asked().contains(&format!("\"{errors}\"]")) {
            assert!(Instant::now() < end, "prometheus says {:?}", self.asked());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn asked(&self) -> String {
        let mut text = String::new();
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.write_all(b"GET /api/v1/query?query=shop_errors HTTP/1.0\r\n\r\n");
            let _ = stream.read_to_string(&mut text);
        }
        text
    }

    fn check(&self, more: &str) -> String {
        format!(
            "check \"prometheus\" \"errors\" {{\n url = \"http://127.0.0.1:{}\"\n query = \"shop_errors{{job='shop'}}\"\n comparison = \"<\"\n threshold = 1\n interval = \"300ms\"\n successes = 4\n within = \"30s\"\n {more}\n}}",
            self.port
        )
    }
}

fn start(folder: &std::path::Path, port: u16) -> Child {
    let log = std::fs::File::create(folder.join("log")).unwrap();
    Command::new("prometheus")
        .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
        .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The shop's own metrics: seven errors at level 1.1, and as long as there is a file `ill`.
fn serve_metrics(lab: &Lab) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (level, ill) = (lab.path("shop"), lab.path("ill"));
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let bad = std::fs::read_to_string(&level).is_ok_and(|level| level == "1.1") || ill.exists();
            let body = format!("shop_errors {}\n", if bad { 7 } else { 0 });
            let _ = stream.read(&mut [0; 4096]);
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n";
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    port
}

#[test]
fn a_regression_goes_back_and_an_old_illness_is_told() {
    let lab = ready();
    let Some(prometheus) = Prometheus::of(&lab) else { return };
    lab.write("main.pf.hcl", shop("1.1", &prometheus.check("need = \"kept\"")));
    let ran = lab.patchform("apply --auto-approve").exits(3);
    let said = flat(&ran.out);
    assert!(said.contains("check \"errors\" was not ill before: prometheus says that"), "{said}");
    assert!(said.contains("is 7 for") && said.contains("expected < 1"), "{said}");
    assert_eq!(lab.read("shop"), "1.0");

    lab.write("ill", "");
    prometheus.says("7");
    lab.write("main.pf.hcl", shop("1.2", &prometheus.check("need = \"kept\"\n failures = 2")));
    let said = flat(&lab.patchform("apply --auto-approve").exits(0).out);
    assert!(said.contains("check \"errors\" is ill before the patch: prometheus says"), "{said}");
    assert!(said.contains("check \"errors\" is ill, as it was before the patch: prometheus"), "{said}");
    assert_eq!(lab.read("shop"), "1.2");

    lab.write("main.pf.hcl", shop("1.3", &prometheus.check("failures = 2")));
    let said = flat(&lab.patchform("apply --auto-approve").exits(5).out);
    assert!(said.contains("ill already before its patch: check \"errors\""), "{said}");
    assert_eq!(lab.read("shop"), "1.2", "what is required is well before the patch");
}

#[test]
fn what_nobody_can_tell_pauses_and_a_resumed_run_still_knows_what_was_ill_before() {
    let lab = ready();
    let Some(mut prometheus) = Prometheus::of(&lab) else { return };
    lab.write("ill", "");
    prometheus.says("7");
    lab.write("after-patch", "kill -9 $(cat prometheus.pid)");
    let check = prometheus.check("need = \"kept\"\n failures = 2");
    lab.write("main.pf.hcl", shop("1.2", &check));
    let said = flat(&lab.patchform("apply --auto-approve").exits(7).out);
    let says = format!("check \"errors\" cannot tell: prometheus http://127.0.0.1:{}", prometheus.port);
    assert!(said.contains(&says) && said.contains("connection refused"), "{said}");
    assert!(said.contains("once it can be asked again, `patchform resume`"), "{said}");
    assert_eq!(lab.read("shop"), "1.2", "nothing is taken back for what nobody knows");

    // Still away: it pauses again.
    lab.patchform("resume").exits(7);
    prometheus.again();
    prometheus.says("7");
    let said = flat(&lab.patchform("resume").exits(0).out);
    assert!(said.contains("check \"errors\" is ill, as it was before the patch"), "{said}");

    // Away before the patch: nothing is begun.
    let _ = prometheus.child.kill();
    let _ = prometheus.child.wait();
    lab.write("main.pf.hcl", shop("1.4", &check));
    lab.patchform("apply --auto-approve").exits(7);
    assert_eq!(lab.read("shop"), "1.2");
    lab.patchform("rollback --auto-approve").exits(0);
}

#[test]
fn what_is_wanted_is_told_and_nothing_more() {
    let lab = ready();
    let check = "check \"exec\" \"load\" {\n command = [\"sh\", \"-c\", \"test $(cat shop) != 1.1 || { echo high; false; }\"]\n within = \"0s\"\n need = \"wanted\"\n}";
    lab.write("main.pf.hcl", shop("1.1", check));
    let ran = lab.patchform("apply --auto-approve --json").exits(0);
    let line = ran.out.lines().find(|line| line.contains("ailments")).expect("no ailment was told");
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    let ailment = &event["answer"]["ailments"][0];
    assert_eq!((&ailment["check"], &ailment["ill"]), (&"load".into(), &true.into()), "{line}");
    let why = ailment["why"].as_str().unwrap();
    assert!(why.starts_with("check \"load\" is ill, which it was not before; it is only wanted: "), "{why}");
    assert_eq!(lab.read("shop"), "1.1");
    let told = flat(&lab.patchform("run show").exits(0).out);
    assert!(told.contains("it is only wanted"), "{told}");
}
