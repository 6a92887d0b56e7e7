//! Pictures: small ones as golden text, hostile and large ones by their properties.

use super::*;
use patchform_sdk::message::Class;

fn node(label: &str, detail: &str, class: Class, tone: Tone) -> Node {
    let block = label.split('[').next().unwrap_or(label).to_string();
    Node { label: label.into(), block, detail: detail.into(), class, tone }
}

#[test]
fn draws_columns_lines_and_colours() {
    let nodes = [
        node("apt.db", "15.3", Class::Database, Tone::Plain),
        node("release.api[\"eu-1\"]", "1 → 2", Class::Other, Tone::Change),
        node("release.web", "held", Class::Other, Tone::Held),
    ];
    let graph = Graph::build(3, [(1, 0), (2, 1), (2, 0)]).unwrap();
    insta::assert_snapshot!(draw(&graph, &nodes, false));
    insta::assert_snapshot!(draw(&Graph::build(0, []).unwrap(), &[], false));
}

#[test]
fn hostile_names_are_text() {
    let hostile = "a[\"</text><script>alert(1)</script>&'\u{1b}\u{202e}\u{0}]]>\"]";
    let nodes = [node(hostile, "<b>\"1\"</b>", Class::Other, Tone::Plain)];
    let drawn = draw(&Graph::build(1, []).unwrap(), &nodes, false);
    assert!(!drawn.contains("<script") && !drawn.contains("<b>"), "{drawn}");
    assert!(!drawn.contains(['\u{1b}', '\u{202e}', '\u{0}']), "{drawn}");
    assert!(drawn.contains("&lt;script&gt;"));
}

#[test]
fn a_long_name_is_shortened_and_told_in_full() {
    let name = format!("release.api[\"{}\"]", "x".repeat(200));
    let drawn = draw(&Graph::build(1, []).unwrap(), &[node(&name, "", Class::Other, Tone::Plain)], false);
    assert!(drawn.contains('…') && drawn.contains(&escape(&name)));
}

#[test]
fn a_thousand_instances_stay_readable() {
    let mut nodes: Vec<Node> =
        (0..1000).map(|i| node(&format!("release.api[{i}]"), "1.0", Class::Other, Tone::Plain)).collect();
    nodes.push(node("release.web", "1.0", Class::Other, Tone::Plain));
    let graph = Graph::build(1001, (0..1000).map(|i| (1000, i))).unwrap();
    let drawn = draw(&graph, &nodes, false);
    assert!(drawn.contains("release.api  ×1000</text>") && drawn.len() < 4_000, "{drawn}");
    assert_eq!(draw(&graph, &nodes, true).matches("<g>").count(), 1001);
}
