//! Tests of the reading of files into trees.

use super::*;

fn read_text(text: &str) -> (Body, Vec<(String, String)>) {
    let mut sources = Sources::new();
    let file = sources.add_text("main.pf.hcl", text);
    let mut problems = Diagnostics::default();
    let body = read(&sources, file, &mut problems);
    let shown = problems.0.iter().map(|d| {
        let at = d.primary.as_ref().map_or("", |(span, _)| sources.snippet(*span));
        (d.summary.clone(), at.to_string())
    });
    (body, shown.collect())
}

#[test]
fn keeps_places_across_items() {
    let text = "a = 1\n\ncomponent \"release\" \"api\" {\n  path = \"ö\"\n  check \"tcp\" \"up\" {\n    port = 1 + 2\n  }\n}\n";
    let (body, problems) = read_text(text);
    assert_eq!(problems, Vec::new());
    let at = |span: Span| &text[span.start as usize..span.end as usize];
    let block = &body.blocks[0];
    assert_eq!(at(block.header), "component \"release\" \"api\"");
    assert_eq!(at(block.labels[1].span), "\"api\"");
    assert_eq!(at(block.body.attributes[0].value.span()), "\"ö\"");
    let check = &block.body.blocks[0];
    assert_eq!((at(check.kind_span), at(check.body.attributes[0].value.span())), ("check", "1 + 2"));
}

#[test]
fn finds_every_mistake_of_a_block() {
    let text =
        "a \"b\" {\n  x = 'y'\n  z = 1\n  z = 2\n  q : 1\n  c {\n    d = [1 2]\n  }\n}\n\ne {\n  f = \n}\n";
    let (body, problems) = read_text(text);
    assert_eq!(body.blocks.len(), 2);
    let places: Vec<&str> = problems.iter().map(|(_, at)| at.as_str()).collect();
    assert_eq!(places, ["'", "z", ":", "", ""], "{problems:#?}");
}

#[test]
fn hostile_texts_end_in_a_message() {
    let deep = |open: &str, close: &str, n| format!("a = {}1{}", open.repeat(n), close.repeat(n));
    let texts = [
        "\0\0\0".to_string(),
        "a = \0".to_string(),
        deep("[", "]", 59),
        deep("(", ")", 59),
        deep("{a=", "}", 59),
        deep("\"${", "}\"", 29),
        deep("[", "]", 5_000),
        deep("!", "", 5_000),
        deep("-", "", 5_000),
        format!("a = 1{}", " + 1".repeat(100_000)),
        format!("a = b{}", ".c".repeat(100_000)),
        format!("a = b{}", "[0]".repeat(100_000)),
        format!("a = {}1{}", "true ? ".repeat(50_000), " : 1".repeat(50_000)),
        format!("a = {}1{}", "f(".repeat(50), ")".repeat(50)),
        format!("{}{}", "a {\n".repeat(58), "}\n".repeat(58)),
        format!("{}{}", "a {\n".repeat(5_000), "}\n".repeat(5_000)),
        format!("{}b = {{\n{}", "a {\n".repeat(50), "}\n".repeat(51)),
        "a {\n  b = [\n    for".to_string(),
        "component \"a\"".to_string(),
        "component \"a\" \"b\" {".to_string(),
        "a = <<E\n${\nE".to_string(),
        "a = \"\\".to_string(),
        "a = \"\\u12".to_string(),
    ];
    for text in texts {
        let shown: String = text.chars().take(30).collect();
        let started = std::time::Instant::now();
        let _ = read_text(&text);
        assert!(started.elapsed().as_secs() < 5, "{shown} took {:?}", started.elapsed());
    }
}

#[test]
fn line_endings_of_windows_are_read() {
    let (body, problems) =
        read_text("a \"b\" {\r\n  c = 1 # d\r\n  e = <<-X\r\n    f\r\n  X\r\n}\r\n\r\ng = 2\r\n");
    assert_eq!(problems, Vec::new());
    assert_eq!((body.blocks[0].body.attributes.len(), body.attributes.len()), (2, 1));
}

#[test]
fn a_for_may_be_followed_by_any_line_break() {
    for text in [
        "a = {for\r\n x in [1] : x => x}\r\n",
        "a = [for\r\n x in [1] : x]\r\n",
        "b {\r\n a = {for\n x in [1] : x => x}\r\n}\r\n",
    ] {
        let mut sources = Sources::new();
        let file = sources.add_text("test", text);
        let mut problems = Diagnostics::default();
        read(&sources, file, &mut problems);
        assert!(!problems.has_errors(), "{text:?}: {problems:?}");
    }
}

#[test]
fn an_operator_without_its_right_side_is_told() {
    for (text, at, words) in [
        ("a = 1 +\n", 6, "behind `+`"),
        ("b {\n  a = var.x &&\n}\n", 16, "behind `&&`"),
        ("a = x ==\nb = 2\n", 6, "behind `==`"),
        ("a { b {} }\n", 4, "cannot hold another block"),
    ] {
        let mut sources = Sources::new();
        let file = sources.add_text("test", text);
        let mut problems = Diagnostics::default();
        read(&sources, file, &mut problems);
        let first = problems.0.first().expect("a problem");
        assert!(first.summary.contains(words), "{text:?}: {}", first.summary);
        assert_eq!(first.primary.as_ref().map(|(span, _)| span.start), Some(at), "{text:?}");
    }
}
