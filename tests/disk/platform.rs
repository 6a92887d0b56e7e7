//! Two files, `b` standing on `a`, patched by real commands; their working folder may be put on another disk. It can be
//! set back to what was kept, so that many trials begin alike.

use crate::lab::{Lab, Ran};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// How the run of an operation is ended, when that was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Resume,
    Rollback,
}

/// The working folder `work`, the patched files in `files`, and what was kept of both.
pub struct Platform {
    pub lab: Lab,
    /// Whether the machine was restarted, as far as patchform can see.
    restarted: Cell<bool>,
}

/// Another boot's id in the place of this one's, for one command.
const RESTARTED: &str = "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"";

impl Platform {
    /// Applied at 1.0, declared at 1.0.
    pub fn new() -> Platform {
        let platform = Platform { lab: Lab::empty(), restarted: Cell::new(false) };
        fs::create_dir(platform.lab.path("work")).unwrap();
        fs::create_dir(platform.lab.path("files")).unwrap();
        platform
    }

    pub fn at_1_0() -> Platform {
        let platform = Platform::new();
        platform.declare("1.0", "");
        platform.run("apply --auto-approve").exits(0);
        platform
    }

    /// Applied at 1.0, and halted in `b` on the way to 1.1; it is let through once `files/ok` is there.
    pub fn halted() -> Platform {
        let platform = Platform::at_1_0();
        platform.declare("1.1", "on_failure = \"halt\"");
        platform.run("apply --auto-approve").exits(7);
        platform.lab.write("files/ok", "");
        platform
    }

    /// Declares both at `level`.
    pub fn declare(&self, level: &str, rollout: &str) {
        let files = self.lab.path("files");
        let files = files.display();
        let component = |name: &str, after: &str, patch: &str| {
            format!(
                r#"
component "command" "{name}" {{
  patch_level = "{level}"
  rollout     = rollout.all
  depends_on  = [{after}]
  claims      = ["path:{files}/{name}"]
  env         = {{ NAME = "{files}/{name}", FILES = "{files}" }}
  read        = ["sh", "-c", "cat $NAME 2>/dev/null || true"]
  patch       = ["sh", "-c", "{patch}echo effect >> $FILES/log; printf %s $PATCHFORM_LEVEL > $NAME"]
  snapshot    = ["sh", "-c", "cp $NAME $NAME.$PATCHFORM_ACTION_ID 2>/dev/null; echo $NAME.$PATCHFORM_ACTION_ID"]
  restore     = ["sh", "-c", "echo effect >> $FILES/log; rm -f $NAME; cp $PATCHFORM_SNAPSHOT $NAME 2>/dev/null || true"]
  drop        = ["sh", "-c", "rm -f $PATCHFORM_SNAPSHOT"]
}}
"#
            )
        };
        let gate = "if [ -p $FILES/gate ]; then echo reached > $FILES/reached; cat $FILES/gate; fi; ";
        let halting = match rollout {
            "" => "",
            _ => "[ -f $FILES/ok ] || exit 1; ",
        };
        let text = format!(
            "rollout \"all\" {{\n  {rollout}\n}}\n{}{}\noutput \"at\" {{\n  value = \"{level}\"\n}}\n",
            component("a", "", gate),
            component("b", "command.a", halting)
        );
        self.lab.write("work/main.pf.hcl", text);
    }

    /// patchform in the working folder.
    pub fn command(&self, line: &str) -> Command {
        let mut command = match self.restarted.get() {
            false => self.lab.patchform_command(line),
            true => {
                let boot = self.lab.path("boot_id").display().to_string();
                let script = ["--mount", "sh", "-c", RESTARTED, &boot, env!("CARGO_BIN_EXE_patchform")];
                let mut command = self.lab.command("unshare".as_ref(), &script);
                command.args(line.split_whitespace());
                command
            }
        };
        command.current_dir(self.lab.path("work"));
        command
    }

    /// From now on every command sees another boot of the machine.
    pub fn restart(&self) {
        self.lab.write("boot_id", "5d3c0f0e-0000-4000-8000-000000000000\n");
        self.restarted.set(true);
    }

    pub fn run(&self, line: &str) -> Ran {
        Ran::of(self.command(line).output().expect("patchform starts"))
    }

