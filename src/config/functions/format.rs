//! `format` and `formatlist`, with the verbs of Terraform: `%s %q %v %#v %d %b %o %x %X %e %E %f %g %G %t %%`.

use super::bounds::{bounded, gathered};
use super::encoding::to_json_text;
use super::text::text;
use super::{Done, Fault};
use crate::config::convert::convert;
use crate::config::number::Number;
use crate::config::types::Type;
use crate::config::value::Value;
use unicode_segmentation::UnicodeSegmentation;

/// The widest field, and the most digits.
const MAX_WIDTH: usize = 10_000;

pub(super) fn format(args: &[Value]) -> Done {
    formatted(text(args, 0), &args[1..]).map(Value::string)
}

pub(super) fn formatlist(args: &[Value]) -> Done {
    let lists = args[1..].iter().enumerate().filter_map(|(i, v)| v.as_items().map(|items| (i, items.len())));
    let mut length = None;
    for (i, n) in lists {
        match length {
            Some(m) if m != n => {
                return Err(Fault::at(i + 1, format!("this list has {n} elements, an earlier one has {m}")));
            }
            _ => length = Some(n),
        }
    }
    let row = |i: usize| {
        let values: Vec<Value> = args[1..]
            .iter()
            .map(|v| v.as_items().map_or_else(|| v.clone(), |items| items[i].clone()))
            .collect();
        formatted(text(args, 0), &values).map(Value::string)
    };
    gathered((0..length.unwrap_or(1)).map(row)).map(|made| Value::list(made).holding(|| Type::String))
}

/// One `%…` of a format.
#[derive(Default)]
struct Verb {
    plus: bool,
    minus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
    index: Option<usize>,
    letter: char,
}

