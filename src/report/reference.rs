//! The reference: what the tables of the language, and the schemas of providers, say of a name.

mod article;
mod json;
mod kind;
mod markdown;
mod text;
mod word;

pub use article::{Article, Example, Row, Section, Sort};
pub use json::{articles_json, list_json};
pub use kind::{kind, traffic};
pub use markdown::{index, page};
pub use text::{articles_text, list_text};

use crate::config::blocks::{self, Block, Need, Place};
use crate::config::functions::{self, Function, Param, SUBJECTS, Work};

/// Names of one sort, as a list of the reference shows them.
pub struct Group {
    /// What they are.
    pub title: String,
    /// Each name with what it is for.
    pub names: Vec<(String, String)>,
}

/// Every block of a name, in all its sorts and places; nothing when there is none.
pub fn block(name: &str) -> Option<Article> {
    let rows: Vec<&Block> = blocks::ALL.iter().copied().filter(|block| block.name == name).collect();
    let examples = examples(&rows);
    let about = match rows.as_slice() {
        [] => return None,
        [one] => one.about.to_string(),
        // Each sort says what it is for.
        _ => String::new(),
    };
    let sections = rows.into_iter().map(section).collect();
    Some(Article { name: name.into(), sort: Sort::Block, about, sections, examples })
}

/// The examples of some blocks, each file once.
fn examples(rows: &[&Block]) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for (title, text) in rows.iter().flat_map(|block| block.example) {
        let example =
            Example { title: (*title).to_string(), language: language(title), text: (*text).into() };
        if !examples.contains(&example) {
            examples.push(example);
        }
    }
    examples
}

fn language(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("hcl") => "hcl",
        Some("json" | "tfstate") => "json",
        Some("csv") => "csv",
        Some("ini") => "ini",
        Some("yaml") => "yaml",
        _ => "text",
    }
}

fn section(block: &Block) -> Section {
    let rows = block.arguments.iter().filter(|argument| argument.need != Need::Later);
    let rows = rows.map(|argument| Row {
        name: argument.name.to_string(),
        takes: argument.takes.words(),
        required: matches!(argument.need, Need::Required(_)),
        otherwise: match argument.need {
            Need::Optional(words) => words.to_string(),
            Need::Default(value) => format!("`{value}`"),
            Need::Required(_) | Need::Later => String::new(),
        },
        holds: argument.holds.words().to_string(),
        about: argument.about.to_string(),
    });
    let place = match block.place {
        Place::Top => "Stands at the top of a file.".to_string(),
        Place::Root => "Stands at the top of a file, but in no module.".to_string(),
        Place::Inside(names) => format!("Stands in {}.", words(names, "or")),
    };
    let mut notes = vec![place];
    notes.extend(Some(block.more).filter(|more| !more.is_empty()).map(str::to_string));
    if !block.blocks.is_empty() {
        notes.push(format!("Blocks inside: {}.", words(block.blocks, "and")));
    }
    let later: Vec<&str> =
        block.arguments.iter().filter(|argument| argument.need == Need::Later).map(|a| a.name).collect();
    if !later.is_empty() {
        notes.push(format!("Not in this version: {}.", words(&later, "and")));
    }
    Section { written: block.written.into(), about: block.about.into(), rows: rows.collect(), notes }
}

/// `a`, `b` and `c`
fn words(names: &[&str], last: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [all @ .., end] if !all.is_empty() => format!("{} {last} {end}", all.join(", ")),
        _ => quoted.concat(),
    }
}

/// A function.
pub fn function(function: &Function) -> Article {
    let name = function.name.to_string();
    if let Work::Refused(why) = function.work {
        let about = format!("Refused: {why}.");
        return Article { name, sort: Sort::Function, about, sections: Vec::new(), examples: Vec::new() };
    }
    let row = |(param, meant, rest): (&Param, &str, bool)| Row {
        name: if rest { format!("{}...", param.name) } else { param.name.to_string() },
        takes: param.takes.ty().to_string(),
        required: !rest,
        otherwise: if rest { "any number of them".to_string() } else { String::new() },
        holds: if param.null { "null, too".to_string() } else { String::new() },
        about: meant.to_string(),
    };
    let rows = function.parameters().map(row).collect();
    let about = format!("Gives {}.", function.about);
    let written = function.signature();
    Article {
        name,
        sort: Sort::Function,
        sections: vec![Section { written, about: about.clone(), rows, notes: vec![result(function.gives)] }],
        about,
        examples: vec![Example {
            title: String::new(),
            language: "console",
            text: format!("> {}\n{}\n", function.example, function.answer),
        }],
    }
}

