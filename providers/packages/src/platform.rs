//! Whose packages a host has, by its os-release.

/// Names of os-release, and how advisories name the same: the ecosystem of the OSV schema.
struct Row {
    id: &'static str,
    ecosystem: &'static str,
    /// Of the version only what stands before the first dot.
    major: bool,
    /// The vendor that it rebuilds.
    parent: Option<&'static str>,
}

const RED_HAT: &str = "Red Hat:enterprise_linux:";

const fn row(id: &'static str, ecosystem: &'static str, major: bool, parent: Option<&'static str>) -> Row {
    Row { id, ecosystem, major, parent }
}

const ROWS: [Row; 13] = [
    row("debian", "Debian:", true, None),
    row("ubuntu", "Ubuntu:", false, None),
    row("rhel", RED_HAT, true, None),
    row("almalinux", "AlmaLinux:", true, Some(RED_HAT)),
    row("rocky", "Rocky Linux:", true, Some(RED_HAT)),
    row("ol", "Oracle Linux:", true, None),
    row("amzn", "Amazon Linux:", false, None),
    row("fedora", "Fedora:", false, None),
    row("azurelinux", "Azure Linux:", false, None),
    row("photon", "Photon OS:", false, None),
    row("mageia", "Mageia:", false, None),
    row("openEuler", "openEuler:", false, None),
    row("opensuse-leap", "openSUSE:Leap ", false, None),
];

/// Ecosystem and parent of an `ID` and a `VERSION_ID`; of a vendor that is not known, or a host that names no release,
/// nothing: advisories of another release would say wrong things.
pub fn of(id: &str, version: &str) -> (String, Option<String>) {
    let Some(row) = ROWS.iter().find(|row| row.id == id && !version.is_empty()) else {
        return (String::new(), None);
    };
    let release = if row.major { version.split('.').next().unwrap_or(version) } else { version };
    (format!("{}{release}", row.ecosystem), row.parent.map(|parent| format!("{parent}{release}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_named_as_advisories_name_it() {
        for (id, version, ecosystem, parent) in [
            ("debian", "12", "Debian:12", None),
            ("ubuntu", "22.04", "Ubuntu:22.04", None),
            ("almalinux", "9.4", "AlmaLinux:9", Some("Red Hat:enterprise_linux:9")),
            ("rhel", "8.10", "Red Hat:enterprise_linux:8", None),
            ("opensuse-leap", "15.5", "openSUSE:Leap 15.5", None),
            ("debian", "", "", None),
            ("plan9", "4", "", None),
        ] {
            assert_eq!(
                of(id, version),
                (ecosystem.to_string(), parent.map(str::to_string)),
                "{id} {version}"
            );
        }
    }
}
