//! What is wrong with the directives of templates, `%{ if … }` and its kin: the parser only says that it cannot go on.

use crate::config::fmt::scan::scan;
use crate::config::fmt::token::{Kind, Token};
use crate::config::suggest::nearest;
use crate::model::{Diagnostic, FileId, Span};

const WORDS: [&str; 5] = ["if", "else", "endif", "for", "endfor"];

/// A directive that waits for its end.
struct Waiting {
    /// `if`, `else` or `for`.
    word: &'static str,
    /// The token of its `%{`; of an `else`, that of the `if`.
    at: usize,
}

/// The first thing that is wrong with a directive in a part of a file that stands at `base`.
pub(in crate::config) fn in_code(text: &str, base: usize, file: FileId) -> Option<Diagnostic> {
    if !text.contains("%{") {
        return None;
    }
    Search { tokens: &scan(text).0, base, file, open: Vec::new() }.run()
}

/// The first thing that is wrong with a directive of a text that is one template, of which these are the tokens.
pub(in crate::config) fn in_template(tokens: &[Token<'_>], file: FileId) -> Option<Diagnostic> {
    let directive = Search { tokens, base: 0, file, open: vec![Vec::new()] }.run();
    directive.or_else(|| unclosed(tokens, file))
}

/// The innermost `${` or `%{` that is open at the end of a text that is one template.
fn unclosed(tokens: &[Token<'_>], file: FileId) -> Option<Diagnostic> {
    let mut open: Vec<&Token<'_>> = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Interpolation | Kind::Control => open.push(token),
            Kind::EndOfTemplate => drop(open.pop()),
            _ => {}
        }
    }
    let last = open.pop()?;
    let sign = &last.text[..2];
    let problem = Diagnostic::error(format!("This `{sign}` is never closed"));
    let span = Span::new(file, last.at, last.at + sign.len());
    let help = format!("Close it with `}}`, or write {}{{ for the text itself.", sign[..1].repeat(2));
    Some(problem.at(span, "opened here").help(help))
}

struct Search<'s, 't> {
    tokens: &'s [Token<'t>],
    base: usize,
    file: FileId,
    /// For each template that is open, those of its directives that are.
    open: Vec<Vec<Waiting>>,
}

impl Search<'_, '_> {
    fn run(mut self) -> Option<Diagnostic> {
        for at in 0..self.tokens.len() {
            let problem = match self.tokens[at].kind {
                Kind::OpenQuote | Kind::OpenHeredoc => {
                    self.open.push(Vec::new());
                    None
                }
                Kind::CloseQuote | Kind::CloseHeredoc => self.never_ended(),
                Kind::Control => self.directive(at),
                _ => None,
            };
            if problem.is_some() {
                return problem;
            }
        }
        self.never_ended()
    }

    /// The directive whose `%{` is the token `at`.
    fn directive(&mut self, at: usize) -> Option<Diagnostic> {
        let word =
            self.tokens[at + 1..].iter().find(|token| !matches!(token.kind, Kind::Newline | Kind::Comment));
        let word = word.filter(|token| token.kind == Kind::Identifier)?;
        let span = self.span(word.at, word.at + word.text.len());
        let Some(word) = WORDS.into_iter().find(|known| *known == word.text) else {
            return Some(unknown(&word.text, span));
        };
        let open = self.open.last_mut()?;
        let begun = match (word, open.last().map(|waiting| waiting.word)) {
            ("if" | "for", _) => None,
            ("else" | "endif", Some("if")) | ("endif", Some("else")) | ("endfor", Some("for")) => open.pop(),
            _ => return Some(self.misplaced(word, span)),
        };
        match word {
            "if" | "for" => open.push(Waiting { word, at }),
            // Its end is that of the `if`.
            "else" => open.push(Waiting { word, at: begun.map_or(at, |begun| begun.at) }),
            _ => {}
        }
        None
    }

