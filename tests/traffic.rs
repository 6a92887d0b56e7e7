//! Components behind a real HAProxy, under a steady load of requests: not one of them may fail.

#[path = "lab/front.rs"]
mod front;
mod lab;

use front::{Front, Load, get, is_there, path, port, state};
use lab::{Lab, Ran};
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

const MEMBERS: [&str; 3] = ["web-1", "web-2", "web-3"];

/// Whoever restarts a server takes its time: without a drain that would be seen.
const RESTART: &str = r#"#!/bin/sh
nginx -p "$1" -c "$1/nginx.conf" -s stop 2>/dev/null
while [ -e "$1/pid" ]; do sleep 0.05; done
sleep 0.5
[ ! -e "$1/current/broken" ] || exit 1
exec nginx -p "$1" -c "$1/nginx.conf"
"#;

/// Three servers, and HAProxy in front of them.
struct Farm {
    lab: Lab,
    front: Front,
}

impl Farm {
    /// HAProxy dies while a run has drained one of its servers.
    fn loses_haproxy(&mut self) -> Child {
        let mut run = self.command("apply --auto-approve");
        let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("patchform starts");
        self.until("one is drained", || self.states().iter().any(|(_, _, made)| *made == 1));
        self.front.dies();
        run
    }

    /// `None`, with a line that says so, where a program is missing.
    fn new() -> Option<Farm> {
        if !is_there("haproxy") || !is_there("nginx") {
            return None;
        }
        let lab = Lab::empty();
        lab.write("restart", RESTART);
        for level in ["1.0", "1.1", "1.2"] {
            for name in MEMBERS {
                lab.write(&format!("build/{name}/{level}/level"), level);
            }
        }
        // The third one cannot be started with it.
        lab.write("build/web-3/1.2/broken", "");
        for level in ["1.0", "1.1", "1.2"] {
            for name in MEMBERS {
                let folder = lab.path(&format!("build/{name}/{level}"));
                std::fs::create_dir_all(lab.path("dist")).unwrap();
                let archive = lab.path(&format!("dist/{name}-{level}.tar.gz"));
                let tar =
                    Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(folder).arg(".").status();
                assert!(tar.unwrap().success());
                let sum = Command::new("sha256sum").arg(&archive).output().unwrap();
                lab.write(&format!("dist/{name}-{level}.sha256"), sum.stdout);
            }
        }
        let mut servers = Vec::new();
        for name in MEMBERS {
            let port = port();
            lab.write(&format!("{name}/logs/error.log"), "");
            let folder = lab.path(name);
            let folder = folder.display();
            lab.write(
                &format!("{name}/nginx.conf"),
                format!(
                    "worker_processes 1;\npid {folder}/pid;\nerror_log {folder}/logs/error.log;\nevents {{}}\nhttp {{\n  access_log off;\n  \
                     client_body_temp_path {folder}/t1;\n  proxy_temp_path {folder}/t2;\n  fastcgi_temp_path {folder}/t3;\n  \
                     uwsgi_temp_path {folder}/t4;\n  scgi_temp_path {folder}/t5;\n  server {{\n    listen 127.0.0.1:{port};\n    \
                     root {folder}/current;\n  }}\n}}\n"
                ),
            );
            servers.push((name.to_string(), format!("127.0.0.1:{port}")));
        }
        let front = Front::start(&lab, &servers);
        let farm = Farm { lab, front };
        farm.wants("1.0", "");
        // Nobody serves yet: they are brought there without a drain.
        farm.lab.write(
            "main.pf.hcl",
            farm.lab
                .read("main.pf.hcl")
                .replace("drain ", "# drain ")
                .replace("drain_timeout", "# drain_timeout"),
        );
        farm.run("apply --auto-approve").exits(0);
        farm.until("all serve", || {
            farm.states() == [("web-1", 2, 0), ("web-2", 2, 0), ("web-3", 2, 0)].map(state)
        });
        Some(farm)
    }

