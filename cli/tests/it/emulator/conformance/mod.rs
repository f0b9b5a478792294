//! The gateway's conformance table, run against `MiniStack` with APIs that the emitted Terraform has created
//! there.
//!
//! If `MiniStack` differs from a row, the row says so: the test fails for a new difference, and for one that
//! no longer exists. The functions are not routegen's, because routegen's handlers see no events and cannot
//! return invalid responses.

mod apis;

use std::{fmt::Write as _, net::SocketAddr};

use routegen_gateway::{Api, Gateway, LocalIssuer};
use routegen_gateway_tests::conformance::{
    Ministack, Place, Row, cors, events, jwt, limits, published_key, responses, routes,
    setup::{GUARDED, PLAIN, STAGED, Setup},
};
use tokio::time::timeout;

use super::{PATIENCE, ministack::start, python::python};
use crate::{
    fixture::scratch,
    terraform::tool::{Root, terraform_with_provider},
};

/// The rows for an API, by topic.
type Topics = &'static [fn(&Place<'_>) -> Vec<Row>];

const APIS: [(&Setup, Topics); 3] = [
    (
        &PLAIN,
        &[
            routes::routes,
            events::events,
            events::bodies,
            responses::responses,
            limits::limits,
            cors::no_preflight,
        ],
    ),
    (&STAGED, &[routes::stages]),
    (&GUARDED, &[cors::cors, jwt::where_the_token_is, jwt::what_the_token_says, jwt::who_signed_the_token]),
];

#[tokio::test(flavor = "multi_thread")]
async fn ministack_answers_as_the_table_says_but_for_the_differences_that_it_names() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let folder = scratch("conformance");
    let issuer = Gateway::builder(Api::new()).local_issuer(LocalIssuer::new()).start().await.unwrap();
    let emulator = start(python, &folder);
    let root = folder.join("terraform");
    apis::write_artifacts(&folder.join("lambda"), python);
    apis::write_root(&root, &APIS.map(|(setup, _)| setup), &emulator, issuer.issuer().unwrap());
    let root = Root::init(terraform, &root);
    root.apply();

    let outputs = root.outputs();
    let address: SocketAddr = emulator.address.strip_prefix("http://").unwrap().parse().unwrap();
    let mut wrong = String::new();
    for (setup, topics) in APIS {
        let api = outputs[setup.name]["value"].as_str().unwrap();
        let domain = format!("{api}.execute-api.localhost");
        let place = Place {
            host: domain.clone(),
            domain,
            account: "000000000000",
            api: api.to_owned(),
            issuer: &issuer,
            key: published_key(&issuer).await,
        };
        for row in topics.iter().flat_map(|rows| rows(&place)) {
            let mut verdict = self::verdict(&row, &place, address).await;
            if !verdict.is_empty() {
                // On a busy machine, a function may take longer to start than MiniStack waits. Its response
                // to a request is the same each time.
                eprintln!("asked again:\n{verdict}");
                verdict = self::verdict(&row, &place, address).await;
            }
            wrong += &verdict;
        }
    }
    assert!(wrong.is_empty(), "MiniStack is not as the table says:\n{wrong}");
}

/// How MiniStack contradicts a row, one line for each difference.
async fn verdict(row: &Row, place: &Place<'_>, address: SocketAddr) -> String {
    let known = match &row.ministack {
        Ministack::NotAsked(_) => return String::new(),
        Ministack::Asked(known) => known,
    };
    let response = timeout(PATIENCE, row.request.clone().send_for(&place.host, address)).await;
    let response = response.unwrap_or_else(|_| panic!("{}: no answer after {PATIENCE:?}", row.case));
    let found = row.differences(&response);
    let mut verdict = String::new();
    for (at, found) in &found {
        if !known.iter().any(|known| (known.at, known.found) == (at, found)) {
            writeln!(verdict, "{} {}: {at} is {found}", row.case, row.source).unwrap();
        }
    }
    for known in known {
        if !found.iter().any(|(at, found)| (known.at, known.found) == (at, found)) {
            writeln!(verdict, "{}: {} is no longer {} ({})", row.case, known.at, known.found, known.why)
                .unwrap();
        }
    }
    verdict
}
