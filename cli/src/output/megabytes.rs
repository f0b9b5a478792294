//! Sizes, as messages show them.

use std::fmt;

/// A number of bytes, shown as `0.88 MB`.
#[derive(Debug)]
pub(crate) struct Megabytes(pub(crate) u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Hundredths of 10^6 bytes, rounded up, as integers to avoid the rounding of floats.
        let hundredths = self.0.div_ceil(10_000);
        f.pad(&format!("{}.{:02} MB", hundredths / 100, hundredths % 100))
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
}
