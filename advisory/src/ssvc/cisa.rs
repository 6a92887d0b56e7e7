//! The three points that CISA publishes for a CVE.

use super::fold::fold;

/// Exploitation 1.1.0 of CERT/CC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exploitation {
    /// No evidence of exploitation and no public proof of concept.
    None,
    /// A public proof of concept, or a well-known way to exploit.
    PublicPoc,
    /// Reliable evidence that it is exploited.
    Active,
}

/// Technical Impact 1.0.0 of CERT/CC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TechnicalImpact {
    /// Limited control over the software, or limited exposure.
    Partial,
    /// Total control over the software.
    Total,
}

/// What CISA's coordinator selected for a CVE; none where the record does not say, or says what is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CisaPoints {
    /// Whether it is exploited.
    pub exploitation: Option<Exploitation>,
    /// Whether exploitation can be automated (kill chain steps 1 to 4).
    pub automatable: Option<bool>,
    /// What exploitation gives.
    pub technical_impact: Option<TechnicalImpact>,
}

impl CisaPoints {
    /// Takes one selected value, by names in any spelling; others than the three points are passed over.
    pub fn take(&mut self, point: &str, value: &str) {
        match fold(point).as_str() {
            "exploitation" => self.exploitation = Exploitation::of_name(value),
            "automatable" => self.automatable = yes_or_no(value),
            "technical impact" => self.technical_impact = TechnicalImpact::of_name(value),
            _ => {}
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == CisaPoints::default()
    }
}

impl Exploitation {
    /// By name in any spelling.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Exploitation> {
        match fold(name).as_str() {
            "none" => Some(Exploitation::None),
            "public poc" => Some(Exploitation::PublicPoc),
            "active" => Some(Exploitation::Active),
            _ => None,
        }
    }

    /// `public poc`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Exploitation::None => "none",
            Exploitation::PublicPoc => "public poc",
            Exploitation::Active => "active",
        }
    }
}

impl TechnicalImpact {
    /// By name in any spelling.
    #[must_use]
    pub fn of_name(name: &str) -> Option<TechnicalImpact> {
        match fold(name).as_str() {
            "partial" => Some(TechnicalImpact::Partial),
            "total" => Some(TechnicalImpact::Total),
            _ => None,
        }
    }

    /// `total`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TechnicalImpact::Partial => "partial",
            TechnicalImpact::Total => "total",
        }
    }
}

fn yes_or_no(value: &str) -> Option<bool> {
    match fold(value).as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}
