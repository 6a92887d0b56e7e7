//! Customers of a real host are kept out while it is patched: a host with sshd, a web server and ulogd in a network namespace
//! of its own, whose nftables refuse them.

mod lab;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "lab/sshd.rs"]
mod sshd;

use lab::Ran;
use sshd::Sshd;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What the host protects itself with.
const OWN: &str = "table inet filter {\n chain input {\n  type filter hook input priority 0; policy accept;\n  tcp dport 23 drop\n }\n}\n";

struct Host {
    sshd: Sshd,
    server: Child,
    ulogd: Child,
}

fn is_there(program: &str) -> bool {
    let found = ["/usr/sbin", "/usr/bin"].iter().any(|folder| Path::new(folder).join(program).exists());
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// A program that runs on the host's network.
fn inside(host: &Sshd, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &host.namespace, program]);
    command
}

impl Host {
    fn start() -> Option<Host> {
        if !["ulogd", "nginx", "nft"].into_iter().all(is_there) {
            return None;
        }
        let sshd = Sshd::start()?;
        let folder = sshd.lab.path("");
        let folder = folder.display();
        sshd.lab.write("refused.log", "");
        sshd.lab.write(
            "ulogd.conf",
            format!(
                "[global]\nlogfile=\"{folder}/ulogd.log\"\nplugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_inppkt_NFLOG.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_raw2packet_BASE.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IFINDEX.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IP2STR.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_PRINTPKT.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_LOGEMU.so\"\n\
                 stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,print1:PRINTPKT,emu1:LOGEMU\n\
                 [log1]\ngroup=5\n[emu1]\nfile=\"{folder}/refused.log\"\nsync=1\n"
            ),
        );
        sshd.lab.write(
            "nginx.conf",
            format!(
                "daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n  \
                 access_log off;\n  client_body_temp_path {folder}/t1;\n  proxy_temp_path {folder}/t2;\n  \
                 fastcgi_temp_path {folder}/t3;\n  uwsgi_temp_path {folder}/t4;\n  scgi_temp_path {folder}/t5;\n  \
                 server {{ listen 80; root {folder}; }}\n}}\n"
            ),
        );
        sshd.lab.write("host.level", "1.0");
        let spawn = |command: &mut Command| {
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
        };
        let ulogd = spawn(inside(&sshd, "ulogd").arg("-c").arg(sshd.lab.path("ulogd.conf")));
        let server = spawn(inside(&sshd, "nginx").arg("-c").arg(sshd.lab.path("nginx.conf")));
        let host = Host { sshd, server, ulogd };
        host.nft_reads(OWN);
        host.until("the server answers", || host.lets_in());
        Some(host)
    }

    fn inside(&self, program: &str) -> Command {
        inside(&self.sshd, program)
    }

    fn nft_reads(&self, text: &str) {
        self.sshd.lab.write("rules.nft", text);
        let done = self.inside("nft").arg("-f").arg(self.sshd.lab.path("rules.nft")).status().unwrap();
        assert!(done.success());
    }

    fn rules(&self) -> String {
        let told = self.inside("nft").args(["-s", "list", "ruleset"]).output().unwrap();
        String::from_utf8(told.stdout).unwrap()
    }

    /// Runs a shell command as root on the host itself.
    fn on_it(&self, script: &str) -> String {
        let pid = self.sshd.lab.read("sshd.pid");
        let mut shell = Command::new("nsenter");
        shell.args(["--mount", "--net", "--target", pid.trim(), "sh", "-c"]);
        let told = shell.arg(format!("PATH=$PATH:/usr/sbin; {script}")).output().unwrap();
        assert!(told.status.success(), "{script}: {told:?}");
        String::from_utf8(told.stdout).unwrap()
    }

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

    fn lets_in(&self) -> bool {
        let address = format!("{}:80", self.sshd.address).parse().unwrap();
        TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok()
    }

    fn until(&self, what: &str, so: impl Fn() -> bool) {
        let began = Instant::now();
        while !so() {
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: {}", self.rules());
            std::thread::sleep(Duration::from_millis(20));
        }
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
  read        = ["cat", "{folder}/host.level"]
  patch       = ["sh", "-c", "{patch}; printf %s \"$PATCHFORM_LEVEL\" > {folder}/host.level"]
  snapshot    = ["cat", "{folder}/host.level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" > {folder}/host.level"]

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
        assert_eq!(self.sshd.lab.read("host.level"), level);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for child in [&mut self.server, &mut self.ulogd] {
            let _ = child.kill();
            let _ = child.wait();
        }
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
    assert_eq!(host.sshd.lab.read("host.level"), "1.0");
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

/// A second component on the same host, whose customers come by the same port.
fn second(text: &str) -> String {
    let other = text.replace("\"host\"", "\"other\"").replace("host.level", "other.level");
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
    assert_eq!(host.sshd.lab.read("host.level"), "1.0");
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
    assert_eq!(host.sshd.lab.read("host.level"), "1.0");
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
