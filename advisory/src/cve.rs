//! The id of a CVE, such as `CVE-2024-3400`.

use std::fmt;
use std::str::FromStr;

/// A year and a number, in the order of time: `CVE-2024-999` before `CVE-2024-10000`.
///
/// Form: the schema of CVE records, `^CVE-[0-9]{4}-[0-9]{4,19}$`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CveId {
    year: u16,
    number: u64,
}

/// A text that is no CVE id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no CVE id, such as CVE-2024-3400")]
pub struct NotCve(pub String);

impl CveId {
    /// The year it was reserved in.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// Reads an id; none where the text is another.
    #[must_use]
    pub fn parse(text: &str) -> Option<CveId> {
        let (year, number) = text.strip_prefix("CVE-")?.split_once('-')?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        // A zero in front is only there to make four digits, or two ids would be one.
        let padded = number.len() > 4 && number.starts_with('0');
        let formed =
            year.len() == 4 && (4..=19).contains(&number.len()) && digits(year) && digits(number) && !padded;
        formed.then(|| Some(CveId { year: year.parse().ok()?, number: number.parse().ok()? })).flatten()
    }
}

impl FromStr for CveId {
    type Err = NotCve;

    fn from_str(text: &str) -> Result<CveId, NotCve> {
        CveId::parse(text).ok_or_else(|| NotCve(text.chars().take(40).collect()))
    }
}

impl fmt::Display for CveId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CVE-{:04}-{:04}", self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_ids_are_ids() {
        for text in ["CVE-1999-0005", "CVE-2024-3400", "CVE-2023-100005", "CVE-2023-9999999999999999999"] {
            assert_eq!(text.parse::<CveId>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "cve-1999-0005",
            "CVE-99-0005",
            "CVE-1999-005",
            "CVE-1999-00005",
            "CVE-1999-0005 ",
            "CVE-1999-+005",
        ] {
            assert_eq!(CveId::parse(text), None, "{text}");
        }
        assert!(CveId::parse("CVE-2024-9999") < CveId::parse("CVE-2024-10000"));
    }

    proptest! {
        #[test]
        fn any_text_is_the_id_or_none(text in "(CVE-)?[0-9]{3,5}-[0-9A]{3,21}") {
            if let Some(id) = CveId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
