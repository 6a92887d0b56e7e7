//! Which versions of the program or of a provider are asked for: `>= 0.1, < 2`.

use std::cmp::Ordering;

/// Conditions that a version must all meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement(Vec<(Operator, Numbers)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    /// `~> 1.2`: at least 1.2, below 2; `~> 1.2.3`: at least 1.2.3, below 1.3.
    About,
}

/// `1`, `1.2` or `1.2.3`; what is left out counts as zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Numbers {
    parts: [u64; 3],
    given: usize,
}

impl Requirement {
    /// Reads conditions separated by commas, in Terraform's notation.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Requirement, String> {
        text.split(',').map(condition).collect::<Result<_, _>>().map(Requirement)
    }

    /// Whether a version meets all conditions. What stands behind `-` or `+` in it is ignored.
    ///
    /// # Errors
    /// A sentence when `version` is none.
    pub fn admits(&self, version: &str) -> Result<bool, String> {
        let plain = version.split(['-', '+']).next().unwrap_or_default();
        let version = numbers(plain)?;
        Ok(self.0.iter().all(|(operator, wanted)| operator.holds(&version, wanted)))
    }
}

impl Operator {
    fn holds(self, version: &Numbers, wanted: &Numbers) -> bool {
        let order = version.parts.cmp(&wanted.parts);
        match self {
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::Less => order == Ordering::Less,
            Operator::LessOrEqual => order != Ordering::Greater,
            Operator::About => {
                let fixed = wanted.given.saturating_sub(1).max(1);
                order != Ordering::Less && version.parts[..fixed] == wanted.parts[..fixed]
            }
        }
    }
}

fn condition(text: &str) -> Result<(Operator, Numbers), String> {
    let text = text.trim();
    let signs = [
        (">=", Operator::GreaterOrEqual),
        ("<=", Operator::LessOrEqual),
        ("!=", Operator::NotEqual),
        ("~>", Operator::About),
        (">", Operator::Greater),
        ("<", Operator::Less),
        ("=", Operator::Equal),
    ];
    let (operator, rest) = signs
        .iter()
        .find_map(|(sign, operator)| text.strip_prefix(sign).map(|rest| (*operator, rest)))
        .unwrap_or((Operator::Equal, text));
    Ok((operator, numbers(rest.trim())?))
}

fn numbers(text: &str) -> Result<Numbers, String> {
    let wrong = || format!("{text:?} is no version; write one like \"0.1\" or \"1.2.3\"");
    let mut found = Numbers { parts: [0; 3], given: 0 };
    for part in text.split('.') {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let number = part.parse().ok().filter(|_| digits && found.given < 3).ok_or_else(wrong)?;
        found.parts[found.given] = number;
        found.given += 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_hold_or_not() {
        for (requirement, version, holds) in [
            (">= 0.1", "0.1.0", true),
            (">= 0.1", "0.0.9", false),
            (">= 0.1, < 1", "0.9.9", true),
            (">= 0.1, < 1", "1.0.0", false),
            ("~> 1.2", "1.9.0", true),
            ("~> 1.2", "2.0.0", false),
            ("~> 1.2.3", "1.2.9", true),
            ("~> 1.2.3", "1.3.0", false),
            ("~> 1", "1.7.0", true),
            ("~> 1", "2.0.0", false),
            ("!= 1.0", "1.0.0", false),
            ("1.2", "1.2.0-rc1", true),
            ("> 1.2", "1.2.0", false),
            ("<= 1.2", "1.2.0", true),
        ] {
            assert_eq!(
                Requirement::parse(requirement).unwrap().admits(version),
                Ok(holds),
                "{requirement} {version}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", ">=", "1.", "a", "1.2.3.4", ">= 1,", "=> 1", "99999999999999999999999", "+1"] {
            assert!(Requirement::parse(text).is_err(), "{text}");
        }
    }
}
