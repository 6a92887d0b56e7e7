//! A provider in use for one run: started, greeted, described, configured; started again when it dies.

use crate::provider::pending::{Reply, Waiting};
use crate::provider::process::Process;
use crate::provider::watch::Watch;
use crate::provider::{ProviderError, chunks};
use crate::target::Targets;
use patchform_sdk::line::beginning;
use patchform_sdk::message::{
    Act, Action, Answer, CHUNK, Cancel, Compare, Compared, Complaint, Configure, Description, Desired,
    Discover, Discovered, Identity, Initialize, Initialized, Inventory, InventoryRequest, MemberStanding,
    MembersAnswer, MembersRequest, Order, PROTOCOL, PreviewOutcome, Probe, Probed, Proposed, Reading,
    Subject, VERSION_MISMATCH,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often a provider is started in one run, the first time included.
const STARTS: u32 = 4;

/// How a provider is started, and what it may use.
pub struct Launch {
    /// Its name, for messages.
    pub name: String,
    /// Its program.
    pub program: PathBuf,
    /// The program's arguments.
    pub arguments: Vec<String>,
    /// Where it is started: the configuration's folder.
    pub folder: PathBuf,
    /// Where it may keep what must survive: beside the state.
    pub store: PathBuf,
    /// Where its callbacks go.
    pub targets: Arc<Targets>,
    /// Who is told of progress and log lines.
    pub watch: Arc<dyn Watch>,
    /// How long it may take.
    pub patience: Patience,
}

/// How long a provider may take to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// `initialize`, `describe`.
    pub greeting: Duration,
    /// `configure`, `validate`, `compare`.
    pub asking: Duration,
    /// One chunk of `read` or `preview`, `discover`, `probe`.
    pub looking: Duration,
    /// To end after `shutdown`.
    pub ending: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            greeting: Duration::from_secs(30),
            asking: Duration::from_secs(60),
            looking: Duration::from_secs(600),
            ending: Duration::from_secs(2),
        }
    }
}

/// A provider in use. Shared by reference between threads; dropping it shuts the provider down.
pub struct Session {
    inner: Arc<Inner>,
    identity: Identity,
}

struct Inner {
    launch: Arc<Launch>,
    state: Mutex<State>,
    /// Held while it is started again, so that only one thread does so.
    starting: Mutex<()>,
}

struct State {
    process: Arc<Process>,
    starts: u32,
    /// Sent again after a restart.
    configured: Vec<Configure>,
    shut_down: bool,
}

impl Session {
    /// Starts a provider and greets it.
    ///
    /// # Errors
    /// When it cannot be started, speaks another protocol, or does not greet.
    pub fn start(launch: Launch) -> Result<Session, ProviderError> {
        let launch = Arc::new(launch);
        let process = Process::start(&launch)?;
        let greeted = greet(&launch, &process);
        if greeted.is_err() {
            process.kill();
        }
        let identity = greeted?.provider;
        let state = State { process, starts: 1, configured: Vec::new(), shut_down: false };
        let inner = Inner { launch, state: Mutex::new(state), starting: Mutex::new(()) };
        Ok(Session { inner: Arc::new(inner), identity })
    }

    /// The provider's own name and version.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The name it was started under.
    pub fn name(&self) -> &str {
        &self.inner.launch.name
    }

    /// The last 64 KiB of its log.
    pub fn log(&self) -> String {
        self.inner.lock().process.log()
    }

    /// Process id of the running (or last) process.
    pub fn pid(&self) -> u32 {
        self.inner.lock().process.pid()
    }

