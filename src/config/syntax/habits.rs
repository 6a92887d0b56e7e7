//! Habits from other languages: what was probably meant where the parser stopped, and how it is written here.

/// Words where an operator or a new line was expected.
const WORDS: &[(&str, &str)] = &[
    ("and", "Both conditions: `&&`."),
    ("or", "Either condition: `||`."),
    ("mod", "The remainder of a division: `%`."),
    ("in", "Whether a list holds a value: contains(list, value)."),
    ("where", "A condition stands behind `if`: [for x in list : x if x > 1]."),
    ("for", "`for` stands first: [for x in list : x]."),
];

const NOT: &str = "The opposite of a condition: `!`.";
const CHOICE: &str = "A choice is written condition ? one : other.";
const LAMBDA: &str =
    "Functions take values, not functions; [for x in list : upper(x)] makes a list of another one.";
const GOES_ON: &str = "An expression goes on on the next line only within parentheses.";
const SUM: &str = "Texts are put together in a template: \"${a}${b}\".";

/// Signs in two parts: how the text before the place ends, and how it goes on.
const SIGNS: &[(&str, &str, &str)] = &[
    ("*", "*", "A power: pow(base, exponent)."),
    ("<", ">", "Whether two values differ: `!=`."),
    ("=", ">", "One `=` stands between a name and its value."),
    ("-", ">", "One `=` stands between a name and its value."),
    ("?", "?", "The first value that is not null: coalesce(a, b)."),
    ("?", ".", "Where a part may be missing: try(a.b, null)."),
    ("\"\"", "\"", "Text of several lines stands in a heredoc (<<-EOT … EOT)."),
    ("\"", "\"", SUM),
    ("\"", ".", SUM),
    ("+", "+", SUM),
    ("", "+=", "A name gets one value, with `=`; nothing is added to it later."),
    ("", "~=", "Whether a text fits a pattern: can(regex(\"pattern\", text))."),
    ("\"", "~", SUM),
    ("", "--", "A comment begins with `#`."),
    ("", "${", "A template stands in double quotes, \"${var.x}\"; a reference alone needs neither: var.x."),
    ("", "$", "A reference stands without `$`: var.x."),
    ("...", ",", "`...` stands behind the last argument."),
];

/// What the place was probably meant to be: `before` is the item up to there, `rest` the text behind.
pub(super) fn meant(before: &str, rest: &str) -> Option<&'static str> {
    let (before, whole) = (before.trim_end(), before);
    let word = &rest[..rest.find(|c: char| !is_name(c)).unwrap_or(rest.len())];
    let last = before.rsplit(|c: char| !is_name(c)).next().unwrap_or_default();
    let first = rest.chars().next()?;
    match last {
        "not" if !word.is_empty() => return Some(NOT),
        "if" if !word.is_empty() => return Some(CHOICE),
        _ => {}
    }
    if word == "if" && !before.is_empty() {
        return Some(CHOICE);
    }
    if let Some((_, help)) = WORDS.iter().find(|(known, _)| *known == word) {
        return Some(help);
    }
    if let Some(help) = number(whole, word, rest) {
        return Some(help);
    }
    let is_arrow = rest.starts_with("->") || before.ends_with('-') && rest.starts_with('>');
    if is_arrow && before.contains(['(', '[']) {
        return Some(LAMBDA);
    }
    if let Some(help) = dotted(whole, first).or_else(|| array(before, word, first)) {
        return Some(help);
    }
    let sign = SIGNS.iter().find(|(left, right, _)| before.ends_with(left) && rest.starts_with(right));
    if let Some((.., help)) = sign {
        return Some(help);
    }
    let behind = rest[word.len()..].trim_start_matches([' ', '\t']);
    let line = rest.lines().next().unwrap_or_default();
    let within = before.ends_with('"') && !before.ends_with("\"\"") && !word.is_empty();
    if within && line.contains('"') && !behind.starts_with('=') {
        return Some("Within a text a quote is written \\\".");
    }
    if before.ends_with('}') && !word.is_empty() && behind.starts_with(['"', '{']) {
        return Some("Each block begins on a line of its own.");
    }
    let is_attribute = before.strip_suffix(last).is_some_and(|rest| rest.ends_with('.'));
    match first {
        '“' | '”' | '„' | '‘' | '’' | '«' | '»' => {
            Some("Strings stand in straight double quotes: \".")
        }
        '"' if before.is_empty() => Some("A name stands without quotes: name = …"),
        '"' if !last.is_empty() && !is_attribute => {
            Some("The arguments of a function stand in parentheses: upper(text).")
        }
        '(' if is_attribute => {
            Some("A function is not called on a value; it takes it as its argument: upper(text).")
        }
        '.' if rest.starts_with("...") => Some(
            "`...` stands behind the last argument of a call, or gathers what has one key: { for x in list : x.k => x... }.",
        ),
        '.' if !rest[1..].starts_with(is_name) => Some("A name is missing behind the dot."),
        '&' | '|' | '*' | '/' | '%' | '?' | '+' | '-' | '<' | '>' | '!' | '.' if before.is_empty() => {
            Some(GOES_ON)
        }
        '+' => Some("A number stands without `+`."),
        _ if !word.is_empty()
            && before.is_empty()
            && (behind.is_empty() || behind.starts_with(['\n', '\r'])) =>
        {
            Some("An argument is written name = value, a block name { … }.")
        }
        _ if !word.is_empty()
            && behind.starts_with('=')
            && !behind.starts_with("==")
            && !before.is_empty() =>
        {
            Some("Each argument stands on a line of its own.")
        }
        _ => None,
    }
}

