//! An assessment as CSV (RFC 4180), one line for each finding.

use super::{Assessment, words};
use crate::report::harmless;
use std::io;

const TITLES: &str = "component,vulnerability,package,installed,fix,priority,standing,due,first_seen,record,feed,why,exception\r\n";

/// Writes the titles, and a line for each finding.
///
/// # Errors
/// Those of `out`.
pub fn write(assessment: &Assessment<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(TITLES.as_bytes())?;
    for found in &assessment.found {
        let (key, finding) = (found.key(), &found.named.said.finding);
        let cells = [
            key.component.to_string(),
            key.vulnerability.to_string(),
            key.package.to_string(),
            finding.installed.version.clone(),
            if found.target().is_fixed() { found.target().to_string() } else { String::new() },
            found.judged.priority.word().to_string(),
            words::standing(found).to_string(),
            words::day(found).unwrap_or_default(),
            found.judged.first_seen.to_string(),
            finding.record.id.clone(),
            finding.record.provenance.feed.clone(),
            finding.why.to_string(),
            words::passes(found).unwrap_or_default(),
        ];
        write!(out, "{}\r\n", cells.map(|cell| self::cell(&cell)).join(","))?;
    }
    Ok(())
}

/// A cell that is read as the text it is: what a spreadsheet would take for a formula has an apostrophe before it.
fn cell(text: &str) -> String {
    let text = harmless::one_line(text);
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text };
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn hostile_text_stays_in_its_cell() {
        for (text, shown) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("@x", "'@x"),
        ] {
            assert_eq!(cell(text), shown);
        }
        assert!(!cell("a\r\nb\u{1b}[2J").contains(['\r', '\n', '\u{1b}']));
    }
}
