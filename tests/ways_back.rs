//! Ways back through the binary, on real files changed by real commands: what each `on_failure` takes back on graphs
//! with diamonds, shared targets and overlapping coverage, and what a restore that fails holds.

mod lab;
#[expect(dead_code, reason = "what is shown is searched, not drawn")]
#[path = "lab/terminal.rs"]
mod terminal;

use lab::{Lab, files};
use std::io::Write as _;
use std::time::Duration;
use terminal::Terminal;

/// `text` with these lines in the block of `command.NAME`.
fn with(text: &str, name: &str, lines: &str) -> String {
    let header = format!("component \"command\" \"{name}\" {{\n");
    assert!(text.contains(&header), "{name}");
    text.replace(&header, &format!("{header}  {lines}\n"))
}

/// `text` with every component in a rollout that does this after a failure.
fn under(on_failure: &str, text: &str) -> String {
    let rollout = format!("rollout \"all\" {{\n  on_failure = \"{on_failure}\"\n}}\n");
    format!("{rollout}{}", text.replace("  patch_level", "  rollout     = rollout.all\n  patch_level"))
}

/// d on b and c, both on a; e is free. Patches by component, plain ones where none is given.
fn diamond(level: &str, patches: &[(&str, &str)]) -> String {
    let patch = |name: &str| patches.iter().find(|(n, _)| *n == name).map_or("", |(_, patch)| *patch);
    files(&[
        ("a", level, "", patch("a")),
        ("b", level, "command.a", patch("b")),
        ("c", level, "command.a", patch("c")),
        ("d", level, "command.b, command.c", patch("d")),
        ("e", level, "", patch("e")),
    ])
}

fn levels(lab: &Lab) -> String {
    ["a", "b", "c", "d", "e"].map(|name| lab.read(name).trim().to_string()).join(" ")
}

