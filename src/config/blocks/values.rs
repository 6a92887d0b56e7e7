//! `variable`, `locals`, `output`: values and their names.

use super::argument::argument;
use super::{Block, Example, Holds, Need, Place, Takes};

const VARIABLES: Example = &[
    ("main.pf.hcl", include_str!("examples/variable.pf.hcl")),
    ("api-token.txt", "only for this example\n"),
];

const DESCRIPTION: &str = "what people should know of it";

pub const VARIABLE: Block = Block {
    name: "variable",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "variable \"port\" { … }",
    what: "a variable block",
    about: "A value that is given from outside; expressions call it `var.NAME`.",
    arguments: &[
        argument(
            "type",
            Takes::Special("type"),
            Need::Optional("any value; one that comes from outside stays a text"),
            "what the value is converted to: `string`, `number`, `bool`, `any`, `list(T)`, `set(T)`, `map(T)`, `tuple([T, …])`, `object({ name = T, … })` with `optional(T)` or `optional(T, default)`",
        )
        .holding(Holds::Name),
        argument(
            "default",
            Takes::Special("of the type"),
            Need::Optional("a value must be given"),
            "the value where none is given",
        )
        .holding(Holds::Literal),
        argument("description", Takes::Text, Need::Default("\"\""), DESCRIPTION).holding(Holds::Literal),
        argument(
            "sensitive",
            Takes::Flag,
            Need::Default("false"),
            "whether it is a secret, and with it everything that is made of it",
        )
        .holding(Holds::Literal),
        argument(
            "from_file",
            Takes::Text,
            Need::Optional("not read"),
            "in place of `default`, with `sensitive = true`: a file that holds the value and nothing else, relative to the configuration's folder; one newline at its end is cut",
        )
        .holding(Holds::Paths),
        argument(
            "from_command",
            Takes::Texts,
            Need::Optional("not run"),
            "in place of `default`, with `sensitive = true`: a program and its arguments, run in the configuration's folder; it prints the value, changes nothing and ends with 0",
        )
        .holding(Holds::Paths),
        argument(
            "timeout",
            Takes::Time,
            Need::Default("\"60s\""),
            "how long `from_command` may take; then it is ended, and the value is missing",
        )
        .holding(Holds::Literal),
        argument(
            "nullable",
            Takes::Flag,
            Need::Default("true"),
            "whether it may be null; if not, a null takes the default",
        )
        .holding(Holds::Literal),
    ],
    blocks: &["validation"],
    more: "",
    example: VARIABLES,
};

pub const VALIDATION: Block = Block {
    name: "validation",
    sort: None,
    place: Place::Inside(&["variable"]),
    labels: &[],
    written: "validation { … }",
    what: "a validation block",
    about: "A condition on a variable's value; where it does not hold, nothing is planned.",
    arguments: &[
        argument(
            "condition",
            Takes::Flag,
            Need::Required("condition = var.port > 1024"),
            "what must hold; refers to this variable and to others",
        )
        .holding(Holds::Secrets),
        argument(
            "error_message",
            Takes::Text,
            Need::Required("error_message = \"The port must be above 1024.\""),
            "what is said where it does not",
        )
        .holding(Holds::Secrets),
    ],
    blocks: &[],
    more: "",
    example: VARIABLES,
};

pub const LOCALS: Block = Block {
    name: "locals",
    sort: None,
    place: Place::Top,
    labels: &[],
    written: "locals { … }",
    what: "a locals block",
    about: "Names for values; expressions call them `local.NAME`.",
    arguments: &[],
    blocks: &[],
    more: "Any number of arguments, each the name of a value. They refer to each other, to everything else of the module and to secrets, in any order, without a loop.",
    example: &[("main.pf.hcl", include_str!("examples/locals.pf.hcl"))],
};

pub const OUTPUT: Block = Block {
    name: "output",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "output \"url\" { … }",
    what: "an output block",
    about: "A value that the state records and `patchform output` shows; of a module: what its caller sees.",
    arguments: &[
        argument("value", Takes::Any, Need::Required("value = release.api.path"), "the value")
            .holding(Holds::Secrets),
        argument("description", Takes::Text, Need::Default("\"\""), DESCRIPTION),
        argument(
            "sensitive",
            Takes::Flag,
            Need::Default("false"),
            "whether it is a secret: then it is neither shown nor stored. A value that holds one needs it",
        ),
    ],
    blocks: &["precondition"],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/output.pf.hcl"))],
};
