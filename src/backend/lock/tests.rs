//! Threads and processes that want the same lock, and locks that the dead and the distant left.

use super::*;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const NONE: Duration = Duration::ZERO;

fn leave(state: &Path, host: &str) {
    let text = format!(
        "{{\"id\":\"abcd\",\"host\":\"{host}\",\"user\":\"ann\",\"pid\":1,\"since\":\"2026-11-22T02:40:00Z\",\"doing\":\"apply\"}}"
    );
    std::fs::write(file_of(state), text).unwrap();
}

#[test]
fn a_second_one_waits_and_is_told_by_whom() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("s.json");
    let lock = StateLock::take(&state, "apply", NONE).unwrap();
    let error = StateLock::take(&state, "state mv", Duration::from_millis(60)).unwrap_err();
    let text = error.to_string();
    let me = machine::this();
    assert!(matches!(error, BackendError::Locked { .. }));
    for words in [&format!("process {} of {} on {}", me.pid, me.user, me.host), "(patchform apply)", "s.json"]
    {
        assert!(text.contains(words), "{text}");
    }
    // Locked, and not signed (yet): no name is made up.
    std::fs::write(file_of(&state), "").unwrap();
    let text = StateLock::take(&state, "state mv", NONE).unwrap_err().to_string();
    assert!(text.contains("a process that has not signed it") && !text.contains("unknown"), "{text}");
    drop(lock);
    assert_eq!(std::fs::read(file_of(&state)).unwrap(), b"", "a free lock names nobody");
    StateLock::take(&state, "state mv", NONE).unwrap();
}

#[test]
fn eight_threads_never_hold_it_together() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("s.json");
    let (inside, turns) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..3 {
                    let lock = StateLock::take(&state, "test", Duration::from_secs(60)).unwrap();
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    std::thread::sleep(Duration::from_millis(1));
                    inside.fetch_sub(1, Ordering::SeqCst);
                    turns.fetch_add(1, Ordering::SeqCst);
                    drop(lock);
                }
            });
        }
    });
    assert_eq!(turns.load(Ordering::SeqCst), 24);
}

/// Names the state that [`holds_until_killed`] locks.
const STATE: &str = "PATCHFORM_TEST_LOCKED_STATE";

#[test]
#[ignore = "the other process of a_killed_process_leaves_no_lock"]
fn holds_until_killed() {
    if let Some(state) = std::env::var_os(STATE) {
        let _lock = StateLock::take(Path::new(&state), "apply", NONE).unwrap();
        std::fs::write(Path::new(&state).with_extension("ready"), b"").unwrap();
        std::thread::sleep(Duration::from_secs(60));
    }
}

#[test]
fn a_killed_process_leaves_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("s.json");
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["backend::lock::tests::holds_until_killed", "--exact", "--ignored"])
        .env(STATE, &state)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = clock::steady();
    while !state.with_extension("ready").exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the other process never locked");
        std::thread::sleep(Duration::from_millis(5));
    }
    let error = StateLock::take(&state, "plan", NONE).unwrap_err();
    assert!(error.to_string().contains(&format!("process {} of", other.id())), "{error}");
    let error = StateLock::force(&state, "any").unwrap_err();
    assert!(matches!(error, BackendError::Alive { .. }), "{error}");
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(!std::fs::read(file_of(&state)).unwrap().is_empty(), "its details are still there");
    StateLock::take(&state, "plan", NONE).unwrap();
}

#[test]
fn a_lock_of_another_host_is_refused_until_it_is_taken_away_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("s.json");
    assert!(matches!(StateLock::force(&state, "abcd"), Err(BackendError::NotLocked(_))));
    assert!(!file_of(&state).exists(), "asking makes no lock file");
    leave(&state, "elsewhere.example");
    let text = StateLock::take(&state, "plan", NONE).unwrap_err().to_string();
    for words in
        ["process 1 of ann on elsewhere.example", "2026-11-22T02:40:00.000Z", "patchform force-unlock abcd"]
    {
        assert!(text.contains(words), "{text}");
    }
    let text = StateLock::force(&state, "wrong").unwrap_err().to_string();
    assert!(text.contains("is not wrong but abcd"), "{text}");
    assert_eq!(StateLock::force(&state, "abcd").unwrap().user, "ann");
    assert!(matches!(StateLock::force(&state, "abcd"), Err(BackendError::NotLocked(_))));
    StateLock::take(&state, "plan", NONE).unwrap();
}

#[test]
fn what_a_dead_process_of_this_host_left_is_taken_over_also_when_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("s.json");
    leave(&state, &machine::this().host);
    StateLock::take(&state, "plan", NONE).unwrap();
    for rubbish in [&b"{\"id\":\"ab"[..], b"\xff\xfe", b"[]", &[b'['; 200_000]] {
        std::fs::write(file_of(&state), rubbish).unwrap();
        StateLock::take(&state, "plan", NONE).unwrap();
    }
}
