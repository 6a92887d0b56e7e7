//! `repomd.xml`: the files of an rpm repository, and the digests that they must have.
//!
//! Source: createrepo_c's src/xml_parser_repomd.c. The digests are given as data: who fetches the files computes theirs,
//! and asks [`Part::check`].

use crate::fault::Fault;
use crate::xml::{Node, Xml};
use std::collections::BTreeMap;

const WHAT: &str = "repomd";

/// A digest by the name of its algorithm, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digest {
    /// `sha256`, `sha512`; `sha` is SHA-1.
    pub algorithm: String,
    /// The digest.
    pub hex: String,
}

/// One file of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// What it is: `primary`, `updateinfo`.
    pub kind: String,
    /// Where it is, below the repository.
    pub href: String,
    /// The digest of the file as it is.
    pub digest: Digest,
    /// The digest of the file unpacked.
    pub open: Option<Digest>,
    /// The bytes of the file as it is.
    pub size: Option<u64>,
    /// The bytes of the file unpacked: the limit of unpacking.
    pub open_size: Option<u64>,
}

/// Reads the files of a repository.
///
/// # Errors
/// For what is not well-formed or no repomd, and for a file without type, digest or place, or one outside of the
/// repository.
pub fn read(bytes: &[u8]) -> Result<Vec<Part>, Fault> {
    let mut xml = Xml::new(bytes, WHAT)?;
    let (mut parts, mut path, mut text) = (Vec::new(), Vec::new(), String::new());
    loop {
        match xml.next()? {
            Node::Start(name, attributes) => {
                if path.is_empty() && name != "repomd" {
                    return Err(xml.fault(format!("it begins with <{name}>, where <repomd> is needed")));
                }
                if name == "data" {
                    parts.push(Part {
                        kind: attributes.get("type").cloned().unwrap_or_default(),
                        ..Part::default()
                    });
                }
                if let Some(part) = parts.last_mut() {
                    begin(part, &name, &attributes);
                }
                path.push(name);
                text.clear();
            }
            Node::Text(more) => text.push_str(&more),
            Node::End(name) => {
                path.pop();
                if let Some(part) = parts.last_mut() {
                    end(part, &name, text.trim());
                    if name == "data" {
                        whole(part).map_err(|reason| xml.fault(reason))?;
                    }
                }
                text.clear();
            }
            Node::Done => return Ok(parts),
        }
    }
}

fn begin(part: &mut Part, name: &str, attributes: &BTreeMap<String, String>) {
    let of = |key: &str| attributes.get(key).cloned().unwrap_or_default();
    match name {
        "location" => part.href = of("href"),
        "checksum" => part.digest.algorithm = of("type"),
        "open-checksum" => part.open = Some(Digest { algorithm: of("type"), hex: String::new() }),
        _ => {}
    }
}

fn end(part: &mut Part, name: &str, text: &str) {
    match (name, &mut part.open) {
        ("checksum", _) => part.digest.hex = text.to_ascii_lowercase(),
        ("open-checksum", Some(open)) => open.hex = text.to_ascii_lowercase(),
        ("size", _) => part.size = text.parse().ok(),
        ("open-size", _) => part.open_size = text.parse().ok(),
        _ => {}
    }
}

fn whole(part: &Part) -> Result<(), String> {
    let kind = &part.kind;
    if kind.is_empty() {
        return Err("a file has no type".to_string());
    }
    if part.digest.hex.is_empty() || part.digest.algorithm.is_empty() {
        return Err(format!("{kind} has no digest"));
    }
    let outside = part.href.starts_with('/')
        || part.href.contains(':')
        || part.href.split('/').any(|step| step == "..");
    match part.href.as_str() {
        "" => Err(format!("{kind} has no place")),
        href if outside => Err(format!("{kind} is outside of the repository: {href}")),
        _ => Ok(()),
    }
}

impl Part {
    /// Compares what was fetched with what the repository says of it.
    ///
    /// # Errors
    /// With both values, where the size or the digest differs or the digest is of another algorithm.
    pub fn check(&self, size: u64, digest: &Digest) -> Result<(), String> {
        let Part { kind, digest: wanted, .. } = self;
        if let Some(expected) = self.size.filter(|expected| *expected != size) {
            return Err(format!("{kind} has {size} bytes, and the repository says {expected}"));
        }
        if *wanted != *digest {
            let (a, b) = (
                format!("{} {}", digest.algorithm, digest.hex),
                format!("{} {}", wanted.algorithm, wanted.hex),
            );
            return Err(format!("{kind} has {a}, and the repository says {b}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "<repomd xmlns=\"x\"><revision>1</revision>\n<data type=\"updateinfo\"><checksum type=\"sha256\">AB</checksum>\
                       <open-checksum type=\"sha256\">cd</open-checksum><location href=\"repodata/u.xml.gz\"/><size>2</size>\
                       <open-size>3</open-size></data></repomd>";

    #[test]
    fn a_file_is_checked_against_its_size_and_digest() {
        let parts = read(ONE.as_bytes()).unwrap();
        let digest = |hex: &str| Digest { algorithm: "sha256".into(), hex: hex.into() };
        assert_eq!((parts[0].open.clone(), parts[0].open_size), (Some(digest("cd")), Some(3)));
        assert_eq!(parts[0].check(2, &digest("ab")), Ok(()));
        assert_eq!(
            parts[0].check(3, &digest("ab")).unwrap_err(),
            "updateinfo has 3 bytes, and the repository says 2"
        );
        assert_eq!(
            parts[0].check(2, &digest("ff")).unwrap_err(),
            "updateinfo has sha256 ff, and the repository says sha256 ab"
        );
    }

    #[test]
    fn what_says_too_little_or_leads_outside_is_refused() {
        let refused = |from: &str, to: &str| read(ONE.replace(from, to).as_bytes()).unwrap_err().to_string();
        assert_eq!(refused(" type=\"updateinfo\"", ""), "repomd, line 2: a file has no type");
        assert_eq!(refused("AB", ""), "repomd, line 2: updateinfo has no digest");
        assert_eq!(refused("repodata/u.xml.gz", ""), "repomd, line 2: updateinfo has no place");
        for outside in ["../u", "/u", "https://example.com/u"] {
            let reason = format!("repomd, line 2: updateinfo is outside of the repository: {outside}");
            assert_eq!(refused("repodata/u.xml.gz", outside), reason);
        }
        (0..ONE.len()).for_each(|cut| assert!(read(&ONE.as_bytes()[..cut]).is_err(), "{cut}"));
    }
}
