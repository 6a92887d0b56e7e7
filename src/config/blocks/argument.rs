//! An argument of a block: its name, what it takes, whether it must be given.

/// One row of a block.
#[derive(Debug)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// The values that fit.
    pub takes: Takes,
    /// Whether it must be given, and what holds where it is not.
    pub need: Need,
    /// What may stand in its expression.
    pub holds: Holds,
    /// What it is for: one sentence without a full stop.
    pub about: &'static str,
}

/// The values that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A string.
    Text,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number within these bounds.
    Whole(u64, u64),
    /// A length of time such as `90s`.
    Time,
    /// A list of strings.
    Texts,
    /// An object.
    Object,
    /// A map of strings.
    TextMap,
    /// Any value.
    Any,
    /// What is said here, for what no other row fits.
    Special(&'static str),
}

/// Whether an argument must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must; a line that gives it.
    Required(&'static str),
    /// It need not; what holds without it.
    Optional(&'static str),
    /// It need not; the value that it has without it, as it would be written.
    Default(&'static str),
    /// The design has it; this version refuses it by name.
    Later,
}

/// What may stand in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// No reference: it is read before anything has a value.
    Literal,
    /// References to `path`: where the configuration and the module stand.
    Paths,
    /// Names without quotes, which are not evaluated.
    Name,
    /// References, but no secret: it is shown and stored in clear.
    Values,
    /// References, secrets too.
    Secrets,
}

impl Takes {
    /// In a few words.
    pub fn words(self) -> String {
        match self {
            Takes::Text => "string".to_string(),
            Takes::Word(words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}", quoted.join(", "))
            }
            Takes::Flag => "bool".to_string(),
            Takes::Whole(least, u64::MAX) => format!("whole number from {least}"),
            Takes::Whole(least, most) => format!("whole number from {least} to {most}"),
            Takes::Time => "length of time".to_string(),
            Takes::Texts => "list of strings".to_string(),
            Takes::Object => "object".to_string(),
            Takes::TextMap => "map of strings".to_string(),
            Takes::Any => "any".to_string(),
            Takes::Special(words) => words.to_string(),
        }
    }
}

impl Holds {
    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Holds::Literal => "no references",
            Holds::Paths => "references to `path`",
            Holds::Name => "names, no values",
            Holds::Values => "references",
            Holds::Secrets => "references, secrets",
        }
    }
}

/// An argument that refers to values, but to no secret.
pub(super) const fn argument(name: &'static str, takes: Takes, need: Need, about: &'static str) -> Argument {
    Argument { name, takes, need, holds: Holds::Values, about }
}

/// The words of a table that says what each means.
pub(super) const fn words<T, const N: usize>(table: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = table[at].0;
        at += 1;
    }
    words
}

/// An argument of the design.
pub(super) const fn later(name: &'static str, about: &'static str) -> Argument {
    Argument { name, takes: Takes::Any, need: Need::Later, holds: Holds::Values, about }
}

impl Argument {
    /// With other things in its expression.
    pub(super) const fn holding(mut self, holds: Holds) -> Argument {
        self.holds = holds;
        self
    }
}
