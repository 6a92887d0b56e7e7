//! The table of nftables on a component's host: loaded under a dead man's switch, looked at, and lifted.

use super::{PATIENCE, PAUSE};
use crate::config::checked;
use crate::engine::perform::Tools;
use crate::plan::blocking::{self, Seen};
use crate::plan::noun::Entry;
use crate::run::decide::Begin;
use crate::target::Targets;
use crate::target::question::Question;
use crate::world::clock;
use patchform_sdk::detached::safe_id;
use patchform_sdk::ended::millis;
use patchform_sdk::host::Host as _;
use patchform_sdk::line::beginning;
use patchform_sdk::message::{
    Connection, RpcError, Switch, TargetAwait, TargetAwaited, TargetCommand, TargetConfirm, TargetRun,
    TargetRunOrRevert,
};
use std::collections::BTreeMap;
use std::time::Duration;

const RULES: &str = include_str!("rules.sh");
const LOOK: &str = include_str!("look.sh");
const LOAD: &str = include_str!("load.sh");
const LIFT: &str = include_str!("lift.sh");
/// Unless the tool gets in by a new connection within this time, the host lets everybody in again by itself.
pub(super) const WITHIN: Duration = Duration::from_secs(30);

/// How it stands with the way in where that was not proved.
pub(super) enum Kept {
    /// Nothing was loaded.
    Refused(String),
    /// The tool was shut out, and the host took that back.
    ShutOut(String),
    Unknown(String),
}

impl Tools {
    /// Begins to load the table; unless its way in is confirmed, the host lifts it again.
    pub(super) fn load(&self, begin: &Begin, entry: &Entry, rules: &str) -> Result<(), RpcError> {
        let table = self.table(entry);
        let run = TargetRun {
            id: self.id(begin),
            connection: (&entry.connection).into(),
            argv: script(LOAD, &[&table, &self.run]),
            env: BTreeMap::new(),
            cwd: None,
            stdin: rules.into(),
            ephemeral: false,
            fresh: false,
        };
        let revert = TargetCommand { argv: script(LIFT, &[&table, &self.run]), ..TargetCommand::default() };
        self.targets.run_or_revert(&TargetRunOrRevert { run, revert, within: millis(WITHIN) }).map(drop)
    }

