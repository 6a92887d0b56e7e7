//! What we depend on: licences, sources, versions met twice, and crates that must not come in.
//!
//! Reads `cargo metadata` for the host's platform. It does what cargo-deny would do for us, without five minutes to
//! build that; the tables below are the policy.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::process::Command;

/// Licences that a dependency may have: each lets us publish under MIT OR Apache-2.0.
const LICENCES: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

/// How the source of every outside crate begins: a registry, never a git repository; our own have no source.
const SOURCE: &str = "registry+";

/// Crates of which two versions are built, and who is behind.
const TWICE: [(&str, &str); 3] = [
    ("cpufeatures", "sha2 0.10 wants 0.2"),
    ("getrandom", "ring wants 0.2"),
    ("similar", "insta, for tests only, wants 2"),
];

/// Crates that must not come in, and what to use.
const BANNED: [(&str, &str); 7] = [
    ("async-std", "threads and channels: the engine is one loop"),
    ("chrono", "jiff, with its own time zones"),
    ("native-tls", "rustls, through ureq"),
    ("openssl", "rustls, through ureq"),
    ("openssl-sys", "rustls, through ureq: nothing of the host is linked"),
    ("reqwest", "ureq: one client for all"),
    ("tokio", "threads and channels: the engine is one loop"),
];

/// A crate as cargo tells of it.
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    source: Option<String>,
}

fn packages() -> Vec<Package> {
    let metadata = output(
        Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &host()])
            .current_dir(env!("CARGO_MANIFEST_DIR")),
    );
    let metadata: Json = serde_json::from_str(&metadata).expect("cargo metadata writes JSON");
    let text = |value: &Json| value.as_str().map(str::to_string);
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .map(|package| Package {
            name: text(&package["name"]).unwrap_or_default(),
            version: text(&package["version"]).unwrap_or_default(),
            licence: text(&package["license"]),
            source: text(&package["source"]),
        })
        .collect()
}

fn host() -> String {
    let about = output(Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into())).arg("-vV"));
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc -vV names the host").to_string()
}

fn output(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let complaint = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?} failed: {complaint}\nIs Cargo.lock up to date?");
    String::from_utf8(done.stdout).expect("cargo and rustc write UTF-8")
}

/// Whether a licence expression leaves a choice that is on the list. `OR` binds less than `AND`; `/` is an old `OR`.
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any(&words, &mut at) == Some(true) && at == words.len()
}

/// Like its two neighbours: none where the expression is malformed.
fn any(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut good = all(words, at)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        good |= all(words, at)?;
    }
    Some(good)
}

fn all(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut good = one(words, at)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        good &= one(words, at)?;
    }
    Some(good)
}

fn one(words: &[&str], at: &mut usize) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let good = any(words, at)?;
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return closed.then_some(good);
    }
    if words.get(*at) != Some(&"WITH") {
        return Some(LICENCES.contains(&word));
    }
    let licence = format!("{word} WITH {}", words.get(*at + 1)?);
    *at += 2;
    Some(LICENCES.contains(&licence.as_str()))
}

fn complaints(packages: &[Package]) -> Vec<String> {
    let mut found = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let Package { name, version, licence, source } = package;
        versions.entry(name).or_default().push(version);
        if !licence.as_deref().is_some_and(allowed) {
            let licence = licence.as_deref().unwrap_or("none");
            found.push(format!(
                "{name} {version}: its licence ({licence}) is not in LICENCES; drop it, or add it there"
            ));
        }
        if let Some(source) = source
            && !source.starts_with(SOURCE)
        {
            found.push(format!(
                "{name} {version}: it comes from {source}; take a released version from the registry"
            ));
        }
        if let Some((_, instead)) = BANNED.iter().find(|(banned, _)| banned == name) {
            found.push(format!(
                "{name} {version}: it must not come in (`cargo tree -i {name}`); use {instead}"
            ));
        }
    }
    found.extend(twice(&versions));
    found
}

/// Versions met twice that nobody allowed, and rows that are no longer needed.
fn twice(versions: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
    let mut found = Vec::new();
    let known = |name: &str| TWICE.iter().any(|(twice, _)| *twice == name);
    for (name, versions) in versions.iter().filter(|(name, versions)| versions.len() > 1 && !known(name)) {
        found.push(format!(
            "{name}: built as {}; agree on one, or give it a row in TWICE",
            versions.join(" and ")
        ));
    }
    for (name, _) in TWICE.iter().filter(|(name, _)| versions.get(name).is_none_or(|list| list.len() < 2)) {
        found.push(format!("{name}: no longer met twice; remove its row from TWICE"));
    }
    found
}

#[test]
fn dependencies_follow_the_policy() {
    let packages = packages();
    let found = complaints(&packages);
    assert!(packages.len() > 20, "cargo metadata names only {} packages", packages.len());
    assert!(found.is_empty(), "{} complaints:\n{}", found.len(), found.join("\n"));
}

#[test]
fn licence_expressions_are_read_by_their_precedence() {
    let good = [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0-only OR MIT",
        "(GPL-2.0 OR MIT) AND ISC",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        "MIT OR GPL-2.0 AND ISC",
    ];
    let bad = [
        "",
        "GPL-3.0-only",
        "MIT AND GPL-2.0",
        "(MIT",
        "MIT)",
        "MIT OR",
        "GPL-2.0 OR LGPL-2.1 AND MIT",
        "WITH",
    ];
    assert_eq!(good.into_iter().filter(|text| !allowed(text)).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(bad.into_iter().filter(|text| allowed(text)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn each_breach_is_found() {
    let package = |name: &str, version: &str, licence: Option<&str>, source: Option<&str>| Package {
        name: name.into(),
        version: version.into(),
        licence: licence.map(String::from),
        source: source.map(String::from),
    };
    let registry = Some(SOURCE);
    let mut packages = vec![
        package("patchform", "0.1.0", Some("MIT OR Apache-2.0"), None),
        package("free", "1.0.0", None, registry),
        package("gnu", "1.0.0", Some("GPL-3.0-only"), registry),
        package("fork", "1.0.0", Some("MIT"), Some("git+https://example.org/fork")),
        package("tokio", "1.0.0", Some("MIT"), registry),
        package("left-pad", "1.0.0", Some("MIT"), registry),
        package("left-pad", "2.0.0", Some("MIT"), registry),
    ];
    // All but the last row of TWICE are still met twice.
    for (name, _) in &TWICE[..TWICE.len() - 1] {
        packages.extend(["1.0.0", "2.0.0"].map(|version| package(name, version, Some("MIT"), registry)));
    }
    let found = complaints(&packages);
    let subjects: Vec<&str> = found.iter().filter_map(|line| line.split([' ', ':']).next()).collect();
    assert_eq!(subjects, ["free", "gnu", "fork", "tokio", "left-pad", TWICE[TWICE.len() - 1].0]);
}
