//! Values in a few words, for diagnostics.

use super::{Data, Sequence, Table, Value, quoted};
use std::borrow::Cow;

impl Value {
    /// A short form for diagnostics: `"http"`, `[1, 2, 3]`, `object with 12 attributes`, `(sensitive)`.
    pub fn brief(&self) -> String {
        // A part that is one makes no secret of the names beside it.
        if self.marks().is_sensitive() {
            return "(sensitive)".to_string();
        }
        match &self.data {
            Data::Null(_) => "null".to_string(),
            Data::Bool(b) => b.to_string(),
            Data::Number(n) => shortened(&n.to_string(), 40).into_owned(),
            Data::String(s) => quoted(&shortened(s, 60)),
            Data::Block(block) => format!("{}.{}", block.kind, block.name),
            Data::List(s) => s.brief("list"),
            Data::Set(s) => s.brief("set"),
            Data::Tuple(s) => s.brief("tuple"),
            Data::Map(t) => t.brief("map"),
            Data::Object(t) => t.brief("object"),
        }
    }
}

impl Sequence {
    fn brief(&self, word: &str) -> String {
        let small = self.inside.depth <= 2 && self.items.len() <= 5;
        let text = small.then(|| {
            let items: Vec<String> = self.items.iter().map(Value::brief).collect();
            format!("[{}]", items.join(", "))
        });
        match (text.filter(|t| t.len() <= 60), self.items.len()) {
            (Some(text), _) => text,
            (None, 1) => format!("{word} with 1 element"),
            (None, n) => format!("{word} with {n} elements"),
        }
    }
}

impl Table {
    fn brief(&self, word: &str) -> String {
        let small = self.inside.depth <= 2 && self.len() <= 5;
        let text = small.then(|| {
            let entries: Vec<String> =
                self.iter().map(|(k, v)| format!("{} = {}", shown_key(k), v.brief())).collect();
            if entries.is_empty() { "{}".to_string() } else { format!("{{ {} }}", entries.join(", ")) }
        });
        let what = if word == "map" { "element" } else { "attribute" };
        match (text.filter(|t| t.len() <= 60), self.len()) {
            (Some(text), _) => text,
            (None, 1) => format!("{word} with 1 {what}"),
            (None, n) => format!("{word} with {n} {what}s"),
        }
    }
}

fn shown_key(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !text.is_empty() && text.chars().all(plain) { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

/// At most `limit` characters, the last of them `…` where something was cut off.
fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let mut short: String = text.chars().take(limit - 1).collect();
            short.push('…');
            Cow::Owned(short)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::value::{Entries, Marks};

    #[test]
    fn says_enough_and_no_more() {
        let many = |n: i64| Value::tuple((0..n).map(Value::number).collect());
        let one = |value: Value| Value::object(Entries::from([("a b".into(), value)]));
        let secret = Value::string("hunter2").marked(&Marks::variable("token"));
        for (value, wanted) in [
            (Value::string("http"), "\"http\""),
            (Value::string("x".repeat(70)), &format!("\"{}…\"", "x".repeat(59))),
            (many(0), "[]"),
            (many(3), "[0, 1, 2]"),
            (many(6), "tuple with 6 elements"),
            (Value::tuple(vec![many(1)]), "[[0]]"),
            (Value::tuple(vec![one(many(1))]), "tuple with 1 element"),
            (one(Value::NULL), "{ \"a b\" = null }"),
            (one(many(2)), "{ \"a b\" = [0, 1] }"),
            (one(one(many(2))), "object with 1 attribute"),
            (Value::map(Entries::new()), "{}"),
            (secret.clone(), "(sensitive)"),
            (one(secret.clone()), "{ \"a b\" = (sensitive) }"),
            (Value::tuple(vec![secret, Value::NULL]), "[(sensitive), null]"),
        ] {
            assert_eq!(value.brief(), wanted);
        }
    }
}
