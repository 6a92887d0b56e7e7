//! A configuration of ssh: the hosts that it names, and how each is reached.

use super::ssh_line::{any_fits, arguments, is_name, keyword};
use super::{MOST, Misread};
use crate::config::scope::Files;
use crate::config::value::{Entries, Value, key};
use std::collections::{BTreeMap, BTreeSet};

/// How deep files may include each other, as in ssh.
const DEEPEST: usize = 16;
/// The most files of one configuration, each counted as often as it is included.
const FILES: usize = 1000;
/// The most comparisons of a host with a pattern: more than anybody can have meant.
const COMPARISONS: usize = 20_000_000;

/// How a host is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Login {
    /// Name or address: `HostName`, or else what stands behind `Host`.
    pub address: String,
    /// `Port`.
    pub port: Option<u16>,
    /// `User`.
    pub user: Option<String>,
    /// `ProxyJump`.
    pub jump: Option<String>,
}

impl Login {
    /// As an expression sees it.
    pub fn value(&self) -> Value {
        let text = |text: &Option<String>| text.as_deref().map_or(Value::NULL, Value::string);
        Value::object(Entries::from([
            (key("address"), Value::string(self.address.as_str())),
            (key("port"), self.port.map_or(Value::NULL, |port| Value::number(i64::from(port)))),
            (key("user"), text(&self.user)),
            (key("proxy_jump"), text(&self.jump)),
        ]))
    }
}

/// The hosts that a configuration names (patterns with `*` or `?` name none), and how ssh reaches each.
///
/// # Errors
/// What is wrong, and where.
pub fn logins(path: &str, files: &dyn Files) -> Result<BTreeMap<String, Login>, Misread> {
    let mut reader = Reader { files, blocks: Vec::new(), read: 0 };
    let text = reader.text(path).map_err(Misread::whole)?;
    reader.file(path, &text, &[], 0)?;
    Blocks::of(reader.blocks)?.logins()
}

/// A condition under which settings hold.
#[derive(Debug, Clone)]
enum When {
    /// The name fits the patterns behind a `Host`.
    Host(Vec<String>),
    /// `Match host …`: the address as it is so far fits.
    Address(String, bool),
    /// `Match originalhost …`.
    Name(String, bool),
    /// `Match exec …` and the like: only ssh knows.
    Unknown(String),
}

/// Settings of one place, and all conditions that hold there.
#[derive(Debug)]
struct Part {
    file: String,
    when: Vec<When>,
    settings: Vec<(usize, Setting)>,
}

#[derive(Debug)]
enum Setting {
    Address(String),
    Port(u16),
    User(String),
    Jump(Option<String>),
}

struct Reader<'a> {
    files: &'a dyn Files,
    blocks: Vec<Part>,
    read: usize,
}

