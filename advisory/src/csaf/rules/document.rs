//! Tests of languages: 6.1.12, 6.1.15 and 6.1.28.

use super::{Findings, Subject};
use language_tags::LanguageTag;

/// 6.1.12: in the IANA Language Subtag Registry.
pub fn language(subject: &Subject, findings: &mut Findings) {
    let document = &subject.document.document;
    for (name, tag) in [("lang", &document.lang), ("source_lang", &document.source_lang)] {
        let Some(tag) = tag else { continue };
        let wrong = match LanguageTag::parse(tag) {
            Ok(parsed) => parsed.validate().err().map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(reason) = wrong {
            findings.tell(format!("/document/{name}"), format!("{tag}: {reason}"));
        }
    }
}

/// 6.1.15
pub fn translator(subject: &Subject, findings: &mut Findings) {
    let document = &subject.document.document;
    let source = document.source_lang.as_ref().is_some_and(|tag| !tag.is_empty());
    if document.publisher.category == "translator" && !source {
        findings.tell("/document/source_lang", "is missing, though the publisher is a translator");
    }
}

/// 6.1.28
pub fn translation(subject: &Subject, findings: &mut Findings) {
    let document = &subject.document.document;
    if let (Some(to), Some(from)) = (&document.lang, &document.source_lang)
        && to.eq_ignore_ascii_case(from)
    {
        findings.tell("/document/lang", format!("{to} is the source language, too"));
    }
}
