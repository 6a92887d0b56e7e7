//! What expressions take from files, and data blocks from servers: inputs of the plan, looked at again before a saved plan is applied.

use super::checked::SecretSource;
use super::request::Request;
use super::scope::Files;
use super::value::quoted;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

mod key;

pub use key::{Digest, Key};

/// A question about files or to a server, and what was found. Paths are as the configuration has them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// What a file holds.
    Content {
        /// The file.
        path: String,
        /// That of its content; `None` when it could not be read, which an expression may allow.
        digest: Option<Digest>,
    },
    /// Whether there is a file.
    Presence {
        /// The file.
        path: String,
        /// Whether it is there.
        there: bool,
    },
    /// Which files fit a pattern.
    Matches {
        /// The folder in which they are looked for.
        folder: String,
        /// What their paths from there must fit.
        pattern: String,
        /// These paths, sorted.
        files: Vec<String>,
    },
    /// What a server answers.
    Answer {
        /// What it is asked; none of it is secret.
        request: Request,
        /// That of the body; `None` when there is no such answer.
        digest: Option<Digest>,
    },
}

impl Input {
    fn content(files: &dyn Files, path: &str) -> (Input, Result<Vec<u8>, String>) {
        let read = files.read(path);
        (Input::Content { path: path.to_string(), digest: Digest::of(&read) }, read)
    }

    fn presence(files: &dyn Files, path: &str) -> (Input, Result<bool, String>) {
        let exists = files.exists(path);
        (Input::Presence { path: path.to_string(), there: exists == Ok(true) }, exists)
    }

    fn matches(files: &dyn Files, folder: &str, pattern: &str) -> (Input, Result<Vec<String>, String>) {
        let found = files.matching(folder, pattern);
        let all = found.clone().unwrap_or_default();
        (Input::Matches { folder: folder.to_string(), pattern: pattern.to_string(), files: all }, found)
    }

    fn answer(files: &dyn Files, request: &Request) -> (Input, Result<Vec<u8>, String>) {
        let body = files.fetch(request);
        (Input::Answer { request: request.clone(), digest: Digest::of(&body) }, body)
    }

    /// The same question, asked now; `key` is that of the state.
    pub fn again(&self, files: &dyn Files, key: Option<&Key>) -> Input {
        let now = match self {
            Input::Content { path, .. } => Input::content(files, path).0,
            Input::Presence { path, .. } => Input::presence(files, path).0,
            Input::Matches { folder, pattern, .. } => Input::matches(files, folder, pattern).0,
            Input::Answer { request, .. } => Input::answer(files, request).0,
        };
        self.as_told(now, key)
    }

    /// What is different `now`, a sentence for each file; nothing when it is as it was.
    pub fn differences(&self, now: &Input) -> Vec<String> {
        match (self, now) {
            _ if self == now => Vec::new(),
            (
                Input::Content { path: of, digest: Some(Digest::Keyed { key, .. }) },
                Input::Content { digest: Some(Digest::Plain(_)), .. },
            )
            | (
                Input::Answer { request: Request { url: of, .. }, digest: Some(Digest::Keyed { key, .. }) },
                Input::Answer { digest: Some(Digest::Plain(_)), .. },
            ) => vec![format!(
                "{of} cannot be compared: the key {key}, by which the plan tells what it held, is not beside the state"
            )],
            (Input::Content { path, .. }, Input::Content { digest: None, .. }) => {
                vec![format!("{path} cannot be read any more; an expression read it when the plan was made")]
            }
            (Input::Content { path, digest: None }, _) => {
                vec![format!("{path} can be read now; it could not when the plan was made")]
            }
            (Input::Content { path, .. }, _) => vec![format!("{path} was changed since the plan was made")],
            (Input::Presence { path, there: true }, _) => {
                vec![format!("{path} is not there any more; it was when the plan was made")]
            }
            (Input::Presence { path, .. }, _) => {
                vec![format!("{path} is there now; it was not when the plan was made")]
            }
            (Input::Matches { folder, pattern, files }, Input::Matches { files: now, .. }) => {
                let folder = if folder == "." { String::new() } else { format!("{folder}/") };
                let told = |path: &String, how: &str| {
                    format!("{folder}{path} {how}, as fileset(…, {}) looks for it", quoted(pattern))
                };
                let new = now.iter().filter(|path| files.binary_search(path).is_err());
                let gone = files.iter().filter(|path| now.binary_search(path).is_err());
                let new = new.map(|path| told(path, "is there now and was not when the plan was made"));
                new.chain(gone.map(|path| told(path, "is not there any more"))).collect()
            }
            (Input::Answer { request, .. }, Input::Answer { digest: None, .. }) => {
                vec![format!(
                    "{} cannot be read any more; a data block read it when the plan was made (with sha256 in that block, \
                     a plan would not need it again)",
                    request.url
                )]
            }
            (Input::Answer { request, .. }, _) => {
                vec![format!("{} answers something else than when the plan was made", request.url)]
            }
            (Input::Matches { .. }, _) => Vec::new(),
        }
    }
}

/// The one door through which expressions reach files and servers: notes what they are told.
pub struct Noting<'a> {
    files: &'a dyn Files,
    noted: Mutex<BTreeSet<Input>>,
}

impl<'a> Noting<'a> {
    /// Nothing noted yet.
    pub fn new(files: &'a dyn Files) -> Noting<'a> {
        Noting { files, noted: Mutex::default() }
    }

    /// Everything that was asked, sorted, each once.
    pub fn inputs(self) -> Vec<Input> {
        self.noted.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }

    fn note<T>(&self, (input, answer): (Input, T)) -> T {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).insert(input);
        answer
    }
}

impl Files for Noting<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.note(Input::content(self.files, path))
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        self.note(Input::presence(self.files, path))
    }

    fn list(&self, folder: &str, levels: usize) -> Result<Vec<String>, String> {
        self.files.list(folder, levels)
    }

    fn matching(&self, folder: &str, pattern: &str) -> Result<Vec<String>, String> {
        self.note(Input::matches(self.files, folder, pattern))
    }

    fn absolute(&self, path: &str) -> String {
        self.files.absolute(path)
    }

    fn home(&self) -> Option<String> {
        self.files.home()
    }

    fn run(&self, program: &[String], input: &str, within: Duration) -> Result<Vec<u8>, String> {
        self.files.run(program, input, within)
    }

    // With a secret in its headers it cannot be asked again without that, and the digest of an answer that nobody may know
    // is not stored; what is pinned is the same or an error.
    fn fetch(&self, request: &Request) -> Result<Vec<u8>, String> {
        if request.secret || request.sha256.is_some() {
            return self.files.fetch(request);
        }
        self.note(Input::answer(self.files, request))
    }

    // Never noted: the digest of a short secret tells it to whoever can guess.
    fn secret(&self, source: &SecretSource) -> Result<Vec<u8>, String> {
        self.files.secret(source)
    }
}
