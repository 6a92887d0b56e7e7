//! An inventory of Ansible: hosts, groups of hosts, and what is set for either.

use super::vars::SEALED;
use super::{MOST, Misread};
use crate::config::value::{Entries, Marks, Value, key};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The group of all hosts.
pub(super) const ALL: &str = "all";
/// The group of those that are in no other.
pub(super) const UNGROUPED: &str = "ungrouped";

/// The hosts and groups of an inventory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    pub(super) hosts: BTreeMap<String, Entries>,
    pub(super) groups: BTreeMap<String, Group>,
}

/// A group as it is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Group {
    pub(super) hosts: BTreeSet<String>,
    pub(super) children: BTreeSet<String>,
    pub(super) vars: Entries,
    /// What files beside the inventory set; counts more than what the inventory sets.
    pub(super) filed: Entries,
}

/// A host with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// Its name or address, for a connection: `ansible_host`, or else its name in the inventory.
    pub address: String,
    /// `ansible_port`.
    pub port: Option<u16>,
    /// `ansible_user`.
    pub user: Option<String>,
    /// All groups that it is in, but `all`; sorted.
    pub groups: Vec<String>,
    /// What is set for it and for its groups.
    pub vars: Entries,
}

impl Inventory {
    /// Reads the text of an inventory: YAML where the file's name ends so, or has no ending and holds a map; INI otherwise.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(file: &str, text: &str) -> Result<Inventory, Misread> {
        let name = file.rsplit('/').next().unwrap_or(file);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("yaml" | "yml" | "json") => super::tree::read(text),
            None if super::tree::is_one(text) => super::tree::read(text),
            _ => super::ini::read(text),
        }
    }

    /// A group, which is made when it is not there yet.
    pub(super) fn group(&mut self, name: &str) -> &mut Group {
        self.groups.entry(name.to_string()).or_default()
    }

    /// A host, which is put into a group.
    pub(super) fn host(&mut self, name: &str, group: &str) -> Result<&mut Entries, String> {
        check_name(name)?;
        self.group(group).hosts.insert(name.to_string());
        if self.hosts.len() >= MOST && !self.hosts.contains_key(name) {
            return Err(format!("there are more than {MOST} hosts"));
        }
        Ok(self.hosts.entry(name.to_string()).or_default())
    }

    /// Every host with what is known of it.
    ///
    /// # Errors
    /// A group that contains itself, or an address that cannot be known here.
    pub fn known(&self) -> Result<BTreeMap<String, Host>, Misread> {
        let order = self.order().map_err(Misread::whole)?;
        let above = self.above();
        let mut known = BTreeMap::new();
        for (name, own) in &self.hosts {
            let mut within: BTreeSet<&str> = BTreeSet::new();
            let mut open: Vec<&str> = above.hosts.get(name.as_str()).cloned().unwrap_or_default();
            while let Some(group) = open.pop() {
                if within.insert(group) {
                    open.extend(above.groups.get(group).into_iter().flatten());
                }
            }
            within.remove(ALL);
            if within.len() > 1 {
                within.remove(UNGROUPED);
            }
            if within.is_empty() {
                within.insert(UNGROUPED);
            }
            let host = self.merged(name, own, &within, &order).map_err(Misread::whole)?;
            known.insert(name.clone(), host);
        }
        Ok(known)
    }

    /// The hosts of every group, those of the groups in it included.
    pub fn members(&self, known: &BTreeMap<String, Host>) -> BTreeMap<String, Vec<String>> {
        let mut members: BTreeMap<String, Vec<String>> =
            self.groups.keys().map(|name| (name.clone(), Vec::new())).collect();
        members.entry(UNGROUPED.into()).or_default();
        members.insert(ALL.into(), known.keys().cloned().collect());
        for (name, host) in known {
            for group in &host.groups {
                members.entry(group.clone()).or_default().push(name.clone());
            }
        }
        members
    }

    fn above(&self) -> Above<'_> {
        let mut above = Above::default();
        for (name, group) in &self.groups {
            for host in &group.hosts {
                above.hosts.entry(host).or_default().push(name);
            }
            for child in &group.children {
                above.groups.entry(child).or_default().push(name);
            }
        }
        above
    }

    /// For each group how far below `all` it lies at most: what lies deeper counts more.
    fn order(&self) -> Result<BTreeMap<&str, usize>, String> {
        let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
        let above = self.above();
        // Kahn's order: a group is taken when all that are above it were.
        let mut waits: BTreeMap<&str, usize> = self
            .groups
            .keys()
            .map(|name| (name.as_str(), above.groups.get(name.as_str()).map_or(0, Vec::len)))
            .collect();
        let mut ready: Vec<&str> =
            waits.iter().filter(|(_, above)| **above == 0).map(|(name, _)| *name).collect();
        while let Some(name) = ready.pop() {
            let depth = *depths.entry(name).or_insert(usize::from(name != ALL));
            for child in self.groups.get(name).into_iter().flat_map(|group| &group.children) {
                let below = depths.entry(child).or_default();
                *below = (*below).max(depth + 1);
                if let Some(left) = waits.get_mut(child.as_str()) {
                    *left -= 1;
                    if *left == 0 {
                        ready.push(child);
                    }
                }
            }
        }
        match waits.iter().find(|(_, left)| **left > 0) {
            Some((name, _)) => Err(format!("the group {name:?} contains itself, or lies in one that does")),
            None => Ok(depths),
        }
    }

    /// A host with the variables of its groups: those of `all` first, its own last.
    fn merged(
        &self,
        name: &str,
        own: &Entries,
        within: &BTreeSet<&str>,
        depths: &BTreeMap<&str, usize>,
    ) -> Result<Host, String> {
        let mut groups: Vec<(usize, i64, &str)> = within
            .iter()
            .map(|group| (depths.get(group).copied().unwrap_or(1), self.priority(group), *group))
            .collect();
        groups.sort_unstable();
        let sorted = || std::iter::once(ALL).chain(groups.iter().map(|(_, _, group)| *group));
        let written = sorted().filter_map(|group| self.groups.get(group)).map(|group| &group.vars);
        let filed = sorted().filter_map(|group| self.groups.get(group)).map(|group| &group.filed);
        let mut vars = Entries::new();
        // Of what a vault has sealed, it is known only that it counts more than what was set before.
        let sealed = |value: &Value| value.as_str().is_some_and(|text| text.starts_with(SEALED));
        for (name, value) in written.chain(filed).flatten().chain(own) {
            if sealed(value) {
                vars.remove(name);
                continue;
            }
            vars.insert(name.clone(), secret(name, value));
        }
        vars.remove(PRIORITY);
        let address = setting(&vars, &["ansible_host", "ansible_ssh_host"])
            .map(|value| address(name, &value))
            .transpose()?;
        let port = setting(&vars, &["ansible_port", "ansible_ssh_port"])
            .map(|text| text.parse().map_err(|_| format!("the port of {name} is {text:?}, which is none")))
            .transpose()?;
        Ok(Host {
            address: address.unwrap_or_else(|| name.to_string()),
            port,
            user: setting(&vars, &["ansible_user", "ansible_ssh_user"]).filter(|user| !user.contains("{{")),
            groups: within.iter().map(|group| (*group).to_string()).collect(),
            vars,
        })
    }

    fn priority(&self, group: &str) -> i64 {
        let group = self.groups.get(group);
        let set = group.and_then(|group| group.vars.get(PRIORITY));
        set.and_then(text).and_then(|text| text.parse().ok()).unwrap_or(1)
    }

    /// As an expression sees it.
    ///
    /// # Errors
    /// As [`Inventory::known`].
    pub fn value(&self) -> Result<Value, Misread> {
        let known = self.known()?;
        let names =
            |names: &[String]| Value::list(names.iter().map(|name| Value::string(name.as_str())).collect());
        let groups = self.members(&known).iter().map(|(name, hosts)| (key(name), names(hosts))).collect();
        let hosts = known
            .into_iter()
            .map(|(name, host)| {
                let entries = Entries::from([
                    (key("address"), Value::string(host.address)),
                    (key("port"), host.port.map_or(Value::NULL, |port| Value::number(i64::from(port)))),
                    (key("user"), host.user.map_or(Value::NULL, Value::string)),
                    (key("groups"), names(&host.groups)),
                    (key("vars"), Value::object(host.vars)),
                ]);
                (key(&name), Value::object(entries))
            })
            .collect();
        Ok(Value::object(Entries::from([
            (key("hosts"), Value::object(hosts)),
            (key("groups"), Value::object(groups)),
        ])))
    }
}

