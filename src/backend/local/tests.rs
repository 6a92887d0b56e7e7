//! Reading, writing, what is kept, and what is refused.

use super::*;
use crate::state::Folded;
use crate::state::sample::{address, large, record};
use std::fs;

fn place() -> (tempfile::TempDir, Local) {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::new(folder.path().join("sub/patchform.state.json")).with_patience(Duration::ZERO);
    (folder, local)
}

fn state(serial: u64, run: Option<&str>) -> State {
    let mut state = State::new("l", "0.1.0");
    state.serial = serial;
    state.folded = run.map(|run| Folded { run: run.into(), line: serial });
    state.records.insert(address("release.a"), record(&serial.to_string()));
    state
}

fn backup(local: &Local) -> Option<u64> {
    let bytes = fs::read(beside(local.path(), ".backup")).ok()?;
    Some(stored::read(&bytes).unwrap().serial)
}

#[test]
fn what_is_written_is_read() {
    let (_folder, local) = place();
    assert_eq!(local.read().unwrap(), None);
    let lock = local.lock("apply").unwrap();
    let base = local.write(&lock, &Base::Absent, &state(1, None), None).unwrap();
    assert_eq!(base, Base::Present { lineage: "l".into(), serial: 1 });
    assert_eq!(local.read().unwrap(), Some(state(1, None)));
    assert_eq!(local.read_bytes().unwrap().unwrap(), stored::write(&state(1, None)));
    let mut names: Vec<_> = fs::read_dir(local.path().parent().unwrap())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["patchform.state.json", "patchform.state.json.lock"], "nothing half-written is left");
}

#[test]
fn one_earlier_state_is_kept_per_run() {
    let (_folder, local) = place();
    let lock = local.lock("apply").unwrap();
    // Serial, the run that it was folded from, the run that writes, and the serial of the earlier state afterwards.
    for (serial, folded, writer, kept) in [
        (1, None, None, None),
        (2, Some("r1"), Some("r1"), Some(1)),
        (3, Some("r1"), Some("r1"), Some(1)),
        (4, Some("r1"), Some("r1"), Some(1)),
        (5, Some("r2"), Some("r2"), Some(4)),
        (6, Some("r2"), None, Some(5)),
        (7, Some("r2"), None, Some(6)),
        (8, Some("r3"), Some("r3"), Some(7)),
    ] {
        let base = Base::of(local.read().unwrap().as_ref());
        local.write(&lock, &base, &state(serial, folded), writer).unwrap();
        assert_eq!(backup(&local), kept, "after serial {serial}");
    }
}

#[test]
fn a_state_that_changed_underneath_is_not_overwritten() {
    let (_folder, local) = place();
    let lock = local.lock("apply").unwrap();
    local.write(&lock, &Base::Absent, &state(5, None), None).unwrap();
    for (base, words) in [
        (Base::Absent, "made from no state, and now there is serial 5 of lineage l"),
        (Base::Present { lineage: "l".into(), serial: 4 }, "made from serial 4 of lineage l, and now"),
        (Base::Present { lineage: "m".into(), serial: 5 }, "made from serial 5 of lineage m, and now"),
    ] {
        let error = local.write(&lock, &base, &state(6, None), None).unwrap_err();
        assert!(matches!(error, BackendError::ChangedUnderneath { .. }));
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(local.read().unwrap(), Some(state(5, None)));
    }
    fs::remove_file(local.path()).unwrap();
    let base = Base::Present { lineage: "l".into(), serial: 5 };
    let error = local.write(&lock, &base, &state(6, None), None).unwrap_err().to_string();
    assert!(error.contains("and now there is no state"), "{error}");
}

