//! Tests of the splitter.

use super::*;
use proptest::prelude::*;

fn of(text: &str) -> Split {
    split(text, FileId(0), 0..text.len())
}

fn pieces(text: &str) -> Vec<&str> {
    let split = of(text);
    assert_eq!(split.problems, Vec::new(), "{text}");
    split.pieces.iter().map(|p| &text[p.range.clone()]).collect()
}

/// Summary and the text under the caret of each problem.
fn problems(text: &str) -> Vec<(String, &str)> {
    let at = |d: &Diagnostic| d.primary.as_ref().map_or("", |(s, _)| &text[s.start as usize..s.end as usize]);
    of(text).problems.iter().map(|d| (d.summary.clone(), at(d))).collect()
}

#[test]
fn splits_at_items() {
    let text = "a = 1\n# c { \"\n\nb \"x\" {\n  y = [\n 1\n]\n} // }\n/* { */ c = <<EOT\n } \"\n  EOT\nd = \"}${ {a = \"}\"} }$${\"\r\ne {}";
    assert_eq!(
        pieces(text),
        [
            "a = 1",
            "b \"x\" {\n  y = [\n 1\n]\n} // }",
            "c = <<EOT\n } \"\n  EOT",
            "d = \"}${ {a = \"}\"} }$${\"",
            "e {}"
        ]
    );
}

#[test]
fn a_bracket_that_is_closed_by_another_one_is_told_once() {
    let by = |open: &str, wrong: &str| format!("This `{open}` is closed by `{wrong}`");
    for (text, told) in [
        ("b = (1]\nc = 2\n", vec![(by("(", "]"), "]")]),
        ("b = [1)\nc = 2\n", vec![(by("[", ")"), ")")]),
        ("b = (1])\nc = 2\n", vec![("This `]` closes nothing".to_string(), "]")]),
    ] {
        assert_eq!(problems(text), told, "{text}");
    }
}

#[test]
fn tells_attributes_from_blocks() {
    let text = "a = {}\nb \"=\" { c = 1 }\nnonsense\n";
    let shapes: Vec<Shape> = of(text).pieces.into_iter().map(|p| p.shape).collect();
    assert_eq!(shapes, [Shape::Attribute, Shape::Block { body: 14..21 }, Shape::Other]);
}

#[test]
fn a_brace_on_its_own_line_stays_with_its_header() {
    assert_eq!(pieces("component \"a\" \"b\"\n{\n}\nx = 1"), ["component \"a\" \"b\"\n{\n}", "x = 1"]);
}

#[test]
fn says_what_is_not_closed_and_goes_on() {
    for (text, found, whole) in [
        ("a {\n  b = 1\n\nc \"d\" {\n}\n", vec![("This `{` is never closed", "{")], 2),
        ("a {\n  b = (1\n  c = 2\n}\nd = 1\n", vec![], 2),
        ("a = [1, (\n  2\nb = 1\n", vec![("This `(` is never closed", "(")], 1),
        ("a = [\n  b = 1\n]\nc = 1\n", vec![], 2),
        ("a = (\nb == 1\n)\nc = 1\n", vec![], 2),
        ("a {\n  b = (1 }\nc = 1\n", vec![], 2),
        ("a {\n  b {\n    c = 1\n  d = 1\ne \"f\" {\n}\n", vec![], 2),
        ("a {\n  b = 1\nc = 1\nd = 2\n", vec![("This `{` is never closed", "{")], 3),
        ("a { b = (1 })\nc = 1\n", vec![("`})` closes the two brackets in the wrong order", "})")], 1),
        ("a = \"x\nb = 1\n", vec![("The quoted string does not end on its line", "\"x")], 1),
        ("a = <<-EOT\n x\nb = 1\n", vec![("This heredoc is never closed", "<<-EOT")], 0),
        ("a = 1 /* x\nb = 1\n", vec![("This comment is never closed", "/*")], 0),
        ("a = [1, (2]\nb = 1\n", vec![("This `(` is never closed", "(")], 1),
        ("a = 1]\nb = 1\n}\n", vec![("This `]` closes nothing", "]"), ("This `}` closes nothing", "}")], 1),
        ("a = \"${x\"\nb = 1\n", vec![("This template is never closed", "${")], 1),
        ("a = \"x\\\nb = 1\n", vec![("The quoted string does not end on its line", "\"x\\")], 1),
        ("a = <<E\nE x\nE.\n", vec![("This heredoc is never closed", "<<E")], 0),
        (
            "a = << EOT\nx\nEOT\nb = 1\n",
            vec![("The marker of a heredoc must follow `<<` at once, without quotes", "<< EOT")],
            1,
        ),
        (
            "a = <<-\"E\"\n{\n E\nb = 1\n",
            vec![("The marker of a heredoc must follow `<<` at once, without quotes", "<<-\"E\"")],
            1,
        ),
    ] {
        let wanted: Vec<(String, &str)> = found.into_iter().map(|(s, t)| (s.to_string(), t)).collect();
        assert_eq!(problems(text), wanted, "{text}");
        assert_eq!(of(text).pieces.len(), whole, "{text}");
    }
}

#[test]
fn deep_nesting_is_refused_and_the_next_block_still_found() {
    let deep = format!("a = {}{}\nb \"c\" {{\n}}\n", "[".repeat(100_000), "]".repeat(100_000));
    let split = of(&deep);
    assert_eq!(split.problems.len(), 1);
    assert!(split.problems[0].summary.contains("too deeply"));
    assert_eq!(split.pieces.len(), 1);
}

#[test]
fn hostile_texts_cost_linear_time() {
    // Each of these is quadratic for a scanner that starts again at every unclosed bracket.
    for unit in [
        "a {\nb \"c\" {\n",
        "a = \"\n",
        "a = (\n",
        "a = <<E\n",
        "/* ",
        "a \"${",
        "]\n",
        "<<E\nE    ",
        "a = << E\n",
        "a {\nb {\n}\n",
        "a {\n  b = (\n",
        "a = (\n a\nb {\n  c\n",
        "a {\n b = \"${\n",
    ] {
        let text = unit.repeat(2_000_000 / unit.len());
        let split = of(&text);
        assert!(split.problems.len() <= MAX_PROBLEMS + 1, "{unit}: {}", split.problems.len());
    }
}

#[test]
fn an_item_that_is_too_large_is_refused() {
    let text = format!("a = \"{}\"\nb = 1\n", "x".repeat(MAX_ITEM));
    let split = of(&text);
    assert_eq!(split.problems[0].summary, "This item is too large");
    assert_eq!(split.pieces.len(), 1);
}

proptest! {
    #[test]
    fn pieces_lie_in_order_within_the_text(text in "([ab=\n \"'{}()\\[\\]$%#/*<E\\\\-]|ö|\\$\\{|<<E\n){0,60}") {
        let split = of(&text);
        let mut last = 0;
        for piece in split.pieces {
            prop_assert!(piece.range.start >= last && piece.range.end <= text.len());
            prop_assert!(text.get(piece.range.clone()).is_some());
            if let Shape::Block { body } = piece.shape {
                prop_assert!(piece.range.start <= body.start && body.end <= piece.range.end);
            }
            last = piece.range.end;
        }
    }
}
