//! `validate`: everything that is wrong with the configuration, without reading any component.

use super::Failure;
use super::checking::{self, Unresolved};
use super::inputs::Inputs;
use crate::config::check::{self, Looked};
use crate::config::source::Sources;
use crate::model::Diagnostics;
use crate::provider::watch::Silent;
use std::sync::Arc;

/// A configuration in which nothing is wrong.
pub struct Valid {
    /// How many components it has; `None` where that rests on variables without a value.
    pub components: Option<usize>,
    /// Complaints that are no errors.
    pub warnings: Diagnostics,
    /// Its texts.
    pub sources: Sources,
}

/// Checks the configuration of the working folder, its providers' own complaints included.
///
/// # Errors
/// What is wrong with it.
pub fn validate(inputs: &Inputs) -> Result<Valid, Failure> {
    let inputs = Inputs { may_lack: true, ..inputs.clone() };
    let looked = checking::checked(&inputs, Arc::new(Silent), Unresolved::Refused, check::look_through);
    let looked = match looked {
        Ok(looked) => looked,
        // Nothing is wrong, and not everything has a value.
        Err(Failure { diagnostics: Some(told), .. }) if !told.1.has_errors() => {
            let (sources, warnings) = *told;
            return Ok(Valid { components: None, warnings, sources });
        }
        Err(failure) => return Err(failure),
    };
    let (mut checked, is_whole) = looked.map(|Looked { config, is_whole }| (config, is_whole));
    checked.start()?;
    let checking::Checked { config, warnings, sources, .. } = checked;
    let components = is_whole.then_some(config.components.len());
    checking::drop_aside(config);
    Ok(Valid { components, warnings, sources })
}
