//! Differential test: texts made at random, judged by dpkg itself where it is installed.

use patchform_versions::Scheme;
use std::cmp::Ordering;
use std::process::{Command, Output};

/// A fixed sequence of numbers, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 28] = [
            "0",
            "1",
            "2",
            "9",
            "10",
            "007",
            "a",
            "Z",
            "rc",
            "~",
            "~~",
            "+",
            ".",
            ".",
            "-",
            "-",
            ":",
            ":",
            "_",
            "é",
            " ",
            "\t",
            "\n",
            "2147483647",
            "2147483648",
            "+1:",
            "-0:",
            "99999999999999999999",
        ];
        let start = ["1", "0:1", "1.0", ""][self.roll(4)];
        let text =
            (0..self.roll(6)).fold(start.to_string(), |text, _| text + PIECES[self.roll(PIECES.len())]);
        // A blank, which dpkg trims, keeps it from being read as an option.
        if text.starts_with('-') { format!(" {text}") } else { text }
    }
}

fn dpkg(arguments: &[&str]) -> Option<Output> {
    Command::new("dpkg").env("LC_ALL", "C").args(arguments).output().ok()
}

#[test]
fn dpkg_agrees_on_order_errors_and_warnings() {
    if dpkg(&["--version"]).is_none() {
        println!("skipped: dpkg is not installed");
        return;
    }
    let mut dice = Dice(20_261_122);
    let (mut ordered, mut refused, mut warned) = (0, 0, 0);
    for _ in 0..400 {
        let (a, b) = (dice.text(), dice.text());
        // `--compare-versions` takes an empty text for "no version": parse it with a neighbour that exists.
        if a.is_empty() || b.is_empty() {
            continue;
        }
        let below = dpkg(&["--compare-versions", &a, "lt", &b]).unwrap();
        let equal = dpkg(&["--compare-versions", &a, "eq", &b]).unwrap();
        let complaint = String::from_utf8_lossy(&below.stderr).into_owned();
        match (Scheme::Dpkg.parse(&a), Scheme::Dpkg.parse(&b)) {
            (Ok(x), Ok(y)) => {
                let theirs = match (below.status.code(), equal.status.code()) {
                    (Some(0), Some(1)) => Ordering::Less,
                    (Some(1), Some(0)) => Ordering::Equal,
                    (Some(1), Some(1)) => Ordering::Greater,
                    codes => panic!("dpkg refuses {a:?} or {b:?}, we do not: {codes:?} {complaint}"),
                };
                assert_eq!(x.cmp(&y), theirs, "{a:?} {b:?}");
                let ours = x.warning().is_some() || y.warning().is_some();
                assert_eq!(ours, complaint.contains("warning"), "{a:?} {b:?}: {complaint}");
                ordered += 1;
                warned += usize::from(ours);
            }
            (x, y) => {
                for error in [x.err(), y.err()].into_iter().flatten() {
                    let alone = dpkg(&["--compare-versions", &error.text, "lt", "1"]).unwrap();
                    assert_eq!(alone.status.code(), Some(2), "we refuse, dpkg does not: {error}");
                    refused += 1;
                }
            }
        }
    }
    println!("dpkg agrees on {ordered} orders ({warned} with a warning) and {refused} refusals");
    assert!(ordered > 50 && refused > 50 && warned > 20, "{ordered} {refused} {warned}");
}
