//! `import`: finds what exists on hosts already, and writes it as components at their present levels.

use super::files::FilesOnDisk;
use super::inputs::Inputs;
use super::modules::Pins;
use super::plan::{self, Planned, Stages};
use super::providers::{self, Starter, missing};
use super::{Failure, Place, fmt, init, project};
use crate::config::hosts::{Reached, reached};
use crate::config::value::{Entries, Value, key};
use crate::model::Selection;
use crate::provider::locate::locate;
use crate::provider::{ProviderError, Session, Watch};
use crate::report::imported::{self, Imported};
use crate::world::disk;
use patchform_sdk::chunk;
use patchform_sdk::message::{Connection, Discover, Found, Level};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is to be imported.
#[derive(Debug, Clone)]
pub struct Request {
    /// The file that names the hosts.
    pub from: PathBuf,
    /// The kind of component to look for.
    pub kind: String,
    /// The parts that are wanted; empty: those that the provider chooses.
    pub parts: Vec<String>,
    /// Only hosts of these groups; empty: all.
    pub groups: Vec<String>,
    /// Who logs in, where the file does not say.
    pub user: Option<String>,
    /// Whether everything runs as root, by sudo.
    pub sudo: bool,
    /// A configuration of ssh for every host that has none.
    pub config: Option<String>,
    /// The file that is written.
    pub out: PathBuf,
}

/// What was found.
pub struct Discovery {
    components: Vec<Imported>,
    /// Hosts that could not be read, and why.
    pub unread: Vec<(String, String)>,
}

impl Discovery {
    /// How many components were found.
    pub fn found(&self) -> usize {
        self.components.len()
    }

    /// What a plan of just these components is about.
    fn targets(&self) -> Vec<Selection> {
        let address = |component: &Imported| format!("{}.{}", component.kind, component.name).parse().ok();
        self.components.iter().filter_map(address).collect()
    }
}

/// Asks every host what is there.
///
/// # Errors
/// A file that does not name hosts, a kind that cannot discover, a file in the way. What is wrong with one host is in the answer.
pub fn discover(request: &Request, watch: Arc<dyn Watch>) -> Result<Discovery, Failure> {
    refuse_place(&request.out)?;
    let hosts = hosts(request)?;
    let place = Place::known()?;
    place.prepare()?;
    let starter = Starter::new(&place, watch);
    let session = session(&starter, &place, &request.kind)?;
    let found = chunk::abreast(&hosts, |host| ask(&session, request, host));
    let mut discovery = Discovery { components: Vec::new(), unread: Vec::new() };
    let mut names = imported::names(hosts.iter().map(|host| host.name.as_str())).into_iter();
    for (host, found) in hosts.iter().zip(found) {
        let name = names.next().unwrap_or_default();
        match found.unwrap_or_else(|| Err("the question broke off".into())) {
            Ok(found) => discovery
                .components
                .extend(found.into_iter().map(|found| imported(request, host, &name, found))),
            Err(why) => discovery.unread.push((host.name.clone(), why)),
        }
    }
    if discovery.components.is_empty() {
        let (host, why) = discovery.unread.into_iter().next().unwrap_or_default();
        return Err(Failure::error(format!("nothing was found: {host}: {why}")).hint("nothing was written"));
    }
    Ok(discovery)
}

/// The file must be one of this folder's configuration, and a new one.
fn refuse_place(out: &Path) -> Result<(), Failure> {
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_here = out.parent().is_none_or(|folder| folder == Path::new("") || folder == Path::new("."));
    if !is_here || !name.ends_with(".pf.hcl") {
        return Err(Failure::error(format!("{} would be no file of this configuration", out.display()))
            .hint("give --out a name that ends in .pf.hcl, without a folder"));
    }
    if out.symlink_metadata().is_ok() { Err(taken(out)) } else { Ok(()) }
}

fn taken(path: &Path) -> Failure {
    Failure::error(format!("{} is there already, and is not overwritten", path.display()))
        .hint("name another file with --out, or remove this one")
}

/// The names in a list: one per line, without what stands behind a `#`.
///
/// # Errors
/// A file that cannot be read, or names nothing.
pub fn list(path: &Path) -> Result<Vec<String>, Failure> {
    let text = text_of(path)?;
    let names: Vec<String> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .map(str::to_string)
        .collect();
    if names.is_empty() {
        return Err(Failure::error(format!("{} names nothing", path.display())));
    }
    Ok(names)
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let bytes = disk::read(path, project::LIMIT).map_err(|error| project::unreadable(path, &error))?;
    String::from_utf8(bytes).map_err(|_| Failure::error(format!("{shown} is no text: it is not UTF-8")))
}

