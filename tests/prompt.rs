//! The console: on a real pseudo terminal (what is typed, seen and kept), and on standard input.

mod lab;
#[expect(dead_code, reason = "the console has its own view of what it sees")]
#[path = "lab/terminal.rs"]
mod terminal;

use lab::{Lab, Ran};
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};
use terminal::Terminal;

/// Longer than anything takes here, also on a crowded machine.
const PATIENCE: Duration = Duration::from_secs(60);

const CONFIGURATION: &str = r#"
variable "port" { default = 80 }
variable "token" {
  default   = "hunter22"
  sensitive = true
}
locals {
  nodes = { "eu-1" = { ip = "10.0.0.1" }, "us-1" = { ip = "10.0.0.2" } }
}
"#;

/// A console on a pseudo terminal.
struct Typed {
    terminal: Terminal,
    seen: String,
}

impl Typed {
    fn start(lab: &Lab) -> Typed {
        let terminal = Terminal::start(lab.patchform_command("console --no-color"), 100, 24);
        let mut typed = Typed { terminal, seen: String::new() };
        typed.sees("> ");
        typed
    }

    fn types(&mut self, keys: &str) {
        self.seen.clear();
        self.terminal.keys.write_all(keys.as_bytes()).expect("keys");
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    fn sees(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.seen.contains(text) {
            let rest = until.saturating_duration_since(Instant::now());
            match self.terminal.screen.recv_timeout(rest) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("{text:?} was not seen, but {:?}", self.seen),
            }
        }
    }

    /// Types an expression and waits for its answer and the next prompt.
    #[track_caller]
    fn asks(&mut self, expression: &str, answer: &str) {
        self.types(&format!("{expression}\r"));
        let line = format!("\n{answer}");
        self.sees(&line);
        let behind = self.seen.find(&line).unwrap_or(0);
        while !self.seen[behind..].contains("> ") {
            match self.terminal.screen.recv_timeout(PATIENCE) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("no prompt follows: {:?}", self.seen),
            }
        }
    }

    fn ends(mut self) -> i32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.terminal.child.try_wait().expect("its status") {
                return status.code().unwrap_or(-1);
            }
            assert!(Instant::now() < until, "it goes on");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn expressions_are_answered_completed_and_kept() {
    let lab = Lab::new(CONFIGURATION);
    let mut typed = Typed::start(&lab);
    typed.asks("var.port + 1", "81");
    typed.asks("var.token", "(sensitive value)");
    // Completion: one candidate is written out, several are listed.
    typed.asks("local.nodes[\"eu\t.i\t", "\"10.0.0.1\"");
    typed.types("jsonenc\t");
    typed.sees("jsonencode(");
    // Ctrl-C drops the line; an open bracket goes on.
    typed.types("\u{3}");
    typed.sees("> ");
    typed.asks("[1,\r2][1]", "2");
    // A mistake is shown, and the prompt goes on.
    typed.asks("var.prot", "  = help: Did you mean var.port?");
    typed.asks("\"x-hunter22\"", "\"x-hunter22\"");
    typed.asks(" 5 * 5", "25");
    // The arrow key brings the last kept line back.
    typed.types("\u{1b}[A");
    typed.sees("var.prot");
    typed.types("\u{3}");
    typed.sees("> ");
    typed.types("\u{4}");
    assert_eq!(typed.ends(), 0);

    let history = lab.path(".local/state/patchform/console_history");
    let text = fs::read_to_string(&history).expect("a history");
    for kept in ["var.port + 1", "local.nodes[\"eu-1\"].ip", "var.prot"] {
        assert!(text.lines().any(|line| line == kept), "{kept}: {text}");
    }
    for lost in ["hunter22", "var.token", "5 * 5", "jsonencode"] {
        assert!(!text.contains(lost), "{lost}: {text}");
    }
    let mode = fs::metadata(&history).expect("a history").permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");

    // The next console has it.
    let mut again = Typed::start(&lab);
    again.types("\u{1b}[A");
    again.sees("var.prot");
    again.types("\u{3}");
    again.sees("> ");
    again.types("exit\r");
    assert_eq!(again.ends(), 0);
}

/// Gives lines to a console.
fn piped(lab: &Lab, options: &str, lines: &str) -> Ran {
    lab.write("lines", lines);
    let mut command = lab.patchform_command(&format!("console {options}"));
    command.stdin(File::open(lab.path("lines")).expect("lines"));
    Ran::of(command.output().expect("patchform starts"))
}

#[test]
fn standard_input_is_answered_line_by_line() {
    let lab = Lab::new(CONFIGURATION);
    lab.write("other.pfvars", "port = 8080\n");
    let lines =
        "var.port\n\n  [for k, v in local.nodes : k]  \n[\n1,\n]\nvar.token\n<<E\nfoo\nE\nupper(\"x\")";
    let answers =
        "\"81\"\n[\n  \"eu-1\",\n  \"us-1\",\n]\n[\n  1,\n]\n(sensitive value)\n<<EOT\nfoo\n\nEOT\n\"X\"\n";
    assert_eq!(piped(&lab, "--var port=81", lines).exits(0).out, answers);
    assert_eq!(piped(&lab, "--var-file other.pfvars", "var.port\nexit\nnonsense").exits(0).out, "8080\n");
    assert!(!lab.path(".local").exists(), "a pipe has no history");
}

#[test]
fn the_first_mistake_ends_a_script() {
    let lab = Lab::new(CONFIGURATION);
    let ran = piped(&lab, "", "1 + 1\nlocal.nods\n2 + 2\n").exits(1);
    assert_eq!(ran.out, "2\n");
    ran.says("<console>:1:7").says("Did you mean local.nodes?");
    piped(&lab, "", "[1,\n2").exits(1).says("This `[` is never closed");
    piped(&lab, "--var token=s3cr3t-t0ken", "var.token + 1\n").exits(1).does_not_say("s3cr3t");
}

#[test]
fn without_a_configuration_functions_are_there_and_a_wrong_one_is_told() {
    assert_eq!(piped(&Lab::empty(), "", "max(1, 2)\npath.module\n").exits(0).out, "2\n\".\"\n");
    let lab = Lab::new("locals {\n  a = b\n}\n");
    assert_eq!(piped(&lab, "", "1\n").exits(1).says("main.pf.hcl:2:7").out, "");
}

#[test]
fn a_configuration_of_nothing_but_json_is_one() {
    let lab = Lab::empty();
    lab.write("main.pf.json", r#"{ "locals": { "a": 41 } }"#);
    assert_eq!(piped(&lab, "", "local.a + 1").exits(0).out, "42\n");
}

#[test]
fn a_comment_asks_nothing_and_ends_nothing() {
    let lab = Lab::new("locals {\n  a = 1\n}\n");
    lab.patchform("init").exits(0);
    let ran = piped(&lab, "", "# a comment\nlocal.a\n// another\n2\n").exits(0);
    assert_eq!(ran.out, "1\n2\n");
}
