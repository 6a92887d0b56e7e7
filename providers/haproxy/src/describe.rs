//! What the provider says of itself.

use patchform_sdk::message::{Argument, ByHand, Description, TrafficType};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The type `haproxy` and its arguments.
pub fn description() -> Description {
    let socket = argument(
        json!("string"),
        "Path of the admin socket: `stats socket /run/haproxy/admin.sock level admin` of HAProxy's configuration.",
    );
    let backend =
        argument(json!("string"), "The `backend` or `listen` section whose servers are its members.");
    let min_serving = Argument {
        default: Some(json!(1)),
        ..argument(
            json!("number"),
            "So many other servers of the backend must serve, or a drain is refused; 0 allows the last one.",
        )
    };
    let kind = TrafficType {
        summary: "The servers of a backend of HAProxy, drained over its admin socket.".into(),
        arguments: BTreeMap::from([
            ("socket".into(), Argument { required: true, ..socket }),
            ("backend".into(), Argument { required: true, ..backend }),
            ("min_serving".into(), min_serving),
        ]),
        example: include_str!("../example.pf.hcl").into(),
        blocks: true,
        by_hand: Some(ByHand { drain: by_hand("maint"), undrain: by_hand("ready") }),
    };
    Description { traffic: BTreeMap::from([("haproxy".into(), kind)]), ..Description::default() }
}

/// As one would type it where HAProxy runs.
fn by_hand(state: &str) -> String {
    format!("echo 'set server {{backend}}/{{member}} state {state}' | socat stdio {{socket}}")
}

fn argument(ty: Value, description: &str) -> Argument {
    Argument { ty, required: false, default: None, sensitive: false, description: description.into() }
}
