//! A pseudo terminal on which a command runs, and a small emulation of what stands on its screen.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// A command on a terminal.
pub struct Terminal {
    pub child: Child,
    /// What is typed goes here.
    pub keys: File,
    /// What is written comes from here; it ends with the command.
    pub screen: Receiver<Vec<u8>>,
}

impl Terminal {
    pub fn start(mut command: Command, columns: u16, rows: u16) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("its other side");
        let name = ptsname(&master, Vec::new()).expect("its name").into_string().expect("text");
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).expect("a size");
        let side = || OpenOptions::new().read(true).write(true).open(&name).expect("its other side");
        command.env("TERM", "xterm").stdin(side()).stdout(side()).stderr(Stdio::from(side()));
        let child = command.spawn().expect("patchform starts");
        // The command holds the other side open; without it, reading ends with the child.
        drop(command);
        let keys = File::from(master);
        let mut output = keys.try_clone().expect("a second handle");
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { child, keys, screen }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Of a failed test; one that has ended cannot be killed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What stands on a screen, scrolled-off lines included; it knows the few sequences that patchform writes.
pub struct Emulated {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    columns: usize,
    /// Of a sequence that is not whole yet.
    pending: String,
}

impl Emulated {
    pub fn new(columns: usize) -> Emulated {
        Emulated { lines: vec![Vec::new()], row: 0, column: 0, columns, pending: String::new() }
    }

    /// Takes in what was written.
    #[track_caller]
    pub fn write(&mut self, text: &str) {
        for c in text.chars() {
            match (self.pending.is_empty(), c) {
                (true, '\u{1b}') => self.pending.push(c),
                (true, '\r') => self.column = 0,
                (true, '\n') => self.go_down(),
                (true, c) => self.put(c),
                (false, c) if c.is_ascii_alphabetic() => {
                    let sequence = std::mem::take(&mut self.pending);
                    self.obey(&sequence[1..], c);
                }
                (false, c) => self.pending.push(c),
            }
        }
    }

    fn go_down(&mut self) {
        self.row += 1;
        if self.lines.len() <= self.row {
            self.lines.push(Vec::new());
        }
    }

    fn put(&mut self, c: char) {
        if self.column == self.columns {
            self.column = 0;
            self.go_down();
        }
        let line = &mut self.lines[self.row];
        line.resize(line.len().max(self.column + 1), ' ');
        line[self.column] = c;
        self.column += 1;
    }

    #[track_caller]
    fn obey(&mut self, sequence: &str, end: char) {
        match (end, sequence) {
            ('m', _) => {}
            ('A', up) => self.row -= up[1..].parse::<usize>().expect("a number"),
            ('K', "[2") => self.lines[self.row].clear(),
            ('J', "[") => {
                self.lines.truncate(self.row + 1);
                self.lines[self.row].truncate(self.column);
            }
            _ => panic!("the terminal was sent ESC{sequence}{end}"),
        }
    }

    /// Its text.
    pub fn text(&self) -> String {
        let line = |l: &Vec<char>| l.iter().collect::<String>().trim_end().to_string() + "\n";
        self.lines.iter().map(line).collect()
    }
}
