//! The nearest name to a misspelt one.

/// The candidate that is most likely meant by `word`: the fewest edits (a swap of neighbours counts as one), and
/// not more than a third of the word's length; equal ones in the order given.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(MAX_LENGTH).collect();
    let allowed = (word.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.chars().take(MAX_LENGTH).collect();
        if other.len().abs_diff(word.len()) > allowed || other == word {
            continue;
        }
        let distance = distance(&word, &other);
        // A name of one or two letters is near to every other one: offer it only for a difference of case.
        let plausible = distance <= allowed && distance < word.len().min(other.len());
        if plausible && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
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

/// Longer words are compared by their beginnings: hostile input must not cost the square of its length.
const MAX_LENGTH: usize = 64;
const MAX_LISTED: usize = 20;

/// Optimal string alignment distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (last[j - 1] + changed).min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

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
