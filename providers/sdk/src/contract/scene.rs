//! A running provider with scratch components, as each check gets its own.

use crate::contract::file::{Contract, Drained};
use crate::contract::old::Old;
use crate::contract::peer::{Peer, Trouble, store_of};
use crate::contract::scratch::{Scratch, fingerprint};
use crate::contract::{Outcome, Stop};
use crate::digest;
use crate::host::Host;
use crate::local::Local;
use crate::message::{
    Act, Action, Answer, Artifact, Can, Configure, Connection, Description, Desired, Done, Identity,
    Initialize, Initialized, Level, Member, PROTOCOL, PreviewAnswer, PreviewOutcome, PreviewRequest, Probe,
    Probed, Proposed, Protocol, Read, ReadAnswer, Reading, Reload, SnapshotRef, Subject, Verdict,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long an action may take.
const DEADLINE: u64 = 60_000;
/// How long what goes on at a component may take until its reading stays.
const SETTLES: Duration = Duration::from_secs(120);

/// What is checked, and with what.
pub struct Bench {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub contract: Contract,
}

/// A running provider and a scratch folder.
pub struct Scene<'a> {
    pub bench: &'a Bench,
    scratch: Scratch,
    pub peer: Peer,
    pub can: Can,
    /// Of this scene alone: what an earlier one did on the target, such as its snapshots, has other ids.
    name: String,
    ids: u64,
    /// Why the last preview was blocked; empty when it was not. What is patched all the same is refused for another reason.
    blocked: String,
}

impl Bench {
    /// Starts the provider without greeting it.
    pub fn bare(&self) -> Result<Scene<'_>, Stop> {
        let scratch = Scratch::new().map_err(|e| format!("no scratch folder can be made: {e}"))?;
        let peer = self.peer(&scratch, false)?;
        let name = name_of(scratch.path());
        Ok(Scene { bench: self, scratch, peer, can: Can::default(), name, ids: 0, blocked: String::new() })
    }

    fn peer(&self, scratch: &Scratch, old: bool) -> Result<Peer, String> {
        let folder = scratch.path().join("work");
        fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let local = Local::new(&store_of(scratch.path()), &folder);
        let host: Arc<dyn Host> = if old { Arc::new(Old(local)) } else { Arc::new(local) };
        Peer::start(&self.program, &self.arguments, &folder, host)
    }

    /// Starts, greets and configures it.
    pub fn scene(&self) -> Result<Scene<'_>, Stop> {
        let mut scene = self.bare()?;
        scene.greet(PROTOCOL)?;
        Ok(scene)
    }

    /// [`Bench::scene`], for checks of a kind that can be taken back.
    pub fn reversible(&self) -> Result<Scene<'_>, Stop> {
        let scene = self.scene()?;
        if scene.can.snapshot { Ok(scene) } else { Err(Stop::Skipped("the kind cannot snapshot".into())) }
    }

    /// [`Bench::scene`], for checks of a kind that can be probed.
    pub fn probeable(&self) -> Result<Scene<'_>, Stop> {
        let scene = self.scene()?;
        if scene.can.probe { Ok(scene) } else { Err(Stop::Skipped("the kind cannot be probed".into())) }
    }
}

/// The first request.
pub fn hello(protocol: Protocol) -> Initialize {
    Initialize { protocol, program: Identity { name: "contract suite".into(), version: "1".into() } }
}

