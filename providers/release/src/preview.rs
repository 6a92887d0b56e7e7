//! What a patch would really do: files with digests, text of small ones, artifact, reload, way back, space.

use crate::archive::{self, Visit};
use crate::arguments::{self, Arguments};
use crate::layout::Layout;
use crate::manifest::{Manifest, of_link, small_text};
use crate::{act, artifact, hook, reading};
use patchform_sdk::digest;
use patchform_sdk::durable;
use patchform_sdk::message::{FileChange, Preview, PreviewOutcome, Proposed, WayBack, WayBackKind};
use patchform_sdk::words::typed;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A text file is shown up to this size, in bytes.
const TEXT: u64 = 32 * 1024;
/// And all of them together up to this one.
const TEXTS: usize = 128 * 1024;
/// The most files that are listed.
const FILES: usize = 500;

/// Answers a preview.
pub fn preview(proposed: &Proposed) -> PreviewOutcome {
    look(proposed).map_or_else(|why| PreviewOutcome::Blocked { why }, |p| PreviewOutcome::Ready(Box::new(p)))
}

fn look(proposed: &Proposed) -> Result<Preview, String> {
    let arguments = Arguments::of(&proposed.subject)?;
    let layout = Layout::of(arguments.link());
    let level = arguments::level(Some(&proposed.to)).filter(|level| arguments::is_level(level));
    let level = level.ok_or("the level cannot be a release's name")?;
    let artifact = artifact::of(&arguments, level)?;
    let found = File::open(&artifact.source).and_then(crate::manifest::of_reader);
    let found = found.map_err(|e| format!("the artifact {} cannot be read: {e}", artifact.source))?;
    if found != artifact.sha256 {
        return Err(format!(
            "the artifact {} has the SHA-256 {found}, expected {}; somebody changed it, or the expected digest is wrong",
            artifact.source, artifact.sha256
        ));
    }
    let mut listing = Listing::default();
    archive::pass(Path::new(&artifact.source), arguments.max_size, &mut listing)?;
    let standing = reading::stand(&layout)?;
    let mut preview = Preview {
        reload: act::after_switch(&arguments),
        services: arguments.on_switch.iter().map(|argv| typed(argv)).collect(),
        space: artifact.size + listing.size,
        by_hand: hook::by_hand(&arguments, proposed),
        ..Preview::default()
    };
    compare(&layout, standing.link.as_deref(), listing, &mut preview)?;
    let place = match &standing.link {
        Some(link) => durable::folder_of(&layout.link).join(link).display().to_string(),
        None => "nothing is there yet".into(),
    };
    preview.ways_back = vec![WayBack {
        kind: WayBackKind::Restore,
        coverage: Default::default(),
        place,
        survives_target_loss: false,
        discards_data: false,
        size: 0,
        duration: 50,
    }];
    // 100 MB/s to copy and check, 30 MB/s to unpack.
    let (copy, unpack) = (20 + artifact.size / 100_000, 50 + preview.space / 30_000);
    let durations = [("fetch", copy), ("snapshot", 20), ("patch", unpack), ("verify", 20), ("restore", 50)];
    preview.durations = durations.map(|(name, ms)| (name.to_string(), ms)).into();
    preview.artifacts = vec![artifact];
    Ok(preview)
}

/// What an artifact holds.
#[derive(Default)]
struct Listing {
    files: BTreeMap<String, (String, Option<String>)>,
    size: u64,
}

impl Visit for Listing {
    fn file(&mut self, path: &Path, _: u32, content: &mut dyn Read) -> Result<(), String> {
        let mut running = digest::Running::default();
        let mut text = Some(Vec::new());
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let n = content.read(&mut buffer).map_err(|e| e.to_string())?;
            if n == 0 {
                break;
            }
            running.update(&buffer[..n]);
            self.size += n as u64;
            text = text.filter(|t| (t.len() + n) as u64 <= TEXT);
            if let Some(text) = &mut text {
                text.extend_from_slice(&buffer[..n]);
            }
        }
        let text = text.filter(|t| !t.contains(&0)).and_then(|t| String::from_utf8(t).ok());
        self.files.insert(path.to_string_lossy().into_owned(), (running.finish(), text));
        Ok(())
    }

    fn folder(&mut self, _: &Path) -> Result<(), String> {
        Ok(())
    }

    fn link(&mut self, path: &Path, target: &Path) -> Result<(), String> {
        let text = Some(format!("→ {}\n", target.display()));
        self.files.insert(path.to_string_lossy().into_owned(), (of_link(target), text));
        Ok(())
    }

    fn hard_link(&mut self, path: &Path, earlier: &Path) -> Result<(), String> {
        if let Some(entry) = self.files.get(earlier.to_string_lossy().as_ref()).cloned() {
            self.files.insert(path.to_string_lossy().into_owned(), entry);
        }
        Ok(())
    }
}

/// Fills in the files that differ between the current release and the new one.
fn compare(
    layout: &Layout,
    link: Option<&Path>,
    listing: Listing,
    preview: &mut Preview,
) -> Result<(), String> {
    let name = link.and_then(|link| layout.name_of(link));
    let root = name.as_ref().map(|name| layout.release(name));
    let old = match (&name, &root) {
        (Some(name), Some(root)) => match Manifest::load(layout, name) {
            Some(manifest) => {
                manifest.now(root).map_err(|e| format!("{} cannot be read: {e}", root.display()))?
            }
            None => BTreeMap::new(),
        },
        _ => BTreeMap::new(),
    };
    let mut new = listing.files;
    let mut names: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    names.sort();
    names.dedup();
    let (mut texts, mut more) = (0, 0);
    for name in names {
        let before = old.get(&name).map(|(sha256, _)| sha256.clone());
        let (after, new_text) = new.remove(&name).map_or((None, None), |(sha256, text)| (Some(sha256), text));
        if before == after {
            continue;
        }
        if preview.files.len() == FILES {
            more += 1;
            continue;
        }
        let old_text = match (&before, &root) {
            (Some(_), Some(root)) => small_text(&root.join(&name), TEXT),
            _ => Some(String::new()),
        };
        let new_text = if after.is_none() { Some(String::new()) } else { new_text };
        let text = old_text.zip(new_text).filter(|(a, b)| texts + a.len() + b.len() <= TEXTS);
        texts += text.as_ref().map_or(0, |(a, b)| a.len() + b.len());
        let path = layout.link.join(&name).display().to_string();
        preview.files.push(FileChange { path, before, after, text });
    }
    if more > 0 {
        preview.warnings.push(format!("{more} more files change; the first {FILES} are listed"));
    }
    Ok(())
}
