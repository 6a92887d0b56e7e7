//! CVSS vectors: what is read is written as itself, and its scores stay within their order.

use patchform_advisory::cvss::{Agreement, Group, Score, Vector};

/// One vector.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let vector = match Vector::parse(text) {
        Ok(vector) => vector,
        Err(error) => {
            assert!(Vector::parse_strict(text).is_err(), "strict reading takes what lenient reading refuses");
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!(Vector::parse(&vector.to_string()).as_ref(), Ok(&vector), "written and read it is another");
    assert!(vector.score(Group::Threat) <= vector.base(), "{vector}");
    assert!(vector.score(Group::Environmental) <= Score::MAX);
    assert_eq!(Agreement::of(&vector, vector.principal()), Agreement::Equal);
}
