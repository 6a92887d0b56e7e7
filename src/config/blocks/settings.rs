//! `patchform { … }` and what stands in it.

use super::argument::{argument, words};
use super::{Block, Example, Holds, Need, Place, Takes};
use crate::config::checked::Party;

/// Whose view a configuration may be.
pub const PARTIES: [(&str, Party); 2] = [("csp", Party::Csp), ("csc", Party::Csc)];

const EXAMPLE: Example = &[("main.pf.hcl", include_str!("examples/patchform.pf.hcl"))];

pub const PATCHFORM: Block = Block {
    name: "patchform",
    sort: None,
    place: Place::Top,
    labels: &[],
    written: "patchform { … }",
    what: "the patchform block",
    about: "Settings that must be known before anything else; one block for a configuration.",
    arguments: &[
        argument(
            "required_version",
            Takes::Text,
            Need::Optional("any version"),
            "conditions on the version of patchform, such as `\">= 0.1\"` or `\"~> 1.2, != 1.2.4\"`",
        )
        .holding(Holds::Literal),
        argument(
            "party",
            Takes::Word(&words(&PARTIES)),
            Need::Default("\"csp\""),
            "whose view this is: the cloud service provider's or the customer's; recorded, nothing depends on it yet",
        )
        .holding(Holds::Literal),
    ],
    blocks: &["state", "required_providers"],
    more: "",
    example: EXAMPLE,
};

pub const STATE_LOCAL: Block = Block {
    name: "state",
    sort: Some("local"),
    place: Place::Inside(&["patchform"]),
    labels: &["place"],
    written: "state \"local\" { … }",
    what: "a local state block",
    about: "Keeps the state in a file; runs and their journals stand beside it.",
    arguments: &[argument(
        "path",
        Takes::Text,
        Need::Default("\"patchform.state.json\""),
        "the file, relative to the working folder",
    )
    .holding(Holds::Literal)],
    blocks: &[],
    more: "",
    example: EXAMPLE,
};

pub const REQUIRED_PROVIDERS: Block = Block {
    name: "required_providers",
    sort: None,
    place: Place::Inside(&["patchform"]),
    labels: &[],
    written: "required_providers { … }",
    what: "a required_providers block",
    about: "Says where providers come from and which versions of them fit.",
    arguments: &[],
    blocks: &[],
    more: "One argument per provider, named as the provider: an object that may have `source` (string: path of an executable, whose digest `patchform init` pins; a bundled provider has none), `version` (string: conditions such as `\">= 0.1, < 1\"`) and `configuration_aliases` (in a module: list of `name.alias`, the providers that each call must pass).",
    example: EXAMPLE,
};
