//! Customers of a real host are kept out while it is patched: a host with sshd, a web server and ulogd in a network namespace
//! of its own, whose nftables refuse them.

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "lab/front.rs"]
mod front;
mod lab;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "lab/sshd.rs"]
mod sshd;
#[path = "lab/web.rs"]
mod web;

use lab::Ran;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use web::Host;

impl Host {
    /// Kills a controller while customers are kept out; its run's id.
    fn killed_while_blocked(&self) -> String {
        let mut controller =
            self.command("apply --auto-approve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.until("it is blocked", || self.rules().contains("patchform_"));
        controller.kill().unwrap();
        controller.wait().unwrap();
        assert!(!self.lets_in());
        let runs: serde_json::Value =
            serde_json::from_str(&self.run("run list --json").exits(0).out).unwrap();
        runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string()
    }

    /// The configuration at a level, with what a patch does beside it.
    fn wants(&self, level: &str, patch: &str, block: &str) {
        let folder = self.sshd.lab.path("");
        let (folder, address) = (folder.display(), &self.sshd.address);
        self.sshd.lab.write(
            "main.pf.hcl",
            format!(
                r#"
component "command" "host" {{
  patch_level = "{level}"
  read        = ["cat", "{folder}/level"]
  patch       = ["sh", "-c", "{patch}; printf %s \"$PATCHFORM_LEVEL\" > {folder}/level"]
  snapshot    = ["cat", "{folder}/level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > {folder}/level"]

  {connection}
  maintenance {{
    block {{
      ports     = [80]
      log_group = 5
      {block}
      probe "tcp" {{
        host     = "{address}"
        port     = 80
        timeout  = "2s"
        interval = "100ms"
        within   = "2s"
      }}
      log {{
        file   = "{folder}/refused.log"
        within = "4s"
      }}
    }}
  }}
}}
"#,
                connection = self.sshd.block(),
            ),
        );
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.sshd.lab.patchform_command(line);
        command.env("COLUMNS", "400");
        command
    }

    fn run(&self, line: &str) -> Ran {
        Ran::of(self.command(line).output().expect("patchform starts"))
    }

    /// Nothing of the block is left, and what the host protects itself with is as before.
    #[track_caller]
    fn is_open_at(&self, level: &str, rules: &str) {
        assert_eq!(self.rules(), rules);
        assert!(self.lets_in());
        assert_eq!(self.sshd.lab.read("level"), level);
    }
}

#[test]
fn customers_are_refused_while_it_is_patched_and_all_of_it_is_proved() {
    let Some(host) = Host::start() else { return };
    let before = host.rules();
    host.wants("1.1", "sleep 3", "");
    host.run("plan")
        .exits(0)
        .says("customers at port 80 are kept out")
        .says("block 2s → snapshot")
        .says("unblock");
    let controller =
        host.command("apply --auto-approve").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    host.until("it is blocked", || host.rules().contains("patchform_"));
    assert!(!host.lets_in(), "customers get in");
    assert!(host.rules().contains("tcp dport 23 drop"));
    let ran = Ran::of(controller.wait_with_output().unwrap());
    ran.exits(0);
    host.is_open_at("1.1", &before);
    assert_eq!(host.on_it("ls /var/lib/patchform/block 2>&1 || true").lines().count(), 1, "a file is left");
    let runs: serde_json::Value = serde_json::from_str(&host.run("run list --json").exits(0).out).unwrap();
    let id = runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string();
    let journal = host.run(&format!("run show {id} --json")).exits(0);
    let story = std::fs::read_dir(host.sshd.lab.path(".patchform/runs").join(&id)).map(|files| {
        files.flatten().map(|f| std::fs::read_to_string(f.path()).unwrap_or_default()).collect::<String>()
    });
    let story = story.unwrap_or_default() + &journal.out;
    for proof in [
        "the tool got in by a new connection",
        "a customer was refused",
        "patchform-",
        "a customer was let in",
    ] {
        assert!(story.contains(proof), "{proof}: {story}");
    }
}

#[test]
fn without_a_proof_nothing_is_patched_and_the_block_is_undone() {
    let Some(host) = Host::start() else { return };
    let before = host.rules();
    // Nothing is logged there.
    host.wants("1.1", "true", "");
    let text = host.sshd.lab.read("main.pf.hcl");
    host.sshd.lab.write("main.pf.hcl", text.replace("log_group = 5", "log_group = 6"));
    host.run("apply --auto-approve").exits(3).says("no proof, no patch: no refused attempt is found in");
    host.is_open_at("1.0", &before);

    // The probe is another door than the one that is shut.
    host.run("allow command.host");
    host.sshd.lab.write("main.pf.hcl", text.replace("ports     = [80]", "ports     = [81]"));
    host.run("apply --auto-approve")
        .exits(3)
        .says("customers still get in: the probe (connect to ")
        .says("port 80, from this machine) was let in behind the block");
    host.is_open_at("1.0", &before);

    // A customer who never gets in proves nothing.
    host.run("allow command.host");
    host.nft_reads(
        "table ip operator { chain c { type filter hook input priority 0; tcp dport 80 drop; }; }",
    );
    host.wants("1.1", "true", "");
    let theirs = host.rules();
    host.run("apply --auto-approve").exits(3).says("the probe is not let in before the block");
    assert_eq!(host.rules(), theirs, "an operator's own block stays");
    assert_eq!(host.sshd.lab.read("level"), "1.0");
}

/// Behind its patch such a check would find the host ill, and behind its way back once more: somebody would have to come.
#[test]
fn a_check_that_the_block_keeps_out_is_found_before_anything_is_patched() {
    let Some(host) = Host::start() else { return };
    let before = host.rules();
    let check = format!(
        "check \"http\" \"well\" {{\n    url = \"http://{}/level\"\n    timeout = \"1s\"\n    within = \"2s\"\n  }}\n  maintenance",
        host.sshd.address
    );
    let asks_from_here = |level: &str, block: &str| {
        host.wants(level, "true", block);
        host.sshd
            .lab
            .write("main.pf.hcl", host.sshd.lab.read("main.pf.hcl").replacen("maintenance", &check, 1));
    };
    asks_from_here("1.1", "");
    host.run("apply --auto-approve")
        .exits(3)
        .says("not patched: its block keeps out check \"well\", too")
        .says("Let this machine in (`allow` of the block)");
    host.is_open_at("1.0", &before);
}

#[test]
fn a_protection_that_is_off_after_the_work_is_told() {
    let Some(host) = Host::start() else { return };
    host.wants("1.1", "PATH=$PATH:/usr/sbin nft delete table inet filter", "");
    host.run("apply --auto-approve").says("tcp dport 23 drop").says("not on any more");
    assert!(!host.rules().contains("patchform_"), "{}", host.rules());
    assert!(host.lets_in());
}

#[test]
fn a_patch_that_fails_is_taken_back_behind_the_block() {
    let Some(host) = Host::start() else { return };
    let before = host.rules();
    host.wants("1.1", "exit 1", "");
    host.run("apply --auto-approve").exits(3);
    host.is_open_at("1.0", &before);
}

#[test]
fn a_controller_killed_while_it_is_blocked_leaves_nothing_blocked_in_the_end() {
    for way in ["resume", "rollback", "run abandon"] {
        let Some(host) = Host::start() else { return };
        let before = host.rules();
        host.wants("1.1", "sleep 2", "");
        let id = host.killed_while_blocked();
        let words = if way == "rollback" { format!("rollback {id} --auto-approve") } else { way.into() };
        let ran = host.run(&words);
        if way == "run abandon" {
            host.run("apply --auto-approve").exits(0);
        } else {
            assert!([0, 3].contains(&ran.code), "{way}: {}\n{}", ran.out, ran.err);
        }
        assert_eq!(host.rules(), before, "{way}: {}\n{}", ran.out, ran.err);
        assert!(host.lets_in(), "{way}");
    }
}

/// The places of its block that a command passes: `block.load#1`.
fn points_of(host: &Host, line: &str) -> Vec<String> {
    let log = host.sshd.lab.path("points");
    let _ = std::fs::remove_file(&log);
    Ran::of(host.command(line).env("PATCHFORM_FAILPOINT_LOG", &log).output().unwrap());
    let mut seen = std::collections::BTreeMap::new();
    let text = std::fs::read_to_string(&log).unwrap();
    let passed = text.lines().filter(|name| name.starts_with("block."));
    let numbered = passed.map(|name| {
        let count = seen.entry(name.to_string()).or_insert(0);
        *count += 1;
        format!("{name}#{count}")
    });
    numbered.collect()
}

/// A controller that is killed at any step of its block, on the way forth or back, keeps nobody out for long: however the run
/// is ended, the host's rules are its own in the end.
#[test]
fn a_controller_killed_at_any_step_of_its_block_keeps_nobody_out_in_the_end() {
    let Some(host) = Host::start() else { return };
    let before = host.rules();
    let mut version = 0;
    let mut wants = |patch: &str| {
        version += 1;
        let level = format!("1.{version}");
        host.wants(&level, patch, "");
        level
    };
    for patch in ["true", "exit 1"] {
        wants(patch);
        let points = points_of(&host, "apply --auto-approve");
        assert!(points.len() >= 4, "{points:?}");
        for (k, point) in points.into_iter().enumerate() {
            // Every way at every point where all is asked for; else one at each.
            let all = std::env::var("PATCHFORM_CRASH").is_ok_and(|v| v == "all");
            let ways = ["resume", "rollback", "run abandon"];
            for way in ways.into_iter().cycle().skip(k).take(if all { ways.len() } else { 1 }) {
                let old = host.sshd.lab.read("level");
                let new = wants(patch);
                let killed = host
                    .command("apply --auto-approve")
                    .env("PATCHFORM_FAILPOINT", format!("{point}=kill"))
                    .output()
                    .unwrap();
                assert_eq!(killed.status.signal(), Some(9), "{point}");
                let ran = host.run(way);
                let told = format!("{patch}, {point}, {way}: {}\n{}", ran.out, ran.err);
                let ends: &[i32] = match way {
                    "resume" => &[0, 3],
                    "rollback" => &[0],
                    // What is kept away is told, and is the next run's to give back.
                    _ => &[0, 4],
                };
                assert!(ends.contains(&ran.code), "{}: {told}", ran.code);
                if way == "run abandon" && host.rules() != before {
                    wants("true");
                    host.run("apply --auto-approve").exits(0);
                }
                assert_eq!(host.rules(), before, "{told}");
                assert!(host.lets_in(), "{told}");
                let level = host.sshd.lab.read("level");
                match (way, patch) {
                    ("resume", "true") => assert_eq!(level, new, "{told}"),
                    ("run abandon", _) => {}
                    _ => assert_eq!(level, old, "{told}"),
                }
            }
        }
    }
}

/// A second component on the same host, whose customers come by the same port.
fn second(text: &str) -> String {
    let other = text.replace("\"host\"", "\"other\"").replace("/level", "/other.level");
    format!("{text}\n{other}")
}

#[test]
fn two_that_keep_customers_out_of_one_port_take_turns() {
    let Some(host) = Host::start() else { return };
    let before = host.rules();
    host.sshd.lab.write("other.level", "1.0");
    host.wants("1.1", "sleep 1", "");
    host.sshd.lab.write("main.pf.hcl", second(&host.sshd.lab.read("main.pf.hcl")));
    host.run("apply --auto-approve").exits(0);
    host.is_open_at("1.1", &before);
    assert_eq!(host.sshd.lab.read("other.level"), "1.1");
    // Going back they do not meet, either.
    host.wants("1.2", "[ $PATCHFORM_ADDRESS = command.host ] || exit 1", "");
    let text = host.sshd.lab.read("main.pf.hcl");
    let text = text.replace("  maintenance", "  rollout = rollout.all\n  maintenance");
    let rollout = "rollout \"all\" {\n  max_parallel = 2\n  on_failure = \"rollback_run\"\n}\n";
    host.sshd.lab.write("main.pf.hcl", second(&text) + rollout);
    host.run("apply --auto-approve").exits(3);
    host.is_open_at("1.1", &before);
    assert_eq!(host.sshd.lab.read("other.level"), "1.1");
}

#[test]
fn a_protection_that_a_person_puts_back_elsewhere_counts() {
    let Some(host) = Host::start() else { return };
    host.nft_reads("table inet filter { chain input { tcp dport 24 drop; }; }");
    host.wants("1.1", "nft='PATH=$PATH:/usr/sbin nft'; PATH=$PATH:/usr/sbin nft delete rule inet filter input handle $(PATH=$PATH:/usr/sbin nft -a list ruleset | sed -n 's/.*dport 23 drop # handle //p')", "");
    let ran = host.run("apply --auto-approve");
    ran.exits(4)
        .says("not on any more: inet filter input: tcp dport 23 drop")
        .says("Put back what protected its host")
        .says("nft 'add rule inet filter input tcp dport 23 drop'");
    let ran = host.run("run show");
    assert!(!ran.out.contains("nft delete table"), "{}", ran.out);
    // Behind the other one: not where it stood.
    host.on_it("nft 'add rule inet filter input tcp dport 23 drop'");
    let ran = host.run("resume");
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    assert!(host.lets_in());
    assert_eq!(host.sshd.lab.read("level"), "1.0");
    assert!(!host.rules().contains("patchform_"));
}

#[test]
fn a_host_that_cannot_keep_anybody_out_is_told_by_the_plan() {
    let Some(host) = Host::start() else { return };
    host.wants("1.1", "true", "");
    host.on_it("mount --bind /dev/null $(command -v nft)");
    host.run("plan")
        .says("customers cannot be kept out of it: nft is not installed there; install nftables there");
    host.run("apply --auto-approve");
    assert_eq!(host.sshd.lab.read("level"), "1.0");
}

/// Nobody else would ever lift it.
#[test]
fn what_is_taken_out_of_the_configuration_is_not_forgotten_while_its_customers_are_kept_out() {
    let Some(host) = Host::start() else { return };
    let before = host.rules();
    host.wants("1.0", "true", "");
    host.run("apply --auto-approve").exits(0);
    host.wants("1.1", "sleep 2", "");
    let text = host.sshd.lab.read("main.pf.hcl");
    host.killed_while_blocked();
    host.run("run abandon").says("nft delete table inet patchform_");
    host.run("plan").exits(0).says("customers that are still kept out of it are let in");
    host.sshd.lab.write("main.pf.hcl", "");
    let plan = host.run("plan");
    let lift = plan.out.split("lift the block as root on ").nth(1).unwrap_or_else(|| panic!("{}", plan.out));
    let lift = lift.split(": ").nth(1).unwrap().lines().next().unwrap().to_string();
    host.run("apply --auto-approve");
    assert!(host.run("state list").out.contains("command.host"), "it is forgotten");
    // By its own way, and by hand.
    host.sshd.lab.write("main.pf.hcl", text);
    host.run("apply --auto-approve").exits(0);
    assert_eq!(host.rules(), before);
    host.wants("1.2", "sleep 2", "");
    host.killed_while_blocked();
    host.run("run abandon");
    host.sshd.lab.write("main.pf.hcl", "");
    host.on_it(&lift);
    host.run("apply --auto-approve").exits(0);
    assert!(!host.run("state list").out.contains("command.host"), "it is not forgotten");
    assert_eq!(host.rules(), before);
}
