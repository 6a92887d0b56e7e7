//! Secrets, put back where a plan only says that one stands.

use crate::config::checked::{Secret, Step};
use crate::config::variables::as_form;
use crate::model::Mask;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Values of sensitive variables, by name. Never stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Secrets(pub BTreeMap<String, Json>);

/// A secret that is needed and not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the value of the sensitive variable `{0}` is needed again and was not given")]
pub struct Missing(pub String);

impl Secrets {
    /// Hides them in texts that others wrote.
    pub fn mask(&self) -> Mask {
        Mask::of(self.0.values())
    }

    /// What hides them; `None` where there are none.
    pub fn hidden(&self) -> Option<Mask> {
        (!self.0.is_empty()).then(|| self.mask())
    }

    /// `arguments` with every secret in its place.
    ///
    /// # Errors
    /// [`Missing`] names the variable without a value, or with one that cannot stand there.
    pub fn fill(&self, arguments: &Json, secrets: &[Secret]) -> Result<Json, Missing> {
        let mut filled = arguments.clone();
        for secret in secrets {
            let value = self.0.get(&secret.variable).ok_or_else(|| Missing(secret.variable.clone()))?;
            let formed = as_form(value, secret.form).ok_or_else(|| Missing(secret.variable.clone()))?;
            if let Some(place) = place(&mut filled, &secret.path) {
                *place = formed;
            }
        }
        Ok(filled)
    }
}

fn place<'a>(json: &'a mut Json, path: &[Step]) -> Option<&'a mut Json> {
    path.iter().try_fold(json, |at, step| match (step, at) {
        (Step::Key(key), Json::Object(map)) => map.get_mut(key),
        (Step::Index(i), Json::Array(items)) => items.get_mut(*i),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::checked::SecretForm;
    use serde_json::json;

    #[test]
    fn fills_what_is_known_and_names_what_is_missing() {
        let at = |variable: &str| Secret {
            path: vec![Step::Key("a".into()), Step::Index(1)],
            variable: variable.into(),
            form: SecretForm::Text,
        };
        let secrets = Secrets(BTreeMap::from([("token".into(), json!("s3cret"))]));
        let blank = json!({"a": [1, null]});
        assert_eq!(secrets.fill(&blank, &[at("token")]), Ok(json!({"a": [1, "s3cret"]})));
        assert_eq!(secrets.fill(&blank, &[at("other")]), Err(Missing("other".into())));
    }
}
