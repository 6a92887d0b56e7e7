//! `examples/apt-fleet`: every command of its README in turn, on booted hosts.

#[path = "lab/debian.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod debian;
mod lab;
#[path = "lab/repository.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod repository;

use debian::Debian;
use lab::{Lab, Ran};
use std::path::{Path, PathBuf};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/apt-fleet")
}

/// The commands of the README, in order, without `patchform`.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(example().join("README.md")).unwrap();
    readme.lines().filter_map(|line| line.strip_prefix("$ patchform ")).map(str::to_string).collect()
}

/// The example with these hosts in its inventory, and what leads to them.
fn fleet(hosts: &[(&str, &Debian)]) -> Lab {
    let lab = Lab::empty();
    std::fs::copy(example().join("fleet.pf.hcl"), lab.path("fleet.pf.hcl")).unwrap();
    let (mut inventory, mut config) =
        (std::fs::read_to_string(example().join("inventory.yml")).unwrap(), String::new());
    inventory = inventory.replace("ansible_user: root", "ansible_user: ops");
    for (name, host) in hosts {
        inventory = inventory.replace(&format!("{name}.example"), &host.address);
        let path = |file: &str| host.lab.path(file).display().to_string();
        config += &format!(
            "Host {}\n  IdentityFile {}\n  IdentitiesOnly yes\n  UserKnownHostsFile {}\n  GlobalKnownHostsFile /dev/null\n",
            host.address,
            path("id"),
            path("known_hosts")
        );
    }
    let known = |line: &&str| !line.contains(".example");
    lab.write(
        "inventory.yml",
        inventory.lines().filter(known).map(|line| format!("{line}\n")).collect::<String>(),
    );
    lab.write("ssh_config", config);
    lab
}

fn levels(lab: &Lab, app: &str) {
    lab.write(
        "patchform.pfvars",
        format!(
            "levels     = {{ db = {{ pf-core = \"1.1-1\" }}, web = {{ pf-app = \"{app}\", pf-lib = \"1:2.0-1\" }} }}\n\
             ready_port = {{ db = 22, web = 22 }}\nssh_config = \"ssh_config\"\n"
        ),
    );
}

#[track_caller]
fn stands(host: &Debian, package: &str, version: &str) {
    let shown = host.says(&format!("dpkg-query -W -f '${{Version}} ${{db:Status-Abbrev}}' {package}"));
    assert_eq!(shown.trim(), format!("{version} ii"));
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let (Some(db), Some(first), Some(other)) = (Debian::boot(), Debian::boot(), Debian::boot()) else {
        return;
    };
    db.install("pf-core=1.0-1");
    for web in [&first, &other] {
        web.install("pf-app=1.0-1 pf-lib=1:1.0-1");
    }
    let before = [&db, &first, &other].map(Debian::manifest);
    let lab = fleet(&[("db-1", &db), ("web-1", &first), ("web-2", &other)]);
    levels(&lab, "1.1-1");

    let mut commands = commands().into_iter();
    let mut next = |begins: &str| -> Ran {
        let line = commands.next().expect("the README has another command");
        assert!(line.starts_with(begins), "{line} stands where {begins} was expected");
        let run = || {
            let list = lab.patchform("run list --json").exits(0).out;
            let runs: serde_json::Value = serde_json::from_str(&list).unwrap();
            let complete = runs["runs"].as_array().unwrap().iter().find(|run| run["ended"] == "complete");
            complete.unwrap_or(&runs["runs"][0])["id"]
                .as_str()
                .unwrap_or_else(|| panic!("{list}"))
                .to_string()
        };
        let line = if line.contains("RUN") { line.replace("RUN", &run()) } else { line };
        let asks = line == "apply" || line.starts_with("rollback");
        lab.patchform(&format!("{line}{}", if asks { " --auto-approve" } else { "" }))
    };
    next("init").exits(0);
    next("validate").exits(0).says("3 components");
    next("plan --out").exits(0).says("pf-app.service").says("Plan: 3 to change");
    next("apply november.plan").exits(0).says("3 done");
    next("plan --detailed-exitcode").exits(0).says("No changes");
    stands(&db, "pf-core", "1.1-1");
    stands(&other, "pf-app", "1.1-1");

    // The service of this version dies, and apt does not notice.
    levels(&lab, "1.3-1");
    next("apply").exits(3).says("pf-app.service does not run").says("1 restored, 1 held");
    stands(&first, "pf-app", "1.1-1");
    next("run show").exits(0).says("pf-app.service does not run").says("apt.first[\"web-1\"]");

    levels(&lab, "1.1-1");
    next("run list").exits(0);
    next("rollback").exits(0);
    assert_eq!([&db, &first, &other].map(Debian::manifest), before);
}
