//! Constraints on levels and baselines through the binary, on the packages of this machine: resolved by `propose` alone, planned
//! from the lock file alone.

#[path = "lab/catalog.rs"]
mod catalog;
mod lab;

use catalog::{advisories, offered};
use lab::Lab;
use std::process::Command;

/// The version of a package here; none on a machine that is no Debian.
fn installed(package: &str) -> Option<String> {
    let os = std::fs::read_to_string("/etc/os-release").ok()?;
    let shown = Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]).output().ok()?;
    let is_debian = os.lines().any(|line| line == "ID=debian") && shown.status.success();
    if !is_debian {
        eprintln!("skipped: this machine is no Debian");
    }
    is_debian.then(|| String::from_utf8(shown.stdout).unwrap())
}

fn release() -> String {
    let os = std::fs::read_to_string("/etc/os-release").unwrap();
    let version = os.lines().find_map(|line| line.strip_prefix("VERSION_ID=")).unwrap();
    format!("Debian:{}", version.trim_matches('"'))
}

fn with(text: &str) -> Lab {
    let lab = Lab::new(text);
    lab.patchform("init").exits(0);
    lab
}

const LOCK: &str = "patchform.lock.hcl";

#[test]
fn a_constraint_is_resolved_by_propose_alone_and_planned_from_the_lock_file_alone() {
    let Some(tar) = installed("tar") else { return };
    let text = "component \"apt\" \"here\" {\n  patch_level = { tar = \">= 1.0\" } # any\n}\n";
    let lab = with(text);
    for verb in ["plan", "validate", "apply --auto-approve"] {
        lab.patchform(verb).exits(1).says("no level for \"tar\" of apt.here").says("Run `patchform propose`");
    }
    let lock = lab.read(LOCK);
    lab.patchform("propose --dry-run").exits(0).says("There is no catalog").says("nothing was written");
    assert_eq!(lab.read(LOCK), lock);
    lab.patchform("propose").exits(0).says("Resolve tar of apt.here").says("no level was lowered");
    assert_eq!(lab.read("main.pf.hcl"), text);
    assert!(lab.read(LOCK).contains(&format!("level = \"{tar}\"")));
    lab.patchform("plan").exits(0).says("1 to record");

    // What an archive offers since changes nothing until somebody asks for it, and then up to what is allowed.
    offered(&lab, &release(), &["98.0", "99.0"]);
    let lock = lab.read(LOCK);
    lab.patchform("propose").exits(0).says("Nothing to raise");
    assert_eq!(lab.read(LOCK), lock);
    lab.patchform("plan").exits(0).says("Nothing to patch");
    lab.write("main.pf.hcl", text.replace(">= 1.0", ">= 1.0, < 99"));
    lab.patchform("plan").exits(1).says("It was resolved for \">= 1.0\"");
    // What is open there can be told all the same.
    lab.patchform("assess").exits(0).says("It was resolved for \">= 1.0\"").says("0 findings open");
    lab.patchform("propose --upgrade").exits(0).says("Raise tar of apt.here to 98.0");
    assert!(lab.read(LOCK).contains("level = \"98.0\""));
    // Init keeps what was resolved.
    lab.patchform("init").exits(0);
    assert!(lab.read(LOCK).contains("level = \"98.0\""));
    // Only adopting lowers it, and says so.
    lab.patchform("propose --upgrade").exits(0).says("Nothing to raise");
    lab.patchform("propose --adopt").exits(0).says("which is lower").says("1 is lower than before");
    lab.patchform("plan").exits(0).says("1 to record");

    // A finding raises it, as far as the constraint allows.
    let advisory = |fix| [("DSA-1", "CVE-2026-10001", "tar", Some(fix), "x")];
    advisories(&lab, &release(), &advisory("97.0"));
    lab.patchform("propose").exits(0).says("Raise tar of apt.here to 98.0").says("CVE-2026-10001");
}

