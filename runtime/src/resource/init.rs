//! What a resource is, and how it is made: once, after those that it needs.
//!
//! In: a resource's type, and the chain of those that need it. Out: the resource. It refuses a circle, which would
//! wait for itself for ever, and names its members.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    error, fmt,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lambda_http::{BoxFuture, Error};
use tokio::sync::OnceCell;

use super::grant::{Grant, Needed};

/// What is made once in an execution environment, and shared by all of its invocations.
///
/// A handler asks for it as [`Res<T>`]. It is made in Lambda's init phase, before the first request, for which Lambda
/// gives a function more CPU than its memory setting buys; only the functions whose handlers take it make it.
///
/// ```
/// use routegen::{FromResources, Grant, Init, Problem, Res, Resource, lambda_http::Error, route};
///
/// struct Config {
///     table: String,
/// }
///
/// impl Resource for Config {
///     // What may be done with what, and the variables that are read, so that no route has to say it.
///     const GRANTS: &'static [Grant] = &[Grant::new("items_table", &["dynamodb:Query"])];
///     const ENV: &'static [&'static str] = &["TENANT"];
///
///     async fn init(_: &Init) -> Result<Self, Error> {
///         Ok(Self { table: std::env::var("ITEMS_TABLE")? })
///     }
/// }
///
/// struct Items {
///     config: Res<Config>,
/// }
///
/// // Made from other resources.
/// impl FromResources for Items {
///     type Needs = Res<Config>;
///
///     async fn from_resources(config: Res<Config>) -> Result<Self, Error> {
///         Ok(Self { config })
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
    /// What it may do in AWS. The policy of each function that takes it says so.
    const GRANTS: &'static [Grant] = &[];

    /// The environment variables that it reads. Each function that takes it requires them, as if its attribute said `env = […]`.
    const ENV: &'static [&'static str] = &[];

    /// What [`FromResources`](crate::FromResources) declares that it needs.
    #[doc(hidden)]
    const NEEDS: Needed = Needed::NOTHING;

    /// Makes it. Where it needs other resources, implement [`FromResources`](crate::FromResources) in place of this trait.
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

/// What a resource finds when it is made: the others.
#[derive(Clone, Default)]
pub struct Init {
    shared: Arc<Mutex<Shared>>,
    /// The resource that is being made with it.
    maker: Option<Key>,
}

#[derive(Default)]
struct Shared {
    cells: HashMap<TypeId, Cell>,
    /// Who waits for whom.
    waits: Vec<(Key, Key)>,
}

type Cell = Arc<OnceCell<Made>>;
pub(crate) type Made = Arc<dyn Any + Send + Sync>;
type Make = for<'a> fn(&'a Init) -> BoxFuture<'a, Result<Made, Error>>;

/// A resource's type.
#[derive(Clone, Copy)]
struct Key {
    id: TypeId,
    name: &'static str,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// How one resource is made, its type erased.
#[derive(Debug)]
pub struct Maker {
    key: fn() -> Key,
    make: Make,
}

impl Maker {
    /// The maker of `T`.
    pub const fn of<T: Resource>() -> Self {
        Self {
            key: || Key { id: TypeId::of::<T>(), name: type_name::<T>() },
            make: |init| Box::pin(async { Ok(Arc::new(T::init(init).await?) as Made) }),
        }
    }

    /// The maker of a `T` that is no resource itself.
    pub(crate) const fn by<T: 'static>(make: Make) -> Self {
        Self { key: || Key { id: TypeId::of::<T>(), name: type_name::<T>() }, make }
    }

    /// Makes the resource, unless it is there.
    pub(crate) async fn prepare(&self, init: &Init) -> Result<(), Error> {
        init.made(self).await.map(drop)
    }
}

