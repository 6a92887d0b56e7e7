//! A graph as a picture for browsers and reports. Columns are layers: what is done first stands left. A line leads from
//! a component to what it stands on.

use super::Graph;
use super::boxes::{self, Shape};
use super::drawing::{Node, Tone, class_name};
use super::layout::{self, Layout};
use crate::model::xml::escape;
use std::fmt::Write as _;

/// The height of a box, in pixels, as all lengths here.
const HEIGHT: f64 = 58.0;
/// Room between columns, around the picture, and within boxes.
const BETWEEN: f64 = 84.0;
const MARGIN: f64 = 28.0;
const PADDING: f64 = 14.0;
/// How long a line's straight end is at least, so that its tip points at the box.
const TIP: f64 = 18.0;
/// How far the second box stands out that tells of several.
const SHADOW: f64 = 5.0;
/// Above the boxes stand the headings of the columns.
const HEADING: f64 = 26.0;
/// The width of a character of a label, and of a smaller one; fonts that are narrower leave room.
const CHARACTER: f64 = 8.1;
const SMALL: f64 = 7.0;
/// Labels with more columns are shortened in their middle; the whole one is told when the pointer rests on it.
const LONGEST: usize = 72;

/// Fills and borders for dark backgrounds.
const DARK: [(Tone, &str, &str); 7] = [
    (Tone::Plain, "#22272e", "#768390"),
    (Tone::Install, "#0f3a2c", "#3fc79a"),
    (Tone::Change, "#10334d", "#58a6d8"),
    (Tone::Downgrade, "#46263a", "#e39cc2"),
    (Tone::Blocked, "#4d2710", "#f0883e"),
    (Tone::Held, "#40340c", "#d9b23c"),
    (Tone::Excluded, "#1c2026", "#545d68"),
];

/// Draws `graph`, whose nodes are described by `nodes` in the same order. Blocks with many instances are one box each,
/// unless the picture is to be `full`.
pub fn draw(graph: &Graph, nodes: &[Node], full: bool) -> String {
    let (shapes, joined, edges) = boxes::of(graph, nodes, full);
    let layout = layout::lay_out(&joined, &edges, &vec![HEIGHT; shapes.len()]);
    let picture = Picture::new(&shapes, &layout);
    let mut out = String::with_capacity(1024 + 700 * shapes.len());
    picture.open(&mut out, nodes.len());
    for ((from, to), bends) in edges.iter().zip(&layout.bends) {
        picture.line(&mut out, *from, *to, bends);
    }
    for at in 0..shapes.len() {
        let above = joined.dependents(at).len();
        picture.shape(&mut out, at, joined.dependencies(at).len(), above);
    }
    picture.legend(&mut out);
    out.push_str("</svg>\n");
    out
}

struct Picture<'a> {
    shapes: &'a [Shape],
    layout: &'a Layout,
    /// Left edges and widths of the columns.
    columns: Vec<(f64, f64)>,
    /// What is added to the layout's heights.
    down: f64,
    width: f64,
    height: f64,
    tones: Vec<Tone>,
}

impl<'a> Picture<'a> {
    fn new(shapes: &'a [Shape], layout: &'a Layout) -> Self {
        let count = layout.column.iter().max().map_or(0, |last| last + 1);
        let mut widths = vec![0.0f64; count];
        for (shape, column) in shapes.iter().zip(&layout.column) {
            widths[*column] = widths[*column].max(width(shape));
        }
        let mut left = MARGIN;
        let mut columns = Vec::with_capacity(count);
        for width in widths {
            columns.push((left, width));
            left += width + BETWEEN;
        }
        let heights = || layout.y.iter().chain(layout.bends.iter().flatten().map(|(_, y)| y));
        let top = heights().copied().fold(f64::INFINITY, f64::min);
        let bottom = heights().copied().fold(f64::NEG_INFINITY, f64::max);
        let (top, bottom) = if shapes.is_empty() { (0.0, 0.0) } else { (top, bottom) };
        let tones = Tone::COLOURED.into_iter().filter(|t| shapes.iter().any(|s| s.tone == *t));
        let tones: Vec<Tone> = tones.collect();
        let legend: f64 = tones.iter().map(|tone| 40.0 + SMALL * tone.name().len() as f64).sum();
        let room = if tones.is_empty() { 0.0 } else { 36.0 };
        Picture {
            shapes,
            layout,
            columns,
            down: MARGIN + HEADING + HEIGHT / 2.0 - top,
            width: (left - BETWEEN + MARGIN).max(legend + 2.0 * MARGIN).max(260.0),
            height: bottom - top + HEIGHT + HEADING + 2.0 * MARGIN + room,
            tones,
        }
    }

