//! A line editor for the console: completion, history, lines that go on.

use super::terminal::Terminal;
use crate::config::console::goes_on;
use crate::ops::Failure;
use crate::ops::console::Console;
use crate::world::disk;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::path::PathBuf;

/// Where the history is kept, if not in the user's state folder; empty: nowhere.
const PLACE: &str = "PF_CONSOLE_HISTORY";
/// So many lines are kept.
const KEPT: usize = 1_000;

/// Asks for lines.
pub struct Prompt<'c> {
    editor: Editor<Guide<'c>, FileHistory>,
    history: Option<PathBuf>,
    terminal: &'c Terminal,
}

impl<'c> Prompt<'c> {
    /// A prompt with the history of earlier ones.
    ///
    /// # Errors
    /// A terminal that cannot be used.
    pub fn new(console: &'c Console, terminal: &'c Terminal) -> Result<Self, Failure> {
        let config = Config::builder().max_history_size(KEPT).map_err(unusable)?;
        let config = config.history_ignore_space(true).completion_type(CompletionType::List).build();
        let mut editor = Editor::with_config(config).map_err(unusable)?;
        editor.set_helper(Some(Guide(console)));
        let history = place();
        if let Some(path) = &history {
            // The first time there is none.
            let _ = editor.load_history(path);
        }
        Ok(Prompt { editor, history, terminal })
    }

    /// The next expression; nothing at the end.
    ///
    /// # Errors
    /// A terminal that cannot be used any more.
    pub fn line(&mut self) -> Result<Option<String>, Failure> {
        loop {
            match self.editor.readline("> ") {
                Ok(line) => return Ok(Some(line)),
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(None),
                Err(other) => return Err(unusable(other)),
            }
        }
    }

    /// Keeps a line for the arrow keys and, where it `may_be_kept`, on disk.
    pub fn keep(&mut self, line: &str, may_be_kept: bool) {
        if !may_be_kept || !matches!(self.editor.add_history_entry(line), Ok(true)) {
            return;
        }
        let Some(path) = &self.history else { return };
        let made = disk::make_folder(disk::folder_of(path)).map_err(ReadlineError::from);
        if let Err(error) = made.and_then(|()| self.editor.append_history(path)) {
            let text = format!("the history cannot be kept in {}: {error}", path.display());
            self.terminal.notices(&[text]);
            self.history = None;
        }
    }
}

fn unusable(error: ReadlineError) -> Failure {
    Failure::error(format!("the terminal cannot be used: {error}"))
        .hint("give expressions on standard input: echo 'var.port' | patchform console")
}

fn place() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if std::env::var_os(PLACE).is_some() {
        return folder(PLACE);
    }
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    Some(state.join("patchform/console_history"))
}

/// What the editor asks about a line.
struct Guide<'c>(&'c Console);

impl Completer for Guide<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.0.complete(&line[..at]))
    }
}

impl Validator for Guide<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let open = goes_on(context.input());
        Ok(if open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Hinter for Guide<'_> {
    type Hint = String;
}

impl Highlighter for Guide<'_> {}

impl Helper for Guide<'_> {}
