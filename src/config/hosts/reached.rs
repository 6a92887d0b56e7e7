//! The hosts of a file, whichever sort it is, and the connection that each is reached by.

use super::ssh_line::keyword;
use super::{Host, Inventory, Misread, logins};
use crate::config::scope::Files;
use crate::config::value::{Entries, Value, key};

/// A host, as a `connection` block reaches it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// Its name in the file.
    pub name: String,
    /// The groups that it is in.
    pub groups: Vec<String>,
    /// `ssh` or `local`.
    pub connection: &'static str,
    /// The arguments of the block.
    pub arguments: Entries,
}

/// The hosts of an inventory of Ansible, of a configuration of ssh, or of a list with one `[USER@]HOST[:PORT]` per line.
///
/// # Errors
/// What is wrong with the file, or with how one of its hosts is reached.
pub fn reached(path: &str, text: &str, files: &dyn Files) -> Result<Vec<Reached>, Misread> {
    let text = text.trim_start_matches('\u{feff}');
    if is_of_ssh(text) {
        let host = |name: String| Reached {
            arguments: Entries::from([
                (key("host"), Value::string(name.as_str())),
                (key("config"), Value::string(path)),
            ]),
            name,
            groups: Vec::new(),
            connection: "ssh",
        };
        return Ok(logins(path, files)?.into_keys().map(host).collect());
    }
    let inventory = Inventory::read_all(path, text, files)?;
    inventory
        .known()?
        .into_iter()
        .map(|(name, host)| of_inventory(name, &host).map_err(Misread::whole))
        .collect()
}

/// Whether a text is a configuration of ssh: its first word is one of its keywords.
fn is_of_ssh(text: &str) -> bool {
    let first = text.lines().find_map(keyword);
    let sections = ["host", "match", "include"];
    first.is_some_and(|(word, rest)| !rest.is_empty() && sections.contains(&word.as_str()))
        || text.lines().filter_map(keyword).any(|(word, rest)| word == "host" && !rest.is_empty())
}

fn of_inventory(name: String, host: &Host) -> Result<Reached, String> {
    let text = |name: &str| host.vars.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let connection = match text("ansible_connection") {
        None | Some("ssh" | "smart" | "paramiko" | "paramiko_ssh" | "ansible.builtin.ssh") => "ssh",
        Some("local" | "ansible.builtin.local") => "local",
        Some(other) => {
            return Err(format!("{name} is reached by {other:?}; only ssh and local are known here"));
        }
    };
    let mut arguments = Entries::new();
    let shown = name.rsplit_once('@').map_or(name.clone(), |(_, address)| address.to_string());
    if connection == "ssh" {
        // A list may hold `USER@HOST`.
        let (before, address) =
            host.address.rsplit_once('@').map_or((None, host.address.as_str()), |(u, a)| (Some(u), a));
        let user = host.user.as_deref().or(before);
        let identity = text("ansible_ssh_private_key_file").or(text("ansible_private_key_file"));
        let become_root = host.vars.get("ansible_become").is_some_and(|flag| {
            flag.as_bool() == Some(true)
                || flag.as_str().is_some_and(|word| ["true", "yes"].contains(&word.to_lowercase().as_str()))
        });
        arguments.insert(key("host"), Value::string(address));
        arguments.extend(host.port.map(|port| (key("port"), Value::number(i64::from(port)))));
        arguments.extend(user.map(|user| (key("user"), Value::string(user))));
        arguments.extend(identity.map(|file| (key("identity"), Value::string(file))));
        if become_root {
            arguments.insert(key("sudo"), Value::bool(true));
        }
    }
    Ok(Reached { name: shown, groups: host.groups.clone(), connection, arguments })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;
    impl Files for Nothing {
        fn read(&self, _: &str) -> Result<Vec<u8>, String> {
            Ok(b"Host a b*\n  Port 1\nHost c\n".to_vec())
        }
        fn list(&self, _: &str, _: usize) -> Result<Vec<String>, String> {
            Ok(Vec::new())
        }
    }

    fn told(text: &str) -> Result<Vec<String>, String> {
        let all = reached("f", text, &Nothing).map_err(|why| why.to_string())?;
        let one = |host: Reached| {
            let arguments: Vec<String> =
                host.arguments.iter().map(|(name, value)| format!("{name}={}", value.to_json())).collect();
            format!("{} {} {}", host.name, host.connection, arguments.join(" "))
        };
        Ok(all.into_iter().map(one).collect())
    }

    #[test]
    fn every_sort_of_file_names_hosts() {
        let list = told("# mine\nweb-1\nops@web-2:2222\n").unwrap();
        assert_eq!(list, ["web-2 ssh host=\"web-2\" port=2222 user=\"ops\"", "web-1 ssh host=\"web-1\"",]);
        let inventory = "[web]\nw ansible_host=10.0.0.1 ansible_user=me ansible_become=yes ansible_ssh_private_key_file=k\n\
                         l ansible_connection=local\n";
        assert_eq!(
            told(inventory).unwrap(),
            ["l local ", "w ssh host=\"10.0.0.1\" identity=\"k\" sudo=true user=\"me\"",]
        );
        assert_eq!(
            told("User x\nHost a b*\n").unwrap(),
            ["a ssh config=\"f\" host=\"a\"", "c ssh config=\"f\" host=\"c\""]
        );
        assert!(told("w ansible_connection=winrm\n").unwrap_err().contains("winrm"));
    }
}
