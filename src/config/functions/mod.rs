//! The functions of the language: one table, one file per family.

use super::scope::{Files, Scope};
use super::types::Type;
use super::value::Value;

mod base64;
mod bounds;
mod charset;
mod collection;
mod conversion;
mod dates;
mod digests;
mod encoding;
mod files;
mod fileset;
mod format;
mod lists;
mod network;
mod numeric;
mod paths;
mod refused;
mod regex;
mod sets;
mod templates;
mod text;
mod versions;
mod yaml;

pub use regex::groups;
pub(super) use templates::{Template, no_variables, template_in};

/// The longest text that a function makes, in bytes.
const MAX_TEXT: usize = super::eval::MAX_TEXT;
/// The most elements that a function makes.
const MAX_ITEMS: usize = 1_000_000;
/// The most values that are read from a text, those inside of others counted: they take far more room than their text.
const MAX_VALUES: usize = 8_000_000;

/// A function: its name, what it takes, and how it works.
pub struct Function {
    /// As it is called.
    pub name: &'static str,
    /// Parameters that must be given.
    pub params: &'static [Param],
    /// A parameter that may be given any number of times more.
    pub rest: Option<Param>,
    /// What becomes of the marks of its arguments.
    pub rule: Rule,
    /// How it works.
    pub work: Work,
    /// What it gives: a few words without a full stop. Empty for a function that is refused.
    pub about: &'static str,
    /// The type of what it gives, as types are written; or words, where its arguments decide. Empty for a function that is
    /// refused.
    pub gives: &'static str,
    /// What each parameter is for, in their order: a few words without a full stop.
    pub meant: &'static [&'static str],
    /// An expression that uses it.
    pub example: &'static str,
    /// What the console answers to the example.
    pub answer: &'static str,
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name in signatures and messages.
    pub name: &'static str,
    /// What is converted to what.
    pub takes: Takes,
    /// Whether null may be given.
    pub null: bool,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Anything, as it is.
    Any,
    /// A string.
    Text,
    /// A number.
    Number,
    /// A bool.
    Bool,
    /// A list of strings.
    Texts,
    /// A set of strings.
    TextSet,
    /// A list of numbers.
    Numbers,
    /// A list of bools.
    Bools,
    /// A list of any one type.
    List,
    /// A set of any one type.
    Set,
    /// A map of lists of strings.
    TextLists,
}

impl Takes {
    /// The type that arguments are converted to.
    pub fn ty(self) -> Type {
        match self {
            Takes::Any => Type::Any,
            Takes::Text => Type::String,
            Takes::Number => Type::Number,
            Takes::Bool => Type::Bool,
            Takes::Texts => Type::list(Type::String),
            Takes::TextSet => Type::set(Type::String),
            Takes::Numbers => Type::list(Type::Number),
            Takes::Bools => Type::list(Type::Bool),
            Takes::List => Type::list(Type::Any),
            Takes::Set => Type::set(Type::Any),
            Takes::TextLists => Type::map(Type::list(Type::String)),
        }
    }
}

/// What becomes of the marks of the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The result carries all of them.
    Whole,
    /// Values inside are passed on with their own marks; the result carries those of the arguments themselves.
    Parts,
    /// The function sees to it.
    Free,
}

