//! `patchform run …`

use super::Exit;
use super::arguments::{Accepting, Lock, Variables};
use super::live::Live;
use super::terminal::Terminal;
use crate::ops::abandon::Abandoned;
use crate::ops::apply::Audience as _;
use crate::ops::evidence::{self, Wanted};
use crate::ops::run::Beside;
use crate::ops::{self, Failure};
use crate::plan::Plan;
use crate::report::timeline::{self, Timeline, Zone};
use crate::report::{audit, hours, let_go, state_json, state_text};
use crate::run::Run;
use crate::run::event::Request;
use crate::world::{clock, disk};
use clap::{Subcommand, ValueEnum};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

const EXPORT_HELP: &str = "\
The archive holds the plan, the journal, what the commands printed, the run as text and as JSON, and the digest of every \
file. Its README.txt says how to check all of it with a shell and sha256sum. Nothing in it is newer than the run, so that \
exporting it again gives the same bytes. An open or damaged run is exported as it stands.

Secrets are masked. Where the run had any, they are read again for that: as `apply` takes them, or with --var.";

const SHOW_HELP: &str = "\
A timeline has one line for each component, grouped by wave, and one letter for each piece of time: of what falls into one \
piece, that which disturbs most. Its times are local ones, by a clock that nobody sets; its zone is named.

For example:
  patchform run show --timeline                       the last run, as wide as the terminal
  patchform run show --timeline | less                many components, in 100 columns
  patchform run show --timeline=svg > run.svg         a picture for a browser, light or dark as it is
  patchform run show --watch                          a run that goes on, seen from another terminal
  watch -c patchform run show --timeline              the same, over time";

/// How a timeline is drawn.
#[derive(Clone, Copy, ValueEnum)]
pub enum Drawing {
    Text,
    Svg,
}

/// What to do with runs.
#[derive(Subcommand)]
pub enum Verb {
    /// List runs and how they ended
    List {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a run did, step by step; the last one when none is named
    #[command(after_help = SHOW_HELP)]
    Show {
        /// Its id
        run: Option<String>,
        /// Print its journal's events as JSON, one object per line
        #[arg(long)]
        json: bool,
        /// Follow a run that goes on until it ends or stops, as the terminal that drives it shows it; Ctrl-C ends only the
        /// watching
        #[arg(long, conflicts_with_all = ["timeline", "verify"])]
        watch: bool,
        /// Draw what each component was at, over time; also while the run goes on. `svg` is a picture for a browser
        #[arg(
            long,
            value_enum,
            value_name = "FORMAT",
            num_args = 0..=1,
            require_equals = true,
            default_missing_value = "text",
            conflicts_with_all = ["json", "verify"]
        )]
        timeline: Option<Drawing>,
        /// Check its hash chain instead, from the first line to the head that the state recorded; exit code 1 when it is
        /// broken
        #[arg(long)]
        verify: bool,
    },
    /// Write everything that tells of a run into one archive, which an auditor can check with sha256sum alone
    #[command(after_help = EXPORT_HELP)]
    Export {
        /// Its id; the last run when left out
        run: Option<String>,
        /// The archive to write; `-` for standard output [default: patchform-run-RUN.tar.gz]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Leave out what the run's commands printed
        #[arg(long)]
        without_outputs: bool,
        #[command(flatten)]
        variables: Variables,
    },
    /// Start nothing new until `run continue`
    Pause {
        /// Its id; may be left out when only one is open
        run: Option<String>,
    },
    /// Go on after `run pause`
    Continue {
        /// Its id; may be left out when only one is open
        run: Option<String>,
    },
    /// Leave a component alone that has not begun yet
    Skip {
        /// The component
        address: String,
        /// The run's id; may be left out when only one is open
        run: Option<String>,
    },
    /// Let running actions finish, then stop; the run stays resumable
    Stop {
        /// Its id; may be left out when only one is open
        run: Option<String>,
    },
    /// End an open run as it stands: nothing more is done, its components are free again. Refused while a step of it still
    /// goes on
    Abandon {
        /// Its id; may be left out when only one is open
        run: Option<String>,
        /// Let go of this component although its step may still go on, and its dead man's switch may still take it back;
        /// may be given several times
        #[arg(long, value_name = "ADDRESS")]
        leave_running: Vec<String>,
        #[command(flatten)]
        variables: Variables,
        #[command(flatten)]
        accepting: Accepting,
        #[command(flatten)]
        lock: Lock,
    },
}

