//! The lab of the tests that go through the binary: a throw-away folder, and patchform run in it with a pinned
//! environment.

#![allow(dead_code, reason = "every test file uses another part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The library that sets the clock of one process; `None`, with a line that says so, where it is not installed.
pub fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").expect("/usr/lib").flatten().map(|e| e.path());
    let found = folders.map(|f| f.join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
    if found.is_none() {
        println!("skipped: libfaketime is not installed");
    }
    found
}

/// A folder with a configuration in it, removed at the end.
pub struct Lab {
    dir: tempfile::TempDir,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Fails the test unless the exit code is `code`; shows everything that was printed.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }

    /// Fails the test unless `text` was printed, on either stream.
    #[track_caller]
    pub fn says(self, text: &str) -> Ran {
        let said = self.out.contains(text) || self.err.contains(text);
        assert!(said, "{text:?} was not said\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }

    /// Fails the test if `text` was printed, on either stream.
    #[track_caller]
    pub fn does_not_say(self, text: &str) -> Ran {
        let said = self.out.contains(text) || self.err.contains(text);
        assert!(!said, "{text:?} was said\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }

    /// What a process left.
    pub fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Lab {
    /// An empty folder.
    pub fn empty() -> Lab {
        Lab { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A folder with `main.pf.hcl`.
    pub fn new(configuration: &str) -> Lab {
        let lab = Lab::empty();
        lab.write("main.pf.hcl", configuration);
        lab
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, with the folders it needs.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// Reads a file; empty when it is not there.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A command of this folder, its environment pinned, its standard input empty.
    pub fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.dir.path())
            .env("LANG", "C.UTF-8")
            .env("COLUMNS", "100")
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    /// patchform with these arguments (split at blanks), not started yet.
    pub fn patchform_command(&self, line: &str) -> Command {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.command(Path::new(env!("CARGO_BIN_EXE_patchform")), &words)
    }

    /// Runs patchform with these arguments (split at blanks).
    pub fn patchform(&self, line: &str) -> Ran {
        Ran::of(self.patchform_command(line).output().expect("patchform starts"))
    }
}

impl Lab {
    /// Allows every level that a person took back: the plan says how.
    pub fn allow_what_was_taken_back(&self) {
        let plan = self.patchform("plan").exits(0);
        for (_, address) in plan.out.lines().filter_map(|line| line.split_once("patchform allow '")) {
            self.patchform(&format!("allow {}", address.trim_end_matches('\''))).exits(0);
        }
    }
}

/// A configuration of `command` components that are text files: `(name, level, depends on, patch command)`. Every
/// component is the file `NAME` whose content is its level; the patch command is a shell script with `$PATCHFORM_LEVEL`.
pub fn files(rows: &[(&str, &str, &str, &str)]) -> String {
    rows.iter()
        .map(|(name, level, after, patch)| {
            let patch = if patch.is_empty() { "printf %s \"$PATCHFORM_LEVEL\" > \"$NAME\"" } else { patch };
            let patch = patch.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${");
            format!(
                r#"
component "command" "{name}" {{
  patch_level = "{level}"
  depends_on  = [{after}]
  env         = {{ NAME = "{name}" }}
  read        = ["sh", "-c", "cat \"$NAME\" 2>/dev/null || true"]
  patch       = ["sh", "-c", "{patch}"]
  snapshot    = ["sh", "-c", "cp \"$NAME\" \"$NAME.$PATCHFORM_ACTION_ID\" 2>/dev/null; echo \"$NAME.$PATCHFORM_ACTION_ID\""]
  restore     = ["sh", "-c", "if [ -f \"$PATCHFORM_SNAPSHOT\" ]; then cp \"$PATCHFORM_SNAPSHOT\" \"$NAME\"; else rm -f \"$NAME\"; fi"]
}}
"#
            )
        })
        .collect()
}
