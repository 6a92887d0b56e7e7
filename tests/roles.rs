//! Clusters through the binary: who comes first by its role, on files and on a real pair of PostgreSQL; and who is left alone
//! once it plays another part than the plan was made for.

mod lab;

use lab::{Lab, files};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ROLE: &str = "  role {\n    command = [\"cat\", \"${each.key}.role\"]\n    timeout = \"5s\"\n  }\n";

/// Three nodes whose roles stand in files; each notes when it is patched, and does what `then` says.
fn cluster(level: &str, service: &str, then: &str) -> String {
    let patch = format!("echo $NAME >> order; printf %s $PATCHFORM_LEVEL > $NAME; {then}");
    let nodes = files(&[("db", level, "", &patch)])
        .replace(
            "  patch_level",
            "  for_each    = toset([\"n1\", \"n2\", \"n3\"])\n  rollout     = rollout.wide\n  patch_level",
        )
        .replace("NAME = \"db\"", "NAME = each.key");
    let nodes = nodes.trim_end().strip_suffix('}').unwrap().to_string() + ROLE + "}\n";
    format!(
        "rollout \"wide\" {{\n  max_parallel = 9\n}}\nservice \"pg\" {{\n  members = [command.db]\n  {service}\n}}\n{nodes}"
    )
}

/// At 1.0, to go to 1.1; the first one by its name is the primary.
fn platform(service: &str, then: &str) -> Lab {
    let lab = Lab::new(&cluster("1.0", "importance = \"high\"", ""));
    roles(&lab, ["primary", "replica", "replica"]);
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("order", "");
    lab.write("main.pf.hcl", cluster("1.1", service, then));
    lab
}

fn roles(lab: &Lab, roles: [&str; 3]) {
    for (node, role) in ["n1", "n2", "n3"].iter().zip(roles) {
        lab.write(&format!("{node}.role"), role.to_string() + "\n");
    }
}

fn order(lab: &Lab) -> Vec<String> {
    lab.read("order").lines().map(String::from).collect()
}

#[test]
fn who_comes_first_is_read_when_the_plan_is_made() {
    for order_by in ["order = [\"replica\", \"primary\"]", "order = \"replicas_first\""] {
        let lab = platform(order_by, "");
        let plan = lab.patchform("plan").exits(0);
        plan.says("role       replica")
            .says("role       primary")
            .says("in this order: 2 replica → 1 primary");
        let json: serde_json::Value =
            serde_json::from_str(&lab.patchform("plan --json").exits(0).out).unwrap();
        let told: Vec<_> = json["components"].as_array().unwrap().iter().map(|c| c["role"].clone()).collect();
        assert_eq!(told, ["primary", "replica", "replica"]);
        assert_eq!(json["services"][0]["order"], serde_json::json!(["replica", "primary"]));
        assert_eq!(order(&lab), [""; 0], "a role is only read");
        lab.patchform("apply --auto-approve").exits(0);
        assert_eq!(order(&lab).len(), 3);
        assert_eq!(order(&lab)[2], "n1", "the primary comes last: {:?}", order(&lab));
    }
    // Without an order all of them go at once, as their addresses say.
    let lab = platform("importance = \"high\"", "");
    lab.patchform("plan").exits(0).does_not_say("in this order");
    let json: serde_json::Value = serde_json::from_str(&lab.patchform("plan --json").exits(0).out).unwrap();
    assert!(json["components"][0]["role"].is_null());
}

#[test]
fn a_replica_that_failed_holds_the_primary() {
    let lab = platform("order = \"replicas_first\"", "test $NAME != n3");
    lab.patchform("apply --auto-approve").says("command.db[\"n1\"]");
    assert_eq!((lab.read("n1"), lab.read("n2"), lab.read("n3")), ("1.0".into(), "1.1".into(), "1.0".into()));
}

/// While the first replica is patched the other one becomes the primary: it is not patched before its replicas.
#[test]
fn who_plays_another_part_when_its_turn_comes_is_left_alone() {
    let moves = "if [ $NAME = n2 ]; then echo replica > n1.role; echo primary > n3.role; fi";
    let lab = platform("order = \"replicas_first\"", moves);
    let text = lab.read("main.pf.hcl").replace("max_parallel = 9", "max_parallel = 1");
    lab.write("main.pf.hcl", text);
    let ran = lab.patchform("apply --auto-approve");
    assert_eq!(order(&lab), ["n2"], "{ran:?}");
    let said = (ran.out.clone() + &ran.err).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("it was replica when the plan was made, and is primary now"), "{said}");
    assert!(said.contains("make a new plan"), "{said}");
    assert_eq!(ran.code, 5, "{said}");
    let run = lab.patchform("run show").exits(0);
    run.says("it was replica when the plan was made");
    // The next plan reads the roles anew.
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(order(&lab), ["n2", "n1", "n3"]);
}

