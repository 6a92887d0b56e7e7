//! `depends_on = [release.db, module.eu]`

use super::component::instance_key;
use super::names::{Names, Node, Place, Target};
use super::order::{Part, Use, Which};
use crate::config::expr::{Expr, RefStep};
use crate::config::load::is_root;
use crate::config::syntax::Block;
use crate::model::{Diagnostic, Diagnostics};

/// What a block waits for by name.
pub(super) fn read<'p>(names: &Names<'p>, block: &'p Block, problems: &mut Diagnostics) -> Vec<Use<'p>> {
    let Some(attribute) = block.body.attribute("depends_on") else { return Vec::new() };
    let Some(items) = attribute.value.as_list() else {
        let problem = Diagnostic::error("\"depends_on\" must be a list of components")
            .at(attribute.value.span(), "")
            .help("Write depends_on = [release.db, release.cache], without quotes.");
        problems.push(problem);
        return Vec::new();
    };
    let mut read = |item| match one(names, item) {
        Ok(used) => Some(used),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    };
    items.iter().filter_map(&mut read).collect()
}

fn one<'p>(names: &Names<'p>, item: &Expr) -> Result<Use<'p>, Box<Diagnostic>> {
    let wrong = |summary: &str| {
        let problem = Diagnostic::error(summary).at(item.span(), "");
        Box::new(problem.help("Write it as release.db, release.db[\"key\"] or module.eu, without quotes."))
    };
    let no_component = "An entry of \"depends_on\" must name a component or a module";
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
            return Err(wrong("An entry of \"depends_on\" names a component or one instance, nothing in it"));
        }
    };
    Ok(Use { node: names.number(node), span: item.span(), which, part: Part::Everything })
}
