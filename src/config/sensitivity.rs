//! Whether a block may have been meant to say that its value is sensitive, though it does not: then nobody may see the value.

use super::suggest::nearest;
use super::syntax::{Block, Body};

/// Whether something in a variable or an output that was not understood, which was said, may have been its `sensitive`.
pub(super) fn seems_sensitive(block: &Block) -> bool {
    let is_known = |inner: &&Block| !["validation", "precondition"].contains(&&*inner.kind);
    block.is_damaged
        || block.body.attributes.iter().any(|given| &*given.name != "sensitive" && means(&given.name))
        || block.body.blocks.iter().filter(is_known).any(|inner| means(&inner.kind) || says(&inner.body))
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
