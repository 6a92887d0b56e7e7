//! The audit chain through the binary: `run show --verify` and `run export`, and the recipe by which an auditor checks an
//! archive with a shell and sha256sum alone, run exactly as it is documented.

mod lab;
// The checker of the schemas, as the unit tests of src/report use it; it needs `crate::model`.
#[path = "../src/report/schema.rs"]
#[allow(dead_code, reason = "the unit tests use more of it")]
mod schema;

use lab::{Lab, Ran, files};
use patchform::model;
use schema::Schema;
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PATCHFORM: &str = env!("CARGO_BIN_EXE_patchform");
const PASSWORD: &str = "hunter2-hunter2";

/// Two files, one on the other.
fn platform(level: &str, patch_of_a: &str) -> String {
    files(&[("a", level, "", patch_of_a), ("b", level, "command.a", "")])
}

/// One finished run.
fn finished() -> Lab {
    let lab = Lab::new(&platform("1.0", "echo patching $NAME; printf %s $PATCHFORM_LEVEL > $NAME"));
    lab.patchform("apply --auto-approve").exits(0);
    lab
}

/// One run that stopped itself in its middle.
fn stopped() -> Lab {
    let patch = format!("{PATCHFORM} run stop >&2; printf %s $PATCHFORM_LEVEL > $NAME");
    let lab = Lab::new(&platform("1.0", &patch));
    lab.patchform("apply --auto-approve").exits(7);
    lab
}