/// What a result is: a type, or words.
fn result(gives: &str) -> String {
    let is_type = !gives.contains(' ') && gives != "tuple";
    if is_type { format!("Result: `{gives}`.") } else { format!("Result: {gives}.") }
}

/// The block and the function of that name.
pub fn find(name: &str) -> Vec<Article> {
    block(name).into_iter().chain(functions::find(name).map(function)).collect()
}

/// The sort of blocks and the word of expressions of that name.
pub fn find_within(name: &str) -> Vec<Article> {
    sort_of_blocks(name).into_iter().chain(word::find(name)).collect()
}

/// Every block whose first label this is: `data "csv"`, `check "http"` and `probe "http"`.
fn sort_of_blocks(name: &str) -> Option<Article> {
    let rows: Vec<&Block> = blocks::ALL.iter().copied().filter(|block| block.sort == Some(name)).collect();
    let examples = examples(&rows);
    let sections: Vec<Section> = rows.into_iter().map(section).collect();
    let article = Article { name: name.into(), sort: Sort::Block, about: String::new(), sections, examples };
    (!article.sections.is_empty()).then_some(article)
}

/// Every argument of that name, in each block that has it, and in each of `others`; nothing when there is none.
pub fn argument(name: &str, others: impl Iterator<Item = Section>) -> Option<Article> {
    let mut sections = Vec::new();
    for section in blocks::ALL.iter().map(|block| section(block)).chain(others) {
        let rows: Vec<Row> = section.rows.into_iter().filter(|row| row.name == name).collect();
        if !rows.is_empty() {
            sections.push(Section { rows, notes: Vec::new(), ..section });
        }
    }
    let article = Article {
        name: name.into(),
        sort: Sort::Argument,
        about: String::new(),
        sections,
        examples: Vec::new(),
    };
    (!article.sections.is_empty()).then_some(article)
}

/// The names of every block, sort of blocks, function, argument and word of the language.
pub fn names() -> Vec<&'static str> {
    let blocks = blocks::ALL.iter().map(|block| block.name);
    let arguments = blocks::ALL.iter().flat_map(|block| block.arguments);
    let arguments = arguments.filter(|argument| argument.need != Need::Later).map(|argument| argument.name);
    let sorts = blocks::ALL.iter().filter_map(|block| block.sort);
    let names = blocks.chain(functions::names()).chain(arguments).chain(sorts).chain(word::names());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// `ssh`: The target is …
fn sort(block: &Block) -> String {
    match block.sort {
        Some(sort) => format!("`{sort}`: {}", block.about),
        None => format!("At the top: {}", block.about),
    }
}

/// Every block and function; kinds, whose providers must be asked, are the caller's to add.
pub fn groups() -> Vec<Group> {
    let mut names: Vec<(String, String)> = Vec::new();
    for block in blocks::ALL {
        if names.iter().any(|(name, _)| name == block.name) {
            continue;
        }
        let sorts: Vec<&Block> = blocks::ALL.iter().copied().filter(|b| b.name == block.name).collect();
        let about = match sorts.as_slice() {
            [one] => one.about.to_string(),
            several => several.iter().map(|block| sort(block)).collect::<Vec<_>>().join(" "),
        };
        names.push((block.name.into(), about));
    }
    let mut groups = vec![Group { title: "Blocks".into(), names }];
    groups.extend(SUBJECTS.iter().map(|subject| Group {
        title: format!("Functions: {}", subject.title),
        names: subject.functions().map(|f| (f.name.to_string(), function(f).about)).collect(),
    }));
    groups
}