/// A platform at 1.0 that is to go to 1.1.
fn platform(configuration: impl Fn(&str) -> String) -> Lab {
    let lab = Lab::new(&configuration("1.0").replace("exit 1", "true"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", configuration("1.1"));
    lab
}

/// Fails once e, which is free, has reached its level.
const AFTER_E: &str =
    "while ! grep -q $PATCHFORM_LEVEL e; do sleep 0.02; done; echo half > $NAME; echo no disk; exit 1";

#[test]
fn what_goes_back_in_a_diamond() {
    for (mode, fails, code, after) in [
        ("rollback_component", "d", 3, "1.1 1.1 1.1 1.0 1.1"),
        ("rollback_wave", "d", 3, "1.1 1.1 1.1 1.0 1.1"),
        ("rollback_run", "d", 3, "1.0 1.0 1.0 1.0 1.0"),
        ("halt", "d", 7, "1.1 1.1 1.1 half 1.1"),
        ("rollback_component", "b", 3, "1.1 1.0 1.1 1.0 1.1"),
        ("rollback_run", "b", 3, "1.0 1.0 1.0 1.0 1.0"),
        ("rollback_component", "a", 3, "1.0 1.0 1.0 1.0 1.1"),
    ] {
        let lab = platform(|level| {
            let failing = if level == "1.0" { "" } else { AFTER_E };
            under(mode, &diamond(level, &[(fails, failing)]))
        });
        let ran = lab.patchform("apply --auto-approve").exits(code);
        assert_eq!(levels(&lab), after, "{mode}, {fails} fails\n{}{}", ran.out, ran.err);
        ran.says("no disk");
        if code == 7 {
            lab.patchform("rollback").exits(0);
            assert_eq!(levels(&lab), "1.0 1.0 1.0 1.0 1.0", "{mode} and a rollback");
        }
    }
}

/// A diamond on its way from 1.0 to 1.1 that halted at d, whose `patch` finds no disk.
fn halted_at_d(patch: &str) -> Lab {
    let lab = Lab::new(&under("halt", &diamond("1.0", &[])));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", under("halt", &diamond("1.1", &[("d", patch)])));
    lab.patchform("apply --auto-approve").exits(7).says("no disk");
    lab
}

/// A run that halted half-way knows that what it finds there is its own.
#[test]
fn what_halted_half_way_is_resumed_or_taken_back() {
    let patch =
        "printf half > $NAME; test -f room || { echo no disk; exit 1; }; printf %s $PATCHFORM_LEVEL > $NAME";
    let halted = || halted_at_d(patch);
    // Nothing was mended: it fails as before, and not for what it did itself.
    let lab = halted();
    lab.patchform("resume").exits(7).says("no disk").does_not_say("has changed since");
    // Mended.
    lab.write("room", "");
    lab.patchform("resume").exits(0);
    assert_eq!(levels(&lab), "1.1 1.1 1.1 1.1 1.1");
    lab.patchform("plan --detailed-exitcode").exits(0);
    // Mended by hand in its middle: whoever resumes goes on from what is there.
    let lab = halted();
    lab.write("room", "");
    lab.write("d", "by hand");
    lab.patchform("resume").exits(0);
    assert_eq!(levels(&lab), "1.1 1.1 1.1 1.1 1.1");
    // Given up.
    let lab = halted();
    lab.patchform("resume").exits(7);
    lab.patchform("rollback").exits(0);
    assert_eq!(levels(&lab), "1.0 1.0 1.0 1.0 1.0");
}

/// The patch halted before it had changed anything; what a person puts there meanwhile is no stranger's.
#[test]
fn what_was_put_right_by_hand_after_a_halt_is_gone_on_from() {
    let patch = "test -f room || { echo no disk; exit 1; }; printf %s $PATCHFORM_LEVEL > $NAME";
    let halted = || halted_at_d(patch);
    let lab = halted();
    lab.write("d", "1.1");
    lab.write("room", "");
    lab.patchform("resume").exits(0);
    assert_eq!(levels(&lab), "1.1 1.1 1.1 1.1 1.1");
    lab.patchform("plan --detailed-exitcode").exits(0);
    // The cause is still there; and it is given up: what was done by hand is taken back with the rest.
    let lab = halted();
    lab.write("d", "1.05");
    lab.patchform("resume").exits(7).says("no disk").does_not_say("has changed since");
    lab.patchform("rollback").exits(0).does_not_say("lacks its end");
    assert_eq!(levels(&lab), "1.0 1.0 1.0 1.0 1.0");
}

/// What is left to be done stands on what is done already: whoever takes the run up looks whether that is still there.
#[test]
fn what_was_changed_under_the_rest_of_a_halted_run_is_not_built_on() {
    let patch = "test -f room || { echo no disk; exit 1; }; printf %s $PATCHFORM_LEVEL > $NAME";
    let lab = halted_at_d(patch);
    lab.write("room", "");
    for (there, told) in [("1.0", "it reads 1.0"), ("", "it is absent")] {
        lab.write("a", there);
        let refused = lab.patchform("resume").exits(6).says("command.a was changed since").says(told);
        refused.says("patchform rollback").says("patchform run abandon");
        assert_eq!(lab.read("d"), "1.0");
    }
    // Nothing that is left stands on e.
    lab.write("a", "1.1");
    lab.write("e", "1.2");
    lab.patchform("resume").exits(0).says("command.e was changed since").says("the next");
    assert_eq!(levels(&lab), "1.1 1.1 1.1 1.1 1.2");
    // Whoever takes it back hears what that goes over.
    lab.write("main.pf.hcl", under("halt", &diamond("1.3", &[("d", "exit 1")])));
    lab.patchform("apply --auto-approve").exits(7);
    lab.write("a", "hotfix");
    lab.patchform("rollback").exits(0).says("command.a was changed since").says("hotfix");
    assert_eq!(levels(&lab), "1.1 1.1 1.1 1.1 1.2");
}

/// Three instances of one block under one rollout with one place, and a free component.
fn wave(level: &str, patch: &str) -> String {
    let instances = files(&[("web", level, "", patch)])
        .replace(
            "patch_level",
            "for_each    = toset([\"1\", \"2\", \"3\"])\n  rollout     = rollout.waves\n  patch_level",
        )
        .replace("NAME = \"web\"", "NAME = \"web-${each.key}\"");
    let free = files(&[("db", level, "", "")]);
    format!(
        "rollout \"waves\" {{\n  max_parallel = 1\n  on_failure   = \"rollback_wave\"\n}}\n{instances}{free}"
    )
}

#[test]
fn rollback_wave_takes_the_instances_of_the_block_back() {
    let lab = platform(|level| {
        wave(level, "printf %s $PATCHFORM_LEVEL > $NAME; [ $NAME != web-2 ] || { echo no disk; exit 1; }")
    });
    let ran = lab.patchform("apply --auto-approve").exits(3);
    ran.says("no disk").says("not begun when its wave was taken back");
    let level = |name: &str| lab.read(name);
    assert_eq!(["web-1", "web-2", "web-3", "db"].map(level), ["1.0", "1.0", "1.0", "1.1"]);
}

/// Two hosts, each a folder, whose kernels are snapshotted with the whole of it; a shop on the first.
fn hosts(level: &str, kernel: &str) -> String {
    let kernels = files(&[("kernel", level, "", kernel)])
        .replace("patch_level", "for_each    = toset([\"one\", \"two\"])\n  rollout     = rollout.kernels\n  target      = each.key\n  covers      = [\"system\"]\n  patch_level")
        .replace("NAME = \"kernel\"", "NAME = \"${each.key}/kernel\", HOST = each.key");
    let snapshot =
        "snapshot = [\"sh\", \"-c\", \"cp -r $HOST $PATCHFORM_SNAPSHOT; echo $PATCHFORM_SNAPSHOT\"]";
    let restore = "echo kernel of $HOST >> order; rm -rf $HOST; cp -r $PATCHFORM_SNAPSHOT $HOST";
    let restore = format!("restore = [\"sh\", \"-c\", \"{restore}\"]");
    let line = |line: &str| match line.trim_start().split(' ').next() {
        Some("snapshot") => format!("  {snapshot}\n"),
        Some("restore") => format!("  {restore}\n"),
        _ => format!("{line}\n"),
    };
    let kernels: String = kernels.lines().map(line).collect();
    let app = files(&[("shop", level, "", "")])
        .replace("patch_level", "target      = \"one\"\n  patch_level")
        .replace("NAME = \"shop\"", "NAME = \"one/shop\"")
        .replace("\"if [ -f", "\"echo shop >> order; if [ -f");
    format!(
        "rollout \"kernels\" {{\n  max_parallel = 1\n  on_failure   = \"rollback_wave\"\n}}\n{kernels}{app}"
    )
}

/// The shop is in no rollout of the kernels and stands on none: the snapshot of its host takes it along.
#[test]
fn a_restore_of_the_whole_system_takes_what_began_there_later_along() {
    // The second kernel fails when the shop, which waits for the first one, has reached its level.
    let second = "if [ $HOST = two ] && [ $PATCHFORM_LEVEL = 1.1 ]; then \
                  while ! grep -q 1.1 one/shop; do sleep 0.02; done; exit 1; fi; printf %s $PATCHFORM_LEVEL > $NAME";
    let lab = Lab::new(&hosts("1.0", second));
    for host in ["one", "two"] {
        lab.write(&format!("{host}/id"), host);
    }
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", hosts("1.1", second));
    lab.patchform("plan")
        .exits(0)
        .says("of the whole system")
        .says("going back takes back too, where begun later: command.shop");
    lab.patchform("apply --auto-approve").exits(3);
    let level = |name: &str| lab.read(name);
    assert_eq!(["one/kernel", "one/shop", "two/kernel"].map(level), ["1.0", "1.0", "1.0"]);
    assert_eq!(lab.read("order"), "shop\nkernel of one\n", "two had changed nothing");
    lab.patchform("snapshot list").exits(0).says("system");
}

/// A component with a file of data beside its level, which its snapshot holds too.
fn ledger(level: &str, lines: &str, patch: &str) -> String {
    let text = files(&[("ledger", level, "", patch)]);
    let text = with(&text, "ledger", "covers      = [\"data\"]");
    let text = text.replace(
        "cp \\\"$NAME\\\" \\\"$NAME.$PATCHFORM_ACTION_ID\\\"",
        "cp data data.$PATCHFORM_ACTION_ID; cp \\\"$NAME\\\" \\\"$NAME.$PATCHFORM_ACTION_ID\\\"",
    );
    let restores = "cp data.${PATCHFORM_SNAPSHOT#ledger.} data; cp \\\"$PATCHFORM_SNAPSHOT\\\"";
    with(&text.replace("cp \\\"$PATCHFORM_SNAPSHOT\\\"", &restores.replace("${", "$${")), "ledger", lines)
}

const UNINSTALL: &str = r#"uninstall   = ["sh", "-c", "printf %s $PATCHFORM_LEVEL > ledger"]"#;
const MAY_LOSE: &str = "snapshot {\n    may_lose_data = true\n  }";
/// Somebody writes while the patch is done, and it fails.
const WRITES: &str = "[ $PATCHFORM_LEVEL = 1.0 ] || echo order-2 >> data; printf half > $NAME; [ $PATCHFORM_LEVEL != 1.1 ] || exit 1; printf %s $PATCHFORM_LEVEL > $NAME";

#[test]
fn a_way_back_that_throws_data_away_is_used_only_where_that_is_allowed() {
    let installed = |lines: &str| {
        let lab = Lab::new(&ledger("1.0", UNINSTALL, WRITES));
        lab.write("data", "order-1\n");
        lab.patchform("init").exits(0);
        lab.patchform("apply --auto-approve").exits(0);
        lab.write("main.pf.hcl", ledger("1.1", lines, WRITES));
        lab
    };
    // Neither allowed nor another way back: it is not begun.
    let lab = installed("");
    lab.patchform("plan").exits(0).says("throw away data written since").says("may_lose_data = true");
    lab.patchform("plan --json").exits(0).says("\"is\":\"loses_data\"");
    lab.patchform("apply --auto-approve").exits(5);
    assert_eq!([lab.read("ledger"), lab.read("data")], ["1.0", "order-1\n"]);
    // Another way back keeps the data.
    let lab = installed(UNINSTALL);
    lab.patchform("plan").exits(0).says("uninstall").says("no restore: it would throw away data");
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!([lab.read("ledger"), lab.read("data")], ["1.0", "order-1\norder-2\n"]);
    // Allowed by name.
    let lab = installed(MAY_LOSE);
    lab.patchform("plan").exits(0).says("going back throws away data written since the snapshot");
    lab.patchform("plan --json").exits(0).says("\"discards_data\":true");
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!([lab.read("ledger"), lab.read("data")], ["1.0", "order-1\n"]);
}

#[test]
fn one_claim_of_two_components_on_one_target_is_an_error() {
    let claim = "claims      = [\"path:/srv/app\"]";
    let text = files(&[("a", "1.0", "", ""), ("b", "1.0", "", ""), ("c", "1.0", "command.b", "")]);
    let text = with(&with(&text, "a", claim), "b", claim);
    let lab = Lab::new(&text);
    lab.patchform("init").exits(0);
    lab.patchform("plan").exits(0).says("command.b manages path:/srv/app on the same target too");
    lab.patchform("apply --auto-approve").exits(5).says("command.a manages path:/srv/app");
    assert_eq!(levels(&lab).trim(), "", "and what stands on one of them is held");
    // On another target it is another thing.
    lab.write("main.pf.hcl", with(&text, "b", "target      = \"two\""));
    lab.patchform("apply --auto-approve").exits(0);
    assert_eq!(lab.read("c"), "1.0");
}

/// b cannot be restored until somebody mends that, and e neither until the same.
fn stuck(level: &str) -> String {
    let failing = if level == "1.0" { "" } else { AFTER_E };
    let text = under("rollback_run", &diamond(level, &[("d", failing)]));
    let text = ["b", "e"].iter().fold(text, |text, name| {
        let env = format!("env         = {{ NAME = \"{name}\" }}");
        let (before, after) = text.split_once(&env).expect("the block's environment");
        let after =
            after.replacen("\"if [ -f", "\"test -f mended || { echo the tape is torn; exit 1; }; if [ -f", 1);
        format!("{before}{env}{after}")
    });
    let vendor = "vendor \"acme\" {\n  name  = \"Acme duty desk\"\n  phone = \"+49 30 5550100\"\n  case  = \"C-99881\"\n}\n";
    format!("{vendor}{}", with(&with(&text, "b", "vendor = vendor.acme"), "a", "vendor = vendor.acme"))
}

#[test]
fn what_cannot_be_restored_holds_only_what_it_stands_on_and_says_whom_to_call() {
    let lab = platform(stuck);
    lab.patchform("plan").exits(0).says("contact    Acme duty desk, phone +49 30 5550100, case C-99881");
    let said = |ran: lab::Ran, times: u32| {
        // The first cause is d's patch, not the restore that failed.
        ran.says("Emergency steps for command.b")
            .says(&format!("restore failed {times} times"))
            .says("it was to go back because of command.d: patch failed:")
            .says("command.a is at its planned level, verified: nothing is wrong")
            .says("command.b has to go back first")
            .says("First restore command.b")
            .says(" b.2")
            .says("Emergency steps for command.e")
            .does_not_say("Emergency steps for command.c")
            .says("Acme duty desk")
            .says("+49 30 5550100")
            .says("C-99881")
    };
    said(lab.patchform("apply --auto-approve").exits(4), 3);
    assert_eq!(levels(&lab), "1.1 1.1 1.0 1.0 1.1", "d and c are back, a stays below b, e failed by itself");
    said(lab.patchform("run show").exits(0), 3);
    // The configuration is not needed for any of it.
    std::fs::remove_file(lab.path("main.pf.hcl")).unwrap();
    said(lab.patchform("rollback").exits(4), 5);
    said(lab.patchform("resume").exits(4), 7);
    let json = lab.patchform("resume --json").exits(4).out;
    let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    let of = |address: &str| {
        let all = last["components"].as_array().unwrap();
        all.iter().find(|c| c["address"] == address).unwrap().clone()
    };
    let b = of("command.b");
    assert_eq!(b["emergency"]["contact"]["phone"], "+49 30 5550100");
    assert_eq!(b["emergency"]["contact"]["email"], serde_json::Value::Null);
    assert!(b["cause"].as_str().unwrap().contains("command.d"), "{b}");
    assert!(of("command.e")["emergency"]["contact"].is_null());
    assert!(of("command.c")["emergency"].is_null());
    lab.write("mended", "");
    lab.patchform("rollback").exits(0);
    assert_eq!(levels(&lab), "1.0 1.0 1.0 1.0 1.0");
}

/// A saved plan beside a run that has not ended: that run is what is in the way, not what it has changed meanwhile.
#[test]
fn a_saved_plan_beside_an_open_run_names_that_run() {
    let config = |level: &str, patch: &str| files(&[("a", level, "", patch)]);
    let lab = Lab::new(&config("1.0", ""));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.2", ""));
    lab.patchform("plan --out p").exits(0);
    let stop = format!("printf half > $NAME; {} run stop", env!("CARGO_BIN_EXE_patchform"));
    lab.write("main.pf.hcl", config("1.1", &stop));
    lab.patchform("apply --auto-approve").exits(7);
    let refused = lab.patchform("apply p").exits(6).does_not_say("stale");
    refused.says("left unfinished").says("command.a").says("patchform resume").says("patchform run abandon");
}

/// A rollback that had to leave something alone is continued by itself, not by a plan towards the configuration.
#[test]
fn a_rollback_that_is_incomplete_names_itself() {
    let config = |level: &str| {
        files(&[("a", level, "", ""), ("b", level, "", "")])
            .replace("|| true", "|| true; test ! -e $NAME.hidden")
    };
    let lab = Lab::new(&config("1.0"));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1"));
    lab.patchform("apply --auto-approve").exits(0);
    let runs = lab.patchform("run list --json").exits(0).out;
    let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
    let rollback = format!("patchform rollback {}", runs["runs"][1]["id"].as_str().unwrap());
    // Nobody can read b.
    lab.write("b.hidden", "");
    let line = format!("{} --auto-approve", rollback.trim_start_matches("patchform "));
    let ran = lab.patchform(&line).exits(5).says(&format!("make it readable and {rollback} again"));
    ran.says(&format!("For what was left alone: {rollback}"));
    assert_eq!((lab.read("a"), lab.read("b")), ("1.0".into(), "1.1".into()));
    std::fs::remove_file(lab.path("b.hidden")).unwrap();
    lab.patchform(&line).exits(0);
    assert_eq!((lab.read("a"), lab.read("b")), ("1.0".into(), "1.0".into()));
}

/// What was installed and cannot be taken away is not begun to be; what can, goes.
#[test]
fn what_cannot_be_taken_away_is_told_by_the_plan() {
    let without = |text: &str, names: &[&str]| {
        let kept = text
            .lines()
            .filter(|line| !names.iter().any(|name| line.trim().starts_with(&format!("{name} "))));
        kept.map(|line| format!("{line}\n")).collect::<String>()
    };
    let config = |lines: &str| {
        let text = with(&files(&[("a", "1.0", "", "")]), "a", lines);
        without(&text, &["snapshot", "restore"])
    };
    let installed = |lines: &str| {
        let lab = Lab::new(&config(lines));
        lab.patchform("init").exits(0);
        lab.patchform("apply --auto-approve").exits(0);
        let runs = lab.patchform("run list --json").exits(0).out;
        let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
        (lab, format!("rollback {} --auto-approve", runs["runs"][0]["id"].as_str().unwrap()))
    };
    let (lab, rollback) = installed("lifecycle {\n allow_irreversible = true\n }");
    let ran = lab.patchform(&rollback).exits(5).does_not_say("failed");
    ran.says("takes a component of kind").says("by hand");
    assert_eq!(lab.read("a"), "1.0");
    // By hand, as it says.
    std::fs::remove_file(lab.path("a")).unwrap();
    lab.patchform("apply --refresh-only --auto-approve").exits(0);
    lab.patchform("state show command.a").exits(1);

    // What is taken away is out of force then, too; that it is for good is asked for, and said to be.
    let reload = "reload = [\"sh\", \"-c\", \"cp $NAME running 2>/dev/null || rm -f running\"]";
    let (lab, rollback) = installed(&format!("uninstall = [\"sh\", \"-c\", \"rm -f $NAME\"]\n  {reload}"));
    assert_eq!(lab.read("running"), "1.0");
    let ran = lab.patchform(&rollback).exits(0).does_not_say("snapshot done");
    ran.says("taking it away cannot be undone").does_not_say("lifecycle").says("reload done");
    assert!(!lab.path("a").exists() && !lab.path("running").exists());
}

/// s, whose snapshots are of the whole system of its target, b and c beside it, and d on another one: the files of `disk`, and what runs,
/// in `run`.
fn one_system(levels: [&str; 4], lines: &str) -> String {
    let run = |action: &str| format!("  {action} = [\"sh\", \"act\"]\n");
    let actions: String = ["read", "patch", "snapshot", "restore", "reload", "verify"].map(run).concat();
    let block = |(name, level): (&str, &str)| {
        let (target, covers) =
            (if name == "d" { "two" } else { "one" }, if name == "s" { "system" } else { "" });
        let covers = if covers.is_empty() { String::new() } else { format!("  covers = [\"{covers}\"]\n") };
        format!(
            "component \"command\" \"{name}\" {{\n  patch_level = \"{level}\"\n  target = \"{target}\"\n  claims = [\"path:/{name}\"]\n\
             {covers}{actions}  env = {{ C = \"{name}\", T = \"{target}\" }}\n{lines}}}\n"
        )
    };
    ["s", "b", "c", "d"].into_iter().zip(levels).map(block).collect()
}

const ONE_SYSTEM: &str = r#"case $PATCHFORM_ACTION in
read|verify) ;;
*) echo "$PATCHFORM_ACTION $C" >> log ;;
esac
case $PATCHFORM_ACTION in
read) cat disk/$T/$C ;;
patch) echo $PATCHFORM_LEVEL > disk/$T/$C ;;
snapshot)
  mkdir -p snap/$PATCHFORM_SNAPSHOT
  if [ $C = s ]; then cp disk/$T/* snap/$PATCHFORM_SNAPSHOT; else cp disk/$T/$C snap/$PATCHFORM_SNAPSHOT; fi
  echo snap/$PATCHFORM_SNAPSHOT ;;
restore) [ -e broken.$C ] && { rm broken.$C; exit 1; }; cp $PATCHFORM_SNAPSHOT/* disk/$T ;;
reload) cp disk/$T/$C run/$C ;;
verify) [ "$(cat run/$C)" = $PATCHFORM_LEVEL ] ;;
esac
"#;

/// s was patched from 1 to 2; then b, d, and b again. Answers the snapshot of s.
fn one_system_patched(lab: &Lab) -> String {
    lab.write("act", ONE_SYSTEM);
    for name in ["s", "b", "c", "d"] {
        lab.write(&format!("disk/{}/{name}", if name == "d" { "two" } else { "one" }), "1\n");
        lab.write(&format!("run/{name}"), "1\n");
    }
    lab.write("main.pf.hcl", one_system(["1"; 4], ""));
    lab.patchform("init").exits(0);
    for levels in [["1", "1", "1", "1"], ["2", "1", "1", "1"], ["2", "2", "1", "2"], ["2", "3", "1", "2"]] {
        lab.write("main.pf.hcl", one_system(levels, ""));
        lab.patchform("apply --auto-approve").exits(0);
    }
    lab.write("log", "");
    let listed = lab.patchform("snapshot list command.s").exits(0).out;
    listed.lines().find_map(|line| line.trim().strip_prefix("snapshot ")).expect("one").trim().to_string()
}

fn one_system_stands(lab: &Lab) -> String {
    let at = |path: String| lab.read(&path).trim().to_string();
    let host = |name: &str| if name == "d" { "two" } else { "one" };
    ["s", "b", "c", "d"]
        .map(|name| {
            format!("{name}{}{}", at(format!("disk/{}/{name}", host(name))), at(format!("run/{name}")))
        })
        .join(" ")
}

/// Whoever restores a snapshot of the whole system takes back what was changed on that target since (rule 6), and nothing else.
#[test]
fn a_snapshot_of_the_whole_system_is_restored_with_all_that_it_takes_back() {
    let lab = Lab::empty();
    let id = one_system_patched(&lab);
    assert_eq!(one_system_stands(&lab), "s22 b33 c11 d22");
    let back = lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    back.says("command.b  3 → 1").says("covers it, too").says("command.c").does_not_say("command.d");
    assert_eq!(one_system_stands(&lab), "s11 b11 c11 d22");
    assert_eq!(lab.read("log"), "snapshot b\nrestore b\nreload b\nsnapshot s\nrestore s\nreload s\n");
    lab.write("main.pf.hcl", one_system(["1", "1", "1", "2"], ""));
    lab.patchform("plan --detailed-exitcode").exits(0);
    // It is taken back as any run.
    let runs = lab.patchform("run list").exits(0).out;
    let last = runs
        .lines()
        .rev()
        .find(|line| line.contains("restore of"))
        .expect("it")
        .split_whitespace()
        .next()
        .unwrap();
    lab.patchform(&format!("rollback {last} --auto-approve")).exits(0);
    assert_eq!(one_system_stands(&lab), "s22 b33 c11 d22");
}

/// Where something goes wrong, all of it is as it was before.
#[test]
fn a_restore_of_the_whole_system_that_fails_leaves_all_of_it_as_it_was() {
    let lab = Lab::empty();
    let id = one_system_patched(&lab);
    lab.write("broken.s", "");
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(3);
    assert_eq!(one_system_stands(&lab), "s22 b33 c11 d22");
}

/// What its own run had changed there before it was taken is in it, also where that run was taken back.
#[test]
fn a_snapshot_of_the_whole_system_holds_what_its_run_had_done_by_then() {
    let lab = Lab::empty();
    one_system_patched(&lab);
    lab.write("act", ONE_SYSTEM.replace("patch) echo", "patch) [ ! -e bad.$C ] || exit 1; echo"));
    let text = one_system(["3", "4", "1", "2"], "");
    let text = under("rollback_run", &with(&text, "s", "depends_on = [command.b]"));
    lab.write("main.pf.hcl", text);
    lab.write("bad.s", "");
    lab.patchform("apply --auto-approve").exits(3);
    assert_eq!(one_system_stands(&lab), "s22 b33 c11 d22");
    let listed = lab.patchform("snapshot list command.s --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let taken =
        listed["snapshots"].as_array().unwrap().iter().max_by_key(|s| s["taken"].as_str().unwrap()).unwrap();
    let id = taken["id"].as_str().unwrap();
    let refused = lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(5);
    let flat = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("it would take command.b back too, from 3 to 4"), "{flat}");
    assert_eq!(one_system_stands(&lab), "s22 b33 c11 d22");
}

/// What another run changes there while somebody reads the plan is not in it.
#[test]
fn a_restore_of_the_whole_system_is_refused_where_more_was_changed_since_it_was_planned() {
    let lab = Lab::empty();
    let id = one_system_patched(&lab);
    let asks = lab.patchform_command(&format!("snapshot restore {id} --no-color"));
    let mut terminal = Terminal::start(asks, 200, 60);
    let mut seen = String::new();
    let mut sees = |terminal: &Terminal, text: &str| {
        while !seen.contains(text) {
            let bytes = terminal.screen.recv_timeout(Duration::from_secs(60)).expect("it is shown");
            seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    };
    sees(&terminal, "Enter a value:");
    lab.write("main.pf.hcl", one_system(["2", "3", "2", "2"], ""));
    lab.patchform("apply --auto-approve").exits(0);
    terminal.keys.write_all(b"yes\n").unwrap();
    sees(&terminal, "command.c was changed since this was planned");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(5));
    assert_eq!(one_system_stands(&lab), "s22 b33 c22 d22");
}

/// What cannot go back in order is named, and nothing is done.
#[test]
fn a_snapshot_of_the_whole_system_is_refused_for_what_cannot_go_back_with_it() {
    let lab = Lab::empty();
    let id = one_system_patched(&lab);
    let listed = lab.patchform("snapshot list command.b").exits(0).out;
    let own = listed.lines().filter_map(|line| line.trim().strip_prefix("snapshot ")).map(str::trim);
    for own in own {
        lab.patchform(&format!("snapshot forget {own}")).exits(0);
    }
    let refused = lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(5);
    let flat = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("it would take command.b back too, from 3 to 1"), "{flat}");
    assert_eq!(one_system_stands(&lab), "s22 b33 c11 d22");
    // The way out that was told.
    lab.write(
        "main.pf.hcl",
        one_system(["2", "1", "1", "2"], "  lifecycle {\n    allow_downgrade = true\n  }\n"),
    );
    lab.patchform("apply --auto-approve").exits(0);
    lab.patchform(&format!("snapshot restore {id} --auto-approve")).exits(0);
    assert_eq!(one_system_stands(&lab), "s11 b11 c11 d22");
}