    fn open(&self, out: &mut String, components: usize) {
        let (w, h) = (self.width.ceil(), self.height.ceil());
        let s = if components == 1 { "" } else { "s" };
        // Writing into a String cannot fail.
        let _ = writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\">\n\
             <title>{components} component{s}, and what each stands on</title>\n<style>\n{}</style>\n\
             <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" class=\"tip\"/></marker></defs>\n\
             <rect class=\"ground\" width=\"{w}\" height=\"{h}\"/>",
            styles(&self.tones)
        );
        if self.shapes.is_empty() {
            let _ = writeln!(out, "<text class=\"small\" x=\"{MARGIN}\" y=\"48\">no components</text>");
        }
        for (at, (left, _)) in self.columns.iter().enumerate() {
            let heading = ordinal(at + 1);
            let _ = writeln!(
                out,
                "<text class=\"small\" x=\"{left:.0}\" y=\"{:.0}\">{heading}</text>",
                MARGIN + 8.0
            );
        }
    }

    /// A smooth line from a box's left side to the right side of what it stands on, level where it passes columns.
    fn line(&self, out: &mut String, from: usize, to: usize, bends: &[(usize, f64)]) {
        let layout = self.layout;
        let (mut x, mut y) = (self.columns[layout.column[from]].0, layout.y[from] + self.down);
        let _ = write!(out, "<path class=\"line\" d=\"M{x:.0} {y:.0}");
        let mut curve = |x2: f64, y2: f64| {
            let middle = (x + x2) / 2.0;
            let _ = write!(out, "C{middle:.0} {y:.0} {middle:.0} {y2:.0} {x2:.0} {y2:.0}");
            (x, y) = (x2, y2);
        };
        for (column, height) in bends {
            let (left, width) = self.columns[*column];
            curve(left + width, height + self.down);
            curve(left, height + self.down);
        }
        let (left, width) = self.columns[layout.column[to]];
        curve(left + width + TIP, layout.y[to] + self.down);
        // Beside a narrow box it goes straight on, so that it passes behind no wider one.
        let shadow = if self.shapes[to].count > 1 { SHADOW } else { 0.0 };
        let _ = write!(out, "H{:.0}", left + self.width_of(to) + shadow + 2.0);
        out.push_str("\" marker-end=\"url(#tip)\"/>\n");
    }

    fn width_of(&self, at: usize) -> f64 {
        width(&self.shapes[at])
    }

    fn shape(&self, out: &mut String, at: usize, below: usize, above: usize) {
        let shape = &self.shapes[at];
        let (x, y) = (self.columns[self.layout.column[at]].0, self.layout.y[at] + self.down - HEIGHT / 2.0);
        let (w, text) = (self.width_of(at), x + PADDING);
        let tone = shape.tone.name();
        let _ = writeln!(out, "<g><title>{}</title>", escape(&tip(shape, below, above)));
        if shape.count > 1 {
            let (x, y) = (x + SHADOW, y + SHADOW);
            let _ = writeln!(
                out,
                "<rect class=\"box {tone}\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w:.0}\" height=\"{HEIGHT}\" rx=\"7\"/>"
            );
        }
        let _ = writeln!(
            out,
            "<rect class=\"box {tone}\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w:.0}\" height=\"{HEIGHT}\" rx=\"7\"/>"
        );
        let rows = [
            ("small", 15.0, class_name(shape.class).to_string()),
            ("label", 32.0, label(shape)),
            ("detail", 48.0, detail(shape)),
        ];
        for (class, down, words) in rows {
            let down = y + down;
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{text:.0}\" y=\"{down:.0}\">{}</text>",
                escape(&words)
            );
        }
        out.push_str("</g>\n");
    }

    fn legend(&self, out: &mut String) {
        let (mut x, y) = (MARGIN, self.height - MARGIN);
        for tone in &self.tones {
            let name = tone.name();
            let _ = writeln!(
                out,
                "<rect class=\"box {name}\" x=\"{x:.0}\" y=\"{:.0}\" width=\"14\" height=\"14\" rx=\"3\"/>\
                 <text class=\"small\" x=\"{:.0}\" y=\"{y:.0}\">{name}</text>",
                y - 11.0,
                x + 20.0
            );
            x += 40.0 + SMALL * name.len() as f64;
        }
    }
}