impl Reader<'_> {
    fn text(&mut self, path: &str) -> Result<String, String> {
        self.read += 1;
        if self.read > FILES {
            return Err(format!("more than {FILES} files are included"));
        }
        String::from_utf8(self.files.read(path)?).map_err(|_| "it is no text: it is not UTF-8".to_string())
    }

    /// Reads a file whose settings hold only where `outer` does.
    fn file(&mut self, path: &str, text: &str, outer: &[When], depth: usize) -> Result<(), Misread> {
        if depth > DEEPEST {
            return Err(Misread::whole(format!("files include each other more than {DEEPEST} deep")).of(path));
        }
        self.open(path, outer.to_vec());
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            self.line(path, at + 1, line, outer, depth).map_err(|misread| {
                if misread.file.is_some() || depth == 0 { misread } else { misread.of(path) }
            })?;
        }
        Ok(())
    }

    fn open(&mut self, path: &str, when: Vec<When>) {
        self.blocks.push(Part { file: path.to_string(), when, settings: Vec::new() });
    }

    fn line(
        &mut self,
        path: &str,
        number: usize,
        line: &str,
        outer: &[When],
        depth: usize,
    ) -> Result<(), Misread> {
        let Some((word, rest)) = keyword(line) else { return Ok(()) };
        let wrong = |what: String| Misread::at(number, what);
        let first = || -> Result<String, Misread> {
            let all = arguments(rest).map_err(wrong)?;
            all.into_iter()
                .next()
                .filter(|a| !a.is_empty())
                .ok_or_else(|| wrong(format!("nothing stands behind {word:?}")))
        };
        let setting = match word.as_str() {
            "host" => {
                let patterns = arguments(rest).map_err(wrong)?;
                if patterns.is_empty() {
                    return Err(wrong("nothing stands behind \"host\"".into()));
                }
                self.open(path, [outer, &[When::Host(patterns)]].concat());
                return Ok(());
            }
            "match" => {
                let more = criteria(&arguments(rest).map_err(wrong)?).map_err(wrong)?;
                self.open(path, [outer, &more[..]].concat());
                return Ok(());
            }
            "include" => {
                let paths = arguments(rest).map_err(wrong)?;
                let when = self.blocks.last().map(|part| part.when.clone()).unwrap_or_default();
                for pattern in &paths {
                    self.include(pattern, &when, depth)
                        .map_err(|m| if m.file.is_some() { m } else { Misread::at(number, m.what) })?;
                }
                // What follows stands where it stood before.
                self.open(path, when);
                return Ok(());
            }
            "hostname" => Setting::Address(first()?),
            "user" => Setting::User(first()?),
            "port" => {
                let text = first()?;
                let port = text.parse().ok().filter(|port| *port > 0);
                Setting::Port(
                    port.ok_or_else(|| wrong(format!("{text:?} is no port: a number from 1 to 65535")))?,
                )
            }
            "proxyjump" => {
                let text = first()?;
                Setting::Jump(Some(text).filter(|text| !text.eq_ignore_ascii_case("none")))
            }
            // Whichever of the two comes first, counts.
            "proxycommand" => Setting::Jump(None),
            _ => return Ok(()),
        };
        if let Some(part) = self.blocks.last_mut() {
            part.settings.push((number, setting));
        }
        Ok(())
    }

    /// Every file that a pattern behind `Include` means, in order; files that are not there are none, as in ssh.
    fn include(&mut self, pattern: &str, when: &[When], depth: usize) -> Result<(), Misread> {
        let home =
            || self.files.home().ok_or_else(|| Misread::whole("`~` is not known here: HOME is not set"));
        let path = match pattern.strip_prefix("~/") {
            Some(rest) => format!("{}/{rest}", home()?),
            None if pattern.starts_with('/') => pattern.to_string(),
            None if pattern.starts_with('~') => {
                return Err(Misread::whole(format!(
                    "{pattern:?}: the folder of another user is not known here"
                )));
            }
            None => format!("{}/.ssh/{pattern}", home()?),
        };
        let plain = path.find(['*', '?', '[']).unwrap_or(path.len());
        let cut = path[..plain].rfind('/').unwrap_or(0);
        let (folder, names) = (&path[..cut], &path[cut + 1..]);
        let escaped = names.replace('{', "\\{").replace('}', "\\}");
        let found = self
            .files
            .matching(if folder.is_empty() { "/" } else { folder }, &escaped)
            .map_err(|why| Misread::whole(why).of(folder))?;
        for name in found {
            // As for a shell, a star is no dot at the beginning.
            if name.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
                && !names.contains("/.")
                && !names.starts_with('.')
            {
                continue;
            }
            let path = format!("{folder}/{name}");
            let text = self.text(&path).map_err(|why| Misread::whole(why).of(&path))?;
            self.file(&path, &text, when, depth + 1)?;
        }
        Ok(())
    }
}

/// What stands behind a `Match`.
fn criteria(words: &[String]) -> Result<Vec<When>, String> {
    let mut all = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (denied, name) = word.strip_prefix('!').map_or((false, word.as_str()), |name| (true, name));
        let name = name.to_ascii_lowercase();
        let (name, attached) =
            name.split_once('=').map_or((name.as_str(), None), |(n, _)| (n, word.split_once('=')));
        if name == "all" {
            continue;
        }
        if ["canonical", "final"].contains(&name) {
            all.push(When::Unknown(format!("Match {name}")));
            continue;
        }
        let value = match attached {
            Some((_, value)) => value.to_string(),
            None => words.next().cloned().ok_or_else(|| format!("nothing stands behind {name:?}"))?,
        };
        all.push(match name {
            "host" => When::Address(value, denied),
            "originalhost" => When::Name(value, denied),
            _ => When::Unknown(format!("Match {name}")),
        });
    }
    Ok(all)
}

/// All parts, and which of them may hold for a name.
struct Blocks {
    parts: Vec<Part>,
    names: BTreeSet<String>,
    /// Those that hold for the names behind their own `Host` only.
    by_name: BTreeMap<String, Vec<usize>>,
    /// Those that may hold for any name.
    general: Vec<usize>,
}

