//! Ways back through the binary, on real files changed by real commands: what each `on_failure` takes back.

mod lab;

use lab::{Lab, files};

/// Three instances of one block under one rollout with two places, and a free component of another one.
fn wave(level: &str, patch: &str) -> String {
    let instances = files(&[("web", level, "", patch)])
        .replace(
            "patch_level",
            "for_each    = toset([\"1\", \"2\", \"3\"])\n  rollout     = rollout.waves\n  patch_level",
        )
        .replace("NAME = \"web\"", "NAME = \"web-${each.key}\"");
    let free = files(&[("db", level, "", "")]);
    format!(
        "rollout \"waves\" {{\n  max_parallel = 1\n  on_failure   = \"rollback_wave\"\n}}\n{instances}{free}"
    )
}

#[test]
fn rollback_wave_takes_the_instances_of_the_block_back() {
    let lab = Lab::new(&wave("1.0", ""));
    let level = |name: &str| lab.read(name);
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write(
        "main.pf.hcl",
        wave("1.1", "printf %s $PATCHFORM_LEVEL > $NAME; [ $NAME != web-2 ] || { echo no disk; exit 1; }"),
    );
    let ran = lab.patchform("apply --auto-approve").exits(3);
    ran.says("no disk").says("not begun when its wave was taken back");
    assert_eq!(["web-1", "web-2", "web-3", "db"].map(level), ["1.0", "1.0", "1.0", "1.1"]);
}
