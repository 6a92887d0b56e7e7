//! The apt kind on real hosts: booted Debian machines with sshd, and a signed repository of packages that do well and ill.

#[path = "apt/around.rs"]
mod around;
#[path = "apt/assessed.rs"]
mod assessed;
#[path = "apt/btrfs.rs"]
mod btrfs;
#[path = "lab/catalog.rs"]
mod catalog;
#[path = "apt/chroot.rs"]
mod chroot;
#[path = "apt/container.rs"]
mod container;
#[path = "lab/debian.rs"]
mod debian;
#[path = "apt/foreign.rs"]
mod foreign;
#[path = "apt/healthy.rs"]
mod healthy;
#[path = "apt/killed.rs"]
mod killed;
#[path = "lab/kind.rs"]
mod kind;
mod lab;
#[path = "apt/outside.rs"]
mod outside;
#[path = "apt/reboot.rs"]
mod reboot;
#[path = "apt/removed.rs"]
mod removed;
#[path = "lab/repository.rs"]
mod repository;
#[path = "apt/untouched.rs"]
mod untouched;
#[path = "apt/way_in.rs"]
mod way_in;
#[path = "apt/whole.rs"]
mod whole;

use debian::Debian;
use kind::{checked_here, flat, ready, stays, suite};
use lab::Lab;
use patchform_sdk::message::CommandLine;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A configuration with one component; `level` and `more` are the text of its patch level and further lines.
fn component(host: &Debian, level: &str, more: &str) -> Lab {
    ready(&text(host, level, more))
}

fn text(host: &Debian, level: &str, more: &str) -> String {
    kind::text("apt", host, level, more)
}

/// A host at first: everything at its lowest, one package on hold, one pulled in, a conffile with a line of its own.
fn prepared() -> Option<Debian> {
    let host = Debian::boot()?;
    host.install("pf-app=1.0-1 pf-lib=1:1.0-1 pf-old pf-held=1.0-1 pf-still=1.0-1");
    host.says(
        "apt-mark hold pf-held; apt-mark auto pf-lib; echo mine >>/etc/pf-app.conf; chmod 640 /etc/pf-app.conf; \
         echo more >>/etc/pf-old.conf",
    );
    Some(host)
}

#[track_caller]
fn stands(host: &Debian, package: &str, version: &str) {
    let shown = host.says(&format!("dpkg-query -W -f '${{Version}} ${{db:Status-Abbrev}}' {package}"));
    assert_eq!(shown.trim(), format!("{version} ii"));
}

#[test]
fn a_patch_pulls_in_what_it_needs_and_its_snapshot_brings_everything_back() {
    let Some(host) = prepared() else { return };
    let before = host.manifest();
    let lab = component(&host, "pf-app = \"2.0-1\"", "");
    let plan = flat(&lab.patchform("plan").exits(0).out);
    for told in [
        "pf-lib",
        "1:1.0-1",
        "1:2.0-1",
        "pf-new",
        "pf-app.service",
        "/etc/pf-app.conf was changed on the host",
    ] {
        assert!(plan.contains(told), "{told}: {plan}");
    }
    lab.patchform("apply --auto-approve").exits(0);
    stands(&host, "pf-app", "2.0-1");
    assert_eq!(
        host.says("apt-mark showauto pf-app pf-lib pf-new").split_whitespace().collect::<Vec<_>>(),
        ["pf-lib", "pf-new"]
    );
    assert!(host.says("cat /etc/pf-app.conf").contains("mine"));
    lab.patchform("plan --detailed-exitcode").exits(0);
    let snapshots = lab.patchform("snapshot list --json").exits(0).out;
    let snapshots: serde_json::Value = serde_json::from_str(&snapshots).unwrap();
    let id = snapshots["snapshots"][0]["id"].as_str().unwrap();
    // Nothing is needed from outside for that.
    host.repository.answers("", b"gone");
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    assert_eq!(host.manifest(), before);
}