/// How a function works.
#[derive(Clone, Copy)]
pub enum Work {
    /// From its arguments alone.
    Plain(fn(&[Value]) -> Done),
    /// From its arguments and the files of the configuration.
    Files(fn(&[Value], &dyn Files, &Scope<'_>) -> Done),
    /// From its arguments, of which the first is named and not written out, and what is known where it stands.
    Named(fn(&[Value], &Scope<'_>) -> Done),
    /// `try`: its arguments may fail.
    Try,
    /// `can`: its argument may fail.
    Can,
    /// Not at all: why.
    Refused(&'static str),
}

/// A function's result.
pub type Done = Result<Value, Fault>;

/// A function's complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The argument that it is about.
    pub argument: Option<usize>,
    /// A sentence that says what is wrong.
    pub problem: String,
}

impl Fault {
    /// A complaint about all of it.
    pub fn new(problem: impl Into<String>) -> Fault {
        Fault { argument: None, problem: problem.into() }
    }

    /// A complaint about one argument, counted from 0.
    pub fn at(argument: usize, problem: impl Into<String>) -> Fault {
        Fault { argument: Some(argument), problem: problem.into() }
    }
}

impl Function {
    /// The parameter for the argument at `index`.
    pub fn param(&self, index: usize) -> Option<&Param> {
        self.params.get(index).or(self.rest.as_ref())
    }

    /// Every parameter, with what it is for, and whether it may be given any number of times.
    pub fn parameters(&self) -> impl Iterator<Item = (&Param, &'static str, bool)> {
        let all =
            self.params.iter().map(|param| (param, false)).chain(self.rest.iter().map(|param| (param, true)));
        all.enumerate().map(|(at, (param, rest))| (param, self.meant.get(at).copied().unwrap_or(""), rest))
    }

    /// As in `join(separator, lists...)`.
    pub fn signature(&self) -> String {
        let mut names: Vec<String> = self.params.iter().map(|p| p.name.to_string()).collect();
        names.extend(self.rest.map(|p| format!("{}...", p.name)));
        format!("{}({})", self.name, names.join(", "))
    }
}

/// A parameter that must not be null.
const fn param(name: &'static str, takes: Takes) -> Param {
    Param { name, takes, null: false }
}

/// A parameter that may be null.
const fn nullable(name: &'static str) -> Param {
    Param { name, takes: Takes::Any, null: true }
}

/// A function whose result carries all marks.
const fn plain(name: &'static str, params: &'static [Param], work: fn(&[Value]) -> Done) -> Function {
    Function::new(name, params, Rule::Whole, Work::Plain(work))
}

/// A function that passes values on.
const fn passing(name: &'static str, params: &'static [Param], work: fn(&[Value]) -> Done) -> Function {
    Function::new(name, params, Rule::Parts, Work::Plain(work))
}

impl Function {
    const fn new(name: &'static str, params: &'static [Param], rule: Rule, work: Work) -> Function {
        let (about, gives, meant, example, answer) = ("", "", &[], "", "");
        Function { name, params, rest: None, rule, work, about, gives, meant, example, answer }
    }

    /// With what it gives, an expression that uses it, and what the console answers to that.
    const fn told(mut self, about: &'static str, example: &'static str, answer: &'static str) -> Function {
        self.about = about;
        self.example = example;
        self.answer = answer;
        self
    }

    /// With the type of what it gives, and what each parameter is for.
    const fn gives(mut self, ty: &'static str, meant: &'static [&'static str]) -> Function {
        self.gives = ty;
        self.meant = meant;
        self
    }

    /// With a parameter that may be given any number of times more.
    const fn and(mut self, rest: Param) -> Function {
        self.rest = Some(rest);
        self
    }

    /// With marks left to the function.
    const fn free(mut self) -> Function {
        self.rule = Rule::Free;
        self
    }
}

/// Functions that a page of the reference tells together.
pub struct Subject {
    /// A word for it.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What holds for all of them; may be empty.
    pub about: &'static str,
    families: &'static [&'static [Function]],
}

/// Every function that there is, by subject.
pub const SUBJECTS: &[Subject] = &[
    Subject { name: "number", title: "Numbers", about: "", families: &[numeric::FUNCTIONS] },
    Subject {
        name: "string",
        title: "Texts",
        about: "Characters are what people see as one; regular expressions have no Unicode classes (`\\pL`).",
        families: &[text::FUNCTIONS, regex::FUNCTIONS],
    },
    Subject {
        name: "collection",
        title: "Collections",
        about: "",
        families: &[collection::FUNCTIONS, lists::FUNCTIONS, sets::FUNCTIONS],
    },
    Subject { name: "conversion", title: "Types and secrets", about: "", families: &[conversion::FUNCTIONS] },
    Subject {
        name: "encoding",
        title: "Encodings",
        about: "",
        families: &[encoding::FUNCTIONS, base64::FUNCTIONS, yaml::FUNCTIONS, charset::FUNCTIONS],
    },
    Subject { name: "hash", title: "Digests", about: "", families: &[digests::FUNCTIONS] },
    Subject {
        name: "date",
        title: "Points in time",
        about: "A point in time is a text as RFC 3339 writes it.",
        families: &[dates::FUNCTIONS],
    },
    Subject { name: "version", title: "Versions", about: "", families: &[versions::FUNCTIONS] },
    Subject { name: "network", title: "Networks", about: "", families: &[network::FUNCTIONS] },
    Subject {
        name: "file",
        title: "Files and templates",
        about: "Relative paths start at the configuration's folder. In the examples `plain.txt` holds the line \
                `plain text`, `local.greeting` the template `Hello, ${name}!`, and `greeting.tpl` one that greets `names`.",
        families: &[paths::FUNCTIONS, files::FUNCTIONS, fileset::FUNCTIONS, templates::FUNCTIONS],
    },
    Subject {
        name: "refused",
        title: "Refused",
        about: "Functions of Terraform that patchform refuses, each for its reason.",
        families: &[refused::FUNCTIONS],
    },
];

impl Subject {
    /// Its functions.
    pub fn functions(&self) -> impl Iterator<Item = &'static Function> + use<> {
        self.families.iter().flat_map(|family| family.iter())
    }
}

fn all() -> impl Iterator<Item = &'static Function> {
    SUBJECTS.iter().flat_map(Subject::functions)
}

/// Whether what is called by a name looks at files.
pub fn reads_files(name: &str) -> bool {
    let name = name.strip_prefix("core::").unwrap_or(name);
    find(name).is_some_and(|function| matches!(function.work, Work::Files(_)))
}

/// The function called `name`.
pub fn find(name: &str) -> Option<&'static Function> {
    all().find(|f| f.name == name)
}

/// What a function of one text makes of it, as `jsondecode` and its like do.
///
/// # Errors
/// What is wrong with the text, in a sentence.
pub fn decode(function: &str, text: &str) -> Result<Value, String> {
    match find(function).map(|found| found.work) {
        Some(Work::Plain(work)) => work(&[Value::string(text)]).map_err(|fault| fault.problem),
        _ => Err(format!("there is no {function} in this version")),
    }
}

/// The names of all functions that can be called, subject by subject.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().filter(|f| !matches!(f.work, Work::Refused(_))).map(|f| f.name)
}
