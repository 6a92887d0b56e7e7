//! The absolute address of a component, as in Terraform: `apt.web["web-1"]`, `module.eu.apt.web[0]`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Which instance of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// The block has neither `count` nor `for_each`.
    #[default]
    None,
    /// `count`
    Index(u64),
    /// `for_each`
    Key(Arc<str>),
}

/// A component's absolute address. Orders by module, kind, name and key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Module calls from the root down; empty in the root module.
    pub module: Vec<(Arc<str>, InstanceKey)>,
    /// What the provider calls it: `apt`.
    pub kind: Arc<str>,
    /// The block's name.
    pub name: Arc<str>,
    /// Which instance of the block.
    pub key: InstanceKey,
}

impl Address {
    /// An address in the root module.
    pub fn root(kind: &str, name: &str, key: InstanceKey) -> Self {
        Address { module: Vec::new(), kind: kind.into(), name: name.into(), key }
    }

    /// The address of the whole block: this one without its key.
    pub fn block(&self) -> Address {
        Address { key: InstanceKey::None, ..self.clone() }
    }

    /// Whether this address names `other`, or a block or a module that holds it. `release.api` covers
    /// `release.api["eu"]`.
    pub fn covers(&self, other: &Address) -> bool {
        self == other || (self.key == InstanceKey::None && *self == other.block())
    }
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstanceKey::None => Ok(()),
            InstanceKey::Index(i) => write!(f, "[{i}]"),
            InstanceKey::Key(k) => {
                f.write_str("[\"")?;
                for c in k.chars() {
                    match c {
                        '"' => f.write_str("\\\"")?,
                        '\\' => f.write_str("\\\\")?,
                        '\n' => f.write_str("\\n")?,
                        '\r' => f.write_str("\\r")?,
                        '\t' => f.write_str("\\t")?,
                        c if c.is_control() => write!(f, "\\u{:04x}", c as u32)?,
                        c => write!(f, "{c}")?,
                    }
                }
                f.write_str("\"]")
            }
        }
    }
}

impl Address {
    /// As one types it in a shell: one word, whatever its key holds.
    pub fn quoted(&self) -> String {
        format!("'{}'", self.to_string().replace('\'', r"'\''"))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, key) in &self.module {
            write!(f, "module.{name}{key}.")?;
        }
        write!(f, "{}.{}{}", self.kind, self.name, self.key)
    }
}

impl FromStr for Address {
    type Err = String;

    /// Reads what `Display` prints.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut steps = Steps { rest: text }.read().ok_or_else(|| {
            format!("{text:?} is no address; write one like release.api, apt.web[\"web-1\"] or module.eu.apt.web[0]")
        })?;
        let (name, key) = steps.pop().unwrap_or_default();
        let (kind, kind_key) = steps.pop().unwrap_or_default();
        let mut module = Vec::new();
        let mut steps = steps.into_iter();
        while let (Some((word, InstanceKey::None)), Some(call)) = (steps.next(), steps.next()) {
            if &*word != "module" {
                return Err(format!("{text:?} is no address: {word:?} stands where \"module\" was expected"));
            }
            module.push(call);
        }
        if name.is_empty() || kind.is_empty() || &*kind == "module" || kind_key != InstanceKey::None {
            return Err(format!(
                "{text:?} is no address of a component; write one like release.api or apt.web[\"web-1\"]"
            ));
        }
        let address = Address { module, kind, name, key };
        if address.to_string() != text {
            return Err(format!("{text:?} is no address; did you mean {address}?"));
        }
        Ok(address)
    }
}

/// Reads `module.eu["a"].module.x`: a path of calls and nothing behind it.
pub(super) fn module_path(text: &str) -> Option<Vec<(Arc<str>, InstanceKey)>> {
    let steps = Steps { rest: text }.read()?;
    let pairs = steps.chunks(2).map(|pair| match pair {
        [(word, InstanceKey::None), call] if &**word == "module" => Some(call.clone()),
        _ => None,
    });
    pairs.collect()
}

/// Reads `name[key].name[key]…`.
struct Steps<'a> {
    rest: &'a str,
}

impl Steps<'_> {
    fn read(mut self) -> Option<Vec<(Arc<str>, InstanceKey)>> {
        let mut steps = Vec::new();
        loop {
            let end = self.rest.find(['.', '[']).unwrap_or(self.rest.len());
            let name: Arc<str> = self.rest[..end].into();
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
                return None;
            }
            self.rest = &self.rest[end..];
            let key = if self.rest.starts_with('[') { self.key()? } else { InstanceKey::None };
            steps.push((name, key));
            if self.rest.is_empty() {
                return Some(steps);
            }
            self.rest = self.rest.strip_prefix('.')?;
        }
    }

    fn key(&mut self) -> Option<InstanceKey> {
        self.rest = self.rest.strip_prefix('[')?;
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find(']')?;
            let index = self.rest[..end].parse().ok()?;
            self.rest = &self.rest[end + 1..];
            return Some(InstanceKey::Index(index));
        };
        let mut key = String::new();
        let mut chars = quoted.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = quoted[at + 1..].strip_prefix(']')?;
                    return Some(InstanceKey::Key(key.into()));
                }
                '\\' => match chars.next()?.1 {
                    'n' => key.push('\n'),
                    'r' => key.push('\r'),
                    't' => key.push('\t'),
                    'u' => {
                        let mut code = 0;
                        for _ in 0..4 {
                            code = code * 16 + chars.next()?.1.to_digit(16)?;
                        }
                        key.push(char::from_u32(code)?);
                    }
                    other => key.push(other),
                },
                other => key.push(other),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads() {
        for text in [
            "release.api",
            "apt.web[\"web-1\"]",
            "apt.web[0]",
            "module.eu.apt.web[0]",
            "module.eu[\"a.b\"].module.x[3].apt.web[\"q\\\"]\\\\\"]",
        ] {
            assert_eq!(text.parse::<Address>().map(|a| a.to_string()), Ok(text.to_string()));
        }
    }

    #[test]
    fn refuses_what_is_none() {
        for text in [
            "", "api", "a..b", "a.b[", "a.b[\"x]", "a.b[-1]", "x.y.z", "module.a", "a[0].b", "a.b[00]",
            "a b.c",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_block_covers_its_instances() {
        let block: Address = "apt.web".parse().unwrap();
        assert!(block.covers(&"apt.web[\"a\"]".parse().unwrap()));
        assert!(!block.covers(&"apt.db".parse().unwrap()));
    }
}
