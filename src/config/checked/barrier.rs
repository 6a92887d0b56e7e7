//! How customers are kept out of a component while it is worked on, and how that is proved.

use super::{Check, Connection};
use std::net::IpAddr;
use std::time::Duration;

/// Customers are kept out of a component while it is worked on.
#[derive(Debug, Clone, PartialEq)]
pub struct Barrier {
    /// Index into the traffic of whoever refuses customers; nftables on the component's host without one.
    pub at: Option<usize>,
    /// Ports of customers, sorted; without any: all of them.
    pub ports: Vec<u16>,
    /// Interfaces by which customers come; without any: all of them.
    pub interfaces: Vec<String>,
    /// Whence customers come; without any: from everywhere.
    pub from: Vec<Net>,
    /// Who stays let in, besides the tool itself.
    pub allow: Vec<Net>,
    /// The group of nfnetlink that refused attempts are logged to; the kernel's log without one.
    pub log_group: Option<u16>,
    /// A customer's attempt: well while they are let in.
    pub probe: Check,
    /// Where its command runs.
    pub probe_at: Connection,
    /// Where a refused attempt is found.
    pub log: Log,
}

/// Where refused attempts are found.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// What is read.
    pub source: LogSource,
    /// Where; without one the host that refuses: the component's own, or that of its traffic.
    pub at: Option<Connection>,
    /// How long an attempt may take until it is found there.
    pub within: Duration,
}

/// What a log is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogSource {
    /// The kernel's messages in systemd's journal.
    Journal,
    /// A file, by its absolute path.
    File(String),
    /// What a command prints; it finds what is sought in `PATCHFORM_MARK`.
    Command(Vec<String>),
}

/// An address, or a whole net of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    /// Its first address.
    pub address: IpAddr,
    /// How many bits of it count.
    pub bits: u8,
}

impl Net {
    /// Reads `10.0.0.7`, `10.0.0.0/24`, `2001:db8::/32`.
    pub fn parse(text: &str) -> Option<Net> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let digits = |b: &&str| !b.is_empty() && b.bytes().all(|c| c.is_ascii_digit());
        let bits = match bits {
            None => most,
            Some(bits) => Some(bits).filter(digits)?.parse().ok().filter(|bits| *bits <= most)?,
        };
        Some(Net { address, bits })
    }
}

impl std::fmt::Display for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let most = if self.address.is_ipv4() { 32 } else { 128 };
        if self.bits == most {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.bits)
        }
    }
}

impl Barrier {
    /// Whether a customer of one host may be kept out there by both.
    pub fn meets(&self, other: &Barrier) -> bool {
        self.at.is_none() && other.at.is_none() && share(&self.ports, &other.ports)
    }

    /// How long its proofs may take.
    pub fn patience(&self) -> Duration {
        let probe = self.probe.within.saturating_add(self.probe.timeout);
        probe.saturating_mul(2).saturating_add(self.log.within)
    }
}

/// Whether both lists have a port in common; an empty one has them all.
fn share(one: &[u16], other: &[u16]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|port| other.contains(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_meet_at_a_port_that_both_shut() {
        for (one, other, meet) in
            [(&[80][..], &[80, 443][..], true), (&[80], &[443], false), (&[], &[443], true), (&[], &[], true)]
        {
            assert_eq!(share(one, other), meet, "{one:?} {other:?}");
        }
    }

    #[test]
    fn an_address_is_read_as_it_is_shown_and_nothing_else_is() {
        for text in ["10.0.0.7", "10.0.0.0/24", "0.0.0.0/0", "2001:db8::/32", "::1"] {
            assert_eq!(Net::parse(text).map(|net| net.to_string()).as_deref(), Some(text));
        }
        let wrong = [
            "",
            "10.0.0",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "::/129",
            "a.example",
            "10.0.0.7 } ; flush ruleset",
        ];
        for text in wrong {
            assert_eq!(Net::parse(text), None, "{text}");
        }
    }
}
