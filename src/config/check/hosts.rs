//! `data "ansible_inventory"`, `"ssh_config"`, `"terraform_state"`: hosts that other programs know.

use super::named::Named;
use crate::config::fields::Fields;
use crate::config::hosts::{self, Inventory, Misread};
use crate::config::scope::Files;
use crate::config::syntax::Block;
use crate::config::value::{Entries, Value, key};

/// The hosts and groups of an inventory, and what the folders beside it set.
pub(super) fn inventory(block: &Block, fields: &mut Fields<'_>) -> Option<Value> {
    let file = Named::of(block, fields)?;
    let text = file.text(fields)?;
    let files = fields.scope.file_reader()?;
    let read = Inventory::read_all(&file.path, &text, files).and_then(|inventory| inventory.value());
    told(read, &file, "is no inventory of Ansible", fields)
}

/// The hosts that a configuration of ssh names.
pub(super) fn logins(block: &Block, fields: &mut Fields<'_>) -> Option<Value> {
    let file = Named::of(block, fields)?;
    // Whatever keeps it from being read at all is said as of any other file.
    file.text(fields)?;
    let files: &dyn Files = fields.scope.file_reader()?;
    let hosts = |logins: std::collections::BTreeMap<String, hosts::Login>| {
        let hosts: Entries = logins.iter().map(|(name, login)| (key(name), login.value())).collect();
        Value::object(Entries::from([(key("hosts"), Value::object(hosts))]))
    };
    told(hosts::logins(&file.path, files).map(hosts), &file, "is no configuration of ssh", fields)
}

/// The outputs of a state of Terraform.
pub(super) fn outputs(block: &Block, fields: &mut Fields<'_>) -> Option<Value> {
    let file = Named::of(block, fields)?;
    let text = file.text(fields)?;
    let outputs = |outputs| Value::object(Entries::from([(key("outputs"), outputs)]));
    told(hosts::outputs(&text).map(outputs), &file, "is no state of Terraform that can be read", fields)
}

fn told(read: Result<Value, Misread>, file: &Named, what: &str, fields: &mut Fields<'_>) -> Option<Value> {
    match read {
        Ok(value) => Some(value),
        Err(why) => file.misread(fields, what, &why.to_string()),
    }
}
