//! Expressions over what has a type and no value, held against what the evaluator makes of values of these types.

use super::*;
use crate::config::eval::evaluate;
use crate::config::expr::Reference;
use crate::config::functions;
use crate::config::lower;
use crate::config::scope::Resolve;
use crate::config::source::Sources;
use crate::config::syntax;
use crate::config::value::{Data, Entries};
use crate::model::FileId;
use std::borrow::Cow;

mod grammar;
mod sound;

fn parsed(text: &str) -> Expr {
    lower::parse(text, FileId(0), 0).unwrap_or_else(|_| panic!("{text}"))
}

fn ty(text: &str) -> Type {
    let mut sources = Sources::new();
    let file = sources.add_text("<type>", text);
    Type::from_expr(&syntax::read_expression(&sources, file).expect(text)).expect(text)
}

/// Variables, with their types.
const VARIABLES: [(&str, &str); 16] = [
    ("s", "string"),
    ("n", "number"),
    ("b", "bool"),
    ("l", "list(string)"),
    ("ln", "list(number)"),
    ("st", "set(string)"),
    ("m", "map(number)"),
    ("ms", "map(string)"),
    ("mo", "map(object({ x = number, y = string }))"),
    ("o", "object({ a = string, p = optional(number, 3), d = list(object({ x = number })) })"),
    ("os", "list(object({ name = string, port = number, tags = map(string) }))"),
    ("t", "tuple([string, number])"),
    ("e", "object({})"),
    ("la", "list(any)"),
    ("oa", "object({ any = any, l = list(string) })"),
    ("any", "any"),
];

/// Knows the types of all variables, and no values.
struct Types(BTreeMap<String, Guess>);

impl Types {
    /// `secrets`: the sensitive ones.
    fn new(secrets: &[&str]) -> Types {
        let guess = |(name, text): &(&str, &str)| {
            let is_secret = secrets.contains(name);
            let marks = if is_secret { Marks::variable(name) } else { Marks::NONE };
            (name.to_string(), Guess::of(ty(text)).marked(&marks))
        };
        Types(VARIABLES.iter().map(guess).collect())
    }
}

impl Resolve for Types {
    fn resolve(&self, _: &str, _: &str) -> Option<Cow<'_, Value>> {
        None
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().map(|name| format!("var.{name}")).collect()
    }

    fn guesses(&self) -> bool {
        true
    }

    fn lacks(&self, reference: &Reference) -> bool {
        &*reference.root == "var"
    }

    fn guess(&self, reference: &Reference) -> Option<(usize, Guess)> {
        Some((1, self.0.get(&**reference.name()?)?.clone()))
    }
}

fn read(text: &str) -> (Guess, Diagnostics) {
    read_with(text, &[])
}

fn read_with(text: &str, secrets: &[&str]) -> (Guess, Diagnostics) {
    let types = Types::new(secrets);
    infer(&parsed(text), &Scope::root().resolver(&types))
}

/// What is told: the words in the text, and the sentences.
fn told(text: &str) -> Vec<(String, String)> {
    let one = |problem: &crate::model::Diagnostic| {
        let at = problem.primary.as_ref().map(|(at, _)| at.start as usize..at.end as usize);
        let values = problem.values.iter().map(|(name, value)| format!("|{name} is {value}"));
        let words =
            format!("{}|{}|{}{}", problem.summary, problem.detail, problem.help, values.collect::<String>());
        (text[at.unwrap_or(0..0)].to_string(), words)
    };
    read(text).1.0.iter().map(one).collect()
}