    /// From the `%{` to its brace.
    fn place(&self, at: usize) -> Span {
        let mut deep = 0;
        let end = self.tokens[at..].iter().find(|token| {
            deep += token.kind.opens();
            deep == 0
        });
        let start = &self.tokens[at];
        let end = end.filter(|token| token.kind == Kind::EndOfTemplate).unwrap_or(start);
        self.span(start.at, end.at + end.text.len())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// A template ends: are directives of it open?
    fn never_ended(&mut self) -> Option<Diagnostic> {
        let open = self.open.pop()?;
        let waiting = open.last()?;
        let (begun, end) = (if waiting.word == "for" { "for" } else { "if" }, end_of(waiting.word));
        let problem =
            Diagnostic::error(format!("This `%{{ {begun} }}` never ends: `%{{ {end} }}` is missing"));
        let help = format!("Add `%{{ {end} }}` in the same text.");
        Some(problem.at(self.place(waiting.at), "opened here").help(help))
    }

    /// An `else` or an end to which nothing that is open fits.
    fn misplaced(&self, word: &str, span: Span) -> Diagnostic {
        let begun = if word == "endfor" { "for" } else { "if" };
        let problem = Diagnostic::error(format!("This `%{{ {word} }}` belongs to no `%{{ {begun} }}`"));
        let Some(open) = self.open.last().and_then(|open| open.last()) else {
            return problem.at(span, "nothing of its kind is open").help("Remove it, or open what it ends.");
        };
        if word == "else" && open.word == "else" {
            let problem = problem.at(span, "a second `else`");
            return problem.and(self.place(open.at), "this has one already").help("Remove one of them.");
        }
        let end = end_of(open.word);
        problem
            .at(span, format!("`%{{ {end} }}` is expected here"))
            .and(self.place(open.at), "this is open")
            .help(format!("End it first, with `%{{ {end} }}`."))
    }
}

fn end_of(word: &str) -> &'static str {
    if word == "for" { "endfor" } else { "endif" }
}

fn unknown(word: &str, span: Span) -> Diagnostic {
    let help = match word {
        "fi" | "end" | "done" => "A directive ends with `%{ endif }` or `%{ endfor }`.".to_string(),
        "elif" | "elsif" | "elseif" => {
            "Put another `%{ if … }` with its `%{ endif }` behind `%{ else }`.".to_string()
        }
        _ => match nearest(word, WORDS) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "These exist: if, else, endif, for, endfor; for the text itself write %%{.".to_string(),
        },
    };
    Diagnostic::error(format!("There is no template directive `{word}`"))
        .at(span, "no such directive")
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::fmt::scan::scan_template;

    /// The summary, and the text under the caret.
    fn found(text: &str, problem: Option<Diagnostic>) -> String {
        let Some(problem) = problem else { return String::new() };
        let at = problem.primary.map(|(span, _)| &text[span.start as usize..span.end as usize]);
        format!("{} | {}", problem.summary, at.unwrap_or_default())
    }

    #[test]
    fn says_what_is_missing_and_where_it_was_opened() {
        for (text, wanted) in [
            ("%{ if true }a", "This `%{ if }` never ends: `%{ endif }` is missing | %{ if true }"),
            ("%{~ if x ~}a%{ else }b", "This `%{ if }` never ends: `%{ endif }` is missing | %{~ if x ~}"),
            (
                "%{ for a in b }%{ if c }%{ endif }",
                "This `%{ for }` never ends: `%{ endfor }` is missing | %{ for a in b }",
            ),
            ("a%{ endif }", "This `%{ endif }` belongs to no `%{ if }` | endif"),
            ("%{ for a in b }%{ endif }", "This `%{ endif }` belongs to no `%{ if }` | endif"),
            ("%{ if a }%{ else }%{ else }%{ endif }", "This `%{ else }` belongs to no `%{ if }` | else"),
            ("%{ if a }%{ fi }", "There is no template directive `fi` | fi"),
            ("%{ if a }%{ else }b%{ endif }%%{ fi }%{ for a in {b = {}} }%{ endfor }", ""),
        ] {
            assert_eq!(found(text, in_template(&scan_template(text), FileId(0))), wanted, "{text}");
            let code = format!("a = \"{text}\"");
            assert_eq!(found(&code, in_code(&code, 0, FileId(0))), wanted, "{code}");
            let code = format!("a = [<<E\n{text}\nE\n, \"${{\"{text}\"}}\"]");
            assert_eq!(found(&code, in_code(&code, 0, FileId(0))), wanted, "{code}");
        }
    }
}
