//! What a host runs: whose packages it has, of which release, and what it may take its fixes from.

use crate::affected::{Affected, Status};
use crate::ecosystem::Ecosystem;
use crate::range::Event;
use std::collections::BTreeSet;

/// The side of a host on which an advisory is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Platform {
    /// Whose packages it has and of which release: `Debian:12`. Language packages have a platform without release: `Go`.
    pub ecosystem: Ecosystem,
    /// The channels that it gets beside what everybody gets: `Pro` for Ubuntu Pro, `rhel_eus:8.8`, SUSE's products.
    pub channels: BTreeSet<String>,
    /// The minor release that it stays on, by an extended-update channel: fixes that everybody gets are out of its reach
    /// where they were built for a later one (`.el9_6` on a host that stays on 9.4).
    pub pinned: Option<u32>,
    /// The vendor that its own vendor rebuilds, as AlmaLinux rebuilds Red Hat. Versions are never compared across
    /// vendors, whose module builds count differently; only what the parent will not fix holds for the child, too.
    pub parent: Option<Ecosystem>,
}

/// How an entry bears on a host. Where several entries of one record bear on one package, the highest decides alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bearing {
    /// The vendor's parent says that there is no fix.
    Parent,
    /// For every release.
    AnyRelease,
    /// For this release, by a channel that the host does not have: the fix is out of reach.
    OutOfReach,
    /// For this release.
    Release,
    /// For this release, by a channel of the host.
    Channel,
}

impl Platform {
    /// A platform of an ecosystem's text, `Debian:12`. A channel of the text (`Ubuntu:Pro:16.04`) is one that it has.
    pub fn parse(text: &str) -> Platform {
        let mut ecosystem = Ecosystem::parse(text);
        let channels = ecosystem.channel.take().into_iter().collect();
        Platform { ecosystem, channels, ..Platform::default() }
    }

    /// How an entry bears on the host; none where it speaks of other hosts.
    pub fn bearing(&self, entry: &Affected) -> Option<Bearing> {
        self.refined(self.bearing_of(&entry.ecosystem)?, entry)
    }

    /// How entries of an ecosystem bear on the host, before the entry itself is looked at.
    #[must_use]
    pub fn bearing_of(&self, of: &Ecosystem) -> Option<Bearing> {
        if of.name != self.ecosystem.name {
            return self.of_parent(of).then_some(Bearing::Parent);
        }
        if of.release.is_some() && of.release != self.ecosystem.release {
            return None;
        }
        match &of.channel {
            Some(channel) if self.channels.contains(channel) => Some(Bearing::Channel),
            Some(channel) => (of.name == "Ubuntu" && channel == "Pro").then_some(Bearing::OutOfReach),
            None if of.release.is_none() => Some(Bearing::AnyRelease),
            None => Some(Bearing::Release),
        }
    }

    /// The same with the entry: of a parent only what it will not fix bears, and a fix may be out of reach.
    pub(crate) fn refined(&self, bearing: Bearing, entry: &Affected) -> Option<Bearing> {
        match bearing {
            Bearing::Parent => {
                (matches!(entry.status, Status::NoFix(_)) && entry.ranges.is_empty()).then_some(bearing)
            }
            Bearing::Release if self.pinned.is_some() && !self.reaches(entry) => Some(Bearing::OutOfReach),
            _ => Some(bearing),
        }
    }

    /// Whether every fix of an entry was built for the minor release of the host or an earlier one.
    fn reaches(&self, entry: &Affected) -> bool {
        let fixes = entry.ranges.iter().flat_map(|range| &range.events).filter_map(|event| match event {
            Event::Fixed(fix) => minor(fix),
            _ => None,
        });
        fixes.max() <= self.pinned
    }

    fn of_parent(&self, of: &Ecosystem) -> bool {
        let same = |parent: &Ecosystem| parent.name == of.name && parent.release == of.release;
        self.parent.as_ref().is_some_and(same) && of.channel.is_none()
    }
}

/// The minor release that an rpm was built for: 6 of `1.0-1.el9_6.2`. Builds for the first one carry none.
fn minor(version: &str) -> Option<u32> {
    let (_, tag) = version.rsplit_once(".el")?;
    let digits = tag.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('_')?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
