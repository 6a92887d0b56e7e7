//! The table of nftables that keeps customers out of a component: its name, its rules, and what is read in a host's answers.

use crate::config::checked::{Barrier, Net};
use patchform_sdk::digest;
use patchform_sdk::words::typed;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;

/// What stands before each element of a set in the list of a host's rules.
const ELEMENT: &str = ": element ";
/// How many rules are named at most.
const SHOWN: usize = 5;
/// What stands between them.
const BETWEEN: &str = " | ";
/// Said before the rules that are not there any more.
pub const MISSING: &str = "protections that were on before are not on any more: ";

/// How the tool comes in: from where, and to which port of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayIn {
    /// The address that the host sees.
    pub from: IpAddr,
    /// The port of the host's ssh server.
    pub port: u16,
}

/// The name of a component's table, the same in every run of its state: what a dead one left there is found by it, and another
/// state's component of the same name has another.
pub fn table(lineage: &str, address: &str) -> String {
    format!("patchform_{}", &digest::of_bytes(format!("{lineage} {address}").as_bytes())[..12])
}

/// The command that lifts the block of a component by hand.
pub fn lifted_by(lineage: &str, address: &str) -> String {
    format!("nft delete table inet {}", table(lineage, address))
}

/// The file on the host, up to the run's id, that keeps the rules as they were before.
pub fn kept_in(lineage: &str, address: &str) -> String {
    format!("/var/lib/patchform/block/{}.*", table(lineage, address))
}

/// What stands before every refused attempt in the log: another text for each try of each run, so that an old line proves
/// nothing.
pub fn mark(action: &str) -> String {
    format!("patchform-{}", &digest::of_bytes(action.as_bytes())[..16])
}

/// The address of an attempt that a log is to know by `mark`: as a question, which servers pass over.
pub fn marked(url: &str, mark: &str) -> String {
    let (url, fragment) = url.split_once('#').map_or((url, None), |(url, fragment)| (url, Some(fragment)));
    let sign = if url.contains('?') { '&' } else { '?' };
    let fragment = fragment.map_or(String::new(), |fragment| format!("#{fragment}"));
    format!("{url}{sign}{mark}{fragment}")
}

/// What nft is given: the table is there afterwards with these rules, whatever was there before, in one step.
pub fn rules(block: &Barrier, table: &str, mark: &str, way: Option<WayIn>) -> String {
    let mut text = format!("table inet {table} {{}}\ndelete table inet {table}\ntable inet {table} {{\n");
    text += " chain customers {\n  type filter hook prerouting priority -150; policy accept;\n";
    // What it asks itself, what it asks of others, and what gives it its address.
    text += "  iif lo accept\n  ct direction reply accept\n  udp dport { 68, 546 } accept\n";
    if let Some(way) = way {
        let _ = writeln!(text, "  {} tcp dport {} accept", source(Net::one(way.from)), way.port);
    }
    for net in &block.allow {
        let _ = writeln!(text, "  {} accept", source(*net));
    }
    let interfaces = match block.interfaces.as_slice() {
        [] => String::new(),
        names => format!("iifname {{ {} }} ", quoted(names)),
    };
    let ports = match block.ports.as_slice() {
        [] => String::new(),
        ports => {
            let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
            format!(" th dport {{ {} }}", ports.join(", "))
        }
    };
    let from = block.from.iter().map(|net| source(*net) + " ");
    let from: Vec<String> = if block.from.is_empty() { vec![String::new()] } else { from.collect() };
    for from in from {
        let _ = writeln!(text, "  {interfaces}{from}meta l4proto {{ tcp, udp }}{ports} jump refuse");
    }
    let group = block.log_group.map_or(String::new(), |group| format!(" group {group}"));
    let _ = write!(
        text,
        " }}\n chain refuse {{\n  limit rate 20/second burst 50 packets log prefix \"{mark} \"{group}\n  \
         meta l4proto tcp reject with tcp reset\n  reject with icmpx admin-prohibited\n }}\n}}\n"
    );
    text
}

fn source(net: Net) -> String {
    format!("{} saddr {net}", if net.address.is_ipv4() { "ip" } else { "ip6" })
}

