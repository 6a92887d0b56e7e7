//! A check: a probe of a component's health, before and after its patch.

use super::{Credential, Silence};
use std::time::Duration;

/// A probe of a component's health, before and after its patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name within the component.
    pub name: String,
    /// What is tried.
    pub probe: Probe,
    /// How long one try may take.
    pub timeout: Duration,
    /// Pause between tries.
    pub interval: Duration,
    /// How long to go on trying until it succeeds.
    pub within: Duration,
    /// How many successes in a row make it well; at least 1.
    pub successes: u32,
    /// How many failures in a row make it ill before `within` is over.
    pub failures: Option<u32>,
    /// What follows when it is ill.
    pub need: Need,
}

/// What follows when a check is ill.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Need {
    /// Ill before: the component is not begun. Ill afterwards: its patch failed.
    #[default]
    Required,
    /// Ill afterwards, and not before: its patch failed. What was ill before already is told.
    Kept,
    /// It is told.
    Wanted,
}

/// An HTTP request, and what answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// Address.
    pub url: String,
    /// Status that is expected.
    pub expect_status: u16,
    /// Text that the body must contain.
    pub expect_body: Option<String>,
    /// How long the answer may take at most.
    pub max_latency: Option<Duration>,
    /// How long the certificates of the server must still hold.
    pub valid_for: Option<Duration>,
    /// Certificates in PEM of those who vouch for the server, in place of Mozilla's list.
    pub trusted: Option<String>,
    /// How it is told who asks.
    pub credential: Option<Credential>,
}

impl Web {
    /// An address that answers with 200.
    pub fn at(url: impl Into<String>) -> Web {
        Web {
            url: url.into(),
            expect_status: 200,
            expect_body: None,
            max_latency: None,
            valid_for: None,
            trusted: None,
            credential: None,
        }
    }
}

/// What a check tries.
#[derive(Debug, Clone, PartialEq)]
pub enum Probe {
    /// A command on the target; healthy when it exits 0.
    Exec {
        /// Program and arguments.
        command: Vec<String>,
        /// Text that its standard output must contain.
        expect_output: Option<String>,
    },
    /// A TCP connection that opens.
    Tcp {
        /// Host or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// An HTTP request that is answered as expected.
    Http(Web),
    /// Units of systemd on the target that are active; without any: no unit of the system has failed.
    Systemd {
        /// Names of units.
        units: Vec<String>,
    },
    /// No entries of a priority in the target's journal since the patch began.
    Journal {
        /// Whose entries count; without any: everybody's.
        units: Vec<String>,
        /// Entries of this priority and above count.
        priority: String,
        /// Only entries that match this regular expression count.
        pattern: Option<String>,
        /// How far it looks back before the patch.
        look_back: Duration,
    },
    /// A query that a Prometheus answers, asked from this machine: each of its values compares so with a threshold.
    Prometheus {
        /// Address of the server, without `/api/v1/query`.
        url: String,
        /// In PromQL.
        query: String,
        /// How each value compares with the threshold.
        comparison: Comparison,
        /// What it is compared with; finite.
        threshold: f64,
        /// Certificates in PEM of those who vouch for the server, in place of Mozilla's list.
        trusted: Option<String>,
        /// How it is told who asks.
        credential: Option<Credential>,
    },
}

/// How a number compares with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
}

impl Need {
    /// Its words in the language and in stored plans.
    pub const WORDS: [(&str, Need); 3] =
        [("required", Need::Required), ("kept", Need::Kept), ("wanted", Need::Wanted)];
}

impl Comparison {
    /// Its signs in the language and in stored plans.
    pub const SIGNS: [(&str, Comparison); 6] = [
        ("<", Comparison::Below),
        ("<=", Comparison::AtMost),
        ("==", Comparison::Equal),
        ("!=", Comparison::Unequal),
        (">=", Comparison::AtLeast),
        (">", Comparison::Above),
    ];

    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Comparison::Below => "<",
            Comparison::AtMost => "<=",
            Comparison::Equal => "==",
            Comparison::Unequal => "!=",
            Comparison::AtLeast => ">=",
            Comparison::Above => ">",
        }
    }

    /// Whether `value` compares so with `threshold`; something that is no number never does.
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        value.partial_cmp(&threshold).is_some_and(|order| match self {
            Comparison::Below => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Equal => order.is_eq(),
            Comparison::Unequal => order.is_ne(),
            Comparison::AtLeast => order.is_ge(),
            Comparison::Above => order.is_gt(),
        })
    }
}

/// How servers are told who asks them, by checks and a silence.
pub fn credentials<'a>(
    checks: &'a [Check],
    silence: Option<&'a Silence>,
) -> impl Iterator<Item = &'a Credential> {
    let of_check = |check: &'a Check| match &check.probe {
        Probe::Http(Web { credential, .. }) | Probe::Prometheus { credential, .. } => credential.as_ref(),
        _ => None,
    };
    checks.iter().filter_map(of_check).chain(silence.and_then(|silence| silence.credential.as_ref()))
}

impl Check {
    /// The same check in a short look: it is tried as often as its counts need, and not until it may have become well.
    pub fn at_a_glance(&self) -> Check {
        let tries = self.successes.max(self.failures.unwrap_or(1));
        let long = self.timeout.saturating_add(self.interval).saturating_mul(tries);
        Check { within: self.within.min(long), ..self.clone() }
    }
}
