//! CloudWatch's units.

/// Defines the units.
macro_rules! units {
    ($($name:ident $text:literal)*) => {
        /// The unit of a metric: one of [CloudWatch's].
        ///
        /// [CloudWatch's]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Unit {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Unit {
            /// All units.
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            /// The name that CloudWatch uses.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

units! {
    Seconds "Seconds" Microseconds "Microseconds" Milliseconds "Milliseconds"
    Bytes "Bytes" Kilobytes "Kilobytes" Megabytes "Megabytes" Gigabytes "Gigabytes" Terabytes "Terabytes"
    Bits "Bits" Kilobits "Kilobits" Megabits "Megabits" Gigabits "Gigabits" Terabits "Terabits"
    Percent "Percent" Count "Count"
    BytesPerSecond "Bytes/Second" KilobytesPerSecond "Kilobytes/Second" MegabytesPerSecond "Megabytes/Second"
    GigabytesPerSecond "Gigabytes/Second" TerabytesPerSecond "Terabytes/Second"
    BitsPerSecond "Bits/Second" KilobitsPerSecond "Kilobits/Second" MegabitsPerSecond "Megabits/Second"
    GigabitsPerSecond "Gigabits/Second" TerabitsPerSecond "Terabits/Second"
    CountPerSecond "Count/Second" None "None"
}