#[test]
fn whose_role_nobody_can_tell_is_blocked_and_holds_who_comes_later() {
    for (role, says) in [
        ("", "nobody can tell its role: `cat n2.role` printed nothing, expected one word"),
        ("two words", "printed \"two words\", expected one word"),
        (
            "witness",
            "its role is \"witness\", which the order of service.pg does not name (replica, then primary)",
        ),
        (&"x".repeat(1 << 20), "expected one word"),
        ("\u{1b}[31mprimary", "expected one word"),
    ] {
        let lab = platform("order = \"replicas_first\"", "");
        roles(&lab, ["primary", role, "replica"]);
        let ran = lab.patchform("plan");
        let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(says), "{says}: {said:.3000}");
        assert!(!ran.out.contains("\u{1b}[31mprimary"));
        lab.patchform("apply --auto-approve");
        assert_eq!(order(&lab), ["n3"], "{says}");
    }
    let lab = platform("order = \"replicas_first\"", "");
    let text = lab
        .read("main.pf.hcl")
        .replace("[\"cat\", \"${each.key}.role\"]", "[\"sleep\", \"9\"]")
        .replace("5s", "100ms");
    lab.write("main.pf.hcl", text);
    lab.patchform("plan").exits(0).says("did not end within 0.1 s");
}

