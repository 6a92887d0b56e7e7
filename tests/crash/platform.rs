//! The platforms on which patchform is killed: three files patched by commands that count, notes of the contract
//! provider in Rust and in Python, and the quickstart with its running services.

use crate::manifest::{Manifest, listens};
use crate::site::Site;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// What is patched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Commands of the bundled provider `command`.
    Files,
    /// The provider `note` of the SDK.
    Note,
    /// The provider of `examples/provider-python`.
    Python,
    /// `examples/quickstart`.
    Quickstart,
}

/// A platform at its old levels, to be copied.
pub struct Platform {
    pub kind: Kind,
    /// Options of `plan` and `apply` for the old levels, the new ones, and new ones of which one fails.
    pub old: &'static str,
    pub new: &'static str,
    pub failing: &'static str,
    /// A component that is there at all times.
    pub address: &'static str,
    template: tempfile::TempDir,
    /// The quickstart's folders and ports cannot be moved: one of each for every worker.
    places: Mutex<Vec<(PathBuf, u16)>>,
}

const OPTIONS: [&str; 3] = ["--var level=1.0", "--var level=1.1", "--var level=6.66"];
const SERVICES: [&str; 8] =
    ["switch", "firewall", "database", "cache", "api-eu-1", "api-eu-2", "web", "bastion"];

impl Platform {
    /// Brings one up at its old levels; `None`, with a line that says why, where it cannot run.
    pub fn new(kind: Kind, workers: usize) -> Option<Platform> {
        if kind == Kind::Python && Command::new("python3").arg("--version").output().is_err() {
            println!("skipped: python3 is not installed");
            return None;
        }
        let (options, address) = match kind {
            Kind::Files => (OPTIONS, "command.a"),
            Kind::Note | Kind::Python => (OPTIONS, "note.a"),
            Kind::Quickstart => {
                (["", "--var-file november-fixed.pfvars", "--var-file november.pfvars"], "release.switch")
            }
        };
        let template = tempfile::tempdir().expect("a folder");
        let [old, new, failing] = options;
        let platform =
            Platform { kind, old, new, failing, address, template, places: Mutex::new(Vec::new()) };
        match kind {
            Kind::Quickstart => {
                let ports = free_ports(workers);
                for (worker, port) in ports.into_iter().enumerate() {
                    platform.quickstart(worker, port);
                }
            }
            _ => platform.small(),
        }
        Some(platform)
    }

    fn small(&self) {
        let folder = self.template.path();
        let text = match self.kind {
            Kind::Files => files(),
            Kind::Note => notes(&note_program().display().to_string()),
            _ => notes(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/provider-python/provider.py")),
        };
        fs::write(folder.join("main.pf.hcl"), text).expect("a file");
        for name in ["managed", "kept"] {
            fs::create_dir(folder.join(name)).expect("a folder");
        }
        let site = self.site(folder.to_path_buf(), Vec::new(), None);
        for line in ["init", "apply --auto-approve --var level=0.9", "apply --auto-approve --var level=1.0"] {
            site.run(line).exits(&[0]).unwrap();
        }
        site.quiet();
        fs::remove_file(folder.join("effects")).ok();
        std::mem::forget(site);
    }

    /// A template of the quickstart and the place where its copies stand: paths and ports are part of the platform.
    fn quickstart(&self, worker: usize, port: u16) {
        let template = self.template.path().join(format!("template-{worker}"));
        let place = self.template.path().join(format!("place-{worker}"));
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
        fs::create_dir_all(place.join("bin")).expect("folders");
        let names =
            ["platform.pf.hcl", "november.pfvars", "november-fixed.pfvars", "prepare", "bin/svc", "bin/host"];
        for name in names {
            fs::copy(example.join(name), place.join(name)).expect("the example's files");
        }
        fs::rename(place.join("bin/host"), place.join("bin/host.real")).expect("renamed");
        let counting = "#!/bin/sh\ncase $1 in read | verify) ;; *) echo \"$1 $2 $PATCHFORM_ACTION_ID\" >>\"$(dirname \"$0\")/../effects\" ;; esac\n\
                        exec \"$(dirname \"$0\")/host.real\" \"$@\"\n";
        fs::write(place.join("bin/host"), counting).expect("a file");
        fs::set_permissions(place.join("bin/host"), fs::Permissions::from_mode(0o755)).expect("a mode");
        let prepared = Command::new(place.join("prepare")).arg(service()).arg(port.to_string()).status();
        assert!(prepared.is_ok_and(|s| s.success()), "the quickstart is prepared");
        let site = self.site(place.clone(), (port..port + 8).collect(), None);
        for line in ["init", "apply --auto-approve"] {
            site.run(line).exits(&[0]).unwrap();
        }
        drop(site);
        fs::remove_file(place.join("effects")).ok();
        copy(&place, &template);
        self.places.lock().unwrap().push((template, port));
    }

    fn site(&self, root: PathBuf, ports: Vec<u16>, folder: Option<tempfile::TempDir>) -> Site<'_> {
        let base = ports.first().map(|port| ("PF_VAR_base_port".to_string(), port.to_string()));
        Site { platform: self, root, ports, environment: base.into_iter().collect(), folder }
    }

