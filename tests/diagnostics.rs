//! Every mistake that a user can make has a folder under `tests/diagnostics`: `*.pf.hcl` and `*.pfvars` files, an
//! optional `inputs.txt` (lines `env NAME=value`, `var name=value`, `file path`), and what is said in `expected.txt`.
//! `UPDATE=1` writes the expectations anew.

use patchform::config::checked::SecretSource;
use patchform::config::levels::Resolved;
use patchform::config::lock::Lock;
use patchform::config::request::Request;
use patchform::config::scope::Files;
use patchform::config::{
    Config, Given, Schemas, Sources, Surroundings, VariableFile, VariableInputs, check, parse,
};
use patchform::model::{Diagnostics, FileId};
use patchform::ops::files::FilesOnDisk;
use patchform::report::diagnostic::{Look, draw_all};
use patchform_sdk::message::Description;
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        fs::read(self.0.join(path)).map_err(|e| e.kind().to_string())
    }

    fn list(&self, folder: &str, levels: usize) -> Result<Vec<String>, String> {
        FilesOnDisk::default().list(&self.0.join(folder).to_string_lossy(), levels)
    }

    fn run(&self, program: &[String], input: &str, within: Duration) -> Result<Vec<u8>, String> {
        FilesOnDisk::default().run(program, input, within)
    }

    fn fetch(&self, request: &Request) -> Result<Vec<u8>, String> {
        FilesOnDisk::default().fetch(request)
    }

    fn secret(&self, source: &SecretSource) -> Result<Vec<u8>, String> {
        match source {
            SecretSource::Content(path) => self.read(path),
            _ => FilesOnDisk::default().secret(source),
        }
    }
}

/// No files, no programs, no servers: what chance has written is read by nobody.
struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("not found".to_string())
    }
}

fn schemas() -> Schemas {
    let table = json!({
        "release": {
            "arguments": {},
            "kinds": { "release": {
                "class": "other", "level": "single", "scheme": "natural",
                "arguments": {
                    "path": { "type": "string", "required": true, "description": "Where the versions stand." },
                    "artifacts": { "type": ["map", "string"] },
                    "port": { "type": "number", "default": 80 },
                    "token": { "type": "string", "sensitive": true },
                    "tags": { "type": ["list", "string"] }
                }
            } }
        },
        "apt": {
            "arguments": { "mirror": { "type": "string", "required": true } },
            "kinds": { "firmware": { "scheme": "semver" }, "apt": { "class": "operating_system", "level": "map", "scheme": "dpkg", "arguments": {} } }
        },
        "haproxy": {
            "traffic": { "haproxy": { "arguments": {
                "socket": { "type": "string", "required": true, "description": "The admin socket." },
                "backend": { "type": "string", "required": true },
                "min_serving": { "type": "number", "default": 1 }
            }, "blocks": true }, "pool": { "arguments": {} } }
        },
        "one": { "kinds": { "shared": {}, "var": {} }, "traffic": { "balancer": { "arguments": {} } } },
        "two": { "kinds": { "shared": {} }, "traffic": { "balancer": { "arguments": {} } } },
        "unordered": { "kinds": { "own": { "scheme": "provider" } } },
        "wrong": { "kinds": { "odd": { "arguments": { "a": { "type": "strange" } } } } }
    });
    let rows = table.as_object().unwrap();
    rows.iter()
        .map(|(name, d)| (name.clone(), serde_json::from_value::<Description>(d.clone()).unwrap()))
        .collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Reads a folder's files as the program does: what cannot be read as text is said first.
fn add_files(folder: &Path, sources: &mut Sources, problems: &mut Diagnostics) -> VariableInputs {
    // As `validate` looks a configuration through.
    let may_lack = folder.join("without_values").exists();
    let mut inputs = VariableInputs { may_lack, ..VariableInputs::default() };
    let mut paths = files_below(folder);
    paths.sort();
    let mut add = |path: &Path| -> Option<FileId> {
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
        match sources.add(name, &fs::read(path).unwrap()) {
            Ok(file) => Some(file),
            Err(problem) => {
                problems.push(problem);
                None
            }
        }
    };
    for path in &paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let which = match name {
            "patchform.pfvars" => Some(VariableFile::Default),
            name if name.ends_with(".auto.pfvars") || name.ends_with(".auto.pfvars.json") => {
                Some(VariableFile::Auto)
            }
            _ => None,
        };
        if name.ends_with(".pf.hcl") || name.ends_with(".pf.json") {
            add(path);
        } else if let Some(which) = which {
            inputs.files.extend(add(path).map(|file| (file, which)));
        } else if name == "inputs.txt" {
            for line in fs::read_to_string(path).unwrap().lines() {
                let (what, value) = line.split_once(' ').unwrap();
                match what {
                    "env" => {
                        let (key, value) = value.split_once('=').unwrap();
                        inputs.environment.push((key.to_string(), value.to_string().into()));
                    }
                    "var" => inputs.arguments.push(Given::Variable(value.to_string())),
                    "file" => inputs.arguments.extend(add(&folder.join(value)).map(Given::File)),
                    other => panic!("{other} in {}", path.display()),
                }
            }
        }
    }
    inputs
}

