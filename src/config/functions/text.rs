//! Text: `join`, `split`, `substr`, `trim`, …. Lengths and positions count what readers see as characters.

use super::Takes::{Number as N, Text, Texts};
use super::bounds::{bounded, gathered};
use super::numeric::number;
use super::{Done, Fault, Function, param, plain};
use crate::config::value::Value;
use unicode_segmentation::UnicodeSegmentation;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("lower", &[param("text", Text)], |a| map(a, |s| s.chars().map(lower).collect()))
        .told("the text in small letters", "lower(\"Node-A\")", "\"node-a\"")
        .gives("string", &["any text"]),
    plain("upper", &[param("text", Text)], |a| map(a, |s| s.chars().map(upper).collect()))
        .told("the text in capital letters", "upper(\"eu-1\")", "\"EU-1\"")
        .gives("string", &["any text"]),
    plain("title", &[param("text", Text)], |a| map(a, title))
        .told(
            "the text with a capital letter at the beginning of each word",
            "title(\"duty desk\")",
            "\"Duty Desk\"",
        )
        .gives("string", &["any text"]),
    plain("trimspace", &[param("text", Text)], |a| map(a, |s| s.trim().to_string()))
        .told("the text without white space at both ends", "trimspace(\"  15.3\\n\")", "\"15.3\"")
        .gives("string", &["any text"]),
    plain("chomp", &[param("text", Text)], |a| map(a, |s| s.trim_end_matches(['\r', '\n']).to_string()))
        .told("the text without line breaks at its end", "chomp(\"15.3\\n\")", "\"15.3\"")
        .gives("string", &["any text"]),
    plain("strrev", &[param("text", Text)], |a| map(a, |s| s.graphemes(true).rev().collect()))
        .told("the text backwards, by characters as people see them", "strrev(\"abc\")", "\"cba\"")
        .gives("string", &["any text"]),
    plain("trim", &[param("text", Text), param("characters", Text)], |a| {
        map(a, |s| s.trim_matches(|c| text(a, 1).contains(c)).to_string())
    })
    .told("the text without any of these characters at both ends", "trim(\"--web--\", \"-\")", "\"web\"")
    .gives("string", &["any text", "each of its characters is taken away; their order does not matter"]),
    plain("trimprefix", &[param("text", Text), param("prefix", Text)], |a| {
        map(a, |s| s.strip_prefix(text(a, 1)).unwrap_or(s).to_string())
    })
    .told("the text without this beginning, if it has it", "trimprefix(\"v1.2.0\", \"v\")", "\"1.2.0\"")
    .gives("string", &["any text", "the beginning to take away, once"]),
    plain("trimsuffix", &[param("text", Text), param("suffix", Text)], |a| {
        map(a, |s| s.strip_suffix(text(a, 1)).unwrap_or(s).to_string())
    })
    .told("the text without this end, if it has it", "trimsuffix(\"api.tar.gz\", \".tar.gz\")", "\"api\"")
    .gives("string", &["any text", "the end to take away, once"]),
    plain("startswith", &[param("text", Text), param("prefix", Text)], |a| {
        Ok(Value::bool(text(a, 0).starts_with(text(a, 1))))
    })
    .told("whether the text begins so", "startswith(\"eu-1\", \"eu-\")", "true")
    .gives("bool", &["any text", "the beginning to look for; the empty one is always there"]),
    plain("endswith", &[param("text", Text), param("suffix", Text)], |a| {
        Ok(Value::bool(text(a, 0).ends_with(text(a, 1))))
    })
    .told("whether the text ends so", "endswith(\"api.tar.gz\", \".zip\")", "false")
    .gives("bool", &["any text", "the end to look for; the empty one is always there"]),
    plain("strcontains", &[param("text", Text), param("part", Text)], |a| {
        Ok(Value::bool(text(a, 0).contains(text(a, 1))))
    })
    .told("whether the part stands anywhere in the text", "strcontains(\"postgresql-15\", \"sql\")", "true")
    .gives("bool", &["any text", "the part to look for; the empty one is always there"]),
    plain("strlen", &[param("text", Text)], |a| Ok(Value::number(text(a, 0).graphemes(true).count())))
        .told("how many characters the text has, as people count them", "strlen(\"äöü\")", "3")
        .gives("number", &["any text"]),
    plain("substr", &[param("text", Text), param("offset", N), param("length", N)], substr)
        .told(
            "so many characters from an offset on; a negative offset counts from the end, a \
length of -1 takes the rest",
            "substr(\"postgresql\", 4, -1)",
            "\"gresql\"",
        )
        .gives(
            "string",
            &[
                "any text",
                "how many characters to pass over; negative: from the end",
                "how many characters to take; -1 for all that follow",
            ],
        ),
    plain("indent", &[param("spaces", N), param("text", Text)], indent)
        .told(
            "the text with spaces before each line but the first",
            "indent(2, \"a:\\nb\")",
            "<<EOT\na:\n  b\nEOT",
        )
        .gives("string", &["how many spaces", "any text"]),
    plain("split", &[param("separator", Text), param("text", Text)], split)
        .told(
            "the parts of the text between separators",
            "split(\",\", \"a,b,c\")",
            "tolist([\n  \"a\",\n  \"b\",\n  \"c\",\n])",
        )
        .gives(
            "list(string)",
            &[
                "what stands between the parts; with an empty one each character is a part",
                "the text to part",
            ],
        ),
    plain("join", &[param("separator", Text)], join)
        .and(param("lists", Texts))
        .told(
            "the elements of the lists, put together with the separator in between",
            "join(\"-\", [\"eu\", \"web\", \"1\"])",
            "\"eu-web-1\"",
        )
        .gives(
            "string",
            &["what to put between the elements", "lists of texts, one behind the other; at least one"],
        ),
    plain("format", &[param("format", Text)], super::format::format)
        .and(super::nullable("values"))
        .told(
            "a text by a format: `%s` a text, `%d` a whole number, `%f` a number, `%t` a \
bool, `%q` in quotes, `%v` anything, `%#v` as JSON; with widths as in `%-8s` \
and `%03d`",
            "format(\"%s-%03d\", \"web\", 7)",
            "\"web-007\"",
        )
        .gives("string", &["the format", "the values, in the order of the format's verbs"]),
    plain("formatlist", &[param("format", Text)], super::format::formatlist)
        .and(super::nullable("values"))
        .told(
            "a text by a format for each element of the lists",
            "formatlist(\"%s.example\", [\"db\", \"web\"])",
            "tolist([\n  \"db.example\",\n  \"web.example\",\n])",
        )
        .gives(
            "list(string)",
            &["the format", "lists of one length, and values that stand for each element"],
        ),
];