impl Init {
    /// Another resource. It is made if it is not there yet; everyone who asks shares it.
    ///
    /// What it may do in AWS and the variables that it reads are not known by this call to the functions that take what asks for it. So one
    /// that declares any, or needs a resource that does, is asked for by [`FromResources`](crate::FromResources), and this does not compile:
    ///
    /// ```compile_fail,E0080
    /// # use routegen::{Grant, Init, Res, Resource, lambda_http::Error};
    /// struct Table;
    ///
    /// impl Resource for Table {
    ///     const GRANTS: &'static [Grant] = &[Grant::new("items_table", &["dynamodb:Query"])];
    /// #   async fn init(_: &Init) -> Result<Self, Error> { Ok(Self) }
    /// }
    ///
    /// struct Items(Res<Table>);
    ///
    /// impl Resource for Items {
    ///     async fn init(init: &Init) -> Result<Self, Error> {
    ///         Ok(Self(init.get().await?))
    ///     }
    /// }
    /// # fn main() { let _ = Items::init(&Init::default()); }
    /// ```
    ///
    /// # Errors
    ///
    /// Where it cannot be made, or needs the resource that asks for it.
    pub async fn get<T: Resource>(&self) -> Result<Res<T>, Error> {
        const {
            assert!(
                T::GRANTS.is_empty() && T::ENV.is_empty() && T::NEEDS.is_silent,
                "this resource, or one that it needs, declares grants or variables: what asks for it has to declare it by \
                 `impl FromResources` with it in `type Needs`, so that the functions that take it have them"
            );
        }
        self.share().await
    }

    /// Another resource, which what asks for it has declared.
    pub(crate) async fn share<T: Resource>(&self) -> Result<Res<T>, Error> {
        match self.made(const { &Maker::of::<T>() }).await?.downcast() {
            Ok(resource) => Ok(Res(resource)),
            Err(_) => unreachable!("a cell holds a resource of its type"),
        }
    }

    /// With this value in place of the resource that would be made: a test's own.
    #[must_use]
    pub fn with<T: Resource>(self, value: T) -> Self {
        let cell = OnceCell::new_with(Some(Arc::new(value) as Made));
        self.lock().cells.insert(TypeId::of::<T>(), Arc::new(cell));
        self
    }

    /// What `make` has made: the first call makes it, and everyone who asks by the same closure shares it.
    pub(crate) fn kept<T: Clone + Send + Sync + 'static, F: Fn() -> T + 'static>(&self, make: &F) -> T {
        let cell = Arc::clone(self.lock().cells.entry(TypeId::of::<F>()).or_default());
        if let Some(kept) = cell.get().and_then(|kept| kept.downcast_ref::<T>()) {
            return kept.clone();
        }
        let value = make();
        // Where another thread was faster, its own is the one that is shared from now on.
        let _ = cell.set(Arc::new(value.clone()));
        value
    }

    /// What a [`Maker::by`] has made already.
    pub(crate) fn prepared<N: Clone + 'static>(&self) -> Option<N> {
        let cell = Arc::clone(self.lock().cells.get(&TypeId::of::<N>())?);
        cell.get()?.downcast_ref::<N>().cloned()
    }

    async fn made(&self, maker: &Maker) -> Result<Made, Error> {
        let key = (maker.key)();
        let cell = Arc::clone(self.lock().cells.entry(key.id).or_default());
        if let Some(made) = cell.get() {
            return Ok(Arc::clone(made));
        }
        let _wait = self.maker.map(|waiting| Wait::begin(self, waiting, key)).transpose()?;
        let init = Self { shared: Arc::clone(&self.shared), maker: Some(key) };
        let made = cell.get_or_try_init(|| (maker.make)(&init)).await;
        made.cloned().map_err(|cause| Failed { resource: key.name, cause }.into())
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Init").field("maker", &self.maker.map(|key| key.name)).finish_non_exhaustive()
    }
}

/// One resource that waits for another, for as long as it does.
struct Wait<'a> {
    init: &'a Init,
    edge: (Key, Key),
}

impl<'a> Wait<'a> {
    fn begin(init: &'a Init, waiting: Key, awaited: Key) -> Result<Self, Circle> {
        let mut shared = init.lock();
        let mut circle = vec![waiting.name];
        if shared.leads(awaited, waiting, &mut circle) {
            return Err(Circle(circle));
        }
        shared.waits.push((waiting, awaited));
        Ok(Self { init, edge: (waiting, awaited) })
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut shared = self.init.lock();
        if let Some(at) = shared.waits.iter().position(|edge| *edge == self.edge) {
            shared.waits.swap_remove(at);
        }
    }
}