    /// A fresh copy at the old levels, its services running.
    pub fn fresh(&self, worker: usize) -> Site<'_> {
        if self.kind != Kind::Quickstart {
            let folder = tempfile::tempdir().expect("a folder");
            let root = folder.path().join("site");
            copy(self.template.path(), &root);
            return self.site(root, Vec::new(), Some(folder));
        }
        let (template, port) = self.places.lock().unwrap()[worker].clone();
        let place = self.template.path().join(format!("place-{worker}"));
        fs::remove_dir_all(&place).expect("the last copy goes");
        copy(&template, &place);
        let site = self.site(place.clone(), (port..port + 8).collect(), None);
        for (name, port) in SERVICES.iter().zip(&site.ports) {
            let done = Command::new(place.join("bin/svc"))
                .args(["restart", name, &port.to_string()])
                .current_dir("/")
                .status();
            assert!(done.is_ok_and(|s| s.success()), "service {name} starts");
        }
        assert!(site.ports.iter().all(|port| listens(*port)), "the services listen");
        site
    }

    /// Stops what runs in `root`.
    pub fn stop(&self, root: &Path) {
        if self.kind == Kind::Quickstart {
            let done = Command::new(root.join("bin/svc")).arg("stop-all").current_dir("/").status();
            assert!(done.is_ok_and(|s| s.success()), "the services stop");
        }
    }

    /// What is managed, as it stands.
    pub fn manifest(&self, site: &Site<'_>) -> Manifest {
        let mut manifest = Manifest::default();
        if self.kind != Kind::Quickstart {
            manifest.tree(&site.root.join("managed"));
            return manifest;
        }
        for name in SERVICES {
            manifest.link(&site.root.join("work/srv").join(name).join("current"));
        }
        for host in fs::read_dir(site.root.join("work/hosts")).expect("hosts").flatten() {
            manifest.tree(&host.path().join("system"));
        }
        site.ports.iter().for_each(|port| manifest.service(*port));
        manifest
    }

    /// Whether the platform's commands note what they do.
    pub fn counts(&self) -> bool {
        matches!(self.kind, Kind::Files | Kind::Quickstart)
    }
}

/// Copies a folder with its links and modes.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("its type");
        if kind.is_dir() {
            copy(&old, &new);
        } else if kind.is_symlink() {
            let target = fs::read_link(&old).expect("a link");
            std::os::unix::fs::symlink(target, &new).expect("a link");
        } else {
            fs::copy(&old, &new).expect("a file");
        }
    }
}

