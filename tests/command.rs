//! The `command` provider through the binary: commands that fail, hang and are looked for afterwards.

mod lab;

use lab::{Lab, files};
use std::time::{Duration, Instant};

fn lab(configuration: &str) -> Lab {
    let lab = Lab::new(configuration);
    lab.patchform("init").exits(0);
    lab
}

/// A package manager shows the new version of what it could not configure.
#[test]
fn a_failed_patch_whose_level_reads_as_wanted_is_taken_back() {
    let lab = lab(&files(&[("a", "2", "", "printf 2 > \"$NAME\"; exit 100")]));
    lab.write("a", "1");
    lab.patchform("apply --auto-approve").exits(3).says("exited with code 100");
    assert_eq!(lab.read("a"), "1");
}

#[test]
fn a_patch_that_failed_and_changed_nothing_is_not_taken_back() {
    let touching = files(&[("a", "2", "", "exit 100")]).replace("if [ -f", "touch restored; if [ -f");
    let lab = lab(&touching);
    lab.write("a", "1");
    lab.patchform("apply --auto-approve").exits(3).says("exited with code 100");
    assert_eq!(lab.read("a"), "1");
    assert!(!lab.path("restored").exists());
}

/// `count` components that are read at once, and whatever the function adds.
fn readings(count: usize, read: impl Fn(usize) -> String) -> String {
    (0..count)
        .map(|i| {
            format!(
                "component \"command\" \"c{i}\" {{\n  patch_level = \"1\"\n  timeout = \"1s\"\n  read = [\"sh\", \
                 \"-c\", \"{}\"]\n  patch = [\"true\"]\n  snapshot = [\"true\"]\n  restore = [\"true\"]\n}}\n",
                read(i)
            )
        })
        .collect()
}

#[test]
fn one_reading_that_hangs_stops_no_other_and_is_ended() {
    let hanging = "sleep 3; touch went-on";
    let lab = lab(&readings(256, |i| if i == 7 { hanging.into() } else { "echo 1".into() }));
    lab.patchform("plan").says("command.c7").says("did not end in time").does_not_say("cannot be asked");
    std::thread::sleep(Duration::from_secs(3));
    assert!(!lab.path("went-on").exists(), "it was not ended");
}

#[test]
fn readings_that_hang_do_not_add_up() {
    let lab = lab(&readings(96, |_| "sleep 60".into()));
    let asked = Instant::now();
    lab.patchform("plan").says("did not end in time");
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
}

#[test]
fn a_plan_shows_what_confirms_a_patch_and_that_there_is_little_time() {
    let switch = |within: &str, timeout: &str| {
        let more = format!(
            "confirm_within = \"{within}\"\n  confirm = [\"sh\", \"-c\", \"test -f ok\"]\n  {timeout}\n  patch_level"
        );
        lab::files(&[("a", "1.0", "", "")]).replace("patch_level", &more)
    };
    let lab = Lab::new(&switch("1h30m", ""));
    lab.patchform("init").exits(0);
    let plan = lab.patchform("plan").exits(0).says("within 1h30m").does_not_say("is shorter than");
    assert!(plan.out.contains("sh -c 'test -f ok'"), "as one types it: {}", plan.out);
    lab.write("main.pf.hcl", switch("20s", "timeout = \"5m\""));
    lab.patchform("plan").exits(0).says("confirm_within (20s) is shorter than timeout (300 s)");
    lab.write("main.pf.hcl", switch("1d", ""));
    lab.patchform("validate").exits(0);
    for wrong in ["30m1h", "1x", "0s", ""] {
        lab.write("main.pf.hcl", switch(wrong, ""));
        lab.patchform("plan").exits(1).says("is no period");
    }
}

/// A snapshot whose command failed is no way back, whatever the probe says of it.
#[test]
fn a_snapshot_that_failed_is_not_believed() {
    let config = |level: &str, snapshot: &str| {
        let text = files(&[("a", level, "", "")]);
        let probe = "  probe       = [\"echo\", \"after\"]\n  snapshot    = [\"sh\", \"-c\", \"";
        text.replace("  snapshot    = [\"sh\", \"-c\", \"", &format!("{probe}{snapshot}"))
    };
    let lab = lab(&config("1.0", ""));
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("main.pf.hcl", config("1.1", "exit 1; "));
    let ran = lab.patchform("apply --auto-approve").exits(3);
    ran.says("snapshot failed").says("exited with code 1");
    assert_eq!(lab.read("a"), "1.0");
}

/// Every instance of a block makes the mistake that stands in it: once it is told where, and of how many.
#[test]
fn a_mistake_of_all_instances_is_told_once() {
    let lab = Lab::new(
        r#"
component "command" "web" {
  for_each    = toset(["a", "b", "c"])
  patch_level = "1"
  read        = ["true"]
  patch       = ["true"]
  restore     = ["true"]
}
"#,
    );
    lab.patchform("validate")
        .exits(1)
        .says("without `snapshot`")
        .says("command.web[\"a\"], and 2 more")
        .says("has 1 error");
}

