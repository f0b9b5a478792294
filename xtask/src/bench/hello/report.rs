//! The figures as a Markdown table.

use std::fmt::Write as _;

use super::{
    super::figure::{float, milliseconds, whole},
    meter::Cost,
};

/// A row: its name, its value, and the format of the value.
type Row = (&'static str, fn(&Cost) -> Option<f64>, fn(f64) -> String);

const ROWS: [Row; 8] = [
    ("build from nothing, CPU s", |cost| Some(cost.build_cpu.as_secs_f64()), fraction),
    ("artifact, bytes", |cost| Some(float(cost.size)), whole),
    ("start to the first `next`, ms", |cost| Some(milliseconds(cost.start)), fraction),
    ("the same, CPU ms", |cost| Some(milliseconds(cost.start_cpu)), fraction),
    ("the same, instructions", |cost| cost.start_instructions.map(float), whole),
    ("an invocation, CPU µs", |cost| Some(milliseconds(cost.event_cpu) * 1e3), fraction),
    ("an invocation, instructions", |cost| cost.event_instructions.map(float), whole),
    ("memory after 10,000 invocations, kB", |cost| Some(float(cost.memory / 1000)), whole),
];

/// routegen's figures, those of bare `lambda_http`, and the ratios.
pub(super) fn markdown(machine: &str, ours: &Cost, theirs: &Cost) -> String {
    let mut text =
        format!("{machine}\n| a hello handler | routegen | bare lambda_http | ratio |\n|---|---|---|---|\n");
    for (name, value, show) in ROWS {
        let (Some(ours), Some(theirs)) = (value(ours), value(theirs)) else { continue };
        let _ = writeln!(text, "| {name} | {} | {} | {:.2} |", show(ours), show(theirs), ours / theirs);
    }
    text
}

fn fraction(number: f64) -> String {
    format!("{number:.2}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn figures_stand_beside_each_other_and_what_was_not_counted_is_left_out() {
        let ours = Cost {
            build_cpu: Duration::from_secs(72),
            size: 1_757_800,
            start: Duration::from_micros(2_500),
            start_cpu: Duration::from_micros(1_250),
            start_instructions: None,
            event_cpu: Duration::from_micros(30),
            event_instructions: Some(120_000),
            memory: 5_000_000,
        };
        let theirs = Cost { size: 2_000_000, event_instructions: Some(100_000), ..ours };
        let text = markdown("- a machine\n", &ours, &theirs);
        assert!(text.contains("| build from nothing, CPU s | 72.00 | 72.00 | 1.00 |"), "{text}");
        assert!(text.contains("| artifact, bytes | 1,757,800 | 2,000,000 | 0.88 |"), "{text}");
        assert!(text.contains("| start to the first `next`, ms | 2.50 | 2.50 | 1.00 |"), "{text}");
        assert!(text.contains("| an invocation, CPU µs | 30.00 | 30.00 | 1.00 |"), "{text}");
        assert!(text.contains("| an invocation, instructions | 120,000 | 100,000 | 1.20 |"), "{text}");
        assert!(!text.contains("the same, instructions"), "{text}");
    }
}