fn quoted(names: &[String]) -> String {
    let mut names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    names.sort();
    names.dedup();
    names.join(", ")
}

/// How a host answers before customers are kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Whether the component's table is there already.
    pub there: bool,
    /// How the one who asks came in; `None` where that is not by ssh.
    pub way: Option<WayIn>,
}

impl Seen {
    /// Reads the lines `there yes` and `way CLIENT PORT SERVER PORT`.
    pub fn read(text: &str) -> Option<Seen> {
        let line = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)).map(|rest| rest.split_whitespace())
        };
        let there = match line("there ")?.next()? {
            "yes" => true,
            "no" => false,
            _ => return None,
        };
        let words: Vec<&str> = line("way ").into_iter().flatten().collect();
        let way = match words.as_slice() {
            [from, _, _, port] => Some(WayIn { from: address(from)?, port: port.parse().ok()? }),
            [] => None,
            _ => return None,
        };
        Some(Seen { there, way })
    }
}

/// Without the zone of a link-local one, and as IPv4 where it only looks like IPv6.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.split('%').next()?;
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// What differs in a host's other rules since customers were kept out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Protections that were there before, and are not there any more.
    pub gone: Vec<String>,
    /// Those that stand at another place of the same chain now.
    pub moved: Vec<String>,
    /// What came.
    pub new: Vec<String>,
}

impl Difference {
    /// Reads what `diff` printed. Elements of a set may stand in any order.
    pub fn read(text: &str) -> Difference {
        let with = |sign: &str| {
            text.lines()
                .filter_map(|line| line.strip_prefix(sign))
                .map(|rule| rule.trim().to_string())
                .filter(|rule| !rule.is_empty())
                .collect::<Vec<String>>()
        };
        let (mut gone, mut new) = (with("< "), with("> "));
        let both: BTreeSet<String> = {
            let came: BTreeSet<&String> = new.iter().collect();
            gone.iter().filter(|rule| came.contains(rule)).cloned().collect()
        };
        gone.retain(|rule| !both.contains(rule));
        new.retain(|rule| !both.contains(rule));
        let moved = both.into_iter().filter(|rule| !rule.contains(ELEMENT)).collect();
        Difference { gone, moved, new }
    }

    /// What does not protect any more, or may not: what stands before a rule decides, too.
    pub fn missing(&self) -> Vec<String> {
        self.gone.iter().chain(&self.moved).cloned().collect()
    }
}

/// The commands that put back the rules which `why` says are missing; none where it says nothing of any.
pub fn put_back(why: &str) -> Vec<String> {
    let Some((_, rules)) = why.split_once(MISSING) else { return Vec::new() };
    rules.split(BETWEEN).filter_map(add).collect()
}

/// `nft 'add rule inet filter input tcp dport 23 drop'`, of a line of a host's rules.
fn add(rule: &str) -> Option<String> {
    let (place, text) = rule.split_once(": ")?;
    let [family, table, name] = place.split(' ').collect::<Vec<_>>()[..] else { return None };
    let command = match text.strip_prefix("element ") {
        Some(element) => format!("add element {family} {table} {name} {{ {element} }}"),
        None if text.starts_with("type ") && text.contains(" hook ") => {
            format!("add table {family} {table}; add chain {family} {table} {name} {{ {text} }}")
        }
        None => format!("add rule {family} {table} {name} {text}"),
    };
    Some(format!("nft {}", typed(&[command])))
}

/// What a host says that cannot keep anybody out, with the way out.
pub fn way_out(said: &str) -> String {
    let help = match said {
        said if said.contains("must be root") || said.contains("not permitted") => {
            "connect as root, or write `sudo = true` in its connection"
        }
        said if said.contains("nft is not installed") => "install nftables there",
        _ => return said.into(),
    };
    format!("{said}; {help}")
}

