//! Types as text, as they would be written in a configuration. Types share their parts, so that a small one may be very long
//! when written out: whoever shows it says how long it may be.

use super::{Field, Type};
use std::fmt::{self, Write};

/// So much of a type is shown in a message, in bytes.
const SHOWN: usize = 240;

impl Type {
    /// Its text; `None` if that has more than `most` bytes.
    pub(in crate::config) fn written(&self, most: usize) -> Option<String> {
        let mut text = Bounded { text: String::new(), most };
        write!(text, "{self}").ok().map(|()| text.text)
    }

    /// Its sort in words, without what is in it: the names in the type of a secret are secret too.
    pub(in crate::config) fn sort(&self) -> &'static str {
        match self {
            Type::Any => "a value",
            Type::Bool => "a bool",
            Type::Number => "a number",
            Type::String => "a string",
            Type::List(_) => "a list",
            Type::Set(_) => "a set",
            Type::Map(_) => "a map",
            Type::Object(_) => "an object",
            Type::Tuple(_) => "a tuple",
        }
    }

    /// Its text for a message; a long one ends with an ellipsis.
    pub(in crate::config) fn brief(&self) -> String {
        let mut text = Bounded { text: String::new(), most: SHOWN };
        match write!(text, "{self}") {
            Ok(()) => text.text,
            Err(fmt::Error) => text.text + "…",
        }
    }
}

/// A text that ends where it would become too long.
struct Bounded {
    text: String,
    most: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if self.text.len() + more.len() > self.most {
            return Err(fmt::Error);
        }
        self.text.push_str(more);
        Ok(())
    }
}

impl fmt::Display for Type {
    /// As it would be written in a configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::Bool => f.write_str("bool"),
            Type::Number => f.write_str("number"),
            Type::String => f.write_str("string"),
            Type::List(of) => write!(f, "list({of})"),
            Type::Set(of) => write!(f, "set({of})"),
            Type::Map(of) => write!(f, "map({of})"),
            Type::Tuple(types) => {
                f.write_str("tuple([")?;
                for (i, ty) in types.iter().enumerate() {
                    write!(f, "{}{ty}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("])")
            }
            Type::Object(fields) if fields.is_empty() => f.write_str("object({})"),
            Type::Object(fields) => {
                f.write_str("object({ ")?;
                for (i, (name, field)) in fields.iter().enumerate() {
                    write!(f, "{}{name} = {field}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(" })")
            }
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.default, self.optional) {
            (Some(default), _) => write!(f, "optional({}, {})", self.ty, default.brief()),
            (None, true) => write!(f, "optional({})", self.ty),
            (None, false) => self.ty.fmt(f),
        }
    }
}