fn formatted(pattern: &str, values: &[Value]) -> Result<String, Fault> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut next = 0;
    let mut used = 0;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (verb, after) = read(&rest[at + 1..])?;
        let whole = &rest[at..rest.len() - after.len()];
        rest = after;
        if verb.letter == '%' {
            out.push('%');
            continue;
        }
        let index = verb.index.unwrap_or(next);
        let value = values.get(index).ok_or_else(|| {
            Fault::at(0, format!("{whole} wants value {}, but there are only {}", index + 1, values.len()))
        })?;
        next = index + 1;
        used = used.max(next);
        out.push_str(&verb.apply(value).map_err(|p| Fault::at(index + 1, format!("{whole}: {p}")))?);
        bounded(out.len())?;
    }
    if used < values.len() {
        let more = values.len() - used;
        return Err(Fault::at(used + 1, format!("the format uses {used} values, but there are {more} more")));
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads what follows `%`; gives it and the rest.
fn read(text: &str) -> Result<(Verb, &str), Fault> {
    let mut verb = Verb::default();
    let mut rest = text;
    loop {
        let mut chars = rest.chars();
        match chars.next() {
            Some('+') => verb.plus = true,
            Some('-') => verb.minus = true,
            Some(' ') => verb.space = true,
            Some('0') => verb.zero = true,
            Some('#') => verb.sharp = true,
            _ => break,
        }
        rest = chars.as_str();
    }
    verb.width = digits(&mut rest)?.unwrap_or(0);
    if let Some(after) = rest.strip_prefix('.') {
        rest = after;
        verb.precision = Some(digits(&mut rest)?.unwrap_or(0));
    }
    if let Some(after) = rest.strip_prefix('[') {
        rest = after;
        let index = digits(&mut rest)?.filter(|n| *n > 0);
        let after = rest.strip_prefix(']');
        let (Some(index), Some(after)) = (index, after) else {
            return Err(Fault::at(0, "an index is written like %[1]s"));
        };
        verb.index = Some(index - 1);
        rest = after;
    }
    let mut chars = rest.chars();
    verb.letter = chars
        .next()
        .ok_or_else(|| Fault::at(0, "the format ends within a %; write %% for a percent sign"))?;
    Ok((verb, chars.as_str()))
}

fn digits(rest: &mut &str) -> Result<Option<usize>, Fault> {
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    if end == 0 {
        return Ok(None);
    }
    let n = rest[..end].parse().ok().filter(|n| *n <= MAX_WIDTH);
    *rest = &rest[end..];
    n.map(Some).ok_or_else(|| Fault::at(0, format!("a width may be at most {MAX_WIDTH}")))
}

impl Verb {
    fn apply(&self, value: &Value) -> Result<String, String> {
        match self.letter {
            'v' if self.sharp => Ok(self.padded(&to_json_text(value))),
            'v' => self.natural(value),
            's' => Ok(self.padded(&self.cut(&as_text(value)?))),
            'q' => Ok(self.padded(&serde_json::Value::String(self.cut(&as_text(value)?)).to_string())),
            't' => match convert(value, &Type::Bool).ok().and_then(|v| v.as_bool()) {
                Some(b) => Ok(self.padded(&b.to_string())),
                None => Err(format!("a bool is needed, not {}", value.kind())),
            },
            'd' | 'b' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => self.numeric(value),
            other => Err(format!("there is no verb %{other}; use %s, %q, %v, %d, %x, %f, %e, %g or %t")),
        }
    }

    /// `%v`: what fits the value best.
    fn natural(&self, value: &Value) -> Result<String, String> {
        if let Some(n) = value.as_number() {
            return Ok(self.signed(&general(n, None)));
        }
        let is_plain = value.as_str().is_some() || value.as_bool().is_some();
        let text = if is_plain { as_text(value)? } else { to_json_text(value) };
        Ok(self.padded(&text))
    }

    fn numeric(&self, value: &Value) -> Result<String, String> {
        let n = convert(value, &Type::Number).ok().and_then(|v| v.as_number().cloned());
        let n = n.ok_or_else(|| format!("a number is needed, not {}", value.kind()))?;
        let digits = match self.letter {
            'd' | 'b' | 'o' | 'x' | 'X' if !n.is_integer() => {
                return Err(format!("a whole number is needed, not {n}"));
            }
            'd' => n.to_string(),
            'b' => n.to_radix(2),
            'o' => n.to_radix(8),
            'x' => n.to_radix(16),
            'X' => n.to_radix(16).to_uppercase(),
            'f' => n.to_fixed(self.precision.unwrap_or(6)),
            'e' => scientific(&n, self.precision.unwrap_or(6)),
            'E' => scientific(&n, self.precision.unwrap_or(6)).to_uppercase(),
            'g' => general(&n, self.precision),
            _ => general(&n, self.precision).to_uppercase(),
        };
        if matches!(self.letter, 'd' | 'b' | 'o' | 'x' | 'X') {
            return Ok(self.whole(&digits));
        }
        Ok(self.signed(&digits))
    }

    /// The precision of a whole number is how many digits it has at least; zeros do not fill its width then.
    fn whole(&self, digits: &str) -> String {
        let Some(least) = self.precision else { return self.signed(digits) };
        if digits == "0" && least == 0 {
            return String::new();
        }
        let (sign, body) = digits.strip_prefix('-').map_or(("", digits), |body| ("-", body));
        Verb { zero: false, ..*self }.signed(&format!("{sign}{body:0>least$}"))
    }

    /// What `#` puts before the digits.
    fn base(&self) -> &'static str {
        match self.letter {
            'b' if self.sharp => "0b",
            'o' if self.sharp => "0",
            'x' if self.sharp => "0x",
            'X' if self.sharp => "0X",
            _ => "",
        }
    }

    /// With sign, base and leading zeros.
    fn signed(&self, digits: &str) -> String {
        let (negative, body) = digits.strip_prefix('-').map_or((false, digits), |body| (true, body));
        let sign = match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        let sign = format!("{sign}{}", self.base());
        let fill = self.width.saturating_sub(sign.len() + body.len());
        if self.zero && !self.minus {
            return format!("{sign}{}{body}", "0".repeat(fill));
        }
        self.padded(&format!("{sign}{body}"))
    }

    fn cut(&self, text: &str) -> String {
        match self.precision {
            Some(n) => text.graphemes(true).take(n).collect(),
            None => text.to_string(),
        }
    }

    fn padded(&self, text: &str) -> String {
        let fill = self.width.saturating_sub(text.graphemes(true).count());
        match (self.minus, self.zero) {
            (true, _) => format!("{text}{}", " ".repeat(fill)),
            (false, true) => format!("{}{text}", "0".repeat(fill)),
            (false, false) => format!("{}{text}", " ".repeat(fill)),
        }
    }
}

fn as_text(value: &Value) -> Result<String, String> {
    let text = convert(value, &Type::String).ok().and_then(|v| v.as_str().map(str::to_string));
    text.ok_or_else(|| format!("a string is needed, not {}", value.kind()))
}

/// `1.500000e+03`
fn scientific(n: &Number, places: usize) -> String {
    let (mantissa, exponent) = n.to_scientific(places);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `%g`: plain for what is easy to read, with an exponent for what is very large or small.
fn general(n: &Number, precision: Option<usize>) -> String {
    let places = precision.map_or(149, |p| p.max(1) - 1);
    let (mantissa, exponent) = n.to_scientific(places);
    let threshold = precision.map_or(6, |p| p.max(1) as i64);
    let trim = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    };
    if exponent < -4 || exponent >= threshold {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trim(mantissa), exponent.abs());
    }
    match precision {
        None => n.to_string(),
        Some(_) => trim(n.to_fixed((places as i64 - exponent).max(0) as usize)),
    }
}
