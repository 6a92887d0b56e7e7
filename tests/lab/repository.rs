//! A signed apt repository of small packages, made from nothing, and served over HTTP.

use super::lab::Lab;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// One version of a package.
pub struct Deb {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Further lines of its control file.
    pub fields: &'static str,
    /// What it is.
    pub what: What,
}

/// What a package brings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// One file with its version.
    Plain,
    /// A service whose program is a real binary; it is restarted by the package.
    Service,
    /// As [`What::Service`], but left running on the old code.
    LeftRunning,
    /// Its `postinst` fails, the program is unpacked.
    FailingPostinst,
    /// `apt-get` ends with 0, and the service is dead.
    DyingService,
    /// Its `postinst` waits until the file `/run/go-on` is there.
    Slow,
    /// The way in: sshd runs as this says, and is restarted.
    Sshd(&'static str),
    /// Its `preinst` fills the disk.
    FillsDisk,
    /// A service that its `prerm` stops, also for another version, and only its `postinst` starts.
    StopsFirst,
    /// As [`What::StopsFirst`], and its `preinst` fails.
    FailingPreinst,
    /// Its `postinst` starts it at boot whatever a person said, changes what is around it, and fails.
    Meddles,
    /// A kernel by its name: a file in /boot.
    Kernel,
    /// A service whose `postinst` asks for a reboot.
    AsksForReboot,
    /// As [`What::AsksForReboot`], and the service runs in no later boot.
    OnlyThisBoot,
}

/// What a repository holds at first; more versions than one of each, so that going down works.
pub const DEBS: &[Deb] = &[
    Deb { name: "pf-app", version: "1.0-1", fields: "", what: What::Service },
    Deb { name: "pf-app", version: "1.1-1", fields: "", what: What::Service },
    Deb { name: "pf-app", version: "1.2-1", fields: "", what: What::FailingPostinst },
    Deb { name: "pf-app", version: "1.3-1", fields: "", what: What::DyingService },
    Deb { name: "pf-app", version: "1.4-1", fields: "", what: What::Slow },
    Deb { name: "pf-app", version: "2.0-1", fields: "Depends: pf-lib (>= 1:2), pf-new", what: What::Service },
    Deb { name: "pf-app", version: "3.0-1", fields: "Conflicts: pf-old", what: What::Service },
    Deb {
        name: "pf-app",
        version: "4.0-1",
        fields: "Depends: pf-lib (>= 1:2), pf-new\nConflicts: pf-old",
        what: What::FailingPostinst,
    },
    Deb { name: "pf-lib", version: "1:1.0-1", fields: "", what: What::Plain },
    Deb { name: "pf-lib", version: "1:2.0-1", fields: "", what: What::Plain },
    Deb { name: "pf-new", version: "0.9", fields: "", what: What::Plain },
    Deb { name: "pf-new", version: "1.0", fields: "", what: What::Plain },
    Deb { name: "pf-old", version: "1.0-1", fields: "", what: What::Plain },
    Deb { name: "pf-held", version: "1.0-1", fields: "", what: What::Plain },
    Deb { name: "pf-held", version: "1.1-1", fields: "", what: What::Plain },
    Deb { name: "pf-still", version: "1.0-1", fields: "", what: What::LeftRunning },
    Deb { name: "pf-still", version: "1.1-1", fields: "", what: What::LeftRunning },
    Deb { name: "pf-app", version: "1.5-1", fields: "Pre-Depends: pf-wait", what: What::Service },
    Deb { name: "pf-app", version: "1.6-1", fields: "", what: What::FillsDisk },
    Deb { name: "pf-stop", version: "1.0-1", fields: "", what: What::StopsFirst },
    Deb { name: "pf-stop", version: "1.1-1", fields: "", what: What::FailingPreinst },
    Deb { name: "pf-meddle", version: "1.0-1", fields: "", what: What::Service },
    Deb { name: "pf-meddle", version: "1.1-1", fields: "", what: What::Meddles },
    Deb { name: "pf-wait", version: "1.0-1", fields: "", what: What::Slow },
    Deb { name: "pf-sshd", version: "1.0-1", fields: "", what: What::Sshd("/usr/sbin/sshd -D") },
    Deb {
        name: "pf-sshd",
        version: "1.1-1",
        fields: "",
        what: What::Sshd("/usr/sbin/sshd -D -o LogLevel=VERBOSE"),
    },
    Deb { name: "pf-sshd", version: "1.2-1", fields: "", what: What::Sshd("/bin/sleep infinity") },
    Deb { name: "linux-image-pf", version: "6.1-1", fields: "", what: What::Kernel },
    Deb { name: "linux-image-pf", version: "6.2-1", fields: "", what: What::Kernel },
    Deb { name: "pf-core", version: "1.0-1", fields: "", what: What::Service },
    Deb { name: "pf-core", version: "1.1-1", fields: "", what: What::AsksForReboot },
    Deb { name: "pf-core", version: "1.2-1", fields: "", what: What::OnlyThisBoot },
    Deb { name: "pf-both", version: "1.0-1", fields: NATIVE, what: What::Service },
    Deb { name: "pf-both", version: "1.0-1", fields: FOREIGN, what: What::Service },
    Deb { name: "pf-both", version: "1.1-1", fields: NATIVE, what: What::Service },
    Deb { name: "pf-both", version: "1.1-1", fields: FOREIGN, what: What::Service },
    Deb { name: "pf-both", version: "1.2-1", fields: NATIVE, what: What::FailingPostinst },
    Deb { name: "pf-both", version: "1.2-1", fields: FOREIGN, what: What::FailingPostinst },
];

