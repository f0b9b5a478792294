//! The stage of an API, as events and ARNs show it.

use std::{borrow::Cow, collections::BTreeMap};

/// The account of a local API: the one in AWS's examples.
pub const ACCOUNT_ID: &str = "123456789012";

/// The id of a local API.
pub const API_ID: &str = "local";

/// The default region of a local API.
pub const REGION: &str = "us-east-1";

/// A stage of an API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiStage {
    /// The account that owns the API.
    pub account_id: Cow<'static, str>,
    /// The id of the API.
    pub api_id: Cow<'static, str>,
    /// The region that the API is in.
    pub region: Cow<'static, str>,
    /// The name, which is the first segment of every request's path; `None` for [`ApiStage::DEFAULT`],
    /// which is in no path.
    pub name: Option<String>,
    /// The variables of the stage.
    pub variables: BTreeMap<String, String>,
}

impl ApiStage {
    /// The name of the stage that is not part of its paths.
    pub const DEFAULT: &str = "$default";

    /// The stage's name in events and ARNs.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(Self::DEFAULT)
    }
}

/// The stage `$default` of a local API.
impl Default for ApiStage {
    fn default() -> Self {
        Self {
            account_id: ACCOUNT_ID.into(),
            api_id: API_ID.into(),
            region: REGION.into(),
            name: None,
            variables: BTreeMap::new(),
        }
    }
}
