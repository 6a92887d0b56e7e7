//! The actions. The core's detached commands keep one of the two promises (one id never starts twice); the ledger, kept on
//! this machine, keeps both.

use crate::arguments::{Arguments, Argv, level};
use crate::ask;
use crate::{look, switch};
use patchform_sdk::durable::Survives;
use patchform_sdk::ended::{self, Ended, OUTPUT, Said};
use patchform_sdk::line::tail;
use patchform_sdk::message::{Act, Action, Answer, CommandLine, Done, Reload, Snapshot, Subject, Verdict};
use patchform_sdk::words::typed;
use patchform_sdk::{Context, Ledger, digest, earlier, store};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// The longest token of a snapshot, in bytes: it stands in an environment, and in the journal.
const LONGEST_TOKEN: usize = 16 * 1024;

/// Does one action.
pub fn act(action: Action, act: &Act, context: &Context) -> Answer {
    let arguments = match Arguments::of(&act.subject) {
        Ok(arguments) => arguments,
        Err(why) => return Answer::refused(why),
    };
    if action == Action::Verify {
        // It has no effect, so it needs no ledger, and must look anew each time.
        return verify(&arguments, act, context);
    }
    let path = ledger_of(&act.subject, &arguments);
    let mut ledger = match Ledger::open(&path, Survives::PowerLoss) {
        Ok(ledger) => ledger,
        Err(e) => return Answer::refused(format!("the ledger {} cannot be opened: {e}", path.display())),
    };
    let is_over = |id: &str| earlier::is_over(id, action, act, context);
    ledger.act_alone(act, is_over, || match command_of(action, &arguments) {
        Ok(Some(argv)) => run(action, &argv, &arguments, act, context),
        Ok(None) => Answer::applied(),
        Err(why) => Answer::refused(why),
    })
}

/// The ledger of a component: beside the state, so that whoever takes a run over from another folder finds it.
pub fn ledger_of(subject: &Subject, arguments: &Arguments) -> PathBuf {
    let identity = json!([subject.address, arguments.target]);
    let name = digest::of_json(&identity);
    store::folder().join("command").join(format!("{}.ledger", &name[..32]))
}

/// The command for an action; `Ok(None)` when there is nothing to do for it.
///
/// # Errors
/// That the component has no such command.
pub fn command_of(action: Action, arguments: &Arguments) -> Result<Option<Argv>, String> {
    let (command, optional) = match action {
        Action::Patch => (Some(&arguments.patch), false),
        Action::Snapshot => (arguments.snapshot.as_ref(), false),
        Action::Restore => (arguments.restore.as_ref(), false),
        Action::Uninstall => (arguments.uninstall.as_ref(), false),
        Action::Reload => (arguments.reload.as_ref(), true),
        Action::Drop => (arguments.drop.as_ref(), true),
        _ => (None, false),
    };
    match command {
        None if !optional => Err(format!("the component has no `{}` command", action.name())),
        command => Ok(command.cloned()),
    }
}

fn run(action: Action, argv: &Argv, arguments: &Arguments, act: &Act, context: &Context) -> Answer {
    let mut from = None;
    if act.expected.is_some() || action == Action::Patch {
        match look::stand(&act.subject, arguments, context) {
            Err(why) => return Answer::refused(why),
            Ok(standing) if act.expected.as_ref().is_some_and(|expected| *expected != standing.digest) => {
                return Answer::refused("the component has changed since it was read");
            }
            Ok(standing) => from = standing.level,
        }
    }
    let snapshot = match snapshot_of(action, act) {
        Ok(snapshot) => snapshot,
        Err(why) => return Answer::refused(why),
    };
    let token = act.token.to_string();
    let variables = [
        ("PATCHFORM_ACTION", action.name()),
        ("PATCHFORM_ACTION_ID", act.id.as_str()),
        ("PATCHFORM_TOKEN", token.as_str()),
        ("PATCHFORM_LEVEL", level(act.level.as_ref()).unwrap_or_default()),
        ("PATCHFORM_FROM", from.as_deref().unwrap_or_default()),
        ("PATCHFORM_SNAPSHOT", snapshot.as_str()),
    ];
    let patience = arguments.patience().min(Duration::from_millis(act.deadline.max(1)));
    if action == Action::Patch
        && let Some(guarded) = switch::of(act, arguments, context)
    {
        return switch::start(&guarded, argv, arguments, &variables).unwrap_or_else(|| {
            let done = |said: &_| done(action, act, arguments, said);
            guarded.settle(patience).answer(done, |ended| answer(action, argv, act, arguments, ended))
        });
    }
    if let Err(why) = ask::start(&act.id, argv, &act.subject, arguments, &variables, false, context) {
        return Answer::unclear(format!("it is not known whether `{}` was started: {why}", typed(argv)));
    }
    answer(action, argv, act, arguments, ended::wait(&act.id, &act.subject, patience, context).0)
}

