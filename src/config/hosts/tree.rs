//! An inventory in YAML: groups with `hosts`, `vars` and `children`, in each other.

use super::Misread;
use super::inventory::{Inventory, named};
use super::range::expand;
use crate::config::functions::decode;
use crate::config::value::{Entries, Table, Value, key, quoted};
use std::collections::BTreeSet;

/// The value of a text in YAML. Tags of Ansible's own say how it treats a string, and nothing about the string.
pub(super) fn decoded(text: &str) -> Result<Value, Misread> {
    let tags = ["!vault", "!unsafe"];
    if !tags.iter().any(|tag| text.contains(tag)) {
        return decode("yamldecode", text).map_err(Misread::whole);
    }
    let without = |line: &str| {
        let tag = tags.iter().find_map(|tag| {
            let (before, behind) = line.split_once(tag)?;
            let is_one = before.trim_end().ends_with([':', '-']) && behind.starts_with([' ', '\r', '\n']);
            is_one.then(|| format!("{before}{behind}"))
        });
        tag.unwrap_or_else(|| line.to_string())
    };
    let plain: String = text.split_inclusive('\n').map(without).collect();
    decode("yamldecode", &plain).map_err(Misread::whole)
}

/// Whether a text without an ending to its name is one.
pub(super) fn is_one(text: &str) -> bool {
    decoded(text).is_ok_and(|value| value.as_entries().is_some())
}

/// Reads one.
pub(super) fn read(text: &str) -> Result<Inventory, Misread> {
    let value = decoded(text)?;
    let Some(groups) = value.as_entries() else {
        return Err(Misread::whole(format!(
            "an inventory is a map from group to what is in it; this is {}",
            value.kind()
        )));
    };
    if groups.contains_key("plugin") {
        return Err(Misread::whole(
            "it is the configuration of a plugin; take `ansible-inventory --list` in a data \"external\" block",
        ));
    }
    let mut inventory = Inventory::default();
    for (name, group) in groups.iter() {
        read_group(&mut inventory, name, group).map_err(Misread::whole)?;
    }
    Ok(inventory)
}

fn read_group(inventory: &mut Inventory, name: &str, group: &Value) -> Result<(), String> {
    if name.is_empty() {
        return Err("a group has an empty name".into());
    }
    inventory.group(name);
    let Some(parts) = map(group) else {
        return Err(format!("the group {} is no map, but {}", quoted(name), group.kind()));
    };
    for (part, content) in parts.iter() {
        let entries = section(part, name, content)?;
        for (entry, value) in &entries {
            match &**part {
                "hosts" => hosts(inventory, name, entry, value)?,
                "vars" => {
                    let vars = &mut inventory.group(name).vars;
                    set(vars, entry, value, || format!("of the group {}", quoted(name)))?;
                }
                _ => {
                    read_group(inventory, entry, value)?;
                    inventory.group(name).children.insert(entry.to_string());
                }
            }
        }
    }
    Ok(())
}

/// What stands in a group under `hosts`, `vars` or `children`; one name alone stands for a map with nothing in it.
fn section(part: &str, group: &str, content: &Value) -> Result<Entries, String> {
    if !["hosts", "vars", "children"].contains(&part) {
        return Err(format!(
            "the group {} holds {}; only hosts, vars and children can stand there",
            quoted(group),
            quoted(part)
        ));
    }
    if let Some(only) = content.as_str() {
        return Ok(Entries::from([(key(only), Value::NULL)]));
    }
    map(content)
        .ok_or_else(|| format!("\"{part}\" of the group {} is no map, but {}", quoted(group), content.kind()))
}

/// A map; null is one with nothing in it.
fn map(value: &Value) -> Option<Entries> {
    if value.is_null() {
        return Some(Entries::new());
    }
    value.as_entries().map(Table::to_entries)
}

fn hosts(inventory: &mut Inventory, group: &str, pattern: &str, vars: &Value) -> Result<(), String> {
    let Some(vars) = map(vars) else {
        return Err(format!("the host {} is no map, but {}", quoted(pattern), vars.kind()));
    };
    let (pattern, port) = named(pattern)?;
    let names: BTreeSet<String> = expand(pattern)?.into_iter().collect();
    for name in names {
        let whose = || format!("of the host {}", quoted(&name));
        let own = inventory.host(&name, group)?;
        for (var, value) in vars.iter() {
            set(own, var, value, whose)?;
        }
        if let Some(port) = port {
            own.entry(key("ansible_port")).or_insert_with(|| Value::number(i64::from(port)));
        }
    }
    Ok(())
}

/// Sets a variable. Which of two values counts would depend on the order of a map, which says nothing here.
fn set(vars: &mut Entries, name: &str, value: &Value, whose: impl Fn() -> String) -> Result<(), String> {
    let earlier = vars.insert(key(name), value.clone());
    match earlier {
        Some(earlier) if earlier != *value => {
            Err(format!("{} {} is set twice, and not to the same value", quoted(name), whose()))
        }
        _ => Ok(()),
    }
}