pub fn run(verb: &Verb, terminal: &Terminal) -> Result<Exit, Failure> {
    match verb {
        Verb::List { json } => list(*json, terminal),
        Verb::Show { run, timeline: Some(drawing), .. } => timeline(run.as_deref(), *drawing, terminal),
        Verb::Show { run, json, verify: true, .. } => verify(run.as_deref(), *json, terminal),
        Verb::Show { run, json, watch: true, .. } => watch(run.as_deref(), *json, terminal),
        Verb::Show { run, json, .. } => show(run.as_deref(), *json, terminal),
        Verb::Export { run, out, without_outputs, variables } => {
            let inputs = variables.inputs();
            let wanted = Wanted { run: run.as_deref(), inputs: &inputs, outputs: !without_outputs };
            export(&wanted, out.as_deref(), terminal)
        }
        Verb::Pause { run } => ask(run, |_, _| Ok(Request::Pause), "pauses: nothing new starts", terminal),
        Verb::Continue { run } => ask(run, |_, run| ops::run::go_on(run), "goes on", terminal),
        Verb::Stop { run } => {
            ask(run, |_, _| Ok(Request::Stop), "stops when what is running has ended", terminal)
        }
        Verb::Skip { address, run } => {
            ask(run, |plan, _| ops::run::skip(plan, address), "leaves it alone", terminal)
        }
        Verb::Abandon { run, leave_running, variables, accepting, lock } => {
            let (lock, live) = (lock.timeout()?, Live::new(terminal, false));
            let (inputs, watch) = (accepting.inputs(variables), live.watch());
            abandon(ops::abandon::open(run.as_deref(), leave_running, &inputs, lock, watch)?, live, terminal)
        }
    }
}

fn abandon(abandoned: Abandoned, mut live: Live<'_>, terminal: &Terminal) -> Result<Exit, Failure> {
    match abandoned {
        Abandoned::Ready(ready) => {
            terminal.notices(&ready.notices);
            let ended = ops::apply::apply(*ready, &mut live)?;
            live.finish(&ended);
            ops::abandon::is_over(&ended)?;
        }
        Abandoned::LetGo(run) => {
            terminal.notices(&[&run.why]);
            terminal.say(&let_go::let_go(&run, terminal.out));
        }
    }
    Ok(Exit::Done)
}

fn ask(
    run: &Option<String>,
    request: impl FnOnce(&Plan, &Run) -> Result<Request, Failure>,
    said: &str,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let asked = ops::run::ask(run.as_deref(), request)?;
    let id = &asked.run;
    terminal.say(&match asked.ended {
        false => format!("Run {id} {said}.\n"),
        true => format!("Run {id} took the request, and has ended meanwhile.\n"),
    });
    Ok(Exit::Done)
}

fn list(json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let (rows, damaged) = ops::run::list()?;
    if rows.is_empty() {
        terminal.notices(ops::Place::unprepared().as_slice());
    }
    terminal.say(&match json {
        true => state_json::runs(&rows),
        false => state_text::run_list(&rows, terminal.clock(), terminal.out),
    });
    damaged.map_or(Ok(Exit::Done), Err)
}

fn show(id: Option<&str>, json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let (told, beside) = ops::run::show(id)?;
    terminal.notices(&told.journal.notices);
    if let Some(emergency) = hours::emergency(&told.plan).filter(|_| !json) {
        terminal.say(&format!("{emergency}\n\n"));
    }
    Live::replay(terminal, json, &told);
    match beside {
        Some(Beside::Lacking(failure)) => return Err(failure),
        Some(Beside::LetGo(what)) => terminal.notices(&[what]),
        None => Live::replay_end(terminal, json, &told, ops::run::driver(told.run.id())?),
    }
    Ok(Exit::Done)
}

/// How often a run that goes on is read again, and for which part of the time at most: its journal is read whole.
const LOOK: Duration = Duration::from_millis(500);
const SHARE: u32 = 10;

