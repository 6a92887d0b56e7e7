//! What a limit of its unit, of its container or of its user refuses a controller: a thread at any moment, a larger file; and what
//! belongs to another user.

mod lab;

use lab::{Lab, Ran};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The controller is refused what the system refuses where a limit is reached: the `THREAD`-th thread that it makes, and any
/// process while there is a file `none-left`.
const REFUSES: &str = r#"#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_controller(void) {
  char words[4096] = {0};
  int file = open("/proc/self/cmdline", O_RDONLY);
  ssize_t length = read(file, words, sizeof words - 1);
  close(file);
  for (ssize_t i = 0; i < length; i++) if (!words[i]) words[i] = ' ';
  return strstr(words, " apply ") != NULL;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*work)(void *), void *with) {
  static atomic_int made;
  static int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (!create) *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
  const char *refused = getenv("THREAD");
  if (refused && is_controller() && ++made == atoi(refused)) return EAGAIN;
  return create(thread, how, work, with);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *how, char *const words[], char *const environment[]) {
  static int (*spawn)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
                      char *const[], char *const[]);
  if (!spawn) *(void **)&spawn = dlsym(RTLD_NEXT, "posix_spawnp");
  if (!access("none-left", F_OK) && is_controller()) return EAGAIN;
  return spawn(pid, file, actions, how, words, environment);
}

pid_t fork(void) {
  static pid_t (*make)(void);
  if (!make) *(void **)&make = dlsym(RTLD_NEXT, "fork");
  if (access("none-left", F_OK) || !is_controller()) return make();
  errno = EAGAIN;
  return -1;
}
"#;

const CONFIGURATION: &str = r#"component "command" "a" {
  patch_level = "2"
  read        = ["cat", "level"]
  snapshot    = ["sh", "-c", "cp level old; echo old"]
  patch       = ["sh", "-c", "echo $PATCHFORM_ACTION_ID >>done; echo 2 >level"]
  reload      = ["true"]
  restore     = ["cp", "old", "level"]
}
"#;

/// Builds `refuses.so`, where there is a compiler.
fn built(lab: &Lab) -> bool {
    lab.write("refuses.c", REFUSES);
    let made = Command::new("gcc")
        .args(["-shared", "-fPIC", "-o", "refuses.so", "refuses.c", "-ldl"])
        .current_dir(lab.path(""))
        .status();
    made.is_ok_and(|status| status.success())
}

fn applied(lab: &Lab, library: &Path, thread: usize) -> Ran {
    let mut command = lab
        .command(Path::new("timeout"), &["60", env!("CARGO_BIN_EXE_patchform"), "apply", "--auto-approve"]);
    command.env("LD_PRELOAD", library).env("THREAD", thread.to_string());
    Ran::of(command.output().expect("timeout starts"))
}

/// Whichever thread it is: the run ends soon and says why, nothing is done twice, and it goes on when there is room again.
#[test]
fn a_thread_that_cannot_be_made_hangs_nothing() {
    let tools = Lab::empty();
    if !built(&tools) {
        println!("skipped: no C compiler here");
        return;
    }
    let library = tools.path("refuses.so");
    let mut troubled = 0;
    for thread in 1..=28 {
        let lab = Lab::new(CONFIGURATION);
        lab.write("level", "1\n");
        lab.patchform("init").exits(0);
        let began = Instant::now();
        let ran = applied(&lab, &library, thread);
        assert!(began.elapsed() < Duration::from_secs(50), "{thread}: {ran:?}");
        assert!([0, 1, 3, 5, 7].contains(&ran.code), "{thread}: {ran:?}");
        assert!(!ran.err.contains("panicked"), "{thread}: {ran:?}");
        let wanted = if ran.code == 0 { "2\n" } else { "1\n" };
        if [1, 3, 5].contains(&ran.code) {
            assert_eq!(lab.read("level"), wanted, "{thread}: {ran:?}");
        }
        troubled += usize::from(ran.code != 0);
        if ran.code == 7 {
            lab.patchform("resume").exits(0);
        }
        lab.allow_what_was_taken_back();
        lab.patchform("apply --auto-approve").exits(0);
        assert_eq!(lab.read("level"), "2\n");
        let ids = lab.read("done");
        let mut once: Vec<&str> = ids.lines().collect();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.lines().count(), "{thread}: {ids}");
    }
    assert!(troubled > 3, "no more than {troubled} of these threads are needed: the test misses its aim");
}

