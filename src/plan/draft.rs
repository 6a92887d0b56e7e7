//! What is wanted, before anything is read: a plan's entries without observations and verdicts.

use super::focus::Focus;
use super::hours::{Hours, When};
use super::noun::{Entry, Observed, PinnedProvider, RolloutLimit, Verdict};
use crate::config::Config;
use crate::config::checked::{
    Assertion, Component, Connection, Rollout, Secret, SecretOrigin, Service, Step, Traffic, Vendor,
};
use crate::config::exact::Exact;
use crate::config::inputs::Input;
use crate::graph::{Graph, NotAGraph};
use crate::model::{Address, PatchLevel, Purpose};
use crate::state::{Record, State};
use patchform_sdk::message::Class;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What is wanted. Entries are sorted by address; every list here goes by their indices.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What sort of plan it will be.
    pub purpose: Purpose,
    /// Lineage of the state it is made against.
    pub lineage: String,
    /// The providers, pinned. Behind the configuration's own stand those that only the state names; these are never
    /// started, because nothing but a record goes with them.
    pub providers: Vec<PinnedProvider>,
    /// The components, not yet observed.
    pub entries: Vec<Entry>,
    /// Where each is to be.
    pub goals: Vec<Goal>,
    /// Index of each in [`Config::components`]; `None` for what the configuration does not name.
    pub components: Vec<Option<usize>>,
    /// Who stands on whom.
    pub graph: Graph,
    /// Members of ordered services of which nobody can tell where they stand, and why.
    pub unplaced: BTreeMap<usize, String>,
    /// Limits of the rollouts in use.
    pub rollouts: Vec<RolloutLimit>,
    /// What sends traffic to the components.
    pub traffic: Vec<Traffic>,
    /// Services that stay up; their members are indices into the entries.
    pub services: Vec<Service>,
    /// Records that get another address first.
    pub moves: Vec<(Address, Address)>,
    /// Top-level `check` blocks.
    pub assertions: Vec<Assertion>,
    /// What expressions took from files.
    pub inputs: Vec<Input>,
    /// Vendors of the components.
    pub vendors: Vec<Vendor>,
    /// When the components may be worked on.
    pub hours: Hours,
    /// Values that will be recorded as outputs.
    pub outputs: Vec<(String, Exact, bool)>,
    /// The outputs that the state holds now.
    pub outputs_before: Option<Vec<(String, Exact, bool)>>,
    /// Where each sensitive variable is read again.
    pub secret_sources: BTreeMap<String, SecretOrigin>,
}

/// Where a component is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// At this level.
    Level(PatchLevel),
    /// Not there: the way back of a first installation.
    Absent,
    /// Wherever it is: it is no longer managed.
    Unmanaged,
}

impl Goal {
    /// The level, where one is wanted.
    pub fn level(&self) -> Option<&PatchLevel> {
        match self {
            Goal::Level(level) => Some(level),
            Goal::Absent | Goal::Unmanaged => None,
        }
    }
}

impl Draft {
    /// What `config` wants, and the components that only `state` knows. `providers` go by the indices of
    /// [`Config::providers`].
    ///
    /// # Errors
    /// [`NotAGraph`], which a checked configuration never gives.
    pub fn of_config(
        config: &Config,
        providers: Vec<PinnedProvider>,
        state: &State,
        purpose: Purpose,
    ) -> Result<Draft, NotAGraph> {
        let mut draft = Draft {
            purpose,
            lineage: state.lineage.clone(),
            providers,
            entries: Vec::with_capacity(config.components.len()),
            goals: Vec::new(),
            components: Vec::new(),
            graph: Graph::build(0, [])?,
            unplaced: BTreeMap::new(),
            rollouts: Vec::new(),
            traffic: config.traffic.iter().map(blanked).collect(),
            services: Vec::new(),
            moves: Vec::new(),
            assertions: config.assertions.clone(),
            inputs: Vec::new(),
            vendors: config.vendors.clone(),
            hours: Hours {
                windows: config.windows.clone(),
                blackouts: config.blackouts.clone(),
                emergency: None,
            },
            outputs: config.outputs.iter().map(output).collect(),
            outputs_before: Some(recorded_outputs(state)),
            secret_sources: config.secret_sources.clone(),
        };
        let all = merge(config, state);
        let mut place = vec![0; config.components.len()];
        for (at, known) in all.iter().enumerate() {
            if let Some(i) = known.component {
                place[i] = at;
            }
        }
        let members = |service: &Service| {
            let mut members: Vec<usize> = service.members.iter().map(|i| place[*i]).collect();
            members.sort_unstable();
            Service { members, ..service.clone() }
        };
        draft.services = config.services.iter().map(members).collect();
        for Known { address, component, record } in all {
            draft.components.push(component);
            match component.map(|i| &config.components[i]) {
                Some(component) => draft.add(component, &place, record),
                None => draft.add_unmanaged(address, record),
            }
        }
        draft.connect()?;
        Ok(draft)
    }

