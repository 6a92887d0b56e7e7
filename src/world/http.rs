//! HTTP requests: the home of ureq.

use std::time::Duration;

/// How much of a body is looked at, in bytes.
const BODY: u64 = 1024 * 1024;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// The first MiB of the body, as text.
    pub body: String,
}

/// Gets `url` within `timeout`, following redirects. Any status is an answer.
///
/// # Errors
/// A sentence: the address is no address, nobody listens, no answer in time.
pub fn get(url: &str, timeout: Duration) -> Result<Response, String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .build()
        .into();
    let mut response = agent.get(url).call().map_err(|e| e.to_string())?;
    let body = response.body_mut().with_config().limit(BODY).lossy_utf8(true).read_to_string();
    // A body beyond the limit is cut off by an error of the reader; the status is an answer all the same.
    Ok(Response { status: response.status().as_u16(), body: body.unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    #[test]
    fn a_status_is_an_answer_and_silence_is_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).unwrap();
            stream
                .write_all(b"HTTP/1.1 503 No\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy")
                .unwrap();
            listener
        });
        let url = format!("http://{address}/healthz");
        let response = get(&url, Duration::from_secs(5)).unwrap();
        assert_eq!(response, Response { status: 503, body: "busy".into() });
        let _listening_but_silent = server.join().unwrap();
        assert!(get(&url, Duration::from_millis(100)).unwrap_err().contains("timeout"));
        assert!(get("no address", Duration::from_secs(1)).is_err());
    }
}
