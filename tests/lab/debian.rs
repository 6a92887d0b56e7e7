//! A whole Debian host: systemd, sshd and apt, booted in namespaces of its own, with a signed repository beside it.
//!
//! Everything that it changes lies in memory, and everything that runs is a child of one process: when that ends, however,
//! nothing of it is left. Its root is made once (`base.sh`) and kept under `target/lab`.

use super::lab::{Lab, Ran};
use super::repository::{Repository, run};
use std::cell::Cell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A host; it is gone when it is dropped.
pub struct Debian {
    /// Folder with its keys and configuration.
    pub lab: Lab,
    /// Where it listens, at port 22.
    pub address: String,
    /// Where its packages come from.
    pub repository: Repository,
    /// How long its connections try again.
    pub wait: Cell<&'static str>,
    link: String,
    child: Child,
}

/// What the lab is started with.
const START: &str = include_str!("start.sh");

/// What is missing here to start one, if something is.
pub fn missing() -> Option<String> {
    let found = |name: &str| Command::new("sh").args(["-c", &format!("command -v {name}")]).output();
    for (name, package) in [
        ("mmdebstrap", "mmdebstrap"),
        ("systemd-nspawn", "systemd-container"),
        ("apt-ftparchive", "apt-utils"),
        ("gpg", "gnupg"),
        ("dpkg-deb", "dpkg"),
        ("ssh", "openssh-client"),
        ("ip", "iproute2"),
    ] {
        if !found(name).is_ok_and(|output| output.status.success()) {
            return Some(format!("`{name}` (package {package})"));
        }
    }
    let rights =
        "mount -t sysfs sysfs /sys && mount -t cgroup2 cgroup2 /sys/fs/cgroup && mount -t tmpfs none /mnt";
    let own =
        Command::new("unshare").args(["-m", "-n", "-p", "-i", "-u", "-C", "-f", "sh", "-c", rights]).output();
    (!own.is_ok_and(|output| output.status.success()))
        .then(|| "the right to make namespaces, and to mount cgroup2 and overlays in them (root)".into())
}

/// The folder of the built programs of this workspace.
fn programs() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_patchform")).parent().unwrap().into()
}

