//! TCP connections.

use std::io;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// Opens a connection to any address of `host`, within `timeout`.
///
/// # Errors
/// When the name is unknown, or no address answers in time.
pub fn connect(host: &str, port: u16, timeout: Duration) -> io::Result<TcpStream> {
    let until = Instant::now() + timeout;
    let mut last = None;
    for address in (host, port).to_socket_addrs()? {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => return Ok(stream),
            Err(e) => last = Some(e),
        }
    }
    Err(last.unwrap_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_port_opens_and_a_closed_one_does_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        connect("127.0.0.1", port, Duration::from_secs(5)).unwrap();
        drop(listener);
        assert!(connect("127.0.0.1", port, Duration::from_secs(5)).is_err());
    }
}