/// A removal, packages pulled in and a `postinst` that fails; then a service that dies though apt says that all is well.
#[test]
fn what_fails_leaves_the_host_as_it_was() {
    let Some(host) = prepared() else { return };
    let before = host.manifest();
    let lab = component(&host, "pf-app = \"4.0-1\"", "allow_removal = [\"pf-old\"]");
    let ran = lab.patchform("apply --auto-approve").exits(3);
    let said = flat(&ran.out);
    assert!(said.contains("pf-app: installed pf-app package post-installation script"), "{said}");
    assert_eq!(host.manifest(), before);
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.3-1\"", ""));
    let said = flat(&lab.patchform("apply --auto-approve").exits(3).out);
    assert!(said.contains("pf-app.service does not run"), "{said}");
    assert_eq!(host.manifest(), before);
    // And forth again: what was rolled back is no burden.
    lab.write("main.pf.hcl", text(&host, "pf-app = \"1.1-1\"", ""));
    lab.patchform("apply --auto-approve").exits(0);
    stands(&host, "pf-app", "1.1-1");
    host.says("echo spoilt >/etc/pf-app.conf");
    let line = typed_by_hand(&lab);
    host.says(&format!("{line} </dev/null"));
    stands(&host, "pf-app", "1.0-1");
    assert!(host.says("cat /etc/pf-app.conf").contains("mine"), "{line}");
}

/// The line by which a person goes back to the newest snapshot, as the last journal has it for the emergency steps.
fn typed_by_hand(lab: &Lab) -> String {
    let runs = std::fs::read_dir(lab.path(".patchform/runs")).unwrap().map(|entry| entry.unwrap().path());
    let journals = runs.map(|path| path.join("journal/000001.jsonl")).filter(|path| path.exists());
    let journal = std::fs::read_to_string(journals.max().unwrap()).unwrap();
    let (_, line) = journal.rsplit_once("\"by_hand\":").expect("it is kept");
    let mut values = serde_json::Deserializer::from_str(line).into_iter::<CommandLine>();
    values.next().unwrap().unwrap().typed("", 0, "(sensitive)")
}

/// The id of the newest run, of what `run list --json` says.
fn last_run(listed: &str) -> String {
    let runs: serde_json::Value = serde_json::from_str(listed).unwrap();
    let run = &runs["runs"][0];
    run["id"].as_str().or(run["run"].as_str()).unwrap_or_else(|| panic!("{runs}")).to_string()
}

