//! The actions: fetch, snapshot, patch, reload, verify, restore, drop. Nothing of a component changes before its link is
//! switched; whatever goes wrong until then is *refused*.

use crate::arguments::{self, Arguments};
use crate::layout::{Current, Layout};
use crate::manifest::{Manifest, digest_of};
use crate::reading::{self, Standing};
use crate::{archive, artifact, hook};
use patchform_sdk::durable::{self, Survives};
use patchform_sdk::message::{Act, Action, Answer, Artifact, CommandLine, Done, Reload, Snapshot, Verdict};
use patchform_sdk::words::typed;
use patchform_sdk::{Context, Ledger, earlier, failpoint};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Does one action.
pub fn act(action: Action, act: &Act, context: &Context) -> Answer {
    let arguments = match Arguments::of(&act.subject) {
        Ok(arguments) => arguments,
        Err(why) => return Answer::refused(why),
    };
    let layout = Layout::of(arguments.link());
    if action == Action::Verify {
        // It has no effect, so it needs no ledger, and must look anew each time.
        return verify(&layout, act);
    }
    let mut ledger = match Ledger::open(&layout.ledger(), Survives::PowerLoss) {
        Ok(ledger) => ledger,
        Err(e) => {
            return Answer::refused(format!("the ledger of {} cannot be opened: {e}", act.subject.address));
        }
    };
    ledger.act_alone(
        act,
        |id| earlier::is_over(id, action, act, context),
        || {
            let done = match action {
                Action::Fetch => fetch(&arguments, &layout, act),
                Action::Snapshot => snapshot(&layout, act),
                Action::Patch => patch(&arguments, &layout, act, context),
                Action::Restore => restore(&arguments, &layout, act),
                Action::Drop => drop_snapshot(&arguments, &layout, act),
                Action::Reload => return hook::reload(&arguments, act, context),
                other => Err(format!("a release cannot {}", other.name()).into()),
            };
            match done {
                Ok(done) => Answer::Applied(done),
                Err(Failed { why, changed: false }) => Answer::refused(why),
                Err(Failed { why, changed: true }) => Answer::unclear(why),
            }
        },
    )
}

/// What is needed after a switch.
pub fn after_switch(arguments: &Arguments) -> Reload {
    if arguments.has_hook() { Reload::Service } else { Reload::None }
}

/// What went wrong.
struct Failed {
    why: String,
    /// Whether something may have changed all the same: a sync may fail after what it was to make durable.
    changed: bool,
}

impl From<String> for Failed {
    fn from(why: String) -> Failed {
        Failed { why, changed: false }
    }
}

impl From<&str> for Failed {
    fn from(why: &str) -> Failed {
        why.to_string().into()
    }
}

fn fetch(arguments: &Arguments, layout: &Layout, act: &Act) -> Result<Done, Failed> {
    let level = arguments::level(act.level.as_ref()).ok_or("there is no level to fetch")?;
    artifact::fetch(layout, &artifact::wanted(arguments, act, level)?)?;
    Ok(Done::default())
}

// ---------------------------------------------------------------- patch and restore, side by side

fn patch(arguments: &Arguments, layout: &Layout, act: &Act, context: &Context) -> Result<Done, Failed> {
    expect(layout, act)?;
    let level = arguments::level(act.level.as_ref()).filter(|level| arguments::is_level(level));
    let level = level.ok_or("the level cannot be a release's name")?;
    let wanted = artifact::wanted(arguments, act, level)?;
    context.progress("fetching", Some(0.0));
    let stored = artifact::fetch(layout, &wanted)?;
    context.progress("unpacking", Some(0.2));
    let name = place(layout, level, &wanted, &stored, arguments.max_size)?;
    if context.is_cancelled() {
        return Err("cancelled before the switch".into());
    }
    context.progress("switching", Some(0.9));
    let target = layout.target(&name);
    switch(layout, Some(&target), "switched")?;
    Ok(Done { reload: after_switch(arguments), ..Done::default() })
}

