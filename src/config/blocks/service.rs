//! `service`: what has to stay up while its members are patched.

use super::argument::{argument, words};
use super::{Block, Holds, Need, Place, Takes};
use patchform_advisory::priority::Importance;

/// What a service means to those who run it.
pub const IMPORTANCES: [(&str, Importance); 3] =
    [("low", Importance::Low), ("medium", Importance::Medium), ("high", Importance::High)];

pub const SERVICE: Block = Block {
    name: "service",
    sort: None,
    place: Place::Top,
    labels: &["name"],
    written: "service \"shop\" { … }",
    what: "a service block",
    about: "What has to stay up: so many of its members are available at every moment of a run, or it is up for so much of each month.",
    arguments: &[
        argument(
            "members",
            Takes::Special("list of components and modules"),
            Need::Required("members = [command.web]"),
            "who is part of it, as `command.web`, `command.web[\"key\"]` or `module.eu`",
        )
        .holding(Holds::Name),
        argument(
            "min_available",
            Takes::Special("whole number from 1, or share such as `\"75%\"`"),
            Need::Optional(
                "nothing; one of `min_available`, `quorum`, `availability`, `importance`, `order` and a `probe` is needed",
            ),
            "how many members stay available; a share is rounded up",
        ),
        argument(
            "quorum",
            Takes::Flag,
            Need::Optional(
                "nothing; one of `min_available`, `quorum`, `availability`, `importance`, `order` and a `probe` is needed",
            ),
            "whether more than half of its members stay available",
        ),
        argument(
            "availability",
            Takes::Text,
            Need::Optional("nothing is promised"),
            "how much of each month it is up, as `\"99.9%\"`; a plan that would take more than is left of the month is refused",
        ),
        argument(
            "timezone",
            Takes::Text,
            Need::Optional("`\"UTC\"`"),
            "where its users are, by whose clocks months begin: a name of the IANA database",
        ),
        argument(
            "importance",
            Takes::Word(&words(&IMPORTANCES)),
            Need::Optional("`\"medium\"`"),
            "what it means to those who run it: findings of its members are judged by it",
        ),
        argument(
            "order",
            Takes::Special("`\"replicas_first\"`, or list of roles"),
            Need::Optional("none comes first"),
            "in which order its members are worked on, by the roles that they play when the plan is made; `\"replicas_first\"` is `[\"replica\", \"primary\"]`. Each member has a `role` block",
        ),
    ],
    blocks: &["probe"],
    more: "",
    example: &[("main.pf.hcl", include_str!("examples/service.pf.hcl"))],
};
