//! `(?i)` for letters beyond ASCII, as RE2 has it: the library takes only those of ASCII for the same. Each letter is
//! written out as the class of those that it folds to.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

/// Behind this code no letter has a case.
const LAST: u32 = 0x1_ffff;

/// The pattern with letters written out wherever it ignores their case.
pub(super) fn unfolded(pattern: &str) -> String {
    let may_ignore = pattern.match_indices("(?").any(|(at, _)| flags(&pattern[at + 2..]).is_some());
    if !may_ignore {
        return pattern.to_string();
    }
    let mut walk = Walk { rest: pattern, out: String::new(), ignores: vec![false] };
    walk.run();
    walk.out
}

struct Walk<'p> {
    rest: &'p str,
    out: String,
    /// For each group that is open, whether case is ignored in it.
    ignores: Vec<bool>,
}

impl Walk<'_> {
    fn run(&mut self) {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\\' => self.take(super::escape(self.rest)),
                '(' => self.open(),
                ')' => {
                    if self.ignores.len() > 1 {
                        self.ignores.pop();
                    }
                    self.take(1);
                }
                '[' => self.class(),
                letter => {
                    match self.ignoring().then(|| others(letter)).flatten() {
                        Some(others) => {
                            self.out.extend(['[', letter]);
                            self.out.extend(others);
                            self.out.push(']');
                        }
                        None => self.out.push(letter),
                    }
                    self.rest = &self.rest[letter.len_utf8()..];
                }
            }
        }
    }

    fn ignoring(&self) -> bool {
        self.ignores.last().copied().unwrap_or_default()
    }

    fn take(&mut self, length: usize) {
        let length = length.min(self.rest.len());
        self.out.push_str(&self.rest[..length]);
        self.rest = &self.rest[length..];
    }

    /// A group, or flags for what is left of the one that it stands in.
    fn open(&mut self) {
        let now = self.ignoring();
        match self.rest.strip_prefix("(?").and_then(flags) {
            Some((ignores, length, alone)) => {
                let ignores = ignores.unwrap_or(now);
                match self.ignores.last_mut() {
                    Some(last) if alone => *last = ignores,
                    _ => self.ignores.push(ignores),
                }
                self.take(2 + length);
            }
            None => {
                self.ignores.push(now);
                // The name of a group is no letter to match.
                let named = self.rest.starts_with("(?P<") || self.rest.starts_with("(?<");
                self.take(if named { self.rest.find('>').map_or(1, |end| end + 1) } else { 1 });
            }
        }
    }

    /// `[…]`: what its letters and ranges fold to is added at its end.
    fn class(&mut self) {
        let mut more = Vec::new();
        self.take(1);
        if self.rest.starts_with('^') {
            self.take(1);
        }
        // A bracket that comes first stands for itself.
        let (mut first, mut from) = (true, None);
        while let Some(c) = self.rest.chars().next() {
            match c {
                ']' if !first => break,
                '[' if self.rest.starts_with("[:") => {
                    self.take(self.rest.find(":]").map_or(1, |end| end + 2));
                    from = None;
                }
                '\\' => {
                    self.take(super::escape(self.rest));
                    from = None;
                }
                '-' if from.is_some() && !self.rest.starts_with("-]") => {
                    self.take(1);
                    let Some(to) = self.rest.chars().next().filter(|to| *to != '\\') else { continue };
                    let range = from.take().unwrap_or(to)..=to;
                    if self.ignoring() {
                        more.extend(beyond(&range));
                    }
                    self.take(to.len_utf8());
                }
                letter => {
                    if self.ignoring() {
                        more.extend(others(letter).into_iter().flatten());
                    }
                    from = Some(letter);
                    self.take(letter.len_utf8());
                }
            }
            first = false;
        }
        if self.ignoring() {
            more.sort_unstable();
            more.dedup();
            self.out.extend(more);
        }
        self.take(1);
    }
}

/// Letters that those of a range fold to.
fn beyond(range: &RangeInclusive<char>) -> Vec<char> {
    let met = alike().values().filter(|all| all.iter().any(|c| range.contains(c)));
    met.flatten().copied().filter(|c| !range.contains(c)).collect()
}

/// What flags such as `i-s)` or `i:` say of case, how long they are, and whether no group follows. `None` for other groups.
fn flags(text: &str) -> Option<(Option<bool>, usize, bool)> {
    let end = text.find(|c: char| !matches!(c, 'i' | 'm' | 's' | 'U' | '-'))?;
    let alone = match &text[end..end + text[end..].chars().next()?.len_utf8()] {
        ")" => true,
        ":" => false,
        _ => return None,
    };
    let (on, off) = text[..end].split_once('-').unwrap_or((&text[..end], ""));
    let ignores = if off.contains('i') { Some(false) } else { on.contains('i').then_some(true) };
    Some((ignores, end + 1, alone))
}

/// The letters that a letter folds to, if one of them is beyond ASCII.
fn others(letter: char) -> Option<Vec<char>> {
    let all = alike().get(&folded(letter))?;
    let others: Vec<char> = all.iter().copied().filter(|other| *other != letter).collect();
    (!others.is_empty() && all.iter().any(|c| !c.is_ascii())).then_some(others)
}

/// By the small letter, all that fold to one another.
fn alike() -> &'static BTreeMap<char, Vec<char>> {
    static ALIKE: OnceLock<BTreeMap<char, Vec<char>>> = OnceLock::new();
    ALIKE.get_or_init(|| {
        let mut alike: BTreeMap<char, Vec<char>> = BTreeMap::new();
        for c in (0..=LAST).filter_map(char::from_u32) {
            let small = folded(c);
            if small != c {
                alike.entry(small).or_insert_with(|| vec![small]).push(c);
            }
        }
        alike
    })
}

/// A dotless i has a capital, but folds to nothing.
fn folded(c: char) -> char {
    match c {
        'ı' => c,
        _ => {
            let capital = single(c.to_uppercase()).unwrap_or(c);
            single(capital.to_lowercase()).unwrap_or(capital)
        }
    }
}

fn single(mut letters: impl ExactSizeIterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.len() == 0)
}

#[cfg(test)]
mod tests {
    use super::unfolded;

    #[test]
    fn letters_are_written_out_where_case_is_ignored() {
        for (pattern, wanted) in [
            ("äb", "äb"),
            ("(?i)äb", "(?i)[äÄ]b"),
            ("(?i:ä)ä(?-i)ä", "(?i:[äÄ])ä(?-i)ä"),
            ("((?i)ä)ä", "((?i)[äÄ])ä"),
            ("(?i)[^äx]\\[ä[]ä]", "(?i)[^äxÄ]\\[[äÄ][]äÄ]"),
            ("(?i)[[:alpha:]ä-ö]", "(?i)[[:alpha:]ä-öÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ\u{212b}]"),
            ("(?i)k(?P<s>x)", "(?i)[kK\u{212a}](?P<s>x)"),
            ("(?i)ıß", "(?i)ı[ßẞ]"),
        ] {
            assert_eq!(unfolded(pattern), wanted, "{pattern}");
        }
    }
}
