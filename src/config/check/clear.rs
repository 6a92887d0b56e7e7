//! What is written in clear for arguments that a provider calls sensitive: no message may show it.

use super::tree::Tree;
use crate::config::load::unquoted;
use crate::config::schemas::Schemas;
use crate::config::syntax::Block;
use crate::model::Span;

/// Where such values stand, be it without the quotes that would make a text of them.
pub(super) fn secrets(tree: &Tree<'_>, schemas: &Schemas) -> Vec<Span> {
    let mut found = Vec::new();
    for area in &tree.areas {
        let is_kind = |kind: &str| area.names.is_kind(kind);
        let mut add = |block: &Block, is_sensitive: &dyn Fn(&str) -> bool| {
            let given = block.body.attributes.iter().filter(|given| is_sensitive(&given.name));
            for expr in given.map(|given| &given.value) {
                let is_written = expr.as_literal().is_some() && expr.has_text();
                found.extend(is_written.then(|| expr.span()));
                found.extend(unquoted(expr, &is_kind));
            }
        };
        for block in area.blocks.iter().flatten() {
            let is_sensitive = |name: &str| block.plan.arguments.get(name).is_some_and(|plan| plan.sensitive);
            add(block.block, &is_sensitive);
        }
        for block in &area.names.providers {
            let described = block.labels.first().and_then(|label| schemas.provider(&label.text));
            let is_sensitive = |name: &str| {
                described.and_then(|provider| provider.arguments.get(name)).is_some_and(|row| row.sensitive)
            };
            add(block, &is_sensitive);
        }
    }
    found
}
