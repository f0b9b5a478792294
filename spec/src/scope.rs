//! An OAuth 2.0 scope that a route requires.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::limits;

/// A scope in Cognito's form `identifier/name`, where the identifier is the resource server's
/// ([CreateResourceServer]).
///
/// [CreateResourceServer]: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateResourceServer.html
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Scope {
    text: String,
    slash: Option<usize>,
}

impl Scope {
    /// The scope as tokens contain it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The identifier of the resource server and the name of the scope within it; `None` if the scope has
    /// no `/`, as with other issuers.
    pub fn resource_server(&self) -> Option<(&str, &str)> {
        self.slash.map(|slash| (&self.text[..slash], &self.text[slash + 1..]))
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // RFC 6749, 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
        let token = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
        if text.is_empty() || !text.chars().all(token) {
            return Err(ScopeError::Form { scope: text.to_owned() });
        }
        if text.len() > limits::SCOPE_CHARS {
            return Err(ScopeError::TooLong { scope: text.to_owned() });
        }
        // A resource server's identifier can be a URL; the name of a scope cannot contain a slash.
        let slash = text.rfind('/');
        if slash.is_some_and(|slash| slash == 0 || slash + 1 == text.len()) {
            return Err(ScopeError::Form { scope: text.to_owned() });
        }
        Ok(Self { text: text.to_owned(), slash })
    }
}

impl AsRef<str> for Scope {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.text
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Why a text is not a [`Scope`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the field holds the offending scope")]
pub enum ScopeError {
    #[error("`{scope}` is not a scope")]
    Form { scope: String },
    #[error("the scope `{scope}` has {} characters, but API Gateway accepts at most {}", scope.len(), limits::SCOPE_CHARS)]
    TooLong { scope: String },
}

impl ScopeError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Form { .. } => {
                "write `resource-server/scope`, such as `items/read`: printable ASCII without blanks, quotes and `\\`"
                    .to_owned()
            }
            Self::TooLong { .. } => "shorten the resource server's identifier or the scope's name".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_tells_its_resource_server() {
        let parts = |text: &str| {
            let scope: Scope = text.parse().unwrap();
            scope.resource_server().map(|(server, name)| format!("{server} {name}"))
        };
        assert_eq!(parts("items/read").unwrap(), "items read");
        assert_eq!(parts("https://api.example.com/read").unwrap(), "https://api.example.com read");
        assert_eq!(parts("openid"), None);
    }

    #[test]
    fn a_scope_is_a_token_of_oauth() {
        for bad in ["", "a b", "a/", "/a", "a\"b", "a\\b", "caf\u{e9}", "a\nb"] {
            assert!(matches!(bad.parse::<Scope>(), Err(ScopeError::Form { .. })), "{bad}");
        }
        assert!(matches!("a".repeat(65).parse::<Scope>(), Err(ScopeError::TooLong { .. })));
    }
}
