//! CVE records: whoever speaks first is chosen, and only a vector that can be read.

use patchform_advisory::cve5::{Record, Role};

/// One record.
pub fn run(data: &[u8]) {
    let record = match Record::read(data) {
        Ok(record) => record,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let readable = |role| {
        let containers = record.containers.iter().filter(move |container| container.role == role);
        containers.flat_map(|container| &container.scores).any(|score| score.read().is_ok())
    };
    match record.chosen() {
        Some(chosen) => assert_eq!(chosen.container.role == Role::Cna, readable(Role::Cna)),
        None => assert!(!readable(Role::Cna) && !readable(Role::Adp)),
    }
    for score in record.containers.iter().flat_map(|container| &container.scores) {
        let _ = score.agreement();
    }
}
