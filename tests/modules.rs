//! Modules through the binary: addresses everywhere, repositories of git that are fetched and pinned.

mod lab;
#[expect(dead_code, reason = "other tests use more of it")]
mod server;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "lab/sshd.rs"]
mod sshd;

use lab::{Lab, Ran};
use server::{Asked, Server};
use sshd::Sshd;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A module with one file that holds its level.
const TIER: &str = r#"
variable "name" { type = string }
variable "level" { type = string }
variable "rollout" { default = null }

component "command" "tier" {
  patch_level = var.level
  rollout     = var.rollout
  read        = ["sh", "-c", "cat ${var.name}.level 2> /dev/null || echo 0.1"]
  patch       = ["sh", "-c", "printf %s $PATCHFORM_LEVEL > ${var.name}.level"]
  lifecycle {
    allow_irreversible = true
  }
}

output "level" { value = command.tier.patch_level }
"#;

const ROOT: &str = r#"
rollout "careful" { max_parallel = 1 }

module "eu" {
  source   = "./tier"
  for_each = { web = "1.0", db = "2.0" }
  name     = each.key
  level    = each.value
  rollout  = rollout.careful
}

module "last" {
  source = "./tier"
  name   = "last"
  level  = module.eu["db"].level
}

output "levels" { value = { for k, m in module.eu : k => m.level } }
"#;

fn lab() -> Lab {
    let lab = Lab::new(ROOT);
    lab.write("tier/main.pf.hcl", TIER);
    lab
}

