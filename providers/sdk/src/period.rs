//! Lengths of time as people write them: `90s`, `10m`, `1h30m`, `14d`.

use std::time::Duration;

/// Reads `<number><unit>` one or more times, units `ms s m h d w` from large to small.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("{text:?} is no length of time; write one like \"90s\", \"10m\", \"1h30m\" or \"14d\"");
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut total: u64 = 0;
    let mut last = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match &rest[..letters] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return Err(wrong()),
        };
        if unit >= last {
            return Err(wrong());
        }
        last = unit;
        rest = &rest[letters..];
        total = number.checked_mul(unit).and_then(|ms| total.checked_add(ms)).ok_or_else(wrong)?;
    }
    Ok(Duration::from_millis(total))
}

/// Prints a length of time with its two largest units: `1h 30m`, `14d`, `2.3s`, `40ms`.
pub fn show(duration: Duration) -> String {
    let ms = duration.as_millis();
    if ms < 1_000 {
        return format!("{ms}ms");
    }
    if ms < 60_000 {
        let tenths = ms / 100;
        return if tenths.is_multiple_of(10) {
            format!("{}s", tenths / 10)
        } else {
            format!("{}.{}s", tenths / 10, tenths % 10)
        };
    }
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut secs = ms / 1_000;
    let mut parts = Vec::new();
    for (unit, size) in units {
        if secs >= size {
            parts.push(format!("{}{unit}", secs / size));
            secs %= size;
        }
    }
    parts.truncate(2);
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, ms) in
            [("90s", 90_000), ("1h30m", 5_400_000), ("14d", 1_209_600_000), ("250ms", 250), ("0s", 0)]
        {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "10", "m", "10 m", "30m1h", "1h1h", "-1s", "1.5h", "99999999999999999999d", "1y"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn prints_two_units() {
        for (ms, text) in
            [(40, "40ms"), (2_300, "2.3s"), (90_000, "1m 30s"), (90_061_000, "1d 1h"), (7_200_000, "2h")]
        {
            assert_eq!(show(Duration::from_millis(ms)), text);
        }
    }
}
