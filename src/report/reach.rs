//! How a component is reached, for whoever has to go there by hand.

use crate::config::checked::Connection;
use patchform_sdk::words::typed;
use serde_json::Value as Json;

/// Where a person types a command for what is reached so: `On ops@db-1.example`, `In /srv/image, after chroot /srv/image`.
pub fn place(connection: &Connection) -> String {
    match (connection.kind.as_str(), connection.arguments.get("path").and_then(Json::as_str)) {
        ("chroot", Some(path)) => {
            let path = typed(&[path.to_string()]);
            format!("In {path}, after `chroot {path}`")
        }
        _ => format!("On {}", host(connection).unwrap_or_else(|| "this machine".into())),
    }
}

/// `ops@db-1.example port 2222`, `container web-1`; `None` on this machine.
pub fn host(connection: &Connection) -> Option<String> {
    if let Some(name) = connection.arguments.get("name").and_then(Json::as_str) {
        return Some(format!("container {name}"));
    }
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
        let other = |kind: &str, argument: &str, value: &str| Connection {
            kind: kind.into(),
            arguments: [(argument.to_string(), json!(value))].into(),
        };
        // What belongs into an image must not be typed on the machine that has it.
        assert_eq!(
            place(&other("chroot", "path", "/srv/my image")),
            "In '/srv/my image', after `chroot '/srv/my image'`"
        );
        assert_eq!(place(&other("container", "name", "web-1")), "On container web-1");
        assert_eq!(place(&other("ssh", "host", "db-1")), "On db-1");
        assert_eq!(
            place(&Connection { kind: "local".into(), arguments: BTreeMap::new() }),
            "On this machine"
        );
    }
}
