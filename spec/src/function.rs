//! The functions of an API: which routes share one, and which defaults apply.
//!
//! In: a manifest. Out: its functions, each with its trigger and its settings. If the routes of a function
//! disagree, the first one counts; the command's check reports the disagreement.

use std::collections::BTreeMap;

use crate::{
    Auth, AuthorizerSpec, ConsumerSpec, EnvName, GrantSpec, Manifest, Name, RouteSpec, Trigger, TriggerKind,
    limits,
};

/// A Lambda function.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FunctionSpec<'a> {
    /// The name of its route, its group of routes, its authorizer or its consumer.
    pub name: &'a Name,
    /// What calls it.
    pub trigger: Trigger<'a>,
    /// Memory in MB.
    pub memory: u32,
    /// How long an invocation may take, in seconds.
    pub timeout: u32,
    /// Whether it runs on several threads.
    pub multi_thread: bool,
    /// The environment variables that it needs, each once.
    pub env: Vec<&'a EnvName>,
    /// The grants that its resources declare, each once.
    pub grants: Vec<&'a GrantSpec>,
    /// The doc comment of its one function, or the route keys if it has several.
    pub description: String,
    /// The cargo package of its entry points.
    pub package: &'a str,
    /// The symbols of its entry points.
    pub entries: Vec<&'a str>,
}

/// The settings of functions whose attributes do not set them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FunctionDefaults {
    /// Memory in MB.
    pub memory: u32,
    /// How long an invocation may take, in seconds. API Gateway's limit for authorizers is lower, so an
    /// authorizer gets no more than that limit.
    pub timeout: u32,
    /// Whether functions run on several threads.
    pub multi_thread: bool,
}

impl FunctionDefaults {
    /// Lambda's own default, in MB.
    pub const MEMORY_MB: u32 = limits::DEFAULT_MEMORY_MB;

    /// In seconds. A cold start on a busy host can take longer than Lambda's own
    /// [default](limits::DEFAULT_TIMEOUT).
    pub const TIMEOUT_S: u32 = 10;

    /// Defaults other than those of [`Default`].
    pub fn new(memory: u32, timeout: u32) -> Self {
        Self { memory, timeout, multi_thread: false }
    }

    /// Sets whether functions run on several threads.
    #[must_use]
    pub fn with_threads(self, multi_thread: bool) -> Self {
        Self { multi_thread, ..self }
    }
}

impl Default for FunctionDefaults {
    fn default() -> Self {
        Self::new(Self::MEMORY_MB, Self::TIMEOUT_S)
    }
}

impl Manifest {
    /// All functions, sorted by name, with the [default](FunctionDefaults::default) settings where their
    /// attributes set none.
    pub fn functions(&self) -> Vec<FunctionSpec<'_>> {
        self.functions_with(FunctionDefaults::default())
    }

    /// All functions, sorted by name, with these settings where their attributes set none.
    pub fn functions_with(&self, defaults: FunctionDefaults) -> Vec<FunctionSpec<'_>> {
        let mut by_name: BTreeMap<&Name, Vec<&RouteSpec>> = BTreeMap::new();
        for route in &self.routes {
            by_name.entry(route.function()).or_default().push(route);
        }
        let of_routes =
            by_name.into_iter().filter_map(|(name, routes)| FunctionSpec::of_routes(name, routes, defaults));
        let of_authorizers =
            self.authorizers.iter().map(|authorizer| FunctionSpec::of_authorizer(authorizer, defaults));
        let of_consumers =
            self.consumers.iter().map(|consumer| FunctionSpec::of_consumer(consumer, defaults));
        let mut functions: Vec<_> = of_routes.chain(of_authorizers).chain(of_consumers).collect();
        functions.sort_by_key(|function| function.name);
        functions
    }

    /// Whether anything calls the function. A function that nothing calls, such as an authorizer that no
    /// route names, is not deployed.
    pub fn calls(&self, function: &FunctionSpec<'_>) -> bool {
        match &function.trigger {
            Trigger::Routes(_) | Trigger::Consumer(_) => true,
            Trigger::Authorizer(authorizer) => self.routes.iter().any(
                |route| matches!(&route.auth, Auth::Authorizer(name) if name == authorizer.name.as_str()),
            ),
        }
    }
}

impl<'a> FunctionSpec<'a> {
    /// The function that answers all of these routes; `None` if there are none.
    fn of_routes(name: &'a Name, routes: Vec<&'a RouteSpec>, defaults: FunctionDefaults) -> Option<Self> {
        let first = routes.first()?;
        let mut env = Vec::new();
        for name in routes.iter().flat_map(|route| &route.env) {
            if !env.contains(&name) {
                env.push(name);
            }
        }
        let mut grants = Vec::new();
        for grant in routes.iter().flat_map(|route| &route.grants) {
            if !grants.contains(&grant) {
                grants.push(grant);
            }
        }
        Some(Self {
            name,
            memory: routes.iter().find_map(|route| route.memory).unwrap_or(defaults.memory),
            timeout: routes.iter().find_map(|route| route.timeout).unwrap_or(defaults.timeout),
            multi_thread: routes.iter().find_map(|route| route.multi_thread).unwrap_or(defaults.multi_thread),
            env,
            grants,
            description: description(first, &routes),
            package: &first.package,
            entries: routes.iter().map(|route| route.entry.as_str()).collect(),
            trigger: Trigger::Routes(routes),
        })
    }

