//! Values of sensitive variables in a file whose syntax is wrong: what could not be read is told apart by its words alone.

use crate::config::blocks;
use crate::config::functions;
use crate::config::source::Sources;
use crate::config::suggest::nearest;
use crate::model::{FileId, Span};
use regex_lite::Regex;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// A block may begin here: its kind, and what may be its label.
static START: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?m)^[\s{,]*"?(variable|module)\b"?[ \t:]*\{?[ \t]*"?([\w-]*)"#));
static START_IN_JSON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#""(variable|module)"\s*:\s*[\[{]*\s*"?([\w-]*)"#));
/// A block at the left edge, whatever its kind is.
static AT_EDGE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)^(\w+)(?:[ \t]+"?[\w-]*"?){0,4}[ \t]*\{"#));
static SENSITIVE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)\b(?:sens|\w{0,2}ensi)\w*"?\s*[:=]*\s*(\w*)"#));
/// A word before what may be a value, as in `sensitive("x")`, whatever bracket there is.
static SAID: LazyLock<Regex> = LazyLock::new(|| pattern(r#""?\b(\w+)[ \t]*([(\[{"])"#));
/// A default, as it may be misspelt.
static DEFAULT: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)\bdef[au]\w*"?[ \t]*[:=]*"#));
/// What a line begins with, and the sign behind it.
static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^[ \t]*"?([A-Za-z_][\w-]*)"?[ \t]*([:=]*)"#));
/// An argument somewhere on a line.
static GIVEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"([A-Za-z_][\w-]*)[ \t]*="));
static TEXT: LazyLock<Regex> = LazyLock::new(|| pattern(r#""([^"\n]{4,})""#));
/// Behind a heredoc's beginning its text may stand anywhere; one `<` may be missing.
static HEREDOC: LazyLock<Regex> = LazyLock::new(|| pattern(r"<<|<-?\w*\s*$"));
/// A block that is none of a variable's.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    let kinds: Vec<&str> = blocks::top().map(|block| block.name).collect();
    pattern(&format!(r#"(?m)^[ \t]*(?:{})[ \t]*["{{]"#, kinds.join("|")))
});

/// Words that a line of a variable may begin with, and be shown: names of arguments and of what stands in a validation.
const HARMLESS: [&str; 4] = ["variable", "validation", "condition", "error_message"];

#[expect(clippy::expect_used, reason = "the patterns stand above, and a test uses each")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

/// Whether everybody may see what the module that is called by this label gets for the variable of this name.
pub type IsOpen<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Puts stars in place of what seems to be a secret, in a file whose syntax is wrong.
pub fn secrets(sources: &mut Sources, file: FileId, is_open: IsOpen<'_>) {
    for range in found(&sources.shared_text(file), is_open) {
        sources.conceal(Span::new(file, range.start, range.end));
    }
}

/// What may be seen of a variable in a file of values whose syntax is wrong.
pub enum Sight {
    /// Not even its name: it may be a word of another one's value.
    Nothing,
    /// Its name.
    Name,
    /// All of its lines.
    Value,
}

/// Where, in a part of a file of values that could not be read, stands what nobody may see: all but names before a `=`, and
/// the lines of variables whose values everybody may see. Behind `<<` any line may be one of a secret's text.
pub fn unseen(text: &str, part: Range<usize>, sight: &dyn Fn(&str) -> Sight) -> Vec<Range<usize>> {
    if text.trim_start().starts_with('{') {
        return unseen_in_json(text, part, sight);
    }
    let mut is_seen = false;
    lines_unseen(text, part, |line, begins_line| {
        if line.contains("<<") {
            return None;
        }
        // A word that ends with `=`, and nothing behind it, may be a line of an encoded text.
        let given = WORD.captures(line).filter(|word| {
            begins_line
                && &word[2] == "="
                && !line[word[0].len()..].trim().is_empty()
                && !word[0].contains('"')
        });
        let given = given.map(|word| (sight(&word[1]), word[0].len()));
        is_seen = match given {
            Some((Sight::Value, _)) => true,
            Some((Sight::Name | Sight::Nothing, _)) => false,
            None => is_seen,
        };
        Some(match given {
            _ if is_seen => line.len(),
            Some((Sight::Name, behind)) => behind,
            _ => 0,
        })
    })
}

/// The lines of a part, each from where `seen_to` says on; all the rest where it says nothing. It is told whether the part has
/// the line from its beginning.
fn lines_unseen(
    text: &str,
    part: Range<usize>,
    mut seen_to: impl FnMut(&str, bool) -> Option<usize>,
) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), part.start);
    while at < part.end {
        let end = line_end(text, at, part.end);
        let line = &text[at..end];
        let Some(from) = seen_to(line, at == 0 || text[..at].ends_with('\n')) else {
            found.push(at..part.end);
            break;
        };
        if !line[from..].trim().is_empty() {
            found.push(at + from..at + line.trim_end().len());
        }
        at = end;
    }
    found
}

