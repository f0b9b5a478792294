//! The registry: every route and authorizer of the crate graph, gathered by the linker, written out as the manifest.
//!
//! It exists only in the host build that `routegen` makes to read the routes. inventory's order is unspecified; the
//! manifest sorts.

use std::{fmt::Display, io::Write as _, process::ExitCode, str::FromStr};

use routegen_spec::{Auth, AuthorizerSpec, Manifest, PathPattern, RouteSpec, SourceLocation, Throttle};

use crate::{
    authorizer::Authorizer,
    extract::fields::{self, Fields},
    route::Route,
};

/// One `#[route]`, as constants of the user's crate.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are those of `RouteSpec`, which documents them")]
pub struct Registration {
    pub name: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub auth: &'static str,
    pub scopes: &'static [&'static str],
    pub memory: Option<u32>,
    pub timeout: Option<u32>,
    pub env: &'static [&'static str],
    pub lambda: Option<&'static str>,
    /// The rate and the burst.
    pub throttle: Option<(u32, u32)>,
    pub description: &'static str,
    pub tags: &'static [&'static str],
    pub deprecated: bool,
    pub handler: &'static str,
    pub package: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    pub entry: &'static str,
    /// For each argument, the fields that a struct asks of the path.
    pub fields: &'static [Option<Fields>],
    /// For each argument, whether it reads the body, and whether it is the whole request, which may read it or not.
    pub body: &'static [(bool, bool)],
    /// The entry point itself, for tests. The registry of `routegen` does without, and its host build with the handlers.
    pub route: Option<fn() -> Route>,
}

inventory::collect!(Registration);

/// One `#[authorizer]`, as constants of the user's crate.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are those of `AuthorizerSpec`, which documents them")]
pub struct AuthorizerRegistration {
    pub name: &'static str,
    pub identity_sources: &'static [&'static str],
    pub ttl: u32,
    pub memory: Option<u32>,
    pub timeout: Option<u32>,
    pub env: &'static [&'static str],
    pub description: &'static str,
    pub handler: &'static str,
    pub package: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    pub entry: &'static str,
    /// The entry point itself, for tests.
    pub authorizer: Option<fn() -> Authorizer>,
}

inventory::collect!(AuthorizerRegistration);

/// Reads what the macros have checked before: only a crate `routegen` of another version writes what this one refuses.
fn read<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn read_all<T: FromStr<Err: Display>>(texts: &[&str]) -> Result<Vec<T>, String> {
    texts.iter().map(|text| read(text)).collect()
}

impl Registration {
    fn to_spec(self) -> Result<RouteSpec, String> {
        let path: PathPattern = read(self.path)?;
        let parameters: Vec<&str> = path.parameters().collect();
        let mut asked = self.fields.iter().flatten().filter_map(|fields| fields());
        if let Some(mismatch) = asked.find_map(|asked| fields::mismatch(asked, &parameters)) {
            return Err(mismatch);
        }
        Ok(RouteSpec {
            name: read(self.name)?,
            method: read(self.method)?,
            path,
            auth: Auth::from(self.auth.to_owned()),
            scopes: read_all(self.scopes)?,
            memory: self.memory,
            timeout: self.timeout,
            env: read_all(self.env)?,
            lambda: self.lambda.map(read).transpose()?,
            throttle: self.throttle.map(|(rate, burst)| Throttle { rate, burst }),
            description: self.description.to_owned(),
            tags: self.tags.iter().map(ToString::to_string).collect(),
            deprecated: self.deprecated,
            reads_body: self.body.contains(&(true, false)),
            handler: self.handler.to_owned(),
            package: self.package.to_owned(),
            source: SourceLocation { file: self.file.to_owned(), line: self.line, column: self.column },
            entry: self.entry.to_owned(),
        })
    }
}

impl AuthorizerRegistration {
    fn to_spec(self) -> Result<AuthorizerSpec, String> {
        Ok(AuthorizerSpec {
            name: read(self.name)?,
            identity_sources: read_all(self.identity_sources)?,
            ttl: self.ttl,
            memory: self.memory,
            timeout: self.timeout,
            env: read_all(self.env)?,
            description: self.description.to_owned(),
            handler: self.handler.to_owned(),
            package: self.package.to_owned(),
            source: SourceLocation { file: self.file.to_owned(), line: self.line, column: self.column },
            entry: self.entry.to_owned(),
        })
    }
}

