//! Whether all is well after a patch, or after going back: everything that was touched is configured, and its services run.

use crate::answer;
use crate::arguments::{Arguments, packages};
use crate::look::LOOK;
use crate::manager::Manager;
use crate::pins::Pins;
use crate::reading::{BROKEN, Facts};
use crate::script::{Call, Script};
use patchform_sdk::Context;
use patchform_sdk::message::{Act, Answer, Done, Subject, Verdict};
use std::time::{Duration, Instant};

/// How long a host that answers those who are in may let nobody else in: its sshd may just be restarted.
const SHUT: Duration = Duration::from_secs(8);
/// The pause before a login is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// How long an answer over a new connection may take.
const ANEW: Duration = Duration::from_secs(20);

/// Answers `verify`.
pub fn verify(manager: &'static Manager, arguments: &Arguments, act: &Act, context: &Context) -> Answer {
    let level = packages(act.level.as_ref());
    let pins = match Pins::of(manager, &act.artifacts) {
        Ok(pins) => pins,
        Err(why) => return Answer::refused(why),
    };
    let stdin = arguments.named().iter().map(|unit| format!("unit {unit}\n")).collect();
    let call = Call { manager, script: Script::Verify, arguments: pins.asked(level.keys()), stdin };
    let verdict = match look(&call, &act.subject, context) {
        Err(verdict) => verdict,
        Ok(lines) => judge(manager, &lines, &level.into_iter().collect::<Vec<_>>()),
    };
    Answer::Applied(Done { verdict: Some(verdict), ..Done::default() })
}

/// Asks over a new connection: a patch may let nobody in any more, while the shared one goes on.
///
/// # Errors
/// The verdict where there is no answer: ill where the shared connection still has one.
fn look(call: &Call, subject: &Subject, context: &Context) -> Result<Vec<Vec<String>>, Verdict> {
    let began = Instant::now();
    loop {
        let why = match call.ask_anew(subject, ANEW, context) {
            Ok(lines) => return Ok(lines),
            Err(why) => why,
        };
        if call.ask(subject, LOOK, context).is_err() {
            return Err(Verdict::Inconclusive { why });
        }
        if began.elapsed() >= SHUT {
            return Err(Verdict::Ill { why: format!("the host lets nobody in any more: {why}") });
        }
        std::thread::sleep(AGAIN);
    }
}

fn judge(manager: &'static Manager, lines: &[Vec<String>], level: &[(String, String)]) -> Verdict {
    let facts = Facts::of(manager, lines);
    let mut wrong: Vec<String> = Vec::new();
    for (name, version) in level {
        match facts.package(name) {
            None => wrong.push(format!("{name} is not installed")),
            // What was not whole before is so again.
            Some(p) if p.level() == *version => {}
            Some(p) if p.version != *version => {
                wrong.push(format!("{name} is at {}, not at {version}", p.version))
            }
            Some(_) => {}
        }
    }
    let was_broken = level.iter().any(|(_, version)| version.ends_with(BROKEN));
    if was_broken {
        return if wrong.is_empty() { Verdict::Healthy } else { Verdict::Ill { why: wrong.join("; ") } };
    }
    let broken =
        facts.packages().iter().filter_map(|p| Some(format!("{} {} is {}", p.name, p.version, p.broken()?)));
    wrong.extend(broken);
    wrong.extend(answer::of(lines, "ill", 1).map(|words| match words.get(1) {
        Some(how) => format!("{} does not run ({how})", words[0]),
        None => format!("{} does not run", words[0]),
    }));
    if wrong.is_empty() { Verdict::Healthy } else { Verdict::Ill { why: wrong.join("; ") } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;

    #[test]
    fn what_is_wrong_is_named() {
        let said = |body: &str| {
            let lines = answer::lines(&format!("patchform-answer\nnative amd64\n{body}\nend\n")).unwrap();
            match judge(&SAMPLE, &lines, &[("app".into(), "2".into())]) {
                Verdict::Ill { why } => why,
                other => format!("{other:?}"),
            }
        };
        assert_eq!(said("package app amd64 2 ii\npackage lib all 1 hi"), "Healthy");
        assert_eq!(said(""), "app is not installed");
        assert_eq!(said("package app amd64 1 ii"), "app is at 1, not at 2");
        assert_eq!(said("package app amd64 2 ii\npackage lib all 1 iF"), "lib 1 is half configured");
        assert_eq!(
            said("package app amd64 2 ii\nill app.service exit-code"),
            "app.service does not run (exit-code)"
        );
    }
}