    /// Asks for its kinds.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn describe(&self) -> Result<Description, ProviderError> {
        self.ask("describe", &NoParams {}, self.inner.launch.patience.greeting)
    }

    /// Gives it the arguments of a `provider` block; given again by itself after a restart.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn configure(&self, alias: &str, arguments: &Value) -> Result<(), ProviderError> {
        let configure = Configure { alias: alias.into(), arguments: arguments.clone() };
        self.ask::<Value>("configure", &configure, self.inner.launch.patience.asking)?;
        let mut state = self.inner.lock();
        state.configured.retain(|known| known.alias != configure.alias);
        state.configured.push(configure);
        Ok(())
    }

    /// Complaints about components, [`Complaint::component`] being an index into `components`. What is `desired` of
    /// each is asked when its turn comes.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn validate<I>(
        &self,
        components: &[I],
        desired: impl Fn(&I) -> Desired,
    ) -> Result<Vec<Complaint>, ProviderError> {
        chunks::validate(self, components, desired, self.inner.launch.patience.asking)
    }

    /// Readings of components, in order.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn read(&self, components: &[Desired]) -> Result<Vec<Reading>, ProviderError> {
        chunks::read(self, components, self.inner.launch.patience.looking)
    }

    /// Previews of changes, in order.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn preview(&self, changes: &[Proposed]) -> Result<Vec<PreviewOutcome>, ProviderError> {
        chunks::preview(self, changes, self.inner.launch.patience.looking)
    }

    /// How pairs of levels compare, for kinds whose scheme is `own`.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn compare(&self, kind: &str, pairs: &[(String, String)]) -> Result<Vec<Order>, ProviderError> {
        let compare = Compare { kind: kind.into(), pairs: pairs.to_vec() };
        let compared: Compared = self.ask("compare", &compare, self.inner.launch.patience.asking)?;
        chunks::same_count(self.name(), "compare", pairs.len(), compared.orders)
    }

    /// Components that exist already.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn discover(&self, discover: &Discover) -> Result<Discovered, ProviderError> {
        self.ask("discover", discover, self.inner.launch.patience.looking)
    }

    /// Everything that is installed where a component is.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn inventory(&self, subject: &Subject) -> Result<Inventory, ProviderError> {
        let request = InventoryRequest { subject: subject.clone() };
        self.ask("inventory", &request, self.inner.launch.patience.looking)
    }

    /// How members of a traffic stand, in order.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn members(
        &self,
        traffic: &Subject,
        members: &[String],
    ) -> Result<Vec<MemberStanding>, ProviderError> {
        let mut standings = Vec::with_capacity(members.len());
        for part in members.chunks(CHUNK) {
            let request = MembersRequest { traffic: traffic.clone(), members: part.to_vec() };
            let answer: MembersAnswer = self.ask("members", &request, self.inner.launch.patience.looking)?;
            standings.extend(chunks::same_count(self.name(), "members", part.len(), answer.members)?);
        }
        Ok(standings)
    }

    /// Begins an action and returns at once. `on_reply` is called exactly once, on another thread: with the answer, or
    /// with what went wrong; then the action may have had an effect, unless the error says that it was never sent.
    pub fn act(
        &self,
        action: Action,
        act: &Act,
        deadline: Duration,
        on_reply: impl FnOnce(Result<Answer, ProviderError>) + Send + 'static,
    ) {
        let reply = typed(self.name().into(), action.name(), on_reply);
        let waiting =
            Waiting { method: action.name(), patience: deadline, action: Some(act.id.clone()), reply };
        self.begin(waiting, act.clone());
    }

    /// Asks how far an action came and returns at once. `on_reply` is called exactly once, on another thread.
    pub fn probe(
        &self,
        probe: &Probe,
        deadline: Duration,
        on_reply: impl FnOnce(Result<Probed, ProviderError>) + Send + 'static,
    ) {
        let reply = typed(self.name().into(), "probe", on_reply);
        self.begin(Waiting { method: "probe", patience: deadline, action: None, reply }, probe.clone());
    }

    /// Asks it to stop an action if that is safe. Its answer comes as ever.
    pub fn cancel(&self, action_id: &str) {
        self.inner.lock().process.notify("cancel", &Cancel { id: action_id.into() });
    }

    /// Ends it: at once when it is idle; when it works on an action it is left alone to finish that.
    pub fn shutdown(self) {
        drop(self);
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &impl Serialize,
        patience: Duration,
    ) -> Result<T, ProviderError> {
        let answer = self.pipeline(method, params, patience)?;
        self.take(method, answer)
    }

    /// Sends a request; its answer comes over the channel. A dead provider is started again first.
    ///
    /// # Errors
    /// When it cannot be started again.
    pub(super) fn pipeline(
        &self,
        method: &'static str,
        params: &impl Serialize,
        patience: Duration,
    ) -> Result<mpsc::Receiver<Result<Vec<u8>, ProviderError>>, ProviderError> {
        loop {
            let process = self.inner.living()?;
            let (reply, answer) = mpsc::channel();
            if process.send(question(method, patience, reply), params).is_ok() {
                return Ok(answer);
            }
        }
    }

    /// Waits for the answer of [`Session::pipeline`].
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub(super) fn take<T: DeserializeOwned>(
        &self,
        method: &'static str,
        answer: mpsc::Receiver<Result<Vec<u8>, ProviderError>>,
    ) -> Result<T, ProviderError> {
        receive(self.name(), method, answer)
    }

    /// Sends a request whose reply is called on another thread. Only a dead provider, which must be started again first,
    /// costs a thread of its own.
    fn begin(&self, waiting: Waiting, params: impl Serialize + Send + 'static) {
        let process = Arc::clone(&self.inner.lock().process);
        let Err(waiting) = process.send(waiting, &params) else { return };
        let inner = Arc::clone(&self.inner);
        // Handed over behind its start, so that whoever waits is answered where there is no thread left.
        let (hand, handed) = mpsc::channel::<Box<Waiting>>();
        let send = move || {
            let Ok(mut waiting) = handed.recv() else { return };
            loop {
                let process = match inner.living() {
                    Ok(process) => process,
                    Err(e) => return (waiting.reply)(Err(e)),
                };
                match process.send(*waiting, &params) {
                    Ok(()) => return,
                    Err(back) => waiting = back,
                }
            }
        };
        match std::thread::Builder::new().name("again".into()).spawn(send) {
            Ok(_) => drop(hand.send(waiting)),
            Err(e) => {
                let (provider, method) = (self.name().to_string(), waiting.method.to_string());
                (waiting.reply)(Err(ProviderError::Send { provider, method, why: e.to_string() }));
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut state = self.inner.lock();
        state.shut_down = true;
        let process = Arc::clone(&state.process);
        drop(state);
        self.inner.launch.targets.end_questions();
        process.shut_down(self.inner.launch.patience.ending);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock leaves a state half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The running process; a dead one is started again, greeted and configured, as often as [`STARTS`] allows.
    fn living(&self) -> Result<Arc<Process>, ProviderError> {
        if let Some(process) = self.lock().running() {
            return Ok(process);
        }
        let _starting = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        let configured = {
            let mut state = self.lock();
            if let Some(process) = state.running() {
                return Ok(process);
            }
            let provider = self.launch.name.clone();
            if state.shut_down {
                return Err(ProviderError::ShutDown { provider, method: "go on".into() });
            }
            let how = state.process.ended().unwrap_or_default();
            if state.starts >= STARTS {
                let stderr = state.process.last_words();
                return Err(ProviderError::GaveUp { provider, starts: STARTS, how, stderr });
            }
            state.starts += 1;
            self.launch
                .watch
                .log(&provider, &format!("{how}; starting it again ({} of {STARTS})", state.starts));
            state.configured.clone()
        };
        let process = Process::start(&self.launch)?;
        match greet(&self.launch, &process).and_then(|_| self.configure_again(&process, &configured)) {
            Ok(()) => {
                self.lock().process = Arc::clone(&process);
                Ok(process)
            }
            Err(e) => {
                process.kill();
                Err(e)
            }
        }
    }

    fn configure_again(&self, process: &Process, configured: &[Configure]) -> Result<(), ProviderError> {
        for configure in configured {
            ask_of::<Value>(&self.launch, process, "configure", configure, self.launch.patience.asking)?;
        }
        Ok(())
    }
}

impl State {
    fn running(&self) -> Option<Arc<Process>> {
        (!self.shut_down && self.process.ended().is_none()).then(|| Arc::clone(&self.process))
    }
}

/// Requests without parameters.
#[derive(Serialize)]
struct NoParams {}

fn greet(launch: &Launch, process: &Process) -> Result<Initialized, ProviderError> {
    let program = Identity { name: "patchform".into(), version: env!("CARGO_PKG_VERSION").into() };
    let hello = Initialize { protocol: PROTOCOL, program };
    let version = |theirs: String| ProviderError::Version {
        provider: launch.name.clone(),
        theirs,
        ours: format!("{}.{}", PROTOCOL.major, PROTOCOL.minor),
    };
    match ask_of::<Initialized>(launch, process, "initialize", &hello, launch.patience.greeting) {
        Ok(greeted) if greeted.protocol.major != PROTOCOL.major => {
            Err(version(format!("{}.{}", greeted.protocol.major, greeted.protocol.minor)))
        }
        Err(ProviderError::Answered { error, .. }) if error.code == VERSION_MISMATCH => {
            Err(version(format!("another version ({})", error.message)))
        }
        greeted => greeted,
    }
}

fn ask_of<T: DeserializeOwned>(
    launch: &Launch,
    process: &Process,
    method: &'static str,
    params: &impl Serialize,
    patience: Duration,
) -> Result<T, ProviderError> {
    let (reply, answer) = mpsc::channel();
    if process.send(question(method, patience, reply), params).is_err() {
        let how = process.ended().unwrap_or_default();
        let (provider, method, stderr) = (launch.name.clone(), method.into(), process.last_words());
        return Err(ProviderError::Died { provider, method, how, stderr });
    }
    receive(&launch.name, method, answer)
}

fn question(
    method: &'static str,
    patience: Duration,
    reply: mpsc::Sender<Result<Vec<u8>, ProviderError>>,
) -> Waiting {
    let reply: Reply = Box::new(move |answer| {
        // Whoever asked may have given up on the rest of his questions.
        let _ = reply.send(answer);
    });
    Waiting { method, patience, action: None, reply }
}

fn receive<T: DeserializeOwned>(
    provider: &str,
    method: &'static str,
    answer: mpsc::Receiver<Result<Vec<u8>, ProviderError>>,
) -> Result<T, ProviderError> {
    let shut_down = || ProviderError::ShutDown { provider: provider.into(), method: method.into() };
    shaped(provider, method, &answer.recv().map_err(|_| shut_down())??)
}

fn typed<T: DeserializeOwned>(
    provider: String,
    method: &'static str,
    on_reply: impl FnOnce(Result<T, ProviderError>) + Send + 'static,
) -> Reply {
    Box::new(move |answer| on_reply(answer.and_then(|json| shaped(&provider, method, &json))))
}

fn shaped<T: DeserializeOwned>(provider: &str, method: &str, json: &[u8]) -> Result<T, ProviderError> {
    serde_json::from_slice(json).map_err(|e| ProviderError::Shape {
        provider: provider.into(),
        method: method.into(),
        why: e.to_string(),
        line: beginning(json),
    })
}