/// Points the link to `target`, or removes it.
fn switch(layout: &Layout, target: Option<&Path>, how: &str) -> Result<(), Failed> {
    layout.switch(target).map_err(|e| Failed {
        why: format!("{} cannot be {how}: {e}", layout.link.display()),
        changed: match layout.current() {
            Ok(Current::Link(now)) => target == Some(&*now),
            Ok(Current::Nothing) => target.is_none(),
            Ok(Current::Other) => false,
            Err(_) => true,
        },
    })
}

fn restore(arguments: &Arguments, layout: &Layout, act: &Act) -> Result<Done, Failed> {
    expect(layout, act)?;
    let link = kept(act)?;
    if let Some(link) = &link {
        make_whole(layout, link, act, arguments.max_size)?;
    }
    switch(layout, link.as_deref(), "switched back")?;
    Ok(Done { reload: after_switch(arguments), ..Done::default() })
}

/// Refuses when what is there is not what the core expects.
fn expect(layout: &Layout, act: &Act) -> Result<(), String> {
    let standing = reading::stand(layout)?;
    match &act.expected {
        Some(expected) if standing.digest != *expected => {
            Err(format!("{} has changed since it was read", layout.link.display()))
        }
        _ => Ok(()),
    }
}

/// Unpacks the artifact unless a whole release of it is there already; gives the release's name.
fn place(
    layout: &Layout,
    level: &str,
    artifact: &Artifact,
    stored: &Path,
    max_size: u64,
) -> Result<String, String> {
    let short = artifact.sha256.get(..8).unwrap_or_default();
    let others = (2..).map(|n| format!("{level}+{short}.{n}"));
    let names = [level.to_string(), format!("{level}+{short}")].into_iter().chain(others);
    for name in names {
        let root = layout.release(&name);
        if !root.exists() {
            return unpack(layout, &name, level, artifact, stored, max_size).map(|()| name);
        }
        let known = Manifest::load(layout, &name);
        if known.is_some_and(|m| m.sha256 == artifact.sha256 && m.is_intact(&root).unwrap_or(false)) {
            return Ok(name);
        }
        // A release that somebody changed, or another artifact of the same level: left as it is.
    }
    Err("no free name for the release".into())
}

fn unpack(
    layout: &Layout,
    name: &str,
    level: &str,
    artifact: &Artifact,
    stored: &Path,
    max_size: u64,
) -> Result<(), String> {
    let root = layout.release(name);
    let fresh = durable::beside(&root);
    let made = (|| {
        fs::create_dir(&fresh).map_err(|e| e.to_string())?;
        let files = archive::unpack(stored, &fresh, max_size)?;
        failpoint::hit("release.unpacked").map_err(|e| e.to_string())?;
        let mut manifest = Manifest { level: level.into(), sha256: artifact.sha256.clone(), files };
        let written: io::Result<()> = (|| {
            manifest.stamp(&fresh)?;
            layout.write(&layout.meta(name), &serde_json::to_vec(&manifest)?)?;
            fs::rename(&fresh, &root)?;
            failpoint::hit("release.placed")?;
            durable::sync_folder(&layout.releases)
        })();
        written.map_err(|e| e.to_string())
    })();
    made.map_err(|why| {
        let _ = fs::remove_dir_all(&fresh);
        format!("{} cannot be unpacked: {why}", artifact.source)
    })
}

/// Sees to it that the release of a snapshot is there as it was then: one that is gone, or was whole and was changed since, comes
/// anew from its artifact. What was changed is set aside.
fn make_whole(layout: &Layout, link: &Path, act: &Act, max_size: u64) -> Result<(), String> {
    let folder = durable::folder_of(&layout.link).join(link);
    let anew = |how: &str| {
        unpack_again(layout, link, max_size)
            .map_err(|why| format!("the release {} {how}{why}", folder.display()))
    };
    if !folder.exists() {
        return anew("that the snapshot names is gone");
    }
    let whole = was_whole(layout, link, act);
    if whole.is_none_or(|manifest| manifest.is_intact(&folder).unwrap_or(false)) {
        return Ok(());
    }
    let aside = aside(&folder);
    fs::rename(&folder, &aside)
        .map_err(|e| format!("{}, which was changed, cannot be set aside: {e}", folder.display()))?;
    anew("was changed since its snapshot").inspect_err(|_| {
        let _ = fs::rename(&aside, &folder);
    })
}