/// Which groups a host or a group lies in directly.
#[derive(Default)]
struct Above<'a> {
    hosts: BTreeMap<&'a str, Vec<&'a str>>,
    groups: BTreeMap<&'a str, Vec<&'a str>>,
}

/// Where several groups of one depth set the same, the higher number counts.
const PRIORITY: &str = "ansible_group_priority";

/// What is set, as a text; the first name that is set counts.
fn setting(vars: &Entries, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| vars.get(*name)).and_then(text)
}

fn text(value: &Value) -> Option<String> {
    let number = || value.as_number().map(ToString::to_string);
    value.as_str().map(str::to_string).or_else(number).filter(|text| !text.is_empty())
}

/// An address; the one template that can be known without Ansible is the name itself.
fn address(name: &str, written: &str) -> Result<String, String> {
    let short = name.split('.').next().unwrap_or(name);
    let mut address = String::new();
    let mut rest = written;
    while let Some((before, template)) = rest.split_once("{{") {
        let (expression, behind) = template.split_once("}}").unwrap_or((template, ""));
        address.push_str(before);
        address.push_str(match expression.trim() {
            "inventory_hostname" => name,
            "inventory_hostname_short" => short,
            _ => {
                return Err(format!(
                    "the address of {name} is the template {written:?}, which only Ansible can work out"
                ));
            }
        });
        rest = behind;
    }
    address.push_str(rest);
    Ok(address)
}

