//! Readers and matching against the right answers of others: each module is one kind of data.

#[path = "../corpus/mod.rs"]
mod corpus;

mod debian;
mod grype;
mod installed;
mod osv;
mod oval;
mod purl;
mod rpm;
mod trivy;
mod vunnel;
mod yaml;