/// What the machine lacks for a while says nothing of the patch: its commands wait for a process.
#[test]
fn a_process_that_is_not_left_is_waited_for() {
    let lab = Lab::new(&CONFIGURATION.replace(
        "echo 2 >level",
        "echo 2 >level; touch none-left; (sleep 4; rm none-left; touch left) >/dev/null 2>&1 &",
    ));
    if !built(&lab) {
        println!("skipped: no C compiler here");
        return;
    }
    lab.write("level", "1\n");
    lab.patchform("init").exits(0);
    let mut command = lab.command(Path::new(env!("CARGO_BIN_EXE_patchform")), &["apply", "--auto-approve"]);
    command.env("LD_PRELOAD", lab.path("refuses.so"));
    let ran = Ran::of(command.output().unwrap());
    assert_eq!((ran.code, lab.read("level").as_str()), (0, "2\n"), "{ran:?}");
    assert!(lab.path("left").exists(), "it has not waited: {ran:?}");
}

/// A write beyond the limit fails, and does not end the controller without a word.
#[test]
fn a_file_that_may_not_be_larger_stops_the_run() {
    let mut stopped = 0;
    for blocks in 1..=5 {
        let lab = Lab::new(CONFIGURATION);
        lab.write("level", "1\n");
        lab.patchform("init").exits(0);
        let line =
            format!("ulimit -f {blocks}; exec {} apply --auto-approve", env!("CARGO_BIN_EXE_patchform"));
        let ran = Ran::of(lab.command(Path::new("bash"), &["-c", &line]).output().unwrap());
        assert!([0, 1, 7].contains(&ran.code), "{blocks}: {ran:?}");
        if ran.code == 7 {
            stopped += 1;
            lab.patchform("resume").exits(0);
        }
        lab.patchform("apply --auto-approve");
        assert_eq!((lab.read("level").as_str(), lab.read("done").lines().count()), ("2\n", 1), "{ran:?}");
    }
    assert!(stopped > 0, "no run was stopped in its middle");
}

/// Whoever finds the run of another user is told whose it is, and not to move anything out of the way.
#[test]
fn what_belongs_to_another_user_says_so() {
    let lab = Lab::new(&CONFIGURATION.replace("\"true\"", "\"false\""));
    lab.write("level", "1\n");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(4);
    let journal = fs::read_dir(lab.path(".patchform/runs")).unwrap().find_map(|run| {
        let journal = run.unwrap().path().join("journal/000001.jsonl");
        fs::metadata(journal).ok()
    });
    assert_eq!(journal.unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(lab.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    let patchform = fs::canonicalize(env!("CARGO_BIN_EXE_patchform")).unwrap();
    let words = ["--reuid=65534", "--regid=65534", "--clear-groups", patchform.to_str().unwrap()];
    let other = |line: &[&str]| {
        let words: Vec<&str> = words.iter().chain(line).copied().collect();
        Ran::of(lab.command(Path::new("setpriv"), &words).output().expect("setpriv starts"))
    };
    if other(&["version"]).code != 0 {
        println!("skipped: no other user's hands here; that needs root, and a program that all may run");
        return;
    }
    for line in [&["run", "list"][..], &["resume"], &["rollback"], &["run", "abandon"], &["plan"]] {
        let ran = other(line);
        assert_ne!(ran.code, 0, "{line:?}");
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("it belongs to root, and this is user 65534"), "{line:?}: {said}");
        assert!(!said.contains("aside"), "{line:?}: {said}");
    }
}
