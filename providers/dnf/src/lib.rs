//! The `dnf` provider: sets of packages on RPM hosts, patched by dnf's own resolver and transaction and taken back by the exact
//! previous packages, never by `history rollback`. What it shares with other package managers is in `patchform_packages`.

mod names;

pub use patchform_packages::Packages;
use patchform_packages::manager::{Manager, Names, Words};
use patchform_packages::script::Script;
use patchform_versions::Scheme;

const HOST: &str = include_str!("host/host.sh");
const STAND: &str = include_str!("host/stand.sh");
/// Puts `resolver.py` where the scripts find it.
const PYTHON: [&str; 3] =
    ["cat >\"$t/resolver.py\" <<'END_OF_RESOLVER'\n", include_str!("host/resolver.py"), "END_OF_RESOLVER\n"];

/// The provider.
pub const DNF: Packages = Packages(&MANAGER);

/// Serves it on stdin and stdout.
///
/// # Errors
/// Those of reading stdin.
pub fn serve() -> std::io::Result<()> {
    patchform_sdk::serve(DNF)
}

static MANAGER: Manager = Manager {
    kind: "dnf",
    database: "rpm",
    scheme: Scheme::Rpm,
    summary: "Packages of an RPM host, patched by dnf and taken back by the exact previous packages.",
    example: include_str!("../example.pf.hcl"),
    names: Names {
        is_package: names::is_package,
        version: names::version,
        file: names::file,
        is_kernel: names::is_kernel,
        beside: names::beside,
        any: "noarch",
    },
    words: Words {
        example: "openssl-libs = \"1:3.2.2-6.el9\"",
        package_rule: "A name has the characters a-z, A-Z, 0-9, `_`, `+`, `-` and `.`; another architecture than the host's own is \
                       written behind a dot: \"glibc.i686\".",
        version_rule: "Write `[epoch:]version-release` as `rpm -q --qf '%{EVR}'` shows it, without an epoch of 0.",
        lock: "dnf",
        config: "config files",
        mend: "`dnf remove --duplicates`",
        mend_one: "`dnf remove --duplicates`",
        beside: ("rpm -e", "rpm -i --oldpackage"),
        install: ("rpm -U --oldpackage", "rpms/*.rpm"),
        interrupted: "rpm was interrupted there",
        changed: |words| {
            let (how, path) =
                words.split_first().map_or(("", String::new()), |(how, path)| (*how, path.join(" ")));
            match how {
                "stays" => format!(
                    "{path} was changed on the host and stays as it is; a new default is put beside it as .rpmnew"
                ),
                _ => format!(
                    "{path} was changed on the host and is replaced where the new version has another one; it is put \
                              beside it as .rpmsave"
                ),
            }
        },
        is_about_holds: |said, allowed| said.contains("is on hold there") && !allowed,
    },
    own: parts,
    // Which of two versions is the whole one, nobody can tell.
    can_repair: false,
};

fn parts(script: Script) -> Vec<&'static str> {
    let [begin, python, end] = PYTHON;
    let own = match script {
        Script::Read | Script::Inventory | Script::Booted | Script::Verify | Script::Root | Script::Drop => {
            return vec![HOST];
        }
        Script::Discover => include_str!("host/discover.sh"),
        Script::Preview => include_str!("host/preview.sh"),
        Script::Patch => include_str!("host/patch.sh"),
        Script::Restore => include_str!("host/restore.sh"),
        Script::Snapshot | Script::Reload | Script::Fetch => "",
    };
    let stand = if matches!(script, Script::Preview | Script::Discover | Script::Fetch) { "" } else { STAND };
    vec![HOST, stand, begin, python, end, own]
}