/// The folder of the only run.
fn run_folder(lab: &Lab) -> PathBuf {
    let folders = fs::read_dir(lab.path(".patchform/runs")).unwrap().map(|e| e.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.remove(0)
}

fn segment(lab: &Lab, number: u32) -> PathBuf {
    run_folder(lab).join(format!("journal/{number:06}.jsonl"))
}

/// What `--verify --json` says, held against its schema.
#[track_caller]
fn audit(lab: &Lab, code: i32) -> Json {
    let ran = lab.patchform("run show --verify --json").exits(code);
    let audit: Json = serde_json::from_str(&ran.out).expect("JSON");
    let schema = Schema::parse(include_str!("../docs/schemas/audit.schema.json"));
    assert_eq!(schema.complaints(&audit), Vec::<String>::new());
    audit
}

#[test]
fn a_finished_run_is_proved_to_its_recorded_head() {
    let lab = finished();
    let ran = lab.patchform("run show --verify").exits(0).says("its chain is intact");
    let found = audit(&lab, 0);
    assert_eq!(
        (&found["verdict"], &found["record"], &found["ended"]),
        (&"intact".into(), &"agrees".into(), &true.into())
    );
    let journal = fs::read_to_string(segment(&lab, 1)).unwrap();
    assert_eq!(found["lines"], journal.lines().count());
    let head = found["head_sha256"].as_str().unwrap();
    assert!(journal.ends_with(&format!("\"sum\":\"{head}\"}}\n")) && ran.out.contains(head), "{}", ran.out);
    assert_eq!(
        found["first"],
        journal.lines().map(|l| serde_json::from_str::<Json>(l).unwrap()).nth(1).unwrap()["at"]
    );
}

#[test]
fn every_break_is_named_with_its_place_and_what_it_means() {
    let changed = |name: &str, change: &dyn Fn(&Lab)| {
        let lab = finished();
        change(&lab);
        let ran = lab.patchform("run show --verify").exits(1).says("its chain is broken");
        let found = audit(&lab, 1);
        assert_eq!(found["verdict"], "broken", "{name}: {}", ran.out);
        assert!(!found["broken"]["means"].as_str().unwrap().is_empty(), "{name}");
        found
    };
    let edit = |path: &Path, edit: &dyn Fn(Vec<&str>) -> Vec<String>| {
        let text = fs::read_to_string(path).unwrap();
        let lines = edit(text.lines().collect());
        fs::write(path, lines.join("\n") + "\n").unwrap();
    };
    let owned = |lines: Vec<&str>| -> Vec<String> { lines.into_iter().map(String::from).collect() };

    let found = changed("one byte", &|lab| {
        edit(&segment(lab, 1), &|lines| {
            let mut lines = owned(lines);
            lines[4] = lines[4].replacen("command", "commend", 1).replacen("forth", "fourth", 1);
            lines
        });
    });
    assert_eq!(
        (&found["broken"]["line"], &found["broken"]["file"]),
        (&5.into(), &"journal/000001.jsonl".into())
    );
    assert_eq!(found["head_sha256"], Json::Null);

    let found = changed("a line less", &|lab| {
        edit(&segment(lab, 1), &|lines| owned(lines[..6].iter().chain(&lines[7..]).copied().collect()));
    });
    assert_eq!(found["broken"]["line"], 7);

    // Cut at a batch's end, the rest is a whole chain: only the recorded head tells.
    let found = changed("the end cut off", &|lab| {
        edit(&segment(lab, 1), &|lines| {
            let upto = lines[..lines.len() - 1].iter().rposition(|l| l.contains(",\"end\":true,")).unwrap();
            owned(lines[..=upto].to_vec())
        });
    });
    assert_eq!((&found["record"], &found["broken"]["line"]), (&"differs".into(), &Json::Null));

    let found = changed("another plan", &|lab| {
        let other = finished();
        fs::copy(run_folder(&other).join("plan.json"), run_folder(lab).join("plan.json")).unwrap();
    });
    assert!(
        ["plan.json", "journal/000001.jsonl"].contains(&found["broken"]["file"].as_str().unwrap()),
        "{found}"
    );

    let found = changed("the plan damaged", &|lab| {
        let path = run_folder(lab).join("plan.json");
        fs::write(&path, fs::read_to_string(&path).unwrap().replace("1.0", "1.1")).unwrap();
    });
    assert_eq!(found["broken"]["file"], "plan.json");

    let found = changed("an empty journal", &|lab| fs::write(segment(lab, 1), "").unwrap());
    assert_eq!(found["broken"]["file"], "journal");
}

#[test]
fn an_open_run_is_proved_so_far_and_a_missing_segment_is_named() {
    let lab = stopped();
    let found = audit(&lab, 0);
    assert_eq!((&found["record"], &found["ended"]), (&"not_yet".into(), &false.into()));
    lab.patchform("run show --verify").exits(0).says("the run is open");

    // A write that was cut off is dropped with a note, and proves nothing wrong.
    let torn = fs::read_to_string(segment(&lab, 1)).unwrap() + "{\"seq\":";
    fs::write(segment(&lab, 1), torn).unwrap();
    let noted = audit(&lab, 0);
    assert_eq!(noted["lines"], found["lines"]);
    assert_eq!(noted["notices"].as_array().map(Vec::len), Some(1));

    lab.patchform("resume").exits(0);
    let found = audit(&lab, 0);
    assert_eq!((&found["record"], found["segments"].as_array().map(Vec::len)), (&"agrees".into(), Some(2)));
    checks_out(&lab);

    let second = fs::read(segment(&lab, 2)).unwrap();
    fs::remove_file(segment(&lab, 1)).unwrap();
    let found = audit(&lab, 1);
    assert_eq!(found["broken"]["file"], "journal/000001.jsonl");
    // Without the last one the state tells.
    fs::rename(segment(&lab, 2), segment(&lab, 1)).unwrap();
    assert_eq!(audit(&lab, 1)["broken"]["line"], 1);
    assert!(!second.is_empty());
}

#[test]
fn without_its_record_the_head_is_proved_by_nothing() {
    let lab = finished();
    fs::remove_file(lab.path("patchform.state.json")).unwrap();
    assert_eq!(audit(&lab, 0)["record"], "missing");
    lab.write("patchform.state.json", "no state");
    assert_eq!(audit(&lab, 0)["record"], "unreadable");
    lab.patchform("run show --verify").exits(0).says("proved by nothing");
    lab.patchform("run show --verify 20261122-000000-000-0000").exits(1).says("there is no run");
    lab.patchform("run export 20261122-000000-000-0000").exits(1).says("there is no run");
}

// ---------------------------------------------------------------- the archive

/// Exports the last run and unpacks it; answers its folder.
fn unpacked(lab: &Lab, options: &str) -> PathBuf {
    lab.patchform(&format!("run export --out evidence.tar.gz {options}")).exits(0);
    let folder = lab.path("unpacked");
    fs::create_dir_all(&folder).unwrap();
    let tar = lab.command(Path::new("tar"), &["xzf", "evidence.tar.gz", "-C", "unpacked"]).status().unwrap();
    assert!(tar.success());
    fs::remove_file(lab.path("evidence.tar.gz")).unwrap();
    fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path()
}

/// The recipe as the archive's README has it: its indented lines.
fn recipe(archive: &Path) -> String {
    let readme = fs::read_to_string(archive.join("README.txt")).unwrap();
    let lines = readme.lines().skip_while(|line| !line.starts_with("    export LC_ALL"));
    let lines = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let script: String =
        lines.map(|line| line.strip_prefix("    ").unwrap_or(line).to_string() + "\n").collect();
    script.trim_end().to_string() + "\n"
}

/// Runs the recipe in the archive's folder, as its README says.
fn follow_recipe(archive: &Path) -> Ran {
    let script = recipe(archive);
    assert!(script.lines().count() > 20, "{script}");
    Ran::of(Command::new("sh").args(["-c", &script]).current_dir(archive).output().unwrap())
}

fn checks_out(lab: &Lab) {
    let archive = unpacked(lab, "");
    follow_recipe(&archive).exits(0).says("as it was written");
    fs::remove_dir_all(lab.path("unpacked")).unwrap();
}

/// Every file below `folder`.
fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() { found.extend(all_files(&entry)) } else { found.push(entry) }
    }
    found.sort();
    found
}

