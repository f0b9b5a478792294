//! Sizes as the commands tell them.

use std::{cmp::Ordering, fmt};

use crate::artifacts::{Artifact, Change};

/// A number of bytes for people: `0.88 MB`.
pub(super) struct Megabytes(pub(super) u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Integers, so that no rounding of floats is to be thought about: hundredths of 10^6 bytes, rounded up.
        let hundredths = self.0.div_ceil(10_000);
        f.pad(&format!("{}.{:02} MB", hundredths / 100, hundredths % 100))
    }
}

/// What became of an artifact since the last build: `new`, `unchanged`, or by how much its zip grew.
pub(super) fn change(artifact: &Artifact) -> String {
    match (artifact.change, artifact.zip_bytes_before) {
        (Change::New, _) => "new".to_owned(),
        (Change::Unchanged, _) => "unchanged".to_owned(),
        (Change::Changed, before) => difference(before.unwrap_or_default(), artifact.zip_bytes),
    }
}

fn difference(before: u64, now: u64) -> String {
    let sign = match now.cmp(&before) {
        Ordering::Equal => return "changed".to_owned(),
        Ordering::Greater => '+',
        Ordering::Less => '-',
    };
    match now.abs_diff(before) {
        bytes @ ..1000 => format!("{sign}{bytes} B"),
        bytes @ 1000..1_000_000 => format!("{sign}{}.{} kB", bytes / 1000, bytes % 1000 / 100),
        bytes => format!("{sign}{}", Megabytes(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_megabytes() {
        assert_eq!(Megabytes(879_737).to_string(), "0.88 MB");
        assert_eq!(Megabytes(1).to_string(), "0.01 MB");
        assert_eq!(Megabytes(12_345_678).to_string(), "12.35 MB");
    }

    #[test]
    fn changes_are_told_in_the_unit_that_shows_them() {
        let cases =
            [(5, 5, "changed"), (5, 17, "+12 B"), (2500, 1200, "-1.3 kB"), (1, 2_000_001, "+2.00 MB")];
        for (before, now, told) in cases {
            assert_eq!(difference(before, now), told);
        }
    }
}