/// The out-of-memory killer knows nothing of the component's health.
#[test]
fn a_verify_that_is_killed_takes_nothing_back() {
    let killed = "verify = [\"sh\", \"-c\", \"[ -e well ] || kill -9 $$\"]\n  restore";
    let lab = lab(&files(&[("a", "2", "", "")]).replace("  restore", &format!("  {killed}")));
    lab.write("a", "1");
    let paused = lab.patchform("apply --auto-approve").exits(7);
    paused.says("was ended by signal 9 (exit code 137)").does_not_say("Taken back");
    assert_eq!(lab.read("a"), "2");
    lab.write("well", "");
    lab.patchform("resume").exits(0);
    assert_eq!(lab.read("a"), "2");
    lab.patchform("plan --detailed-exitcode").exits(0);
}

/// What cannot be a level is not taken for one: of very much only the end would be seen, and other bytes would read alike.
#[test]
fn a_reading_that_is_no_level_is_told_as_that() {
    let lab = Lab::new(&files(&[("a", "1.0", "", "")]));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    for (content, says) in [
        (vec![b'x'; 200_000], "printed more than 4096 bytes; its output is the level"),
        (vec![b'1', 0xff, b'0'], "printed what is no UTF-8"),
        (vec![b'1', 0, b'0'], "printed a zero byte"),
        (b"1.0\n1.1\n".to_vec(), "printed more than one line"),
    ] {
        std::fs::write(lab.path("a"), content).unwrap();
        let ran = lab.patchform("plan");
        let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(says), "{says}: {said}");
        assert!(said.len() < 5_000, "{said}");
        lab.patchform("apply --refresh-only --auto-approve");
        lab.patchform("state show command.a").exits(0).says("1.0");
    }
}

/// A way back is one only where `restore` gets the very token that `snapshot` has printed.
#[test]
fn a_token_comes_back_as_it_was_printed_or_there_is_no_snapshot() {
    const CONFIGURATION: &str = r#"component "command" "a" {
  patch_level = "2"
  read        = ["cat", "level"]
  snapshot    = ["sh", "-c", "cp level old; cat token"]
  patch       = ["sh", "-c", "echo 2 >level"]
  verify      = ["sh", "-c", "! grep -q 2 level"]
  restore     = ["sh", "-c", "printf %s \"$PATCHFORM_SNAPSHOT\" >got; cp old level"]
}
"#;
    let printed = |lab: &Lab, token: &[u8]| {
        lab.write("level", "1\n");
        std::fs::write(lab.path("token"), token).unwrap();
        lab.allow_what_was_taken_back();
        lab.patchform("apply --auto-approve").exits(3)
    };
    let lab = Lab::new(CONFIGURATION);
    lab.patchform("init").exits(0);
    let long = "x".repeat(16 * 1024);
    for (token, gets) in [
        ("level.old\n", "level.old"),
        (" two words \r\n", " two words \r"),
        ("a\nb\n\n", "a\nb"),
        ("esc\u{1b}[31m \u{85} ü", "esc\u{1b}[31m \u{85} ü"),
        (&long, &long),
    ] {
        printed(&lab, token.as_bytes());
        assert_eq!((lab.read("got").as_str(), lab.read("level").as_str()), (gets, "1\n"));
    }
    for (token, says) in [
        (b"caf\xe9".to_vec(), "it printed what is no UTF-8"),
        (b"a\0b".to_vec(), "it printed a zero byte"),
        (vec![b'x'; 16 * 1024 + 2], "it printed more than 16384 bytes"),
        (vec![b'x'; 131_000], "it printed more than 16384 bytes"),
    ] {
        let ran = printed(&lab, &token);
        let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("the snapshot was not accepted") && said.contains(says), "{said}");
        assert_eq!(lab.read("level"), "1\n");
        // The patch was not begun.
        assert!(!said.contains("patch done"), "{said}");
    }
}

#[test]
fn in_json_an_argument_that_is_called_as_a_block_is_told_by_its_value() {
    let part = r#""snapshot": ["sh", "-c", "cp level level.old; echo level.old"]"#;
    for snapshot in [part.to_string(), format!(r#"{part}, "snapshot": {{ "keep": 2 }}"#)] {
        let lab = Lab::new("");
        lab.write(
            "main.pf.json",
            format!(
                r#"{{ "component": {{ "command": {{ "db": {{
                    "patch_level": "2",
                    "read": ["cat", "level"],
                    "patch": ["sh", "-c", "echo 2 > level; exit 100"],
                    {snapshot},
                    "restore": ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]
                }} }} }} }}"#
            ),
        );
        lab.write("level", "1");
        lab.patchform("init").exits(0);
        lab.patchform("apply --auto-approve").exits(3).says("exited with code 100");
        assert_eq!(lab.read("level"), "1");
    }
}
