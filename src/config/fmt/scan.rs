//! Cuts a text into tokens. The text is known to be valid: whatever is not, would be kept as it is.

use super::Unfinished;
use super::token::{Kind, Token};

/// What surrounds the place where the scanner stands.
enum Around<'t> {
    Quotes,
    /// The end marker.
    Heredoc(&'t str),
    /// A text that is one template.
    File,
    /// A template sequence in which so many braces are open.
    Sequence(usize),
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Where the last token ends.
    end: usize,
    around: Vec<Around<'t>>,
    /// What the last step found.
    token: Option<Token<'t>>,
}

/// What is open at the end of a text.
pub(super) fn unfinished(text: &str) -> Unfinished {
    let mut scanner = Scanner::new(text, None);
    let (mut open, mut comment) = (0, false);
    for token in &mut scanner {
        open += token.kind.opens();
        comment = token.kind == Kind::Comment
            && match token.text.strip_prefix("/*") {
                Some(text) => !text.ends_with("*/"),
                None => !token.text.ends_with('\n'),
            };
    }
    match scanner.around.last() {
        _ if comment => Unfinished::Comment,
        Some(Around::Quotes) => Unfinished::Text,
        Some(_) => Unfinished::Open,
        None if open > 0 => Unfinished::Open,
        None => Unfinished::Nothing,
    }
}

/// The tokens of a text, and how many spaces stand behind the last one.
pub(in crate::config) fn scan(text: &str) -> (Vec<Token<'_>>, usize) {
    let mut scanner = Scanner::new(text, None);
    let mut tokens = Vec::with_capacity(text.len() / 5);
    tokens.extend(&mut scanner);
    (tokens, text.len() - scanner.end)
}

/// The tokens of a text, one after the other.
pub(in crate::config) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    Scanner::new(text, None)
}

/// The tokens of a text that is one template.
pub(in crate::config) fn scan_template(text: &str) -> Vec<Token<'_>> {
    Scanner::new(text, Some(Around::File)).collect()
}