    /// The configuration, with all at a level.
    fn wants(&self, level: &str, more: &str) {
        let (socket, folder) = (self.lab.path("admin.sock"), self.lab.path(""));
        self.lab.write(
            "main.pf.hcl",
            format!(
                r#"
traffic "haproxy" "front" {{
  socket  = "{}"
  backend = "web"
}}

rollout "one" {{
  canary       = 1
  max_parallel = 1
  max_failures = 1
  on_failure   = "rollback_run"
}}

component "release" "web" {{
  for_each    = toset(["web-1", "web-2", "web-3"])
  patch_level = "{level}"
  rollout     = rollout.one
  path        = "${{each.key}}/current"
  artifact    = "dist/${{each.key}}-{{level}}.tar.gz"
  sha256_file = "dist/${{each.key}}-{{level}}.sha256"
  on_switch   = ["sh", "restart", "{}${{each.key}}"]

  maintenance {{
    drain         = [traffic.haproxy.front]
    drain_timeout = "2s"
  }}
}}
{more}"#,
                socket.display(),
                folder.display()
            ),
        );
    }

    /// All at a level, and behind a block of their customers at HAProxy instead of a drain.
    fn blocks(&self, level: &str) {
        self.wants(level, "");
        let text = self.lab.read("main.pf.hcl");
        let (log, front) = (self.lab.path("haproxy.log"), self.front.port);
        let block = format!(
            "  maintenance {{\n    block {{\n      at = traffic.haproxy.front\n\n      probe \"http\" {{\n        url      = \
             \"http://127.0.0.1:{front}/level\"\n        timeout  = \"2s\"\n        interval = \"100ms\"\n        within   = \
             \"10s\"\n      }}\n      log {{\n        file   = \"{}\"\n        within = \"4s\"\n      }}\n    }}\n  }}\n}}\n",
            log.display()
        );
        let before = text.split("  maintenance {").next().unwrap();
        self.lab.write("main.pf.hcl", format!("{before}{block}"));
    }

    fn all_are_away(&self) -> bool {
        self.states().iter().all(|(_, _, made)| *made == 1)
    }

    fn last_run(&self) -> String {
        let runs = self.run("run list --json").exits(0).out.clone();
        let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
        runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.lab.patchform_command(line);
        command.env("PATH", path()).env("COLUMNS", "300");
        command
    }

    fn run(&self, line: &str) -> Ran {
        Ran::of(self.command(line).output().expect("patchform starts"))
    }

    fn say(&self, what: &str) -> String {
        self.front.say(what)
    }

    fn states(&self) -> Vec<(String, u64, u64)> {
        self.front.states()
    }

    fn until(&self, what: &str, so: impl Fn() -> bool) {
        self.front.until(what, so);
    }

    #[track_caller]
    fn all_serve(&self, level: &str) {
        assert_eq!(self.states(), [("web-1", 2, 0), ("web-2", 2, 0), ("web-3", 2, 0)].map(state));
        for name in MEMBERS {
            assert_eq!(self.lab.read(&format!("{name}/current/level")), level, "{name}");
        }
        assert!(
            !self.notes().iter().any(|name| name.ends_with(".json")),
            "a note is left: {:?}",
            self.notes()
        );
    }

    /// What is kept of who is away.
    fn notes(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.lab.path(".patchform/traffic")).into_iter().flatten().flatten();
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect()
    }

    fn load(&self) -> Load {
        self.front.load()
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        for name in MEMBERS {
            let folder = self.lab.path(name);
            let conf = folder.join("nginx.conf");
            let mut stop = Command::new("nginx");
            stop.env("PATH", path()).arg("-p").arg(&folder).arg("-c").arg(conf).args(["-s", "stop"]);
            let _ = stop.stderr(Stdio::null()).status();
        }
    }
}

