//! The files beside an inventory that set variables: `group_vars/NAME.yaml`, `host_vars/NAME/*.yaml`.

use super::Misread;
use super::inventory::{ALL, Inventory, UNGROUPED};
use super::tree::decoded;
use crate::config::scope::Files;
use crate::config::value::Entries;
use std::collections::BTreeSet;

/// The endings that a file may have, in the order in which they are looked for.
const ENDINGS: [&str; 4] = ["", ".yml", ".yaml", ".json"];
/// What Ansible's vault writes first; nothing of it can be read here.
pub(super) const SEALED: &str = "$ANSIBLE_VAULT;";

/// Which files are about the host or group of a name, among the sorted files of a folder: the one, or the folder, that has its
/// name, or else one with an ending. Only the first of these counts.
fn about<'f>(name: &str, found: &'f [String]) -> Vec<&'f String> {
    for ending in ENDINGS {
        let file = format!("{name}{ending}");
        let within = format!("{file}/");
        let first = found.partition_point(|path| **path < *file);
        let fits = |path: &&String| **path == file || path.starts_with(&within);
        // Behind the name itself, others may stand before its folder: `a-b` before `a/`.
        let begins = |path: &&String| path.starts_with(&file);
        let all: Vec<&String> = found[first..].iter().take_while(begins).filter(fits).collect();
        if !all.is_empty() {
            return all.into_iter().filter(|path| **path == file || is_read(path)).collect();
        }
    }
    Vec::new()
}

/// Whether a file in the folder of a host or group is read: not hidden, no copy of an editor, of YAML by its ending.
fn is_read(path: &str) -> bool {
    let hidden = |name: &str| name.starts_with('.') || name.ends_with('~');
    let file = path.rsplit('/').next().unwrap_or(path);
    let ending = file.rfind('.').map_or("", |at| &file[at..]);
    !path.split('/').any(hidden) && ENDINGS.contains(&ending)
}

impl Inventory {
    /// Reads an inventory, and the files beside it that are about its hosts and groups.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read_all(path: &str, text: &str, files: &dyn Files) -> Result<Inventory, Misread> {
        let mut inventory = Inventory::read(path, text)?;
        let beside = path.rfind('/').map_or("", |at| &path[..=at]);
        let groups = inventory.groups.keys().map(String::as_str).chain([ALL, UNGROUPED]);
        let groups: BTreeSet<String> = groups.map(str::to_string).collect();
        let hosts: BTreeSet<String> = inventory.hosts.keys().cloned().collect();
        for (kind, names) in [("group_vars", groups), ("host_vars", hosts)] {
            let folder = format!("{beside}{kind}");
            let mut found = files.matching(&folder, "**").map_err(|why| Misread::whole(why).of(&folder))?;
            found.sort_unstable();
            for (name, path) in
                names.iter().flat_map(|name| about(name, &found).into_iter().map(move |f| (name, f)))
            {
                let file = format!("{folder}/{path}");
                let bytes = files.read(&file).map_err(|why| Misread::whole(why).of(&file))?;
                let text =
                    String::from_utf8(bytes).map_err(|_| Misread::whole("it is not UTF-8").of(&file))?;
                inventory.take(kind, name, &text).map_err(|misread| misread.of(&file))?;
            }
        }
        Ok(inventory)
    }

    /// Takes what a file sets. What a vault has sealed sets nothing.
    fn take(&mut self, kind: &str, name: &str, text: &str) -> Result<(), Misread> {
        if text.starts_with(SEALED) || text.trim().is_empty() {
            return Ok(());
        }
        let value = decoded(text)?;
        let more = match value.as_entries() {
            Some(entries) => entries.to_entries(),
            None if value.is_null() => Entries::new(),
            None => return Err(Misread::whole(format!("it must be a map; this is {}", value.kind()))),
        };
        match kind {
            "group_vars" => self.group(name).filed.extend(more),
            _ => {
                if let Some(host) = self.hosts.get_mut(name) {
                    host.extend(more);
                }
            }
        }
        Ok(())
    }
}
