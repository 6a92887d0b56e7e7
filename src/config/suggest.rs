//! What to say about a misspelt name: the nearest one, or those that exist.

pub use super::suggestion::nearest;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many names are looked at for suggestions, all in all: each mistake in a text may ask for all the names in it, so
/// that a text of mistakes alone would take time by its square.
const LOOKED_AT: usize = 2_000_000;

/// How many names may still be looked at for suggestions.
#[derive(Debug)]
pub struct Searches(AtomicUsize);

impl Default for Searches {
    fn default() -> Self {
        Searches(AtomicUsize::new(LOOKED_AT))
    }
}

impl Searches {
    /// Whether one more search may go through so many names.
    pub fn allow(&self, among: usize) -> bool {
        let less = |left: usize| left.checked_sub(among);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// As [`nearest`]; nothing where too many names were looked at already.
    pub fn nearest<'a>(
        &self,
        word: &str,
        known: impl IntoIterator<Item = &'a str, IntoIter: ExactSizeIterator>,
    ) -> Option<&'a str> {
        let known = known.into_iter();
        self.allow(known.len()).then(|| nearest(word, known)).flatten()
    }
}

/// A sentence that offers the nearest name, or lists the candidates when there are few, or nothing.
pub fn sentence<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(name) = nearest(word, candidates.iter().copied()) {
        return format!("Did you mean \"{name}\"?");
    }
    match candidates.len() {
        0 => String::new(),
        1 => format!("Only \"{}\" exists here.", candidates[0]),
        n if n <= MAX_LISTED => format!("These exist here: {}.", candidates.join(", ")),
        _ => String::new(),
    }
}

const MAX_LISTED: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_the_nearest_or_nothing() {
        let names = ["path", "patch_level", "depends_on", "for_each", "count"];
        for (word, offered) in [
            ("patch_levle", Some("patch_level")),
            ("pathc", Some("path")),
            ("foreach", Some("for_each")),
            ("depend_on", Some("depends_on")),
            ("cuont", Some("count")),
            ("zebra", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), offered, "{word}");
        }
    }

    #[test]
    fn searches_come_to_an_end() {
        let searches = Searches(AtomicUsize::new(5));
        assert_eq!(searches.nearest("prot", ["port", "path", "pin"]), Some("port"));
        assert_eq!(searches.nearest("prot", ["port", "path", "pin"]), None);
        assert_eq!(searches.nearest("prot", ["port"]), Some("port"));
    }

    #[test]
    fn a_sentence_lists_few_candidates() {
        assert_eq!(sentence("zebra", ["a1", "b1"]), "These exist here: a1, b1.");
        assert_eq!(sentence("zebra", []), "");
        assert_eq!(sentence("sevrice", ["service"]), "Did you mean \"service\"?");
    }
}
