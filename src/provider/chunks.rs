//! Requests over many components: in chunks of at most 256, a few of them on their way at once.

use crate::provider::{ProviderError, Session};
use patchform_sdk::message::{
    CHUNK, Complaint, Desired, PreviewAnswer, PreviewOutcome, Proposed, ReadAnswer, Reading, Validate,
    Validated,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::VecDeque;
use std::time::Duration;

/// Previews carry files and text: fewer of them fit into a line.
const PREVIEWS: usize = 32;
/// How many chunks are on their way at once.
const IN_FLIGHT: usize = 4;

/// The parameters of [`patchform_sdk::message::Read`], borrowed.
#[derive(Serialize)]
struct Components<'i> {
    components: &'i [Desired],
}

/// The parameters of [`patchform_sdk::message::PreviewRequest`], borrowed.
#[derive(Serialize)]
struct Changes<'i> {
    changes: &'i [Proposed],
}

/// Complaints, with indices into all of `components`.
///
/// # Errors
/// See [`ProviderError`].
pub(super) fn validate<I>(
    session: &Session,
    components: &[I],
    desired: impl Fn(&I) -> Desired,
    patience: Duration,
) -> Result<Vec<Complaint>, ProviderError> {
    let mut complaints = Vec::new();
    each(
        session,
        "validate",
        components,
        (CHUNK, patience),
        |components| Validate { components: components.iter().map(&desired).collect() },
        |first, count, answer: Validated| {
            for complaint in answer.complaints {
                if complaint.component >= count {
                    return Err(misfit(session.name(), "validate", count, complaint.component));
                }
                complaints.push(Complaint { component: first + complaint.component, ..complaint });
            }
            Ok(())
        },
    )?;
    Ok(complaints)
}

/// Readings, in order.
///
/// # Errors
/// See [`ProviderError`].
pub(super) fn read(
    session: &Session,
    components: &[Desired],
    patience: Duration,
) -> Result<Vec<Reading>, ProviderError> {
    let mut readings = Vec::with_capacity(components.len());
    each(
        session,
        "read",
        components,
        (CHUNK, patience),
        |components| Components { components },
        |_, count, answer: ReadAnswer| {
            readings.extend(same_count(session.name(), "read", count, answer.readings)?);
            Ok(())
        },
    )?;
    Ok(readings)
}

/// Previews, in order.
///
/// # Errors
/// See [`ProviderError`].
pub(super) fn preview(
    session: &Session,
    changes: &[Proposed],
    patience: Duration,
) -> Result<Vec<PreviewOutcome>, ProviderError> {
    let mut previews = Vec::with_capacity(changes.len());
    each(
        session,
        "preview",
        changes,
        (PREVIEWS, patience),
        |changes| Changes { changes },
        |_, count, answer: PreviewAnswer| {
            previews.extend(same_count(session.name(), "preview", count, answer.previews)?);
            Ok(())
        },
    )?;
    Ok(previews)
}

/// Sends `items` in chunks and hands each answer on, in order, with the index of its first item and its length.
fn each<'i, I, R: Serialize, A: DeserializeOwned>(
    session: &Session,
    method: &'static str,
    items: &'i [I],
    (size, patience): (usize, Duration),
    request: impl Fn(&'i [I]) -> R,
    mut take: impl FnMut(usize, usize, A) -> Result<(), ProviderError>,
) -> Result<(), ProviderError> {
    let mut chunks = items.chunks(size).enumerate();
    let mut flying = VecDeque::new();
    loop {
        while flying.len() < IN_FLIGHT {
            let Some((n, chunk)) = chunks.next() else { break };
            // Those behind wait for those before, so they get their time too.
            let patience = patience.saturating_mul(1 + u32::try_from(flying.len()).unwrap_or(0));
            flying.push_back((n * size, chunk.len(), session.pipeline(method, &request(chunk), patience)?));
        }
        let Some((first, count, answer)) = flying.pop_front() else { return Ok(()) };
        take(first, count, session.take(method, answer)?)?;
    }
}

/// One answer per item, or an error.
pub(super) fn same_count<T>(
    provider: &str,
    method: &str,
    asked: usize,
    answers: Vec<T>,
) -> Result<Vec<T>, ProviderError> {
    if answers.len() == asked { Ok(answers) } else { Err(misfit(provider, method, asked, answers.len())) }
}

fn misfit(provider: &str, method: &str, asked: usize, got: usize) -> ProviderError {
    ProviderError::Shape {
        provider: provider.into(),
        method: method.into(),
        why: if method == "validate" {
            format!("it complains about component {got} of {asked} (they count from 0)")
        } else {
            format!("it was asked about {asked} and answered about {got}")
        },
        line: "(a well-formed answer)".into(),
    }
}
