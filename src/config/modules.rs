//! Where a module comes from: a folder, or a repository of git with a pinned version.

use std::fmt;

/// The `source` of a `module` block, read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModuleSource {
    /// A folder, relative to that of the calling module.
    Local(String),
    /// A repository of git.
    Git(GitSource),
}

/// `git::URL//SUBFOLDER?ref=VERSION`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitSource {
    /// What `git fetch` is given.
    pub url: String,
    /// Branch, tag or commit; `None` for the repository's default branch.
    pub reference: Option<String>,
    /// A folder within the repository; may be empty.
    pub folder: String,
}

/// Ways of reaching a repository. Nothing that git could take for an option or a command of its own.
const SCHEMES: &[&str] = &["file://", "https://", "ssh://", "http://"];

/// How names of archives end.
const ARCHIVES: &[&str] = &[".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"];

impl ModuleSource {
    /// Reads a `source`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<ModuleSource, String> {
        if let Some(git) = text.strip_prefix("git::") {
            return GitSource::parse(git).map(ModuleSource::Git);
        }
        let local = [".", ".."].contains(&text) || ["./", "../", "/"].iter().any(|p| text.starts_with(p));
        if local {
            return Ok(ModuleSource::Local(text.to_string()));
        }
        if let Some(url) = short_url(text) {
            return Err(format!("For a repository of git write \"git::{url}\""));
        }
        if starred(text).is_some() {
            return GitSource::parse(text).map(ModuleSource::Git);
        }
        let address = text.split_once('?').map_or(text, |(address, _)| address);
        Err(if text.trim() != text {
            format!("Take the blanks around it away: {:?}", text.trim())
        } else if text.starts_with('~') {
            "A home folder has no sign here: write its whole path, or one that is relative to the calling module".into()
        } else if text.contains("::") {
            "Only git fetches modules, as in \"git::https://example.com/modules.git?ref=v1.2\"".into()
        } else if ARCHIVES.iter().any(|ending| address.ends_with(ending)) {
            "Archives are not fetched: name the repository of git, or unpack it and name the folder, such as \"./modules/web\"".into()
        } else if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            format!("For a repository of git write \"git::{text}\"")
        } else {
            format!("For a folder write \"./{text}\"; there is no registry of modules")
        })
    }
}

/// The whole address of what Terraform knows by a shorter name: `git@host:path`, and places that are known for
/// repositories.
fn short_url(text: &str) -> Option<String> {
    if let Some((user, rest)) = text.split_once('@')
        && let Some((host, path)) = rest.split_once(':')
        && [user, host].iter().all(|part| !part.is_empty() && !part.contains(['/', ':']))
    {
        return Some(format!("ssh://{user}@{host}/{}", path.trim_start_matches('/')));
    }
    let known = ["github.com/", "gitlab.com/", "bitbucket.org/"].iter().any(|host| text.starts_with(host));
    known.then(|| format!("https://{text}"))
}

/// Parameters of an address by which Terraform is given secrets.
const SECRET_PARAMETERS: [&str; 4] = ["sshkey", "token", "password", "secret"];

/// A user's name of so many characters is a token: those of all forges are longer, names of people are shorter.
const SHORTEST_TOKEN: usize = 20;

/// An address with stars in place of the secrets in it: a password behind the user's name, a token in its place, and
/// parameters that give one. `None` where there are none.
pub(super) fn starred(text: &str) -> Option<String> {
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    let mut shown = address.to_string();
    // The password may hold a slash that was not escaped: all up to the last @ counts.
    if let Some((scheme, rest)) = address.split_once("://")
        && let Some((user, host)) = rest.rsplit_once('@')
    {
        match user.split_once(':') {
            Some((name, _)) => shown = format!("{scheme}://{name}:***@{host}"),
            None if scheme.ends_with("https") && user.len() >= SHORTEST_TOKEN => {
                shown = format!("{scheme}://***@{host}")
            }
            None => {}
        }
    }
    for (index, part) in query.split('&').filter(|part| !part.is_empty()).enumerate() {
        shown.push(if index == 0 { '?' } else { '&' });
        let key = part.split_once('=').map_or(part, |(key, _)| key);
        let secret = SECRET_PARAMETERS.iter().any(|word| key.to_ascii_lowercase().contains(word));
        shown.push_str(&if secret { format!("{key}=***") } else { part.to_string() });
    }
    (shown != text && shown.contains("***")).then_some(shown)
}

impl GitSource {
    fn parse(text: &str) -> Result<GitSource, String> {
        if starred(text).is_some() {
            return Err("An address with a password would be written into patchform.lock.hcl and into messages. Leave it out: \
                        git asks its credential helper (`git config credential.helper`); or take ssh:// and a key"
                .into());
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let Some(scheme) = SCHEMES.iter().find(|scheme| address.starts_with(**scheme)) else {
            return Err("A repository begins with file://, https:// or ssh://, as in \"git::https://example.com/modules.git?ref=v1.2\"".into());
        };
        let path = &address[scheme.len()..];
        let (path, folder) = path.split_once("//").unwrap_or((path, ""));
        let folder = folder.trim_matches('/');
        if folder.split('/').any(|part| part == "..") {
            return Err("The folder behind // must lie within the repository".into());
        }
        // What begins with a dash where a host is expected, ssh would take for an option.
        if path.is_empty() || path.starts_with('-') || path.chars().any(|c| c.is_control() || c == ' ') {
            return Err("The repository's address makes no sense".into());
        }
        let mut reference = None;
        for part in query.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("ref", version)) if is_reference(version) => reference = Some(version.to_string()),
                Some(("ref", version)) => {
                    return Err(format!("{version:?} cannot be a version of a repository"));
                }
                _ => return Err(format!("There is no {part:?}; a version is given as ?ref=v1.2")),
            }
        }
        Ok(GitSource { url: format!("{scheme}{path}"), reference, folder: folder.to_string() })
    }

    /// The repository and the version, without the folder: what is fetched once, and pinned.
    pub fn package(&self) -> String {
        match &self.reference {
            Some(reference) => format!("git::{}?ref={reference}", self.url),
            None => format!("git::{}", self.url),
        }
    }
}

