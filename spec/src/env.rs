//! The name of an environment variable that a function needs.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::limits;

/// A name that Lambda accepts for an environment variable ([Lambda's rules]): a letter, followed by at least
/// one letter, digit or underscore. A name that Lambda sets itself is not accepted.
///
/// [Lambda's rules]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("pattern" = "^[A-Za-z][A-Za-z0-9_]+$")))]
pub struct EnvName(String);

impl EnvName {
    /// The name as the function's code reads it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EnvName {
    type Err = EnvNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let valid = text.len() >= 2
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        // Checked first: some reserved names begin with an underscore, and deserve a better message than
        // one about the form.
        if limits::RESERVED_ENVIRONMENT.contains(&text) {
            return Err(EnvNameError::Reserved { name: text.to_owned() });
        }
        if !valid {
            return Err(EnvNameError::Form { name: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<EnvName> for String {
    fn from(name: EnvName) -> Self {
        name.0
    }
}

impl TryFrom<String> for EnvName {
    type Error = EnvNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Why a text is not an [`EnvName`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the field holds the offending name")]
pub enum EnvNameError {
    #[error("`{name}` cannot be the name of an environment variable")]
    Form { name: String },
    #[error("`{name}` is an environment variable that Lambda sets itself")]
    Reserved { name: String },
}

impl EnvNameError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Form { .. } => {
                "write at least two letters, digits and underscores, beginning with a letter: `env = [\"TABLE\"]`"
                    .to_owned()
            }
            Self::Reserved { .. } => "omit it: every function has it".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_lambda_takes() {
        for good in ["TABLE", "a1", "Items_Table_2"] {
            assert_eq!(good.parse::<EnvName>().unwrap().as_str(), good);
        }
        for bad in ["", "A", "1BAD", "_A", "A-B", "A B", "caf\u{e9}", "A="] {
            assert!(matches!(bad.parse::<EnvName>(), Err(EnvNameError::Form { .. })), "{bad}");
        }
        for reserved in ["AWS_REGION", "_HANDLER", "LAMBDA_TASK_ROOT"] {
            assert!(matches!(reserved.parse::<EnvName>(), Err(EnvNameError::Reserved { .. })), "{reserved}");
        }
    }
}
