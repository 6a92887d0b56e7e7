//! Updates of an rpm repository: `repomd.xml`, and the `updateinfo` that it vouches for.

use super::memo::Memo;
use super::problem::Problem;
use super::source::Fetched;
use super::{Asking, Copy, Newest, Remarks, digest, signature};
use crate::catalog::{Content, Edition};
use crate::model::Moment;
use patchform_advisory::rpm::{repomd, updateinfo};
use patchform_advisory::{Ecosystem, Provenance};

const INDEX: &str = "repodata/repomd.xml";

/// Asks a repository; none where its index is the same.
pub(super) fn ask(asking: &Asking<'_>, memo: &mut Memo) -> Result<Option<Copy>, Problem> {
    let source = &asking.source;
    let (index, stamp) = match source.get(INDEX, memo.stamps.get(INDEX))? {
        Fetched::Missing => {
            return Err(source.missing(INDEX).hint("the source is the folder that has `repodata` in it"));
        }
        Fetched::Same(stamp) => {
            memo.stamps.insert(INDEX.to_string(), stamp);
            return Ok(None);
        }
        Fetched::New(index, stamp) => (index, stamp),
    };
    let name = source.name(INDEX);
    let signer = match &asking.feed.signed_by {
        None => None,
        Some(keyring) => {
            let signed = source.optional(&format!("{INDEX}.asc"))?;
            let signed = signed.ok_or_else(|| {
                Problem::at(&name, "it has no signature (.asc), and the feed block wants one by `signed_by`")
            })?;
            Some(signature::detached(keyring, &name, &index, &signed)?)
        }
    };
    let parts = repomd::read(&index).map_err(|fault| Problem::fault(&name, &fault))?;
    let part = parts.iter().find(|part| part.kind == "updateinfo");
    let part = part
        .ok_or_else(|| Problem::at(&name, "the repository has no updateinfo: it publishes no advisories"))?;
    let packed = source.need(&part.href)?;
    let place = source.name(&part.href);
    let wanted = part.digest.as_ref().map(|digest| digest.algorithm());
    let computed = wanted.and_then(|algorithm| digest::of(&packed, algorithm)).ok_or_else(|| {
        Problem::at(&name, "the digest that it gives of updateinfo proves nothing, or is none")
    })?;
    part.check(packed.len() as u64, &computed).map_err(|what| Problem::at(&place, what))?;
    let text = source.unpacked(&part.href, packed)?;
    let from = Provenance { feed: asking.feed.name.clone(), file: part.href.clone(), line: 0 };
    let ecosystem = Ecosystem::parse(asking.feed.ecosystem.as_deref().unwrap_or_default());
    let read = updateinfo::read(&text, &ecosystem, &from).map_err(|fault| Problem::fault(&place, &fault))?;
    let mut remarks = Remarks::default();
    read.remarks.iter().for_each(|remark| remarks.push(&part.href, remark));
    let revision = revision(&index);
    let proof = match signer {
        Some(signer) => format!("signed by {signer}"),
        None => "its digest is the one that the repository gives".to_string(),
    };
    let mut newest = Newest::new(asking);
    newest.hear(&name, revision.as_deref().and_then(published), &mut remarks);
    let edition = Edition {
        digest: stamp.sha256.clone(),
        at: newest.at,
        name: revision,
        proof,
        remarks: remarks.count,
        ..Edition::default()
    };
    memo.stamps.insert(INDEX.to_string(), stamp);
    Ok(Some(Copy { content: Content::Advisories(read.records), edition, remarks: remarks.first }))
}

/// `<revision>`, which createrepo sets to the seconds since 1970 unless it is told otherwise.
fn revision(index: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(index).ok()?;
    let (_, rest) = text.split_once("<revision>")?;
    let (revision, _) = rest.split_once("</revision>")?;
    Some(revision.trim().to_string()).filter(|revision| !revision.is_empty() && revision.len() <= 64)
}

/// A revision that is a time: no repository is older than 2001.
fn published(revision: &str) -> Option<Moment> {
    let seconds: i64 = revision.parse().ok()?;
    (1_000_000_000..100_000_000_000).contains(&seconds).then_some(Moment(seconds * 1000))
}
