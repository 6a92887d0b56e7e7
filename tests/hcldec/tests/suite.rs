//! HCL's specification suite, as it is: `HCL_SPECSUITE=DIR cargo test -p hcldec --test suite`, where DIR holds its tests
//! (`*.t` with `*.hcldec` and `*.hcl` beside them). Our own cases in `cases/` have the same form and always run.

use patchform::config::convert::convert;
use patchform::config::eval::evaluate;
use patchform::config::scope::Scope;
use patchform::config::source::Sources;
use patchform::config::syntax::{self, Block, Body};
use patchform::config::types::Type;
use patchform::config::value::Value;
use patchform::model::Diagnostics;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::Command;

fn tests_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the suite").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|e| e == "t") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Body {
    let mut sources = Sources::new();
    let file = sources.add("test", &std::fs::read(path).expect("a file")).expect("text");
    let mut problems = Diagnostics::default();
    let body = syntax::read(&sources, file, &mut problems);
    assert!(!problems.has_errors(), "{}: {problems:?}", path.display());
    body
}

fn hcldec(test: &Path, options: &[&str]) -> (bool, Json) {
    let spec = test.with_extension("hcldec");
    let done = Command::new(env!("CARGO_BIN_EXE_hcldec"))
        .arg(format!("--spec={}", spec.display()))
        .arg("--diags=json")
        .args(options)
        .arg(test.with_extension("hcl"))
        .output()
        .expect("hcldec runs");
    let (text, works) = if done.status.success() { (&done.stdout, true) } else { (&done.stderr, false) };
    let said = String::from_utf8_lossy(text);
    (
        works,
        serde_json::from_slice(text).unwrap_or_else(|error| panic!("{}: {error}: {said}", test.display())),
    )
}

fn value(body: &Body, name: &str) -> Option<Value> {
    body.attribute(name).map(|a| evaluate(&a.value, &Scope::root()).expect("a value"))
}

/// A type where `any` fits everything.
fn conforms(ty: &Type, wanted: &Type) -> bool {
    match (ty, wanted) {
        (_, Type::Any) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            conforms(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| conforms(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| conforms(&a.ty, &b.ty))
        }
        (a, b) => a == b,
    }
}

fn number(block: &Block, place: &str, name: &str) -> u64 {
    let position = block.body.blocks.iter().find(|b| &*b.kind == place).expect("from and to");
    value(&position.body, name).and_then(|v| v.as_number().and_then(|n| n.as_usize())).expect("a number")
        as u64
}

/// `error 1:3:2-1:4:3`: line, column and byte of both ends.
fn wanted_range(block: &Block) -> String {
    let end =
        |place: &str| ["line", "column", "byte"].map(|name| number(block, place, name).to_string()).join(":");
    format!("{}-{}", end("from"), end("to"))
}

fn told_range(range: &Json) -> String {
    let end = |place: &str| ["line", "column", "byte"].map(|name| range[place][name].to_string()).join(":");
    format!("{}-{}", end("start"), end("end"))
}

fn diagnostics(test: &Path, wanted: &Block) -> Result<(), String> {
    let (works, told) = hcldec(test, &["--with-type", "--keep-nulls"]);
    let mut want: Vec<String> =
        wanted.body.blocks.iter().map(|b| format!("{} {}", b.kind, wanted_range(b))).collect();
    let mut got: Vec<String> = told["diagnostics"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|d| format!("{} {}", d["severity"].as_str().unwrap_or_default(), told_range(&d["subject"])))
        .collect();
    want.sort();
    got.sort();
    if !works && want == got { Ok(()) } else { Err(format!("wanted {want:?}\n  got    {got:?}\n  {told}")) }
}

fn result(test: &Path, body: &Body) -> Result<(), String> {
    let (works, told) = hcldec(test, &["--with-type", "--keep-nulls"]);
    if !works {
        return Err(format!("it failed: {told}"));
    }
    let wanted = body.attribute("result_type").map_or(Ok(Type::Any), |a| Type::from_expr(&a.value));
    let wanted = wanted.map_err(|problems| format!("its type cannot be read: {problems:?}"))?;
    let ty = Type::from_json(&told["type"])?;
    if !conforms(&ty, &wanted) {
        return Err(format!("wanted the type {wanted}, got {ty}"));
    }
    let Some(want) = value(body, "result") else { return Ok(()) };
    let want = convert(&want, &wanted).map_err(|error| error.describe("result"))?;
    let got = convert(&Value::from_json(&told["value"]), &ty).map_err(|error| error.describe("value"))?;
    if got == want { Ok(()) } else { Err(format!("wanted {}, got {}", want.to_json(), got.to_json())) }
}

fn traversals(test: &Path, wanted: &Block) -> Result<(), String> {
    let (works, told) = hcldec(test, &["--var-refs"]);
    let expected = wanted.body.blocks.iter().filter(|b| &*b.kind == "expect");
    let mut want: Vec<String> = expected
        .map(|b| {
            let reference =
                b.body.attribute("ref").and_then(|a| a.value.as_traversal()).expect("a reference");
            let range = b.body.blocks.iter().find(|r| &*r.kind == "range").unwrap_or(b);
            format!("{} {}", reference.text(usize::MAX), wanted_range(range))
        })
        .collect();
    let mut got: Vec<String> = told.as_array().into_iter().flatten().map(told_traversal).collect();
    want.sort();
    got.sort();
    if works && want == got { Ok(()) } else { Err(format!("wanted {want:?}\n  got    {got:?}\n  {told}")) }
}

fn told_traversal(told: &Json) -> String {
    let mut text = String::new();
    for step in told["steps"].as_array().into_iter().flatten() {
        match step["kind"].as_str() {
            Some("root") => text.push_str(step["name"].as_str().unwrap_or_default()),
            Some("attr") => text.push_str(&format!(".{}", step["name"].as_str().unwrap_or_default())),
            _ => text.push_str(&format!("[{}]", step["key"])),
        }
    }
    format!("{text} {}", told_range(&told["range"]))
}

fn run(test: &Path) -> Result<(), String> {
    let body = read(test);
    let block = |kind: &str| body.blocks.iter().find(|b| &*b.kind == kind);
    if let Some(wanted) = block("traversals") {
        traversals(test, wanted)?;
    }
    match block("diagnostics") {
        Some(wanted) => diagnostics(test, wanted),
        None => result(test, &body),
    }
}

fn all_pass(folder: &Path) -> usize {
    let mut tests = Vec::new();
    tests_below(folder, &mut tests);
    let failed: Vec<String> = tests
        .iter()
        .filter_map(|test| run(test).err().map(|why| format!("{}\n  {why}", test.display())))
        .collect();
    println!("{} of {} pass", tests.len() - failed.len(), tests.len());
    assert!(failed.is_empty(), "{} of {} fail:\n{}", failed.len(), tests.len(), failed.join("\n"));
    tests.len()
}

#[test]
fn our_own_cases_pass() {
    let count = all_pass(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"));
    assert!(count >= 10, "only {count} cases were found");
}

#[test]
fn the_suite_passes_where_it_is_at_hand() {
    match std::env::var_os("HCL_SPECSUITE") {
        Some(folder) => assert!(all_pass(Path::new(&folder)) > 0, "HCL_SPECSUITE holds no tests"),
        None => println!("HCL_SPECSUITE names no folder: the specification suite was not run"),
    }
}
