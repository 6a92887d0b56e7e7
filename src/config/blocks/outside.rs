//! `data`, `module`, `provider`, `moved`, `removed`: what lies outside of the module, or lay elsewhere before.

use super::argument::argument;
use super::{Argument, Block, Example, Holds, Need, Place, Takes};

const DATA: Example = &[
    ("main.pf.hcl", include_str!("examples/data.pf.hcl")),
    ("hosts.json", include_str!("examples/hosts.json")),
    ("hosts.yaml", include_str!("examples/hosts.yaml")),
    ("hosts.csv", include_str!("examples/hosts.csv")),
];
pub(super) const LABELS: &[&str] = &["kind", "name"];

pub(super) const FOR_EACH: Argument = argument(
    "for_each",
    Takes::Special("map, or set of strings"),
    Need::Optional("one value"),
    "reads once per key; the value is `data.KIND.NAME[\"key\"].value`",
);
pub(super) const COUNT: Argument =
    argument("count", Takes::Whole(0, 1_000_000), Need::Optional("one value"), "reads so many times");
pub(super) const SENSITIVE: Argument = argument(
    "sensitive",
    Takes::Flag,
    Need::Default("false"),
    "whether the value is a secret, which cannot be passed to a component then",
);

const fn path(about: &'static str, example: &'static str) -> Argument {
    argument("path", Takes::Text, Need::Required(example), about)
}

pub const DATA_JSON: Block = Block {
    name: "data",
    sort: Some("json"),
    place: Place::Top,
    labels: LABELS,
    written: "data \"json\" \"hosts\" { path = \"hosts.json\" }",
    what: "a json data block",
    about: "What a file of JSON holds, read before any component; `data.json.NAME.value` is its value.",
    arguments: &[
        path(
            "the file, relative to the configuration's folder; in a module write `\"${path.module}/hosts.json\"`",
            "path = \"hosts.json\"",
        ),
        SENSITIVE,
        FOR_EACH,
        COUNT,
    ],
    blocks: &[],
    more: "",
    example: DATA,
};

pub const DATA_YAML: Block = Block {
    name: "data",
    sort: Some("yaml"),
    place: Place::Top,
    labels: LABELS,
    written: "data \"yaml\" \"hosts\" { path = \"hosts.yaml\" }",
    what: "a yaml data block",
    about: "What a file of YAML holds: one document, as `yamldecode` reads it.",
    arguments: &[
        path("the file, relative to the configuration's folder", "path = \"hosts.yaml\""),
        SENSITIVE,
        FOR_EACH,
        COUNT,
    ],
    blocks: &[],
    more: "",
    example: DATA,
};

pub const DATA_CSV: Block = Block {
    name: "data",
    sort: Some("csv"),
    place: Place::Top,
    labels: LABELS,
    written: "data \"csv\" \"hosts\" { path = \"hosts.csv\" }",
    what: "a csv data block",
    about: "The rows of a file of CSV: a list of objects, whose attributes its first line names.",
    arguments: &[
        path("the file, relative to the configuration's folder", "path = \"hosts.csv\""),
        SENSITIVE,
        FOR_EACH,
        COUNT,
    ],
    blocks: &[],
    more: "",
    example: DATA,
};

pub const DATA_EXTERNAL: Block = Block {
    name: "data",
    sort: Some("external"),
    place: Place::Top,
    labels: LABELS,
    written: "data \"external\" \"hosts\" { program = [\"./hosts.sh\"] }",
    what: "an external data block",
    about: "What a program prints as JSON; it must change nothing, since `validate` and `plan` run it, too.",
    arguments: &[
        argument(
            "program",
            Takes::Texts,
            Need::Required("program = [\"./hosts.sh\"]"),
            "program and arguments, run in the configuration's folder; it must end with 0",
        ),
        argument(
            "query",
            Takes::Object,
            Need::Default("{}"),
            "what it reads as JSON from its standard input; with a secret in it the answer is one, too",
        )
        .holding(Holds::Secrets),
        argument(
            "timeout",
            Takes::Time,
            Need::Default("\"60s\""),
            "how long it may take; then it is ended, and the check of the configuration fails",
        ),
        SENSITIVE,
        FOR_EACH,
        COUNT,
    ],
    blocks: &[],
    more: "",
    example: DATA,
};

const ANSWERS: Example = &[
    ("main.pf.hcl", include_str!("examples/data-http.pf.hcl")),
    ("levels.json", include_str!("examples/levels.json")),
    ("ca.pem", include_str!("examples/ca.pem")),
];

