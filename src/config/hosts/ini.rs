//! An inventory in the manner of INI: `[web]`, `[web:vars]`, `[eu:children]`.

use super::Misread;
use super::inventory::{ALL, Inventory, UNGROUPED, named};
use super::literal::value;
use super::range::expand;
use super::words::split;
use crate::config::value::{Value, key};
use std::collections::{BTreeMap, BTreeSet};

/// What the lines of a section are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Hosts,
    Vars,
    Children,
}

#[derive(Default)]
struct Reader {
    inventory: Inventory,
    /// Groups with a section of hosts or children, or with a parent.
    declared: BTreeSet<String>,
    /// Where a group is first named without that.
    named: BTreeMap<String, (usize, &'static str)>,
}

/// Reads one.
pub(super) fn read(text: &str) -> Result<Inventory, Misread> {
    let mut reader = Reader::default();
    let (mut group, mut sort) = (UNGROUPED.to_string(), Sort::Hosts);
    for (at, line) in text.lines().enumerate() {
        let (line, number) = (line.trim(), at + 1);
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let section = section(line).map_err(|what| Misread::at(number, what))?;
        let read = match section {
            Some((name, kind)) => {
                (group, sort) = (name.to_string(), kind);
                reader.section(&group, sort, number);
                Ok(())
            }
            None => match sort {
                Sort::Hosts => reader.hosts(&group, line),
                Sort::Vars => reader.variable(&group, line),
                Sort::Children => reader.child(&group, line, number),
            },
        };
        read.map_err(|what| Misread::at(number, what))?;
    }
    let unknown = reader.named.iter().find(|(name, _)| !reader.declared.contains(*name));
    match unknown {
        Some((name, (line, how))) => {
            Err(Misread::at(*line, format!("there is no group {name:?}, {how}; write [{name}] somewhere")))
        }
        None => Ok(reader.inventory),
    }
}

/// The group and the sort of a section's line; nothing where the line is none.
fn section(line: &str) -> Result<Option<(&str, Sort)>, String> {
    if !line.starts_with('[') {
        return Ok(None);
    }
    let Some((inner, behind)) = line[1..].split_once(']') else { return Ok(None) };
    let comment = behind.trim_start();
    // `[a:c].example` and `[1:3]` are ranges of hosts.
    if !(comment.is_empty() || comment.starts_with('#')) {
        return Ok(None);
    }
    let (group, sort) = match inner.split_once(':') {
        None => (inner, Sort::Hosts),
        Some((group, "hosts")) => (group, Sort::Hosts),
        Some((group, "vars")) => (group, Sort::Vars),
        Some((group, "children")) => (group, Sort::Children),
        Some((_, kind)) => {
            return Err(format!(
                "[{inner}] has the unknown kind {kind:?}; there are hosts, vars and children"
            ));
        }
    };
    if group.is_empty() || group.contains(|c: char| c.is_whitespace() || c == ':') {
        return Err(format!("[{inner}] names no group: blanks cannot stand in it"));
    }
    Ok(Some((group, sort)))
}

impl Reader {
    fn section(&mut self, group: &str, sort: Sort, line: usize) {
        self.inventory.group(group);
        if sort == Sort::Vars && ![ALL, UNGROUPED].contains(&group) {
            self.named.entry(group.into()).or_insert((line, "whose variables are set here"));
        } else {
            self.declared.insert(group.into());
        }
    }

    fn hosts(&mut self, group: &str, line: &str) -> Result<(), String> {
        let words = split(line)?;
        let Some((pattern, settings)) = words.split_first() else { return Ok(()) };
        let (pattern, port) = named(pattern)?;
        let mut vars = Vec::new();
        for (index, setting) in settings.iter().enumerate() {
            // What stands there may be the end of a password.
            let (name, text) = setting.split_once('=').ok_or_else(|| {
                let number = index + 2;
                format!(
                    "word {number} sets nothing: behind a host, write NAME=VALUE (with quotes around blanks)"
                )
            })?;
            vars.push((key(name), value(text)));
        }
        for name in expand(pattern)? {
            let is_new = !self.inventory.hosts.contains_key(&name);
            let host = self.inventory.host(&name, group)?;
            if let Some(port) = port.filter(|_| is_new) {
                host.insert(key("ansible_port"), Value::number(i64::from(port)));
            }
            host.extend(vars.iter().cloned());
        }
        Ok(())
    }

    fn variable(&mut self, group: &str, line: &str) -> Result<(), String> {
        let (name, text) = line
            .split_once('=')
            .ok_or_else(|| "it sets nothing: in a section of vars, write NAME=VALUE".to_string())?;
        self.inventory.group(group).vars.insert(key(name.trim()), value(text.trim()));
        Ok(())
    }

    fn child(&mut self, group: &str, line: &str, number: usize) -> Result<(), String> {
        let name = line.split_once('#').map_or(line, |(name, _)| name).trim();
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || matches!(c, ':' | ']')) {
            return Err(format!("{line:?} names no group"));
        }
        if name == group {
            return Err(format!("the group {group:?} cannot contain itself"));
        }
        self.named.entry(name.into()).or_insert((number, "which this one contains"));
        self.inventory.group(name);
        self.inventory.group(group).children.insert(name.into());
        Ok(())
    }
}
