//! A server of a backend, as `show servers state` and `show stat` tell of it (HAProxy's management guide, chapter 9.3).

use serde::{Deserialize, Serialize};

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// What somebody made of it.
    pub was: Was,
    /// Whether its health checks, or the lack of any, say that it works.
    pub works: bool,
    /// Whether a health check has found it well since it came out of maintenance, or there is none: until then HAProxy takes
    /// it for well.
    pub proved: bool,
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
    let mut servers: Vec<Server> =
        said.lines().filter_map(|line| server(line.strip_prefix("server ")?)).collect();
    let mut rows = said.lines().filter_map(|line| line.strip_prefix("stat "));
    let head = rows.next().map(|head| fields(head.trim_start_matches("# "))).unwrap_or_default();
    for row in rows {
        let row = fields(row);
        let field = |name: &str| row.get(head.iter().position(|column| column == name)?);
        let number = |name: &str| field(name)?.parse::<u64>().ok();
        let Some(server) = servers.iter_mut().find(|server| field("svname") == Some(&server.name)) else {
            continue;
        };
        server.sessions = number("scur").unwrap_or_default();
        // Full health: so far it gets by one check that finds it well; out of maintenance it begins with `rise`.
        let full = number("check_rise")
            .zip(number("check_fall"))
            .map(|(rise, fall)| (rise + fall).saturating_sub(1));
        server.proved = number("check_health").is_none_or(|health| full.is_none_or(|full| health >= full));
    }
    servers
}

/// The fields of a row of CSV; one in quotes may hold commas.
fn fields(row: &str) -> Vec<String> {
    let (mut all, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for c in row.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    all.push(field);
    all
}

/// `web-1 2 0 1`: name, operational state, administrative state, weight.
fn server(row: &str) -> Option<Server> {
    let mut fields = row.split(' ');
    let name = fields.next()?.to_string();
    let mut number = || fields.next()?.trim().parse::<u64>().ok();
    let (operational, bits, weight) = (number()?, number()?, number()?);
    // 0 stopped, 1 starting, 2 running, 3 stopping.
    let works = matches!(operational, 1 | 2);
    Some(Server { name, was: Was { state: State::of(bits), weight }, works, proved: true, sessions: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_of_their_bits_and_what_is_no_server_is_passed_over() {
        let said = "server srv_id srv_op_state srv_admin_state srv_uweight\nserver a 2 0 1\nserver b 0 1 100\nserver c 2 8 1\n\
                    server d 2 32 1\nserver e 2 16 0\nserver f 0 0 1\nserver g 2 0 0\nserver h 2\nserver\nserver \n\
                    server \u{fffd} x y z\nstat # pxname,svname,qcur,qmax,scur,last_chk,check_rise,check_fall,check_health,\n\
                    stat web,a,0,0,3,\"no, not yet\",2,3,2,\nstat web,b,,,\nstat web,c,0,0,0,,2,3,4,\nstat web,nobody,0,0,7,,,,,\nstat\n";
        let servers = listed(said);
        let shown: Vec<_> =
            servers.iter().map(|s| (&*s.name, s.was.state, s.works, s.sessions, s.serves())).collect();
        let unproved: Vec<&str> = servers.iter().filter(|s| !s.proved).map(|s| &*s.name).collect();
        assert_eq!(unproved, ["a"]);
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
