//! Promises of every diagnostic: it points into the text, at whole characters, and can be drawn and written as JSON.

use patchform::config::Sources;
use patchform::model::{Diagnostics, Span};
use patchform::report::diagnostic::{Look, draw_all, to_json};

/// Terminals that it is drawn for.
const LOOKS: [Look; 3] = [Look::PLAIN, Look { colour: true, width: 20 }, Look { colour: false, width: 0 }];

/// Panics when one of `problems` breaks a promise.
pub fn check(problems: &Diagnostics, sources: &Sources) {
    for problem in &problems.0 {
        assert!(!problem.summary.is_empty(), "{problem:?} says nothing");
        let places = problem.primary.iter().chain(&problem.related);
        places.for_each(|(span, _)| inside(*span, sources));
    }
    for look in LOOKS {
        assert_eq!(draw_all(problems, sources, look).is_empty(), problems.0.is_empty());
    }
    let json = to_json(problems, sources);
    let listed = json["diagnostics"].as_array().map_or(0, Vec::len);
    assert_eq!(listed, problems.0.len(), "as JSON some are lost");
}

fn inside(span: Span, sources: &Sources) {
    let text = sources.text(span.file);
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(start <= end && end <= text.len(), "{span:?} in {} bytes", text.len());
    assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{span:?} cuts a character");
}
