//! `count` and `for_each`: which instances a block has.

use super::component::Repeat;
use super::secret::called;
use crate::config::convert::convert;
use crate::config::fields::{Fields, misfit};
use crate::config::infer::{Guess, Sort};
use crate::config::syntax::Attribute;
use crate::config::types::Type;
use crate::config::value::{Data, Entries, Marks, Value};
use crate::model::{Diagnostic, InstanceKey, Span};
use std::sync::Arc;

/// More than these is a mistake, or an attack on the memory.
const MAX_INSTANCES: u64 = 1_000_000;
/// Its key, and what `each` or `count` is in it.
pub(super) type Instance = (InstanceKey, Option<(&'static str, Value)>);

/// The keys of a block's instances, and what `each` or `count` is in them.
pub(super) fn instances(repeat: &Repeat<'_>, fields: &mut Fields<'_>) -> Option<Vec<Instance>> {
    match repeat {
        Repeat::Once => Some(vec![(InstanceKey::None, None)]),
        Repeat::Count(attribute) => count(attribute, fields),
        Repeat::ForEach(attribute) => for_each(attribute, fields),
    }
}

fn count(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<Vec<Instance>> {
    let at = attribute.value.span();
    let value = match fields.found(&attribute.value) {
        Ok(value) => value,
        Err(guess) => {
            refuse_secret("count", &guess.deep_marks(), at, fields)?;
            let misfit = misfit(&attribute.value, &guess, &Type::Number)?;
            fields.problems.push(no_count(misfit.at, misfit.kind));
            return None;
        }
    };
    refuse_secret("count", &value.deep_marks(), at, fields)?;
    let number = convert(&value, &Type::Number).ok().and_then(|v| v.as_number().and_then(|n| n.as_usize()));
    match number.map(|n| n as u64) {
        Some(n) if n <= MAX_INSTANCES => {
            let own = |i: u64| Value::object(Entries::from([("index".into(), Value::number(i as i64))]));
            Some((0..n).map(|i| (InstanceKey::Index(i), Some(("count", own(i))))).collect())
        }
        Some(_) => {
            let problem = Diagnostic::error("\"count\" is too large")
                .at(at, format!("this is {}", value.brief()))
                .help(format!("At most {MAX_INSTANCES} instances are made."));
            fields.problems.push(problem);
            None
        }
        None => {
            fields.problems.push(no_count(at, &value.brief()));
            None
        }
    }
}

fn no_count(at: Span, is: &str) -> Diagnostic {
    Diagnostic::error("\"count\" must be a whole number, 0 or more")
        .at(at, format!("this is {is}"))
        .help("Write a number, for example length(var.hosts); 0 makes no instance.")
}

fn for_each(attribute: &Attribute, fields: &mut Fields<'_>) -> Option<Vec<Instance>> {
    let at = attribute.value.span();
    let value = match fields.found(&attribute.value) {
        Ok(value) => value,
        Err(guess) => {
            // The values of a map may be secrets; the keys are shown everywhere.
            let is_keyed = guess.sort() == Sort::Table;
            let marks = if is_keyed { guess.marks() } else { guess.deep_marks() };
            refuse_secret("for_each", &marks, at, fields)?;
            let help = unkeyed(&guess);
            let problem = help.map(|help| no_keys(at, guess.kind(), help));
            fields.problems.0.extend(problem);
            return None;
        }
    };
    let shown = value.clone().unmarked();
    let keyed = matches!(value.data(), Data::Map(_) | Data::Object(_));
    let marks = if keyed { value.marks().clone() } else { value.deep_marks() };
    refuse_secret("for_each", &marks, at, fields)?;
    let names: Arc<[Arc<str>]> = ["key", "value"].map(Arc::from).into();
    let instance = |key: &Arc<str>, value: &Value| {
        let each = Value::shaped(names.clone(), vec![Value::string(key.clone()), value.clone()]);
        (InstanceKey::Key(key.clone()), Some(("each", each)))
    };
    if let Some(entries) = value.as_entries() {
        return Some(entries.iter().map(|(key, value)| instance(key, value)).collect());
    }
    if let Data::Set(_) = value.data() {
        let items = value.as_items().unwrap_or_default();
        let keys: Option<Vec<Instance>> = items
            .iter()
            .map(|item| match item.data() {
                Data::String(key) => Some(instance(key, item)),
                _ => None,
            })
            .collect();
        if keys.is_some() {
            return keys;
        }
    }
    let help = match value.data() {
        Data::List(_) | Data::Tuple(_) => A_LIST,
        Data::Null(_) => "Give an empty map, {}, to make no instances.",
        Data::Set(_) if value.as_items().is_some_and(|items| items.iter().any(Value::is_null)) => {
            "There is a null in it; take it out: toset([for key in … : key if key != null])."
        }
        Data::Set(_) => OTHER_KEYS,
        _ => NO_KEYS,
    };
    fields.problems.push(no_keys(at, shown.kind(), help));
    None
}

const A_LIST: &str =
    "A list has no keys, so that taking one out would move the others: write toset([…]) or a map.";
const OTHER_KEYS: &str = "Keys are texts: toset([for key in … : tostring(key)]), or a map.";
const NO_KEYS: &str = "Write a map, { key = value }, or toset([\"a\", \"b\"]).";

/// What to write in place of what will never have keys.
fn unkeyed(guess: &Guess) -> Option<&'static str> {
    match guess {
        Guess::Of(Type::Any | Type::Map(_)) | Guess::Object(_) | Guess::Known(_) => None,
        Guess::Of(Type::Set(of)) => (**of != Type::String && **of != Type::Any).then_some(OTHER_KEYS),
        Guess::Of(Type::List(_)) | Guess::Tuple(_) => Some(A_LIST),
        Guess::Of(_) => Some(NO_KEYS),
        Guess::Secret(_, inner) => unkeyed(inner),
    }
}

fn no_keys(at: Span, kind: &str, help: &str) -> Diagnostic {
    Diagnostic::error("\"for_each\" must be a map or a set of strings")
        .at(at, format!("this is {kind}"))
        .help(help)
}

fn refuse_secret(name: &str, marks: &Marks, at: Span, fields: &mut Fields<'_>) -> Option<()> {
    if !marks.is_sensitive() {
        return Some(());
    }
    let problem = Diagnostic::error(format!("A secret may not decide \"{name}\""))
        .at(at, from_variables(marks))
        .because("Addresses of components are shown and stored in clear, and would give it away.")
        .help("Use a value that is not sensitive; nonsensitive(…) says that showing it does no harm.");
    fields.problems.push(problem);
    None
}

/// For the label of a value that is sensitive.
pub(super) fn from_variables(marks: &Marks) -> String {
    let names: Vec<String> = marks.variables().map(|name| called(name)).collect();
    if names.is_empty() {
        "this is sensitive".to_string()
    } else {
        format!("this is sensitive, by {}", names.join(", "))
    }
}
