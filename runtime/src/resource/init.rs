//! What a resource is, and how it is created: once, after those that it needs.
//!
//! In: a resource's type, and the chain of those that need it. Out: the resource. It refuses a cycle, which
//! would wait for itself forever, and names its members.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    error, fmt,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lambda_runtime::{BoxFuture, Error};
use tokio::sync::OnceCell;

use super::grant::{Grant, Needed};

/// A value that is created once per execution environment and shared by all of its invocations.
///
/// A handler takes it as [`Res<T>`]. It is created in Lambda's init phase, before the first request, when
/// Lambda gives a function more CPU than its memory setting pays for. Only functions whose handlers take it
/// create it.
///
/// ```
/// use routegen::{FromResources, Grant, Init, Problem, Res, Resource, Error, route};
///
/// struct Config {
///     table: String,
/// }
///
/// impl Resource for Config {
///     // What it may do, and the variables that it reads, so that no route has to repeat them.
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
/// // Created from other resources.
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
/// // In a test, a value replaces the real one.
/// # futures_util::future::FutureExt::now_or_never(async {
/// let init = Init::default().with(Config { table: "test".to_owned() });
/// let items = Items::init(&init).await?;
/// assert_eq!(get_items(Res::new(items)).await.unwrap(), "test");
/// # Ok::<_, Error>(())
/// # }).unwrap().unwrap();
/// ```
///
/// An error ends the execution environment: it is logged with its sources, and reported to Lambda's Runtime
/// API.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "does not implement `routegen::Resource`",
    note = "write `impl Resource for {Self}` with `async fn init(init: &Init) -> Result<Self, Error>`"
)]
pub trait Resource: Sized + Send + Sync + 'static {
    /// What it may do in AWS. The policy of each function that takes it includes this.
    const GRANTS: &'static [Grant] = &[];

    /// The environment variables that it reads. Each function that takes it requires them, as with
    /// `env = […]` in its attribute.
    const ENV: &'static [&'static str] = &[];

    /// What [`FromResources`](crate::FromResources) declares as its needs.
    #[doc(hidden)]
    const NEEDS: Needed = Needed::NOTHING;

    /// Creates the resource. If it needs other resources, implement [`FromResources`](crate::FromResources)
    /// instead of this trait.
    fn init(init: &Init) -> impl Future<Output = Result<Self, Error>> + Send;
}

/// Extracts a [`Resource`].
///
/// It is a shared reference: cheap to clone, and it may be kept for as long as you like. As an argument of a
/// handler, the resource is created before the first invocation. Elsewhere, for example within an extractor
/// of your own, it is created on first use.
pub struct Res<T>(Arc<T>);

impl<T> Res<T> {
    /// Wraps a value, to call a handler in a test.
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

/// What a resource has access to while it is created: the other resources.
#[derive(Clone, Default)]
pub struct Init {
    shared: Arc<Mutex<Shared>>,
    /// The resource that is being created with it.
    maker: Option<Key>,
}

#[derive(Default)]
struct Shared {
    cells: HashMap<TypeId, Cell>,
    /// Which resource waits for which.
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

/// How one resource is created, with its type erased.
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

    /// The maker of a `T` that is not a resource itself.
    pub(crate) const fn by<T: 'static>(make: Make) -> Self {
        Self { key: || Key { id: TypeId::of::<T>(), name: type_name::<T>() }, make }
    }

    /// Creates the resource, unless it exists.
    pub(crate) async fn prepare(&self, init: &Init) -> Result<(), Error> {
        init.made(self).await.map(drop)
    }
}

impl Init {
    /// Returns another resource, which is created if it does not exist yet and shared by all callers.
    ///
    /// This call does not declare the other resource's grants and variables for the functions that use the
    /// caller. So a resource that declares any, or needs one that does, must be requested with
    /// [`FromResources`](crate::FromResources), and this does not compile:
    ///
    /// ```compile_fail,E0080
    /// # use routegen::{Grant, Init, Res, Resource, Error};
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
    /// If it cannot be created, or needs the resource that calls this.
    pub async fn get<T: Resource>(&self) -> Result<Res<T>, Error> {
        const {
            assert!(
                T::GRANTS.is_empty() && T::ENV.is_empty() && T::NEEDS.is_silent,
                "this resource, or one that it needs, declares grants or variables: the type that takes it must implement \
                 `FromResources` with it in `type Needs`, so that functions with that type have them"
            );
        }
        self.share().await
    }

    /// Returns another resource, which the caller has declared.
    pub(crate) async fn share<T: Resource>(&self) -> Result<Res<T>, Error> {
        match self.made(const { &Maker::of::<T>() }).await?.downcast() {
            Ok(resource) => Ok(Res(resource)),
            Err(_) => unreachable!("a cell holds a resource of its type"),
        }
    }

    /// Replaces the resource with this value, for a test.
    #[must_use]
    pub fn with<T: Resource>(self, value: T) -> Self {
        let cell = OnceCell::new_with(Some(Arc::new(value) as Made));
        self.lock().cells.insert(TypeId::of::<T>(), Arc::new(cell));
        self
    }

    /// Returns what `make` creates: the first call creates it, and later calls with the same closure share
    /// it.
    pub(crate) fn kept<T: Clone + Send + Sync + 'static, F: Fn() -> T + 'static>(&self, make: &F) -> T {
        let cell = Arc::clone(self.lock().cells.entry(TypeId::of::<F>()).or_default());
        if let Some(kept) = cell.get().and_then(|kept| kept.downcast_ref::<T>()) {
            return kept.clone();
        }
        let value = make();
        // If another thread was faster, its value is shared from now on.
        let _ = cell.set(Arc::new(value.clone()));
        value
    }

    /// What a [`Maker::by`] has already created.
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
    /// Whether `from` waits for `to`, directly or through others; `path` then has the way there.
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

/// A resource that could not be created.
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

    /// Resources that form a cycle.
    macro_rules! circle {
        ($($name:ident $($needs:ident)*;)*) => {
            $(
                #[derive(Debug)]
                struct $name {}
                impl Resource for $name {
                    fn init(init: &Init) -> impl Future<Output = Result<Self, Error>> + Send {
                        let needs = async move {
                            // Concurrently, so that a cycle is not a single chain of calls.
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
