//! `examples/quickstart`: the README's first command, from nothing to a patch that is taken back, on real services.

mod lab;

use lab::Lab;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The example's service, built beside the binary.
fn service() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_patchform"));
    let built = program.parent().expect("a folder").join("examples/quickstart-service");
    if !built.exists() {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let done = Command::new(cargo)
            .args(["build", "--locked", "--quiet", "--example", "quickstart-service"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(done.is_ok_and(|s| s.success()), "the example's service is built");
    }
    built
}

/// The first of eight ports in a row that nobody listens on.
fn free_ports() -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let start = 20_000 + u16::try_from(std::process::id() % 20_000).expect("below 20,000");
    (0..100).map(|k| start + k * 10).find(|base| (*base..*base + 8).all(free)).expect("eight free ports")
}

#[test]
fn the_readme_s_first_command_does_what_it_says() {
    let lab = Lab::empty();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
    for name in [
        "platform.pf.hcl",
        "november.pfvars",
        "november-fixed.pfvars",
        "prepare",
        "run",
        "bin/svc",
        "bin/host",
    ] {
        std::fs::create_dir_all(lab.path("bin")).unwrap();
        std::fs::copy(example.join(name), lab.path(name)).unwrap();
    }
    let mut command = lab.command(&lab.path("run"), &[]);
    command.env("PATCHFORM", env!("CARGO_BIN_EXE_patchform")).env("SERVICE", service());
    let output = command.env("QUICKSTART_PORT", free_ports().to_string()).output().expect("the example runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "--- stdout\n{said}\n--- stderr\n{complained}");
    for line in [
        "Plan: 13 to install",
        "No changes. The platform is at its declared levels.",
        "database speaks protocol 2, this release needs 3",
        "restored to 15.3",
        "7 restored, 1 held",
        "Complete: every component is at its planned level.",
    ] {
        assert!(said.contains(line), "{line:?} was not said:\n{said}");
    }
}
