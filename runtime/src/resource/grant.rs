//! What a resource's type declares: what it may do in AWS, and the environment variables that it reads.
//!
//! In: constants of the user's crate. Out: the same for the registry, with their source locations. An
//! artifact contains none of it. The command checks whether the actions exist.

use std::panic::Location;

/// What a resource may do with an AWS resource.
///
/// The functions that use it get a policy with these permissions and no others. They also get the name, the
/// URL or the ARN of the AWS resource, in an environment variable named after it: `ITEMS_TABLE` for
/// `items_table`. Terraform's variable `resources` declares which AWS resource that is.
///
/// ```
/// use routegen::{Grant, Init, Resource, Error};
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
/// [`#[derive(Resource)]`](derive@crate::Resource) generates the same from `#[grant(…)]`.
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

/// What the environment variable of an AWS resource contains.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GrantValue {
    /// Its name, which clients of DynamoDB and S3 require.
    Name,
    /// Its URL, which clients of SQS require.
    Url,
    /// Its ARN, which clients of SNS require.
    Arn,
}

impl Grant {
    /// Grants these IAM actions on an AWS resource, which is given by a name such as `items_table`, never an
    /// ARN.
    #[must_use]
    #[track_caller]
    pub const fn new(resource: &'static str, actions: &'static [&'static str]) -> Self {
        Self { resource, actions, on: &[""], value: None, reason: None, place: caller() }
    }

    /// Grants actions without resource-level support, such as `dynamodb:ListTables`, which AWS grants on all
    /// resources or none.
    #[must_use]
    #[track_caller]
    pub const fn on_any(actions: &'static [&'static str]) -> Self {
        Self { resource: "*", actions, on: &["*"], value: None, reason: None, place: caller() }
    }

    /// Sets what the actions are granted on, as suffixes of the resource's ARN: `""` for the resource itself,
    /// which is the default, `"/index/*"` for the indexes of a table, `"/*"` for the objects of a bucket.
    #[must_use]
    pub const fn on(self, on: &'static [&'static str]) -> Self {
        Self { on, ..self }
    }

    /// Sets what the environment variable of the resource contains, if it is not what clients of the service
    /// require.
    #[must_use]
    pub const fn value(self, value: GrantValue) -> Self {
        Self { value: Some(value), ..self }
    }

    /// Explains why the grant is wide; a `*` in an action requires it.
    #[must_use]
    pub const fn reason(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Sets the source location, which is `#[grant(…)]` in the derive's code.
    #[doc(hidden)]
    #[must_use]
    pub const fn at(self, file: &'static str, line: u32, column: u32) -> Self {
        Self { place: (file, line, column), ..self }
    }
}

/// The source location from which the calling function was called.
#[track_caller]
const fn caller() -> (&'static str, u32, u32) {
    let place = Location::caller();
    (place.file(), place.line(), place.column())
}

/// What a resource type declares, for the registry.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "registry"), expect(dead_code, reason = "the registry reads them"))]
pub struct Declared {
    pub(crate) name: fn() -> &'static str,
    pub(crate) grants: &'static [Grant],
    pub(crate) env: &'static [&'static str],
    pub(crate) needs: Declaration,
}

/// Returns what several resource types declare. It is a function, so that it is evaluated only if needed.
pub(crate) type Declaration = fn() -> Vec<Declared>;

/// The resources that a resource requires.
#[derive(Clone, Copy, Debug)]
pub struct Needed {
    pub(crate) declared: Declaration,
    /// Whether neither they nor what they require declare anything.
    pub(crate) is_silent: bool,
}

impl Needed {
    /// No resources.
    pub const NOTHING: Self = Self { declared: Vec::new, is_silent: true };
}
