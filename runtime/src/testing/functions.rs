//! All functions of the routes, authorizers and consumers that a test links, for tests over HTTP and with
//! events.
//!
//! In: a function's name and an event. Out: what Lambda would return to API Gateway or an event source.
//! Routing and authorization are up to the caller, for instance the crate `routegen-gateway`, which reads
//! them from the manifest.

use std::{collections::BTreeMap, sync::Arc};

use lambda_runtime::{BoxFuture, Context, Error, LambdaEvent};
use routegen_spec::{Manifest, Trigger};
use serde_json::{Value, value::RawValue};

use crate::{
    Init, Resource,
    authorizer::Authorizer,
    consumer::Consumer,
    registry,
    route::Route,
    serve::{Failure, Output, invoke_authorizer, invoke_consumer, invoke_group, prepare},
};

/// Returns the functions of all routes, authorizers and consumers that the test links, including those of its
/// dependencies.
///
/// With the crate `routegen-gateway` they are a whole API, with the same authorization as in the cloud:
///
/// ```
/// # mod items {
/// # use routegen::{Path, route};
/// # #[route(GET, "/items/{id}", auth = "cognito", scopes = ["items/read"])]
/// # async fn get_item(Path(id): Path<u64>) -> String { id.to_string() }
/// # }
/// use items as _; // An integration test must name its own crate, or its routes are not linked.
/// use routegen::testing;
/// use serde_json::json;
///
/// # fn main() {
/// # futures_util::future::FutureExt::now_or_never(async {
/// let functions = testing::functions();
/// // let api = Api::in_process(&functions.manifest(), move |function, event| functions.invoke(function, event));
/// // let gateway = Gateway::builder(api).local_issuer(LocalIssuer::new()).start().await?;
/// # let event = br#"{ "version": "2.0", "routeKey": "GET /items/{id}", "rawPath": "/items/7", "rawQueryString": "",
/// #   "headers": {}, "isBase64Encoded": false, "pathParameters": { "id": "7" }, "requestContext": {
/// #   "routeKey": "GET /items/{id}", "stage": "$default", "http": { "method": "GET", "path": "/items/7" } } }"#;
/// # let answer = functions.invoke("get-item", event).await.unwrap();
/// # assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("7")));
/// # }).unwrap();
/// # }
/// ```
///
/// They share the resources of one execution environment; in the cloud each function has its own.
///
/// # Panics
///
/// If two versions of `routegen` are linked, so that registrations cannot be read.
pub fn functions() -> Functions {
    let manifest = registry::manifest().unwrap_or_else(|error| panic!("{error}"));
    let (mut served, mut authorizers, mut consumers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for function in manifest.functions() {
        let name = function.name.to_kebab_case();
        match function.trigger {
            Trigger::Routes(routes) => {
                let entries = routes.iter().filter_map(|route| registry::route(&route.entry));
                served.insert(name, entries.collect::<Vec<Route>>());
            }
            Trigger::Authorizer(authorizer) => {
                authorizers.extend(registry::authorizer(&authorizer.entry).map(|entry| (name, entry)));
            }
            Trigger::Consumer(consumer) => {
                consumers.extend(registry::consumer(&consumer.entry).map(|entry| (name, entry)));
            }
            _ => {}
        }
    }
    Functions {
        all: Arc::new(All { manifest, routes: served, authorizers, consumers }),
        init: Init::default(),
    }
}

/// All functions of a test: see [`functions`].
#[derive(Clone, Debug)]
pub struct Functions {
    all: Arc<All>,
    init: Init,
}

#[derive(Debug)]
struct All {
    manifest: Manifest,
    routes: BTreeMap<String, Vec<Route>>,
    authorizers: BTreeMap<String, Authorizer>,
    consumers: BTreeMap<String, Consumer>,
}

impl Functions {
    /// Uses this value as the resource of its type, instead of creating one.
    #[must_use]
    pub fn with<T: Resource>(mut self, resource: T) -> Self {
        self.init = self.init.with(resource);
        self
    }

    /// Returns what the attributes declare: the routes with their authorizers, scopes and functions.
    pub fn manifest(&self) -> Manifest {
        self.all.manifest.clone()
    }

    /// Invokes the function with this name, which is that of its artifact (`get-items`), with the JSON of an
    /// event. As in Lambda, its resources are created first.
    ///
    /// # Errors
    ///
    /// If there is no such function, the event is not one of its kind, or a resource cannot be created.
    pub fn invoke(
        &self,
        function: &str,
        event: impl AsRef<[u8]>,
    ) -> BoxFuture<'static, Result<Value, Error>> {
        let Self { all, init } = self.clone();
        let function = function.to_owned();
        let event = serde_json::from_slice::<Box<RawValue>>(event.as_ref());
        Box::pin(async move {
            let event = LambdaEvent::new(event?, Context::default());
            let output = if let Some(routes) = all.routes.get(&function) {
                let resources: Vec<_> = routes.iter().map(|route| route.resources).collect();
                prepare(&resources, &init).await?;
                invoke_group(routes, init, event).await
            } else if let Some(authorizer) = all.authorizers.get(&function) {
                prepare(&[authorizer.resources], &init).await?;
                invoke_authorizer(*authorizer, init, event).await
            } else if let Some(consumer) = all.consumers.get(&function) {
                prepare(&[consumer.resources], &init).await?;
                invoke_consumer(*consumer, init, event).await
            } else {
                return Err(all.unknown(&function));
            };
            output.map_err(Failure::into_error).and_then(|output: Output| Ok(serde_json::to_value(output)?))
        })
    }
}

impl All {
    fn unknown(&self, function: &str) -> Error {
        let known = self.routes.keys().chain(self.authorizers.keys()).chain(self.consumers.keys());
        let known: Vec<&str> = known.map(String::as_str).collect();
        let known = match known.as_slice() {
            [] => "nothing is linked: name the crate that has the routes, `use items as _;`".to_owned(),
            known => format!("but `{}`", known.join("`, `")),
        };
        format!("there is no function `{function}`, {known}").into()
    }
}
