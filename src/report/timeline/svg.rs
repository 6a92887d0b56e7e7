//! A timeline as a picture for browsers and reports: light or dark as the reader's screen is, and told to screen readers.

use super::axis::{Zone, ticks};
use super::groups::groups;
use super::{Phase, Row, Timeline, long};
use crate::model::xml::escape;
use crate::plan::Plan;
use crate::report::reason::name;
use crate::report::run_view::Stands;
use crate::report::size;
use std::fmt::Write as _;
use std::time::Duration;

/// The width of the bars, in pixels, as all lengths here.
const BARS: f64 = 860.0;
/// The height of a row, of its bar, and of a heading.
const ROW: f64 = 22.0;
const BAR: f64 = 14.0;
const HEADING: f64 = 30.0;
const MARGIN: f64 = 24.0;
/// Room for the title, and for the axis.
const TITLE: f64 = 58.0;
const AXIS: f64 = 26.0;
/// The width of a character of a label.
const CHARACTER: f64 = 7.3;
/// The width of a character of a mark's number.
const NUMBER: f64 = 5.6;
/// Most characters of an address that are shown; the whole one is told when the pointer rests on it.
const LONGEST: usize = 36;
/// Room for the word behind the bars.
const WORD: f64 = 120.0;
/// What takes less is widened to this, so that it is seen.
const LEAST: f64 = 1.5;
/// After so many rows the axis stands again.
const AGAIN: usize = 40;

struct Picture<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    zone: &'a Zone,
    /// Where the bars begin.
    left: f64,
    out: String,
    y: f64,
    /// Where axes stand: the numbers of marks stand there, too.
    axes: Vec<f64>,
}

/// Draws `timeline` of a run of `plan`.
pub fn svg(plan: &Plan, timeline: &Timeline, zone: &Zone) -> String {
    let longest = timeline.rows.iter().map(|r| name(plan, r.entry).chars().count()).max().unwrap_or(0);
    let left = 2.0 * MARGIN + CHARACTER * longest.min(LONGEST) as f64;
    let out = String::with_capacity(4096 + 900 * timeline.rows.len());
    let mut picture = Picture { plan, timeline, zone, left, out, y: MARGIN + TITLE, axes: Vec::new() };
    let groups = groups(plan, timeline);
    let top = picture.y;
    picture.axis();
    let mut since_axis = 0;
    for group in groups {
        if !group.name.is_empty() {
            picture.heading(&group.name);
        }
        for at in group.rows {
            if since_axis == AGAIN {
                picture.axis();
                since_axis = 0;
            }
            picture.row(&timeline.rows[at]);
            since_axis += 1;
        }
    }
    picture.marks(top);
    picture.legend();
    picture.finish()
}