/// A package that is there for several architectures beside each other, at one version.
const NATIVE: &str = "Multi-Arch: same\nArchitecture: amd64";
const FOREIGN: &str = "Multi-Arch: same\nArchitecture: i386";

const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Parts of paths, with what is answered in place of the file.
type Instead = Mutex<Vec<(String, Vec<u8>)>>;

/// Parts of paths, with how long each of eight parts of their answers takes.
type Paces = Mutex<Vec<(String, Duration)>>;

/// A repository, and the server of it.
pub struct Repository {
    /// Its folder.
    pub lab: Lab,
    instead: Arc<Instead>,
    paces: Arc<Paces>,
    over: Arc<AtomicBool>,
}

/// Runs a program with its output hidden unless it fails.
pub fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = [output.stdout.clone(), output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&said));
    output.stdout
}

/// The built packages and the key, made once in each process of tests.
fn made() -> &'static Path {
    static MADE: OnceLock<Lab> = OnceLock::new();
    let lab = MADE.get_or_init(|| {
        let lab = Lab::empty();
        fs::create_dir_all(lab.path("pool")).unwrap();
        DEBS.iter().for_each(|deb| deb.build(&lab.path("")));
        fs::create_dir_all(lab.path("gpg")).unwrap();
        run(Command::new("chmod").arg("700").arg(lab.path("gpg")));
        let gpg = |line: &str| {
            let mut command = Command::new("gpg");
            command.env("GNUPGHOME", lab.path("gpg")).args(["--batch", "--quiet"]).args(line.split(' '));
            run(&mut command)
        };
        for name in ["good", "other"] {
            let key = [
                "--batch",
                "--quiet",
                "--passphrase",
                "",
                "--quick-gen-key",
                name,
                "ed25519",
                "sign",
                "never",
            ];
            run(Command::new("gpg").env("GNUPGHOME", lab.path("gpg")).args(key));
        }
        let key = gpg("--export good");
        fs::write(lab.path("key.gpg"), key).unwrap();
        // Its agent is ended with the folder's last use here; what signs starts another one.
        let _ = Command::new("gpgconf").env("GNUPGHOME", lab.path("gpg")).args(["--kill", "all"]).output();
        lab
    });
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| lab.path(""))
}

