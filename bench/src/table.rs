//! The figures, as a table for people and a flat file for programs.

use std::collections::BTreeMap;
use std::path::Path;

/// A figure with what must be known to read it.
struct Row {
    name: &'static str,
    value: f64,
    unit: &'static str,
    how: String,
}

#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    pub(crate) fn add(
        &mut self,
        name: &'static str,
        value: f64,
        unit: &'static str,
        how: impl Into<String>,
    ) {
        self.0.push(Row { name, value, unit, how: how.into() });
    }

    pub(crate) fn print(&self) {
        println!("{:<32} {:>14}  {:<14} how", "figure", "value", "unit");
        for row in &self.0 {
            let digits = usize::from(row.value.abs() < 100.0) * 2;
            println!("{:<32} {:>14.digits$}  {:<14} {}", row.name, row.value, row.unit, row.how);
        }
    }

    /// Writes `target/bench.json`: names and numbers. What an earlier run measured and this one
    /// did not is kept.
    pub(crate) fn write(&self) -> std::io::Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench.json");
        let mut all: BTreeMap<String, f64> = std::fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        all.extend(self.0.iter().map(|row| (row.name.to_owned(), row.value)));
        std::fs::write(path, serde_json::to_vec_pretty(&all)?)
    }
}

/// Returns the value below which `share` (0 to 1) of the samples lie.
pub(crate) fn quantile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index of a list of some thousand samples"
    )]
    let at = ((samples.len().saturating_sub(1)) as f64 * share).round() as usize;
    samples.get(at).copied().unwrap_or(f64::NAN)
}
