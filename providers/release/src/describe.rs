//! What the provider says of itself.

use crate::archive::MAX_SIZE;
use patchform_sdk::message::{Argument, Can, Class, Description, Kind, LevelShape};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The kind `release` and its arguments.
pub fn description() -> Description {
    let strings = || json!(["map", "string"]);
    let argv = || json!(["list", "string"]);
    let arguments = [
        ("path", required("The symlink that is switched, such as `/srv/app/current`.")),
        ("artifact", required("Path of the tar.gz, with `{level}` in the place of the patch level.")),
        ("sha256", optional(strings(), "SHA-256 of the artifact by patch level.")),
        (
            "sha256_file",
            optional(
                json!("string"),
                "Path of a file as `sha256sum` writes it, with `{level}`, instead of `sha256`.",
            ),
        ),
        (
            "keep",
            default(
                json!("number"),
                json!(2),
                "How many releases without a snapshot are kept beside the current one.",
            ),
        ),
        (
            "max_size",
            default(json!("number"), json!(MAX_SIZE), "Largest size of an unpacked release, in bytes."),
        ),
        (
            "on_switch",
            optional(
                argv(),
                "Command that restarts what runs the release, after each switch; 75 means: nothing done.",
            ),
        ),
        (
            "on_remove",
            optional(argv(), "Command that stops what ran the release, after the link was taken away again."),
        ),
        ("env", default(strings(), json!({}), "Environment of the commands.")),
    ];
    let kind = Kind {
        summary:
            "A versioned folder: a tar.gz with a known digest is unpacked, and a symlink is switched to it."
                .into(),
        class: Class::Other,
        level: LevelShape::Single,
        scheme: "natural".into(),
        arguments: arguments.into_iter().map(|(name, argument)| (name.to_string(), argument)).collect(),
        can: Can {
            fetch: true,
            snapshot: true,
            snapshot_early: true,
            reload: true,
            verify: true,
            probe: true,
            ..Can::default()
        },
        needs: BTreeMap::new(),
        example: include_str!("../example.pf.hcl").into(),
    };
    Description { kinds: BTreeMap::from([("release".into(), kind)]), ..Description::default() }
}

fn required(description: &str) -> Argument {
    Argument { required: true, ..optional(json!("string"), description) }
}

fn optional(ty: Value, description: &str) -> Argument {
    Argument { ty, required: false, default: None, sensitive: false, description: description.into() }
}

fn default(ty: Value, value: Value, description: &str) -> Argument {
    Argument { default: Some(value), ..optional(ty, description) }
}
