//! The files beside an inventory that set variables: `group_vars/NAME.yaml`, `host_vars/NAME/*.yaml`.

use super::Misread;
use super::inventory::{ALL, Inventory, UNGROUPED};
use crate::config::functions::decode;
use crate::config::scope::Files;
use crate::config::value::Entries;

/// The files that may be about hosts and groups.
const FOLDERS: &str = "{group,host}_vars/**";
/// What Ansible's vault writes first; nothing of it can be read here.
const SEALED: &str = "$ANSIBLE_VAULT;";

/// Which host or group a file is about, by its path from the inventory's folder; nothing where it is about none.
fn subject(path: &str) -> Option<(&str, &str)> {
    let (folder, rest) = path.split_once('/')?;
    let (first, inner) = rest.split_once('/').map_or((rest, None), |(first, inner)| (first, Some(inner)));
    let file = inner.unwrap_or(first).rsplit('/').next()?;
    let stem = file.strip_suffix(".yaml").or(file.strip_suffix(".yml")).or(file.strip_suffix(".json"));
    // Hidden files and copies of an editor are none; a name without an ending is one where it stands alone.
    let is_one = !file.starts_with('.') && !file.ends_with('~') && (stem.is_some() || !file.contains('.'));
    let name = if inner.is_some() { first } else { stem.unwrap_or(first) };
    (is_one && ["group_vars", "host_vars"].contains(&folder)).then_some((folder, name))
}

impl Inventory {
    /// Reads an inventory, and the files beside it that are about its hosts and groups.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read_all(path: &str, text: &str, files: &dyn Files) -> Result<Inventory, Misread> {
        let mut inventory = Inventory::read(path, text)?;
        let folder =
            path.rsplit_once('/').map_or(".", |(folder, _)| if folder.is_empty() { "/" } else { folder });
        let found = files.matching(folder, FOLDERS).map_err(|why| Misread::whole(why).of(folder))?;
        for name in found.iter().filter(|name| inventory.wants(name)).cloned().collect::<Vec<_>>() {
            let file = if folder == "." { name.clone() } else { format!("{folder}/{name}") };
            let bytes = files.read(&file).map_err(|why| Misread::whole(why).of(&file))?;
            let text = String::from_utf8(bytes).map_err(|_| Misread::whole("it is not UTF-8").of(&file))?;
            inventory.take(&name, &text).map_err(|misread| misread.of(&file))?;
        }
        Ok(inventory)
    }

    /// Whether the file at this path from the inventory's folder sets something here.
    fn wants(&self, path: &str) -> bool {
        match subject(path) {
            Some(("group_vars", name)) => [ALL, UNGROUPED].contains(&name) || self.groups.contains_key(name),
            Some((_, name)) => self.hosts.contains_key(name),
            None => false,
        }
    }

    /// Takes what a file sets. What a vault has sealed sets nothing.
    fn take(&mut self, path: &str, text: &str) -> Result<(), Misread> {
        let Some((folder, name)) = subject(path) else { return Ok(()) };
        if text.starts_with(SEALED) || text.trim().is_empty() {
            return Ok(());
        }
        let value = decode("yamldecode", text).map_err(Misread::whole)?;
        let more = match value.as_entries() {
            Some(entries) => entries.to_entries(),
            None if value.is_null() => Entries::new(),
            None => return Err(Misread::whole(format!("it must be a map; this is {}", value.kind()))),
        };
        match folder {
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
