//! CVE records, format 5 of the CVE program: state, scores, CISA's points, affected versions, references.
//!
//! Source: the [schema](https://github.com/CVEProject/cve-schema) of 5.0 to 5.2. What is known of a CVE stands in several
//! containers: that of the authority that assigned it (CNA), and those of others that add to it (ADP), such as CISA's with
//! SSVC and KEV. All are kept; which score counts is a [stated rule](Record::chosen).
//!
//! A record borrows the text that it was read from. Its affected versions are for a person and for a search by product:
//! most have no scheme, or a vendor's own, so packages of distributions are never matched with them.

mod affected;
mod choice;
mod container;
mod metric;
mod record;
mod text;

pub use affected::{Affected, Change, Range, Status};
pub use choice::Chosen;
pub use container::{Container, Reference, Role};
pub use metric::Published;
pub use record::{Cve5Error, MOST_BYTES, Record, State};
pub use text::Text;
