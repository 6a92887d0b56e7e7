//! `baseline`: levels that many components share.

use super::argument::argument;
use super::{Block, Example, Need, Place, Takes};

const EXAMPLE: Example = &[
    ("main.pf.hcl", include_str!("examples/baseline.pf.hcl")),
    ("patchform.lock.hcl", include_str!("examples/baseline.lock.hcl")),
];

pub const BASELINE: Block = Block {
    name: "baseline",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "baseline \"security\" { … }",
    what: "a baseline",
    about: "Levels that many components share: `patch_level = baseline.security`. Its constraints are resolved once, for all of them.",
    arguments: &[argument(
        "patch_level",
        Takes::Special("string, or map of strings, as the kinds of its components say"),
        Need::Required("patch_level = { openssl = \"~> 3.0\" }"),
        "the levels, each exact or a constraint",
    )],
    blocks: &[],
    more: "A component that takes it whole shares its rows of `patchform.lock.hcl`, which `patchform propose` writes; one that \
           takes a part of it, as in `{ openssl = baseline.security.openssl }`, has rows of its own.",
    example: EXAMPLE,
};
