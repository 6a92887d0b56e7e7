//! The files in a folder and below.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// So many entries are looked at, then it is refused: nobody means `/`.
const MOST: usize = 100_000;

/// The paths of regular files from `folder` on, sorted; at most so many levels down. None where there is no such
/// folder. Links to files count as files; links to folders are not followed, since they could lead in a circle. What is
/// no UTF-8 is passed over.
///
/// # Errors
/// Those of the system; too many entries.
pub fn files_below(folder: &Path, levels: usize) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut left = vec![(folder.to_path_buf(), String::new(), 1)];
    let mut seen = 0;
    while let Some((folder, prefix, level)) = left.pop() {
        for (name, path) in entries(&folder)? {
            seen += 1;
            if seen > MOST {
                return Err(io::Error::other(format!("there are more than {MOST} files and folders")));
            }
            let kind = fs::symlink_metadata(&path)?.file_type();
            let path_there = format!("{prefix}{name}");
            if kind.is_dir() && level < levels {
                left.push((path, format!("{path_there}/"), level + 1));
            } else if kind.is_file() || (kind.is_symlink() && path.is_file()) {
                found.push(path_there);
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// A file of a folder, and what tells whether it was written since.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamped {
    /// Below the folder.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub written: i128,
}

/// The regular files below `folder` whose names are wanted, sorted by path, at most `most` of them. Hidden ones, such
/// as a repository's own, are passed over; links are not followed.
///
/// # Errors
/// Those of the system; too many files.
pub fn stamped(folder: &Path, wanted: impl Fn(&str) -> bool, most: usize) -> io::Result<Vec<Stamped>> {
    use std::os::unix::fs::MetadataExt as _;
    let mut found = Vec::new();
    let mut left = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = left.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let Some(name) =
                entry.file_name().to_str().filter(|name| !name.starts_with('.')).map(str::to_string)
            else {
                continue;
            };
            let kind = entry.file_type()?;
            let path = format!("{prefix}{name}");
            if kind.is_dir() {
                left.push((entry.path(), format!("{path}/")));
            } else if kind.is_file() && wanted(&name) {
                let metadata = entry.metadata()?;
                let written =
                    i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
                found.push(Stamped { path, size: metadata.len(), written });
                if found.len() > most {
                    return Err(io::Error::other(format!("there are more than {most} files")));
                }
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn entries(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        other => other?,
    };
    let mut named = Vec::new();
    for entry in entries {
        let entry = entry?;
        named.extend(entry.file_name().into_string().ok().map(|name| (name, entry.path())));
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_files_and_never_runs_in_circles() {
        let scratch = crate::world::disk::scratch().expect("a folder");
        let root = scratch.path();
        fs::create_dir_all(root.join("a/b/c")).expect("folders");
        for file in ["x", "a/y", "a/b/c/z"] {
            fs::write(root.join(file), "").expect("a file");
        }
        std::os::unix::fs::symlink("..", root.join("a/up")).expect("a link");
        std::os::unix::fs::symlink("y", root.join("a/link")).expect("a link");
        let listed = |levels| files_below(root, levels).expect("listed");
        assert_eq!(listed(1), ["x"]);
        assert_eq!(listed(2), ["a/link", "a/y", "x"]);
        assert_eq!(listed(64), ["a/b/c/z", "a/link", "a/y", "x"]);
        assert_eq!(files_below(&root.join("nosuch"), 9).expect("none"), [""; 0]);
        assert_eq!(files_below(&root.join("x"), 9).expect("none"), [""; 0]);
    }
}
