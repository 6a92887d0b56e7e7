//! The forms of texts: patterns and formats of the schemas.

use crate::csaf::document::Edition;
use crate::moment::Moment;

/// A form of a text.
pub struct Form {
    /// As a message says it: `a date and time`.
    pub name: &'static str,
    holds: fn(&str, Edition) -> bool,
}

impl Form {
    /// Whether the text has the form.
    pub fn holds(&self, text: &str, edition: Edition) -> bool {
        (self.holds)(text, edition)
    }
}

pub static DATE_TIME: Form =
    Form { name: "a date and time (RFC 3339)", holds: |text, _| Moment::parse(text).is_some() };
pub static URI: Form = Form { name: "a URI (RFC 3986)", holds: |text, _| is_uri(text) };
pub static VERSION: Form =
    Form { name: "a version (an integer or a semantic version)", holds: |text, _| is_version(text) };
pub static LANGUAGE: Form = Form {
    name: "a language tag (RFC 5646)",
    holds: |text, _| language_tags::LanguageTag::parse(text).is_ok(),
};
pub static CVE: Form = Form { name: "a CVE", holds: |text, _| is_cve(text) };
pub static CWE: Form = Form { name: "a CWE", holds: |text, _| is_cwe(text) };
pub static CWE_VERSION: Form =
    Form { name: "a version of the CWE list", holds: |text, _| is_cwe_version(text) };
pub static CPE: Form = Form { name: "a CPE", holds: |text, _| is_cpe(text) };
pub static PURL: Form = Form { name: "a package URL", holds: is_purl };
pub static CATEGORY: Form =
    Form { name: "a name without blanks, `-`, `_` or `.` at its ends", holds: |text, _| is_category(text) };
pub static TRACKING_ID: Form = Form {
    name: "an id without blanks at its ends",
    holds: |text, _| !text.is_empty() && text.trim() == text,
};
pub static DIGEST: Form = Form { name: "a digest in hexadecimal of at least 128 bits", holds: is_digest };
pub static ALGORITHM: Form = Form { name: "a name of an algorithm", holds: is_algorithm };
pub static UUID: Form =
    Form { name: "a UUID of version 4, of zeros only or of ones only", holds: |text, _| is_uuid(text) };
pub static SHARE: Form = Form { name: "a decimal between 0.0 and 1.0", holds: |text, _| is_share(text) };
pub static SSVC_KEY: Form = Form { name: "a key of SSVC", holds: |text, _| is_ssvc_key(text) };
pub static SEMANTIC: Form = Form { name: "a semantic version", holds: |text, _| is_semantic(text) };
pub static SSVC_NAMESPACE: Form = Form {
    name: "a namespace of SSVC",
    holds: |text, _| (3..=1000).contains(&text.len()) && !text.contains(char::is_whitespace),
};

fn all(text: &str, holds: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(holds)
}

fn digits(text: &str) -> bool {
    all(text, |byte| byte.is_ascii_digit())
}

/// A scheme, and behind it only letters that RFC 3986 knows, `%` only before two hexadecimal digits.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && all(scheme, |byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let lettered =
        rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte));
    let escaped = rest
        .split('%')
        .skip(1)
        .all(|after| after.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)));
    named && lettered && escaped
}

/// An integer, or a semantic version (3.1.11 of the standard).
pub fn is_version(text: &str) -> bool {
    is_number(text) || is_semantic(text)
}

/// A number without leading zeros.
fn is_number(text: &str) -> bool {
    digits(text) && (text == "0" || !text.starts_with('0'))
}

fn is_semantic(text: &str) -> bool {
    let (rest, build) = text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
    let word = |part: &str| all(part, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let numbered = core.split('.').count() == 3 && core.split('.').all(is_number);
    let pre =
        pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!digits(part) || is_number(part))));
    numbered && pre && build.is_none_or(|build| build.split('.').all(word))
}

