//! Who may call a route.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The authorization of a route, written as one word.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Auth {
    /// `"none"`: open to everyone. The author must write it; it is never a default.
    None,
    /// `"iam"`: requests signed with AWS credentials.
    Iam,
    /// Any other word: the authorizer of that name.
    Authorizer(String),
}

impl Auth {
    /// The name of the authorizer that exists without being configured: a Cognito user pool.
    pub const COGNITO: &str = "cognito";

    /// The word as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Iam => "iam",
            Self::Authorizer(name) => name,
        }
    }
}

impl fmt::Display for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<String> for Auth {
    fn from(word: String) -> Self {
        match word.as_str() {
            "none" => Self::None,
            "iam" => Self::Iam,
            _ => Self::Authorizer(word),
        }
    }
}

impl From<Auth> for String {
    fn from(auth: Auth) -> Self {
        auth.as_str().to_owned()
    }
}

impl FromStr for Auth {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Ok(word.to_owned().into())
    }
}
