//! A signed repository of small rpm packages, made from nothing: with config files, services, scriptlets that do well and
//! ill, advisories and two streams of a module.

use super::lab::Lab;
use super::repository::{Repository, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// One version of a package.
struct Rpm {
    name: &'static str,
    /// With its epoch, where it has one.
    version: &'static str,
    /// Further lines of its preamble.
    fields: &'static str,
    what: What,
}

/// What a package brings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// One file with its version, and a config file.
    Plain,
    /// A service whose program is a real binary; it is restarted by the package.
    Service,
    /// As [`What::Service`], but left running on the old code.
    LeftRunning,
    /// Its `%pre` fails: rpm does not install it.
    FailingPre,
    /// Its `%post` fails: dnf says that all is well.
    FailingPost,
    /// The service is dead after it was installed.
    DyingService,
    /// Its `%post` waits until the file `/run/go-on` is there.
    Slow,
    /// Its `%pre` fills the disk.
    FillsDisk,
    /// What sshd is started by instead.
    Sshd(&'static str),
    /// A kernel, whose package `-core` has it; that one's `%post` does so.
    Kernel(&'static str),
}

const fn rpm(name: &'static str, version: &'static str, what: What) -> Rpm {
    Rpm { name, version, fields: "", what }
}

const RPMS: &[Rpm] = &[
    // What Debian has, and rpm does not know.
    Rpm { name: "pf-base", version: "1.0", fields: "Provides: /bin/sh", what: What::Plain },
    rpm("pf-app", "1.0", What::Service),
    rpm("pf-app", "1.1", What::Service),
    rpm("pf-app", "1.2", What::FailingPost),
    rpm("pf-app", "1.3", What::DyingService),
    rpm("pf-app", "1.4", What::Slow),
    rpm("pf-app", "1.5", What::FailingPre),
    rpm("pf-app", "1.6", What::FillsDisk),
    Rpm { name: "pf-app", version: "2.0", fields: "Requires: pf-lib >= 1:2, pf-new", what: What::Service },
    Rpm { name: "pf-app", version: "3.0", fields: "Conflicts: pf-old", what: What::Service },
    Rpm {
        name: "pf-app",
        version: "4.0",
        fields: "Requires: pf-lib >= 1:2, pf-new\nConflicts: pf-old",
        what: What::FailingPost,
    },
    rpm("pf-lib", "1:1.0", What::Plain),
    rpm("pf-lib", "1:2.0", What::Plain),
    rpm("pf-new", "1.0", What::Plain),
    rpm("pf-old", "1.0", What::Plain),
    rpm("pf-held", "1.0", What::Plain),
    rpm("pf-held", "1.1", What::Plain),
    rpm("pf-still", "1.0", What::LeftRunning),
    rpm("pf-still", "1.1", What::LeftRunning),
    rpm("pf-sshd", "1.0", What::Sshd("/usr/sbin/sshd -D")),
    rpm("pf-sshd", "1.1", What::Sshd("/usr/sbin/sshd -D -o LogLevel=VERBOSE")),
    rpm("pf-sshd", "1.2", What::Sshd("/bin/sleep infinity")),
    rpm("kernel", "5.1", What::Kernel(":")),
    rpm("kernel", "5.2", What::Kernel(":")),
    rpm("kernel", "5.3", What::Kernel(":")),
    rpm("kernel", "5.4", What::Kernel("echo 'no room in /boot' >&2; exit 1")),
    rpm("pf-mod", "1.0", What::Plain),
    rpm("pf-mod", "1.1", What::Plain),
    rpm("pf-mod", "2.0", What::Plain),
];

/// Two streams of a module; the first is the default.
const MODULES: &str = "---
document: modulemd-defaults
version: 1
data: {module: pf, stream: one, profiles: {one: [default], two: [default]}}
---
document: modulemd
version: 2
data:
  name: pf
  stream: one
  version: 1
  context: aaaa
  arch: x86_64
  summary: a module
  description: a module
  license: {module: [MIT]}
  profiles: {default: {rpms: [pf-mod]}}
  artifacts: {rpms: ['pf-mod-0:1.0-1.noarch', 'pf-mod-0:1.1-1.noarch']}
---
document: modulemd
version: 2
data:
  name: pf
  stream: two
  version: 1
  context: bbbb
  arch: x86_64
  summary: a module
  description: a module
  license: {module: [MIT]}
  profiles: {default: {rpms: [pf-mod]}}
  artifacts: {rpms: ['pf-mod-0:2.0-1.noarch']}
";

/// An advisory of a version.
const UPDATEINFO: &str = "<?xml version=\"1.0\"?>
<updates><update from=\"lab\" status=\"final\" type=\"security\" version=\"1\"><id>PFSA-2026:7</id><title>pf-app lets nobody in
</title><issued date=\"2026-11-20 00:00:00\"/><severity>Important</severity><description>none</description><pkglist>
<collection short=\"lab\"><name>lab</name><package name=\"pf-app\" version=\"2.0\" release=\"1\" epoch=\"0\" arch=\"x86_64\">
<filename>pf-app-2.0-1.x86_64.rpm</filename></package></collection></pkglist></update></updates>
";

/// What every build is told: no work for what nobody looks at.
const MACROS: [&str; 6] = [
    "_build_id_links none",
    "debug_package %{nil}",
    "__os_install_post %{nil}",
    "_binary_payload w1.gzdio",
    "_unitdir /lib/systemd/system",
    "__check_files %{nil}",
];

impl Rpm {
    /// Writes what is packed, and its spec, whose path it gives.
    fn stage(&self, folder: &Path) -> PathBuf {
        let Rpm { name, version, fields, what } = self;
        let (epoch, bare) = version.split_once(':').unwrap_or(("", version));
        let root = folder.join("work").join(format!("{name}-{bare}"));
        let write = |path: &str, text: &[u8]| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        if let What::Kernel(post) = what {
            let kernel = format!("{bare}-1.x86_64");
            let files = [format!("boot/vmlinuz-{kernel}"), format!("lib/modules/{kernel}/vmlinuz")];
            files.iter().for_each(|path| write(path, kernel.as_bytes()));
            let spec = format!(
                "Name: kernel\nVersion: {bare}\nRelease: 1\nSummary: of the lab\nLicense: MIT\nAutoReqProv: no\nRequires: \
                 kernel-core = {bare}-1\n%description\nof the lab\n%package core\nSummary: of the lab\nAutoReqProv: \
                 no\nProvides: installonlypkg(kernel)\n%description core\nof the lab\n%install\ncp -a {root}/. \
                 %{{buildroot}}\n%files\n%files core\n/boot/*\n/lib/modules/*\n%post core\n{post}\n",
                root = root.display()
            );
            let path = folder.join("work").join(format!("kernel-{bare}.spec"));
            fs::write(&path, spec).unwrap();
            return path;
        }
        write(&format!("usr/lib/{name}/version"), format!("{bare}\n").as_bytes());
        write(&format!("etc/{name}.conf"), format!("# of {name}\nlevel = {bare}\n").as_bytes());
        let mut files = format!("/usr/lib/{name}\n%config(noreplace) /etc/{name}.conf\n");
        let mut scripts = String::new();
        if let What::Sshd(start) = what {
            let unit = format!("[Service]\nType=simple\nExecStart=\nExecStart={start}\n");
            write("lib/systemd/system/ssh.service.d/pf.conf", unit.as_bytes());
            files += "/lib/systemd/system/ssh.service.d/pf.conf\n";
            scripts = "%post\nsystemctl daemon-reload\nsystemctl restart ssh\n".into();
        } else if *what != What::Plain {
            let mut program = fs::read("/bin/sleep").unwrap();
            program.extend(format!("{name} {bare}").bytes());
            write(&format!("usr/lib/{name}/serve"), &program);
            run(Command::new("chmod").arg("755").arg(root.join(format!("usr/lib/{name}/serve"))));
            let start = match what {
                What::DyingService => "/bin/false".to_string(),
                _ => format!("/usr/lib/{name}/serve infinity"),
            };
            let unit = format!(
                "[Unit]\nDescription={name}\nStartLimitIntervalSec=0\n[Service]\nExecStart={start}\n[Install]\nWantedBy=multi-user.target\n"
            );
            write(&format!("lib/systemd/system/{name}.service"), unit.as_bytes());
            files += &format!("/lib/systemd/system/{name}.service\n");
            scripts = self.scriptlets();
        }
        let epoch = if epoch.is_empty() { String::new() } else { format!("Epoch: {epoch}\n") };
        let arch = if *what == What::Plain { "BuildArch: noarch\n" } else { "" };
        let spec = format!(
            "Name: {name}\n{epoch}Version: {bare}\nRelease: 1\nSummary: of the lab\nLicense: MIT\n{arch}AutoReqProv: no\n{fields}\n\
             %description\nof the lab\n%install\ncp -a {root}/. %{{buildroot}}\n%files\n{files}{scripts}",
            root = root.display()
        );
        let path = folder.join("work").join(format!("{name}-{bare}.spec"));
        fs::write(&path, spec).unwrap();
        path
    }

    fn scriptlets(&self) -> String {
        let name = self.name;
        let (pre, post) = match self.what {
            What::FailingPre => ("echo 'not on this host' >&2; exit 1", ":"),
            What::FailingPost => (":", "echo 'the migration failed' >&2; exit 1"),
            What::Slow => (":", "while [ ! -e /run/go-on ]; do sleep 0.1; done"),
            What::FillsDisk => ("cat /dev/zero >/var/full 2>/dev/null || true", ":"),
            _ => (":", ":"),
        };
        let start = if self.what == What::LeftRunning { "start" } else { "restart" };
        format!(
            "%pre\n{pre}\n%post\n{post}\nsystemctl daemon-reload\nsystemctl enable -q {name}\nsystemctl {start} {name} || true\n\
             %preun\n[ $1 -gt 0 ] || systemctl disable -q --now {name} || true\n%postun\nsystemctl daemon-reload || true\n"
        )
    }
}

/// The built and signed packages, and the keys, made once in each process of tests.
fn made() -> &'static Path {
    static MADE: OnceLock<Lab> = OnceLock::new();
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let lab = MADE.get_or_init(|| {
        let lab = Lab::empty();
        let folder = lab.path("");
        for part in ["work", "gpg", "rpm/pool"] {
            fs::create_dir_all(lab.path(part)).unwrap();
        }
        run(Command::new("chmod").arg("700").arg(lab.path("gpg")));
        for name in ["good", "other"] {
            let key = [
                "--batch",
                "--quiet",
                "--passphrase",
                "",
                "--quick-gen-key",
                name,
                "rsa2048",
                "sign",
                "never",
            ];
            run(gpg(&folder).args(key));
            let key = run(gpg(&folder).args(["--batch", "--armor", "--export", name]));
            fs::write(lab.path(&format!("rpm/{name}.asc")), key).unwrap();
        }
        fs::write(lab.path("key.gpg"), run(gpg(&folder).args(["--batch", "--export", "good"]))).unwrap();
        let mut build = Command::new("rpmbuild");
        build.args(["-bb", "--quiet", "--define"]).arg(format!("_topdir {}", lab.path("top").display()));
        build.arg("--define").arg(format!("_rpmdir {}", lab.path("rpm/pool").display()));
        build.args(MACROS.iter().flat_map(|m| ["--define", m])).env("HOME", &folder);
        run(build.args(RPMS.iter().map(|rpm| rpm.stage(&folder))));
        signs(&folder, "good", &packages(&folder));
        fs::remove_dir_all(lab.path("top")).unwrap();
        fs::remove_dir_all(lab.path("work")).unwrap();
        let _ = Command::new("gpgconf").env("GNUPGHOME", lab.path("gpg")).args(["--kill", "all"]).output();
        lab
    });
    PATH.get_or_init(|| lab.path(""))
}

fn gpg(folder: &Path) -> Command {
    let mut gpg = Command::new("gpg");
    gpg.env("GNUPGHOME", folder.join("gpg"));
    gpg
}

/// All package files.
fn packages(folder: &Path) -> Vec<PathBuf> {
    let architectures = fs::read_dir(folder.join("rpm/pool")).unwrap();
    let files = architectures.flat_map(|found| fs::read_dir(found.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().path()).collect()
}

/// Signs packages, also those that are signed already.
fn signs(folder: &Path, key: &str, files: &[PathBuf]) {
    let mut sign = Command::new("rpmsign");
    sign.args(["--resign", "--define", "__gpg /usr/bin/gpg", "--define"]).arg(format!("_gpg_name {key}"));
    run(sign.args(files).env("GNUPGHOME", folder.join("gpg")).env("HOME", folder));
}

/// Fills a repository with all of them.
pub fn fill(repository: &Repository) {
    run(Command::new("cp").arg("-a").arg(made().join(".")).arg(repository.lab.path("")));
    index(repository, "good");
}

/// Makes the index anew and signs it with one of the keys `good`, which hosts trust, and `other`.
pub fn index(repository: &Repository, key: &str) {
    let folder = repository.lab.path("");
    let at = folder.join("rpm");
    repository.lab.write("modules.yaml", MODULES);
    repository.lab.write("updateinfo.xml", UPDATEINFO);
    run(Command::new("createrepo_c").args(["--quiet", "--no-database"]).arg(&at));
    for extra in ["modules.yaml", "updateinfo.xml"] {
        run(Command::new("modifyrepo_c").arg(folder.join(extra)).arg(at.join("repodata")));
    }
    let words = ["--batch", "--quiet", "--yes", "-u", key, "--armor", "--detach-sign", "repodata/repomd.xml"];
    run(gpg(&folder).args(words).current_dir(&at));
}

/// The path of a package's file in the pool.
pub fn file(repository: &Repository, name: &str) -> PathBuf {
    let found = packages(&repository.lab.path("")).into_iter().find(|path| path.ends_with(name));
    found.unwrap_or_else(|| panic!("there is no {name}"))
}

/// Drops a file of the pool, as mirrors do with old versions, and makes the index anew.
pub fn drops(repository: &Repository, name: &str) {
    fs::remove_file(file(repository, name)).unwrap();
    index(repository, "good");
}

/// Signs one package by another key, and makes the index anew.
pub fn by_another_key(repository: &Repository, name: &str) {
    signs(&repository.lab.path(""), "other", &[file(repository, name)]);
    index(repository, "good");
}