#[test]
fn what_is_wrong_with_the_lock_file_names_the_way_out() {
    let Some(tar) = installed("tar") else { return };
    let lab = with("component \"apt\" \"here\" {\n  patch_level = { tar = \">= 1.0\" }\n}\n");
    lab.patchform("propose").exits(0);
    let good = lab.read(LOCK);
    lab.write(LOCK, good.replace(&format!("level = \"{tar}\""), "level = \"0.9\""));
    lab.patchform("plan").exits(1).says("is none that \">= 1.0\" allows");
    lab.write(LOCK, good.replace("  levels = {", "<<<<<<< HEAD\n  levels = {"));
    for verb in ["plan", "propose", "init"] {
        lab.patchform(verb).exits(1).says("A merge conflict is not resolved").says("patchform.lock.hcl:");
    }
    lab.write(LOCK, good.replace("resolved", "resolvd"));
    let shown = lab.patchform("plan").exits(1).says("take it from git again, or delete it");
    assert!(shown.err.contains("Did you mean \"resolved\"?"), "{}", shown.err);
    std::fs::remove_file(lab.path(LOCK)).unwrap();
    lab.patchform("plan").exits(1).says("has no level at all, or is not there");
    // However its blanks are set, a constraint is the same one.
    lab.write(LOCK, &good);
    let other =
        |text: &str| format!("component \"apt\" \"here\" {{\n  patch_level = {{ tar = \"{text}\" }}\n}}\n");
    lab.write("main.pf.hcl", other(" >=1.0 "));
    lab.patchform("plan").exits(0);
    lab.write("main.pf.hcl", other(">= 1.0"));
    lab.write(LOCK, good.replace("apt.here", "apt.gone"));
    lab.patchform("plan").exits(1);
    lab.write(
        "main.pf.hcl",
        format!("component \"apt\" \"here\" {{\n  patch_level = {{ tar = \"{tar}\" }}\n}}\n"),
    );
    lab.patchform("plan").exits(0).says("a level for apt.gone, where no constraint asks for one");
    lab.patchform("propose").exits(0).says("taken out of the lock file");
    lab.patchform("plan").exits(0).does_not_say("apt.gone");
}

#[test]
fn components_share_a_baseline_and_drift_is_adopted_into_it() {
    let (Some(tar), Some(gzip)) = (installed("tar"), installed("gzip")) else { return };
    let text = "baseline \"security\" {\n  patch_level = {\n    tar  = \">= 1\" # any\n    gzip = \"0.1\"\n  }\n}\n\
                component \"apt\" \"here\" {\n  patch_level = baseline.security\n}\n";
    let lab = with(text);
    lab.patchform("propose").exits(0).says("Resolve tar of baseline.security").does_not_say("gzip");
    lab.patchform("plan").exits(0).says("ahead");
    let shown = lab.patchform("propose --adopt").exits(0);
    assert!(shown.out.contains("Adopt gzip of baseline.security"), "{}", shown.out);
    assert_eq!(lab.read("main.pf.hcl"), text.replace("0.1", &gzip));
    assert!(lab.read(LOCK).contains("level \"baseline.security\" {\n  resolved"));
    assert!(lab.read(LOCK).contains(&tar));
    lab.patchform("propose --adopt").exits(0).says("Nothing to adopt").does_not_say("catalog");
    lab.patchform("plan").exits(0).says("1 to record");
}

