//! `moved` and `removed`: what became of components that the state knows under another address.

use super::Checker;
use super::component::instance_key;
use crate::config::blocks;
use crate::config::checked::{Component, Config, Move};
use crate::config::expr::{Expr, RefStep};
use crate::config::fields::Fields;
use crate::config::load::is_root;
use crate::config::scope::Scope;
use crate::config::syntax::Block;
use crate::model::{Address, Diagnostic, Diagnostics, InstanceKey, Selection, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Checks the shape of a `moved` or `removed` block.
pub(super) fn shape(block: &Block, problems: &mut Diagnostics) {
    let moved = &*block.kind == "moved";
    let row = if moved { &blocks::MOVED } else { &blocks::REMOVED };
    row.check(block, problems);
    for name in row.needs() {
        let Some(attribute) = block.body.attribute(name) else { continue };
        if read(&attribute.value, &[]).is_some_and(|selection| no_kind(&selection).is_none()) {
            continue;
        }
        let root = attribute.value.as_traversal().map(|reference| reference.root.clone());
        let label = match root.as_deref() {
            Some("data") => "nothing is recorded of data, which is read anew every time",
            Some("module") | None => "",
            Some(root) if is_root(root) => "this is no component",
            Some(_) => "",
        };
        let problem =
            Diagnostic::error(format!("\"{name}\" must be the address of a component or of a module"))
                .at(attribute.value.span(), label)
                .help("Write it as release.api, release.api[\"key\"], module.eu or module.eu.release.api, without quotes.");
        problems.push(problem);
    }
    if !moved {
        block.body.blocks.iter().filter(|b| &*b.kind == "lifecycle").for_each(|b| stays(b, problems));
    }
    if moved && let (Some(from), Some(to)) = (end(block, "from", &[]), end(block, "to", &[])) {
        problems.0.extend(unlike(block, &from, &to));
    }
}

/// `lifecycle { destroy = false }`: the only thing that it can say.
fn stays(block: &Block, problems: &mut Diagnostics) {
    blocks::REMOVED_LIFECYCLE.check(block, problems);
    let scope = Scope::root();
    let mut fields = Fields { scope: &scope, hopeless: &|_| false, problems };
    if fields.flag(&block.body, "destroy") == Some(true) {
        let at = block.body.attribute("destroy").map_or(block.header, |a| a.value.span());
        let problem = Diagnostic::error("What is removed is never destroyed")
            .at(at, "")
            .because("Its record is forgotten, and the component stays as it is.")
            .help("Write destroy = false, or leave `lifecycle` out; take the component down by other means.");
        problems.push(problem);
    }
}

fn end(block: &Block, name: &str, within: &[(Arc<str>, InstanceKey)]) -> Option<Selection> {
    read(&block.body.attribute(name)?.value, within).filter(|selection| no_kind(selection).is_none())
}

/// The word that stands where the kind of a component should, if it means something else: `var`, `local`, `data`.
fn no_kind(selection: &Selection) -> Option<&str> {
    match selection {
        Selection::Component(address) => Some(&*address.kind).filter(|kind| is_root(kind)),
        Selection::Module(_) => None,
    }
}

/// Reads an address that stands in a module at `within`.
pub(super) fn read(expr: &Expr, within: &[(Arc<str>, InstanceKey)]) -> Option<Selection> {
    let reference = expr.as_traversal()?;
    let mut path = within.to_vec();
    let mut word = reference.root.clone();
    let mut steps = reference.steps.iter().map(|(step, _)| step).peekable();
    loop {
        let Some(RefStep::Attr(name)) = steps.next() else { return None };
        let key = match steps.next_if(|step| matches!(step, RefStep::Index(_))) {
            Some(RefStep::Index(key)) => instance_key(key)?,
            _ => InstanceKey::None,
        };
        if &*word != "module" {
            let address = Address { module: path, kind: word, name: name.clone(), key };
            return steps.next().is_none().then_some(Selection::Component(address));
        }
        path.push((name.clone(), key));
        match steps.next() {
            None => return Some(Selection::Module(path)),
            Some(RefStep::Attr(next)) => word = next.clone(),
            Some(_) => return None,
        }
    }
}

fn unlike(block: &Block, from: &Selection, to: &Selection) -> Option<Diagnostic> {
    let (summary, help) = match (from, to) {
        _ if from == to => ("This moves something to where it is", "Remove the block."),
        (Selection::Component(from), Selection::Component(to)) if from.kind != to.kind => (
            "A component keeps its kind when it moves",
            "Declare the new one beside the old one, and take the old one out with a `removed` block.",
        ),
        (Selection::Component(_), Selection::Component(_)) | (Selection::Module(_), Selection::Module(_)) => {
            return None;
        }
        _ => (
            "A component can become no module, and a module no component",
            "Move the components in it one by one.",
        ),
    };
    Some(Diagnostic::error(summary).at(block.header, format!("{from} → {to}")).help(help))
}

impl Checker<'_, '_> {
    /// Every move, absolute; complaints about those that contradict each other or the configuration.
    pub fn moves(&mut self, config: &Config) -> Vec<Move> {
        let mut all: Vec<Move> = Vec::new();
        let mut problems = Diagnostics::default();
        let mut from_at: BTreeMap<Selection, Span> = BTreeMap::new();
        let mut to_at: BTreeMap<Selection, Span> = BTreeMap::new();
        if self.instances.iter().all(|instance| self.tree.area(instance.module).names.moves.is_empty()) {
            return all;
        }
        let declared = Declared::of(config);
        for instance in &self.instances {
            let names = &self.tree.area(instance.module).names;
            for block in &names.moves {
                let Some(from) = end(block, "from", &instance.path) else { continue };
                let at = block.body.attribute("from").map_or(block.header, |a| a.value.span());
                let removed = &*block.kind == "removed";
                let to = end(block, "to", &instance.path);
                // Without a key at both ends the whole block moves, with every instance.
                let is_whole = removed || to.as_ref().is_some_and(|to| is_keyless(&from) && is_keyless(to));
                if declared.has(&from) || (is_whole && declared.has_part(&from)) {
                    problems.push(still_declared(&from, at, &block.kind));
                }
                if let Some(first) = from_at.insert(from.clone(), at) {
                    let problem = Diagnostic::error(format!("Two blocks say what became of {from}"))
                        .at(at, "the second one")
                        .and(first, "the first one")
                        .help("Remove one of them.");
                    problems.push(problem);
                }
                let Some(to) = to else { continue };
                if unlike(block, &from, &to).is_some() {
                    continue;
                }
                let at = block.body.attribute("to").map_or(block.header, |a| a.value.span());
                if let Some(first) = to_at.insert(to.clone(), at) {
                    let problem = Diagnostic::error(format!("Two things cannot both become {to}"))
                        .at(at, "the second one")
                        .and(first, "the first one")
                        .help("Remove one of the two `moved` blocks.");
                    problems.push(problem);
                }
                all.push(Move { from, to, span: block.header });
            }
        }
        problems.0.extend(circle(&all));
        // A block without instances is declared all the same: its records are forgotten on purpose.
        let is_empty =
            |to: &Selection| self.tree.has_block(to) && !declared.has_part(&without_keys(to.clone()));
        let is_known = |to: &Selection| declared.has_part(to) || is_empty(to) || leads_on(to, &from_at);
        let unknown = all.iter().filter(|m| !is_known(&m.to));
        for one in unknown {
            let problem =
                Diagnostic::warning(format!("{} is moved to {}, which is not declared", one.from, one.to))
                    .at(to_at.get(&one.to).copied().unwrap_or(one.span), "not declared")
                    .because("Its record would move there and be forgotten.")
                    .help("Correct the address, or say `removed` if it is gone.");
            problems.push(problem);
        }
        self.problems.0.append(&mut problems.0);
        all
    }
}

/// What a configuration declares.
struct Declared<'c> {
    components: BTreeSet<&'c Address>,
    modules: BTreeSet<&'c [(Arc<str>, InstanceKey)]>,
    /// The components of each block and module, by its address without keys.
    parts: BTreeMap<Selection, Vec<&'c Address>>,
}

