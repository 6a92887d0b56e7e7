//! `maintenance_window`, `blackout`, and `maintenance` of a component: when it may be worked on.

use super::argument::argument;
use super::{Argument, Block, Example, Holds, Need, Place, Takes};

const EXAMPLE: Example = &[("main.pf.hcl", include_str!("examples/windows.pf.hcl"))];

const TIMEZONE: Argument = argument(
    "timezone",
    Takes::Text,
    Need::Required("timezone = \"Europe/Berlin\""),
    "whose clocks count: a name of the IANA database, which is part of the program",
);
const START: Argument = argument(
    "start",
    Takes::Text,
    Need::Optional("`cron` says it"),
    "when it begins, as `\"01:00\"`; where clocks are put forward over it, at the first moment after the gap, and where they show it twice, the first time",
);
const DAYS: Argument = argument(
    "days",
    Takes::Texts,
    Need::Optional("every day"),
    "on which days it begins: `\"tue\"`, `\"2nd tue\"` of the month, `\"last sun\"`",
);
const CRON: Argument = argument(
    "cron",
    Takes::Text,
    Need::Optional("`start` and `days` say it"),
    "when it begins, as a line of a crontab: minute, hour, day of the month, month, day of the week",
);
const EMERGENCY: Argument = argument(
    "emergency",
    Takes::Texts,
    Need::Default("[]"),
    "login names of those who may pass it over with `--emergency \"REASON\"`, which the plan and the run record",
);

const fn except(about: &'static str) -> Argument {
    argument("except", Takes::Texts, Need::Default("[]"), about)
}

pub const MAINTENANCE_WINDOW: Block = Block {
    name: "maintenance_window",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "maintenance_window \"eu_night\" { … }",
    what: "a maintenance window",
    about: "When components may be worked on; a component names it in its `maintenance` block, or is given it as a value.",
    arguments: &[
        TIMEZONE,
        START,
        argument(
            "duration",
            Takes::Time,
            Need::Required("duration = \"3h\""),
            "how long it stays open, by the stopwatch, whatever clocks do meanwhile; from a minute to 366 days",
        ),
        DAYS,
        CRON,
        except(
            "dates on which it does not open: `\"2026-12-24\"`, `\"2026-12-20..2027-01-06\"`, or every year `\"12-20..01-06\"`",
        ),
        EMERGENCY,
    ],
    blocks: &[],
    more: "",
    example: EXAMPLE,
};

pub const BLACKOUT: Block = Block {
    name: "blackout",
    sort: None,
    place: Place::Root,
    labels: &["name"],
    written: "blackout \"rush_hour\" { … }",
    what: "a blackout",
    about: "When nothing is begun, whatever windows say: on dates, or at times that come again, by the clocks of those who would be disturbed.",
    arguments: &[
        TIMEZONE,
        argument(
            "reason",
            Takes::Text,
            Need::Optional("nothing is said"),
            "why, as whoever has to wait reads it",
        ),
        argument(
            "dates",
            Takes::Texts,
            Need::Optional("it comes again"),
            "whole days: `\"2026-12-24\"`, `\"2026-12-20..2027-01-06\"`, or every year `\"12-20..01-06\"`",
        ),
        START,
        argument(
            "duration",
            Takes::Time,
            Need::Optional("`dates` say it"),
            "how long it lasts, by the stopwatch; from a minute to 366 days",
        ),
        DAYS,
        CRON,
        except("dates on which it does not begin, written as `dates` are"),
        argument(
            "components",
            Takes::Special("list of components and modules"),
            Need::Optional("every component"),
            "to what it applies, as `release.db`, `release.db[\"key\"]` or `module.eu`",
        )
        .holding(Holds::Name),
        argument(
            "services",
            Takes::Special("list of services"),
            Need::Optional("every component"),
            "to whose members it applies, as `service.shop` or `module.eu.service.shop`; beside `components` to both",
        )
        .holding(Holds::Name),
        EMERGENCY,
    ],
    blocks: &[],
    more: "",
    example: EXAMPLE,
};

pub const MAINTENANCE: Block = Block {
    name: "maintenance",
    sort: None,
    place: Place::Inside(&["component"]),
    labels: &[],
    written: "maintenance { window = maintenance_window.eu_night }",
    what: "a maintenance block",
    about: "When a component may be worked on, where its traffic is taken away meanwhile, how customers are kept out, and which alerts are silenced.",
    arguments: &[
        argument(
            "window",
            Takes::Special("`maintenance_window.NAME`, or a list of such"),
            Need::Optional("any time"),
            "its window; of several any may be open",
        ),
        argument(
            "drain",
            Takes::Special("list of `traffic.TYPE.NAME`"),
            Need::Default("[]"),
            "where its traffic is taken away before the patch, and given back once it is verified or went back",
        ),
        argument(
            "member",
            Takes::Text,
            Need::Optional("the key of the instance, else the name of the component"),
            "what that traffic calls it, such as the name of a server in a backend",
        ),
        argument(
            "drain_timeout",
            Takes::Time,
            Need::Default("\"30s\""),
            "how long what it still works on is waited for; after that nothing is patched and the traffic comes back (`traffic \"command\"` hands it on as `PATCHFORM_WAIT` and keeps to it itself)",
        ),
    ],
    blocks: &["block", "silence"],
    more: "",
    example: &[
        ("main.pf.hcl", include_str!("examples/windows.pf.hcl")),
        ("traffic.pf.hcl", include_str!("examples/traffic.pf.hcl")),
        ("block.pf.hcl", include_str!("examples/block.pf.hcl")),
        ("silence.pf.hcl", include_str!("examples/silence.pf.hcl")),
        ("ca.pem", include_str!("examples/ca.pem")),
    ],
};
