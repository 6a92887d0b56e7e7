//! Whether all is well after a patch, or after going back: everything that was touched is configured, and its services run.

use crate::answer;
use crate::arguments::{Arguments, packages};
use crate::look::LOOK;
use crate::manager::Manager;
use crate::pins::Pins;
use crate::reading::{BROKEN, Facts};
use crate::script::{Call, Script};
use patchform_sdk::Context;
use patchform_sdk::message::{Act, Answer, Done, Verdict};

/// Answers `verify`.
pub fn verify(manager: &'static Manager, arguments: &Arguments, act: &Act, context: &Context) -> Answer {
    let level = packages(act.level.as_ref());
    let pins = match Pins::of(manager, &act.artifacts) {
        Ok(pins) => pins,
        Err(why) => return Answer::refused(why),
    };
    let stdin = arguments.named().iter().map(|unit| format!("unit {unit}\n")).collect();
    let call = Call { manager, script: Script::Verify, arguments: pins.asked(level.keys()), stdin };
    let verdict = match call.ask(&act.subject, LOOK, context) {
        Err(why) => Verdict::Inconclusive { why },
        Ok(lines) => judge(manager, &lines, &level.into_iter().collect::<Vec<_>>()),
    };
    Answer::Applied(Done { verdict: Some(verdict), ..Done::default() })
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