#[test]
fn a_damaged_state_is_never_overwritten_but_on_purpose() {
    let (_folder, local) = place();
    let lock = local.lock("apply").unwrap();
    local.write(&lock, &Base::Absent, &state(1, None), None).unwrap();
    local.write(&lock, &Base::of(Some(&state(1, None))), &state(2, None), None).unwrap();
    let kept = backup(&local);
    assert_eq!(kept, Some(1));
    let mut bytes = fs::read(local.path()).unwrap();
    bytes.truncate(100);
    fs::write(local.path(), &bytes).unwrap();
    let error = local.write(&lock, &Base::of(Some(&state(2, None))), &state(3, None), None).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("patchform.state.json: it is cut off: it ends after 100 bytes"), "{text}");
    assert!(text.contains(".backup"), "{text}");
    assert_eq!(local.read().unwrap_err().to_string(), text);
    assert_eq!(fs::read(local.path()).unwrap(), bytes);
    local.replace(&lock, &state(3, None)).unwrap();
    assert_eq!(local.read().unwrap(), Some(state(3, None)));
    assert_eq!(fs::read(beside(local.path(), ".damaged")).unwrap(), bytes, "byte for byte");
    assert_eq!(backup(&local), kept, "no good backup goes for a damaged state");
    local.replace(&lock, &state(4, None)).unwrap();
    assert_eq!(backup(&local), Some(3));
}

#[test]
fn errors_name_the_path_and_what_is_wrong_with_it() {
    let (folder, local) = place();
    fs::write(folder.path().join("sub"), b"a file").unwrap();
    let text = local.lock("apply").unwrap_err().to_string();
    assert!(text.contains("/sub") && text.contains("is a file, where a folder is needed"), "{text}");
    let text = local.read().unwrap_err().to_string();
    assert!(text.contains("a part of that path is a file, where a folder is needed"), "{text}");
    let text = Local::new(folder.path()).read().unwrap_err().to_string();
    assert!(text.contains("that is a folder, where a file is needed"), "{text}");
}

#[test]
fn where_nothing_can_be_written_nothing_is_lost() {
    let (_folder, local) = place();
    let lock = local.lock("apply").unwrap();
    local.write(&lock, &Base::Absent, &state(1, None), None).unwrap();
    // A folder in the place of the earlier state stands for a disk that refuses.
    fs::create_dir(beside(local.path(), ".backup")).unwrap();
    let error = local.write(&lock, &Base::of(Some(&state(1, None))), &state(2, None), None).unwrap_err();
    assert!(error.to_string().contains("keep the earlier state as"), "{error}");
    assert_eq!(local.read().unwrap(), Some(state(1, None)));
}

#[test]
fn writers_of_many_threads_lose_no_change() {
    let (_folder, local) = place();
    let local = local.with_patience(Duration::from_secs(60));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..3 {
                    let lock = local.lock("test").unwrap();
                    let current = local.read().unwrap();
                    let base = Base::of(current.as_ref());
                    let mut next = current.unwrap_or_else(|| State::new("l", "0.1.0"));
                    next.serial += 1;
                    local.write(&lock, &base, &next, None).unwrap();
                }
            });
        }
    });
    assert_eq!(local.read().unwrap().unwrap().serial, 18);
}

#[test]
fn a_large_state_comes_back_from_disk() {
    let (_folder, local) = place();
    let lock = local.lock("apply").unwrap();
    local.write(&lock, &Base::Absent, &large(10_000), Some("r1")).unwrap();
    assert_eq!(local.read().unwrap().unwrap().records.len(), 10_000);
}

#[test]
fn a_link_to_the_state_stays_a_link() {
    let (folder, local) = place();
    let lock = local.lock("apply").unwrap();
    local.write(&lock, &Base::Absent, &state(1, None), None).unwrap();
    drop(lock);
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(local.path(), &link).unwrap();
    let linked = Local::new(&link).with_patience(Duration::ZERO);
    let lock = linked.lock("apply").unwrap();
    assert!(matches!(local.lock("plan"), Err(BackendError::Locked { .. })), "both names have one lock");
    linked.write(&lock, &Base::of(Some(&state(1, None))), &state(2, None), None).unwrap();
    assert!(link.is_symlink());
    assert_eq!(local.read().unwrap(), Some(state(2, None)));
}
