//! `patchform console`

use super::Exit;
use super::arguments::Variables;
use super::prompt::Prompt;
use super::terminal::Terminal;
use crate::config::console::{goes_on, is_comment};
use crate::ops::Failure;
use crate::ops::console::Console;
use crate::report::reference::{articles_text, find};
use std::io::{self, BufRead as _, IsTerminal as _};

/// Options of `console`.
#[derive(clap::Args)]
#[command(
    after_help = "Shows values as `terraform console` does; secrets as (sensitive value). Nothing is read from \
                  components, nothing is changed.\n\n\
                  On a terminal: Tab completes, the arrow keys and Ctrl-R look into the history, an open bracket or \
                  heredoc goes on on the next line, Ctrl-C drops the line, Ctrl-D or `exit` ends.\n\
                  The history is kept in $PF_CONSOLE_HISTORY, else in patchform/console_history of the user's state \
                  folder ($XDG_STATE_HOME, ~/.local/state); PF_CONSOLE_HISTORY= keeps none. A line that begins with a \
                  space, holds a secret or answers with one is not kept.\n\n\
                  For example:\n  \
                  echo 'keys(var.hosts)' | patchform console"
)]
pub struct Arguments {
    #[command(flatten)]
    variables: Variables,
}

const HELP: &str = "Type an expression, such as var.port, length(local.hosts) or [for k, v in var.nodes : k].\n\
                    Tab completes; `help NAME` tells of a function or a block. Ctrl-C drops the line; Ctrl-D or exit ends.\n";

/// What becomes of a line.
enum Said {
    /// It was answered; whether it may be kept.
    Answered(bool),
    /// It was wrong, and that was told.
    Wrong,
    /// Nothing more is asked.
    Exit,
}

pub fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let console = Console::open(&arguments.variables.inputs())?;
    terminal.warn(&console.warnings.0, &console.warnings.1);
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        interactive(&console, terminal)
    } else {
        piped(&console, terminal)
    }
}

/// Puts lines together to expressions: each ends with its line, unless a bracket or a heredoc goes on.
#[derive(Default)]
struct Gathered(String);

impl Gathered {
    /// The expression that ends with this line.
    fn line(&mut self, line: &str) -> Option<String> {
        self.0.push_str(line);
        if goes_on(&self.0) {
            self.0.push('\n');
            return None;
        }
        Some(std::mem::take(&mut self.0))
    }
}

/// Answers each expression of standard input; the first wrong one ends it, as in a script.
fn piped(console: &Console, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut gathered = Gathered::default();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|e| Failure::error(format!("reading standard input: {e}")))?;
        let Some(text) = gathered.line(&line) else { continue };
        match say(console, terminal, &text) {
            Said::Wrong => return Ok(Exit::Error),
            Said::Exit => return Ok(Exit::Done),
            Said::Answered(_) => {}
        }
    }
    // What was cut off in its middle.
    Ok(match say(console, terminal, &gathered.0) {
        Said::Wrong => Exit::Error,
        _ => Exit::Done,
    })
}

fn interactive(console: &Console, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut prompt = Prompt::new(console, terminal)?;
    while let Some(lines) = prompt.line()? {
        // Several that were pasted are answered one by one.
        let mut gathered = Gathered::default();
        let mut texts: Vec<String> = lines.split('\n').filter_map(|line| gathered.line(line)).collect();
        texts.push(gathered.0);
        for text in texts {
            match say(console, terminal, &text) {
                Said::Exit => return Ok(Exit::Done),
                Said::Answered(may_be_kept) => prompt.keep(&text, may_be_kept),
                Said::Wrong => prompt.keep(&text, !console.holds_secret(&text)),
            }
        }
    }
    Ok(Exit::Done)
}

fn say(console: &Console, terminal: &Terminal, text: &str) -> Said {
    match text.trim() {
        "" => Said::Answered(false),
        comment if is_comment(comment) => Said::Answered(false),
        "exit" | "quit" => Said::Exit,
        "help" => {
            terminal.say(HELP);
            Said::Answered(true)
        }
        asked if asked.strip_prefix("help ").is_some_and(|name| !find(name.trim()).is_empty()) => {
            let articles = find(asked["help ".len()..].trim());
            terminal.say(&articles_text(&articles, terminal.out));
            Said::Answered(true)
        }
        _ => match console.answer(text) {
            Ok(answer) => {
                terminal.say(&format!("{}\n", answer.text));
                Said::Answered(!answer.secret)
            }
            Err(wrong) => {
                terminal.warn(&wrong.0, &wrong.1);
                Said::Wrong
            }
        },
    }
}