    fn add(&mut self, component: &Component, place: &[usize], record: Option<&Record>) {
        let mut after: Vec<usize> = component.after.iter().map(|d| place[d.on]).collect();
        after.sort_unstable();
        after.dedup();
        let rollout = self.rollout(&component.rollout);
        self.goals.push(Goal::Level(component.level.clone()));
        self.entries.push(Entry {
            address: component.address.clone(),
            provider: component.provider,
            class: component.class,
            arguments: without_secrets(component.arguments.to_json(), &component.secrets),
            secrets: component.secrets.clone(),
            connection: component.connection.clone(),
            snapshot: component.snapshot.clone(),
            checks: component.checks.clone(),
            role: component.role.clone(),
            lifecycle: component.lifecycle.clone(),
            rollout,
            wave: 0,
            zone: component.zone.clone(),
            baseline: component.baseline.as_ref().map(|baseline| baseline.address.clone()),
            ill: None,
            idle: false,
            vendor: component.vendor,
            drain: component.drain.clone(),
            block: component.block.clone(),
            silence: component.silence.clone(),
            when: When { windows: component.windows.clone(), blackouts: component.blackouts.clone() },
            after,
            desired: Some(component.level.clone()),
            recorded: record.map(|r| r.level.clone()),
            observed: Observed::NotRead,
            record_digest: record.map(Record::fingerprint),
            verdict: Verdict::Excluded,
        });
    }

    fn add_unmanaged(&mut self, address: &Address, record: Option<&Record>) {
        let (name, alias) = record.map_or(("", ""), |r| (&*r.provider, &*r.alias));
        let provider = self.provider(name, alias);
        let rollout = self.rollout(&Rollout::default());
        self.goals.push(Goal::Unmanaged);
        self.entries.push(Entry {
            address: address.clone(),
            provider,
            class: Class::Other,
            arguments: Json::Null,
            secrets: Vec::new(),
            connection: Connection { kind: "local".into(), arguments: BTreeMap::new() },
            snapshot: Default::default(),
            checks: Vec::new(),
            role: None,
            lifecycle: Default::default(),
            rollout,
            wave: 0,
            zone: None,
            baseline: None,
            ill: None,
            idle: false,
            vendor: None,
            when: When::default(),
            drain: None,
            block: None,
            silence: None,
            after: Vec::new(),
            desired: None,
            recorded: record.map(|r| r.level.clone()),
            observed: Observed::NotRead,
            record_digest: record.map(Record::fingerprint),
            verdict: Verdict::Excluded,
        });
    }

    /// Index of the provider of this name; one that nothing is known of is added for a record's sake.
    fn provider(&mut self, name: &str, alias: &str) -> usize {
        let known = self.providers.iter().position(|p| p.name == name && p.alias == alias);
        known.unwrap_or_else(|| {
            self.providers.push(PinnedProvider {
                name: name.into(),
                alias: alias.into(),
                source: None,
                version: "unknown".into(),
                digest: None,
                arguments: Json::Null,
                secrets: Vec::new(),
            });
            self.providers.len() - 1
        })
    }

