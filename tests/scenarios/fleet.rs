//! A web fleet of two zones: hosts of the lab, each with sshd, nginx and nftables of its own, behind a real HAProxy.

use super::clock::Clock;
use super::front::{Front, Load, is_there, state};
use super::lab::{Lab, Ran};
use super::web::Host;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};

/// A patch: the server is stopped, takes its time, and comes back with its new level. Without a drain that would be seen.
/// What is unwell with its level does not say that it is well, and what is to wait does so half-way.
const PATCH: &str = r#"PATH=$PATH:/usr/sbin
nginx -c $1/nginx.conf -s stop 2>/dev/null
while [ -e $1/pid ]; do sleep 0.02; done
touch $1/begun
while [ -e $1/waits ]; do sleep 0.02; done
sleep 0.3
printf %s "$2" > $1/level
if [ -e $1/ill-with-$2 ]; then rm -f $1/well; else touch $1/well; fi
exec nginx -c $1/nginx.conf >/dev/null 2>&1
"#;

/// Hosts by name, `web-east-1` …, and what stands in front of them.
pub struct Fleet {
    pub lab: Lab,
    pub front: Front,
    pub hosts: BTreeMap<String, Host>,
}

/// Who was away, as the journal of a run tells it.
#[derive(Debug, Default)]
pub struct Away {
    /// The most at once.
    pub most: usize,
    /// Hosts that were away while one of another zone was.
    pub across: BTreeSet<String>,
    /// In the order in which they were taken away.
    pub order: Vec<String>,
}

impl Fleet {
    /// So many hosts in each zone, all at 1.0; `None`, with a line that says so, where a program is missing.
    pub fn new(in_each: usize) -> Option<Fleet> {
        if !is_there("haproxy") {
            return None;
        }
        let lab = Lab::empty();
        lab.write("patch", PATCH);
        let mut hosts = BTreeMap::new();
        for zone in ["east", "west"] {
            for k in 1..=in_each {
                let host = Host::start()?;
                host.sshd.lab.write("well", "");
                hosts.insert(format!("web-{zone}-{k}"), host);
            }
        }
        let servers: Vec<_> =
            hosts.iter().map(|(name, host)| (name.clone(), format!("{}:80", host.sshd.address))).collect();
        let front = Front::start(&lab, &servers);
        let fleet = Fleet { lab, front, hosts };
        fleet.wants("1.0", "", "", "");
        fleet.run("apply --auto-approve").exits(0);
        fleet.front.until("all serve", || fleet.who_does_not_serve().is_empty());
        Some(fleet)
    }

    /// The configuration: all at a level, under this rollout, with more for their maintenance, and more blocks.
    pub fn wants(&self, level: &str, rollout: &str, maintenance: &str, more: &str) {
        let rows: String = self
            .hosts
            .iter()
            .map(|(name, host)| {
                let zone = name.split('-').nth(1).unwrap();
                let (folder, config) = (host.sshd.lab.path(""), host.sshd.lab.path("ssh_config"));
                format!(
                    "    {name} = {{ zone = \"{zone}\", host = \"{}\", folder = \"{}\", config = \"{}\" }}\n",
                    host.sshd.address,
                    folder.display().to_string().trim_end_matches('/'),
                    config.display()
                )
            })
            .collect();
        let (socket, patch) = (self.lab.path("admin.sock"), self.lab.path("patch"));
        let (socket, patch) = (socket.display(), patch.display());
        self.lab.write(
            "main.pf.hcl",
            format!(
                r#"
traffic "haproxy" "front" {{
  socket  = "{socket}"
  backend = "web"
}}

rollout "web" {{
  {rollout}
}}

component "command" "web" {{
  for_each = {{
{rows}  }}
  patch_level = "{level}"
  rollout     = rollout.web
  zone        = each.value.zone
  read        = ["cat", "${{each.value.folder}}/level"]
  patch       = ["sh", "-c", "sh {patch} ${{each.value.folder}} $PATCHFORM_LEVEL"]
  snapshot    = ["cat", "${{each.value.folder}}/level"]
  restore     = ["sh", "-c", "sh {patch} ${{each.value.folder}} $PATCHFORM_SNAPSHOT"]

  connection "ssh" {{
    host   = each.value.host
    config = each.value.config
    wait   = "2s"
  }}
  check "http" "well" {{
    url      = "http://${{each.value.host}}/well"
    interval = "100ms"
    within   = "1s"
  }}
  maintenance {{
    drain         = [traffic.haproxy.front]
    member        = each.key
    drain_timeout = "5s"
{maintenance}  }}
}}
{more}"#
            ),
        );
    }