impl Deb {
    /// Builds it into the folder's pool.
    fn build(&self, folder: &Path) {
        let Deb { name, version, fields, what } = self;
        let root = folder.join("work").join(format!("{name}_{}", version.replace(':', "-")));
        let write = |path: &str, text: &str, mode: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            run(Command::new("chmod").arg(mode).arg(&path));
        };
        let architecture = String::from_utf8(run(Command::new("dpkg").arg("--print-architecture"))).unwrap();
        let of_service = !matches!(what, What::Plain | What::Kernel | What::Sshd(_));
        let architecture = if of_service { architecture.trim() } else { "all" };
        let architecture = match fields.contains("Architecture: ") {
            true => String::new(),
            false => format!("Architecture: {architecture}\n"),
        };
        let separator = if fields.is_empty() { "" } else { "\n" };
        let control = format!(
            "Package: {name}\nVersion: {version}\n{architecture}Maintainer: Lab <lab@localhost>{separator}{fields}\n\
             Installed-Size: 64\nDescription: a package of the lab\n"
        );
        write("DEBIAN/control", &control, "644");
        write(&format!("usr/lib/{name}/version"), &format!("{version}\n"), "644");
        write("DEBIAN/conffiles", &format!("/etc/{name}.conf\n"), "644");
        write(&format!("etc/{name}.conf"), &format!("# of {name}\nlevel = {version}\n"), "644");
        if let What::Sshd(start) = what {
            let unit = format!("[Service]\nType=simple\nExecStart=\nExecStart={start}\n");
            write("lib/systemd/system/ssh.service.d/pf.conf", &unit, "644");
            write("DEBIAN/postinst", "#!/bin/sh\nsystemctl daemon-reload\nsystemctl restart ssh\n", "755");
        }
        if *what == What::Kernel {
            write(&format!("boot/vmlinuz-{version}-pf"), "a kernel\n", "644");
        }
        if of_service {
            // A copy of a real program, with something behind it that tells the versions apart.
            let mut program = fs::read("/bin/sleep").unwrap();
            program.extend(format!("{name} {version}").bytes());
            write(&format!("usr/lib/{name}/serve"), "", "755");
            fs::write(root.join(format!("usr/lib/{name}/serve")), program).unwrap();
            let start = match what {
                What::DyingService => "/bin/false".to_string(),
                What::OnlyThisBoot => format!(
                    "/bin/sh -c 'cmp -s /var/lib/{name}.boot {BOOT_ID} && exec /usr/lib/{name}/serve infinity'"
                ),
                _ => format!("/usr/lib/{name}/serve infinity"),
            };
            let unit = format!(
                "[Unit]\nDescription={name} {version}\n[Service]\nExecStart={start}\n[Install]\nWantedBy=multi-user.target\n"
            );
            write(&format!("lib/systemd/system/{name}.service"), &unit, "644");
            write("DEBIAN/postinst", &self.postinst(), "755");
            if *what == What::FillsDisk {
                write("DEBIAN/preinst", "#!/bin/sh\ncat /dev/zero >/var/full 2>/dev/null || true\n", "755");
            }
            if *what == What::FailingPreinst {
                write("DEBIAN/preinst", "#!/bin/sh\nexit 1\n", "755");
            }
            let stays = if matches!(what, What::StopsFirst | What::FailingPreinst) {
                ""
            } else {
                "[ \"$1\" != remove ] || "
            };
            let stop = format!("#!/bin/sh\n{stays}[ ! -d /run/systemd/system ] || systemctl stop {name}\n");
            write("DEBIAN/prerm", &stop, "755");
            write(
                "DEBIAN/postrm",
                "#!/bin/sh\n[ ! -d /run/systemd/system ] || systemctl daemon-reload\n",
                "755",
            );
        }
        let build = ["--root-owner-group", "-Zgzip", "-z1", "-b"];
        run(Command::new("dpkg-deb").args(build).arg(&root).arg(folder.join("pool")));
    }

    fn postinst(&self) -> String {
        let first = match self.what {
            What::FailingPostinst => "echo 'the migration failed' >&2; exit 1",
            What::Meddles => {
                "systemctl unmask -q pf-meddle; systemctl enable -q pf-meddle; systemctl mask -q pf-app; \
                 dpkg-divert --quiet --local --add --no-rename /usr/share/pf-diverted; exit 1"
            }
            What::Slow => "while [ ! -e /run/go-on ]; do sleep 0.1; done",
            // As update-notifier-common has it.
            What::AsksForReboot | What::OnlyThisBoot => {
                "touch /run/reboot-required; echo $DPKG_MAINTSCRIPT_PACKAGE >>/run/reboot-required.pkgs; \
                 cat /proc/sys/kernel/random/boot_id >/var/lib/$DPKG_MAINTSCRIPT_PACKAGE.boot"
            }
            _ => "true",
        };
        let start = if self.what == What::LeftRunning { "start" } else { "restart" };
        let name = self.name;
        format!(
            "#!/bin/sh\nset -e\n[ \"$1\" = configure ] || exit 0\n{first}\nif [ -d /run/systemd/system ]; then\n  systemctl daemon-reload\n  \
             systemctl enable -q {name}\n  systemctl {start} {name} || true\nfi\n"
        )
    }
}

