//! `run export`: everything that tells of a run, in one archive that an auditor can check with sha256sum alone.

use super::inputs::Inputs;
use super::{Failure, Place, audit, runs, secrets, state};
use crate::journal;
use crate::plan::Plan;
use crate::report::audit::{self as shown, Audit, Recorded};
use crate::report::run_story::{self, Form};
use crate::report::state_json;
use crate::report::style::Style;
use crate::world::archive::Archive;
use crate::world::disk;
use patchform_sdk::digest;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

mod outputs;

use outputs::{Outputs, Trace};

/// What an auditor reads first.
const README: &str = include_str!("evidence/readme.txt");
/// How he checks the rest.
const RECIPE: &str = include_str!("evidence/recipe.sh");
/// How texts are drawn: the same wherever the export is made.
const STYLE: Style = Style { color: false, width: 120, unicode: true };
/// The largest plan or segment that is copied, in bytes.
const LIMIT: u64 = 2 << 30;

/// What is to be exported.
pub struct Wanted<'a> {
    /// Which run; the last one when none is named.
    pub run: Option<&'a str>,
    /// Where secrets may be read again, to mask them.
    pub inputs: &'a Inputs,
    /// Whether what its commands printed goes in, too.
    pub outputs: bool,
}

/// The evidence of one run, ready to be written.
pub struct Evidence {
    /// The run's id.
    pub id: String,
    /// What a check of its chain found.
    pub audit: Audit,
    /// What is missing, in sentences.
    pub missing: Vec<String>,
    texts: BTreeMap<String, Vec<u8>>,
    traces: Vec<Trace>,
}

/// Gathers what there is of a run. A run that is damaged or open is exported as it is, and the archive says so.
///
/// # Errors
/// There is no such run, a newer program wrote it, or a secret is needed to mask what its commands printed.
pub fn gather(wanted: &Wanted<'_>) -> Result<Evidence, Failure> {
    let place = Place::known()?;
    let id = runs::named(&place.runs, wanted.run)?;
    let folder = runs::folder(&place.runs, &id)?;
    // A run that is driven now writes on: what is checked and what is exported must be the same bytes.
    let scratch =
        disk::scratch().map_err(|e| Failure::error(format!("cannot make a temporary folder: {e}")))?;
    let mut texts = copy(&folder, scratch.path())?;
    let mut examined = audit::examine(scratch.path(), &id)?;
    let state = state::read();
    let events = std::mem::take(&mut examined.events);
    let audit = audit::judge(examined.audit, &state, scratch.path());
    let mut missing = Vec::new();
    match (&examined.plan, &examined.run) {
        (Some(plan), Some(run)) => {
            for (name, form) in
                [("summary.txt", Form::Text { style: STYLE, offset: 0 }), ("summary.jsonl", Form::Json)]
            {
                let told =
                    run_story::events(plan, &id, &events, form) + &run_story::end(plan, run, &events, form);
                texts.insert(name.into(), told.into_bytes());
            }
        }
        _ => missing.push("summary.txt and summary.jsonl: without its plan a run cannot be told".into()),
    }
    let known = state.as_ref().ok().and_then(Option::as_ref);
    match known.and_then(|state| state.runs.iter().find(|run| run.id == id)) {
        // Whoever let go of a run recorded no end of it: nothing is to be held against that.
        Some(run) if matches!(audit.record, Recorded::LetGo { .. }) => {
            missing.push(format!("record.json: {LET_GO}"));
            texts.insert("let-go.json".into(), state_json::run(run).into_bytes());
        }
        Some(run) => drop(texts.insert("record.json".into(), state_json::run(run).into_bytes())),
        None => missing.push(format!("record.json: {}", no_record(&audit.record))),
    }
    texts.insert("audit.txt".into(), shown::draw(&audit, STYLE).into_bytes());
    texts.insert("audit.json".into(), shown::to_json(&audit).into_bytes());
    let outputs = match wanted.outputs {
        true => Outputs::find(&place, &id, &events, mask(examined.plan.as_ref(), wanted.inputs)?),
        false => Outputs::none("they were not asked for"),
    };
    missing.extend(outputs.missing);
    Ok(Evidence { id, audit, missing, texts, traces: outputs.traces })
}

/// Why no record of a run's end can be held against its journal.
const LET_GO: &str = "the run was let go of when its journal could not be read to its end; let-go.json is what the state \
                      recorded then";

fn no_record(record: &Recorded) -> &'static str {
    match record {
        Recorded::NotYet => "the run is open; its record is written when it ends",
        Recorded::Unreadable(_) => "the state cannot be read",
        _ => "the state has no record of this run",
    }
}

