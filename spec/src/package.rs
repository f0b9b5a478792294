//! What all routes of a package have in common.
//!
//! In: what `package!` says. Out: routes that have it too. A path below a prefix is one path, which all that reads a manifest sees.

use serde::{Deserialize, Serialize};

use crate::{Compiled, DeclarationError, EnvName, PathPattern, RouteSpec, SourceLocation};

/// What `package!` says.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PackageSpec {
    /// What the path of every route begins with.
    pub prefix: Option<PathPattern>,
    /// The guards of every route, as they were written.
    pub guards: Vec<String>,
    /// What stands around them, as it was written, the outermost first.
    pub middleware: Vec<String>,
    /// The environment variables that every function gets.
    pub env: Vec<EnvName>,
    /// The exported symbol of what stands around handlers; `None` where nothing does.
    pub entry: Option<String>,
}

impl PackageSpec {
    /// What every symbol of this kind begins with.
    pub const PREFIX: &str = "routegen_package.";

    /// The symbol of a crate.
    pub fn symbol(crate_name: &str) -> String {
        format!("{}{crate_name}", Self::PREFIX)
    }

    /// All of it, as JSON.
    pub fn to_declaration(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What such a text says.
    pub fn from_declaration(text: &str) -> Result<Self, DeclarationError> {
        serde_json::from_str(text).map_err(DeclarationError)
    }

    /// A route of the package, with what all of them have. Its own guards and middleware are the inner ones.
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
