//! Records that libraries log with the crate `log` instead of `tracing`.
//!
//! In: a record. Out: the same line as for an event of tracing. It is silent if a program has its own
//! subscriber, which `tracing-log` connects with records.

use log::{LevelFilter, Log, Metadata, Record};
use tracing::{Dispatch, Level};

use super::{line::Fields, logger::Logger, spans};

/// Passes records to a [`Logger`].
pub(super) struct Records(pub(super) Dispatch);

impl Records {
    /// Installs it as the process's logger of records, unless another one is installed.
    pub(super) fn install(self) {
        let most = self.logger().map_or(LevelFilter::Off, |logger| match logger.filter.most().into_level() {
            None => LevelFilter::Off,
            Some(Level::ERROR) => LevelFilter::Error,
            Some(Level::WARN) => LevelFilter::Warn,
            Some(Level::INFO) => LevelFilter::Info,
            Some(Level::DEBUG) => LevelFilter::Debug,
            Some(Level::TRACE) => LevelFilter::Trace,
        });
        if log::set_logger(Box::leak(Box::new(self))).is_ok() {
            log::set_max_level(most);
        }
    }

    fn logger(&self) -> Option<&Logger> {
        self.0.downcast_ref()
    }

    /// The logger, if it accepts such a record.
    fn for_record(&self, metadata: &Metadata<'_>) -> Option<&Logger> {
        let level = match metadata.level() {
            log::Level::Error => Level::ERROR,
            log::Level::Warn => Level::WARN,
            log::Level::Info => Level::INFO,
            log::Level::Debug => Level::DEBUG,
            log::Level::Trace => Level::TRACE,
        };
        self.logger().filter(|logger| logger.filter.lets_pass(metadata.target(), level))
    }
}

impl Log for Records {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.for_record(metadata).is_some()
    }

    fn log(&self, record: &Record<'_>) {
        if let Some(logger) = self.for_record(record.metadata()) {
            let fields = Fields::of_message(record.args().to_string());
            logger.write(record.level().as_str(), record.target(), &fields, spans::entered());
        }
    }

    fn flush(&self) {}
}
