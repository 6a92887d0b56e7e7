//! Ids of advisories as people name them.

/// Publishers who count an advisory's revisions behind its number: `DSA-5532-1` is the first of `DSA-5532`.
///
/// Source: the lists of Debian's security tracker (`DSA`, `DLA`) and Ubuntu's security notices (`USN`, `LSN`).
const REVISED: [&str; 5] = ["DSA", "DLA", "ELA", "USN", "LSN"];

/// Whether `id` is what somebody calls `name`: letters may be small, and a name without a revision means every one.
#[must_use]
pub fn is_called(id: &str, name: &str) -> bool {
    id.eq_ignore_ascii_case(name) || is_revision_of(id, name)
}

fn is_revision_of(id: &str, name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, revision)) = id.rsplit_once('-') else { return false };
    let publisher = number.split_once('-').filter(|(_, number)| is_number(number));
    number.eq_ignore_ascii_case(name)
        && is_number(revision)
        && publisher.is_some_and(|(word, _)| REVISED.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (id, name, called) in [
            ("DSA-5532-1", "DSA-5532-1", true),
            ("DSA-5532-1", "dsa-5532-1", true),
            ("DSA-5532-2", "DSA-5532", true),
            ("USN-6789-1", "usn-6789", true),
            ("DSA-5532-1", "DSA-5532-2", false),
            ("DSA-55321-1", "DSA-5532", false),
            ("DSA-5532-1", "DSA", false),
            ("DSA-5532", "DSA", false),
            ("CVE-2026-10001", "CVE-2026", false),
            ("GHSA-1-2", "GHSA-1", false),
            ("DSA-5532-x", "DSA-5532", false),
            ("DSA-5532-", "DSA-5532", false),
            ("", "", true),
            ("-", "", false),
        ] {
            assert_eq!(is_called(id, name), called, "{id} {name}");
        }
    }
}
