//! A system in a folder: the root of an image, for instance.

use super::*;
use crate::repository::{Repository, run};
use std::path::Path;
use std::process::Command;

/// Mounts what a root needs, where nobody else sees it: `$1` the base, `$2` the folder, `$3` what else is mounted.
const MOUNTED: &str = r#"
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/up,workdir=$2/work" "$2/root" || exit 99
mount --bind /dev "$2/root/dev"
[ "$3" != proc ] || mount -t proc proc "$2/root/proc"
shift 3
exec "$@"
"#;

struct Root {
    lab: Lab,
    _repository: Repository,
}

impl Root {
    fn make() -> Option<Root> {
        if debian::missing().is_some() {
            return None;
        }
        let lab = Lab::empty();
        let address = format!("127.77.{}.{}", (std::process::id() >> 8) & 255, std::process::id() & 255 | 1);
        let repository = Repository::serve(&address, Repository::debs);
        for folder in ["work", "root", "up/usr/share/keyrings"] {
            std::fs::create_dir_all(lab.path(folder)).unwrap();
        }
        let key = repository.lab.path("key.gpg");
        std::fs::copy(key, lab.path("up/usr/share/keyrings/lab.gpg")).unwrap();
        let source = format!("deb [signed-by=/usr/share/keyrings/lab.gpg] http://{address} stable main\n");
        lab.write("up/etc/apt/sources.list", source);
        Some(Root { lab, _repository: repository })
    }

    /// A command that sees the root with its mounts.
    fn command(&self, mounted: &str, words: &[&str]) -> Command {
        let (base, folder) = (debian::base().display().to_string(), self.lab.path("").display().to_string());
        let mut all = vec!["-m", "sh", "-c", MOUNTED, "sh", &base, &folder, mounted];
        all.extend(words);
        self.lab.command(Path::new("unshare"), &all)
    }

    fn patchform(&self, mounted: &str, line: &str) -> lab::Ran {
        let mut words = vec![env!("CARGO_BIN_EXE_patchform")];
        words.extend(line.split_whitespace());
        lab::Ran::of(self.command(mounted, &words).output().unwrap())
    }

    fn says(&self, script: &str) -> String {
        let root = self.lab.path("root").display().to_string();
        String::from_utf8(run(&mut self.command("proc", &["chroot", &root, "sh", "-c", script]))).unwrap()
    }

    fn wants(&self, level: &str, more: &str) {
        let path = self.lab.path("root").display().to_string();
        let component = format!(
            "component \"apt\" \"image\" {{\n  patch_level = {{ {level} }}\n  {more}\n  connection \"chroot\" {{\n    path = \"{path}\"\n  }}\n}}\n"
        );
        self.lab.write("main.pf.hcl", component);
    }
}

#[test]
fn a_root_in_a_folder_is_patched_and_taken_back() {
    let Some(root) = Root::make() else { return };
    let install = "DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; apt-get -qq update && apt-get -qq -y install pf-app=1.0-1 pf-old";
    root.says(install);
    let packages = || root.says("dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\\n'");
    let before = packages();
    root.wants("pf-app = \"2.0-1\"", "");
    root.patchform("proc", "init").exits(0);
    let said = flat(&root.patchform("nothing", "plan").out);
    assert!(said.contains("/proc is not mounted there"), "{said}");
    root.patchform("proc", "apply --auto-approve").exits(0);
    assert_ne!(packages(), before);
    root.patchform("proc", "plan --detailed-exitcode").exits(0);
    let run = last_run(&root.patchform("proc", "run list --json").out);
    root.patchform("proc", &format!("rollback {run} --auto-approve")).exits(0);
    assert_eq!(packages(), before);
    root.wants("pf-app = \"4.0-1\"", "allow_removal = [\"pf-old\"]");
    let said = flat(&root.patchform("proc", "apply --auto-approve").exits(3).out);
    assert!(said.contains("post-installation script"), "{said}");
    assert_eq!(packages(), before);
}
