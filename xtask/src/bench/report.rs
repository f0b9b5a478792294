//! The figures as Markdown tables.

use std::{fmt::Write as _, time::Duration};

use super::{options::Options, usage::Usage};

/// The builds of one package.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) functions: usize,
    pub(super) cold: Usage,
    pub(super) unchanged: Usage,
    pub(super) one_handler: Usage,
    pub(super) shared: Usage,
}

/// Sizes of one artifact, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) bootstrap: u64,
    pub(super) zip: u64,
}

#[derive(Debug)]
pub(super) struct Report {
    machine: String,
    cores: u32,
    pub(super) ours: Vec<Row>,
    pub(super) theirs: Vec<Row>,
    /// By the tool that made it; cargo-lambda's is the last.
    pub(super) sizes: Vec<(&'static str, Sizes)>,
}

/// A measured build, and its value in a row.
type Build = (&'static str, fn(&Row) -> Usage);

const BUILDS: [Build; 4] = [
    ("from nothing", |row| row.cold),
    ("one handler edited", |row| row.one_handler),
    ("shared code edited", |row| row.shared),
    ("nothing edited", |row| row.unchanged),
];

impl Report {
    pub(super) fn new(machine: String, cores: u32) -> Self {
        Self { machine, cores, ours: Vec::new(), theirs: Vec::new(), sizes: Vec::new() }
    }

    pub(super) fn markdown(&self, options: &Options) -> String {
        let row = |functions: &usize| self.ours.iter().find(|row| row.functions == *functions);
        let compared: Vec<_> = options.functions.iter().filter_map(row).collect();
        let growing: Vec<_> = options.growth.iter().filter_map(row).collect();
        [self.machine.clone(), self.time(&compared), self.size(), growth(&growing, self.cores)].join("\n")
    }

    fn time(&self, rows: &[&Row]) -> String {
        let mut text = "| functions | build | CPU s | wall s | cargo-lambda: CPU s | wall s | CPU, ratio |\n\
                        |---|---|---|---|---|---|---|\n"
            .to_owned();
        for row in rows {
            for (name, build) in BUILDS {
                let ours = build(row);
                let _ = write!(
                    text,
                    "| {} | {name} | {} | {} |",
                    row.functions,
                    seconds(ours.cpu),
                    seconds(ours.wall)
                );
                let _ = match self.peer(row.functions, build) {
                    Some((cpu, Some(wall))) => {
                        writeln!(text, " {} | {} | {} |", seconds(cpu), seconds(wall), one_in(ours.cpu, cpu))
                    }
                    Some((cpu, None)) => {
                        writeln!(text, " ≈ {} | | {} |", seconds(cpu), one_in(ours.cpu, cpu))
                    }
                    None => writeln!(text, " | | |"),
                };
            }
        }
        text
    }

    /// cargo-lambda's processor time, and its elapsed time if it was measured. Otherwise the processor time
    /// is extrapolated from the two largest packages that were measured, because it repeats the same work for
    /// each function.
    fn peer(&self, functions: usize, build: fn(&Row) -> Usage) -> Option<(Duration, Option<Duration>)> {
        if let Some(row) = self.theirs.iter().find(|row| row.functions == functions) {
            let usage = build(row);
            return Some((usage.cpu, Some(usage.wall)));
        }
        let [.., low, high] = self.theirs.as_slice() else { return None };
        let points = [low, high].map(|row| (row.functions, build(row).cpu));
        extrapolated(points, functions).map(|cpu| (cpu, None))
    }

    fn size(&self) -> String {
        let peer = self.sizes.iter().find(|(name, _)| *name == "cargo-lambda").map(|(_, sizes)| sizes);
        let mut text =
            "| artifact of one handler | bytes | of cargo-lambda's | zip, bytes | of cargo-lambda's |\n\
                        |---|---|---|---|---|\n"
                .to_owned();
        for (name, sizes) in &self.sizes {
            let part =
                |own: u64, of: fn(&Sizes) -> u64| peer.map_or_else(String::new, |peer| part(own, of(peer)));
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} | {} |",
                thousands(sizes.bootstrap),
                part(sizes.bootstrap, |sizes| sizes.bootstrap),
                thousands(sizes.zip),
                part(sizes.zip, |sizes| sizes.zip),
            );
        }
        text
    }
}

/// What grows with the number of routes, and the cost of one more route at the end of the table.
fn growth(rows: &[&Row], cores: u32) -> String {
    let mut text =
        "| routes | from nothing: CPU s | shared code edited: CPU s | wall s | largest process, MB |\n\
                    |---|---|---|---|---|\n"
            .to_owned();
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            row.functions,
            seconds(row.cold.cpu),
            seconds(row.shared.cpu),
            seconds(row.shared.wall),
            row.shared.peak / 1_000_000,
        );
    }
    if let [.., low, high] = rows {
        let more = u32::try_from(high.functions.saturating_sub(low.functions)).unwrap_or(u32::MAX).max(1);
        let time = high.shared.cpu.saturating_sub(low.shared.cpu) / more;
        let memory = high.shared.peak.saturating_sub(low.shared.peak) / u64::from(more);
        let _ = writeln!(
            text,
            "\nFrom {} to {} routes, each further route costs {} ms of CPU time when shared code is edited, and {} kB in the \
             largest process.",
            low.functions,
            high.functions,
            time.as_millis(),
            memory / 1_000,
        );
        if let Some(wall) = wall(low, high, cores) {
            let _ = writeln!(text, "On {cores} cores, such an edit takes 10 s at about {wall} routes.");
        }
    }
    text
}

