//! HCL's specification suite, as it is: a package of Debian holds it, or the folder that `HCL_SPECSUITE` names (`*.t` with
//! `*.hcldec`, `*.hcl` and `*.hcl.json` beside them). Our own cases in `cases/` have the same form and always run; what is
//! wrong with a specification itself is in `broken/`.

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

/// The inputs that there are of a test.
fn inputs(test: &Path) -> Vec<PathBuf> {
    let all = ["hcl", "hcl.json"].map(|extension| test.with_extension(extension));
    all.into_iter().filter(|input| input.exists()).collect()
}

fn hcldec(input: &Path, options: &[&str]) -> (bool, Json, String) {
    let test =
        if input.extension().is_some_and(|e| e == "json") { input.with_extension("") } else { input.into() };
    let spec = test.with_extension("hcldec");
    let done = Command::new(env!("CARGO_BIN_EXE_hcldec"))
        .arg(format!("--spec={}", spec.display()))
        .arg("--diags=json")
        .args(options)
        .arg(input)
        .output()
        .expect("hcldec runs");
    let works = done.status.success();
    let said = String::from_utf8(if works { done.stdout } else { done.stderr }).expect("text");
    let json =
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{}: {error}: {said}", test.display()));
    (works, json, said)
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

fn diagnostics(input: &Path, wanted: &Block) -> Result<(), String> {
    let (works, told, _) = hcldec(input, &["--with-type", "--keep-nulls"]);
    let mut want: Vec<String> =
        wanted.body.blocks.iter().map(|b| format!("{} {}", b.kind, wanted_range(b))).collect();
    let mut got: Vec<String> =
        told["diagnostics"].as_array().into_iter().flatten().map(told_diagnostic).collect();
    // As HCL's harness does it, several at one place count as one.
    want.sort();
    want.dedup();
    got.sort();
    got.dedup();
    if !works && want == got { Ok(()) } else { Err(format!("wanted {want:?}\n  got    {got:?}\n  {told}")) }
}

fn told_diagnostic(told: &Json) -> String {
    format!("{} {}", told["severity"].as_str().unwrap_or_default(), told_range(&told["subject"]))
}

fn result(input: &Path, body: &Body) -> Result<(), String> {
    let (works, told, text) = hcldec(input, &["--with-type", "--keep-nulls"]);
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
    // Of the text, since it keeps every digit.
    let got = Value::from_json_text(&text).ok().and_then(|told| told.get("value")).expect("a value");
    let got = convert(&got, &ty).map_err(|error| error.describe("value"))?;
    if got == want { Ok(()) } else { Err(format!("wanted {}, got {}", want.to_json(), got.to_json())) }
}

fn traversals(input: &Path, wanted: &Block) -> Result<(), String> {
    let (works, told, _) = hcldec(input, &["--var-refs"]);
    let expected = wanted.body.blocks.iter().filter(|b| &*b.kind == "expect");
    let mut want: Vec<String> = expected
        .map(|b| {
            let reference =
                b.body.attribute("ref").and_then(|a| a.value.as_traversal()).expect("a reference");
            format!("{} {}", reference.text(usize::MAX), wanted_range(b))
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
    let inputs = inputs(test);
    assert!(!inputs.is_empty(), "{}: there is no input", test.display());
    for input in inputs {
        if let Some(wanted) = block("traversals") {
            traversals(&input, wanted)?;
        }
        match block("diagnostics") {
            Some(wanted) => diagnostics(&input, wanted),
            None => result(&input, &body),
        }?;
    }
    Ok(())
}

/// How many tests there are, and those that fail, each with the reason.
fn failures(folder: &Path) -> (usize, Vec<(PathBuf, String)>) {
    let mut tests = Vec::new();
    tests_below(folder, &mut tests);
    let failed: Vec<_> =
        tests.iter().filter_map(|test| run(test).err().map(|why| (test.clone(), why))).collect();
    println!("{}: {} of {} pass", folder.display(), tests.len() - failed.len(), tests.len());
    (tests.len(), failed)
}

#[test]
fn our_own_cases_pass() {
    let (count, failed) = failures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"));
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(count >= 40, "only {count} cases were found");
}

/// A comment at the end of each file tells where the mistakes are: `# error 1:3:2-1:4:3`.
#[test]
fn mistakes_of_a_specification_are_told_where_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let input = tempfile::NamedTempFile::new().expect("an empty input");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the specifications") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a file");
        let mut want: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# ")).collect();
        let done = Command::new(env!("CARGO_BIN_EXE_hcldec"))
            .args([format!("--spec={}", path.display()), "--diags=json".to_string()])
            .arg(input.path())
            .output()
            .expect("hcldec runs");
        assert_eq!(done.status.code(), Some(2), "{}", path.display());
        let told: Json = serde_json::from_slice(&done.stderr).expect("JSON");
        let got = told["diagnostics"].as_array().into_iter().flatten().map(told_diagnostic);
        let mut got: Vec<String> = got.collect();
        want.sort();
        got.sort();
        assert_eq!(got, want, "{}: {told}", path.display());
        count += 1;
    }
    assert!(count >= 12, "only {count} specifications were found");
}

/// What docs/language.md lists as different, and what of the answer differs.
const DIFFERENT: [(&str, &str); 1] = [("expressions/operators.t", "\"mod_frac\":0.8,")];

#[test]
fn the_suite_passes_but_for_what_the_documentation_lists() {
    let package = Path::new("/usr/share/gocode/src/github.com/hashicorp/hcl/v2/specsuite/tests");
    let folder = match std::env::var_os("HCL_SPECSUITE") {
        Some(folder) => PathBuf::from(folder),
        None if package.exists() => package.to_path_buf(),
        None => {
            println!(
                "HCL_SPECSUITE names no folder, and Debian's golang-github-hashicorp-hcl-v2-dev is not here: the specification suite was not run"
            );
            return;
        }
    };
    let (count, failed) = failures(&folder);
    assert!(count >= 15, "only {count} tests were found");
    for (test, why) in &failed {
        let known = DIFFERENT.iter().any(|(name, what)| test.ends_with(name) && why.contains(what));
        assert!(known, "{}: {why}", test.display());
    }
}
