//! File systems that a test mounts on a folder of its own and takes away again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is mounted, until it is dropped.
pub struct Mounted {
    at: PathBuf,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A process that has just ended may still be on its way out of it.
        let mut tries = (0..3000).filter(|_| {
            let done = run("umount", &[self.at.as_os_str()]);
            if !done {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            done
        });
        if tries.next().is_none() {
            let _ = run("umount", &["-l".as_ref(), self.at.as_os_str()]);
        }
    }
}

/// Runs a command; whether it went well.
pub fn run(program: &str, arguments: &[&std::ffi::OsStr]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

const PRIVATE: &str = "PATCHFORM_TEST_PRIVATE_MOUNTS";

/// Whether this process may mount where nobody else sees it. If not, `test` is run in a process that may, in a mount
/// namespace of its own: nobody else then holds a file system that is to be let go, and nothing stays mounted.
pub fn privately(test: &str) -> bool {
    if std::env::var_os(PRIVATE).is_some() {
        return true;
    }
    if !run("unshare", &["--mount".as_ref(), "true".as_ref()]) {
        println!("skipped: nothing can be mounted here; that needs root and unshare");
        return false;
    }
    let program = std::env::current_exe().expect("this test");
    let mut command = Command::new("unshare");
    command.arg("--mount").arg(program).args([test, "--exact", "--nocapture"]).env(PRIVATE, "1");
    let output = command.output().expect("it starts");
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    false
}

/// Mounts with these options; `None`, with a word to the person who reads the log, where that cannot be.
pub fn mount(what: &str, at: &Path, arguments: &[&str]) -> Option<Mounted> {
    let mut words: Vec<&std::ffi::OsStr> = arguments.iter().map(|a| a.as_ref()).collect();
    words.push(at.as_os_str());
    let mounted = run("mount", &words);
    if !mounted {
        println!("skipped: {what} cannot be mounted here; that needs root and a kernel that lets it");
    }
    mounted.then(|| Mounted { at: at.into() })
}

/// A file system in memory with room for `pages` blocks of 4 KiB.
pub fn tmpfs(at: &Path, pages: u32) -> Option<Mounted> {
    let size = format!("size={}k,nr_inodes=2000", pages * 4);
    mount("a tmpfs", at, &["-t", "tmpfs", "-o", &size, "none"])
}

impl Mounted {
    /// Changes its options, such as `ro`.
    pub fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(run("mount", &["-o".as_ref(), options.as_ref(), self.at.as_os_str()]), "{options}");
    }
}
