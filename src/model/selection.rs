//! What a person means by an address: a component, a block with all its instances, or a module with all that is in it.

use super::address::{self, Address, InstanceKey};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// One call of a module on the way down: its name and its key.
type Step = (Arc<str>, InstanceKey);

/// An address as `--target` and `state list` take it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selection {
    /// A component, or all instances of its block where it has no key.
    Component(Address),
    /// A call of a module and everything in it; all instances of the call where it has no key.
    Module(Vec<(Arc<str>, InstanceKey)>),
}

impl Selection {
    /// Whether it means this component. A step without a key means every instance.
    pub fn covers(&self, address: &Address) -> bool {
        match self {
            Selection::Module(path) => within(path, &address.module),
            Selection::Component(wanted) => {
                wanted.module.len() == address.module.len()
                    && within(&wanted.module, &address.module)
                    && (&wanted.kind, &wanted.name) == (&address.kind, &address.name)
                    && (wanted.key == InstanceKey::None || wanted.key == address.key)
            }
        }
    }
}

fn within(path: &[Step], module: &[Step]) -> bool {
    let fits = |((name, key), (found, at)): (&Step, &Step)| {
        name == found && (*key == InstanceKey::None || key == at)
    };
    path.len() <= module.len() && path.iter().zip(module).all(fits)
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selection::Component(address) => address.fmt(f),
            Selection::Module(path) => {
                let steps: Vec<String> =
                    path.iter().map(|(name, key)| format!("module.{name}{key}")).collect();
                f.write_str(&steps.join("."))
            }
        }
    }
}

impl FromStr for Selection {
    type Err = String;

    /// Reads what `Display` prints.
    fn from_str(text: &str) -> Result<Self, String> {
        match address::module_path(text) {
            Some(path) if Selection::Module(path.clone()).to_string() == text => Ok(Selection::Module(path)),
            _ => text.parse().map(Selection::Component),
        }
    }
}

impl From<Address> for Selection {
    fn from(address: Address) -> Self {
        Selection::Component(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_a_key_means_every_instance() {
        for (selection, address, covered) in [
            ("apt.web", "apt.web[\"a\"]", true),
            ("apt.web[\"b\"]", "apt.web[\"a\"]", false),
            ("apt.web", "module.eu.apt.web", false),
            ("module.eu", "module.eu.apt.web[0]", true),
            ("module.eu", "module.eu[\"a\"].module.x.apt.web", true),
            ("module.eu[\"b\"]", "module.eu[\"a\"].apt.web", false),
            ("module.eu.module.x", "module.eu[\"a\"].apt.web", false),
            ("module.eu.apt.web", "module.eu[\"a\"].apt.web[1]", true),
            ("module.eu.apt.web", "module.eu.module.x.apt.web", false),
            ("module.e", "module.eu.apt.web", false),
        ] {
            let (read, address): (Selection, Address) =
                (selection.parse().unwrap(), address.parse().unwrap());
            assert_eq!(read.to_string(), selection);
            assert_eq!(read.covers(&address), covered, "{selection} {address}");
        }
        for text in ["module", "module.a.b.c.d", "module.a[01]", "x.y.z", ""] {
            assert!(text.parse::<Selection>().is_err(), "{text}");
        }
    }
}
