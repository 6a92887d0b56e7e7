//! The tables that are known without a file, as data.
//!
//! A combination stands where the values of its points lead: the last point changes fastest, and each letter of `grid`
//! is the key of an outcome. Blanks only make rows of the same first points visible.

use super::error::SsvcError;
use super::point::{Point, Value};
use super::table::Table;

/// A table as it is written here.
pub struct Known {
    /// As its publisher calls it.
    pub name: &'static str,
    /// Who says so.
    pub source: &'static str,
    points: &'static [Question],
    outcome: Question,
    grid: &'static str,
}

/// A point: id, name, and names of values; of an outcome each begins with its letter in the grid.
type Question = (&'static str, &'static str, &'static [&'static str]);

const EXPLOITATION: Question = ("ssvc:E:1.1.0", "Exploitation", &["None", "Public PoC", "Active"]);
const AUTOMATABLE: Question = ("ssvc:A:2.0.0", "Automatable", &["No", "Yes"]);
const TECHNICAL_IMPACT: Question = ("ssvc:TI:1.0.0", "Technical Impact", &["Partial", "Total"]);

/// CISA's Binding Operational Directive 26-04 of 2026-06-10, table 1: within how many days federal agencies remediate.
pub const BOD_26_04: Known = Known {
    name: "CISA BOD 26-04",
    source: "CISA, Binding Operational Directive 26-04, table 1 (cisa:DT_BOD2604:1.0.0)",
    points: &[
        ("cisa:KEV:1.0.0", "In KEV", &["No", "Yes"]),
        ("cisa:PE:1.0.0", "Publicly Exposed", &["No", "Yes"]),
        AUTOMATABLE,
        TECHNICAL_IMPACT,
    ],
    outcome: (
        "cisa:BOD2604:1.0.0",
        "CISA BOD 26-04 Remediation Timelines",
        &[
            "U:Fix on system upgrade",
            "6:60 days",
            "1:14 days",
            "3:3 days",
            "F:3 days & forensic investigation",
        ],
    ),
    // Not automatable partial and total, automatable partial and total.
    grid: "
        UU 66
        61 13
        11 1F
        1F 3F",
};

/// CISA's coordinator, version 2.0.3 of its guide: track, track*, attend or act.
pub const CISA_COORDINATOR: Known = Known {
    name: "CISA Coordinator",
    source: "CISA, Stakeholder-Specific Vulnerability Categorization Guide (cisa:DT_CISA:2.0.3)",
    points: &[
        EXPLOITATION,
        AUTOMATABLE,
        TECHNICAL_IMPACT,
        ("ssvc:MWI:1.0.0", "Mission and Well-Being Impact", &["Low", "Medium", "High"]),
    ],
    outcome: ("cisa:CISA:1.1.0", "CISA Levels", &["t:Track", "*:Track*", "e:Attend", "a:Act"]),
    // Partial low, medium and high, total low, medium and high.
    grid: "
        ttt tt*
        tte tte
        tt* t*e
        tte t*e
        tte tea
        eea eaa",
};

/// CERT/CC's deployer: when a patch is applied.
pub const DEPLOYER: Known = Known {
    name: "Deployer Patch Application Priority",
    source: "CERT/CC, SSVC (ssvc:DT_DP:1.0.0)",
    points: &[
        EXPLOITATION,
        ("ssvc:EXP:1.0.1", "System Exposure", &["Small", "Controlled", "Open"]),
        AUTOMATABLE,
        ("ssvc:HI:2.0.2", "Human Impact", &["Low", "Medium", "High", "Very High"]),
    ],
    outcome: (
        "ssvc:DSOI:1.0.0",
        "Defer, Scheduled, Out-of-Cycle, Immediate",
        &["d:Defer", "s:Scheduled", "o:Out-of-Cycle", "i:Immediate"],
    ),
    // Not automatable low to very high, automatable low to very high.
    grid: "
        ddss dsss
        dsss ssss
        dsss ssso

        dsss ssss
        dsss ssso
        ssso ssoo

        ssoo sooo
        ssoo oooo
        sooi ooii",
};

impl Known {
    /// The table, checked as one that was read.
    ///
    /// # Errors
    ///
    /// None of the constants here; a test builds each.
    pub fn table(&self) -> Result<Table, SsvcError> {
        let points: Result<Vec<Point>, _> =
            self.points.iter().map(|question| point(question, |name| (name, name))).collect();
        let points = points?;
        let outcome =
            point(&self.outcome, |letter_and_name| letter_and_name.split_once(':').unwrap_or_default())?;
        let letters = self.grid.chars().filter(|c| !c.is_whitespace());
        let rows: Result<Vec<_>, SsvcError> = letters
            .enumerate()
            .map(|(row, letter)| {
                Ok((combination(&points, row), outcome.place(letter.encode_utf8(&mut [0; 4]))?))
            })
            .collect();
        Table::new(self.name.to_string(), self.source.to_string(), points, outcome, rows?)
    }
}

/// The places of values in that row; the last point changes fastest.
fn combination(points: &[Point], row: usize) -> Vec<usize> {
    let mut left = row;
    let mut places: Vec<usize> = points
        .iter()
        .rev()
        .map(|point| {
            let place = left % point.values.len();
            left /= point.values.len();
            place
        })
        .collect();
    places.reverse();
    places
}

fn point(
    question: &Question,
    parts: impl Fn(&'static str) -> (&'static str, &'static str),
) -> Result<Point, SsvcError> {
    let (id, name, values) = question;
    let values = values.iter().map(|value| {
        let (key, name) = parts(value);
        Value { key: key.to_string(), name: name.to_string() }
    });
    Point::new((*id).to_string(), (*name).to_string(), values.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_table_is_complete_and_decides() {
        for (known, rows) in [(BOD_26_04, 16), (CISA_COORDINATOR, 36), (DEPLOYER, 72)] {
            assert_eq!(known.table().unwrap().rows().len(), rows, "{}", known.name);
        }
        let table = BOD_26_04.table().unwrap();
        let asked = [
            ("in kev", "YES"),
            ("Publicly Exposed", "yes"),
            ("AUTOMATABLE", "No"),
            ("technical_impact", "total"),
        ];
        assert_eq!(table.decide(&asked[..3]), Err(SsvcError::Open("Technical Impact".to_string())));
        let asked = [asked[0], asked[1], asked[2], asked[3], ("Exploitation", "active")];
        assert_eq!(table.decide(&asked).unwrap().outcome.name, "3 days & forensic investigation");
    }
}
