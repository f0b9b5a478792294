//! Things that are made once in an execution environment: clients, pools, configuration.
//!
//! In: the types that a handler takes as [`Res`]. Out: each of them, made before the first invocation, and whatever
//! they ask for themselves. It makes nothing twice, and nothing that the function's own handler does not need.

mod failure;
mod init;

use std::{fmt, ops::Deref, sync::Arc};

use lambda_http::Error;

pub(crate) use failure::report;
pub use init::Init;
pub(crate) use init::Maker;

/// What is made once in an execution environment, and shared by all of its invocations.
///
/// A handler asks for it as [`Res<T>`]. It is made in Lambda's init phase, before the first request, for which Lambda
/// gives a function more CPU than its memory setting buys; only the functions whose handlers take it make it.
///
/// ```
/// use routegen::{Init, Problem, Res, Resource, lambda_http::Error, route};
///
/// struct Config {
///     table: String,
/// }
///
/// impl Resource for Config {
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self { table: std::env::var("TABLE")? })
///     }
/// }
///
/// struct Items {
///     config: Res<Config>,
/// }
///
/// impl Resource for Items {
///     async fn init(init: &Init) -> Result<Self, Error> {
///         Ok(Self { config: init.get().await? })
///     }
/// }
///
/// #[route(GET, "/items", auth = "cognito", scopes = ["items/read"])]
/// async fn get_items(items: Res<Items>) -> Result<String, Problem> {
///     Ok(items.config.table.clone())
/// }
///
/// // In a test, a value stands in for the real one.
/// # futures_util::future::FutureExt::now_or_never(async {
/// let init = Init::default().with(Config { table: "test".to_owned() });
/// let items = Items::init(&init).await?;
/// assert_eq!(get_items(Res::new(items)).await.unwrap(), "test");
/// # Ok::<_, Error>(())
/// # }).unwrap().unwrap();
/// ```
///
/// An error ends the execution environment: it is in the log with its sources, and Lambda's Runtime API learns it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "does not implement `routegen::Resource`",
    note = "write `impl Resource for {Self}` with `async fn init(init: &Init) -> Result<Self, Error>`"
)]
pub trait Resource: Sized + Send + Sync + 'static {
    /// Makes it. What it needs of other resources, `init` has.
    fn init(init: &Init) -> impl Future<Output = Result<Self, Error>> + Send;
}

/// Extracts a [`Resource`].
///
/// It is a shared reference: cheap to clone, and it may be kept for as long as one likes. Taken as an argument of
/// a handler, the resource was made before the first invocation. Taken elsewhere, such as within an extractor of one's
/// own, it is made when it is first asked for.
pub struct Res<T>(Arc<T>);

impl<T> Res<T> {
    /// Shares a value, to call a handler in a test.
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Clone for Res<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Res<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Res<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
