//! The files that expressions read, `file()` and its kin, and what else the configuration takes from outside. Relative paths start at the configuration's folder.

use super::project::{LIMIT, working_folder};
use crate::config::checked::SecretSource;
use crate::config::request::Request;
use crate::config::scope::Files;
use crate::model::{Mask, period};
use crate::world::{disk, environment, http, listing, process};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Reads from the disk of this machine.
#[derive(Debug, Default)]
pub struct FilesOnDisk {
    /// What patchform writes there itself: no pattern finds it.
    own: Vec<PathBuf>,
}

/// The folder that patchform keeps beside a configuration.
const KEPT: &str = ".patchform";

impl FilesOnDisk {
    /// All but what patchform writes itself: the folder that it keeps, and `own`.
    pub fn but(own: impl IntoIterator<Item = PathBuf>) -> FilesOnDisk {
        FilesOnDisk { own: own.into_iter().map(|path| plain(&path)).collect() }
    }

    fn is_own(&self, path: &Path) -> bool {
        let path = plain(path);
        path.components().any(|part| part.as_os_str() == KEPT) || self.own.contains(&path)
    }
}

/// A path without what leads nowhere: `./a` is `a`.
fn plain(path: &Path) -> PathBuf {
    let path = path.strip_prefix(working_folder()).unwrap_or(path);
    path.components().filter(|part| *part != Component::CurDir).collect()
}

impl Files for FilesOnDisk {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if !self.exists(path)? {
            return Err("there is no such file".to_string());
        }
        disk::read(Path::new(path), LIMIT).map_err(|e| e.to_string())
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        match Path::new(if path.is_empty() { "." } else { path }).metadata() {
            Ok(found) if found.is_file() => Ok(true),
            Ok(found) if found.is_dir() => Err("it is a folder, not a file".to_string()),
            // A pipe would be waited for.
            Ok(_) => Err("it is no regular file".to_string()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }

    fn list(&self, folder: &str, levels: usize) -> Result<Vec<String>, String> {
        let folder = Path::new(folder);
        let mut found = listing::files_below(folder, levels).map_err(|e| e.to_string())?;
        found.retain(|path| !self.is_own(&folder.join(path)));
        Ok(found)
    }

    fn absolute(&self, path: &str) -> String {
        Path::new(&working_folder()).join(path).to_string_lossy().into_owned()
    }

    fn home(&self) -> Option<String> {
        environment::one("HOME").and_then(|home| home.into_string().ok())
    }

    fn run(&self, program: &[String], input: &str, within: Duration) -> Result<Vec<u8>, String> {
        let Some((name, arguments)) = program.split_first() else { return Err("it has no name".into()) };
        // What has a slash is a path from the configuration's folder; everything else is looked for in PATH.
        let ran = process::run(Path::new(name), arguments, Path::new("."), &[], input.as_bytes(), within)
            .map_err(|e| format!("it cannot be started: {e}"))?;
        let said = String::from_utf8_lossy(&ran.stderr);
        let said = said.trim().lines().rev().take(5).collect::<Vec<_>>();
        let said: Vec<&str> = said.into_iter().rev().collect();
        match ran.status {
            Some(status) if status.success() => Ok(ran.stdout),
            Some(status) if said.is_empty() => Err(format!("it {}", process::ending(status))),
            Some(status) => Err(format!("it {}: {}", process::ending(status), said.join("\n"))),
            None => Err(format!("it did not end within {}", period::show(within))),
        }
    }

    fn fetch(&self, request: &Request) -> Result<Vec<u8>, String> {
        let Request { url, headers, secret, status, within, limit, trusted, .. } = request;
        let question = http::Question {
            url,
            headers,
            timeout: *within,
            limit: *limit,
            // A secret is for the server that it was written for.
            redirections: if *secret { 0 } else { REDIRECTIONS },
            secure: false,
            trusted: trusted.as_deref(),
        };
        let answer = http::ask(&question).map_err(|why| answerless(&why, *within, *limit))?;
        if answer.status == *status {
            return Ok(answer.body);
        }
        let mut why = format!("it answered {}, expected {status}", answer.status);
        match answer.location {
            Some(to) if *secret => {
                why = format!("{why}: it points to {to}, which is not followed with a secret in the headers");
            }
            _ if !secret => why.push_str(&first_line(&answer.body)),
            _ => {}
        }
        Err(why)
    }

    fn secret(&self, source: &SecretSource) -> Result<Vec<u8>, String> {
        match source {
            SecretSource::Content(path) if self.exists(path)? => {
                disk::read(Path::new(path), SECRET as u64).map_err(|e| e.to_string())
            }
            SecretSource::Content(_) => Err("there is no such file".to_string()),
            SecretSource::Command { words, within } => printed(words, *within),
            _ => Err("it is neither a file nor a command".to_string()),
        }
    }
}

/// So many addresses one after the other are asked instead of the first one.
const REDIRECTIONS: u32 = 10;

fn answerless(why: &http::NoAnswer, within: Duration, limit: u64) -> String {
    match why {
        http::NoAnswer::Late => format!("it did not answer within {}", period::show(within)),
        http::NoAnswer::TooLong => format!("its answer is longer than {limit} bytes, which max_bytes allows"),
        http::NoAnswer::Certificate(why) => {
            format!("its certificate is not trusted ({why}); ca_cert_pem names authorities of your own")
        }
        http::NoAnswer::NoAuthority => "ca_cert_pem holds no certificate in PEM".to_string(),
        http::NoAnswer::Other(why) => why.clone(),
    }
}

/// What stands in the first line of an answer that is not taken, behind a colon.
fn first_line(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line: String = text.trim().lines().next().unwrap_or_default().chars().take(200).collect();
    if line.is_empty() { line } else { format!(": {line}") }
}

/// The largest secret, in bytes (1 MiB).
const SECRET: usize = 1 << 20;

/// What a command prints that ends well. What it complained of is told without what it printed.
fn printed(words: &[String], within: Duration) -> Result<Vec<u8>, String> {
    let Some((name, arguments)) = words.split_first() else { return Err("it has no name".into()) };
    let ran = process::capture(Path::new(name), arguments, SECRET, within)
        .map_err(|e| format!("it cannot be started: {e}"))?;
    if ran.stdout.len() > SECRET {
        return Err(format!("it printed more than {SECRET} bytes"));
    }
    match ran.status {
        Some(status) if status.success() => Ok(ran.stdout),
        Some(status) => {
            let said = String::from_utf8_lossy(&ran.stderr);
            let said = without(said.trim(), &String::from_utf8_lossy(&ran.stdout));
            let last: Vec<&str> = said.lines().rev().take(5).collect();
            let said: Vec<&str> = last.into_iter().rev().collect();
            let colon = if said.is_empty() { "" } else { ": " };
            Err(format!("it {}{colon}{}", process::ending(status), said.join("\n")))
        }
        None => Err(format!("it did not end within {}", period::show(within))),
    }
}

/// A text without the lines of a secret.
fn without(text: &str, secret: &str) -> String {
    let lines: Vec<serde_json::Value> = secret.lines().map(Into::into).collect();
    Mask::of(lines.iter()).apply(text).into_owned()
}
