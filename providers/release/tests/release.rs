//! A component's life on a real disk: what a reading notices, what is refused, what is kept and what goes.

use flate2::Compression;
use flate2::write::GzEncoder;
use patchform_provider_release::Releases;
use patchform_sdk::durable::Survives;
use patchform_sdk::ledger::Ledger;
use patchform_sdk::message::{
    Act, Action, Answer, Artifact, Connection, Desired, Done, Level, Preview, PreviewOutcome, Proposed,
    Reading, Reload, SnapshotRef, Subject, Verdict,
};
use patchform_sdk::pipe::Pipe;
use patchform_sdk::{Context, Provider as _, digest};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

struct Scene {
    dir: tempfile::TempDir,
    arguments: Value,
    ids: AtomicU64,
}

fn scene() -> Scene {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let digests: serde_json::Map<_, _> =
        ["1", "2", "3"].iter().map(|level| (level.to_string(), artifact(root, level).into())).collect();
    let arguments = json!({
        "path": root.join("current"),
        "artifact": root.join("app-{level}.tar.gz"),
        "sha256": digests,
        "keep": 0,
    });
    Scene { arguments, ids: AtomicU64::new(0), dir }
}

/// Makes the artifact of a level and gives its digest.
fn artifact(root: &Path, level: &str) -> String {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in
        [("etc/app.conf", format!("port = 80\nlevel = {level}\n")), ("bin/app", "same".into())]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, content.as_bytes()).unwrap();
    }
    let bytes = builder.into_inner().unwrap().finish().unwrap();
    fs::write(root.join(format!("app-{level}.tar.gz")), &bytes).unwrap();
    digest::of_bytes(&bytes)
}

impl Scene {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
    fn context(&self) -> Context {
        Context::new(Arc::new(Pipe::new(std::io::sink())), None, Arc::default())
    }
    fn subject(&self) -> Subject {
        Subject {
            address: "release.app".into(),
            kind: "release".into(),
            alias: String::new(),
            arguments: self.arguments.clone(),
            connection: Connection::local(),
        }
    }
    fn read(&self) -> Reading {
        let desired = Desired { subject: self.subject(), level: Level::Single("1".into()) };
        Releases.read(&desired, &self.context())
    }
    fn digest(&self) -> String {
        self.read().digest().unwrap().to_string()
    }
    fn level(&self) -> Option<String> {
        self.read().level().map(ToString::to_string)
    }
    fn act(&self, action: Action, level: Option<&str>, change: impl FnOnce(&mut Act)) -> Answer {
        let mut act = Act {
            id: format!("id/{}", self.ids.fetch_add(1, Ordering::Relaxed)),
            token: 1,
            deadline: 10_000,
            subject: self.subject(),
            level: level.map(|level| Level::Single(level.into())),
            expected: None,
            snapshot: None,
            reload: Reload::None,
            artifacts: Vec::new(),
            member: None,
        };
        change(&mut act);
        Releases.act(action, &act, &self.context())
    }
    fn patch(&self, level: &str) -> Answer {
        self.act(Action::Patch, Some(level), |_| ())
    }
    fn snapshot(&self, id: &str) -> SnapshotRef {
        let named = SnapshotRef { id: id.into(), token: None };
        match self.act(Action::Snapshot, None, |act| act.snapshot = Some(named)) {
            Answer::Applied(Done { snapshot: Some(s), .. }) => {
                SnapshotRef { id: id.into(), token: Some(s.token) }
            }
            other => panic!("{other:?}"),
        }
    }
    fn preview(&self, to: &str) -> Result<Preview, String> {
        let to = Level::Single(to.into());
        let proposed =
            Proposed { subject: self.subject(), from: None, to, digest: self.digest(), snapshot: None };
        match Releases.preview(&proposed, &self.context()) {
            PreviewOutcome::Ready(preview) => Ok(*preview),
            PreviewOutcome::Blocked { why } => Err(why),
        }
    }
}

