//! The known name that a misspelt one was probably meant to be.

/// The known name nearest to `name`, if it is near enough to be a slip of the finger: a third of its letters, two at
/// least one. A single letter is near to every other one, so that nothing is offered for it.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    name.chars().nth(1)?;
    let letters: Vec<char> = name.chars().take(64).collect();
    let mut best: Option<(usize, &str)> = None;
    let mut other = Vec::new();
    let mut rows = Rows::default();
    for known in known {
        // Nothing farther than what is found already is looked at any closer: there may be very many names.
        let limit = best.map_or((letters.len() / 3).clamp(1, 3), |(far, _)| far);
        if known.len() + limit < letters.len() || known == name {
            continue;
        }
        other.clear();
        other.extend(known.chars().take(letters.len() + limit + 1));
        if let Some(far) = rows.distance(&letters, &other, limit)
            && best.is_none_or(|best| (far, known) < best)
        {
            best = Some((far, known));
        }
    }
    best.map(|(_, name)| name)
}

/// The last three rows of the table of distances.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// How many letters must be added, dropped, changed or swapped with their neighbour, if at most `limit`.
    fn distance(&mut self, a: &[char], b: &[char], limit: usize) -> Option<usize> {
        let (a, b) = unlike(a, b);
        if a.len().abs_diff(b.len()) > limit {
            return None;
        }
        if limit == 1 {
            // No table is needed: one letter is another one, or two are swapped.
            let is_swapped = a.len() == 2 && b.len() == 2 && a[0] == b[1] && a[1] == b[0];
            let far = if is_swapped { 1 } else { a.len().max(b.len()) };
            return Some(far).filter(|far| *far <= limit);
        }
        self.last.clear();
        self.last.extend(0..=b.len());
        for at in 0..a.len() {
            self.next(a, b, at, limit);
            let least = |row: &[usize]| row.iter().copied().min().unwrap_or(0);
            if least(&self.row) > limit && least(&self.last) >= limit {
                return None;
            }
            std::mem::swap(&mut self.before, &mut self.last);
            std::mem::swap(&mut self.last, &mut self.row);
        }
        self.last.last().copied().filter(|far| *far <= limit)
    }

    /// The row of the letter `at`; what is farther than `limit` from the diagonal stays out of reach.
    fn next(&mut self, a: &[char], b: &[char], at: usize, limit: usize) {
        let Rows { before, last, row } = self;
        row.clear();
        row.resize(b.len() + 1, limit + 1);
        row[0] = at + 1;
        for to in at.saturating_sub(limit)..b.len().min(at + limit + 1) {
            let change = last[to] + usize::from(!a[at].eq_ignore_ascii_case(&b[to]));
            let mut least = change.min(last[to + 1] + 1).min(row[to] + 1);
            if at > 0 && to > 0 && a[at] == b[to - 1] && a[at - 1] == b[to] {
                least = least.min(before[to - 1] + 1);
            }
            row[to + 1] = least;
        }
    }
}

/// What is left of two words without what they begin and end with alike.
fn unlike<'w>(a: &'w [char], b: &'w [char]) -> (&'w [char], &'w [char]) {
    let alike = |(a, b): &(&char, &char)| a.eq_ignore_ascii_case(b);
    let start = a.iter().zip(b).take_while(alike).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(alike).count();
    (&a[..a.len() - end], &b[..b.len() - end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the textbook has it.
    fn plain(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let change = table[i - 1][j - 1] + usize::from(!a[i - 1].eq_ignore_ascii_case(&b[j - 1]));
                    let least = change.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    let swaps = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if swaps { least.min(table[i - 2][j - 2] + 1) } else { least }
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn a_distance_within_the_limit_is_exact(a in "[abA]{0,9}", b in "[abA]{0,9}", limit in 1usize..4) {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            let far = plain(&a, &b);
            prop_assert_eq!(Rows::default().distance(&a, &b, limit), (far <= limit).then_some(far));
        }
    }

    #[test]
    fn very_many_names_are_searched_at_once() {
        let known: Vec<String> = (0..3_000).map(|i| format!("abcdefghij{i}")).collect();
        for name in 0..3_000 {
            let name = format!("abcdefghik{name}");
            assert!(
                nearest(&name, known.iter().map(String::as_str)).is_some_and(|near| near[10..] == name[10..])
            );
        }
    }

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