impl<'c> Declared<'c> {
    fn of(config: &'c Config) -> Declared<'c> {
        let mut modules = BTreeSet::new();
        let mut parts: BTreeMap<Selection, Vec<&Address>> = BTreeMap::new();
        for Component { address, .. } in &config.components {
            let path = &address.module;
            let around = (1..=path.len()).map(|depth| &path[..depth]);
            modules.extend(around.clone());
            let own = Selection::Component(address.clone());
            for part in around.map(|path| Selection::Module(path.to_vec())).chain([own]) {
                parts.entry(without_keys(part)).or_default().push(address);
            }
        }
        let components = config.components.iter().map(|component| &component.address).collect();
        Declared { components, modules, parts }
    }

    /// A step without a key that is declared with keys is something else: what became of the one without.
    fn has(&self, what: &Selection) -> bool {
        match what {
            Selection::Component(address) => self.components.contains(address),
            Selection::Module(path) => self.modules.contains(&**path),
        }
    }

    /// Whether anything is declared there, under whatever key. As Terraform has it, what is removed has no instance left.
    fn has_part(&self, what: &Selection) -> bool {
        let parts = || self.parts.get(&without_keys(what.clone())).into_iter().flatten();
        self.has(what) || parts().any(|address| what.covers(address))
    }
}

/// Whether the last step has no key.
fn is_keyless(what: &Selection) -> bool {
    let key = match what {
        Selection::Component(address) => Some(&address.key),
        Selection::Module(path) => path.last().map(|(_, key)| key),
    };
    key.is_none_or(|key| *key == InstanceKey::None)
}

fn without_keys(mut what: Selection) -> Selection {
    let path = match &mut what {
        Selection::Module(path) => path,
        Selection::Component(address) => {
            address.key = InstanceKey::None;
            &mut address.module
        }
    };
    path.iter_mut().for_each(|(_, key)| *key = InstanceKey::None);
    what
}

/// Whether another block says what became of `to`: of itself, of its block, or of a module around it.
fn leads_on(to: &Selection, from_at: &BTreeMap<Selection, Span>) -> bool {
    let module = match to {
        Selection::Component(address) => {
            let own = [address.clone(), address.block()].map(Selection::Component);
            if own.iter().any(|own| from_at.contains_key(own)) {
                return true;
            }
            &address.module
        }
        Selection::Module(path) => path,
    };
    (1..=module.len()).any(|depth| {
        let exact = module[..depth].to_vec();
        let mut whole = exact.clone();
        whole[depth - 1].1 = InstanceKey::None;
        [exact, whole].into_iter().any(|path| from_at.contains_key(&Selection::Module(path)))
    })
}

fn still_declared(from: &Selection, at: Span, kind: &str) -> Diagnostic {
    let help = match kind {
        "moved" => "Rename it where it is declared, or remove the `moved` block.",
        _ => "Take it out where it is declared, or remove the `removed` block.",
    };
    Diagnostic::error(format!("{from} is still declared")).at(at, format!("{kind} from here")).help(help)
}

/// Moves that lead back to where they began.
fn circle(moves: &[Move]) -> Option<Diagnostic> {
    let by_from: BTreeMap<&Selection, usize> = moves.iter().enumerate().map(|(i, m)| (&m.from, i)).collect();
    let next = |i: &usize| by_from.get(&moves[*i].to).copied();
    // For each move the one from which it was reached first: none is passed twice.
    let mut reached = vec![None; moves.len()];
    for begin in 0..moves.len() {
        let mut at = Some(begin);
        while let Some(i) = at.filter(|i| reached[*i].is_none()) {
            reached[i] = Some(begin);
            at = next(&i);
        }
        if let Some(back) = at.filter(|i| reached[*i] == Some(begin)) {
            let around = std::iter::successors(next(&back), next).take_while(|i| *i != back);
            let mut all: Vec<usize> = std::iter::once(back).chain(around).collect();
            let first = (0..all.len()).min_by_key(|i| all[*i]).unwrap_or_default();
            all.rotate_left(first);
            return Some(draw(&all.iter().map(|i| &moves[*i]).collect::<Vec<_>>()));
        }
    }
    None
}

fn draw(circle: &[&Move]) -> Diagnostic {
    let names: Vec<String> = circle.iter().chain(circle.first()).map(|m| m.from.to_string()).collect();
    let problem = Diagnostic::error(format!("These moves go in a circle: {}", names.join(" → ")))
        .help("Remove one of them: only the last name of a component is declared.");
    circle.iter().enumerate().fold(problem, |problem, (i, m)| {
        let label = format!("{} → {}", m.from, m.to);
        if i == 0 { problem.at(m.span, label) } else { problem.and(m.span, label) }
    })
}
