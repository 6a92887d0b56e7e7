//! Versions and constraints: a total order in every scheme, and places that lie in the text.

use patchform_versions::{Constraint, Nevra, ParseError, Scheme};
use std::cmp::Ordering;

/// The first byte chooses the scheme; the lines after it are three versions.
pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let scheme = Scheme::ALL[usize::from(*first) % Scheme::ALL.len()];
    let mut lines = text.split('\n');
    let texts: [&str; 3] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    texts.iter().for_each(|text| alone(scheme, text));
    ordered(scheme, texts);
    if let Err(error) = Nevra::parse(texts[0]) {
        placed(&error);
    }
}

fn alone(scheme: Scheme, text: &str) {
    match scheme.parse(text) {
        Ok(version) => {
            assert_eq!(version.cmp(&version), Ordering::Equal);
            assert_eq!(scheme.parse(version.as_str()).as_ref(), Ok(&version));
            let warned = version.warning();
            assert_eq!(scheme.parse_strict(version.as_str()).is_err(), warned.is_some());
            assert!(warned.is_none_or(|w| version.as_str().is_char_boundary(w.at)));
        }
        Err(error) => placed(&error),
    }
    match Constraint::parse(scheme, text) {
        Ok(constraint) => {
            let again = Constraint::parse(scheme, &constraint.to_string());
            assert_eq!(again.as_ref(), Ok(&constraint), "written and read it is another");
            for (_, bound) in constraint.conditions() {
                constraint.matches(bound);
            }
        }
        Err(error) => placed(&error),
    }
}

fn ordered(scheme: Scheme, texts: [&str; 3]) {
    let [Ok(a), Ok(b), Ok(c)] = texts.map(|text| scheme.parse(text)) else { return };
    assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
    assert_eq!(scheme.compare(a.as_str(), b.as_str()), Ok(a.cmp(&b)));
    if a <= b && b <= c {
        assert!(a <= c, "{a} {b} {c}");
        assert!(a != c || (a == b && b == c), "{a} {b} {c}");
    }
}

fn placed(error: &ParseError) {
    assert!(error.text.is_char_boundary(error.at), "{error:?}");
    assert!(!error.to_string().is_empty());
}