/// What git takes for a version and for nothing else (git-check-ref-format(1), in short).
fn is_reference(text: &str) -> bool {
    let good = |c: char| c.is_alphanumeric() || "._-/+@".contains(c);
    !text.is_empty() && !text.starts_with(['-', '/']) && !text.contains("..") && text.chars().all(good)
}

impl fmt::Display for ModuleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModuleSource::Local(path) => f.write_str(path),
            ModuleSource::Git(git) => f.write_str(&git.package()),
        }
    }
}

/// The folder `path` as seen from `folder`, without `.` and as few `..` as can be.
pub fn join(folder: &str, path: &str) -> String {
    let absolute = path.starts_with('/') || folder.starts_with('/');
    let start = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_string(),
        (false, false) => parts.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read() {
        let git = |url: &str, reference: Option<&str>, folder: &str| {
            let (url, folder) = (url.to_string(), folder.to_string());
            Ok(ModuleSource::Git(GitSource { url, reference: reference.map(Into::into), folder }))
        };
        for (text, read) in [
            ("./modules/web", Ok(ModuleSource::Local("./modules/web".into()))),
            ("../x", Ok(ModuleSource::Local("../x".into()))),
            ("git::file:///srv/m.git", git("file:///srv/m.git", None, "")),
            (
                "git::https://h.example/a/b.git//sub/dir?ref=v1.2",
                git("https://h.example/a/b.git", Some("v1.2"), "sub/dir"),
            ),
            (
                "git::ssh://git@h.example:2222/m.git?ref=feature/x",
                git("ssh://git@h.example:2222/m.git", Some("feature/x"), ""),
            ),
        ] {
            assert_eq!(ModuleSource::parse(text), read, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "modules/web",
            "hashicorp/consul/aws",
            "https://h.example/m.git",
            "git::m.git",
            "git::ext::sh -c id",
            "git::--upload-pack=id",
            "git::ssh://-oProxyCommand=id/m",
            "git::https://h.example/m.git?ref=--output=x",
            "git::https://h.example/m.git?ref=a..b",
            "git::https://h.example/m.git?depth=1",
            "git::https://h.example/m.git//../x",
        ] {
            assert!(ModuleSource::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_terraform_would_fetch_is_told_as_what_it_is() {
        for (text, said) in [
            (" ./x", "away: \"./x\""),
            ("~/x", "whole path"),
            ("s3::https://s3.example/x", "Only git"),
            ("hg::http://h.example/x", "Only git"),
            ("https://h.example/x.zip", "Archives"),
            ("https://h.example/x.tar.gz?checksum=1", "Archives"),
            ("https://h.example/x.git", "\"git::https://h.example/x.git\""),
            ("modules/web", "\"./modules/web\""),
        ] {
            let why = ModuleSource::parse(text).unwrap_err();
            assert!(why.contains(said), "{text}: {why}");
        }
    }

    #[test]
    fn passwords_are_refused_and_not_repeated() {
        for (text, shown) in [
            (
                "git::https://user:PW@h.example/x.git?ref=main",
                "git::https://user:***@h.example/x.git?ref=main",
            ),
            ("git::https://:P/W@h.example/x.git//sub", "git::https://:***@h.example/x.git//sub"),
            ("git::ssh://git:P@W@h.example:22/x.git", "git::ssh://git:***@h.example:22/x.git"),
            ("https://user:PW@h.example/x.git", "https://user:***@h.example/x.git"),
            ("git::ssh://git@h.example/x?ref=a&sshkey=PW", "git::ssh://git@h.example/x?ref=a&sshkey=***"),
            ("git::https://PW_x9Zk2LrT0qVnB7aYc5dW@h.example/x", "git::https://***@h.example/x"),
        ] {
            assert_eq!(starred(text).as_deref(), Some(shown), "{text}");
            let told = ModuleSource::parse(text).unwrap_err();
            assert!(told.contains("credential helper") && !told.contains("PW"), "{told}");
        }
        for text in ["git::ssh://git@h.example:2222/m.git?ref=a", "git::https://me@h.example/x", "./a:b@c"] {
            assert_eq!(starred(text), None, "{text}");
        }
    }

    #[test]
    fn short_names_of_repositories_are_told_in_full() {
        for (text, url) in [
            ("git@github.com:acme/example.git", "\"git::ssh://git@github.com/acme/example.git\""),
            ("github.com/acme/example//web", "\"git::https://github.com/acme/example//web\""),
            ("a/b@c:d", "\"./a/b@c:d\""),
        ] {
            let told = ModuleSource::parse(text).unwrap_err();
            assert!(told.contains(url), "{told}");
        }
    }

    #[test]
    fn folders_are_joined() {
        for (folder, path, joined) in [
            (".", "./modules/web", "modules/web"),
            ("modules/web", "../db", "modules/db"),
            (".", "../shared", "../shared"),
            ("../shared", "../other", "../other"),
            ("a", "..", "."),
            (".", "/srv/m", "/srv/m"),
            ("/srv/m", "../n", "/srv/n"),
            ("a", "./b/", "a/b"),
        ] {
            assert_eq!(join(folder, path), joined, "{folder} {path}");
        }
    }
}