/// The number of routes at which an edit of shared code keeps all cores busy for ten seconds, extrapolated
/// from two packages.
fn wall(low: &Row, high: &Row, cores: u32) -> Option<u128> {
    let further = u128::try_from(high.functions.checked_sub(low.functions)?).ok()?;
    let step = high.shared.cpu.checked_sub(low.shared.cpu)?.as_millis();
    let missing = (Duration::from_secs(10) * cores).checked_sub(low.shared.cpu)?.as_millis();
    Some(u128::try_from(low.functions).ok()? + (missing * further).checked_div(step)?)
}

/// The value at `functions` on the line through two points.
fn extrapolated([low, high]: [(usize, Duration); 2], functions: usize) -> Option<Duration> {
    let step = u32::try_from(high.0.checked_sub(low.0)?).ok().filter(|step| *step > 0)?;
    let further = u32::try_from(functions.checked_sub(high.0)?).ok()?;
    Some(high.1 + high.1.saturating_sub(low.1) * further / step)
}

fn seconds(time: Duration) -> String {
    let digits = if time < Duration::from_secs(10) { 2 } else { 0 };
    format!("{:.digits$}", time.as_secs_f64())
}

/// `1/15`, rounded so that it never exceeds what was measured.
fn one_in(ours: Duration, theirs: Duration) -> String {
    let tenths = theirs.as_micros() * 10 / ours.as_micros().max(1);
    if tenths < 100 { format!("1/{}.{}", tenths / 10, tenths % 10) } else { format!("1/{}", tenths / 10) }
}

/// `0.851`, rounded up.
fn part(ours: u64, theirs: u64) -> String {
    let thousandths = (ours * 1_000).div_ceil(theirs.max(1));
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// `2,087,992`
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(seconds: u64) -> Usage {
        let time = Duration::from_secs(seconds);
        Usage { cpu: time, wall: time / 2, peak: seconds * 1_000_000 }
    }

    fn row(functions: usize, cold: u64) -> Row {
        let [one_handler, unchanged, shared] = [3, 1, 2].map(usage);
        Row { functions, cold: usage(cold), unchanged, one_handler, shared }
    }

    #[test]
    fn ratios_never_promise_more_than_was_measured() {
        let one_in = |ours, theirs| one_in(Duration::from_millis(ours), Duration::from_millis(theirs));
        assert_eq!(one_in(100, 1_599), "1/15");
        assert_eq!(one_in(100, 500), "1/5.0");
        assert_eq!(one_in(100, 499), "1/4.9");
        assert_eq!(one_in(100, 50), "1/0.5");
        assert_eq!(one_in(0, 0), "1/0.0");
        assert_eq!(part(1_774_794, 2_087_992), "0.851");
        assert_eq!(part(2_087_992, 2_087_992), "1.000");
    }

    #[test]
    fn more_functions_are_on_the_line_through_two_points() {
        let points = [(20, Duration::from_secs(504)), (40, Duration::from_secs(904))];
        assert_eq!(extrapolated(points, 100), Some(Duration::from_secs(904 + 20 * 60)));
        assert_eq!(extrapolated(points, 30), None);
        assert_eq!(extrapolated([points[0], points[0]], 100), None);
    }

    #[test]
    fn the_first_wall_is_where_an_edit_keeps_all_cores_busy_for_ten_seconds() {
        let edited = |functions, seconds| Row { shared: usage(seconds), ..row(functions, 1) };
        assert_eq!(wall(&edited(100, 11), &edited(300, 31), 2), Some(190));
        assert_eq!(wall(&edited(100, 11), &edited(300, 11), 2), None);
        assert_eq!(wall(&edited(100, 21), &edited(300, 31), 2), None);
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(
            ["7", "999", "1,000", "2,087,992"],
            [7, 999, 1_000, 2_087_992].map(thousands).each_ref().map(String::as_str)
        );
        assert_eq!(seconds(Duration::from_millis(1_234)), "1.23");
        assert_eq!(seconds(Duration::from_millis(101_600)), "102");
    }

    #[test]
    fn the_tables_compare_what_was_measured_and_say_what_was_not() {
        let mut report = Report::new("- a machine\n".to_owned(), 2);
        report.ours = vec![row(10, 50), row(20, 60), row(100, 100)];
        report.theirs = vec![row(10, 250), row(20, 500)];
        report.sizes = vec![
            ("routegen", Sizes { bootstrap: 1_900_000, zip: 900_000 }),
            ("cargo-lambda", Sizes { bootstrap: 2_000_000, zip: 1_000_000 }),
        ];
        let options = Options { functions: vec![20, 100], growth: vec![10, 100], ..Options::default() };
        let text = report.markdown(&options);
        for line in [
            "- a machine",
            "| 20 | from nothing | 60 | 30 | 500 | 250 | 1/8.3 |",
            "| 100 | from nothing | 100 | 50 | ≈ 2500 | | 1/25 |",
            "| routegen | 1,900,000 | 0.950 | 900,000 | 0.900 |",
            "| 10 | 50 | 2.00 | 1.00 | 2 |",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} is not in\n{text}");
        }
        report.theirs.clear();
        assert!(report.markdown(&options).contains("| 20 | from nothing | 60 | 30 | | | |"));
    }
}