impl Blocks {
    fn of(parts: Vec<Part>) -> Result<Blocks, Misread> {
        let mut blocks = Blocks {
            parts: Vec::new(),
            names: BTreeSet::new(),
            by_name: BTreeMap::new(),
            general: Vec::new(),
        };
        for (at, part) in parts.iter().enumerate() {
            let own = part.when.iter().rev().find_map(|when| match when {
                When::Host(patterns) => Some(patterns),
                _ => None,
            });
            for name in own.into_iter().flatten().filter(|pattern| is_name(pattern)) {
                blocks.names.insert(name.clone());
            }
            if part.settings.is_empty() {
                continue;
            }
            match own.filter(|patterns| patterns.iter().all(|pattern| is_name(pattern))) {
                Some(names) => {
                    names.iter().for_each(|name| blocks.by_name.entry(name.clone()).or_default().push(at));
                }
                None => blocks.general.push(at),
            }
        }
        if blocks.names.len() > MOST || blocks.names.len().saturating_mul(blocks.general.len()) > COMPARISONS
        {
            return Err(Misread::whole(
                "it names more hosts, and has more patterns, than anybody can have meant",
            ));
        }
        blocks.parts = parts;
        Ok(blocks)
    }

    fn logins(&self) -> Result<BTreeMap<String, Login>, Misread> {
        let odd = |c: char| c.is_whitespace() || c.is_control();
        self.names
            .iter()
            .filter(|name| !name.is_empty() && !name.starts_with('-') && !name.contains(odd))
            .map(|name| Ok((name.clone(), self.login(name)?)))
            .collect()
    }

    /// How one host is reached: of each setting, the first that holds.
    fn login(&self, name: &str) -> Result<Login, Misread> {
        let own = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut candidates = [own, &self.general].concat();
        candidates.sort_unstable();
        candidates.dedup();
        let (mut address, mut port, mut user, mut jump) = (None, None, None, None);
        for part in candidates.into_iter().map(|at| &self.parts[at]) {
            let Some(doubt) = holds(&part.when, name, address.as_deref()) else { continue };
            for (line, setting) in &part.settings {
                let is_news = match setting {
                    Setting::Address(_) => address.is_none(),
                    Setting::Port(_) => port.is_none(),
                    Setting::User(_) => user.is_none(),
                    Setting::Jump(_) => jump.is_none(),
                };
                if !is_news {
                    continue;
                }
                if let Some(criterion) = doubt {
                    let what = format!(
                        "whether this counts for {name:?}, only ssh can tell: it stands below \"{criterion}\""
                    );
                    return Err(Misread::at(*line, what).of(&part.file));
                }
                match setting {
                    Setting::Address(text) => {
                        let known =
                            expanded(text, name).map_err(|what| Misread::at(*line, what).of(&part.file))?;
                        address = Some(known);
                    }
                    Setting::Port(number) => port = Some(*number),
                    Setting::User(text) => user = Some(text.clone()),
                    Setting::Jump(text) => jump = Some(text.clone()),
                }
            }
        }
        let address = address.unwrap_or_else(|| name.to_string());
        Ok(Login { address: in_small_letters(address), port, user, jump: jump.flatten() })
    }
}

/// Names are looked up in small letters; of addresses, a zone may be told by capital ones.
fn in_small_letters(address: String) -> String {
    if address.contains(['%', ':']) { address } else { address.to_lowercase() }
}

/// Whether conditions hold, and the one that only ssh knows if there is one; nothing where they do not.
fn holds<'w>(when: &'w [When], name: &str, address: Option<&str>) -> Option<Option<&'w str>> {
    let mut doubt = None;
    for when in when {
        let is_so = match when {
            When::Host(patterns) => any_fits(patterns.iter().map(String::as_str), name),
            // Unlike `Host`, it takes capital and small letters for the same.
            When::Name(list, denied) => {
                any_fits(list.to_lowercase().split(','), &name.to_lowercase()) != *denied
            }
            When::Address(list, denied) => {
                let address = address.unwrap_or(name).to_lowercase();
                any_fits(list.to_lowercase().split(','), &address) != *denied
            }
            When::Unknown(criterion) => {
                doubt = Some(criterion.as_str());
                true
            }
        };
        if !is_so {
            return None;
        }
    }
    Some(doubt)
}

/// A `HostName` in which `%h` stands for the name.
fn expanded(text: &str, name: &str) -> Result<String, String> {
    let mut made = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => match chars.next() {
                Some('%') => made.push('%'),
                Some('h') => made.push_str(name),
                _ => return Err(format!("{text:?}: only %h and %% can stand in a HostName")),
            },
            other => made.push(other),
        }
    }
    Ok(made)
}
