//! Functions that Terraform has and patchform refuses, each with its reason.

use super::{Function, Rule, Work, nullable};

const CLOCK: &str = "a plan must not depend on the clock: two people who plan one commit must get the same plan. Pass the time in as a variable";
const CHANCE: &str = "a plan must not depend on chance: two people who plan one commit must get the same plan. Pass the value in as a variable";
const MACHINE: &str =
    "a plan must not depend on the machine that makes it. Write the path relative to the configuration";
const WEAK: &str = "this digest is broken; use sha256()";
const MISSING: &str =
    "this version of patchform does not have it. Compute the value before, and pass it in as a variable";

pub(super) const FUNCTIONS: &[Function] = &[
    no("timestamp", CLOCK),
    no("plantimestamp", CLOCK),
    no("uuid", CHANCE),
    no("bcrypt", CHANCE),
    no("abspath", MACHINE),
    no("pathexpand", MACHINE),
    no("md5", WEAK),
    no("sha1", WEAK),
    no("filemd5", WEAK),
    no("filesha1", WEAK),
    no("sha512", "use sha256()"),
    no("base64sha512", "use base64sha256()"),
    no("filesha512", "use filesha256()"),
    no("filebase64sha512", "use filebase64sha256()"),
    no("base64gzip", MISSING),
    no("fileset", MISSING),
    no("formatdate", MISSING),
    no("timeadd", MISSING),
    no("rsadecrypt", MISSING),
    no("templatestring", "use templatefile(), or write the template where it is needed"),
    no("textencodebase64", MISSING),
    no("textdecodebase64", MISSING),
    no("uuidv5", MISSING),
    no("yamlencode", "use jsonencode(): JSON is valid YAML"),
    no("yamldecode", "use jsondecode() and a JSON file"),
];

const fn no(name: &'static str, why: &'static str) -> Function {
    Function { name, params: &[], rest: Some(nullable("values")), rule: Rule::Free, work: Work::Refused(why) }
}
