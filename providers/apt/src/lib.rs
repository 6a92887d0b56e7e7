//! The `apt` provider: sets of packages on Debian and Ubuntu hosts, patched by apt itself and taken back by the exact
//! previous packages. What it shares with other package managers is in `patchform_packages`.

mod names;

pub use patchform_packages::Packages;
use patchform_packages::manager::{Manager, Names, Words};
use patchform_packages::script::Script;
use patchform_versions::Scheme;

const HOST: &str = include_str!("host/host.sh");
const STAND: &str = include_str!("host/stand.sh");

/// The provider.
pub const APT: Packages = Packages(&MANAGER);

/// Serves it on stdin and stdout.
///
/// # Errors
/// Those of reading stdin.
pub fn serve() -> std::io::Result<()> {
    patchform_sdk::serve(APT)
}

static MANAGER: Manager = Manager {
    kind: "apt",
    database: "dpkg",
    scheme: Scheme::Dpkg,
    summary: "Packages of a Debian or Ubuntu host, patched by apt and taken back by the exact previous packages.",
    example: include_str!("../example.pf.hcl"),
    names: Names {
        is_package: names::is_package,
        version: names::version,
        file: names::file,
        is_kernel: |name| name.starts_with("linux-image-"),
        beside: |_, _| None,
        any: "all",
    },
    words: Words {
        example: "openssl = \"3.0.17-1~deb12u3\"",
        package_rule: "A name has at least two of the characters a-z, 0-9, `+`, `-` and `.`, and no architecture.",
        version_rule: "Write the whole version, as `apt-cache madison` shows it.",
        lock: "dpkg",
        config: "conffiles",
        mend: "`dpkg --configure -a`, then `apt-get -f install`",
        mend_one: "`dpkg --configure -a`",
        // The files themselves come back afterwards: nothing is asked of them.
        beside: ("", ""),
        install: (
            "apt-get install --yes --allow-downgrades --allow-change-held-packages -o Dpkg::Options::=--force-confold",
            "debs/*.deb",
        ),
        interrupted: "dpkg was interrupted there: what it had written down is taken over first, which is not taken back",
        changed: |path| {
            let path = path.join(" ");
            format!(
                "{path} was changed on the host and stays as it is; a new default is put beside it as .dpkg-dist"
            )
        },
        is_about_holds: |said, allowed| {
            said.contains("Held packages") || said.contains("held broken packages") && !allowed
        },
    },
    own: |script| match script {
        Script::Discover => vec![HOST, include_str!("host/discover.sh")],
        Script::Preview => vec![HOST, include_str!("host/preview.sh")],
        Script::Patch => vec![HOST, STAND, include_str!("host/patch.sh")],
        Script::Restore => vec![HOST, STAND, include_str!("host/restore.sh")],
        Script::Snapshot | Script::Reload => vec![HOST, STAND],
        Script::Read
        | Script::Inventory
        | Script::Fetch
        | Script::Booted
        | Script::Verify
        | Script::Root
        | Script::Drop => {
            vec![HOST]
        }
    },
    can_repair: true,
};