    fn of_authorizer(authorizer: &'a AuthorizerSpec, defaults: FunctionDefaults) -> Self {
        let timeout = || defaults.timeout.min(*limits::AUTHORIZER_TIMEOUT_S.end());
        Self {
            name: &authorizer.name,
            memory: authorizer.memory.unwrap_or(defaults.memory),
            timeout: authorizer.timeout.unwrap_or_else(timeout),
            multi_thread: defaults.multi_thread,
            env: authorizer.env.iter().collect(),
            grants: authorizer.grants.iter().collect(),
            description: authorizer.description.clone(),
            package: &authorizer.package,
            entries: vec![&authorizer.entry],
            trigger: Trigger::Authorizer(authorizer),
        }
    }

    fn of_consumer(consumer: &'a ConsumerSpec, defaults: FunctionDefaults) -> Self {
        Self {
            name: &consumer.name,
            memory: consumer.memory.unwrap_or(defaults.memory),
            timeout: consumer.timeout.unwrap_or(defaults.timeout),
            multi_thread: consumer.multi_thread.unwrap_or(defaults.multi_thread),
            env: consumer.env.iter().collect(),
            grants: consumer.grants.iter().collect(),
            description: consumer.description.clone(),
            package: &consumer.package,
            entries: vec![&consumer.entry],
            trigger: Trigger::Consumer(consumer),
        }
    }

    /// The kind of its trigger.
    pub fn kind(&self) -> TriggerKind {
        self.trigger.kind()
    }

    /// The routes that it answers.
    pub fn routes(&self) -> &[&'a RouteSpec] {
        match &self.trigger {
            Trigger::Routes(routes) => routes,
            Trigger::Authorizer(_) | Trigger::Consumer(_) => &[],
        }
    }
}

fn description(first: &RouteSpec, routes: &[&RouteSpec]) -> String {
    if routes.iter().all(|route| route.handler == first.handler) {
        return first.description.clone();
    }
    let keys: Vec<_> = routes.iter().map(|route| route.route_key().to_string()).collect();
    keys.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    fn route(name: &str, lambda: Option<&str>) -> RouteSpec {
        let path = format!("/{name}").parse().unwrap();
        let mut route =
            RouteSpec::new(name.parse().unwrap(), Method::Get, path, Auth::Authorizer("key".to_owned()));
        route.lambda = lambda.map(|lambda| lambda.parse().unwrap());
        route.handler = format!("items::{name}");
        route.entry = format!("routegen.items.GET.{name}");
        route
    }

    fn env(names: &[&str]) -> Vec<EnvName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn routes_of_a_group_are_one_function_with_what_any_of_them_says() {
        let (mut a, mut b) = (route("a", Some("pets")), route("b", Some("pets")));
        (a.timeout, a.env) = (Some(5), env(&["Z1", "X1"]));
        (b.memory, b.env) = (Some(512), env(&["X1", "Y1"]));
        let (read, write) = (GrantSpec::new("t", ["d:Get"]), GrantSpec::new("t", ["d:Put"]));
        (a.grants, b.grants) = (vec![read.clone()], vec![write.clone(), read.clone()]);
        let manifest = Manifest::new("0.0.0", vec![a, b, route("c", None)], Vec::new());
        let functions = manifest.functions_with(FunctionDefaults::new(256, 20));
        let [c, pets] = functions.as_slice() else { panic!("{functions:?}") };
        assert_eq!((c.name.as_str(), c.memory, c.timeout), ("c", 256, 20));
        assert_eq!((pets.name.as_str(), pets.memory, pets.timeout), ("pets", 512, 5));
        assert_eq!(pets.env, env(&["Z1", "X1", "Y1"]).iter().collect::<Vec<_>>());
        assert_eq!(pets.grants, [&read, &write]);
        assert_eq!(pets.entries, ["routegen.items.GET.a", "routegen.items.GET.b"]);
        assert_eq!(pets.description, "GET /a, GET /b");
    }

    #[test]
    fn several_routes_of_one_handler_share_its_description() {
        let mut routes = [route("pets", Some("pets")), route("cats", Some("pets"))];
        for route in &mut routes {
            (route.description, route.handler) = ("Finds pets".to_owned(), "items::pets".to_owned());
        }
        let manifest = Manifest::new("0.0.0", routes.to_vec(), Vec::new());
        assert_eq!(manifest.functions()[0].description, "Finds pets");
    }

    #[test]
    fn an_authorizer_waits_no_longer_than_api_gateway_and_is_called_where_a_route_names_it() {
        let authorizers = ["key", "unused"].map(|name| AuthorizerSpec::new(name.parse().unwrap()));
        let manifest = Manifest::new("0.0.0", vec![route("a", None)], authorizers.to_vec());
        let functions = manifest.functions_with(FunctionDefaults::new(128, 30));
        let seen: Vec<_> = functions
            .iter()
            .map(|function| {
                (function.name.as_str(), function.kind(), function.timeout, manifest.calls(function))
            })
            .collect();
        let expected = [
            ("a", TriggerKind::Routes, 30, true),
            ("key", TriggerKind::Authorizer, 10, true),
            ("unused", TriggerKind::Authorizer, 10, false),
        ];
        assert_eq!(seen, expected);
    }
}
