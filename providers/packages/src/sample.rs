//! A package manager for the tests of what is the same for all of them; its names are dpkg's.

use crate::manager::{Manager, Names, Words};
use patchform_versions::Scheme;

/// The manager.
pub static SAMPLE: Manager = Manager {
    kind: "apt",
    database: "dpkg",
    scheme: Scheme::Dpkg,
    summary: "",
    example: "",
    names: Names {
        is_package: |text| {
            let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b);
            !text.is_empty() && text.bytes().all(allowed) && !text.starts_with(['.', '-'])
        },
        version: |text| Scheme::Dpkg.parse_strict(text).map(|_| ()).map_err(|e| e.to_string()),
        file: |name, architecture, version| {
            format!("{name}_{}_{architecture}.deb", version.replace(':', "%3a"))
        },
        is_kernel: |name| name.starts_with("linux-image-"),
        beside: |_, _| None,
        any: "all",
    },
    words: Words {
        example: "",
        package_rule: "",
        version_rule: "",
        lock: "dpkg",
        config: "",
        mend: "",
        mend_one: "",
        beside: ("", ""),
        install: ("tool install", "files/*"),
        interrupted: "dpkg was interrupted there",
        changed: |words| words.join(" "),
        is_about_holds: |said, _| said.contains("held"),
    },
    own: |_| Vec::new(),
    can_repair: true,
};