/// Copies plan and journal into `scratch`; what cannot be read is told by the check of what is there.
fn copy(folder: &Path, scratch: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut names = vec![runs::PLAN.to_string(), runs::BEGUN.to_string()];
    for file in journal::files(&folder.join(runs::JOURNAL)).unwrap_or_default() {
        names.push(format!("{}/{:06}.jsonl", runs::JOURNAL, file.number));
    }
    let failed = |name: &str, e: &io::Error| {
        Failure::error(format!("cannot copy {}: {e}", folder.join(name).display()))
    };
    let mut texts = BTreeMap::new();
    for name in names {
        let bytes = match disk::read(&folder.join(&name), LIMIT) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => return Err(failed(&name, &e)),
        };
        let path = scratch.join(&name);
        let written =
            disk::make_folder(disk::folder_of(&path)).and_then(|()| disk::write_atomic(&path, &bytes));
        written.map_err(|e| failed(&name, &e))?;
        if name != runs::BEGUN {
            texts.insert(name, bytes);
        }
    }
    if texts.is_empty() && !folder.is_dir() {
        return Err(Failure::error(format!(
            "there is no run {}",
            folder.file_name().unwrap_or_default().display()
        ))
        .hint("`patchform run list` shows all runs"));
    }
    Ok(texts)
}

/// What hides the plan's secrets; `Ok(None)` when it cannot be told whether there are any.
fn mask(plan: Option<&Plan>, inputs: &Inputs) -> Result<Option<outputs::Hiding>, Failure> {
    let Some(plan) = plan else { return Ok(None) };
    if !secrets::has_any(plan) {
        return Ok(Some(outputs::Hiding::Nothing));
    }
    let known = secrets::again(plan, inputs).map_err(|failure| {
        failure.hint("or leave out what the run's commands printed, which may hold it: --without-outputs")
    })?;
    Ok(Some(outputs::Hiding::These(known.mask())))
}

impl Evidence {
    /// The file it is written to unless another one is named.
    pub fn file_name(&self) -> String {
        format!("patchform-run-{}.tar.gz", self.id)
    }

    /// Writes the archive. The same run gives the same bytes.
    ///
    /// # Errors
    /// Those of reading what the run's commands printed, and of writing.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut archive = Archive::new(out);
        let mut sums = BTreeMap::new();
        let readme = [("README.txt".to_string(), self.readme().into_bytes())];
        let mut add = |archive: &mut Archive<_>, name: &str, bytes: &[u8]| {
            sums.insert(name.to_string(), digest::of_bytes(bytes));
            archive.add(&format!("patchform-run-{}/{name}", self.id), bytes)
        };
        for (name, bytes) in readme.iter().map(|(name, bytes)| (name, bytes)).chain(&self.texts) {
            add(&mut archive, name, bytes)?;
        }
        for trace in &self.traces {
            add(&mut archive, &trace.name, &trace.read()?)?;
        }
        let list: String = sums.iter().map(|(name, sum)| format!("{sum}  ./{name}\n")).collect();
        archive.add(&format!("patchform-run-{}/SHA256SUMS", self.id), list.as_bytes())?;
        archive.finish()
    }

    fn readme(&self) -> String {
        let verdict = match &self.audit.broken {
            None => "Its hash chain was intact when this was exported.".to_string(),
            Some(broken) => format!(
                "ITS HASH CHAIN WAS BROKEN when this was exported, at {}: see audit.txt.",
                broken.file
            ),
        };
        let ended = self.audit.ended || self.texts.contains_key("record.json");
        let state = match (ended, &self.audit.broken) {
            (true, _) => "The run has ended.",
            (false, None) => "The run had not ended: what is in here is what it had done so far.",
            (false, Some(_)) => "Whether the run had ended cannot be told.",
        };
        let missing: String = self.missing.iter().map(|what| format!("  {what}\n")).collect();
        let missing =
            if missing.is_empty() { String::new() } else { format!("\nWhat is missing\n{missing}") };
        let recipe: Vec<String> =
            RECIPE.lines().map(|line| format!("    {line}").trim_end().to_string()).collect();
        let outputs = "secrets are masked, and what was fed to them is left out";
        README
            .replace("{run}", &self.id)
            .replace("{verdict}", &verdict)
            .replace("{state}", state)
            .replace("{outputs}", outputs)
            .replace("{missing}", &missing)
            .replace("{recipe}", &recipe.join("\n"))
    }
}
