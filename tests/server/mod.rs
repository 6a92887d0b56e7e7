//! A server on loopback, plain or with TLS, that answers as a test says and keeps what it was asked.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What was asked: the first line and the headers, and the body.
#[derive(Debug, Clone)]
pub struct Asked {
    pub head: String,
    pub body: Vec<u8>,
}

impl Asked {
    /// The address behind the host.
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// What is said to whoever asks.
type Answers = dyn Fn(&Asked) -> Vec<u8> + Send + Sync;

/// A complete answer with a status such as `200 OK`, further header lines, and a body.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// An authority of its own, and a certificate of it for this machine: `ca.pem`, `server.pem`, `server.key` in a folder.
pub fn certificates(folder: &Path) {
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n").expect("written");
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for line in [
        format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=test-authority"),
        format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"),
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem"
            .to_string(),
    ] {
        let ran = Command::new("openssl").args(line.split(' ')).current_dir(folder).output();
        let ran = ran.expect("openssl starts");
        assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// A running server; it ends with this.
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Without TLS.
    pub fn plain(answers: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Server {
        Server::start(None, Arc::new(answers))
    }

    /// With TLS, and the certificate of a folder.
    pub fn secure(folder: &Path, answers: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Server {
        let chain = CertificateDer::pem_file_iter(folder.join("server.pem")).expect("a certificate");
        let chain = chain.collect::<Result<Vec<_>, _>>().expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
        let config =
            rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_no_client_auth()
                .with_single_cert(chain, key)
                .expect("a certificate with its key");
        Server::start(Some(Arc::new(config)), Arc::new(answers))
    }

    fn start(tls: Option<Arc<rustls::ServerConfig>>, answers: Arc<Answers>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (asked, ends) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (notes, stop) = (asked.clone(), ends.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (tls, answers, notes) = (tls.clone(), answers.clone(), notes.clone());
                std::thread::spawn(move || {
                    // A client that does not trust the certificate goes away in the middle.
                    let _ = serve(stream, tls, &*answers, &notes);
                });
            }
        });
        Server { address, scheme, asked, ends, thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panicked").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next one.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(
    mut stream: TcpStream,
    tls: Option<Arc<rustls::ServerConfig>>,
    answers: &dyn Fn(&Asked) -> Vec<u8>,
    notes: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    let talk = |stream: &mut dyn ReadWrite| {
        let asked = read(stream)?;
        notes.lock().expect("nobody panicked").push(asked.clone());
        stream.write_all(&answers(&asked))?;
        stream.flush()
    };
    match tls {
        None => talk(&mut stream),
        Some(config) => {
            let mut session = rustls::ServerConnection::new(config).map_err(std::io::Error::other)?;
            talk(&mut rustls::Stream::new(&mut session, &mut stream))?;
            session.send_close_notify();
            session.complete_io(&mut stream).map(|_| ())
        }
    }
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

fn read(stream: &mut dyn ReadWrite) -> std::io::Result<Asked> {
    let mut bytes = Vec::new();
    let mut next = [0; 1];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut next)?;
        bytes.push(next[0]);
    }
    let mut asked = Asked { head: String::from_utf8_lossy(&bytes).into_owned(), body: Vec::new() };
    let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    asked.body = vec![0; length];
    stream.read_exact(&mut asked.body)?;
    Ok(asked)
}
