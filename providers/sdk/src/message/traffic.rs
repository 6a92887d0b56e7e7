//! What sends traffic to the members of a group, such as a load balancer: from protocol 1.3 on; as a whole from 1.4 on.

use super::{Argument, Subject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One type of traffic, as `describe` answers it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrafficType {
    /// One sentence for help and documentation.
    #[serde(default)]
    pub summary: String,
    /// Arguments of its `traffic` blocks, by name.
    #[serde(default)]
    pub arguments: BTreeMap<String, Argument>,
    /// A complete configuration in which every argument occurs, for documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// Whether it can keep customers out of all members at once: it takes [`ALL_MEMBERS`] for a member.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocks: bool,
    /// How a person does it by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<ByHand>,
}

/// Command lines for a person, to be typed where the traffic's connection leads. `{name}` stands for the argument of this name,
/// `{member}` for the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    /// Takes a member its traffic.
    pub drain: String,
    /// Gives it back.
    pub undrain: String,
}

/// The member that stands for all of them: while it is away, whoever comes is refused by the traffic itself, at once and with
/// open sessions ended, and finds nobody.
pub const ALL_MEMBERS: &str = "*";

/// Whose traffic `drain` takes away and `undrain` gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What the traffic knows it by, such as the name of a server in a backend.
    pub name: String,
    /// For which component it is kept away: several may stand on one member, which serves again once none keeps it away.
    pub component: String,
    /// How long what it still works on is waited for, in milliseconds.
    pub wait: u64,
}

/// `members`: how do these stand? Must have no effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MembersRequest {
    /// The `traffic` block: its address, its type as `kind`, its arguments and connection.
    pub traffic: Subject,
    /// Names of members.
    pub members: Vec<String>,
}

/// Answer to `members`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MembersAnswer {
    /// In the order of the request.
    pub members: Vec<MemberStanding>,
}

/// How a member stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum MemberStanding {
    /// It gets traffic.
    Serving,
    /// It gets none.
    Away {
        /// Addresses of the components for whose sake; empty where somebody else took its traffic away.
        #[serde(default)]
        holders: Vec<String>,
        /// In a sentence, for people.
        #[serde(default)]
        why: String,
    },
    /// It would get traffic, if it took any: the traffic's own check finds it down.
    Down {
        /// In a sentence, for people.
        why: String,
    },
    /// There is no such member.
    Missing {
        /// In a sentence, with the way out.
        why: String,
    },
}