impl Shared {
    /// Whether `from` waits for `to`, at however many removes; `path` then has the way there.
    fn leads(&self, from: Key, to: Key, path: &mut Vec<&'static str>) -> bool {
        path.push(from.name);
        if from == to {
            return true;
        }
        let next = self.waits.iter().filter(|(waiting, _)| *waiting == from);
        for (_, awaited) in next {
            if self.leads(*awaited, to, path) {
                return true;
            }
        }
        path.pop();
        false
    }
}

/// Resources that need each other.
#[derive(Debug)]
struct Circle(Vec<&'static str>);

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resources need each other: {}", self.0.join(" → "))
    }
}

impl error::Error for Circle {}

/// A resource that could not be made.
#[derive(Debug)]
struct Failed {
    resource: &'static str,
    cause: Error,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the resource `{}` could not be made", self.resource)
    }
}

impl error::Error for Failed {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&*self.cause)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::log::chain;

    fn get<T: Resource>(init: &Init) -> Result<Res<T>, String> {
        init.get().now_or_never().expect("nothing here waits").map_err(|error| chain(&*error))
    }

    #[derive(Debug, PartialEq)]
    struct Config(&'static str);

    impl Resource for Config {
        async fn init(_: &Init) -> Result<Self, Error> {
            Ok(Self("real"))
        }
    }

    struct Client {
        config: Res<Config>,
    }

    impl Resource for Client {
        async fn init(init: &Init) -> Result<Self, Error> {
            Ok(Self { config: init.get().await? })
        }
    }

    struct Broken;

    impl Resource for Broken {
        async fn init(_: &Init) -> Result<Self, Error> {
            Err(std::env::VarError::NotPresent)?
        }
    }

    struct NeedsBroken;

    impl Resource for NeedsBroken {
        async fn init(init: &Init) -> Result<Self, Error> {
            init.get::<Broken>().await.map(|_| Self)
        }
    }

    #[test]
    fn a_resource_is_made_once_with_what_it_needs() {
        let init = Init::default();
        let clients = [get::<Client>(&init).unwrap(), get(&init).unwrap(), get(&init.clone()).unwrap()];
        assert!(clients.iter().all(|client| Arc::ptr_eq(&client.0, &clients[0].0)));
        assert!(clients.iter().all(|client| *client.config == Config("real")));
        assert!(Arc::ptr_eq(&clients[0].config.0, &get::<Config>(&init).unwrap().0));
    }

    #[test]
    fn a_value_stands_in_for_a_resource_and_for_those_that_need_it() {
        let init = Init::default().with(Config("fake"));
        assert_eq!(*get::<Client>(&init).unwrap().config, Config("fake"));
    }

    #[test]
    fn a_failure_names_every_resource_that_it_is_a_failure_of() {
        let module = module_path!();
        assert_eq!(
            get::<NeedsBroken>(&Init::default()).err().unwrap(),
            format!(
                "the resource `{module}::NeedsBroken` could not be made: \
                 the resource `{module}::Broken` could not be made: environment variable not found"
            )
        );
    }

    /// Resources that need the first of them again.
    macro_rules! circle {
        ($($name:ident $($needs:ident)*;)*) => {
            $(
                #[derive(Debug)]
                struct $name {}
                impl Resource for $name {
                    fn init(init: &Init) -> impl Future<Output = Result<Self, Error>> + Send {
                        let needs = async move {
                            // At the same time, so that a circle is not one chain of calls.
                            let ($($needs,)*) = tokio::join!($(init.get::<$needs>(),)*);
                            $($needs?;)*
                            Ok(Self {})
                        };
                        let needs: BoxFuture<'_, _> = Box::pin(needs);
                        needs
                    }
                }
            )*
        };
    }

    #[allow(non_snake_case)]
    mod circles {
        use super::*;

        circle! {
            Own Own;
            First Second;
            Second Third;
            Third First;
            Both Left Right;
            Left Right;
            Right Left;
        }

        #[test]
        fn a_circle_is_an_error_that_names_it_and_never_waits() {
            for (error, circle) in [
                (get::<Own>(&Init::default()).unwrap_err(), "Own → Own"),
                (get::<First>(&Init::default()).unwrap_err(), "Third → First → Second → Third"),
                (get::<Both>(&Init::default()).unwrap_err(), "Right → Left → Right"),
            ] {
                let error = error.replace(concat!(module_path!(), "::"), "");
                assert!(error.contains(&format!("resources need each other: {circle}")), "{error}");
            }
        }
    }
}
