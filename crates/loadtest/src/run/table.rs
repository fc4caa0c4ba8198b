//! The table of what was measured, as Markdown.

use std::fmt;
use std::time::Duration;

/// Rows, one for each figure.
#[derive(Debug)]
pub struct Table {
    database: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    what: String,
    unit: &'static str,
    runs: Vec<f64>,
    remark: String,
}

impl Table {
    /// An empty one, for measurements on this database.
    pub fn new(database: &'static str) -> Self {
        Self { database, rows: Vec::new() }
    }

    /// One figure, measured several times. It is told at once, since the rest takes a while.
    pub fn add(
        &mut self,
        what: impl Into<String>,
        unit: &'static str,
        runs: Vec<f64>,
        remark: impl Into<String>,
    ) {
        let row = Row { what: what.into(), unit, runs, remark: remark.into() };
        eprintln!("{}: {} {unit} {}", row.what, figure(median(&row.runs)), row.remark);
        self.rows.push(row);
    }
}

/// The middle one; of an even number the lower of the two. 0 when there is none.
pub fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

/// The shortest first.
pub fn sorted(mut took: Vec<f64>) -> Vec<f64> {
    took.sort_by(f64::total_cmp);
    took
}

/// Of figures in their order, this share of them at most. 0 when there is none.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a short list"
    )]
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(place.max(1) - 1).copied().unwrap_or(0.0)
}

/// In milliseconds.
pub fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// A number with as many digits as mean something.
fn figure(value: f64) -> String {
    if value >= 100.0 {
        let digits = format!("{value:.0}");
        let grouped = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
        return grouped.collect::<Vec<_>>().join(",");
    }
    format!("{value:.2}")
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what ({}) | median | runs | beside |\n|---|---|---|---|", self.database)?;
        for Row { what, unit, runs, remark } in &self.rows {
            let all: Vec<String> = runs.iter().map(|run| figure(*run)).collect();
            writeln!(f, "| {what} | {} {unit} | {} | {remark} |", figure(median(runs)), all.join(" · "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.0);
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn rows_are_markdown() {
        let mut table = Table::new("embedded");
        table.add("messages", "/s", vec![12_345.6, 999.0, 12_000.0], "0.5 of the relay");
        let row = "| messages | 12,000 /s | 12,346 · 999 · 12,000 | 0.5 of the relay |";
        assert!(table.to_string().contains(row), "{table}");
        assert_eq!(figure(0.1234), "0.12");
    }
}
