//! Values of the language: cheap to clone, sorted, with the marks of the secrets that they hold or derive from.

use super::number::Number;
use super::types::Type;
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_normalization::{UnicodeNormalization, is_nfc};

mod brief;
mod hidden;
mod json;
mod order;
mod sequence;
mod table;

pub use super::marks::Marks;
pub use hidden::HiddenType;
pub use sequence::Sequence;
pub use table::Table;

/// The deepest nesting of lists and maps that a value may have; deeper ones are refused where they are made.
pub const MAX_DEPTH: u16 = 200;
/// The largest value, in bytes as it would be written out. Parts are shared in memory, so that a few lines could
/// otherwise make a value that nobody can write, compare or convert.
pub const MAX_WEIGHT: u64 = 128 << 20;

/// Entries of a map or an object while they are gathered, sorted by key.
pub type Entries = BTreeMap<Arc<str>, Value>;

/// A value and its marks. Cloning costs two reference counts at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    data: Data,
    marks: Marks,
}

/// What a value is, marks aside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Data {
    /// `null`, and of what type.
    Null(HiddenType),
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text in Unicode's normal form C.
    String(Arc<str>),
    /// Elements of one type, in order.
    List(Arc<Sequence>),
    /// Elements of one type, sorted, each once.
    Set(Arc<Sequence>),
    /// Elements of any types: what `[…]` makes.
    Tuple(Arc<Sequence>),
    /// Entries of one type.
    Map(Arc<Table>),
    /// Entries of any types: what `{…}` makes.
    Object(Arc<Table>),
    /// A block that is named, not read: what `rollout.careful` means.
    Block(Arc<BlockName>),
}

/// A block that other blocks name: a rollout, a vendor.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockName {
    /// `rollout`, `vendor`.
    pub kind: &'static str,
    /// Which instance of a module declares it, by the checker's count.
    pub owner: usize,
    /// Its label.
    pub name: Arc<str>,
}

/// What is known about everything inside a collection, so that nobody has to walk it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Inside {
    depth: u16,
    sensitive: bool,
    weight: u64,
}

impl Inside {
    fn of<'a>(values: impl Iterator<Item = &'a Value>) -> Inside {
        values.fold(Inside { depth: 1, sensitive: false, weight: 8 }, |all, v| Inside {
            depth: all.depth.max(v.depth().saturating_add(1)),
            sensitive: all.sensitive || v.is_sensitive(),
            weight: all.weight.saturating_add(v.weight()),
        })
    }
}

impl Default for Value {
    fn default() -> Self {
        Value::NULL
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Value { data, marks: Marks::NONE }
    }
}

impl Value {
    /// `null` of no type in particular.
    pub const NULL: Value = Value { data: Data::Null(HiddenType(Type::Any)), marks: Marks::NONE };

    /// `null` of a type.
    pub fn null(ty: Type) -> Value {
        Data::Null(HiddenType(ty)).into()
    }

