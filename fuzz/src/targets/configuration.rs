//! A configuration as `validate` reads it, without a disk: several files in one input, the bundled providers' schemas.

use super::pointing;
use patchform::config::levels::Resolved;
use patchform::config::scope::Files;
use patchform::config::{
    Config, Given, Parsed, Schemas, Sources, Surroundings, VariableFile, VariableInputs, check, parse,
};
use patchform::graph::{dot, mermaid};
use patchform::model::Diagnostics;
use patchform::plan::drawing;
use patchform_provider_command::Commands;
use patchform_provider_release::Releases;
use patchform_sdk::Provider as _;
use std::sync::OnceLock;

/// A line that begins so names what follows: a file, `--var`, or `env NAME`. What comes before the first such line is
/// the file `main.pf.hcl`.
const MARK: &str = "####";

/// Reads, checks and draws it.
pub fn run(data: &[u8]) {
    let mut scene = Scene::default();
    for (name, bytes) in parts(data) {
        scene.add(&name, bytes);
    }
    let (parsed, found) = parse(&scene.sources);
    let broken = found.has_errors() || scene.problems.has_errors();
    scene.problems.0.extend(found.0);
    if let Some(config) = scene.check(&parsed).filter(|_| !broken) {
        consistent(&config);
    } else {
        // What follows from a text that could not be read is left out, so that both are looked at together.
        assert!(scene.problems.has_errors(), "refused, but nothing is said");
    }
    pointing::check(&scene.problems, &scene.sources);
}

/// The parts of an input, by name.
fn parts(data: &[u8]) -> Vec<(String, &[u8])> {
    let mut parts = vec![("main.pf.hcl".to_string(), 0..0)];
    let mut at = 0;
    for line in data.split_inclusive(|b| *b == b'\n') {
        let start = at;
        at += line.len();
        if let Some(name) = line.strip_prefix(MARK.as_bytes()) {
            parts.push((String::from_utf8_lossy(name).trim().to_string(), at..at));
        } else if let Some((_, range)) = parts.last_mut() {
            *range = if range.start == range.end { start..at } else { range.start..at };
        }
    }
    parts.into_iter().map(|(name, range)| (name, &data[range])).collect()
}

#[derive(Default)]
struct Scene {
    sources: Sources,
    problems: Diagnostics,
    inputs: VariableInputs,
}

impl Scene {
    fn add(&mut self, name: &str, bytes: &[u8]) {
        let text = || String::from_utf8_lossy(bytes).trim_end().to_string();
        if name == "--var" {
            self.inputs.arguments.push(Given::Variable(text()));
            return;
        }
        // As `validate` looks a configuration through.
        if name == "without_values" {
            self.inputs.may_lack = true;
            return;
        }
        if let Some(variable) = name.strip_prefix("env ") {
            self.inputs.environment.push((variable.to_string(), text().into()));
            return;
        }
        match self.sources.add(name, bytes) {
            Err(problem) => self.problems.push(problem),
            Ok(id) if name.starts_with("patchform.pfvars") => {
                self.inputs.files.push((id, VariableFile::Default))
            }
            Ok(id) if name.contains(".auto.pfvars") => self.inputs.files.push((id, VariableFile::Auto)),
            Ok(id) if name.contains(".pfvars") => self.inputs.arguments.push(Given::File(id)),
            Ok(_) => {}
        }
    }

    fn check(&mut self, parsed: &Parsed) -> Option<Config> {
        let around = Surroundings {
            files: &Made,
            folder: ".",
            working_folder: "/work",
            workspace: "default",
            levels: Resolved::NONE,
        };
        match check(parsed, &mut self.sources, schemas(), &self.inputs, &around) {
            Ok((config, warnings)) => {
                assert!(!warnings.has_errors(), "checked, with errors");
                self.problems.0.extend(warnings.0);
                Some(config)
            }
            Err(wrong) => {
                self.problems.0.extend(wrong.0);
                None
            }
        }
    }
}

/// Promises of a configuration that was checked: sorted, no circle, and it can be drawn.
fn consistent(config: &Config) {
    assert!(config.components.is_sorted_by(|a, b| a.address < b.address), "not sorted, or twice");
    let (graph, nodes) = drawing::of_config(config).expect("a checked configuration has no circle");
    assert_eq!(graph.len(), config.components.len());
    assert!(!dot::draw(&graph, &nodes).is_empty() && !mermaid::draw(&graph, &nodes).is_empty());
}

/// What the two bundled providers say of themselves, and a third that must be configured.
fn schemas() -> &'static Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    SCHEMAS.get_or_init(|| {
        let apt = serde_json::json!({
            "arguments": { "mirror": { "type": "string", "required": true }, "key": { "type": "string", "sensitive": true } },
            "kinds": { "apt": { "class": "operating_system", "level": "map", "scheme": "dpkg",
                "arguments": { "tags": { "type": ["list", "string"] }, "port": { "type": "number", "default": 80 },
                               "zones": { "type": ["map", "bool"] } } } }
        });
        let mut schemas = Schemas::new();
        schemas.add("release", Releases.describe());
        schemas.add("command", Commands.describe());
        schemas.add("apt", serde_json::from_value(apt).expect("a description"));
        schemas
    })
}

/// Files that follow from their names: no disk is touched.
struct Made;

impl Files for Made {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            p if p.contains("missing") => Err("no such file".into()),
            p if p.ends_with(".json") => Ok(br#"{"a":[1,null,"x"],"b":{"c":0.5}}"#.to_vec()),
            p if p.ends_with(".bin") => Ok(vec![0xff, 0, 0x80]),
            p => Ok(format!("{p}\n${{upper(\"x\")}}\n").into_bytes()),
        }
    }

    fn list(&self, _: &str, _: usize) -> Result<Vec<String>, String> {
        Ok(vec!["web".to_string(), "inner.conf".to_string()])
    }
}
