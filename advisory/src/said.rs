//! What a document says of one product, made an entry of a record: the bridge from verdicts to [`Affected`].
//!
//! A package URL names the package, its version, architecture and module; where the product is part of a platform
//! (Red Hat, SUSE), that platform's CPE or name says of which release and channel. Only a fix that was built for one
//! release of a distribution says something about other versions: those below it are affected. Anything else holds for
//! the version that is named and no other.

use crate::affected::{Affected, NoFix, Status};
use crate::csaf::Stance;
use crate::ecosystem::{Ecosystem, Naming};
use crate::installed::Installed;
use crate::purl::{Purl, PurlError};
use crate::range::{Event, Range, RangeKind};

/// One product, and what the document says of it.
#[derive(Debug, Clone)]
pub(crate) struct Said<'a> {
    /// The product's id in the document.
    pub product: &'a str,
    /// Its package URL.
    pub purl: &'a str,
    /// Whose package it is, where the document says so beside the package URL.
    pub platform: Option<Ecosystem>,
    /// What is said.
    pub stance: Stance,
    /// The version is the last that is affected, and those below it are, too.
    pub last: bool,
    /// Why there is no fix, where it is affected.
    pub no_fix: NoFix,
    /// Why, in the document's words.
    pub note: Option<String>,
}

impl Said<'_> {
    /// The entry.
    ///
    /// # Errors
    /// A text that is no package URL.
    pub(crate) fn entry(self) -> Result<Affected, PurlError> {
        let purl = Purl::parse(self.purl)?;
        let Installed { name, version, arch, module, .. } = purl.installed();
        let released = self.platform.is_some();
        let ecosystem = self.platform.unwrap_or_else(|| purl.whose());
        let ranged = (released || ecosystem.release.is_some()) && ecosystem.scheme().is_some();
        let of_source = matches!(arch.as_deref(), Some("source" | "src"));
        let (status, ranges) = match self.stance {
            Stance::Affected if self.last && ranged && !version.is_empty() => {
                let events = vec![Event::Introduced("0".into()), Event::LastAffected(version.clone())];
                let range = Range::new(RangeKind::Ecosystem, events, None, ecosystem.scheme());
                (Status::Versions, vec![range])
            }
            Stance::Affected if version.is_empty() => (Status::NoFix(self.no_fix), Vec::new()),
            Stance::Affected => (Status::Listed, Vec::new()),
            Stance::Fixed if ranged && !version.is_empty() => {
                (Status::Versions, vec![Range::below(&version, ecosystem.scheme())])
            }
            // Without a version nobody can tell which one has the fix.
            Stance::Fixed if version.is_empty() => (Status::Undetermined, Vec::new()),
            Stance::Fixed | Stance::NotAffected => (Status::NotAffected, Vec::new()),
            Stance::UnderInvestigation => (Status::UnderInvestigation, Vec::new()),
            Stance::Unknown | Stance::Contradicting => (Status::Undetermined, Vec::new()),
        };
        let listed = matches!(status, Status::Listed | Status::NotAffected) && !version.is_empty();
        Ok(Affected {
            naming: if of_source { Naming::Source } else { Naming::Binary },
            status,
            ranges,
            versions: if listed { vec![version] } else { Vec::new() },
            arches: arch.into_iter().filter(|_| !of_source).collect(),
            module,
            note: self.note,
            product: Some(self.product.to_string()),
            ..Affected::new(ecosystem, &name)
        })
    }
}

impl Purl {
    /// Whose package it is: the ecosystem of the OSV schema, else one of its own for each type and namespace, whose
    /// versions have no order here: `pkg:generic/acme`.
    pub fn whose(&self) -> Ecosystem {
        self.ecosystem().unwrap_or_else(|| {
            let parts = self.parts();
            let namespace = parts.namespace.as_deref().map_or(String::new(), |of| format!("/{of}"));
            let name = format!("pkg:{}{namespace}", parts.kind);
            Ecosystem { text: name.clone(), name, ..Ecosystem::default() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::Advisory;
    use crate::matching::Index;
    use crate::platform::Platform;

    /// What is said of a package URL, in words, for a version of the package on a platform.
    fn why(stance: Stance, purl: &str, platform: &str, version: &str) -> Option<String> {
        let said =
            Said { product: "p", purl, platform: None, stance, last: false, no_fix: NoFix::Open, note: None };
        let affected = vec![said.entry().unwrap()];
        let records = [Advisory { id: "V".into(), affected, ..Advisory::default() }];
        let index = Index::new(&records);
        let installed = Installed::new("a", version);
        let found = index.assess_one(&Platform::parse(platform), &installed);
        found.first().map(|found| format!("{:?}: {}", found.verdict(), found.why))
    }

    #[test]
    fn a_fix_for_a_release_holds_below_it_and_any_other_word_for_its_version_only() {
        let debian =
            |stance, version| why(stance, "pkg:deb/debian/a@2?distro=debian-12", "Debian:12", version);
        assert_eq!(debian(Stance::Fixed, "1").unwrap(), "Affected: below 2");
        assert_eq!(debian(Stance::Fixed, "2+deb12u1").unwrap(), "NotAffected: fixed in 2");
        assert_eq!(
            debian(Stance::NotAffected, "2").unwrap(),
            "NotAffected: the vendor says that it is not affected"
        );
        assert_eq!(
            debian(Stance::NotAffected, "3").unwrap(),
            "Unknown: the vendor speaks of other versions: 2"
        );
        assert_eq!(debian(Stance::Affected, "2").unwrap(), "Affected: its version is listed as affected");
        assert_eq!(debian(Stance::Affected, "1").unwrap(), "Unknown: the vendor speaks of other versions: 2");
        let words = "Unknown: the vendor does not know whether it is affected";
        assert_eq!(debian(Stance::Contradicting, "2").unwrap(), words);
        // No release is named: another one may have a fix of its own below.
        let any = |stance| why(stance, "pkg:deb/debian/a@2", "Debian:11", "1").unwrap();
        assert_eq!(any(Stance::Fixed), "Unknown: the vendor speaks of other versions: 2");
        assert_eq!(why(Stance::Fixed, "pkg:deb/ubuntu/a@2", "Debian:11", "1"), None);
    }

    #[test]
    fn without_a_version_a_word_holds_for_all_and_a_fix_for_none() {
        let of = |stance| why(stance, "pkg:golang/a", "Go", "1.0.0").unwrap();
        assert_eq!(of(Stance::Affected), "Affected: there is no fix yet");
        assert_eq!(of(Stance::NotAffected), "NotAffected: the vendor says that it is not affected");
        assert_eq!(of(Stance::Fixed), "Unknown: the vendor does not know whether it is affected");
        assert_eq!(of(Stance::UnderInvestigation), "Unknown: the vendor is looking at it");
    }

    #[test]
    fn packages_of_nobody_we_know_are_matched_by_identity() {
        let purl = Purl::parse("pkg:generic/acme/a@1").unwrap();
        assert_eq!(purl.whose().to_string(), "pkg:generic/acme");
        let platform = Platform { ecosystem: purl.whose(), ..Platform::default() };
        let entry = |purl| {
            let (stance, no_fix) = (Stance::Affected, NoFix::Open);
            Said { product: "p", purl, platform: None, stance, last: false, no_fix, note: None }.entry()
        };
        assert!(platform.bearing(&entry("pkg:generic/acme/a@1").unwrap()).is_some());
        assert!(platform.bearing(&entry("pkg:generic/other/a@1").unwrap()).is_none());
        assert!(entry("cpe:/a:acme:a").is_err());
    }
}
