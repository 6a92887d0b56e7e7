//! How a server is told who asks it.

/// What is sent with a request. What is secret of it is read where its variable's value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A token: the sensitive variable that holds it.
    Bearer(String),
    /// A name and a password.
    Basic {
        /// Whose.
        username: String,
        /// The sensitive variable that holds it.
        password: String,
    },
}

impl Credential {
    /// The sensitive variable whose value it needs.
    pub fn variable(&self) -> &str {
        match self {
            Credential::Bearer(variable) | Credential::Basic { password: variable, .. } => variable,
        }
    }
}
