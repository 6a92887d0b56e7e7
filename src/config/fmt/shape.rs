//! What a formatter changes besides spaces: labels get their quotes, legacy interpolations and types their present
//! form.

use super::label;
use super::token::{Kind, Token};
use std::borrow::Cow;
use std::ops::Range;

/// Walks over bodies, attributes and blocks of a token sequence and writes it anew.
struct Writer<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
    out: Vec<Token<'t>>,
    /// The blocks around the place where it stands: whether each is a `variable`.
    blocks: Vec<bool>,
}

/// The tokens in their present form.
pub(super) fn renew(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let out = Vec::with_capacity(tokens.len() + 16);
    let mut writer = Writer { tokens, at: 0, out, blocks: Vec::new() };
    while let Some(kind) = writer.kind() {
        match kind {
            Kind::Identifier => writer.item(),
            Kind::CloseBrace => {
                writer.blocks.pop();
                writer.keep();
            }
            _ => writer.keep(),
        }
    }
    writer.out
}

impl<'t> Writer<'t> {
    fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|t| t.kind)
    }

    /// Takes the next token as it is.
    fn keep(&mut self) {
        if let Some(token) = self.tokens.get_mut(self.at) {
            self.out.push(Token { text: std::mem::take(&mut token.text), ..*token });
            self.at += 1;
        }
    }

    fn keep_comments(&mut self) {
        while self.kind() == Some(Kind::Comment) {
            self.keep();
        }
    }

    /// An attribute, or a block up to its opening brace.
    fn item(&mut self) {
        let name = self.tokens[self.at].text.clone();
        self.keep();
        self.keep_comments();
        if self.kind() == Some(Kind::Equal) {
            self.keep();
            self.keep_comments();
            self.value(&name);
        } else {
            self.labels();
            if self.kind() == Some(Kind::OpenBrace) {
                self.keep();
                self.blocks.push(name == "variable");
            }
        }
    }

    fn labels(&mut self) {
        loop {
            match self.kind() {
                Some(Kind::Identifier) => {
                    let label = self.tokens[self.at].text.clone();
                    self.at += 1;
                    self.string(label);
                }
                Some(Kind::OpenQuote) => self.quoted_label(),
                Some(Kind::Comment) => self.keep(),
                _ => return,
            }
        }
    }

    fn quoted_label(&mut self) {
        let rest = &self.tokens[self.at + 1..];
        let length = rest.iter().take_while(|t| t.kind == Kind::Literal).count();
        let label: String = rest[..length].iter().map(|t| &*t.text).collect();
        self.at += length + 2;
        self.string(Cow::Owned(label::usual(&label)));
    }

    /// A string in quotes; `text` is already escaped.
    fn string(&mut self, text: Cow<'t, str>) {
        self.out.push(Token::new(Kind::OpenQuote, "\""));
        if !text.is_empty() {
            self.out.push(Token::new(Kind::Literal, text));
        }
        self.out.push(Token::new(Kind::CloseQuote, "\""));
    }

    fn value(&mut self, name: &str) {
        let range = self.expression();
        let end = range.end;
        let renewed = if name == "type" && self.blocks == [true] {
            self.type_keyword(range)
        } else {
            self.unwrapped(range)
        };
        if !renewed {
            while self.at < end {
                self.keep();
            }
        }
        self.at = end;
    }

    /// The tokens of the expression that begins here: up to the end of its line or body, without comments at its end.
    fn expression(&self) -> Range<usize> {
        let mut depth = 0;
        let mut end = self.at;
        while let Some(token) = self.tokens.get(end) {
            if depth == 0 && (token.ends_line() || token.kind == Kind::CloseBrace) {
                break;
            }
            depth += token.kind.opens();
            end += 1;
        }
        while end > self.at && self.tokens[end - 1].kind == Kind::Comment {
            end -= 1;
        }
        self.at..end
    }

    /// Types of a variable as Terraform 0.11 wrote them: `"string"`, `"list"`, `"map"`, and collections of nothing.
    fn type_keyword(&mut self, range: Range<usize>) -> bool {
        let kinds: Vec<Kind> = self.tokens[range.clone()].iter().take(4).map(|t| t.kind).collect();
        let (word, of) = match kinds[..] {
            [Kind::Identifier] => (&self.tokens[range.start].text, "any"),
            [Kind::OpenQuote, Kind::Literal, Kind::CloseQuote] => {
                (&self.tokens[range.start + 1].text, "string")
            }
            _ => return false,
        };
        let word = match (&**word, of) {
            ("list", _) => "list",
            ("map", _) => "map",
            ("set", "any") => "set",
            ("string", "string") => "string",
            _ => return false,
        };
        self.out.push(Token::new(Kind::Identifier, word));
        if word != "string" {
            self.out.push(Token::new(Kind::OpenParen, "("));
            self.out.push(Token::new(Kind::Identifier, of));
            self.out.push(Token::new(Kind::CloseParen, ")"));
        }
        true
    }

    /// `"${x}"` as `x`; in parentheses if it goes over several lines.
    fn unwrapped(&mut self, range: Range<usize>) -> bool {
        let Some(mut inside) = interpolation_alone(&self.tokens, range) else { return false };
        while let Some(deeper) = interpolation_alone(&self.tokens, inside.clone()) {
            inside = deeper;
        }
        let parentheses = needs_parentheses(&self.tokens[inside.clone()]);
        if parentheses {
            self.out.push(Token::new(Kind::OpenParen, "("));
        }
        self.at = inside.start;
        while self.at < inside.end {
            self.keep();
        }
        if parentheses {
            self.out.push(Token::new(Kind::CloseParen, ")"));
        }
        true
    }
}

/// Whether an expression cannot stand alone behind an `=`: a line ends outside of its brackets. As terraform does, also
/// where a line ends within them, unless they are parentheses.
fn needs_parentheses(tokens: &[Token<'_>]) -> bool {
    let enclosed = tokens.first().is_some_and(|t| t.kind == Kind::OpenParen)
        && tokens.last().is_some_and(|t| t.kind == Kind::CloseParen);
    let mut depth = 0;
    tokens.iter().any(|token| {
        depth += token.kind.opens();
        token.ends_line() && (depth == 0 || (token.kind == Kind::Newline && !enclosed))
    })
}

/// What stands in the only sequence of a quoted template that holds nothing else, newlines around it left out.
fn interpolation_alone(tokens: &[Token<'_>], range: Range<usize>) -> Option<Range<usize>> {
    let kinds = |at: usize| tokens[at].kind;
    if range.len() < 5
        || [kinds(range.start), kinds(range.start + 1)] != [Kind::OpenQuote, Kind::Interpolation]
        || [kinds(range.end - 2), kinds(range.end - 1)] != [Kind::EndOfTemplate, Kind::CloseQuote]
    {
        return None;
    }
    let (mut start, mut end) = (range.start + 2, range.end - 2);
    let mut quotes = 0;
    for token in &tokens[start..end] {
        match token.kind {
            Kind::OpenQuote => quotes += 1,
            Kind::CloseQuote => quotes -= 1,
            Kind::Interpolation | Kind::EndOfTemplate | Kind::Literal if quotes == 0 => return None,
            _ => {}
        }
    }
    while start < end && kinds(start) == Kind::Newline {
        start += 1;
    }
    while start < end && kinds(end - 1) == Kind::Newline {
        end -= 1;
    }
    Some(start..end)
}