    /// Index of a rollout's limits; the same name means the same rollout.
    fn rollout(&mut self, rollout: &Rollout) -> usize {
        let known = self.rollouts.iter().position(|r| r.name == rollout.name);
        known.unwrap_or_else(|| {
            self.rollouts.push(rollout.clone());
            self.rollouts.len() - 1
        })
    }

    /// Builds the graph from the entries' edges.
    pub(super) fn connect(&mut self) -> Result<(), NotAGraph> {
        let edges = self.entries.iter().enumerate();
        let edges = edges.flat_map(|(i, e)| e.after.iter().map(move |on| (i, *on)));
        self.graph = Graph::build(self.entries.len(), edges)?;
        Ok(())
    }

    /// Indices of the entries to read: all that are managed and in focus. What is left out is not read, so that a
    /// host that is down does not hold up work elsewhere.
    pub fn to_read(&self, focus: &Focus) -> Vec<usize> {
        (0..self.entries.len()).filter(|i| self.goals[*i] != Goal::Unmanaged && focus.holds(*i)).collect()
    }
}

/// What is known of one address before anything is read.
struct Known<'a> {
    address: &'a Address,
    component: Option<usize>,
    record: Option<&'a Record>,
}

/// Every address of the configuration or the state, sorted: both are walked once, side by side.
fn merge<'a>(config: &'a Config, state: &'a State) -> Vec<Known<'a>> {
    let mut wanted: Vec<(&Address, usize)> =
        config.components.iter().enumerate().map(|(i, c)| (&c.address, i)).collect();
    wanted.sort_unstable();
    let mut records = state.records.iter().peekable();
    let mut all = Vec::with_capacity(wanted.len());
    for (address, i) in wanted {
        while let Some((address, record)) = records.next_if(|(known, _)| *known < address) {
            all.push(Known { address, component: None, record: Some(record) });
        }
        let record = records.next_if(|(known, _)| *known == address).map(|(_, record)| record);
        all.push(Known { address, component: Some(i), record });
    }
    all.extend(records.map(|(address, record)| Known { address, component: None, record: Some(record) }));
    all
}

fn blanked(traffic: &Traffic) -> Traffic {
    let arguments = without_secrets(traffic.arguments.clone(), &traffic.secrets);
    Traffic { arguments, ..traffic.clone() }
}

fn output(output: &crate::config::checked::Output) -> (String, Exact, bool) {
    let value = if output.sensitive { Exact::NULL } else { output.value.clone() };
    (output.name.clone(), value, output.sensitive)
}

/// The outputs of `state`, in the shape of a plan's.
pub fn recorded_outputs(state: &State) -> Vec<(String, Exact, bool)> {
    state.outputs.iter().map(|(name, o)| (name.clone(), o.value.clone(), o.sensitive)).collect()
}

/// `arguments` with null wherever a secret stands. A path that leads nowhere hides nothing else.
pub fn without_secrets(arguments: Json, secrets: &[Secret]) -> Json {
    let mut blank = arguments;
    for secret in secrets {
        let mut place = Some(&mut blank);
        for step in &secret.path {
            place = match (step, place) {
                (Step::Key(key), Some(Json::Object(map))) => map.get_mut(key),
                (Step::Index(i), Some(Json::Array(items))) => items.get_mut(*i),
                _ => None,
            };
        }
        if let Some(place) = place {
            *place = Json::Null;
        }
    }
    blank
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::checked::SecretForm;
    use serde_json::json;

    #[test]
    fn secrets_are_blanked_where_they_stand_and_nowhere_else() {
        let secret = |path: Vec<Step>| Secret { path, variable: "token".into(), form: SecretForm::Text };
        let key = |k: &str| Step::Key(k.into());
        let arguments = json!({"a": "s3cret", "b": [{"c": "s3cret", "d": 1}], "e": 2});
        let blank = without_secrets(
            arguments,
            &[
                secret(vec![key("a")]),
                secret(vec![key("b"), Step::Index(0), key("c")]),
                secret(vec![key("b"), key("nowhere")]),
            ],
        );
        assert_eq!(blank, json!({"a": null, "b": [{"c": null, "d": 1}], "e": 2}));
    }
}
