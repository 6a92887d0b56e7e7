//! What must not happen: it is refused before anything is changed, and the plan or the run says why.

use super::*;

/// What a plan of this says, on one line; it must have nothing that it would do.
#[track_caller]
fn blocked(host: &Debian, lab: &Lab, level: &str, more: &str) -> String {
    host.says("rm -f /var/cache/patchform/dnf/.fresh");
    lab.write("main.pf.hcl", text(host, level, more));
    let ran = lab.patchform("plan").says("Blocked");
    flat(&ran.out)
}

/// What an apply says that changes nothing.
#[track_caller]
fn refused(host: &Debian, lab: &Lab, level: &str, more: &str) -> String {
    host.says("rm -f /var/cache/patchform/dnf/.fresh; rm -rf /var/cache/patchform/dnf/rpms/*");
    lab.write("main.pf.hcl", text(host, level, more));
    let ran = lab.patchform("apply --auto-approve");
    assert_ne!(ran.code, 0, "{}", ran.out);
    flat(&ran.out)
}

#[test]
fn what_must_not_happen_is_refused_and_says_why() {
    let Some(host) = prepared() else { return };
    install(&host, "pf-mod-1.0");
    let (lab, app) = (component(&host, "pf-app = \"1.1-1\"", ""), "pf-app = \"1.1-1\"");
    let before = manifest(&host);
    for (level, told) in [
        ("pf-app = \"3.0-1\"", "write `allow_removal = [\"pf-old\"]`"),
        ("pf-held = \"1.1-1\"", "or write `allow_held = true`"),
        ("pf-app = \"9-1\"", "its repositories have: pf-app 4.0-1, pf-app 3.0-1"),
        ("pf-mod = \"2.0-1\"", "pf-mod 2.0-1 is of the module stream pf:two"),
    ] {
        let said = blocked(&host, &lab, level, "");
        assert!(said.contains(told), "{level}: {said}");
    }
    lab.write("main.pf.hcl", text(&host, "pf-mod = \"1.1-1\"", ""));
    lab.patchform("plan").exits(0).says("is of the module stream pf:one");

    // The chain of trust: the index by another key, an index or a list of packages that was changed or cut on its way, a
    // package that was, a package by another key.
    let repository = &host.repository;
    rpms::index(repository, "other");
    let said = blocked(&host, &lab, app, "");
    assert!(said.contains("could not be renewed") && said.contains("GPG"), "{said}");
    rpms::index(repository, "good");
    let at = |name: &str| repository.lab.path("rpm").join(name);
    let repomd = std::fs::read_to_string(at("repodata/repomd.xml")).unwrap();
    let primary = std::fs::read_dir(at("repodata")).unwrap().map(|file| file.unwrap().path());
    let primary = primary.into_iter().find(|path| path.to_string_lossy().contains("primary.xml")).unwrap();
    let package = rpms::file(repository, "pf-app-1.1-1.x86_64.rpm");
    let changed = |path: &std::path::Path| {
        let mut bytes = std::fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    repository.answers("repomd.xml", repomd.replacen("<revision>", "<revision>1", 1).as_bytes());
    let said = blocked(&host, &lab, app, "");
    assert!(said.contains("could not be renewed"), "{said}");
    repository.mends();
    let whole = std::fs::read(&primary).unwrap();
    for bytes in [changed(&primary), whole[..whole.len() / 2].to_vec()] {
        // Another index than the one that was read already.
        host.says("rm -rf /var/cache/patchform/dnf/metadata");
        repository.answers("primary.xml", &bytes);
        let said = blocked(&host, &lab, app, "");
        assert!(said.contains("could not be renewed"), "{said}");
        repository.mends();
    }
    let whole = std::fs::read(&package).unwrap();
    for bytes in [changed(&package), whole[..whole.len() / 2].to_vec(), Vec::new()] {
        repository.answers("pf-app-1.1-1", &bytes);
        let said = refused(&host, &lab, app, "");
        assert!(said.contains("could not be fetched"), "{said}");
        repository.mends();
    }
    repository.answers("repodata", b"gone");
    assert!(blocked(&host, &lab, app, "").contains("could not be renewed"));
    repository.mends();
    host.says(
        "sed -i s/^gpgcheck=1/gpgcheck=0/';'s/^repo_gpgcheck=1/repo_gpgcheck=0/ /etc/yum.repos.d/lab.repo",
    );
    assert!(blocked(&host, &lab, app, "").contains("the repository lab checks no signature"));
    host.says("sed -i s/gpgcheck=0/gpgcheck=1/ /etc/yum.repos.d/lab.repo");

    // The lock is held by another dnf.
    host.says("systemd-run -q --unit=holder sh -c 'echo $$$$ >/var/lib/dnf/rpmdb_lock.pid; exec sleep 600'");
    let said = refused(&host, &lab, app, "lock_timeout = \"1s\"");
    assert!(said.contains("the lock of dnf is held by sleep") && said.contains("within 1 s"), "{said}");
    host.says("systemctl stop holder; rm /var/lib/dnf/rpmdb_lock.pid");
    as_before(&host, &before);

    // Two versions at once, as an interrupted transaction leaves them.
    host.says(
        "cd /root && dnf -q download pf-still-1.1 2>&1 && rpm -i --force --nodeps --justdb pf-still-1.1*.rpm",
    );
    let said = blocked(&host, &lab, app, "");
    assert!(
        said.contains("pf-still was not finished there; repair that first (`dnf remove --duplicates`)"),
        "{said}"
    );
    host.says("rpm -e --justdb --nodeps --noscripts pf-still-1.1-1");
    // rpm keeps in mind which files the other version had replaced.
    let before = manifest(&host);

    // An old index, signed as ever: it does not come back.
    let keep = host.repository.lab.path("old");
    repository::run(std::process::Command::new("cp").arg("-a").arg(at("repodata")).arg(&keep));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    rpms::by_another_key(repository, "pf-app-1.1-1.x86_64.rpm");
    let said = refused(&host, &lab, app, "");
    assert!(said.contains("could not be fetched") && said.contains("rpm --import"), "{said}");
    std::fs::remove_dir_all(at("repodata")).unwrap();
    repository::run(std::process::Command::new("cp").arg("-a").arg(&keep).arg(at("repodata")));
    let said = blocked(&host, &lab, app, "");
    assert!(said.contains("has an older index than before"), "{said}");
    as_before(&host, &before);
}
