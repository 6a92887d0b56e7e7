//! Forms of vectors, right and wrong, without any data of others.

use super::*;
use proptest::prelude::*;

const V31: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const V40: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";

fn tenths(text: &str) -> [u8; 3] {
    let vector = Vector::parse(text).unwrap();
    [Group::Base, Group::Threat, Group::Environmental].map(|group| vector.score(group).tenths())
}

/// Worked examples of the guide of 2.0 (section 3.3) and values that FIRST's calculators show.
#[test]
fn each_version_computes_its_groups() {
    assert_eq!(tenths("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H"), [78, 64, 92]);
    assert_eq!(tenths(V31), [98, 98, 98]);
    assert_eq!(tenths(&format!("{V31}/E:U/RL:O/RC:C/MS:C")), [98, 85, 87]);
    assert_eq!(tenths(&format!("{V40}/E:U")), [93, 81, 81]);
}

/// The plain ceiling of a binary number makes 9.3 of it.
#[test]
fn what_binary_numbers_add_is_not_rounded_up() {
    assert_eq!(tenths("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/RC:U")[1], 92);
}

#[test]
fn one_score_of_version_four_counts_everything_given() {
    let vector = Vector::parse(&format!("{V40}/E:U")).unwrap();
    assert_eq!((vector.principal().tenths(), vector.base().tenths()), (81, 93));
    let vector = Vector::parse(&format!("{V31}/E:U")).unwrap();
    assert_eq!((vector.principal(), vector.severity()), (vector.base(), Severity::Critical));
}

#[test]
fn wrong_vectors_say_what_is_wrong() {
    let long = "A".repeat(513);
    let cases = [
        ("", "`` is not of the form NAME:VALUE"),
        (
            "CVSS:3.1",
            "the vector begins with `CVSS:3.1`; known are CVSS:3.0/, CVSS:3.1/, CVSS:4.0/, and vectors of 2.0 without any",
        ),
        ("CVSS:3.1/AV:N/AC:Q", "the metric AC of CVSS 3.1 is L, H; not `Q`"),
        ("CVSS:3.1/AV:N/AV:N", "the metric AV is given twice"),
        ("CVSS:3.1/AV:N", "the base metric AC is missing"),
        ("CVSS:4.0/AV:N/XX:N", "CVSS 4.0 has no metric `XX`"),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C/", "`` is not of the form NAME:VALUE"),
        ("AV:N\0", "the metric AV of CVSS 2.0 is L, A, N; not `N\0`"),
        (&long, "a CVSS vector has at most 512 bytes; this text has 513"),
    ];
    for (text, expected) in cases {
        assert_eq!(Vector::parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn strict_reading_minds_order_and_whole_groups() {
    let swapped = V40.replace("AV:N/AC:L", "AC:L/AV:N");
    assert_eq!(Vector::parse_strict(&swapped), Err(VectorError::Order("AV")));
    assert_eq!(Vector::parse(&swapped).unwrap().to_string(), V40);
    let partial = "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F";
    assert_eq!(Vector::parse_strict(partial), Err(VectorError::Partial("RL")));
    assert!(Vector::parse(partial).is_ok());
    assert!(Vector::parse_strict(&V31.replace("AV:N/AC:L", "AC:L/AV:N")).is_ok());
}

/// Any vector of a version, from the table of its metrics.
fn any_vector() -> impl Strategy<Value = Vector> {
    let versions = [Version::V2, Version::V30, Version::V31, Version::V40];
    (0..4usize, proptest::collection::vec(0..16usize, 40)).prop_map(move |(version, choices)| {
        let version = versions[version];
        let given = version.metrics().iter().zip(choices).filter_map(|(metric, choice)| {
            let optional = metric.group != Group::Base && choice % 2 == 0;
            (!optional).then(|| format!("{}:{}", metric.name, metric.values[choice % metric.values.len()]))
        });
        let parts: Vec<String> = given.collect();
        Vector::parse(&format!("{}{}", version.prefix(), parts.join("/"))).unwrap()
    })
}

proptest! {
    #[test]
    fn a_vector_written_and_read_is_the_same(vector in any_vector()) {
        prop_assert_eq!(Vector::parse(&vector.to_string()), Ok(vector.clone()));
        prop_assert!(vector.version() == Version::V2 || Vector::parse_strict(&vector.to_string()).is_ok());
    }

    #[test]
    fn temporal_metrics_never_raise_a_score(vector in any_vector()) {
        prop_assert!(vector.score(Group::Threat) <= vector.base(), "{}", vector);
        prop_assert!(vector.overall() <= Score::MAX);
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,80}", cut in 0..64usize) {
        let _ = Vector::parse(&text);
        let _ = Vector::parse(&V40[..cut.min(V40.len())]);
    }
}
