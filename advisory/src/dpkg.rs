//! dpkg's database of installed packages: `/var/lib/dpkg/status`, and the `status.d` of images without dpkg.
//!
//! Source: dpkg(1), "Package states"; deb-control(5) for `Source`. Of the three words of `Status` only the last one
//! tells what is on the disk: `hold ok installed` is installed, `deinstall ok config-files` is not.

use crate::deb822::{Stanza, Stanzas, shown, source_field};
use crate::fault::Fault;
use crate::installed::{Installed, Source};
use crate::remark::Remark;

const WHAT: &str = "dpkg status";

/// States with the package's files on the disk and set up.
const INSTALLED: [&str; 3] = ["installed", "triggers-awaited", "triggers-pending"];

/// States of an installation that was broken off: some or all files are there.
const PARTIAL: [&str; 3] = ["half-installed", "unpacked", "half-configured"];

/// States without files that could be attacked.
const ABSENT: [&str; 2] = ["not-installed", "config-files"];

/// Which of dpkg's two layouts the bytes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The status file: a stanza without a `Status` is no installed package.
    Status,
    /// One file of `status.d`, as images without dpkg carry: what is there is installed.
    Fragment,
}

/// What a dpkg database says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Database {
    /// The installed packages, in the order of the file.
    pub installed: Vec<Installed>,
    /// Packages whose installation was broken off, with their state: to be repaired, and nothing to rely on.
    pub partial: Vec<(Installed, String)>,
    /// Stanzas that say too little to be a package.
    pub remarks: Vec<Remark>,
}

/// Reads a dpkg database. A stanza without name, version or known state is left out and remarked.
///
/// # Errors
/// For bytes that are no stanzas: a line without a colon, a NUL byte, a line longer than [`crate::line::TEXT_LIMIT`].
pub fn read(bytes: &[u8], layout: Layout) -> Result<Database, Fault> {
    let mut database = Database::default();
    for stanza in Stanzas::<Entry>::new(bytes, WHAT) {
        let (line, entry) = stanza?;
        if let Err(reason) = entry.file(layout, &mut database) {
            let name = String::from_utf8_lossy(entry.name);
            database.remarks.push(Remark::new(line, &name, reason));
        }
    }
    Ok(database)
}

/// The fields of a stanza that matter here.
#[derive(Default)]
struct Entry<'a> {
    name: &'a [u8],
    version: &'a [u8],
    arch: &'a [u8],
    source: &'a [u8],
    status: &'a [u8],
}

impl<'a> Stanza<'a> for Entry<'a> {
    fn field(&mut self, name: &'a [u8], value: &'a [u8]) {
        // deb822: names of fields are read without regard to case.
        let into = match name {
            _ if name.eq_ignore_ascii_case(b"package") => &mut self.name,
            _ if name.eq_ignore_ascii_case(b"version") => &mut self.version,
            _ if name.eq_ignore_ascii_case(b"architecture") => &mut self.arch,
            _ if name.eq_ignore_ascii_case(b"source") => &mut self.source,
            _ if name.eq_ignore_ascii_case(b"status") => &mut self.status,
            _ => return,
        };
        *into = value;
    }
}

impl Entry<'_> {
    /// Puts the package where its state belongs.
    fn file(&self, layout: Layout, database: &mut Database) -> Result<(), String> {
        let state = self.state(layout)?;
        if ABSENT.contains(&state) {
            return Ok(());
        }
        let installed = self.installed()?;
        if INSTALLED.contains(&state) {
            database.installed.push(installed);
        } else if PARTIAL.contains(&state) {
            database.partial.push((installed, state.to_string()));
        } else {
            return Err(format!("{state:?} is no state that dpkg knows; the package is left out"));
        }
        Ok(())
    }

    fn state(&self, layout: Layout) -> Result<&str, String> {
        match (word("Status", self.status)?.split_ascii_whitespace().next_back(), layout) {
            (Some(state), _) => Ok(state),
            (None, Layout::Fragment) => Ok("installed"),
            (None, Layout::Status) => Err("it has no Status; the package is left out".to_string()),
        }
    }

    fn installed(&self) -> Result<Installed, String> {
        let (name, version) = (word("Package", self.name)?, word("Version", self.version)?);
        if name.is_empty() || version.is_empty() {
            let missing = if name.is_empty() { "name" } else { "version" };
            return Err(format!("it has no {missing}; the package is left out"));
        }
        let arch = word("Architecture", self.arch)?;
        let source = word("Source", self.source)?;
        let source = (!source.is_empty()).then(|| {
            let (name, own) = source_field(source);
            Source { name: name.to_string(), version: own.unwrap_or(version).to_string() }
        });
        let arch = (!arch.is_empty()).then(|| arch.to_string());
        Ok(Installed { name: name.to_string(), version: version.to_string(), arch, source, module: None })
    }
}

