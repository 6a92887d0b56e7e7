//! `maintenance { silence { … } }` on a real Alertmanager: an alert of the component is suppressed while it is worked on, and heard
//! again afterwards, whatever became of the run.

mod lab;

use lab::{Lab, Ran, files};
use serde_json::Value;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// An Alertmanager with an alert of the shop, and one of somebody else; ended when it is dropped.
struct Alertmanager {
    url: String,
    child: Child,
}

impl Alertmanager {
    /// `None`, with a word on stderr, where there is none.
    fn of(lab: &Lab) -> Option<Alertmanager> {
        if Command::new("prometheus-alertmanager")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            eprintln!("skipped: `prometheus-alertmanager` (package prometheus-alertmanager) is missing");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        lab.write("alertmanager.yml", "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n");
        let child = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", lab.path("alertmanager.yml").display()))
            .arg(format!("--storage.path={}", lab.path("alerts").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let alerts = Alertmanager { url: format!("http://127.0.0.1:{port}"), child };
        until("it answers", || alerts.amtool("config show").is_some());
        for instance in ["shop:9100", "other:9100"] {
            alerts.amtool(&format!("alert add alertname=Down instance={instance}")).expect("an alert");
        }
        until("both alerts are heard", || alerts.heard() == ["other:9100", "shop:9100"]);
        Some(alerts)
    }

    fn amtool(&self, line: &str) -> Option<String> {
        let words = line.split(' ');
        let ran = Command::new("amtool")
            .arg(format!("--alertmanager.url={}", self.url))
            .args(words)
            .output()
            .unwrap();
        ran.status.success().then(|| String::from_utf8(ran.stdout).unwrap())
    }

    /// Of whom alerts are heard now, sorted.
    fn heard(&self) -> Vec<String> {
        let text = self.amtool("alert query -o json").expect("it answers");
        let all: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut heard: Vec<String> =
            all.iter().map(|one| one["labels"]["instance"].as_str().unwrap().into()).collect();
        heard.sort();
        heard
    }

    /// The silences that hold now.
    fn silences(&self) -> Vec<Value> {
        serde_json::from_str(&self.amtool("silence query -o json").expect("it answers")).unwrap()
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < end, "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The shop at `level`, whose patch waits for the file `go`.
fn shop(level: &str, url: &str, more: &str) -> String {
    let patch = "touch begun; while [ ! -f go ]; do sleep 0.02; done; printf %s $PATCHFORM_LEVEL > shop";
    let text = files(&[("shop", level, "", patch)]);
    let silence = format!(
        "maintenance {{\n silence {{\n url = \"{url}\"\n match = {{ instance = \"shop:9100\" }}\n }}\n }}"
    );
    format!("{}\n{silence}\n{more}\n}}\n", text.trim_end().strip_suffix('}').unwrap())
}

/// The shop at 1.0, with 1.1 declared.
fn ready(url: &str, more: &str) -> Lab {
    let lab = Lab::new("");
    prepare(&lab, url, more);
    lab
}

fn prepare(lab: &Lab, url: &str, more: &str) {
    lab.write("shop", "1.0");
    lab.write("main.pf.hcl", shop("1.1", url, more));
    lab.patchform("init").exits(0);
}

fn apply(lab: &Lab) -> Child {
    let mut command = lab.patchform_command("apply --auto-approve");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> Ran {
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn an_alert_of_the_component_is_suppressed_while_it_is_worked_on() {
    let lab = Lab::new("");
    let Some(alerts) = Alertmanager::of(&lab) else { return };
    prepare(&lab, &alerts.url, "");
    let shown = lab.patchform("plan").exits(0);
    shown.says("alerts with instance=\"shop:9100\" at").says("while it is worked on");
    let child = apply(&lab);
    until("it is silenced", || alerts.heard() == ["other:9100"]);
    let silence = alerts.silences().remove(0);
    assert_eq!(silence["createdBy"], "patchform");
    assert!(
        silence["comment"].as_str().unwrap().starts_with("command.shop is worked on by run "),
        "{silence}"
    );
    lab.write("go", "");
    ended(child).exits(0).does_not_say("not silenced");
    assert_eq!(alerts.heard(), ["other:9100", "shop:9100"]);
    assert!(alerts.silences().is_empty(), "{:?}", alerts.silences());
}

/// A soak is not silent: what is watched shall be heard.
#[test]
fn what_is_watched_is_heard() {
    let lab = Lab::new("");
    let Some(alerts) = Alertmanager::of(&lab) else { return };
    lab.write("rollout.pf.hcl", "rollout \"watched\" {\n soak = \"1h\"\n}\n");
    prepare(&lab, &alerts.url, "rollout = rollout.watched");
    let mut child = apply(&lab);
    until("it is silenced", || alerts.heard() == ["other:9100"]);
    lab.write("go", "");
    until("it is heard", || alerts.heard() == ["other:9100", "shop:9100"]);
    assert!(child.try_wait().unwrap().is_none(), "it is still watched");
    lab.patchform("run stop").exits(0);
    ended(child).exits(7);
}

/// What goes on beyond its deadline stays silent until it ends.
#[test]
fn a_step_that_is_late_stays_silent() {
    let lab = Lab::new("");
    let Some(alerts) = Alertmanager::of(&lab) else { return };
    prepare(&lab, &alerts.url, "timeout = \"2s\"");
    let child = apply(&lab);
    until("it is silenced", || !alerts.silences().is_empty());
    // Each step has its own deadline, and so its own end.
    until("it is patched", || lab.path("begun").exists());
    let mut last = "9".to_string();
    until("its end is put off", || {
        let silences = alerts.silences();
        let Some(end) = silences.first().and_then(|one| one["endsAt"].as_str()) else { return false };
        let later = end > &last[..];
        last = end.into();
        later
    });
    lab.write("go", "");
    ended(child).exits(0);
    assert!(alerts.silences().is_empty(), "{:?}", alerts.silences());
}

#[test]
fn what_failed_and_went_back_is_heard_again() {
    let lab = Lab::new("");
    let Some(alerts) = Alertmanager::of(&lab) else { return };
    prepare(
        &lab,
        &alerts.url,
        "check \"exec\" \"never\" {\n command = [\"grep\", \"1.0\", \"shop\"]\n within = \"1s\"\n}",
    );
    let child = apply(&lab);
    until("it is silenced", || alerts.heard() == ["other:9100"]);
    lab.write("go", "");
    ended(child).exits(3);
    assert_eq!(alerts.heard(), ["other:9100", "shop:9100"]);
}

/// Nobody takes the silence of a killed controller away: it ends by itself, and who resumes the run goes on with it.
#[test]
fn the_silence_of_a_dead_controller_has_an_end() {
    let lab = Lab::new("");
    let Some(alerts) = Alertmanager::of(&lab) else { return };
    prepare(&lab, &alerts.url, "");
    let mut child = apply(&lab);
    until("it is silenced", || lab.path("begun").exists() && alerts.heard() == ["other:9100"]);
    child.kill().unwrap();
    child.wait().unwrap();
    let left = alerts.silences();
    assert_eq!(left.len(), 1, "{left:?}");
    let at = |name: &str| left[0][name].as_str().unwrap()[..19].to_string();
    assert!(at("endsAt") > at("startsAt"), "{left:?}");
    lab.write("go", "");
    lab.patchform("resume").exits(0);
    assert!(alerts.silences().is_empty(), "{:?}", alerts.silences());
    let all: Vec<Value> =
        serde_json::from_str(&alerts.amtool("silence query --expired -o json").unwrap()).unwrap();
    assert!(all.iter().all(|one| one["comment"] == left[0]["comment"]), "{all:?}");
}

/// Not even where a snapshot was all that its controller had begun.
#[test]
fn the_silence_of_a_component_that_is_left_alone_ends() {
    let lab = Lab::new("");
    let Some(alerts) = Alertmanager::of(&lab) else { return };
    prepare(&lab, &alerts.url, "");
    let waits = "snapshot    = [\"sh\", \"-c\", \"touch begun; while [ ! -f go ]; do sleep 0.02; done; ";
    lab.write("main.pf.hcl", lab.read("main.pf.hcl").replace("snapshot    = [\"sh\", \"-c\", \"", waits));
    let mut child = apply(&lab);
    until("it is silenced", || lab.path("begun").exists() && alerts.heard() == ["other:9100"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(alerts.silences().len(), 1);
    lab.write("go", "");
    lab.patchform("rollback").exits(0).says("before anything was changed");
    assert!(alerts.silences().is_empty(), "{:?}", alerts.silences());
}

/// A run that is let go of leaves none, whoever made it.
#[test]
fn the_silence_of_a_run_that_is_abandoned_ends() {
    let lab = Lab::new("");
    let Some(alerts) = Alertmanager::of(&lab) else { return };
    prepare(&lab, &alerts.url, "");
    let mut child = apply(&lab);
    until("it is silenced", || lab.path("begun").exists() && alerts.heard() == ["other:9100"]);
    child.kill().unwrap();
    child.wait().unwrap();
    lab.write("go", "");
    until("the patch has ended", || lab.read("shop") == "1.1");
    until("it is abandoned", || lab.patchform("run abandon").code == 0);
    assert_eq!(alerts.heard(), ["other:9100", "shop:9100"]);
    assert!(alerts.silences().is_empty(), "{:?}", alerts.silences());
}

/// A stopped run is driven by nobody: its alerts are heard.
#[test]
fn a_run_that_stops_leaves_no_silence() {
    let lab = Lab::new("");
    let Some(alerts) = Alertmanager::of(&lab) else { return };
    prepare(&lab, &alerts.url, "");
    let child = apply(&lab);
    until("it is silenced", || lab.path("begun").exists() && alerts.heard() == ["other:9100"]);
    lab.patchform("run stop").exits(0);
    lab.write("go", "");
    ended(child).exits(7);
    assert_eq!(alerts.heard(), ["other:9100", "shop:9100"]);
    lab.patchform("resume").exits(0);
    assert_eq!(alerts.heard(), ["other:9100", "shop:9100"]);
}

/// Comfort is no promise: the patch is done, and that nothing is silenced is told once.
#[test]
fn an_alertmanager_that_is_away_or_none_holds_nobody_up() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let lab = ready(&format!("http://127.0.0.1:{nobody}/"), "");
    lab.write("go", "");
    let ran = lab
        .patchform("apply --auto-approve")
        .exits(0)
        .says("alerts are not silenced while command.shop is worked on");
    assert_eq!(ran.err.matches("are not silenced").count(), 1, "{ran:?}");
    assert_eq!(lab.read("shop"), "1.1");
}

#[test]
fn a_silence_of_everything_is_refused() {
    for (from, to, says) in [
        ("match = { instance = \"shop:9100\" }", "match = {}", "would silence every alert"),
        (
            "match = { instance = \"shop:9100\" }",
            "match = { \"a b\" = \"c\" }",
            "\"a b\" is no name of a label",
        ),
        ("match = { instance = \"shop:9100\" }", "match = { instance = null }", "a value of it is null"),
        ("match = { instance = \"shop:9100\" }", "", "match"),
        ("url = \"http://x\"", "url = \"x\"", "is no address of the web"),
        ("url = \"http://x\"", "url = \"http://x\"\n ca_cert_pem = \"y\"", "is about a certificate"),
    ] {
        let lab = Lab::new(&shop("1.1", "http://x", "").replace(from, to));
        lab.patchform("init");
        lab.patchform("validate").exits(1).says(says);
    }
}
