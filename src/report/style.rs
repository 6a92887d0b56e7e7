//! How text is to be drawn: colour, width, character set; and the tints that give words their meaning.

use anstyle::{AnsiColor, Style as Ansi};

/// How text is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to write ANSI colours.
    pub color: bool,
    /// Columns of the terminal; lines are wrapped to it. Taken as at least 40.
    pub width: usize,
    /// Whether arrows and the like may leave ASCII.
    pub unicode: bool,
}

impl Style {
    /// Plain text of this width, for pipes and tests.
    pub const fn plain(width: usize) -> Self {
        Style { color: false, width, unicode: true }
    }

    /// The width that is drawn to.
    pub(super) fn columns(self) -> usize {
        self.width.max(40)
    }
}

/// What a piece of text means, from which its colour follows. Colour never says anything that the words do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tint {
    /// Ordinary text.
    #[default]
    Plain,
    /// Less important.
    Dim,
    /// A title, or the thing a line is about.
    Bold,
    /// Something new, or something that went well.
    Good,
    /// Something that changes.
    Change,
    /// Something that fails, is refused or is lost.
    Bad,
    /// Something to know.
    Info,
    /// Something to type.
    Command,
}

impl Tint {
    /// The ANSI style.
    pub(super) const fn ansi(self) -> Ansi {
        let plain = Ansi::new();
        match self {
            Tint::Plain => plain,
            Tint::Dim => plain.dimmed(),
            Tint::Bold => plain.bold(),
            Tint::Good => AnsiColor::Green.on_default(),
            Tint::Change => AnsiColor::Yellow.on_default(),
            Tint::Bad => AnsiColor::Red.on_default().bold(),
            Tint::Info => AnsiColor::Cyan.on_default(),
            Tint::Command => AnsiColor::Blue.on_default().bold(),
        }
    }
}

/// A piece of text with one meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it means.
    pub tint: Tint,
    /// The text; may be hostile, it is made harmless when drawn.
    pub text: String,
}

/// A piece of ordinary text.
pub fn plain(text: impl Into<String>) -> Piece {
    Piece { tint: Tint::Plain, text: text.into() }
}

/// A piece of text that means something.
pub fn tinted(tint: Tint, text: impl Into<String>) -> Piece {
    Piece { tint, text: text.into() }
}
