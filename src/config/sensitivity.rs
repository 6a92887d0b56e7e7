//! Whether a block may have been meant to say that its value is sensitive, though it does not: then nobody may see the value.

use super::blocks::{OUTPUT, VARIABLE};
use super::expr::Expr;
use super::suggest::nearest;
use super::syntax::{Block, Body};

/// Whether something in a variable or an output that was not understood, which was said, may have been its `sensitive`.
pub(super) fn seems_sensitive(block: &Block) -> bool {
    let is_known = |name: &str| [&VARIABLE, &OUTPUT].iter().any(|row| row.argument(name).is_some());
    let mut attributes = block.body.attributes.iter().filter(|given| !is_known(&given.name));
    let mut blocks = block.body.blocks.iter().filter(|inner| !INNER.contains(&&*inner.kind));
    block.is_damaged
        || attributes.any(|given| means(&given.name) || holds(&given.value))
        || blocks.any(|inner| means(&inner.kind) || says(&inner.body))
}

/// Blocks whose arguments say nothing of the value they stand with.
const INNER: [&str; 2] = ["validation", "precondition"];

/// Whether an object has a key that says so: a block in JSON that is none here.
fn holds(value: &Expr) -> bool {
    value.as_object().unwrap_or_default().iter().any(|(key, _)| key.name.is_some_and(means))
}

fn says(body: &Body) -> bool {
    body.attributes.iter().any(|given| means(&given.name))
        || body.blocks.iter().any(|inner| says(&inner.body))
}

/// Whether a word is `sensitive`, that word misspelt, or what others call it.
fn means(word: &str) -> bool {
    let word = word.to_lowercase();
    word.contains("sensi")
        || ["ephemeral", "secret"].contains(&word.as_str())
        || nearest(&word, ["sensitive"]).is_some()
}
