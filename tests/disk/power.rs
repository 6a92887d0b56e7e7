//! The power fails: the controller dies and everything that was not made durable is lost, on a real journalling file
//! system that is shut down without being flushed.

use crate::mount::{self, Mounted};
use crate::platform::{End, whole};
use crate::small::{declared, disturbed};
use std::path::Path;

/// Shuts a file system down as a power cut does (`EXT4_IOC_SHUTDOWN`, without flushing its log).
const CUT: &str = "import fcntl,os,struct,sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

fn ext4(image: &Path, at: &Path) -> Option<Mounted> {
    mount::mount("an ext4 image", at, &["-o", "loop,errors=remount-ro", &image.to_string_lossy()])
}

fn cut(work: &Path) -> bool {
    mount::run("python3", &["-c".as_ref(), CUT.as_ref(), work.as_os_str()])
}

#[test]
fn what_a_run_rests_on_survives_a_power_cut_at_any_write() {
    if !mount::privately("power::what_a_run_rests_on_survives_a_power_cut_at_any_write") {
        return;
    }
    let platform = declared();
    platform.keep();
    let points = platform.passes("apply --auto-approve");
    let (image, work) = (platform.lab.path("image"), platform.lab.path("work"));
    let mut trials = 0;
    for (k, name) in points.iter().enumerate().step_by(if whole() { 1 } else { 9 }) {
        for (resumed, end) in [(false, End::Resume), (true, End::Rollback)] {
            let Some(mounted) = fresh_ext4(&image, &work) else { return };
            platform.set_back();
            assert!(mount::run("sync", &["-f".as_ref(), work.as_os_str()]));
            let killed = format!("*#{}=kill", k + 1);
            let ran = platform.run_failing("apply --auto-approve", &killed);
            if ran.code == 0 {
                // Facts that arrive together are one batch, so that the last points are not always there.
                continue;
            }
            assert_eq!(ran.code, -1, "{ran:?}");
            let mut when = format!("killed at {name} ({})", k + 1);
            // Another controller goes on with what it reads, which may be in memory only, and dies in its turn.
            if resumed && platform.open().is_some() {
                platform.lab.write("files/ok", "");
                let second = platform.run_failing("resume", &format!("journal.synced#{}=kill", 2 + k % 3));
                when.push_str(&format!(", resumed ({}) and cut", second.code));
            }
            if !cut(&work) {
                println!(
                    "skipped: a file system cannot be shut down here; that needs root, ext4 and python3"
                );
                return;
            }
            drop(mounted);
            let mounted = ext4(&image, &work).expect("it is mounted again");
            platform.restart();
            platform.recovers(end, &format!("power cut: {when}"));
            drop(mounted);
            trials += 1;
        }
    }
    println!("{trials} power cuts at {} points", points.len());
    assert!(trials >= 10, "{trials}");
}

/// Every write fails from one moment on, and so does every fsync: a cable that was pulled.
#[test]
fn a_disk_that_goes_away_under_a_run_stops_it() {
    if !mount::privately("power::a_disk_that_goes_away_under_a_run_stops_it") {
        return;
    }
    for end in [End::Resume, End::Rollback] {
        let platform = declared();
        platform.keep();
        let (image, work) = (platform.lab.path("image"), platform.lab.path("work"));
        let Some(mounted) = fresh_ext4(&image, &work) else { return };
        platform.set_back();
        assert!(mount::run("sync", &["-f".as_ref(), work.as_os_str()]));
        let mut gone = false;
        let ran = disturbed(&platform, || gone = cut(&work));
        if !gone {
            println!("skipped: a file system cannot be shut down here; that needs root, ext4 and python3");
            return;
        }
        let ran = ran.exits(7).says("cannot write the journal").says("patchform resume");
        assert_eq!(platform.lab.read("files/b"), "1.0", "{ran:?}");
        drop(mounted);
        let _mounted = ext4(&image, &work).expect("it is mounted again");
        platform.restart();
        platform.recovers(end, &format!("{ran:?}"));
    }
}

/// The file system finds an error and makes itself read-only, files that are open for writing or not.
#[test]
fn a_disk_that_becomes_read_only_stops_the_run() {
    if !mount::privately("power::a_disk_that_becomes_read_only_stops_the_run") {
        return;
    }
    for end in [End::Resume, End::Rollback] {
        let platform = declared();
        platform.keep();
        let (image, work) = (platform.lab.path("image"), platform.lab.path("work"));
        let Some(mounted) = fresh_ext4(&image, &work) else { return };
        platform.set_back();
        assert!(mount::run("sync", &["-f".as_ref(), work.as_os_str()]));
        let mut read_only = false;
        let ran = disturbed(&platform, || read_only = make_read_only(&work));
        if !read_only {
            println!("skipped: an ext4 cannot be made to find an error here");
            return;
        }
        let ran = ran.exits(7).says("cannot write the journal").says("ead-only").says("make it writable");
        assert_eq!(platform.lab.read("files/b"), "1.0", "{ran:?}");
        platform.run("run list").exits(0).says("open");
        platform.run("plan").exits(0).says("command.a");
        platform.run("resume").exits(1).says("ead-only");
        drop(mounted);
        let _mounted = ext4(&image, &work).expect("it is mounted again");
        platform.recovers(end, &format!("{ran:?}"));
    }
}

fn make_read_only(work: &Path) -> bool {
    let script = "d=$(basename $(findmnt -no SOURCE --mountpoint \"$0\")) && echo test > /sys/fs/ext4/$d/trigger_fs_error";
    let told = mount::run("sh", &["-c".as_ref(), script.as_ref(), work.as_os_str()]);
    told && std::fs::write(work.join("probe"), "").is_err()
}

fn fresh_ext4(image: &Path, at: &Path) -> Option<Mounted> {
    let _ = std::fs::remove_file(image);
    std::fs::File::create(image).unwrap().set_len(16 << 20).unwrap();
    let made = mount::run("mkfs.ext4", &["-q".as_ref(), "-b".as_ref(), "1024".as_ref(), image.as_os_str()]);
    if !made {
        println!("skipped: mkfs.ext4 is missing (package e2fsprogs)");
        return None;
    }
    let mounted = ext4(image, at)?;
    let _ = std::fs::remove_dir(at.join("lost+found"));
    Some(mounted)
}
