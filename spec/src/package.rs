//! What all routes of a package have in common.
//!
//! In: the arguments of `package!`. Out: routes with them applied. A path below a prefix is a single path
//! for everything that reads a manifest.

use serde::{Deserialize, Serialize};

use crate::{Compiled, DeclarationError, EnvName, PathPattern, RouteSpec, SourceLocation};

/// The arguments of `package!`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PackageSpec {
    /// The prefix of every route's path.
    pub prefix: Option<PathPattern>,
    /// The guards of every route, as they were written.
    pub guards: Vec<String>,
    /// The middleware around them, as it was written, the outermost first.
    pub middleware: Vec<String>,
    /// The environment variables that every function gets.
    pub env: Vec<EnvName>,
    /// The exported symbol of the middleware; `None` if there is none.
    pub entry: Option<String>,
}

impl PackageSpec {
    /// The prefix of every symbol of this kind.
    pub const PREFIX: &str = "routegen_package.";

    /// The symbol of a crate.
    pub fn symbol(crate_name: &str) -> String {
        format!("{}{crate_name}", Self::PREFIX)
    }

    /// The spec as JSON.
    pub fn to_declaration(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads such a text.
    pub fn from_declaration(text: &str) -> Result<Self, DeclarationError> {
        serde_json::from_str(text).map_err(DeclarationError)
    }

    /// Applies the package's settings to a route. The route's own guards and middleware are the inner ones.
    pub fn apply(&self, route: &mut RouteSpec) {
        if let Some(prefix) = &self.prefix {
            route.path = route.path.below(prefix);
        }
        route.guards.splice(..0, self.guards.iter().cloned());
        route.middleware.splice(..0, self.middleware.iter().cloned());
        let mut compiled = Compiled::new("", "", SourceLocation::default());
        compiled.env.clone_from(&self.env);
        route.add(compiled);
        route.package_entry.clone_from(&self.entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Auth, Method};

    #[test]
    fn a_route_has_what_all_have_before_its_own() {
        let package = PackageSpec {
            prefix: Some("/v1/shop".parse().unwrap()),
            guards: vec!["Tenant".to_owned()],
            env: vec!["TENANTS".parse().unwrap()],
            entry: Some(PackageSpec::symbol("items")),
            ..PackageSpec::default()
        };
        let package = PackageSpec::from_declaration(&package.to_declaration()).unwrap();
        for (own, expected) in [
            ("/items/{id}", "/v1/shop/items/{id}"),
            ("/", "/v1/shop"),
            ("/{rest+}", "/v1/shop/{rest+}"),
            ("$default", "$default"),
        ] {
            let mut route =
                RouteSpec::new("a".parse().unwrap(), Method::Any, own.parse().unwrap(), Auth::None);
            route.guards = vec!["Admin".to_owned()];
            package.apply(&mut route);
            assert_eq!(route.path.as_str(), expected);
            assert_eq!(route.guards, ["Tenant", "Admin"]);
            assert_eq!(
                (route.env.len(), route.package_entry.as_deref()),
                (1, Some("routegen_package.items"))
            );
        }
    }
}
