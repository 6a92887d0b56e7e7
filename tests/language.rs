//! The language as a first user writes it: awkward and legitimate configurations through the binary.

mod lab;

use lab::Lab;
use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::process::Stdio;

const FLEET: &str = r#"
patchform {
  required_version = "~> 0.1"
}

variable "fleet" {
  type = map(object({
    port   = number
    zone   = optional(string, "eu")
    tags   = optional(set(string), [])
    limits = optional(object({ cpu = optional(number, 1), mem = optional(string, "1G") }), {})
  }))

  validation {
    condition     = length(var.fleet) > 0
    error_message = "The fleet is empty (has ${length(var.fleet)})."
  }
}

variable "level" { type = string }

variable "nothing" {
  type    = string
  default = null
}

variable "n" { default = 2 }

locals {
  by_zone = { for name, node in var.fleet : node.zone => name... }
  zones   = toset(keys(local.by_zone))
  deep    = merge([for z in local.zones : { for n in local.by_zone[z] : "${z}/${n}" => var.fleet[n] }]...)
  script  = <<-EOT
    #!/bin/sh
    %{for name, node in var.fleet~}
    echo "${name}=${node.port}" '$${HOME}' %%{x}
    %{endfor~}
  EOT
}
"#;

/// In a file of its own that sorts before the one with the variables.
const COMPONENTS: &str = r#"
component "command" "node" {
  for_each    = local.deep
  patch_level = var.level
  class       = each.value.zone == "eu" ? "operating_system" : "other"
  read        = ["sh", "-c", "cat 'n-${replace(each.key, "/", "_")}' 2>/dev/null; true"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > 'n-${replace(each.key, "/", "_")}'; echo \"$LIMIT $TAGS $NOTE\" > env-${each.value.zone}"]
  env = {
    LIMIT = each.value.limits.cpu
    TAGS  = join(",", sort(each.value.tags))
    NOTE  = var.nothing == null ? "none" : var.nothing
  }
  lifecycle { allow_irreversible = true }
}

component "command" "pool" {
  count       = var.n
  patch_level = "1.${count.index}"
  depends_on  = [command.node]
  read        = ["sh", "-c", "cat pool${count.index} 2>/dev/null; true"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > pool${count.index}"]
  target      = var.nothing
  lifecycle { allow_irreversible = true }
}

component "command" "zone" {
  for_each    = local.zones
  patch_level = coalesce(var.nothing, "3")
  read        = ["sh", "-c", "cat z${each.value} 2>/dev/null; true"]
  patch       = ["sh", "-c", "echo \"$ALL $S\" > all; echo 3 > z${each.key}"]
  env = {
    ALL = jsonencode([for n in command.node : n.patch_level])
    S   = join(" ", command.pool[*].patch_level)
  }
  lifecycle { allow_irreversible = true }
}

output "script" { value = local.script }
output "zones" { value = local.by_zone }
output "limits" { value = [for key, node in command.node : "${key}:${node.env.LIMIT}"] }
"#;

fn fleet() -> Lab {
    let lab = Lab::new(FLEET);
    lab.write("components.pf.hcl", COMPONENTS);
    lab.write(
        "patchform.pfvars",
        "level = \"1\"\nfleet = {\n  web-a = { port = 80, tags = [\"b\", \"a\", \"a\"] }\n  \"web-b\" : { port = \"81\", zone = \"us\", limits = { cpu = 2 } },\n}\n",
    );
    lab
}

#[test]
fn awkward_values_reach_the_commands() {
    let lab = fleet();
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("env-eu"), "1 a,b none\n");
    assert_eq!(lab.read("env-us"), "2  none\n");
    assert_eq!(lab.read("all"), "[\"1\",\"1\"] 1.0 1.1\n");
    let outputs: Json = serde_json::from_str(&lab.patchform("output --json").exits(0).out).expect("JSON");
    assert_eq!(outputs["zones"]["value"], json!({"eu": ["web-a"], "us": ["web-b"]}));
    assert_eq!(outputs["limits"]["value"], json!(["eu/web-a:1", "us/web-b:2"]));
    // As terraform 1.9 gives it, to the last blank.
    let script = "#!/bin/sh\n    echo \"web-a=80\" '${HOME}' %{x}\n    echo \"web-b=81\" '${HOME}' %{x}\n";
    assert!(outputs["script"]["value"].as_str().is_some_and(|s| s.starts_with(script)), "{outputs}");
    lab.patchform("plan --detailed-exitcode").exits(0);
}