#[test]
fn a_fleet_is_patched_end_to_end_with_not_one_failed_request() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    farm.run("plan")
        .exits(0)
        .says("away from traffic.haproxy.front as web-2; open sessions have 2s to end")
        .says("drain 1s → snapshot");
    let load = farm.load();
    farm.run("apply --auto-approve").exits(0);
    load.was_unharmed();
    farm.all_serve("1.1");

    // That this load sees what it should: the same work without a drain.
    farm.wants("1.0", "");
    let text = farm
        .lab
        .read("main.pf.hcl")
        .replace("drain ", "# drain ")
        .replace("drain_timeout", "# drain_timeout");
    farm.lab.write(
        "main.pf.hcl",
        text.replace("  maintenance {", "  lifecycle {\n    allow_downgrade = true\n  }\n  maintenance {"),
    );
    let load = farm.load();
    farm.run("apply --auto-approve").exits(0);
    let (_, failed) = load.ends();
    assert!(!failed.is_empty(), "servers were restarted under load, and no request failed");
}

#[test]
fn a_patch_that_breaks_the_third_is_taken_back_and_the_load_is_unharmed() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.2", "");
    let load = farm.load();
    farm.run("apply --auto-approve").exits(3).says("release.web[\"web-3\"]");
    load.was_unharmed();
    farm.all_serve("1.0");
}

/// All three at once: who would leave too few waits for its turn.
#[test]
fn what_would_leave_too_few_waits_until_others_serve_again() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    let text = farm.lab.read("main.pf.hcl");
    let text =
        text.replace("max_parallel = 1", "max_parallel = 3").replace("canary       = 1", "canary       = 0");
    farm.lab.write("main.pf.hcl", text.replace("backend = \"web\"", "backend = \"web\"\n  min_serving = 2"));
    let load = farm.load();
    farm.run("apply --auto-approve").exits(0);
    load.was_unharmed();
    farm.all_serve("1.1");
    farm.wants("1.2", "");
    let text = farm.lab.read("main.pf.hcl");
    farm.lab.write("main.pf.hcl", text.replace("backend = \"web\"", "backend = \"web\"\n  min_serving = 3"));
    let plan = farm.run("plan");
    assert!(plan.out.contains("with min_serving = 3 none of them may be drained"), "{}", plan.out);
}

/// No check of the component's own: HAProxy's finds it out before any request does.
#[test]
fn a_patch_that_kills_its_server_without_a_word_is_taken_back_before_traffic_returns() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    let text = farm.lab.read("main.pf.hcl");
    // It is stopped with the new level, and started with the old one.
    let switch = "[\"sh\", \"-c\", \"if grep -q 1.1 $0/current/level; then kill $(cat $0/pid); else sh restart $0; fi\", ";
    farm.lab.write("main.pf.hcl", text.replace("[\"sh\", \"restart\", ", switch));
    let load = farm.load();
    let ran = farm.run("apply --auto-approve");
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("finds it down"), "{}", ran.out);
    load.was_unharmed();
    farm.all_serve("1.0");
}

