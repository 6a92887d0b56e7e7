//! How a component is reached, for whoever has to go there by hand.

use crate::config::checked::Connection;
use serde_json::Value as Json;

/// `ops@db-1.example port 2222`; `None` on this machine.
pub fn host(connection: &Connection) -> Option<String> {
    let host = connection.arguments.get("host").and_then(Json::as_str)?;
    let user = connection.arguments.get("user").and_then(Json::as_str);
    let user = user.map_or(String::new(), |user| format!("{user}@"));
    let port = connection.arguments.get("port").and_then(Json::as_u64);
    let port = port.map_or(String::new(), |port| format!(" port {port}"));
    Some(format!("{user}{host}{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn says_what_one_types() {
        let of = |arguments: &[(&str, Json)]| {
            let arguments: BTreeMap<String, Json> =
                arguments.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
            host(&Connection { kind: "ssh".into(), arguments })
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("host", json!("db-1"))]).as_deref(), Some("db-1"));
        let all = [("host", json!("db-1")), ("user", json!("ops")), ("port", json!(2222))];
        assert_eq!(of(&all).as_deref(), Some("ops@db-1 port 2222"));
    }
}
