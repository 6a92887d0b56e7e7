//! Functions that Terraform has and patchform refuses, each with its reason.

use super::{Function, Rule, Work, nullable};

const CLOCK: &str = "a plan must not depend on the clock: two people who plan one commit must get the same plan. Pass the time in as a variable";
const CHANCE_ID: &str = "a plan must not depend on chance: two people who plan one commit must get the same plan. Use uuidv5(), which makes the same UUID of the same name";
const CHANCE: &str = "a plan must not depend on chance: two people who plan one commit must get the same plan. Pass the value in as a variable";
const KEY: &str = "it needs a private key in the configuration, and no library for it is free of known flaws. Decrypt before, with openssl pkeyutl -decrypt, and pass the secret in as a sensitive variable";

pub(super) const FUNCTIONS: &[Function] = &[
    no("timestamp", CLOCK),
    no("plantimestamp", CLOCK),
    no("uuid", CHANCE_ID),
    no("bcrypt", CHANCE),
    no("rsadecrypt", KEY),
];

const fn no(name: &'static str, why: &'static str) -> Function {
    Function::new(name, &[], Rule::Free, Work::Refused(why)).and(nullable("values"))
}
