//! A server of a backend, as `show servers state` and `show stat` tell of it (HAProxy's management guide, chapter 9.3).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// What somebody made of it.
    pub was: Was,
    /// Whether its health checks, or the lack of any, say that it works.
    pub works: bool,
    /// Sessions that it works on.
    pub sessions: u64,
}

/// What an operator, the configuration or this program made of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Was {
    /// Its administrative state.
    pub state: State,
    /// Its weight, as it may have been set by hand.
    pub weight: u64,
}

/// The administrative states, as `set server … state` takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It gets traffic.
    Ready,
    /// It gets no new traffic, but for what sticks to it.
    Drain,
    /// It gets none.
    Maint,
}

impl State {
    /// As the runtime API takes it.
    pub const fn word(self) -> &'static str {
        match self {
            State::Ready => "ready",
            State::Drain => "drain",
            State::Maint => "maint",
        }
    }

    /// From the bits of `srv_admin_state`: maintenance for whatever reason, else draining for whatever reason.
    fn of(bits: u64) -> State {
        const MAINT: u64 = 0x01 | 0x02 | 0x04 | 0x20;
        const DRAIN: u64 = 0x08 | 0x10;
        match bits {
            bits if bits & MAINT != 0 => State::Maint,
            bits if bits & DRAIN != 0 => State::Drain,
            _ => State::Ready,
        }
    }
}

impl Server {
    /// Whether it gets traffic.
    pub fn serves(&self) -> bool {
        self.works && self.was.state == State::Ready && self.was.weight > 0
    }
}

/// The servers that the script lists; lines that are none are passed over.
pub fn listed(said: &str) -> Vec<Server> {
    let mut servers: Vec<Server> = Vec::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for line in said.lines() {
        if let Some(row) = line.strip_prefix("server ") {
            servers.extend(server(row));
        } else if let Some((name, count)) = line.strip_prefix("count ").and_then(|row| row.split_once(',')) {
            counts.insert(name, count.trim().parse().unwrap_or_default());
        }
    }
    for server in &mut servers {
        server.sessions = counts.get(server.name.as_str()).copied().unwrap_or_default();
    }
    servers
}

/// `web-1 2 0 1`: name, operational state, administrative state, weight.
fn server(row: &str) -> Option<Server> {
    let mut fields = row.split(' ');
    let name = fields.next()?.to_string();
    let mut number = || fields.next()?.trim().parse::<u64>().ok();
    let (operational, bits, weight) = (number()?, number()?, number()?);
    // 0 stopped, 1 starting, 2 running, 3 stopping.
    let works = matches!(operational, 1 | 2);
    Some(Server { name, was: Was { state: State::of(bits), weight }, works, sessions: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_of_their_bits_and_what_is_no_server_is_passed_over() {
        let said = "server srv_id srv_op_state srv_admin_state srv_uweight\nserver a 2 0 1\nserver b 0 1 100\nserver c 2 8 1\n\
                    server d 2 32 1\nserver e 2 16 0\nserver f 0 0 1\nserver g 2 0 0\nserver h 2\nserver\nserver \n\
                    server \u{fffd} x y z\ncount a,3\ncount svname,scur\ncount b,\ncount nobody,7\n";
        let servers = listed(said);
        let shown: Vec<_> =
            servers.iter().map(|s| (&*s.name, s.was.state, s.works, s.sessions, s.serves())).collect();
        assert_eq!(
            shown,
            [
                ("a", State::Ready, true, 3, true),
                ("b", State::Maint, false, 0, false),
                ("c", State::Drain, true, 0, false),
                ("d", State::Maint, true, 0, false),
                ("e", State::Drain, true, 0, false),
                ("f", State::Ready, false, 0, false),
                ("g", State::Ready, true, 0, false),
            ]
        );
    }
}
