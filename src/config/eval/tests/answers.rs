//! The tables of expressions against our answers. `tests/differential.rs` holds them against terraform itself.

use super::cells::unescaped;
use super::*;
use crate::config::functions::Function;
use crate::config::source::Sources;
use crate::config::syntax;
use std::path::PathBuf;

/// The files beside `console.tsv`.
struct Fixtures;

fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/config/eval/console").join(path)
}

impl Files for Fixtures {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(fixture(path)).map_err(|e| e.to_string())
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        let path = fixture(path);
        if path.is_dir() { Err("a folder".to_string()) } else { Ok(path.is_file()) }
    }

    fn list(&self, folder: &str, levels: usize) -> Result<Vec<String>, String> {
        crate::world::listing::files_below(&fixture(folder), levels).map_err(|e| e.to_string())
    }

    fn absolute(&self, path: &str) -> String {
        fixture(path).to_string_lossy().into_owned()
    }

    fn home(&self) -> Option<String> {
        std::env::var("HOME").ok()
    }
}

/// `local.…` of `main.tf`.
struct Locals(BTreeMap<String, Value>);

impl Locals {
    fn read() -> Locals {
        let mut sources = Sources::new();
        let file = sources.add("main.tf", include_bytes!("../console/main.tf")).expect("text");
        let body = syntax::read(&sources, file, &mut crate::model::Diagnostics::default());
        let value = |expr| evaluate(expr, &Scope::root()).expect("a value");
        let all = body.blocks.iter().flat_map(|block| &block.body.attributes);
        Locals(all.map(|a| (a.name.to_string(), value(&a.value))).collect())
    }
}

impl Resolve for Locals {
    fn resolve(&self, root: &str, name: &str) -> Option<Cow<'_, Value>> {
        match (root, name) {
            ("local", name) => self.0.get(name).map(Cow::Borrowed),
            ("path", "module") => Some(Cow::Owned(Value::string("."))),
            _ => None,
        }
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().map(|name| format!("local.{name}")).collect()
    }
}

fn shown_here(text: &str) -> String {
    let locals = Locals::read();
    let scope = Scope::root().resolver(&locals).files(&Fixtures);
    run_in(text, &scope).map_or_else(|e| format!("ERR {e}"), |v| render(&v))
}

fn same(ours: &str, answer: &str) -> bool {
    if answer == "ERR" { ours.starts_with("ERR ") } else { ours == answer }
}

#[test]
fn answers_as_terraform_console_does() {
    // Another table can be tried before its rows are put into ours.
    let table = std::env::var_os("PATCHFORM_ANSWERS").map_or_else(
        || include_str!("../console.tsv").to_string(),
        |path| std::fs::read_to_string(path).expect("a table"),
    );
    let mut wrong = Vec::new();
    for line in table.lines() {
        let (text, answer) = line.split_once('\t').expect("two columns");
        let (text, answer) = (unescaped(text), unescaped(answer));
        let ours = shown_here(&text);
        if !same(&ours, &answer) {
            wrong.push(format!("{text}\n  terraform: {answer}\n  ours:      {ours}"));
        }
    }
    assert!(!table.is_empty(), "the table was lost");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether the example has the type that the function gives, where that is said as a type.
fn gives(function: &Function, locals: &Locals) -> bool {
    let mut sources = Sources::new();
    let file = sources.add_text("type", function.gives);
    let read = syntax::read_expression(&sources, file).and_then(|expr| Type::from_expr(&expr));
    let Ok(ty) = read else { return function.gives.contains(' ') || function.gives == "tuple" };
    let scope = Scope::root().resolver(locals).files(&Fixtures);
    let value = run_in(function.example, &scope).expect("it works");
    convert(&value, &ty).is_ok_and(|same| Type::of(&same) == Type::of(&value))
}

#[test]
fn every_function_answers_the_example_of_its_reference() {
    let mut tried = 0;
    let locals = Locals::read();
    for name in crate::config::functions::names() {
        let function = crate::config::functions::find(name).expect("a function");
        assert_eq!(shown_here(function.example), function.answer, "{}", function.example);
        assert!(function.example.contains(&format!("{name}(")), "{}", function.example);
        assert!(!function.about.is_empty() && !function.about.ends_with('.'), "{name}");
        // An example that goes on from the result shows another type.
        if function.example.starts_with(&format!("{name}(")) {
            assert!(gives(function, &locals), "{} is no {}", function.example, function.gives);
        }
        tried += 1;
    }
    assert!(tried >= 110, "{tried}");
}

#[test]
fn differs_from_terraform_only_where_it_is_meant() {
    for line in include_str!("../console_differs.tsv").lines() {
        let cells: Vec<String> = line.split('\t').map(unescaped).collect();
        let ours = shown_here(&cells[0]);
        assert!(same(&ours, &cells[1]), "{}: {ours}", cells[0]);
        assert!(!cells[2].is_empty(), "{}: why?", cells[0]);
    }
}
