//! Files that expressions read are inputs of the plan: a saved plan is refused where one of them is not as it was.

mod lab;

use lab::{Lab, Ran};
use std::fs;

const LEVEL: &str = r#"
locals {
  hosts   = jsondecode(file("hosts.json"))
  parts   = { for name in fileset("levels", "*.level") : name => filesha256("levels/${name}") }
  frozen  = fileexists("frozen")
  motd    = try(file("motd"), "none")
  banner  = templatefile("banner.tpl", { level = data.json.release.value.level })
}

data "json" "release" { path = "release.json" }

component "command" "note" {
  patch_level = data.json.release.value.level
  env         = { HOSTS = join(",", local.hosts), PARTS = jsonencode(local.parts), MOTD = local.motd, BANNER = local.banner, FROZEN = local.frozen }
  read        = ["sh", "-c", "cat note 2>/dev/null || true"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > note"]
  lifecycle { allow_irreversible = true }
}
"#;

/// A plan is saved, and nothing was changed since.
fn planned() -> Lab {
    let lab = Lab::new(LEVEL);
    lab.write("hosts.json", "[\"a\", \"b\"]");
    lab.write("release.json", "{\"level\": \"2.0\"}");
    lab.write("banner.tpl", "at ${level}");
    lab.write("levels/eu.level", "1");
    lab.patchform("plan --out p").exits(0);
    lab
}

fn refused(lab: &Lab, why: &str) {
    lab.patchform("apply p")
        .exits(6)
        .says("this plan is stale; nothing was changed")
        .says(why)
        .says("plan --out FILE");
    assert_eq!(lab.read("note"), "", "nothing was begun");
}

#[test]
fn an_unchanged_one_is_applied() {
    let lab = planned();
    // What no expression asked for is no input, not even beside what one did.
    lab.write("levels/notes.txt", "not a level");
    lab.write("levels/deeper/us.level", "1");
    lab.write("other.json", "{}");
    // The same content, written anew.
    lab.write("hosts.json", "[\"a\", \"b\"]");
    lab.patchform("apply p").exits(0);
    assert_eq!(lab.read("note"), "2.0");
}

#[test]
fn a_changed_file_is_named() {
    for (name, text) in [
        ("hosts.json", "[]"),
        ("levels/eu.level", "2"),
        ("banner.tpl", "now ${level}"),
        ("release.json", "{\"level\": \"3.0\"}"),
    ] {
        let lab = planned();
        let before = lab.read(name);
        lab.write(name, text);
        refused(&lab, &format!("{name} was changed since the plan was made"));
        // Put back, it is the plan that was reviewed again.
        lab.write(name, before);
        lab.patchform("apply p").exits(0);
    }
}

#[test]
fn a_file_that_is_gone_is_named() {
    let lab = planned();
    fs::remove_file(lab.path("hosts.json")).expect("it is there");
    fs::remove_file(lab.path("levels/eu.level")).expect("it is there");
    refused(&lab, "hosts.json cannot be read any more");
    refused(&lab, "levels/eu.level is not there any more, as fileset(…, \"*.level\") looks for it");
}

#[test]
fn a_file_that_was_not_there_is_named() {
    for (name, why) in [
        (
            "levels/us.level",
            "levels/us.level is there now and was not when the plan was made, as fileset(…, \"*.level\")",
        ),
        ("frozen", "frozen is there now; it was not when the plan was made"),
        ("motd", "motd can be read now; it could not when the plan was made"),
    ] {
        let lab = planned();
        lab.write(name, "1");
        refused(&lab, why);
    }
}

#[test]
fn the_plan_tells_its_inputs() {
    let lab = planned();
    let plan = lab.patchform("show --json p").exits(0).out;
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("JSON");
    let inputs = plan["inputs"].as_array().expect("a list");
    let of = |path: &str, is: &str| {
        let found = inputs.iter().find(|input| input["path"] == path && input["is"] == is);
        found.unwrap_or_else(|| panic!("no {is} of {path} in {inputs:?}"))
    };
    let content = of("hosts.json", "content");
    assert!(content["sha256"].is_null() && content["key"].is_string(), "{content}");
    assert_eq!(content["hmac_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(of("frozen", "presence")["there"], false);
    assert_eq!(of("levels", "matches")["files"], serde_json::json!(["eu.level"]));
    assert!(of("motd", "content")["hmac_sha256"].is_null());
}

/// Whoever has the plan could try all PINs of four digits.
#[test]
fn a_short_secret_in_a_file_cannot_be_guessed_from_the_plan() {
    let lab = Lab::new(LEVEL);
    lab.write("hosts.json", "[]");
    lab.write("release.json", "{\"level\": \"2.0\"}");
    lab.write("banner.tpl", "at ${level}");
    lab.write(
        "door.pf.hcl",
        "output \"long\" {\n  value = nonsensitive(strlen(sensitive(file(\"pin\"))) > 3)\n}\n",
    );
    lab.write("pin", "4711");
    lab.patchform("plan --out p").exits(0);
    let plan = lab.read("p") + &lab.patchform("show --json p").exits(0).out;
    assert!(plan.contains("\"pin\""), "an input of the plan");
    assert!(!plan.contains(&patchform_sdk::digest::of_bytes(b"4711")), "{plan}");
    let key = fs::read_to_string(lab.path(".patchform/key")).expect("the key");
    assert!(key.trim_end().len() == 64 && !plan.contains(key.trim_end()), "the key is in the plan");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(lab.path(".patchform/key")).expect("it").permissions(),
    );
    assert_eq!(mode & 0o077, 0, "only its owner reads the key");
    // Another plan is told by the same key.
    lab.patchform("plan --out again").exits(0);
    assert_eq!(fs::read_to_string(lab.path(".patchform/key")).expect("the key"), key);
    lab.write("pin", "4712");
    refused(&lab, "pin was changed since the plan was made");
    // Without the key nobody can tell.
    lab.write("pin", "4711");
    fs::remove_file(lab.path(".patchform/key")).expect("it is there");
    refused(&lab, "pin cannot be compared: the key ");
    lab.write(".patchform/key", "half");
    lab.patchform("apply p").exits(1).says(".patchform/key, the key for digests of files, is damaged");
    lab.write(".patchform/key", key);
    lab.patchform("apply p").exits(0);
}

#[test]
fn a_run_that_was_begun_asks_no_more() {
    let lab = planned();
    // The patch changes what an expression has read, then fails: the run is finished from its journal alone.
    let text = lab.read("main.pf.hcl").replace("> note\"]", "> note; echo [] > hosts.json; test -f well\"]");
    lab.write(
        "main.pf.hcl",
        format!("{text}\nrollout \"by_hand\" {{\n  on_failure = \"halt\"\n}}\n")
            .replace("  lifecycle {", "  rollout     = rollout.by_hand\n  lifecycle {"),
    );
    lab.patchform("plan --out p").exits(0);
    lab.patchform("apply p").exits(7);
    assert_eq!(lab.read("hosts.json"), "[]\n");
    lab.write("well", "");
    lab.patchform("resume").exits(0);
}

/// What patchform writes beside the configuration is no input of it.
#[test]
fn a_pattern_finds_nothing_of_what_patchform_keeps() {
    let lab = Lab::new(
        r#"
output "all" { value = fileset(".", "**") }
component "command" "note" {
  patch_level = "2.0"
  env         = { FILES = join(",", fileset(path.root, "**")) }
  read        = ["sh", "-c", "cat note 2>/dev/null || true"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > note"]
  lifecycle { allow_irreversible = true }
}
"#,
    );
    lab.patchform("plan --out p").exits(0);
    lab.patchform("apply p").exits(0);
    assert_eq!(lab.read("note"), "2.0");
    // An earlier plan is a file like others.
    lab.patchform("plan --out p2").exits(0);
    lab.patchform("apply p2").exits(0);
    let shown = lab.patchform("output all").exits(0);
    for own in [".patchform", "patchform.state.json", "\"p2\""] {
        assert!(!shown.out.contains(own), "{own}: {}", shown.out);
    }
    assert!(shown.out.contains("\"p\"") && shown.out.contains("main.pf.hcl"), "{}", shown.out);
}

/// As `terraform validate` does: what can be told without their values is told.
#[test]
fn a_value_under_the_name_that_terraform_gives_it_is_told_of() {
    let lab = Lab::new("variable \"level\" {}\n");
    let mut plan = lab.patchform_command("plan");
    plan.env("TF_VAR_level", "hunter2");
    Ran::of(plan.output().unwrap())
        .exits(1)
        .says("The environment has TF_VAR_level, which is not read: here its name is PF_VAR_level");
    lab.write("terraform.tfvars", "level = \"hunter2\"\n");
    let done = lab.patchform("plan").exits(1);
    let done = done.says("terraform.tfvars is not read").says("patchform.pfvars, or give it with");
    assert!(!done.err.contains("hunter2"), "{}", done.err);
}

#[test]
fn a_configuration_is_looked_through_without_the_values_of_its_variables() {
    let text = r#"
variable "level" {}
variable "hosts" {
  type = list(string)
}
component "command" "web" {
  for_each    = toset(var.hosts)
  patch_level = var.level
  read        = ["cat", each.key]
  patch       = ["true"]
}
output "level" {
  value = "${var.level}-${length(var.hosts)}"
}
"#;
    let lab = Lab::new(text);
    let valid = lab.patchform("validate").exits(0);
    valid
        .says("2 variables have no value yet")
        .says("They are level (main.pf.hcl:2), hosts (main.pf.hcl:")
        .says("valid: all of it that can be checked without the values of its variables");
    let json: serde_json::Value =
        serde_json::from_str(&lab.patchform("validate --json").exits(0).out).unwrap();
    assert_eq!((&json["valid"], &json["warning_count"]), (&true.into(), &1.into()));
    lab.patchform("validate --var level=1 --var hosts=[\"a\",\"b\"]").exits(0).says("valid: 2 components");
    lab.patchform("plan").exits(1).says("The variable \"level\" has no value");
    for (right, wrong, says) in [
        ("[\"cat\", each.key]", "\"cat ${each.key}\"", "a list is required"),
        ("length(var.hosts)", "lenght(var.hosts)", "Did you mean length?"),
        ("patch       =", "pathc       =", "Did you mean \"patch\"?"),
        ("length(var.hosts)", "upper(var.hosts)", "a string is required, not a list"),
        ("length(var.hosts)", "var.hosts[0].name", "A string has no attributes"),
        ("toset(var.hosts)", "var.hosts", "\"for_each\" must be a map or a set of strings"),
        ("[\"cat\", each.key]", "[\"cat\", each.key.name]", "A string has no attributes"),
    ] {
        lab.write("main.pf.hcl", text.replace(right, wrong));
        lab.patchform("validate").exits(1).says(says).says("2 variables have no value yet");
    }
}

#[test]
fn providers_judge_what_rests_on_nothing_without_a_value() {
    let whole = r#"
variable "on" {
  type = set(string)
}
component "command" "a" {
  patch_level = "1"
  read        = ["cat", "a"]
  patch       = ["true"]
  timeout     = "3x"
}
"#;
    let other = |more: &str| {
        format!(
            "component \"command\" \"b\" {{\n patch_level = \"1\"\n read = [\"cat\", \"b\"]\n patch = [\"true\"]\n {more}\n}}\n"
        )
    };
    let lab = Lab::new(whole);
    for more in [
        other("for_each = var.on"),
        other("count = length(var.on)"),
        other("env = { A = one(var.on) }"),
        "output \"on\" {\n value = var.on\n}\n".to_string(),
    ] {
        let text = format!("{whole}{more}");
        lab.write("main.pf.hcl", &text);
        let told = lab.patchform("validate").exits(1).says("\"3x\" is no period").says("has no value yet");
        told.says("component = command.a").says("the configuration has 1 error");
        lab.write("main.pf.hcl", text.replace("3x", "3s"));
        lab.patchform("validate").exits(0).says("valid: all of it that can be checked");
        lab.patchform("plan").exits(1).says("The variable \"on\" has no value");
    }
}
