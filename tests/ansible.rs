//! A fleet beside ansible-core: the same job on the same booted hosts, in the same run. Not part of the suite:
//! `cargo test --test ansible -- --ignored --nocapture`; `PATCHFORM_FLEET` says how many hosts (30), `PATCHFORM` which program.
//! More than 15 hosts need more than the usual `fs.inotify.max_user_instances=128`: systemd in each takes eight.

#[path = "lab/archive.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod archive;
#[path = "lab/debian.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod debian;
mod lab;
#[path = "lab/repository.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod repository;

use archive::fetch;
use debian::{Debian, base};
use lab::Lab;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Read, patch two packages, verify: as a playbook.
const PLAYBOOK: &str = r#"- hosts: all
  gather_facts: false
  tasks:
    - name: what is there
      command: dpkg-query -W pf-app pf-lib
      changed_when: false
    - name: patch
      apt: { name: ["pf-app=1.1-1", "pf-lib=1:2.0-1"], update_cache: true }
    - name: both are there
      shell: "dpkg-query -W pf-app | grep -q '1.1-1$' && dpkg-query -W pf-lib | grep -q '1:2.0-1$'"
      changed_when: false
    - name: its service runs
      command: systemctl is-active pf-app
      changed_when: false
"#;

/// ansible-core in an environment of its own, kept beside the lab's roots.
fn ansible() -> PathBuf {
    let folder = base().parent().unwrap().join("ansible");
    if !folder.join("bin/ansible-playbook").exists() {
        let run = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            let done = Command::new(words[0]).args(&words[1..]).status().expect(words[0]);
            assert!(done.success(), "{line}");
        };
        let path = folder.display();
        run(&format!("python3 -m venv {path}"));
        run(&format!("{path}/bin/pip install --quiet ansible-core>=2.16"));
    }
    folder.join("bin/ansible-playbook")
}

/// Installs what Ansible's own module needs on a host, and the packages as they are at first.
fn prepare(host: &Debian) {
    fetch(host, &["python3-apt".into()]);
    host.install("--no-install-recommends python3-apt pf-app=1.0-1 pf-lib=1:1.0-1");
}

/// What a command took, with all its children.
#[derive(Debug)]
struct Took {
    wall: Duration,
    /// User and system time.
    cpu: f64,
    /// The most resident memory of all of them together, in MB.
    memory: u64,
}

/// Runs a command line of a shell in the folder; it must end with 0.
#[track_caller]
fn measured(lab: &Lab, line: &str) -> Took {
    let log = fs::File::create(lab.path("log")).unwrap();
    let began = Instant::now();
    let mut child = Command::new("bash")
        .args(["-c", &format!("{line} >&2; code=$?; times; exit $code")])
        .current_dir(lab.path(""))
        .env("HOME", lab.path(""))
        .stdin(Stdio::null())
        .stdout(fs::File::create(lab.path("times")).unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut memory = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        memory = memory.max(resident(child.id()));
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(status.success(), "{line}: {}", lab.read("log"));
    let times = lab.read("times");
    let seconds = |text: &str| {
        let (minutes, seconds) = text.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    let cpu = times.lines().nth(1).unwrap_or_else(|| panic!("{times}")).split(' ').map(seconds).sum();
    Took { wall: began.elapsed(), cpu, memory: memory / 1024 }
}

/// Resident memory of a process and all its children, in KiB.
fn resident(pid: u32) -> u64 {
    let mut parents: BTreeMap<u32, u32> = BTreeMap::new();
    let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().trim_end_matches(" kB").parse::<u64>().ok()
        };
        parents.insert(pid, of("PPid:").and_then(|ppid| u32::try_from(ppid).ok()).unwrap_or(0));
        sizes.insert(pid, of("VmRSS:").unwrap_or(0));
    }
    let below = |mut at: u32| {
        while at > 1 && at != pid {
            at = parents.get(&at).copied().unwrap_or(0);
        }
        at == pid
    };
    sizes.iter().filter(|(pid, _)| below(**pid)).map(|(_, size)| size).sum()
}

fn configuration(hosts: &[Debian]) -> String {
    let component = |(i, host): (usize, &Debian)| {
        format!(
            "component \"apt\" \"h{i}\" {{\n  patch_level = {{ pf-app = \"1.1-1\", pf-lib = \"1:2.0-1\" }}\n  {}\n}}\n",
            host.block()
        )
    };
    hosts.iter().enumerate().map(component).collect()
}

fn inventory(hosts: &[Debian]) -> String {
    let host = |(i, host): (usize, &Debian)| {
        format!(
            "h{i} ansible_host={} ansible_user=root ansible_python_interpreter=/usr/bin/python3 ansible_ssh_common_args='-F {}'\n",
            host.address,
            host.lab.path("ssh_config").display()
        )
    };
    hosts.iter().enumerate().map(host).collect()
}

#[test]
#[ignore = "a benchmark: it boots 30 hosts, and fetches ansible-core"]
fn the_same_job_beside_ansible() {
    let count = std::env::var("PATCHFORM_FLEET").ok().and_then(|count| count.parse().ok()).unwrap_or(30);
    let ansible = ansible();
    let hosts: Vec<Debian> = (0..count).map_while(|_| Debian::boot()).collect();
    assert_eq!(hosts.len(), count, "hosts cannot be booted here");
    hosts.iter().for_each(prepare);
    let lab = Lab::new(&configuration(&hosts));
    lab.write("inventory.ini", inventory(&hosts));
    lab.write("play.yml", PLAYBOOK);
    lab.patchform("init").exits(0);
    let patchform = std::env::var("PATCHFORM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_patchform").into());

    let ours = measured(&lab, &format!("{patchform} apply --auto-approve"));
    let nothing = measured(&lab, &format!("{patchform} plan --detailed-exitcode"));
    for host in &hosts {
        host.install("pf-app=1.0-1 pf-lib=1:1.0-1");
    }
    let play =
        format!("ANSIBLE_HOST_KEY_CHECKING=True {} -f 10 -i inventory.ini play.yml", ansible.display());
    let theirs = measured(&lab, &play);
    let again = measured(&lab, &play);

    println!(
        "{count} hosts | patchform CPU / wall / memory | ansible-core CPU / wall / memory | ratio of CPU"
    );
    for (what, ours, theirs) in
        [("read, patch two packages, verify", ours, theirs), ("nothing to do", nothing, again)]
    {
        let shown = |took: &Took| {
            format!("{:.1} s / {:.1} s / {} MB", took.cpu, took.wall.as_secs_f64(), took.memory)
        };
        println!("{what} | {} | {} | {:.1}", shown(&ours), shown(&theirs), theirs.cpu / ours.cpu);
    }
}
