//! A host that goes back by its whole root, as a snapshot of btrfs has kept it.

use super::*;

/// A host on btrfs, with data of its own and a subvolume within the root.
fn on_btrfs() -> Option<Debian> {
    let host = Debian::boot_on_btrfs(repository::Repository::debs)?;
    host.install("pf-app=1.0-1 pf-lib=1:1.0-1 pf-old pf-held=1.0-1 pf-still=1.0-1 pf-core=1.0-1");
    host.says("echo before >/srv/data; btrfs -q subvolume create /srv/apart; echo before >/srv/apart/data");
    Some(host)
}

const BY_ROOT: &str = "way_back = \"btrfs\"\n  snapshot {\n    may_lose_data = true\n    keep = 1\n  }";

#[test]
fn the_whole_root_comes_back_by_a_reboot() {
    let Some(host) = on_btrfs() else { return };
    let boot = host.boot_id();
    // Without the word that data may be lost there is no such way.
    let level = "pf-app = \"2.0-1\"";
    let lab = component(&host, level, "way_back = \"btrfs\"");
    let said = flat(&lab.patchform("plan").out);
    assert!(said.contains("may_lose_data"), "{said}");

    // The service of this version dies. What becomes of dpkg, and of data, meanwhile: the root does not mind.
    let level = "pf-app = \"1.3-1\"";
    lab.write("main.pf.hcl", text(&host, level, BY_ROOT));
    let said = flat(&lab.patchform("plan").exits(0).out);
    for told in [
        "the whole root (@), as a btrfs snapshot beside it",
        "throws away data",
        "stays as it is: /srv/apart",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    host.says(
        "echo 'DPkg::Post-Invoke { \"rm -f /usr/bin/perl; echo after >/srv/data; echo after >/srv/apart/data\"; };' \
         >/etc/apt/apt.conf.d/99harm",
    );
    let before = host.manifest();
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("pf-app.service does not run"), "{said}");
    assert_eq!(host.manifest(), before);
    assert_ne!(host.boot_id(), boot);
    assert_eq!(host.says("cat /srv/data /srv/apart/data"), "before\nafter\n");
    host.says("rm /etc/apt/apt.conf.d/99harm");

    // A snapshot that is kept of a good patch, and dropped with its roots.
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.1-1\"", BY_ROOT));
    lab.patchform("apply --auto-approve").exits(0);
    stands(&host, "pf-app", "1.1-1");
    host.says("echo after >/srv/data");
    let id = newest_snapshot(&lab);
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    stands(&host, "pf-app", "1.0-1");
    assert_eq!(host.says("cat /srv/data"), "before\n");
    // The rest goes with its roots, and no subvolume of it is left.
    lab.patchform("snapshot prune").exits(0);
    let kept = host.says(
        "mount -o subvolid=5 $(findmnt -nvo SOURCE /) /mnt; ls -a /mnt /mnt/.patchform; ls /mnt/.patchform/*; umount /mnt",
    );
    let ids = lab.patchform("snapshot list --json").exits(0).out.matches("\"id\"").count();
    assert_eq!((ids, kept.matches("failed-").count()), (1, 0), "{kept}");

    // Its controller dies while it goes back.
    let level = text(&host, "pf-app = \"1.3-1\"", BY_ROOT);
    lab.write("main.pf.hcl", level);
    lab.patchform("allow apt.host").exits(0);
    let before = host.manifest();
    let mut controller = begin(&lab);
    wait_until(|| host.boot_id().is_empty(), "it goes down");
    controller.kill().unwrap();
    controller.wait().unwrap();
    lab.patchform("resume").exits(3);
    assert_eq!(host.manifest(), before);
    // The line for a person does the same.
    host.install("pf-app=1.1-1");
    let line = typed_by_hand(&lab);
    let boot = host.boot_id();
    host.ssh("root", &line);
    wait_until(|| ![String::new(), boot.clone()].contains(&host.boot_id()), "it comes up");
    stands(&host, "pf-app", "1.0-1");
}

fn newest_snapshot(lab: &Lab) -> String {
    let listed = lab.patchform("snapshot list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let all = listed["snapshots"].as_array().unwrap();
    all.last().unwrap()["id"].as_str().unwrap().to_string()
}
