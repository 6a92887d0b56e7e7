//! A token as the formatter sees it: its kind, its text, and the spaces before it.

use std::borrow::Cow;

/// What a token is. Tokens that are spaced alike share a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Kind {
    /// The end of a line outside of strings and comments.
    Newline,
    /// `#`, `//` with the end of their line; `/* … */`.
    Comment,
    Identifier,
    Number,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    OpenQuote,
    CloseQuote,
    /// Literal text within quotes or a heredoc.
    Literal,
    /// `<<EOT` with the end of its line.
    OpenHeredoc,
    /// The line of the end marker, without the end of its line.
    CloseHeredoc,
    /// `${`
    Interpolation,
    /// `%{`
    Control,
    /// The `}` of a template sequence.
    EndOfTemplate,
    Dot,
    DoubleColon,
    Comma,
    Ellipsis,
    Equal,
    Colon,
    Question,
    Minus,
    Bang,
    /// `+ * / %`, comparisons, `&&`, `||`
    Operator,
    /// `=>` and what no valid text holds.
    Other,
}

impl Kind {
    /// How many more brackets are open behind it.
    pub(in crate::config) fn opens(self) -> isize {
        match self {
            Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen => 1,
            Kind::Interpolation | Kind::Control => 1,
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::EndOfTemplate => -1,
            _ => 0,
        }
    }
}

/// One token.
#[derive(Debug, Clone)]
pub(in crate::config) struct Token<'t> {
    pub(in crate::config) kind: Kind,
    pub(in crate::config) text: Cow<'t, str>,
    /// Where it begins in the text that was scanned.
    pub(in crate::config) at: usize,
    /// Spaces before it, in columns; the formatter sets them.
    pub(super) spaces: usize,
}

impl<'t> Token<'t> {
    pub(super) fn new(kind: Kind, text: impl Into<Cow<'t, str>>) -> Self {
        Token { kind, text: text.into(), at: 0, spaces: 0 }
    }

    /// Whether a line ends with it.
    pub(in crate::config) fn ends_line(&self) -> bool {
        match self.kind {
            Kind::Newline => true,
            Kind::Comment => self.text.ends_with('\n'),
            _ => false,
        }
    }
}
