//! Hides known secrets in texts that others wrote: output of commands, messages of providers.

use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What stands in the place of a secret.
pub const HIDDEN: &str = "(sensitive)";
/// Shorter texts are left alone: hiding every `yes` or `80` would garble what a person must read.
const SHORTEST: usize = 4;
/// Of a secret of several lines, shorter lines are left alone: `root` or `admin: x` is often no secret by itself.
const SHORTEST_LINE: usize = 8;

/// The secrets that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mask {
    /// Those that are hidden wherever they stand, the longest first.
    long: Vec<String>,
    /// Those that are too short for that.
    short: BTreeSet<String>,
}

impl Mask {
    /// Hides every text and number within `values`.
    pub fn of<'a>(values: impl Iterator<Item = &'a Json>) -> Mask {
        let mut mask = Mask::default();
        values.for_each(|value| mask.collect(value));
        mask.long.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        mask.long.dedup();
        mask
    }

    /// `text` without the secrets.
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        for secret in &self.long {
            if shown.contains(secret.as_str()) {
                shown = Cow::Owned(shown.replace(secret.as_str(), HIDDEN));
            }
        }
        shown
    }

    /// Whether a secret stands in a text or number within `value`, names of fields included.
    pub fn finds(&self, value: &Json) -> bool {
        let holds = |text: &str| matches!(self.apply(text), Cow::Owned(_));
        match value {
            Json::String(text) => holds(text),
            Json::Number(number) => holds(&number.to_string()),
            Json::Array(items) => items.iter().any(|item| self.finds(item)),
            Json::Object(fields) => fields.iter().any(|(name, item)| holds(name) || self.finds(item)),
            Json::Null | Json::Bool(_) => false,
        }
    }

    /// Hides the secrets within `text`.
    pub fn hide(&self, text: &mut String) {
        if let Cow::Owned(shown) = self.apply(text) {
            *text = shown;
        }
    }

    /// The same for one word of a command line, which is hidden also where it is a secret as a whole, however short.
    pub fn hide_word(&self, word: &mut String) {
        match self.short.contains(word.trim()) {
            true => *word = HIDDEN.into(),
            false => self.hide(word),
        }
    }

    fn collect(&mut self, value: &Json) {
        match value {
            Json::String(text) => {
                self.add(text.trim());
                // A key is printed line by line, and the end of an output may begin in the midst of it.
                let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
                lines.for_each(|line| self.add(line));
            }
            Json::Number(number) => self.add(&number.to_string()),
            Json::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Json::Object(fields) => fields.values().for_each(|item| self.collect(item)),
            Json::Null | Json::Bool(_) => {}
        }
    }

    fn add(&mut self, text: &str) {
        match text.len() {
            0 => {}
            1..SHORTEST => drop(self.short.insert(text.to_string())),
            _ => self.long.push(text.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn hides_whole_secrets_and_what_is_in_them() {
        let mask = Mask::of([json!("hunter2"), json!({"a": ["hunter2-long", 99_887]}), json!("no")].iter());
        for (text, shown) in [
            ("hunter2-long and hunter2", "(sensitive) and (sensitive)"),
            ("pin=99887;", "pin=(sensitive);"),
            ("no secret here", "no secret here"),
        ] {
            assert_eq!(mask.apply(text), shown);
        }
    }

    #[test]
    fn hides_every_line_of_a_secret() {
        let mask = Mask::of([json!("-----BEGIN-----\nMIIEvQIBADAN\nroot\n-----END-----\n")].iter());
        for (text, shown) in [
            ("MIIEvQIBADAN", "(sensitive)"),
            ("root\n-----END-----", "root\n(sensitive)"),
            ("<-----BEGIN-----\nMIIEvQIBADAN\nroot\n-----END----->", "<(sensitive)>"),
        ] {
            assert_eq!(mask.apply(text), shown);
        }
    }

    #[test]
    fn hides_short_secrets_where_they_are_a_whole_word() {
        let mask = Mask::of([json!("q7"), json!(""), json!(80)].iter());
        for (word, shown) in
            [("q7", "(sensitive)"), ("80", "(sensitive)"), ("q77", "q77"), ("", ""), ("echo q7", "echo q7")]
        {
            let mut hidden = word.to_string();
            mask.hide_word(&mut hidden);
            assert_eq!(hidden, shown, "{word}");
        }
    }

    #[test]
    fn finds_secrets_anywhere_in_a_value() {
        let mask = Mask::of([json!(2026)].iter());
        for (value, found) in [
            (json!({"printed": "20261122-a"}), true),
            (json!([{"20261122": 1}]), true),
            (json!([120_261]), true),
            (json!({"printed": "level.old", "size": 202}), false),
        ] {
            assert_eq!(mask.finds(&value), found, "{value}");
        }
    }
}
