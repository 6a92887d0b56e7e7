//! `repomd.xml`: the files of an rpm repository, and the digests that they must have.
//!
//! Source: createrepo_c's src/xml_parser_repomd.c. The digests are given as data: who fetches the files computes theirs,
//! and asks [`Part::check`].

use crate::digest::{Algorithm, Digest};
use crate::fault::Fault;
use crate::xml::{Node, Xml};
use std::collections::BTreeMap;

const WHAT: &str = "repomd";

/// One file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is: `primary`, `updateinfo`.
    pub kind: String,
    /// Where it is, below the repository.
    pub href: String,
    /// The digest of the file as it is; none where what stands there is no digest, and then no bytes fit.
    pub digest: Option<Digest>,
    /// The digest of the file unpacked, where there is one.
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
    let (mut parts, mut draft) = (Vec::new(), None::<Draft>);
    let (mut path, mut text) = (Vec::new(), String::new());
    loop {
        match xml.next()? {
            Node::Start(name, attributes) => {
                if path.is_empty() && name != "repomd" {
                    return Err(xml.fault(format!("it begins with <{name}>, where <repomd> is needed")));
                }
                if name == "data" {
                    let kind = attributes.get("type").cloned().unwrap_or_default();
                    draft = Some(Draft { kind, ..Draft::default() });
                }
                if let Some(draft) = &mut draft {
                    draft.begin(&name, &attributes);
                }
                path.push(name);
                text.clear();
            }
            Node::Text(more) => text.push_str(&more),
            Node::End(name) => {
                path.pop();
                if name == "data" {
                    let part = draft.take().map(Draft::whole).transpose();
                    parts.extend(part.map_err(|reason| xml.fault(reason))?);
                } else if let Some(draft) = &mut draft {
                    draft.end(&name, text.trim());
                }
                text.clear();
            }
            Node::Done => return Ok(parts),
        }
    }
}

/// A file, as far as it was read.
#[derive(Default)]
struct Draft {
    kind: String,
    href: String,
    /// The algorithm and the digits of `checksum`, and those of `open-checksum`.
    digest: (String, String),
    open: Option<(String, String)>,
    size: Option<u64>,
    open_size: Option<u64>,
}

impl Draft {
    fn begin(&mut self, name: &str, attributes: &BTreeMap<String, String>) {
        let of = |key: &str| attributes.get(key).cloned().unwrap_or_default();
        match name {
            "location" => self.href = of("href"),
            "checksum" => self.digest.0 = of("type"),
            "open-checksum" => self.open = Some((of("type"), String::new())),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, text: &str) {
        match (name, &mut self.open) {
            ("checksum", _) => self.digest.1 = text.to_string(),
            ("open-checksum", Some(open)) => open.1 = text.to_string(),
            ("size", _) => self.size = text.parse().ok(),
            ("open-size", _) => self.open_size = text.parse().ok(),
            _ => {}
        }
    }

    fn whole(self) -> Result<Part, String> {
        let Draft { kind, href, digest, open, size, open_size } = self;
        if kind.is_empty() {
            return Err("a file has no type".to_string());
        }
        if digest.0.is_empty() || digest.1.is_empty() {
            return Err(format!("{kind} has no digest"));
        }
        let of = |(algorithm, hex): (String, String)| Digest::new(Algorithm::of_name(&algorithm)?, &hex);
        let (digest, open) = (of(digest), open.and_then(of));
        let outside = href.starts_with('/') || href.contains(':') || href.split('/').any(|step| step == "..");
        match href.as_str() {
            "" => Err(format!("{kind} has no place")),
            href if outside => Err(format!("{kind} is outside of the repository: {href}")),
            _ => Ok(Part { kind, href, digest, open, size, open_size }),
        }
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
        let Some(wanted) = wanted else {
            return Err(format!("{kind} has a digest in the repository that is none of a known form"));
        };
        if wanted != digest {
            return Err(format!("{kind} has {digest}, and the repository says {wanted}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(byte: &str) -> Digest {
        Digest::new(Algorithm::Md5, &byte.repeat(16)).expect("a digest")
    }

    const ONE: &str = "<repomd xmlns=\"x\"><revision>1</revision>\n<data type=\"updateinfo\"><checksum type=\"md5\">ABABABABABABABABABABABABABABABAB</checksum>\
                       <open-checksum type=\"md5\">cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd</open-checksum><location href=\"repodata/u.xml.gz\"/><size>2</size>\
                       <open-size>3</open-size></data></repomd>";

    #[test]
    fn a_file_is_checked_against_its_size_and_digest() {
        let parts = read(ONE.as_bytes()).unwrap();
        assert_eq!((parts[0].open.clone(), parts[0].open_size), (Some(digest("cd")), Some(3)));
        assert_eq!(parts[0].check(2, &digest("ab")), Ok(()));
        assert_eq!(
            parts[0].check(3, &digest("ab")).unwrap_err(),
            "updateinfo has 3 bytes, and the repository says 2"
        );
        assert_eq!(
            parts[0].check(2, &digest("ff")).unwrap_err(),
            format!("updateinfo has {}, and the repository says {}", digest("ff"), digest("ab"))
        );
    }

    /// One part with such a digest must not keep the others from being used.
    #[test]
    fn what_has_no_digest_of_a_known_form_is_read_and_never_taken() {
        for (from, to) in [("<checksum type=\"md5", "<checksum type=\"md6"), ("ABAB", "AB")] {
            let parts = read(ONE.replace(from, to).as_bytes()).expect("parts");
            assert_eq!(parts[0].digest, None);
            assert!(parts[0].check(2, &digest("ab")).is_err());
        }
    }

    #[test]
    fn what_says_too_little_or_leads_outside_is_refused() {
        let refused = |from: &str, to: &str| read(ONE.replace(from, to).as_bytes()).unwrap_err().to_string();
        assert_eq!(refused(" type=\"updateinfo\"", ""), "repomd, line 2: a file has no type");
        assert_eq!(refused(&"AB".repeat(16), ""), "repomd, line 2: updateinfo has no digest");
        assert_eq!(refused("repodata/u.xml.gz", ""), "repomd, line 2: updateinfo has no place");
        for outside in ["../u", "/u", "https://example.com/u"] {
            let reason = format!("repomd, line 2: updateinfo is outside of the repository: {outside}");
            assert_eq!(refused("repodata/u.xml.gz", outside), reason);
        }
        (0..ONE.len()).for_each(|cut| assert!(read(&ONE.as_bytes()[..cut]).is_err(), "{cut}"));
    }
}
