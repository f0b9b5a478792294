//! Resources that are created from others, which they declare.
//!
//! In: the types of the required resources. Out: the resources. It returns only declared ones, so that the
//! policy of a function has everything that it needs.

use std::{any::type_name, sync::Arc};

use lambda_runtime::Error;

use super::{
    grant::{Declared, Grant, Needed},
    init::{Init, Made, Maker, Res, Resource},
};

/// A value that is created once per execution environment from other resources.
///
/// It is a [`Resource`], and so are those that it needs. They are created first, and a function that takes it
/// gets the permissions of all of them.
///
/// ```
/// use routegen::{FromResources, Grant, Init, Res, Resource, Error};
///
/// struct Config {
///     table: String,
/// }
///
/// impl Resource for Config {
///     const ENV: &'static [&'static str] = &["TABLE"];
///
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self { table: std::env::var("TABLE")? })
///     }
/// }
///
/// struct Items {
///     config: Res<Config>,
/// }
///
/// impl FromResources for Items {
///     type Needs = Res<Config>;
///
///     async fn from_resources(config: Res<Config>) -> Result<Self, Error> {
///         Ok(Self { config })
///     }
/// }
/// ```
///
/// [`#[derive(Resource)]`](derive@crate::Resource) implements it for a struct of `Res<…>` fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "does not implement `routegen::Resource`",
    note = "write `impl Resource for {Self}` with `async fn init(init: &Init) -> Result<Self, Error>`, or `impl FromResources \
            for {Self}` where it needs other resources"
)]
pub trait FromResources: Sized + Send + Sync + 'static {
    /// What it may do in AWS.
    const GRANTS: &'static [Grant] = &[];

    /// The environment variables that it reads.
    const ENV: &'static [&'static str] = &[];

    /// The resources that it is created from: a `Res<T>`, or a tuple of them.
    type Needs: Needs;

    /// Creates the resource.
    fn from_resources(needs: Self::Needs) -> impl Future<Output = Result<Self, Error>> + Send;
}

#[diagnostic::do_not_recommend]
impl<T: FromResources> Resource for T {
    const GRANTS: &'static [Grant] = T::GRANTS;
    const ENV: &'static [&'static str] = T::ENV;
    const NEEDS: Needed = Needed { declared: T::Needs::declared, is_silent: T::Needs::IS_SILENT };

    async fn init(init: &Init) -> Result<Self, Error> {
        T::from_resources(T::Needs::made(init).await?).await
    }
}

/// Required resources: a `Res<T>`, a tuple of up to eight of them, or `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a resource can need",
    label = "neither a `Res<…>` nor a tuple of them",
    note = "write `type Needs = (Res<A>, Res<B>);`"
)]
pub trait Needs: Clone + Send + Sync + Sized + 'static {
    /// Whether none of them declares anything.
    #[doc(hidden)]
    const IS_SILENT: bool;

    /// What they declare.
    #[doc(hidden)]
    fn declared() -> Vec<Declared>;

    /// Creates those that do not exist yet.
    #[doc(hidden)]
    fn made(init: &Init) -> impl Future<Output = Result<Self, Error>> + Send;
}

/// One of several required resources.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Res<…>`",
    label = "what a resource is made from is a `Res<…>`",
    note = "where a struct has other fields too, `#[derive(Resource)]` takes a function that makes it: `#[resource(init = Self::new, \
            needs = [Config])]`"
)]
pub trait Need: Needs {}

impl<T: Resource> Need for Res<T> {}

impl<T: Resource> Needs for Res<T> {
    const IS_SILENT: bool = is_silent::<T>();

    fn declared() -> Vec<Declared> {
        vec![declared::<T>()]
    }

    async fn made(init: &Init) -> Result<Self, Error> {
        init.share().await
    }
}

impl Needs for () {
    const IS_SILENT: bool = true;

    fn declared() -> Vec<Declared> {
        Vec::new()
    }

    async fn made(_: &Init) -> Result<(), Error> {
        Ok(())
    }
}

/// Tuples up to the given length.
macro_rules! tuples {
    () => {};
    ($first:ident $($rest:ident)*) => {
        impl<$first: Need, $($rest: Need),*> Needs for ($first, $($rest,)*) {
            const IS_SILENT: bool = $first::IS_SILENT $(&& $rest::IS_SILENT)*;

            fn declared() -> Vec<Declared> {
                [$first::declared() $(, $rest::declared())*].concat()
            }

            async fn made(init: &Init) -> Result<Self, Error> {
                Ok(($first::made(init).await?, $($rest::made(init).await?,)*))
            }
        }

        tuples! { $($rest)* }
    };
}

tuples! { A B C D E F G H }

/// The maker of several resources.
pub(crate) const fn maker<N: Needs>() -> Maker {
    Maker::by::<N>(|init| Box::pin(async { Ok(Arc::new(N::made(init).await?) as Made) }))
}

/// Whether neither a resource nor what it needs declares anything.
pub(crate) const fn is_silent<T: Resource>() -> bool {
    T::GRANTS.is_empty() && T::ENV.is_empty() && T::NEEDS.is_silent
}

/// What a resource declares.
pub(crate) fn declared<T: Resource>() -> Declared {
    Declared { name: type_name::<T>, grants: T::GRANTS, env: T::ENV, needs: T::NEEDS.declared }
}
