//! A host of the lab with a web server, whose nftables can refuse customers: what they log is written to a file by ulogd.

use super::front::is_there;
use super::sshd::Sshd;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What the host protects itself with.
const OWN: &str = "table inet filter {\n chain input {\n  type filter hook input priority 0; policy accept;\n  tcp dport 23 drop\n }\n}\n";

/// A host; what it runs is ended when it is dropped.
pub struct Host {
    /// Its network, the way in, and its folder, which the web server serves.
    pub sshd: Sshd,
    server: Child,
    ulogd: Child,
}

/// A program that runs on the host's network.
fn inside(host: &Sshd, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &host.namespace, program]);
    command
}

impl Host {
    /// Starts one; `None`, with a line that says so, where that cannot be.
    pub fn start() -> Option<Host> {
        if !["ulogd", "nginx", "nft"].into_iter().all(is_there) {
            return None;
        }
        let sshd = Sshd::start()?;
        let folder = sshd.lab.path("");
        let folder = folder.display();
        sshd.lab.write("refused.log", "");
        sshd.lab.write(
            "ulogd.conf",
            format!(
                "[global]\nlogfile=\"{folder}/ulogd.log\"\nplugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_inppkt_NFLOG.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_raw2packet_BASE.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IFINDEX.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IP2STR.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_PRINTPKT.so\"\n\
                 plugin=\"/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_LOGEMU.so\"\n\
                 stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,print1:PRINTPKT,emu1:LOGEMU\n\
                 [log1]\ngroup=5\n[emu1]\nfile=\"{folder}/refused.log\"\nsync=1\n"
            ),
        );
        sshd.lab.write(
            "nginx.conf",
            format!(
                "worker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n  \
                 access_log off;\n  client_body_temp_path {folder}/t1;\n  proxy_temp_path {folder}/t2;\n  \
                 fastcgi_temp_path {folder}/t3;\n  uwsgi_temp_path {folder}/t4;\n  scgi_temp_path {folder}/t5;\n  \
                 server {{ listen 80; root {folder}; }}\n}}\n"
            ),
        );
        sshd.lab.write("level", "1.0");
        let spawn = |command: &mut Command| {
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
        };
        let ulogd = spawn(inside(&sshd, "ulogd").arg("-c").arg(sshd.lab.path("ulogd.conf")));
        let server =
            spawn(inside(&sshd, "nginx").args(["-g", "daemon off;", "-c"]).arg(sshd.lab.path("nginx.conf")));
        let host = Host { sshd, server, ulogd };
        host.nft_reads(OWN);
        host.until("the server answers", || host.lets_in());
        Some(host)
    }

    /// A program that is to run on its network.
    pub fn inside(&self, program: &str) -> Command {
        inside(&self.sshd, program)
    }

    /// Its nftables are told this.
    pub fn nft_reads(&self, text: &str) {
        self.sshd.lab.write("rules.nft", text);
        let done = self.inside("nft").arg("-f").arg(self.sshd.lab.path("rules.nft")).status().unwrap();
        assert!(done.success());
    }

    /// What its nftables hold, without counters.
    pub fn rules(&self) -> String {
        let told = self.inside("nft").args(["-s", "list", "ruleset"]).output().unwrap();
        String::from_utf8(told.stdout).unwrap()
    }

    /// Runs a shell command as root on the host itself.
    pub fn on_it(&self, script: &str) -> String {
        let pid = self.sshd.lab.read("sshd.pid");
        let mut shell = Command::new("nsenter");
        shell.args(["--mount", "--net", "--target", pid.trim(), "sh", "-c"]);
        let told = shell.arg(format!("PATH=$PATH:/usr/sbin; {script}")).output().unwrap();
        assert!(told.status.success(), "{script}: {told:?}");
        String::from_utf8(told.stdout).unwrap()
    }

    /// Whether a customer gets a connection.
    pub fn lets_in(&self) -> bool {
        let address = format!("{}:80", self.sshd.address).parse().unwrap();
        TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok()
    }

    /// Waits until something is so.
    #[track_caller]
    pub fn until(&self, what: &str, so: impl Fn() -> bool) {
        let began = Instant::now();
        while !so() {
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: {}", self.rules());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for child in [&mut self.server, &mut self.ulogd] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
