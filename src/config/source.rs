//! The texts of a configuration: file ids, paths as the user names them, lines and columns.

use super::variables::NOT_SHOWN;
use crate::model::{Diagnostic, Diagnostics, FileId, Span};
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use unicode_segmentation::UnicodeSegmentation as _;

/// The largest source file, in bytes. Far above any configuration that a person reviews, and low enough that a
/// mistaken path (a disk image, a log) is refused before it fills the memory.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Every text that a [`Span`] can point into.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

#[derive(Debug, Clone)]
struct Source {
    path: Arc<str>,
    text: Arc<str>,
    /// The text with stars in place of what nobody may see; `None` where that is nothing.
    shown: Option<String>,
    /// Whether it could be read as text; otherwise it is only here to be shown.
    readable: bool,
    /// How many bytes of the file stand before the text: those of a byte order mark.
    dropped: usize,
    /// Offsets at which lines begin, found when first asked for.
    lines: OnceLock<Vec<u32>>,
}

/// A line and a column, both from 1; columns count what is seen as one sign, as Terraform's do: an emoji may be made of many
/// characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column, in signs.
    pub column: usize,
}

impl Sources {
    /// No files yet.
    pub fn new() -> Self {
        Sources::default()
    }

    /// Adds a file's bytes under the path by which the user knows it. A byte order mark is dropped.
    ///
    /// # Errors
    /// A diagnostic when it is too large or no UTF-8.
    #[expect(
        clippy::result_large_err,
        reason = "a diagnostic ends the stage; its size does not matter there"
    )]
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<FileId, Diagnostic> {
        if bytes.len() > MAX_BYTES {
            let file = self.push(path, "");
            self.files[file.0 as usize].readable = false;
            return Err(too_large(file, bytes.len()));
        }
        let (marked, bytes) = match bytes.strip_prefix(BOM) {
            Some(text) => (BOM.len(), text),
            None => (0, bytes),
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let file = self.push(path, text);
                self.files[file.0 as usize].dropped = marked;
                Ok(file)
            }
            Err(wrong) => {
                // What is readable is kept, so that the diagnostic can show the line.
                let file = self.push(path, &String::from_utf8_lossy(bytes));
                self.files[file.0 as usize].readable = false;
                Err(self.not_utf8(file, bytes, wrong.valid_up_to()))
            }
        }
    }

    /// Adds a text that is no file, such as the value of a `--var`. The name stands where a path would.
    pub fn add_text(&mut self, name: &str, text: &str) -> FileId {
        self.push(name, text)
    }

    fn push(&mut self, path: &str, text: &str) -> FileId {
        self.files.push(Source {
            path: path.into(),
            text: text.into(),
            shown: None,
            readable: true,
            dropped: 0,
            lines: OnceLock::new(),
        });
        FileId((self.files.len() - 1) as u32)
    }

    fn not_utf8(&self, file: FileId, bytes: &[u8], at: usize) -> Diagnostic {
        let line = self.place(file, at).line;
        let hint = if bytes.iter().take(4096).any(|b| *b == 0) {
            "The file holds zero bytes: it may be a binary file, or text in UTF-16."
        } else {
            "The file may be in Latin-1 or another old encoding."
        };
        Diagnostic::error(format!("{} is not UTF-8 text", self.path(file)))
            .at(Span::new(file, at, at + '\u{fffd}'.len_utf8()), format!("byte 0x{:02x}", bytes[at]))
            .because(format!("The byte at offset {at}, on line {line}, begins no UTF-8 character. {hint}"))
            .help("Save the file as UTF-8, for example with `iconv -t UTF-8`.")
    }

    /// The files in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// Whether a file's text may be read; one that [`Sources::add`] refused is only here to be shown.
    pub fn is_readable(&self, file: FileId) -> bool {
        self.get(file).is_some_and(|f| f.readable)
    }

    /// A file's path, as the user names it.
    pub fn path(&self, file: FileId) -> &str {
        self.get(file).map_or("", |f| &f.path)
    }

    /// A file's text.
    pub fn text(&self, file: FileId) -> &str {
        self.get(file).map_or("", |f| &f.text)
    }

    /// Where in a file an offset into its text is.
    pub fn in_file(&self, file: FileId, offset: usize) -> usize {
        offset + self.get(file).map_or(0, |f| f.dropped)
    }

    /// A file's text as it may be shown: as long as the text itself, line by line.
    pub fn shown(&self, file: FileId) -> &str {
        self.get(file).map_or("", |f| f.shown.as_deref().unwrap_or(&f.text))
    }

    /// Puts stars in place of what stands under a span, wherever the text is shown.
    pub fn conceal(&mut self, span: Span) {
        let Some(source) = self.files.get_mut(span.file.0 as usize) else { return };
        let (start, end) = (span.start as usize, span.end as usize);
        let shown = source.shown.get_or_insert_with(|| source.text.to_string());
        if let Some(secret) = shown.get(start..end) {
            // A bracket that closes something tells nothing.
            let stars = |(at, line): (usize, &str)| match line.trim() {
                "}" | "]" | ")" if at > 0 => line.to_string(),
                _ => "*".repeat(line.len()),
            };
            let starred = secret.split('\n').enumerate().map(stars).collect::<Vec<_>>().join("\n");
            shown.replace_range(start..end, &starred);
        }
    }

    /// Leaves out of `problems` what may repeat parts of a value that is concealed at their place. A value that lacks its
    /// quotes is a name that means nothing, which a complaint says and makes others of.
    pub fn conceal_values(&self, problems: &mut Diagnostics) {
        self.at_concealed(problems, |told, [summary, detail, help, label]| {
            for words in [detail, label].into_iter().filter(|words| words.contains('"')) {
                *words = NOT_SHOWN.to_string();
            }
            let name = told.split('.').next().unwrap_or_default();
            if told.chars().all(|c| is_word(c) || c == '.') && summary.contains(&format!("\"{name}\"")) {
                [summary, help].into_iter().for_each(|words| hide(words, name));
            }
        });
    }

    /// Puts stars in place of the words of `problems` that repeat what is concealed at their place, or beside it: a complaint
    /// about what is missing names what stands before.
    pub fn conceal_words(&self, problems: &mut Diagnostics) {
        self.at_concealed(problems, |told, all| {
            // Where the line ends that begins a heredoc is lost, its marker holds what follows.
            let marker =
                told.trim_start_matches(['<', '-', ' ', '\t', '"', '\'']).trim_end_matches(['"', '\'']);
            for words in all {
                hide_said(words, told);
                hide_said(words, marker);
            }
        });
        for problem in &mut problems.0 {
            let Some((at, _)) = &problem.primary else { continue };
            for told in self.concealed_beside(*at) {
                [&mut problem.summary, &mut problem.help]
                    .into_iter()
                    .for_each(|words| hide_said(words, told));
            }
        }
    }

    /// The words around a place whose letters are concealed.
    fn concealed_beside(&self, at: Span) -> Vec<&str> {
        let (text, shown) = (self.text(at.file), self.shown(at.file));
        let (Some(before), Some(behind)) = (text.get(..at.start as usize), text.get(at.end as usize..))
        else {
            return Vec::new();
        };
        let before = before.trim_end_matches([' ', '\t']);
        let behind = behind.trim_start_matches([' ', '\t']);
        let start = before.trim_end_matches(is_word).len();
        let first = text.len() - behind.len();
        let end = first + behind.find(|c| !is_word(c)).unwrap_or(behind.len());
        let places = [start..before.len(), first..end];
        let hidden = places.into_iter().filter(|place| shown.get(place.clone()) != text.get(place.clone()));
        hidden.filter_map(|place| text.get(place)).filter(|told| !told.is_empty()).collect()
    }

    /// Hands on what stands under each problem whose place is concealed, with its words: summary, detail, help and label.
    fn at_concealed(&self, problems: &mut Diagnostics, mend: impl Fn(&str, [&mut String; 4])) {
        for problem in &mut problems.0 {
            let Some((at, label)) = &mut problem.primary else { continue };
            let told = self.snippet(*at);
            if self.shown(at.file).get(at.start as usize..at.end as usize) != Some(told) {
                mend(told, [&mut problem.summary, &mut problem.detail, &mut problem.help, label]);
            }
        }
    }

    /// A file's text, shared: for a caller that adds files while it reads this one.
    pub fn shared_text(&self, file: FileId) -> Arc<str> {
        self.get(file).map_or_else(|| "".into(), |f| f.text.clone())
    }

    /// The text under a span; empty when the span lies outside of its file.
    pub fn snippet(&self, span: Span) -> &str {
        self.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of an offset; one behind the end is the place behind the last character.
    pub fn place(&self, file: FileId, offset: usize) -> Place {
        let Some(source) = self.get(file) else { return Place { line: 1, column: 1 } };
        let text = &*source.text;
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let lines = source.lines();
        let line = lines.partition_point(|start| *start as usize <= offset);
        let start = lines[line - 1] as usize;
        let before = &text[start..offset];
        let signs = if before.is_ascii() { before.len() } else { before.graphemes(true).count() };
        Place { line, column: signs + 1 }
    }

    /// The byte range of a line (from 1) without its line ending; empty when there is no such line.
    pub fn line(&self, file: FileId, line: usize) -> Range<usize> {
        let Some(source) = self.get(file) else { return 0..0 };
        let lines = source.lines();
        let Some(start) = line.checked_sub(1).and_then(|i| lines.get(i)) else { return 0..0 };
        let start = *start as usize;
        let end = lines.get(line).map_or(source.text.len(), |next| *next as usize - 1);
        let end = if source.text[start..end].ends_with('\r') { end - 1 } else { end };
        start..end
    }

    fn get(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize)
    }
}

