//! What a resource's type declares: what it may do in AWS, and the environment variables that it reads.
//!
//! In: constants of the user's crate. Out: the same for the registry, with where they stand. An artifact holds nothing of it. Whether there
//! is such an action, the command checks.

use std::panic::Location;

/// What a resource may do with a resource of AWS.
///
/// The functions that take it get a policy that says so, and nothing else; what else they get is the name, the URL or the ARN of the
/// AWS resource, in an environment variable that has its name: `ITEMS_TABLE` for `items_table`. Where the AWS resource is, Terraform's
/// variable `resources` says.
///
/// ```
/// use routegen::{Grant, Init, Resource, lambda_http::Error};
///
/// struct ReadItems {
///     table: String,
/// }
///
/// impl Resource for ReadItems {
///     const GRANTS: &'static [Grant] =
///         &[Grant::new("items_table", &["dynamodb:GetItem", "dynamodb:Query"]).on(&["", "/index/*"])];
///
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self { table: std::env::var("ITEMS_TABLE")? })
///     }
/// }
/// ```
///
/// [`#[derive(Resource)]`](derive@crate::Resource) writes the same as `#[grant(…)]`.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "registry"), expect(dead_code, reason = "the registry reads them"))]
pub struct Grant {
    pub(crate) resource: &'static str,
    pub(crate) actions: &'static [&'static str],
    pub(crate) on: &'static [&'static str],
    pub(crate) value: Option<GrantValue>,
    pub(crate) reason: Option<&'static str>,
    /// File, line and column.
    pub(crate) place: (&'static str, u32, u32),
}

/// What the environment variable of an AWS resource holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GrantValue {
    /// Its name, as clients of DynamoDB or S3 ask for.
    Name,
    /// Its URL, as clients of SQS ask for.
    Url,
    /// Its ARN, as clients of SNS ask for.
    Arn,
}

impl Grant {
    /// These actions of IAM on an AWS resource: a name such as `items_table`, never an ARN.
    #[must_use]
    #[track_caller]
    pub const fn new(resource: &'static str, actions: &'static [&'static str]) -> Self {
        Self { resource, actions, on: &[""], value: None, reason: None, place: caller() }
    }

    /// Actions that are for no resource in particular, such as `dynamodb:ListTables`, which AWS grants on all or none.
    #[must_use]
    #[track_caller]
    pub const fn on_any(actions: &'static [&'static str]) -> Self {
        Self { resource: "*", actions, on: &["*"], value: None, reason: None, place: caller() }
    }

    /// What the actions are on, each put after the resource's ARN: `""` for the resource itself, which is all without this, `"/index/*"`
    /// for the indexes of a table, `"/*"` for the objects of a bucket.
    #[must_use]
    pub const fn on(self, on: &'static [&'static str]) -> Self {
        Self { on, ..self }
    }

    /// What the environment variable of the resource holds, where it is not what clients of the service ask for.
    #[must_use]
    pub const fn value(self, value: GrantValue) -> Self {
        Self { value: Some(value), ..self }
    }

    /// Why the grant is wider than others: one with a `*` in an action requires it.
    #[must_use]
    pub const fn reason(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Where it is declared, which the derive knows better than the compiler: at `#[grant(…)]`.
    #[doc(hidden)]
    #[must_use]
    pub const fn at(self, file: &'static str, line: u32, column: u32) -> Self {
        Self { place: (file, line, column), ..self }
    }
}

/// Where what calls this is called.
#[track_caller]
const fn caller() -> (&'static str, u32, u32) {
    let place = Location::caller();
    (place.file(), place.line(), place.column())
}

/// What a type of resource declares, for the registry.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "registry"), expect(dead_code, reason = "the registry reads them"))]
pub struct Declared {
    pub(crate) name: fn() -> &'static str,
    pub(crate) grants: &'static [Grant],
    pub(crate) env: &'static [&'static str],
    pub(crate) needs: Declaration,
}

/// Tells what several types of resources declare. As a function, it is not evaluated where nobody asks.
pub(crate) type Declaration = fn() -> Vec<Declared>;

/// The resources that a resource needs.
#[derive(Clone, Copy, Debug)]
pub struct Needed {
    pub(crate) declared: Declaration,
    /// Whether neither they nor what they need declare anything.
    pub(crate) is_silent: bool,
}

impl Needed {
    /// No resources.
    pub const NOTHING: Self = Self { declared: Vec::new, is_silent: true };
}