/// The same in JSON, where several values may stand on a line: a line is shown that holds one name and its value, or nothing
/// but brackets and commas.
fn unseen_in_json(text: &str, part: Range<usize>, sight: &dyn Fn(&str) -> Sight) -> Vec<Range<usize>> {
    lines_unseen(text, part, |line, begins_line| {
        let given =
            WORD.captures(line).filter(|word| begins_line && &word[2] == ":" && word[0].contains('"'));
        let is_plain = line.chars().all(|c| c.is_whitespace() || "{}[],".contains(c));
        Some(match given.map(|word| (sight(&word[1]), word[0].len())) {
            Some((Sight::Value, behind)) if !line[behind..].contains([':', '{', '[']) => line.len(),
            Some((Sight::Value | Sight::Name, behind)) => behind,
            Some((Sight::Nothing, _)) => 0,
            None if is_plain => line.len(),
            None => 0,
        })
    })
}

/// Whether a text seems to hold blocks of a configuration.
pub fn has_blocks(text: &str) -> bool {
    OTHER.is_match(text)
}

/// What a block that could not be read seems to be.
enum Seems<'t> {
    Variable,
    /// The call of a module, by its label.
    Call(&'t str),
    /// None of ours: it may have been meant as either.
    Unknown,
}

/// Whether a function of this name is `sensitive`, or meant to be: what it gets is not shown to tell that it is misspelt.
pub fn means_sensitive(function: &str) -> bool {
    let is_misspelt = || nearest(function, ["sensitive"]).is_some() && functions::find(function).is_none();
    function == "sensitive" || is_misspelt()
}

/// What is said to be sensitive where it stands.
fn said_sensitive(text: &str) -> impl Iterator<Item = Range<usize>> {
    let said = SAID.captures_iter(text).filter_map(|said| {
        let (all, word, sign) = (said.get(0)?, said.get(1)?, said.get(2)?);
        // A name in quotes calls nothing.
        (!all.as_str().starts_with('"') && means_sensitive(word.as_str())).then_some(sign)
    });
    said.map(|sign| if sign.as_str() == "(" { sign.end() } else { sign.start() })
        .map(|start| start..end_of_value(text, start, text.len()))
}

/// Whether a text seems to say that something in it is sensitive.
pub fn says_sensitive(text: &str) -> bool {
    said_sensitive(text).next().is_some()
}

/// Where secrets seem to stand in a text of the configuration's language or of JSON, and what repeats them: defaults of
/// sensitive variables, and what modules get. Rather too much than too little: whatever is not known to be harmless may be one.
fn found(text: &str, is_open: IsOpen<'_>) -> Vec<Range<usize>> {
    let is_json = text.trim_start().starts_with('{');
    let mut found: Vec<Range<usize>> = said_sensitive(text).collect();
    let starts = starts(text, is_json);
    for (i, (start, seems)) in starts.iter().enumerate() {
        let next = starts.get(i + 1).map_or(text.len(), |(next, _)| *next);
        let block = *start..if is_json { next } else { end_of_block(text, *start, next) };
        let hidden = match (seems, is_json) {
            (Seems::Variable, _) if !is_secret(&text[block.clone()]) => continue,
            (Seems::Variable, true) => defaults(text, &block),
            (Seems::Variable, false) => unknown_lines(text, &block, &is_harmless_in_a_variable),
            (Seems::Call(_), true) => {
                text[block.clone()].find(':').map(|at| block.start + at..block.end).into_iter().collect()
            }
            (Seems::Call(label), false) => given(text, &block, &|name| is_open(label, name)),
            (Seems::Unknown, _) => given(text, &block, &|_| false),
        };
        found.extend(repeated(text, &block, &hidden));
        found.extend(hidden);
    }
    found
}

