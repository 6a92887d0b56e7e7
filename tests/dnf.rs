//! The dnf kind on real hosts: booted machines with sshd and an rpm database of their own, and a signed repository of packages
//! that do well and ill. The machines are Debian's, with its dnf 4.14 and rpm 4.18.

#[path = "lab/debian.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod debian;
#[path = "dnf/interrupted.rs"]
mod interrupted;
#[path = "dnf/kernels.rs"]
mod kernels;
#[path = "lab/kind.rs"]
mod kind;
mod lab;
#[path = "dnf/refused.rs"]
mod refused;
#[path = "lab/repository.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod repository;
#[path = "lab/rpms.rs"]
mod rpms;
#[path = "dnf/way_in.rs"]
mod way_in;

use debian::Debian;
use kind::{checked_here, flat, ready, stays, suite};
use lab::Lab;

/// A configuration with one component; `level` and `more` are the text of its patch level and further lines.
fn component(host: &Debian, level: &str, more: &str) -> Lab {
    ready(&text(host, level, more))
}

fn text(host: &Debian, level: &str, more: &str) -> String {
    kind::text("dnf", host, level, more)
}

/// A host with an rpm database, that trusts the repository's key.
fn booted() -> Option<Debian> {
    Debian::boot_with(rpms::fill).map(with_rpm)
}

fn with_rpm(host: Debian) -> Debian {
    let gateway = host.says("sed -n 's|.*http://\\([^ ]*\\) .*|\\1|p' /etc/apt/sources.list");
    let at = format!("http://{}/rpm", gateway.trim());
    let key = host.repository.lab.read("rpm/good.asc");
    host.says(&format!(
        "cat >/etc/good.asc <<'END'\n{key}\nEND\nmkdir -p /etc/yum.repos.d /etc/rpm
cat >/etc/yum.repos.d/lab.repo <<'END'
[lab]
name=lab
baseurl={at}
enabled=1
gpgcheck=1
repo_gpgcheck=1
gpgkey=file:///etc/good.asc
END
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
sed -i 's/^enabled = true/enabled = false/' /etc/dnf/plugins/local.conf
rpm --initdb && rpm --import /etc/good.asc"
    ));
    host
}

/// Installs packages there, as a person would.
#[track_caller]
fn install(host: &Debian, packages: &str) {
    host.says(&format!("dnf -q -y --refresh --setopt=install_weak_deps=0 install {packages} 2>&1"));
}

/// A host at first: everything at its lowest, one package locked, one pulled in, config files with a line of their own.
fn prepared() -> Option<Debian> {
    let host = booted()?;
    install(&host, "pf-base pf-app-1.0 pf-lib-1:1.0 pf-old pf-held-1.0 pf-still-1.0");
    host.says(
        "dnf -q versionlock add pf-held; dnf -q -y mark remove pf-lib; echo mine >>/etc/pf-app.conf; chmod 640 /etc/pf-app.conf; \
         echo more >>/etc/pf-old.conf; rm /usr/lib/pf-old/version",
    );
    Some(host)
}

/// All that must be as it was after going back: packages with their reasons, locks, config files, services.
#[track_caller]
fn manifest(host: &Debian) -> String {
    host.says(
        "rpm -qa | sort; dnf -q -C repoquery --userinstalled 2>/dev/null | sort; cat /etc/dnf/plugins/versionlock.list; \
         sha256sum /etc/pf-* /usr/lib/pf-*/* 2>/dev/null; stat -c '%n %a %U' /etc/pf-* 2>/dev/null; ls -a /etc /usr/lib; rpm -Va --noscripts | sort; \
         systemctl list-units --plain --no-legend --type=service --state=running | awk '{ print $1 }' | grep -v session",
    )
}

/// Fails with the lines that are not alike.
#[track_caller]
fn as_before(host: &Debian, before: &str) {
    let now = manifest(host);
    let lines = |text: &str, other: &str| {
        let other: Vec<&str> = other.lines().collect();
        text.lines().filter(|line| !other.contains(line)).map(str::to_string).collect::<Vec<_>>()
    };
    assert!(now == before, "it was: {:#?}\nit is: {:#?}", lines(before, &now), lines(&now, before));
}

#[track_caller]
fn stands(host: &Debian, package: &str, version: &str) {
    let shown = host.says(&format!("rpm -q --qf '%{{EVR}}\\n' {package}"));
    assert_eq!(shown.trim(), version);
}

