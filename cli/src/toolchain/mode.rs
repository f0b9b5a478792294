//! What the user's libraries are built for.

/// The two ways in which the user's libraries are built.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    /// For the registry, on this machine: the routes are registered, and nothing is optimised that need not be.
    Registry,
    /// For the artifacts.
    Artifacts,
}
