//! Readers and matching against the right answers of others: each module is one kind of data.

#[path = "../corpus/mod.rs"]
mod corpus;

mod debian;
mod installed;
mod osv;
mod rpm;