#[test]
fn a_patch_pulls_in_what_it_needs_and_its_snapshot_brings_everything_back() {
    let Some(host) = prepared() else { return };
    // A file of a package that somebody has changed, and that is no config file.
    host.says("echo mine >>/usr/lib/pf-app/version");
    let before = manifest(&host);
    // A host that runs already is adopted as it is: by what somebody asked for there.
    let lab = Lab::empty();
    lab.write("hosts", format!("root@{}\n", host.address));
    let config = host.lab.path("ssh_config").display().to_string();
    lab.patchform(&format!("import hosts --kind dnf --ssh-config {config}")).exits(0);
    let text = lab.read("imported.pf.hcl");
    assert!(text.contains("\"pf-app\"") && !text.contains("\"pf-lib\""), "{text}");
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");

    let lab = component(&host, "pf-app = \"2.0-1\"", "");
    let plan = flat(&lab.patchform("plan").exits(0).out);
    for told in [
        "pf-lib",
        "1:1.0-1",
        "1:2.0-1",
        "pf-new",
        "pf-app.service",
        "/etc/pf-app.conf was changed on the host",
        "PFSA-2026:7 (security, Important): pf-app lets nobody in",
    ] {
        assert!(plan.contains(told), "{told}: {plan}");
    }
    lab.patchform("apply --auto-approve").exits(0);
    stands(&host, "pf-app", "2.0-1");
    let asked = host.says("dnf -q -C repoquery --userinstalled 2>/dev/null");
    assert!(asked.contains("pf-app") && !asked.contains("pf-new") && !asked.contains("pf-lib"), "{asked}");
    assert!(host.says("cat /etc/pf-app.conf").contains("mine"));
    lab.patchform("plan --detailed-exitcode").exits(0);
    let snapshots = lab.patchform("snapshot list --json").exits(0).out;
    let snapshots: serde_json::Value = serde_json::from_str(&snapshots).unwrap();
    let id = snapshots["snapshots"][0]["id"].as_str().unwrap();
    // Nothing is needed from outside for that.
    host.repository.answers("", b"gone");
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    as_before(&host, &before);
}

/// A `%pre` that fails; a removal, packages pulled in and a `%post` that fails though dnf says that all is well; then a
/// service that dies.
#[test]
fn what_fails_leaves_the_host_as_it_was() {
    let Some(host) = prepared() else { return };
    let before = manifest(&host);
    let lab = component(&host, "pf-app = \"1.5-1\"", "");
    let ran = lab.patchform("apply --auto-approve");
    let said = flat(&ran.out);
    assert!(
        ran.code != 0 && said.contains("PREIN scriptlet in rpm package pf-app: not on this host"),
        "{said}"
    );
    as_before(&host, &before);
    lab.write("main.pf.hcl", text(&host, "pf-app = \"4.0-1\"", "allow_removal = [\"pf-old\"]"));
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("POSTIN scriptlet in rpm package pf-app: the migration failed"), "{said}");
    as_before(&host, &before);
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.3-1\"", ""));
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("pf-app.service does not run"), "{said}");
    as_before(&host, &before);
    // And forth again, and back by `rollback`: the mirror has dropped what was there, which the snapshot has kept.
    lab.write("main.pf.hcl", text(&host, "pf-app = \"2.0-1\"", ""));
    let run = run_of(&lab.patchform("apply --auto-approve").exits(0).out);
    rpms::drops(&host.repository, "pf-app-1.0-1.x86_64.rpm");
    host.says("rm -rf /var/cache/patchform/dnf/.fresh /var/cache/patchform/dnf/rpms /var/cache/dnf");
    let said = flat(&lab.patchform(&format!("rollback {run} --auto-approve")).exits(0).out);
    assert!(said.contains("pf-new"), "{said}");
    as_before(&host, &before);
    // What is to be had nowhere any more is no way back.
    host.says("rm -rf /var/cache/patchform/dnf/rpms /var/lib/patchform/dnf/snapshots");
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.1-1\"", ""));
    lab.patchform("plan").says("Blocked").says("no stored way back");
}

/// The run that an apply says can be taken back.
fn run_of(said: &str) -> String {
    let id = said.split("patchform rollback ").nth(1).and_then(|rest| rest.split_whitespace().next());
    id.unwrap_or_else(|| panic!("{said}")).to_string()
}

