//! Tests of licences (2.1): 6.1.54 and 6.1.55.

use super::profile::{english, noted};
use super::{Findings, Subject};

/// 6.1.54: the grammar of SPDX expressions (SPDX 3.0.1, annex B). Whether an identifier is on SPDX's list is another
/// test (6.2.42); parts of other documents cannot be named.
pub fn expression(subject: &Subject, findings: &mut Findings) {
    let Some(expression) = &subject.document.document.license_expression else { return };
    if let Err(reason) = grammar(expression) {
        findings.tell("/document/license_expression", format!("{expression}: {reason}"));
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    License,
    Operator,
    Exception,
}

fn grammar(expression: &str) -> Result<(), String> {
    let (mut next, mut open) = (Next::License, 0usize);
    for word in words(expression) {
        next = match (next, word) {
            (Next::License, "(") => {
                open += 1;
                Next::License
            }
            (Next::Operator, ")") if open > 0 => {
                open -= 1;
                Next::Operator
            }
            (Next::Operator, "AND" | "OR") => Next::License,
            (Next::Operator, "WITH") => Next::Exception,
            (Next::License, word) if is_license(word) => Next::Operator,
            (Next::Exception, word) if is_id(word.strip_prefix("AdditionRef-").unwrap_or(word)) => {
                Next::Operator
            }
            (_, word) => return Err(format!("{word} is not expected there")),
        };
    }
    if next == Next::Operator && open == 0 {
        Ok(())
    } else {
        Err("something is missing at its end".to_string())
    }
}

/// Words between blanks; brackets are words of their own.
fn words(expression: &str) -> impl Iterator<Item = &str> {
    expression
        .split_inclusive(['(', ')'])
        .flat_map(|piece| match piece.strip_suffix(['(', ')']) {
            Some(before) => [before, &piece[before.len()..]],
            None => [piece, ""],
        })
        .flat_map(str::split_whitespace)
}

fn is_id(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

fn is_license(word: &str) -> bool {
    if let Some(id) = word.strip_prefix("LicenseRef-") {
        return is_id(id);
    }
    if matches!(word, "AND" | "OR" | "WITH") {
        return false;
    }
    // A prefix in other letters is a slip, not a licence of SPDX's list.
    let lower = word.to_ascii_lowercase();
    !lower.starts_with("licenseref-")
        && !lower.starts_with("documentref-")
        && is_id(word.strip_suffix('+').unwrap_or(word))
}

/// 6.1.55: a licence that neither SPDX's nor AboutCode's list has, stands in the document.
pub fn text(subject: &Subject, findings: &mut Findings) {
    let Some(expression) = &subject.document.document.license_expression else { return };
    let own = words(expression)
        .filter_map(|word| word.strip_prefix("LicenseRef-"))
        .find(|id| !id.starts_with("scancode-"));
    if let Some(id) = own.filter(|_| english(subject)) {
        noted(subject, "License", "legal_disclaimer", &format!("LicenseRef-{id} is on no list"), findings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn expressions_follow_the_grammar() {
        for right in [
            "MIT",
            "GPL-2.0+",
            "(MIT OR Apache-2.0) AND LicenseRef-a.b",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "((A))",
        ] {
            assert_eq!(grammar(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "MIT OR",
            "(MIT",
            "MIT)",
            "MIT Apache-2.0",
            "LicenseRef-a+",
            "LicenseRef-",
            "licenseref-a",
            "A/B",
            "WITH",
            "MIT WITH",
        ] {
            assert!(grammar(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_without_a_panic(text in "[()A-z ]{0,30}|.{0,30}") {
            let _ = grammar(&text);
        }
    }
}
