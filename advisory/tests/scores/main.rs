//! Scores, catalogues and decision tables beside the right answers of others.

#[path = "../corpus/mod.rs"]
mod corpus;

mod cve5;
mod cvss;
mod epss;
mod kev;
mod policy;
mod ssvc;
