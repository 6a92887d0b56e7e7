//! Tests of sharing groups (2.1): 6.1.38 to 6.1.41.

use super::{Findings, Subject};
use crate::csaf::document::SharingGroup;

/// Everybody.
const ALL: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";
/// Nobody.
const NONE: &str = "00000000-0000-0000-0000-000000000000";
const PUBLIC: &str = "Public";
const NOT_SHARED: &str = "No sharing allowed";

/// The group, and whether the label lets everybody see the document.
fn shared<'a>(subject: &'a Subject) -> Option<(&'a SharingGroup, bool)> {
    let distribution = subject.document.document.distribution.as_ref()?;
    let clear = distribution.tlp.as_ref().is_some_and(|tlp| tlp.label == "CLEAR");
    distribution.sharing_group.as_ref().map(|group| (group, clear))
}

/// 6.1.38
pub fn not_public(subject: &Subject, findings: &mut Findings) {
    if shared(subject).is_some_and(|(group, clear)| group.id == ALL && !clear) {
        findings
            .tell("/document/distribution/sharing_group/id", "means everybody, but the label is not CLEAR");
    }
}

/// 6.1.39
pub fn public(subject: &Subject, findings: &mut Findings) {
    if shared(subject).is_some_and(|(group, clear)| group.id != ALL && clear) {
        findings.tell("/document/distribution/sharing_group/id", "means some, but the label is CLEAR");
    }
}

/// 6.1.40
pub fn name(subject: &Subject, findings: &mut Findings) {
    let Some((group, _)) = shared(subject) else { return };
    let name = group.name.as_deref().unwrap_or_default();
    if name == PUBLIC && group.id != ALL || name == NOT_SHARED && group.id != NONE {
        findings
            .tell("/document/distribution/sharing_group/name", format!("{name} is reserved for another id"));
    }
}

/// 6.1.41
pub fn no_name(subject: &Subject, findings: &mut Findings) {
    let Some((group, _)) = shared(subject) else { return };
    let wanted = match group.id.as_str() {
        ALL => PUBLIC,
        NONE => NOT_SHARED,
        _ => return,
    };
    if group.name.as_deref() != Some(wanted) {
        findings.tell("/document/distribution/sharing_group/name", format!("must be {wanted} for this id"));
    }
}
