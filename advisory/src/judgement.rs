//! What one entry of an advisory means for one installed package: architecture, module, then the versions.

use crate::affected::{Affected, NoFix, Status};
use crate::ecosystem::Naming;
use crate::installed::Installed;
use crate::platform::Bearing;
use crate::range::{Position, Range, RangeKind};
use crate::why::Why;
use patchform_versions::Scheme;

/// Judges a package that the entry names, on a host that it bears on.
pub(crate) fn judge<'a>(entry: &'a Affected, installed: &Installed, bearing: Bearing) -> Why<'a> {
    if let Some(why) = other_build(entry, installed) {
        return why;
    }
    let version = match entry.naming {
        Naming::Source => installed.source_version(),
        Naming::Binary => &installed.version,
    };
    let why = match entry.status {
        Status::Listed | Status::NotAffected if speaks_of_others(entry, version) => {
            Why::OtherVersions(&entry.versions)
        }
        Status::Listed => Why::Listed,
        Status::Versions => by_versions(entry, version),
        Status::NoFix(reason) => without_fix(entry, version, reason),
        Status::NotAffected => Why::VendorSaysNot,
        Status::Undetermined => Why::Undetermined,
        Status::UnderInvestigation => Why::UnderInvestigation,
    };
    match why {
        Why::Below(fix) if bearing == Bearing::OutOfReach => Why::FixOutOfReach(fix),
        why => why,
    }
}

/// Whether a vendor's word is about versions that it lists, and this is none of them.
fn speaks_of_others(entry: &Affected, version: &str) -> bool {
    !entry.versions.is_empty() && entry.versions.iter().all(|listed| listed != version)
}

/// Why the entry speaks of another build of the package than the one that is installed.
fn other_build<'a>(entry: &'a Affected, installed: &Installed) -> Option<Why<'a>> {
    // A package may become or cease to be architecture-independent with the fix.
    let fits = |arch: &String| arch == "noarch" || arch == "all" || installed.arch.as_ref() == Some(arch);
    let known = installed.arch.as_deref().is_some_and(|arch| arch != "noarch" && arch != "all");
    if known && !entry.arches.is_empty() && !entry.arches.iter().any(fits) {
        return Some(Why::OtherArchitecture(&entry.arches));
    }
    if entry.ecosystem.scheme() != Some(Scheme::Rpm) {
        return None;
    }
    match (&entry.module, &installed.module) {
        (Some(wanted), Some(has)) => (wanted != has).then_some(Why::OtherStream(Some(wanted))),
        (Some(_), None) if modular(&installed.version) => Some(Why::StreamNotNamed),
        (Some(wanted), None) => Some(Why::OtherStream(Some(wanted))),
        (None, has) => unnamed_stream(entry, has.is_some() || modular(&installed.version)),
    }
}

/// An entry that names no stream: its fixed versions tell whether it is for a modular build, but not for which.
fn unnamed_stream<'a>(entry: &'a Affected, has: bool) -> Option<Why<'a>> {
    let mut fixes = entry.ranges.iter().flat_map(|range| &range.events).map(|event| event.version());
    let wanted = fixes.any(modular);
    // A vendor's word without a version holds for every build.
    let silent = entry.ranges.is_empty() && entry.versions.is_empty();
    match (wanted, has) {
        _ if silent => None,
        (true, true) => Some(Why::StreamNotNamed),
        (true, false) | (false, true) => Some(Why::OtherStream(None)),
        (false, false) => None,
    }
}

/// Whether an rpm release is that of a modular build: `30.module_el8.3.0+1234+abcd`.
fn modular(version: &str) -> bool {
    version.contains(".module")
}

/// Listed, or in any of the ranges: the schema's "in `versions` OR in any range". Ranges of commits tell nothing.
fn by_versions<'a>(entry: &'a Affected, version: &str) -> Why<'a> {
    let told = entry.ranges.iter().filter(|range| range.kind != RangeKind::Git);
    let judged = told.map(|range| in_range(entry, range, version));
    let best = judged.max_by(|a, b| (a.verdict(), a).cmp(&(b.verdict(), b)));
    match best {
        Some(why @ (Why::Below(_) | Why::InRange)) => why,
        _ if entry.versions.iter().any(|listed| listed == version) => Why::Listed,
        // Without an order the list is all that the record says that can be told, and it may be short.
        Some(why) => why,
        None if entry.versions.is_empty() && !entry.ranges.is_empty() => Why::CommitsOnly,
        None => Why::InNoRange,
    }
}

fn in_range<'a>(entry: &Affected, range: &'a Range, version: &str) -> Why<'a> {
    let Some(scheme) = range.scheme(entry.ecosystem.scheme()) else { return Why::NoOrder };
    match range.position(scheme, version) {
        Ok(Position::Inside(Some(fix))) => Why::Below(fix),
        Ok(Position::Inside(None)) => Why::InRange,
        Ok(Position::Before) => Why::BeforeFirst,
        Ok(Position::Fixed(fix)) => Why::Fixed(fix),
        Ok(Position::PastLast(last)) => Why::AfterLast(last),
        Ok(Position::Outside) => Why::InNoRange,
        Err(error) => Why::Unreadable(error.to_string()),
    }
}

/// The release has no fix; a version at the fix of another release is safe all the same.
fn without_fix<'a>(entry: &'a Affected, version: &str, reason: NoFix) -> Why<'a> {
    let fixed = entry
        .ranges
        .iter()
        .map(|range| in_range(entry, range, version))
        .find(|why| matches!(why, Why::Fixed(_) | Why::BeforeFirst));
    fixed.unwrap_or(Why::NoFix(reason))
}
