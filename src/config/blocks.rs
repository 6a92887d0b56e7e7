//! The blocks of the language: one table, which the checker reads and of which the reference is made.

mod argument;
mod baselines;
mod blocking;
mod component;
mod feeds;
mod hosts;
mod known;
mod outside;
mod policies;
mod probe;
mod role;
mod rules;
mod service;
mod settings;
mod silence;
mod traffic;
mod values;
mod windows;

pub use argument::{Argument, Holds, Need, Takes};
pub(super) use baselines::BASELINE;
pub(super) use blocking::{BLOCK, LOG, PROBE_EXEC, PROBE_HTTP, PROBE_TCP};
pub(super) use component::{
    CLASSES, COMPONENT, CONNECTION_CHROOT, CONNECTION_CONTAINER, CONNECTION_LOCAL, CONNECTION_SSH, CONTENT,
    DYNAMIC, EXPOSURES, LIFECYCLE, SNAPSHOT,
};
pub(super) use feeds::{FEED, MOST_MIB};
pub(super) use hosts::{DATA_INVENTORY, DATA_SSH, DATA_TERRAFORM};
pub(super) use known::{Known, Own, article, missing, without_labels};
pub(super) use outside::{
    DATA_CSV, DATA_EXTERNAL, DATA_HTTP, DATA_JSON, DATA_YAML, MODULE, MOVED, PROVIDER, REMOVED,
    REMOVED_LIFECYCLE,
};
pub(super) use policies::{EXCEPTION, POLICY};
pub(super) use probe::{
    ASSERT, CHECK, EXEC, HTTP, JOURNAL, MOST_TRIES, PRECONDITION, PRIORITIES, PROMETHEUS, SYSTEMD, TCP,
};
pub(super) use role::ROLE;
pub use role::is_role;
pub(super) use rules::{MOST_WAVES, ON_FAILURE, ROLLOUT, VENDOR};
pub(super) use service::{IMPORTANCES, SERVICE};
pub(super) use settings::{PARTIES, PATCHFORM, REQUIRED_PROVIDERS, STATE_LOCAL};
pub(super) use silence::SILENCE;
pub(super) use traffic::TRAFFIC;
pub(super) use values::{OUTPUT, VALIDATION, VARIABLE};
pub(super) use windows::{BLACKOUT, MAINTENANCE, MAINTENANCE_WINDOW};

/// A block, in one of its sorts.
#[derive(Debug)]
pub struct Block {
    /// The word that it begins with.
    pub name: &'static str,
    /// The first label, where it decides what stands in the block.
    pub sort: Option<&'static str>,
    /// Where it stands.
    pub place: Place,
    /// What its labels are.
    pub labels: &'static [&'static str],
    /// As it is written, in short.
    pub written: &'static str,
    /// As messages call it, with its article.
    pub what: &'static str,
    /// What it is for: one sentence.
    pub about: &'static str,
    /// The arguments that the language gives it.
    pub arguments: &'static [Argument],
    /// Names of the blocks that may stand in it.
    pub blocks: &'static [&'static str],
    /// What may stand in it besides, because others declare it; empty where nothing may.
    pub more: &'static str,
    /// A complete configuration in which every argument occurs: paths and texts of its files.
    pub example: Example,
}

/// Paths and texts of the files of a configuration.
pub type Example = &'static [(&'static str, &'static str)];

/// Where a block may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the top of a file.
    Top,
    /// At the top of a file, but not in a module.
    Root,
    /// In blocks of these names.
    Inside(&'static [&'static str]),
}

/// Every block, as the reference lists them.
pub const ALL: &[&Block] = &[
    &settings::PATCHFORM,
    &settings::STATE_LOCAL,
    &settings::REQUIRED_PROVIDERS,
    &values::VARIABLE,
    &values::VALIDATION,
    &values::LOCALS,
    &values::OUTPUT,
    &component::COMPONENT,
    &component::CONNECTION_LOCAL,
    &component::CONNECTION_SSH,
    &component::CONNECTION_CHROOT,
    &component::CONNECTION_CONTAINER,
    &component::SNAPSHOT,
    &probe::EXEC,
    &probe::TCP,
    &probe::HTTP,
    &probe::SYSTEMD,
    &probe::JOURNAL,
    &probe::PROMETHEUS,
    &role::ROLE,
    &component::LIFECYCLE,
    &windows::MAINTENANCE,
    &blocking::BLOCK,
    &blocking::PROBE_TCP,
    &blocking::PROBE_HTTP,
    &blocking::PROBE_EXEC,
    &blocking::LOG,
    &silence::SILENCE,
    &probe::PRECONDITION,
    &component::DYNAMIC,
    &component::CONTENT,
    &rules::ROLLOUT,
    &service::SERVICE,
    &rules::VENDOR,
    &traffic::TRAFFIC,
    &windows::MAINTENANCE_WINDOW,
    &windows::BLACKOUT,
    &baselines::BASELINE,
    &feeds::FEED,
    &policies::POLICY,
    &policies::EXCEPTION,
    &outside::DATA_JSON,
    &outside::DATA_YAML,
    &outside::DATA_CSV,
    &outside::DATA_EXTERNAL,
    &outside::DATA_HTTP,
    &hosts::DATA_INVENTORY,
    &hosts::DATA_SSH,
    &hosts::DATA_TERRAFORM,
    &outside::MODULE,
    &outside::PROVIDER,
    &outside::MOVED,
    &outside::REMOVED,
    &probe::CHECK,
    &probe::ASSERT,
];

/// Blocks of the design that this version refuses by their names.
pub const LATER: &[&str] = &["customer", "twin", "inventory"];

impl Block {
    /// One of its arguments.
    pub fn argument(&self, name: &str) -> Option<&'static Argument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }

    /// The arguments that must be given, each with a line that gives it.
    pub fn required(&self) -> impl Iterator<Item = (&'static Argument, &'static str)> {
        self.arguments.iter().filter_map(|argument| match argument.need {
            Need::Required(example) => Some((argument, example)),
            _ => None,
        })
    }

    /// The names of the arguments that must be given.
    pub fn needs(&self) -> impl Iterator<Item = &'static str> {
        self.required().map(|(argument, _)| argument.name)
    }
}

/// Whether a word begins a block, at the top of a file or inside of another one.
pub fn is_known(word: &str) -> bool {
    ["dynamic", "content"].contains(&word)
        || LATER.contains(&word)
        || ALL.iter().any(|block| block.name == word)
}

/// The blocks in which one of this name stands: `patchform { … }`
pub fn around(name: &str) -> Vec<String> {
    let mut around: Vec<String> = Vec::new();
    for block in ALL.iter().filter(|block| block.name == name) {
        let Place::Inside(names) = block.place else { continue };
        for within in names.iter().map(|name| format!("`{name} {{ … }}`")) {
            if !around.contains(&within) {
                around.push(within);
            }
        }
    }
    around
}

/// The blocks that may stand at the top of a file; those of several sorts once for each.
pub fn top() -> impl Iterator<Item = &'static Block> {
    ALL.iter().copied().filter(|block| !matches!(block.place, Place::Inside(_)))
}
