//! A route of the API.

use routegen_spec::{Auth, Method, PathPattern, RouteKey, RouteSpec, Scope, Throttle};

/// A route: its method and path, who may call it, and which function answers.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: PathPattern,
    pub(crate) auth: Auth,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) function: String,
    pub(crate) throttle: Option<Throttle>,
}

impl Route {
    /// A route. `auth` has no default: a route is open only if its author writes [`Auth::None`].
    pub fn new(method: Method, path: PathPattern, auth: Auth, function: impl Into<String>) -> Self {
        Self { method, path, auth, scopes: Vec::new(), function: function.into(), throttle: None }
    }

    /// Requires tokens that have one of these scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.scopes.extend(scopes);
        self
    }

    /// Limits the requests of this route.
    #[must_use]
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.throttle = Some(throttle);
        self
    }

    pub(crate) fn key(&self) -> RouteKey<'_> {
        RouteKey::new(self.method, &self.path)
    }
}

/// A route from a manifest. Its function has the name that `routegen build` gives it.
impl From<&RouteSpec> for Route {
    fn from(spec: &RouteSpec) -> Self {
        Self {
            method: spec.method,
            path: spec.path.clone(),
            auth: spec.auth.clone(),
            scopes: spec.scopes.clone(),
            function: spec.function().to_kebab_case(),
            throttle: spec.throttle,
        }
    }
}
