//! Arguments of a body read by name and type; what is wrong with them is collected.

use super::convert::{ConvertError, convert, fit};
use super::eval::evaluate;
use super::expr::Expr;
use super::infer::{Guess, infer};
use super::scope::{Doubt, Scope};
use super::suggest;
use super::syntax::{Attribute, Block, Body};
use super::types::Type;
use super::value::{Value, quoted};
use crate::model::{Diagnostic, Diagnostics, Span, period};
use std::time::Duration;

/// A value that is not of the type that is wanted, or will not be.
pub(super) struct Misfit {
    /// Where the part stands that does not fit.
    pub at: Span,
    /// What it is, with an article.
    pub kind: &'static str,
    pub error: ConvertError,
}

/// What of an expression, of which only so much is known, never fits a type.
pub(super) fn misfit(expr: &Expr, guess: &Guess, ty: &Type) -> Option<Misfit> {
    let error = fit(guess, ty).err()?;
    let (at, kind) = error.part_of(expr, guess);
    Some(Misfit { at, kind, error })
}

fn secret(attribute: &Attribute) -> Diagnostic {
    Diagnostic::error(format!("A secret may not decide \"{}\"", attribute.name))
        .at(attribute.value.span(), "this value is sensitive")
        .because("The plan shows and stores this setting in clear.")
        .help("Use a value that is not sensitive.")
}

fn wrong_type(attribute: &Attribute, ty: &Type, misfit: &Misfit) -> Diagnostic {
    Diagnostic::error(format!("The value of \"{}\" has the wrong type", attribute.name))
        .at(misfit.at, format!("this is {}", misfit.kind))
        .because(format!("{}.", sentence_case(&misfit.error.describe(&attribute.name))))
        .help(in_a_list(attribute, ty))
}

/// How the words of one text are written as the list of strings that is wanted; empty where they stand in none.
pub(super) fn in_a_list(attribute: &Attribute, wanted: &Type) -> String {
    let text = attribute.value.as_literal().and_then(Value::as_str);
    let is_list = matches!(wanted, Type::List(of) | Type::Set(of) if **of == Type::String);
    let Some(text) = text.filter(|_| is_list) else { return String::new() };
    let parts: Vec<&str> = match text.contains(", ") || !text.contains(' ') {
        true => text.split(',').map(str::trim).collect(),
        false => text.split_whitespace().collect(),
    };
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).map(quoted).collect();
    format!("Write a list: {} = [{}]", attribute.name, parts.join(", "))
}

/// Evaluates arguments in one scope and reads them as what they should be.
pub(super) struct Fields<'a> {
    /// What names mean here.
    pub scope: &'a Scope<'a>,
    /// Whether an expression rests on something that is already known to be wrong: that part is passed over silently.
    pub hopeless: &'a Doubt<'a>,
    /// Where complaints go.
    pub problems: &'a mut Diagnostics,
}

