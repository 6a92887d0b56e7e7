//! The header by which a server is told who asks it.

use super::Targets;
use crate::config::checked::Credential;
use patchform_sdk::base64;

/// None where nobody is named.
///
/// # Errors
/// A sentence: its secret is not there, or can stand in no header.
pub fn headers(credential: Option<&Credential>, targets: &Targets) -> Result<Vec<(String, String)>, String> {
    let Some(credential) = credential else { return Ok(Vec::new()) };
    let variable = credential.variable();
    let Some(secret) = targets.secret(variable) else {
        return Err(format!("the value of the sensitive variable `{variable}` is not there"));
    };
    let value = match credential {
        Credential::Bearer(_) if !secret.chars().all(|c| c.is_ascii_graphic()) || secret.is_empty() => {
            return Err(format!(
                "the value of `{variable}` is no token: it is empty, or has a blank or a line's end in it"
            ));
        }
        Credential::Bearer(_) => format!("Bearer {secret}"),
        Credential::Basic { username, .. } => {
            format!("Basic {}", base64::encode(format!("{username}:{secret}").as_bytes()))
        }
    };
    Ok(vec![("authorization".into(), value)])
}
