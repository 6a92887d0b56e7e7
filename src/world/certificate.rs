//! How long the certificates of a server still hold: the home of rustls.

use super::tcp;
use crate::model::{Moment, period};
use rustls::client::{ClientConfig, ClientConnection};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _};
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::{CertificateError, Error, RootCertStore};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A timeout of nothing would be none.
const SHORTEST: Duration = Duration::from_millis(1);

/// A clock that is ahead: what holds by it holds for so long.
#[derive(Debug)]
struct Ahead(Duration);

impl TimeProvider for Ahead {
    fn current_time(&self) -> Option<UnixTime> {
        let now = DefaultTimeProvider.current_time()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()).saturating_add(self.0)))
    }
}

/// Shakes hands with the server of `url` as if `left` had passed: all certificates of its chain must hold then. Those who vouch
/// for it are the certificates of `trusted`, in PEM, or Mozilla's list. It is connected to itself, through no proxy.
///
/// # Errors
/// A sentence: until when they hold, or why there was no handshake.
pub fn holds(url: &str, trusted: Option<&str>, left: Duration, timeout: Duration) -> Result<(), String> {
    let (host, port) = place(url).ok_or("it is no https address")?;
    let config = ClientConfig::builder_with_details(ring::default_provider().into(), Arc::new(Ahead(left)))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots(trusted)?)
        .with_no_client_auth();
    let name = ServerName::try_from(host.clone()).map_err(|e| e.to_string())?;
    let mut session = ClientConnection::new(Arc::new(config), name).map_err(|e| e.to_string())?;
    let until = Instant::now() + timeout;
    let mut stream = tcp::connect(&host, port, timeout).map_err(|e| format!("no connection: {e}"))?;
    let broken = |e: io::Error| match e.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "no handshake in time".to_string(),
        _ => format!("no handshake: {e}"),
    };
    while session.is_handshaking() {
        // All of it within the timeout, however slowly it comes.
        let waits = until.saturating_duration_since(Instant::now()).max(SHORTEST);
        stream.set_read_timeout(Some(waits)).map_err(broken)?;
        stream.set_write_timeout(Some(waits)).map_err(broken)?;
        while session.wants_write() {
            session.write_tls(&mut stream).map_err(broken)?;
        }
        if !session.is_handshaking() {
            break;
        }
        if session.read_tls(&mut stream).map_err(broken)? == 0 {
            return Err("no handshake: the server has gone away".into());
        }
        session.process_new_packets().map_err(|e| told(&e, left))?;
        if Instant::now() >= until {
            return Err("no handshake in time".into());
        }
    }
    Ok(())
}

/// Host and port.
fn place(url: &str) -> Option<(String, u16)> {
    let uri: ureq::http::Uri = url.parse().ok()?;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    (uri.scheme_str() == Some("https")).then(|| (host.to_string(), uri.port_u16().unwrap_or(443)))
}

fn roots(trusted: Option<&str>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match trusted {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|e| e.to_string())?;
                roots.add(certificate).map_err(|e| e.to_string())?;
            }
        }
    }
    Ok(roots)
}

fn told(error: &Error, wanted: Duration) -> String {
    let Error::InvalidCertificate(CertificateError::ExpiredContext { time, not_after }) = error else {
        return format!("no handshake: {error}");
    };
    let now = time.as_secs().saturating_sub(wanted.as_secs());
    let until = Moment(i64::try_from(not_after.as_secs().saturating_mul(1000)).unwrap_or(i64::MAX));
    let left = Duration::from_secs(not_after.as_secs().saturating_sub(now));
    format!(
        "a certificate of its server holds until {until}, for {} more; it is to hold for {}",
        period::show(left),
        period::show(wanted)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_has_certificates() {
        assert_eq!(place("https://shop.example/a?b"), Some(("shop.example".into(), 443)));
        assert_eq!(place("https://[::1]:8443"), Some(("::1".into(), 8443)));
        for none in ["http://shop.example", "https://", "", "https://a b/", "shop.example:443"] {
            assert_eq!(place(none), None, "{none}");
        }
    }

    /// Bytes that come one by one do not make it longer.
    #[test]
    fn a_slow_server_is_not_waited_for() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            use std::io::Write as _;
            let (mut stream, _) = listener.accept().unwrap();
            // The head of a long record, and then a little of it at a time.
            stream.write_all(&[22, 3, 3, 64, 0]).unwrap();
            while stream.write_all(&[0]).is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let began = Instant::now();
        let why = holds(&url, None, Duration::ZERO, Duration::from_millis(600)).unwrap_err();
        assert_eq!(why, "no handshake in time");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        server.join().unwrap();
    }

    /// What answers is no server of TLS, or nobody does.
    #[test]
    fn who_shakes_no_hands_is_told() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            use std::io::Write as _;
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(&b"HTTP/1.1 400 No\r\n\r\n".repeat(10_000)).ok();
        });
        let day = Duration::from_secs(86_400);
        let patience = Duration::from_secs(5);
        let why = holds(&url, None, day, patience).unwrap_err();
        assert!(why.starts_with("no handshake: "), "{why}");
        server.join().unwrap();
        assert!(holds(&url, None, day, patience).unwrap_err().starts_with("no connection: "));
        assert!(
            holds(&url, Some("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"), day, patience)
                .is_err()
        );
    }
}
