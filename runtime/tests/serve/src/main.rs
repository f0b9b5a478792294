//! The functions that tests start: a group, functions of one route, an authorizer, and a consumer.
//!
//! In: the name of the function, as the argument; events, from the Runtime API in the environment. Out: its
//! responses, and its log.

use std::{
    collections::BTreeMap,
    io,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
};

use routegen::{
    __private::{
        Argument, Authorizer, Claimless, Consumer, FromParts as _, IntoDecision as _, IntoHandled as _,
        Request, Route, log_records, serve, serve_authorizer, serve_consumer,
        source::{self, FromQueue as _},
        use_threads,
    },
    Decision, Error, Init, IntoResponse as _, Message, Query, Res, Resource,
};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("group") => {
            serve([SHARED, Route { key: "POST /a", ..SHARED }, Route { key: "$default", ..SHARED }])
        }
        Some("single") => serve([SHARED]),
        Some("authorizer") => serve_authorizer(BY_LEVEL),
        Some("consumer") => serve_consumer(ON_NUMBER),
        Some("records") => {
            log_records();
            serve([RECORDS])
        }
        Some("flushing") => serve([FLUSHING]),
        Some("blocking") => serve([BLOCKING]),
        Some("threads") => {
            use_threads();
            serve([BLOCKING])
        }
        other => panic!("there is no function {other:?}"),
    }
}

static MADE: AtomicUsize = AtomicUsize::new(0);

/// A resource that both handlers take.
struct Shared(usize);

impl Resource for Shared {
    async fn init(_: &Init) -> Result<Self, Error> {
        tracing::info!("made");
        Ok(Self(MADE.fetch_add(1, Ordering::Relaxed)))
    }
}

const SHARED: Route = Route {
    name: "shared",
    key: "GET /a",
    parameters: &[],
    resources: &[Argument::<Res<Shared>, Claimless, 0>::RESOURCE],
    call: |request| {
        Box::pin(async move {
            let mut parts = request.into_parts().0;
            let shared = Res::<Shared>::from_parts(&mut parts).await?;
            tracing::info!("called");
            routegen::metrics::metric("Calls", 1.0, routegen::metrics::Unit::Count);
            Ok(shared.0.to_string().into_response())
        })
    },
};

/// Logs with the crate `log`, as libraries do.
const RECORDS: Route = Route {
    resources: &[],
    call: |_| {
        Box::pin(async {
            log::error!("a record of {}", "log");
            log::debug!("not logged");
            Ok(().into_response())
        })
    },
    ..SHARED
};

static FLUSHED: AtomicUsize = AtomicUsize::new(0);

/// Registers work after each response. One of two hooks panics.
struct Flushes;

impl Resource for Flushes {
    async fn init(_: &Init) -> Result<Self, Error> {
        routegen::after_response(async || panic!("on purpose"));
        routegen::after_response(async || {
            FLUSHED.fetch_add(1, Ordering::Relaxed);
            tracing::info!("flushed");
        });
        Ok(Self)
    }
}

/// Returns how often that was done.
const FLUSHING: Route = Route {
    resources: &[Argument::<Res<Flushes>, Claimless, 0>::RESOURCE],
    call: |_| {
        Box::pin(async {
            tracing::info!("called");
            Ok(FLUSHED.load(Ordering::Relaxed).to_string().into_response())
        })
    },
    ..SHARED
};

/// Does what requires several threads.
const BLOCKING: Route = Route {
    resources: &[],
    call: |_| Box::pin(async { Ok(tokio::task::block_in_place(|| "blocked").into_response()) }),
    ..SHARED
};

const BY_LEVEL: Authorizer = Authorizer {
    name: "by_level",
    resources: SHARED.resources,
    call: |request: Request| {
        Box::pin(async move {
            let mut parts = request.into_parts().0;
            let Query(query) = Query::<BTreeMap<String, u8>>::from_parts(&mut parts).await?;
            Res::<Shared>::from_parts(&mut parts).await?;
            Ok(match query["level"] {
                0 => Decision::from(false).into_decision(),
                1..5 => Decision::Allow(query).into_decision(),
                _ => Err::<Decision, _>(io::Error::other("the database does not answer")).into_decision(),
            })
        })
    },
};

const ON_NUMBER: Consumer = Consumer {
    name: "on_number",
    source: source::QUEUE,
    takes_batch: false,
    resources: SHARED.resources,
    call: |delivery| {
        Box::pin(async move {
            let number = Message::<u8>::from_delivery(&delivery).await?;
            Res::<Shared>::from_delivery(&delivery).await?;
            tracing::info!("called");
            routegen::metrics::metric("Numbers", f64::from(number.body), routegen::metrics::Unit::Count);
            Ok(match number.body {
                0 => panic!("on purpose"),
                1 => Err::<(), _>(io::Error::other("the database does not answer")).into_handled(),
                _ => ().into_handled(),
            })
        })
    },
};