pub const DATA_HTTP: Block = Block {
    name: "data",
    sort: Some("http"),
    place: Place::Top,
    labels: LABELS,
    written: "data \"http\" \"levels\" { url = \"https://host/levels.json\" }",
    what: "an http data block",
    about: "What a server answers to a GET, as text; an input of the plan, unless `sha256` pins it.",
    arguments: &[
        argument(
            "url",
            Takes::Text,
            Need::Required("url = \"https://host/levels.json\""),
            "the address, `http://` or `https://`, without a name or a password",
        ),
        argument(
            "request_headers",
            Takes::TextMap,
            Need::Default("{}"),
            "sent along; with a secret in them the answer is one, too, and no redirection is followed",
        )
        .holding(Holds::Secrets),
        argument(
            "expect_status",
            Takes::Whole(100, 599),
            Need::Default("200"),
            "the only status of an answer that is taken, after redirections",
        ),
        argument("timeout", Takes::Time, Need::Default("\"30s\""), "how long all of it may take"),
        argument(
            "max_bytes",
            Takes::Whole(1, 64 << 20),
            Need::Default("1048576"),
            "the longest body that is taken",
        ),
        argument(
            "sha256",
            Takes::Special("string of 64 hexadecimal digits"),
            Need::Optional("any body is taken, and is an input of the plan"),
            "the digest that the body must have; with it a saved plan needs the server no more",
        ),
        argument(
            "ca_cert_pem",
            Takes::Text,
            Need::Optional("those of Mozilla's list"),
            "certificates in PEM of the authorities that vouch for the server, in place of the usual ones",
        ),
        SENSITIVE,
        FOR_EACH,
        COUNT,
    ],
    blocks: &[],
    more: "",
    example: ANSWERS,
};

const MODULES: Example = &[
    ("main.pf.hcl", include_str!("examples/module.pf.hcl")),
    ("modules/region/main.pf.hcl", include_str!("examples/module-region.pf.hcl")),
];

pub const MODULE: Block = Block {
    name: "module",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "module \"eu\" { source = \"./modules/region\" }",
    what: "a module block",
    about: "Calls another folder, once or many times; expressions call its outputs `module.NAME.OUTPUT`.",
    arguments: &[
        argument(
            "source",
            Takes::Text,
            Need::Required("source = \"./modules/web\""),
            "a folder, which begins with `./` or `../`, or a repository, as `\"git::https://host/repository.git//folder?ref=v1.2\"`",
        )
        .holding(Holds::Literal),
        argument(
            "for_each",
            Takes::Special("map, or set of strings"),
            Need::Optional("one instance"),
            "makes an instance per key; `each.key` and `each.value` are known in the other arguments",
        ),
        argument(
            "count",
            Takes::Whole(0, 1_000_000),
            Need::Optional("one instance"),
            "makes so many instances; `count.index` is known in the other arguments",
        ),
        argument(
            "providers",
            Takes::Special("object of `name` or `name.alias`"),
            Need::Optional("the same ones"),
            "which provider of the caller is which one of the module",
        )
        .holding(Holds::Name),
        argument(
            "depends_on",
            Takes::Special("list of components and modules"),
            Need::Default("[]"),
            "what must be done before anything in the module",
        )
        .holding(Holds::Name),
    ],
    blocks: &[],
    more: "The variables of the module. One without a default must be given; secrets are passed on whole.",
    example: MODULES,
};

pub const PROVIDER: Block = Block {
    name: "provider",
    sort: None,
    place: Place::Root,
    labels: &["name"],
    written: "provider \"release\" { … }",
    what: "a provider block",
    about: "How a provider is configured, for the whole configuration.",
    arguments: &[argument(
        "alias",
        Takes::Special("string that is an identifier"),
        Need::Optional("the one that is used where none is named"),
        "names another configuration of the same provider, which components choose by `provider = name.alias`",
    )
    .holding(Holds::Literal)],
    blocks: &[],
    more: "The arguments that the provider declares (`patchform provider schema NAME`); the bundled ones have none.",
    example: &[("main.pf.hcl", include_str!("examples/provider.pf.hcl"))],
};

const HISTORY: Example = &[("main.pf.hcl", include_str!("examples/moved.pf.hcl"))];

const fn end(name: &'static str, example: &'static str, about: &'static str) -> Argument {
    argument(name, Takes::Special("address of a component or of a module"), Need::Required(example), about)
        .holding(Holds::Name)
}

pub const MOVED: Block = Block {
    name: "moved",
    sort: None,
    place: Place::Top,
    labels: &[],
    written: "moved { … }",
    what: "a moved block",
    about: "Says that a component, or a module with all that is in it, has another address now.",
    arguments: &[
        end("from", "from = release.api", "the address before"),
        end("to", "to = release.api", "the address now"),
    ],
    blocks: &[],
    more: "",
    example: HISTORY,
};

pub const REMOVED: Block = Block {
    name: "removed",
    sort: None,
    place: Place::Top,
    labels: &[],
    written: "removed { … }",
    what: "a removed block",
    about: "Says that a component is meant to be forgotten: its record goes, it stays as it is.",
    arguments: &[end("from", "from = release.api", "the address that is declared no more")],
    blocks: &["lifecycle"],
    more: "`lifecycle { destroy = false }`, as Terraform writes it, says what is always so: patchform destroys nothing. `destroy = true` is \
           refused.",
    example: HISTORY,
};

/// `lifecycle` in a `removed` block; told on its page.
pub const REMOVED_LIFECYCLE: Block = Block {
    name: "lifecycle",
    sort: None,
    place: Place::Inside(&["removed"]),
    labels: &[],
    written: "lifecycle { destroy = false }",
    what: "the lifecycle of a removed block",
    about: "Says that what is removed stays as it is.",
    arguments: &[
        argument("destroy", Takes::Flag, Need::Default("false"), "always `false`").holding(Holds::Literal)
    ],
    blocks: &[],
    more: "",
    example: HISTORY,
};
