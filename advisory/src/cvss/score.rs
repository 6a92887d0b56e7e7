//! A score, exact to the tenth, and the word for it.

use super::metric::Version;
use std::fmt;

/// A score from 0.0 to 10.0, in tenths, so that two of them are equal or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

impl Score {
    /// The highest, 10.0.
    pub const MAX: Score = Score(100);

    /// The score of that many tenths; nothing above 100.
    #[must_use]
    pub const fn of_tenths(tenths: u8) -> Option<Score> {
        if tenths <= 100 { Some(Score(tenths)) } else { None }
    }

    /// The score that a number is; none where it is no tenth between 0 and 10.
    #[must_use]
    pub fn of_number(number: f64) -> Option<Score> {
        let tenths = number * 10.0;
        let whole = tenths.round();
        ((0.0..=100.0).contains(&whole) && (tenths - whole).abs() < 1e-6).then_some(Score(whole as u8))
    }

    /// The score that an equation gave, already rounded by its rule.
    pub(super) fn of_equation(number: f64) -> Score {
        Score((number * 10.0).round().clamp(0.0, 100.0) as u8)
    }

    /// In tenths: 98 for 9.8.
    #[must_use]
    pub fn tenths(self) -> u8 {
        self.0
    }

    /// The word for the score. Version 3.1 (section 5) and 4.0 (section 6) say none, low, medium, high, critical; version
    /// 2.0 has no words of its own, so the National Vulnerability Database's low, medium and high are used.
    #[must_use]
    pub fn severity(self, version: Version) -> Severity {
        match (version, self.0) {
            (Version::V2, 0..40) => Severity::Low,
            (_, 0) => Severity::None,
            (_, 1..40) => Severity::Low,
            (_, 40..70) => Severity::Medium,
            (Version::V2, _) | (_, 70..90) => Severity::High,
            _ => Severity::Critical,
        }
    }
}

impl fmt::Display for Score {
    /// `9.8`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// The word for a score, from the least to the most severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 0.0
    None,
    /// 0.1 to 3.9
    Low,
    /// 4.0 to 6.9
    Medium,
    /// 7.0 to 8.9
    High,
    /// 9.0 to 10.0
    Critical,
}

impl Severity {
    /// All words, from the least to the most severe.
    pub const ALL: [Severity; 5] =
        [Severity::None, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The word as it is published, in capitals of any kind.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.word().eq_ignore_ascii_case(word))
    }

    /// `critical`
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::None => "none",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_where_the_specification_says() {
        let word = |tenths, version| Score::of_tenths(tenths).map(|score| score.severity(version));
        for (tenths, expected) in [
            (0, Severity::None),
            (1, Severity::Low),
            (39, Severity::Low),
            (40, Severity::Medium),
            (69, Severity::Medium),
            (70, Severity::High),
            (89, Severity::High),
            (90, Severity::Critical),
            (100, Severity::Critical),
        ] {
            assert_eq!(word(tenths, Version::V31), Some(expected), "{tenths}");
        }
        assert_eq!(word(100, Version::V2), Some(Severity::High));
        assert_eq!(word(0, Version::V2), Some(Severity::Low));
        assert_eq!(word(101, Version::V2), None);
        assert_eq!(Severity::of_word("CRITICAL"), Some(Severity::Critical));
        assert_eq!(Severity::of_word("moderate"), None);
    }

    #[test]
    fn only_tenths_are_scores() {
        assert_eq!(Score::of_number(9.8).map(Score::tenths), Some(98));
        assert_eq!(Score::of_number(10.0), Some(Score::MAX));
        for number in [7.85, -0.1, 10.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Score::of_number(number), None, "{number}");
        }
        assert_eq!(Score(98).to_string(), "9.8");
        assert_eq!(Score::MAX.to_string(), "10.0");
    }
}
