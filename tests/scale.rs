//! Large configurations: checked in time and memory that grow with their size. Prints what each costs.

use patchform::config::levels::Resolved;
use patchform::config::scope::Files;
use patchform::config::{Config, Schemas, Sources, Surroundings, VariableInputs, check, parse};
use patchform::model::Diagnostics;
use patchform_sdk::message::Description;
use serde_json::json;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("not here".to_string())
    }
}

fn checked(name: &str, text: &str) -> Result<Config, Diagnostics> {
    checked_files(name, &[("main.pf.hcl", text)])
}

fn checked_files(name: &str, files: &[(&str, &str)]) -> Result<Config, Diagnostics> {
    let kinds = json!({ "kinds": { "note": {
        "scheme": "natural",
        "arguments": { "path": { "type": "string", "required": true }, "text": { "type": "string" } }
    } } });
    let mut schemas = Schemas::new();
    schemas.add("note", serde_json::from_value::<Description>(kinds).unwrap());
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes()).unwrap();
    }
    let started = Instant::now();
    let (parsed, problems) = parse(&sources);
    let parsing = started.elapsed();
    assert!(!problems.has_errors(), "{problems:?}");
    let around = Surroundings {
        files: &NoFiles,
        folder: ".",
        working_folder: "/",
        workspace: "default",
        levels: Resolved::NONE,
    };
    let config = check(&parsed, &mut sources, &schemas, &VariableInputs::default(), &around);
    let took = started.elapsed();
    println!("{name}: {} bytes, read {parsing:.0?}, read and checked {took:.0?}", files[0].1.len());
    // Hundreds of times what it takes: only a cost that grows with the square can reach it.
    assert!(took < Duration::from_secs(60), "{name} took {took:?}");
    config.map(|(config, _)| config)
}

fn edges(config: &Config) -> usize {
    config.components.iter().map(|c| c.after.len()).sum()
}

const N: usize = 10_000;

#[test]
fn ten_thousand_blocks_with_three_references_each() {
    let mut text = String::new();
    for i in 0..N {
        let _ = write!(
            text,
            "component \"note\" \"c{i}\" {{\n  path        = \"out/c{i}\"\n  patch_level = \"1.0\"\n"
        );
        if i > 2 {
            let at = |k: usize| (i * 7919 + k * 104_729) % i;
            let _ = writeln!(text, "  text        = \"${{note.c{}.path}} ${{note.c{}.path}}\"", at(1), at(2));
            let _ = writeln!(text, "  depends_on  = [note.c{}]", at(3));
        }
        text.push_str("}\n\n");
    }
    let config = checked("random graph", &text).unwrap();
    assert_eq!(config.components.len(), N);
    assert!(edges(&config) > 2 * N && edges(&config) <= 3 * N);
}

#[test]
fn ten_thousand_keys_of_a_literal_map() {
    let mut text = String::from("locals {\n  nodes = {\n");
    for i in 0..N {
        let _ = writeln!(text, "    k{i} = {{ path = \"out/k{i}\", port = {i} }}");
    }
    text.push_str(
        "  }\n}\n\ncomponent \"note\" \"c\" {\n  for_each    = local.nodes\n  patch_level = \"1.0\"\n",
    );
    text.push_str("  path        = local.nodes[each.key].path\n  text        = each.value.path\n}\n");
    let config = checked("literal map", &text).unwrap();
    assert_eq!(config.components.len(), N);
    let last = config.components.iter().find(|c| c.address.to_string() == "note.c[\"k9999\"]").unwrap();
    assert_eq!(last.arguments.to_json(), json!({ "path": "out/k9999", "text": "out/k9999" }));
}

/// Small in memory, of 2^20 elements when written out; types of many levels. Whoever asked at each level anew would be at it
/// for hours.
#[test]
fn values_within_values_are_looked_at_once() {
    let mut text = String::from("locals {\n  a0 = [1, null]\n  b0 = [\"x\", 2]\n");
    for i in 0..20 {
        let _ = writeln!(
            text,
            "  a{} = [local.a{i}, local.a{i}]\n  b{} = [local.b{i}, local.b{i}]",
            i + 1,
            i + 1
        );
    }
    for i in 0..300 {
        let _ = writeln!(
            text,
            "  c{i} = {} ? local.a20 : local.b20\n  d{i} = tolist(local.b{})",
            i % 2 == 0,
            i % 20
        );
    }
    let (levels, nested) = (("list(".repeat(50), ")".repeat(50)), ("[".repeat(50), "]".repeat(50)));
    let _ = writeln!(
        text,
        "}}\nvariable \"deep\" {{\n  type    = {}any{}\n  default = {}{}\n}}",
        levels.0, levels.1, nested.0, nested.1
    );
    checked("shared values", &text).unwrap();
}