/// Writes the manifest of all linked routes and authorizers to the file that the first argument names: the `main` of the host
/// binary that `routegen` links. stdout stays the user's.
pub fn write_manifest() -> ExitCode {
    let outcome = match std::env::args_os().nth(1) {
        Some(path) => manifest().and_then(|manifest| {
            let json = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?;
            std::fs::write(path, json).map_err(|error| error.to_string())
        }),
        None => Err("the file for the manifest is missing".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// All linked routes and authorizers.
pub(crate) fn manifest() -> Result<Manifest, String> {
    let routes: Result<Vec<_>, _> = inventory::iter::<Registration>()
        .map(|route| route.to_spec().map_err(|error| format!("{}:{}: {error}", route.file, route.line)))
        .collect();
    let authorizers: Result<Vec<_>, _> = inventory::iter::<AuthorizerRegistration>()
        .map(|asked| asked.to_spec().map_err(|error| format!("{}:{}: {error}", asked.file, asked.line)))
        .collect();
    Ok(Manifest::new(env!("CARGO_PKG_VERSION"), routes?, authorizers?))
}

#[cfg(test)]
mod tests {
    use crate::{AuthorizerRequest, Decision, Json, authorizer, route};

    use super::*;

    /// Answers twice
    #[route(POST, "/registry/a", auth = "none", crate = crate)]
    #[route(
        PUT, "/registry/b", auth = "registry_key", name = "registry_b", tags = ["b"], deprecated = true
    )]
    async fn registry_a(_: Json<u8>) {}

    #[route(GET, "/registry/c", auth = "none", lambda = "registry", crate = crate)]
    async fn registry_c(_: lambda_http::Request) {}

    #[route(GET, "/registry/d", auth = "none", crate = crate)]
    async fn registry_d(_: axum::extract::Request) {}

    /// Knows keys
    #[authorizer(identity_sources = ["$request.header.x-api-key"], ttl = 60, env = ["KEYS"], crate = crate)]
    async fn registry_key(_: AuthorizerRequest) -> Decision {
        Decision::Deny
    }

    fn registered() -> Manifest {
        let of_here = |handler: &str| handler.starts_with(module_path!());
        let mut manifest = manifest().unwrap();
        manifest.routes.retain(|route| of_here(&route.handler));
        manifest.authorizers.retain(|authorizer| of_here(&authorizer.handler));
        manifest
    }

    #[test]
    fn routes_of_one_function_are_registered_each_with_its_own_place() {
        let routes = registered().routes;
        let [a, b, c, d] = routes.as_slice() else { panic!("{routes:?}") };
        assert_eq!((a.name.as_str(), b.name.as_str()), ("registry_a", "registry_b"));
        assert_eq!((a.function().as_str(), b.function().as_str()), ("registry_a", "registry_a"));
        assert_eq!(a.handler, b.handler);
        assert_eq!((a.source.line + 1, a.source.column), (b.source.line, b.source.column));
        assert_eq!((a.description.as_str(), b.description.as_str()), ("Answers twice", "Answers twice"));
        assert_eq!((b.tags.as_slice(), b.deprecated), (["b".to_owned()].as_slice(), true));
        assert_eq!(c.function().as_str(), "registry");
        assert!(a.reads_body && b.reads_body);
        assert!(!c.reads_body && !d.reads_body, "what becomes of the whole request, nobody knows");
    }

    #[test]
    fn an_authorizer_is_registered() {
        let authorizers = registered().authorizers;
        let [key] = authorizers.as_slice() else { panic!("{authorizers:?}") };
        assert_eq!((key.name.as_str(), key.ttl), ("registry_key", 60));
        assert_eq!(key.identity_sources[0].to_string(), "$request.header.x-api-key");
        assert_eq!((key.env[0].as_str(), key.description.as_str()), ("KEYS", "Knows keys"));
        assert_eq!(key.entry, "routegen.routegen.authorizer.registry_5fkey");
        assert!(key.source.file.ends_with("registry.rs") && key.source.line > 1);
    }
}
