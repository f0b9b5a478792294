//! The figures as Markdown tables: the servers side by side, and whether the targets are met.

use std::fmt::Write as _;

use super::{
    super::figure::{float, microseconds, milliseconds, whole},
    server::Measured,
};

/// A server, and its name.
pub(super) type Column<'a> = (&'a str, &'a Measured);

/// A row: its name, its value, the number of digits, and the target.
struct Row {
    name: &'static str,
    value: fn(&Measured) -> Option<f64>,
    digits: usize,
    aim: Option<Aim>,
}

#[derive(Clone, Copy)]
enum Aim {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

const ROWS: [Row; 11] = [
    Row {
        name: "1 connection: requests/s",
        value: |server| Some(float(server.figures[0].requests_a_second)),
        digits: 0,
        aim: None,
    },
    Row {
        name: "1 connection: p50, ms",
        value: |server| Some(milliseconds(server.figures[0].p50)),
        digits: 3,
        aim: Some(Aim::AtMost(0.25)),
    },
    Row {
        name: "1 connection: p99, ms",
        value: |server| Some(milliseconds(server.figures[0].p99)),
        digits: 2,
        aim: None,
    },
    Row {
        name: "1 connection: server CPU time, µs/request",
        value: |server| Some(microseconds(server.processor[0])),
        digits: 1,
        aim: None,
    },
    Row {
        name: "32 connections: requests/s",
        value: |server| Some(float(server.figures[1].requests_a_second)),
        digits: 0,
        aim: Some(Aim::AtLeast(10_000.0)),
    },
    Row {
        name: "32 connections: p50, ms",
        value: |server| Some(milliseconds(server.figures[1].p50)),
        digits: 2,
        aim: None,
    },
    Row {
        name: "32 connections: p99, ms",
        value: |server| Some(milliseconds(server.figures[1].p99)),
        digits: 2,
        aim: Some(Aim::Below(15.0)),
    },
    Row {
        name: "32 connections: server CPU time, µs/request",
        value: |server| Some(microseconds(server.processor[1])),
        digits: 1,
        aim: None,
    },
    Row {
        name: "32 connections, every token new: requests/s",
        value: |server| server.new_tokens.map(|figures| float(figures.requests_a_second)),
        digits: 0,
        aim: Some(Aim::AtLeast(10_000.0)),
    },
    Row {
        name: "32 connections, every token new: p99, ms",
        value: |server| server.new_tokens.map(|figures| milliseconds(figures.p99)),
        digits: 2,
        aim: Some(Aim::Below(15.0)),
    },
    Row {
        name: "server memory, MB",
        value: |server| Some(float(server.memory) / 1e6),
        digits: 1,
        aim: Some(Aim::Below(30.0)),
    },
];

/// routegen's servers, cargo-lambda's with the ratios if it was measured, and the targets.
pub(super) fn markdown(machine: &str, ours: &[Column<'_>], peer: Option<Column<'_>>) -> String {
    let names = ours.iter().chain(&peer).map(|(name, _)| (*name).to_owned());
    let ratios = ours.iter().filter(|_| peer.is_some()).map(|(name, _)| format!("ratio of {name}"));
    let mut text = format!("{machine}\n{}", head([String::new()].into_iter().chain(names).chain(ratios)));
    for Row { name, value, digits, .. } in &ROWS {
        let shown = ours.iter().chain(&peer).map(|(_, measured)| number(value(measured), *digits));
        let ratios = peer.iter().flat_map(|(_, peer)| {
            ours.iter().map(|(_, measured)| {
                let ratio = value(measured).zip(value(peer)).map(|(ours, theirs)| ours / theirs);
                ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
            })
        });
        text += &line([(*name).to_owned()].into_iter().chain(shown).chain(ratios));
    }
    text.push('\n');
    let names = ours.iter().map(|(name, _)| (*name).to_owned());
    text += &head(["aim".to_owned()].into_iter().chain(names));
    for Row { name, value, digits, aim } in &ROWS {
        let Some(aim) = aim else { continue };
        let outcomes = ours.iter().map(|(_, measured)| {
            let Some(value) = value(measured) else { return String::new() };
            format!("{}: {}", if aim.is_met(value) { "met" } else { "not met" }, number(Some(value), *digits))
        });
        text += &line([format!("{name}, {}", aim.text())].into_iter().chain(outcomes));
    }
    text
}

impl Aim {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(aim) => value >= aim,
            Self::AtMost(aim) => value <= aim,
            Self::Below(aim) => value < aim,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(aim) => format!("at least {}", whole(aim)),
            Self::AtMost(aim) => format!("at most {aim}"),
            Self::Below(aim) => format!("below {aim}"),
        }
    }
}

