//! `check` in a component and at the top, `assert`, `precondition`.

use super::argument::{argument, words};
use super::{Argument, Block, Example, Holds, Need, Place, Takes};
use crate::config::checked::{Comparison, Need as Wants};

const WORDS: [(&str, Wants); 3] = Wants::WORDS;
const SIGNS: [(&str, Comparison); 6] = Comparison::SIGNS;

const PROBES: Example =
    &[("main.pf.hcl", include_str!("examples/check.pf.hcl")), ("ca.pem", include_str!("examples/ca.pem"))];
const INSIDE: Place = Place::Inside(&["component"]);
const LABELS: &[&str] = &["sort", "name"];

const TIMEOUT: Argument =
    argument("timeout", Takes::Time, Need::Default("\"5s\""), "how long one try may take");
const INTERVAL: Argument =
    argument("interval", Takes::Time, Need::Default("\"1s\""), "the pause between two tries");
const WITHIN: Argument =
    argument("within", Takes::Time, Need::Default("\"30s\""), "how long it is tried until it succeeds");
const AUTHORITIES: Argument = argument(
    "ca_cert_pem",
    Takes::Text,
    Need::Optional("Mozilla's list"),
    "certificates in PEM of those who vouch for the server, such as `file(\"ca.pem\")`; only with `https://`",
);
/// How a server is told who asks.
pub(super) const TOKEN: Argument = argument(
    "bearer_token",
    Takes::Text,
    Need::Optional("nobody is named"),
    "the token by which the server knows who asks: a sensitive variable, whole",
)
.holding(Holds::Secrets);
pub(super) const USERNAME: Argument = argument(
    "username",
    Takes::Text,
    Need::Optional("nobody is named"),
    "by which name the server knows who asks; with `password`, in place of `bearer_token`",
);
pub(super) const PASSWORD: Argument = argument(
    "password",
    Takes::Text,
    Need::Optional("nobody is named"),
    "the password of `username`: a sensitive variable, whole",
)
.holding(Holds::Secrets);
/// More tries in a row are a mistake.
pub const MOST_TRIES: u64 = 100;

const SUCCESSES: Argument = argument(
    "successes",
    Takes::Whole(1, MOST_TRIES),
    Need::Default("1"),
    "how many successes in a row make it well",
);
const FAILURES: Argument = argument(
    "failures",
    Takes::Whole(1, MOST_TRIES),
    Need::Optional("only the end of `within` makes it ill"),
    "how many failures in a row make it ill before `within` is over",
);
const NEED: Argument = argument(
    "need",
    Takes::Word(&words(&WORDS)),
    Need::Default("\"required\""),
    "what follows when it is ill: `required`: ill before, the patch does not begin; ill afterwards, it is taken back. `kept`: it is taken back only where it was well before. `wanted`: it is told",
);

/// Priorities of the journal, from the worst.
pub const PRIORITIES: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

pub const EXEC: Block = Block {
    name: "check",
    sort: Some("exec"),
    place: INSIDE,
    labels: LABELS,
    written: "check \"exec\" \"name\" { … }",
    what: "an exec check",
    about: "The component is healthy when a program ends with 0.",
    arguments: &[
        argument(
            "command",
            Takes::Texts,
            Need::Required("command = [\"systemctl\", \"is-active\", \"shop\"]"),
            "program and arguments; no shell stands in between",
        ),
        argument("expect_output", Takes::Text, Need::Optional("anything"), "a part of what it must print"),
        TIMEOUT,
        INTERVAL,
        WITHIN,
        SUCCESSES,
        FAILURES,
        NEED,
    ],
    blocks: &[],
    more: "",
    example: PROBES,
};

pub const TCP: Block = Block {
    name: "check",
    sort: Some("tcp"),
    place: INSIDE,
    labels: LABELS,
    written: "check \"tcp\" \"name\" { … }",
    what: "a tcp check",
    about: "The component is healthy when a connection opens.",
    arguments: &[
        argument("port", Takes::Whole(1, 65_535), Need::Required("port = 5432"), "the port"),
        argument("host", Takes::Text, Need::Default("\"127.0.0.1\""), "a name or address"),
        TIMEOUT,
        INTERVAL,
        WITHIN,
        SUCCESSES,
        FAILURES,
        NEED,
    ],
    blocks: &[],
    more: "",
    example: PROBES,
};

pub const HTTP: Block = Block {
    name: "check",
    sort: Some("http"),
    place: INSIDE,
    labels: LABELS,
    written: "check \"http\" \"name\" { … }",
    what: "an http check",
    about: "The component is healthy when an address of the web answers as expected.",
    arguments: &[
        argument(
            "url",
            Takes::Text,
            Need::Required("url = \"http://127.0.0.1:8080/healthz\""),
            "the address; begins with `http://` or `https://`",
        ),
        argument(
            "expect_status",
            Takes::Whole(100, 599),
            Need::Default("200"),
            "the status that it must answer with",
        ),
        argument(
            "expect_body",
            Takes::Text,
            Need::Optional("anything"),
            "a part of the body that it must answer with",
        ),
        argument("max_latency", Takes::Time, Need::Optional("the timeout"), "how long its answer may take"),
        argument(
            "valid_for",
            Takes::Time,
            Need::Optional("that they hold now"),
            "how long all certificates of the server must still hold, such as `\"14d\"`; only with `https://`",
        ),
        AUTHORITIES,
        TOKEN,
        USERNAME,
        PASSWORD,
        TIMEOUT,
        INTERVAL,
        WITHIN,
        SUCCESSES,
        FAILURES,
        NEED,
    ],
    blocks: &[],
    more: "",
    example: PROBES,
};