/// The manifest of the release behind a link, where that was whole when the snapshot of this request was taken.
fn was_whole(layout: &Layout, link: &Path, act: &Act) -> Option<Manifest> {
    let manifest = Manifest::load(layout, &layout.name_of(link)?)?;
    let whole = digest_of(Some(&manifest.level), &manifest.as_unpacked());
    (kept_digest(act)? == whole).then_some(manifest)
}

/// A name beside a release that is not taken.
fn aside(release: &Path) -> PathBuf {
    let name = release.file_name().unwrap_or_default().to_string_lossy();
    let mut names = (1..).map(|n| release.with_file_name(format!("{name}.changed{n}")));
    names.find(|path| !path.exists()).unwrap_or_default()
}

/// A release comes anew from its artifact, as the store has kept it.
///
/// # Errors
/// Why it cannot, as the end of a sentence.
fn unpack_again(layout: &Layout, link: &Path, max_size: u64) -> Result<(), String> {
    let name = layout.name_of(link).ok_or("")?;
    let Manifest { level, sha256, .. } = Manifest::load(layout, &name).ok_or("")?;
    let stored = layout.stored(&sha256);
    let artifact = Artifact { source: stored.display().to_string(), sha256, size: 0 };
    if !artifact::is_stored(layout, &artifact) {
        return Err(format!(", and so is its artifact {}", stored.display()));
    }
    unpack(layout, &name, &level, &artifact, &stored, max_size).map_err(|why| format!("; {why}"))
}

// ---------------------------------------------------------------- snapshots

fn snapshot(layout: &Layout, act: &Act) -> Result<Done, Failed> {
    let id = act.snapshot.as_ref().map(|s| s.id.as_str()).ok_or("the request names no snapshot")?;
    let file = layout.snapshot(id);
    let standing = reading::stand(layout)?;
    let token = json!({ "link": standing.link, "digest": standing.digest });
    let bytes = serde_json::to_vec(&token).map_err(|e| e.to_string())?;
    layout.write(&file, &bytes).map_err(|e| Failed {
        why: format!("{} cannot be written: {e}", file.display()),
        changed: file.exists(),
    })?;
    Ok(taken(layout, &standing, token))
}

/// What `snapshot` answers, also to a probe.
pub fn taken(layout: &Layout, standing: &Standing, token: Value) -> Done {
    let place = match &standing.link {
        Some(link) => durable::folder_of(&layout.link).join(link).display().to_string(),
        None => format!("{}, where nothing was", layout.link.display()),
    };
    let link = layout.link.display().to_string();
    let argv = match &standing.link {
        // A link to nothing would be worse than what is there.
        Some(release) => {
            let switch = ["ln".into(), "-sfnT".into(), release.display().to_string(), link];
            let script = format!("ls -d {} && {}", typed(std::slice::from_ref(&place)), typed(&switch));
            vec!["sh".into(), "-c".into(), script]
        }
        None => vec!["rm".into(), "-f".into(), link],
    };
    let by_hand = Some(CommandLine { argv, ..CommandLine::default() });
    let snapshot =
        Snapshot { token, place, digest: Some(standing.digest.clone()), by_hand, ..Snapshot::default() };
    Done { snapshot: Some(Box::new(snapshot)), ..Done::default() }
}

/// What the link said when the snapshot of this request was taken; `None` when there was none.
///
/// # Errors
/// When the request has no usable token.
pub fn kept(act: &Act) -> Result<Option<PathBuf>, String> {
    let token = act.snapshot.as_ref().and_then(|s| s.token.as_ref());
    match token.and_then(|token| token.get("link")) {
        Some(Value::Null) => Ok(None),
        Some(Value::String(link)) => Ok(Some(PathBuf::from(link))),
        _ => Err("the snapshot's token is missing or damaged".into()),
    }
}

/// The digest of what stood there when the snapshot of this request was taken.
fn kept_digest(act: &Act) -> Option<&str> {
    act.snapshot.as_ref()?.token.as_ref()?.get("digest")?.as_str()
}

/// Whether it is there as the snapshot of this request says, file by file.
fn is_kept(standing: &Standing, act: &Act) -> bool {
    kept_digest(act) == Some(&standing.digest) && kept(act).is_ok_and(|link| link == standing.link)
}