fn word<'a>(field: &str, value: &'a [u8]) -> Result<&'a str, String> {
    std::str::from_utf8(value).map_err(|_| format!("its {field} is not UTF-8: {}", shown(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TWO: &str = "Package: a\nStatus: hold ok installed\nArchitecture: amd64\nSource: s (1:2-3)\nVersion: 1:2-3+b1\n\
                       Description: x\n Package: not\n\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 1\n";

    fn names(text: &str, layout: Layout) -> Vec<String> {
        read(text.as_bytes(), layout).unwrap().installed.into_iter().map(|i| i.name).collect()
    }

    #[test]
    fn the_last_word_of_the_status_decides_and_the_source_has_a_version_of_its_own() {
        let database = read(TWO.as_bytes(), Layout::Status).unwrap();
        let source = Some(Source { name: "s".into(), version: "1:2-3".into() });
        let arch = Some("amd64".to_string());
        let a = Installed { name: "a".into(), version: "1:2-3+b1".into(), arch, source, module: None };
        assert_eq!(database, Database { installed: vec![a], ..Database::default() });
    }

    #[test]
    fn what_was_broken_off_is_told_apart_and_what_says_too_little_is_remarked() {
        let text = "Package: u\nStatus: install ok unpacked\nVersion: 1\n\nStatus: install ok installed\nVersion: 1\n\n\
                    Package: v\nStatus: install ok installed\n\nPackage: w\nVersion: 1\n \t\nPackage: x\n\
                    Status: install ok odd\nVersion: 1\n\nPackage: y\nStatus: install ok triggers-pending\nVersion: 2\n";
        let database = read(text.as_bytes(), Layout::Status).unwrap();
        assert_eq!(names(text, Layout::Status), ["y"]);
        assert_eq!(database.partial, [(Installed::new("u", "1"), "unpacked".to_string())]);
        let remarks: Vec<String> = database.remarks.iter().map(Remark::to_string).collect();
        assert_eq!(
            remarks,
            [
                "line 5: it has no name; the package is left out",
                "line 8: v: it has no version; the package is left out",
                "line 11: w: it has no Status; the package is left out",
                "line 14: x: \"odd\" is no state that dpkg knows; the package is left out",
            ]
        );
        assert_eq!(names("Package: w\nVersion: 1\n", Layout::Fragment), ["w"]);
    }

    #[test]
    fn what_is_no_database_is_refused_with_its_line() {
        let refused = |bytes: &[u8]| read(bytes, Layout::Status).unwrap_err().to_string();
        assert_eq!(
            refused(b"asdf\n\nyolo\n"),
            "dpkg status, line 1: \"asdf\" is no field: a colon is missing"
        );
        assert_eq!(
            refused(b"Package: a\nVersion: 1\0\n"),
            "dpkg status, line 2: there is a NUL byte in the line"
        );
        let long = [b"Package: a\nDepends: ".as_slice(), &vec![b'x'; crate::line::TEXT_LIMIT]].concat();
        assert!(refused(&long).contains("line 2: the line has 1048585 bytes; the limit is 1048576"));
        // UTF-16 has NUL bytes and no plain line ends.
        assert!(
            refused(&"Package: a\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
                .contains("NUL")
        );
        let latin =
            read(b"Package: a\nStatus: install ok installed\nVersion: 1\xe9\n", Layout::Status).unwrap();
        assert_eq!(latin.remarks[0].reason, "its Version is not UTF-8: \"1\u{fffd}\"");
        assert_eq!(read(b"", Layout::Status).unwrap(), Database::default());
    }

    proptest! {
        /// Cut anywhere, a database is read or refused, and nothing is read that was not written.
        #[test]
        fn a_cut_database_holds_no_strangers(cut in 0..TWO.len()) {
            if let Ok(database) = read(&TWO.as_bytes()[..cut], Layout::Status) {
                prop_assert!(database.installed.iter().all(|i| i.name == "a" && "1:2-3+b1".starts_with(&i.version)));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, Layout::Fragment);
        }
    }
}