impl Source {
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect()
        })
    }
}

fn too_large(file: FileId, bytes: usize) -> Diagnostic {
    Diagnostic::error("The file is too large for a configuration")
        .at(Span::new(file, 0, 0), "")
        .because(format!("It has {bytes} bytes; at most {MAX_BYTES} are read."))
        .help("Keep large data in a file of its own and read it with jsondecode(file(\"…\")).")
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// Puts stars in `words` in place of `told`, where that is a word of its own; a sign or a bracket tells nothing.
pub fn hide(words: &mut String, told: &str) {
    hide_where(words, told, |_| true);
}

/// The same in a message of ours: a text as short as `is` and `not` counts only where the message quotes it, since elsewhere
/// it is one of the message's own words.
fn hide_said(words: &mut String, told: &str) {
    let is_short = told.chars().nth(OWN_WORD).is_none();
    let is_quoted = |before: &str| {
        before.ends_with('\\') || ['`', '"'].iter().any(|sign| before.matches(*sign).count() % 2 == 1)
    };
    hide_where(words, told, |before| !is_short || is_quoted(before));
}

/// The length of texts that a message says without quoting them, in characters.
const OWN_WORD: usize = 3;

fn hide_where(words: &mut String, told: &str, counts: impl Fn(&str) -> bool) {
    if !told.contains(char::is_alphanumeric) {
        return;
    }
    let mut from = 0;
    while let Some(at) = words.get(from..).and_then(|rest| rest.find(told)).map(|at| from + at) {
        let (before, after) = (&words[..at], &words[at + told.len()..]);
        let is_part = before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        if is_part || !counts(before) {
            from = at + told.len();
        } else {
            *words = format!("{before}***{after}");
            from = at + 3;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> (Sources, Result<FileId, Diagnostic>) {
        let mut sources = Sources::new();
        let added = sources.add("main.pf.hcl", bytes);
        (sources, added)
    }

    #[test]
    fn places_count_characters_from_one() {
        let (sources, file) = one("a = 1\r\nö = \"ß\" x\n".as_bytes());
        let file = file.unwrap();
        let (others, family) = one("\"👨‍👩‍👧 e\u{301}\" x".as_bytes());
        let family = family.unwrap();
        assert_eq!(others.place(family, others.text(family).len()).column, 8);
        for (offset, line, column) in [(0, 1, 1), (4, 1, 5), (7, 2, 1), (9, 2, 2), (16, 2, 8), (999, 3, 1)] {
            assert_eq!(sources.place(file, offset), Place { line, column }, "offset {offset}");
        }
        assert_eq!(&sources.text(file)[sources.line(file, 1)], "a = 1");
        assert_eq!(&sources.text(file)[sources.line(file, 2)], "ö = \"ß\" x");
        assert_eq!(sources.line(file, 9), 0..0);
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        let (sources, file) = one(b"\xef\xbb\xbfa = 1");
        let file = file.unwrap();
        assert_eq!(sources.text(file), "a = 1");
        assert_eq!(sources.in_file(file, 4), 7);
    }

    #[test]
    fn text_that_is_not_utf8_names_its_byte_and_line() {
        let (sources, added) = one(b"a = 1\nb = \"caf\xe9\"\n");
        let wrong = added.unwrap_err();
        assert!(wrong.detail.contains("offset 14, on line 2"), "{}", wrong.detail);
        let (span, label) = wrong.primary.unwrap();
        assert_eq!((sources.snippet(span), label.as_str()), ("\u{fffd}", "byte 0xe9"));
    }

    #[test]
    fn a_huge_file_is_refused() {
        let (_, added) = one(&vec![b' '; MAX_BYTES + 1]);
        assert!(added.unwrap_err().summary.contains("too large"));
    }

    #[test]
    fn words_of_a_secret_are_hidden_and_no_part_of_others() {
        for (words, told, shown) in [
            ("The line cannot go on with `x`, expected", "x", "The line cannot go on with `***`, expected"),
            ("The escape \\hunter2 does not exist", "hunter2", "The escape \\*** does not exist"),
            ("x x", "x", "*** ***"),
            ("expected `{`", "{", "expected `{`"),
            ("", "", ""),
            ("größe größer", "größe", "*** größer"),
        ] {
            let mut text = words.to_string();
            hide(&mut text, told);
            assert_eq!(text, shown);
        }
    }

    #[test]
    fn a_message_keeps_its_own_short_words() {
        for (words, told, shown) in [
            ("The block's `{` is missing", "is", "The block's `{` is missing"),
            ("not `is`, which is \"is\"", "is", "not `***`, which is \"***\""),
            ("The escape \\is is unknown", "is", "The escape \\*** is unknown"),
            ("Write x = hunter2", "hunter2", "Write x = ***"),
            ("Write x = four", "four", "Write x = ***"),
        ] {
            let mut text = words.to_string();
            hide_said(&mut text, told);
            assert_eq!(text, shown);
        }
    }
}