#[test]
fn points_at_the_part_whose_type_is_wrong_and_shows_it() {
    for (text, at, words) in [
        ("upper(var.o.q)", "q", "an object has no attribute \"q\"|it has: a, d, p|var.o is (object("),
        ("var.s.foo", "foo", "a string has no attributes|var.s is (string, not known yet)"),
        ("[var.s][1]", "1", "a tuple has no element 1|it has one element"),
        ("{ ab = var.s }.abb", "abb", "an object has no attribute \"abb\"|did you mean ab?"),
        ("1 + var.l", "var.l", "+ needs numbers|this is a list|var.l is (list(string), not known yet)"),
        ("!var.l", "var.l", "the operand of ! must be true or false|it is a list"),
        ("var.b ? [1] : {}", "[1]", "both results of ? : must have the same type"),
        ("var.b ? var.l : var.m", "var.l", "the first is list(string), the second is map(number)"),
        ("upper(var.l)", "var.l", "upper() cannot take this as text|text: a string is required, not a list"),
        ("startswith(var.s)", "startswith", "startswith() needs 2 arguments, not 1"),
        ("regex(\"(\", var.s)", "\"(\"", "regex(): this is no valid regular expression"),
        ("keys(var.l)", "var.l", "keys(): a map or an object is needed, not a list"),
        ("[for x in var.s : x]", "var.s", "for cannot run over a string"),
        ("[for x in var.os : x.nmae]", "nmae", "did you mean name?|x is (object("),
        ("{ for k, o in var.mo : k => o.z }", "z", "an object has no attribute \"z\""),
        ("var.os[*].prt", "prt", "did you mean port?"),
        ("\"a${var.l}\"", "var.l", "a list cannot stand in a text"),
        ("join(\",\", [for o in var.os : o])", "[for o in var.os : o]", "join() cannot take this as lists"),
        ("max(var.s...)", "max(var.s...)", "can be spread with ..., not a string"),
        ("tonumber(var.o)", "var.o", "tonumber(): value: a number is required, not an object"),
        ("merge(var.o, { z = 1 }).y", "y", "it has: a, d, p, z"),
        ("regex(\"(?P<n>b)\", var.s).m", "m", "an object has no attribute \"m\"|it has: n"),
        ("element(var.t, 0).x", "x", "a string has no attributes"),
        ("nosuch(var.l + 1)", "var.l", "+ needs numbers"),
        ("toset([var.s, var.l])", "[var.s, var.l]", "all elements must have the same type"),
        ("slice(var.t, 0, 5)", "5", "slice(): it must be from 0 to 2"),
    ] {
        let all = told(text);
        let [(place, told)] = all.as_slice() else { panic!("{text}: {all:?}") };
        assert_eq!(place, at, "{text}: {told}");
        assert!(words.split('|').all(|word| told.contains(word)), "{text}: {told}");
    }
}

