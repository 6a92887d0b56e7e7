//! Laws that hold for every scheme and every text: a total order, nothing lost by parsing, no panic.

use patchform_versions::{Constraint, Scheme};
use proptest::prelude::*;
use std::cmp::Ordering;

/// Texts that are close to versions: short, over few pieces, so that many are valid and many are nearly equal.
fn versionish() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "0", "1", "2", "10", "00", "01", "a", "b", "A", "rc", "alpha", "p", "v", "x86_64", ".", ".", "-",
        "-", "-r", "_", "~", "^", "+", ":", "é",
    ]);
    let number = prop::sample::select(vec!["0", "1", "1.0", "1.2.3", "v1.0", "1:2", "n-1"]);
    (number, prop::collection::vec(pieces, 0..6))
        .prop_map(|(number, rest)| format!("{number}{}", rest.concat()))
}

fn scheme() -> impl Strategy<Value = Scheme> {
    prop::sample::select(Scheme::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_is_total(scheme in scheme(), texts in prop::array::uniform3(versionish())) {
        let [a, b, c] = &texts;
        if let (Ok(a), Ok(b), Ok(c)) = (scheme.parse(a), scheme.parse(b), scheme.parse(c)) {
            prop_assert_eq!(a.cmp(&a), Ordering::Equal);
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            if a <= b && b <= c {
                prop_assert!(a <= c, "{} {} {}", a, b, c);
                if a == c {
                    prop_assert!(a == b && b == c, "{} {} {}", a, b, c);
                }
            }
            prop_assert_eq!(scheme.compare(a.as_str(), b.as_str()), Ok(a.cmp(&b)));
        }
    }

    #[test]
    fn parsing_loses_nothing(scheme in scheme(), text in versionish()) {
        if let Ok(version) = scheme.parse(&text) {
            prop_assert_eq!(version.to_string(), text);
            let warned = version.warning().is_some();
            prop_assert_eq!(scheme.parse_strict(version.as_str()).is_err(), warned);
        }
    }

    #[test]
    fn natural_takes_no_two_texts_for_one(a in versionish(), b in versionish()) {
        if let (Ok(x), Ok(y)) = (Scheme::Natural.parse(&a), Scheme::Natural.parse(&b)) {
            prop_assert_eq!(x == y, a == b);
        }
    }

    #[test]
    fn nothing_panics_and_places_lie_in_the_text(scheme in scheme(), text in ".{0,40}", other in versionish()) {
        for text in [&text, &other] {
            if let Err(error) = scheme.parse(text) {
                prop_assert!(text.is_char_boundary(error.at), "{:?}", error);
                prop_assert!(!error.to_string().is_empty());
            }
            if let Ok(version) = scheme.parse(text)
                && let Some(warning) = version.warning()
            {
                prop_assert!(version.as_str().is_char_boundary(warning.at), "{:?}", warning);
            }
            for prefix in ["", ">= ", "~> ", "1, !="] {
                let text = format!("{prefix}{text}");
                match Constraint::parse(scheme, &text) {
                    Err(error) => prop_assert!(text.is_char_boundary(error.at), "{:?}", error),
                    Ok(constraint) => {
                        let again = Constraint::parse(scheme, &constraint.to_string());
                        prop_assert_eq!(again.as_ref(), Ok(&constraint));
                        for (_, bound) in constraint.conditions() {
                            constraint.matches(bound);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn operators_agree_with_the_order(scheme in scheme(), a in versionish(), b in versionish()) {
        // An rpm bound may leave out the release, a semver bound excludes pre-releases: those have their own tests.
        if matches!(scheme, Scheme::Rpm | Scheme::Semver) || b.contains(',') {
            return Ok(());
        }
        if let (Ok(version), Ok(bound)) = (scheme.parse(&a), scheme.parse(&b)) {
            let matches = |sign: &str| Constraint::parse(scheme, &format!("{sign} {b}")).unwrap().matches(&version);
            let order = version.cmp(&bound);
            let table = [
                ("=", order.is_eq()), ("!=", order.is_ne()), (">", order.is_gt()),
                (">=", order.is_ge()), ("<", order.is_lt()), ("<=", order.is_le()),
            ];
            for (sign, wanted) in table {
                prop_assert_eq!(matches(sign), wanted, "{} {} {}", a, sign, b);
            }
        }
    }
}
