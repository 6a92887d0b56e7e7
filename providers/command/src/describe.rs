//! What the provider says of itself.

use patchform_sdk::message::{Argument, Can, Class, Description, Kind, LevelShape};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The kind `command` and its arguments.
pub fn description() -> Description {
    let arguments = [
        (
            "read",
            Argument { required: true, ..argv("Prints the level and exits 0; prints nothing when absent.") },
        ),
        (
            "patch",
            Argument {
                required: true,
                ..argv("Brings the component to PATCHFORM_LEVEL; exit 75 promises that nothing changed.")
            },
        ),
        ("preview", argv("Prints what the patch would do, one line per effect; must have no effect.")),
        ("digest", argv("Prints anything that changes when the component changes beyond its level.")),
        ("snapshot", argv("Stores a way back and prints a token that `restore` gets as PATCHFORM_SNAPSHOT.")),
        ("restore", argv("Goes back to PATCHFORM_SNAPSHOT; safe when already there, and safe twice.")),
        ("drop", argv("Removes the snapshot PATCHFORM_SNAPSHOT; must end well where it is gone already.")),
        ("uninstall", argv("Takes back just the patch, to PATCHFORM_LEVEL.")),
        ("reload", argv("Brings the installed level into force.")),
        ("verify", argv("Exits 0 when all is well.")),
        (
            "confirm",
            argv("Run over a new connection after the patch; unless it exits 0, the target goes back."),
        ),
        (
            "confirm_within",
            optional(
                json!("string"),
                "The patch runs under a dead man's switch: not confirmed within this time, the target runs `restore` by itself.",
            ),
        ),
        ("probe", argv("Prints `before`, `after`, `between` or `busy` for the action PATCHFORM_ACTION.")),
        (
            "target",
            optional(json!("string"), "Stable identity of what the commands work on; the host by default."),
        ),
        (
            "claims",
            optional(json!(["list", "string"]), "What the component manages there, such as `path:/etc/app`."),
        ),
        (
            "covers",
            optional(
                json!(["list", "string"]),
                "What a snapshot covers besides the component: `system`, everything on its target; `data`, which a restore throws back.",
            ),
        ),
        (
            "env",
            Argument {
                default: Some(json!({})),
                ..optional(json!(["map", "string"]), "Environment of the commands.")
            },
        ),
        (
            "timeout",
            Argument {
                default: Some(json!("10m")),
                ..optional(
                    json!("string"),
                    "How long a command is waited for, at most 1m where it only looks; it is never killed.",
                )
            },
        ),
    ];
    let needs: [(&str, &[&str]); 2] = [("snapshot", &["snapshot", "restore"]), ("uninstall", &["uninstall"])];
    let kind = Kind {
        summary: "Anything that your own commands can read, patch, snapshot and restore.".into(),
        class: Class::Other,
        level: LevelShape::Single,
        scheme: "natural".into(),
        arguments: arguments.into_iter().map(|(name, argument)| (name.to_string(), argument)).collect(),
        can: Can {
            snapshot: true,
            reload: true,
            verify: true,
            probe: true,
            uninstall: true,
            ..Can::default()
        },
        needs: needs
            .into_iter()
            .map(|(can, names)| (can.into(), names.iter().map(ToString::to_string).collect()))
            .collect(),
        example: include_str!("../example.pf.hcl").into(),
    };
    Description {
        kinds: BTreeMap::from([("command".into(), kind)]),
        traffic: BTreeMap::from([("command".into(), crate::traffic::described())]),
        ..Description::default()
    }
}

fn argv(description: &str) -> Argument {
    optional(json!(["list", "string"]), description)
}

fn optional(ty: Value, description: &str) -> Argument {
    Argument { ty, required: false, default: None, sensitive: false, description: description.into() }
}
