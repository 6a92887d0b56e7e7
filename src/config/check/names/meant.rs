//! What a name was probably meant to be that is written otherwise here, or stands without its root.

use super::Names;
use crate::config::expr::{RefStep, Reference};

impl Names<'_> {
    /// What a name without its root was meant to be, or one behind the word that declares it.
    pub(super) fn meant(&self, reference: &Reference) -> Option<String> {
        let root = &*reference.root;
        let declaring = [
            ("variable", "var"),
            ("variables", "var"),
            ("vars", "var"),
            ("locals", "local"),
            ("modules", "module"),
        ];
        if let Some((_, right)) = declaring.iter().find(|(word, _)| *word == root) {
            return Some(reference.name().map_or(format!("{right}.name"), |name| format!("{right}.{name}")));
        }
        // `component.release.api`, as it is declared; `resource` is terraform's word.
        if ["component", "components", "resource"].contains(&root)
            && let [(RefStep::Attr(kind), _), (RefStep::Attr(name), _), ..] = &reference.steps[..]
        {
            return Some(format!("{kind}.{name}"));
        }
        if let Some(name) = reference.name().filter(|name| self.data_by_name.contains_key(&(root, &***name)))
        {
            return Some(format!("data.{root}.{name}"));
        }
        if self.variables.contains_key(root) {
            return Some(format!("var.{root}"));
        }
        self.local_by_name.contains_key(root).then(|| format!("local.{root}"))
    }
}

/// `var.num-1` is one name: a minus stands between spaces. Not where a name with a `-` is `near`.
pub(super) fn minus(
    root: &str,
    name: &str,
    near: Option<&str>,
    is_known: impl Fn(&str) -> bool,
) -> Option<String> {
    if near.is_some_and(|near| near.contains('-')) {
        return None;
    }
    let (left, right) = name.split_once('-').filter(|(left, _)| is_known(left))?;
    Some(format!("A name may hold a `-`. For a difference put spaces around it: {root}.{left} - {right}"))
}

/// What is written otherwise in other languages.
pub(super) fn keyword(word: &str) -> Option<&'static str> {
    Some(match word {
        "True" | "TRUE" => "true",
        "False" | "FALSE" => "false",
        "None" | "nil" | "Null" | "NULL" | "undefined" => "null",
        _ => return None,
    })
}