#[test]
fn what_is_wrong_at_several_places_is_told_at_once() {
    for (text, places) in [
        ("[var.s.a, !var.l, { x = keys(var.s) }]", "a|var.l|var.s"),
        ("join(var.l, [var.s.x])", "x|var.l"),
        ("\"${var.l}%{ for x in var.n }${x}%{ endfor }${-var.o}\"", "var.l|var.n|var.o"),
        ("var.o[var.l.x].y", "x"),
    ] {
        let found: Vec<String> = told(text).into_iter().map(|(at, _)| at).collect();
        let mut wanted: Vec<&str> = places.split('|').collect();
        let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
        wanted.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn what_may_be_right_is_never_complained_of() {
    for text in [
        "can(var.e.x) ? var.e.x : 1",
        "can(var.e.x) && var.e.x > 1",
        "try(var.s.foo, 1)",
        "[for x in [{ a = var.s }, {}] : x.a if can(x.a)]",
        "var.any.a[0].b + 1",
        "[for k, v in var.any : k.x]",
        "var.la[0].x.y",
        "var.oa.any.x",
        "var.b ? null : var.l",
        "var.b ? {} : { a = 1, b = \"x\" }",
        "coalesce(null, var.s)",
        "var.n + var.s",
        "var.s ? 1 : 2",
        "tolist(var.t)",
        "tomap(var.o.d[0])",
        "{ (var.s) = 1 }.b",
        "length(var.s)",
        "format(\"%d\", var.s)",
        "[for x in var.l : x][0]",
        "{ for x in var.l : x => 1 }.a",
        "jsondecode(var.s).a.b[0]",
        "var.o == 1",
        "regex(var.s, var.s).x",
        "concat(var.l, [{ a = 1 }])[0].a",
        "var.st.*",
    ] {
        let all = told(text);
        assert!(all.is_empty(), "{text}: {all:?}");
    }
}

/// A value is known to be a secret where it is one whatever the values are; its own marks, and those inside.
#[test]
fn what_is_made_of_a_secret_is_one() {
    for (text, own, inside) in [
        ("var.s", "s", "s"),
        ("\"a-${var.s}\"", "s", "s"),
        ("\"${var.n}${var.s}\"", "s", "s"),
        ("\"%{ if var.b }x%{ endif }\"", "b", "b"),
        ("\"%{ for x in [1] }${var.s}%{ endfor }\"", "s", "s"),
        ("\"%{ for x in var.l }${var.s}%{ endfor }\"", "", ""),
        ("length(var.s)", "s", "s"),
        ("upper(join(\",\", [var.s, \"x\"]))", "s", "s"),
        ("[var.s, var.n]", "", "s"),
        ("{ a = var.s }.a", "s", "s"),
        ("{ a = var.s, b = var.n }.b", "", ""),
        ("{ (var.s) = 1 }", "s", "s"),
        ("toset([var.s])", "s", "s"),
        ("merge({ a = var.s }, { b = var.n })", "", "s"),
        ("var.o.a", "o", "o"),
        ("var.o.d[0].x", "o", "o"),
        ("var.o.d[*].x", "o", "o"),
        ("var.m[var.s]", "s", "s"),
        ("var.n + var.o.p", "o", "o"),
        ("var.n == [var.s]", "s", "s"),
        ("!var.b && true", "b", "b"),
        ("true || var.b", "", ""),
        ("var.b ? 1 : 2", "b", "b"),
        ("var.n > 1 ? var.s : \"x\"", "", ""),
        ("var.n > 1 ? var.s : upper(var.s)", "s", "s"),
        ("var.n > 1 ? var.s : var.o.a", "", ""),
        ("true ? var.s : \"x\"", "s", "s"),
        ("[for x in var.o : 1]", "o", "o"),
        ("[for x in var.l : var.s]", "", ""),
        ("[for x in [1, 2] : var.s]", "", "s"),
        ("[for x in [1, 2] : x if var.b]", "b", "b"),
        ("{ for x in [1] : var.s => x }", "s", "s"),
        ("sensitive(var.n)", "", ""),
        ("nonsensitive(var.s)", "", ""),
        ("issensitive(var.s)", "", ""),
        ("coalesce(var.s, \"x\")", "s", "s"),
        ("try(var.s, 1)", "", ""),
    ] {
        let names = |marks: Marks| marks.variables().map(|name| &**name).collect::<Vec<_>>().join(" ");
        let (guess, wrong) = read_with(text, &["s", "o", "b"]);
        assert!(wrong.0.is_empty(), "{text}: {wrong:?}");
        assert_eq!([names(guess.marks()), names(guess.deep_marks())], [own, inside], "{text}");
        assert_eq!(guess.marks().is_sensitive(), !own.is_empty() || text.starts_with("sensitive"), "{text}");
    }
}

/// Local values that are made of each other can double it again and again.
#[test]
fn a_guess_never_grows_without_end() {
    let mut guess = Guess::Of(Type::String);
    for _ in 0..60 {
        guess = Guess::tuple(vec![guess.clone(), guess]);
    }
    assert!(guess.is_small(100, &mut 20_000));
    let text = format!("{}var.s{}", "[".repeat(60), "]".repeat(60));
    assert!(read(&text).0.is_small(60, &mut 100));
    let nested = "[for a in [1,2,3,4,5,6,7,8,9,10] : ".repeat(6);
    let text = format!("{nested}var.s{}", "]".repeat(6));
    assert!(read(&text).1.0.is_empty());
}
