//! A graph in Graphviz' language. As in `terraform graph`, an arrow leads from a component to what it stands on.

use super::drawing::{Node, by_class, class_name};
use super::{Graph, reduction};
use std::fmt::Write as _;

/// Draws `graph`, whose nodes are described by `nodes` in the same order.
pub fn draw(graph: &Graph, nodes: &[Node]) -> String {
    let mut out = String::from(
        "digraph patchform {\n  rankdir = \"RL\";\n  node [shape = box, style = \"rounded,filled\", fontname = \"sans-serif\"];\n",
    );
    for (class, members) in by_class(nodes) {
        // Writing into a String cannot fail.
        let _ = writeln!(out, "  subgraph \"cluster_{}\" {{", class_name(class));
        let _ = writeln!(
            out,
            "    label = \"{}\"; style = \"rounded,dashed\"; color = \"#aaaaaa\";",
            class_name(class)
        );
        for i in members {
            let node = &nodes[i];
            let (fill, border) = node.tone.colours();
            let mut label = escape(&node.label);
            if !node.detail.is_empty() {
                label.push_str("\\n");
                label.push_str(&escape(&node.detail));
            }
            let _ = writeln!(
                out,
                "    n{i} [label = \"{label}\", fillcolor = \"{fill}\", color = \"{border}\"];"
            );
        }
        out.push_str("  }\n");
    }
    for (from, to) in reduction::edges(graph) {
        let _ = writeln!(out, "  n{from} -> n{to};");
    }
    out.push_str("}\n");
    out
}

/// Text inside a quoted label: Graphviz gives a backslash and a quote a meaning; control characters have no place.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::drawing::Tone;
    use super::*;
    use patchform_sdk::message::Class;

    #[test]
    fn draws_classes_colours_and_escapes() {
        let graph = Graph::build(2, [(1, 0)]).unwrap();
        let nodes = [
            Node {
                label: "apt.db[\"a\\b\"]".into(),
                block: "apt.db".into(),
                detail: String::new(),
                class: Class::Database,
                tone: Tone::Plain,
            },
            Node {
                label: "release.api".into(),
                block: "release.api".into(),
                detail: "1 → 2".into(),
                class: Class::Other,
                tone: Tone::Change,
            },
        ];
        insta::assert_snapshot!(draw(&graph, &nodes), @r##"
        digraph patchform {
          rankdir = "RL";
          node [shape = box, style = "rounded,filled", fontname = "sans-serif"];
          subgraph "cluster_database" {
            label = "database"; style = "rounded,dashed"; color = "#aaaaaa";
            n0 [label = "apt.db[\"a\\b\"]", fillcolor = "#ffffff", color = "#666666"];
          }
          subgraph "cluster_other" {
            label = "other"; style = "rounded,dashed"; color = "#aaaaaa";
            n1 [label = "release.api\n1 → 2", fillcolor = "#d6e9f8", color = "#0072b2"];
          }
          n1 -> n0;
        }
        "##);
    }
}
