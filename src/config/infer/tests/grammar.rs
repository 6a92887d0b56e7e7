//! Random expressions, and random values for what they rest on.

use super::*;

/// Numbers that look random; the same for the same seed.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    pub fn of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.below(all.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const LITERALS: [&str; 15] = [
    "1",
    "0",
    "2.5",
    "\"a\"",
    "\"5\"",
    "\"true\"",
    "\"\"",
    "true",
    "null",
    "[]",
    "{}",
    "[1, \"a\"]",
    "{ a = 1 }",
    "\"(a)(b)?\"",
    "\"%d\"",
];
const NAMES: [&str; 10] = ["a", "p", "d", "x", "y", "name", "port", "tags", "any", "q"];

/// What a `for` may run over and what is never empty where nothing is, by itself.
const COLLECTIONS: [&str; 14] = [
    "var.l",
    "var.st",
    "var.m",
    "var.mo",
    "var.o",
    "var.os",
    "var.t",
    "var.o.d",
    "var.any",
    "var.la",
    "[var.s, 1]",
    "{ a = var.n, b = [1] }",
    "var.s",
    "[var.os, var.l]",
];

/// An expression; `bound`: how many names `v0`, `v1`, … a `for` around it binds.
pub fn expression(random: &mut Random, depth: usize, bound: usize) -> String {
    if depth == 0 || random.one_in(6) {
        return leaf(random, bound);
    }
    let part = |random: &mut Random| expression(random, depth - 1, bound);
    match random.below(15) {
        0 => format!("{}.{}", based(part(random)), random.of(&NAMES)),
        1 => format!("{}[{}]", based(part(random)), part(random)),
        2 => format!("{}[{}]", based(part(random)), random.of(&["0", "1", "\"a\"", "-1", "\"x\""])),
        3 => format!("[{}, {}]", part(random), part(random)),
        4 => format!("{{ k = {}, {} = {} }}", part(random), random.of(&NAMES), part(random)),
        5 => format!("({} ? {} : {})", part(random), part(random), part(random)),
        6 => format!(
            "({} {} {})",
            part(random),
            random.of(&["+", "*", "==", "<", "&&", "||", "-"]),
            part(random)
        ),
        7 => format!("{}{}", random.of(&["!", "-"]), part(random)),
        8 => format!("\"a${{{}}}%{{ if {} }}${{{}}}%{{ endif }}\"", part(random), part(random), part(random)),
        9 => repeated(random, depth, bound),
        10 => format!("{}[*].{}", random.of(&COLLECTIONS), random.of(&NAMES)),
        _ => call(random, depth, bound),
    }
}

/// Nothing but a name or what is in parentheses can be followed by a step everywhere.
fn based(expr: String) -> String {
    format!("({expr})")
}

fn leaf(random: &mut Random, bound: usize) -> String {
    match random.below(4) {
        0 => random.of(&LITERALS).to_string(),
        1 if bound > 0 => format!("v{}", random.below(bound)),
        _ => format!("var.{}", VARIABLES[random.below(VARIABLES.len())].0),
    }
}

fn repeated(random: &mut Random, depth: usize, bound: usize) -> String {
    let (key, value) = (format!("v{bound}"), format!("v{}", bound + 1));
    let collection = random.of(&COLLECTIONS);
    let body = |random: &mut Random| expression(random, depth - 1, bound + 2);
    match random.below(4) {
        0 => format!("{{ for {key}, {value} in {collection} : {} => {} }}", body(random), body(random)),
        1 => format!("{{ for {key}, {value} in {collection} : \"k\" => {}... }}", body(random)),
        2 => format!("[for {key}, {value} in {collection} : {} if {}]", body(random), body(random)),
        _ => format!("[for {key}, {value} in {collection} : {}]", body(random)),
    }
}

fn call(random: &mut Random, depth: usize, bound: usize) -> String {
    let all: Vec<&str> = functions::names().filter(|name| !functions::reads_files(name)).collect();
    let name = random.of(&all);
    let function = functions::find(name).expect("a function");
    let least = function.params.len();
    let more = if function.rest.is_some() { random.below(3) } else { 0 };
    let count = if random.one_in(20) { random.below(4) } else { least + more };
    let args: Vec<String> = (0..count).map(|_| expression(random, depth - 1, bound)).collect();
    let spread = if count > 0 && random.one_in(12) { "..." } else { "" };
    format!("{name}({}{spread})", args.join(", "))
}

/// A value of a type; a `full` one has nothing in it that is null or empty.
pub fn value(random: &mut Random, ty: &Type, full: bool) -> Value {
    if !full && random.one_in(6) {
        return Value::NULL;
    }
    let count = |random: &mut Random| if full { 1 + random.below(2) } else { random.below(3) };
    match ty {
        Type::Any => {
            let all =
                ["string", "number", "list(number)", "map(bool)", "object({ a = string, x = list(any) })"];
            let all = all.map(super::ty);
            let ty = &all[random.below(all.len())];
            value(random, ty, full)
        }
        Type::Bool => Value::bool(random.one_in(2)),
        Type::Number => Value::number(random.below(4) as i64 - 1),
        Type::String => Value::string(random.of(&["5", "true", "x", "a", "10.0.0.0/8", "{\"a\": [1]}"])),
        Type::List(of) | Type::Set(of) => {
            // Elements of a collection are of one type, also where that is left open.
            let of = settled(random, of);
            let items = (0..count(random)).map(|_| value(random, &of, full)).collect();
            let made = Value::tuple(items);
            let ty = if matches!(ty, Type::List(_)) { Type::list(of) } else { Type::set(of) };
            crate::config::convert::convert(&made, &ty).expect("a collection")
        }
        Type::Map(of) => {
            let of = settled(random, of);
            let names = ["a", "x"].into_iter().take(count(random));
            Value::map(names.map(|name| (name.into(), value(random, &of, full))).collect::<Entries>())
        }
        Type::Object(fields) => {
            let entry = |(name, field): (&Arc<str>, &crate::config::types::Field)| {
                (name.clone(), value(random, &field.ty, full))
            };
            Value::object(fields.iter().map(entry).collect::<Entries>())
        }
        Type::Tuple(types) => Value::tuple(types.iter().map(|ty| value(random, ty, full)).collect()),
    }
}

fn settled(random: &mut Random, ty: &Type) -> Type {
    let simple = [Type::String, Type::Number];
    if *ty == Type::Any { simple[random.below(2)].clone() } else { ty.clone() }
}