/// What a forger who knows the format would do, too.
fn sum_again(archive: &Path) {
    let make = "find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum > SHA256SUMS";
    assert!(Command::new("sh").args(["-c", make]).current_dir(archive).status().unwrap().success());
}

#[test]
fn a_good_archive_checks_out_and_a_changed_byte_anywhere_does_not() {
    let lab = finished();
    let archive = unpacked(&lab, "");
    let said = follow_recipe(&archive).exits(0);
    let head = audit(&lab, 0)["head_sha256"].as_str().unwrap().to_string();
    assert!(said.out.contains(&head), "{}", said.out);
    let names: Vec<String> =
        all_files(&archive).iter().map(|p| p.strip_prefix(&archive).unwrap().display().to_string()).collect();
    for name in [
        "README.txt",
        "SHA256SUMS",
        "audit.json",
        "audit.txt",
        "journal/000001.jsonl",
        "plan.json",
        "record.json",
        "summary.jsonl",
        "summary.txt",
    ] {
        assert!(names.iter().any(|n| n == name), "{name} is not in {names:?}");
    }
    assert!(names.iter().any(|n| n.starts_with("outputs/") && n.ends_with("/stdout")), "{names:?}");
    for path in all_files(&archive) {
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        match changed.len() {
            0 => changed.push(b'x'),
            n => changed[n / 2] ^= 1,
        }
        fs::write(&path, changed).unwrap();
        follow_recipe(&archive).exits(1);
        fs::write(&path, whole).unwrap();
    }
    // A line that is no sum any more is not passed over.
    let (sums, audit) = (archive.join("SHA256SUMS"), archive.join("audit.txt"));
    let (whole, told) = (fs::read_to_string(&sums).unwrap(), fs::read(&audit).unwrap());
    let line = whole.lines().find(|line| line.ends_with("audit.txt")).unwrap();
    fs::write(&sums, whole.replace(line, &line.replacen(&line[..2], "zz", 1))).unwrap();
    fs::write(&audit, "nothing to see").unwrap();
    follow_recipe(&archive).exits(1);
    fs::write(&sums, whole).unwrap();
    fs::write(&audit, told).unwrap();
    fs::write(archive.join("outputs/more"), "").unwrap();
    follow_recipe(&archive).exits(1).says("files were added");
    fs::remove_file(archive.join("outputs/more")).unwrap();
    follow_recipe(&archive).exits(0);
}

