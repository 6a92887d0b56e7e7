//! Workspaces: each its own state, runs and plans, of one configuration.

mod lab;

use lab::{Lab, Ran};

const TEXT: &str = r#"
component "command" "note" {
  patch_level = patchform.workspace == "default" ? "1.0" : "2.0"
  read        = ["sh", "-c", "cat ${patchform.workspace}.level 2> /dev/null || echo 0.1"]
  patch       = ["sh", "-c", "printf %s $PATCHFORM_LEVEL > ${patchform.workspace}.level"]
  lifecycle {
    allow_irreversible = true
  }
}
output "where" { value = patchform.workspace }
"#;

fn with(lab: &Lab, workspace: &str, line: &str) -> Ran {
    Ran::of(lab.patchform_command(line).env("PF_WORKSPACE", workspace).output().expect("patchform starts"))
}

#[test]
fn each_has_a_state_of_its_own() {
    let lab = Lab::new(TEXT);
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform("workspace show").exits(0).says("default");
    lab.patchform("workspace new blue").exits(0);
    lab.patchform("workspace list").exits(0).says("  default\n* blue");
    lab.patchform("state list").exits(1);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!((lab.read("default.level"), lab.read("blue.level")), ("1.0".into(), "2.0".into()));
    lab.patchform("output").exits(0).says("blue");
    assert!(lab.path("patchform.state.d/blue/.patchform/runs").is_dir(), "runs stand beside the state");
    lab.patchform("run list").exits(0).does_not_say("nothing");

    // The environment is stronger than what was selected.
    with(&lab, "default", "output").exits(0).says("default");
    with(&lab, "green", "plan").exits(1).says("there is no workspace green").says("workspace new green");
    with(&lab, "../x", "plan").exits(1).says("cannot be the name of a workspace").says("PF_WORKSPACE");
    lab.patchform("workspace select default").exits(0);
    lab.patchform("output").exits(0).says("default");
    lab.patchform("workspace select green").exits(1).says("there is no workspace green");
    lab.patchform("workspace select -or-create green").exits(0).says("The workspace green is made");
    lab.patchform("workspace select default").exits(0);
    lab.patchform("workspace select --or-create green").exits(0).says("The workspace green is in use");
    lab.patchform("workspace select default").exits(0);
    lab.patchform("workspace delete green").exits(0);
    lab.patchform("workspace new blue").exits(1).says("already");
    lab.patchform("init").exits(0);
    lab.patchform("output").exits(0).says("default");
}

#[test]
fn a_plan_belongs_to_its_workspace() {
    let lab = Lab::new(TEXT);
    lab.patchform("init").exits(0);
    lab.patchform("workspace new blue").exits(0);
    lab.patchform("plan --out blue.plan").exits(0);
    lab.patchform("workspace select default").exits(0);
    let refused = lab.patchform("apply blue.plan").exits(5);
    refused.says("was made in the workspace blue").says("workspace select blue");
    assert_eq!(lab.read("blue.level"), "");
    with(&lab, "blue", "apply blue.plan").exits(0);
    assert_eq!(lab.read("blue.level"), "2.0");
}

#[test]
fn only_an_empty_one_is_deleted() {
    let lab = Lab::new(TEXT);
    lab.patchform("init").exits(0);
    for name in ["blue", "red"] {
        lab.patchform(&format!("workspace new {name}")).exits(0);
    }
    lab.patchform("workspace delete red").exits(1).says("in use");
    lab.patchform("workspace delete default").exits(1).says("always there");
    with(&lab, "blue", "apply --auto-approve").exits(0);
    lab.patchform("workspace delete blue").exits(5).says("manages 1 component");
    with(&lab, "blue", "state rm command.note").exits(0);
    lab.patchform("workspace delete blue").exits(0);
    lab.patchform("workspace list").exits(0).does_not_say("blue");
    assert!(!lab.path("patchform.state.d/blue").exists());
    lab.patchform("workspace select default").exits(0);
    lab.patchform("workspace delete red").exits(0);

    // A run that has not ended keeps its workspace.
    lab.patchform("workspace new held").exits(0);
    let halts = TEXT.replace("printf %s $PATCHFORM_LEVEL", "exit 1; printf %s $PATCHFORM_LEVEL");
    let halts = halts.replace("lifecycle {", "rollout = rollout.halt\n  lifecycle {");
    lab.write("main.pf.hcl", halts + "rollout \"halt\" { on_failure = \"halt\" }\n");
    lab.patchform("apply --auto-approve").exits(7);
    lab.patchform("workspace select default").exits(0);
    lab.patchform("workspace delete held").exits(6).says("has not ended");
}
