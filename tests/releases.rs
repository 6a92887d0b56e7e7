//! The release kind through the binary: what somebody has changed by hand, a disk that fails behind a switch, a provider that dies
//! over a question.

mod lab;

use lab::{Lab, Ran};
use std::process::Command;

/// The shop at `level`, whose 2.0 does not start.
fn shop(level: &str) -> String {
    format!(
        "component \"release\" \"shop\" {{
  patch_level = \"{level}\"
  path        = \"srv/current\"
  artifact    = \"dist/{{level}}.tar.gz\"
  sha256_file = \"dist/{{level}}.sum\"
  on_switch   = [\"sh\", \"-c\", \"[ $PATCHFORM_LEVEL != 2.0 ] && echo $PATCHFORM_LEVEL >running\"]
  on_remove   = [\"true\"]
}}
"
    )
}

/// At 1.0, with a line that somebody has added there.
fn edited() -> Lab {
    let lab = Lab::new(&shop("1.0"));
    let made = "mkdir -p srv dist new; for v in 1.0 2.0 3.0; do echo $v >new/version; tar -C new -czf dist/$v.tar.gz .; \\
                (cd dist; sha256sum $v.tar.gz >$v.sum); done";
    let done = Command::new("sh").args(["-c", made]).current_dir(lab.path("")).status();
    assert!(done.is_ok_and(|status| status.success()));
    lab.patchform("init").exits(0);
    lab.patchform("apply --auto-approve").exits(0);
    lab.write("srv/current/version", "1.0\nby hand\n");
    lab
}

#[test]
fn what_goes_back_to_a_release_that_was_edited_is_back() {
    let lab = edited();
    lab.write("main.pf.hcl", shop("2.0"));
    lab.patchform("apply --auto-approve").exits(3).says("restored");
    assert_eq!(lab.read("srv/current/version"), "1.0\nby hand\n");
}

#[test]
fn the_snapshot_of_a_release_that_was_edited_is_restored() {
    let lab = edited();
    lab.write("main.pf.hcl", shop("3.0"));
    lab.patchform("apply --auto-approve").exits(0);
    let listed = lab.patchform("snapshot list --json").exits(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let newest = listed["snapshots"].as_array().and_then(|all| all.last()).expect("a snapshot")["id"].clone();
    let newest = newest.as_str().expect("its id");
    lab.patchform(&format!("snapshot restore --auto-approve {newest}")).exits(0);
    assert_eq!(lab.read("srv/current/version"), "1.0\nby hand\n");
    // What somebody changes after that is told from it.
    lab.write("srv/current/version", "1.0\nby another hand\n");
    lab.write("main.pf.hcl", shop("1.0"));
    lab.patchform("plan").exits(0).says("changed outside patchform");
}

/// The link is switched, and only its folder could not be synced: that is no promise that nothing has changed.
#[test]
fn a_switch_whose_sync_fails_is_looked_at() {
    let lab = edited();
    lab.write("main.pf.hcl", shop("3.0"));
    let mut command = lab.patchform_command("apply --auto-approve");
    command.env("PATCHFORM_FAILPOINT", "release.switched#1=fail");
    let ran = Ran::of(command.output().unwrap());
    ran.exits(0).says("patch is unclear").says("patch had happened");
    assert_eq!((lab.read("srv/current/version").as_str(), lab.read("running").as_str()), ("3.0\n", "3.0\n"));
}

/// How far an action came is a question: a provider that dies over it is asked once more.
#[test]
fn a_provider_that_dies_while_it_is_probed_costs_no_good_patch() {
    let lab = edited();
    lab.write("main.pf.hcl", shop("3.0"));
    let with = |line: &str, point: &str| {
        let mut command = lab.patchform_command(line);
        command.env("PATCHFORM_FAILPOINT", point).env("PATCHFORM_FAILPOINT_ONCE", lab.path(point));
        Ran::of(command.output().unwrap())
    };
    // The reload has ended, and its controller was killed before it could write that down.
    with("apply --auto-approve", "drive.answered#5=kill");
    assert_eq!(lab.read("running"), "3.0\n");
    let ran = with("resume", "ledger.*#1=kill");
    assert!(lab.path("ledger.*#1=kill").exists(), "nothing died: {ran:?}");
    ran.exits(0).says("reload had happened");
}

/// A write or a sync of the provider that fails, in turn at each that it makes: what is told is so, and it goes on from there.
#[test]
fn a_disk_that_fails_its_provider_at_any_write_leaves_no_false_word() {
    let mut trials = 0;
    for (level, well) in [("3.0", true), ("2.0", false)] {
        let log = edited();
        log.write("main.pf.hcl", shop(level));
        let mut command = log.patchform_command("apply --auto-approve");
        command.env("PATCHFORM_FAILPOINT_LOG", log.path("points"));
        assert_eq!(Ran::of(command.output().unwrap()).code, if well { 0 } else { 3 });
        let points = log.read("points");
        let points: Vec<&str> = points
            .lines()
            .filter(|name| ["kept.", "release.", "ledger.sync"].iter().any(|begin| name.starts_with(begin)))
            .collect();
        for (k, name) in points.iter().enumerate() {
            let nth = points[..=k].iter().filter(|earlier| *earlier == name).count();
            let lab = edited();
            lab.write("main.pf.hcl", shop(level));
            let mut command = lab.patchform_command("apply --auto-approve");
            command.env("PATCHFORM_FAILPOINT", format!("{name}#{nth}=fail"));
            let mut ran = Ran::of(command.output().unwrap());
            let when = format!("{level}: {name}#{nth}: {ran:?}");
            if [4, 7].contains(&ran.code) {
                ran = lab.patchform("resume");
            }
            let stands = |lab: &Lab| (lab.read("srv/current/version"), lab.read("running"));
            match ran.code {
                0 if well => assert_eq!(stands(&lab), ("3.0\n".into(), "3.0\n".into()), "{when}"),
                3 => assert_eq!(stands(&lab), ("1.0\nby hand\n".into(), "1.0\n".into()), "{when}"),
                _ => panic!("{when}\n{ran:?}"),
            }
            // Whatever became of it, the next level is reached.
            lab.write("main.pf.hcl", shop("3.0"));
            lab.allow_what_was_taken_back();
            assert_eq!(lab.patchform("apply --auto-approve").code, 0, "{when}");
            assert_eq!(stands(&lab), ("3.0\n".into(), "3.0\n".into()), "{when}");
            trials += 1;
        }
    }
    assert!(trials > 20, "{trials}");
}