/// A baseline is as hard as an exact level on a host that is down, and no harder.
#[test]
fn a_host_that_cannot_be_read_holds_up_no_other_of_its_baseline() {
    let Some(tar) = installed("tar") else { return };
    let text = "baseline \"security\" {\n  patch_level = { tar = \">= 1\" }\n}\n\
                component \"apt\" \"here\" {\n  patch_level = baseline.security\n}\n\
                component \"apt\" \"down\" {\n  patch_level = baseline.security\n  connection \"ssh\" {\n    host = \"127.0.0.1\"\n    port = 1\n  }\n}\n";
    let lab = with(text);
    // Nothing is resolved of it: an error, before a host is asked.
    lab.patchform("plan").exits(1).says("no level for \"tar\" of baseline.security");
    lab.patchform("propose").exits(2).says("apt.down could not be read").says("1 constraint has no level");
    assert!(lab.read(LOCK).contains("apt.here"), "{}", lab.read(LOCK));
    lab.patchform("validate").exits(0).says("apt.down takes");
    let shown = lab.patchform("plan").exits(0).says("1 to record").says("could not be read");
    assert!(shown.err.contains("blocked until"), "{}", shown.err);
    lab.patchform("apply --auto-approve").says("recorded");
    // Its host is back: somebody has to resolve it.
    lab.write(
        "main.pf.hcl",
        text.replace("    host = \"127.0.0.1\"\n    port = 1\n", "").replace("\"ssh\"", "\"local\""),
    );
    lab.patchform("plan").exits(1).says("no level for apt.down, which can be read").says("patchform propose");
    lab.patchform("propose --target apt.here").exits(0);
    lab.patchform("propose").exits(0);
    assert!(lab.read(LOCK).contains(&tar));
    lab.patchform("plan").does_not_say("no level");
}

/// What stands nowhere yet gets the level of its siblings; with only one host to read, nobody guesses for the other.
#[test]
fn a_new_instance_shares_the_level_of_those_that_stand() {
    let text = "component \"release\" \"api\" {\n  for_each    = toset([\"a\", \"new\"])\n  patch_level = \"~> 1.0\"\n  \
                path        = \"srv/${each.key}\"\n  artifact    = \"r-{level}.tar\"\n  sha256_file = \"sums\"\n}\n";
    let lab = with(text);
    lab.patchform("propose").exits(2).says("write an exact level first").says("2 constraints have no level");
    standing(&lab, "a", "1.1.0");
    lab.patchform("propose").exits(0).says("1.1.0 on 2 components");
    assert!(!lab.read(LOCK).contains("only"), "{}", lab.read(LOCK));
    // The one that stands went on, by hand: what is installed is two levels now, and each has its row.
    standing(&lab, "new", "1.3.0");
    lab.patchform("propose --adopt").exits(0).says("1.1.0 -> 1.3.0 on 1 component");
    assert!(lab.read(LOCK).contains("release.api[\\\"new\\\"]"), "{}", lab.read(LOCK));
    lab.write("main.pf.hcl", text.replace("\"new\"", "\"new\", \"other\""));
    lab.patchform("plan").exits(1).says("release.api[\"other\"]");
    lab.patchform("propose").exits(0).says("-> 1.3.0 on 1 component");
}

/// Lets a release stand at a level.
fn standing(lab: &Lab, name: &str, level: &str) {
    std::fs::create_dir_all(lab.path(&format!("srv/{name}.releases/{level}"))).unwrap();
    std::os::unix::fs::symlink(format!("{name}.releases/{level}"), lab.path(&format!("srv/{name}"))).unwrap();
}

/// One text says the level of two components that are not alike: no answer is right for both.
#[test]
fn what_one_text_cannot_say_is_left_to_a_person() {
    if installed("tar").is_none() {
        return;
    }
    let text = "component \"release\" \"api\" {\n  for_each    = toset([\"a\", \"b\"])\n  patch_level = \"1.0.0\"\n  \
                path        = \"srv/${each.key}\"\n  artifact    = \"r-{level}.tar\"\n  sha256_file = \"sums\"\n}\n";
    let lab = with(text);
    for (name, level) in [("a", "1.1.0"), ("b", "1.2.0")] {
        standing(&lab, name, level);
    }
    let shown = lab.patchform("propose --adopt").exits(0);
    assert_eq!(lab.read("main.pf.hcl"), text, "{}", shown.out);
    assert!(shown.out.contains("another"), "{}{}", shown.out, shown.err);
}
