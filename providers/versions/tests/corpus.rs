//! The known right answers of others: every file of `version-order` in the shared corpus, or, where that is not there,
//! the project's own few of the same forms.
//!
//! The corpus is looked for in `$PATCHFORM_CORPUS`, else in `../shared/data` beside the workspace. `cargo test -p
//! patchform-versions --test corpus -- --nocapture` prints a table: file, cases, right, wrong.

use patchform_versions::{Nevra, Scheme};
use serde_json::Value as Json;
use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

/// What became of the cases of one file.
#[derive(Default)]
struct Tally {
    right: usize,
    /// Texts that the scheme refuses on purpose.
    refused: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    fn order(&mut self, scheme: Scheme, a: &str, b: &str, wanted: Ordering) {
        for (a, b, wanted) in [(a, b, wanted), (b, a, wanted.reverse())] {
            match scheme.compare(a, b) {
                Ok(order) if order == wanted => self.right += 1,
                Ok(order) => self.wrong.push(format!("{a} {b}: {order:?}, should be {wanted:?}")),
                Err(error) => self.refused.push(error.to_string()),
            }
        }
    }

    fn check(&mut self, right: bool, what: impl Fn() -> String) {
        if right { self.right += 1 } else { self.wrong.push(what()) }
    }

    fn report(&self, file: &str) {
        let cases = self.right + self.wrong.len() + self.refused.len();
        let (right, wrong, refused) = (self.right, self.wrong.len(), self.refused.len());
        println!("{file:<58} {cases:>6} cases {right:>6} right {wrong:>3} wrong {refused:>4} refused");
        for line in self.wrong.iter().chain(&self.refused).take(12) {
            println!("    {line}");
        }
    }
}

/// One form of file and how its cases are read.
type Reader = fn(&str, Scheme) -> Tally;

/// Every file, how it is read, whose versions it holds, and how many texts its scheme may refuse.
const FILES: [(&str, Reader, Scheme, usize); 16] = [
    ("deb/dpkg-upstream-compare.tsv", signs, Scheme::Dpkg, 0),
    ("deb/dpkg-upstream-parse.json", dpkg_parse, Scheme::Dpkg, 0),
    ("deb/osv-scalibr-debian-versions-generated.txt", relations, Scheme::Dpkg, 0),
    ("deb/osv-scalibr-debian-versions.txt", relations, Scheme::Dpkg, 0),
    ("deb/real-bookworm-ordered.tsv", ordered, Scheme::Dpkg, 0),
    ("deb/real-bookworm-vs-security.tsv", signs, Scheme::Dpkg, 0),
    ("rpm/claircore-nevra-compare.txt", relations, Scheme::Rpm, 0),
    ("rpm/claircore-nevra-parse.txt", nevra_parse, Scheme::Rpm, 0),
    ("rpm/claircore-rpmvercmp.txt", relations, Scheme::Rpm, 0),
    ("rpm/osv-scalibr-redhat-versions.txt", relations, Scheme::Rpm, 0),
    ("rpm/real-almalinux-8-10-ordered.tsv", ordered, Scheme::Rpm, 0),
    ("rpm/rpm-upstream-rpmvercmp.tsv", signs, Scheme::Rpm, 0),
    ("semver/osv-scalibr-semver-versions.txt", relations, Scheme::Semver, 0),
    ("apk/osv-scalibr-alpine-versions-generated.txt", relations, Scheme::Apk, 0),
    // Malformed on purpose: `apk version --check` refuses them too.
    ("apk/osv-scalibr-alpine-versions.txt", relations, Scheme::Apk, usize::MAX),
    ("vers-spec/alpine_version_cmp_test.json", vers_spec, Scheme::Apk, usize::MAX),
];