/// Where variables, calls of modules and what may be meant as one begin, in order.
fn starts(text: &str, is_json: bool) -> Vec<(usize, Seems<'_>)> {
    let known = if is_json { &START_IN_JSON } else { &START };
    let mut starts: Vec<_> = known
        .captures_iter(text)
        .filter_map(|start| {
            let kind = start.get(1)?;
            let label = start.get(2).map_or("", |label| label.as_str());
            let seems = if kind.as_str() == "module" { Seems::Call(label) } else { Seems::Variable };
            Some((kind.start(), seems))
        })
        .collect();
    let is_ours = |kind: &str| blocks::top().any(|block| block.name == kind) || blocks::LATER.contains(&kind);
    let edges = AT_EDGE.captures_iter(text).filter(|start| !is_ours(&start[1]));
    starts.extend(edges.filter_map(|start| Some((start.get(1)?.start(), Seems::Unknown))));
    starts.sort_by_key(|(at, _)| *at);
    starts
}

/// What a call gives to variables of its module, but those of whose values everybody may see.
fn given(text: &str, block: &Range<usize>, is_open: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let header = line_end(text, block.start, block.end);
    let brace = text[block.start..header].find('{').map_or(header, |at| block.start + at + 1);
    let is_harmless =
        |word: &str| blocks::MODULE.arguments.iter().any(|argument| argument.name == word) || is_open(word);
    let mut found = unknown_lines(text, &(header..block.end), &is_harmless);
    // Several on one line, where an end of a line was lost.
    let mut at = header;
    while at < block.end {
        let end = line_end(text, at, block.end);
        let shown = at + harmless_begin(&text[at..end], &is_harmless);
        found.extend((shown > at && shown < end).then_some(shown..end));
        at = end;
    }
    // A block on one line: what stands first and is harmless is shown.
    let on_the_line = brace + harmless_begin(&text[brace..header], &is_harmless)..header;
    found.extend(Some(on_the_line).filter(|rest| text[rest.clone()].contains(char::is_alphanumeric)));
    found
}

/// How much of a line of arguments may be shown: up to the first one that is not harmless.
fn harmless_begin(line: &str, is_harmless: &dyn Fn(&str) -> bool) -> usize {
    let mut seen = 0;
    for name in GIVEN.captures_iter(line) {
        let Some((all, word)) = name.get(0).zip(name.get(1)) else { break };
        // Within a text a word names no argument.
        let compares = line[all.end()..].starts_with(['=', '>']);
        if compares || line[..word.start()].matches('"').count() % 2 == 1 {
            continue;
        }
        if !is_harmless(word.as_str()) {
            return all.end();
        }
        seen = line.len();
    }
    seen
}

/// A block goes on to the next one.
fn end_of_block(text: &str, start: usize, next: usize) -> usize {
    let header = line_end(text, start + 1, next);
    OTHER.find(&text[header..next]).map_or(next, |found| header + found.start())
}

fn is_secret(block: &str) -> bool {
    SENSITIVE.captures_iter(block).any(|found| &found[1] != "false")
}

fn defaults(text: &str, block: &Range<usize>) -> Vec<Range<usize>> {
    let mut hidden: Vec<Range<usize>> = Vec::new();
    for found in DEFAULT.find_iter(&text[block.clone()]) {
        let at = block.start + found.end();
        // On one long line there may be very many.
        if hidden.last().is_none_or(|last| last.end <= at) {
            hidden.push(at..end_of_value(text, at, block.end));
        }
    }
    hidden
}

