//! The command line: one file per verb, thin. A verb reads its options, calls `ops`, shows the answer through
//! `report`, and says the exit code.

mod allow;
mod apply;
mod arguments;
mod assess;
mod beat;
mod collect;
mod completion;
mod console;
mod countdown;
mod dashes;
mod ended;
mod exit;
mod fmt;
mod force_unlock;
mod graph;
mod import;
mod init;
mod live;
mod misread;
mod outlet;
mod output;
mod painter;
mod plan;
mod prompt;
mod propose;
mod provider;
mod reference;
mod resume;
mod rollback;
mod run;
mod screen;
mod seen;
mod show;
mod snapshot;
mod stages;
mod state;
mod terminal;
mod terraform;
mod unexpected;
mod validate;
mod version;
mod waits;
mod workspace;

pub use exit::Exit;

use arguments::Global;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use terminal::Terminal;
use unexpected::Unsaid;

/// Patches of whole platforms: declared, reviewed, applied in order, and undone by themselves when they fail.
#[derive(Parser)]
#[command(
    name = "patchform",
    version,
    propagate_version = false,
    arg_required_else_help = true,
    disable_help_subcommand = false,
    after_help = "Start with `patchform init`, look with `patchform plan`, act with `patchform apply`.\n\
                  Terraform's spelling with one dash (-auto-approve, -out=x, -var k=v) works too.\n\n\
                  Exit codes: 0 done · 1 error, nothing changed · 2 the answer is \"yes, something\" · 3 apply failed \
                  and everything that failed is restored\n\
                  4 a person is needed · 5 refused by a gate or incomplete · 6 locked, leased or stale · 7 stopped, \
                  resumable"
)]
struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// One row per verb: help, completion and the manual page are made from this table.
#[derive(Subcommand)]
enum Verb {
    /// Find the providers, pin their digests, prepare the state
    Init(init::Arguments),
    /// Write what exists on hosts already as components, at their present levels
    Import(import::Arguments),
    /// Check the configuration without reading any component
    Validate(validate::Arguments),
    /// Rewrite files in the usual style
    Fmt(fmt::Arguments),
    /// Read the feeds into the catalog: what vendors publish, and what is new in it
    Collect(collect::Arguments),
    /// Show which vulnerabilities are open on which component, how urgent, and until when
    Assess(assess::Arguments),
    /// Raise patch levels in the configuration, as far as findings ask for it
    Propose(propose::Arguments),
    /// Show what would change, in which order, why, and how each step is undone
    Plan(plan::Arguments),
    /// Carry out a saved plan, or plan, ask and carry out
    Apply(apply::Arguments),
    /// Finish a run that was stopped or killed
    Resume(resume::Arguments),
    /// Take back a stopped run, or plan the way back of a finished one
    Rollback(rollback::Arguments),
    /// List runs, look into one, or ask something of one that is going on
    #[command(subcommand)]
    Run(run::Verb),
    /// Let a level that was rolled back be tried again
    Allow(allow::Arguments),
    /// Show a saved plan, or the state
    Show(show::Arguments),
    /// Show the outputs that the state holds
    Output(output::Arguments),
    /// Try expressions on the configuration's values
    Console(console::Arguments),
    /// Tell what a block, function, kind or argument is for
    Reference(reference::Arguments),
    /// Draw the dependency graph
    Graph(graph::Arguments),
    /// Look into the state, or mend it
    #[command(subcommand)]
    State(state::Verb),
    /// Several platforms of one configuration, each with a state of its own
    #[command(subcommand)]
    Workspace(workspace::Verb),
    /// The stored ways back: list, restore, prune
    #[command(subcommand)]
    Snapshot(snapshot::Verb),
    /// Bundled and foreign providers: list, schema, contract suite
    #[command(subcommand)]
    Provider(provider::Verb),
    /// Break a state lock whose holder is gone
    ForceUnlock(force_unlock::Arguments),
    /// Show the versions of patchform and of the bundled providers
    Version(version::Arguments),
    /// Print a completion script for a shell
    Completion(completion::Completion),
    /// Print the manual page
    Man(completion::Man),
}

/// Runs the program on `arguments` (the first is its own name) and says its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    crate::world::machine::take_descriptors();
    crate::world::signal::let_large_writes_fail();
    let command = CommandLine::command();
    let (arguments, strays) = dashes::rewrite(&command, arguments.into_iter().collect());
    let unsaid = Unsaid::of(&arguments, &strays);
    let parsed = command
        .try_get_matches_from(&arguments)
        .map_err(|error| terraform::explained(unsaid.complaint(error), misread::verb(&arguments).as_deref()))
        .and_then(|m| CommandLine::from_arg_matches(&m).map(|line| (line, for_programs(&m))));
    let (CommandLine { global, verb }, json) = match parsed {
        Ok(line) => line,
        Err(error) => return misread::tell(&error, &arguments),
    };
    let terminal = Terminal { json, unsaid, ..Terminal::new(&global) };
    if let Some(folder) = &global.chdir
        && let Err(error) = std::env::set_current_dir(folder)
    {
        let failure = crate::ops::Failure::error(format!("cannot work in {}: {error}", folder.display()));
        return match (&verb, json) {
            (Verb::Validate(_), true) => validate::failed(failure, &terminal),
            _ => terminal.fail(&failure),
        };
    }
    let done = match verb {
        Verb::Init(a) => init::run(&a, &terminal),
        Verb::Import(a) => import::run(&a, &terminal),
        Verb::Validate(a) => validate::run(&a, &terminal),
        Verb::Fmt(a) => fmt::run(&a, &terminal),
        Verb::Collect(a) => collect::run(&a, &terminal),
        Verb::Assess(a) => assess::run(&a, &terminal),
        Verb::Propose(a) => propose::run(&a, &terminal),
        Verb::Plan(a) => plan::run(&a, &terminal),
        Verb::Apply(a) => apply::run(&a, &terminal),
        Verb::Resume(a) => resume::run(&a, &terminal),
        Verb::Rollback(a) => rollback::run(&a, &terminal),
        Verb::Run(v) => run::run(&v, &terminal),
        Verb::Allow(a) => allow::run(&a, &terminal),
        Verb::Show(a) => show::run(&a, &terminal),
        Verb::Output(a) => output::run(&a, &terminal),
        Verb::Console(a) => console::run(&a, &terminal),
        Verb::Reference(a) => reference::run(&a, &terminal),
        Verb::Graph(a) => graph::run(&a, &terminal),
        Verb::State(v) => state::run(&v, &terminal),
        Verb::Workspace(v) => workspace::run(&v, &terminal),
        Verb::Snapshot(v) => snapshot::run(&v, &terminal),
        Verb::Provider(v) => provider::run(&v, &terminal),
        Verb::ForceUnlock(a) => force_unlock::run(&a, &terminal),
        Verb::Version(a) => version::run(&a, &terminal),
        Verb::Completion(a) => completion::run(&a, CommandLine::command(), &terminal),
        Verb::Man(a) => completion::man(&a, CommandLine::command(), &terminal),
    };
    terminal.delivered(done.unwrap_or_else(|failure| terminal.fail(&failure)))
}

/// Whether `--json` was given, whichever the verb is.
fn for_programs(matches: &ArgMatches) -> bool {
    let here = matches.try_get_one::<bool>("json").ok().flatten().copied().unwrap_or(false);
    here || matches.subcommand().is_some_and(|(_, below)| for_programs(below))
}
