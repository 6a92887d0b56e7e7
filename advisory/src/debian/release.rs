//! Debian's releases by name and number.

/// Releases, as debian.org/releases lists them.
const RELEASES: [(&str, &str); 20] = [
    ("hamm", "2.0"),
    ("slink", "2.1"),
    ("potato", "2.2"),
    ("woody", "3.0"),
    ("sarge", "3.1"),
    ("etch", "4"),
    ("lenny", "5"),
    ("squeeze", "6"),
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("duke", "15"),
    ("sid", "sid"),
    ("unstable", "sid"),
    ("experimental", "experimental"),
];

/// The number of a release by its name: `bookworm` is `12`. Unstable has none and is called `sid`.
pub fn number(name: &str) -> Option<&'static str> {
    RELEASES.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}