#[test]
fn absolute_addresses_stand_everywhere() {
    let lab = lab();
    lab.patchform("init").exits(0);
    let plan = lab.patchform("plan").exits(0);
    plan.says("module.eu[\"db\"].command.tier").says("module.last.command.tier").says("rollout.careful: 1");
    let json = lab.patchform("plan --json").exits(0);
    json.says(r#"module.eu[\"web\"].command.tier"#);
    lab.patchform("apply --auto-approve").exits(0);
    let listed = lab.patchform("state list").exits(0);
    assert_eq!(listed.out.matches("command.tier").count(), 3, "{}", listed.out);
    let web = lab.patchform("state list module.eu[\"web\"]").exits(0);
    web.says("module.eu[\"web\"].command.tier").does_not_say("module.last");
    lab.patchform("output").exits(0).says("2.0");
    assert_eq!(lab.read("last.level"), "2.0");
    lab.patchform("graph").exits(0).says("module.last.command.tier");
}

#[test]
fn a_module_is_targeted_excluded_and_forgotten_as_a_whole() {
    let lab = lab();
    lab.patchform("init").exits(0);
    lab.patchform("plan --target module.eu").exits(0).says("2 to").does_not_say("module.last.command.tier  ");
    // What it stands on comes along.
    let last = lab.patchform("plan --target module.last").exits(0);
    last.says("module.eu[\"db\"].command.tier").does_not_say("module.eu[\"web\"]");
    lab.patchform("plan --exclude module.eu").exits(0).does_not_say("~ module");
    lab.patchform("plan --target module.us").exits(1).says("there is no component module.us");
    lab.patchform("apply --auto-approve").exits(0);
    let gone = lab.patchform("state rm module.eu").exits(0);
    assert_eq!(gone.out.matches("is forgotten").count(), 2, "{}", gone.out);
}

#[test]
fn a_component_that_moved_keeps_its_record() {
    let plain = |name: &str| {
        let body = TIER.split("component").nth(1).unwrap().split("output").next().unwrap();
        let body = body.replace("\"tier\"", &format!("\"{name}\"")).replace("var.rollout", "null");
        format!("component{}", body.replace("var.level", "\"1.0\"").replace("${var.name}", "web"))
    };
    let lab = Lab::new(&plain("web"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    // Into a module, by way of a name that it had for a while.
    let root = "module \"eu\" {\n  source = \"./tier\"\n  name   = \"web\"\n  level  = \"1.0\"\n}\n";
    let moved = "moved {\n  from = command.web\n  to   = command.front\n}\nmoved {\n  from = command.front\n  to   = module.eu.command.tier\n}\n";
    lab.write("tier/main.pf.hcl", TIER);
    lab.write("main.pf.hcl", format!("{root}{moved}"));
    let plan = lab.patchform("plan --out moved.plan").exits(0);
    plan.says("command.web → module.eu.command.tier").does_not_say("Forgotten");
    lab.patchform("plan --json").exits(0).says(r#""from":"command.web","to":"module.eu.command.tier""#);
    lab.patchform("plan --detailed-exitcode").exits(2);
    lab.patchform("apply moved.plan").exits(0);
    let listed = lab.patchform("state list").exits(0);
    listed.says("module.eu.command.tier").does_not_say("command.web");
    // Once done, it does nothing, and the block may stay.
    lab.patchform("plan --detailed-exitcode").exits(0).does_not_say("Moved");
    // Back out, and onto an address that another record has.
    lab.write(
        "main.pf.hcl",
        format!("{}{}", plain("web"), "moved {\n  from = module.eu.command.tier\n  to   = command.web\n}\n"),
    );
    lab.patchform("apply --auto-approve").exits(0);
    let two = plain("web") + &plain("other").replace("web.level", "other.level");
    lab.write("main.pf.hcl", two);
    lab.patchform("apply --auto-approve").exits(0);
    let one = plain("web") + "moved {\n  from = command.other\n  to   = command.web\n}\n";
    lab.write("main.pf.hcl", one);
    lab.patchform("plan").exits(1).says("command.other is to become command.web").says("state rm");
}

#[test]
fn a_count_that_comes_or_goes_needs_no_block() {
    let text = |count: &str| {
        format!(
            "component \"command\" \"web\" {{\n  {count}\n  patch_level = \"1.0\"\n  read = [\"cat\", \"level\"]\n  \
             patch = [\"sh\", \"-c\", \"exit 1\"]\n  lifecycle {{\n    allow_irreversible = true\n  }}\n}}\n"
        )
    };
    let lab = Lab::new(&text(""));
    lab.write("level", "1.0");
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", text("count = 2"));
    let plan = lab.patchform("plan --out two.plan").exits(0);
    plan.says("command.web → command.web[0]").does_not_say("Forgotten");
    lab.patchform("apply two.plan").exits(0);
    let listed = lab.patchform("state list").exits(0);
    listed.says("command.web[0]").says("command.web[1]");
    lab.write("main.pf.hcl", text(""));
    lab.patchform("plan").exits(0).says("command.web[0] → command.web").says("command.web[1]");
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform("state list").exits(0).says("command.web").does_not_say("command.web[");
}

#[test]
fn checks_and_preconditions_speak_in_plan_and_json() {
    let check = "check \"spread\" {\n  assert {\n    condition     = length(module.eu) >= 3\n    error_message = \"Only ${length(module.eu)} tiers.\"\n  }\n}\n";
    let lab = lab();
    lab.write("main.pf.hcl", format!("{ROOT}{check}"));
    lab.patchform("init").exits(0);
    let plan = lab.patchform("plan").exits(0);
    plan.says("check.spread does not hold").says("Only 2 tiers.").says("Checks that do not hold");
    let json = lab.patchform("plan --json").exits(0);
    assert!(
        json.out.contains(r#""address":"check.spread","failed":["Only 2 tiers."],"holds":false"#)
            || json.out.contains(r#""address":"check.spread","holds":false,"failed":["Only 2 tiers."]"#),
        "{}",
        json.out
    );
    lab.patchform("validate --json").exits(0).says("Only 2 tiers.");
    // A warning only: the platform is patched.
    lab.patchform("apply --auto-approve").exits(0);
    let demand = TIER.replace("allow_irreversible = true", "allow_irreversible = true\n    precondition {\n      condition     = var.level != \"2.0\"\n      error_message = \"Never two.\"\n    }");
    lab.write("tier/main.pf.hcl", demand);
    lab.patchform("plan")
        .exits(1)
        .says("Never two.")
        .says("var.level = \"2.0\"")
        .says("module.eu[\"db\"], called here");
}

/// A repository with the module in `web/`, and a helper beside it.
struct Repository<'a>(&'a Lab);

impl Repository<'_> {
    fn git(&self, arguments: &str) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]);
        command.args(arguments.split_whitespace()).current_dir(self.0.path("repository"));
        let output = command.output().expect("git starts");
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    }

    fn new(lab: &Lab) -> Repository<'_> {
        lab.write("repository/tier/main.pf.hcl", TIER);
        lab.write(
            "repository/web/main.pf.hcl",
            "variable \"level\" {}\nmodule \"tier\" {\n  source = \"../tier\"\n  name   = \"git\"\n  level  = \"${var.level}-one\"\n}\n",
        );
        let repository = Repository(lab);
        repository.git("init --quiet --initial-branch=main");
        repository.commit("one");
        repository.git("tag v1");
        repository
    }

    fn commit(&self, message: &str) -> String {
        self.git("add .");
        self.git(&format!("commit --quiet -m {message}"));
        self.git("rev-parse HEAD")
    }
}

