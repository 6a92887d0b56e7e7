//! `resume`: finishes a run that was stopped or killed, from its journal alone.

use super::apply::{self, Ready};
use super::inputs::Inputs;
use super::ledger::settle_ended;
use super::{Failure, Place, runs};
use crate::backend::Local;
use crate::provider::Watch;
use std::sync::Arc;
use std::time::Duration;

/// The open run, ready to be driven on; `watch` is told of what its providers say.
///
/// # Errors
/// There is none, several are open, or its plan or journal cannot be read.
pub fn open(
    run: Option<&str>,
    inputs: &Inputs,
    lock: Duration,
    watch: Arc<dyn Watch>,
) -> Result<Ready, Failure> {
    let place = Place::known()?;
    settle_ended(&place, &Local::new(&place.state).with_patience(lock))?;
    let chosen = runs::choose(&place.runs, run)?;
    let told = runs::tell(&place.runs, &chosen.id)?;
    apply::open(told, None, place, inputs, lock, watch)
}
