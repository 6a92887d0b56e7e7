//! Traffic of the type `command`: the user's own commands take a member's traffic away, give it back, and say how it stands.

use crate::ask::LOOK;
use patchform_sdk::away::{self, Away};
use patchform_sdk::detached::safe_id;
use patchform_sdk::durable::Survives;
use patchform_sdk::ended::{self, Ended, OUTPUT};
use patchform_sdk::ledger::{self, Ledger};
use patchform_sdk::line::tail;
use patchform_sdk::message::{
    Act, Action, Answer, Argument, ByHand, Done, Member, MemberStanding, MembersAnswer, MembersRequest,
    Probe, Probed, RpcError, Subject, TargetRun, TrafficType,
};
use patchform_sdk::words::typed;
use patchform_sdk::{Context, earlier};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The arguments of the block.
#[derive(Debug, Deserialize)]
struct Arguments {
    drain: Vec<String>,
    undrain: Vec<String>,
    probe: Vec<String>,
    #[serde(default)]
    env: Option<BTreeMap<String, String>>,
}

/// The type `command` and its arguments.
pub fn described() -> TrafficType {
    let argv =
        |description: &str| Argument { required: true, ..argument(json!(["list", "string"]), description) };
    TrafficType {
        summary: "Anything that your own commands can take from a member and give back.".into(),
        arguments: BTreeMap::from([
            (
                "drain".into(),
                argv(
                    "Takes PATCHFORM_MEMBER its traffic within PATCHFORM_WAIT seconds; exit 75 promises that nothing changed.",
                ),
            ),
            ("undrain".into(), argv("Gives it back; safe when it serves already, and safe twice.")),
            ("probe".into(), argv("Prints `serving` or `away`, for PATCHFORM_MEMBER.")),
            (
                "env".into(),
                Argument {
                    default: Some(json!({})),
                    ..argument(json!(["map", "string"]), "Environment of the commands.")
                },
            ),
        ]),
        example: include_str!("../traffic.pf.hcl").into(),
        blocks: false,
        by_hand: Some(ByHand {
            drain: "PATCHFORM_MEMBER={member} {drain}".into(),
            undrain: "PATCHFORM_MEMBER={member} {undrain}".into(),
        }),
    }
}

fn argument(ty: Value, description: &str) -> Argument {
    Argument { ty, required: false, default: None, sensitive: false, description: description.into() }
}

/// What tells this member from every other one.
fn identity(subject: &Subject, member: &str) -> Value {
    json!(["command", subject.address, subject.connection, member])
}

fn read(subject: &Subject) -> Result<Arguments, String> {
    let arguments = Arguments::deserialize(&subject.arguments)
        .map_err(|e| format!("the arguments of {} do not fit: {e}", subject.address))?;
    let commands =
        [("drain", &arguments.drain), ("undrain", &arguments.undrain), ("probe", &arguments.probe)];
    match commands.iter().find(|(_, argv)| argv.first().is_none_or(String::is_empty)) {
        Some((name, _)) => Err(format!("`{name}` of {} names no program", subject.address)),
        None => Ok(arguments),
    }
}

/// Takes traffic away or gives it back.
pub fn act(action: Action, act: &Act, member: &Member, context: &Context) -> Answer {
    let arguments = match read(&act.subject) {
        Ok(arguments) => arguments,
        Err(why) => return Answer::refused(why),
    };
    let identity = identity(&act.subject, &member.name);
    let path = away::ledger_of(&identity, &member.component);
    let mut ledger = match Ledger::open(&path, Survives::PowerLoss) {
        Ok(ledger) => ledger,
        Err(e) => return Answer::refused(format!("the ledger {} cannot be opened: {e}", path.display())),
    };
    let is_over = |id: &str| earlier::is_over(id, action, act, context);
    ledger.act_alone(act, is_over, || match Away::open(&identity) {
        Err(why) => Answer::refused(why),
        Ok(away) => match action {
            Action::Drain => drain(act, member, &arguments, away, context),
            Action::Undrain => undrain(act, member, &arguments, away, context),
            other => Answer::refused(format!("traffic cannot {}", other.name())),
        },
    })
}

/// Where it is away already, for another component or by somebody's hand, nothing is run.
fn drain(act: &Act, member: &Member, arguments: &Arguments, mut away: Away, context: &Context) -> Answer {
    let before = match away.note() {
        Some(note) => note.before.clone(),
        None => match stands(arguments, &act.subject, &member.name, context) {
            Ok(stands) => json!(stands.word()),
            Err(why) => return Answer::refused(why),
        },
    };
    let begins = away.note().is_none() && before == Stands::Serving.word();
    if let Err(why) = away.hold(&member.component, before) {
        return Answer::refused(why);
    }
    if !begins {
        return Answer::applied();
    }
    let answer = run(act, member, &arguments.drain, arguments, context);
    match (&answer, away) {
        (Answer::Refused { .. }, mut away) => match away.let_go(&member.component) {
            Ok(()) => answer,
            Err(why) => Answer::unclear(why),
        },
        _ => answer,
    }
}

/// What was away before, or is kept away for others, stays so.
fn undrain(act: &Act, member: &Member, arguments: &Arguments, mut away: Away, context: &Context) -> Answer {
    if !away.is_held_by(&member.component) {
        return Answer::applied();
    }
    let served = away.note().is_some_and(|note| note.before == Stands::Serving.word());
    if served && away.others(&member.component).is_empty() {
        let answer = run(act, member, &arguments.undrain, arguments, context);
        if !matches!(answer, Answer::Applied(_)) {
            return answer;
        }
    }
    away.let_go(&member.component).map_or_else(Answer::unclear, |()| Answer::applied())
}

