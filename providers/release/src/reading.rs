//! What is there now, told from the disk alone.

use crate::arguments::Arguments;
use crate::layout::{Current, Layout};
use crate::manifest::{Files, Manifest, digest_of};
use patchform_sdk::message::{Absent, Level, Present, Reading, Reload, Subject};
use patchform_sdk::{Context, earlier, machine};
use std::path::{Path, PathBuf};

/// What the link says and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// What the link says; `None` when there is no link.
    pub link: Option<PathBuf>,
    /// The level; `None` when there is no link.
    pub level: Option<String>,
    /// Digest of the managed part.
    pub digest: String,
}

/// Looks at a component.
///
/// # Errors
/// A sentence: it cannot be read, or something else stands in the link's place.
pub fn stand(layout: &Layout) -> Result<Standing, String> {
    let link = &layout.link;
    match layout.current().map_err(|e| format!("{} cannot be read: {e}", link.display()))? {
        Current::Nothing => Ok(Standing { link: None, level: None, digest: digest_of(None, &Files::new()) }),
        Current::Other => Err(format!(
            "{} is no symlink; move it away, so that the releases can stand beside it",
            link.display()
        )),
        Current::Link(target) => {
            let (level, files) = behind(layout, &target)?;
            Ok(Standing { link: Some(target), digest: digest_of(Some(&level), &files), level: Some(level) })
        }
    }
}

/// Level and files behind a link. Of a folder that this provider did not unpack, only where the link points is managed.
fn behind(layout: &Layout, target: &Path) -> Result<(String, Files), String> {
    if let Some(name) = layout.name_of(target)
        && let Some(manifest) = Manifest::load(layout, &name)
    {
        let root = layout.release(&name);
        let files = manifest.now(&root).map_err(|e| format!("{} cannot be read: {e}", root.display()))?;
        return Ok((manifest.level, files));
    }
    let name = target.file_name().unwrap_or(target.as_os_str()).to_string_lossy().into_owned();
    Ok((name, Files::from([("→".to_string(), (target.display().to_string(), 0))])))
}

/// The answer to `read`.
pub fn read(subject: &Subject, context: &Context) -> Reading {
    let layout = match Arguments::of(subject) {
        Ok(arguments) => Layout::of(arguments.link()),
        Err(why) => return Reading::unreachable(why),
    };
    // First what may still change it: what ends between the two questions is seen.
    if let Some(why) = earlier::unsettled(&layout.ledger(), subject, context) {
        return Reading::unsettled(why);
    }
    let target = machine::identity().to_string();
    let claims = vec![format!("path:{}", layout.link.display())];
    match stand(&layout) {
        Err(why) => Reading::unreachable(why),
        Ok(Standing { level: None, digest, .. }) => Reading::Absent(Absent { target, claims, digest }),
        Ok(Standing { level: Some(level), digest, .. }) => Reading::Present(Present {
            level: Level::Single(level),
            running: None,
            pending: Reload::None,
            pending_by: Vec::new(),
            digest,
            surroundings: None,
            target,
            claims,
        }),
    }
}