#[test]
fn services_on_old_code_are_restarted_locks_are_kept_and_sudo_is_enough() {
    let Some(host) = prepared() else { return };
    // Two components of one host; one leaves its service on old code, the other is locked; neither logs in as root.
    let two = format!(
        "component \"dnf\" \"still\" {{\n  patch_level = {{ pf-still = \"1.1-1\" }}\n  {0}\n}}\n\
         component \"dnf\" \"held\" {{\n  patch_level = {{ pf-held = \"1.1-1\" }}\n  allow_held = true\n  {0}\n}}\n",
        host.block_of("ops", true)
    );
    let before = manifest(&host);
    let lab = Lab::new(&two);
    lab.patchform("init").exits(0);
    let run = run_of(&lab.patchform("apply --auto-approve").exits(0).out);
    let serves = "readlink /proc/$(systemctl show -P MainPID pf-still)/exe";
    assert_eq!(host.says(serves).trim(), "/usr/lib/pf-still/serve");
    stands(&host, "pf-still", "1.1-1");
    stands(&host, "pf-held", "1.1-1");
    assert!(host.says("cat /etc/dnf/plugins/versionlock.list").contains("pf-held-0:1.1-1.*"));
    lab.patchform("plan --detailed-exitcode").exits(0);
    // Patched by hand, the service runs old code: that is shown, and nothing else.
    host.says("dnf -q -y downgrade pf-still-1.0");
    assert!(host.says(serves).contains("(deleted)"));
    lab.write("main.pf.hcl", two.replace("pf-still = \"1.1-1\"", "pf-still = \"1.0-1\""));
    let said = flat(&lab.patchform("plan").exits(0).out);
    assert!(said.contains("pf-still 1.0-1 is installed and needs a restart of pf-still.service"), "{said}");
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
    stands(&host, "pf-held", "1.0-1");
    let list = "grep -v '^#' /etc/dnf/plugins/versionlock.list";
    assert_eq!(host.says(list).trim(), "pf-held-0:1.0-1.*");
    as_before(&host, &before);
    // Without sudo there is nothing that it could do.
    lab.write("main.pf.hcl", two.replace("sudo   = true", "sudo   = false"));
    let said = flat(&lab.patchform("plan").out);
    assert!(said.contains("it must run as root there"), "{said}");
}

/// Packages of several components may be fetched at once, and a plan be made beside them: whoever renews the metadata, and whoever
/// fetches, is waited for.
#[test]
fn who_works_on_the_cache_of_a_host_is_waited_for() {
    let Some(host) = prepared() else { return };
    let lab = component(&host, "pf-still = \"1.1-1\"", "");
    for (lock, command) in [("metadata.lock", "plan"), ("fetch.lock", "apply --auto-approve")] {
        host.says(&format!(
            "mkdir -p /var/cache/patchform/dnf && cd /var/cache/patchform/dnf && rm -f /run/let-go && touch {lock} && \
             (setsid flock {lock} sh -c 'sleep 15; touch /run/let-go' >/dev/null 2>&1 </dev/null &)"
        ));
        lab.patchform(command).exits(0);
        host.says("test -e /run/let-go");
    }
    stands(&host, "pf-still", "1.1-1");
}

/// The promises of the protocol, kept against a real dnf: the suite runs on the host itself, on its own packages.
#[test]
fn the_contract_suite_on_a_host() {
    let Some(host) = prepared() else { return };
    suite("dnf", &host);
}

/// Checks that need several components apart from each other are left out: they would all be the same packages; and those
/// that say the same again, for time.
#[test]
#[ignore = "changes the packages of this machine: only the_contract_suite_on_a_host runs it, there"]
fn on_the_host() {
    let wanted = [
        "read-no-effect",
        "preview-no-effect",
        "cycle",
        "same-id",
        "expected-digest",
        "broken",
        "probe-after",
        "inventory",
    ];
    checked_here("dnf", &wanted);
}

/// For people who work on the kind: `cargo test --test dnf a_host_to -- --ignored --nocapture` boots a host, says how to
/// log in, and keeps it until its file `stay` is removed.
#[test]
#[ignore = "stays until a person ends it"]
fn a_host_to_look_at() {
    let Some(host) = prepared() else { return };
    stays(&host, &text(&host, "pf-app = \"1.1-1\"", ""));
}

#[test]
fn the_whole_root_comes_back_by_a_reboot() {
    let Some(host) = Debian::boot_on_btrfs(rpms::fill).map(with_rpm) else { return };
    install(&host, "pf-base pf-app-1.0 pf-lib-1:1.0");
    host.says("echo before >/srv/data");
    let (before, boot) = (manifest(&host), host.boot_id());
    let by_root = "way_back = \"btrfs\"\n  snapshot {\n    may_lose_data = true\n  }";
    let lab = component(&host, "pf-app = \"1.3-1\"", by_root);
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("pf-app.service does not run"), "{said}");
    assert_eq!(manifest(&host), before);
    assert_ne!(host.boot_id(), boot);
}
