//! A real host for `connection "ssh"`: OpenSSH's server in a network namespace of its own, with its own `/var/lib`
//! and machine-id.

use super::lab::Lab;
use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The numbers of this process's hosts that are there.
static TAKEN: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// How many hosts a process may have at once.
const MOST: u32 = 16;

fn taken() -> std::sync::MutexGuard<'static, BTreeSet<u32>> {
    TAKEN.lock().unwrap_or_else(|failed| failed.into_inner())
}

/// A host; what it started is ended, and it is taken away, when it is dropped.
pub struct Sshd {
    /// Folder with its keys and configuration.
    pub lab: Lab,
    /// Where it listens, at port 22.
    pub address: String,
    /// Its network.
    pub namespace: String,
    link: String,
    number: u32,
    server: Child,
}

fn run(line: &str) {
    let words: Vec<&str> = line.split(' ').collect();
    let output = Command::new(words[0]).args(&words[1..]).output().expect(words[0]);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What is missing here to start one, if something is.
pub fn missing() -> Option<String> {
    let found = |name: &str| Command::new("sh").args(["-c", &format!("command -v {name}")]).output();
    for (name, package) in
        [("sshd", "openssh-server"), ("ssh", "openssh-client"), ("ip", "iproute2"), ("nft", "nftables")]
    {
        if !found(name).is_ok_and(|output| output.status.success()) {
            return Some(format!("`{name}` (package {package})"));
        }
    }
    let root = Command::new("unshare").args(["--net", "--mount", "true"]).output();
    (!root.is_ok_and(|output| output.status.success()))
        .then(|| "the right to make network namespaces (root)".into())
}

impl Sshd {
    /// Starts one; `None`, with a word on stderr, where that cannot be.
    pub fn start() -> Option<Sshd> {
        if let Some(what) = missing() {
            eprintln!("skipped: this test needs {what}");
            return None;
        }
        let pid = std::process::id();
        let n = {
            let mut taken = taken();
            let free = (0..MOST).find(|n| !taken.contains(n)).expect("fewer hosts at once");
            taken.insert(free);
            free
        };
        let lab = Lab::empty();
        for key in ["host", "id"] {
            let path = lab.path(key).display().to_string();
            run(&format!("ssh-keygen -q -t ed25519 -C test -f {path} -N "));
        }
        let (namespace, link) =
            (format!("pf-{pid}-{n}"), format!("pf{}", u64::from(pid) * u64::from(MOST) + u64::from(n)));
        // A net of four addresses for every host of every process that runs now.
        let (id, path) = (pid.wrapping_mul(MOST).wrapping_add(n), lab.path("").display().to_string());
        let net = format!("10.{}.{}", 192 + (id >> 14) % 64, (id >> 6) % 256);
        let (gateway, address) = (format!("{net}.{}", id % 64 * 4 + 1), format!("{net}.{}", id % 64 * 4 + 2));
        let public = fs::read_to_string(lab.path("host.pub")).unwrap();
        lab.write("known_hosts", format!("{address} {public}"));
        fs::copy(lab.path("id.pub"), lab.path("authorized")).unwrap();
        lab.write(
            "sshd_config",
            format!(
                "HostKey {path}host\nPidFile {path}sshd.pid\nAuthorizedKeysFile {path}authorized\nStrictModes no\n\
                 UsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nListenAddress {address}\n\
                 MaxStartups 100\n"
            ),
        );
        lab.write(
            "ssh_config",
            format!(
                "Host *\n  User root\n  IdentityFile {path}id\n  IdentitiesOnly yes\n  UserKnownHostsFile {path}known_hosts\n  \
                 GlobalKnownHostsFile /dev/null\n"
            ),
        );
        fs::create_dir_all("/run/sshd").unwrap();
        run(&format!("ip netns add {namespace}"));
        run(&format!("ip link add {link} type veth peer name eth0 netns {namespace}"));
        run(&format!("ip addr add {gateway}/30 dev {link}"));
        run(&format!("ip link set {link} up"));
        run(&format!("ip -n {namespace} addr add {address}/30 dev eth0"));
        run(&format!("ip -n {namespace} link set eth0 up"));
        run(&format!("ip -n {namespace} link set lo up"));
        lab.write("machine-id", format!("{id:032x}\n"));
        let script = format!(
            "mount -t tmpfs none /var/lib && mount --bind {path}machine-id /etc/machine-id && \
             exec $(command -v sshd) -D -e -f {path}sshd_config"
        );
        let server = Command::new("ip")
            .args(["netns", "exec", &namespace, "unshare", "--mount", "sh", "-c", &script])
            .stdout(Stdio::null())
            .stderr(fs::File::create(lab.path("sshd.log")).unwrap())
            .spawn()
            .unwrap();
        let host = Sshd { lab, address, namespace, link, number: n, server };
        let until = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect((host.address.as_str(), 22)).is_err() {
            assert!(Instant::now() < until, "sshd does not come up: {}", host.lab.read("sshd.log"));
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(host)
    }

    /// Processes of the host.
    pub fn pids(&self) -> Vec<String> {
        let output = Command::new("ip").args(["netns", "pids", &self.namespace]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).split_whitespace().map(str::to_string).collect()
    }

    /// Cuts every connection, and leaves the server that listens.
    pub fn cut(&self) {
        let listening = self.lab.read("sshd.pid");
        for pid in self.pids().iter().filter(|pid| *pid != listening.trim()) {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            if name.trim() == "sshd" {
                let _ = Command::new("kill").args(["-9", pid]).status();
            }
        }
    }

    /// Takes its network away, or gives it back.
    pub fn reach(&self, up: bool) {
        let state = if up { "up" } else { "down" };
        run(&format!("ip -n {} link set eth0 {state}", self.namespace));
    }

    /// The connection's block.
    pub fn block(&self) -> String {
        let config = self.lab.path("ssh_config").display().to_string();
        format!("connection \"ssh\" {{\n    host   = \"{}\"\n    config = \"{config}\"\n  }}", self.address)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        for pid in self.pids() {
            let _ = Command::new("kill").args(["-9", &pid]).status();
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
        for line in [vec!["link", "del", &self.link], vec!["netns", "del", &self.namespace]] {
            let _ = Command::new("ip").args(line).output();
        }
        taken().remove(&self.number);
    }
}