impl Fields<'_> {
    /// An expression's value; `None` when it has none, which was said.
    pub fn value(&mut self, expr: &Expr) -> Option<Value> {
        self.found(expr).ok()
    }

    /// An expression's value, or what is known of it where it has none: what is wrong with that was said.
    pub fn found(&mut self, expr: &Expr) -> Result<Value, Guess> {
        let wrong = match evaluate(expr, &self.scope.child().doubting(self.hopeless)) {
            Ok(value) => return Ok(value),
            Err(wrong) => wrong,
        };
        let guesses = self.scope.asks().is_some_and(|resolver| resolver.guesses());
        let (guess, more) =
            if guesses { infer(expr, self.scope) } else { (Guess::ANY, Diagnostics::default()) };
        let is_wrong = wrong.has_errors() || more.has_errors();
        // Both look at what is known of it.
        let is_new = |one: &Diagnostic| {
            let at = one.primary.as_ref().map(|(at, _)| at);
            wrong.0.iter().all(|told| told.primary.as_ref().map(|(at, _)| at) != at)
        };
        let more: Vec<Diagnostic> = more.0.into_iter().filter(is_new).collect();
        self.problems.0.extend(wrong.0.into_iter().chain(more));
        Err(if is_wrong { Guess::ANY } else { guess })
    }

    /// An expression's value where one of a type is wanted. What has none may be of a type that never becomes that one.
    pub fn value_for(&mut self, expr: &Expr, ty: &Type) -> Option<Result<Value, Misfit>> {
        match self.found(expr) {
            Ok(value) => Some(Ok(value)),
            Err(guess) => misfit(expr, &guess, ty).map(Err),
        }
    }

    /// Whether anything in a block, or in those within it, rests on something without a value, or that is wrong: what is not there
    /// may only not be known.
    pub fn is_open(&self, block: &Block) -> bool {
        let body = &block.body;
        body.attributes.iter().any(|attribute| (self.hopeless)(&attribute.value))
            || body.blocks.iter().any(|inner| self.is_open(inner))
    }

    /// A value of a type; `None` when it is null, or when something is wrong, which was said.
    pub fn typed(&mut self, attribute: &Attribute, ty: &Type) -> Option<Value> {
        let value = match self.shown(attribute)? {
            Ok(value) => value,
            Err(guess) => {
                let misfit = misfit(&attribute.value, &guess, ty)?;
                self.problems.push(wrong_type(attribute, ty, &misfit));
                return None;
            }
        };
        match convert(&value, ty) {
            Ok(value) => Some(value).filter(|v| !v.is_null()),
            Err(wrong) => {
                let (at, part) = wrong.part(&attribute.value, &value);
                let misfit = Misfit { at, kind: part.kind(), error: wrong };
                self.problems.push(wrong_type(attribute, ty, &misfit));
                None
            }
        }
    }

    /// Looks at an argument that may be a secret: whether it has a value, or will have one, of a type.
    pub fn fits(&mut self, attribute: &Attribute, ty: &Type) {
        if let Some(Err(misfit)) = self.value_for(&attribute.value, ty) {
            self.problems.push(wrong_type(attribute, ty, &misfit));
        }
    }

    /// What is known of the value of an argument, which no secret may decide.
    fn shown(&mut self, attribute: &Attribute) -> Option<Result<Value, Guess>> {
        let found = self.found(&attribute.value);
        let is_secret = match &found {
            Ok(value) => value.is_sensitive(),
            Err(guess) => guess.deep_marks().is_sensitive(),
        };
        if is_secret {
            self.problems.push(secret(attribute));
        }
        (!is_secret).then_some(found)
    }

    /// A value that no type describes, or what it is, with an article, where it has none and will never be such a one. `None`
    /// when it is null or not known, or when something is wrong, which was said.
    pub fn special(
        &mut self,
        attribute: &Attribute,
        may_be: impl FnOnce(&Guess) -> bool,
    ) -> Option<Result<Value, &'static str>> {
        match self.shown(attribute)? {
            Ok(value) => (!value.is_null()).then_some(Ok(value)),
            Err(Guess::Known(_)) => None,
            Err(guess) => (!may_be(&guess)).then(|| Err(guess.kind())),
        }
    }

    /// A string.
    pub fn text(&mut self, body: &Body, name: &str) -> Option<String> {
        self.text_of(body.attribute(name)?)
    }

    /// The string that an argument gives.
    pub fn text_of(&mut self, attribute: &Attribute) -> Option<String> {
        self.typed(attribute, &Type::String)?.as_str().map(str::to_string)
    }

    /// What one of a few words means.
    pub fn one_of<T: Copy>(&mut self, body: &Body, name: &str, words: &[(&str, T)]) -> Option<T> {
        let attribute = body.attribute(name)?;
        let text = self.text_of(attribute)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let problem = Diagnostic::error(format!("{text:?} is nothing that \"{name}\" can be"));
            // One sign is not like another one.
            let named =
                words.iter().map(|(word, _)| *word).filter(|word| word.starts_with(char::is_alphabetic));
            let help = match suggest::nearest(&text, named) {
                Some(near) => format!("Did you mean {near:?}?"),
                None => {
                    let all: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
                    format!("It is one of {}.", all.join(", "))
                }
            };
            self.problems.push(problem.at(attribute.value.span(), "").help(help));
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// `true` or `false`.
    pub fn flag(&mut self, body: &Body, name: &str) -> Option<bool> {
        let attribute = body.attribute(name)?;
        let word = attribute.value.as_keyword().filter(|word| self.scope.lookup(word).is_none());
        if word.is_some() && !(self.hopeless)(&attribute.value) {
            let problem = Diagnostic::error(format!("\"{name}\" must be true or false"));
            self.problems.push(problem.at(attribute.value.span(), "this is neither"));
            return None;
        }
        self.typed(attribute, &Type::Bool)?.as_bool()
    }

    /// A whole number from `least` to `most`.
    pub fn whole(&mut self, body: &Body, name: &str, least: u64, most: u64) -> Option<u64> {
        let attribute = body.attribute(name)?;
        let value = self.typed(attribute, &Type::Number)?;
        let number = value.as_number()?.as_usize().map(|n| n as u64);
        let fits = number.filter(|n| (least..=most).contains(n));
        if fits.is_none() {
            let range =
                if most == u64::MAX { format!("{least} or more") } else { format!("from {least} to {most}") };
            let problem = Diagnostic::error(format!("\"{name}\" must be a whole number, {range}"))
                .at(attribute.value.span(), format!("this is {}", value.brief()));
            self.problems.push(problem);
        }
        fits
    }

    /// A length of time such as `90s`.
    pub fn period(&mut self, body: &Body, name: &str) -> Option<Duration> {
        let attribute = body.attribute(name)?;
        let text = self.typed(attribute, &Type::String)?;
        match period::parse(text.as_str()?) {
            Ok(duration) => Some(duration),
            Err(wrong) => {
                let problem = Diagnostic::error(format!("\"{name}\" must be a length of time"))
                    .at(attribute.value.span(), "")
                    .because(format!("{}.", sentence_case(&wrong)));
                self.problems.push(problem);
                None
            }
        }
    }

    /// A list of strings.
    pub fn texts(&mut self, body: &Body, name: &str) -> Option<Vec<String>> {
        self.texts_of(body.attribute(name)?)
    }

    /// The list of strings that an argument gives.
    pub fn texts_of(&mut self, attribute: &Attribute) -> Option<Vec<String>> {
        let value = self.typed(attribute, &Type::list(Type::String))?;
        let items = value.as_items()?;
        if let Some(null) = items.iter().position(Value::is_null) {
            let problem = Diagnostic::error(format!("\"{}\" holds null", attribute.name))
                .at(attribute.value.element(null), "this is null")
                .help("Leave the element out, or give a string.");
            self.problems.push(problem);
            return None;
        }
        Some(items.iter().filter_map(|v| v.as_str().map(str::to_string)).collect())
    }
}

/// Begins with a capital letter unless it begins with a name or a quote.
pub(super) fn sentence_case(text: &str) -> String {
    let first_word = text.split([' ', ',']).next().unwrap_or_default();
    if !first_word.chars().all(char::is_alphabetic) {
        return text.to_string();
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
