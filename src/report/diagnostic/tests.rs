//! Tests of the drawing.

use super::*;
use crate::model::FileId;

const TEXT: &str = "variable \"port\" {\n  type = number\n}\n\n\n\n\n\ncomponent \"release\" \"api\" {\n  path = local.ports + var.port\n}\n";

fn at(text: &str, word: &str) -> Span {
    let start = text.find(word).unwrap();
    Span::new(FileId(0), start, start + word.len())
}

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add_text("main.pf.hcl", text);
    sources
}

#[test]
fn everything_has_its_place() {
    let one = Diagnostic::error("A number is required")
        .at(at(TEXT, "var.port"), "this is a string")
        .and(at(TEXT, "number"), "declared here")
        .because("The operator + adds numbers.")
        .with_value("var.port", "\"http\"")
        .help("Give the port as a number, or take the variable out of the sum and put it into a string of its own.");
    insta::assert_snapshot!(draw(&one, &sources(TEXT), Look { colour: false, width: 80 }));
}

#[test]
fn what_is_typed_is_not_wrapped() {
    let help = "If it is the same one under another name, `patchform state mv command.a 'command.b[\"x y\"]'` tells so.";
    let narrow = |help: &str| {
        let one = Diagnostic::error("Hm").help(help);
        draw(&one, &sources(TEXT), Look { colour: false, width: 60 })
    };
    let drawn = narrow(help);
    assert!(drawn.contains("`patchform state mv command.a 'command.b[\"x y\"]'`"), "{drawn}");
    // A single one begins nothing.
    let lone = narrow(&help.replacen('`', "", 1));
    assert!(lone.lines().all(|line| line.chars().count() <= 60), "{lone}");
}

#[test]
fn colours_only_when_asked_for() {
    let one = Diagnostic::warning("Hm").at(at(TEXT, "var.port"), "");
    assert!(draw(&one, &sources(TEXT), Look { colour: true, width: 80 }).contains("\u{1b}["));
    assert!(!draw(&one, &sources(TEXT), Look::PLAIN).contains('\u{1b}'));
}

#[test]
fn what_a_terminal_obeys_is_shown() {
    let one = Diagnostic::error("a\u{1b}[2J").quoting("b\u{1b}[2J c\r\nd").help("e\u{9b}31m");
    let one = one.with_value("f", "\u{1b}g");
    let drawn = draw(&one, &sources(TEXT), Look::PLAIN);
    assert!(!drawn.contains(|c: char| c.is_control() && c != '\n'), "{drawn:?}");
    assert!(drawn.contains("b\\u{1b}[2J c"), "{drawn}");
}

#[test]
fn a_huge_line_is_cut_around_the_place() {
    let text = format!("a = \"{}\" + nope{}\nb = 1\n", "ö".repeat(20_000_000), " ".repeat(20_000_000));
    let one = Diagnostic::error("No such thing").at(at(&text, "nope"), "here");
    insta::assert_snapshot!(draw(&one, &sources(&text), Look { colour: false, width: 80 }));
}

#[test]
fn places_outside_of_the_text_are_drawn_at_its_end() {
    let sources = sources("a = 1\n");
    for (file, start, end) in [(0, 6, 6), (0, 900, 1000), (7, 0, 5), (0, 5, 900)] {
        let one = Diagnostic::error("Hm").at(Span::new(FileId(file), start, end), "here");
        assert!(draw(&one, &sources, Look::PLAIN).starts_with("error: Hm\n"));
        assert!(to_json(&one.into(), &sources)["diagnostics"][0]["range"].is_object());
    }
}

#[test]
fn json_has_the_shape_of_terraform() {
    let one = Diagnostic::error("A number is required")
        .at(at(TEXT, "var.port"), "this is a string")
        .with_value("var.port", "\"http\"");
    let json = to_json(&one.into(), &sources(TEXT));
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn sentences_begin_with_a_capital_in_json_as_on_the_terminal() {
    let one = Diagnostic::error("null cannot stand in a text").because("it is null").help("test it with ? :");
    let json = to_json(&one.into(), &sources(TEXT));
    let first = &json["diagnostics"][0];
    assert_eq!(first["summary"], "Null cannot stand in a text");
    assert_eq!(first["detail"], "It is null\n\nTest it with ? :");
    assert_eq!(first["help"], "Test it with ? :");
    let named = Diagnostic::error("each.key is null");
    assert_eq!(to_json(&named.into(), &sources(TEXT))["diagnostics"][0]["summary"], "each.key is null");
}

#[test]
fn of_very_many_the_first_errors_are_drawn_and_the_rest_is_counted() {
    let sources = sources(TEXT);
    let mut all = Diagnostics(vec![Diagnostic::warning("Hm"); 60]);
    all.0.extend((0..90).map(|n| Diagnostic::error(format!("Number {n}"))));
    let drawn = draw_all(&all, &sources, Look::PLAIN);
    assert_eq!((drawn.matches("error: Number").count(), drawn.matches("warning: Hm").count()), (90, 10));
    assert!(drawn.ends_with("\n\nand 50 more, which are not shown\n"), "{drawn}");
    all.0.truncate(100);
    assert!(draw_all(&all, &sources, Look::PLAIN).ends_with("error: Number 39\n"));
}
