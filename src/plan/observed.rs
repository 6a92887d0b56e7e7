//! What a provider read, as a plan sees it; and what a plan is for, as the state remembers it.

use super::noun::{Identity, Observed};
use patchform_sdk::message::Reading;

impl From<Reading> for Observed {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Absent(absent) => Observed::Absent(Identity {
                target: absent.target,
                claims: absent.claims,
                digest: absent.digest,
            }),
            Reading::Present(present) => Observed::Present {
                level: present.level.into(),
                running: present.running.map(Into::into),
                pending: present.pending,
                pending_by: present.pending_by,
                identity: Identity { target: present.target, claims: present.claims, digest: present.digest },
            },
            Reading::Unreachable { why, unsettled: true } => Observed::Unsettled { why },
            Reading::Unreachable { why, .. } => Observed::Unreachable { why },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PatchLevel;
    use patchform_sdk::message::Reload;

    #[test]
    fn a_reading_from_the_wire_keeps_what_the_plan_needs() {
        let read = |text: &str| Observed::from(serde_json::from_str::<Reading>(text).unwrap());
        let identity = Identity { target: "t".into(), claims: vec!["path:/a".into()], digest: "d".into() };
        assert_eq!(
            read(
                r#"{"status":"present","level":{"a":"2"},"running":{"a":"1"},"pending":"reboot","pending_by":["b"],"digest":"d",
                    "target":"t","claims":["path:/a"],"surroundings":"s"}"#
            ),
            Observed::Present {
                level: PatchLevel::Map([("a".to_string(), "2".to_string())].into()),
                running: Some(PatchLevel::Map([("a".to_string(), "1".to_string())].into())),
                pending: Reload::Reboot,
                pending_by: vec!["b".into()],
                identity: identity.clone(),
            }
        );
        let absent = r#"{"status":"absent","digest":"d","target":"t","claims":["path:/a"]}"#;
        assert_eq!(read(absent), Observed::Absent(identity));
        let down = Observed::Unreachable { why: "no route".into() };
        assert_eq!(read(r#"{"status":"unreachable","why":"no route"}"#), down);
        let runs = Observed::Unsettled { why: "it runs".into() };
        assert_eq!(read(r#"{"status":"unreachable","why":"it runs","unsettled":true}"#), runs);
    }
}
