//! What people read of a check.

use super::*;
use crate::report::style::Style;

fn intact() -> Audit {
    let segment =
        |n: u32, lines| Segment { file: format!("journal/{n:06}.jsonl"), lines, bytes: 312 * lines };
    Audit {
        run: "20261122-024000-123-3f9a".into(),
        segments: vec![segment(1, 1_204), segment(2, 17)],
        lines: 1_221,
        head: Some("ab".repeat(32)),
        between: Some((Moment(1_764_000_000_000), Moment(1_764_000_030_500))),
        plan: Some("cd".repeat(32)),
        ended: true,
        record: Recorded::Agrees,
        notices: Vec::new(),
        broken: None,
    }
}

#[test]
fn an_intact_chain_is_told_with_what_it_rests_on() {
    insta::assert_snapshot!(draw(&intact(), Style::plain(100)), @r"
    Run 20261122-024000-123-3f9a: its chain is intact.

      plan      sha256 cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      journal   1,221 lines in 2 segments
                journal/000001.jsonl: 1,204 lines, 375 kB
                journal/000002.jsonl: 17 lines, 5.3 kB
      from      2025-11-24T16:00:00.000Z to 2025-11-24T16:00:30.500Z
      head      sha256 abababababababababababababababababababababababababababababababab
      state     holds the same number of lines and the same head

    Every line follows the one before it, and the last one is the one that the state recorded at the
    run's end.
    ");
}

#[test]
fn a_break_stands_first() {
    let broken = Break {
        file: "journal/000002.jsonl".into(),
        line: Some(3),
        why: "its sum is not the sum of its content".into(),
        means: "This line was changed.".into(),
    };
    let notices = vec!["journal/000001.jsonl: dropped from line 1200 on".into()];
    let audit = Audit { head: None, broken: Some(broken), record: Recorded::Differs, notices, ..intact() };
    insta::assert_snapshot!(draw(&audit, Style::plain(80)), @r"
    Run 20261122-024000-123-3f9a: its chain is broken.

      where     journal/000002.jsonl, line 3
      what      its sum is not the sum of its content
      means     This line was changed.

      plan      sha256
                cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      journal   1,221 lines in 2 segments, proved up to the break
                journal/000001.jsonl: 1,204 lines, 375 kB
                journal/000002.jsonl: 17 lines, 5.3 kB
      from      2025-11-24T16:00:00.000Z to 2025-11-24T16:00:30.500Z
      state     holds another end of this journal
      note      journal/000001.jsonl: dropped from line 1200 on

    What stands before the break is as it was written; nothing behind it can be
    relied on.
    ");
}

#[test]
fn what_proves_the_head_is_told_for_every_record() {
    let left = |lines| Recorded::LetGo { lines };
    let unreadable = Recorded::Unreadable("it is empty".into());
    let said: Vec<String> = [Recorded::NotYet, Recorded::Missing, unreadable, left(7), left(0)]
        .into_iter()
        .map(|record| draw(&Audit { record, ..intact() }, Style::plain(200)))
        .map(|text| {
            text.lines().skip_while(|line| !line.starts_with("  state")).collect::<Vec<_>>().join("\n")
        })
        .collect();
    insta::assert_snapshot!(said.join("\n\n"), @r"
      state     the run is open: its head is recorded when it ends

    Every line so far follows the one before it. Lines that were taken off the end would not be noticed before the run ends.

      state     has no record of this run, so that its head is proved by nothing

    Every line follows the one before it. Whether lines were taken off the end cannot be told without the head: compare it with a copy that was kept elsewhere.

      state     cannot be read, so that the head is proved by nothing: it is empty

    Every line follows the one before it. Whether lines were taken off the end cannot be told without the head: compare it with a copy that was kept elsewhere.

      state     the run was let go of when no more of its journal could be read than its first 7 lines, which are these

    Every line follows the one before it. What stands behind those that the state recorded could not be read when the run was let go of, and was put back since: whether lines were taken off its end cannot
    be told.

      state     the run was let go of when nothing of its journal could be read

    Every line follows the one before it. What stands behind those that the state recorded could not be read when the run was let go of, and was put back since: whether lines were taken off its end cannot
    be told.
    ");
}