/// Passwords are secrets, whatever the block says.
fn secret(name: &Arc<str>, value: &Value) -> Value {
    let words = [
        "ansible_password",
        "ansible_ssh_pass",
        "ansible_become_pass",
        "ansible_become_password",
        "ansible_sudo_pass",
    ];
    if words.contains(&&**name) { value.clone().marked(&Marks::anonymous()) } else { value.clone() }
}

/// A host's name becomes a key, and often an argument of ssh.
fn check_name(name: &str) -> Result<(), String> {
    let odd = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '[' | ']' | '"' | '\'' | ',' | ';' | '=')
    };
    match name {
        "" => Err("a host has an empty name".into()),
        "---" => Err("\"---\" is no host: the file is YAML, so its name must end in .yaml or .yml".into()),
        name if name.contains(odd) => Err(format!("{name:?} is no host's name")),
        _ => Ok(()),
    }
}

/// A host as its inventory writes it: its name, and the port behind it if there is one. A bare address of IPv6 has none.
pub(super) fn named(pattern: &str) -> Result<(&str, Option<u16>), String> {
    let port = |text: &str| {
        text.parse::<u16>().map_err(|_| format!("the port of {pattern:?} is no number from 0 to 65535"))
    };
    if let Some(inner) = pattern.strip_prefix('[')
        && let Some((host, behind)) = inner.rsplit_once("]:")
        // One or two colons are those of a range.
        && (host.contains("::") || !matches!(host.matches(':').count(), 1 | 2))
    {
        return Ok((host, Some(port(behind)?)));
    }
    let mut depth = 0;
    let colons: Vec<usize> = pattern
        .char_indices()
        .filter_map(|(at, c)| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            (c == ':' && depth == 0).then_some(at)
        })
        .collect();
    match colons[..] {
        [at] if at + 1 == pattern.len() => {
            Err(format!("{pattern:?} ends in a colon: a port is missing behind it"))
        }
        [at] => Ok((&pattern[..at], Some(port(&pattern[at + 1..])?))),
        _ => Ok((pattern, None)),
    }
}