#[test]
fn whoever_also_corrects_the_sums_is_found_by_the_chain() {
    let lab = finished();
    let archive = unpacked(&lab, "");
    let journal = archive.join("journal/000001.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let forge = |lines: Vec<String>, says: &str| {
        fs::write(&journal, lines.join("\n") + "\n").unwrap();
        sum_again(&archive);
        follow_recipe(&archive).exits(1).says(says);
    };
    let owned: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let mut changed = owned.clone();
    changed[5] = changed[5].replacen("Z\"", "Y\"", 1);
    forge(changed, "line number 5 was changed");
    let mut missing = owned.clone();
    missing.remove(5);
    forge(missing, "line number 5 does not follow");
    let mut twice = owned.clone();
    twice.insert(5, owned[5].clone());
    forge(twice, "line number 6 does not follow");
    let upto = owned[..owned.len() - 1].iter().rposition(|l| l.contains(",\"end\":true,")).unwrap();
    forge(owned[..=upto].to_vec(), "the state recorded another number of lines");
    fs::write(&journal, &text).unwrap();
    let plan = archive.join("plan.json");
    let planned = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, planned.replace("1.0", "1.1")).unwrap();
    sum_again(&archive);
    follow_recipe(&archive).exits(1).says("plan.json is not the plan of this journal");
    fs::write(&plan, planned).unwrap();
    sum_again(&archive);
    follow_recipe(&archive).exits(0);
}

#[test]
fn the_recipe_of_the_docs_is_that_of_the_archive() {
    let docs = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md")).unwrap();
    let lab = finished();
    let archive = unpacked(&lab, "");
    assert!(docs.contains(&format!("```sh\n{}```\n", recipe(&archive))));
}

#[test]
fn the_same_run_gives_the_same_bytes_and_nothing_is_overwritten() {
    let lab = finished();
    lab.patchform("run export").exits(0).says("README.txt");
    let id = run_folder(&lab).file_name().unwrap().to_str().unwrap().to_string();
    let first = fs::read(lab.path(&format!("patchform-run-{id}.tar.gz"))).unwrap();
    lab.patchform("run export").exits(1).says("is there already");
    lab.patchform(&format!("run export {id} --out again.tar.gz")).exits(0);
    assert_eq!(fs::read(lab.path("again.tar.gz")).unwrap(), first);
    let piped = lab.patchform_command("run export --out -").output().unwrap();
    assert_eq!((piped.status.code(), piped.stdout), (Some(0), first));
    lab.patchform("run export --out nowhere/x.tar.gz").exits(1).says("cannot be written");
    // Nothing is left of what failed.
    assert!(!all_files(&lab.path("")).iter().any(|p| p.to_string_lossy().contains("/.patchform-")));
}

#[test]
fn an_open_or_damaged_run_is_exported_as_it_stands_and_says_so() {
    let lab = stopped();
    let archive = unpacked(&lab, "");
    let readme = fs::read_to_string(archive.join("README.txt")).unwrap();
    assert!(
        readme.contains("The run had not ended") && readme.contains("record.json: the run is open"),
        "{readme}"
    );
    follow_recipe(&archive).exits(0);
    assert!(fs::read_to_string(archive.join("summary.txt")).unwrap().contains("command.a"));

    let lab = finished();
    let text = fs::read_to_string(segment(&lab, 1)).unwrap();
    fs::write(segment(&lab, 1), text.replacen("\"step\":\"patch\"", "\"step\":\"fetch\"", 1)).unwrap();
    let archive = unpacked(&lab, "");
    assert!(fs::read_to_string(archive.join("README.txt")).unwrap().contains("HASH CHAIN WAS BROKEN"));
    assert!(fs::read_to_string(archive.join("audit.txt")).unwrap().contains("its chain is broken"));
    follow_recipe(&archive).exits(1).says("was changed");

    let lab = finished();
    fs::write(run_folder(&lab).join("plan.json"), "no plan").unwrap();
    let archive = unpacked(&lab, "");
    let readme = fs::read_to_string(archive.join("README.txt")).unwrap();
    assert!(
        readme.contains("summary.txt and summary.jsonl: without") && readme.contains("outputs: without"),
        "{readme}"
    );
    assert!(!archive.join("outputs").exists());
}

// ---------------------------------------------------------------- secrets

const SECRET: &str = r#"
variable "password" {
  type      = string
  sensitive = true
}

component "command" "db" {
  patch_level = "2"
  read        = ["sh", "-c", "cat level 2>/dev/null; true"]
  patch       = ["sh", "-c", "echo it is $PASSWORD; touch printed; while [ ! -f go ]; do sleep 0.02; done; echo $PATCHFORM_LEVEL > level"]
  env         = { PASSWORD = var.password }
  lifecycle { allow_irreversible = true }
}
"#;

fn with_password(lab: &Lab, line: &str) -> Ran {
    Ran::of(lab.patchform_command(line).env("PF_VAR_password", PASSWORD).output().unwrap())
}

