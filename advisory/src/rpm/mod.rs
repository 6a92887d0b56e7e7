//! The advisories of rpm repositories: `repomd.xml` and the `updateinfo.xml` that it names.

mod shape;

pub mod repomd;
pub mod updateinfo;
