//! `import`: adopting hosts that exist already is one command, and the first plan has nothing to do.

#[path = "lab/debian.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod debian;
mod lab;
#[path = "lab/repository.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod repository;

use debian::Debian;
use lab::Lab;

/// A configuration of ssh that names both hosts, and one that is not there.
fn ssh_config(one: &Debian, two: &Debian) -> String {
    let host = |name: &str, host: &Debian| {
        let path = |file: &str| host.lab.path(file).display().to_string();
        format!(
            "Host {name}\n  HostName {}\n  User root\n  IdentityFile {}\n  IdentitiesOnly yes\n  UserKnownHostsFile {}\n  \
             GlobalKnownHostsFile /dev/null\n",
            host.address,
            path("id"),
            path("known_hosts")
        )
    };
    format!("{}{}Host *\n  ConnectTimeout 3\n", host("one.example", one), host("two", two))
}

#[track_caller]
fn nothing_to_do(lab: &Lab) {
    lab.patchform("plan --detailed-exitcode").exits(0).says("No changes");
}

#[test]
fn a_running_fleet_is_adopted_by_one_command() {
    let (Some(one), Some(two)) = (Debian::boot(), Debian::boot()) else { return };
    one.install("pf-app=1.0-1 pf-held=1.0-1 pf-lib=1:1.0-1");
    one.says("apt-mark hold pf-held; apt-mark auto pf-lib");
    two.install("pf-app=2.0-1");
    let before = (one.manifest(), two.manifest());

    // All that somebody asked for, of every host that the configuration of ssh names.
    let lab = Lab::empty();
    lab.write("ssh.conf", ssh_config(&one, &two));
    lab.patchform("import ssh.conf").exits(0).says("imported.pf.hcl is written: 2 components");
    let text = lab.read("imported.pf.hcl");
    for part in [
        "component \"apt\" \"one-example\"",
        "component \"apt\" \"two\"",
        "host   = \"one.example\"",
        "config = \"ssh.conf\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        text.contains("\"pf-app\"") && text.contains("\"pf-held\"") && !text.contains("\"pf-lib\""),
        "{text}"
    );
    lab.patchform("fmt --check").exits(0);
    nothing_to_do(&lab);
    assert!(lab.patchform("state show apt.two").exits(0).out.contains("2.0-1"));
    lab.patchform("import ssh.conf")
        .exits(1)
        .says("imported.pf.hcl is there already, and is not overwritten");
    assert_eq!(lab.read("imported.pf.hcl"), text);
    // What is declared already cannot be imported again; the file of the second import is not kept.
    lab.patchform("import ssh.conf --out again.pf.hcl").exits(1).says("again.pf.hcl was not kept");
    assert!(!lab.path("again.pf.hcl").exists());
    nothing_to_do(&lab);
    assert_eq!((one.manifest(), two.manifest()), before);

    // Only some packages of one group; a host that cannot be reached is named, and the others are written all the same.
    let lab = Lab::empty();
    lab.write("ssh.conf", ssh_config(&one, &two));
    lab.write("packages", "pf-app # the application\npf-lib\npf-missing\n");
    lab.write(
        "inventory.ini",
        "[web]\nfirst ansible_host=one.example\ngone ansible_host=127.0.0.1 ansible_port=1\n[db]\ntwo\n",
    );
    lab.patchform(
        "import inventory.ini --group web --packages packages --ssh-config ssh.conf --out web.pf.hcl",
    )
    .exits(5)
    .says("web.pf.hcl is written: 1 component")
    .says("gone:");
    let text = lab.read("web.pf.hcl");
    assert!(text.contains("component \"apt\" \"first\"") && !text.contains("gone"), "{text}");
    assert!(
        text.contains("\"pf-lib\"") && !text.contains("pf-held") && !text.contains("pf-missing"),
        "{text}"
    );
    nothing_to_do(&lab);

    // A level that is edited in the file is a patch.
    lab.write("web.pf.hcl", text.replace("\"1.0-1\"", "\"2.0-1\"").replace("\"1:1.0-1\"", "\"1:2.0-1\""));
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(one.says("dpkg-query -W -f '${Version} ' pf-app pf-lib").trim(), "2.0-1 1:2.0-1");

    // A package that was left half installed by somebody else is no level.
    two.ssh("root", "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --allow-downgrades install pf-app=1.2-1");
    let ill = two.says("dpkg-query -W -f '${db:Status-Abbrev}' pf-app");
    assert_eq!(ill.trim(), "iF", "the package of the lab whose postinst fails");
    lab.patchform("import inventory.ini --group db --ssh-config ssh.conf --out db.pf.hcl")
        .exits(1)
        .says("pf-app 1.2-1 is half configured")
        .says("nothing was written");
    assert!(!lab.path("db.pf.hcl").exists());
}

#[test]
fn what_names_no_host_is_refused_before_anything_is_asked() {
    let lab = Lab::empty();
    lab.write("empty", "# nothing\n");
    lab.write("hosts", "web-1\n");
    lab.write("bad.ini", "[web]\na b\n");
    lab.patchform("import missing.ini").exits(1).says("missing.ini");
    lab.patchform("import empty").exits(1).says("names no host");
    lab.patchform("import bad.ini").exits(1).says("bad.ini: line 2");
    lab.patchform("import hosts --kind release").exits(1).says("these can be imported: apt");
    lab.patchform("import hosts --group web").exits(1).says("in the group \"web\"");
    lab.patchform("import hosts --packages empty").exits(1).says("names nothing");
    lab.patchform("import hosts --out sub/a.pf.hcl").exits(1).says("no file of this configuration");
    lab.patchform("import hosts --out a.txt").exits(1).says("ends in .pf.hcl");
    lab.write("odd", "rm -rf\n");
    lab.patchform("import hosts --packages odd").exits(1).says("no package's name");
    assert!(!lab.path("imported.pf.hcl").exists());
}
