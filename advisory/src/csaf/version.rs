//! Versions of a document: integers or semantic versions (3.1.11).

use super::schema;
use std::cmp::Ordering;

/// A version, in the order of <https://semver.org>; an integer counts as a major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version<'a> {
    /// Major, minor and patch.
    pub numbers: [u64; 3],
    /// What stands behind `-`.
    pub pre: Option<&'a str>,
    /// Whether it is a single number.
    pub integer: bool,
}

impl<'a> Version<'a> {
    /// The version of a text; build metadata count for nothing.
    pub fn parse(text: &'a str) -> Option<Version<'a>> {
        if !schema::is_version(text) {
            return None;
        }
        let core = text.split_once('+').map_or(text, |(core, _)| core);
        let (core, pre) = core.split_once('-').map_or((core, None), |(core, pre)| (core, Some(pre)));
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(core.split('.')) {
            *number = part.parse().ok()?;
        }
        Some(Version { numbers, pre, integer: !core.contains('.') })
    }

    /// Whether it is `0` or `0.y.z`.
    pub fn is_initial(&self) -> bool {
        self.numbers[0] == 0
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre, other.pre) {
            (Some(pre), Some(other)) => pre_release(pre, other),
            (pre, other) => pre.is_none().cmp(&other.is_none()),
        })
    }
}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Part by part: numbers by value and below words, words by their letters.
fn pre_release(a: &str, b: &str) -> Ordering {
    let key = |part: &str| {
        let number = part.bytes().all(|byte| byte.is_ascii_digit());
        (!number, if number { part.len() } else { 0 }, part.to_string())
    };
    a.split('.').map(key).cmp(b.split('.').map(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_the_order_of_semver() {
        let order = [
            "0.9.0",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.2.0",
            "1.10.0",
            "2",
        ];
        for (at, a) in order.iter().enumerate() {
            for (other, b) in order.iter().enumerate() {
                let parse = |text| Version::parse(text).expect(text);
                assert_eq!(parse(a).cmp(&parse(b)), at.cmp(&other), "{a} {b}");
            }
        }
        assert_eq!(Version::parse("1.0.0+a"), Version::parse("1.0.0+b"));
        assert_eq!(Version::parse("99999999999999999999"), None);
        assert_eq!(Version::parse("1.0"), None);
    }
}