/// `"a" . "b"`, `list."name"`
fn dotted(before: &str, first: char) -> Option<&'static str> {
    let left = before.trim_end().strip_suffix('.').filter(|_| first == '"')?;
    let is_joined = before.ends_with([' ', '\t']) || left.ends_with('"');
    Some(if is_joined { SUM } else { "A name in quotes stands in brackets: object[\"name\"]." })
}

/// `[]string`, `string[]`
fn array(before: &str, word: &str, first: char) -> Option<&'static str> {
    const TYPES: [&str; 4] = ["string", "number", "bool", "any"];
    let is_type = |word: &str| TYPES.contains(&word);
    let in_front = before.ends_with("[]") && is_type(word);
    let behind = before.strip_suffix('[').and_then(|left| left.rsplit(|c| !is_name(c)).next());
    (in_front || first == ']' && behind.is_some_and(is_type))
        .then_some("What a list holds stands in parentheses: list(string).")
}

/// `1,5`: whether what a comma parts are digits, and a number was meant.
pub(super) fn is_number(before: &str, behind: &str) -> bool {
    let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let is_whole = !before[..before.len() - digits].ends_with(|c| is_name(c) || c == '.');
    digits > 0 && is_whole && behind.starts_with(|c: char| c.is_ascii_digit())
}

/// What is no number here: `0x10`, `1_000`, `10GB`, `1.`, `.5`
fn number(before: &str, word: &str, rest: &str) -> Option<&'static str> {
    let begins = rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if begins {
        return Some("Write a zero before the point: 0.5.");
    }
    let digits = before.rsplit(|c: char| !is_name(c)).next().unwrap_or_default();
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match word.chars().next() {
        Some('x' | 'o' | 'b') if before.ends_with('0') => Some("Numbers are written in decimal digits."),
        Some('_') => Some("Digits stand without `_` between them."),
        Some(_) => Some("What is more than a number is a text, in double quotes: \"10GB\"."),
        None if rest.starts_with('.') => Some("Write digits behind the point, or leave it out."),
        None => None,
    }
}

/// `list[0:2]`: whether what is open before a `:` is an index.
pub(super) fn is_slice(before: &str) -> bool {
    let list = before.rfind('[').map(|index| &before[..index]);
    list.is_some_and(|list| list.ends_with(|c| is_name(c) || matches!(c, ']' | ')')))
}

/// `{ for …`: whether the brace that is open is that of a `for`.
pub(super) fn is_for(before: &str) -> bool {
    let mut closed = 0_usize;
    let open = before.char_indices().rev().find(|(_, c)| match c {
        '}' => {
            closed += 1;
            false
        }
        '{' if closed > 0 => {
            closed -= 1;
            false
        }
        c => *c == '{',
    });
    open.is_some_and(|(brace, _)| before[brace + 1..].trim_start().starts_with("for "))
}

/// What an `=` was meant to be.
pub(super) fn equals(message: &str, before: &str, rest: &str) -> &'static str {
    const PARTS: [&str; 8] = ["==", "!=", "<=", ">=", "!", "<", ">", "="];
    let half = PARTS.into_iter().find(|sign| before.ends_with(sign));
    if half.is_some_and(|half| half != "=") || rest.starts_with("=!") || rest.starts_with("=<") {
        return "A comparison is one sign, without spaces in it: ==, !=, <, <=, > or >=.";
    }
    if before.trim() == "=" {
        return GOES_ON;
    }
    if half.is_some() {
        return "One `=` stands between a name and its value.";
    }
    if before.is_empty() {
        return "A name stands before the `=`.";
    }
    let begins = before.trim_end_matches(is_name).trim_end().ends_with(['(', ',']);
    match begins && message.contains("`)` or expression") {
        true => {
            "A function takes its arguments by their places, without names; two values are compared with `==`."
        }
        false => "Two values are compared with `==`.",
    }
}

/// `name = word = …`, up to the second `=` and from there on: a word alone is no value, so that nothing is compared.
pub(super) fn second_equals(before: &str, rest: &str) -> Option<(String, String)> {
    let behind = rest.strip_prefix('=').filter(|behind| !behind.starts_with(['=', '>', '<', '!', '~']))?;
    let (name, word) = before.split_once('=').map(|(name, word)| (name.trim(), word.trim()))?;
    let is_word =
        |text: &str| text.starts_with(char::is_alphabetic) && text.chars().all(|c| is_name(c) || c == '-');
    if !is_word(name) || !is_word(word) || ["true", "false", "null"].contains(&word) {
        return None;
    }
    let next = behind.trim_start_matches([' ', '\t', '"']);
    let next = &next[..next.find(|c| !is_name(c) && c != '-').unwrap_or(next.len())];
    Some(match (name, word) {
        ("provider", "alias") if is_word(next) => (
            "A component names an alias behind its provider".to_string(),
            format!("Write provider = name.{next}, with the provider's name."),
        ),
        _ if name == word => {
            (format!("`{name} =` stands twice on this line"), format!("Write it once: {name} = …"))
        }
        _ => (
            "An argument has one `=`".to_string(),
            "Each argument stands on a line of its own; a text stands in quotes.".to_string(),
        ),
    })
}

/// What stands where the `{` of a block was expected.
pub(super) fn in_place_of_brace(rest: &str) -> Option<&'static str> {
    let behind = rest.get(1..).unwrap_or_default().trim_start();
    Some(match rest.chars().next()? {
        '=' if behind.starts_with('{') => "A block is written without `=`.",
        '=' => "The name of an argument is one word: first_second = …",
        '[' | '(' => "What a block holds stands in braces: { … }.",
        '"' => "A label is a plain text, without templates.",
        '.' => "Labels stand apart, in quotes: component \"release\" \"api\" { … }",
        _ => return None,
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