/// The hosts of the file that are wanted.
fn hosts(request: &Request) -> Result<Vec<Reached>, Failure> {
    let path = request.from.display().to_string();
    let text = text_of(&request.from)?;
    let mut hosts = reached(&path, &text, &FilesOnDisk::default())
        .map_err(|why| Failure::error(format!("{path}: {why}")))?;
    if let Some(unknown) =
        request.groups.iter().find(|group| !hosts.iter().any(|host| host.groups.contains(group)))
    {
        return Err(Failure::error(format!("no host of {path} is in the group {unknown:?}")));
    }
    hosts.retain(|host| {
        request.groups.is_empty() || request.groups.iter().any(|group| host.groups.contains(group))
    });
    if hosts.is_empty() {
        return Err(Failure::error(format!("{path} names no host")).hint(
            "an inventory of Ansible, a configuration of ssh, or a list with one host per line is expected",
        ));
    }
    hosts.iter_mut().filter(|host| host.connection == "ssh").for_each(|host| complete(host, request));
    Ok(hosts)
}

/// Adds to a connection what the file leaves open.
fn complete(host: &mut Reached, request: &Request) {
    let text = |text: &String| Value::string(text.as_str());
    let more = [("user", request.user.as_ref().map(text)), ("config", request.config.as_ref().map(text))];
    for (name, value) in more.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        host.arguments.entry(key(name)).or_insert(value);
    }
    if request.sudo {
        host.arguments.insert(key("sudo"), Value::bool(true));
    }
}

/// A session with the provider of a kind.
fn session(starter: &Starter, place: &Place, kind: &str) -> Result<Session, Failure> {
    let kinds = providers::kinds()?;
    let able = || kinds.iter().filter(|row| row.kind.can.discover).map(|row| row.name.as_str());
    let Some(row) = kinds.iter().find(|row| row.name == kind && row.kind.can.discover) else {
        let known: BTreeSet<&str> = able().collect();
        let known: Vec<&str> = known.into_iter().collect();
        return Err(Failure::error(format!("no provider discovers components of the kind {kind:?}"))
            .hint(format!("these can be imported: {}", known.join(", "))));
    };
    let lock = providers::read_lock(&place.lock_file)?;
    let source = lock.providers.get(&row.provider).and_then(|pin| pin.source.clone());
    let located = locate(&row.provider, source.as_deref(), Path::new("")).map_err(missing)?;
    starter.start(&located).map_err(missing)
}

fn ask(session: &Session, request: &Request, host: &Reached) -> Result<Vec<Found>, String> {
    let arguments: BTreeMap<String, Json> =
        host.arguments.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect();
    let discover = Discover {
        kind: request.kind.clone(),
        alias: String::new(),
        connection: Connection { kind: host.connection.into(), arguments },
        parts: request.parts.clone(),
    };
    session.discover(&discover).map(|found| found.components).map_err(|error| match error {
        // What is wrong with a host is told by the host's name alone.
        ProviderError::Answered { error, .. } => error.to_string(),
        other => other.to_string(),
    })
}

fn imported(request: &Request, host: &Reached, name: &str, found: Found) -> Imported {
    let name = if found.name.is_empty() { name.to_string() } else { format!("{name}-{}", found.name) };
    let arguments = found.arguments.as_object().cloned().unwrap_or_default();
    let arguments: Entries =
        arguments.iter().map(|(name, value)| (key(name), Value::from_json(value))).collect();
    let level = match found.level {
        Level::Single(text) => Value::string(text),
        Level::Map(parts) => imported::level(parts),
    };
    Imported {
        kind: request.kind.clone(),
        name: imported::names([name.as_str()]).remove(0),
        arguments,
        level,
        connection: host.connection,
        reached: host.arguments.clone(),
    }
}

/// Writes the file, and makes a plan that only records what is observed of its components. Where that cannot be made, the
/// file is taken away again.
///
/// # Errors
/// A file in the way; a configuration that does not fit together with the new components.
pub fn write(
    request: &Request,
    discovery: &Discovery,
    inputs: &Inputs,
    stages: &mut dyn Stages,
) -> Result<Planned, Failure> {
    let about = format!(
        "Imported from {} by patchform: what was there, at its present level.",
        request.from.display()
    );
    let text = imported::text(&about, &discovery.components);
    let name = request.out.display().to_string();
    let formatted = fmt::text(&name, text.as_bytes())?.map_or(text, |change| change.after);
    disk::write_new(&request.out, |file| file.write_all(formatted.as_bytes())).map_err(
        |error| match error.kind() {
            io::ErrorKind::AlreadyExists => taken(&request.out),
            _ => Failure::error(format!("cannot write {name}: {error}")),
        },
    )?;
    planned(discovery, inputs, stages).map_err(|failure| {
        let gone = std::fs::remove_file(&request.out).is_ok();
        failure.hint(if gone { format!("{name} was not kept") } else { format!("{name} was written") })
    })
}

fn planned(discovery: &Discovery, inputs: &Inputs, stages: &mut dyn Stages) -> Result<Planned, Failure> {
    init::init(inputs, Pins::Keep)?;
    let request = plan::Request {
        inputs: inputs.clone(),
        targets: discovery.targets(),
        excludes: Vec::new(),
        refresh: true,
        refresh_only: true,
        emergency: None,
    };
    plan::plan(&request, stages)
}