fn drop_snapshot(arguments: &Arguments, layout: &Layout, act: &Act) -> Result<Done, Failed> {
    let id = act.snapshot.as_ref().map(|s| s.id.as_str()).ok_or("the request names no snapshot")?;
    let file = layout.snapshot(id);
    match fs::remove_file(&file) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            return Err(format!("{} cannot be removed: {e}", file.display()).into());
        }
        _ => {}
    }
    // Releases that nothing needs any more go; if one cannot, the next drop tries again.
    let _ = tidy(arguments, layout);
    Ok(Done::default())
}

/// Removes releases that are neither current nor held by a snapshot, beyond the newest `keep`, and their artifacts.
fn tidy(arguments: &Arguments, layout: &Layout) -> io::Result<()> {
    // This action holds the component's ledger, so nobody writes there.
    for folder in [layout.releases.clone(), layout.metas(), layout.snapshots(), layout.store()] {
        remove_cut_off(&folder)?;
    }
    let mut needed: Vec<String> = Vec::new();
    if let Ok(standing) = reading::stand(layout) {
        needed.extend(standing.link.and_then(|link| layout.name_of(&link)));
    }
    for entry in fs::read_dir(layout.snapshots())? {
        // Of one that cannot be read nobody knows what it needs: then everything stays.
        let token: Value = serde_json::from_slice(&fs::read(entry?.path())?)?;
        let link = token.get("link").and_then(Value::as_str);
        needed.extend(link.and_then(|link| layout.name_of(Path::new(link))));
    }
    let mut unused = Vec::new();
    let mut artifacts: BTreeMap<String, Option<String>> = BTreeMap::new();
    for entry in fs::read_dir(layout.metas())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().trim_end_matches(".json").to_string();
        artifacts.insert(name.clone(), Manifest::load(layout, &name).map(|manifest| manifest.sha256));
        if !needed.contains(&name) {
            unused.push((entry.metadata()?.modified()?, name));
        }
    }
    unused.sort();
    let excess = unused.len().saturating_sub(usize::try_from(arguments.keep).unwrap_or(usize::MAX));
    for (_, name) in unused.drain(..excess) {
        match fs::remove_dir_all(layout.release(&name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        fs::remove_file(layout.meta(&name))?;
        // Another level may have the same one; of which it is, an unreadable manifest does not say.
        if let Some(Some(sha256)) = artifacts.remove(&name)
            && artifacts.values().all(|other| other.as_ref().is_some_and(|other| *other != sha256))
        {
            let _ = fs::remove_file(layout.stored(&sha256));
        }
    }
    Ok(())
}

/// Removes what a process that was killed has left of what it wrote or unpacked in `folder`.
fn remove_cut_off(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') && name.ends_with(".new") {
            match entry.file_type()?.is_dir() {
                true => fs::remove_dir_all(entry.path())?,
                false => fs::remove_file(entry.path())?,
            }
        }
    }
    Ok(())
}

fn verify(layout: &Layout, act: &Act) -> Answer {
    let ill = |why: String| Verdict::Ill { why };
    let verdict = match reading::stand(layout) {
        Err(why) => Verdict::Inconclusive { why },
        Ok(standing) if standing.level.as_deref() != arguments::level(act.level.as_ref()) => {
            ill(format!("the link leads to level {}", standing.level.unwrap_or_else(|| "none".into())))
        }
        // What somebody had changed by hand before is no damage when it is back.
        Ok(standing) if is_kept(&standing, act) => Verdict::Healthy,
        Ok(standing) => match standing.link.and_then(|link| layout.name_of(&link)) {
            Some(name) => match Manifest::load(layout, &name).map(|m| m.is_intact(&layout.release(&name))) {
                Some(Ok(false)) => ill(format!("files of release {name} were changed")),
                Some(Err(e)) => Verdict::Inconclusive { why: e.to_string() },
                Some(Ok(true)) | None => Verdict::Healthy,
            },
            None => Verdict::Healthy,
        },
    };
    Answer::Applied(Done { verdict: Some(verdict), ..Done::default() })
}
