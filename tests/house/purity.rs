//! Rule: pure folders name no clock, file, process, network or environment, and iterate in a fixed order.

use crate::paths;
use crate::source::{Complaint, Source};

/// The folders whose functions give the same answer for the same arguments, for ever.
const PURE: [&str; 11] = [
    "src/model",
    "src/calendar",
    "src/config",
    "src/graph",
    "src/state",
    "src/plan",
    "src/policy",
    "src/finding",
    "src/run",
    "src/report",
    "advisory/src",
];

const CALL_IN_WORLD: &str = "talk to the network in world and hand the answer in";

/// What leads outside, by path, and what to do instead.
const PATHS: [(&[&str], &str); 6] = [
    (&["std", "fs"], "read in world and hand the bytes in"),
    (&["std", "process"], "start processes in world and hand the result in"),
    (&["std", "env"], "read the environment in world and hand the values in"),
    (&["std", "io", "stdin"], "read in cli and hand the text in"),
    (&["std", "io", "stdout"], "return the text; cli prints it"),
    (&["std", "io", "stderr"], "return the text; cli prints it"),
];

/// What leads outside or has no order, by name alone: it may be imported under any path.
const WORDS: [(&str, &str); 11] = [
    ("SystemTime", "take the time as a `Moment` argument"),
    ("Instant", "take the time as a `Moment` or `Duration` argument"),
    ("HashMap", "use a BTreeMap, or an index: iteration must not depend on chance"),
    ("HashSet", "use a BTreeSet, or an index: iteration must not depend on chance"),
    // Not all of std::net: an address is only a value.
    ("TcpStream", CALL_IN_WORLD),
    ("TcpListener", CALL_IN_WORLD),
    ("UdpSocket", CALL_IN_WORLD),
    ("ToSocketAddrs", CALL_IN_WORLD),
    ("to_socket_addrs", CALL_IN_WORLD),
    ("println", "return the text; cli prints it"),
    ("eprintln", "return the text; cli prints it"),
];

pub fn check(sources: &[Source]) -> Vec<Complaint> {
    sources
        .iter()
        .filter_map(|source| Some((source, pure_folder(&source.file)?)))
        .flat_map(|(source, folder)| check_one(source, folder))
        .collect()
}

/// The pure folder that the file stands in.
fn pure_folder(file: &str) -> Option<&'static str> {
    PURE.into_iter().find(|folder| file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

fn check_one(source: &Source, folder: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for found in paths::starting_with(&source.code, "std") {
        for (path, instead) in PATHS {
            if found.segments.iter().zip(path).filter(|(a, b)| a == b).count() == path.len() {
                let what = format!("{folder} is pure, but names {}", found.segments.join("::"));
                complaints.push(source.complaint(found.line, what, instead));
            }
        }
    }
    for (word, instead) in WORDS {
        for line in paths::lines_with_word(&source.code, word) {
            complaints.push(source.complaint(line, format!("{folder} is pure, but names {word}"), instead));
        }
    }
    complaints
}

#[test]
fn impurities_are_found() {
    let impure = "use std::{collections::HashMap, fs};\nlet t = std::time::Instant::now();\n// HashSet, std::fs\n\
                  std::env::var(\"X\");\nlet s = \"SystemTime\";\n#[cfg(test)]\nmod tests { use std::fs; }\nuse std::net::{IpAddr, TcpStream};\n";
    let lines = |file: &str| {
        let mut lines: Vec<usize> = check(&[Source::new(file, impure)]).iter().map(|c| c.line).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(lines("src/plan/a.rs"), [1, 1, 2, 4, 8]);
    assert_eq!(lines("src/world/a.rs"), []);
    assert_eq!(lines("src/plan/a/tests.rs"), []);
}