/// What stands on lines of a block that do not begin with a harmless word, or behind one that seems to be a default.
fn unknown_lines(text: &str, block: &Range<usize>, known: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = block.start;
    // A type goes on over deeper lines, which begin with any name.
    let mut type_at = None;
    while at < block.end {
        let end = line_end(text, at, block.end);
        let line = &text[at..end];
        let within_type = type_at.is_some_and(|depth| indentation(line) > depth);
        if !within_type {
            type_at = line.trim_start().starts_with("type").then(|| indentation(line));
        }
        match begins_unknown(line, within_type, known) {
            Some(from) => {
                found.push(at + from..end_of_value(text, at + from, block.end));
                at = found.last().map_or(end, |hidden| hidden.end.max(end));
            }
            None => at = end,
        }
    }
    found
}

/// Where on a line begins what may not be shown.
fn begins_unknown(line: &str, is_harmless: bool, known: &dyn Fn(&str) -> bool) -> Option<usize> {
    let default = DEFAULT.find(line).map(|found| found.end());
    let told = line.trim_start();
    if is_harmless || default.is_some() || told.is_empty() || told.starts_with(['#', '/', '}', ']', ')', '{'])
    {
        return default;
    }
    match WORD.captures(line) {
        Some(word) if known(&word[1]) => None,
        Some(word) if !word[2].is_empty() => Some(word[0].len()),
        _ => Some(line.len() - told.len()),
    }
}

fn is_harmless_in_a_variable(word: &str) -> bool {
    let arguments = blocks::VARIABLE.arguments.iter().map(|argument| argument.name);
    word.to_lowercase().starts_with("sens")
        || HARMLESS.into_iter().chain(arguments).any(|known| known == word)
}

/// Where texts that are hidden stand once more in a block, as in the condition of a validation.
fn repeated(text: &str, block: &Range<usize>, hidden: &[Range<usize>]) -> Vec<Range<usize>> {
    let texts = hidden.iter().flat_map(|range| TEXT.captures_iter(&text[range.clone()]));
    let texts: BTreeSet<&str> = texts
        .filter_map(|found| found.get(1))
        .map(|found| found.as_str())
        .filter(|told| !DEFAULT.is_match(told))
        .collect();
    let places = |told: &str| {
        let found = text[block.clone()].match_indices(told);
        found.map(|(at, told)| block.start + at..block.start + at + told.len()).collect::<Vec<_>>()
    };
    let is_new = |place: &Range<usize>| {
        let behind = hidden.partition_point(|range| range.start <= place.start);
        hidden[..behind].last().is_none_or(|range| range.end < place.end)
    };
    texts.into_iter().take(MOST_TEXTS).flat_map(places).filter(is_new).collect()
}

/// So many texts are searched for: each one goes through the whole block.
const MOST_TEXTS: usize = 16;

/// Where the line ends that `at` stands on, with its line break.
fn line_end(text: &str, at: usize, end: usize) -> usize {
    text.get(at..end).and_then(|rest| rest.find('\n')).map_or(end, |length| at + length + 1)
}

/// Where a value ends that begins at `at`: before the next line that stands no deeper than the one it begins on, once its
/// brackets are closed. Lines of a heredoc may stand anywhere: it goes on to `end`.
fn end_of_value(text: &str, at: usize, end: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let depth = indentation(&text[line..at]);
    let first = &text[at..line_end(text, at, end)];
    if HEREDOC.is_match(first) {
        return end;
    }
    let mut open = opened(first);
    let mut stop = at + first.len();
    while stop < end {
        let line = &text[stop..line_end(text, stop, end)];
        let goes_on = line.trim().is_empty()
            || indentation(line) > depth
            || line.trim_start().starts_with([']', '}', ')'])
            || open > 0;
        if !goes_on {
            break;
        }
        open += opened(line);
        stop += line.len();
    }
    stop
}