fn head(cells: impl Iterator<Item = String>) -> String {
    let head = line(cells);
    let columns = head.matches('|').count() - 1;
    format!("{head}|{}\n", "---|".repeat(columns))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = "|".to_owned();
    for cell in cells {
        let _ = write!(text, " {cell} |");
    }
    text.push('\n');
    text
}

/// Empty if it was not measured.
fn number(number: Option<f64>, digits: usize) -> String {
    match number {
        None => String::new(),
        Some(number) if digits == 0 => whole(number),
        Some(number) => format!("{number:.digits$}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{super::load::Figures, *};

    fn measured(requests_a_second: u64, p50: u64, p99: u64, memory: u64) -> Measured {
        let [p50, p99] = [p50, p99].map(Duration::from_micros);
        let figures = Figures { answers: requests_a_second, requests_a_second, p50, p99 };
        Measured { figures: [figures; 2], processor: [p50 / 2; 2], new_tokens: None, memory }
    }

    #[test]
    fn servers_stand_beside_each_other_with_ratios_and_aims() {
        let (mut ours, slow) =
            (measured(20_000, 110, 2_700, 13_000_000), measured(9_000, 260, 15_000, 30_000_000));
        ours.new_tokens = Some(ours.figures[1]);
        let theirs = measured(1_000, 1_100, 5_400, 26_000_000);
        let text = markdown("- a machine\n", &[("ours", &ours), ("slow", &slow)], Some(("theirs", &theirs)));
        for expected in [
            "|  | ours | slow | theirs | ratio of ours | ratio of slow |\n|---|---|---|---|---|---|\n",
            "| 32 connections: requests/s | 20,000 | 9,000 | 1,000 | 20.00 | 9.00 |\n",
            "| 1 connection: p50, ms | 0.110 | 0.260 | 1.100 | 0.10 | 0.24 |\n",
            "| 32 connections: server CPU time, µs/request | 55.0 | 130.0 | 550.0 | 0.10 | 0.24 |\n",
            "| server memory, MB | 13.0 | 30.0 | 26.0 | 0.50 | 1.15 |\n",
            "| 32 connections, every token new: requests/s | 20,000 |  |  |  |  |\n",
            "| aim | ours | slow |\n|---|---|---|\n",
            "| 32 connections, every token new: requests/s, at least 10,000 | met: 20,000 |  |\n",
            "| 32 connections: requests/s, at least 10,000 | met: 20,000 | not met: 9,000 |\n",
            "| 1 connection: p50, ms, at most 0.25 | met: 0.110 | not met: 0.260 |\n",
            "| 32 connections: p99, ms, below 15 | met: 2.70 | not met: 15.00 |\n",
            "| server memory, MB, below 30 | met: 13.0 | not met: 30.0 |\n",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn without_a_peer_there_are_no_ratios() {
        let ours = measured(20_000, 110, 2_700, 13_000_000);
        let text = markdown("", &[("ours", &ours)], None);
        assert!(text.contains("|  | ours |\n|---|---|\n") && !text.contains("ratio"), "{text}");
    }
}