/// Some of many rules, in a line.
pub fn some(rules: &[String]) -> String {
    let shown = rules.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(BETWEEN);
    match rules.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl Net {
    fn one(address: IpAddr) -> Net {
        Net { address, bits: if address.is_ipv4() { 32 } else { 128 } }
    }
}

/// The line of a log that has `mark` in it.
pub fn found<'a>(log: &'a str, mark: &str) -> Option<&'a str> {
    log.lines().find(|line| line.contains(mark)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_answers_is_read_and_nothing_is_guessed() {
        let way = |from: &str, port| Some(WayIn { from: from.parse().unwrap(), port });
        let table = [
            ("there no\nway \n", Some(Seen { there: false, way: None })),
            (
                "there yes\nway 10.0.0.1 5022 10.0.0.2 22\n",
                Some(Seen { there: true, way: way("10.0.0.1", 22) }),
            ),
            (
                "there no\nway fe80::1%eth0 1 fe80::2%eth0 2222\n",
                Some(Seen { there: false, way: way("fe80::1", 2222) }),
            ),
            ("there no\nway ::ffff:10.0.0.1 1 x 22\n", Some(Seen { there: false, way: way("10.0.0.1", 22) })),
            ("there no\nway 10.0.0.1} flush x 22\n", None),
            ("there no\nway nobody 1 2 22\n", None),
            ("there no\nway 10.0.0.1 1 2 99999\n", None),
            ("there perhaps\n", None),
            ("", None),
        ];
        for (text, seen) in table {
            assert_eq!(Seen::read(text), seen, "{text:?}");
        }
    }

    #[test]
    fn what_is_gone_is_told_from_what_came() {
        let told = Difference::read(
            "3c3\n< inet filter input: tcp dport 23 drop\n---\n> ip nat x: policy accept;\n",
        );
        assert_eq!(told.gone, ["inet filter input: tcp dport 23 drop"]);
        assert_eq!(told.new, ["ip nat x: policy accept;"]);
        assert_eq!(Difference::read(""), Difference::default());
        // One came into a set, and the others moved by it.
        let told = Difference::read(
            "1d0\n< inet f bad: element 192.0.2.9\n3a3,4\n> inet f bad: element 192.0.2.2\n> inet f bad: element 192.0.2.9\n",
        );
        assert_eq!((told.gone.len(), &told.new[..]), (0, &["inet f bad: element 192.0.2.2".to_string()][..]));
        // A rule that moved is another protection: what stands before it decides.
        let told = Difference::read("1d0\n< inet f in: drop\n3a3\n> inet f in: drop\n");
        assert_eq!((told.gone.len(), told.moved.len(), told.new.len(), told.missing().len()), (0, 1, 0, 1));
        let many: Vec<String> = (0..7).map(|i| format!("r{i}")).collect();
        assert_eq!(
            (some(&many).as_str(), some(&many[..1]).as_str()),
            ("r0 | r1 | r2 | r3 | r4 and 2 more", "r0")
        );
    }

    #[test]
    fn what_is_missing_is_put_back_by_commands_as_one_would_type_them() {
        let why = |rules: &[&str]| {
            let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
            format!("unblock failed 3 times, lastly: x, but {MISSING}{}", some(&rules))
        };
        assert_eq!(
            put_back(&why(&[
                "inet filter input: tcp dport 23 drop",
                "inet f bad: element 192.0.2.9",
                "ip nat x: type nat hook prerouting priority dstnat; policy accept;",
            ])),
            [
                "nft 'add rule inet filter input tcp dport 23 drop'",
                "nft 'add element inet f bad { 192.0.2.9 }'",
                "nft 'add table ip nat; add chain ip nat x { type nat hook prerouting priority dstnat; policy accept; }'",
            ]
        );
        for other in ["", "refused", &why(&[]), &why(&["odd"]), &format!("{MISSING}: ")] {
            assert_eq!(put_back(other), Vec::<String>::new(), "{other}");
        }
    }

    #[test]
    fn a_marked_address_asks_for_the_same() {
        for (url, marked_url) in [
            ("http://a/", "http://a/?m"),
            ("http://a", "http://a?m"),
            ("http://a/?x=1", "http://a/?x=1&m"),
            ("http://a/b#c", "http://a/b?m#c"),
        ] {
            assert_eq!(marked(url, "m"), marked_url);
        }
    }

    #[test]
    fn the_mark_of_another_try_proves_nothing() {
        let (old, new) = (mark("run.0.forth3.1"), mark("run.0.forth3.2"));
        let log = format!("x {old} IN=eth0\n");
        assert!(found(&log, &old).is_some());
        assert_eq!(found(&log, &new), None);
    }
}
