//! Values of the language: cheap to clone, sorted, with the marks of the secrets that they hold or derive from.

use super::number::Number;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The deepest nesting of lists and maps that a value may have; deeper ones are refused where they are made.
pub const MAX_DEPTH: u16 = 200;
/// The largest value, in bytes as it would be written out. Parts are shared in memory, so that a few lines could
/// otherwise make a value that nobody can write, compare or convert.
pub const MAX_WEIGHT: u64 = 1 << 30;

/// Entries of a map or an object, sorted by key.
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
    /// `null`
    Null,
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
}

/// Elements, and what is known about them all.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence {
    items: Vec<Value>,
    inside: Inside,
}

/// Entries, and what is known about them all.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Table {
    entries: Entries,
    inside: Inside,
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

/// Whether a value is sensitive, and the sensitive variables that it derives from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marks(Option<Arc<BTreeSet<Arc<str>>>>);

impl Marks {
    /// Not sensitive.
    pub const NONE: Marks = Marks(None);

    /// Sensitive, and derived from the variable `name`.
    pub fn variable(name: &str) -> Marks {
        Marks(Some(Arc::new(BTreeSet::from([Arc::from(name)]))))
    }

    /// Sensitive, from no variable: what the function `sensitive` makes.
    pub fn anonymous() -> Marks {
        Marks(Some(Arc::default()))
    }

    /// Whether the value is sensitive.
    pub fn is_sensitive(&self) -> bool {
        self.0.is_some()
    }

    /// The sensitive variables that it derives from, sorted.
    pub fn variables(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().flat_map(|set| set.iter())
    }

    /// Both together.
    pub fn and(&self, other: &Marks) -> Marks {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) || b.is_subset(a) => self.clone(),
            (Some(a), Some(b)) => Marks(Some(Arc::new(a.union(b).cloned().collect()))),
        }
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Value { data, marks: Marks::NONE }
    }
}

impl Value {
    /// `null`
    pub const NULL: Value = Value { data: Data::Null, marks: Marks::NONE };

    /// A string; brought into normal form C.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        let text: Arc<str> = text.into();
        Data::String(if is_nfc(&text) { text } else { text.nfc().collect::<String>().into() }).into()
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
        // Null stands last, as in Terraform.
        items.sort_by(|a, b| a.is_null().cmp(&b.is_null()).then_with(|| a.cmp(b)));
        items.dedup();
        Value { data: Data::Set(Sequence::of(items)), marks }
    }

    /// A map; the caller answers for the values being of one type.
    pub fn map(entries: Entries) -> Value {
        Data::Map(Table::of(entries)).into()
    }

    /// An object.
    pub fn object(entries: Entries) -> Value {
        Data::Object(Table::of(entries)).into()
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
        let table =
            |t: &Table| Table::of(t.entries.iter().map(|(k, v)| (k.clone(), v.unmarked_deep())).collect());
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
            Data::Null | Data::Bool(_) | Data::Number(_) => 8,
            Data::String(s) => 8 + s.len() as u64,
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => s.inside.weight,
            Data::Map(t) | Data::Object(t) => t.inside.weight,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.data == Data::Null
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
    pub fn as_entries(&self) -> Option<&Entries> {
        match &self.data {
            Data::Map(t) | Data::Object(t) => Some(&t.entries),
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
        items.chain(self.as_entries().into_iter().flat_map(BTreeMap::values))
    }

    /// What it is in a word, with an article: `a string`.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Bool(_) => "a bool",
            Data::Number(_) => "a number",
            Data::String(_) => "a string",
            Data::List(_) => "a list",
            Data::Set(_) => "a set",
            Data::Tuple(_) => "a tuple",
            Data::Map(_) => "a map",
            Data::Object(_) => "an object",
        }
    }

    /// As JSON, secrets in clear: sets and tuples as arrays. Numbers keep every digit where JSON readers do: whole
    /// numbers of 64 bits stay whole, others become the nearest double.
    pub fn to_json(&self) -> Json {
        match &self.data {
            Data::Null => Json::Null,
            Data::Bool(b) => Json::Bool(*b),
            Data::Number(n) => number_to_json(n),
            Data::String(s) => Json::String(s.to_string()),
            Data::List(s) | Data::Set(s) | Data::Tuple(s) => {
                Json::Array(s.items.iter().map(Value::to_json).collect())
            }
            Data::Map(t) | Data::Object(t) => {
                Json::Object(t.entries.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect())
            }
        }
    }

    /// From JSON: arrays become tuples, objects become objects.
    pub fn from_json(json: &Json) -> Value {
        match json {
            Json::Null => Value::NULL,
            Json::Bool(b) => Value::bool(*b),
            Json::Number(n) => match n.to_string().parse::<Number>() {
                Ok(n) => Value::number(n),
                Err(_) => Value::string(n.to_string()),
            },
            Json::String(s) => Value::string(s.as_str()),
            Json::Array(items) => Value::tuple(items.iter().map(Value::from_json).collect()),
            Json::Object(map) => {
                Value::object(map.iter().map(|(k, v)| (key(k), Value::from_json(v))).collect())
            }
        }
    }

    /// A short form for diagnostics: `"http"`, `[1, 2, 3]`, `object with 12 attributes`, `(sensitive)`.
    pub fn brief(&self) -> String {
        if self.is_sensitive() {
            return "(sensitive)".to_string();
        }
        match &self.data {
            Data::Null => "null".to_string(),
            Data::Bool(b) => b.to_string(),
            Data::Number(n) => shortened(&n.to_string(), 40).into_owned(),
            Data::String(s) => quoted(&shortened(s, 60)),
            Data::List(s) => s.brief("list"),
            Data::Set(s) => s.brief("set"),
            Data::Tuple(s) => s.brief("tuple"),
            Data::Map(t) => t.brief("map"),
            Data::Object(t) => t.brief("object"),
        }
    }
}

