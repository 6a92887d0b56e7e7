//! Asks every place that components are in for everything that is installed there: once each, several at once.

use super::checking::Checked;
use crate::engine::fleet::Fleet;
use crate::finding::{Host, Member, importance};
use crate::graph::Graph;
use crate::model::{Address, Selection};
use patchform_sdk::chunk;
use patchform_sdk::message::{Inventory, Subject};
use serde_json::json;
use std::collections::BTreeMap;

/// What was answered.
#[derive(Default)]
pub(super) struct Inventories {
    /// The places that answered.
    pub hosts: Vec<Host>,
    /// Components whose place could not be asked, and why.
    pub unread: Vec<(Address, String)>,
    /// Components whose kind has no inventory.
    pub unasked: Vec<Address>,
}

/// A place: its provider, how it is named there, and its components.
struct Site {
    provider: String,
    subject: Subject,
    members: Vec<Member>,
}

/// Asks for those components that `targets` cover; all, where there are none.
pub(super) fn ask(checked: &Checked, fleet: &Fleet, targets: &[Selection]) -> Inventories {
    let mut inventories = Inventories::default();
    let graph = Graph::of(&checked.config).ok();
    let mut sites: BTreeMap<(String, String), Site> = BTreeMap::new();
    for (i, component) in checked.config.components.iter().enumerate() {
        let address = &component.address;
        if !targets.is_empty() && !targets.iter().any(|target| target.covers(address)) {
            continue;
        }
        let provider = checked.provider_name(component.provider);
        if !fleet.can(provider, &address.kind).inventory {
            inventories.unasked.push(address.clone());
            continue;
        }
        let subject = checked.desired(i).subject;
        let says = |i: usize| checked.config.components[i].importance;
        let on_it = graph.iter().flat_map(|graph| graph.dependents(i)).map(|on| says(*on as usize));
        let place = (provider.to_string(), json!(subject.connection).to_string());
        let site = sites.entry(place).or_insert_with(|| Site {
            provider: provider.to_string(),
            subject,
            members: Vec::new(),
        });
        site.members.push(Member {
            address: address.clone(),
            level: component.level.clone(),
            exposure: component.exposure,
            importance: importance(says(i), on_it),
        });
    }
    let sites: Vec<Site> = sites.into_values().collect();
    let answers = chunk::abreast(&sites, |site| one(fleet, site));
    for (site, answer) in sites.into_iter().zip(answers) {
        match answer.unwrap_or_else(|| Err("the question broke off".into())) {
            // No host is without any: its provider could not look.
            Ok(inventory) if inventory.packages.is_empty() => {
                let why = "it says that not one package is installed there, so that nobody can tell";
                inventories.unread.extend(site.members.into_iter().map(|m| (m.address, why.to_string())));
            }
            Ok(inventory) => inventories.hosts.push(Host::of(inventory, site.members)),
            Err(why) => {
                let why = checked.starter.targets.masked(&why);
                inventories.unread.extend(site.members.into_iter().map(|m| (m.address, why.clone())));
            }
        }
    }
    inventories.hosts.sort_by(|a, b| a.members[0].address.cmp(&b.members[0].address));
    inventories
}

fn one(fleet: &Fleet, site: &Site) -> Result<Inventory, String> {
    let session = fleet.session(&site.provider).ok_or("its provider was not started")?;
    session.inventory(&site.subject).map_err(|error| error.to_string())
}