/// What is said about a folder, and the configuration when nothing stops it.
fn examine(folder: &Path) -> (String, Option<Config>) {
    let mut sources = Sources::new();
    let mut problems = Diagnostics::default();
    let inputs = add_files(folder, &mut sources, &mut problems);
    let (parsed, mut wrong) = parse(&sources);
    // As the program does: what may be a secret is not shown, nor repeated.
    parsed.conceal(&mut sources, &wrong);
    sources.conceal_words(&mut wrong);
    problems.0.extend(wrong.0);
    let broken = problems.has_errors();
    let files = Folder(folder.to_path_buf());
    let lock = std::fs::read_to_string(folder.join("patchform.lock.hcl")).unwrap_or_default();
    let mut locks = Sources::new();
    let file = locks.add_text("patchform.lock.hcl", &lock);
    let levels = match Lock::read(&locks, file) {
        Ok(lock) => lock.levels,
        Err(wrong) => return (draw_all(&wrong, &locks, Look::PLAIN), None),
    };
    let around = Surroundings {
        files: &files,
        folder: ".",
        working_folder: "/work",
        workspace: "default",
        levels: Resolved::All(&levels),
    };
    let config = match check(&parsed, &mut sources, &schemas(), &inputs, &around) {
        Ok((checked, warnings)) => {
            problems.0.extend(warnings.0);
            Some(checked).filter(|_| !broken)
        }
        Err(wrong) => {
            problems.0.extend(wrong.0);
            None
        }
    };
    (draw_all(&problems, &sources, Look::PLAIN), config)
}

/// A short form of what a good configuration came to.
fn outline(config: &Config) -> String {
    assert!(config.components.is_sorted_by(|a, b| a.address < b.address));
    let mut out = String::new();
    for component in &config.components {
        let _ = write!(out, "{} = {} {}", component.address, component.level, component.arguments.to_json());
        let provider = &config.providers[component.provider];
        if !provider.alias.is_empty() {
            let _ = write!(out, " by {}.{}", provider.name, provider.alias);
        }
        if !component.rollout.name.is_empty() {
            let _ = write!(out, " rollout {} of {}", component.rollout.name, component.rollout.max_parallel);
        }
        if let Some(vendor) = component.vendor {
            let _ = write!(out, " vendor {}", config.vendors[vendor].name());
        }
        for window in &component.windows {
            let _ = write!(out, " window {}", config.windows[*window].name);
        }
        for blackout in &component.blackouts {
            let _ = write!(out, " blackout {}", config.blackouts[*blackout].name);
        }
        for secret in &component.secrets {
            let _ = write!(out, " secret {:?} = var.{}", secret.path, secret.variable);
        }
        for check in &component.checks {
            let _ = write!(out, " check {} {:?}", check.name, check.probe);
        }
        if component.connection.kind != "local" {
            let _ = write!(out, " by {} {:?}", component.connection.kind, component.connection.arguments);
        }
        for dependency in &component.after {
            let _ = write!(out, " after {}", config.components[dependency.on].address);
        }
        out.push('\n');
    }
    for (name, origin) in &config.secret_sources {
        let _ = writeln!(out, "var.{name} from {:?}", origin.source);
    }
    for one in &config.moves {
        let _ = writeln!(out, "moved {} → {}", one.from, one.to);
    }
    for check in &config.assertions {
        let _ = writeln!(out, "{} {:?}", check.address, check.failed);
    }
    for output in &config.outputs {
        let _ = writeln!(out, "output {} = {}", output.name, output.value);
    }
    out
}

#[test]
fn every_mistake_is_told_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let update = std::env::var_os("UPDATE").is_some();
    let mut folders: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(folders.len() >= 50, "{} cases", folders.len());
    let mut wrong = Vec::new();
    for folder in &folders {
        let (said, config) = examine(folder);
        let found = match &config {
            Some(config) => format!("{said}{}", outline(config)),
            None => said,
        };
        let path = folder.join("expected.txt");
        if update {
            fs::write(&path, &found).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != found {
            wrong.push(format!("== {}\n{found}", folder.file_name().unwrap().to_string_lossy()));
        }
    }
    assert!(
        wrong.is_empty(),
        "these differ from expected.txt (UPDATE=1 rewrites them):\n{}",
        wrong.join("\n")
    );
}