    /// A string; brought into normal form C.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        let text: Arc<str> = text.into();
        Data::String(if is_normal(&text) { text } else { text.nfc().collect::<String>().into() }).into()
    }

    /// A number.
    pub fn number(n: impl Into<Number>) -> Value {
        Data::Number(n.into()).into()
    }

    /// `true` or `false`.
    pub fn bool(b: bool) -> Value {
        Data::Bool(b).into()
    }

    /// A list; the caller answers for the elements being of one type.
    pub fn list(items: Vec<Value>) -> Value {
        Data::List(Sequence::of(items)).into()
    }

    /// A tuple.
    pub fn tuple(items: Vec<Value>) -> Value {
        Data::Tuple(Sequence::of(items)).into()
    }

    /// A set: sorts the elements and keeps each once. Marks cannot stay on single elements, since they would betray
    /// which one it is: they go to the whole set.
    pub fn set(items: Vec<Value>) -> Value {
        let marks = items.iter().fold(Marks::NONE, |all, item| all.and(&item.deep_marks()));
        let mut items: Vec<Value> = items.into_iter().map(|item| item.unmarked_deep()).collect();
        order::sort(&mut items);
        items.dedup();
        Value { data: Data::Set(Sequence::of(items)), marks }
    }

    /// The elements of a list, a set or a tuple as a list that shares them; the caller answers for their being of one type.
    pub(super) fn relisted(&self) -> Option<Value> {
        match &self.data {
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => Some(Data::List(s.clone()).into()),
            _ => None,
        }
    }

    /// The entries of a map or an object as a map that shares them; the caller answers for their being of one type.
    pub(super) fn remapped(&self) -> Option<Value> {
        match &self.data {
            Data::Map(t) | Data::Object(t) => Some(Data::Map(t.clone()).into()),
            _ => None,
        }
    }

    /// It, where it is a list, a set or a map: of elements of this type, which is asked for only if there are none to tell.
    pub fn holding(self, of: impl FnOnce() -> Type) -> Value {
        let data = match self.data {
            Data::List(s) if s.items.is_empty() => Data::List(Sequence::empty(of())),
            Data::Set(s) if s.items.is_empty() => Data::Set(Sequence::empty(of())),
            Data::Map(t) if t.is_empty() => Data::Map(Table::empty(of())),
            other => other,
        };
        Value { data, ..self }
    }

    /// The type of the elements of an empty list, set or map; of others it is open.
    pub(super) fn hidden_type(&self) -> &Type {
        match &self.data {
            Data::List(s) | Data::Set(s) => &s.of.0,
            Data::Map(t) => &t.of.0,
            _ => &Type::Any,
        }
    }

    /// A map; the caller answers for the values being of one type.
    pub fn map(entries: Entries) -> Value {
        Data::Map(Table::of(entries)).into()
    }

    /// An object.
    pub fn object(entries: Entries) -> Value {
        Data::Object(Table::of(entries)).into()
    }

    /// An object whose sorted keys are shared by many; the caller answers for there being one value for each.
    pub(super) fn shaped(keys: Arc<[Arc<str>]>, values: Vec<Value>) -> Value {
        Data::Object(Table::shaped(keys, values)).into()
    }

    /// A block that is named.
    pub fn block(kind: &'static str, owner: usize, name: Arc<str>) -> Value {
        Data::Block(Arc::new(BlockName { kind, owner, name })).into()
    }

    /// The block that it names, if it does.
    pub fn as_block(&self) -> Option<&BlockName> {
        match &self.data {
            Data::Block(name) => Some(name),
            _ => None,
        }
    }

    /// The first block that is named by it or inside of it.
    pub fn block_inside(&self) -> Option<&BlockName> {
        self.as_block().or_else(|| self.children().find_map(Value::block_inside))
    }

    /// What it is, marks aside.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The marks of this value itself, not of those inside.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The marks of this value and of all inside.
    pub fn deep_marks(&self) -> Marks {
        if !self.is_inside_sensitive() {
            return self.marks.clone();
        }
        self.children().fold(self.marks.clone(), |all, child| all.and(&child.deep_marks()))
    }

    /// This value with `marks` added.
    pub fn marked(mut self, marks: &Marks) -> Value {
        if marks.is_sensitive() {
            self.marks = self.marks.and(marks);
        }
        self
    }

    /// This value without its own marks; those inside stay.
    pub fn unmarked(mut self) -> Value {
        self.marks = Marks::NONE;
        self
    }

    /// This value without any mark, inside either.
    pub fn unmarked_deep(&self) -> Value {
        if !self.is_inside_sensitive() {
            return self.clone().unmarked();
        }
        let items = |s: &Sequence| Sequence::of(s.items.iter().map(Value::unmarked_deep).collect());
        let table = |t: &Table| t.map(Value::unmarked_deep);
        Value::from(match &self.data {
            Data::List(s) => Data::List(items(s)),
            Data::Set(s) => Data::Set(items(s)),
            Data::Tuple(s) => Data::Tuple(items(s)),
            Data::Map(t) => Data::Map(table(t)),
            Data::Object(t) => Data::Object(table(t)),
            plain => plain.clone(),
        })
    }

    /// Whether it, or anything inside, is sensitive. Costs nothing.
    pub fn is_sensitive(&self) -> bool {
        self.marks.is_sensitive() || self.is_inside_sensitive()
    }

    fn is_inside_sensitive(&self) -> bool {
        match &self.data {
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => s.inside.sensitive,
            Data::Map(t) | Data::Object(t) => t.inside.sensitive,
            _ => false,
        }
    }

    /// How deep lists and maps are nested: 0 for a string. Costs nothing.
    pub fn depth(&self) -> u16 {
        match &self.data {
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => s.inside.depth,
            Data::Map(t) | Data::Object(t) => t.inside.depth,
            _ => 0,
        }
    }

    /// About how many bytes it takes to write it out. Costs nothing.
    pub fn weight(&self) -> u64 {
        match &self.data {
            Data::Null(_) | Data::Bool(_) | Data::Number(_) => 8,
            Data::String(s) => 8 + s.len() as u64,
            Data::Block(_) => 8,
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => s.inside.weight,
            Data::Map(t) | Data::Object(t) => t.inside.weight,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.null_type().is_some()
    }

    /// The type that it would have, if it is `null`.
    pub fn null_type(&self) -> Option<&Type> {
        match &self.data {
            Data::Null(HiddenType(ty)) => Some(ty),
            _ => None,
        }
    }

    /// Whether it is `null` of no type in particular.
    pub(super) fn is_bare_null(&self) -> bool {
        self.null_type() == Some(&Type::Any)
    }

    /// Where the parts of a collection are kept: values that share them have the same place, and others never as long as
    /// both live.
    pub(super) fn place(&self) -> Option<(u8, usize)> {
        match &self.data {
            Data::List(s) => Some((0, Arc::as_ptr(s) as usize)),
            Data::Set(s) => Some((1, Arc::as_ptr(s) as usize)),
            Data::Tuple(s) => Some((2, Arc::as_ptr(s) as usize)),
            Data::Map(t) => Some((3, Arc::as_ptr(t) as usize)),
            Data::Object(t) => Some((4, Arc::as_ptr(t) as usize)),
            _ => None,
        }
    }

    /// Its text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(s) => Some(s),
            _ => None,
        }
    }

    /// Its truth, if it is a bool.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.data {
            Data::Number(n) => Some(n),
            _ => None,
        }
    }

    /// Its elements, if it is a list, a set or a tuple.
    pub fn as_items(&self) -> Option<&[Value]> {
        match &self.data {
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => Some(&s.items),
            _ => None,
        }
    }

    /// Its entries, if it is a map or an object.
    pub fn as_entries(&self) -> Option<&Table> {
        match &self.data {
            Data::Map(t) | Data::Object(t) => Some(t),
            _ => None,
        }
    }

    /// The entry `key` of a map or an object, with this value's marks.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.as_entries()?.get(key).map(|v| v.clone().marked(&self.marks))
    }

    /// The element `index` of a list or a tuple, with this value's marks.
    pub fn at(&self, index: usize) -> Option<Value> {
        match &self.data {
            Data::List(s) | Data::Tuple(s) => s.items.get(index).map(|v| v.clone().marked(&self.marks)),
            _ => None,
        }
    }

    /// Everything directly inside.
    pub fn children(&self) -> impl Iterator<Item = &Value> {
        let items = self.as_items().unwrap_or_default().iter();
        items.chain(self.as_entries().into_iter().flat_map(Table::values))
    }

    /// What it is in a word, with an article: `a string`.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Null(_) => "null",
            Data::Bool(_) => "a bool",
            Data::Number(_) => "a number",
            Data::String(_) => "a string",
            Data::List(_) => "a list",
            Data::Set(_) => "a set",
            Data::Tuple(_) => "a tuple",
            Data::Map(_) => "a map",
            Data::Object(_) => "an object",
            Data::Block(block) if block.kind == "rollout" => "a rollout",
            Data::Block(block) if block.kind == "maintenance_window" => "a maintenance window",
            Data::Block(block) if block.kind == "traffic" => "a traffic block",
            Data::Block(_) => "a vendor",
        }
    }
}

/// Whether a text is in normal form C.
fn is_normal(text: &str) -> bool {
    text.is_ascii() || is_nfc(text)
}

/// A key in normal form C.
pub fn key(text: &str) -> Arc<str> {
    if is_normal(text) { text.into() } else { text.nfc().collect::<String>().into() }
}

/// In quotes, with HCL's escapes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