pub const SYSTEMD: Block = Block {
    name: "check",
    sort: Some("systemd"),
    place: INSIDE,
    labels: LABELS,
    written: "check \"systemd\" \"name\" { … }",
    what: "a systemd check",
    about: "The component is healthy when units of its host are active; without `units`, when no unit of its host has failed.",
    arguments: &[
        argument(
            "units",
            Takes::Texts,
            Need::Optional("no unit may have failed"),
            "units that must be active",
        ),
        TIMEOUT,
        INTERVAL,
        WITHIN,
        SUCCESSES,
        FAILURES,
        NEED,
    ],
    blocks: &[],
    more: "Where systemd cannot be asked, nobody can tell, and the run pauses.",
    example: PROBES,
};

pub const JOURNAL: Block = Block {
    name: "check",
    sort: Some("journal"),
    place: INSIDE,
    labels: LABELS,
    written: "check \"journal\" \"name\" { … }",
    what: "a journal check",
    about: "The component is healthy when nothing bad was written to the journal of its host since its patch began.",
    arguments: &[
        argument("units", Takes::Texts, Need::Optional("all"), "the units whose entries count"),
        argument(
            "priority",
            Takes::Word(&PRIORITIES),
            Need::Default("\"err\""),
            "entries of this priority and of worse ones count",
        ),
        argument(
            "pattern",
            Takes::Text,
            Need::Optional("all"),
            "a regular expression (PCRE2, as of `journalctl --grep`): only entries that match it count",
        ),
        argument(
            "look_back",
            Takes::Time,
            Need::Default("\"10m\""),
            "how far it looks back before the patch",
        ),
        TIMEOUT,
        INTERVAL,
        WITHIN,
        SUCCESSES,
        FAILURES,
        NEED,
    ],
    blocks: &[],
    more: "Times go by the clock of the host. Where the journal cannot be read, nobody can tell, and the run pauses.",
    example: PROBES,
};

pub const PROMETHEUS: Block = Block {
    name: "check",
    sort: Some("prometheus"),
    place: INSIDE,
    labels: LABELS,
    written: "check \"prometheus\" \"name\" { … }",
    what: "a prometheus check",
    about: "The component is healthy when each value of a query compares with a threshold as it should.",
    arguments: &[
        argument(
            "url",
            Takes::Text,
            Need::Required("url = \"http://prometheus.example:9090\""),
            "the address of the server, asked from this machine",
        ),
        argument(
            "query",
            Takes::Text,
            Need::Required("query = \"up{job='shop'}\""),
            "what is asked, in PromQL; one value for each series",
        ),
        argument(
            "comparison",
            Takes::Word(&words(&SIGNS)),
            Need::Required("comparison = \">=\""),
            "how each value compares with the threshold",
        ),
        argument(
            "threshold",
            Takes::Special("number"),
            Need::Required("threshold = 1"),
            "what it is compared with",
        ),
        AUTHORITIES,
        TOKEN,
        USERNAME,
        PASSWORD,
        TIMEOUT,
        INTERVAL,
        WITHIN,
        SUCCESSES,
        FAILURES,
        NEED,
    ],
    blocks: &[],
    more: "No answer, no data and a value that is no number are no verdict: nobody can tell, and the run pauses.",
    example: PROBES,
};

const ASSERTION: &[Argument] = &[
    argument("condition", Takes::Flag, Need::Required("condition = var.port > 1024"), "what must hold")
        .holding(Holds::Secrets),
    argument(
        "error_message",
        Takes::Text,
        Need::Required("error_message = \"The port must be above 1024.\""),
        "what is said where it does not; not shown when it holds a secret",
    )
    .holding(Holds::Secrets),
];

pub const PRECONDITION: Block = Block {
    name: "precondition",
    sort: None,
    place: Place::Inside(&["lifecycle", "output"]),
    labels: &[],
    written: "precondition { … }",
    what: "a precondition block",
    about: "A condition for a component or an output; where it does not hold, nothing is planned.",
    arguments: ASSERTION,
    blocks: &[],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/precondition.pf.hcl"))],
};

const ASSERTIONS: Example = &[("main.pf.hcl", include_str!("examples/assert.pf.hcl"))];

pub const CHECK: Block = Block {
    name: "check",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "check \"name\" { assert { … } }",
    what: "a top-level check block",
    about: "Assertions on the values of the configuration; one that does not hold warns and stops nothing.",
    arguments: &[],
    blocks: &["assert"],
    more: "",
    example: ASSERTIONS,
};

pub const ASSERT: Block = Block {
    name: "assert",
    sort: None,
    place: Place::Inside(&["check"]),
    labels: &[],
    written: "assert { … }",
    what: "an assert block",
    about: "One assertion of a top-level check.",
    arguments: ASSERTION,
    blocks: &[],
    more: "",
    example: ASSERTIONS,
};
