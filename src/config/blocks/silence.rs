//! `silence` in `maintenance`: alerts that are expected while a component is worked on.

use super::argument::argument;
use super::probe::{PASSWORD, TOKEN, USERNAME};
use super::{Block, Need, Place, Takes};

pub const SILENCE: Block = Block {
    name: "silence",
    sort: None,
    place: Place::Inside(&["maintenance"]),
    labels: &[],
    written: "silence { … }",
    what: "a silence of alerts",
    about: "Alerts that the work on a component is expected to raise are silenced in an Alertmanager: from the component's first step that disturbs until it is verified, or went back. Every silence ends by itself soon after the deadline of the step that goes on.",
    arguments: &[
        argument(
            "url",
            Takes::Text,
            Need::Required("url = \"http://alerts.example:9093\""),
            "the address of the Alertmanager; begins with `http://` or `https://`",
        ),
        argument(
            "match",
            Takes::Object,
            Need::Required("match = { instance = \"web-1:9100\" }"),
            "the labels of the alerts and their values: all of them are as here",
        ),
        argument(
            "ca_cert_pem",
            Takes::Text,
            Need::Optional("Mozilla's list of authorities"),
            "certificates of those who vouch for the server, such as `file(\"ca.pem\")`",
        ),
        TOKEN,
        USERNAME,
        PASSWORD,
    ],
    blocks: &[],
    more: "",
    example: &[
        ("main.pf.hcl", include_str!("examples/silence.pf.hcl")),
        ("ca.pem", include_str!("examples/ca.pem")),
    ],
};
