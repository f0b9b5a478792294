//! What the user's libraries are built for.

/// The two ways in which the user's libraries are built.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    /// For the registry, on this machine: routes are registered, and optimisation is avoided where possible.
    Registry,
    /// For the artifacts.
    Artifacts,
}
