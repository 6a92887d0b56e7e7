//! What a plain word of YAML means: null, a bool, a number, a date, or itself. The rules are Terraform's: words of YAML
//! 1.1 such as `yes` and `off` are bools, `012` is twelve.

use crate::config::functions::base64;
use crate::config::number::Number;
use crate::config::value::Value;
use crate::model::DateTime;

/// The value of a plain word with a tag of the core schema, or none (`""`).
///
/// # Errors
/// The tag does not fit, or is not known.
pub(super) fn resolve(word: &str, tag: &str) -> Result<Value, String> {
    match tag {
        "str" => Ok(Value::string(word)),
        "binary" if base64::decode(word).is_some() => Ok(Value::string(word)),
        "binary" => Err("this is no valid base64".to_string()),
        "null" => Ok(Value::NULL),
        "bool" => boolean(word).map(Value::bool).ok_or_else(|| "this is no bool".to_string()),
        "int" | "float" => number(word)?.ok_or_else(|| "this is no number".to_string()),
        "timestamp" => timestamp(word).ok_or_else(|| "this is no date".to_string()),
        "" => implicit(word),
        other => Err(format!("the tag !!{other} is not supported")),
    }
}

fn implicit(word: &str) -> Result<Value, String> {
    if matches!(word, "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Value::NULL);
    }
    if let Some(b) = boolean(word) {
        return Ok(Value::bool(b));
    }
    if let Some(time) = timestamp(word) {
        return Ok(time);
    }
    Ok(number(word)?.unwrap_or_else(|| Value::string(word)))
}

fn boolean(word: &str) -> Option<bool> {
    match word {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn number(word: &str) -> Result<Option<Value>, String> {
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word).to_ascii_lowercase();
    match unsigned.as_str() {
        ".inf" => return Err("there is no infinity".to_string()),
        ".nan" => return Err("this is no number".to_string()),
        _ => {}
    }
    let radix =
        [("0x", 16), ("0o", 8)].into_iter().find_map(|(sign, base)| Some((word.strip_prefix(sign)?, base)));
    if let Some((digits, base)) = radix {
        let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
        return Ok(plain
            .then(|| Number::parse_radix(&digits.to_ascii_lowercase(), base).ok())
            .flatten()
            .map(Value::number));
    }
    // Only what begins like one: `Inf` is a word.
    let begins = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    Ok(begins.then(|| word.parse::<Number>().ok()).flatten().map(Value::number))
}

/// A date alone, or with a time of day; fields may have one digit only.
fn timestamp(word: &str) -> Option<Value> {
    let (date, time) = match word.find(['T', 't', ' ']) {
        Some(at) => (&word[..at], Some((&word[at..=at], &word[at + 1..]))),
        None => (word, None),
    };
    let date = padded(date, '-')?;
    let date = if date.len() == 10 { date } else { return None };
    let time = match time {
        None => "00:00:00Z".to_string(),
        // Without a zone, it is that of UTC.
        Some((" ", time)) => format!("{}Z", clock(time)?),
        Some((_, time)) => {
            let zone = time.find(['Z', '+', '-'])?;
            format!("{}{}", clock(&time[..zone])?, &time[zone..])
        }
    };
    DateTime::parse(&format!("{date}T{time}")).ok().map(|at| Value::string(at.to_string()))
}

/// A time of day with an optional fraction.
fn clock(time: &str) -> Option<String> {
    let (time, fraction) = time.split_once('.').map_or((time, ""), |(time, fraction)| (time, fraction));
    let time = padded(time, ':')?;
    Some(if fraction.is_empty() { time } else { format!("{time}.{fraction}") })
}

/// Three numbers with signs between; short ones get a zero.
fn padded(text: &str, sign: char) -> Option<String> {
    let parts: Vec<&str> = text.split(sign).collect();
    let digits = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
    if parts.len() != 3 || !parts.iter().all(digits) {
        return None;
    }
    let padded: Vec<String> = parts.iter().map(|p| format!("{p:0>2}")).collect();
    Some(padded.join(&sign.to_string()))
}