#[test]
fn files_that_are_read_by_themselves_go_by_their_names() {
    let lab = fleet();
    let level_is = |level: &str, given: &str| {
        lab.patchform(&format!("plan {given}")).exits(0).says(&format!("(absent) → {level}"));
    };
    level_is("1", "");
    lab.write("patchform.pfvars.json", "{\"level\": \"2\"}");
    level_is("2", "");
    lab.write("b.auto.pfvars", "level = \"4\"\n");
    lab.write("a.auto.pfvars.json", "{\"level\": \"3\"}");
    level_is("4", "");
    lab.write("given", "level = \"5\"\n");
    level_is("5", "--var-file given");
    level_is("6", "--var-file given --var level=6");
    level_is("5", "-var level=6 -var-file=given");
}

#[test]
fn what_is_wrong_with_a_variable_is_told_with_its_place() {
    let lab = fleet();
    lab.patchform("plan --var fleet={}").exits(1).says("The fleet is empty (has 0).").says("--var:1:7");
    lab.patchform("plan --var fleet={a={port=\"x\"}}")
        .exits(1)
        .says("fleet[\"a\"].port: a number is required");
}

#[test]
fn a_provider_block_with_an_alias_is_used() {
    let lab = Lab::new(
        "provider \"command\" { alias = \"night\" }\ncomponent \"command\" \"a\" {\n  provider = command.night\n  patch_level = \"1\"\n  read = [\"sh\", \"-c\", \"cat a; true\"]\n  patch = [\"sh\", \"-c\", \"echo 1 > a\"]\n  lifecycle { allow_irreversible = true }\n}\n",
    );
    lab.patchform("plan --out p").exits(0);
    lab.patchform("apply p").exits(0);
    assert_eq!(lab.read("a"), "1\n");
}

#[test]
fn a_provider_of_another_version_is_refused() {
    let lab = Lab::empty();
    let require = |row: &str| {
        lab.write("main.pf.hcl", format!("patchform {{\n  required_providers {{\n    {row}\n  }}\n}}\n"));
    };
    require("command = { version = \">= 2\" }");
    for command in ["init", "validate", "plan"] {
        lab.patchform(command).exits(1).says("is version 0.1.0").says("\">= 2\"");
    }
    let python = format!("{}/examples/provider-python/provider.py", env!("CARGO_MANIFEST_DIR"));
    lab.write("other.pf.hcl", "output \"a\" {\n  value = var.missing\n}\n");
    require("command = { version = \">= 2\" }");
    lab.patchform("validate")
        .exits(1)
        .says("--> main.pf.hcl:3:27")
        .says("0.1.0 does not fit")
        .says("There is no variable \"missing\"");
    lab.write("other.pf.hcl", "");
    require(&format!("note = {{ source = \"{python}\", version = \"~> 7.0\" }}"));
    lab.patchform("init")
        .exits(1)
        .says("is version 0.1.0")
        .says("~> 7.0")
        .says("required_providers")
        .says("--> main.pf.hcl:3:");
    require(&format!("note = {{ source = \"{python}\", version = \">= 0.1\" }}"));
    lab.patchform("init").exits(0);
}

/// `"//"` is a comment where a block's body is written, and a name as any other within a value.
#[test]
fn a_comment_in_json_is_a_property_of_a_body() {
    let lab = Lab::new("");
    let value = r#"{ "//": "c", "a": 1 }"#;
    lab.write(
        "main.pf.json",
        format!(
            r#"{{ "//": "c", "variable": {{ "v": {{ "//": "c", "default": {value} }}, "given": {{}} }},
                  "locals": {{ "//": "c", "x": {value} }} }}"#
        ),
    );
    lab.write("patchform.pfvars.json", format!(r#"{{ "//": "c", "given": {value} }}"#));
    lab.patchform("init").exits(0);
    let mut command = lab.patchform_command("console");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let asked = "jsonencode([local.x, var.v, var.given])\n";
    child.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(said.matches(r#"\"//\":\"c\""#).count(), 3, "{said}");
}

/// As one system writes a letter and another system does: decomposed, and composed.
#[test]
fn a_name_is_one_in_both_forms_of_unicode() {
    let lab = Lab::new(
        "variable \"ma\u{f1}ana\" {\n  default = 1\n}\nlocals {\n  e\u{301} = var.man\u{303}ana + 1\n}\n\
         output \"u\u{308}\" {\n  value = local.\u{e9} + local.j\u{e9}\n}\n\
         output \"\u{915}\u{94d}\u{937}\" {\n  value = { e\u{301} = 1 }.\u{e9}\n}\n",
    );
    lab.write(
        "j.pf.json",
        "{ \"locals\": { \"je\u{301}\": 3 }, \"output\": { \"o\u{308}\": { \"value\": 1 } } }",
    );
    lab.patchform("apply --auto-approve").exits(0);
    let said = lab.patchform("output --json").exits(0).out;
    let outputs: Json = serde_json::from_str(&said).unwrap();
    assert_eq!(outputs["\u{fc}"]["value"], 5, "{said}");
    assert_eq!(
        (&outputs["\u{f6}"]["value"], &outputs["\u{915}\u{94d}\u{937}"]["value"]),
        (&json!(1), &json!(1))
    );
}
