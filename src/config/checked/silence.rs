//! Alerts that are expected while a component is worked on.

use super::Credential;

/// Alerts that are silenced while a component is worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The address of the Alertmanager, without a slash at its end.
    pub url: String,
    /// Names and values of labels that such an alert has: not empty, sorted by name.
    pub labels: Vec<(String, String)>,
    /// Certificates in PEM of those who vouch for the server, in place of Mozilla's list.
    pub trusted: Option<String>,
    /// How it is told who asks.
    pub credential: Option<Credential>,
}
