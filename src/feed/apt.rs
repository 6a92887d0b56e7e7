//! A suite of an archive of apt: its signed release file, and the indexes that it vouches for.

use super::memo::{Memo, Stamp};
use super::problem::Problem;
use super::release::Release;
use super::source::Fetched;
use super::{Asking, Copy, Newest, Remarks, signature};
use crate::catalog::{Content, Edition, Package};
use crate::config::checked::Suite;
use patchform_advisory::{packages, suite};
use patchform_sdk::digest;

/// How an index may be packed, the best first.
const PACKED: [&str; 3] = [".xz", ".gz", ""];

/// The release file of a suite, proved.
struct Proved {
    text: String,
    stamp: Stamp,
    /// What vouches for it.
    proof: String,
}

/// Asks an archive; none where its release file is the same.
pub(super) fn ask(asking: &Asking<'_>, memo: &mut Memo) -> Result<Option<Copy>, Problem> {
    let Some(suite) = &asking.feed.suite else { return Ok(None) };
    let folder = format!("dists/{}", suite.name);
    let Some(Proved { text, stamp, proof }) = proved(asking, &folder, memo)? else { return Ok(None) };
    let release = Release::read(&text).map_err(|what| Problem::at(asking.source.name(&folder), what))?;
    let called = suite.codename.as_ref().unwrap_or(&suite.name);
    if !release.is_called(called) {
        let what = format!("its release file is that of {}, not of {called}", release.names());
        return Err(Problem::at(asking.source.name(&folder), what).hint(
            "somebody may be serving one suite for another; where the archive calls it so, say that in the feed's block by \
             `codename`",
        ));
    }
    let whose = whose(asking, suite, &release);
    let mut remarks = Remarks::default();
    let mut offered = Vec::new();
    for (at, index) in indexes(suite).iter().enumerate() {
        (asking.told)(at, suite.components.len() * suite.architectures.len());
        let packages = index_of(asking, &folder, &release, index)?;
        for package in packages::read(&packages) {
            match package {
                Ok(package) => offered.push(Package::of(&package, &whose)),
                Err(fault) => remarks.push(index, &fault),
            }
        }
    }
    if offered.is_empty() {
        return Err(Problem::at(asking.source.name(&folder), "there is no package in its indexes"));
    }
    let mut newest = Newest::new(asking);
    newest.hear(&folder, release.date, &mut remarks);
    let edition = Edition {
        digest: stamp.sha256.clone(),
        name: Some(release.edition()),
        at: newest.at,
        expires: release.valid_until,
        proof,
        remarks: remarks.count,
        ..Edition::default()
    };
    Ok(Some(Copy { content: Content::Offered(offered), edition, remarks: remarks.first }))
}

/// The suite by a name that tells its release: what the block says, else its own (`jammy-updates`), else its codename, which
/// `stable` has.
fn whose(asking: &Asking<'_>, suite: &Suite, release: &Release) -> String {
    let said = asking.feed.ecosystem.iter();
    let names = said.chain([&suite.name, &release.codename]);
    let telling = names.into_iter().find(|name| suite::Suite::of_name(name).is_some());
    telling.unwrap_or(&suite.name).clone()
}

fn indexes(suite: &Suite) -> Vec<String> {
    let all = suite
        .components
        .iter()
        .flat_map(|component| suite.architectures.iter().map(move |arch| (component, arch)));
    all.map(|(component, arch)| format!("{component}/binary-{arch}/Packages")).collect()
}

/// The release file, if it is new: `InRelease`, or `Release` with `Release.gpg` where there is none. A signature that is
/// not good is never made up for by the other file.
fn proved(asking: &Asking<'_>, folder: &str, memo: &mut Memo) -> Result<Option<Proved>, Problem> {
    let source = &asking.source;
    let keyring = asking.feed.signed_by.as_deref();
    let unsigned = || "the digests of an index that nobody was asked to sign".to_string();
    let text = |name: &str, bytes: Vec<u8>| {
        String::from_utf8(bytes).map_err(|_| Problem::at(name, "it is not UTF-8"))
    };
    let key = format!("{folder}/InRelease");
    let name = source.name(&key);
    match source.get(&key, memo.stamps.get(&key))? {
        Fetched::Same(stamp) => {
            memo.stamps.insert(key, stamp);
            return Ok(None);
        }
        Fetched::New(bytes, stamp) => {
            let proof = match keyring {
                Some(keyring) => format!("signed by {}", signature::clear(keyring, &name, &bytes)?),
                None => unsigned(),
            };
            let text =
                signature::signed_part(&text(&name, bytes)?).map_err(|what| Problem::at(&name, what))?;
            memo.stamps.insert(key, stamp.clone());
            return Ok(Some(Proved { text, stamp, proof }));
        }
        Fetched::Missing => {}
    }
    let key = format!("{folder}/Release");
    let name = source.name(&key);
    match source.get(&key, memo.stamps.get(&key))? {
        Fetched::Missing => Err(source
            .missing(&format!("{folder}/InRelease"))
            .hint("the source is the root of the archive, which has `dists` in it")),
        Fetched::Same(stamp) => {
            memo.stamps.insert(key, stamp);
            Ok(None)
        }
        Fetched::New(bytes, stamp) => {
            let proof = match keyring {
                Some(keyring) => {
                    let signed = source.need(&format!("{key}.gpg"))?;
                    format!("signed by {}", signature::detached(keyring, &name, &bytes, &signed)?)
                }
                None => unsigned(),
            };
            memo.stamps.insert(key, stamp.clone());
            Ok(Some(Proved { text: text(&name, bytes)?, stamp, proof }))
        }
    }
}

/// An index, unpacked, held against what the release file says of it.
fn index_of(asking: &Asking<'_>, folder: &str, release: &Release, index: &str) -> Result<Vec<u8>, Problem> {
    let source = &asking.source;
    let listed = PACKED.iter().find_map(|packed| {
        let name = format!("{index}{packed}");
        release.files.get(&name).map(|(sha256, size)| (name, sha256, *size))
    });
    let Some((name, sha256, size)) = listed else {
        return Err(Problem::at(source.name(folder), format!("its release file lists no {index}"))
            .hint(format!("it has the components {} for {}", release.components, release.architectures)));
    };
    // By its digest an index of yesterday's release file is still there while the archive changes.
    let by_hash = name.rsplit_once('/').map(|(place, _)| format!("{folder}/{place}/by-hash/SHA256/{sha256}"));
    let by_hash = by_hash.filter(|_| release.by_hash).map(|key| source.optional(&key)).transpose()?.flatten();
    let key = format!("{folder}/{name}");
    let packed = match by_hash {
        Some(packed) => packed,
        None => source.need(&key)?,
    };
    let computed = digest::of_bytes(&packed);
    if packed.len() as u64 != size || computed != *sha256 {
        let what = format!(
            "it has {} bytes and the SHA-256 {computed}; the release file says {size} and {sha256}",
            packed.len()
        );
        return Err(Problem::at(source.name(&key), what).hint(
            "the mirror may be in the middle of its update, or somebody changed the file; try again later",
        ));
    }
    source.unpacked(&key, packed)
}
