//! SSVC documents and sheets: a table that is read answers each of its rows.

use patchform_advisory::ssvc::{CisaPoints, Point, Selection, Table};

/// A document of any of the forms, or a sheet.
pub fn run(data: &[u8]) {
    if let Ok(point) = Point::read_json(data) {
        assert!(point.values.iter().all(|value| point.place(&value.name).is_ok()));
    }
    if let Ok(selection) = Selection::read_json(data) {
        let mut points = CisaPoints::default();
        selection.pairs().iter().for_each(|(point, value)| points.take(point, value));
    }
    for table in [Table::read_json(data, "json"), Table::read_csv(data, "csv")].into_iter().flatten() {
        for (values, decision) in table.rows() {
            assert!(values.len() == table.points.len() && table.outcome.values.contains(decision.outcome));
            let ids = table.points.iter().map(|point| point.id.as_str());
            let asked: Vec<(&str, &str)> = ids.zip(values.iter().map(|value| value.name.as_str())).collect();
            // Two points may have one name; then the first of them is asked twice.
            assert!(table.decide(&asked).is_ok() || table.points.len() > 1);
        }
    }
}
