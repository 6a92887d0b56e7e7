//! CVSS: scores computed from a vector, of versions 2.0, 3.0, 3.1 and 4.0.
//!
//! A published number is never trusted: of 1,836 distinct vectors of version 3.1 in real CVE records 169 stand beside
//! another number, mostly the temporal score where the base score belongs. So a [`Vector`] is read, its scores are
//! computed, and [`Agreement`] says how a published number relates to them.
//!
//! Sources: the [guide of 2.0](https://www.first.org/cvss/v2/guide), the specifications of
//! [3.0](https://www.first.org/cvss/v3.0/specification-document),
//! [3.1](https://www.first.org/cvss/v3.1/specification-document) and
//! [4.0](https://www.first.org/cvss/v4.0/specification-document). The equations of 2.0 and
//! 4.0 are those of the crate `cvss`. Those of version 3 stand here, since that crate rounds some vectors of 3.0 a tenth
//! too high; and so does the check of a vector's form, since that crate accepts one without mandatory metrics.

mod agreement;
mod metric;
mod score;
mod third;
mod vector;

pub use agreement::Agreement;
pub use metric::{Group, Version};
pub use score::{Score, Severity};
pub use vector::{MOST_BYTES, Vector, VectorError};