/// The text at `index`; arguments have been converted already.
pub(super) fn text(args: &[Value], index: usize) -> &str {
    args.get(index).and_then(Value::as_str).unwrap_or_default()
}

fn map(args: &[Value], work: impl Fn(&str) -> String) -> Done {
    Ok(Value::string(work(text(args, 0))))
}

/// Letters that would become several keep to the one that Unicode names, or stay as they are, as in Terraform.
fn single(original: char, mut changed: impl ExactSizeIterator<Item = char>) -> char {
    if changed.len() == 1 { changed.next().unwrap_or(original) } else { original }
}

fn lower(c: char) -> char {
    if c == 'İ' { 'i' } else { single(c, c.to_lowercase()) }
}

/// Greek letters with an iota below have capitals that write it beside.
fn upper(c: char) -> char {
    match c {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            char::from_u32(c as u32 + 8).unwrap_or(c)
        }
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(c as u32 + 9).unwrap_or(c),
        other => single(other, other.to_uppercase()),
    }
}

fn title(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut within_word = false;
    for c in s.chars() {
        if within_word {
            out.push(c);
        } else {
            out.push(upper(c));
        }
        let separates =
            if c.is_ascii() { !(c.is_ascii_alphanumeric() || c == '_') } else { c.is_whitespace() };
        within_word = !separates;
    }
    out
}

/// A whole number, for positions.
pub(super) fn whole(args: &[Value], index: usize) -> Result<i64, Fault> {
    number(args, index).as_i64().ok_or_else(|| Fault::at(index, "a whole number is needed"))
}

fn substr(args: &[Value]) -> Done {
    let characters: Vec<&str> = text(args, 0).graphemes(true).collect();
    let (offset, length) = (whole(args, 1)?, whole(args, 2)?);
    let count = characters.len() as i64;
    let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    Ok(Value::string(characters[start as usize..end as usize].concat()))
}

fn indent(args: &[Value]) -> Done {
    let spaces =
        usize::try_from(whole(args, 0)?).map_err(|_| Fault::at(0, "the indentation cannot be negative"))?;
    let lines = text(args, 1).matches('\n').count();
    bounded(spaces.saturating_mul(lines.max(1)))?;
    Ok(Value::string(text(args, 1).replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

fn split(args: &[Value]) -> Done {
    let (separator, s) = (text(args, 0), text(args, 1));
    let parts = match separator.is_empty() {
        true => gathered(s.chars().map(|c| Ok(Value::string(c.to_string())))),
        false => gathered(s.split(separator).map(|part| Ok(Value::string(part)))),
    };
    parts.map(Value::list)
}

fn join(args: &[Value]) -> Done {
    let mut parts = Vec::new();
    if args.len() == 1 {
        return Err(Fault::new("at least one list is needed"));
    }
    for (i, list) in args.iter().enumerate().skip(1) {
        for item in list.as_items().unwrap_or_default() {
            parts.push(item.as_str().ok_or_else(|| Fault::at(i, "an element is null"))?);
        }
    }
    let separator = text(args, 0);
    bounded(
        parts
            .iter()
            .map(|p| p.len())
            .sum::<usize>()
            .saturating_add(separator.len().saturating_mul(parts.len())),
    )?;
    Ok(Value::string(parts.join(separator)))
}