/// What HAProxy forgets by a restart is told, and a HAProxy that is away for a moment fails nobody.
#[test]
fn a_haproxy_that_is_restarted_meanwhile_fails_no_component_and_is_told_of() {
    let Some(mut farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    let run = farm.loses_haproxy();
    thread::sleep(Duration::from_millis(2500));
    farm.front.starts_again();
    let ran = Ran::of(run.wait_with_output().unwrap());
    ran.exits(0)
        .says("web/web-1 had its traffic back before the work on it had ended: HAProxy was restarted");
    farm.all_serve("1.1");
}

/// That says nothing of the patch, which is verified.
#[test]
fn a_haproxy_that_stays_away_at_the_end_takes_no_good_patch_back() {
    let Some(mut farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    let run = farm.loses_haproxy();
    let ran = Ran::of(run.wait_with_output().unwrap());
    ran.exits(7)
        .says("Its patch is verified and stays, but its traffic may still be away")
        .says("at 1.1")
        .does_not_say("between")
        .does_not_say("may differ from what was read")
        .says("patchform resume");
    assert_eq!(farm.lab.read("web-1/current/level"), "1.1", "a good patch was taken back");
    farm.front.starts_again();
    farm.until("HAProxy is up", || farm.front.is_up());
    farm.until("all serve", || {
        farm.states() == [("web-1", 2, 0), ("web-2", 2, 0), ("web-3", 2, 0)].map(state)
    });
    let load = farm.load();
    farm.run("resume").exits(0);
    load.was_unharmed();
    farm.all_serve("1.1");
}

#[test]
fn a_controller_killed_while_one_is_drained_leaves_nothing_drained_in_the_end() {
    for way in ["resume", "rollback", "run abandon"] {
        let Some(farm) = Farm::new() else { return };
        farm.wants("1.1", "");
        let load = farm.load();
        let mut controller =
            farm.command("apply --auto-approve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        farm.until("the second one is drained", || farm.states().contains(&state(("web-2", 0, 1))));
        controller.kill().unwrap();
        controller.wait().unwrap();
        assert!(
            farm.states().iter().any(|(_, _, made)| *made != 0),
            "nothing is drained: {:?}",
            farm.states()
        );
        let id = farm.last_run();
        let level = if way == "rollback" { "1.0" } else { "1.1" };
        let words = if way == "rollback" { format!("rollback {id} --auto-approve") } else { way.into() };
        farm.run(&words).exits(0);
        if way == "run abandon" {
            // The next plan gives back what the run left away.
            farm.run("apply --auto-approve").exits(0);
        }
        load.was_unharmed();
        farm.all_serve(level);
    }
}

/// What gives traffic back and is cut off is begun anew, however far it came.
#[test]
fn a_controller_killed_while_traffic_returns_is_resumed_at_once() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    let load = farm.load();
    let mut controller =
        farm.command("apply --auto-approve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    farm.until("the first one is drained", || farm.states().contains(&state(("web-1", 0, 1))));
    farm.until("health checks look at the first one", || {
        farm.states().iter().any(|(name, _, made)| name == "web-1" && *made == 8)
    });
    controller.kill().unwrap();
    controller.wait().unwrap();
    farm.run("resume").exits(0);
    load.was_unharmed();
    farm.all_serve("1.1");
}

/// Whom an operator takes away in mid-run is not counted on any more.
#[test]
fn what_an_operator_takes_away_in_mid_run_is_missed() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    let text = farm.lab.read("main.pf.hcl");
    let service = "service \"shop\" {\n  members = [release.web]\n  min_available = 2\n}\n";
    farm.lab.write("main.pf.hcl", format!("{text}{service}"));
    let load = farm.load();
    let run =
        farm.command("apply --auto-approve").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    farm.until("the first one is drained", || farm.states().contains(&state(("web-1", 0, 1))));
    farm.say("set server web/web-3 state maint");
    farm.until("the first one serves again", || farm.states().contains(&state(("web-1", 2, 0))));
    for _ in 0..30 {
        assert!(farm.states().contains(&state(("web-2", 2, 0))), "one of two serves: {:?}", farm.states());
        thread::sleep(Duration::from_millis(100));
    }
    farm.say("set server web/web-3 state ready");
    let ran = Ran::of(run.wait_with_output().unwrap());
    ran.exits(0).says("HAProxy has web/web-3 in state maint");
    load.was_unharmed();
    farm.all_serve("1.1");
}

#[test]
fn a_session_that_never_ends_is_named_and_nothing_is_patched() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    // Everything goes to the first one, where this customer begins and does not end.
    for name in ["web-2", "web-3"] {
        farm.say(&format!("set server web/{name} state drain"));
    }
    let mut slow = TcpStream::connect(("127.0.0.1", farm.front.port)).unwrap();
    slow.write_all(b"POST /level HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nbegin").unwrap();
    farm.until("the session is there", || farm.say("show sess").contains("srv=web-1"));
    for name in ["web-2", "web-3"] {
        farm.say(&format!("set server web/{name} state ready"));
    }
    let from = slow.local_addr().unwrap().to_string();
    farm.run("apply --auto-approve")
        .exits(3)
        .says("after 2s 1 session is still held at web/web-1")
        .says(&from)
        .says("drain_timeout");
    farm.all_serve("1.0");
}

#[test]
fn what_an_operator_took_away_stays_away_and_the_last_one_is_not_drained() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    farm.say("set server web/web-1 state maint");
    farm.run("plan").exits(0).says("somebody else took its traffic away, and it stays so");
    // It serves nobody: a service has to do without it, too.
    let text = farm.lab.read("main.pf.hcl");
    let service = "service \"shop\" {\n  members = [release.web]\n  min_available = 2\n}\n";
    farm.lab.write("main.pf.hcl", format!("{text}{service}"));
    farm.run("plan").exits(5).says("HAProxy has web/web-1 in state maint");
    farm.lab.write("main.pf.hcl", text);
    let load = farm.load();
    farm.run("apply --auto-approve").exits(0);
    load.was_unharmed();
    assert_eq!(farm.states()[0], state(("web-1", 0, 1)), "it was not left in maintenance");
    assert_eq!(farm.lab.read("web-1/current/level"), "1.1");

    // The second one is the last that serves then.
    farm.say("set server web/web-3 state maint");
    farm.wants("1.2", "");
    let load = farm.load();
    farm.run("apply --auto-approve --target release.web[\"web-2\"]").exits(3).says("min_serving is 1");
    load.was_unharmed();
    assert_eq!(farm.states()[1], state(("web-2", 2, 0)));
}

