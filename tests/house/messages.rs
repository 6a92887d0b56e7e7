//! Every message of the checker has a golden text: what `src/config` says is held against `tests/diagnostics`.
//!
//! A message is the fixed text of a title, as it stands in the source: `There is no variable "{name}"` is shown where a line
//! of a golden text holds its fixed parts in order. Titles that a call is handed are looked for in the function around it.

use super::source::{Complaint, Source};

/// What begins a diagnostic.
const BEGINS: [&str; 2] = ["Diagnostic::error(", "Diagnostic::warning("];

/// Messages that no folder of `tests/diagnostics` can bring about, and why, or the test that shows them.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("{} holds something else now", "tests/fetch.rs"),
    (
        "Formatting would change what this file means",
        "a mistake of the formatter's, which none is known to make",
    ),
    ("There is no configuration in {folder}", "tests/modules.rs"),
    ("The module {} is not the pinned one", "tests/modules.rs"),
    ("The module {} cannot be fetched", "tests/modules.rs"),
    ("The module {} cannot be read", "tests/modules.rs"),
    ("The commit of {} has no folder {:?}", "tests/modules.rs"),
    ("The commit that the calling module is from has no folder {path:?}", "tests/modules.rs"),
    ("A fetched module cannot use folders outside of its repository", "tests/modules.rs"),
    ("The file is too large for a configuration", "needs a file of 64 MiB; src/config/source.rs tests it"),
    ("This item is too large", "src/config/split/tests.rs"),
    ("The value of the environment variable {key} is not UTF-8", "src/config/variables/settle/tests.rs"),
];

/// A title in a source: the line of its call, and its text with `{…}` in it.
struct Message {
    line: usize,
    text: String,
}

/// Complains about messages that no golden text holds, and about exceptions that are none.
pub fn check(
    sources: &[Source],
    golden: &[String],
    elsewhere: &[(&str, &str)],
    tests: &[(String, String)],
) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut unused: Vec<&str> = elsewhere.iter().map(|(text, _)| *text).collect();
    for source in sources.iter().filter(|source| !source.code.is_empty()) {
        for message in messages(source) {
            let parts = fixed(&message.text);
            if parts.iter().all(|part| part.trim().is_empty())
                || golden.iter().any(|line| holds(line, &parts))
            {
                continue;
            }
            match elsewhere.iter().find(|(text, _)| *text == message.text) {
                Some((text, _)) => unused.retain(|other| other != text),
                None => complaints.push(source.complaint(
                    message.line,
                    format!("no golden text shows \"{}\"", message.text),
                    "Add a case to a folder of tests/diagnostics (UPDATE=1 cargo test --test diagnostics).",
                )),
            }
        }
    }
    let complaint = |text: &str, what: &str| Complaint {
        file: "tests/house/messages.rs".to_string(),
        line: 1,
        what: format!("\"{text}\" {what}"),
        instead: "Correct or remove its row in ELSEWHERE.".to_string(),
    };
    complaints
        .extend(unused.into_iter().map(|text| complaint(text, "is shown by a golden text, or said no more")));
    for (text, place) in elsewhere.iter().filter(|(_, place)| place.ends_with(".rs")) {
        let longest = fixed(text).into_iter().max_by_key(String::len).unwrap_or_default();
        let shows = |(file, content): &(String, String)| file == place && content.contains(longest.trim());
        if !tests.iter().any(shows) {
            complaints.push(complaint(text, &format!("is not shown by {place}")));
        }
    }
    complaints
}

/// The titles that a source says.
fn messages(source: &Source) -> Vec<Message> {
    let text: Vec<char> = source.text.chars().collect();
    let code: Vec<char> = source.code.chars().collect();
    let mut found = Vec::new();
    for begin in BEGINS {
        let begin: Vec<char> = begin.chars().collect();
        for at in (0..code.len()).filter(|at| code[*at..].starts_with(&begin)) {
            let inside = at + begin.len()..closing(&code, at + begin.len());
            let line = code[..at].iter().filter(|c| **c == '\n').count() + 1;
            let said = literals(&text, &code, inside.clone());
            let titles = if said.is_empty() && !handed_on(&code[inside]) {
                let around = function(&code, at);
                literals(&text, &code, around).into_iter().filter(|text| is_title(text)).collect()
            } else {
                said
            };
            found.extend(titles.into_iter().map(|text| Message { line, text }));
        }
    }
    found
}

/// A call that hands on what another one of our own errors says, which is shown where that one is tested.
fn handed_on(argument: &[char]) -> bool {
    argument.iter().collect::<String>().contains(".to_string()")
}

/// Where the parenthesis closes that is open at `from`.
fn closing(code: &[char], from: usize) -> usize {
    let mut open = 1;
    for (at, c) in code.iter().enumerate().skip(from) {
        open += i32::from(*c == '(') - i32::from(*c == ')');
        if open == 0 {
            return at;
        }
    }
    code.len()
}

