//! A small platform for tests: components with wanted, recorded and observed levels, and the plan that follows.

use super::diff::{Changes, Facts, Leases, diff};
use super::draft::Draft;
use super::focus::Focus;
use super::make::{LeftRunning, Making, make};
use super::noun::{Entry, Identity, Observed, PinnedProvider, Plan, Verdict};
use super::undo;
use crate::config::Config;
use crate::config::checked::*;
use crate::model::{Address, FileId, Moment, PatchLevel, Purpose, Selection, Span};
use crate::state::{Record, State};
use patchform_sdk::message::{
    Artifact, Can, Class, Coverage, Preview, PreviewOutcome, Reload, WayBack, WayBackKind,
};
use serde_json::json;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

pub fn level(text: &str) -> PatchLevel {
    match text.contains('=') {
        true => PatchLevel::Map(
            text.split(' ').filter_map(|p| p.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect(),
        ),
        false => PatchLevel::Single(text.into()),
    }
}

pub fn address(name: &str) -> Address {
    format!("release.{name}").parse().unwrap()
}

/// Numbers compare; anything else does not.
pub fn compare(_: &str, a: &str, b: &str) -> Option<Ordering> {
    Some(a.parse::<u64>().ok()?.cmp(&b.parse::<u64>().ok()?))
}

pub fn identity(name: &str, level: Option<&str>) -> Identity {
    Identity {
        target: "host".into(),
        claims: vec![format!("path:/srv/{name}")],
        digest: format!("digest of {name} {level:?}"),
    }
}

pub fn present(name: &str, text: &str) -> Observed {
    Observed::Present {
        level: level(text),
        running: None,
        pending: Reload::None,
        pending_by: Vec::new(),
        identity: identity(name, Some(text)),
    }
}

pub fn restore() -> WayBack {
    WayBack {
        kind: WayBackKind::Restore,
        coverage: Coverage::default(),
        place: "/srv/.old".into(),
        survives_target_loss: false,
        discards_data: false,
        size: 10,
        duration: 40,
    }
}

pub fn preview() -> Preview {
    Preview {
        ways_back: vec![restore()],
        reload: Reload::Service,
        artifacts: vec![Artifact { source: "a.tar.gz".into(), sha256: "0".repeat(64), size: 20_000_000 }],
        durations: [("patch".to_string(), 60_000)].into(),
        ..Preview::default()
    }
}

pub struct Platform {
    pub config: Config,
    pub state: State,
    pub observed: BTreeMap<Address, Observed>,
    pub previews: BTreeMap<Address, PreviewOutcome>,
    pub leases: Leases,
    pub purpose: Purpose,
    pub targets: Vec<Selection>,
    pub excludes: Vec<Selection>,
    pub can: Can,
    /// What was left running on the target of a component.
    pub left_running: BTreeMap<Address, LeftRunning>,
}

impl Platform {
    pub fn new() -> Platform {
        let settings =
            Settings { party: Party::Csp, state_path: "s".into(), required_providers: BTreeMap::new() };
        Platform {
            config: Config {
                settings,
                providers: Vec::new(),
                components: Vec::new(),
                windows: Vec::new(),
                blackouts: Vec::new(),
                feeds: Vec::new(),
                vendors: Vec::new(),
                policies: Vec::new(),
                traffic: Vec::new(),
                services: Vec::new(),
                moves: Vec::new(),
                assertions: Vec::new(),
                outputs: Vec::new(),
                secret_sources: BTreeMap::new(),
                credentials: BTreeMap::new(),
            },
            state: State::new("lineage", "0.1.0"),
            observed: BTreeMap::new(),
            previews: BTreeMap::new(),
            leases: Leases::default(),
            purpose: Purpose::Apply,
            targets: Vec::new(),
            excludes: Vec::new(),
            left_running: BTreeMap::new(),
            can: Can {
                fetch: true,
                snapshot: true,
                reload: true,
                uninstall: true,
                verify: true,
                probe: true,
                ..Can::default()
            },
        }
    }

    /// A component wanted at `wanted`, recorded and observed where a level is given, standing on `after`.
    pub fn with(
        mut self,
        name: &str,
        wanted: &str,
        recorded: Option<&str>,
        observed: Option<&str>,
        after: &[&str],
    ) -> Self {
        let at = |on: &&str| {
            self.config.components.iter().position(|c| c.address == address(on)).expect("named before")
        };
        let span = Span::new(FileId(0), 0, 0);
        let after = after.iter().map(|on| Dependency { on: at(on), span }).collect();
        self.config.components.push(Component {
            address: address(name),
            provider: 0,
            class: Class::Other,
            exposure: Default::default(),
            importance: None,
            level: level(wanted),
            arguments: Arguments::from_json(&json!({ "path": format!("/srv/{name}") })),
            secrets: Vec::new(),
            connection: Connection { kind: "local".into(), arguments: BTreeMap::new() },
            snapshot: SnapshotRule::default(),
            checks: Vec::new(),
            lifecycle: Lifecycle { install: true, ..Lifecycle::default() },
            rollout: Arc::new(Rollout::default()),
            zone: None,
            vendor: None,
            windows: Vec::new(),
            drain: None,
            block: None,
            silence: None,
            role: None,
            blackouts: Vec::new(),
            after,
            span,
            level_span: span,
            constrained: None,
            baseline: None,
            argument_spans: ArgumentSpans::default(),
        });
        let observation = match observed {
            Some(text) => present(name, text),
            None => Observed::Absent(identity(name, None)),
        };
        self.observed.insert(address(name), observation);
        if let Some(text) = recorded {
            self = self.record(name, text, observed);
        }
        self
    }

    /// Records a component, with the digest of what was `observed`.
    pub fn record(mut self, name: &str, text: &str, observed: Option<&str>) -> Self {
        let Identity { target, claims, .. } = identity(name, None);
        let digest = identity(name, Some(observed.unwrap_or(text))).digest;
        let record = Record {
            provider: "release".into(),
            alias: String::new(),
            level: level(text),
            digest,
            target,
            claims,
            run: "r1".into(),
            at: Moment(1),
        };
        self.state.records.insert(address(name), record);
        self
    }

    pub fn component(&mut self, name: &str) -> &mut Component {
        self.config.components.iter_mut().find(|c| c.address == address(name)).expect("named before")
    }

    pub fn providers() -> Vec<PinnedProvider> {
        vec![PinnedProvider {
            name: "release".into(),
            alias: String::new(),
            source: None,
            version: "0.1.0".into(),
            digest: None,
            arguments: json!({}),
            secrets: Vec::new(),
        }]
    }

    pub fn draft(&self) -> Draft {
        Draft::of_config(&self.config, Self::providers(), &self.state, self.purpose.clone()).unwrap()
    }

    pub fn changes(&self, draft: Draft) -> Changes {
        let focus = Focus::of(&draft, &self.targets, &self.excludes).unwrap();
        let mut readings = vec![Observed::NotRead; draft.entries.len()];
        for i in draft.to_read(&focus) {
            readings[i] = self.observed[&draft.entries[i].address].clone();
        }
        let facts = Facts { state: &self.state, compare: &compare, leases: &self.leases, focus: &focus };
        diff(draft, readings, &facts)
    }

    pub fn plan_of(&self, draft: Draft) -> Plan {
        let changes = self.changes(draft);
        let preview = |i: usize| {
            let known = self.previews.get(&changes.draft.entries[i].address);
            known.cloned().unwrap_or_else(|| PreviewOutcome::Ready(Box::new(preview())))
        };
        let previews = changes.to_preview().into_iter().map(|i| (i, preview(i))).collect();
        let can = |_: &Entry| self.can;
        let purpose = changes.draft.purpose.clone();
        let stored = |e: &Entry| undo::snapshot_before(&self.state, &purpose, &e.address, None);
        make(
            changes,
            previews,
            &Making {
                workspace: "default",
                program: "0.1.0",
                now: Moment(1_000),
                can: &can,
                stored: &stored,
                left_running: &|entry| self.left_running.get(&entry.address).cloned(),
            },
        )
    }

    pub fn plan(&self) -> Plan {
        self.plan_of(self.draft())
    }

    pub fn verdict(&self, name: &str) -> Verdict {
        entry(&self.plan(), name).verdict.clone()
    }
}

pub fn entry<'a>(plan: &'a Plan, name: &str) -> &'a Entry {
    plan.entries.iter().find(|e| e.address == address(name)).expect("the plan names it")
}

/// A verdict in a word or two, for tables.
pub fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::NoChange { adopt: false } => "same".into(),
        Verdict::NoChange { adopt: true } => "adopt".into(),
        Verdict::Change(change) => {
            format!("{:?}{}", change.cause, if change.downgrade { " down" } else { "" })
        }
        Verdict::Blocked(block) => format!("{block:?}"),
        Verdict::Held { by } => format!("held {by:?}"),
        Verdict::Forget => "forget".into(),
        Verdict::Excluded => "excluded".into(),
    }
}
