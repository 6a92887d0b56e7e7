//! A working folder on a real disk that is too small, becomes read-only, or loses a folder under a run.

use crate::mount::{self, Mounted};
use crate::platform::{End, Platform, whole};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROOM: u32 = 2000;

/// Fills the disk until `pages` blocks of 4 KiB are left.
fn fill(work: &Path, pages: u64) {
    let ballast = fs::File::create(work.join("ballast")).unwrap();
    let free = || {
        let output = Command::new("stat").args(["-f", "-c", "%a"]).arg(work).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().parse::<u64>().unwrap()
    };
    let blocks = free().saturating_sub(pages);
    let mut ballast = ballast;
    std::io::Write::write_all(&mut ballast, &vec![1; usize::try_from(blocks * 4096).unwrap()]).unwrap();
    assert_eq!(free(), pages);
}

/// The platform's working folder on a small disk.
fn on_tmpfs(from: fn() -> Platform) -> Option<(Platform, Mounted)> {
    let platform = from();
    platform.keep();
    let mounted = mount::tmpfs(&platform.lab.path("work"), ROOM)?;
    platform.set_back();
    Some((platform, mounted))
}

pub fn declared() -> Platform {
    let platform = Platform::at_1_0();
    platform.declare("1.1", "");
    platform
}