/// Reads, checks and draws a text, whatever it is.
fn swallow(bytes: &[u8]) -> (String, Option<Config>) {
    let mut sources = Sources::new();
    let mut problems = Diagnostics::default();
    problems.0.extend(sources.add("main.pf.hcl", bytes).err());
    let (parsed, wrong) = parse(&sources);
    let broken = wrong.has_errors() || problems.has_errors();
    problems.0.extend(wrong.0);
    let around = Surroundings {
        files: &Nothing,
        folder: ".",
        working_folder: "/work",
        workspace: "default",
        levels: Resolved::NONE,
    };
    let given = [("hosts", "[\"a\"]"), ("password", "x")].map(|(k, v)| (format!("PF_VAR_{k}"), v.into()));
    let inputs = VariableInputs { environment: given.into(), ..VariableInputs::default() };
    // Even what could be read of a broken text must be checked without a panic.
    let config = match check(&parsed, &mut sources, &schemas(), &inputs, &around) {
        Ok((config, warnings)) => {
            problems.0.extend(warnings.0);
            Some(config).filter(|_| !broken)
        }
        Err(wrong) => {
            problems.0.extend(wrong.0);
            None
        }
    };
    let _ = patchform::report::diagnostic::to_json(&problems, &sources);
    (draw_all(&problems, &sources, Look::PLAIN), config)
}

fn corpus() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut paths = files_below(&root);
    paths.retain(|path| path.to_str().unwrap().contains(".pf."));
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}

#[test]
fn mutated_texts_never_panic_and_never_fail_silently() {
    let corpus = corpus();
    let words: [&[u8]; 24] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b"${",
        b"<<E\n",
        b"\n",
        b"=",
        b"null",
        b"for",
        b"...",
        b"0",
        b"\xff",
        b"\0",
        b".",
        b"[*]",
        b"each.key",
        b"1e999999999",
        b"var.password",
        b"count = 3\n",
        b"?",
        b"release.api",
        b"\xc3\xb6",
    ];
    // A fixed generator: a failure comes again.
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below.max(1) as u64) as usize
    };
    for round in 0..3_000 {
        let mut text = corpus[round % corpus.len()].clone();
        for _ in 0..1 + next(4) {
            let at = next(text.len() + 1);
            match next(4) {
                0 => drop(text.splice(at..at, words[next(words.len())].iter().copied())),
                1 => drop(text.drain(at..(at + next(12)).min(text.len()))),
                2 => text.truncate(at.max(1)),
                _ => {
                    let other = &corpus[next(corpus.len())];
                    let from = next(other.len());
                    let to = (from + next(60)).min(other.len());
                    drop(text.splice(at..at, other[from..to].iter().copied()));
                }
            }
        }
        let (said, config) = swallow(&text);
        assert!(
            config.is_some() || said.contains("error: "),
            "nothing was said about {:?}",
            String::from_utf8_lossy(&text)
        );
    }
}

/// What this process has spent of the processors, in seconds.
fn spent() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let behind_name = stat.rsplit(')').next().unwrap();
    let ticks = behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}

/// A hostile text of about `n` bytes, and what is said of it.
type Hostile = (&'static str, fn(usize) -> String, &'static str);

const HOSTILE: [Hostile; 9] = [
    ("string", |n| in_locals(&format!("\"{}\"", "x".repeat(n))), "too large"),
    ("list", |n| in_locals(&format!("[{}]", "1,".repeat(n / 2))), "too large"),
    ("one line of garbage", |n| in_locals(&"(".repeat(n)), "too deeply"),
    ("heredoc", |n| format!("locals {{\n  a = <<E\n{}", "x\n".repeat(n / 2)), "never closed"),
    ("no newline", |n| "x".repeat(n), "error"),
    ("zero bytes", |n| "\0".repeat(n), "error"),
    ("quotes", |n| in_locals(&"\"\n".repeat(n / 2)), "does not end on its line"),
    (
        "names",
        |n| {
            let name = |i| format!("  a{i} = local.a{}\n", i + 1);
            format!("locals {{\n{}}}\n", (0..n / 500).map(name).collect::<String>())
        },
        "no local value",
    ),
    (
        "inner blocks that are not closed",
        |n| "component \"release\" \"a\" {\n  check {\n    b {\n  }\n}\n".repeat(n / 50),
        "too deeply",
    ),
];

fn in_locals(value: &str) -> String {
    format!("locals {{\n  a = {value}\n}}\n")
}

#[test]
fn huge_texts_end_in_a_message_soon() {
    for (name, text, expected) in HOSTILE {
        // What is refused by its size alone must have that.
        let least = if expected == "too large" { 9_000_000 } else { 2_500_000 };
        let times = [least, 4 * least].map(|n| {
            let text = text(n);
            let before = spent();
            let (said, config) = swallow(text.as_bytes());
            assert!(
                config.is_none() && said.contains(expected),
                "{name}: {}",
                &said[..said.len().min(2_000)]
            );
            assert!(said.len() < 100_000, "{name}: {} bytes are said", said.len());
            spent() - before
        });
        println!("{name}: {times:.1?} s");
        // Four times as much text takes four times as long; sixteen times would be its square.
        let [small, large] = times;
        assert!(large < 8.0 * small.max(0.5), "{name}: {times:.1?} s");
    }
}
