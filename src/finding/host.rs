//! A place where components are: what is installed there, whose packages these are, and which components share it.

use crate::model::{Address, PatchLevel};
use patchform_advisory::priority::{Exposure, Importance};
use patchform_advisory::{Ecosystem, Installed, Module, Platform, Source};
use patchform_sdk::message::Inventory;

/// A place that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// Its stable identity.
    pub target: String,
    /// Whose packages it has.
    pub platform: Platform,
    /// What is installed, by name.
    pub packages: Vec<Installed>,
    /// The components that are there, sorted by address; at least one.
    pub members: Vec<Member>,
}

/// A component of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its address.
    pub address: Address,
    /// The level that the configuration asks for.
    pub level: PatchLevel,
    /// Who can reach it.
    pub exposure: Exposure,
    /// What it means to those who run it.
    pub importance: Importance,
}

/// What a component means to those who run it: what its services say; and what others stand on matters more, unless they
/// are of low importance themselves.
pub fn importance(
    says: Option<Importance>,
    mut on_it: impl Iterator<Item = Option<Importance>>,
) -> Importance {
    match on_it.any(|says| says.unwrap_or_default() > Importance::Low) {
        true => Importance::High,
        false => says.unwrap_or_default(),
    }
}

impl Member {
    /// Whether its level names a package.
    pub fn manages(&self, package: &str) -> bool {
        matches!(&self.level, PatchLevel::Map(parts) if parts.contains_key(package))
    }
}

impl Host {
    /// What a provider has answered, with the components of that place.
    pub fn of(inventory: Inventory, members: Vec<Member>) -> Host {
        let ecosystem = Ecosystem::parse(&inventory.ecosystem);
        // A package URL's type and namespace are an ecosystem of their own, and no suffix is taken off.
        let ecosystem = match inventory.ecosystem.strip_prefix("pkg:") {
            Some(_) => Ecosystem {
                name: inventory.ecosystem.clone(),
                text: inventory.ecosystem,
                ..Ecosystem::default()
            },
            None => ecosystem,
        };
        let platform = Platform {
            ecosystem,
            channels: inventory.channels.into_iter().collect(),
            pinned: inventory.pinned,
            parent: inventory.parent.as_deref().map(Platform::parse).map(|parent| parent.ecosystem),
        };
        let packages = inventory.packages.into_iter().map(|package| Installed {
            name: package.name,
            version: package.version,
            arch: package.arch,
            source: package.source.map(|(name, version)| Source { name, version }),
            module: package.module.as_deref().and_then(Module::parse),
        });
        let mut packages: Vec<Installed> = packages.collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Host { target: inventory.target, platform, packages, members }
    }

    /// Which component a package belongs to: the one whose level names it, else the first one; and whether it is named.
    pub fn owner(&self, package: &str) -> (usize, bool) {
        let named = self.members.iter().position(|member| member.manages(package));
        (named.unwrap_or(0), named.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::importance;
    use patchform_advisory::priority::Importance::{High, Low, Medium};

    #[test]
    fn a_component_matters_as_its_services_do_and_more_where_others_stand_on_it() {
        for (says, on_it, expected) in [
            (None, &[][..], Medium),
            (Some(Low), &[], Low),
            (Some(High), &[], High),
            (Some(Low), &[None], High),
            (None, &[Some(Low)], Medium),
            (Some(Low), &[Some(Low), Some(Low)], Low),
            (Some(Low), &[Some(Low), Some(High)], High),
        ] {
            assert_eq!(importance(says, on_it.iter().copied()), expected, "{says:?} {on_it:?}");
        }
    }
}
