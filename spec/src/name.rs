//! The name of a route, a group of routes or an authorizer, which determines the names of its function and
//! its artifact.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::limits;

/// The id of a route: a key of the Terraform maps, in `snake_case`. It begins with a letter and holds
/// lower-case letters, digits and single underscores, so that its kebab case is a valid function name and
/// unique to it. Written in `kebab-case`, it is the same name.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("pattern" = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$", "maxLength" = limits::FUNCTION_NAME_CHARS)))]
pub struct Name(String);

impl Name {
    /// The name in snake case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the function and of its zip: `get_items` is served by `get-items`.
    pub fn to_kebab_case(&self) -> String {
        self.0.replace('_', "-")
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let snake = text.replace('-', "_");
        let valid = snake.starts_with(|c: char| c.is_ascii_lowercase())
            && !snake.ends_with('_')
            && !snake.contains("__")
            && snake.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !valid {
            return Err(NameError::Form { name: text.to_owned() });
        }
        if text.len() > limits::FUNCTION_NAME_CHARS {
            return Err(NameError::TooLong { name: text.to_owned() });
        }
        Ok(Self(snake))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    /// Programs write only one form: snake case.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.contains('-') {
            return Err(NameError::Form { name: text });
        }
        text.parse()
    }
}

/// Why a text is not a [`Name`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the field holds the offending name")]
pub enum NameError {
    #[error("`{name}` cannot be the name of a function in Lambda")]
    Form { name: String },
    #[error("the name `{name}` has {} characters, but a function's name has at most {}", name.len(), limits::FUNCTION_NAME_CHARS)]
    TooLong { name: String },
}

impl NameError {
    /// What to write instead as the value of `key`.
    pub fn help(&self, key: &str) -> String {
        match self {
            Self::Form { .. } => format!(
                "write lower-case letters, digits and single underscores or hyphens, beginning with a letter: `{key} = \"get_items\"`"
            ),
            Self::TooLong { .. } => format!("write a shorter one: `{key} = \"…\"`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_snake_case_and_its_function_kebab_case() {
        assert_eq!("get_items_2".parse::<Name>().unwrap().to_kebab_case(), "get-items-2");
        for bad in [
            "",
            "_a",
            "a_",
            "a__b",
            "2a",
            "getItems",
            "-a",
            "a-",
            "a--b",
            "a-_b",
            "Get-items",
            "caf\u{e9}",
            "a b",
        ] {
            assert!(matches!(bad.parse::<Name>(), Err(NameError::Form { .. })), "{bad}");
        }
    }

    #[test]
    fn a_name_in_kebab_case_is_the_same_name() {
        let name: Name = "order-admin-2".parse().unwrap();
        assert_eq!((name.as_str(), &name), ("order_admin_2", &"order_admin_2".parse().unwrap()));
        assert_eq!(name.to_kebab_case(), "order-admin-2");
        assert_eq!("get-items_by-id".parse::<Name>().unwrap().as_str(), "get_items_by_id");
    }

    #[test]
    fn a_name_has_at_most_64_characters() {
        assert!("a".repeat(64).parse::<Name>().is_ok());
        assert!(matches!("a".repeat(65).parse::<Name>(), Err(NameError::TooLong { .. })));
    }
}
