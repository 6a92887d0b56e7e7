//! Which neighbours on a line are parted by a space.

use super::token::{Kind, Token};

/// Sets the spaces between the tokens of a cell: one or none. Those before the first one are not its business.
pub(super) fn set(cell: &mut [Token<'_>]) {
    let mut before = None;
    for at in 1..cell.len() {
        let [left, right] = &cell[at - 1..=at] else { return };
        let parted = are_parted(before, left, right.kind) || is_fraction(before, left, right);
        before = Some(left.kind);
        cell[at].spaces = usize::from(parted);
    }
}

/// Whether a space stands between `left` and a token of kind `right`; `before` stands before `left`.
fn are_parted(before: Option<Kind>, left: &Token<'_>, right: Kind) -> bool {
    use Kind::*;
    match (left.kind, right) {
        (_, Newline) => false,
        // Calls, namespaces, attributes, the ends of list items.
        (Identifier, OpenParen | DoubleColon) | (DoubleColon, Identifier) => false,
        (Dot, _) | (_, Dot | Comma | Ellipsis) => false,
        (Comma, _) => true,
        // Within strings every space is text.
        (Literal | OpenQuote | OpenHeredoc, _) | (_, Literal | CloseQuote | CloseHeredoc) => false,
        // `[for x in [1] : x]`, where `in[1]` would look like an index.
        (Identifier, _) if left.text == "in" && before == Some(Identifier) => true,
        (Identifier | Number, OpenBracket) => false,
        (left, OpenBracket) if left.opens() < 0 => false,
        (Bang, _) => false,
        (Minus, _) => !negates(before),
        (OpenBrace, CloseBrace) => false,
        (OpenBrace, _) | (_, CloseBrace) => true,
        (Interpolation | Control, OpenBrace) | (CloseBrace, EndOfTemplate) => true,
        (EndOfTemplate, Interpolation | Control) => false,
        (left, right) => left.opens() <= 0 && right.opens() >= 0,
    }
}

/// Whether a legacy index and the step behind it would become one number: `x.0 .e5` is not `x.0.e5`.
fn is_fraction(before: Option<Kind>, left: &Token<'_>, right: &Token<'_>) -> bool {
    before == Some(Kind::Number)
        && left.kind == Kind::Dot
        && (right.kind == Kind::Number || right.text.starts_with(['e', 'E']))
}

/// Whether a minus behind such a token is a sign, and no subtraction.
fn negates(before: Option<Kind>) -> bool {
    use Kind::*;
    matches!(
        before,
        None | Some(
            OpenParen | OpenBrace | OpenBracket | Equal | Colon | Comma | Question | Operator | Minus | Bang
        )
    )
}
