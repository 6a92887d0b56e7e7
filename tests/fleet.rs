//! Very many hosts: a controller has descriptors and memory for a thousand of them. Their ssh is a stand-in that opens a shell in
//! a place of its own for each host; everything else is the real thing.

mod lab;

use lab::{Lab, Ran};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Where the real `ssh` would go over the network, this one gives each host its own `/var/lib` and machine-id.
const SSH: &str = r#"#!/bin/sh
while [ "$1" != -- ]; do shift; done
exec unshare -m sh -c 'mount --bind "$0" /var/lib && mount --bind "$0/machine-id" /etc/machine-id && exec sh -c "$1"' "$HOSTS/$2" "$3"
"#;

/// How many hosts: a thousand by `PATCHFORM_FLEET=1000`.
fn count() -> usize {
    std::env::var("PATCHFORM_FLEET").ok().and_then(|count| count.parse().ok()).unwrap_or(60)
}

fn fleet(count: usize) -> Lab {
    let lab = Lab::new(&format!(
        r#"
component "command" "agent" {{
  for_each    = toset([for i in range({count}) : "host-${{i}}"])
  patch_level = "2"
  read        = ["cat", "/var/lib/level"]
  snapshot    = ["sh", "-c", "cp /var/lib/level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL >/var/lib/level"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT /var/lib/level"]

  connection "ssh" {{
    host = each.key
  }}
}}
"#
    ));
    lab.write("bin/ssh", SSH);
    fs::set_permissions(lab.path("bin/ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    for i in 0..count {
        lab.write(&format!("hosts/host-{i}/level"), "1\n");
        lab.write(&format!("hosts/host-{i}/machine-id"), format!("{:032x}\n", i + 1));
    }
    lab.patchform("init").exits(0);
    lab
}

/// What a command took.
struct Took {
    ran: Ran,
    wall: Duration,
    /// The most resident memory of the controller itself, in KiB.
    memory: u64,
}

/// Runs it with at most 256 descriptors.
fn bounded(lab: &Lab, line: &str) -> Took {
    let path = format!("{}:{}", lab.path("bin").display(), std::env::var("PATH").unwrap_or_default());
    let bounded = ["--nofile=256", "--", env!("CARGO_BIN_EXE_patchform")];
    let words: Vec<&str> = bounded.into_iter().chain(line.split(' ')).collect();
    let began = Instant::now();
    let mut child = lab
        .command(Path::new("prlimit"), &words)
        .env("PATH", path)
        .env("HOSTS", lab.path("hosts"))
        .stdout(fs::File::create(lab.path("out")).unwrap())
        .stderr(fs::File::create(lab.path("err")).unwrap())
        .spawn()
        .expect("prlimit starts");
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    let code = loop {
        let told = fs::read_to_string(&status).unwrap_or_default();
        let high = told.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        memory = memory.max(high.trim().trim_end_matches(" kB").parse().unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code().unwrap_or(-1);
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let ran = Ran { code, out: lab.read("out"), err: lab.read("err") };
    Took { ran, wall: began.elapsed(), memory }
}

#[test]
fn a_fleet_is_patched_within_few_descriptors_and_little_memory() {
    let apart = Command::new("unshare").args(["-m", "true"]).status();
    if !apart.is_ok_and(|status| status.success()) {
        eprintln!("skipped: this test needs the right to make mount namespaces (root)");
        return;
    }
    let count = count();
    let lab = fleet(count);
    let mut most = 0;
    for (line, says) in [
        ("plan", format!("Plan: {count} to change")),
        ("apply --auto-approve", format!("{count} done")),
        ("plan", "No changes".into()),
    ] {
        let took = bounded(&lab, line);
        println!(
            "{line}, {count} hosts: {:.1} s, controller {} MB",
            took.wall.as_secs_f64(),
            took.memory / 1024
        );
        let ran = took.ran.exits(0);
        // Thousands are set apart by a comma.
        assert!(ran.out.replace(',', "").contains(&says), "{says}: {}", ran.out);
        most = most.max(took.memory);
    }
    for i in 0..count {
        assert_eq!(lab.read(&format!("hosts/host-{i}/level")), "2\n", "host-{i}");
    }
    // 60 MB, and less than 2 MB for each host.
    assert!(most < (60 + 2 * count as u64) * 1024, "{most} KiB for {count} hosts");
}
