//! YAML: `yamlencode`, `yamldecode`, as Terraform writes and reads it.

use super::Takes::Text;
use super::text::text;
use super::{Function, nullable, param, plain};
use crate::config::value::Value;

mod decode;
mod encode;
mod scalar;

pub(super) const FUNCTIONS: &[Function] = &[
    plain("yamlencode", &[nullable("value")], |a| Ok(Value::string(encode::to_yaml(&a[0])))),
    plain("yamldecode", &[param("text", Text)], |a| decode::from_yaml(text(a, 0))),
];
