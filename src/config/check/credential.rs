//! `bearer_token`, or `username` and `password`: how a server is told who asks it.

use super::secret::Secrets;
use crate::config::checked::Credential;
use crate::config::convert::convert;
use crate::config::eval::evaluate;
use crate::config::fields::Fields;
use crate::config::syntax::{Attribute, Body};
use crate::config::types::Type;
use crate::model::Diagnostic;

/// What a body says of it; `None` where it says nothing, or something wrong, which was said.
pub(super) fn read(body: &Body, secrets: &Secrets, fields: &mut Fields<'_>) -> Option<Credential> {
    let (token, name, password) =
        (body.attribute("bearer_token"), body.attribute("username"), body.attribute("password"));
    match (token, name, password) {
        (None, None, None) => None,
        (Some(token), None, None) if is_null(token, fields) => None,
        (Some(token), None, None) => Some(Credential::Bearer(variable(token, secrets, fields)?)),
        (None, Some(name), Some(password)) => {
            let (username, password) = (fields.text_of(name), variable(password, secrets, fields));
            let username = username?;
            if username.contains(':') || username.chars().any(char::is_control) {
                let problem = Diagnostic::error("\"username\" has a character that no name can have here");
                fields
                    .problems
                    .push(problem.at(name.value.span(), "").help("A colon ends the name: leave it out."));
            }
            Some(Credential::Basic { username, password: password? })
        }
        (Some(token), Some(other), _) | (Some(token), None, Some(other)) => {
            let problem = Diagnostic::error("Who asks is told by a token, or by a name and a password")
                .at(other.span, "both are set")
                .and(token.span, "the other one");
            fields.problems.push(problem.help("Remove one of them."));
            None
        }
        (None, Some(one), None) | (None, None, Some(one)) => {
            let other = if name.is_some() { "password" } else { "username" };
            let problem = Diagnostic::error(format!("{:?} needs {other:?}", &*one.name)).at(one.span, "");
            fields.problems.push(problem.help(format!("Give {other:?} beside it, or leave it out.")));
            None
        }
    }
}

/// An argument that is null is as if it were left out.
fn is_null(attribute: &Attribute, fields: &Fields<'_>) -> bool {
    evaluate(&attribute.value, fields.scope).is_ok_and(|value| value.is_null())
}

/// The sensitive variable that an argument passes on whole.
fn variable(attribute: &Attribute, secrets: &Secrets, fields: &mut Fields<'_>) -> Option<String> {
    let (name, at) = (&*attribute.name, attribute.value.span());
    let value = convert(&fields.value(&attribute.value)?, &Type::String).ok();
    let problem = match value.filter(|value| value.is_sensitive() && value.as_str().is_some()) {
        Some(value) => {
            let mut found = Vec::new();
            match secrets.find(name, &value, at, &mut found) {
                Ok(()) => return found.pop().map(|secret| secret.variable),
                Err(problem) => *problem,
            }
        }
        None => Diagnostic::error(format!("{name:?} must be a sensitive variable"))
            .at(at, "")
            .because("A plan holds the names of secrets, never their values.")
            .help(format!(
                "Declare variable \"{name}\" {{ sensitive = true }} and write {name} = var.{name}; its value comes by PF_VAR_{name}, a file or a command."
            )),
    };
    fields.problems.push(problem);
    None
}