/// The bytes of an archive's files, unpacked by tar.
fn content(lab: &Lab, archive: &str) -> String {
    let output = lab.command(Path::new("tar"), &["xOzf", archive]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_secret_never_enters_an_archive() {
    let lab = Lab::new(SECRET);
    let mut apply = lab.patchform_command("apply --auto-approve");
    apply.env("PF_VAR_password", PASSWORD).stdout(Stdio::null()).stderr(Stdio::null());
    let mut controller = apply.spawn().unwrap();
    let started = Instant::now();
    while !lab.path("printed").exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "the patch does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    // A run that is driven is exported as far as it is.
    with_password(&lab, "run export --out driven.tar.gz").exits(0);
    assert!(!content(&lab, "driven.tar.gz").contains(PASSWORD));
    controller.kill().unwrap();
    controller.wait().unwrap();
    // The command goes on without its controller, and its trace has the secret as it was printed.
    let traces = all_files(&lab.path(".patchform/actions"));
    assert!(traces.iter().any(|p| fs::read_to_string(p).unwrap().contains(PASSWORD)), "{traces:?}");

    lab.patchform("run export --out a.tar.gz")
        .exits(1)
        .says("`password` is needed again")
        .says("--without-outputs");
    with_password(&lab, "run export --out b.tar.gz").exits(0).says("the journal does not tell that");
    assert!(!content(&lab, "b.tar.gz").contains(PASSWORD));
    lab.patchform("run export --out c.tar.gz --without-outputs").exits(0);
    assert!(!content(&lab, "c.tar.gz").contains(PASSWORD));

    lab.write("go", "");
    with_password(&lab, "resume").exits(0);
    with_password(&lab, "run export --out d.tar.gz").exits(0);
    let all = content(&lab, "d.tar.gz");
    // Another controller began it: nothing of what it printed is kept.
    assert!(!all.contains(PASSWORD) && !all.contains("it is (sensitive)"), "{all}");
    assert!(all.contains("(left out: another controller began this"));
    assert_eq!(audit(&lab, 0)["record"], "agrees");
}

#[test]
fn text_behind_the_end_of_a_finished_run_is_no_cut_off_write() {
    for more in ["x", "{\"seq\":9", "no line\n", "\n", "\0\0"] {
        let lab = finished();
        let mut text = fs::read(segment(&lab, 1)).unwrap();
        text.extend_from_slice(more.as_bytes());
        fs::write(segment(&lab, 1), &text).unwrap();
        let said = if more.ends_with('\n') {
            "does not end in its sum"
        } else {
            "behind the line with which the run ended"
        };
        lab.patchform("run show --verify").exits(1).says(said);
        let found = audit(&lab, 1);
        assert_eq!(found["broken"]["file"], "journal/000001.jsonl", "{more:?}: {found}");
        let archive = unpacked(&lab, "");
        assert!(fs::read_to_string(archive.join("README.txt")).unwrap().contains("HASH CHAIN WAS BROKEN"));
        let said = follow_recipe(&archive).exits(1);
        assert!(said.out.contains("WRONG"), "{more:?}: {said:?}");
    }
    // Of a run that goes on it is a write that was cut off.
    let lab = stopped();
    let mut text = fs::read(segment(&lab, 1)).unwrap();
    text.extend_from_slice(b"{\"seq\":9");
    fs::write(segment(&lab, 1), &text).unwrap();
    audit(&lab, 0);
    follow_recipe(&unpacked(&lab, "")).exits(0).says("so far only").says("as it was written");
}

#[test]
fn a_finished_run_without_its_record_does_not_check_out() {
    let lab = finished();
    let archive = unpacked(&lab, "");
    fs::remove_file(archive.join("record.json")).unwrap();
    sum_again(&archive);
    follow_recipe(&archive).exits(1).says("record.json) is missing");
    // With its end cut off, too, it is a beginning, and is not called more.
    let journal = archive.join("journal/000001.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let upto = lines[..lines.len() - 1].iter().rposition(|l| l.contains(",\"end\":true,")).unwrap();
    fs::write(&journal, lines[..=upto].join("\n") + "\n").unwrap();
    sum_again(&archive);
    follow_recipe(&archive).exits(0).says("so far only");
}
