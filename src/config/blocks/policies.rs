//! `policy` and the exceptions inside of it: until when findings have to be gone.

use super::argument::argument;
use super::{Block, Example, Need, Place, Takes};

const EXAMPLE: Example = &[("main.pf.hcl", include_str!("examples/policy.pf.hcl"))];

pub const POLICY: Block = Block {
    name: "policy",
    sort: None,
    place: Place::Root,
    labels: &["profile"],
    written: "policy \"bod-26-04\" {}",
    what: "a policy block",
    about: "A rule book that says until when a finding has to be gone; of several the strictest deadline counts.",
    arguments: &[argument(
        "terms",
        Takes::Special("map from a row's name to a time of whole days, such as `\"14d\"`"),
        Need::Optional("what the rule book says"),
        "fills in the rows that the rule book leaves to those who follow it: all four of `x1642`, `other` of `pci-dss`",
    )],
    blocks: &["exception"],
    more: "The label is one of `bod-26-04` (CISA), `kev-due` (the due dates of KEV), `pci-dss` (6.3.3), `essential-eight-2` and \
           `essential-eight-3` (Australia), `fedramp-moderate` and `x1642` (ITU-T).",
    example: EXAMPLE,
};

pub const EXCEPTION: Block = Block {
    name: "exception",
    sort: None,
    place: Place::Inside(&["policy"]),
    labels: &["name"],
    written: "exception \"no-way-in\" { … }",
    what: "an exception",
    about: "Lets findings pass that the rule book would call overdue, for a reason and a time; `assess` goes on to show them.",
    arguments: &[
        argument(
            "because",
            Takes::Text,
            Need::Required("because = \"…\""),
            "why; shown with every finding that it covers",
        ),
        argument("until", Takes::Text, Need::Required("until = \"2027-01-31\""), "its last day"),
        argument("from", Takes::Text, Need::Optional("the beginning of time"), "its first day"),
        argument(
            "cve",
            Takes::Text,
            Need::Optional("every vulnerability; one of `cve`, `advisory` and `component` is needed"),
            "which vulnerability it covers",
        ),
        argument(
            "advisory",
            Takes::Text,
            Need::Optional("every advisory"),
            "of which advisory it covers the vulnerabilities, by its publisher's id: `DSA-5532-1`, `GHSA-…`, `RHSA-2026:1`",
        ),
        argument(
            "component",
            Takes::Text,
            Need::Optional("every component"),
            "which component it covers, by its whole address: `apt.web[\"a\"]`",
        ),
    ],
    blocks: &[],
    more: "",
    example: EXAMPLE,
};
