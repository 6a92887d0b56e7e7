//! Whose packages a host has, by its os-release.

/// Names of os-release, and how advisories name the same: the ecosystem of the OSV schema.
struct Row {
    id: &'static str,
    /// What keeps its packages.
    database: &'static str,
    ecosystem: &'static str,
    /// Of the version only what stands before the first dot.
    major: bool,
    /// The vendor that it rebuilds.
    parent: Option<&'static str>,
}

const RED_HAT: &str = "Red Hat:enterprise_linux:";

const fn dpkg(id: &'static str, ecosystem: &'static str, major: bool) -> Row {
    Row { id, database: "dpkg", ecosystem, major, parent: None }
}

const fn rpm(id: &'static str, ecosystem: &'static str, major: bool, parent: Option<&'static str>) -> Row {
    Row { id, database: "rpm", ecosystem, major, parent }
}

const ROWS: [Row; 14] = [
    dpkg("debian", "Debian:", true),
    dpkg("ubuntu", "Ubuntu:", false),
    rpm("rhel", RED_HAT, true, None),
    rpm("almalinux", "AlmaLinux:", true, Some(RED_HAT)),
    rpm("rocky", "Rocky Linux:", true, Some(RED_HAT)),
    rpm("ol", "Oracle Linux:", true, None),
    rpm("amzn", "Amazon Linux:", false, None),
    rpm("fedora", "Fedora:", false, None),
    rpm("azurelinux", "Azure Linux:", false, None),
    rpm("mariner", "Azure Linux:", false, None),
    rpm("photon", "Photon OS:", false, None),
    rpm("mageia", "Mageia:", false, None),
    rpm("openEuler", "openEuler:", false, None),
    rpm("opensuse-leap", "openSUSE:Leap ", false, None),
];

/// Ecosystem and parent of an `ID` and a `VERSION_ID`; of a vendor that is not known or keeps its packages elsewhere, or a host
/// that names no release, nothing: advisories of others would say wrong things.
pub fn of(database: &str, id: &str, version: &str) -> (String, Option<String>) {
    let known = |row: &&Row| row.id == id && row.database == database && !version.is_empty();
    let Some(row) = ROWS.iter().find(known) else {
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
        for (database, id, version, ecosystem, parent) in [
            ("dpkg", "debian", "12", "Debian:12", None),
            ("dpkg", "ubuntu", "22.04", "Ubuntu:22.04", None),
            ("rpm", "almalinux", "9.4", "AlmaLinux:9", Some("Red Hat:enterprise_linux:9")),
            ("rpm", "rhel", "8.10", "Red Hat:enterprise_linux:8", None),
            ("rpm", "opensuse-leap", "15.5", "openSUSE:Leap 15.5", None),
            ("dpkg", "debian", "", "", None),
            ("dpkg", "plan9", "4", "", None),
            // rpm may be there beside dpkg: its packages are not Debian's.
            ("rpm", "debian", "12", "", None),
        ] {
            let told = of(database, id, version);
            assert_eq!(
                told,
                (ecosystem.to_string(), parent.map(str::to_string)),
                "{database} {id} {version}"
            );
        }
    }
}
