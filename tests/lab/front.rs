//! A real HAProxy in front of web servers, and a steady load of requests through it.

use super::lab::Lab;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// HAProxy, ended when it is dropped: its configuration, admin socket and log stand in the folder of a lab.
pub struct Front {
    folder: PathBuf,
    server: Child,
    /// Where customers come, on this machine.
    pub port: u16,
}

/// A port that nobody has.
pub fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

/// Whether it is installed; where not, a line says that the test is skipped.
pub fn is_there(program: &str) -> bool {
    let found =
        ["/usr/sbin", "/usr/bin", "/usr/local/sbin"].iter().any(|f| Path::new(f).join(program).exists());
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// Where servers are found, which Debian keeps where only root looks.
pub fn path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Name, operational and administrative state of a server: 2 and 0 of one that serves.
pub fn state((name, working, made): (&str, u64, u64)) -> (String, u64, u64) {
    (name.to_string(), working, made)
}

fn start(folder: &Path) -> Child {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("haproxy.log")).unwrap();
    Command::new("haproxy")
        .args(["-db", "-f"])
        .arg(folder.join("haproxy.cfg"))
        .env("PATH", path())
        .stdout(log)
        .stderr(Stdio::null())
        .spawn()
        .expect("haproxy starts")
}

impl Front {
    /// One whose backend `web` has these servers, by name and address.
    pub fn start(lab: &Lab, servers: &[(String, String)]) -> Front {
        let port = port();
        let servers: String = servers
            .iter()
            .map(|(name, address)| format!("  server {name} {address} check inter 300ms\n"))
            .collect();
        lab.write(
            "haproxy.cfg",
            format!(
                "global\n  stats socket {} mode 600 level admin\n  log stdout format raw local0\ndefaults\n  mode http\n  log global\n  \
                 option httplog\n  retries 0\n  timeout connect 2s\n  \
                 timeout client 60s\n  timeout server 60s\nfrontend front\n  bind 127.0.0.1:{port}\n  default_backend web\n\
                 backend web\n  balance roundrobin\n{servers}",
                lab.path("admin.sock").display()
            ),
        );
        let folder = lab.path("");
        let server = start(&folder);
        Front { folder, server, port }
    }

    /// It is killed.
    pub fn dies(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }

    /// It is started once more.
    pub fn starts_again(&mut self) {
        self.server = start(&self.folder);
    }

    /// Whether its admin socket can be connected to.
    pub fn is_up(&self) -> bool {
        UnixStream::connect(self.folder.join("admin.sock")).is_ok()
    }

    /// Says something to its admin socket.
    pub fn say(&self, what: &str) -> String {
        let mut socket = UnixStream::connect(self.folder.join("admin.sock")).expect("the admin socket");
        socket.write_all(format!("{what}\n").as_bytes()).unwrap();
        let mut said = String::new();
        socket.read_to_string(&mut said).unwrap();
        said
    }

    /// Name, operational and administrative state of each server.
    pub fn states(&self) -> Vec<(String, u64, u64)> {
        let said = self.say("show servers state web");
        let rows = said.lines().filter(|line| line.contains(" web-"));
        let read = |line: &str| {
            let fields: Vec<&str> = line.split(' ').collect();
            (fields[3].to_string(), fields[5].parse().unwrap(), fields[6].parse().unwrap())
        };
        rows.map(read).collect()
    }

    /// Waits until something is so.
    #[track_caller]
    pub fn until(&self, what: &str, so: impl Fn() -> bool) {
        let began = Instant::now();
        while !so() {
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: {:?}", self.states());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Begins a steady load.
    pub fn load(&self) -> Load {
        Load::new(self.port)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.dies();
    }
}

/// Requests, one after the other from several customers, until it ends.
pub struct Load {
    over: Arc<AtomicBool>,
    good: Arc<AtomicU64>,
    customers: Vec<JoinHandle<Vec<String>>>,
}

impl Load {
    fn new(front: u16) -> Load {
        let (over, good) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let customer = || {
            let (over, good) = (Arc::clone(&over), Arc::clone(&good));
            thread::spawn(move || {
                let mut failed = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    match get(front) {
                        Ok(_) => drop(good.fetch_add(1, Ordering::Relaxed)),
                        Err(why) => failed.push(why),
                    }
                    thread::sleep(Duration::from_millis(15));
                }
                failed
            })
        };
        let customers = (0..4).map(|_| customer()).collect();
        Load { over, good, customers }
    }

    /// How many were answered, and what went wrong with the others.
    pub fn ends(self) -> (u64, Vec<String>) {
        self.over.store(true, Ordering::Relaxed);
        let failed = self.customers.into_iter().flat_map(|customer| customer.join().unwrap()).collect();
        (self.good.load(Ordering::Relaxed), failed)
    }

    /// Fails the test where one request was not answered.
    #[track_caller]
    pub fn was_unharmed(self) {
        let (good, failed) = self.ends();
        assert!(good > 100, "only {good} requests were made");
        assert!(
            failed.is_empty(),
            "{} of {good} requests failed: {:?}",
            failed.len(),
            &failed[..failed.len().min(3)]
        );
    }
}

/// The level of whoever answers.
pub fn get(front: u16) -> Result<String, String> {
    let said = |e: std::io::Error| e.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", front)).map_err(said)?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).map_err(said)?;
    stream.write_all(b"GET /level HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").map_err(said)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(said)?;
    match answer.strip_prefix("HTTP/1.1 200 ") {
        Some(_) => Ok(answer.rsplit("\r\n").next().unwrap_or_default().to_string()),
        None => Err(answer.lines().next().unwrap_or("nothing").to_string()),
    }
}