fn styles(tones: &[Tone]) -> String {
    let mut light = String::from(
        ".ground{fill:#ffffff}.line{fill:none;stroke:#8c959f;stroke-width:1.4}.tip{fill:#8c959f}\n\
         text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#1f2328;\
         white-space:pre}\n\
         .small{font-size:11px;fill:#59636e}.label{font-size:13px;font-weight:600}.detail{font-size:12px}\n\
         .box{stroke-width:1.4}g:hover .box{stroke-width:3}\n",
    );
    let mut dark = String::from(
        ".ground{fill:#0d1117}.line{stroke:#6e7681}.tip{fill:#6e7681}text{fill:#e6edf3}.small{fill:#9198a1}\n",
    );
    for tone in std::iter::once(&Tone::Plain).chain(tones) {
        let (name, (fill, border)) = (tone.name(), tone.colours());
        let _ = write!(light, ".{name}{{fill:{fill};stroke:{border}}}");
        if let Some((_, fill, border)) = DARK.iter().find(|(of, ..)| of == tone) {
            let _ = write!(dark, ".{name}{{fill:{fill};stroke:{border}}}");
        }
    }
    format!("{light}\n@media(prefers-color-scheme:dark){{\n{dark}}}\n")
}

fn label(shape: &Shape) -> String {
    let label = shortened(&shape.label);
    if shape.count > 1 { format!("{label}  ×{}", shape.count) } else { label }
}

/// The level or the change; of several what most of them have.
fn detail(shape: &Shape) -> String {
    match &shape.details[..] {
        [] => String::new(),
        [(only, _)] => shortened(only),
        several => {
            let told: Vec<String> =
                several.iter().take(2).map(|(d, n)| format!("{} ×{n}", or_none(d))).collect();
            let more = several.len().saturating_sub(2);
            let more = if more > 0 { format!(", {more} more") } else { String::new() };
            shortened(&format!("{}{more}", told.join(", ")))
        }
    }
}

fn or_none(detail: &str) -> &str {
    if detail.is_empty() { "no change" } else { detail }
}

/// What is told when the pointer rests on a box.
fn tip(shape: &Shape, below: usize, above: usize) -> String {
    let mut lines = vec![format!("{} ({})", shape.label, class_name(shape.class))];
    if shape.count > 1 {
        lines.push(format!("{} instances", shape.count));
    }
    for (detail, count) in shape.details.iter().take(12).filter(|(d, _)| !d.is_empty()) {
        lines.push(if shape.count > 1 { format!("{detail} ×{count}") } else { detail.clone() });
    }
    lines.push(format!("stands on {below}; {above} stand on it"));
    lines.join("\n")
}

fn width(shape: &Shape) -> f64 {
    let small = columns(class_name(shape.class)) as f64 * SMALL;
    let detail = columns(&detail(shape)) as f64 * (SMALL + 0.5);
    (columns(&label(shape)) as f64 * CHARACTER).max(small).max(detail) + 2.0 * PADDING
}

/// About how many columns a fixed-width font takes: characters of East Asia and pictures take two.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| {
            if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffdc}' | '\u{1f000}'..) { 2 } else { 1 }
        })
        .sum()
}

fn shortened(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    if all.len() <= LONGEST {
        return text.to_string();
    }
    let half = LONGEST / 2;
    all[..half].iter().chain(['…'].iter()).chain(&all[all.len() - half + 1..]).collect()
}

fn ordinal(n: usize) -> String {
    let ending = match (n % 10, n % 100) {
        (1, 1) | (1, 21..) => "st",
        (2, 2) | (2, 22..) => "nd",
        (3, 3) | (3, 23..) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests;
