//! The state commands, and what else edits the state without a run.

use super::plan::backend;
use super::{Failure, Place, unfolded};
use crate::backend::{Base, Local};
use crate::config::exact::Exact;
use crate::model::{Address, PatchLevel, Selection};
use crate::state::{Owed, State, stored};
use crate::world::disk;
use std::path::Path;
use std::time::Duration;

/// The state of the working folder; `None` when there is none yet.
///
/// # Errors
/// A state that cannot be read.
pub fn read() -> Result<Option<State>, Failure> {
    Local::new(Place::known()?.state).read().map_err(backend)
}

/// The state, which must be there.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn required() -> Result<State, Failure> {
    let place = Place::known()?;
    read()?.ok_or_else(|| none(&place))
}

/// There is no state.
pub(super) fn none(place: &Place) -> Failure {
    Failure::error(format!("there is no state yet ({} does not exist)", place.state.display()))
        .hint(Place::unprepared().unwrap_or("`patchform apply` makes it"))
}

/// Reads an address.
///
/// # Errors
/// What is wrong with it.
pub fn address(text: &str) -> Result<Address, Failure> {
    text.parse().map_err(Failure::error)
}

/// Reads the address of a component, a block or a module.
///
/// # Errors
/// What is wrong with it.
pub fn selection(text: &str) -> Result<Selection, Failure> {
    text.parse().map_err(Failure::error)
}

/// Changes the state under its lock. No run that has not ended may hold anything that `touched` covers: it would go on
/// with what it knows.
fn edit<T>(
    doing: &str,
    touched: &[Selection],
    patience: Duration,
    change: impl FnOnce(&mut State) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let place = Place::known()?;
    super::runs::refuse_while_driven(&place.runs, doing)?;
    let local = Local::new(&place.state).with_patience(patience);
    if local.read().map_err(backend)?.is_none() {
        required()?;
    }
    let lock = local.lock(doing).map_err(backend)?;
    super::runs::refuse_held(&place.runs, doing, touched)?;
    let mut state = local.read().map_err(backend)?.ok_or_else(|| Failure::error("the state is gone"))?;
    let base = Base::of(Some(&state));
    let done = change(&mut state)?;
    state.program = env!("CARGO_PKG_VERSION").into();
    local.write(&lock, &base, &state, None).map_err(backend)?;
    Ok(done)
}

/// `state mv`
///
/// # Errors
/// An address that is none, unknown, or taken.
pub fn mv(from: &str, to: &str, patience: Duration) -> Result<(), Failure> {
    let (from, to) = (address(from)?, address(to)?);
    edit("state mv", &[from.clone().into(), to.clone().into()], patience, |state| {
        state.mv(&from, &to).map_err(Failure::error)
    })
}

/// `state rm`: the components stay as they are. Answers each, and what was still to be done there.
///
/// # Errors
/// An address that is none, or covers nothing.
pub fn rm(addresses: &[String], patience: Duration) -> Result<Vec<(Address, Option<Owed>)>, Failure> {
    let addresses: Vec<Selection> = addresses.iter().map(|a| selection(a)).collect::<Result<_, _>>()?;
    edit("state rm", &addresses, patience, |state| {
        let (mut gone, owed) = (Vec::new(), state.owed.clone());
        for address in &addresses {
            gone.extend(state.rm(address).map_err(Failure::error)?);
        }
        Ok(gone.into_iter().map(|address| (address.clone(), owed.get(&address).cloned())).collect())
    })
}

/// `allow`
///
/// # Errors
/// An address that is none, or for which nothing was rolled back.
pub fn allow(text: &str, patience: Duration) -> Result<Vec<(Address, PatchLevel)>, Failure> {
    let address = selection(text)?;
    edit("allow", std::slice::from_ref(&address), patience, |state| {
        state.allow(&address).map_err(Failure::error)
    })
}

/// `state pull`: the bytes as they are stored. Open journals are not folded in: what is pulled can be pushed again.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn pull() -> Result<Vec<u8>, Failure> {
    required()?;
    let bytes = Local::new(Place::known()?.state).read_bytes().map_err(backend)?;
    bytes.ok_or_else(|| Failure::error("the state is gone"))
}

/// What `state push` did.
pub struct Pushed {
    /// The state's serial.
    pub serial: u64,
    /// Runs that ended since the file was made and were taken in again, in order: each with whether its files tell all that it did.
    pub folded: Vec<(String, bool)>,
}

