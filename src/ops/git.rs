//! Fetches a version of a repository with the system's git.

use super::Failure;
use crate::config::modules::GitSource;
use crate::target::untrusted;
use crate::world::{disk, process, random};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one command of git may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Nothing is asked, no hook runs, and no way of reaching a repository counts but those that a source can name.
const SETTINGS: &[&str] = &[
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.allow=never",
    "-c",
    "protocol.file.allow=always",
    "-c",
    "protocol.https.allow=always",
    "-c",
    "protocol.http.allow=always",
    "-c",
    "protocol.ssh.allow=always",
    "-c",
    "advice.detachedHead=false",
];

/// Checks `commit`, or what the source names, out into a new folder within `into`. Answers the folder and the commit.
///
/// # Errors
/// Whatever git says; a commit that the repository does not have.
pub(super) fn checkout(
    source: &GitSource,
    commit: Option<&str>,
    into: &Path,
) -> Result<(PathBuf, String), Failure> {
    let name =
        random::hex(4).map_err(|e| Failure::error(format!("no randomness for a folder's name: {e}")))?;
    let scratch = into.join(format!(".fetching-{name}"));
    let made = fetch(source, commit, &scratch).and_then(|found| {
        // The name says what is in it, so that it never changes under somebody who reads it.
        let folder = into.join(format!("{}-{}", label(&source.url), &found[..found.len().min(12)]));
        if folder.is_dir() {
            return Ok((folder, found));
        }
        std::fs::remove_dir_all(scratch.join(".git"))
            .and_then(|()| std::fs::rename(&scratch, &folder))
            .and_then(|()| disk::sync_folder(into))
            .map_err(|e| Failure::error(format!("cannot move {} into place: {e}", scratch.display())))?;
        Ok((folder, found))
    });
    if scratch.exists() {
        let _ = std::fs::remove_dir_all(&scratch);
    }
    made
}

/// The repository's own name, for people who look into the folder.
fn label(url: &str) -> String {
    let name = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = name.strip_suffix(".git").unwrap_or(name);
    let safe: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(40).collect();
    if safe.is_empty() { "module".to_string() } else { safe }
}

fn fetch(source: &GitSource, commit: Option<&str>, scratch: &Path) -> Result<String, Failure> {
    let git = Git(source);
    let folder = scratch.to_string_lossy().into_owned();
    git.run(Path::new("."), &["init", "--quiet", "--template=", &folder])?;
    let wanted = commit.or(source.reference.as_deref()).unwrap_or("HEAD");
    let single = git.run(scratch, &["fetch", "--quiet", "--depth=1", "--no-tags", &source.url, wanted]);
    let found = match single {
        Ok(_) => "FETCH_HEAD^{commit}".to_string(),
        // Short names of commits, and servers that hand out whole branches only.
        Err(failure) => {
            let all =
                ["fetch", "--quiet", &source.url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
            git.run(scratch, &all).map_err(|_| failure)?;
            format!("{wanted}^{{commit}}")
        }
    };
    let found = git.run(scratch, &["rev-parse", "--verify", "--quiet", "--end-of-options", &found]);
    let found = found.map_err(|_| git.failed(&format!("it has no version {wanted:?}")))?;
    if let Some(commit) = commit.filter(|commit| *commit != found) {
        return Err(git.failed(&format!("it answers with commit {found} in place of {commit}")));
    }
    git.run(scratch, &["checkout", "--quiet", "--detach", &found])?;
    Ok(found)
}

/// Git, asked about one repository.
struct Git<'a>(&'a GitSource);

impl Git<'_> {
    fn run(&self, folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
        let arguments: Vec<String> = SETTINGS.iter().chain(arguments).map(|a| (*a).to_string()).collect();
        let environment = [
            ("GIT_TERMINAL_PROMPT", "0"),
            // The system waits minutes for a host that does not answer.
            ("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=20"),
            // Settings of whoever calls must not lead git into another repository.
            ("GIT_DIR", ""),
        ];
        let kept = |name: &str| crate::world::environment::one(name).is_some();
        let environment: Vec<(&str, Option<&str>)> = environment
            .into_iter()
            .filter(|(name, _)| *name != "GIT_SSH_COMMAND" || !kept(name))
            .map(|(name, value)| (name, Some(value).filter(|v| !v.is_empty())))
            .collect();
        let ran =
            process::run(Path::new("git"), &arguments, folder, &environment, b"", PATIENCE).map_err(|e| {
                self.failed(&format!("git cannot be started: {e}")).hint("install git; it fetches modules")
            })?;
        let said = String::from_utf8_lossy(&ran.stderr).trim().to_string();
        match ran.status {
            Some(status) if status.success() => Ok(String::from_utf8_lossy(&ran.stdout).trim().to_string()),
            Some(status) if said.is_empty() => Err(self.failed(&format!("git {}", process::ending(status)))),
            Some(_) => Err(self.refused(&said)),
            None => Err(self.failed(&format!("git did not end within {} s", PATIENCE.as_secs()))),
        }
    }

    /// Git has failed, and said why.
    fn refused(&self, said: &str) -> Failure {
        let failure = self.failed(&format!("git says: {said}"));
        let Some(login) = login(&self.0.url) else { return failure };
        match untrusted(&login, said) {
            Some(why) => self.failed(&why),
            None if said.contains("Permission denied (") => failure.hint(format!(
                "nothing is asked here: load the key into ssh-agent, or name it in ~/.ssh/config, until this works: ssh -oBatchMode=yes {login}"
            )),
            None => failure,
        }
    }

    fn failed(&self, why: &str) -> Failure {
        Failure::error(why)
    }
}

/// How somebody logs in by hand where an address of ssh leads: `git@host`, `-p 2222 git@host`; none for any other address.
fn login(url: &str) -> Option<String> {
    let server = url.strip_prefix("ssh://")?.split('/').next()?;
    let by_hand = match server.rsplit_once(':') {
        Some((server, port)) if !port.ends_with(']') && !port.is_empty() => format!("-p {port} {server}"),
        _ => server.trim_end_matches(':').to_string(),
    };
    // In an address the colons of IPv6 stand in brackets, on ssh's command line they do not.
    Some(by_hand.replace(['[', ']'], ""))
}

#[cfg(test)]
mod tests {
    use super::login;

    #[test]
    fn how_somebody_logs_in_by_hand() {
        for (url, found) in [
            ("ssh://git@host.example/a.git", Some("git@host.example")),
            ("ssh://host:2222/a", Some("-p 2222 host")),
            ("ssh://a@[::1]:22/a", Some("-p 22 a@::1")),
            ("ssh://[::1]/a", Some("::1")),
            ("ssh://host:/a", Some("host")),
            ("https://host/a", None),
            ("file:///a", None),
        ] {
            assert_eq!(login(url).as_deref(), found, "{url}");
        }
    }
}
