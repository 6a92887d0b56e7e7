//! Hosts that other programs know: ssh's own answers beside ours, terraform's too; the files are inputs of the plan; hostile ones.

mod lab;

use lab::Lab;
use patchform::config::hosts::{Inventory, logins, outputs};
use patchform::config::scope::Files;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Every file of a folder in memory, and `/home/me` for `~`.
struct Kept(BTreeMap<&'static str, String>);

impl Files for Kept {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| "there is no such file".into())
    }

    fn list(&self, folder: &str, _: usize) -> Result<Vec<String>, String> {
        Ok(self
            .0
            .keys()
            .filter_map(|path| path.strip_prefix(&format!("{folder}/")))
            .map(str::to_string)
            .collect())
    }

    fn home(&self) -> Option<String> {
        Some("/home/me".into())
    }
}

fn one(text: &str) -> Kept {
    Kept(BTreeMap::from([("c", text.to_string())]))
}

/// A configuration of ssh with all that ours reads; `DIR` is its folder.
const SSH: &str = r#"
# the first value of each counts
User=first
Host web-1 "web-2" WEB-3   # three names
    HostName 10.0.0.%h%%
    Port = 2201
Host web-* !web-2
    Port 2202
    ProxyJump jump@bastion:2222
Include DIR/more/*.conf DIR/none
Host db-1
    HostName Db-1.Example
    User never
Host nohost
    ProxyCommand nc %h %p
    ProxyJump unused
Host plain
    ProxyJump none
Match host 10.0.0.* originalhost web-1
    Port 9999
Match !originalhost plain,web-* host *
    ProxyJump late
Match exec "true"
    ForwardAgent yes
Match all
    Port 2299
Host *
    User last
    HostName %h.lan
"#;

#[test]
fn ssh_reaches_every_host_as_it_is_said_here() {
    let lab = Lab::empty();
    let dir = lab.path("").display().to_string();
    let dir = dir.trim_end_matches('/');
    lab.write("ssh.conf", SSH.replace("DIR", dir));
    lab.write(
        "more/10.conf",
        "Port 2210\nHost db-1\n  Port 2211\nHost inner\n  HostName in.example\n  User inner\n",
    );
    lab.write("more/20.conf", "Host plain\n  Include DIR/more/deep.txt\n".replace("DIR", dir));
    lab.write("more/deep.txt", "HostName deep.example\nHost db-1\n  HostName never.example\n");
    lab.write("more/.hidden.conf", "Host hidden\n");
    let path = lab.path("ssh.conf").display().to_string();
    let known = logins(&path, &patchform::ops::files::FilesOnDisk::default()).expect("it is read");
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    assert_eq!(names, ["WEB-3", "db-1", "inner", "nohost", "plain", "web-1", "web-2"]);
    for (name, login) in known {
        let output = Command::new("ssh").args(["-G", "-F", &path, &name]).output().expect("ssh is there");
        let text = String::from_utf8(output.stdout).expect("text");
        let said = |word: &str| {
            text.lines().find_map(|line| line.strip_prefix(&format!("{word} ")[..])).map(str::to_string)
        };
        assert_eq!(Some(&login.address), said("hostname").as_ref(), "{name}: {text}");
        assert_eq!(login.port.map(|p| p.to_string()), said("port"), "{name}");
        assert_eq!(login.user, said("user"), "{name}");
        assert_eq!(login.jump, said("proxyjump"), "{name}");
    }
}

#[test]
fn includes_start_at_the_folder_of_ssh_and_tell_where_they_are_wrong() {
    let mut files = one("Include conf.d/*\nInclude ~/other\n");
    files.0.insert("/home/me/.ssh/conf.d/a", "Host a\n  Port 1\n".into());
    files.0.insert("/home/me/other", "Host b\n  Port 2\n".into());
    assert_eq!(logins("c", &files).unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
    files.0.insert("/home/me/other", "Host b\n  Port x\n".into());
    let why = logins("c", &files).unwrap_err().to_string();
    assert_eq!(why, "/home/me/other, line 2: \"x\" is no port: a number from 1 to 65535");
    files.0.insert("/home/me/other", "Include ~/other\nInclude ~/other\n".into());
    let why = logins("c", &files).unwrap_err().to_string();
    assert!(why.contains("more than 16 deep") || why.contains("more than 1000 files"), "{why}");
}

#[test]
fn what_only_ssh_can_tell_is_not_guessed() {
    for (text, line, said) in [
        ("Match exec \"test -e /x\"\n  Port 2\nHost a\n", 2, "Match exec"),
        ("Host a\nMatch final\n  HostName b\n", 3, "Match final"),
        ("Host a\n  HostName %n.example\n", 2, "%h"),
    ] {
        let why = logins("c", &one(text)).unwrap_err();
        assert!(why.line == Some(line) && why.what.contains(said), "{why}");
    }
    // It does not matter where another value comes first, or for another host.
    let text = "Host a\n  Port 1\nMatch exec x\n  Port 2\nMatch originalhost b exec x\n  HostName c\n";
    assert_eq!(logins("c", &one(text)).unwrap()["a"].port, Some(1));
}

const STATE: &str = r#"{
  "version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "a",
  "outputs": {
    "hosts": { "value": ["b", "a"], "type": ["set", "string"] },
    "ports": { "value": { "web": 80 }, "type": ["map", "number"] },
    "pair": { "value": ["a", 1, null], "type": ["tuple", ["string", "number", "bool"]] },
    "one": { "value": { "name": "x", "up": true }, "type": ["object", { "name": "string", "up": "bool" }] },
    "word": { "value": "hidden-word", "type": "string", "sensitive": true }
  },
  "resources": [], "check_results": null
}"#;

#[test]
fn outputs_are_those_that_terraform_tells() {
    let ours = outputs(STATE).expect("a state");
    let secret = ours.get("word").expect("an output");
    assert!(secret.is_sensitive() && !ours.get("hosts").expect("an output").is_sensitive());
    let ours = ours.to_json();
    assert_eq!(ours["hosts"], serde_json::json!(["a", "b"]));
    let lab = Lab::empty();
    lab.write("terraform.tfstate", STATE);
    let told = lab.command(Path::new("terraform"), &["output", "-json", "-state=terraform.tfstate"]).output();
    let Ok(told) = told else {
        return println!("terraform is not on PATH: its outputs are not compared");
    };
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let told: serde_json::Map<_, _> = told
        .as_object()
        .expect("an object")
        .iter()
        .map(|(name, o)| (name.clone(), o["value"].clone()))
        .collect();
    assert_eq!(ours["ports"], told["ports"]);
    assert_eq!(told.len(), 5);
    for (name, value) in told {
        let sorted = |value: &serde_json::Value| match value.as_array() {
            Some(items) if name == "hosts" => {
                let mut items: Vec<String> = items.iter().map(ToString::to_string).collect();
                items.sort();
                items.join(",")
            }
            _ => value.to_string(),
        };
        assert_eq!(sorted(&ours[&name]), sorted(&value), "{name}");
    }
}

#[test]
fn what_is_no_state_is_refused() {
    for (text, said) in [
        ("", "line 1"),
        ("[]", "no state"),
        ("{\"version\": 3, \"modules\": []}", "form 3"),
        ("{\"version\": 4, \"outputs\": {\"a\": {\"value\": 1}}}", "has no type"),
        ("{\"version\": 4, \"outputs\": {\"a\": {\"value\": [1], \"type\": \"string\"}}}", "does not fit"),
        ("{\"version\": 4, \"outputs\": {\"a\": {\"value\": 1, \"type\": [\"what\"]}}}", "unknown type"),
        ("{\"encrypted_data\": \"x\", \"encryption_version\": \"v0\"}", "encrypted"),
    ] {
        let why = outputs(text).unwrap_err().to_string();
        assert!(why.contains(said), "{text}: {why}");
    }
    assert_eq!(outputs("{\"version\": 4}").unwrap().to_json(), serde_json::json!({}));
}

/// One note per host of an inventory; its level is a variable of the host.
const NOTES: &str = r#"
data "ansible_inventory" "fleet" { path = "hosts.ini" }

component "command" "note" {
  for_each    = data.ansible_inventory.fleet.value.hosts
  patch_level = each.value.vars.level
  env         = { NAME = each.key }
  read        = ["sh", "-c", "cat $NAME 2>/dev/null || true"]
  patch       = ["sh", "-c", "printf %s \"$PATCHFORM_LEVEL\" > $NAME"]
  lifecycle {
    install            = true
    allow_irreversible = true
  }
}
"#;

#[test]
fn an_inventory_and_the_folders_beside_it_are_inputs_of_the_plan() {
    let lab = Lab::new(NOTES);
    lab.write("hosts.ini", "[web]\nw1\nw2 level='\"2.0\"'\n");
    lab.write("group_vars/web.yaml", "level: '1.0'\n");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!((lab.read("w1"), lab.read("w2")), ("1.0".into(), "2.0".into()));
    lab.write("hosts.ini", "[web]\nw1 level='\"1.1\"'\nw2 level='\"2.0\"'\n");
    lab.patchform("plan --out p").exits(0).says("1.0 → 1.1");
    for (file, text) in [
        ("hosts.ini", "[web]\nw1 level='\"1.2\"'\nw2 level='\"2.0\"'\n"),
        ("group_vars/web.yaml", "level: '1.3'\n"),
        ("host_vars/w2/more.yml", "level: '2.1'\n"),
    ] {
        let before = lab.read(file);
        lab.write(file, text);
        lab.patchform("apply p").exits(6).says(file);
        if before.is_empty() {
            std::fs::remove_file(lab.path(file)).unwrap();
        } else {
            lab.write(file, before);
        }
    }
    lab.patchform("apply p").exits(0);
    assert_eq!(lab.read("w1"), "1.1");
}

#[test]
fn what_a_vault_has_sealed_sets_nothing() {
    let sealed = "$ANSIBLE_VAULT;1.1;AES256\n6162\n";
    let files = Kept(BTreeMap::from([
        (
            "in/group_vars/all.yml",
            "a: file\nb: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\nc: !unsafe \"{{ x }}\"\n".to_string(),
        ),
        ("in/host_vars/h.yml", sealed.to_string()),
    ]));
    let inventory =
        Inventory::read_all("in/hosts.ini", "h\n[all:vars]\na=1\nb=2\n", &files).expect("it is read");
    let vars = &inventory.known().expect("it is known")["h"].vars;
    let vars: Vec<String> = vars.iter().map(|(name, value)| format!("{name}={}", value.to_json())).collect();
    assert_eq!(vars, ["a=\"file\"", "c=\"{{ x }}\""]);
}

#[test]
fn a_password_of_an_inventory_is_never_shown() {
    let lab = Lab::new(
        "data \"ansible_inventory\" \"a\" { path = \"hosts.ini\" }\noutput \"all\" { value = data.ansible_inventory.a.value }\n",
    );
    lab.write("hosts.ini", "w1 ansible_become_password=hidden-word\n");
    lab.patchform("init").exits(0);
    lab.patchform("validate").exits(1).says("sensitive").does_not_say("hidden-word");
}

/// What is hostile by its size or its depth is read or refused at once.
#[test]
fn enormous_and_endless_files_end() {
    let begun = Instant::now();
    let hosts: String = (0..20_000).map(|i| format!("web-{i} a={i}\n")).collect();
    let inventory = Inventory::read("hosts.ini", &format!("[web]\n{hosts}")).expect("it is read");
    assert_eq!(inventory.known().expect("it is known").len(), 20_000);
    let chain: String = (0..5_000).map(|i| format!("[g{i}:children]\ng{}\n", i + 1)).collect();
    let inventory = Inventory::read("hosts.ini", &format!("{chain}[g5000]\nh\n")).expect("it is read");
    assert_eq!(inventory.known().expect("it is known")["h"].groups.len(), 5_001);
    for text in ["[w]\nx[0:999]y[0:999]\n", "[w]\nx[0:99999999999]\n"] {
        assert!(Inventory::read("hosts.ini", text).is_err(), "{text}");
    }
    for text in [
        "x: {a: &a [1], b: *a}",
        &format!("all: {}", "{children: {a: ".repeat(5_000)),
        "all: {hosts: {\"x[0:99999]y[1:9]\": }}",
    ] {
        assert!(Inventory::read("hosts.yaml", text).is_err(), "{text:.60}");
    }
    let names: String = (0..20_000).map(|i| format!("Host h{i}\n  Port 22\n")).collect();
    assert_eq!(logins("c", &one(&format!("{names}Host *\n  User a\n"))).expect("it is read").len(), 20_000);
    let patterns: String = (0..20_000).map(|i| format!("Host h{i} *x{i}*\n  Port 22\n")).collect();
    assert!(logins("c", &one(&patterns)).is_err());
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

/// A line as such files have them, or something else.
const LINE: &str = r#"\[[a-c]{1,2}(:vars|:children|:hosts|:x)?\]|[a-c][0-9]?(\[[0-9a-c]{0,2}:[0-9a-c]{0,2}(:[0-9]?)?\])?(:[0-9]{0,3})? ?([a-c]=[^ ]{0,6} ?){0,2}|(Host|Match|Include|HostName|Port|User|ProxyJump|host=) ?[!*?a-c%h,"' ]{0,8}|[a-c]: \{?[a-c:\[\]{}&* 0-9]{0,10}\}?|  (hosts|vars|children):|    [a-c]:( \{[a-c]: [0-9]\})?|.{0,16}"#;

proptest::proptest! {
    #[test]
    fn any_file_is_read_or_refused(lines in proptest::collection::vec(LINE, 0..12)) {
        let text = lines.join("\n");
        for name in ["hosts", "hosts.ini", "hosts.yaml"] {
            if let Ok(inventory) = Inventory::read(name, &text) {
                let _ = inventory.value();
            }
        }
        let _ = logins("c", &one(&text));
        let _ = outputs(&text);
        let _ = patchform::config::hosts::reached("c", &text, &one(&text));
    }
}