fn why(answer: Answer) -> String {
    match answer {
        Answer::Refused { why, .. } => why,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_preview_shows_the_files_that_change_with_their_text() {
    let scene = scene();
    scene.patch("1");
    let preview = scene.preview("2").unwrap();
    let [file] = preview.files.as_slice() else { panic!("{:?}", preview.files) };
    assert!(file.path.ends_with("current/etc/app.conf"));
    let text = ("port = 80\nlevel = 1\n".to_string(), "port = 80\nlevel = 2\n".to_string());
    assert_eq!(file.text, Some(text));
    assert_eq!(preview.artifacts[0].sha256, scene.arguments["sha256"]["2"]);
    assert!(scene.preview("9").unwrap_err().contains("no SHA-256 for level 9"));
}

#[test]
fn an_artifact_with_another_digest_is_never_unpacked() {
    let scene = scene();
    scene.patch("1");
    let before = scene.digest();
    let path = scene.path("app-2.tar.gz");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(why(scene.patch("2")).contains("it was not unpacked"));
    assert!(why(scene.act(Action::Fetch, Some("2"), |_| ())).contains("expected"));
    assert!(scene.preview("2").unwrap_err().contains("somebody changed it"));
    assert_eq!(scene.digest(), before);
    assert!(!scene.path("current.releases/2").exists());
}

#[test]
fn a_fetched_artifact_is_used_even_when_its_source_is_gone() {
    let scene = scene();
    assert_eq!(scene.act(Action::Fetch, Some("1"), |_| ()), Answer::applied());
    let sha256 = scene.arguments["sha256"]["1"].as_str().unwrap().to_string();
    let source = scene.path("app-1.tar.gz").display().to_string();
    fs::remove_file(&source).unwrap();
    let pinned = Artifact { source, sha256, size: 1 };
    assert!(matches!(
        scene.act(Action::Patch, Some("1"), |act| act.artifacts = vec![pinned]),
        Answer::Applied(_)
    ));
    assert_eq!(scene.level().as_deref(), Some("1"));
}

#[test]
fn a_changed_file_changes_the_digest_and_an_added_one_does_not() {
    let scene = scene();
    scene.patch("1");
    let before = scene.digest();
    fs::write(scene.path("current/app.log"), "started").unwrap();
    assert_eq!(scene.digest(), before);
    fs::write(scene.path("current/etc/app.conf"), "port = 81\nlevel = 1\n").unwrap();
    let changed = scene.digest();
    assert_ne!(changed, before);
    assert!(
        why(scene.act(Action::Patch, Some("2"), |act| act.expected = Some(before))).contains("has changed")
    );
    let verified = scene.act(Action::Verify, Some("1"), |_| ());
    assert!(
        matches!(verified, Answer::Applied(Done { verdict: Some(Verdict::Ill { .. }), .. })),
        "{verified:?}"
    );
    // The way back leads to what was there, the change included; the way forth to a fresh copy.
    let snapshot = scene.snapshot("s");
    scene.patch("2");
    scene.act(Action::Restore, Some("1"), |act| act.snapshot = Some(snapshot));
    assert_eq!(scene.digest(), changed);
    scene.patch("2");
    scene.patch("1");
    assert_eq!(fs::read_to_string(scene.path("current/etc/app.conf")).unwrap(), "port = 80\nlevel = 1\n");
}

#[test]
fn what_stands_in_the_way_is_named_and_left_alone() {
    let scene = scene();
    fs::create_dir(scene.path("current")).unwrap();
    assert!(
        matches!(scene.read(), Reading::Unreachable { why, .. } if why.contains("is no symlink; move it away"))
    );
    assert!(why(scene.patch("1")).contains("is no symlink"));
    fs::remove_dir(scene.path("current")).unwrap();
    // A link that somebody else made: its target's name is the level, and a restore leads back to it.
    fs::create_dir(scene.path("old-0.9")).unwrap();
    std::os::unix::fs::symlink("old-0.9", scene.path("current")).unwrap();
    assert_eq!(scene.level().as_deref(), Some("old-0.9"));
    let snapshot = scene.snapshot("s");
    scene.patch("1");
    scene.act(Action::Restore, Some("old-0.9"), |act| act.snapshot = Some(snapshot));
    assert_eq!(fs::read_link(scene.path("current")).unwrap(), Path::new("old-0.9"));
}

#[test]
fn dropping_snapshots_removes_releases_that_nothing_needs() {
    let scene = scene();
    let releases = |scene: &Scene| {
        let folder = fs::read_dir(scene.path("current.releases")).unwrap();
        let names = folder.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    };
    scene.patch("1");
    let first = scene.snapshot("run/1");
    scene.patch("2");
    let second = scene.snapshot("run/2");
    scene.patch("3");
    assert_eq!(releases(&scene), ["1", "2", "3"]);
    // What killed processes have left is in nobody's way, and goes.
    let left = [".meta/.2.json.7-1.new", ".snapshots/.a.json.7-1.new", ".store/.b.tar.gz.7-1.new"];
    let left = left.map(|name| scene.path("current.releases").join(name));
    left.iter().for_each(|path| fs::write(path, "half").unwrap());
    scene.act(Action::Drop, None, |act| act.snapshot = Some(first.clone()));
    assert_eq!(releases(&scene), ["2", "3"]);
    assert!(left.iter().all(|path| !path.exists()));
    scene.act(Action::Restore, Some("2"), |act| act.snapshot = Some(second.clone()));
    scene.act(Action::Drop, None, |act| act.snapshot = Some(second));
    assert_eq!(releases(&scene), ["2"]);
    assert!(why(scene.act(Action::Restore, Some("1"), |act| act.snapshot = Some(first))).contains("is gone"));
    assert_eq!(scene.level().as_deref(), Some("2"));
}

#[test]
fn a_release_that_is_gone_comes_back_from_its_artifact() {
    let scene = scene();
    scene.patch("1");
    let (before, first) = (scene.digest(), scene.snapshot("run/1"));
    scene.patch("2");
    let back = || scene.act(Action::Restore, Some("1"), |act| act.snapshot = Some(first.clone()));
    fs::remove_dir_all(scene.path("current.releases/1")).unwrap();
    assert!(matches!(back(), Answer::Applied(_)));
    assert_eq!(scene.digest(), before);
    scene.patch("2");
    fs::remove_dir_all(scene.path("current.releases/1")).unwrap();
    let sha256 = scene.arguments["sha256"]["1"].as_str().unwrap();
    fs::write(scene.path("current.releases/.store").join(format!("{sha256}.tar.gz")), "cut off").unwrap();
    assert!(why(back()).contains("and so is its artifact"));
    assert_eq!(scene.level().as_deref(), Some("2"));
}

/// What was changed after its snapshot is no way back; it is set aside, and the release unpacked anew.
#[test]
fn a_release_that_was_changed_meanwhile_comes_back_whole() {
    let scene = scene();
    scene.patch("1");
    let (before, first) = (scene.digest(), scene.snapshot("run/1"));
    scene.patch("2");
    let releases = scene.path("current.releases");
    let back = || scene.act(Action::Restore, Some("1"), |act| act.snapshot = Some(first.clone()));
    for n in 1..3 {
        fs::write(releases.join("1/etc/app.conf"), format!("damaged {n}")).unwrap();
        assert!(matches!(back(), Answer::Applied(_)));
        assert_eq!(scene.digest(), before);
        let aside = fs::read_to_string(releases.join(format!("1.changed{n}/etc/app.conf"))).unwrap();
        assert_eq!(aside, format!("damaged {n}"));
        scene.patch("2");
    }
    // Without its artifact it stays as it is, at its place.
    fs::write(releases.join("1/etc/app.conf"), "damaged").unwrap();
    fs::remove_dir_all(releases.join(".store")).unwrap();
    assert!(why(back()).contains("was changed since its snapshot, and so is its artifact"));
    assert!(releases.join("1/etc/app.conf").exists());
}

/// What a snapshot needs that cannot be read nobody knows: nothing is tidied away then.
#[test]
fn a_damaged_snapshot_costs_no_other_its_release() {
    let scene = scene();
    scene.patch("1");
    let first = scene.snapshot("run/1");
    scene.patch("2");
    let second = scene.snapshot("run/2");
    scene.patch("3");
    for file in fs::read_dir(scene.path("current.releases/.snapshots")).unwrap().flatten() {
        let text = fs::read_to_string(file.path()).unwrap();
        if text.contains("releases/1") {
            fs::write(file.path(), "").unwrap();
        }
    }
    scene.act(Action::Drop, None, |act| act.snapshot = Some(second));
    assert!(scene.path("current.releases/1").exists());
    scene.act(Action::Restore, Some("1"), |act| act.snapshot = Some(first));
    assert_eq!(scene.level().as_deref(), Some("1"));
}

/// An artifact that two levels share stays as long as one of them.
#[test]
fn an_artifact_of_two_levels_goes_with_the_last_one() {
    let mut scene = scene();
    fs::copy(scene.path("app-1.tar.gz"), scene.path("app-2.tar.gz")).unwrap();
    scene.arguments["sha256"]["2"] = scene.arguments["sha256"]["1"].clone();
    scene.patch("1");
    let first = scene.snapshot("run/1");
    scene.patch("2");
    let second = scene.snapshot("run/2");
    scene.patch("3");
    scene.act(Action::Drop, None, |act| act.snapshot = Some(first));
    assert!(!scene.path("current.releases/1").exists());
    fs::remove_dir_all(scene.path("current.releases/2")).unwrap();
    scene.act(Action::Restore, Some("2"), |act| act.snapshot = Some(second));
    assert_eq!(scene.level().as_deref(), Some("2"));
}

/// While an action of another process holds the ledger, what is read need not stay.
#[test]
fn a_reading_beside_an_action_is_unsettled() {
    let scene = scene();
    scene.patch("1");
    let act = Act {
        id: "run.0.forth3.1".into(),
        token: 1,
        deadline: 10_000,
        subject: scene.subject(),
        level: None,
        expected: None,
        snapshot: None,
        reload: Reload::None,
        artifacts: Vec::new(),
        member: None,
    };
    let ledger = scene.path("current.releases/.ledger");
    Ledger::once(&ledger, Survives::Death, &act, || {
        let reading = serde_json::to_value(scene.read()).unwrap();
        assert_eq!(reading["unsettled"], true, "{reading}");
        assert!(
            reading["why"]
                .as_str()
                .unwrap()
                .contains("an earlier action of run run (run.0.forth3.1) still goes on")
        );
        Answer::applied()
    });
    assert_eq!(scene.level().as_deref(), Some("1"));
}
