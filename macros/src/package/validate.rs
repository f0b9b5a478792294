//! Validates a [`PackageAttr`] as a [`ValidPackage`].
//!
//! In: the arguments as written, each valid by itself. Out: the only type that is expanded.

use routegen_spec::PackageSpec;

use super::parse::PackageAttr;
use crate::{function, values};

/// What all routes have in common, ready for expansion.
pub(super) struct ValidPackage {
    pub(super) spec: PackageSpec,
    pub(super) guards: Vec<syn::Type>,
    pub(super) middleware: Vec<values::Around>,
    /// The path of the crate `routegen`.
    pub(super) krate: syn::Path,
}

/// Returns `None` only together with an error.
pub(super) fn validate(crate_name: &str, package: PackageAttr) -> Option<ValidPackage> {
    let guards = package.guards.value().unwrap_or_default();
    let middleware = package.middleware.value().unwrap_or_default();
    let mut spec = PackageSpec::default();
    spec.prefix = package.prefix.value();
    spec.guards = guards.iter().map(values::written).collect();
    spec.middleware = middleware.iter().map(values::written).collect();
    spec.env = package.env.value().unwrap_or_default();
    if !(guards.is_empty() && middleware.is_empty()) {
        spec.entry = Some(PackageSpec::symbol(crate_name));
    }
    Some(ValidPackage { spec, guards, middleware, krate: function::krate(package.krate)? })
}
