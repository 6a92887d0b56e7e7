//! `traffic`: what sends traffic to components, from which it takes them while they are worked on.

use super::{Block, Place};

pub const TRAFFIC: Block = Block {
    name: "traffic",
    sort: None,
    place: Place::Top,
    labels: &["type", "name"],
    written: "traffic \"haproxy\" \"front\" { … }",
    what: "a traffic block",
    about: "What sends traffic to components, such as a load balancer; a component names it in its `maintenance` block, or is given it as a value.",
    arguments: &[],
    blocks: &["connection"],
    more: "The arguments of its type, which a provider declares. Each name stands once, whatever the type.",
    example: &[("main.pf.hcl", include_str!("examples/traffic.pf.hcl"))],
};
