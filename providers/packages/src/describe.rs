//! What the provider says of itself.

use crate::manager::Manager;
use patchform_sdk::message::{Argument, Can, Class, Description, Kind, LevelShape};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The kind and its arguments.
pub fn description(manager: &Manager) -> Description {
    let arguments = [
        (
            "restart",
            optional(
                json!(["list", "string"]),
                "Services that are restarted after a patch; without it, those that are found to run old code of a package of \
                 the patch level. `[]`: none.",
            ),
        ),
        (
            "allow_removal",
            optional(
                json!(["list", "string"]),
                "Packages that a patch may take away; any other removal blocks it.",
            ),
        ),
        (
            "allow_held",
            Argument {
                default: Some(json!(false)),
                ..optional(
                    json!("bool"),
                    "Whether packages of the patch level that are on hold are patched; they stay on hold.",
                )
            },
        ),
        (
            "lock_timeout",
            Argument {
                default: Some(json!("2m")),
                ..optional(
                    json!("string"),
                    &format!(
                        "How long the lock of {} is waited for; then the patch is refused, and says who holds it.",
                        manager.words.lock
                    ),
                )
            },
        ),
        (
            "reboot",
            Argument {
                default: Some(json!("never")),
                ..optional(
                    json!("string"),
                    "Whether the host reboots after a patch: `never`, `when_needed` (a kernel, or a package asks for it) or \
                     `always`.",
                )
            },
        ),
        (
            "reboot_timeout",
            Argument {
                default: Some(json!("10m")),
                ..optional(
                    json!("string"),
                    "How long the host may take to come back from a reboot; after that the patch has failed.",
                )
            },
        ),
        (
            "repair",
            Argument {
                default: Some(json!(false)),
                ..optional(
                    json!("bool"),
                    "Whether packages that somebody else has left half installed are repaired by the patch; else it is blocked.",
                )
            },
        ),
        (
            "way_back",
            Argument {
                default: Some(json!("packages")),
                ..optional(
                    json!("string"),
                    "How the host goes back: `packages`, the exact previous ones with their configuration files; or `btrfs`, its \
                     whole root as a snapshot has kept it, by a reboot. The latter throws away what was written since, so that \
                     it is a way back only with `may_lose_data`.",
                )
            },
        ),
        (
            "confirm_within",
            optional(
                json!("string"),
                "The patch runs under a dead man's switch: not confirmed over a new connection within this time, the host takes \
                 it back by itself.",
            ),
        ),
    ];
    let kind = Kind {
        summary: manager.summary.into(),
        class: Class::OperatingSystem,
        level: LevelShape::Map,
        scheme: manager.database.into(),
        arguments: arguments
            .into_iter()
            .filter(|(name, _)| manager.can_repair || *name != "repair")
            .map(|(name, argument)| (name.to_string(), argument))
            .collect(),
        can: Can {
            fetch: true,
            snapshot: true,
            reload: true,
            verify: true,
            probe: true,
            discover: true,
            inventory: true,
            ..Can::default()
        },
        needs: BTreeMap::new(),
        example: manager.example.into(),
    };
    Description { kinds: BTreeMap::from([(manager.kind.into(), kind)]), ..Description::default() }
}

fn optional(ty: Value, description: &str) -> Argument {
    Argument { ty, required: false, default: None, sensitive: false, description: description.into() }
}
