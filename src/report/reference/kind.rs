//! A kind of component, as its provider describes it.

use super::{Article, Example, Row, Section, Sort};
use crate::config::types::Type;
use patchform_sdk::message::{Argument, Can, Kind, LevelShape, TrafficType};
use std::collections::BTreeMap;

/// What a provider says of one of its kinds.
pub fn kind(provider: &str, name: &str, kind: &Kind) -> Article {
    let rows = rows(&kind.arguments);
    let section = Section {
        written: format!("component {name:?} \"name\" {{ … }}"),
        about: kind.summary.clone(),
        rows,
        notes: notes(provider, kind),
    };
    let examples = examples(&kind.example);
    Article {
        name: name.into(),
        sort: Sort::Kind,
        about: kind.summary.clone(),
        sections: vec![section],
        examples,
    }
}

/// What a provider says of one of its types of traffic.
pub fn traffic(name: &str, traffic: &TrafficType) -> Article {
    let rows = rows(&traffic.arguments);
    let section = Section {
        written: format!("traffic {name:?} \"name\" {{ … }}"),
        about: traffic.summary.clone(),
        rows,
        notes: vec!["Besides these it has the arguments of every `traffic` block.".into()],
    };
    let examples = examples(&traffic.example);
    Article {
        name: name.into(),
        sort: Sort::Block,
        about: traffic.summary.clone(),
        sections: vec![section],
        examples,
    }
}

/// Those that are required first.
fn rows(arguments: &BTreeMap<String, Argument>) -> Vec<Row> {
    let mut rows: Vec<Row> = arguments.iter().map(|(name, argument)| row(name, argument)).collect();
    rows.sort_by_key(|row| !row.required);
    rows
}

fn examples(text: &str) -> Vec<Example> {
    let example = Example { title: "main.pf.hcl".into(), language: "hcl", text: text.into() };
    Some(example).filter(|example| !example.text.is_empty()).into_iter().collect()
}

fn row(name: &str, argument: &Argument) -> Row {
    Row {
        name: name.into(),
        takes: Type::from_json(&argument.ty).map_or_else(|_| argument.ty.to_string(), |ty| ty.to_string()),
        required: argument.required,
        otherwise: argument
            .default
            .as_ref()
            .filter(|d| !d.is_null())
            .map_or_else(String::new, |d| format!("`{d}`")),
        holds: if argument.sensitive { "a secret" } else { "references, a whole secret" }.into(),
        about: argument.description.trim_end_matches('.').into(),
    }
}

fn notes(provider: &str, kind: &Kind) -> Vec<String> {
    let level = match kind.level {
        LevelShape::Single => "one string",
        LevelShape::Map => "a map from part to string",
    };
    let class = serde_json::to_value(kind.class).ok().and_then(|class| class.as_str().map(str::to_string));
    let scheme = if kind.scheme.is_empty() { "natural" } else { &kind.scheme };
    vec![
        format!(
            "Provider `{provider}`; class `{}` unless `class` says otherwise.",
            class.unwrap_or_default()
        ),
        format!("`patch_level` is {level}, ordered by the scheme `{scheme}`."),
        "Besides these it has the arguments and blocks of every `component`.".into(),
        can(kind.can),
        ways_back(kind.can),
    ]
}

fn can(can: Can) -> String {
    let all = [
        (can.fetch, "brings artifacts before the window"),
        (can.snapshot, "takes snapshots"),
        (can.snapshot_early, "takes them before the window"),
        (can.backup, "backs up data"),
        (can.drain, "drains"),
        (can.reload, "brings a level into force"),
        (can.verify, "verifies by itself"),
        (can.uninstall, "takes back just the patch"),
        (can.probe, "says from the target alone how far an action came"),
        (can.discover, "finds components that exist already"),
        (can.inventory, "says everything that is installed, for `patchform assess`"),
        (can.clone, "makes twins"),
    ];
    let told: Vec<&str> = all.into_iter().filter(|(can, _)| *can).map(|(_, words)| words).collect();
    if told.is_empty() { "It reads and patches.".into() } else { format!("It {}.", told.join(", ")) }
}

fn ways_back(can: Can) -> String {
    match (can.snapshot, can.uninstall) {
        (true, true) => "Ways back: restoring a snapshot, and uninstalling the patch.",
        (true, false) => "Way back: restoring a snapshot.",
        (false, true) => "Way back: uninstalling the patch.",
        (false, false) => "There is no way back: `lifecycle { allow_irreversible = true }` accepts that.",
    }
    .into()
}
