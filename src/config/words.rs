//! Texts that stand in a configuration again and again, such as the names of arguments: kept once.

use super::value::key;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// How many are remembered; a text that falls on the place of another one takes it.
const PLACES: usize = 1024;
/// Longer texts, in bytes, rarely come again.
const LONGEST: usize = 64;

/// The texts that were met lately, each in a place of its own: what repeats is found, and what does not costs no memory.
pub(super) struct Words(Vec<Option<Arc<str>>>);

impl Words {
    pub fn new() -> Words {
        Words(vec![None; PLACES])
    }

    /// The text as it is, shared with earlier ones where that can be told.
    pub fn get(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let place = &mut self.0[(hasher.finish() % PLACES as u64) as usize];
        match place {
            Some(known) if **known == *text => known.clone(),
            _ => place.insert(text.into()).clone(),
        }
    }

    /// A key in normal form C.
    pub fn key(&mut self, text: &str) -> Arc<str> {
        if text.is_ascii() { self.get(text) } else { key(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_what_they_are_and_are_shared() {
        let mut words = Words::new();
        let all: Vec<String> = (0..10_000).map(|n| format!("word-{n}")).collect();
        for text in &all {
            assert_eq!(*words.get(text), **text);
            assert!(Arc::ptr_eq(&words.get(text), &words.get(text)));
        }
        assert_eq!(&*words.key("e\u{301}"), "é");
        let long = "x".repeat(LONGEST + 1);
        assert!(!Arc::ptr_eq(&words.get(&long), &words.get(&long)));
    }
}
