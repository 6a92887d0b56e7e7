//! What one argument alone makes wrong, whatever the others will be: a pattern, a format, a base. The function is asked,
//! with others in place of what is not known that it would take.

use super::call::Called;
use super::room::Room;
use super::{Guess, Reading, Sort};
use crate::config::convert::convert;
use crate::config::functions::{Fault, Work, groups};
use crate::config::types::Type;
use crate::config::value::{Entries, Value};

/// A point in time that is in order.
const TIME: &str = "2026-01-02T03:04:05Z";

/// A function, those of its arguments that can be wrong by themselves, and arguments that it takes: as texts, which become
/// what its parameters want.
const ALONE: [(&str, &[usize], &[&str]); 15] = [
    ("replace", &[1], &["", "", ""]),
    ("formatdate", &[0, 1], &["YYYY", TIME]),
    ("timeadd", &[0, 1], &[TIME, "1h"]),
    ("timecmp", &[0, 1], &[TIME, TIME]),
    ("parseint", &[1], &["0", "10"]),
    ("indent", &[0], &["0", ""]),
    ("substr", &[1, 2], &["", "0", "0"]),
    ("cidrhost", &[0], &["10.0.0.0/8", "0"]),
    ("cidrsubnet", &[0, 1], &["::/0", "0", "0"]),
    ("cidrsubnets", &[0], &["::/0", "1"]),
    ("log", &[0, 1], &["2", "2"]),
    ("uuidv5", &[0], &["dns", "a"]),
    ("textencodebase64", &[1], &["", "UTF-8"]),
    ("textdecodebase64", &[1], &["", "UTF-8"]),
    ("versioncmp", &[0], &["semver", "1.0.0", "1.0.0"]),
];

impl Reading {
    pub(super) fn literals(&mut self, called: &Called<'_>, room: &Room<'_>) {
        let fault = match called.function.name {
            "regex" | "regexall" => pattern(called),
            "format" => format(called),
            _ => alone(called),
        };
        fault.into_iter().for_each(|fault| self.fault(called, fault, room));
    }
}

fn pattern(called: &Called<'_>) -> Option<Fault> {
    called.args.first()?.as_known()?.as_str().and_then(|pattern| groups(pattern).err())
}

fn alone(called: &Called<'_>) -> Option<Fault> {
    let (_, alone, good) = ALONE.iter().find(|(name, ..)| *name == called.function.name)?;
    let given = |index: usize, arg: &Guess| match arg {
        Guess::Known(value) => Some(value.clone()),
        _ => {
            let text = Value::string(*good.get(index).or(good.last())?);
            let ty = called.function.param(index)?.takes.ty();
            convert(&text, &ty).ok()
        }
    };
    let values: Option<Vec<Value>> =
        called.args.iter().enumerate().map(|(index, arg)| given(index, arg)).collect();
    complaint(called, &values?).filter(|fault| {
        let is_known = |index: usize| called.args.get(index).is_some_and(|arg| arg.as_known().is_some());
        fault.argument.is_some_and(|index| alone.contains(&index) && is_known(index))
    })
}

/// A format is wrong where it is for numbers and for truth values alike: a text may become either. Of what is not known it
/// is not asked whether it fits, unless that is a list, a map or the like.
fn format(called: &Called<'_>) -> Option<Fault> {
    called.args.first()?.as_known()?;
    let with = |text: &str| -> Option<Fault> {
        let value = |arg: &Guess| match arg {
            Guess::Known(value) => value.clone(),
            Guess::Of(Type::Number) => Value::number(0_i64),
            Guess::Of(Type::Bool) => Value::bool(true),
            Guess::Of(Type::List(_)) => Value::list(Vec::new()),
            Guess::Of(Type::Set(_)) => Value::set(Vec::new()),
            Guess::Of(Type::Map(_)) => Value::map(Entries::new()),
            Guess::Tuple(_) => Value::tuple(Vec::new()),
            Guess::Object(_) => Value::object(Entries::new()),
            _ => Value::string(text),
        };
        complaint(called, &called.args.iter().map(value).collect::<Vec<_>>())
    };
    let (first, second) = (with("0")?, with("true")?);
    let arg = called.args.get(first.argument?)?;
    let is_settled = match arg {
        Guess::Known(_) => true,
        open => matches!(open.sort(), Sort::Sequence | Sort::Table),
    };
    (first.argument == second.argument && is_settled).then_some(first)
}

fn complaint(called: &Called<'_>, values: &[Value]) -> Option<Fault> {
    match called.function.work {
        Work::Plain(work) => work(values).err(),
        _ => None,
    }
}