#[test]
fn who_cannot_be_drained_is_not_patched() {
    let Some(farm) = Farm::new() else { return };
    farm.wants("1.1", "");
    let text = farm.lab.read("main.pf.hcl");
    farm.lab.write(
        "main.pf.hcl",
        text.replace("    drain_timeout", "    member = \"${each.key}x\"\n    drain_timeout"),
    );
    farm.run("plan").says("HAProxy has no server web/web-1x; it has web-1, web-2, web-3: set `member`");
    farm.lab.write("main.pf.hcl", text.replace("backend = \"web\"", "backend = \"shop\""));
    farm.run("plan").says("HAProxy has no backend \"shop\"");
    farm.lab.write("main.pf.hcl", text.replace("admin.sock", "nothing.sock"));
    farm.run("plan").says("nothing.sock cannot be connected to");
    farm.lab.write("main.pf.hcl", text.replace("backend = \"web\"", "backend = \"web\"\n  min_serving = -1"));
    farm.run("plan").says("min_serving of traffic.haproxy.front must be a whole number, 0 or more; it is -1");
    farm.all_serve("1.0");
}

/// By HAProxy itself, and all of the backend's.
#[test]
fn customers_are_refused_at_haproxy_while_one_is_patched_and_all_of_it_is_proved() {
    let Some(farm) = Farm::new() else { return };
    // What an operator took away stays away.
    farm.say("set server web/web-3 state maint");
    farm.blocks("1.1");
    farm.run("plan").exits(0).says("all customers of traffic.haproxy.front are refused there");
    let mut run = farm.command("apply --auto-approve");
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("patchform starts");
    farm.until("all are away", || farm.all_are_away());
    assert!(get(farm.front.port).unwrap_err().contains("503"), "a customer gets in");
    Ran::of(run.wait_with_output().unwrap()).exits(0);
    assert_eq!(get(farm.front.port).as_deref(), Ok("1.1"));
    assert_eq!(farm.states()[2], state(("web-3", 0, 1)));
    farm.say("set server web/web-3 state ready");
    farm.until("all serve", || !farm.states().contains(&state(("web-3", 0, 1))));
    farm.all_serve("1.1");
    let events = farm.run(&format!("run show {} --json", farm.last_run())).exits(0).out.clone();
    let log = farm.lab.read("haproxy.log");
    let refused = log.lines().find(|line| line.contains("patchform-")).expect("it is logged");
    assert!(refused.contains("web/<NOSRV>"), "{refused}");
    let files = std::fs::read_dir(farm.lab.path(".patchform/runs").join(farm.last_run())).unwrap();
    let journal: String =
        files.flatten().map(|f| std::fs::read_to_string(f.path()).unwrap_or_default()).collect();
    for proof in ["answered 503, expected 200", "web/<NOSRV>", "a customer was let in"] {
        assert!((journal.clone() + &events).contains(proof), "{proof}");
    }
}

