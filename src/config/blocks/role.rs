//! `role` in a component: which part it plays in a cluster.

use super::argument::argument;
use super::{Block, Need, Place, Takes};

pub const ROLE: Block = Block {
    name: "role",
    sort: None,
    place: Place::Inside(&["component"]),
    labels: &[],
    written: "role { … }",
    what: "a role block",
    about: "How a member of a cluster is asked which part it plays there now: a command without an effect, on the component's target. It is asked when a plan is made, where a `service` has an `order`, and again right before the member is worked on.",
    arguments: &[
        argument(
            "command",
            Takes::Texts,
            Need::Required("command = [\"/usr/local/bin/role-of-db\"]"),
            "program and arguments; it ends with 0 and prints the role, a word on a line of its own; no shell stands in between",
        ),
        argument("timeout", Takes::Time, Need::Default("\"10s\""), "how long its answer may take"),
    ],
    blocks: &[],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/role.pf.hcl"))],
};

/// Whether a word can be a role: what a program prints, and an order names.
pub fn is_role(word: &str) -> bool {
    (1..=64).contains(&word.len()) && word.chars().all(|c| c.is_ascii_graphic())
}
