//! `validate`: everything that is wrong with the configuration, without reading any component.

use super::Failure;
use super::checking;
use super::inputs::Inputs;
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
    let mut checked = match checking::check(&inputs, Arc::new(Silent)) {
        Ok(checked) => checked,
        // Nothing is wrong, and not everything has a value.
        Err(Failure { diagnostics: Some(told), .. }) if !told.1.has_errors() => {
            let (sources, warnings) = *told;
            return Ok(Valid { components: None, warnings, sources });
        }
        Err(failure) => return Err(failure),
    };
    checked.start()?;
    let checking::Checked { config, warnings, sources, .. } = checked;
    let components = Some(config.components.len());
    checking::drop_aside(config);
    Ok(Valid { components, warnings, sources })
}