    /// patchform with a failpoint, which notes what it passes in `files/log`.
    pub fn run_failing(&self, line: &str, failpoint: &str) -> Ran {
        let mut command = self.command(line);
        command
            .env("PATCHFORM_FAILPOINT", failpoint)
            .env("PATCHFORM_FAILPOINT_LOG", self.lab.path("files/log"));
        Ran::of(command.output().expect("patchform starts"))
    }

    /// The failpoints that `line` passes, in order.
    pub fn passes(&self, line: &str) -> Vec<String> {
        let mut command = self.command(line);
        command.env("PATCHFORM_FAILPOINT_LOG", self.lab.path("files/log"));
        Ran::of(command.output().expect("patchform starts")).exits(0);
        self.log().into_iter().filter(|l| l != "effect").collect()
    }

    /// What was passed and what had an effect, in order.
    pub fn log(&self) -> Vec<String> {
        self.lab.read("files/log").lines().map(String::from).collect()
    }

    pub fn levels(&self) -> [String; 2] {
        ["files/a", "files/b"].map(|name| self.lab.read(name))
    }

    #[track_caller]
    pub fn stands_at(&self, level: &str, when: &str) {
        assert_eq!(self.levels(), [level, level].map(String::from), "{when}");
    }

    /// Keeps everything as it is for [`Platform::set_back`].
    pub fn keep(&self) {
        let _ = fs::remove_file(self.lab.path("files/log"));
        for name in ["work", "files"] {
            copy(&self.lab.path(name), &self.lab.path(&format!("{name}.kept")));
        }
    }

    /// Everything as it was kept; the folders themselves stay, so that one may be another disk.
    pub fn set_back(&self) {
        self.restarted.set(false);
        for name in ["work", "files"] {
            for entry in fs::read_dir(self.lab.path(name)).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
            }
            copy(&self.lab.path(&format!("{name}.kept")), &self.lab.path(name));
        }
    }

    /// Ids and standings of all runs.
    pub fn runs(&self) -> BTreeMap<String, String> {
        let listed = self.run("run list --json").exits(0).out;
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_string();
        listed["runs"].as_array().unwrap().iter().map(|r| (text(&r["id"]), text(&r["outcome"]))).collect()
    }

    /// The run that has not ended, if there is one.
    pub fn open(&self) -> Option<String> {
        self.runs().into_iter().find(|(_, o)| o == "open" || o == "stuck" || o == "damaged").map(|(id, _)| id)
    }

    /// Ends what was cut off in `end`'s direction and proves that all is as that says.
    #[track_caller]
    pub fn recovers(&self, end: End, when: &str) {
        self.lab.write("files/ok", "");
        let open = self.open();
        let to = match (end, open) {
            (End::Resume, Some(_)) => {
                let ran = self.run("resume");
                assert!([0, 3].contains(&ran.code), "resume, {when}: {ran:?}");
                if ran.code == 3 {
                    self.run("allow command.a");
                    self.run("allow command.b");
                }
                self.declare("1.1", "");
                let ran = self.run("apply --auto-approve");
                assert_eq!(ran.code, 0, "{when}: {ran:?}");
                "1.1"
            }
            (End::Rollback, Some(_)) => {
                let ran = self.run("rollback");
                assert_eq!(ran.code, 0, "rollback, {when}: {ran:?}");
                "1.0"
            }
            (_, None) => {
                self.run("allow command.a");
                self.run("allow command.b");
                self.declare("1.1", "");
                let ran = self.run("apply --auto-approve");
                assert_eq!(ran.code, 0, "{when}: {ran:?}");
                "1.1"
            }
        };
        self.stands_at(to, when);
        self.declare(to, "");
        let ran = self.run("plan --detailed-exitcode");
        assert!(ran.code == 0 && ran.out.contains("No changes"), "{when}: {ran:?}");
        for name in ["a", "b"] {
            let ran = self.run(&format!("state show command.{name}"));
            assert!(ran.code == 0 && ran.out.contains(to), "{when}: {ran:?}");
        }
        assert_eq!(self.open(), None, "{when}");
    }

    /// New files beside what they were to replace. Only a killed process leaves any, and nobody reads them.
    pub fn half_written(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.lab.path("work")];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if name.starts_with(".patchform-") {
                    found.push(path);
                }
            }
        }
        found
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    let status = Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap();
    assert!(status.success());
}

/// Whether every point is to be tried.
pub fn whole() -> bool {
    std::env::var_os("PATCHFORM_SWEEP").is_some()
}