/// Runs a command under the action's id: it outlives this provider, and never starts twice.
fn run(act: &Act, member: &Member, argv: &[String], arguments: &Arguments, context: &Context) -> Answer {
    let shown = typed(argv);
    let mut env = environment(arguments, &act.subject, &member.name);
    env.insert("PATCHFORM_COMPONENT".into(), member.component.clone());
    env.insert("PATCHFORM_WAIT".into(), member.wait.div_ceil(1_000).to_string());
    env.insert("PATCHFORM_ACTION_ID".into(), act.id.clone());
    env.insert("PATCHFORM_TOKEN".into(), act.token.to_string());
    let started = start(&act.id, argv, &act.subject, env, false);
    if let Err(e) = context.target().run(&started) {
        return Answer::unclear(format!("it is not known whether `{shown}` was started: {}", e.message));
    }
    let patience = Duration::from_millis(act.deadline.max(1));
    match ended::wait(&act.id, &act.subject, patience, context).0 {
        Ended::Exited { code: 0, said } => {
            let output = tail(&(said.shown + &said.stderr), OUTPUT).to_string();
            Answer::Applied(Done { output, ..Done::default() })
        }
        Ended::Exited { code, said } => ended::failed(argv, code, &(said.shown + &said.stderr)),
        Ended::Unreachable(why) => Answer::unclear(why),
        Ended::Running => ended::goes_on(argv),
        Ended::Never | Ended::Lost => Answer::unclear(format!("`{shown}` was cut off")),
    }
}

fn start(
    id: &str,
    argv: &[String],
    subject: &Subject,
    env: BTreeMap<String, String>,
    ephemeral: bool,
) -> TargetRun {
    let connection = subject.connection.clone();
    TargetRun {
        id: safe_id(id),
        connection,
        argv: argv.to_vec(),
        env,
        cwd: None,
        stdin: String::new(),
        ephemeral,
        fresh: false,
    }
}

fn environment(arguments: &Arguments, subject: &Subject, member: &str) -> BTreeMap<String, String> {
    let mut env = arguments.env.clone().unwrap_or_default();
    env.insert("PATCHFORM_ADDRESS".into(), subject.address.clone());
    env.insert("PATCHFORM_MEMBER".into(), member.into());
    env
}

/// What the user's `probe` prints.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Serving,
    Away,
}

impl Stands {
    const fn word(self) -> &'static str {
        match self {
            Stands::Serving => "serving",
            Stands::Away => "away",
        }
    }
}

fn stands(
    arguments: &Arguments,
    subject: &Subject,
    member: &str,
    context: &Context,
) -> Result<Stands, String> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = format!("ask-traffic-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let argv = &arguments.probe;
    let asked = start(&id, argv, subject, environment(arguments, subject, member), true);
    context.target().run(&asked).map_err(|e| e.message)?;
    let said = ended::wait(&id, subject, LOOK, context).0.output(argv)?;
    let stand = [Stands::Serving, Stands::Away].into_iter().find(|stands| stands.word() == said.trim());
    stand.ok_or_else(|| {
        format!("`{}` printed {:?} of {member}; it must print serving or away", typed(argv), said.trim())
    })
}

/// How members stand.
///
/// # Errors
/// What is wrong with the arguments.
pub fn members(request: &MembersRequest, context: &Context) -> Result<MembersAnswer, RpcError> {
    let arguments = read(&request.traffic).map_err(RpcError::invalid_params)?;
    let one = |name: &String| match stands(&arguments, &request.traffic, name, context) {
        Err(why) => Ok(MemberStanding::Missing { why }),
        Ok(stands) => {
            let note = away::look(&identity(&request.traffic, name))?;
            let holders: Vec<String> = note.into_iter().flat_map(|note| note.holders).collect();
            Ok(match stands {
                Stands::Serving if holders.is_empty() => MemberStanding::Serving,
                stands => MemberStanding::Away { holders, why: format!("its probe says {}", stands.word()) },
            })
        }
    };
    let members = request.members.iter().map(one).collect::<Result<_, String>>();
    Ok(MembersAnswer { members: members.map_err(RpcError::internal)? })
}

/// How far an action came: what the ledger knows, then the command itself, then the user's `probe`.
///
/// # Errors
/// When nobody can tell.
pub fn probe(probe: &Probe, member: &Member, context: &Context) -> Result<Probed, RpcError> {
    let act = &probe.act;
    let arguments = read(&act.subject).map_err(RpcError::invalid_params)?;
    let identity = identity(&act.subject, &member.name);
    let path = away::ledger_of(&identity, &member.component);
    let known =
        ledger::probe(&path, Survives::PowerLoss, act).map_err(|e| RpcError::internal(e.to_string()))?;
    if let Some(known) = known {
        return Ok(known);
    }
    if ended::wait(&act.id, &act.subject, Duration::ZERO, context).0 == Ended::Running {
        return Ok(Probed::Busy);
    }
    let note = away::look(&identity).map_err(RpcError::internal)?;
    let held = note.as_ref().is_some_and(|note| note.holders.contains(&member.component));
    let stands = || stands(&arguments, &act.subject, &member.name, context).map_err(RpcError::internal);
    Ok(match (probe.action, held) {
        // It is noted before anything is done, and forgotten after it was given back.
        (Action::Drain, false) => Probed::before(),
        (Action::Undrain, false) => Probed::After(Done::default()),
        (Action::Drain, true) if stands()? == Stands::Away => Probed::After(Done::default()),
        // Safe twice, however far it came.
        (Action::Undrain, true) => Probed::before(),
        _ => Probed::between("it is noted as kept away, and its probe says serving"),
    })
}