    /// Confirms over a new connection that the tool still gets in, once the table is loaded.
    pub(super) fn way_in(&self, begin: &Begin, entry: &Entry, patience: Duration) -> Result<(), Kept> {
        let unknown = |e: RpcError| Kept::Unknown(e.message);
        let id = self.id(begin);
        let connection = Connection::from(&entry.connection);
        let wait = TargetAwait { id: id.clone(), connection: connection.clone(), timeout: millis(patience) };
        let began = clock::steady();
        let mut cause = String::new();
        // Over the old connection nothing may come any more: then the new one tells.
        let failed = match self.targets.wait(&wait).map(|standing| standing.command) {
            Ok(TargetAwaited::Exited { code: 0, .. }) => None,
            Ok(TargetAwaited::Exited { stderr, .. }) => Some(format!("nft: {}", stderr.trim())),
            Ok(TargetAwaited::Running) => return Err(Kept::Unknown("nft does not end".into())),
            Ok(TargetAwaited::Unknown | TargetAwaited::Lost { .. }) => Some("nft was cut off".into()),
            Err(e) => {
                cause = e.message;
                None
            }
        };
        let confirm = TargetConfirm {
            id,
            connection,
            revert: failed.is_some(),
            check: None,
            timeout: millis(PATIENCE),
        };
        loop {
            match self.targets.confirm_or_revert(&confirm) {
                Ok(confirmed) => {
                    return match (failed, confirmed.switch) {
                        (Some(why), Some(Switch::Reverted { code: 0, .. })) => Err(Kept::Refused(why)),
                        (Some(why), _) => Err(Kept::Unknown(why)),
                        (None, Some(Switch::Confirmed)) => Ok(()),
                        (None, _) => Err(Kept::ShutOut(format!(
                            "the tool did not get in by a new connection in time, and the host let everybody in again by itself {cause}"
                        ))),
                    };
                }
                Err(e) if began.elapsed() > WITHIN.saturating_mul(2) => return Err(unknown(e)),
                Err(e) => cause = format!("({})", e.message),
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Takes the table away; what the host says of its other rules since it was loaded.
    ///
    /// # Errors
    /// Nobody knows whether it is gone.
    pub(super) fn lift(&self, entry: &Entry) -> Result<String, String> {
        asked(&self.targets, &entry.connection, &script(LIFT, &[&self.table(entry), &self.run]))
    }

    /// How the host stands before anything is done.
    pub(super) fn seen(&self, entry: &Entry) -> Result<Seen, String> {
        look(&self.targets, &entry.connection, &self.table(entry))
    }

    pub(super) fn table(&self, entry: &Entry) -> String {
        blocking::table(&self.plan.lineage, &entry.address.to_string())
    }

    fn id(&self, begin: &Begin) -> String {
        safe_id(&begin.action.id(&self.run, begin.attempt))
    }
}

/// How a host stands where `table` is to keep customers out.
///
/// # Errors
/// It cannot be asked, or cannot keep anybody out: with the way out.
pub(super) fn look(targets: &Targets, at: &checked::Connection, table: &str) -> Result<Seen, String> {
    let said = asked(targets, at, &script(LOOK, &[table]))?;
    Seen::read(&said).ok_or_else(|| format!("the host answered what was not asked: {said:?}"))
}

fn asked(targets: &Targets, at: &checked::Connection, argv: &[String]) -> Result<String, String> {
    let mut question = Question::of(targets, at, argv, PATIENCE);
    question.called = "nft".into();
    let answered = question.ask()?;
    match (answered.code, answered.stderr.trim()) {
        (0, _) => Ok(answered.stdout),
        (code, "") => Err(format!("the host answered with code {code}")),
        (_, said) => Err(blocking::way_out(&beginning(said.as_bytes()))),
    }
}

fn script(text: &str, arguments: &[&str]) -> Vec<String> {
    // Programs of the administrator are not on everybody's path.
    let text = format!("PATH=$PATH:/usr/sbin:/sbin\n{RULES}{text}");
    let words = ["sh", "-c", &text, "patchform"].into_iter().chain(arguments.iter().copied());
    words.map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::RULES;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    /// What the function `rules` prints of a ruleset that is as long, odd or cut off as this one.
    fn told(ruleset: &str) -> Vec<String> {
        // Only the shell's own `nft`, so that no real one is asked.
        let text = format!("nft() {{ cat; }}\n{}\nrules", RULES.replace("command -v \"$program\"", "true"));
        let mut child = Command::new("sh")
            .args(["-c", &text])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let ruleset = ruleset.to_string();
        let feed = std::thread::spawn(move || stdin.write_all(ruleset.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let _ = feed.join();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_string).collect()
    }

    #[test]
    fn rules_are_told_with_their_places_and_own_tables_are_not() {
        let said = told(
            "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\ttcp dport 23 drop\n\t}\n}\n\
             table inet patchform_0123456789ab {\n\tchain customers {\n\t\tiif \"lo\" accept\n\t}\n}\n\
             table ip nat {\n\tchain x {\n\t\tmasquerade\n\t}\n}\n",
        );
        assert_eq!(
            said,
            [
                "inet filter input: type filter hook input priority filter; policy accept;",
                "inet filter input: tcp dport 23 drop",
                "ip nat x: masquerade",
            ]
        );
    }

    #[test]
    fn elements_stand_one_by_one_and_those_that_come_and_go_do_not_count() {
        let said = told(
            "table inet f {\n\tset bad {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.1,\n\t\t\t     192.0.2.2 }\n\t}\n\
             \tset seen {\n\t\ttype ipv4_addr\n\t\tflags dynamic,timeout\n\t\telements = { 192.0.2.9 timeout 1m,\n\t\t\t     192.0.2.8 timeout 1m }\n\t}\n\
             \tset one {\n\t\ttype inet_service\n\t\telements = { 22 }\n\t}\n}\n",
        );
        assert_eq!(
            said,
            [
                "inet f bad: type ipv4_addr",
                "inet f bad: element 192.0.2.1",
                "inet f bad: element 192.0.2.2",
                "inet f seen: type ipv4_addr",
                "inet f seen: flags dynamic,timeout",
                "inet f one: type inet_service",
                "inet f one: element 22",
            ]
        );
    }

    #[test]
    fn damaged_and_huge_rulesets_end_and_lose_nothing_that_is_no_element() {
        assert_eq!(told(""), Vec::<String>::new());
        assert_eq!(told("nonsense\n}}}\n"), [" : nonsense", " : }}}"]);
        // Cut off in the middle of a set.
        assert_eq!(told("table inet f {\n\tset a {\n\t\telements = { 1, 2").len(), 2);
        let many: String = (0..50_000).map(|i| format!("\t\ttcp dport {} drop\n", i % 65_535)).collect();
        let all = told(&format!("table inet f {{\n\tchain c {{\n{many}\t}}\n}}\n"));
        assert_eq!(all.len(), 50_000);
    }
}
