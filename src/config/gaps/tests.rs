//! What a gap excuses, and what it does not.

use super::*;
use crate::config::load::{Parsed, parse};
use crate::config::source::Sources;

const ALL: [Absence; 6] = [
    Absence::Variable,
    Absence::Local,
    Absence::Component,
    Absence::Rollout,
    Absence::Vendor,
    Absence::Provider,
];

fn parsed(text: &str) -> Parsed {
    let mut sources = Sources::new();
    sources.add("main.pf.hcl", text.as_bytes()).unwrap();
    parse(&sources).0
}

fn excused(text: &str) -> Vec<Absence> {
    let gaps = parsed(text).gaps;
    ALL.into_iter()
        .filter(|what| gaps.explain(&Diagnostic::error("x").absent(*what), &Sources::new()))
        .collect()
}

#[test]
fn only_what_a_broken_text_may_have_declared_is_excused() {
    use Absence::*;
    let table: [(&str, &[Absence]); 15] = [
        ("variable \"a\" {}\n", &[]),
        ("component \"release\" \"b c\" {}\n", &[]),
        ("locals {\n  a = 1\n  a = 2\n}\n", &[]),
        ("component \"release\" \"a\" {\n  path = \"x\"\n  path = \"y\"\n}\n", &[]),
        ("locals {\n  a = [1 2]\n}\n", &[Local]),
        ("component \"release\" \"a\" {\n  path = [1 2]\n}\n", &[]),
        ("variable \"a\" {\n  default = [1 2]\n}\n", &[]),
        ("output \"a\" {\n  value = \n}\n", &[]),
        ("variable \"a {\n}\n\nlocals {\n  b = 1\n}\n", &[Variable]),
        ("component \"release\" \"a\" {\n  path = 1\n\nvariable \"b\" {}\n", &[]),
        ("rollout \"a\"\n{\n}\n", &[Rollout]),
        ("vendor \"a\"\n{\n}\n", &[Vendor]),
        ("varaible \"a\" {}\n", &[Variable]),
        ("component \"a\" {}\n", &[Component]),
        ("patchform {\n  required_providers {\n    a = { version = }\n  }\n}\n", &[Provider]),
    ];
    for (text, expected) in table {
        assert_eq!(excused(text), expected, "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_may_hold_anything() {
    let mut sources = Sources::new();
    sources.add("main.pf.hcl", b"a = \"caf\xe9\"\n").unwrap_err();
    let gaps = parse(&sources).0.gaps;
    assert!(ALL.iter().all(|what| gaps.explain(&Diagnostic::error("x").absent(*what), &Sources::new())));
}

#[test]
fn a_broken_block_lacks_arguments_and_its_neighbour_does_not() {
    let parsed =
        parsed("component \"release\" \"a\" {\n  path = [1 2]\n}\ncomponent \"release\" \"b\" {\n}\n");
    let lacks = |i: usize| {
        let problem = Diagnostic::error("x").absent(Absence::Within(parsed.folders[0].blocks[i].header));
        parsed.gaps.explain(&problem, &Sources::new())
    };
    assert!(lacks(0) && !lacks(1));
}