/// What `PATCHFORM_SNAPSHOT` says: the id of the one to take, or the token of the one to use.
pub fn snapshot_of(action: Action, act: &Act) -> Result<String, String> {
    let Some(snapshot) = &act.snapshot else {
        return if action == Action::Restore {
            Err("the request names no snapshot".into())
        } else {
            Ok(String::new())
        };
    };
    match snapshot.token.as_ref().and_then(|token| token.get("printed")).and_then(Value::as_str) {
        Some(printed) => Ok(printed.into()),
        None if action == Action::Restore => Err("the snapshot's token is missing or damaged".into()),
        None => Ok(snapshot.id.clone()),
    }
}

fn answer(action: Action, argv: &Argv, act: &Act, arguments: &Arguments, ended: Ended) -> Answer {
    let shown = typed(argv);
    match ended {
        Ended::Exited { code: 0, said } => match no_token(action, &said) {
            Some(why) => Answer::refused(format!(
                "the snapshot was not accepted: what `{shown}` prints is stored as its token, and {why}; let it print a name or a path"
            )),
            None => Answer::Applied(done(action, act, arguments, &said)),
        },
        Ended::Exited { code, said } => ended::failed(argv, code, &(said.shown + &said.stderr)),
        Ended::Running => ended::goes_on(argv),
        Ended::Never => Answer::unclear(format!(
            "`{shown}` left no trace: it did not start, or the disk was too full to record it"
        )),
        Ended::Lost => Answer::unclear(format!(
            "`{shown}` was cut off (killed, or its machine restarted), or the disk was too full to record its end"
        )),
        Ended::Unreachable(why) => Answer::unclear(why),
    }
}

/// Why what the command of an action printed can be no token: `restore` would get another one, or a secret would be stored.
pub fn no_token(action: Action, said: &Said) -> Option<String> {
    if action != Action::Snapshot {
        return None;
    }
    if said.secret {
        return Some("a secret (the value of a sensitive variable) stands in it".into());
    }
    look::not_as_printed(&said.stdout, LONGEST_TOKEN).map(|wrong| format!("it printed {wrong}"))
}

/// What an action that ended well has to say, also to a probe.
pub fn done(action: Action, act: &Act, arguments: &Arguments, said: &Said) -> Done {
    let output = format!("{}{}", said.shown, said.stderr);
    let mut done = Done { output: tail(&output, OUTPUT).into(), ..Done::default() };
    match action {
        Action::Snapshot => {
            // As a shell's `$(…)` has it.
            let printed = said.stdout.trim_end_matches('\n');
            done.snapshot = Some(Box::new(Snapshot {
                token: json!({ "printed": printed }),
                place: printed.into(),
                coverage: arguments.coverage(),
                by_hand: arguments
                    .restore
                    .as_ref()
                    .map(|argv| by_hand(Action::Restore, argv, &act.subject, arguments, printed)),
                ..Snapshot::default()
            }));
        }
        Action::Patch | Action::Restore | Action::Uninstall if arguments.reload.is_some() => {
            done.reload = Reload::Service;
        }
        _ => {}
    }
    done
}

/// A command of the way back as a person types it, with what it finds in its environment.
pub fn by_hand(
    action: Action,
    argv: &Argv,
    subject: &Subject,
    arguments: &Arguments,
    token: &str,
) -> CommandLine {
    let variables = [
        ("PATCHFORM_ACTION", action.name()),
        ("PATCHFORM_ACTION_ID", "by-hand"),
        ("PATCHFORM_FROM", ""),
        ("PATCHFORM_LEVEL", CommandLine::LEVEL),
        ("PATCHFORM_SNAPSHOT", token),
        ("PATCHFORM_TOKEN", CommandLine::TOKEN),
    ];
    CommandLine { argv: argv.clone(), env: ask::environment(subject, arguments, &variables) }
}

fn verify(arguments: &Arguments, act: &Act, context: &Context) -> Answer {
    let wanted = level(act.level.as_ref());
    let verdict = match look::stand(&act.subject, arguments, context) {
        Err(why) => Verdict::Inconclusive { why },
        Ok(standing) if standing.level.as_deref() != wanted => {
            let (there, wanted) = (standing.level.unwrap_or_default(), wanted.unwrap_or_default());
            Verdict::Ill { why: format!("the level is {there:?}, expected {wanted:?}") }
        }
        // What is gone, as it should be, cannot be well or ill.
        Ok(_) => match arguments.verify.as_ref().filter(|_| wanted.is_some()) {
            Some(argv) => {
                let variables =
                    [("PATCHFORM_ACTION", "verify"), ("PATCHFORM_LEVEL", wanted.unwrap_or_default())];
                let ended = ask::quietly(argv, &act.subject, arguments, &variables, context);
                // Who was killed while looking has seen nothing, neither good nor bad.
                let told = matches!(ended, Ended::Exited { code, .. } if ended::signal(code).is_none());
                match ended.output(argv) {
                    Ok(_) => Verdict::Healthy,
                    Err(why) if told => Verdict::Ill { why },
                    Err(why) => Verdict::Inconclusive { why },
                }
            }
            None => Verdict::Healthy,
        },
    };
    Answer::Applied(Done { verdict: Some(verdict), ..Done::default() })
}