/// Shows a run that somebody else drives until nobody does.
fn watch(id: Option<&str>, json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let (mut told, _) = ops::run::show(id)?;
    let id = told.run.id().to_string();
    if ops::run::driver(&id)?.is_none() {
        return show(Some(&id), json, terminal);
    }
    terminal.notices(&[format!(
        "what is seen here is run {id} as its journal tells it; Ctrl-C ends only the watching"
    )]);
    let mut live = Live::new(terminal, json);
    if json {
        Live::replay(terminal, json, &told);
    }
    live.begins(&told.run, &told.plan, &told.journal.events);
    let mut pause = LOOK;
    loop {
        std::thread::sleep(pause);
        let begun = clock::steady();
        // Asked first: what was written last is read after that.
        let driven = ops::run::driver(&id)?.is_some();
        let seen = told.journal.events.len();
        told = ops::run::show(Some(&id))?.0;
        for event in told.journal.events.iter().skip(seen) {
            live.event(&told.plan, &told.run, event);
        }
        if !driven || told.run.is_finished() {
            break;
        }
        pause = LOOK.max(begun.elapsed().saturating_mul(SHARE));
    }
    live.close();
    Live::replay_end(terminal, json, &told, None);
    Ok(Exit::Done)
}

fn timeline(id: Option<&str>, drawing: Drawing, terminal: &Terminal) -> Result<Exit, Failure> {
    let (told, beside) = ops::run::show(id)?;
    terminal.notices(&told.journal.notices);
    let now = ops::run::driver(told.run.id())?.map(|_| clock::now());
    let timeline = Timeline::of(&told.plan, told.run.id(), &told.journal.events, now);
    let (name, offset) = (clock::local_zone().unwrap_or_default(), clock::local_offset(told.started()));
    let zone = Zone { name, offset };
    terminal.say(&match drawing {
        Drawing::Text => timeline::text(&told.plan, &timeline, &zone, terminal.out),
        Drawing::Svg => timeline::svg(&told.plan, &timeline, &zone),
    });
    match beside {
        Some(Beside::Lacking(failure)) => return Err(failure),
        Some(Beside::LetGo(what)) => terminal.notices(&[what]),
        None => {}
    }
    Ok(Exit::Done)
}

fn verify(id: Option<&str>, json: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let found = ops::audit::audit(id)?;
    terminal.say(&match json {
        true => audit::to_json(&found),
        false => audit::draw(&found, terminal.out),
    });
    Ok(if found.is_intact() { Exit::Done } else { Exit::Error })
}

fn export(wanted: &Wanted<'_>, out: Option<&Path>, terminal: &Terminal) -> Result<Exit, Failure> {
    let evidence = evidence::gather(wanted)?;
    let path = out.map_or_else(|| PathBuf::from(evidence.file_name()), Path::to_path_buf);
    let failed = |e: io::Error| match e.kind() {
        io::ErrorKind::AlreadyExists => Failure::error(format!("{} is there already", path.display()))
            .hint("name another file with --out, or move that one away: evidence is not overwritten"),
        _ => Failure::error(format!("the archive {} cannot be written: {e}", path.display())),
    };
    if path == Path::new("-") {
        terminal.must_be_open()?;
        let stdout = io::stdout();
        if stdout.is_terminal() {
            return Err(
                Failure::error("an archive is not for a terminal").hint("send it to a file or a program")
            );
        }
        evidence.write(&mut stdout.lock()).map_err(failed)?;
    } else {
        disk::write_new(&path, |out| evidence.write(out)).map_err(failed)?;
    }
    terminal.notices(&evidence.missing.iter().map(|what| format!("missing: {what}")).collect::<Vec<_>>());
    if let Some(broken) = &evidence.audit.broken {
        terminal.notices(&[format!("its chain is broken at {}: {}", broken.file, broken.why)]);
    }
    if path != Path::new("-") {
        let id = &evidence.id;
        terminal.say(&format!(
            "The evidence of run {id} is in {}; its README.txt says how to check it.\n",
            path.display()
        ));
    }
    Ok(Exit::Done)
}