impl Picture<'_> {
    fn x(&self, at: u64) -> f64 {
        self.left + BARS * (at as f64 / self.timeline.length.max(1) as f64)
    }

    fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        // Writing into a String cannot fail.
        let _ =
            writeln!(self.out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(text));
    }

    fn axis(&mut self) {
        let Timeline { started, length, .. } = *self.timeline;
        self.axes.push(self.y);
        let y = self.y + AXIS - 8.0;
        for (at, label) in ticks(started, length, 12, self.zone) {
            let x = self.x(at);
            self.text("small", x + 3.0, y - 4.0, &label);
            let _ = writeln!(self.out, "<path class=\"tick\" d=\"M{x:.1} {:.1}v14\"/>", y - 12.0);
        }
        self.y += AXIS;
    }

    fn heading(&mut self, name: &str) {
        self.text("head", MARGIN, self.y + HEADING - 9.0, &shortened(name));
        self.y += HEADING;
    }

    fn row(&mut self, row: &Row) {
        let (address, y) = (name(self.plan, row.entry), self.y);
        let _ = writeln!(self.out, "<g><title>{}</title>", escape(&told(&address, row)));
        let _ = writeln!(
            self.out,
            "<rect class=\"row\" x=\"{MARGIN}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{ROW}\"/>",
            self.left + BARS + WORD - MARGIN
        );
        self.text("label", MARGIN, y + 15.5, &shortened(&address));
        for span in row.spans.iter().filter(|s| s.phase != Phase::Over) {
            let (from, until) = (self.x(span.from), self.x(span.until));
            let (phase, took) = (span.phase.look().name, long(span.until - span.from));
            // What waits is a thin line, so that the work stands out.
            let high = if span.phase == Phase::Waits { 3.0 } else { BAR };
            let _ = writeln!(
                self.out,
                "<rect class=\"p{}\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high}\"><title>{}</title></rect>",
                span.phase as usize,
                y + (ROW - high) / 2.0,
                (until - from).max(LEAST),
                escape(&format!("{address}: {phase}, {took}, from {}", self.time(span.from)))
            );
        }
        for at in &row.failed {
            let x = self.x(*at);
            let _ = writeln!(
                self.out,
                "<path class=\"failed\" d=\"M{:.1} {:.1}l10 10m0 -10l-10 10\"><title>{}</title></path>",
                x - 5.0,
                y + ROW / 2.0 - 5.0,
                escape(&format!("{address}: failed at {}", self.time(*at)))
            );
        }
        if let Some(at) = row.back {
            let x = self.x(at);
            let _ = writeln!(
                self.out,
                "<path class=\"back\" d=\"M{x:.1} {:.1}v{ROW}\"><title>{}</title></path>",
                y,
                escape(&format!("{address}: goes back from {} on", self.time(at)))
            );
        }
        self.text(&format!("word w{}", row.stands.name()), self.left + BARS + 10.0, y + 15.5, &row.word());
        self.out.push_str("</g>\n");
        self.y += ROW;
    }

    fn time(&self, at: u64) -> String {
        size::time_of_day(self.timeline.started.plus(Duration::from_millis(at)), self.zone.offset)
    }

    /// Lines through all rows, with their words below.
    fn marks(&mut self, top: f64) {
        let bottom = self.y;
        self.y += 10.0;
        let timeline = self.timeline;
        let mut free = 0.0f64;
        for (k, mark) in timeline.marks.iter().enumerate() {
            let (x, words) = (self.x(mark.at), format!("{}  {}  {}", k + 1, self.time(mark.at), mark.what));
            let _ = writeln!(
                self.out,
                "<g><title>{}</title><path class=\"mark\" d=\"M{x:.1} {top:.1}V{bottom:.1}\"/>",
                escape(&words)
            );
            // Of marks that fall together the numbers stand side by side.
            let number = (k + 1).to_string();
            let at = free.max(x - 3.0);
            free = at + NUMBER * (number.len() + 1) as f64;
            for (axis, y) in self.axes.clone().into_iter().enumerate() {
                // Above the first there is room; the others follow rows.
                self.text("markno", at, if axis == 0 { y - 3.0 } else { y + 5.0 }, &number);
            }
            self.text("small", MARGIN, self.y + 12.0, &words);
            self.out.push_str("</g>\n");
            self.y += 18.0;
        }
    }

    fn legend(&mut self) {
        self.y += 20.0;
        let (mut x, y) = (MARGIN, self.y);
        for phase in self.timeline.phases() {
            let name = phase.look().name;
            let _ = writeln!(
                self.out,
                "<rect class=\"p{}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"14\"/>",
                phase as usize,
                y - 11.0
            );
            self.text("small", x + 20.0, y, name);
            x += 44.0 + CHARACTER * name.len() as f64;
        }
        if self.timeline.rows.iter().any(|row| !row.failed.is_empty()) {
            let _ = writeln!(
                self.out,
                "<path class=\"failed\" d=\"M{:.1} {:.1}l10 10m0 -10l-10 10\"/>",
                x + 2.0,
                y - 9.0
            );
            self.text("small", x + 20.0, y, "failed");
        }
        self.y += MARGIN;
    }

    fn finish(self) -> String {
        let Timeline { run, ended, rows, .. } = self.timeline;
        let (w, h) = ((self.left + BARS + WORD + MARGIN).ceil(), self.y.ceil());
        let title = format!("Run {run}: {}", ended.map_or("goes on", |ended| ended.name()));
        let about = format!("{}; {}", self.timeline.hours(self.zone), size::counted(rows.len(), "component"));
        let counts: Vec<String> = Stands::ALL
            .into_iter()
            .map(|stands| (stands, rows.iter().filter(|row| row.stands == stands).count()))
            .filter(|(_, n)| *n > 0)
            .map(|(stands, n)| format!("{} {}", size::count(n), stands.word()))
            .collect();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
             aria-labelledby=\"title about\">\n<title id=\"title\">{0}</title>\n<desc id=\"about\">{1}: {2}</desc>\n\
             <style>\n{3}</style>\n<defs><pattern id=\"alone\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
             <path class=\"alone\" d=\"M0 6L6 0\"/></pattern></defs>\n\
             <rect class=\"ground\" width=\"{w}\" height=\"{h}\"/>\n\
             <text class=\"title\" x=\"{MARGIN}\" y=\"{4}\">{0}</text>\n\
             <text class=\"small\" x=\"{MARGIN}\" y=\"{5}\">{1}: {2}</text>\n{6}</svg>\n",
            escape(&title),
            escape(&about),
            escape(&counts.join(", ")),
            styles(),
            MARGIN + 10.0,
            MARGIN + 32.0,
            self.out
        )
    }
}

