//! A Lambda authorizer as its author wrote it.

use serde::{Deserialize, Serialize};

use crate::{EnvName, GrantSpec, IdentitySource, Name, SourceLocation};

/// One `#[authorizer]`, as the registry holds it: a function that API Gateway calls to decide whether a
/// request may pass. It takes an event of payload format 2.0 and returns a simple response
/// ([Lambda authorizers]).
///
/// [Lambda authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AuthorizerSpec {
    /// The word that routes name it by, and the name of its function.
    pub name: Name,
    /// Where a request identifies its caller. A request that lacks one of them gets 401 and never reaches
    /// the function. Together they are the cache key of the function's answer.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub identity_sources: Vec<IdentitySource>,
    /// How long an answer is cached, in seconds; 0 disables the cache.
    pub ttl: u32,
    /// Memory of the function in MB; `None` where the author left it to the configuration.
    pub memory: Option<u32>,
    /// Timeout of the function in seconds; `None` where the author left it to the configuration.
    pub timeout: Option<u32>,
    /// The environment variables that the function needs, in the order in which they were written.
    pub env: Vec<EnvName>,
    /// What its resources, and the resources that those need, may do in AWS, as their types declare it.
    #[serde(default)]
    pub grants: Vec<GrantSpec>,
    /// How it decides: the first paragraph of the function's doc comment; possibly empty.
    pub description: String,
    /// The function's path: `items::api_key`.
    pub handler: String,
    /// The cargo package that the function belongs to.
    pub package: String,
    /// The location of the attribute.
    pub source: SourceLocation,
    /// The exported symbol of the entry point.
    pub entry: String,
}

impl AuthorizerSpec {
    /// An authorizer with this name. It reads the header `Authorization`, its answers are not cached, and
    /// the caller fills in the rest.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            identity_sources: vec![IdentitySource::authorization()],
            ttl: 0,
            memory: None,
            timeout: None,
            env: Vec::new(),
            grants: Vec::new(),
            description: String::new(),
            handler: String::new(),
            package: String::new(),
            source: SourceLocation::default(),
            entry: String::new(),
        }
    }
}
