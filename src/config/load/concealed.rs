//! Values of secrets that are written in the configuration: no message may show their lines.

use super::{Parsed, unread};
use crate::config::expr::Expr;
use crate::config::source::Sources;
use crate::config::syntax::{Attribute, Block};
use crate::config::value::Value;
use crate::config::{blocks, modules};
use crate::model::{Diagnostics, FileId, Span};
use std::collections::BTreeSet;

impl Parsed {
    /// Puts stars in place of the defaults of sensitive variables, and of values that a call writes out for such a variable
    /// of its module, and of addresses with a password, wherever the texts are shown. Where a file could not be read in
    /// full, or reading it gave one of `problems`, what seems to be such a default is concealed, too.
    pub fn conceal(&self, sources: &mut Sources, problems: &Diagnostics) {
        let wrong = problems.0.iter().filter_map(|problem| problem.primary.as_ref()).map(|(at, _)| at.file);
        for file in self.gaps.files().into_iter().chain(wrong).collect::<BTreeSet<_>>() {
            conceal_unread(file, sources);
        }
        for folder in &self.folders {
            // One that is declared twice may be sensitive in one place only.
            let name = |block: &Block| block.labels.first().map(|label| label.text.clone());
            let secret: BTreeSet<_> =
                folder.blocks.iter().filter(|block| is_secret(block)).map(name).collect();
            let same = |block: &&Block| &*block.kind == "variable" && secret.contains(&name(block));
            for span in folder.blocks.iter().filter(same).flat_map(written) {
                sources.conceal(span);
            }
            let calls = folder.blocks.iter().filter(|block| &*block.kind == "module");
            calls.clone().filter_map(address_with_password).for_each(|span| sources.conceal(span));
            for span in calls.flat_map(|call| self.given(folder, call)) {
                sources.conceal(span);
            }
            let feeds = folder.blocks.iter().filter(|block| &*block.kind == "feed");
            feeds.filter_map(address_with_key).for_each(|span| sources.conceal(span));
        }
    }

    /// Where a call writes out what a sensitive variable of its module gets.
    fn given<'a>(&'a self, folder: &super::Folder, call: &'a Block) -> impl Iterator<Item = Span> + 'a {
        let called = call.labels.first().and_then(|label| folder.calls.get(&label.text));
        let blocks = called.map_or(&[][..], |called| &self.folders[*called].blocks);
        let secrets = blocks.iter().filter(|block| is_secret(block)).filter_map(|block| block.labels.first());
        let given = secrets.filter_map(|label| call.body.attribute(&label.text));
        given.filter(|given| is_written_out(given)).map(|given| given.value.span())
    }
}

/// Puts stars in place of the secrets that a file writes out whose syntax is well: defaults of sensitive variables, what is
/// given to those named `sensitive`, and addresses with a password.
pub fn conceal_read(file: FileId, sensitive: &BTreeSet<String>, sources: &mut Sources) {
    let body = super::body(sources, file, &mut Diagnostics::default());
    let given = body.attributes.iter().filter(|given| sensitive.contains(&*given.name));
    let mut found: Vec<Span> = given.map(|given| given.value.span()).collect();
    for block in &body.blocks {
        match &*block.kind {
            "variable" if is_secret(block) => found.extend(written(block)),
            "module" => found.extend(address_with_password(block)),
            "feed" => found.extend(address_with_key(block)),
            _ => {}
        }
    }
    found.into_iter().for_each(|span| sources.conceal(span));
}

/// The names of the sensitive variables that a file declares.
pub fn sensitive_names(file: FileId, sources: &Sources) -> Vec<String> {
    let body = super::body(sources, file, &mut Diagnostics::default());
    let secret = body.blocks.iter().filter(|block| is_secret(block));
    secret.filter_map(|block| block.labels.first()).map(|label| label.text.to_string()).collect()
}

/// Puts stars in place of what seems to be the default of a sensitive variable, in a file whose syntax is wrong.
pub fn conceal_unread(file: FileId, sources: &mut Sources) {
    for range in unread::secrets(&sources.shared_text(file)) {
        sources.conceal(Span::new(file, range.start, range.end));
    }
}

/// Whether a variable is sensitive; one of which that cannot be told is, too.
fn is_secret(block: &Block) -> bool {
    let is_no = |given: &Attribute| given.value.as_literal().and_then(Value::as_bool) == Some(false);
    let seems = |given: &Attribute| given.name.to_lowercase().starts_with("sens") && !is_no(given);
    &*block.kind == "variable" && block.body.attributes.iter().any(seems)
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

/// A reference may be read by everybody: it tells no secret.
fn is_written_out(given: &Attribute) -> bool {
    given.value.references().is_empty()
}
