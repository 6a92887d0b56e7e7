//! Rule: provider crates cannot see the program; of our own crates they know the SDK, the versions and what kinds of packages share only.

use crate::homes::dependencies;
use crate::source::Complaint;

/// Our crates that every provider may depend on.
const SHARED: [&str; 3] = ["patchform-sdk", "patchform-versions", "patchform-packages"];

pub fn check(manifests: &[(String, String)]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, text) in manifests.iter().filter(|(file, _)| file.starts_with("providers/")) {
        let ours = dependencies(text).into_iter().filter(|(_, name)| name.starts_with("patchform"));
        for (line, name) in ours.filter(|(_, name)| !SHARED.contains(&name.as_str())) {
            complaints.push(Complaint {
                file: file.clone(),
                line,
                what: format!("a crate below providers/ depends on {name}"),
                instead: "move what it needs into providers/sdk, or ask for it over the protocol".into(),
            });
        }
    }
    complaints
}

#[test]
fn a_provider_that_sees_the_program_is_found() {
    let bad = "[dependencies]\npatchform-sdk.workspace = true\npatchform = { path = \"../..\" }\n";
    let manifests =
        [("providers/x/Cargo.toml".to_string(), bad.to_string()), ("Cargo.toml".into(), bad.into())];
    let found: Vec<usize> = check(&manifests).iter().map(|c| c.line).collect();
    assert_eq!(found, [3]);
}