/// `state push`: replaces the state by a file, with a serial above both. What runs did that it does not know of is taken in
/// again.
///
/// # Errors
/// A file that is no state, a run that goes on; without `force` also another lineage, an older serial, a run that has not
/// ended.
pub fn push(path: &Path, force: bool, patience: Duration) -> Result<Pushed, Failure> {
    let place = Place::known()?;
    let mut next = read_pushed(path, force)?;
    let local = Local::new(&place.state).with_patience(patience);
    let lock = local.lock("state push").map_err(backend)?;
    super::runs::refuse_while_driven(&place.runs, "state push")?;
    let current = match local.read() {
        Ok(current) => current,
        Err(_) if force => None,
        Err(error) => {
            let force = format!(
                "`patchform state push --force {}` replaces a state that cannot be read",
                path.display()
            );
            return Err(
                backend(error).hint(format!("{force}; it is kept beside it with the ending .damaged"))
            );
        }
    };
    refuse_unended(&place, &next, force)?;
    if let Some(current) = &current
        && !force
    {
        next.may_replace(current).map_err(Failure::error)?;
    }
    let unfolded = unfolded::find(&place, &next)?;
    next = unfolded::fold(next, &unfolded);
    next.token = next.token.max(current.as_ref().map_or(0, |c| c.token));
    next.serial = next.serial.max(current.map_or(0, |c| c.serial)) + 1;
    next.program = env!("CARGO_PKG_VERSION").into();
    local.replace(&lock, &next).map_err(backend)?;
    place.prepare()?;
    let folded = unfolded.into_iter().map(|run| (run.id, run.whole)).collect();
    Ok(Pushed { serial: next.serial, folded })
}

fn read_pushed(path: &Path, force: bool) -> Result<State, Failure> {
    let bytes = disk::read(path, 2 << 30)
        .map_err(|e| Failure::error(format!("cannot read {}: {e}", path.display())))?;
    let read = if force { stored::read_edited(&bytes) } else { stored::read(&bytes) };
    read.map_err(|e| {
        let failure =
            if matches!(e, stored::StoredError::Newer { .. }) { Failure::locked } else { Failure::error };
        failure(format!("{} cannot replace the state: {e}", path.display()))
            .hint("a state that was edited by hand on purpose is taken with --force")
    })
}

/// Whatever an open run knows would be written over the pushed state when it ends. Forced, it may be; but not over
/// another lineage, under which the run could never be ended.
fn refuse_unended(place: &Place, next: &State, force: bool) -> Result<(), Failure> {
    for run in super::runs::open(&place.runs)? {
        let ours =
            super::runs::tell(&place.runs, &run.id).is_ok_and(|told| told.plan.lineage == next.lineage);
        if !force || !ours {
            let refused = format!("`state push` must wait: run {} has not ended", run.id);
            let failure = super::runs::unended(Failure::locked(refused), &place.runs, &run.id);
            return Err(match ours {
                true => failure
                    .hint("--force takes the file all the same; what the run did is added when it ends"),
                false => failure,
            });
        }
    }
    Ok(())
}

/// `force-unlock`
///
/// # Errors
/// There is no such lock, or its holder is alive.
pub fn force_unlock(id: &str) -> Result<(), Failure> {
    Local::new(Place::known()?.state).force_unlock(id).map(|_| ()).map_err(backend)
}

/// `output`: name, value, whether sensitive.
///
/// # Errors
/// There is no such output.
pub fn outputs(state: &State, name: Option<&str>) -> Result<Vec<(String, Exact, bool)>, Failure> {
    let wanted = |n: &str| name.is_none_or(|name| name == n);
    let found: Vec<_> = state
        .outputs
        .iter()
        .filter(|(n, _)| wanted(n))
        .map(|(n, o)| (n.clone(), o.value.clone(), o.sensitive))
        .collect();
    match name {
        Some(name) if found.is_empty() => {
            let known: Vec<&str> = state.outputs.keys().map(String::as_str).collect();
            let known = if known.is_empty() {
                "there are none".into()
            } else {
                format!("there are: {}", known.join(", "))
            };
            Err(Failure::error(format!("the state has no output {name:?}; {known}")))
        }
        _ => Ok(found),
    }
}
