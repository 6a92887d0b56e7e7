//! The contract suite, run against the bundled providers, the SDK's example and the Python example; and against providers
//! that break a promise, to show that it notices.

use patchform_sdk::contract::{self, Checked, Summary, Verdict};
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An example binary of the workspace, built when it is not fresh. With `--workspace`, so that the features, and with
/// them what is built already, are those of `cargo test --workspace`.
fn example(name: &str) -> String {
    let build = ["build", "--quiet", "--workspace", "--example", name];
    let built = Command::new(env!("CARGO")).args(build).current_dir(root()).status().unwrap();
    assert!(built.success(), "cargo {build:?}");
    let tests = std::env::current_exe().unwrap();
    let target = tests.parent().and_then(Path::parent).expect("tests lie in target/debug/deps");
    target.join("examples").join(name).display().to_string()
}

fn check(command: &[&str], file: &str, wanted: &dyn Fn(&str) -> bool) -> (Summary, Vec<Checked>) {
    let command: Vec<String> = command.iter().map(ToString::to_string).collect();
    let mut all = Vec::new();
    let summary = contract::run_only(&command, &root().join(file), wanted, &mut |checked| {
        eprintln!("{:20} {:?} ({} ms)", checked.name, checked.verdict, checked.took);
        all.push(checked.clone());
    });
    (summary.unwrap(), all)
}

fn keeps_all(command: &[&str], file: &str, skipped: &[&str]) {
    let (summary, all) = check(command, file, &|_| true);
    let left_out: Vec<&str> =
        all.iter().filter(|c| matches!(c.verdict, Verdict::Skipped(_))).map(|c| c.name).collect();
    assert_eq!((summary.failed, left_out.as_slice()), (0, skipped));
    assert_eq!(summary.passed + skipped.len(), contract::checks().count());
}

#[test]
fn the_python_example() {
    keeps_all(
        &["examples/provider-python/provider.py"],
        "examples/provider-python/contract.json",
        &["inventory", "broken", "switch", "switch-missing", "traffic"],
    );
}

#[test]
fn the_rust_example() {
    let program = example("note");
    keeps_all(
        &[&program],
        "tests/contracts/note.json",
        &["inventory", "broken", "switch", "switch-missing", "traffic"],
    );
}

#[test]
fn the_release_provider() {
    let program = example("serve_release");
    keeps_all(
        &[&program],
        "tests/contracts/release.json",
        &["inventory", "switch", "switch-missing", "traffic"],
    );
}

#[test]
fn the_command_provider() {
    let program = example("serve_command");
    keeps_all(&[&program], "tests/contracts/command.json", &["inventory", "switch", "switch-missing"]);
}

#[test]
fn the_command_provider_under_a_dead_mans_switch() {
    let program = example("serve_command");
    let wanted =
        ["cycle", "install-cycle", "same-id", "broken", "kill", "kill-same-id", "switch", "switch-missing"];
    let (summary, all) =
        check(&[&program], "tests/contracts/command_switch.json", &|name| wanted.contains(&name));
    assert_eq!(summary, Summary { passed: wanted.len(), failed: 0, skipped: 0 }, "{all:?}");
}

/// The Python example with one promise broken by a change of its text, and the checks that must notice.
#[test]
fn broken_promises_are_noticed() {
    let good = std::fs::read_to_string(root().join("examples/provider-python/provider.py")).unwrap();
    let cases: &[(&str, &str, &[&str])] = &[
        ("if act[\"id\"] in actions:", "if False:", &["same-id"]),
        ("if act[\"token\"] < token:", "if False:", &["token"]),
        ("digest(content(path)) != expected", "False", &["expected-digest"]),
        ("write(path, token[\"level\"])", "write(path, token[\"level\"] or \"\")", &["install-cycle"]),
        (
            "for desired in params[\"components\"]]}",
            "for desired in reversed(params[\"components\"])]}",
            &["read-order"],
        ),
        ("if params[\"protocol\"][\"major\"] != 1:", "if False:", &["version"]),
        ("raise Error(-32601,", "raise Error(-32000,", &["unknown-methods"]),
        ("{\"note\": level}", "{\"note\": level, \"time\": os.times().elapsed // 1}", &["read-stable"]),
        (
            "    level = content(path)\n    return applied(",
            "    level = content(path)\n    write(path, \"x\")\n    return applied(",
            &["cycle"],
        ),
        // Not atomic: for a moment the note is empty.
        (
            "os.replace(fresh, path)",
            "open(path, 'w').close(); threading.Event().wait(0.05); os.replace(fresh, path)",
            &["kill"],
        ),
        ("if isinstance(seen, dict) and", "if False and", &["probe-after"]),
        ("well = level == act.get(\"level\")", "well = True", &["cycle"]),
        (
            "                continue\n            if not isinstance",
            "                sys.exit(1)\n            if not isinstance",
            &["garbage"],
        ),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (i, (promise, broken, noticed_by)) in cases.iter().enumerate() {
        assert!(good.contains(promise), "{promise}");
        let program = dir.path().join(format!("broken-{i}.py"));
        std::fs::write(&program, good.replace(promise, broken)).unwrap();
        let command = ["python3", program.to_str().unwrap()];
        let (_, all) =
            check(&command, "examples/provider-python/contract.json", &|name| noticed_by.contains(&name));
        let failed: Vec<&str> =
            all.iter().filter(|c| matches!(c.verdict, Verdict::Failed(_))).map(|c| c.name).collect();
        for name in *noticed_by {
            assert!(failed.contains(name), "{promise} → {broken}: {name} did not notice; failed: {failed:?}");
        }
    }
}
