//! Which of several scores counts.

use super::container::{Container, Role};
use super::metric::Published;
use super::record::Record;
use crate::cvss::Vector;
use std::cmp::Reverse;

/// The score that counts, with the container that says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen<'r, 'a> {
    /// Who.
    pub container: &'r Container<'a>,
    /// What was published.
    pub published: &'r Published<'a>,
    /// Its vector, read.
    pub vector: Vector,
}

impl<'a> Record<'a> {
    /// The score that counts, of all whose vectors can be read: that of the CNA, which knows its product, before CISA's,
    /// before others'; of one party the newest version of CVSS; of one version the most severe. One record in 25 has
    /// several different ones, so all are kept beside it.
    #[must_use]
    pub fn chosen(&self) -> Option<Chosen<'_, 'a>> {
        let all = self
            .containers
            .iter()
            .flat_map(|container| container.scores.iter().map(move |one| (container, one)));
        let readable = all.filter_map(|(container, published)| {
            Some(Chosen { container, published, vector: published.read().ok()? })
        });
        // The first of equals is taken.
        readable.min_by_key(|chosen| {
            let newest_and_worst = Reverse((chosen.vector.version(), chosen.vector.principal()));
            (rank(chosen.container), newest_and_worst)
        })
    }
}

fn rank(container: &Container) -> u8 {
    match (container.role, container.provider.as_deref()) {
        (Role::Cna, _) => 0,
        (Role::Adp, Some("CISA-ADP")) => 1,
        (Role::Adp, _) => 2,
    }
}
