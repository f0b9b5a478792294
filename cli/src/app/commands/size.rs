//! How the size of an artifact has changed.

use std::cmp::Ordering;

use crate::{
    artifacts::{Artifact, Change},
    output::megabytes::Megabytes,
};

/// How an artifact changed since the last build: `new`, `unchanged`, or by how much its zip grew.
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
    fn changes_are_told_in_the_unit_that_shows_them() {
        let cases =
            [(5, 5, "changed"), (5, 17, "+12 B"), (2500, 1200, "-1.3 kB"), (1, 2_000_001, "+2.00 MB")];
        for (before, now, told) in cases {
            assert_eq!(difference(before, now), told);
        }
    }
}