/// The function around a place: from the last line that begins one to the next.
fn function(code: &[char], at: usize) -> std::ops::Range<usize> {
    let text: String = code.iter().collect();
    let mut begin = 0;
    let mut count = 0;
    for line in text.split_inclusive('\n') {
        let is_function =
            line.trim_start().trim_start_matches("pub(super) ").trim_start_matches("pub ").starts_with("fn ");
        if is_function && count > at {
            return begin..count;
        }
        if is_function {
            begin = count;
        }
        count += line.chars().count();
    }
    begin..code.len()
}

/// The texts in quotes in a part of a source.
fn literals(text: &[char], code: &[char], part: std::ops::Range<usize>) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = part.start;
    while at < part.end {
        let is_masked = code.get(at) == Some(&' ');
        if is_masked && text[at..].starts_with(&['/', '/']) {
            at += text[at..].iter().take_while(|c| **c != '\n').count();
        } else if is_masked && text[at] == '"' {
            let (literal, length) = literal(&text[at + 1..]);
            found.push(literal);
            at += length + 2;
        } else {
            at += 1;
        }
    }
    found
}

/// The text of a literal behind its first quote, and how long it is in the source.
fn literal(rest: &[char]) -> (String, usize) {
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = rest.get(at).filter(|c| **c != '"') {
        match (c, rest.get(at + 1)) {
            ('\\', Some('\n')) => at += 1 + rest[at + 1..].iter().take_while(|c| c.is_whitespace()).count(),
            ('\\', Some('n')) => (out, at) = (out + "\n", at + 2),
            ('\\', Some(escaped)) => {
                out.push(*escaped);
                at += 2;
            }
            (c, _) => {
                out.push(*c);
                at += 1;
            }
        }
    }
    (out, at)
}

/// Whether a text of several words seems to be a title: labels begin small, and helps end with a full stop.
fn is_title(text: &str) -> bool {
    let is_begun = text.starts_with(|c: char| c.is_uppercase() || "\"{`".contains(c));
    is_begun && text.split(' ').count() > 2 && !text.ends_with('.')
}

/// The parts of a format between its `{…}`.
fn fixed(format: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                part.push(c);
                chars.next();
            }
            '{' => {
                parts.push(std::mem::take(&mut part));
                chars.by_ref().take_while(|c| *c != '}').for_each(drop);
            }
            c => part.push(c),
        }
    }
    parts.push(part);
    parts
}

/// Whether a line holds the parts in order. The first letter of a message becomes a capital where it is drawn.
fn holds(line: &str, parts: &[String]) -> bool {
    let line = line.to_lowercase();
    let mut rest = line.as_str();
    parts.iter().all(|part| {
        let part = part.to_lowercase();
        let found = rest.find(&part);
        rest = found.map_or("", |at| &rest[at + part.len()..]);
        found.is_some()
    })
}

/// The lines of golden texts, and each as a whole without line breaks: a help goes on over several lines.
pub fn lines(texts: &[(String, String)]) -> Vec<String> {
    let golden = texts.iter().filter(|(file, _)| file.ends_with("/expected.txt"));
    golden
        .flat_map(|(_, text)| {
            let titles =
                text.lines().filter(|line| line.starts_with("error: ") || line.starts_with("warning: "));
            let notes = text.split("  = ").map(|note| note.split_whitespace().collect::<Vec<_>>().join(" "));
            titles.map(str::to_string).chain(notes).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn messages_are_found_in_sources() {
    let text = r#"
fn a() {
    // "No message"
    Diagnostic::error(format!("There is no {what} \"{name}\"")).at(span, "a label");
    Diagnostic::warning("It is {{odd}} \
        here");
}
fn b() {
    let summary = match x { 1 => "The first is wrong", _ => "The other one is" };
    Diagnostic::error(summary).at(span, "no such thing here").help("Write it anew.");
}
"#;
    let sources = [Source::new("src/config/a.rs", text)];
    let found: Vec<(usize, String)> = messages(&sources[0]).into_iter().map(|m| (m.line, m.text)).collect();
    let found: Vec<(usize, &str)> = found.iter().map(|(line, text)| (*line, text.as_str())).collect();
    let expected = [
        (4, "There is no {what} \"{name}\""),
        (10, "The first is wrong"),
        (10, "The other one is"),
        (5, "It is {{odd}} here"),
    ];
    assert_eq!(found, expected);
    let golden =
        ["error: There is no variable \"x\"", "error: it is {odd} here", "error: The first is wrong"];
    let golden: Vec<String> = golden.into_iter().map(String::from).collect();
    let told = |elsewhere: &[(&str, &str)]| -> Vec<String> {
        check(&sources, &golden, elsewhere, &[]).into_iter().map(|complaint| complaint.what).collect()
    };
    assert_eq!(told(&[]), ["no golden text shows \"The other one is\""]);
    assert!(told(&[("The other one is", "a broken disk")]).is_empty());
    assert_eq!(told(&[("The other one is", "tests/x.rs"), ("No more", "")]).len(), 2);
}