/// How many more brackets a line opens than it closes, whatever they stand in.
fn opened(line: &str) -> isize {
    line.bytes().fold(0, |open, byte| match byte {
        b'[' | b'{' | b'(' => open + 1,
        b']' | b'}' | b')' => open - 1,
        _ => open,
    })
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use super::{Sight, found, unseen};

    #[test]
    fn of_broken_values_only_names_and_what_everybody_may_see_is_shown() {
        let sight = |name: &str| match name {
            "open" => Sight::Value,
            "token" => Sight::Name,
            _ => Sight::Nothing,
        };
        for (text, shown) in [
            ("token = \"x\nopen = [1, 2\ntoken = y\n", "token =***\nopen = [1, 2\ntoken =**\n"),
            ("open = [\n  1,\ntoken = [\n  \"x\",\n]\n", "open = [\n  1,\ntoken =**\n******\n*\n"),
            ("tokn = x\nopen = 1 1\n", "********\nopen = 1 1\n"),
            // A line of an encoded text, and one behind the beginning of a heredoc.
            ("open\ntoken=\n", "****\n******\n"),
            ("token = <<E\nopen = x\n", "***********\n********\n"),
            ("open = 1 <<\nopen = x", "***********\n********"),
            ("\"open\" = 1", "**********"),
        ] {
            let mut told = text.to_string();
            for range in unseen(text, 0..text.len(), &sight) {
                let stars: String =
                    text[range.clone()].chars().map(|c| if c == '\n' { c } else { '*' }).collect();
                told.replace_range(range, &stars);
            }
            assert_eq!(told, shown);
        }
    }

    #[test]
    fn defaults_of_secrets_are_found_in_texts_that_make_no_sense() {
        for (text, hidden) in [
            ("variable \"a\" {\n  default = \"x\" + +\n  sensitive = true\n}\n", vec![" \"x\" + +\n"]),
            (
                "variable \"a\" {\n  sensitive = true\n  default = [\n    1\n  ]\n  type = x\n",
                vec![" [\n    1\n  ]\n"],
            ),
            (
                "variable a { default = \"x, sensitive = true }\nlocals {}\n",
                vec![" \"x, sensitive = true }\n"],
            ),
            (
                "variable \"a\" {\n  default = <<E\nx\nE\n  sensitive = var.b\n}\n",
                vec![" <<E\nx\nE\n  sensitive = var.b\n}\n"],
            ),
            (
                "variable \"a\" {\n  default = 1 1\n  sensitive = false\n}\nvariable \"b\" {\n default = (\n",
                vec![],
            ),
            (
                "variable \"a\" {\n  default = 1 1\n}\nvariable \"b\" {\n sensitive = \n default = 2",
                vec![" 2"],
            ),
            (
                "{\"variable\": {\"a\": {\n  \"default\": \"x\" \"y\",\n  \"sensitive\": true\n}}}",
                vec![" \"x\" \"y\",\n"],
            ),
            (
                "variable \"a\" {\n  sensitive = true\n  default \"x\"\n  \"y\"\n}\n",
                vec!["\"x\"\n", "\"y\"\n}\n"],
            ),
            ("variable \"a\" { sensitive = true, Default: \"x\" }\n", vec![" \"x\" }\n"]),
            (
                "variable \"a\" {\n  sensative = true\n  defalt = \"x\"\n  pasword = 1\n}\nlocals {\n  a = \n}\n",
                vec![" \"x\"\n", " 1\n}\n"],
            ),
            (
                "variable \"a\" {\n  sensitive = true\n  type = object({\n    a = string\n  })\n  default = {\n  type = 1\n  }\n}\n",
                vec![" {\n  type = 1\n  }\n}\n"],
            ),
            ("module \"a\" { source = \"./m\" x = \"y\" }\n", vec![" \"y\" }\n"]),
            ("module \"a\" { x = \" source = y }\n", vec![" \" source = y }\n"]),
            ("module \"a\" { source = \"./m }\n", vec![]),
            (
                "variable \"a\" {\n  sensitive = true\n  validation {\n    condition = var.a != \"xxxx\"\n  }\n  default = \"xxxx\" 1\n}\n",
                vec!["xxxx", " \"xxxx\" 1\n}\n"],
            ),
        ] {
            let found: Vec<&str> = found(text, &|_, _| false).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, hidden, "{text}");
        }
    }
}