impl Repository {
    /// A repository that is filled by `fill`, and listens on port 80 of `address` for as long as it lives.
    pub fn serve(address: &str, fill: fn(&Repository)) -> Repository {
        let lab = Lab::empty();
        let repository = Repository {
            lab,
            instead: Arc::default(),
            paces: Arc::default(),
            over: Arc::new(AtomicBool::new(false)),
        };
        fill(&repository);
        let listener = TcpListener::bind((address, 80)).expect("port 80 of the bridge");
        listener.set_nonblocking(true).unwrap();
        let (folder, over) = (repository.lab.path(""), Arc::clone(&repository.over));
        let (instead, paces) = (Arc::clone(&repository.instead), Arc::clone(&repository.paces));
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, _)) => {
                        let (folder, instead, paces) =
                            (folder.clone(), Arc::clone(&instead), Arc::clone(&paces));
                        std::thread::spawn(move || answer(stream, &folder, &instead, &paces));
                    }
                    Err(_) => std::thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        repository
    }

    /// Fills it with all [`DEBS`], signed.
    pub fn debs(&self) {
        run(Command::new("cp").arg("-a").arg(made().join(".")).arg(self.lab.path("")));
        self.sign("good", "");
    }

    /// Makes the index anew, and signs it with one of the keys `good` (which hosts trust) and `other`.
    pub fn sign(&self, key: &str, release: &str) {
        let folder = self.lab.path("");
        let archive =
            |arguments: &[&str]| run(Command::new("apt-ftparchive").args(arguments).current_dir(&folder));
        for architecture in ["amd64", "i386"] {
            let packages = folder.join(format!("dists/stable/main/binary-{architecture}"));
            fs::create_dir_all(&packages).unwrap();
            let index = archive(&["--arch", architecture, "packages", "pool"]);
            fs::write(packages.join("Packages"), index).unwrap();
        }
        let mut options: Vec<String> = Vec::new();
        for (name, value) in [
            ("Suite", "stable"),
            ("Codename", "stable"),
            ("Components", "main"),
            ("Architectures", "amd64 i386"),
        ] {
            options.extend(["-o".into(), format!("APT::FTPArchive::Release::{name}={value}")]);
        }
        let mut words: Vec<&str> = options.iter().map(String::as_str).collect();
        words.extend(["release", "dists/stable"]);
        let _ = fs::remove_file(folder.join("dists/stable/InRelease"));
        let mut text = String::from_utf8(archive(&words)).unwrap();
        let date = |line: &&str| !(release.starts_with("Date:") && line.starts_with("Date:"));
        text = release.to_string()
            + &text.lines().filter(date).map(|line| format!("{line}\n")).collect::<String>();
        fs::write(folder.join("Release"), text).unwrap();
        let sign = [
            "--batch",
            "--quiet",
            "--yes",
            "-u",
            key,
            "--clearsign",
            "-o",
            "dists/stable/InRelease",
            "Release",
        ];
        run(Command::new("gpg").env("GNUPGHOME", folder.join("gpg")).args(sign).current_dir(&folder));
    }

    /// Drops a file of the pool, as mirrors do with old versions, and makes the index anew.
    pub fn drops(&self, file: &str) {
        fs::remove_file(self.lab.path("pool").join(file)).unwrap();
        self.sign("good", "");
    }

    /// Answers everything with its file again.
    pub fn mends(&self) {
        self.instead.lock().unwrap().clear();
        self.paces.lock().unwrap().clear();
    }

    /// Takes eight times `pause` for what has `part` in its path from now on.
    pub fn slows(&self, part: &str, pause: Duration) {
        self.paces.lock().unwrap().push((part.into(), pause));
    }

    /// Answers requests for what has `part` in its path with `body` from now on.
    pub fn answers(&self, part: &str, body: &[u8]) {
        self.instead.lock().unwrap().push((part.into(), body.to_vec()));
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let gpg =
            Command::new("gpgconf").env("GNUPGHOME", self.lab.path("gpg")).args(["--kill", "all"]).output();
        drop(gpg);
    }
}

/// A path as it was before apt wrote some of its bytes as `%2b`.
fn decoded(path: &str) -> String {
    let mut parts = path.split('%');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| match part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()) {
        Some(byte) => text + &char::from(byte).to_string() + &part[2..],
        None => text + "%" + part,
    })
}

/// Answers the requests of one connection, one after the other.
fn answer(mut stream: TcpStream, folder: &Path, instead: &Instead, paces: &Paces) {
    let _ = stream.set_nonblocking(false);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    let Ok(copy) = stream.try_clone() else { return };
    let mut lines = BufReader::new(copy).lines().map_while(Result::ok);
    while let Some(request) = lines.next() {
        while lines.next().is_some_and(|line| !line.is_empty()) {}
        let path = decoded(request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/'));
        let told = instead
            .lock()
            .unwrap()
            .iter()
            .find(|(part, _)| path.contains(part))
            .map(|(_, body)| body.clone());
        // dpkg-deb leaves the epoch out of a file's name.
        let body = told.or_else(|| fs::read(folder.join(&path)).ok());
        let (code, body) = body.map_or((404, Vec::new()), |body| (200, body));
        let head = format!("HTTP/1.1 {code} .\r\nContent-Length: {}\r\n\r\n", body.len());
        let pace =
            paces.lock().unwrap().iter().find(|(part, _)| path.contains(part)).map(|(_, pause)| *pause);
        if stream.write_all(head.as_bytes()).is_err() {
            return;
        }
        for part in body.chunks(pace.map_or(usize::MAX, |_| body.len() / 8 + 1)) {
            std::thread::sleep(pace.unwrap_or_default());
            if stream.write_all(part).is_err() {
                return;
            }
        }
    }
}
