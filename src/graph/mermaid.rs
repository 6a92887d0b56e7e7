//! A graph in Mermaid's language, which forges draw inside Markdown. An arrow leads from a component to what it
//! stands on.

use super::drawing::{Node, Tone, by_class, class_name};
use super::{Graph, reduction};
use std::fmt::Write as _;

/// Draws `graph`, whose nodes are described by `nodes` in the same order.
pub fn draw(graph: &Graph, nodes: &[Node]) -> String {
    let mut out = String::from("flowchart RL\n");
    for (at, (class, members)) in by_class(nodes).into_iter().enumerate() {
        // Writing into a String cannot fail.
        let _ = writeln!(out, "  subgraph c{at}[\"{}\"]", class_name(class));
        for i in members {
            let node = &nodes[i];
            let mut label = escape(&node.label);
            if !node.detail.is_empty() {
                label.push_str("<br/>");
                label.push_str(&escape(&node.detail));
            }
            let _ = write!(out, "    n{i}[\"{label}\"]");
            if node.tone != Tone::Plain {
                let _ = write!(out, ":::{}", node.tone.name());
            }
            out.push('\n');
        }
        out.push_str("  end\n");
    }
    for (from, to) in reduction::edges(graph) {
        let _ = writeln!(out, "  n{from} --> n{to}");
    }
    for tone in Tone::COLOURED.into_iter().filter(|tone| nodes.iter().any(|n| n.tone == *tone)) {
        let (fill, border) = tone.colours();
        let _ = writeln!(out, "  classDef {} fill:{fill},stroke:{border}", tone.name());
    }
    out
}

/// Text inside a quoted label, with Mermaid's entity codes for all that could end it or start markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | ';' => {
                let _ = write!(out, "#{};", c as u32);
            }
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchform_sdk::message::Class;

    #[test]
    fn draws_classes_colours_and_escapes() {
        let graph = Graph::build(3, [(1, 0), (2, 0), (2, 1)]).unwrap();
        let node = |label: &str, detail: &str, class, tone| Node {
            label: label.into(),
            block: label.into(),
            detail: detail.into(),
            class,
            tone,
        };
        let nodes = [
            node("apt.db[\"a<b>#\"]", "", Class::Database, Tone::Plain),
            node("release.api", "1 → 2", Class::Other, Tone::Change),
            node("release.web", "waits", Class::Other, Tone::Held),
        ];
        insta::assert_snapshot!(draw(&graph, &nodes), @r#"
        flowchart RL
          subgraph c0["database"]
            n0["apt.db[#34;a#60;b#62;#35;#34;]"]
          end
          subgraph c1["other"]
            n1["release.api<br/>1 → 2"]:::change
            n2["release.web<br/>waits"]:::held
          end
          n1 --> n0
          n2 --> n1
          classDef change fill:#d6e9f8,stroke:#0072b2
          classDef held fill:#fdf3c8,stroke:#b8860b
        "#);
    }
}