#[test]
fn an_order_that_contradicts_who_stands_on_whom_is_refused_with_the_circle() {
    let lab = platform("order = \"replicas_first\"", "");
    let other = "component \"command\" \"last\" {\n  patch_level = \"1\"\n  depends_on = [command.db[\"n1\"]]\n  read = [\"cat\", \"last\"]\n  patch = [\"true\"]\n  role {\n    command = [\"echo\", \"replica\"]\n  }\n}\n";
    let text =
        lab.read("main.pf.hcl").replace("members = [command.db]", "members = [command.db, command.last]")
            + other;
    lab.write("main.pf.hcl", text);
    lab.write("last", "0");
    let refused = lab.patchform("plan").exits(5);
    let said = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
    for says in [
        "service.pg goes by roles (replica, then primary)",
        "command.db[\"n1\"] (primary) waits for command.last (replica) waits for command.db[\"n1\"] (primary)",
        "take one of the two out",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
}

/// Two real servers with streaming replication, on loopback; ended when they are dropped.
struct Pair {
    bin: PathBuf,
    home: tempfile::TempDir,
    ports: [u16; 2],
}

impl Pair {
    /// `None`, with a word on stderr, where there is no PostgreSQL, or nobody to run it as.
    fn new() -> Option<Pair> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let bin = versions.map(|v| v.path().join("bin")).find(|bin| bin.join("initdb").exists());
        let user = Command::new("id").arg("postgres").output().is_ok_and(|out| out.status.success());
        let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
        let Some(bin) = bin.filter(|_| user && root) else {
            eprintln!("skipped: it takes root, PostgreSQL (package postgresql) and its user");
            return None;
        };
        let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let (a, b) = (port(), port());
        let ports = [a.local_addr().unwrap().port(), b.local_addr().unwrap().port()];
        drop((a, b));
        let home = tempfile::tempdir().unwrap();
        std::fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let id = |what| {
            let out = Command::new("id").args([what, "postgres"]).output().unwrap().stdout;
            Some(String::from_utf8(out).unwrap().trim().parse().unwrap())
        };
        chown(home.path(), id("-u"), id("-g")).unwrap();
        let pair = Pair { bin, home, ports };
        pair.pg(&["initdb", "-D", &pair.at("n1"), "-A", "trust", "-N", "-E", "UTF8"]);
        let settings = format!(
            "unix_socket_directories=''\nlisten_addresses='127.0.0.1'\nfsync=off\nshared_buffers=16MB\nwal_log_hints=on\ncluster_name='15.0'\nport={}\n",
            ports[0]
        );
        let file = pair.home.path().join("n1/postgresql.conf");
        std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + &settings).unwrap();
        pair.start("n1");
        pair.follows("n2", 1, 0);
        Some(pair)
    }

    fn at(&self, node: &str) -> String {
        self.home.path().join(node).display().to_string()
    }

    #[track_caller]
    fn pg(&self, words: &[&str]) {
        assert!(self.command(words).status().unwrap().success(), "{words:?}");
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "env", "LANG=C.UTF-8"]);
        command.arg(self.bin.join(words[0])).args(&words[1..]);
        command
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn start(&self, node: &str) {
        self.pg(&["pg_ctl", "-D", &self.at(node), "-l", &format!("{}.log", self.at(node)), "-w", "start"]);
    }

    /// A copy of the server `of` begins to follow it at its own port.
    fn follows(&self, node: &str, at: usize, of: usize) {
        let [at, of] = [at, of].map(|k| self.ports[k].to_string());
        let copy = [
            "-h",
            "127.0.0.1",
            "-p",
            &of,
            "-U",
            "postgres",
            "-D",
            &self.at(node),
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        ];
        self.pg(&[&["pg_basebackup"][..], &copy[..]].concat());
        let file = self.home.path().join(node).join("postgresql.conf");
        let text =
            std::fs::read_to_string(&file).unwrap().replace(&format!("port={of}"), &format!("port={at}"));
        std::fs::write(&file, text).unwrap();
        self.start(node);
    }

    /// The second one becomes the primary, and the first one its replica.
    fn fail_over(&self) {
        self.pg(&["pg_ctl", "-D", &self.at("n1"), "-m", "fast", "-w", "stop"]);
        self.pg(&["pg_ctl", "-D", &self.at("n2"), "-w", "promote"]);
        std::fs::remove_dir_all(self.at("n1")).unwrap();
        self.follows("n1", 0, 1);
    }

    /// A component for each: its level is the cluster's name that the running server tells; a patch sets another one and starts
    /// it again.
    fn configuration(&self, level: &str, folder: &Path) -> String {
        let (bin, home, [a, b]) = (self.bin.display(), self.home.path().display(), self.ports);
        let order = folder.join("order");
        let ask = |sql: &str| {
            format!(
                "[\"{bin}/psql\", \"-h\", \"127.0.0.1\", \"-p\", each.value, \"-U\", \"postgres\", \"-XAtqc\", \"{sql}\"]"
            )
        };
        format!(
            r#"
component "command" "node" {{
  for_each    = {{ n1 = "{a}", n2 = "{b}" }}
  patch_level = "{level}"
  class       = "database"
  read        = {read}
  patch = ["sh", "-ec", <<-SH
    echo ${{each.key}} >> {order}
    echo "cluster_name='$PATCHFORM_LEVEL'" >> {home}/${{each.key}}/postgresql.auto.conf
    exec setpriv --reuid=postgres --regid=postgres --clear-groups {bin}/pg_ctl -D {home}/${{each.key}} -l {home}/${{each.key}}.log -m fast -w restart </dev/null >/dev/null 2>&1
  SH
  ]
  lifecycle {{ allow_irreversible = true }}
  role {{
    command = {role}
  }}
}}
service "accounts" {{
  members = [command.node]
  order   = "replicas_first"
}}
"#,
            order = order.display(),
            read = ask("show cluster_name"),
            role = ask("select case when pg_is_in_recovery() then 'replica' else 'primary' end"),
        )
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for node in ["n1", "n2"] {
            let _ = self.command(&["pg_ctl", "-D", &self.at(node), "-m", "immediate", "-w", "stop"]).status();
        }
    }
}

#[test]
fn a_pair_of_postgresql_is_patched_replica_first_and_never_after_a_failover_by_the_old_order() {
    let Some(pair) = Pair::new() else { return };
    let lab = Lab::empty();
    lab.write("main.pf.hcl", pair.configuration("15.1", &lab.path("")));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0).says("replica → 1 primary");
    assert_eq!(order(&lab), ["n2", "n1"]);
    // A plan is made, and before it is applied the replica becomes the primary.
    lab.write("main.pf.hcl", pair.configuration("15.2", &lab.path("")));
    lab.patchform("plan --out my.plan").exits(0);
    pair.fail_over();
    lab.patchform("apply my.plan --auto-approve").exits(5).says("it was replica when the plan was made");
    assert_eq!(order(&lab), ["n2", "n1"], "nothing was begun");
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(order(&lab), ["n2", "n1", "n1", "n2"]);
    lab.patchform("plan").exits(0).does_not_say("15.1");
}