/// Two files on one: `a` below `b` and `c`. A patch writes in two halves, and notes that it was begun; that of `c` to 6.66
/// fails. One snapshot is kept, so that every run lets old ones go.
fn files() -> String {
    let note = "echo \"$PATCHFORM_ACTION $NAME $PATCHFORM_ACTION_ID\" >>effects; ";
    let head = r#"
variable "level" {
  type    = string
  default = "1.0"
}
rollout "whole" {
  max_parallel = 2
  on_failure   = "rollback_run"
}
"#;
    let component = |name: &str, after: &str, patch: &str| {
        let shell = |script: &str| {
            let script = format!("{note}{script}").replace('"', "\\\"").replace("${", "$${");
            format!("[\"sh\", \"-c\", \"{script}\"]")
        };
        let snapshot = shell(
            "cp \"managed/$NAME\" \"kept/$PATCHFORM_SNAPSHOT\" 2>/dev/null; echo \"kept/$PATCHFORM_SNAPSHOT\"",
        );
        let restore = shell(
            "if [ -f \"$PATCHFORM_SNAPSHOT\" ]; then cp \"$PATCHFORM_SNAPSHOT\" \"managed/$NAME\"; else rm -f \"managed/$NAME\"; fi",
        );
        let (patch, dropped) = (shell(patch), shell("rm -f \"$PATCHFORM_SNAPSHOT\""));
        format!(
            r#"
component "command" "{name}" {{
  patch_level = var.level
  depends_on  = [{after}]
  rollout     = rollout.whole
  env         = {{ NAME = "{name}" }}
  read        = ["sh", "-c", "cat \"managed/$NAME\" 2>/dev/null || true"]
  patch       = {patch}
  snapshot    = {snapshot}
  restore     = {restore}
  drop        = {dropped}

  snapshot {{
    keep = 1
  }}
}}
"#
        )
    };
    let patch =
        "printf half >\"managed/$NAME\"; sleep 0.02; printf %s \"$PATCHFORM_LEVEL\" >\"managed/$NAME\"";
    let ill = format!("{patch}; test \"$PATCHFORM_LEVEL\" != 6.66");
    [
        head.to_string(),
        component("a", "", patch),
        component("b", "command.a", patch),
        component("c", "command.a", &ill),
    ]
    .concat()
}

/// Two notes, one on the other.
fn notes(program: &str) -> String {
    format!(
        r#"
patchform {{
  required_providers {{
    note = {{ source = "{program}" }}
  }}
}}
variable "level" {{
  type    = string
  default = "1.0"
}}
rollout "whole" {{
  max_parallel = 2
  on_failure   = "rollback_run"
}}
component "note" "a" {{
  rollout     = rollout.whole
  path        = "managed/a"
  patch_level = var.level
}}
component "note" "b" {{
  rollout     = rollout.whole
  path        = "managed/b"
  patch_level = var.level
  depends_on  = [note.a]
}}
"#
    )
}

/// The first ports of as many blocks of eight in a row that nobody listens on.
fn free_ports(blocks: usize) -> Vec<u16> {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let start = 20_000 + u16::try_from(std::process::id() % 1_000).expect("below 1,000") * 10;
    let starts = (0..500).map(|k| start + k * 10).filter(|base| (*base..*base + 8).all(free));
    let found: Vec<u16> = starts.take(blocks).collect();
    assert_eq!(found.len(), blocks, "free ports");
    found
}

/// The program that is killed: `PATCHFORM`, or the one that was built with this test.
pub fn program() -> PathBuf {
    std::env::var_os("PATCHFORM").map_or_else(|| env!("CARGO_BIN_EXE_patchform").into(), PathBuf::from)
}

fn service() -> PathBuf {
    example("quickstart-service", &["--example", "quickstart-service"])
}

/// The contract provider of the SDK.
pub fn note_program() -> PathBuf {
    example("note", &["-p", "patchform-sdk", "--example", "note"])
}

/// An example, built beside the binary if it is not there yet.
fn example(name: &str, which: &[&str]) -> PathBuf {
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let built = program().parent().expect("a folder").join("examples").join(name);
    if !built.exists() {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["build", "--locked", "--quiet"]).args(which);
        let done = command.current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(done.is_ok_and(|s| s.success()), "the example {name} is built");
    }
    built
}
