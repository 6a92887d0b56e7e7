//! Values of secrets that are written in the configuration: no message may show their lines. What may be shown is decided here.

use super::declared::Declared;
use super::{Parsed, is_root, unread};
use crate::config::expr::{Expr, Reference};
use crate::config::source::Sources;
use crate::config::syntax::Block;
use crate::config::value::Value;
use crate::config::{blocks, modules};
use crate::model::{Diagnostics, FileId, Span};
use std::collections::BTreeSet;
use std::rc::Rc;

impl Parsed {
    /// Puts stars in place of what nobody may see, wherever the texts are shown: see `Judge`. Where a file could not be
    /// read in full, or reading it gave one of `problems`, what seems to be a secret is concealed, too.
    pub fn conceal(&self, sources: &mut Sources, problems: &Diagnostics) {
        let wrong = problems.0.iter().filter_map(|problem| problem.primary.as_ref()).map(|(at, _)| at.file);
        let unread = self.gaps.files();
        let declared: Vec<Declared> =
            self.folders.iter().map(|folder| Declared::of(&folder.blocks, &unread)).collect();
        for file in wrong.chain(unread).collect::<BTreeSet<_>>() {
            // Where the call stands cannot be told: every module that is called so must agree.
            let is_open = |call: &str, name: &str| {
                let mut called = self.folders.iter().filter_map(|folder| folder.calls.get(call)).peekable();
                called.peek().is_some() && called.all(|folder| declared[*folder].is_open(name))
            };
            unread::secrets(sources, file, &is_open);
        }
        for (folder, own) in self.folders.iter().zip(&declared) {
            let called = |call: &Block| {
                let label = call.labels.first()?;
                folder.calls.get(&label.text).map(|called| &declared[*called])
            };
            let judge = Judge { own, called: &called };
            folder
                .blocks
                .iter()
                .flat_map(|block| judge.secrets(block))
                .for_each(|span| sources.conceal(span));
        }
    }
}

/// Puts stars in place of the secrets that a file writes out whose syntax is well. `own`: the variables of its folder, and
/// those to which it gives values; `called`: those of the module in a folder, as the file names it.
pub fn conceal_read(
    file: FileId,
    own: &Declared,
    called: &mut dyn FnMut(&str) -> Rc<Declared>,
    sources: &mut Sources,
) {
    let is_of_values = sources.path(file).ends_with(".pfvars");
    let mut problems = Diagnostics::default();
    let body = super::body(sources, file, &mut problems);
    // Some of it was not understood, though its layout was: a key that stands twice.
    if problems.has_errors() {
        match is_of_values {
            true => conceal_values(file, own, sources),
            false => conceal_unread(file, called, sources),
        }
    }
    let given = body.attributes.iter().map(|given| (own.is_open(&given.name), &given.value));
    let mut found: Vec<Span> = given.filter(|(is_open, _)| !is_open).map(|(_, value)| value.span()).collect();
    for block in &body.blocks {
        if is_of_values {
            found.extend(block.body.expressions().into_iter().map(Expr::span));
        }
        let source = (&*block.kind == "module").then(|| block.body.attribute("source")).flatten();
        let folder = source.and_then(|source| source.value.as_literal()).and_then(Value::as_str);
        let module = folder.map(&mut *called);
        found.extend(Judge { own, called: &|_| module.as_deref() }.secrets(block));
    }
    found.into_iter().for_each(|span| sources.conceal(span));
}

/// Decides what of a folder's blocks nobody may see: what is given to variables of which nothing says that everybody may,
/// what is said to be sensitive where it stands, what stands in a block that is none of ours, and keys in addresses.
struct Judge<'a> {
    own: &'a Declared,
    /// The variables of a called module, if it is known.
    called: &'a dyn Fn(&Block) -> Option<&'a Declared>,
}

impl Judge<'_> {
    fn secrets(&self, block: &Block) -> Vec<Span> {
        let mut found: Vec<Span> = block.body.expressions().into_iter().flat_map(said_sensitive).collect();
        let is_open = || block.labels.first().is_some_and(|label| self.own.is_open(&label.text));
        match &*block.kind {
            "variable" if !is_open() => found.extend(written(block)),
            "module" => {
                found.extend(address_with_password(block));
                found.extend(self.given(block));
            }
            "feed" => found.extend(address_with_key(block)),
            kind if !blocks::top().any(|known| known.name == kind) => {
                found.extend(block.body.expressions().into_iter().filter(|e| e.has_text()).map(Expr::span));
            }
            _ => {}
        }
        found
    }

    /// Where a call writes out what a variable gets of which the module does not say that everybody may see it.
    fn given(&self, call: &Block) -> Vec<Span> {
        let called = (self.called)(call);
        let is_own = |name: &str| blocks::MODULE.arguments.iter().any(|argument| argument.name == name);
        let is_open = |name: &str| is_own(name) || called.is_some_and(|module| module.is_open(name));
        let given =
            call.body.attributes.iter().filter(|given| !is_open(&given.name)).map(|given| &given.value);
        let inner = call.body.blocks.iter().flat_map(|inner| inner.body.expressions());
        let lacks_quotes = |expr: &Expr| unquoted(expr, &|kind| self.own.is_kind(kind)).next().is_some();
        let is_written = |expr: &&Expr| expr.has_text() || lacks_quotes(expr);
        given.chain(inner).filter(is_written).map(Expr::span).collect()
    }
}