fn is_cve(text: &str) -> bool {
    let parts = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| year.len() == 4 && digits(year) && number.len() >= 4 && digits(number))
}

fn is_cwe(text: &str) -> bool {
    let number = text.strip_prefix("CWE-");
    number.is_some_and(|number| number.len() <= 6 && is_number(number) && number != "0")
}

fn is_cwe_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    match parts[..] {
        [major, minor] => is_number(major) && major != "0" && is_number(minor),
        [major, minor, patch] => is_number(major) && major != "0" && is_number(minor) && digits(patch),
        _ => false,
    }
}

/// A name of CPE 2.3 as a formatted string (NISTIR 7695, 6.2), or of CPE 2.2 as a URI (6.1).
fn is_cpe(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("cpe:2.3:") {
        return is_formatted_cpe(rest);
    }
    let Some(rest) = text.get(..5).filter(|start| start.eq_ignore_ascii_case("cpe:/")).map(|_| &text[5..])
    else {
        return false;
    };
    let mut parts = rest.split(':');
    let part = parts.next().unwrap_or_default();
    let lettered =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-~%".contains(&byte));
    let parts: Vec<&str> = parts.collect();
    (part.is_empty() || matches!(part, "a" | "h" | "o" | "A" | "H" | "O"))
        && parts.len() <= 6
        && parts.into_iter().all(lettered)
}

fn is_formatted_cpe(text: &str) -> bool {
    let parts = cpe_parts(text);
    let [part, rest @ ..] = &parts[..] else { return false };
    matches!(*part, "a" | "h" | "o" | "*" | "-")
        && rest.len() == 10
        && rest.iter().enumerate().all(|(at, part)| {
            matches!(*part, "*" | "-") || if at == 5 { is_cpe_language(part) } else { is_cpe_value(part) }
        })
}

/// Parts between colons that no backslash stands before.
fn cpe_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        if byte == b':' && !escaped {
            parts.push(&text[start..at]);
            start = at + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

/// Letters, and other signs behind a backslash; `*` once or `?` several times at each end only.
fn is_cpe_value(part: &str) -> bool {
    let inner = part.strip_prefix('*').unwrap_or_else(|| part.trim_start_matches('?'));
    let wild = |inner: &str| inner.ends_with('*') && !inner.ends_with("\\*");
    let inner = if wild(inner) { &inner[..inner.len() - 1] } else { unquestioned(inner) };
    let (mut bytes, mut some) = (inner.bytes(), false);
    while let Some(byte) = bytes.next() {
        some = true;
        let plain = byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let quoted = byte == b'\\' && bytes.next().is_some_and(|next| next.is_ascii_punctuation());
        if !plain && !quoted {
            return false;
        }
    }
    some
}

/// Without `?` at the end that no backslash stands before.
fn unquestioned(text: &str) -> &str {
    let cut = text.trim_end_matches('?');
    if cut.ends_with('\\') && cut.len() < text.len() { &text[..=cut.len()] } else { cut }
}

fn is_cpe_language(part: &str) -> bool {
    let (language, region) = part.split_once('-').map_or((part, None), |(a, b)| (a, Some(b)));
    let letters = |text: &str| all(text, |byte| byte.is_ascii_alphabetic());
    let region = region.is_none_or(|r| r.len() == 2 && letters(r) || r.len() == 3 && digits(r));
    (2..=3).contains(&language.len()) && letters(language) && region
}

/// 2.1 wants the type in lower case.
fn is_purl(text: &str, edition: Edition) -> bool {
    let Some((kind, rest)) = text.strip_prefix("pkg:").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let sign = |byte: u8| match edition {
        Edition::V20 => byte.is_ascii_alphanumeric() || b".-+".contains(&byte),
        Edition::V21 => byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte),
    };
    let begins = kind.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    begins && all(kind, sign) && !rest.is_empty() && is_uri(text)
}

fn is_category(text: &str) -> bool {
    let end = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.'));
    end(text.chars().next()) && end(text.chars().next_back())
}