impl<'t> Iterator for Scanner<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        while self.token.is_none() && self.at < self.text.len() {
            self.step();
        }
        self.token.take()
    }
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, around: Option<Around<'t>>) -> Scanner<'t> {
        let around = around.into_iter().collect();
        Scanner { text, bytes: text.as_bytes(), at: 0, end: 0, around, token: None }
    }

    /// Passes over spaces or takes a token.
    fn step(&mut self) {
        match self.around.last() {
            Some(Around::Quotes) => self.quoted(),
            Some(Around::Heredoc(marker)) => {
                let marker = *marker;
                self.heredoc(Some(marker));
            }
            Some(Around::File) => self.heredoc(None),
            _ => self.code(),
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// A token of the next `length` bytes.
    fn take(&mut self, kind: Kind, length: usize) {
        let end = (self.at + length).min(self.text.len());
        self.token = Some(Token { at: self.at, ..Token::new(kind, &self.text[self.at..end]) });
        (self.at, self.end) = (end, end);
    }

    /// One step outside of strings.
    fn code(&mut self) {
        match self.peek(0) {
            b' ' | b'\t' => self.at += 1,
            b'\n' => self.take(Kind::Newline, 1),
            b'\r' if self.peek(1) == b'\n' => self.take(Kind::Newline, 2),
            b'#' => self.line_comment(),
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.comment(),
            b'"' => {
                self.take(Kind::OpenQuote, 1);
                self.around.push(Around::Quotes);
            }
            b'<' if self.peek(1) == b'<' => self.open_heredoc(),
            b'{' => self.open_brace(),
            b'}' => self.close_brace(1),
            b'~' if self.peek(1) == b'}' => self.close_brace(2),
            b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.identifier(),
            _ => self.symbol(),
        }
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        self.take(Kind::Comment, length);
    }

    fn comment(&mut self) {
        let rest = &self.text[self.at + 2..];
        let length = rest.find("*/").map_or(rest.len() + 2, |at| at + 4);
        self.take(Kind::Comment, length);
    }

    /// No other token of a valid text has letters beyond ASCII.
    fn identifier(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|b| is_name(**b)).count();
        self.take(Kind::Identifier, length);
    }

    /// Digits, points and exponents, but for points at the end.
    fn number(&mut self) {
        let mut length = 1;
        loop {
            match self.peek(length) {
                b'0'..=b'9' | b'.' => length += 1,
                b'e' | b'E' => match (self.peek(length + 1), self.peek(length + 2)) {
                    (b'0'..=b'9', _) => length += 2,
                    (b'+' | b'-', b'0'..=b'9') => length += 3,
                    _ => break,
                },
                _ => break,
            }
        }
        while self.bytes[self.at + length - 1] == b'.' {
            length -= 1;
        }
        self.take(Kind::Number, length);
    }

    fn open_brace(&mut self) {
        if let Some(Around::Sequence(open)) = self.around.last_mut() {
            *open += 1;
        }
        self.take(Kind::OpenBrace, 1);
    }

    fn close_brace(&mut self, length: usize) {
        match self.around.last_mut() {
            Some(Around::Sequence(0)) => {
                self.around.pop();
                self.take(Kind::EndOfTemplate, length);
                return;
            }
            Some(Around::Sequence(open)) => *open -= 1,
            _ => {}
        }
        self.take(Kind::CloseBrace, length);
    }

    fn symbol(&mut self) {
        let (kind, length) = match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'.', b'.', b'.') => (Kind::Ellipsis, 3),
            (b'.', ..) => (Kind::Dot, 1),
            (b':', b':', _) => (Kind::DoubleColon, 2),
            (b':', ..) => (Kind::Colon, 1),
            (b'=', b'>', _) => (Kind::Other, 2),
            (b'=' | b'!' | b'<' | b'>', b'=', _) | (b'&', b'&', _) | (b'|', b'|', _) => (Kind::Operator, 2),
            (b'=', ..) => (Kind::Equal, 1),
            (b'!', ..) => (Kind::Bang, 1),
            (b'+' | b'*' | b'/' | b'%' | b'<' | b'>', ..) => (Kind::Operator, 1),
            (b'-', ..) => (Kind::Minus, 1),
            (b',', ..) => (Kind::Comma, 1),
            (b'?', ..) => (Kind::Question, 1),
            (b'[', ..) => (Kind::OpenBracket, 1),
            (b']', ..) => (Kind::CloseBracket, 1),
            (b'(', ..) => (Kind::OpenParen, 1),
            (b')', ..) => (Kind::CloseParen, 1),
            _ => (Kind::Other, 1),
        };
        self.take(kind, length);
    }

    /// One step inside of quotes.
    fn quoted(&mut self) {
        if self.sequence() {
            return;
        }
        let mut length = 0;
        while self.at + length < self.bytes.len() {
            match self.peek(length) {
                b'"' => break,
                // Never between the bytes of one character.
                b'\\' => length += 1 + self.character(length + 1),
                b'$' | b'%' => match self.sign(length) {
                    0 => break,
                    sign => length += sign,
                },
                _ => length += 1,
            }
        }
        if length > 0 {
            self.take(Kind::Literal, length);
        } else {
            self.around.pop();
            self.take(Kind::CloseQuote, 1);
        }
    }

    /// Begins a template sequence if one stands here.
    fn sequence(&mut self) -> bool {
        let kind = match (self.peek(0), self.peek(1)) {
            (b'$', b'{') => Kind::Interpolation,
            (b'%', b'{') => Kind::Control,
            _ => return false,
        };
        self.take(kind, if self.peek(2) == b'~' { 3 } else { 2 });
        self.around.push(Around::Sequence(0));
        true
    }

    /// How many bytes of literal text a `$` or `%` begins; 0 where it begins a template sequence.
    fn sign(&self, at: usize) -> usize {
        match (self.peek(at + 1), self.peek(at + 2)) {
            (b'{', _) => 0,
            (next, b'{') if next == self.peek(at) => 3,
            _ => 1,
        }
    }

    fn character(&self, at: usize) -> usize {
        self.text[self.at + at..].chars().next().map_or(0, char::len_utf8)
    }

    fn open_heredoc(&mut self) {
        let dash = usize::from(self.peek(2) == b'-');
        let rest = &self.bytes[self.at + 2 + dash..];
        let length = rest.iter().take_while(|b| is_name(**b)).count();
        let ending = match rest[length..] {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => 0,
        };
        if length == 0 || ending == 0 {
            return self.take(Kind::Operator, 1);
        }
        let marker = self.at + 2 + dash;
        self.around.push(Around::Heredoc(&self.text[marker..marker + length]));
        self.take(Kind::OpenHeredoc, 2 + dash + length + ending);
    }

    /// One step inside of a heredoc: a sequence, the end marker, or text up to one of these.
    fn heredoc(&mut self, marker: Option<&'t str>) {
        if self.sequence() {
            return;
        }
        if let Some(marker) = marker
            && self.bytes[self.at - 1] == b'\n'
            && let Some(length) = self.marker_line(marker)
        {
            self.around.pop();
            return self.take(Kind::CloseHeredoc, length);
        }
        let mut length = 0;
        while self.at + length < self.bytes.len() {
            match self.peek(length) {
                b'$' | b'%' => match self.sign(length) {
                    0 => break,
                    sign => length += sign,
                },
                b'\n' => {
                    length += 1;
                    break;
                }
                _ => length += 1,
            }
        }
        self.take(Kind::Literal, length);
    }

    /// The length of this line without its end, if the end marker is all that it holds.
    fn marker_line(&self, marker: &str) -> Option<usize> {
        let rest = &self.bytes[self.at..];
        let indent = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let behind = rest[indent..].strip_prefix(marker.as_bytes())?;
        let space = behind.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        match behind[space..] {
            [] | [b'\n', ..] | [b'\r', b'\n', ..] => Some(indent + marker.len() + space),
            _ => None,
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte >= 0x80
}
