//! The known name that a misspelt one was probably meant to be.

/// The known name nearest to `name`, if it is near enough to be a slip of the finger: a third of its letters, two at
/// least one. A single letter is near to every other one, so that nothing is offered for it.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    name.chars().nth(1)?;
    let letters: Vec<char> = name.chars().take(64).collect();
    let limit = (letters.len() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|k| k.chars().count().abs_diff(letters.len()) <= limit)
        .map(|k| (distance(&letters, &k.chars().collect::<Vec<_>>()), k))
        .filter(|(far, k)| *far <= limit && *k != name)
        .min()
        .map(|(_, k)| k)
}

/// How many letters must be added, dropped, changed or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let change = last[j] + usize::from(!x.eq_ignore_ascii_case(y));
            let mut least = change.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
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
    fn finds_slips_and_nothing_else() {
        let known = ["port", "address", "patch_level"];
        for (name, near) in [
            ("prot", Some("port")),
            ("adress", Some("address")),
            ("patchlevel", Some("patch_level")),
            ("colour", None),
            ("port", None),
            ("b", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), near, "{name}");
        }
    }
}
