//! `block` in `maintenance`, and what stands in it: how customers are kept away from a component, and how that is proved.

use super::argument::argument;
use super::{Argument, Block, Example, Need, Place, Takes};

const EXAMPLE: Example = &[("main.pf.hcl", include_str!("examples/block.pf.hcl"))];
const INSIDE: Place = Place::Inside(&["block"]);
const ASKING: Place = Place::Inside(&["block", "service"]);
const TIMEOUT: Argument =
    argument("timeout", Takes::Time, Need::Default("\"5s\""), "how long one try may take");
const WITHIN: Argument = argument(
    "within",
    Takes::Time,
    Need::Default("\"30s\""),
    "how long it is tried until customers are let in again; not in a `service`",
);
const INTERVAL: Argument =
    argument("interval", Takes::Time, Need::Default("\"1s\""), "the pause between two tries");

pub const BLOCK: Block = Block {
    name: "block",
    sort: None,
    place: Place::Inside(&["maintenance"]),
    labels: &[],
    written: "block { … }",
    what: "a block of customers",
    about: "Customers are kept out by nftables on the host of the component, or by what sends them there, from before its snapshot until it is verified. That they are refused, that the tool gets in by a new connection, and that the refusal is logged is proved before anything is changed.",
    arguments: &[
        argument(
            "at",
            Takes::Special("traffic block"),
            Need::Optional("nftables on the host"),
            "the traffic that refuses whoever comes, all of its members away: `traffic.haproxy.front`; in place of the other arguments",
        ),
        argument(
            "ports",
            Takes::Special("list of ports"),
            Need::Optional("all ports, where `interfaces` or `from` say who is a customer"),
            "ports of customers, TCP and UDP, as they come from outside",
        ),
        argument(
            "interfaces",
            Takes::Texts,
            Need::Optional("all but the loopback one"),
            "interfaces by which customers come",
        ),
        argument("from", Takes::Texts, Need::Optional("from everywhere"), "addresses and nets of customers"),
        argument(
            "allow",
            Takes::Texts,
            Need::Default("[]"),
            "addresses and nets that stay let in, such as a monitor's; the tool's own way in always does",
        ),
        argument(
            "log_group",
            Takes::Whole(0, 65_535),
            Need::Optional("the kernel's log"),
            "the nfnetlink group that refused attempts are logged to, for ulogd",
        ),
    ],
    blocks: &["probe", "log"],
    more: "",
    example: EXAMPLE,
};

pub const PROBE_TCP: Block = Block {
    name: "probe",
    sort: Some("tcp"),
    place: ASKING,
    labels: &["sort"],
    written: "probe \"tcp\" { … }",
    what: "a tcp probe",
    about: "A customer's attempt: a connection, opened from this machine. In a `block` it proves that customers are kept out; in a `service` it is made once in each `interval` while members of it are worked on, and the run says for how long they were not served.",
    arguments: &[
        argument("port", Takes::Whole(1, 65_535), Need::Required("port = 443"), "the port"),
        argument("host", Takes::Text, Need::Default("\"127.0.0.1\""), "a name or address"),
        TIMEOUT,
        INTERVAL,
        WITHIN,
    ],
    blocks: &[],
    more: "",
    example: EXAMPLE,
};

pub const PROBE_HTTP: Block = Block {
    name: "probe",
    sort: Some("http"),
    place: ASKING,
    labels: &["sort"],
    written: "probe \"http\" { … }",
    what: "an http probe",
    about: "A customer's attempt: a request of the web, made from this machine. In a `block` it proves that customers are kept out; in a `service` it is made once in each `interval` while members of it are worked on, and the run says for how long they were not served.",
    arguments: &[
        argument(
            "url",
            Takes::Text,
            Need::Required("url = \"http://web-1.example/\""),
            "the address; begins with `http://` or `https://`",
        ),
        argument(
            "expect_status",
            Takes::Whole(100, 599),
            Need::Default("200"),
            "the status of a customer who is let in",
        ),
        argument(
            "expect_body",
            Takes::Text,
            Need::Optional("anything"),
            "a part of the body that a customer gets who is let in",
        ),
        argument("max_latency", Takes::Time, Need::Optional("the timeout"), "how long its answer may take"),
        TIMEOUT,
        INTERVAL,
        WITHIN,
    ],
    blocks: &[],
    more: "",
    example: EXAMPLE,
};

pub const PROBE_EXEC: Block = Block {
    name: "probe",
    sort: Some("exec"),
    place: ASKING,
    labels: &["sort"],
    written: "probe \"exec\" { … }",
    what: "an exec probe",
    about: "A customer's attempt: a program that ends with 0 where customers are let in, and with anything else where they are refused. It runs on this machine, or where its `connection` leads. In a `block` it proves that customers are kept out; in a `service` it is run once in each `interval` while members of it are worked on, and the run says for how long they were not served.",
    arguments: &[
        argument(
            "command",
            Takes::Texts,
            Need::Required("command = [\"curl\", \"--fail\", \"http://web-1.example/\"]"),
            "program and arguments; no shell stands in between",
        ),
        argument("expect_output", Takes::Text, Need::Optional("anything"), "a part of what it must print"),
        TIMEOUT,
        INTERVAL,
        WITHIN,
    ],
    blocks: &["connection"],
    more: "",
    example: EXAMPLE,
};

pub const LOG: Block = Block {
    name: "log",
    sort: None,
    place: INSIDE,
    labels: &[],
    written: "log { … }",
    what: "a log block",
    about: "Where a refused attempt must be found: the kernel's messages in the journal of the component's host, unless `file` or `command` say otherwise. With a `connection` it is read on another host, to which logs are sent.",
    arguments: &[
        argument("file", Takes::Text, Need::Optional("the journal"), "absolute path of a file of lines"),
        argument(
            "command",
            Takes::Texts,
            Need::Optional("the journal"),
            "a program that prints lines of the log; it finds what is sought in `PATCHFORM_MARK`",
        ),
        argument(
            "within",
            Takes::Time,
            Need::Default("\"10s\""),
            "how long an attempt may take until it is found",
        ),
    ],
    blocks: &["connection"],
    more: "",
    example: EXAMPLE,
};