/// `a < b`, `a = b`, `a == b`, `a > b`, with comments.
fn relations(text: &str, scheme: Scheme) -> Tally {
    let mut tally = Tally::default();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("//"));
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            [a, "<", b] => tally.order(scheme, a, b, Ordering::Less),
            [a, "=" | "==", b] => tally.order(scheme, a, b, Ordering::Equal),
            [a, ">", b] => tally.order(scheme, a, b, Ordering::Greater),
            _ => tally.wrong.push(format!("cannot read the line {line:?}")),
        }
    }
    tally
}

/// `[name] a b -1|0|1` between tabs.
fn signs(text: &str, scheme: Scheme) -> Tally {
    let mut tally = Tally::default();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[..] {
            [a, b, sign] | [_, a, b, sign] => match sign.parse::<i8>() {
                Ok(sign) => tally.order(scheme, a, b, sign.cmp(&0)),
                Err(_) => tally.wrong.push(format!("cannot read the line {line:?}")),
            },
            _ => tally.wrong.push(format!("cannot read the line {line:?}")),
        }
    }
    tally
}

/// A rising list; each line says how it stands to the one before. Far neighbours are compared too.
fn ordered(text: &str, scheme: Scheme) -> Tally {
    let mut tally = Tally::default();
    let mut rising: Vec<(usize, &str)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (relation, version) = line.split_once('\t').unwrap_or(("?", line));
        let rank = rising.last().map_or(0, |(rank, _)| rank + usize::from(relation == "<"));
        tally.check(["^", "<", "="].contains(&relation), || format!("cannot read the line {line:?}"));
        for (other_rank, other) in
            rising.iter().rev().take(1).chain(rising.iter().rev().skip(7).step_by(1009))
        {
            tally.order(scheme, other, version, other_rank.cmp(&rank));
        }
        rising.push((rank, version));
    }
    tally
}

fn dpkg_parse(text: &str, scheme: Scheme) -> Tally {
    let mut tally = Tally::default();
    let Ok(table) = serde_json::from_str::<Json>(text) else {
        tally.wrong.push("not JSON".into());
        return tally;
    };
    let list = |key: &str| table[key].as_array().cloned().unwrap_or_default();
    for case in list("valid") {
        let text = case["text"].as_str().unwrap_or_default();
        let rebuilt = format!("{}:{}", case["epoch"], case["version"].as_str().unwrap_or_default());
        let revision = case["revision"].as_str().unwrap_or_default();
        let rebuilt = if revision.is_empty() { rebuilt } else { format!("{rebuilt}-{revision}") };
        tally.check(scheme.parse_strict(text).is_ok(), || format!("{text:?} refused or warned about"));
        tally.order(scheme, text, &rebuilt, Ordering::Equal);
        for padded in [format!(" {text}"), format!("{text} \t")] {
            tally.check(scheme.parse(&padded).is_ok_and(|v| v.as_str() == text), || format!("{padded:?}"));
        }
    }
    for case in list("error") {
        let text = case.as_str().unwrap_or_default();
        tally.check(scheme.parse(text).is_err(), || format!("{text:?} accepted"));
    }
    for case in list("not_accepted_strictly_but_only_a_warning_in_dpkg") {
        let text = case.as_str().unwrap_or_default();
        let warned = scheme.parse(text).is_ok_and(|version| version.warning().is_some());
        tally.check(warned && scheme.parse_strict(text).is_err(), || format!("{text:?} not warned about"));
    }
    tally
}

/// `text n e v r a` with quotes for a part that is absent.
fn nevra_parse(text: &str, _: Scheme) -> Tally {
    let mut tally = Tally::default();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [text, parts @ ..] = &words[..] else { continue };
        let unquoted: Vec<&str> = parts.iter().map(|part| part.trim_matches(['\'', '"'])).collect();
        let read = Nevra::parse(text).map(|n| {
            let optional = |part: Option<&str>| part.unwrap_or_default().to_string();
            [
                optional(n.name),
                optional(n.epoch),
                n.version.to_string(),
                optional(n.release),
                optional(n.arch),
            ]
        });
        let right = read.as_ref().is_ok_and(|read| read[..] == unquoted[..]);
        tally.check(right, || format!("{line}: {read:?}"));
    }
    tally
}

