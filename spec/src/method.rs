//! The methods of a route: HTTP's, and API Gateway's `ANY`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A method of a route.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are HTTP's own")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
    Options,
    /// Every method that no other route with the same path names.
    Any,
}

impl Method {
    /// All of them, in the order in which messages list them.
    pub const ALL: [Self; 8] =
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete, Self::Head, Self::Options, Self::Any];

    /// The name as it appears in a route key: upper case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Any => "ANY",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str() == text)
            .ok_or_else(|| UnknownMethod { found: text.to_owned() })
    }
}

/// A word that is not a method, or not in upper case.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown method `{found}`")]
pub struct UnknownMethod {
    found: String,
}

impl UnknownMethod {
    /// What to write instead.
    pub fn help(&self) -> String {
        let upper = self.found.to_uppercase();
        match Method::ALL.iter().find(|method| method.as_str() == upper) {
            Some(method) => format!("write `{method}`: methods are in upper case"),
            None => format!("write one of {}", Method::ALL.map(Method::as_str).join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_reads_back_what_it_writes() {
        for method in Method::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
            assert_eq!(serde_json::to_string(&method).unwrap(), format!("\"{method}\""));
        }
    }

    #[test]
    fn a_lower_case_method_is_refused_with_its_upper_case_form() {
        let error = "get".parse::<Method>().unwrap_err();
        assert_eq!(error.help(), "write `GET`: methods are in upper case");
    }
}