/// A run that goes on while the test does.
fn begin(lab: &Lab) -> Child {
    let mut apply = lab.patchform_command("apply --auto-approve");
    apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Begins to patch to a version whose `postinst` waits, and gives the controller back when that waits.
fn in_the_middle(host: &Debian, lab: &Lab) -> Child {
    let controller = begin(lab);
    wait_for(host, "pgrep -f '[p]f-app.postinst configure'");
    controller
}

#[track_caller]
fn wait_for(host: &Debian, script: &str) {
    wait_until(|| host.ssh("root", &format!("{script} >/dev/null 2>&1")).code == 0, script);
}

#[track_caller]
fn wait_until(is: impl Fn() -> bool, what: &str) {
    let until = Instant::now() + Duration::from_secs(120);
    while !is() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_lost_power_a_cut_connection_and_a_dead_controller_in_the_middle_of_dpkg() {
    let Some(host) = prepared() else { return };
    let before = host.manifest();
    let lab = component(&host, "pf-app = \"1.4-1\"", "");
    // The host loses its power: what was half done is taken back when it is there again.
    let mut controller = in_the_middle(&host, &lab);
    host.ssh("root", "reboot -ff");
    assert_eq!(controller.wait().unwrap().code(), Some(3));
    assert_eq!(host.manifest(), before);
    // dpkg is killed, and what it leaves is the worst that it can leave: apt refuses to touch that.
    lab.allow_what_was_taken_back();
    let mut controller = in_the_middle(&host, &lab);
    host.says(
        "pkill -STOP -f '[p]atchform-apt'; pkill -9 -x dpkg; pkill -9 -f '[p]f-app.postinst'; \
         sed -i '/^Package: pf-app$/,/^$/s/^Status:.*/Status: install reinstreq half-installed/' /var/lib/dpkg/status; \
         pkill -CONT -f '[p]atchform-apt'",
    );
    assert_eq!(controller.wait().unwrap().code(), Some(3));
    assert_eq!(host.manifest(), before);
    // The connections are cut: apt goes on, and so does the run.
    lab.allow_what_was_taken_back();
    let mut controller = in_the_middle(&host, &lab);
    host.ssh("root", "pkill -9 -f '^[s]shd: root'");
    wait_for(&host, "touch /run/go-on");
    assert_eq!(controller.wait().unwrap().code(), Some(0));
    stands(&host, "pf-app", "1.4-1");
    // The controller is killed: apt goes on, its run holds the component, and who resumes finds out how it ended.
    host.install("pf-app=1.0-1");
    host.says("rm /run/go-on");
    let mut controller = in_the_middle(&host, &lab);
    controller.kill().unwrap();
    controller.wait().unwrap();
    let said = flat(&lab.patchform("plan").out);
    assert!(said.contains("which was not finished, holds it"), "{said}");
    host.says("touch /run/go-on");
    lab.patchform("resume").exits(0);
    stands(&host, "pf-app", "1.4-1");
}

/// What a plan of this says, on one line; it must have nothing that it would do.
#[track_caller]
fn blocked(host: &Debian, lab: &Lab, level: &str, more: &str) -> String {
    host.says("rm -f /var/cache/patchform/apt/.fresh");
    lab.write("main.pf.hcl", text(host, level, more));
    let ran = lab.patchform("plan").says("Blocked");
    flat(&ran.out)
}

#[test]
fn what_must_not_happen_is_refused_and_says_why() {
    let Some(host) = prepared() else { return };
    let lab = component(&host, "pf-app = \"1.1-1\"", "");
    let before = host.manifest();
    let app = "pf-app = \"1.1-1\"";
    for (level, told) in [
        ("pf-app = \"3.0-1\"", "write `allow_removal = [\"pf-old\"]`"),
        ("pf-held = \"1.1-1\"", "`allow_held = true`"),
        ("pf-app = \"9\"", "its repositories have: pf-app 4.0-1, pf-app 3.0-1"),
    ] {
        let said = blocked(&host, &lab, level, "");
        assert!(said.contains(told), "{level}: {said}");
    }
    // The chain of trust: another key, an index that has expired, an index that was changed on its way, a package that was.
    let repository = &host.repository;
    repository.sign("other", "");
    let said = blocked(&host, &lab, app, "");
    assert!(said.contains("could not be renewed") && said.contains("NO_PUBKEY"), "{said}");
    repository.sign("good", "Valid-Until: Sat, 01 Jan 2022 00:00:00 UTC\n");
    let said = blocked(&host, &lab, app, "");
    assert!(said.contains("expired"), "{said}");
    repository.drops("pf-still_1.1-1_amd64.deb");
    repository.answers("Packages", b"Package: pf-app\nVersion: 6\n");
    let said = blocked(&host, &lab, app, "");
    assert!(said.contains("could not be renewed"), "{said}");
    repository.mends();
    repository.answers("pf-app_1.1-1", b"no package at all");
    host.says("rm -f /var/cache/patchform/apt/.fresh");
    let ran = lab.patchform("apply --auto-approve");
    assert_ne!(ran.code, 0);
    assert!(flat(&ran.out).contains("could not be fetched: Failed to fetch"), "{}", ran.out);
    assert_eq!(host.says("stat -c %U /var/cache/patchform/apt/partial").trim(), "_apt");
    repository.mends();
    // The lock of dpkg is held by somebody else.
    let hold = "use Fcntl; open(F, '>', '/var/lib/dpkg/lock-frontend'); \\$l = pack('s s l! l! i', F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, \\$l) or die; sleep 600";
    host.says(&format!("systemd-run -q --unit=holder perl -e \"{hold}\""));
    wait_for(&host, "systemctl is-active holder && grep -q POSIX /proc/locks");
    lab.write("main.pf.hcl", text(&host, app, "lock_timeout = \"1s\""));
    let ran = lab.patchform("apply --auto-approve");
    assert_ne!(ran.code, 0);
    let said = flat(&ran.out);
    assert!(said.contains("the lock of dpkg is held by perl") && said.contains("within 1 s"), "{said}");
    host.says("systemctl stop holder");
    assert_eq!(host.manifest(), before);
    // An old index, signed as ever, from before a version was taken out: it does not come back.
    let old = ["InRelease", "main/binary-amd64/Packages"]
        .map(|name| (name, std::fs::read(repository.lab.path("dists/stable").join(name)).unwrap()));
    std::thread::sleep(Duration::from_millis(1100));
    repository.drops("pf-app_1.1-1_amd64.deb");
    let gone = "Version '1.1-1' for 'pf-app' was not found";
    assert!(blocked(&host, &lab, app, "").contains(gone));
    old.iter().for_each(|(name, body)| repository.answers(name, body));
    let said = blocked(&host, &lab, app, "");
    assert!(said.contains(gone), "{said}");
    repository.mends();
    // An installation that another one has left half done.
    host.ssh("root", "apt-get -qq -y install pf-app=1.2-1");
    let said = blocked(&host, &lab, "pf-app = \"2.0-1\"", "");
    assert!(said.contains("an earlier installation of pf-app was not finished"), "{said}");
}

#[test]
fn old_versions_are_kept_services_on_old_code_restarted_holds_kept_and_sudo_is_enough() {
    let Some(host) = prepared() else { return };
    // The mirror has dropped what is installed: it lies on the host still.
    host.repository.drops("pf-app_1.0-1_amd64.deb");
    let before = host.manifest();
    let lab = component(&host, "pf-app = \"1.3-1\"", "");
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!(host.manifest(), before);
    host.says("rm -f /var/cache/apt/archives/*.deb /var/cache/patchform/apt/debs/*");
    let said = blocked(&host, &lab, "pf-app = \"1.1-1\"", "");
    assert!(said.contains("way back"), "{said}");
    // Two components of one host; one leaves its service on old code, the other is on hold; neither logs in as root.
    let two = format!(
        "component \"apt\" \"still\" {{\n  patch_level = {{ pf-still = \"1.1-1\" }}\n  {0}\n}}\n\
         component \"apt\" \"held\" {{\n  patch_level = {{ pf-held = \"1.1-1\" }}\n  allow_held = true\n  {0}\n}}\n",
        host.block_of("ops", true)
    );
    let lab = Lab::new(&two);
    lab.patchform("init").exits(0);
    let serves = "readlink /proc/$(systemctl show -P MainPID pf-still)/exe";
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(host.says(serves).trim(), "/usr/lib/pf-still/serve");
    stands(&host, "pf-still", "1.1-1");
    assert_eq!(host.says("apt-mark showhold").trim(), "pf-held");
    assert!(host.says("dpkg-query -W pf-held").contains("1.1-1"));
    lab.patchform("plan --detailed-exitcode").exits(0);
    // The rights that the manual gives a user are enough for the emergency steps, too.
    host.says("echo 'ops ALL=(root) NOPASSWD: /bin/sh -s' >/etc/sudoers.d/ops");
    host.ssh("ops", &typed_by_hand(&lab)).exits(0);
    assert!(host.says("dpkg-query -W pf-still pf-held").contains("\t1.0-1"));
    // Patched by hand, the service runs old code: that is shown, and nothing else.
    host.install("pf-still=1.0-1");
    assert!(host.says(serves).contains("(deleted)"));
    lab.write("main.pf.hcl", two.replace("pf-still = \"1.1-1\"", "pf-still = \"1.0-1\""));
    let said = flat(&lab.patchform("plan").exits(0).out);
    assert!(said.contains("pf-still 1.0-1 is installed and needs a restart of pf-still.service"), "{said}");
    // Without sudo there is nothing that it could do.
    lab.write("main.pf.hcl", two.replace("sudo   = true", "sudo   = false"));
    let said = flat(&lab.patchform("plan").out);
    assert!(said.contains("it must run as root there"), "{said}");
}

/// The promises of the protocol, kept against a real apt: the suite runs on the host itself, on its own packages.
#[test]
fn the_contract_suite_on_a_host() {
    let Some(host) = prepared() else { return };
    suite("apt", &host);
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
        "drop",
        "same-id",
        "token",
        "expected-digest",
        "broken",
        "probe-keeps",
        "probe-after",
        "inventory",
    ];
    checked_here("apt", &wanted);
}

/// For people who work on the kind: `cargo test --test apt a_host_to -- --ignored --nocapture` boots a host, says how to
/// log in, and keeps it until its file `stay` is removed.
#[test]
#[ignore = "stays until a person ends it"]
fn a_host_to_look_at() {
    let Some(host) = Debian::boot() else { return };
    stays(&host, &text(&host, "pf-app = \"1.1-1\"", ""));
}
