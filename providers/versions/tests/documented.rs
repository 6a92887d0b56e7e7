//! The examples of docs/versions.md hold.

use patchform_versions::Scheme;
use std::cmp::Ordering;

const PAGE: &str = include_str!("../../../docs/versions.md");

/// Each line of a block that is named after a scheme, with that scheme.
fn lines() -> Vec<(Scheme, &'static str)> {
    let mut open = None;
    let mut found = Vec::new();
    for line in PAGE.lines() {
        match line.strip_prefix("```") {
            Some(name) => open = Scheme::from_name(name),
            None => found.extend(open.map(|scheme| (scheme, line))),
        }
    }
    found
}

#[test]
fn every_line_rises() {
    for (scheme, line) in lines() {
        let mut rank = 0;
        let mut ranked: Vec<(usize, &str)> = Vec::new();
        let mut equal = false;
        for word in line.split_whitespace() {
            if word == "=" {
                equal = true;
                continue;
            }
            rank += usize::from(!equal);
            equal = false;
            ranked.push((rank, word));
        }
        assert!(ranked.len() > 1, "{line}");
        for (rank_a, a) in &ranked {
            for (rank_b, b) in &ranked {
                let order = scheme.compare(a, b).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(order, rank_a.cmp(rank_b), "{scheme}: {a} {b}");
            }
        }
    }
}

#[test]
fn every_scheme_has_its_lines_and_its_row() {
    for scheme in Scheme::ALL {
        assert!(lines().iter().any(|(other, _)| *other == scheme), "no block for {scheme}");
        assert!(PAGE.contains(&format!("| `{scheme}` |")), "no row for {scheme}");
    }
}

#[test]
fn the_message_is_the_real_one() {
    let error = Scheme::Dpkg.parse("1.0-").expect_err("the page shows why it is refused");
    assert!(PAGE.contains(&format!("    {error}\n")), "{error}");
    assert_eq!(Scheme::Semver.compare("1.2.3.4", "1.2.3.5"), Ok(Ordering::Equal));
}