fn styles() -> String {
    let mut light = String::from(
        ".ground{fill:#ffffff}.row{fill:#59636e;fill-opacity:0}g:hover .row{fill-opacity:.12}\n\
         text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#1f2328;\
         white-space:pre}\n\
         .title{font-size:17px;font-weight:600}.head{font-size:12px;font-weight:600}.label,.word{font-size:12px}\n\
         .small{font-size:11px;fill:#59636e}.markno{font-size:9px;fill:#8250df}\n\
         .tick{stroke:#8c959f;stroke-width:1}.mark{stroke:#8250df;stroke-width:1.2;stroke-dasharray:4 3}\n\
         .failed{stroke:#1f2328;stroke-width:2.6;fill:none}.back{stroke:#1f2328;stroke-width:1.2}\n\
         .alone{stroke:#d1242f;stroke-width:1.6;fill:none}\n\
         .wstuck,.wrestored,.wgoing_back{font-weight:700;fill:#b3371d}.wcommitted{fill:#116a4c}\n",
    );
    let mut dark = String::from(
        ".ground{fill:#0d1117}.row{fill:#9198a1}text{fill:#e6edf3}.small{fill:#9198a1}.markno{fill:#bc8cff}\n\
         .tick{stroke:#6e7681}.mark{stroke:#bc8cff}.failed{stroke:#f0f6fc}.back{stroke:#f0f6fc}.alone{stroke:#ff7b72}\n\
         .wstuck,.wrestored,.wgoing_back{fill:#ff9b72}.wcommitted{fill:#4ac99b}\n",
    );
    for look in &Phase::LOOKS {
        let at = look.phase as usize;
        let _ = write!(light, ".p{at}{{fill:{}}}", look.fills.0);
        let _ = write!(dark, ".p{at}{{fill:{}}}", look.fills.1);
    }
    format!("{light}\n@media(prefers-color-scheme:dark){{\n{dark}}}\n")
}

/// What is told when the pointer rests on a row.
fn told(address: &str, row: &Row) -> String {
    let why = if row.why.is_empty() { String::new() } else { format!("\n{}", row.why) };
    format!("{address}: {}{why}", row.word())
}

/// An address in at most [`LONGEST`] characters: what tells instances apart stands at its end.
fn shortened(address: &str) -> String {
    let count = address.chars().count();
    match count <= LONGEST {
        true => address.to_string(),
        false => std::iter::once('…').chain(address.chars().skip(count - LONGEST + 1)).collect(),
    }
}
