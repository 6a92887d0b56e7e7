//! What a patch would do, as the user's `preview` command tells it.

use crate::arguments::{Arguments, Argv, level};
use crate::{act, ask};
use patchform_sdk::Context;
use patchform_sdk::ended::millis;
use patchform_sdk::message::{
    Action, CommandLine, Coverage, Preview, PreviewOutcome, Proposed, Reload, Subject, WayBack, WayBackKind,
};
use patchform_sdk::words::typed;
use std::collections::BTreeMap;
use std::time::Duration;

/// The most lines of `preview` that are shown.
const LINES: usize = 100;
/// The longest command that is shown where only a place is looked for.
const SHORT: usize = 80;

/// No patch is expected to be quicker, in milliseconds.
const SHORTEST: u64 = 5_000;

/// Answers a preview. Each line that the command prints becomes a note for the reader of the plan; a failing command
/// blocks the change.
pub fn preview(proposed: &Proposed, context: &Context) -> PreviewOutcome {
    look(proposed, context)
        .map_or_else(|why| PreviewOutcome::Blocked { why }, |p| PreviewOutcome::Ready(Box::new(p)))
}

/// What is typed on the way back beside `restore`, whose line comes with its snapshot.
fn by_hand(subject: &Subject, arguments: &Arguments) -> BTreeMap<String, CommandLine> {
    let typed = |(action, argv): (Action, &Option<Argv>)| {
        Some((action.name().to_string(), act::by_hand(action, argv.as_ref()?, subject, arguments, "")))
    };
    let commands = [
        (Action::Uninstall, &arguments.uninstall),
        (Action::Reload, &arguments.reload),
        (Action::Verify, &arguments.verify),
    ];
    commands.into_iter().filter_map(typed).collect()
}

fn look(proposed: &Proposed, context: &Context) -> Result<Preview, String> {
    let arguments = Arguments::of(&proposed.subject)?;
    let by_hand = by_hand(&proposed.subject, &arguments);
    let mut preview = Preview { ways_back: ways_back(&arguments), by_hand, ..Preview::default() };
    if let Some(argv) = &arguments.reload {
        preview.reload = Reload::Service;
        preview.services = vec![typed(argv)];
    }
    if let Some(within) = arguments.within() {
        preview.switch = Some(millis(within));
        let time = arguments.confirm_within.as_deref().unwrap_or_default().trim();
        preview.warnings.push(format!(
            "runs under a dead man's switch: unless it is confirmed within {time}, the target goes back by itself"
        ));
        preview.warnings.push(match &arguments.confirm {
            Some(argv) => format!("confirmed over a new connection if `{}` ends with 0 there", typed(argv)),
            None => "confirmed as soon as a new connection to the target succeeds".into(),
        });
        let limit = arguments.timeout.as_ref().map(|_| arguments.patience());
        if let Some(limit) = limit.filter(|limit| within < *limit) {
            preview.warnings.push(format!(
                "confirm_within ({time}) is shorter than timeout ({}): a patch that takes longer than that goes back \
                 although it may go well",
                period(limit)
            ));
        } else if millis(within) < SHORTEST {
            preview.warnings.push(format!(
                "confirm_within ({time}) is shorter than a patch is expected to take ({})",
                period(Duration::from_millis(SHORTEST))
            ));
        }
        // The core waits five times as long as is expected here: long enough to hear of the end of going back.
        preview.durations.insert("patch".into(), millis(within / 2).max(SHORTEST));
    }
    if let Some(argv) = &arguments.preview {
        let variables = [
            ("PATCHFORM_ACTION", "preview"),
            ("PATCHFORM_LEVEL", level(Some(&proposed.to)).unwrap_or_default()),
            ("PATCHFORM_FROM", level(proposed.from.as_ref()).unwrap_or_default()),
        ];
        let printed = ask::quietly(argv, &proposed.subject, &arguments, &variables, context).output(argv)?;
        let lines: Vec<&str> = printed.lines().filter(|line| !line.trim().is_empty()).collect();
        preview.warnings.extend(lines.iter().take(LINES).map(ToString::to_string));
        if lines.len() > LINES {
            preview.warnings.push(format!("… and {} more lines of `{}`", lines.len() - LINES, typed(argv)));
        }
    }
    Ok(preview)
}

fn ways_back(arguments: &Arguments) -> Vec<WayBack> {
    let way = |kind, place: &str, coverage: Coverage| WayBack {
        kind,
        place: place.into(),
        survives_target_loss: false,
        // Data that was in the snapshot comes back as it was then.
        discards_data: coverage.data,
        coverage,
        size: 0,
        duration: 0,
    };
    let restore = arguments.snapshot.as_ref().and(arguments.restore.as_ref());
    let restore = restore.map(|argv| way(WayBackKind::Restore, &by(argv, "restore"), arguments.coverage()));
    let uninstall = arguments
        .uninstall
        .as_ref()
        .map(|argv| way(WayBackKind::Uninstall, &by(argv, "uninstall"), Coverage::default()));
    restore.into_iter().chain(uninstall).collect()
}

fn period(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

/// The command that goes back, for a reader; a whole script is only named.
fn by(argv: &[String], name: &str) -> String {
    let text = typed(argv);
    if text.len() <= SHORT && !text.contains('\n') {
        format!("by `{text}`")
    } else {
        format!("by its `{name}` command")
    }
}
