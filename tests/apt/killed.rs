//! The controller is killed at every stage of a run, and another one takes it up.

use super::*;

/// Kills the controller of an `apply` right after it has begun its `k`-th step, which is called `step`.
#[track_caller]
fn killed_at(lab: &Lab, k: usize, step: &str) {
    let mut apply = lab.patchform_command("apply --auto-approve");
    let once = lab.path(&format!("once-{k}-{step}"));
    apply.env("PATCHFORM_FAILPOINT", format!("drive.begun#{k}=kill")).env("PATCHFORM_FAILPOINT_ONCE", &once);
    let ran = lab::Ran::of(apply.output().unwrap());
    assert_eq!(ran.code, -1, "{step}: {}", ran.out);
    let shown = flat(&lab.patchform("run show").out);
    // Verifying has no effect, and is not named.
    assert!((step == "verify" || shown.contains(step)) && shown.contains("Halted"), "{step}: {shown}");
}

#[test]
fn the_controller_is_killed_at_every_stage() {
    let Some(host) = prepared() else { return };
    let lab = component(&host, "pf-app = \"1.1-1\"", "");
    let down = "lifecycle {\n    allow_downgrade = true\n  }";
    for (i, step) in ["fetch", "snapshot", "patch", "reload", "verify"].into_iter().enumerate() {
        let version = if i % 2 == 0 { "1.1-1" } else { "1.0-1" };
        lab.write("main.pf.hcl", text(&host, &format!("pf-app = \"{version}\""), down));
        killed_at(&lab, i + 2, step);
        lab.patchform("resume").exits(0);
        stands(&host, "pf-app", version);
    }
    // On the way back from a service that does not run.
    let before = host.manifest();
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.3-1\"", down));
    for (i, step) in ["restore", "reload", "verify"].into_iter().enumerate() {
        lab.allow_what_was_taken_back();
        killed_at(&lab, i + 7, step);
        lab.patchform("resume").exits(3);
        assert_eq!(host.manifest(), before, "{step}");
    }
}