fn calling(lab: &Lab, source: &str) {
    let text = format!("module \"web\" {{\n  source = \"{source}\"\n  level  = \"7\"\n}}\n");
    lab.write("work/main.pf.hcl", text);
}

fn run(lab: &Lab, line: &str) -> Ran {
    lab.patchform(&format!("--chdir work {line}"))
}

#[test]
fn a_repository_is_fetched_by_init_and_pinned() {
    let lab = Lab::empty();
    let repository = Repository::new(&lab);
    let url = format!("git::file://{}//web", lab.path("repository").display());
    calling(&lab, &format!("{url}?ref=main"));

    // A plan never fetches.
    run(&lab, "plan").exits(1).says("is not fetched yet").says("patchform init");
    run(&lab, "init").exits(0).says("?ref=main").says("pinned");
    run(&lab, "plan").exits(0).says("module.web.module.tier.command.tier").says("7-one");
    let first = repository.git("rev-parse HEAD");
    assert!(lab.read("work/patchform.lock.hcl").contains(&first), "{}", lab.read("work/patchform.lock.hcl"));

    // The branch moves; the pin does not.
    let moved = lab.read("repository/web/main.pf.hcl").replace("-one", "-two");
    lab.write("repository/web/main.pf.hcl", moved);
    let second = repository.commit("two");
    run(&lab, "init").exits(0).says("unchanged");
    run(&lab, "plan").exits(0).says("7-one");
    // A colleague's fresh checkout gets what is pinned, not what the branch is now.
    std::fs::remove_dir_all(lab.path("work/.patchform")).unwrap();
    run(&lab, "plan").exits(1).says("is not fetched yet");
    run(&lab, "init").exits(0).says("fetched as pinned");
    run(&lab, "plan").exits(0).says("7-one");
    run(&lab, "init --upgrade").exits(0).says("pinned anew").says(&second[..12]);
    run(&lab, "plan").exits(0).says("7-two");

    // The lock file of another branch names another commit: what is here is not that.
    let lock = lab.read("work/patchform.lock.hcl").replace(&second, &first);
    lab.write("work/patchform.lock.hcl", lock);
    run(&lab, "plan").exits(1).says("is not the pinned one").says("patchform init");
    run(&lab, "init").exits(0);
    run(&lab, "plan").exits(0).says("7-one");

    // By tag and by commit.
    for version in ["v1", &first, &first[..10]] {
        calling(&lab, &format!("{url}?ref={version}"));
        run(&lab, "init").exits(0);
        run(&lab, "plan").exits(0).says("7-one");
    }
    // Nothing is left of what was called before.
    assert_eq!(lab.read("work/patchform.lock.hcl").matches("module ").count(), 1);
}

