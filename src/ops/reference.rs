//! `reference`: what the program and its providers know of a name.

use super::{Failure, providers};
use crate::config::blocks;
use crate::config::suggest::nearest;
use crate::report::reference::{self, Article, Group};

/// All that is said of a name: blocks, functions and kinds of that name; where there is none, sorts of blocks, words of
/// expressions and arguments.
///
/// # Errors
/// Nothing has that name, or a provider cannot be described.
pub fn look_up(name: &str) -> Result<Vec<Article>, Failure> {
    let mut found = reference::find(name);
    if !found.is_empty() {
        // Providers are asked only for what the program itself does not know.
        return Ok(found);
    }
    let kinds = providers::kinds()?;
    let of_kinds: Vec<Article> =
        kinds.iter().map(|row| reference::kind(&row.provider, &row.name, &row.kind)).collect();
    found.extend(of_kinds.iter().filter(|article| article.name == name).cloned());
    if found.is_empty() {
        found.extend(reference::find_within(name));
        let traffic = providers::traffic_types()?.into_iter().filter(|(known, _)| known == name);
        found.extend(traffic.map(|(name, traffic)| reference::traffic(&name, &traffic)));
        let of_kinds = of_kinds.into_iter().flat_map(|article| article.sections);
        found.extend(reference::argument(name, of_kinds));
    }
    if found.is_empty() { Err(unknown(name, kinds.iter().map(|row| row.name.as_str()))) } else { Ok(found) }
}

fn unknown<'a>(name: &str, kinds: impl Iterator<Item = &'a str>) -> Failure {
    if blocks::LATER.contains(&name) {
        return Failure::error(format!("`{name}` blocks are not supported by this version yet"));
    }
    let problem = Failure::error(format!("nothing is called {name:?}: no block, function, kind or argument"));
    match nearest(name, reference::names().into_iter().chain(kinds)) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.hint("`patchform reference` lists all names"),
    }
}

/// Every name, with what it is for.
///
/// # Errors
/// A provider cannot be described.
pub fn list() -> Result<Vec<Group>, Failure> {
    let mut groups = reference::groups();
    let kinds = providers::kinds()?;
    let names = kinds.into_iter().map(|row| (row.name, row.kind.summary)).collect();
    groups.insert(1, Group { title: "Kinds".into(), names });
    Ok(groups)
}
