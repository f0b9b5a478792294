//! What handlers declare, starting from the attribute.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    http::StatusCode,
    response::{Html, IntoResponse, NoContent, Redirect},
};
use routegen_spec::contract::{Answer, Argument, PROBLEM, RouteTypes, Schema, Status, Traced};
use serde::{Deserialize, Serialize};

use crate::{Accepted, Created, Json, Path, Problem, Query, registry, route};

#[derive(Deserialize, Serialize)]
struct Item {
    id: u64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "serde reads it alone")]
struct Page {
    limit: Option<u32>,
}

#[derive(Problem)]
#[problem(crate = crate)]
#[expect(dead_code, reason = "its types alone are asked")]
enum Refused {
    /// It is not there (any more).
    ///
    /// It may come again.
    #[problem(status = 404, type = "https://example.com/missing", title = "Missing")]
    Missing {
        #[problem(member)]
        id: u64,
    },
    #[problem(status = StatusCode::CONFLICT)]
    Taken(#[problem(member = "by")] NoSchema),
    #[problem(transparent)]
    Nested(Nested),
    #[problem(transparent)]
    ByHand(ByHand),
    #[problem(transparent)]
    Other(#[from] Problem),
}

#[derive(Problem)]
#[problem(crate = crate, status = 410)]
struct Nested;

#[derive(Serialize)]
struct NoSchema;

struct ByHand;

impl crate::IntoProblem for ByHand {
    fn into_problem(self) -> Problem {
        Problem::new(StatusCode::GONE)
    }
}

/// Reads
///
/// All of it.
#[route(GET, "/contract/{id}", auth = "none", crate = crate)]
async fn contract_get(_: Path<u64>, _: Option<Query<Page>>) -> Result<Json<Item>, Refused> {
    Err(Refused::Missing { id: 1 })
}

#[route(POST, "/contract", auth = "none", crate = crate)]
async fn contract_post(_: Json<Item>) -> Result<Created<Json<Item>>, Problem> {
    Ok(Created::new(Json(Item { id: 1 })))
}

#[route(PUT, "/contract", auth = "none", crate = crate)]
async fn contract_put(_: String) -> (StatusCode, Json<Item>) {
    (StatusCode::OK, Json(Item { id: 1 }))
}

#[route(DELETE, "/contract", auth = "none", crate = crate)]
async fn contract_delete(_: Result<Json<Item>, axum::extract::rejection::JsonRejection>) -> NoContent {
    NoContent
}

#[route(PATCH, "/contract", auth = "none", crate = crate)]
async fn contract_patch(_: Bytes) -> Result<impl IntoResponse, lambda_runtime::Error> {
    Ok("opaque")
}

#[route(OPTIONS, "/contract", auth = "none", crate = crate)]
async fn contract_options() -> Redirect {
    Redirect::to("/")
}

#[route(HEAD, "/contract", auth = "none", crate = crate)]
async fn contract_head() {}

#[route(POST, "/contract/jobs", auth = "none", crate = crate)]
async fn contract_jobs(_: lambda_http::Request) -> Result<Accepted<String>, StatusCode> {
    Ok(Accepted("soon".to_owned()))
}

/// Nothing is told of the result but that it may be a problem.
#[route(GET, "/contract/said", auth = "none", crate = crate, responses(200 = Item: "one", 303 = Redirect, 404, 409 = Refused, 418 = Html<String>))]
async fn contract_said() -> Result<impl IntoResponse, Problem> {
    Ok("opaque")
}

/// The body is told, and the status is not.
#[route(PUT, "/contract/said", auth = "none", crate = crate, responses(200, 201 = "it is new", 204 = "it was there", 404))]
async fn contract_said_status() -> Result<(StatusCode, Json<Item>), StatusCode> {
    Err(StatusCode::NOT_FOUND)
}

/// All is told, and the attribute says it in other words.
#[route(POST, "/contract/said", auth = "none", crate = crate, responses(201 = "new", 404 = String))]
async fn contract_said_again() -> Result<Created<Json<Item>>, Refused> {
    Err(Refused::Missing { id: 1 })
}

/// Only what it fails with is said.
#[route(DELETE, "/contract/said", auth = "none", crate = crate, responses(404))]
async fn contract_said_of_failures() -> impl IntoResponse {}

#[route(PATCH, "/contract/said", auth = "none", crate = crate, responses(303, 404 = Problem))]
async fn contract_said_class() -> Redirect {
    Redirect::to("/")
}

fn described() -> BTreeMap<String, RouteTypes> {
    let contract = registry::contract().routes.into_iter();
    let ours = contract.filter_map(|route| {
        let name = route.entry.strip_prefix("routegen.routegen.")?.to_owned();
        name.contains("contract").then_some((name, route))
    });
    ours.collect()
}

fn answers(route: &RouteTypes) -> Vec<String> {
    let answer = |answer: &Answer| {
        let status = match answer.status {
            Status::Is(status) => status.to_string(),
            Status::Class(class) => format!("{class}XX"),
            _ => "default".to_owned(),
        };
        let bodies: Vec<_> =
            answer.bodies.iter().map(|body| format!(" {} {}", body.media_type, body.schema.of)).collect();
        let headers: Vec<_> = answer.headers.iter().map(|name| format!(" +{name}")).collect();
        format!("{status}{}{}", bodies.concat(), headers.concat()).trim().to_owned()
    };
    route.answers.iter().map(answer).collect()
}

fn statuses(argument: &Argument) -> Vec<Status> {
    argument.refusals.iter().map(|refusal| refusal.status).collect()
}

#[test]
fn the_answers_are_those_of_the_signature() {
    let told: Vec<String> = described()
        .iter()
        .filter(|(name, _)| !name.ends_with("said"))
        .map(|(name, route)| format!("{name}: {}", answers(route).join(", ")))
        .collect();
    let item = "routegen::contract::tests::Item";
    // The handwritten error and `Problem` declare no status.
    let errors = ["404", "409", "410", "default", "default"];
    let expected = [
        "DELETE.contract: 204".to_owned(),
        format!(
            "GET.contract.$id: 200 application/json {item}, {}",
            errors.map(|status| format!("{status} {PROBLEM}")).join(", ")
        ),
        "HEAD.contract: 200".to_owned(),
        "OPTIONS.contract: 3XX +location".to_owned(),
        "PATCH.contract: default */* &str, 500 application/problem+json".to_owned(),
        format!("POST.contract: 201 application/json {item} +location, default application/problem+json"),
        "POST.contract.jobs: 202 text/plain, default".to_owned(),
        format!("PUT.contract: default application/json {item}"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_the_attribute_says_goes_before_what_types_tell_of_a_status_and_the_rest_stays() {
    let described = described();
    let said: Vec<String> = described
        .iter()
        .filter(|(name, _)| name.ends_with("said"))
        .map(|(name, route)| format!("{name}: {}", answers(route).join(", ")))
        .collect();
    let item = "application/json routegen::contract::tests::Item";
    let expected = [
        // The success is not declared.
        "DELETE.contract.said: default */* (), 404".to_owned(),
        format!(
            "GET.contract.said: default {PROBLEM}, 200 {item}, 303 +location, 404, 409 {PROBLEM}, 418 text/html"
        ),
        format!("PATCH.contract.said: 303 +location, 404 {PROBLEM}"),
        format!(
            "POST.contract.said: 201 {item} +location, 404 text/plain, 409 {PROBLEM}, 410 {PROBLEM}, default {PROBLEM}, default {PROBLEM}"
        ),
        format!("PUT.contract.said: 200 {item}, 201 {item}, 204, 404"),
    ];
    assert_eq!(said, expected);
    let of = |name: &str, at: usize| described[name].answers[at].description.clone();
    assert_eq!(of("GET.contract.said", 1), "one");
    assert_eq!(of("PUT.contract.said", 1), "it is new");
    assert_eq!(
        (of("POST.contract.said", 0).as_str(), of("POST.contract.said", 1).as_str()),
        ("new", "It is not there (any more).")
    );
    let taken = described["GET.contract.said"].answers[4].bodies[0].schema.problem.as_ref();
    assert_eq!(taken.unwrap().required, ["by"], "of an error, the variant of this status");
}

#[test]
fn a_problem_of_the_services_own_is_what_stands_over_its_variant() {
    let described = described();
    let missing = &described["GET.contract.$id"].answers[1];
    assert_eq!(missing.description, "It is not there (any more).");
    let problem = missing.bodies[0].schema.problem.as_ref().unwrap();
    assert_eq!(problem.required, ["type", "title", "id"]);
    assert_eq!(problem.properties["title"], serde_json::json!({ "const": "Missing" }));
    let taken = &described["GET.contract.$id"].answers[2].bodies[0].schema;
    assert_eq!(taken.problem.as_ref().unwrap().required, ["by"]);
    assert_eq!(taken.untyped, ["routegen::contract::tests::NoSchema"]);
}

#[cfg(feature = "garde")]
#[test]
fn valid_takes_what_the_extractor_within_takes_and_refuses_more() {
    use crate::contract::{Taken, TakenAnything as _};
    #[derive(Deserialize, garde::Validate)]
    struct Rules {
        #[garde(length(min = 1))]
        name: String,
    }
    let within = Taken::<crate::Valid<Json<Rules>>>::new().optional().unwrapped().take(true);
    let argument = within.argument(Schema::unknown("Rules"));
    assert_eq!(argument.body.as_ref().unwrap().media_type, "application/json");
    let refused = statuses(&argument);
    assert_eq!(refused, [400, 415, 422, 422].map(Status::Is));
    let errors = argument.refusals[3].bodies[0].schema.problem.as_ref().unwrap();
    assert_eq!(errors.properties["errors"]["items"]["properties"]["pointer"]["type"], "string");
    assert!(Rules { name: String::new() }.name.is_empty());
}

#[test]
fn the_arguments_are_those_of_the_signature() {
    let described = described();
    let get = &described["GET.contract.$id"];
    assert_eq!(get.answers[1].bodies[0].schema.untyped, ["u64"], "this crate has no schemars, and says so");
    assert_eq!(get.details, "All of it.");
    let [path, query] = get.arguments.as_slice() else { panic!("{get:?}") };
    assert!(matches!(&path.parameters.as_ref().unwrap().traced, Traced::Values(values) if values.len() == 1));
    assert!(
        query.optional
            && matches!(&query.parameters.as_ref().unwrap().traced, Traced::Fields(fields) if fields[0].name == "limit")
    );
    let post = &described["POST.contract"].arguments[0];
    let body = post.body.as_ref().unwrap();
    assert_eq!(
        (body.media_type.as_str(), body.schema.of.as_str()),
        ("application/json", "routegen::contract::tests::Item")
    );
    assert_eq!(statuses(post), [Status::Is(400), Status::Is(415), Status::Is(422)]);
    assert!(described["DELETE.contract"].arguments[0].optional, "a `Result` is for the handler to look at");
    assert_eq!(
        described["PATCH.contract"].arguments[0].body.as_ref().unwrap().media_type,
        "application/octet-stream"
    );
    assert_eq!(
        described["POST.contract.jobs"].arguments[0],
        Argument::default(),
        "nobody knows what becomes of a request"
    );
}

#[crate::queue(contract_orders, crate = crate)]
async fn contract_orders(_: crate::Res<Made>, _: crate::Batch<crate::Message<Item>>) {}

#[crate::stream(contract_table, crate = crate)]
async fn contract_changes(_: crate::Change<Item>) {}

#[crate::schedule("rate(1 hour)", crate = crate)]
async fn contract_schedule(_: crate::Scheduled) {}

struct Made;

impl crate::Resource for Made {
    async fn init(_: &crate::Init) -> Result<Self, lambda_runtime::Error> {
        Ok(Self)
    }
}

#[test]
fn a_consumer_tells_the_type_within_its_event() {
    let contract = registry::contract();
    let payload = |name: &str| {
        let found = contract.consumers.iter().find(|consumer| consumer.entry.ends_with(name));
        found.map(|consumer| consumer.payload.of.as_str())
    };
    let item = std::any::type_name::<Item>();
    assert_eq!(payload(".queue.contract_5forders"), Some(item));
    assert_eq!(payload(".stream.contract_5fchanges"), Some(item));
    assert_eq!(payload(".schedule.contract_5fschedule"), None);
}
