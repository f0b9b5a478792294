//! The stage of an API that a request is for: what events and ARNs say of it.

use std::{borrow::Cow, collections::BTreeMap};

/// The account that an API without AWS is of: the one of AWS's examples.
pub const ACCOUNT_ID: &str = "123456789012";

/// The id of an API without AWS.
pub const API_ID: &str = "local";

/// The region of an API without AWS, where none is named.
pub const REGION: &str = "us-east-1";

/// A stage of an API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiStage {
    /// The account that the API is of.
    pub account_id: Cow<'static, str>,
    /// The id of the API.
    pub api_id: Cow<'static, str>,
    /// The region that the API is in.
    pub region: Cow<'static, str>,
    /// The name, which is the first segment of every request's path; `None` for [`ApiStage::DEFAULT`], which is not.
    pub name: Option<String>,
    /// The variables of the stage.
    pub variables: BTreeMap<String, String>,
}

impl ApiStage {
    /// The name of the stage that has none in its paths.
    pub const DEFAULT: &str = "$default";

    /// The stage's name in events and ARNs.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(Self::DEFAULT)
    }
}

/// The stage `$default` of an API without AWS.
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
