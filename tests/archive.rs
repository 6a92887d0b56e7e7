//! Real patches: packages of Debian's archive from the version before the newest to the newest, as security updates are, and
//! back, on booted hosts; with needrestart's view of what runs old code.

#[path = "lab/archive.rs"]
mod archive;
#[path = "lab/debian.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod debian;
mod lab;
#[path = "lab/repository.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod repository;

use archive::{Pair, fetch, stock};
use debian::Debian;
use lab::Lab;

/// All that must be as it was after going back, of any package: what is installed, how, each file of /etc, what runs.
#[track_caller]
fn manifest(host: &Debian) -> String {
    host.says(
        "dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Abbrev}\\n' | sort; apt-mark showhold; \
         apt-mark showauto | sort; find /etc -type f ! -name ld.so.cache ! -path '/etc/apt/*' -exec sha256sum {} + | sort -k 2; \
         systemctl list-units --plain --no-legend --type=service --state=running | awk '{ print $1 }' | grep -v session",
    )
}

/// The services that needrestart finds to run old code, but for those that nobody restarts, and logins of before a restart of sshd.
#[track_caller]
fn needs_restart(host: &Debian) -> Vec<String> {
    let said = host.says(
        "needrestart -b -r l -l 2>/dev/null | sed -n 's/^NEEDRESTART-SVC: //p' | sort | while read -r unit; do \
           grep -q ' r-xp .*(deleted)$' /proc/$(systemctl show -P MainPID $unit)/maps 2>/dev/null && echo $unit; done; true",
    );
    let never = ["dbus", "systemd-logind", "getty", "console-getty", "user@"];
    said.lines().filter(|unit| !never.iter().any(|name| unit.starts_with(name))).map(str::to_string).collect()
}

fn component(host: &Debian, pairs: &[Pair], more: &str) -> Lab {
    let level: String = pairs.iter().map(|pair| format!("    {} = \"{}\"\n", pair.name, pair.new)).collect();
    let lab = Lab::new(&format!(
        "component \"apt\" \"host\" {{\n  patch_level = {{\n{level}  }}\n  {more}\n  {}\n}}\n",
        host.block()
    ));
    lab.patchform("init").exits(0);
    lab
}

#[track_caller]
fn install_old(host: &Debian, pairs: &[Pair]) {
    fetch(host, &["needrestart".into()]);
    let old: Vec<String> = pairs.iter().map(|pair| format!("{}={}", pair.name, pair.old)).collect();
    host.install(&format!("--no-install-recommends needrestart {}", old.join(" ")));
    // They bring newer libraries with them.
    host.says("systemctl restart ssh systemd-journald; systemctl daemon-reexec");
}

/// Takes the last run back.
#[track_caller]
fn take_back(lab: &Lab) {
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    let run = runs["runs"][0]["run"].as_str().or(runs["runs"][0]["id"].as_str()).unwrap();
    lab.patchform(&format!("rollback {run} --auto-approve")).exits(0);
}

#[track_caller]
fn stand(host: &Debian, pairs: &[Pair], version: impl Fn(&Pair) -> &str) {
    for pair in pairs {
        let shown =
            host.says(&format!("dpkg-query -W -f '${{Version}} ${{db:Status-Abbrev}}' {}", pair.name));
        assert_eq!(shown.trim(), format!("{} ii", version(pair)), "{}", pair.name);
    }
}

#[test]
fn openssl_nginx_curl_and_sudo_are_patched_and_taken_back() {
    let Some(host) = Debian::boot() else { return };
    let sets = ["openssl,libssl3", "nginx,nginx-common", "curl,libcurl4", "sudo"];
    let pairs = stock(&host, &sets);
    if pairs.is_empty() {
        return;
    }
    install_old(&host, &pairs);
    host.says("echo '# ours' >>/etc/nginx/nginx.conf; systemctl restart nginx");
    let before = manifest(&host);
    assert_eq!(needs_restart(&host), [""; 0]);

    // Nothing is restarted, and needrestart finds who runs old code.
    let lab = component(&host, &pairs, "restart = []");
    lab.patchform("apply --auto-approve").exits(0);
    stand(&host, &pairs, |pair| &pair.new);
    let found = needs_restart(&host);
    assert!(found.contains(&"ssh.service".to_string()), "{found:?}");
    let silent = lab.read("main.pf.hcl");
    lab.write("main.pf.hcl", silent.replace("restart = []", ""));
    lab.patchform("plan").exits(0).says("needs a restart of").says("ssh.service");
    lab.write("main.pf.hcl", silent);
    take_back(&lab);
    assert_eq!(manifest(&host), before);

    // Left to itself it restarts them, there and back.
    host.says("systemctl restart nginx ssh systemd-journald; systemctl daemon-reexec");
    let lab = component(&host, &pairs, "");
    lab.patchform("plan").exits(0).says("ssh.service");
    lab.patchform("apply --auto-approve").exits(0);
    stand(&host, &pairs, |pair| &pair.new);
    assert_eq!(needs_restart(&host), [""; 0]);
    take_back(&lab);
    assert_eq!(manifest(&host), before);
    assert_eq!(needs_restart(&host), [""; 0]);
}

#[test]
fn a_database_is_patched_and_taken_back_with_its_data() {
    let Some(host) = Debian::boot() else { return };
    let pairs = stock(&host, &["postgresql-15,postgresql-client-15,libpq5"]);
    if pairs.is_empty() {
        return;
    }
    install_old(&host, &pairs);
    let ask = |query: &str| {
        host.says(&format!("cd /; echo '{query}' | runuser -u postgres -- psql -qAt")).trim().to_string()
    };
    ask("create table shop (item text); insert into shop select generate_series(1, 1000)");
    let (before, version) = (manifest(&host), ask("show server_version"));

    let lab = component(&host, &pairs, "");
    lab.patchform("plan").exits(0).says("postgresql@15-main.service");
    lab.patchform("apply --auto-approve").exits(0);
    stand(&host, &pairs, |pair| &pair.new);
    // What runs is new, not only what is installed.
    assert_ne!(ask("show server_version"), version);
    assert_eq!(needs_restart(&host), [""; 0]);
    assert_eq!(ask("select count(*) from shop"), "1000");
    take_back(&lab);
    assert_eq!(ask("show server_version; select count(*) from shop"), format!("{version}\n1000"));
    assert_eq!(manifest(&host), before);
}
