//! Names in ranges, as an inventory writes them: `web[01:30]`, `db-[a:f].example`, `[1:9:2]`.

use super::MOST;

/// All names that a pattern stands for, in order: itself where there is no bracket in it.
///
/// # Errors
/// What is wrong with a range, in a sentence.
pub(super) fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let mut names = vec![String::new()];
    let mut rest = pattern;
    while let Some((head, tail)) = rest.split_once('[') {
        let (range, behind) =
            tail.split_once(']').ok_or_else(|| format!("the bracket in {pattern:?} is not closed"))?;
        let parts = sequence(range).map_err(|why| format!("[{range}] {why}"))?;
        if names.len().saturating_mul(parts.len()) > MOST {
            return Err(format!("{pattern:?} stands for more than {MOST} hosts"));
        }
        names = names
            .iter()
            .flat_map(|name| parts.iter().map(move |part| format!("{name}{head}{part}")))
            .collect();
        rest = behind;
    }
    names.iter_mut().for_each(|name| name.push_str(rest));
    Ok(names)
}

/// What stands between `BEGIN:END` or `BEGIN:END:STEP`, both included. Zeros before the beginning are the width of all.
fn sequence(range: &str) -> Result<Vec<String>, String> {
    let (begin, end, step) = match *range.split(':').collect::<Vec<_>>() {
        [begin, end] => (begin, end, "1"),
        [begin, end, step] => (begin, end, step),
        _ => return Err("is no range: write [begin:end] or [begin:end:step]".into()),
    };
    if end.is_empty() {
        return Err("has no end".into());
    }
    let step: usize = step
        .parse()
        .ok()
        .filter(|step| *step > 0)
        .ok_or_else(|| "has a step that is no whole number above 0".to_string())?;
    if let (Some(begin), Some(end)) = (letter(begin), letter(end)) {
        if begin > end {
            return Err("ends before it begins".into());
        }
        return Ok(LETTERS[begin..=end].chars().step_by(step).map(String::from).collect());
    }
    numbers(if begin.is_empty() { "0" } else { begin }, end, step)
}

fn numbers(begin: &str, end: &str, step: usize) -> Result<Vec<String>, String> {
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok())?;
    let (Some(first), Some(last)) = (number(begin), number(end)) else {
        return Err("is neither of numbers nor of single letters".into());
    };
    let width = if begin.starts_with('0') && begin.len() > 1 { begin.len() } else { 0 };
    if width > 0 && end.len() != width {
        return Err("begins with zeros: its end must have as many digits".into());
    }
    if first > last {
        return Err("ends before it begins".into());
    }
    if (last - first) / step as u64 >= MOST as u64 {
        return Err(format!("stands for more than {MOST} hosts"));
    }
    Ok((first..=last).step_by(step).map(|n| format!("{n:0width$}")).collect())
}

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn letter(text: &str) -> Option<usize> {
    (text.len() == 1).then(|| LETTERS.find(text))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_ansible() {
        let rows = [
            ("web", "web"),
            ("web[08:11]", "web08 web09 web10 web11"),
            ("web[8:11]", "web8 web9 web10 web11"),
            ("[:2]x", "0x 1x 2x"),
            ("db-[a:c].lan", "db-a.lan db-b.lan db-c.lan"),
            ("n[y:B]", "ny nz nA nB"),
            ("n[1:9:4]", "n1 n5 n9"),
            ("r[1:2]n[a:b]", "r1na r1nb r2na r2nb"),
        ];
        for (pattern, names) in rows {
            assert_eq!(expand(pattern).unwrap().join(" "), names, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for bad in [
            "a[1:2",
            "a[1]",
            "a[1:]",
            "a[3:1]",
            "a[c:a]",
            "a[01:9]",
            "a[1:2:0]",
            "a[1:2:x]",
            "a[1:b]",
            "a[1:2:3:4]",
            "a[-1:2]",
            "a[0:99999999999999999999]",
            "a[0:18446744073709551615]",
            "a[1:999]b[1:999]",
            "a[]",
        ] {
            assert!(expand(bad).is_err(), "{bad}");
        }
    }
}