impl Sequence {
    fn of(items: Vec<Value>) -> Arc<Sequence> {
        let inside = Inside::of(items.iter());
        Arc::new(Sequence { items, inside })
    }

    fn brief(&self, word: &str) -> String {
        let small = self.inside.depth == 1 && self.items.len() <= 5;
        let text = small.then(|| {
            let items: Vec<String> = self.items.iter().map(Value::brief).collect();
            format!("[{}]", items.join(", "))
        });
        match (text.filter(|t| t.len() <= 60), self.items.len()) {
            (Some(text), _) => text,
            (None, 1) => format!("{word} with 1 element"),
            (None, n) => format!("{word} with {n} elements"),
        }
    }
}

impl Table {
    fn of(entries: Entries) -> Arc<Table> {
        let mut inside = Inside::of(entries.values());
        let keys: usize = entries.keys().map(|k| k.len()).sum();
        inside.weight = inside.weight.saturating_add(keys as u64);
        Arc::new(Table { entries, inside })
    }

    fn brief(&self, word: &str) -> String {
        let small = self.inside.depth == 1 && self.entries.len() <= 5;
        let text = small.then(|| {
            let entries: Vec<String> =
                self.entries.iter().map(|(k, v)| format!("{} = {}", shown_key(k), v.brief())).collect();
            if entries.is_empty() { "{}".to_string() } else { format!("{{ {} }}", entries.join(", ")) }
        });
        match (text.filter(|t| t.len() <= 60), self.entries.len()) {
            (Some(text), _) => text,
            (None, 1) => format!("{word} with 1 attribute"),
            (None, n) => format!("{word} with {n} attributes"),
        }
    }
}

/// A key in normal form C.
pub fn key(text: &str) -> Arc<str> {
    if is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() }
}

fn shown_key(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !text.is_empty() && text.chars().all(plain) { Cow::Borrowed(text) } else { Cow::Owned(quoted(text)) }
}

fn number_to_json(n: &Number) -> Json {
    if let Some(small) = n.as_i64() {
        return Json::from(small);
    }
    if let Ok(large) = n.to_string().parse::<u64>() {
        return Json::from(large);
    }
    serde_json::Number::from_f64(n.to_f64()).map_or_else(|| Json::String(n.to_string()), Json::Number)
}

/// At most `limit` characters, the last of them `…` where something was cut off.
fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let mut short: String = text.chars().take(limit - 1).collect();
            short.push('…');
            Cow::Owned(short)
        }
    }
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