    /// Their health is asked on the hosts themselves, which a block does not keep out.
    pub fn asks_on_the_host(&self) {
        let text = self.lab.read("main.pf.hcl");
        let (before, after) = text.split_once("  check \"http\"").unwrap();
        let after = after.split_once("\n  }\n").unwrap().1;
        let ask = r#"exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET /well HTTP/1.0\\r\\n\\r\\n' >&3; grep -q '200 OK' <&3"#;
        let check = format!(
            "  check \"exec\" \"well\" {{\n    command  = [\"bash\", \"-c\", \"{ask}\"]\n    interval = \"100ms\"\n    within   = \"1s\"\n  }}\n"
        );
        self.lab.write("main.pf.hcl", format!("{before}{check}{after}"));
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = self.lab.patchform_command(line);
        command.env("COLUMNS", "300");
        command
    }

    pub fn run(&self, line: &str) -> Ran {
        Ran::of(self.command(line).output().expect("patchform starts"))
    }

    /// The same at a time of day.
    pub fn at(&self, clock: &Clock, at: &str, line: &str) -> Ran {
        clock.set(at);
        Ran::of(self.starts_at(clock, line).wait_with_output().unwrap())
    }

    /// Starts it under a clock, and does not wait for it.
    pub fn starts_at(&self, clock: &Clock, line: &str) -> Child {
        let mut command = self.command(line);
        clock.show(&mut command);
        self.starts(command)
    }

    /// Starts it, and does not wait for it.
    pub fn starts(&self, mut command: Command) -> Child {
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("patchform starts")
    }

    pub fn load(&self) -> Load {
        self.front.load()
    }

    /// The next patch of a host stops half-way, until [`Fleet::goes_on`].
    pub fn waits_half_way(&self, name: &str) {
        let _ = std::fs::remove_file(self.hosts[name].sshd.lab.path("begun"));
        self.hosts[name].sshd.lab.write("waits", "");
    }

    /// Waits until the host's patch is half-way.
    pub fn is_half_way(&self, name: &str) {
        self.front.until("it is half-way", || self.hosts[name].sshd.lab.path("begun").exists());
    }

    pub fn goes_on(&self, name: &str) {
        let _ = std::fs::remove_file(self.hosts[name].sshd.lab.path("waits"));
    }

    /// The level of each host, in their order.
    pub fn levels(&self) -> String {
        let levels: Vec<_> = self.hosts.values().map(|host| host.sshd.lab.read("level")).collect();
        levels.join(" ")
    }

    fn who_does_not_serve(&self) -> Vec<(String, u64, u64)> {
        let serves = |(name, ..): &(String, u64, u64)| state((name, 2, 0));
        self.front.states().into_iter().filter(|s| *s != serves(s)).collect()
    }

    /// Nothing is left drained, blocked or noted.
    #[track_caller]
    pub fn all_serve(&self) {
        assert_eq!(self.who_does_not_serve(), []);
        for (name, host) in &self.hosts {
            assert!(!host.rules().contains("patchform_"), "{name} is blocked: {}", host.rules());
        }
        let notes = std::fs::read_dir(self.lab.path(".patchform/traffic")).into_iter().flatten().flatten();
        let notes: Vec<_> = notes.map(|note| note.file_name()).collect();
        assert!(!notes.iter().any(|n| n.to_string_lossy().ends_with(".json")), "{notes:?} are left");
    }

    pub fn last_run(&self) -> String {
        let runs = self.run("run list --json").exits(0).out;
        let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
        runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_string()
    }

    /// Who was away in the last run: from when it was asked for until its traffic was back.
    pub fn away(&self) -> Away {
        let (mut found, mut now) = (Away::default(), BTreeSet::new());
        let shown = self.run(&format!("run show {} --json", self.last_run())).exits(0).out;
        for line in shown.lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let name = event["action"]["address"].as_str().and_then(|a| a.split('"').nth(1));
            let (Some(name), Some(kind), Some(step)) = (name, event["type"].as_str(), event["step"].as_str())
            else {
                continue;
            };
            match (kind, step) {
                ("intent", "drain") => {
                    found.order.extend(now.insert(name.to_string()).then(|| name.to_string()));
                }
                ("fact", "undrain") => drop(now.remove(name)),
                _ => {}
            }
            let zones: BTreeSet<&str> = now.iter().filter_map(|name| name.split('-').nth(1)).collect();
            found.most = found.most.max(now.len());
            if zones.len() > 1 {
                found.across.extend(now.iter().cloned());
            }
        }
        assert!(now.is_empty(), "{now:?} never came back");
        found
    }
}
