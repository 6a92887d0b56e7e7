//! A question to a server, asked while the configuration is checked.

use std::time::Duration;

/// What is asked, and which answer is taken. It changes nothing: the method is always GET.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// The address: `http://` or `https://`, without a name or a password in it.
    pub url: String,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// Whether a header holds a secret. Then no other address is asked instead, and nothing of the answer is shown.
    pub secret: bool,
    /// The status of an answer that is taken.
    pub status: u16,
    /// How long all of it may take.
    pub within: Duration,
    /// The longest body, in bytes.
    pub limit: u64,
    /// Certificates in PEM that vouch for the server, in place of the usual ones.
    pub trusted: Option<String>,
    /// SHA-256 that the body must have.
    pub sha256: Option<String>,
}
