//! The whole API.

use std::{collections::BTreeMap, fmt::Display, sync::Arc, time::Duration};

use bytes::Bytes;
use routegen_apigw::{REGION, cors::Cors};
use routegen_spec::{Auth, IdentitySource, Manifest, Throttle};
use serde_json::Value;

use super::{Authorizer, Consumer, Function, FunctionError, IamKey, JwtAuthorizer, Program, Route};

/// An HTTP API with its functions, as it would be deployed.
/// [`GatewayBuilder::start`](crate::GatewayBuilder::start) and
/// [`Gateway::replace`](crate::Gateway::replace) report inconsistencies.
#[derive(Clone, Debug, Default)]
pub struct Api {
    pub(crate) routes: Vec<Route>,
    pub(crate) consumers: Vec<Consumer>,
    pub(crate) functions: BTreeMap<String, Function>,
    pub(crate) processes: BTreeMap<String, Program>,
    pub(crate) authorizers: BTreeMap<String, Authorizer>,
    pub(crate) iam_keys: Vec<IamKey>,
    pub(crate) cors: Option<Cors>,
    pub(crate) stage: Option<String>,
    pub(crate) stage_variables: BTreeMap<String, String>,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) region: Option<String>,
    #[cfg(feature = "page")]
    pub(crate) reference: Option<super::Reference>,
}

impl Api {
    /// The default region.
    pub const REGION: &str = REGION;

    /// An API without routes, on the stage `$default`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The API of a manifest, with its functions in this process, for tests: `invoke` gets a function's
    /// name and the JSON of an event. If it fails, clients get 500.
    ///
    /// Its Lambda authorizers are called. All other authorizers that routes name accept tokens of the local
    /// issuer, as in `routegen dev`. The caller adds keys for `auth = "iam"`, CORS and a stage.
    pub fn in_process<F, E>(
        manifest: &Manifest,
        invoke: impl Fn(&str, Bytes) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Value, E>> + Send + 'static,
        E: Display,
    {
        let invoke = Arc::new(invoke);
        let function = |name: &str| {
            let (invoke, name) = (invoke.clone(), name.to_owned());
            Function::in_process(move |invocation| {
                let answer = invoke(&name, invocation.payload);
                async { answer.await.map_err(|error| FunctionError::new("Error", error.to_string())) }
            })
        };
        let mut api = Self::new().routes(&manifest.routes).consumers(&manifest.consumers);
        for spec in manifest.functions() {
            let (name, timeout) = (spec.name.to_kebab_case(), Duration::from_secs(spec.timeout.into()));
            api = api.function(&name, function(&name).timeout(timeout));
        }
        for route in &manifest.routes {
            // A name that is not in the code is one from `routegen.toml`.
            let kind = manifest.authorizer(&route.auth, |_| Some(IdentitySource::authorization()));
            if let (Auth::Authorizer(name), Ok(Some(kind))) = (&route.auth, kind)
                && let Some(authorizer) = Authorizer::of_kind(&kind, JwtAuthorizer::local())
            {
                api = api.authorizer(name, authorizer);
            }
        }
        api
    }

    /// Adds a route.
    #[must_use]
    pub fn route(mut self, route: impl Into<Route>) -> Self {
        self.routes.push(route.into());
        self
    }

    /// Adds routes.
    #[must_use]
    pub fn routes(mut self, routes: impl IntoIterator<Item = impl Into<Route>>) -> Self {
        self.routes.extend(routes.into_iter().map(Into::into));
        self
    }

    /// Adds a consumer: a function that an event source calls.
    #[must_use]
    pub fn consumer(mut self, consumer: impl Into<Consumer>) -> Self {
        self.consumers.push(consumer.into());
        self
    }

    /// Adds consumers.
    #[must_use]
    pub fn consumers(mut self, consumers: impl IntoIterator<Item = impl Into<Consumer>>) -> Self {
        self.consumers.extend(consumers.into_iter().map(Into::into));
        self
    }

    /// Adds a function that routes, consumers and Lambda authorizers can name. It replaces an earlier one
    /// with the same name.
    #[must_use]
    pub fn function(mut self, name: impl Into<String>, function: Function) -> Self {
        self.functions.insert(name.into(), function);
        self
    }

    /// Adds a program that serves several functions: see [`Function::served_by`].
    #[must_use]
    pub fn process(mut self, name: impl Into<String>, program: Program) -> Self {
        self.processes.insert(name.into(), program);
        self
    }

    /// Adds an authorizer under the name that routes use for it.
    #[must_use]
    pub fn authorizer(mut self, name: impl Into<String>, authorizer: impl Into<Authorizer>) -> Self {
        self.authorizers.insert(name.into(), authorizer.into());
        self
    }

    /// Adds a key that requests to routes with `auth = "iam"` may be signed with.
    #[must_use]
    pub fn iam_key(mut self, key: IamKey) -> Self {
        self.iam_keys.push(key);
        self
    }

    /// Lets browsers call the API from other origins.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Names the stage, which becomes the first segment of every request's path.
    #[must_use]
    pub fn stage(mut self, name: impl Into<String>) -> Self {
        self.stage = Some(name.into());
        self
    }

    /// Sets a stage variable, which every event contains.
    #[must_use]
    pub fn stage_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stage_variables.insert(name.into(), value.into());
        self
    }

    /// Limits the requests of every route without its own throttle. Each route is counted separately.
    #[must_use]
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.throttle = Some(throttle);
        self
    }

    /// Sets what the page shows besides the routes ([`GatewayBuilder::page`](crate::GatewayBuilder::page)).
    #[cfg(feature = "page")]
    #[cfg_attr(docsrs, doc(cfg(feature = "page")))]
    #[must_use]
    pub fn reference(mut self, reference: super::Reference) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Sets the region for functions and signatures, instead of [`Api::REGION`].
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }
}
