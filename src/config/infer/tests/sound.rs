//! What is told of types holds for values: what is complained of fails with all of them, and what is known of a result is
//! true of each result.

use super::grammar::{Random, expression, value};
use super::*;

/// Variables with values.
struct Given(BTreeMap<String, Value>);

impl Given {
    fn new(random: &mut Random, full: bool, secrets: &[&str]) -> Given {
        let one = |(name, text): &(&str, &str)| {
            let marks = if secrets.contains(name) { Marks::variable(name) } else { Marks::NONE };
            (name.to_string(), value(random, &ty(text), full).marked(&marks))
        };
        Given(VARIABLES.iter().map(one).collect())
    }
}

impl Resolve for Given {
    fn resolve(&self, _: &str, name: &str) -> Option<Cow<'_, Value>> {
        self.0.get(name).map(Cow::Borrowed)
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Whether what is known of a value is true of it.
fn covers(guess: &Guess, value: &Value) -> bool {
    match guess {
        Guess::Known(known) => known.unmarked_deep() == value.unmarked_deep(),
        Guess::Secret(marks, inner) => value.marks().and(marks) == *value.marks() && covers(inner, value),
        _ if value.is_null() => true,
        Guess::Of(ty) => is_of(ty, value),
        Guess::Tuple(items) => match value.data() {
            Data::Tuple(_) => {
                let found = value.as_items().unwrap_or_default();
                found.len() == items.len() && items.iter().zip(found).all(|(a, b)| covers(a, b))
            }
            _ => false,
        },
        Guess::Object(entries) => match (value.data(), value.as_entries()) {
            (Data::Object(_), Some(found)) => {
                found.len() == entries.len()
                    && entries.iter().all(|(name, entry)| found.get(name).is_some_and(|v| covers(entry, v)))
            }
            _ => false,
        },
    }
}

/// A list may be a tuple, a map an object.
fn is_of(ty: &Type, value: &Value) -> bool {
    let all = |of: &Type| value.children().all(|child| child.is_null() || is_of(of, child));
    match (ty, value.data()) {
        (Type::Any, _)
        | (Type::Bool, Data::Bool(_))
        | (Type::Number, Data::Number(_))
        | (Type::String, Data::String(_)) => true,
        (Type::List(of), Data::List(_) | Data::Tuple(_))
        | (Type::Set(of), Data::Set(_))
        | (Type::Map(of), Data::Map(_) | Data::Object(_)) => all(of),
        (Type::Tuple(_) | Type::Object(_), _) => covers(&Guess::of(ty.clone()), value),
        _ => false,
    }
}

/// Whether what is complained of is wrong with all values, and not only with most.
fn holds_always(told: &str, text: &str) -> bool {
    // What is no truth value is none behind `&&`, whether it is looked at or not; nor does a branch agree with the other one
    // only because it fails.
    let of_types = ["an operand of &&", "an operand of ||", "both results of ? :"];
    // What is wrong with each element is nothing where an `if` lets none through.
    let of_each = told.contains("[*]") && text.contains(" if ");
    !of_each && !of_types.iter().any(|start| told.starts_with(start))
}

fn sound(seed: u64) -> Result<(), String> {
    let mut random = Random(seed | 1);
    let text = expression(&mut random, 3, 0);
    sound_with(seed, &text, &[], &mut random)?;
    let secrets: Vec<&str> =
        VARIABLES.iter().map(|(name, _)| *name).filter(|_| random.below(3) == 0).collect();
    sound_with(seed, &text, &secrets, &mut random)
}

fn sound_with(seed: u64, text: &str, secrets: &[&str], random: &mut Random) -> Result<(), String> {
    let expr = parsed(text);
    let types = Types::new(secrets);
    let (guess, wrong) = infer(&expr, &Scope::root().resolver(&types));
    for _ in 0..6 {
        let full = Given::new(random, true, secrets);
        let done = evaluate(&expr, &Scope::root().resolver(&full));
        let mut told = wrong.0.iter().map(|problem| format!("{}: {}", problem.summary, problem.detail));
        let told = told.find(|told| holds_always(told, text));
        if let (Ok(value), Some(told)) = (&done, told) {
            let came = value.brief();
            return Err(format!("{seed}: {text}\nis complained of: {told}\nand comes to {came}"));
        }
        if let Ok(value) = done {
            let element = guess.clone().element();
            let mut children = value.children().map(|child| child.clone().marked(value.marks()));
            let of_each = children.all(|child| covers(&element, &child));
            let holds = wrong.has_errors() || covers(&guess, &value) && of_each;
            if !holds {
                let came = value.brief();
                return Err(format!("{seed}: {text}\nis guessed to be {guess:?}\nand comes to {came}"));
            }
        }
    }
    Ok(())
}

/// Seeds that were wrong once.
const ONCE: [u64; 1] = [4_844_433_454_716_544_493];

/// The same expressions each time: 3,000 of them, or as many as `PATCHFORM_SEEDS` says.
#[test]
fn what_is_told_of_types_holds_for_values() {
    let many = std::env::var("PATCHFORM_SEEDS").ok().and_then(|many| many.parse().ok()).unwrap_or(3_000_u64);
    let seeds = (0..many).map(|n| (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for seed in ONCE.into_iter().chain(seeds) {
        sound(seed).unwrap_or_else(|wrong| panic!("{wrong}"));
    }
}
