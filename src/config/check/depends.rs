//! `depends_on = [release.db, module.eu]`, and other lists of components

use super::component::instance_key;
use super::names::{Names, Node, Place, Target};
use super::order::{Part, Use, Which};
use crate::config::expr::{Expr, RefStep};
use crate::config::load::{is_identifier, is_root};
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Diagnostics};

/// What a block waits for by name.
pub(super) fn read<'p>(names: &Names<'p>, block: &'p Block, problems: &mut Diagnostics) -> Vec<Use<'p>> {
    list(names, block, "depends_on", problems)
}

/// The components and modules that an argument names.
pub(super) fn list<'p>(
    names: &Names<'p>,
    block: &'p Block,
    argument: &str,
    problems: &mut Diagnostics,
) -> Vec<Use<'p>> {
    let Some(attribute) = block.body.attribute(argument) else { return Vec::new() };
    let Some(items) = attribute.value.as_list() else {
        let example = meant(&attribute.value).unwrap_or("release.db, release.cache");
        let problem = Diagnostic::error(format!("\"{argument}\" must be a list of components"))
            .at(attribute.value.span(), "")
            .help(format!("Write {argument} = [{example}], without quotes."));
        problems.push(problem);
        return Vec::new();
    };
    let mut read = |item| match one(names, item, argument) {
        Ok(used) => Some(used),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    };
    items.iter().filter_map(&mut read).collect()
}

/// The name that stands in quotes.
pub(super) fn meant(written: &Expr) -> Option<&str> {
    let text = written.as_literal()?.as_str()?;
    let (kind, name) = text.split_once('.')?;
    let name = name.split(['.', '[']).next().unwrap_or_default();
    (is_identifier(kind) && is_identifier(name)).then_some(text)
}

fn one<'p>(names: &Names<'p>, item: &Expr, argument: &str) -> Result<Use<'p>, Box<Diagnostic>> {
    let wrong = |summary: &str| {
        let problem = Diagnostic::error(summary).at(item.span(), "");
        Box::new(problem.help(match meant(item) {
            Some(name) => format!("Write it without quotes: {name}"),
            None => "Write it as release.db, release.db[\"key\"] or module.eu, without quotes.".to_string(),
        }))
    };
    let no_component = &format!("An entry of \"{argument}\" must name a component or a module");
    let reference = item.as_traversal().ok_or_else(|| wrong(no_component))?;
    let root = &*reference.root;
    if !names.is_kind(root) && root != "module" && is_root(root) {
        return Err(wrong(no_component));
    }
    let node = match names.target(&reference, Place::default())? {
        Target::Component(index) => Node::Component(index),
        Target::Call(index, _) => Node::Call(index),
        _ => return Err(wrong(no_component)),
    };
    let which = match reference.steps.get(1..).unwrap_or_default() {
        [] => Which::All,
        [(RefStep::Index(key), _)] => instance_key(key).map_or(Which::All, Which::One),
        _ => {
            let within =
                format!("An entry of \"{argument}\" names a component or one instance, nothing in it");
            return Err(wrong(&within));
        }
    };
    Ok(Use { node: names.number(node), span: item.span(), which, part: Part::Everything })
}
