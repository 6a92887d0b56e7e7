//! What to say about a misspelt name: the nearest one, or those that exist.

pub use super::suggestion::nearest;

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
    fn a_sentence_lists_few_candidates() {
        assert_eq!(sentence("zebra", ["a1", "b1"]), "These exist here: a1, b1.");
        assert_eq!(sentence("zebra", []), "");
        assert_eq!(sentence("sevrice", ["service"]), "Did you mean \"service\"?");
    }
}
