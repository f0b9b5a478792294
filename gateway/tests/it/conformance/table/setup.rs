//! The APIs that the rows are asked of, in words that both the gateway and Terraform can make them of.

/// An API. Its functions are [`ECHO`] and [`PARROT`].
pub(crate) struct Setup {
    #[allow(dead_code, reason = "the gateway needs no name for it")]
    pub(crate) name: &'static str,
    pub(crate) routes: &'static [Route],
    pub(crate) stage: Option<&'static str>,
    /// A stage variable, which only the gateway can be given: the emitted module has none.
    #[allow(dead_code, reason = "for this reason")]
    pub(crate) stage_variable: Option<(&'static str, &'static str)>,
    pub(crate) cors: Option<&'static Cors>,
}

pub(crate) struct Route {
    /// `GET /items`, or `$default`.
    pub(crate) key: &'static str,
    /// Either [`OPEN`], or one of the authorizers.
    pub(crate) auth: &'static str,
    pub(crate) scopes: &'static [&'static str],
    pub(crate) function: &'static str,
}

/// Cross-origin access with credentials.
pub(crate) struct Cors {
    pub(crate) origin: &'static str,
    pub(crate) methods: &'static [&'static str],
    pub(crate) header: &'static str,
    pub(crate) expose: &'static str,
    pub(crate) max_age: u16,
}

/// Answers with the event.
pub(crate) const ECHO: &str = "echo";

/// Answers with the body of the request, which is an answer of a function, as JSON.
pub(crate) const PARROT: &str = "parrot";

/// The routes' `auth` for everybody.
pub(crate) const OPEN: &str = "none";

/// Takes tokens of the local issuer from `Authorization`.
pub(crate) const TOKENS: &str = "tokens";

/// Takes them from this parameter of the query.
pub(crate) const TOKENS_IN_QUERY: &str = "tokens_in_query";
pub(crate) const QUERY_PARAMETER: &str = "token";

/// Asks a function, which lets everybody pass and says as its context what it was asked.
pub(crate) const ASKED: &str = "asked";

/// No authorization, no CORS.
pub(crate) const PLAIN: Setup = Setup {
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
pub(crate) const STAGED: Setup = Setup {
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
pub(crate) const GUARDED: Setup = Setup {
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