#[test]
fn a_chain_of_ten_thousand() {
    let mut text = String::new();
    for i in 0..N {
        let path = if i + 1 < N { format!("${{note.c{}.path}}x", i + 1) } else { "x".to_string() };
        // The text must not grow along the chain.
        let _ = writeln!(
            text,
            "component \"note\" \"c{i}\" {{\n  path = substr(\"{path}\", 0, 3)\n  patch_level = \"1\"\n}}"
        );
    }
    assert_eq!(edges(&checked("chain", &text).unwrap()), N - 1);
}

#[test]
fn one_block_of_ten_thousand_instances() {
    let text = format!(
        "locals {{\n  hosts = {{ for i in range({N}) : \"h${{i}}\" => {{ path = \"/${{i}}\" }} }}\n}}\n\
         component \"note\" \"db\" {{\n  for_each = local.hosts\n  path = local.hosts[each.key].path\n  patch_level = \"1\"\n}}\n\
         component \"note\" \"web\" {{\n  for_each = note.db\n  path = note.db[each.key].path\n  patch_level = \"2\"\n}}\n\
         component \"note\" \"last\" {{\n  path = \"/\"\n  patch_level = \"1\"\n  depends_on = [note.web]\n}}\n"
    );
    let config = checked("for_each", &text).unwrap();
    // Each instance of `web` waits for the instance of `db` with its key, not for all of them.
    assert_eq!(config.components.len(), 2 * N + 1);
    assert_eq!(edges(&config), 2 * N);
}

#[test]
fn a_hundred_million_edges_are_refused_with_a_way_out() {
    let block = |name: &str, rest: &str| {
        format!(
            "component \"note\" \"{name}\" {{\n  count = {N}\n  path = \"/\"\n  patch_level = \"1\"\n  {rest}\n}}\n"
        )
    };
    let text = block("a", "") + &block("b", "depends_on = [note.a]");
    let problems = checked("all to all", &text).unwrap_err();
    assert!(problems.0[0].summary.contains("Too many"), "{problems:?}");
    assert!(problems.0[0].help.contains("each.key"));
}

/// A module with two components, and a root that calls it.
fn modules(name: &str, root: &str) -> Config {
    let module = r#"
variable "key" {}
variable "base" { default = null }
component "note" "a" {
  path        = "a/${var.key}"
  patch_level = "1"
}
component "note" "b" {
  path        = "b/${note.a.path}"
  patch_level = "1"
  text        = var.base
}
output "path" { value = note.b.path }
"#;
    checked_files(name, &[("main.pf.hcl", root), ("m/main.pf.hcl", module)]).unwrap()
}

#[test]
fn a_module_repeated_ten_thousand_times() {
    let root = format!(
        r#"
locals {{ keys = {{ for i in range({N}) : "k${{i}}" => i }} }}
component "note" "base" {{
  for_each    = local.keys
  path        = "base/${{each.key}}"
  patch_level = "1"
}}
module "m" {{
  source   = "./m"
  for_each = local.keys
  key      = each.key
  base     = note.base[each.key].path
}}
component "note" "after" {{
  for_each    = local.keys
  path        = module.m[each.key].path
  patch_level = "1"
}}
"#
    );
    let config = modules("for_each of a module", &root);
    assert_eq!(config.components.len(), 4 * N);
    // Within each module one, from base to module one, from module to `after` one.
    assert_eq!(edges(&config), 3 * N);
}

#[test]
fn ten_thousand_calls_of_one_module() {
    let mut root = String::new();
    for i in 0..N {
        let _ = writeln!(root, "module \"m{i}\" {{\n  source = \"./m\"\n  key    = \"{i}\"");
        if i > 0 {
            let _ = writeln!(root, "  base   = module.m{}.path", i / 2);
        }
        root.push_str("}\n");
    }
    let config = modules("calls of a module", &root.replace("module.m0.path", "\"first\""));
    assert_eq!(config.components.len(), 2 * N);
    assert_eq!(edges(&config), N + N - 2);
}
