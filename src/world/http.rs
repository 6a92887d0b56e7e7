//! HTTP requests: the home of ureq.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::Duration;
use ureq::RequestBuilder;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

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

/// Gets `url` within `timeout`, following redirects; to another host its headers do not go along. Any status is an answer. Who
/// vouches for the server is as with [`Question::trusted`].
///
/// # Errors
/// A sentence: the address is no address, nobody listens, no answer in time.
pub fn get(
    url: &str,
    headers: &[(String, String)],
    trusted: Option<&str>,
    timeout: Duration,
) -> Result<Response, String> {
    let mut config = ureq::Agent::config_builder().timeout_global(Some(timeout)).http_status_as_error(false);
    if let Some(pem) = trusted {
        config = config.tls_config(authorities(pem).map_err(|_| "ca_cert_pem holds no certificate in PEM")?);
    }
    let agent: ureq::Agent = config.build().into();
    let mut response = with(agent.get(url), headers).call().map_err(|e| e.to_string())?;
    let body = response.body_mut().with_config().limit(BODY).lossy_utf8(true).read_to_string();
    // A body beyond the limit is cut off by an error of the reader; the status is an answer all the same.
    Ok(Response { status: response.status().as_u16(), body: body.unwrap_or_default() })
}

/// A question to a server: a GET, unless something is sent with it.
#[derive(Debug)]
pub struct Question<'a> {
    /// The address.
    pub url: &'a str,
    /// Names and values of headers.
    pub headers: &'a [(String, String)],
    /// How long all of it may take.
    pub timeout: Duration,
    /// The longest body, in bytes.
    pub limit: u64,
    /// How many redirections are followed; one more is the answer.
    pub redirections: u32,
    /// Whether it must be by https all the way, redirections too.
    pub secure: bool,
    /// Certificates in PEM of those who vouch for the server, in place of Mozilla's list.
    pub trusted: Option<&'a str>,
}

/// What a server answered to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Where a redirection leads.
    pub location: Option<String>,
    /// `ETag`: what this body is told apart from others by.
    pub etag: Option<String>,
    /// `Last-Modified`, as it stands there.
    pub modified: Option<String>,
    /// `Retry-After`, as it stands there: when it may be asked again.
    pub retry_after: Option<String>,
    /// All of the body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// It did not come in time.
    Late,
    /// Its body is longer than the limit.
    TooLong,
    /// Nobody who is trusted vouches for the server: why.
    Certificate(String),
    /// There is no certificate among those that are to be trusted.
    NoAuthority,
    /// Anything else: a sentence without the address.
    Other(String),
}

impl NoAnswer {
    /// What is said behind the name of who was asked. `limit`: the longest body, in bytes.
    pub fn told(&self, limit: u64) -> String {
        match self {
            NoAnswer::Late => "did not answer in time".into(),
            NoAnswer::TooLong => format!("answered with more than {} MiB", limit >> 20),
            NoAnswer::Certificate(why) | NoAnswer::Other(why) => format!("cannot be asked: {why}"),
            NoAnswer::NoAuthority => "cannot be asked: ca_cert_pem holds no certificate in PEM".into(),
        }
    }
}

/// What a request asks for, beside an answer.
#[derive(Debug, Clone, Copy)]
pub enum Sent<'a> {
    /// Nothing: GET.
    Nothing,
    /// That this JSON is taken: POST.
    Json(&'a str),
    /// That it is away: DELETE.
    Deletion,
}

/// Asks a server. Any status is an answer.
///
/// # Errors
/// Why there is none.
pub fn ask(question: &Question<'_>) -> Result<Answer, NoAnswer> {
    send(question, Sent::Nothing)
}