/// 2.1 wants lower case.
fn is_digest(text: &str, edition: Edition) -> bool {
    let lower = edition == Edition::V20 || !text.bytes().any(|byte| byte.is_ascii_uppercase());
    text.len() >= 32 && lower && all(text, |byte| byte.is_ascii_hexdigit())
}

/// 2.1 wants lower case.
fn is_algorithm(text: &str, edition: Edition) -> bool {
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && (edition == Edition::V20 || !text.starts_with('-') && all(text, sign))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let long = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let only = |wanted: char| text.chars().all(|c| c == '-' || c == wanted);
    long && groups.iter().all(|group| all(group, hex))
        && (groups[2].starts_with('4') || only('0') || only('f'))
}

fn is_share(text: &str) -> bool {
    match text.split_once('.') {
        Some(("0", rest)) => digits(rest),
        Some(("1", rest)) => all(rest, |byte| byte == b'0'),
        _ => false,
    }
}

fn is_ssvc_key(text: &str) -> bool {
    let inner = all(text, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    text == "T*" || inner && !text.starts_with('_') && !text.ends_with('_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_hold_for_what_they_should() {
        let cases: [(&Form, &[&str], &[&str]); 9] = [
            (
                &URI,
                &["https://a.b/c?d=%20#e", "urn:x:1", "pkg:rpm/a"],
                &["a/b", "https://a b", "x:%2", "1:a", "a:ü"],
            ),
            (
                &VERSION,
                &["0", "12", "1.0.0", "1.0.0-rc.1+b.01"],
                &["01", "1.0", "1.0.0-01", "1.0.0-", "v1", ""],
            ),
            (&CVE, &["CVE-2024-0001", "CVE-1999-123456"], &["CVE-24-0001", "CVE-2024-1", "cve-2024-0001"]),
            (&CWE, &["CWE-79"], &["CWE-079", "CWE-0", "CWE-1234567", "79"]),
            (
                &CPE,
                &[
                    "cpe:2.3:o:redhat:enterprise_linux:8.0:*:*:*:*:*:*:*",
                    "cpe:2.3:a:a:b\\:c:1.0:r?:-:en-US:*:*:*:*",
                    "cpe:/o:redhat:enterprise_linux:9::baseos",
                    "cpe:/",
                ],
                &["cpe:2.3:o:redhat", "cpe:/x:a", "cpe:/a:b c", "cpe:2.3:x:a:b:1:*:*:*:*:*:*:*", "cpe"],
            ),
            (&PURL, &["pkg:rpm/redhat/a@1"], &["pkg:/a", "pkg:rpm", "rpm/a"]),
            (&CATEGORY, &["csaf_vex", "a"], &["", "-a", "a_", " a"]),
            (
                &UUID,
                &["5868d6be-b28a-404e-a245-0b5093b31b8b"],
                &["5868d6be-b28a-304e-a245-0b5093b31b8b", "f"],
            ),
            (&SHARE, &["0.5", "1.0"], &["1.1", ".5", "0", "2.0"]),
        ];
        for (form, right, wrong) in cases {
            for text in right {
                assert!(form.holds(text, Edition::V20), "{text} is {}", form.name);
            }
            for text in wrong {
                assert!(!form.holds(text, Edition::V20), "{text} is not {}", form.name);
            }
        }
        assert!(PURL.holds("pkg:RPM/a", Edition::V20) && !PURL.holds("pkg:RPM/a", Edition::V21));
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_without_a_panic(text in "(cpe:2.3:|cpe:/|pkg:|CVE-)?.{0,30}") {
            for form in [&URI, &VERSION, &CPE, &PURL, &CVE, &CWE_VERSION, &UUID, &CATEGORY, &LANGUAGE, &DIGEST] {
                form.holds(&text, Edition::V20);
                form.holds(&text, Edition::V21);
            }
        }
    }
}