/// The vers specification's suites: pairs to sort, pairs that are equal or not.
fn vers_spec(text: &str, scheme: Scheme) -> Tally {
    let mut tally = Tally::default();
    let suite: Json = serde_json::from_str(text).unwrap_or_default();
    for test in suite["tests"].as_array().into_iter().flatten() {
        let versions = &test["input"]["versions"];
        let (Some(a), Some(b)) = (versions[0].as_str(), versions[1].as_str()) else { continue };
        let expected = &test["expected_output"];
        match (scheme.compare(a, b), expected.as_bool()) {
            (Err(error), _) => tally.refused.push(error.to_string()),
            (Ok(order), Some(equal)) => tally.check(order.is_eq() == equal, || format!("{a} {b}: {order:?}")),
            (Ok(order), None) => {
                let sorted = if order.is_gt() { [b, a] } else { [a, b] };
                tally.check(expected[0] == sorted[0] && expected[1] == sorted[1], || {
                    format!("{a} {b}: {order:?}")
                });
            }
        }
    }
    tally
}

fn corpus() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    std::env::var_os("PATCHFORM_CORPUS").map_or(beside, PathBuf::from).join("version-order")
}

#[test]
fn the_corpus_is_right() {
    let folder = corpus();
    if !folder.is_dir() {
        println!("skipped: there is no corpus in {} (set PATCHFORM_CORPUS)", folder.display());
        return;
    }
    let mut wrong = Vec::new();
    for (file, read, scheme, may_refuse) in FILES {
        let Ok(text) = fs::read_to_string(folder.join(file)) else {
            println!("{file:<58} skipped: not in this corpus");
            continue;
        };
        let tally = read(&text, scheme);
        tally.report(file);
        wrong.extend(tally.wrong.iter().map(|line| format!("{file}: {line}")));
        if tally.refused.len() > may_refuse {
            wrong.extend(tally.refused.iter().map(|line| format!("{file}: {line}")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The forms of the files, with answers of our own: runs everywhere.
#[test]
fn the_readers_find_right_and_wrong() {
    let table: [(Reader, Scheme, &str, usize, usize); 6] = [
        (relations, Scheme::Dpkg, "# note\n1.0~rc1 < 1.0\n\n1.0 = 1.0-0\n2 > 1:1\n", 4, 2),
        (relations, Scheme::Rpm, "1.0^a == 1.0^a\n1-1.aarch64 > 1-1\n", 4, 0),
        (nevra_parse, Scheme::Rpm, "a-b-1:2-3.fc1.noarch a-b 1 2 3.fc1 noarch\n1-2 '' '' 1 9 \"\"\n", 1, 1),
        (signs, Scheme::Rpm, "#a\tb\n1.0\t1.0a\t-1\nbash\t1\t1.0\t0\n", 2, 2),
        (ordered, Scheme::Dpkg, "^\t1~\n<\t1\n=\t1-0\n<\t0.9\n", 8, 2),
        (
            vers_spec,
            Scheme::Apk,
            r#"{"tests":[{"input":{"versions":["1.2","1.1"]},"expected_output":["1.1","1.2"]}]}"#,
            1,
            0,
        ),
    ];
    for (read, scheme, text, right, wrong) in table {
        let tally = read(text, scheme);
        assert_eq!((tally.right, tally.wrong.len()), (right, wrong), "{text} {:?}", tally.wrong);
    }
    let parse = r#"{"valid":[{"text":"1:2-3","epoch":1,"version":"2","revision":"3"}],"error":["1-"],
        "not_accepted_strictly_but_only_a_warning_in_dpkg":["a"]}"#;
    let tally = dpkg_parse(parse, Scheme::Dpkg);
    assert_eq!((tally.right, tally.wrong.len()), (7, 0), "{:?}", tally.wrong);
}