#[test]
fn several_keep_customers_out_of_one_haproxy_together_and_the_last_one_lets_them_in() {
    let Some(farm) = Farm::new() else { return };
    farm.blocks("1.1");
    let text = farm.lab.read("main.pf.hcl");
    let text = text.replace("max_parallel = 1", "max_parallel = 3");
    farm.lab.write("main.pf.hcl", text.replace("canary       = 1", "canary       = 0"));
    farm.run("apply --auto-approve").exits(0);
    farm.all_serve("1.1");
    assert_eq!(get(farm.front.port).as_deref(), Ok("1.1"));
    // The third one breaks, and all go back.
    farm.blocks("1.2");
    farm.run("apply --auto-approve").exits(3);
    farm.all_serve("1.1");
}

#[test]
fn without_a_proof_at_haproxy_nothing_is_patched_and_customers_are_let_in() {
    let Some(farm) = Farm::new() else { return };
    farm.blocks("1.1");
    let text = farm.lab.read("main.pf.hcl");
    farm.lab.write("other.log", "");
    farm.lab.write("main.pf.hcl", text.replace("haproxy.log", "other.log"));
    farm.run("apply --auto-approve").exits(3).says("no proof, no patch: no refused attempt is found in");
    farm.all_serve("1.0");
    // Another door than the one that is shut.
    let port = farm.lab.read("web-2/nginx.conf");
    let port = port.split("127.0.0.1:").nth(1).unwrap().split(';').next().unwrap();
    farm.lab
        .write("main.pf.hcl", text.replace(&format!("{}/level", farm.front.port), &format!("{port}/level")));
    farm.run("apply --auto-approve").exits(3).says("It did not come through traffic.haproxy.front");
    farm.all_serve("1.0");
}

#[test]
fn a_controller_killed_while_haproxy_keeps_customers_out_leaves_nobody_out_in_the_end() {
    for way in ["resume", "rollback", "run abandon"] {
        let Some(farm) = Farm::new() else { return };
        farm.blocks("1.1");
        let mut controller =
            farm.command("apply --auto-approve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        farm.until("all are away", || farm.all_are_away());
        controller.kill().unwrap();
        controller.wait().unwrap();
        assert!(get(farm.front.port).is_err(), "{way}: a customer gets in");
        let id = farm.last_run();
        let words = if way == "rollback" { format!("rollback {id} --auto-approve") } else { way.into() };
        let ran = farm.run(&words);
        if way == "run abandon" {
            let by_hand = "set server web/MEMBER state ready' | socat stdio";
            assert!((ran.out.clone() + &ran.err).contains(by_hand), "{}\n{}", ran.out, ran.err);
            farm.run("apply --auto-approve").exits(0);
        } else {
            assert!([0, 3].contains(&ran.code), "{way}: {}\n{}", ran.out, ran.err);
        }
        assert!(get(farm.front.port).is_ok(), "{way}: {}\n{}", ran.out, ran.err);
        assert!(farm.states().iter().all(|(_, _, made)| *made == 0), "{way}: {:?}", farm.states());
        assert!(!farm.notes().iter().any(|name| name.ends_with(".json")), "{way}");
    }
}

#[test]
fn the_example_runs_without_root() {
    if !is_there("haproxy") || !is_there("nginx") {
        return;
    }
    let lab = Lab::empty();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/traffic");
    for name in ["run", "fleet.pf.hcl"] {
        std::fs::copy(example.join(name), lab.path(name)).unwrap();
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_patchform")).parent().unwrap();
    let mut run = lab.command(Path::new("/bin/sh"), &["run"]);
    run.env("PATH", format!("{}:{}", binary.display(), path())).env("COLUMNS", "300");
    // Ports one behind the other, of which the first was free.
    run.env("PORT", (port() / 10 * 10).to_string());
    Ran::of(run.output().unwrap()).exits(0).says("away from traffic.haproxy.front as web-3").says("3 done");
    for name in MEMBERS {
        assert_eq!(lab.read(&format!("work/{name}/level")), "1.1");
    }
}
