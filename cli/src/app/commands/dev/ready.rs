//! What `routegen dev` prints once it listens: the routes as links, where to send events for consumers, and
//! how to get a token.

use std::{collections::BTreeSet, fmt};

use routegen_gateway::{Gateway, event_path};
use routegen_spec::{Auth, ConsumerSpec, Method, RouteSpec};
use serde::Serialize;

use super::super::table::table;
use crate::{
    check::CheckedManifest,
    dev::{IAM_KEY_ID, Settings},
    output::shell::quoted,
};

#[derive(Serialize)]
pub(super) struct Ready {
    api: String,
    url: String,
    /// The URL of the page that shows the routes and the requests.
    page: Option<String>,
    /// The local issuer; `None` if another issuer is used.
    issuer: Option<String>,
    token_endpoint: Option<String>,
    client_id: Option<String>,
    /// Random, and kept for the package.
    client_secret: Option<String>,
    /// Credentials, if a route requires signed requests.
    iam: Option<Iam>,
    routes: Vec<ServedRoute>,
    consumers: Vec<ServedConsumer>,
    /// Whether a route requires a token of the local issuer.
    #[serde(skip)]
    takes_tokens: bool,
    /// The URL of a route that requires such a token and that can be called without filling anything in.
    #[serde(skip)]
    to_call: Option<String>,
}

#[derive(Serialize)]
struct Iam {
    access_key_id: &'static str,
    /// Random, and kept for the package.
    secret_access_key: String,
    /// The region for signatures.
    region: String,
}

#[derive(Serialize)]
struct ServedRoute {
    method: String,
    url: String,
    auth: String,
    scopes: Vec<String>,
    function: String,
}

#[derive(Serialize)]
struct ServedConsumer {
    function: String,
    event_source: String,
    /// The URL that takes a POST with its event.
    url: String,
}

impl ServedConsumer {
    fn new(consumer: &ConsumerSpec, origin: &str) -> Self {
        let function = consumer.name.to_kebab_case();
        let path = event_path(&consumer.consumes, &function);
        let url = format!("{origin}/_routegen/events/{path}");
        Self { event_source: consumer.consumes.described(), url, function }
    }
}

impl Ready {
    pub(super) fn new(manifest: &CheckedManifest, gateway: &Gateway, settings: &Settings) -> Self {
        let url = gateway.url();
        let name = |key: &str| manifest.functions.iter().find(|function| function.key == key);
        let mut routes: Vec<_> = manifest.routes.iter().collect();
        routes.sort_by_key(|route| (&route.spec.path, route.spec.method));
        let local = gateway.issuer().is_some();
        Self {
            api: manifest.api_name.clone(),
            page: gateway.page_url(),
            issuer: gateway.issuer().map(str::to_owned),
            token_endpoint: gateway.token_endpoint().map(str::to_owned),
            client_id: gateway.client_credentials().map(|(id, _)| id.to_owned()),
            client_secret: gateway.client_credentials().map(|(_, secret)| secret.to_owned()),
            iam: manifest.routes.iter().any(|route| route.spec.auth == Auth::Iam).then_some(Iam {
                access_key_id: IAM_KEY_ID,
                secret_access_key: settings.iam_secret.clone(),
                region: settings.variables.region(),
            }),
            routes: routes
                .into_iter()
                .map(|route| ServedRoute {
                    method: route.spec.method.to_string(),
                    url: match route.spec.path.to_string() {
                        path if path.starts_with('/') => format!("{url}{path}"),
                        default => default,
                    },
                    auth: route.spec.auth.to_string(),
                    scopes: route.spec.scopes.iter().map(ToString::to_string).collect(),
                    function: name(&route.function).map(|function| function.name.clone()).unwrap_or_default(),
                })
                .collect(),
            consumers: manifest
                .declared
                .consumers
                .iter()
                .map(|consumer| ServedConsumer::new(consumer, &gateway.origin()))
                .collect(),
            to_call: manifest
                .routes
                .iter()
                .find(|route| is_called_as_it_is(&route.spec))
                .map(|route| format!("{url}{}", route.spec.path)),
            takes_tokens: local
                && manifest.authorizers.iter().any(|authorizer| authorizer.kind.takes_tokens()),
            url,
        }
    }
}

