//! `[openapi]`: what the OpenAPI document contains that no code declares.
//!
//! In: the table. Out: its texts, all of which are optional. It refuses a licence without a name, and a
//! duplicate tag.

use serde::Deserialize;
use toml::Spanned;

use super::mistake::{Mistake, spanned};

/// Parts of the OpenAPI document that the code does not declare.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = with_license))]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// Title of the document; by default the API's name.
    pub(crate) title: Option<String>,
    /// Version of the API; by default the package's.
    pub(crate) version: Option<String>,
    /// What the API is for, in Markdown.
    pub(crate) description: Option<String>,
    /// Addresses of the API.
    #[serde(default)]
    pub(crate) servers: Vec<Server>,
    pub(crate) contact: Option<Contact>,
    #[serde(alias = "license")]
    pub(crate) licence: Option<Licence>,
    /// Tags with their descriptions, in the order of the document.
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    pub(crate) name: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) email: Option<String>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Licence {
    pub(crate) name: String,
    /// SPDX expression.
    pub(crate) identifier: Option<String>,
    pub(crate) url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Tag {
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) name: Spanned<String>,
    pub(crate) description: Option<String>,
}

/// The parser also accepts the American spelling of `licence`.
#[cfg(test)]
fn with_license(schema: &mut schemars::Schema) {
    if let Some(serde_json::Value::Object(properties)) = schema.get_mut("properties") {
        let licence = properties["licence"].clone();
        properties.insert("license".to_owned(), licence);
    }
}

impl Document {
    pub(super) fn validate(&self) -> Result<(), Mistake> {
        let twice = self.tags.iter().enumerate().find(|(at, tag)| {
            self.tags[..*at].iter().any(|earlier| earlier.name.as_ref() == tag.name.as_ref())
        });
        match twice {
            Some((_, tag)) => {
                Err(spanned(&format!("the tag `{}` is duplicated", tag.name.as_ref()), &tag.name))
            }
            None => Ok(()),
        }
    }
}
