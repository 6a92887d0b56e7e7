//! The timeline of runs that ended in another way than well, and of one that did not end.

use super::lab::{Lab, files};
use super::{appears, begun, go, signal, waiting};

/// The bar of a component, without its address and its word.
#[track_caller]
fn bar(drawn: &str, name: &str) -> String {
    let line = drawn.lines().find(|line| line.trim_start().starts_with(name));
    let line = line.unwrap_or_else(|| panic!("{name} in {drawn}"));
    line.trim_start()[name.len()..].trim_start().split("  ").next().unwrap_or_default().into()
}

#[test]
fn a_run_that_was_killed_has_a_gap_and_goes_on_behind_it() {
    let lab = waiting();
    let mut child = begun(&lab);
    let running = lab.patchform("run show --timeline").exits(0).says("goes on").out.clone();
    assert!(bar(&running, "command.a").ends_with('P'), "{running}");
    signal(child.id(), "KILL");
    child.wait().unwrap();
    lab.patchform("run show --timeline").exits(0).says("halted").says("in progress").does_not_say("?");
    // Long enough to be seen beside what `resume` takes.
    std::thread::sleep(std::time::Duration::from_secs(2));
    go(&lab);
    lab.patchform("resume").exits(0);
    let drawn = lab.patchform("run show --timeline").exits(0);
    let drawn = drawn.says("complete").says("? nobody drove the run").says("drives the run");
    assert!(bar(&drawn.out, "command.a").contains('?'), "{drawn:?}");
    assert!(bar(&drawn.out, "command.b").ends_with(['P', 'v']), "{drawn:?}");
}

#[test]
fn what_went_back_is_drawn_as_text_and_as_a_picture() {
    let bad = "printf half > $NAME; exit 3";
    let rows = |level, patch| files(&[("a", level, "", patch)]);
    let lab = Lab::new(&rows("1.0", ""));
    lab.patchform("apply --auto-approve").exits(0);
    let drawn = lab.patchform("run show --timeline").exits(0);
    drawn.says("complete").does_not_say("✗").does_not_say("R going back");
    lab.write("main.pf.hcl", rows("1.1", bad));
    lab.patchform("apply --auto-approve").exits(3);
    let drawn = lab.patchform("run show --timeline").exits(0);
    let drawn = drawn.says("restored").says("✗ failed").says("R going back").says("patch failed");
    assert!(bar(&drawn.out, "command.a").ends_with(['R', '✗']), "{drawn:?}");
    let picture = lab.patchform("run show --timeline=svg").exits(0);
    assert!(picture.out.starts_with("<svg ") && picture.out.ends_with("</svg>\n"), "{picture:?}");
    picture.says("command.a: going back").says("1 restored");
    lab.patchform("run show --timeline --json").exits(1);
}

#[test]
fn a_damaged_journal_is_the_error_that_it_is_without_a_timeline() {
    let lab = waiting();
    lab.write("go", "");
    lab.patchform("apply --auto-approve").exits(0);
    appears(&lab, "begun.a");
    let runs: serde_json::Value =
        serde_json::from_str(&lab.patchform("run list --json").exits(0).out).unwrap();
    let id = runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap();
    let journal = format!(".patchform/runs/{id}/journal/000001.jsonl");
    let lines = lab.read(&journal);
    lab.write(&journal, lines.replacen("intent", "intend", 1));
    let told = lab.patchform("run show").exits(1).err.clone();
    let drawn = lab.patchform("run show --timeline").exits(1);
    assert_eq!((drawn.err.as_str(), drawn.out.as_str()), (told.as_str(), ""));
}
