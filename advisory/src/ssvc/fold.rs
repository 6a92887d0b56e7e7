//! Spellings of the same name, made one.

/// What publishers write for a value, and what CERT/CC's tables say since Exploitation 1.1.0.
const SAME: [(&str, &str); 2] = [("poc", "public poc"), ("proof of concept", "public poc")];

/// A name in lower case, with single blanks for blanks, `-` and `_`, and `poc` as `public poc`. Of real records more than
/// a hundred say `Yes`, `PoC` or `Active` where the others say `yes`, `poc` or `active`.
#[must_use]
pub fn fold(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| c.is_whitespace() || c == '-' || c == '_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let folded = words.join(" ");
    SAME.iter().find(|(other, _)| *other == folded).map_or(folded, |(_, name)| (*name).to_string())
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spellings_of_one_name_are_equal() {
        assert_eq!(fold("PoC"), fold("Public PoC"));
        assert_eq!(fold("Out-of-Cycle"), fold("out_of cycle "));
        assert_eq!(fold("YES"), "yes");
        assert_ne!(fold("Track*"), fold("Track"));
    }
}
