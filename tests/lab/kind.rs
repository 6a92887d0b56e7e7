//! What the tests of every kind of packages do on a host: a configuration of one component, and the contract suite there.

use super::debian::Debian;
use super::lab::Lab;
use patchform_sdk::contract;
use std::path::Path;
use std::time::Duration;

/// A configuration with one component of a kind; `level` and `more` are the text of its patch level and further lines.
pub fn text(kind: &str, host: &Debian, level: &str, more: &str) -> String {
    format!(
        "component \"{kind}\" \"host\" {{\n  patch_level = {{ {level} }}\n  {more}\n  {}\n}}\n",
        host.block()
    )
}

/// What a run has said, on one line.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs the test `on_the_host` of this program on the host itself, on its own packages.
#[track_caller]
pub fn suite(kind: &str, host: &Debian) {
    let contract = serde_json::json!({
        "kind": kind,
        "arguments": { "lock_timeout": "30s" },
        "from": { "pf-app": "1.0-1" }, "to": { "pf-app": "2.0-1" }, "broken": { "pf-app": "1.2-1" },
    });
    host.says(&format!("echo '{contract}' >/root/contract.json"));
    let own = std::env::current_exe().unwrap();
    let own = own.file_name().unwrap().to_string_lossy().into_owned();
    let ran = host.ssh(
        "root",
        &format!("cd /root && /opt/lab/deps/{own} --ignored --exact --nocapture on_the_host 2>&1"),
    );
    println!("{}", ran.out);
    ran.exits(0).says("1 passed");
}

/// These checks of the contract suite, on the host that this runs on; all must pass.
#[track_caller]
pub fn checked_here(kind: &str, wanted: &[&str]) {
    let file = Path::new("/root/contract.json");
    assert!(file.exists(), "this is no host of the lab");
    let command = ["/opt/lab/patchform", "provider", "serve", kind].map(str::to_string);
    let summary = contract::run_only(&command, file, &|name| wanted.contains(&name), &mut |checked| {
        println!("{:20} {:?} ({} ms)", checked.name, checked.verdict, checked.took);
    });
    let summary = summary.unwrap();
    assert_eq!((summary.passed, summary.failed), (wanted.len(), 0));
}

/// Says how to log in to a host, and keeps it until its file `stay` is removed.
pub fn stays(host: &Debian, configuration: &str) {
    host.lab.write("stay", "");
    println!("ssh -F {} {}", host.lab.path("ssh_config").display(), host.address);
    println!("rm {}", host.lab.path("stay").display());
    println!("{configuration}");
    while host.lab.path("stay").exists() {
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// A folder with this configuration, ready for plans.
pub fn ready(configuration: &str) -> Lab {
    let lab = Lab::new(configuration);
    lab.patchform("init").exits(0);
    lab
}