/// The root of every host, made when it is not there yet.
pub fn base() -> PathBuf {
    let script = include_str!("base.sh");
    let name = &patchform_sdk::digest::of_bytes(script.as_bytes())[..12];
    let base = programs().parent().unwrap().join("lab").join(format!("debian-{name}"));
    let made = Command::new("sh").args(["-c", script, "base.sh"]).arg(&base).output().unwrap();
    assert!(
        made.status.success(),
        "the root of a host cannot be made: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    base
}

impl Debian {
    /// Boots one and waits until it can be logged in to; `None`, with a word on stderr, where that cannot be.
    pub fn boot() -> Option<Debian> {
        Debian::boot_with(Repository::debs)
    }

    /// As [`Debian::boot`], with what `fill` puts into its repository.
    pub fn boot_with(fill: fn(&Repository)) -> Option<Debian> {
        Debian::boot_on(Lab::empty(), fill)
    }

    /// As [`Debian::boot`], with its root on a disk of its own, a subvolume of btrfs.
    pub fn boot_on_btrfs(fill: fn(&Repository)) -> Option<Debian> {
        if !Path::new("/usr/sbin/mkfs.btrfs").exists() || !Path::new("/dev/loop-control").exists() {
            let _ =
                writeln!(std::io::stderr(), "skipped: a root on btrfs needs btrfs-progs and loop devices");
            return None;
        }
        let lab = Lab::empty();
        lab.write("btrfs", "");
        Debian::boot_on(lab, fill)
    }

    fn boot_on(lab: Lab, fill: fn(&Repository)) -> Option<Debian> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if let Some(what) = missing() {
            // Not by `eprintln!`: of a test that passes, nobody would see it.
            let _ = writeln!(std::io::stderr(), "skipped: a test on a real host needs {what}");
            return None;
        }
        let base = base();
        let (n, pid) = (NEXT.fetch_add(1, Ordering::SeqCst), std::process::id());
        // A net of four addresses for every host of every process that runs now, apart from those of `sshd.rs`.
        let id = pid.wrapping_mul(64).wrapping_add(n % 64);
        let net = format!("10.{}.{}", 128 + (id >> 14) % 64, (id >> 6) % 256);
        let (gateway, address) = (format!("{net}.{}", id % 64 * 4 + 1), format!("{net}.{}", id % 64 * 4 + 2));
        let path = lab.path("").display().to_string();
        for key in ["host", "id"] {
            let words = ["-q", "-t", "ed25519", "-C", "lab", "-N", "", "-f"];
            run(Command::new("ssh-keygen").args(words).arg(lab.path(key)));
        }
        lab.write("known_hosts", format!("{address} {}", lab.read("host.pub")));
        lab.write(
            "ssh_config",
            format!(
                "Host *\n  User root\n  IdentityFile {path}id\n  IdentitiesOnly yes\n  UserKnownHostsFile {path}known_hosts\n  \
                 GlobalKnownHostsFile /dev/null\n"
            ),
        );
        lab.write(
            "sources",
            format!("deb [signed-by=/usr/share/keyrings/lab.gpg] http://{gateway} stable main\n"),
        );
        fs::create_dir(lab.path("root")).unwrap();
        let link = format!("pd{pid}x{n}");
        let ip = |line: &str| run(Command::new("ip").args(line.split(' ')));
        ip(&format!("link add {link} type veth peer name {link}p"));
        ip(&format!("addr add {gateway}/30 dev {link}"));
        ip(&format!("link set {link} up"));
        let repository = Repository::serve(&gateway, fill);
        fs::copy(repository.lab.path("key.gpg"), lab.path("key.gpg")).unwrap();
        let child = Debian::start(&base, &lab, &format!("host{n}"), &link);
        // The peer goes into the host's network as soon as that is there, and both are gone with it.
        let (peer, id) = (format!("{link}p"), child.id().to_string());
        let peer = || Command::new("ip").args(["link", "set", &peer, "netns", &id, "name", "host0"]).output();
        let host = Debian { lab, address, repository, wait: Cell::new("90s"), link, child };
        host.until("its network", || {
            own_network(host.child.id()) && peer().is_ok_and(|o| o.status.success())
        });
        for line in
            ["link set lo up", &format!("addr add {}/30 dev host0", host.address), "link set host0 up"]
        {
            let pid = host.child.id().to_string();
            run(Command::new("nsenter").args(["-t", &pid, "-n", "ip"]).args(line.split(' ')));
        }
        host.until("ssh", || {
            host.ssh("root", "systemctl is-system-running --wait >/dev/null; true").code == 0
        });
        Some(host)
    }

    fn start(base: &Path, lab: &Lab, name: &str, container: &str) -> Child {
        let log = fs::File::create(lab.path("host.log")).unwrap();
        let machine = patchform_sdk::digest::of_bytes(lab.read("host.pub").as_bytes());
        // Should the tests be killed, nobody is there to drop it: then it is ended with them.
        let apart = [
            "--pdeathsig",
            "KILL",
            "unshare",
            "-m",
            "-n",
            "-p",
            "-i",
            "-u",
            "-C",
            "-f",
            "--kill-child=KILL",
            "--mount-proc",
        ];
        Command::new("setpriv")
            .args(apart)
            .args(["sh", "-c", START, "lab"])
            .args([base, &lab.path("root"), &lab.path("")])
            .arg(name)
            .arg(programs())
            .arg(&machine[..32])
            .arg(container)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    #[track_caller]
    fn until(&self, what: &str, is: impl Fn() -> bool) {
        let until = Instant::now() + Duration::from_secs(120);
        while !is() {
            assert!(
                Instant::now() < until,
                "the host does not come up ({what}): {}",
                self.lab.read("host.log")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs a shell script there.
    pub fn ssh(&self, user: &str, script: &str) -> Ran {
        let config = self.lab.path("ssh_config").display().to_string();
        let words = [
            "-q",
            "-F",
            &config,
            "-l",
            user,
            "-o",
            "BatchMode=yes",
            "-o",
            "ConnectTimeout=5",
            &self.address,
            script,
        ];
        Ran::of(Command::new("ssh").args(words).stdin(Stdio::null()).output().expect("ssh starts"))
    }

    /// What a shell script prints there; it must end with 0.
    #[track_caller]
    pub fn says(&self, script: &str) -> String {
        self.ssh("root", script).exits(0).out
    }

    /// What it is called as a container of this machine.
    pub fn container(&self) -> &str {
        &self.link
    }

    /// Which boot it is in; nothing while it is not up.
    pub fn boot_id(&self) -> String {
        self.ssh("root", "cat /proc/sys/kernel/random/boot_id").out
    }

    /// From its next reboot on it stays down, or comes up again.
    pub fn stays_down(&self, down: bool) {
        match down {
            true => self.lab.write("down", ""),
            false => fs::remove_file(self.lab.path("down")).unwrap(),
        }
    }

    /// Takes its network away, or gives it back.
    pub fn reach(&self, up: bool) {
        let (pid, state) = (self.child.id().to_string(), if up { "up" } else { "down" });
        run(Command::new("nsenter").args(["-t", &pid, "-n", "ip", "link", "set", "host0", state]));
    }

    /// Installs packages there (`NAME=VERSION`), as a person would.
    #[track_caller]
    pub fn install(&self, packages: &str) {
        let apt = "DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold";
        self.says(&format!(
            "{apt} update && {apt} -y --allow-downgrades --allow-change-held-packages install {packages}"
        ));
    }

    /// All that must be as it was after going back: packages with their states, holds and marks, conffiles, services.
    #[track_caller]
    pub fn manifest(&self) -> String {
        self.says(
            "dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Abbrev}\\n' | sort; apt-mark showhold; \
             apt-mark showauto | sort; sha256sum /etc/pf-* /usr/lib/pf-*/* 2>/dev/null; \
             stat -c '%n %a %U' /etc/pf-* 2>/dev/null; ls -a /etc; \
             systemctl list-unit-files --plain --no-legend | awk '$2 ~ /enabled$|disabled$|masked$/ { print $1, $2 }'; \
             find /etc/alternatives -type l -printf '%f %l\\n' | sort; dpkg-divert --list | sort; dpkg-statoverride --list; \
             systemctl list-units --plain --no-legend --type=service --state=running | awk '{ print $1 }' | grep -v session",
        )
    }

    /// The connection's block.
    pub fn block(&self) -> String {
        self.block_of("root", false)
    }

    /// The connection's block for another user.
    pub fn block_of(&self, user: &str, sudo: bool) -> String {
        let config = self.lab.path("ssh_config").display().to_string();
        format!(
            "connection \"ssh\" {{\n    host   = \"{}\"\n    user   = \"{user}\"\n    config = \"{config}\"\n    sudo   = {sudo}\n    wait   = \"{}\"\n  }}",
            self.address,
            self.wait.get()
        )
    }
}

/// Whether a process has left the network that it was started in.
fn own_network(pid: u32) -> bool {
    let net = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    net(&pid.to_string()).is_some_and(|its| Some(its) != net("self"))
}

impl Drop for Debian {
    fn drop(&mut self) {
        // The kernel ends everything in its process namespace with it, and takes its network and its mounts away.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = Command::new("ip").args(["link", "del", &self.link]).output();
    }
}