/// What is run, where it starts from, the most blocks that are left for it, and every how many sizes is tried.
type Operation = (&'static str, fn() -> Platform, u64, usize);

#[test]
fn a_disk_that_is_full_at_any_size_loses_nothing() {
    if !mount::privately("small::a_disk_that_is_full_at_any_size_loses_nothing") {
        return;
    }
    let operations: [Operation; 6] = [
        ("plan --out p", declared, 6, 2),
        ("apply --auto-approve", declared, 40, 3),
        ("resume", Platform::halted, 30, 7),
        ("rollback", Platform::halted, 30, 7),
        ("run abandon", Platform::halted, 12, 4),
        ("snapshot prune", declared, 4, 2),
    ];
    let mut ended = std::collections::BTreeMap::new();
    for (line, from, most, stride) in operations {
        let Some((platform, mounted)) = on_tmpfs(from) else { return };
        for pages in (0..=most).step_by(if whole() { 1 } else { stride }) {
            for end in [End::Resume, End::Rollback] {
                if !whole() && (pages % 2 == 0) != (end == End::Resume) {
                    continue;
                }
                platform.set_back();
                fill(&platform.lab.path("work"), pages);
                let before = platform.levels();
                let ran = platform.run(line);
                let when = format!("`{line}` with {pages} pages left, then {end:?}: {ran:?}");
                assert!(!ran.err.contains("panicked"), "{when}");
                // A provider cannot work without room either: then what failed goes back, if its way back has room.
                assert!([0, 1, 3, 4, 7].contains(&ran.code), "{when}");
                if ran.code == 1 {
                    assert_eq!(platform.levels(), before, "{when}");
                }
                *ended.entry((line, ran.code)).or_insert(0) += 1;
                // What only looks works meanwhile.
                for looks in ["plan", "run list", "state list"] {
                    let ran = platform.run(looks);
                    assert_eq!(ran.code, 0, "{looks} after {when}: {ran:?}");
                }
                fs::remove_file(platform.lab.path("work/ballast")).unwrap();
                platform.recovers(end, &when);
                assert!(platform.half_written().is_empty(), "{when}");
            }
        }
        drop(mounted);
    }
    println!("operation, exit code, how often: {ended:?}");
}

/// What fails while this machine's disk is full says nothing of the level: the run halts, and goes through once there is room.
/// With nothing at all left the journal has kept some room for itself.
#[test]
fn a_level_is_not_given_up_for_a_full_disk() {
    if !mount::privately("small::a_level_is_not_given_up_for_a_full_disk") {
        return;
    }
    for left in [12, 0] {
        for (fails, half) in [
            ("snapshot", ""),
            ("patch", "half"),
            ("patch", "$PATCHFORM_LEVEL"),
            ("reload", ""),
            ("verify", ""),
        ] {
            let Some((platform, _mounted)) = on_tmpfs(declared) else { return };
            let fills = format!(
                "if [ ! -e $FILES/ok ]; then dd if=/dev/zero of=ballast bs=4096 count=$(( $(stat -f -c %a .) - {left} )); exit 1; fi; "
            );
            let text = platform.lab.read("work/main.pf.hcl");
            let text = match fails {
                "patch" => {
                    // What ended with an error is not done, whatever its level reads.
                    let half = format!("printf %s {half} > $NAME; {fills}printf");
                    text.replace("echo effect >> $FILES/log; printf", &half)
                }
                "snapshot" => {
                    let begins = "snapshot    = [\"sh\", \"-c\", \"";
                    text.replace(begins, &format!("{begins}{fills}"))
                }
                _ => {
                    let step = format!("  {fails} = [\"sh\", \"-c\", \"{fills}\"]\n  snapshot ");
                    text.replace("  snapshot ", &step)
                }
            };
            platform.lab.write("work/main.pf.hcl", text);
            let ran = platform.run("apply --auto-approve").exits(7);
            ran.says(&format!("halted at {fails}")).says("free some space there").does_not_say("Restored");
            fs::remove_file(platform.lab.path("work/ballast")).unwrap();
            platform.lab.write("files/ok", "");
            platform.run("plan").exits(0).does_not_say("given up");
            platform.run("resume").exits(0);
            platform.stands_at("1.1", "after it was resumed");
        }
    }
}

/// What a run keeps for its journal is let go of when it has ended.
#[test]
fn a_finished_journal_takes_up_no_more_than_its_lines() {
    let platform = declared();
    platform.run("apply --auto-approve").exits(0);
    let mut command = Command::new("find");
    let found = command
        .arg(platform.lab.path("work/.patchform/runs"))
        .args(["-name", "*.jsonl", "-printf", "%s %b\n"]);
    for line in String::from_utf8(found.output().unwrap().stdout).unwrap().lines() {
        let (bytes, blocks) = line.split_once(' ').unwrap();
        let [bytes, blocks] = [bytes, blocks].map(|n| n.parse::<u64>().unwrap());
        assert!(blocks * 512 < bytes + 16 * 1024, "{line}");
    }
}

#[test]
fn init_on_a_full_disk_changes_nothing() {
    if !mount::privately("small::init_on_a_full_disk_changes_nothing") {
        return;
    }
    let fresh = || {
        let platform = Platform::new();
        platform.declare("1.0", "");
        platform
    };
    let Some((platform, _mounted)) = on_tmpfs(fresh) else { return };
    for pages in 0..6 {
        platform.set_back();
        fill(&platform.lab.path("work"), pages);
        let ran = platform.run("init");
        assert!([0, 1].contains(&ran.code), "{ran:?}");
        assert!(ran.code == 0 || ran.err.contains("space"), "{ran:?}");
        fs::remove_file(platform.lab.path("work/ballast")).unwrap();
        platform.run("init").exits(0);
        platform.run("apply --auto-approve").exits(0);
        platform.stands_at("1.0", "after init");
    }
}

/// Waits for a file that a patch command makes.
fn wait_for(path: &Path, child: &mut Child) {
    let begun = Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{} never came", path.display());
        assert_eq!(child.try_wait().unwrap(), None, "the run ended before");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// An apply that stands still in the patch of `a` while `meanwhile` is done; how it ended.
pub fn disturbed(platform: &Platform, meanwhile: impl FnOnce()) -> crate::lab::Ran {
    let gate = platform.lab.path("files/gate");
    assert!(mount::run("mkfifo", &[gate.as_os_str()]));
    let mut command = platform.command("apply --auto-approve");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&platform.lab.path("files/reached"), &mut child);
    meanwhile();
    fs::write(&gate, "go on\n").unwrap();
    let ran = crate::lab::Ran::of(child.wait_with_output().unwrap());
    fs::remove_file(&gate).unwrap();
    ran
}

#[test]
fn on_a_read_only_disk_one_can_look_and_nothing_begins() {
    if !mount::privately("small::on_a_read_only_disk_one_can_look_and_nothing_begins") {
        return;
    }
    let Some((platform, mounted)) = on_tmpfs(declared) else { return };
    mounted.remount("ro");
    platform.run("plan --detailed-exitcode").exits(2);
    platform.run("run list").exits(0);
    platform.run("state show command.a").exits(0).says("1.0");
    platform.run("plan --out p").exits(1).says("ead-only");
    platform.run("apply --auto-approve").exits(1).says("ead-only").says("patchform");
    platform.run("state rm command.a").exits(1).says("read-only");
    platform.stands_at("1.0", "read-only");
    mounted.remount("rw");
    platform.recovers(End::Resume, "read-only from the start");
}

#[test]
fn a_journal_that_disappears_under_a_run_stops_it() {
    for what in ["journal", ""] {
        let platform = declared();
        let mut id = String::new();
        let ran = disturbed(&platform, || {
            let runs =
                fs::read_dir(platform.lab.path("work/.patchform/runs")).unwrap().map(|e| e.unwrap().path());
            let run = runs.filter(|p| p.is_dir()).max().unwrap();
            id = run.file_name().unwrap().to_string_lossy().into_owned();
            fs::remove_dir_all(run.join(what)).unwrap();
        });
        let ran = ran.exits(7).says("journal").says("gone").says("run abandon").does_not_say("resume");
        // b stands on a, whose end could not be written down.
        assert_eq!(platform.lab.read("files/b"), "1.0", "{ran:?}");
        platform.run("resume").exits(1).says(&id).says("run abandon");
        platform.run("run list").exits(0).says("damaged");
        platform.run("state show command.a").exits(0).says("not shown");
        platform.run("run abandon").exits(0).says("holds nothing any more");
        platform.run("plan").exits(0).says("command.a");
        platform.run("apply --auto-approve").exits(0);
        platform.stands_at("1.1", "after its journal was lost");
    }
}

#[test]
fn where_one_may_not_write_nothing_begins() {
    let platform = declared();
    let setpriv = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let binary = env!("CARGO_BIN_EXE_patchform");
    let mut words: Vec<&std::ffi::OsStr> = setpriv.iter().map(|w| w.as_ref()).collect();
    words.push(binary.as_ref());
    words.push("version".as_ref());
    if !mount::run("setpriv", &words) {
        println!(
            "skipped: no other user's hands here; that needs root, setpriv, and a program that all may run"
        );
        return;
    }
    for path in ["", "work", "files"] {
        fs::set_permissions(platform.lab.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert!(mount::run("chmod", &["-R".as_ref(), "a+rX".as_ref(), platform.lab.path("").as_os_str()]));
    let as_nobody = |line: &str| {
        let mut command = platform.lab.command(Path::new("setpriv"), &setpriv);
        command.current_dir(platform.lab.path("work")).arg(binary).args(line.split_whitespace());
        crate::lab::Ran::of(command.output().unwrap())
    };
    as_nobody("apply --auto-approve").exits(1).says("ermission denied");
    as_nobody("state rm command.a").exits(1).says("permission denied");
    as_nobody("plan --out p").exits(1).says("ermission denied");
    as_nobody("plan --detailed-exitcode").exits(2);
    platform.stands_at("1.0", "nobody may write");
    platform.recovers(End::Resume, "not allowed");
}
