//! The APIs for the rows, described in a form that both the gateway and Terraform can be set up from.

/// An API. Its functions are [`ECHO`] and [`PARROT`].
pub struct Setup {
    pub name: &'static str,
    pub routes: &'static [Route],
    pub stage: Option<&'static str>,
    /// A stage variable, which only the gateway can have: the emitted module has none.
    pub stage_variable: Option<(&'static str, &'static str)>,
    pub cors: Option<&'static Cors>,
}

pub struct Route {
    /// `GET /items`, or `$default`.
    pub key: &'static str,
    /// Either [`OPEN`], or one of the authorizers.
    pub auth: &'static str,
    pub scopes: &'static [&'static str],
    pub function: &'static str,
}

/// Cross-origin requests with credentials.
pub struct Cors {
    pub origin: &'static str,
    pub methods: &'static [&'static str],
    pub header: &'static str,
    pub expose: &'static str,
    pub max_age: u16,
}

/// Answers with the event.
pub const ECHO: &str = "echo";

/// Answers with the body of the request, which is a function's answer as JSON.
pub const PARROT: &str = "parrot";

/// The `auth` of open routes.
pub const OPEN: &str = "none";

/// Accepts tokens of the local issuer in `Authorization`.
pub const TOKENS: &str = "tokens";

/// Accepts them in this query parameter.
pub const TOKENS_IN_QUERY: &str = "tokens_in_query";
pub const QUERY_PARAMETER: &str = "token";

/// Calls a function, which lets everyone pass and returns its event as the context.
pub const ASKED: &str = "asked";

/// No authorization, no CORS.
pub const PLAIN: Setup = Setup {
    name: "plain",
    routes: &[
        open("GET /items", ECHO),
        open("POST /items", ECHO),
        open("ANY /items/{id}", ECHO),
        open("GET /items/{id}", ECHO),
        open("GET /files/{path+}", ECHO),
        open("GET /files/{name}/raw", ECHO),
        open("GET /", ECHO),
        open("POST /", PARROT),
        open("OPTIONS /options", ECHO),
    ],
    stage: None,
    stage_variable: None,
    cors: None,
};

/// A stage with a name, and a route for everything.
pub const STAGED: Setup = Setup {
    name: "staged",
    routes: &[
        open("$default", ECHO),
        Route { key: "GET /asked/{id}", auth: ASKED, scopes: &[], function: ECHO },
    ],
    stage: Some("live"),
    stage_variable: Some(("colour", "blue")),
    cors: None,
};

/// Tokens and CORS.
pub const GUARDED: Setup = Setup {
    name: "guarded",
    routes: &[
        Route { key: "GET /scoped", auth: TOKENS, scopes: &["items/read"], function: ECHO },
        Route { key: "GET /any", auth: TOKENS, scopes: &[], function: ECHO },
        Route { key: "GET /query", auth: TOKENS_IN_QUERY, scopes: &[], function: ECHO },
        open("POST /open", PARROT),
    ],
    stage: None,
    stage_variable: None,
    cors: Some(&Cors {
        origin: "https://app.test",
        methods: &["GET", "POST"],
        header: "authorization",
        expose: "x-a",
        max_age: 300,
    }),
};

const fn open(key: &'static str, function: &'static str) -> Route {
    Route { key, auth: OPEN, scopes: &[], function }
}
