//! Version schemes: how each vendor writes, refuses and orders version numbers, and constraints over them.
//!
//! A version has no meaning without its scheme: `1.0~rc1` is older than `1.0` for dpkg and malformed for semver. So
//! every operation starts from a [`Scheme`], and every rule is the one of the scheme's reference program.
//!
//! ```
//! use patchform_versions::{Constraint, Scheme};
//! use std::cmp::Ordering;
//!
//! assert_eq!(Scheme::Dpkg.compare("1:1.0~rc1-1", "1:1.0-1").unwrap(), Ordering::Less);
//! let wanted = Constraint::parse(Scheme::Rpm, ">= 1.20, < 2").unwrap();
//! assert!(wanted.matches(&Scheme::Rpm.parse("1.22.1-9.el9").unwrap()));
//! ```

mod apk;
mod constraint;
mod digits;
mod dpkg;
mod natural;
mod parse_error;
mod rpm;
mod scheme;
mod semver;
mod version;

pub use constraint::{Constraint, Operator};
pub use parse_error::{ParseError, ParseWarning};
pub use rpm::Nevra;
pub use scheme::Scheme;
pub use version::Version;
