//! `fileset`: the files whose paths fit a pattern.

use super::Takes::Text;
use super::files::{located, reading};
use super::text::text;
use super::{Done, Fault, Function, param};
use crate::config::scope::Files;
use crate::config::types::Type;
use crate::config::value::{Value, quoted};

pub(super) const FUNCTIONS: &[Function] =
    &[reading("fileset", &[param("path", Text), param("pattern", Text)], |a, files, _| fileset(a, files))
        .told(
            "the files below a folder whose paths fit a pattern: `*`, `?`, `[a-z]` and \
`{a,b}` stand for what is in one name, `**/` for any folders",
            "fileset(\".\", \"{plain.*,sub/o*}\")",
            "toset([\n  \"plain.txt\",\n  \"sub/one.txt\",\n])",
        )
        .gives(
            "set(string)",
            &["a folder", "a pattern: `*` within a name, `**` across folders, `?`, `[a-z]`, `{a,b}`"],
        )];

/// `*`, `?`, `[…]` and `{…}` stand for what is in one name, `**` for any folders.
fn fileset(args: &[Value], files: &dyn Files) -> Done {
    let folder = located(args, files)?;
    let (names, pattern) = plain_beginning(text(args, 1));
    fast_glob::validate(&pattern)
        .map_err(|error| Fault::at(1, format!("{} is no valid pattern: {error}", quoted(text(args, 1)))))?;
    let base = [&[folder.as_str()][..], &names].concat().join("/");
    let base = if base.is_empty() { ".".to_string() } else { base };
    let fitting = files
        .matching(&base, &pattern)
        .map_err(|problem| Fault::at(0, format!("{}: {problem}", quoted(&base))))?;
    let whole = fitting.into_iter().map(|path| {
        let path = [names.as_slice(), &[path.as_str()]].concat().join("/");
        Value::string(super::paths::clean(&path))
    });
    Ok(Value::set(whole.collect()).holding(|| Type::String))
}

/// The folders at the beginning in which nothing stands for something else, and the pattern that is left.
fn plain_beginning(pattern: &str) -> (Vec<&str>, String) {
    let mut names = Vec::new();
    let mut rest = pattern.trim_start_matches('/');
    while let Some((name, behind)) = rest.split_once('/')
        && !name.contains(['*', '?', '[', '{', '\\'])
    {
        names.push(name);
        rest = behind.trim_start_matches('/');
    }
    // An exclamation mark is a letter like others.
    let pattern = if rest.starts_with('!') { format!("\\{rest}") } else { rest.to_string() };
    (names, pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_folders_are_taken_off_a_pattern() {
        for (pattern, names, rest) in [
            ("*.tf", &[][..], "*.tf"),
            ("a/b/*.tf", &["a", "b"], "*.tf"),
            ("a/{b,c}/d", &["a"], "{b,c}/d"),
            ("/a//b", &["a"], "b"),
            ("../a/**/x", &["..", "a"], "**/x"),
            ("!a", &[], "\\!a"),
        ] {
            assert_eq!(plain_beginning(pattern), (names.to_vec(), rest.to_string()), "{pattern}");
        }
    }
}
