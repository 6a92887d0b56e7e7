//! Versions, by the rules of a scheme: `versioncmp`, `versionmatch`.

use super::Takes::Text;
use super::text::text;
use super::{Done, Fault, Function, param, plain};
use crate::config::suggestion;
use crate::config::value::{Value, quoted};
use patchform_versions::{Constraint, ParseError, Scheme, Version};

pub(super) const FUNCTIONS: &[Function] = &[
    plain("versioncmp", &[param("scheme", Text), param("version", Text), param("other", Text)], versioncmp)
        .told(
            "-1, 0 or 1: whether the version is below, equal to or above the other by the \
rules of a scheme",
            "versioncmp(\"dpkg\", \"1.10~rc1\", \"1.10\")",
            "-1",
        )
        .gives(
            "number",
            &["how versions are compared: `natural`, `semver`, `dpkg`, …", "a version", "another one"],
        ),
    plain(
        "versionmatch",
        &[param("scheme", Text), param("version", Text), param("constraint", Text)],
        versionmatch,
    )
    .told(
        "whether the version fulfils a constraint by the rules of a scheme",
        "versionmatch(\"semver\", \"1.4.2\", \"~> 1.2\")",
        "true",
    )
    .gives(
        "bool",
        &[
            "how versions are compared: `natural`, `semver`, `dpkg`, …",
            "a version",
            "conditions such as `>= 2.0, < 3.0`",
        ],
    ),
];

fn scheme(args: &[Value]) -> Result<Scheme, Fault> {
    let name = text(args, 0);
    Scheme::from_name(name).ok_or_else(|| {
        let names = Scheme::ALL.map(Scheme::name);
        let hint = match suggestion::nearest(name, names) {
            Some(near) => format!("did you mean {}?", quoted(near)),
            None => format!("there is: {}", names.join(", ")),
        };
        Fault::at(0, format!("there is no scheme {}; {hint}", quoted(name)))
    })
}

fn version(args: &[Value], index: usize) -> Result<Version, Fault> {
    scheme(args)?.parse(text(args, index)).map_err(|error| fault(index, &error))
}

fn fault(index: usize, error: &ParseError) -> Fault {
    Fault::at(index, error.to_string())
}

fn versioncmp(args: &[Value]) -> Done {
    let scheme = scheme(args)?;
    let (a, b) = (version(args, 1)?, version(args, 2)?);
    let order = scheme.compare(a.as_str(), b.as_str()).map_err(|error| fault(1, &error))?;
    Ok(Value::number(order as i64))
}

fn versionmatch(args: &[Value]) -> Done {
    let scheme = scheme(args)?;
    let constraint = Constraint::parse(scheme, text(args, 2)).map_err(|error| fault(2, &error))?;
    Ok(Value::bool(constraint.matches(&version(args, 1)?)))
}
