//! How long a day of EPSS takes to read: `cargo run --release -p patchform-advisory --example epss_speed [ROWS]`.

use patchform_advisory::epss::Scores;
use std::fmt::Write;
use std::time::Instant;

fn main() {
    let rows: usize = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(370_000);
    let mut text =
        String::from("#model_version:v2026.06.15,score_date:2026-09-29T12:00:22Z\ncve,epss,percentile\n");
    for row in 0..rows {
        let (year, number) = (1999 + row / 14_000, 1_000 + row % 14_000);
        writeln!(text, "CVE-{year}-{number:04},0.{:05},0.{:05}", row * 7 % 100_000, row * 13 % 100_000)
            .expect("text grows");
    }
    for _ in 0..5 {
        let start = Instant::now();
        let scores = Scores::read(text.as_bytes(), None).expect("a day of our own");
        println!("{} rows, {:.1} MB: {:?}", scores.len(), text.len() as f64 / 1e6, start.elapsed());
    }
}
