//! A block of lines at the bottom of what was written on a terminal, drawn over again in its place.
//!
//! The cursor rests below the block, at the left: what the terminal echoes there (`^C`) goes with the next drawing.

use std::fmt::Write as _;
use std::io::{self, Write as _};

/// The block as it stands on the terminal.
#[derive(Default)]
pub struct Painter {
    lines: Vec<String>,
}

impl Painter {
    /// Replaces the block; none of the lines may be wider than the terminal.
    pub fn paint(&mut self, lines: Vec<String>) {
        let mut text = self.wiping();
        self.lines = lines;
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        write(&text);
    }

    /// Writes above the block.
    pub fn above(&mut self, say: impl FnOnce()) {
        let lines = self.wipe();
        say();
        self.paint(lines);
    }

    /// Takes the block away; answers its lines.
    pub fn wipe(&mut self) -> Vec<String> {
        write(&self.wiping());
        std::mem::take(&mut self.lines)
    }

    /// What takes the block off the terminal.
    fn wiping(&self) -> String {
        let mut text = String::new();
        if !self.lines.is_empty() {
            let _ = write!(text, "\r\x1b[{}A\x1b[J", self.lines.len());
        }
        text
    }
}

fn write(text: &str) {
    let mut out = io::stdout().lock();
    // Nobody is left to tell when this fails; the journal has everything.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