/// Whether a Cognito token is all that a request to the route needs.
fn is_called_as_it_is(route: &RouteSpec) -> bool {
    let path = route.path.to_string();
    route.method == Method::Get
        && route.auth.to_string() == Auth::COGNITO
        && path.starts_with('/')
        && !path.contains('{')
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{} on {}", self.api, self.url)?;
        if let Some(page) = &self.page {
            writeln!(f, "Routes and requests: {page}")?;
        }
        writeln!(f)?;
        let rows = self.routes.iter().map(|route| {
            let scopes = if route.scopes.is_empty() { "-".to_owned() } else { route.scopes.join(" ") };
            vec![route.method.clone(), route.url.clone(), route.auth.clone(), scopes, route.function.clone()]
        });
        if !self.routes.is_empty() || self.consumers.is_empty() {
            writeln!(f, "{}", table(&["METHOD", "ROUTE", "AUTH", "SCOPES", "FUNCTION"], rows, &[]))?;
        }
        if !self.consumers.is_empty() {
            let rows = self.consumers.iter().map(|consumer| {
                vec![consumer.function.clone(), consumer.event_source.clone(), consumer.url.clone()]
            });
            writeln!(f, "{}", table(&["CONSUMER", "EVENT SOURCE", "POST CALLS IT"], rows, &[]))?;
        }
        if let (true, Some(endpoint), Some(id), Some(secret)) =
            (self.takes_tokens, &self.token_endpoint, &self.client_id, &self.client_secret)
        {
            let scopes: BTreeSet<_> = self.routes.iter().flat_map(|route| &route.scopes).collect();
            let scopes: Vec<_> = scopes.into_iter().map(String::as_str).collect();
            let form = [
                "grant_type=client_credentials".to_owned(),
                format!("client_id={id}"),
                format!("client_secret={secret}"),
                format!("scope={}", scopes.join(" ")),
            ];
            let form = form.map(|field| format!("-d {}", quoted(&field)));
            writeln!(f, "A token like Cognito's (or run `routegen token`):\n")?;
            writeln!(f, "TOKEN=$(curl -s -X POST {} {} \\", quoted(endpoint), form[0])?;
            writeln!(f, "  {} \\", form[1..].join(" "))?;
            writeln!(f, "  | sed -E 's/.*\"access_token\": ?\"([^\"]+)\".*/\\1/')")?;
            if let Some(url) = &self.to_call {
                writeln!(f, "curl {} -H \"Authorization: Bearer $TOKEN\"", quoted(url))?;
            }
            writeln!(f)?;
        }
        if let Some(Iam { access_key_id, secret_access_key, region }) = &self.iam {
            writeln!(
                f,
                "IAM: sign for {region} with the key `{access_key_id}` and the secret `{secret_access_key}`\n"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What is printed for copying is a valid command, whatever scopes the routes require.
    #[test]
    fn a_scope_is_one_word_of_the_command_and_runs_nothing() {
        let text = |text: &str| Some(text.to_owned());
        let scope = "x/';id;'$(id)`id`";
        let route = ServedRoute {
            method: "GET".to_owned(),
            url: "http://127.0.0.1:9000/items".to_owned(),
            auth: "cognito".to_owned(),
            scopes: vec![scope.to_owned(), "items/read".to_owned()],
            function: "items".to_owned(),
        };
        let ready = Ready {
            api: "items".to_owned(),
            url: "http://127.0.0.1:9000".to_owned(),
            page: None,
            issuer: text("i"),
            token_endpoint: text("http://127.0.0.1:9000/_routegen/oauth2/token"),
            client_id: text("local-client"),
            client_secret: text("-secret_"),
            iam: None,
            routes: vec![route],
            consumers: Vec::new(),
            takes_tokens: true,
            to_call: text("http://127.0.0.1:9000/$(id)"),
        };
        let shown = ready.to_string();
        let begin = shown.find("TOKEN=$(").unwrap() + "TOKEN=$(".len();
        let end = shown.find("  | sed").unwrap();
        // The shell's parsing of it gives the arguments that curl would get.
        let command =
            shown[begin..end].trim_end().trim_end_matches('\\').replacen("curl", "printf '%s\\n'", 1);
        let output = Command::new("sh").args(["-c", &command]).output().unwrap();
        let words = String::from_utf8(output.stdout).unwrap();
        let words: Vec<&str> = words.lines().collect();
        assert_eq!(words.last(), Some(&&*format!("scope=items/read {scope}")), "{words:?}");
        assert_eq!(&words[..4], ["-s", "-X", "POST", "http://127.0.0.1:9000/_routegen/oauth2/token"]);
        assert!(words.contains(&"client_secret=-secret_"), "{words:?}");
        // The same holds for the call that follows.
        let call = shown.lines().find_map(|line| line.strip_prefix("curl ")).unwrap();
        let script = format!("TOKEN=t; printf '%s\\n' {call}");
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        let words = String::from_utf8(output.stdout).unwrap();
        assert_eq!(words, "http://127.0.0.1:9000/$(id)\n-H\nAuthorization: Bearer t\n");
    }
}