#[test]
fn a_folder_that_is_no_module_is_told_with_its_call() {
    let lab = Lab::empty();
    lab.write("work/empty/README.md", "");
    calling(&lab, "./empty");
    run(&lab, "validate").exits(1).says("There is no configuration in empty").says("this module is empty");
    calling(&lab, "./main.pf.hcl");
    run(&lab, "validate")
        .exits(1)
        .says("The module ./main.pf.hcl cannot be read")
        .says("main.pf.hcl is no folder");
}

#[test]
fn what_git_cannot_fetch_is_told_in_its_words() {
    let lab = Lab::empty();
    let repository = Repository::new(&lab);
    let url = format!("git::file://{}", lab.path("repository").display());
    calling(&lab, &format!("{url}//web?ref=v2"));
    run(&lab, "init").exits(1).says("cannot be fetched").says("v2");
    calling(&lab, &format!("git::file://{}/none.git", lab.path("").display()));
    run(&lab, "init").exits(1).says("cannot be fetched").says("Git says");
    calling(&lab, &format!("{url}//nowhere?ref=v1"));
    run(&lab, "init").exits(1).says("has no folder \"nowhere\"").says("The commit of git::");
    // A folder beside the repository is not the repository's to use.
    let outside = lab.read("repository/web/main.pf.hcl").replace("../tier", "../../tier");
    lab.write("repository/web/main.pf.hcl", outside);
    repository.commit("outside");
    calling(&lab, &format!("{url}//web?ref=main"));
    run(&lab, "init").exits(1).says("A fetched module cannot use folders outside of its repository");
    let lost = lab.read("repository/web/main.pf.hcl").replace("../../tier", "../lost");
    lab.write("repository/web/main.pf.hcl", lost);
    repository.commit("lost");
    run(&lab, "init").exits(1).says("The commit that the calling module is from has no folder \"../lost\"");
    // Nothing half done stays behind.
    let left = std::fs::read_dir(lab.path("work/.patchform/modules")).unwrap();
    let hidden = left.filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count();
    assert_eq!(hidden, 0);
}

#[test]
fn a_repository_over_ssh() {
    let Some(host) = Sshd::start() else { return };
    let lab = Lab::empty();
    Repository::new(&lab);
    let config = host.lab.path("ssh_config");
    calling(&lab, &format!("git::ssh://{}{}//web?ref=v1", host.address, lab.path("repository").display()));
    let mut init = lab.patchform_command("--chdir work init");
    init.env("GIT_SSH_COMMAND", format!("ssh -F {} -oBatchMode=yes", config.display()));
    Ran::of(init.output().unwrap()).exits(0).says("pinned");
    run(&lab, "plan").exits(0).says("7-one");
    assert!(Path::new(&lab.path("work/.patchform/modules/modules.json")).exists());
}

#[test]
fn what_keeps_ssh_from_a_repository_is_told_with_the_way_out() {
    let Some(host) = Sshd::start() else { return };
    let lab = Lab::empty();
    Repository::new(&lab);
    let at = |address: &str| {
        calling(&lab, &format!("git::ssh://{address}{}//web?ref=v1", lab.path("repository").display()));
    };
    let init = |options: &str| {
        let ssh = format!("ssh -F {} -oBatchMode=yes {options}", host.lab.path("ssh_config").display());
        let mut init = lab.patchform_command("--chdir work init");
        let ran = Ran::of(init.env("GIT_SSH_COMMAND", ssh).output().unwrap());
        // Wherever its lines were broken.
        Ran { err: ran.err.split_whitespace().collect::<Vec<_>>().join(" "), ..ran }
    };
    let known = host.lab.read("known_hosts");

    // A host that nobody has met.
    at(&host.address);
    host.lab.write("known_hosts", "");
    init("")
        .exits(1)
        .says(&format!("The host key of {} is not known here", host.address))
        .says(&format!("`ssh {}`", host.address));
    // One whose key is another one than before.
    let other = host.lab.read("id.pub");
    host.lab.write("known_hosts", format!("{} {other}", host.address));
    init("").exits(1).says(&format!("The host key of {} has changed", host.address)).says("`ssh-keygen -");
    host.lab.write("known_hosts", known);
    // A key that the host does not take.
    let authorized = host.lab.read("authorized");
    host.lab.write("authorized", "");
    init("").exits(1).says("Permission denied (publickey").says("~/.ssh/config");
    host.lab.write("authorized", authorized);
    // Nobody listens there.
    at(&format!("root@{}:2", host.address));
    init("").exits(1).says("port 2: Connection refused");
    // The host is there, the repository is not.
    calling(&lab, &format!("git::ssh://{}/srv/none.git?ref=v1", host.address));
    init("").exits(1).says("'/srv/none.git' does not appear to be a git repository");
    // No way leads to the host any more.
    let cut = ["-n", &host.namespace, "link", "set", "eth0", "down"];
    assert!(Command::new("ip").args(cut).status().unwrap().success());
    init("-oConnectTimeout=3").exits(1).says(&format!("connect to host {} port 22", host.address));
    assert!(!lab.path("work/patchform.lock.hcl").exists());
}

