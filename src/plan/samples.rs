//! Plans for tests: one with every verdict and every kind of change, one of any size, one without changes.

use super::noun::*;
use super::wave;
use crate::config::checked::{
    Check, Connection, Lifecycle, Need, OnFailure, Probe, Secret, SecretForm, SecretOrigin, SecretSource,
    SnapshotRule, Step as At, Vendor, VendorField, Web,
};
use crate::config::exact::Exact;
use crate::config::inputs::{Digest, Input, Key};
use crate::config::request::Request;
use crate::model::{Address, InstanceKey, Moment, PatchLevel, Purpose};
use crate::state::Owed;
use patchform_sdk::message::{
    Artifact, Class, Coverage, FileChange, PartChange, Preview, Reload, WayBack, WayBackKind,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

mod windows;

pub use windows::{nights, windows};

/// A single level.
pub fn single(level: &str) -> PatchLevel {
    PatchLevel::Single(level.into())
}

fn map(parts: &[(&str, &str)]) -> PatchLevel {
    PatchLevel::Map(parts.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect())
}

fn identity(name: &str) -> Identity {
    Identity {
        target: "7f3c0d5ab2".into(),
        claims: vec![format!("path:/srv/{name}")],
        digest: patchform_sdk::digest::of_bytes(name.as_bytes()),
    }
}

/// A component at `level` that was read.
pub fn present(name: &str, level: PatchLevel) -> Observed {
    Observed::Present {
        level,
        running: None,
        pending: Reload::None,
        pending_by: Vec::new(),
        identity: identity(name),
    }
}

/// A component that stands where it should, at `level`.
pub fn entry(address: Address, level: &str) -> Entry {
    Entry {
        provider: 0,
        class: Class::Other,
        arguments: json!({ "path": format!("/srv/{}", address.name) }),
        secrets: Vec::new(),
        connection: Connection { kind: "local".into(), arguments: BTreeMap::new() },
        snapshot: SnapshotRule::default(),
        checks: Vec::new(),
        lifecycle: Lifecycle { install: true, ..Lifecycle::default() },
        rollout: 0,
        wave: 0,
        zone: None,
        ill: None,
        idle: false,
        baseline: None,
        vendor: None,
        drain: None,
        block: None,
        silence: None,
        role: None,
        when: Default::default(),
        after: Vec::new(),
        desired: Some(single(level)),
        recorded: Some(single(level)),
        observed: present(&address.name, single(level)),
        record_digest: Some(patchform_sdk::digest::of_bytes(level.as_bytes())),
        verdict: Verdict::NoChange { adopt: false },
        address,
    }
}

fn planned(action: Step, ms: u64) -> Planned {
    let expected = Duration::from_millis(ms);
    Planned { action, expected, deadline: (expected * 5).max(Duration::from_secs(120)) }
}

/// A change from one single level to another, with a snapshot and a restore.
pub fn change(from: Option<&str>, to: Option<&str>, cause: Cause) -> Change {
    Change {
        from: from.map(single),
        to: to.map(single),
        cause,
        altered: false,
        newer: Vec::new(),
        brought: Vec::new(),
        owed: None,
        put_by: None,
        earlier: None,
        downgrade: false,
        preview: Preview { services: vec!["api".into()], ..Preview::default() },
        artifacts: Vec::new(),
        way_back: Some(WayBack {
            kind: WayBackKind::Restore,
            coverage: Coverage::default(),
            place: "/srv/.patchform/snapshots".into(),
            survives_target_loss: false,
            discards_data: false,
            size: 12_400_000,
            duration: 1_200,
        }),
        restore_from: None,
        forth: vec![
            planned(Step::Gate, 0),
            planned(Step::Snapshot, 40),
            planned(Step::Patch, 2_000),
            planned(Step::Verify, 5_000),
            planned(Step::Commit, 0),
        ],
        back: vec![planned(Step::Restore, 1_200), planned(Step::Verify, 5_000)],
    }
}

/// A plan with these entries, sorted; `after` and other indices are the caller's.
pub fn plan(mut entries: Vec<Entry>) -> Plan {
    entries.sort_by(|a, b| a.address.cmp(&b.address));
    wave::lay(&mut entries, &[], &Purpose::Apply, |_| 0);
    Plan {
        program: "0.1.0".into(),
        made: Moment(1_795_315_200_000),
        lineage: "5b0a4c2e".into(),
        purpose: Purpose::Apply,
        providers: vec![PinnedProvider {
            name: "release".into(),
            alias: String::new(),
            source: None,
            version: "0.1.0".into(),
            digest: None,
            arguments: json!({}),
            secrets: Vec::new(),
        }],
        entries,
        outputs: Vec::new(),
        outputs_before: None,
        secret_sources: BTreeMap::new(),
        rollouts: vec![RolloutLimit { pace: Default::default(), ..RolloutLimit::default() }],
        waves: Vec::new(),
        traffic: Vec::new(),
        services: Vec::new(),
        workspace: "default".into(),
        moves: Vec::new(),
        assertions: Vec::new(),
        inputs: Vec::new(),
        vendors: Vec::new(),
        hours: Default::default(),
    }
}

fn root(kind: &str, name: &str) -> Address {
    Address::root(kind, name, InstanceKey::None)
}

/// One input of every sort.
pub fn inputs() -> Vec<Input> {
    let sha256 = patchform_sdk::digest::of_bytes(b"{}");
    let content = |path: &str, digest| Input::Content { path: path.into(), digest };
    let request = Request {
        url: "https://mirror.example/levels.json".into(),
        headers: vec![("Accept".into(), "application/json".into())],
        secret: false,
        status: 200,
        within: Duration::from_secs(30),
        limit: 1 << 20,
        trusted: None,
        sha256: None,
    };
    vec![
        Input::Answer { request, digest: Some(Digest::Plain(sha256.clone())) }.keyed(&Key::new("k".into())),
        content("hosts.json", Some(Digest::Plain(sha256.clone()))),
        content("hosts.json", Some(Digest::Plain(sha256))).keyed(&Key::new("k".into())),
        content("nowhere", None),
        Input::Presence { path: "frozen".into(), there: false },
        Input::Matches { folder: "levels".into(), pattern: "*.json".into(), files: vec!["eu.json".into()] },
    ]
}

/// An entry that would change.
pub fn changing(name: &str, from: Option<&str>, to: Option<&str>, cause: Cause) -> Entry {
    let mut entry = entry(root("release", name), to.unwrap_or("0"));
    entry.desired = to.map(single);
    entry.recorded = from.map(single);
    entry.observed = match from {
        Some(level) => present(name, single(level)),
        None => Observed::Absent(identity(name)),
    };
    entry.verdict = Verdict::Change(Box::new(change(from, to, cause)));
    entry
}

fn blocked(name: &str, block: Block) -> Entry {
    let mut entry = entry(root("release", name), "2.0.0");
    entry.observed = present(name, single("1.0.0"));
    entry.verdict = Verdict::Blocked(block);
    entry
}

/// The change of a database by a package manager: parts, files, reboot, data, warnings.
fn database() -> Entry {
    let from =
        map(&[("libpq5", "15.18-0+deb12u1"), ("postgresql-15", "15.18-0+deb12u1"), ("tzdata", "2026a-0")]);
    let to =
        map(&[("libpq5", "15.19-0+deb12u1"), ("postgresql-15", "15.19-0+deb12u1"), ("tzdata", "2026a-0")]);
    let mut entry = entry(Address::root("apt", "db", InstanceKey::Key("eu-1".into())), "");
    entry.class = Class::Database;
    entry.rollout = 1;
    entry.checks = vec![
        Check {
            name: "ready".into(),
            probe: Probe::Http(Web {
                expect_body: Some("ok".into()),
                ..Web::at("http://127.0.0.1:8080/healthz")
            }),
            timeout: Duration::from_secs(5),
            interval: Duration::from_secs(1),
            within: Duration::from_secs(30),
            successes: 1,
            failures: None,
            need: Need::Required,
        },
        Check {
            name: "query".into(),
            probe: Probe::Exec {
                command: vec!["psql".into(), "-c".into(), "select 1".into()],
                expect_output: None,
            },
            timeout: Duration::from_secs(5),
            interval: Duration::from_secs(1),
            within: Duration::from_secs(30),
            successes: 1,
            failures: None,
            need: Need::Required,
        },
        Check {
            name: "port".into(),
            probe: Probe::Tcp { host: "127.0.0.1".into(), port: 5432 },
            timeout: Duration::from_secs(5),
            interval: Duration::from_secs(1),
            within: Duration::from_secs(30),
            successes: 1,
            failures: None,
            need: Need::Required,
        },
    ];
    entry.snapshot =
        SnapshotRule { keep: 3, keep_for: Some(Duration::from_secs(14 * 86_400)), may_lose_data: true };
    entry.desired = Some(to.clone());
    entry.recorded = Some(from.clone());
    entry.observed = present("db", from.clone());
    entry.arguments = json!({ "password": null, "ports": [5432], "ratio": 0.5 });
    entry.secrets = vec![Secret {
        path: vec![At::Key("password".into())],
        variable: "db_password".into(),
        form: SecretForm::Text,
    }];
    let mut db = change(None, None, Cause::Change);
    db.from = Some(from);
    db.to = Some(to);
    db.preview = database_preview();
    db.artifacts = vec![Artifact {
        source: "https://deb.example/pool/postgresql-15_15.19-0+deb12u1_amd64.deb".into(),
        sha256: patchform_sdk::digest::of_bytes(b"deb"),
        size: 17_300_000,
    }];
    db.way_back = Some(WayBack {
        kind: WayBackKind::Restore,
        coverage: Coverage { whole_system: true, data: true },
        place: "btrfs subvolume /.snapshots on db-1".into(),
        survives_target_loss: false,
        discards_data: true,
        size: 1_250_000_000,
        duration: 1_900,
    });
    db.forth = vec![
        planned(Step::Gate, 0),
        planned(Step::Fetch, 3_000),
        planned(Step::Measure, 200),
        planned(Step::Snapshot, 15),
        planned(Step::Patch, 42_000),
        planned(Step::Reload, 63_000),
        planned(Step::Verify, 5_000),
        planned(Step::Commit, 0),
    ];
    db.back =
        vec![planned(Step::Restore, 1_900), planned(Step::Reload, 63_000), planned(Step::Verify, 5_000)];
    entry.verdict = Verdict::Change(Box::new(db));
    entry
}

fn database_preview() -> Preview {
    Preview {
        pulled_in: vec![
            PartChange {
                name: "libssl3".into(),
                from: Some("3.0.16-1".into()),
                to: Some("3.0.17-1~deb12u3".into()),
            },
            PartChange {
                name: "postgresql-client-15".into(),
                from: None,
                to: Some("15.19-0+deb12u1".into()),
            },
            PartChange { name: "libldap-2.4-2".into(), from: Some("2.4.59".into()), to: None },
        ],
        removed: vec!["postgresql-14".into()],
        files: vec![
            FileChange {
                path: "/etc/postgresql/15/main/postgresql.conf".into(),
                before: Some("aa".into()),
                after: Some("bb".into()),
                text: Some((
                    "port = 5432\nmax_connections = 100\nssl = off\n".into(),
                    "port = 5432\nmax_connections = 100\nssl = on\nssl_min_protocol_version = 'TLSv1.2'\n"
                        .into(),
                )),
            },
            FileChange { path: "/usr/lib/postgresql/15/bin/postgres".into(), ..FileChange::default() },
        ],
        services: vec!["postgresql@15-main".into()],
        reload: Reload::Reboot,
        space: 61_000_000,
        durations: BTreeMap::from([("patch".into(), 42_000)]),
        warnings: vec!["GIN indexes made before 15.4 should be rebuilt: see the release notes.".into()],
        ..Preview::default()
    }
}

/// One that stays at its level, and was left there before that was in force.
fn owed() -> Entry {
    let mut owed = changing("half", Some("3.1"), Some("3.1"), Cause::Owed);
    if let Verdict::Change(change) = &mut owed.verdict {
        let left = Owed {
            run: "20261122-031500-ef56".into(),
            reload: Reload::Service,
            half: false,
            reloaded: None,
            at: Moment(1),
        };
        **change = Change {
            owed: Some(left),
            put_by: Some("20261122-031500-ef56".into()),
            earlier: None,
            preview: Preview { reload: Reload::Service, ..Preview::default() },
            way_back: None,
            forth: vec![
                planned(Step::Gate, 0),
                planned(Step::Reload, 2_000),
                planned(Step::Verify, 500),
                planned(Step::Commit, 0),
            ],
            back: vec![planned(Step::Reload, 2_000), planned(Step::Verify, 500)],
            ..(**change).clone()
        };
    }
    owed
}

/// Every verdict, every block, every cause, every mark.
pub fn everything() -> Plan {
    let mut drift = changing("cache", Some("7.0.1"), Some("7.2.4"), Cause::Drift);
    drift.recorded = Some(single("7.2.4"));
    let mut downgrade = changing("proxy", Some("2.9.0"), Some("2.8.3"), Cause::Change);
    if let Verdict::Change(change) = &mut downgrade.verdict {
        change.downgrade = true;
        change.way_back = None;
        change.back.clear();
        change.preview.reload = Reload::Service;
    }
    let mut uninstall = changing("agent", Some("0.9"), Some("1.0"), Cause::Unrecorded);
    uninstall.recorded = None;
    if let Verdict::Change(change) = &mut uninstall.verdict {
        change.way_back = change.way_back.take().map(|way| WayBack { kind: WayBackKind::Uninstall, ..way });
        change.back[0].action = Step::Uninstall;
    }
    let mut entries = vec![
        database(),
        owed(),
        changing("api", Some("1.4.0"), Some("1.5.0"), Cause::Change),
        changing("web", None, Some("1.5.0"), Cause::Install),
        changing("trial", Some("0.1"), None, Cause::Change),
        drift,
        downgrade,
        uninstall,
        blocked("b-ahead", Block::Ahead),
        blocked("b-claimed", Block::Claimed { claim: "path:/srv/api".into(), by: 0 }),
        blocked("b-irreversible", Block::Irreversible),
        blocked("b-loses-data", Block::LosesData),
        blocked(
            "b-leased",
            Block::Leased { run: "20261122-024000-ab12".into(), driver: None, idle: Idle::Resumable },
        ),
        blocked(
            "b-leased-unknown",
            Block::Leased { run: "20261122-024100-cd34".into(), driver: None, idle: Idle::Unknown },
        ),
        blocked("b-not-installed", Block::NotInstalled(vec!["nginx".into(), "openssl".into()])),
        blocked(
            "b-refused",
            Block::Refused("the disk has 12 MB free, 60 MB are needed; free some space".into()),
        ),
        blocked(
            "b-rejected",
            Block::Rejected {
                run: "20261121-013000-cd34".into(),
                reason: "check ready: answered 503, expected 200".into(),
            },
        ),
        blocked("b-unknown", Block::UnknownOrder),
        blocked("b-unread", Block::NotRead("ssh: connect to host edge-9 port 22: no route to host".into())),
        entry(root("release", "steady"), "1.0.0"),
    ];
    entries.extend(quiet_ones());
    let mut plan = plan(entries);
    connect(&mut plan);
    plan.providers.push(PinnedProvider {
        name: "apt".into(),
        alias: "eu".into(),
        source: Some("./bin/patchform-provider-apt".into()),
        version: "0.3.1".into(),
        digest: Some(patchform_sdk::digest::of_bytes(b"apt")),
        arguments: json!({ "token": null }),
        secrets: vec![Secret {
            path: vec![At::Key("tokens".into()), At::Index(0)],
            variable: "token".into(),
            form: SecretForm::Same,
        }],
    });
    plan.inputs = inputs();
    plan.vendors = vec![Vendor {
        label: "acme".into(),
        says: vec![
            (VendorField::Name, "Acme Databases, duty desk".into()),
            (VendorField::Phone, "+49 30 5550100".into()),
            (VendorField::Email, "duty@acme.example".into()),
            (VendorField::Url, "https://support.acme.example/cases".into()),
            (VendorField::Hours, "24 hours, 7 days".into()),
            (VendorField::Contract, "4711-A".into()),
            (VendorField::Case, "C-99881".into()),
            (VendorField::Note, "Ask for the replication team.".into()),
        ],
    }];
    for entry in plan.entries.iter_mut().filter(|e| ["api", "db"].contains(&&*e.address.name)) {
        entry.vendor = Some(0);
    }
    plan.rollouts.push(RolloutLimit {
        name: "careful".into(),
        max_parallel: 1,
        on_failure: OnFailure::RollbackRun,
        pace: Default::default(),
    });
    plan.outputs = vec![
        ("api_level".into(), json!("1.5.0").into(), false),
        ("db_password".into(), Exact::NULL, true),
        ("hosts".into(), json!({ "web-1": "10.0.0.1" }).into(), false),
    ];
    plan.outputs_before = Some(vec![("api_level".into(), json!("1.4.0").into(), false)]);
    let origin = |source, ty: Option<&str>| SecretOrigin { source, ty: ty.map(str::to_string) };
    plan.secret_sources = BTreeMap::from([
        (
            "db_password".into(),
            origin(SecretSource::Environment("PF_VAR_db_password".into()), Some("string")),
        ),
        ("file".into(), origin(SecretSource::File("secret.pfvars".into()), None)),
        ("now".into(), origin(SecretSource::CommandLine, Some("list(string)"))),
        ("token".into(), origin(SecretSource::Default, None)),
        ("module.db.var.token".into(), origin(SecretSource::DefaultIn("modules/db".into()), None)),
        ("mounted".into(), origin(SecretSource::Content("/run/secrets/db".into()), Some("string"))),
        ("asked".into(), origin(asked(), None)),
    ]);
    plan
}

fn asked() -> SecretSource {
    let words = ["pass", "show", "db"].map(str::to_string).to_vec();
    SecretSource::Command { words, within: std::time::Duration::from_secs(60) }
}

/// Those that nothing is done to: held, forgotten, adopted, waiting for a reboot, excluded, not reached.
fn quiet_ones() -> Vec<Entry> {
    let mut held = entry(root("release", "held"), "2.0.0");
    held.observed = present("held", single("1.0.0"));
    held.verdict = Verdict::Held { by: Vec::new() };
    let mut forget = entry(root("release", "old"), "1.0.0");
    forget.desired = None;
    forget.verdict = Verdict::Forget;
    let mut adopt = entry(root("release", "adopted"), "3.1.0");
    adopt.recorded = Some(single("3.0.0"));
    adopt.verdict = Verdict::NoChange { adopt: true };
    let mut waiting = entry(root("release", "kernel"), "6.1.140");
    waiting.observed = Observed::Present {
        level: single("6.1.140"),
        running: Some(single("6.1.137")),
        pending: Reload::Reboot,
        pending_by: vec!["linux-image-amd64".into()],
        identity: identity("kernel"),
    };
    let mut excluded = entry(root("release", "left-out"), "1.0.0");
    excluded.observed = Observed::NotRead;
    excluded.verdict = Verdict::Excluded;
    let mut lost = entry(root("release", "lost"), "1.0.0");
    lost.observed = Observed::Unreachable { why: "timed out after 10s".into() };
    vec![held, forget, adopt, waiting, excluded, lost]
}

/// web after api after db and cache; held by what is blocked.
fn connect(plan: &mut Plan) {
    let at = |plan: &Plan, name: &str| {
        plan.entries.iter().position(|e| &*e.address.name == name).unwrap_or_default()
    };
    let (api, db, cache, web) = (at(plan, "api"), at(plan, "db"), at(plan, "cache"), at(plan, "web"));
    let (held, ahead, claimed) = (at(plan, "held"), at(plan, "b-ahead"), at(plan, "b-claimed"));
    plan.entries[api].after = vec![db.min(cache), db.max(cache)];
    plan.entries[web].after = vec![api];
    plan.entries[held].after = vec![ahead];
    plan.entries[held].verdict = Verdict::Held { by: vec![ahead] };
    plan.entries[claimed].verdict =
        Verdict::Blocked(Block::Claimed { claim: "path:/srv/api".into(), by: api });
    plan.entries[db].provider = 1;
}

/// `n` instances of one block that all change, each after the one before where `chain` is set.
pub fn fleet(n: usize, chain: bool) -> Plan {
    let entries = (0..n).map(|i| {
        let mut entry = changing("web", Some("1.4.0"), Some("1.5.0"), Cause::Change);
        entry.address.key = InstanceKey::Index(i as u64);
        if chain && i > 0 {
            entry.after = vec![i - 1];
        }
        entry
    });
    plan(entries.collect())
}

/// `n` blocks of their own that all change.
pub fn many_blocks(n: usize) -> Plan {
    plan((0..n).map(|i| changing(&format!("c{i:05}"), Some("1.4.0"), Some("1.5.0"), Cause::Change)).collect())
}

/// What hostile input puts into a plan's texts.
pub fn hostile() -> Plan {
    let mut entry =
        changing("evil", Some("1.0\u{1b}[2J\u{7}"), Some("1.1\r\n+ release.forged"), Cause::Change);
    if let Verdict::Change(change) = &mut entry.verdict {
        change.preview.warnings = vec!["\u{1b}]0;owned\u{7}\nNo changes.\u{202e}".into()];
        change.preview.services = vec!["x".repeat(400)];
        change.preview.files = vec![FileChange {
            path: "/etc/\u{1b}[31mred".into(),
            text: Some(("a\n".into(), format!("\u{1b}[0m{}\u{9b}31m\n", "y".repeat(300)))),
            ..FileChange::default()
        }];
    }
    let mut unread = blocked("gone", Block::NotRead("\u{1b}[1mfine\u{1b}[0m".into()));
    unread.observed = Observed::Unreachable { why: "\u{8}\u{8}".into() };
    plan(vec![entry, unread])
}