impl Scene<'_> {
    fn greet(&mut self, protocol: Protocol) -> Outcome {
        self.call::<Initialized>("initialize", &hello(protocol))?;
        let description: Description = self.call("describe", &serde_json::json!({}))?;
        let kind = description.kinds.get(&self.bench.contract.kind);
        self.can =
            kind.ok_or_else(|| format!("it does not know the kind {:?}", self.bench.contract.kind))?.can;
        let arguments = self.bench.contract.fill(&self.bench.contract.provider, self.scratch.path());
        self.call::<Value>("configure", &Configure { alias: String::new(), arguments })?;
        Ok(())
    }

    /// Kills the provider and starts a fresh one over the same components.
    pub fn fresh(&mut self) -> Outcome {
        self.peer.kill();
        self.peer = self.bench.peer(&self.scratch, false)?;
        self.greet(PROTOCOL)
    }

    /// [`Scene::fresh`], its core being one that knows no dead man's switch.
    pub fn fresh_under_an_old_core(&mut self) -> Outcome {
        self.peer.kill();
        self.peer = self.bench.peer(&self.scratch, true)?;
        self.greet(Protocol { minor: 0, ..PROTOCOL })
    }

    /// The folders of the dead man's switches that were armed.
    pub fn switches(&self) -> Vec<PathBuf> {
        let commands = fs::read_dir(store_of(self.scratch.path())).into_iter().flatten().flatten();
        let armed = |switch: &PathBuf| {
            ["armed", "confirmed", "reverting"].iter().any(|name| switch.join(name).exists())
        };
        commands.map(|command| command.path().join("switch")).filter(armed).collect()
    }

    /// Asks, and names what was asked when it goes wrong.
    pub fn call<T: serde::de::DeserializeOwned>(
        &mut self,
        method: &str,
        params: &impl serde::Serialize,
    ) -> Result<T, Stop> {
        self.peer
            .call(method, params)
            .map_err(|trouble| Stop::Failed(format!("asked to `{method}`, {trouble}")))
    }

    // ------------------------------------------------------------ components

    /// Component `n`, prepared.
    pub fn subject(&self, n: usize) -> Result<Subject, Stop> {
        let contract = &self.bench.contract;
        let folder = self.folder(n);
        if !folder.exists() {
            fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
            if let Some((program, arguments)) = contract.setup.as_deref().and_then(<[String]>::split_first) {
                let filled = |text: &String| contract.fill_text(text, &folder);
                let mut setup = Command::new(filled(program));
                setup
                    .args(arguments.iter().map(filled))
                    .current_dir(&folder)
                    .stdin(Stdio::null())
                    .stdout(Stdio::null());
                let status = setup.status().map_err(|e| format!("the contract's setup cannot run: {e}"))?;
                if !status.success() {
                    return Err(Stop::Failed(format!("the contract's setup failed: {status}")));
                }
            }
        }
        Ok(Subject {
            address: format!("{}.c{n}", contract.kind),
            kind: contract.kind.clone(),
            alias: String::new(),
            arguments: contract.fill(&contract.arguments, &folder),
            connection: Connection::local(),
        })
    }

    fn folder(&self, n: usize) -> PathBuf {
        self.scratch.path().join(format!("c{n}"))
    }

    /// Everything in the scratch folders, for a check that something has no effect.
    pub fn fingerprint(&self) -> BTreeMap<String, String> {
        fingerprint(self.scratch.path())
    }

    /// Component `n` with a level.
    pub fn desired(&self, n: usize, level: &Level) -> Result<Desired, Stop> {
        Ok(Desired { subject: self.subject(n)?, level: level.clone() })
    }

    /// Reads component `n`, once what goes on there has ended.
    pub fn read(&mut self, n: usize) -> Result<Reading, Stop> {
        let to = self.bench.contract.to.clone();
        let read = Read { components: vec![self.desired(n, &to)?] };
        let until = Instant::now() + SETTLES;
        loop {
            let answer: ReadAnswer = self.call("read", &read)?;
            match answer.readings.into_iter().next() {
                Some(Reading::Unreachable { unsettled: true, .. }) if Instant::now() < until => {
                    thread::sleep(Duration::from_millis(20));
                }
                Some(Reading::Unreachable { why, unsettled }) => {
                    let word = if unsettled { "unsettled" } else { "unreachable" };
                    return Err(Stop::Failed(format!("`read` says {word}: {why}")));
                }
                Some(reading) => return Ok(reading),
                None => return Err(Stop::Failed("`read` of one component answered no reading".into())),
            }
        }
    }

    /// The digest of component `n`.
    pub fn digest(&mut self, n: usize) -> Result<String, Stop> {
        Ok(self.read(n)?.digest().unwrap_or_default().to_string())
    }

    // ------------------------------------------------------------ actions

    /// A request for component `n` with a fresh id.
    pub fn request(&mut self, n: usize, level: Option<&Level>) -> Result<Act, Stop> {
        self.ids += 1;
        Ok(Act {
            id: format!("check-{}-{}-{}", self.name, self.ids, n),
            token: 5,
            deadline: DEADLINE,
            subject: self.subject(n)?,
            level: level.cloned(),
            expected: None,
            snapshot: None,
            reload: Reload::None,
            artifacts: Vec::new(),
            member: None,
        })
    }

    /// A request about the member of a traffic, for the sake of `component`, with a fresh id.
    pub fn traffic_request(&mut self, named: &Drained, component: &str) -> Result<Act, Stop> {
        // The folder of the first component is the traffic's, too.
        let whole = self.request(0, None)?;
        let subject = Subject {
            address: format!("traffic.{}.check", named.kind),
            kind: named.kind.clone(),
            arguments: self.bench.contract.fill(&named.arguments, &self.folder(0)),
            ..whole.subject.clone()
        };
        let member = Member { name: named.member.clone(), component: component.into(), wait: 5_000 };
        Ok(Act { subject, member: Some(member), ..whole })
    }

    /// A request to patch component `n`, with the snapshot that the core takes before.
    pub fn patch_request(&mut self, n: usize, level: &Level) -> Result<Act, Stop> {
        let artifacts = self.pinned(n, level)?;
        if self.can.fetch {
            // A level that cannot be fetched is refused by the patch itself.
            let fetch = Act { artifacts: artifacts.clone(), ..self.request(n, Some(level))? };
            self.act(Action::Fetch, &fetch)?;
        }
        let snapshot = if self.can.snapshot { Some(self.snapshot_before(n, level)?) } else { None };
        Ok(Act { snapshot, artifacts, ..self.request(n, Some(level))? })
    }

    /// What a preview pins for a patch of component `n`, as the core hands it to every action of the change; nothing
    /// where the kind fetches nothing or would not patch.
    fn pinned(&mut self, n: usize, level: &Level) -> Result<Vec<Artifact>, Stop> {
        if !self.can.fetch {
            return Ok(Vec::new());
        }
        let reading = self.read(n)?;
        let from = reading.level().cloned();
        let digest = reading.digest().unwrap_or_default().to_string();
        let change = Proposed { subject: self.subject(n)?, from, to: level.clone(), digest, snapshot: None };
        let mut answer: PreviewAnswer = self.call("preview", &PreviewRequest { changes: vec![change] })?;
        self.blocked.clear();
        Ok(match answer.previews.pop() {
            Some(PreviewOutcome::Ready(preview)) => preview.artifacts,
            Some(PreviewOutcome::Blocked { why }) => {
                self.blocked = format!(" (its preview was blocked: {why})");
                Vec::new()
            }
            None => Vec::new(),
        })
    }

    /// Asks for an action.
    pub fn act(&mut self, action: Action, act: &Act) -> Result<Answer, Stop> {
        self.call(action.name(), act)
    }

    /// Asks for an action that must be applied.
    pub fn apply(&mut self, action: Action, act: &Act) -> Result<Done, Stop> {
        match self.act(action, act)? {
            Answer::Applied(done) => Ok(done),
            Answer::Refused { why, .. } => {
                Err(Stop::Failed(format!("`{}` was refused: {why}{}", action.name(), self.blocked)))
            }
            Answer::Unclear { why, .. } => {
                Err(Stop::Failed(format!("`{}` ended unclear: {why}", action.name())))
            }
        }
    }

    /// Patches component `n` as the core does: fetch, snapshot, patch with the digest that is there, reload.
    pub fn patch(&mut self, n: usize, level: &Level) -> Result<Act, Stop> {
        self.fetch(n, level)?;
        let mut act = self.patch_request(n, level)?;
        act.expected = Some(self.digest(n)?);
        let done = self.apply(Action::Patch, &act)?;
        self.reload(n, Some(level), done.reload)?;
        Ok(act)
    }

    /// Fetches, where the kind can.
    pub fn fetch(&mut self, n: usize, level: &Level) -> Outcome {
        if self.can.fetch {
            let artifacts = self.pinned(n, level)?;
            let act = Act { artifacts, ..self.request(n, Some(level))? };
            self.apply(Action::Fetch, &act)?;
        }
        Ok(())
    }

    fn reload(&mut self, n: usize, level: Option<&Level>, reload: Reload) -> Outcome {
        if reload != Reload::None && self.can.reload {
            let act = Act { reload, ..self.request(n, level)? };
            self.apply(Action::Reload, &act)?;
        }
        Ok(())
    }

    /// Brings component `n` to the contract's `from`.
    pub fn at_from(&mut self, n: usize) -> Outcome {
        let from = self.bench.contract.from.clone();
        if self.read(n)?.level() != Some(&from) {
            self.patch(n, &from)?;
        }
        self.stands_at(n, Some(&from))
    }

    /// Component `n` must stand at a level now.
    pub fn stands_at(&mut self, n: usize, level: Option<&Level>) -> Outcome {
        let reading = self.read(n)?;
        if reading.level() == level {
            return Ok(());
        }
        let shown = |level: Option<&Level>| level.map_or("absent".to_string(), |level| format!("at {level}"));
        Err(Stop::Failed(format!("it should stand {}, and reads {}", shown(level), shown(reading.level()))))
    }

    /// Takes a snapshot of component `n`, before a patch to the contract's `to`.
    pub fn snapshot(&mut self, n: usize) -> Result<SnapshotRef, Stop> {
        let to = self.bench.contract.to.clone();
        self.fetch(n, &to)?;
        self.snapshot_before(n, &to)
    }

    /// Takes the snapshot that a patch of component `n` to `level` begins with; all is fetched already.
    fn snapshot_before(&mut self, n: usize, level: &Level) -> Result<SnapshotRef, Stop> {
        let artifacts = self.pinned(n, level)?;
        let mut act = Act { artifacts, ..self.request(n, Some(level))? };
        let id = format!("snap-{}", act.id);
        act.snapshot = Some(SnapshotRef { id: id.clone(), token: None });
        match self.apply(Action::Snapshot, &act)?.snapshot {
            Some(snapshot) => Ok(SnapshotRef { id, token: Some(snapshot.token) }),
            None => Err(Stop::Failed("`snapshot` was applied without telling the snapshot".into())),
        }
    }

    /// A request to go back to a snapshot.
    pub fn back(&mut self, n: usize, snapshot: &SnapshotRef, level: Option<&Level>) -> Result<Act, Stop> {
        Ok(Act { snapshot: Some(snapshot.clone()), ..self.request(n, level)? })
    }

    /// Goes back to a snapshot, and reloads where that is needed.
    pub fn restore(&mut self, n: usize, snapshot: &SnapshotRef, level: Option<&Level>) -> Outcome {
        let act = self.back(n, snapshot, level)?;
        let done = self.apply(Action::Restore, &act)?;
        self.reload(n, level, done.reload)
    }

    /// What `verify` says of component `n` at a level.
    pub fn verify(&mut self, n: usize, level: Option<&Level>) -> Result<Verdict, Stop> {
        let act = self.request(n, level)?;
        Ok(self.apply(Action::Verify, &act)?.verdict.unwrap_or(Verdict::Healthy))
    }

    /// Probes an action until it is no longer busy.
    pub fn probe(&mut self, action: Action, act: &Act) -> Result<Probed, Stop> {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            match self.call("probe", &Probe { action, act: act.clone() })? {
                Probed::Busy if Instant::now() < until => thread::sleep(Duration::from_millis(20)),
                Probed::Busy => return Err(Stop::Failed("it says busy for a minute".into())),
                probed => return Ok(probed),
            }
        }
    }
}

/// A name that no scene has on any target, now or later: of its folder, and of when it began.
fn name_of(folder: &Path) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    digest::of_bytes(format!("{} {now}", folder.display()).as_bytes())[..8].to_string()
}

/// Something must be as before.
pub fn same<T: PartialEq>(before: &T, after: &T, what: &str) -> Outcome {
    if before == after { Ok(()) } else { Err(Stop::Failed(what.into())) }
}

/// The error that was asked for, or a failure.
pub fn must_err<T: std::fmt::Debug>(
    answer: Result<T, Trouble>,
    what: &str,
) -> Result<crate::message::RpcError, Stop> {
    match answer {
        Err(Trouble::Answered(error)) => Ok(error),
        Err(trouble) => Err(Stop::Failed(format!("{what}: {trouble}"))),
        Ok(answer) => Err(Stop::Failed(format!("{what}: it answered {answer:?} and not with an error"))),
    }
}