/// Git's own program for servers, asked as a web server asks it.
fn git_answers(repositories: &Path, asked: &Asked) -> Vec<u8> {
    let (path, query) = asked.path().split_once('?').unwrap_or((asked.path(), ""));
    let mut backend = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", repositories)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", asked.head.split(' ').next().unwrap_or_default())
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", asked.header("content-type").unwrap_or_default())
        .env("CONTENT_LENGTH", asked.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", asked.header("content-encoding").unwrap_or_default())
        .env("GIT_PROTOCOL", asked.header("git-protocol").unwrap_or_default())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git starts");
    backend.stdin.take().expect("a pipe").write_all(&asked.body).expect("git reads");
    let said = backend.wait_with_output().expect("git ends").stdout;
    let end = said.windows(4).position(|four| four == b"\r\n\r\n").expect("headers");
    let head = String::from_utf8_lossy(&said[..end]).into_owned();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let rest: String =
        head.lines().filter(|l| !l.starts_with("Status: ")).map(|l| format!("{l}\r\n")).collect();
    server::answer(status, &rest, &said[end + 4..])
}

#[test]
fn a_repository_over_https() {
    let lab = Lab::empty();
    let repository = Repository::new(&lab);
    server::certificates(&lab.path(""));
    let root = lab.path("");
    let host = Server::secure(&lab.path(""), move |asked| git_answers(&root, asked));
    calling(&lab, &format!("git::{}/repository/.git//web?ref=v1", host.url()));
    // Nobody vouches for the host: git says so, and nothing was asked.
    run(&lab, "init").exits(1).says("cannot be fetched").says("certificate");
    assert!(host.asked().is_empty());
    let mut init = lab.patchform_command("--chdir work init");
    init.env("GIT_SSL_CAINFO", lab.path("ca.pem"));
    Ran::of(init.output().unwrap()).exits(0).says("?ref=v1").says("pinned");
    assert!(!host.asked().is_empty());
    assert!(lab.read("work/patchform.lock.hcl").contains(&repository.git("rev-parse HEAD")));
    // From here on the repository is not needed any more.
    drop(host);
    run(&lab, "plan").exits(0).says("7-one");
}

#[test]
fn what_is_the_same_in_all_instances_of_a_module_is_evaluated_once() {
    let text = |instances: usize| {
        let slow = "length([for a in range(400) : [for b in range(400) : a * b]])";
        let call = "module \"m\" {\n  source = \"./m\"\n  count  = ";
        (
            format!("{call}{instances}\n}}\n"),
            format!(
                "locals {{\n  twice = local.slow * 2\n  slow  = {slow}\n}}\noutput \"slow\" {{\n  value = local.twice\n}}\n"
            ),
        )
    };
    let time = |instances: usize| {
        let (call, module) = text(instances);
        let lab = Lab::new(&call);
        lab.write("m/m.pf.hcl", module);
        let started = std::time::Instant::now();
        lab.patchform("validate").exits(0);
        started.elapsed()
    };
    let (one, many) = (time(1), time(60));
    assert!(many < one * 10, "{one:.1?} for one, {many:.1?} for sixty");
}