/// Where values seem to stand that lack their quotes: names that begin with nothing that a reference begins with, where
/// `is_kind` tells the kinds of components.
pub(in crate::config) fn unquoted(
    expr: &Expr,
    is_kind: &dyn Fn(&str) -> bool,
) -> impl Iterator<Item = Span> + use<> {
    let is_value = |name: &Reference| !is_root(&name.root) && (name.steps.is_empty() || !is_kind(&name.root));
    let found: Vec<Reference> = expr.references().into_iter().filter(is_value).collect();
    found.into_iter().map(|name| name.span)
}

/// What stands in the parentheses of `sensitive(…)`, misspelt or not: texts, and a word that lacks its quotes.
fn said_sensitive(expr: &Expr) -> Vec<Span> {
    let calls = expr.calls().into_iter().filter(|call| unread::means_sensitive(&call.name));
    let is_word = |name: &Reference| name.steps.is_empty() && !is_root(&name.root);
    let is_written = |given: &&Expr| given.has_text() || given.references().iter().any(is_word);
    calls.flat_map(|call| &call.args).filter(is_written).map(Expr::span).collect()
}

/// Puts stars in place of what may be a secret in a file of values that cannot be read, but for values of variables which everybody
/// may see.
pub fn conceal_values(file: FileId, own: &Declared, sources: &mut Sources) {
    let sight = |name: &str| if own.is_open(name) { unread::Sight::Value } else { unread::Sight::Name };
    let text = sources.shared_text(file);
    for range in unread::unseen(&text, 0..text.len(), &sight) {
        sources.conceal(Span::new(file, range.start, range.end));
    }
}

/// Puts stars in place of what seems to be a secret, in a file whose syntax is wrong. `called`: the variables of the module in
/// a folder, as the file names it.
pub fn conceal_unread(file: FileId, called: &mut dyn FnMut(&str) -> Rc<Declared>, sources: &mut Sources) {
    let body = super::body(sources, file, &mut Diagnostics::default());
    let calls = body.blocks.iter().filter(|block| &*block.kind == "module");
    let known: Vec<(&str, Rc<Declared>)> = calls
        .filter_map(|call| {
            let source = call.body.attribute("source")?.value.as_literal()?.as_str()?;
            Some((&*call.labels.first()?.text, called(source)))
        })
        .collect();
    let is_open = |call: &str, name: &str| {
        let mut modules = known.iter().filter(|(label, _)| *label == call).peekable();
        modules.peek().is_some() && modules.all(|(_, module)| module.is_open(name))
    };
    unread::secrets(sources, file, &is_open);
}

/// Where a variable's secret is written: its default, whatever is no argument of a variable (`defalt`), and what repeats
/// any of that in a condition.
fn written(block: &Block) -> Vec<Span> {
    let known = |name: &str| name != "default" && blocks::VARIABLE.arguments.iter().any(|a| a.name == name);
    let hidden: Vec<&Expr> =
        block.body.attributes.iter().filter(|given| !known(&given.name)).map(|given| &given.value).collect();
    let told: Vec<&Value> =
        hidden.iter().flat_map(|expr| expr.literals()).filter_map(Expr::as_literal).collect();
    let mut found: Vec<Span> = hidden.iter().map(|expr| expr.span()).collect();
    for inner in &block.body.blocks {
        let values = inner.body.attributes.iter().map(|given| &given.value);
        if &*inner.kind == "validation" {
            let repeats = |expr: &&Expr| expr.as_literal().is_some_and(|value| told.contains(&value));
            found.extend(values.flat_map(Expr::literals).filter(repeats).map(Expr::span));
        } else {
            found.extend(values.map(Expr::span));
        }
    }
    found
}

/// The address of a call's repository, if it holds a password, which is refused.
fn address_with_password(call: &Block) -> Option<Span> {
    let source = &call.body.attribute("source")?.value;
    let text = source.as_literal().and_then(Value::as_str)?;
    modules::starred(text).is_some().then(|| source.span())
}

/// The address of a feed, if it says more than where: a user, a password, or what stands behind `?` or `#`.
fn address_with_key(feed: &Block) -> Option<Span> {
    let source = &feed.body.attribute("source")?.value;
    let text = source.as_literal().and_then(Value::as_str)?;
    (text.contains("://") && text.contains(['@', '?', '#'])).then(|| source.span())
}
