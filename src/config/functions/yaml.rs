//! YAML: `yamlencode`, `yamldecode`, as Terraform writes and reads it.

use super::Takes::Text;
use super::text::text;
use super::{Function, nullable, param, plain};
use crate::config::value::Value;

mod decode;
mod encode;
mod scalar;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("yamlencode", &[nullable("value")], |a| Ok(Value::string(encode::to_yaml(&a[0]))))
        .told(
            "the value as YAML",
            "yamlencode({ port = 80, tags = [\"a\"] })",
            "<<EOT\n\"port\": 80\n\"tags\":\n- \"a\"\n\nEOT",
        )
        .gives("string", &["any value"]),
    plain("yamldecode", &[param("text", Text)], |a| decode::from_yaml(text(a, 0)))
        .told(
            "the value that a text of YAML writes: one document, whose aliases and merged \
maps are followed",
            "yamldecode(\"port: 80\")",
            "{\n  \"port\" = 80\n}",
        )
        .gives("any", &["a text in YAML, of one document"]),
];