/// Asks a server for something. Any status is an answer.
///
/// # Errors
/// Why there is none.
pub fn send(question: &Question<'_>, sent: Sent<'_>) -> Result<Answer, NoAnswer> {
    let mut config = ureq::Agent::config_builder()
        .timeout_global(Some(question.timeout))
        .http_status_as_error(false)
        .max_redirects(question.redirections)
        .max_redirects_will_error(false)
        .https_only(question.secure);
    if let Some(pem) = question.trusted {
        config = config.tls_config(authorities(pem)?);
    }
    let agent: ureq::Agent = config.build().into();
    let answered = match sent {
        Sent::Nothing => with(agent.get(question.url), question.headers).call(),
        Sent::Deletion => with(agent.delete(question.url), question.headers).call(),
        Sent::Json(text) => {
            let request = with(agent.post(question.url), question.headers);
            request.header("content-type", "application/json").send(text)
        }
    };
    let mut response = answered.map_err(|error| reason(&error))?;
    let header =
        |name: &str| response.headers().get(name).and_then(|to| to.to_str().ok()).map(str::to_string);
    let (location, retry_after) = (header("location"), header("retry-after"));
    let (etag, modified) = (header("etag"), header("last-modified"));
    // What says beforehand that it is too long is not read at all.
    let promised = response.body().content_length();
    if promised.is_some_and(|length| length > question.limit) {
        return Err(NoAnswer::TooLong);
    }
    // One byte more than the limit, so that a body of just that length is taken. The library holds its own limit against what
    // comes over the wire; a body that is packed is counted as it comes out.
    let most = question.limit + 1;
    let mut body = Vec::new();
    let reader = response.body_mut().with_config().limit(most).reader();
    let read = reader.take(most).read_to_end(&mut body);
    read.map_err(|error| match is_hung_up(&error) {
        true => NoAnswer::Other(broken_off(body.len(), promised)),
        false => reason(&ureq::Error::from(error)),
    })?;
    match body {
        body if body.len() as u64 > question.limit => Err(NoAnswer::TooLong),
        body => {
            let status = response.status().as_u16();
            Ok(Answer { status, location, etag, modified, retry_after, body })
        }
    }
}

fn with<B>(request: RequestBuilder<B>, headers: &[(String, String)]) -> RequestBuilder<B> {
    headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}

fn authorities(pem: &str) -> Result<TlsConfig, NoAnswer> {
    let mut all = Vec::new();
    for item in parse_pem(pem.as_bytes()) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| NoAnswer::NoAuthority)? {
            all.push(certificate);
        }
    }
    if all.is_empty() {
        return Err(NoAnswer::NoAuthority);
    }
    Ok(TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(all))).build())
}

fn reason(error: &ureq::Error) -> NoAnswer {
    match error {
        ureq::Error::Timeout(_) => NoAnswer::Late,
        ureq::Error::BodyExceedsLimit(_) => NoAnswer::TooLong,
        ureq::Error::HostNotFound => NoAnswer::Other("its host is not known".to_string()),
        ureq::Error::Io(error) if is_hung_up(error) => {
            NoAnswer::Other("it hung up and did not answer".to_string())
        }
        // The reason of a handshake that failed travels within an error of input and output.
        error => match error.to_string() {
            text if text.contains("certificate") => NoAnswer::Certificate(bare(&text).to_string()),
            text if text.contains("refused") => {
                NoAnswer::Other("nobody listens there: connection refused".to_string())
            }
            text => NoAnswer::Other(bare(&text).to_string()),
        },
    }
}

/// Whether the other side closed the connection before it had said all.
fn is_hung_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// `promised`: how long the body was to be, where that is known.
fn broken_off(read: usize, promised: Option<u64>) -> String {
    let of = promised.map_or(String::new(), |all| format!(" of {all}"));
    format!("its answer broke off after {read}{of} bytes")
}

/// Without the word for the part of the library that found it.
fn bare(text: &str) -> &str {
    text.strip_prefix("io: ").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

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
        let response = get(&url, &[], None, Duration::from_secs(5)).unwrap();
        assert_eq!(response, Response { status: 503, body: "busy".into() });
        let _listening_but_silent = server.join().unwrap();
        assert!(get(&url, &[], None, Duration::from_millis(100)).unwrap_err().contains("timeout"));
        assert!(get("no address", &[], None, Duration::from_secs(1)).is_err());
    }
}
