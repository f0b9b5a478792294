//! The permissions that deploying the module requires: every call of the provider, as an IAM action with its
//! resource, is allowed by a statement in `docs/deployer-policy.json`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::proxy::Call;
use crate::fixture::repository;

/// The values for the policy's placeholders in the tests.
pub(super) const PREFIX: &str = "app-";
pub(super) const ROLE_PATH: &str = "/teams/app/";
pub(super) const ROLE_PREFIX: &str = "app-eu-";
const NAME: &str = "pets";
pub(super) const BUCKET: &str = "artifacts";
const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";

/// Calls that do not belong to the module: the provider gets the user if it has no other source for the
/// account id, and the bucket belongs to the tests.
const NOT_OF_THE_MODULE: [&str; 2] = ["iam:GetUser", "s3 PUT BUCKET"];

/// Lambda's actions, by the proxy's names for the calls.
const LAMBDA: &[(&str, &str)] = &[
    ("POST functions", "CreateFunction"),
    ("GET functions/NAME", "GetFunction"),
    ("DELETE functions/NAME", "DeleteFunction"),
    ("GET functions/NAME/versions", "ListVersionsByFunction"),
    ("POST functions/NAME/versions", "PublishVersion"),
    ("GET functions/NAME/code-signing-config", "GetFunctionCodeSigningConfig"),
    ("GET functions/NAME/configuration", "GetFunctionConfiguration"),
    ("PUT functions/NAME/configuration", "UpdateFunctionConfiguration"),
    ("PUT functions/NAME/code", "UpdateFunctionCode"),
    ("GET functions/NAME/policy", "GetPolicy"),
    ("POST functions/NAME/policy", "AddPermission"),
    ("DELETE functions/NAME/policy/ID", "RemovePermission"),
    ("POST functions/NAME/aliases", "CreateAlias"),
    ("GET functions/NAME/aliases/ID", "GetAlias"),
    ("PUT functions/NAME/aliases/ID", "UpdateAlias"),
    ("DELETE functions/NAME/aliases/ID", "DeleteAlias"),
    ("PUT functions/NAME/concurrency", "PutFunctionConcurrency"),
    ("DELETE functions/NAME/concurrency", "DeleteFunctionConcurrency"),
    ("GET functions/NAME/event-invoke-config", "GetFunctionEventInvokeConfig"),
    ("PUT functions/NAME/event-invoke-config", "PutFunctionEventInvokeConfig"),
    ("POST functions/NAME/event-invoke-config", "UpdateFunctionEventInvokeConfig"),
    ("DELETE functions/NAME/event-invoke-config", "DeleteFunctionEventInvokeConfig"),
    ("POST event-source-mappings", "CreateEventSourceMapping"),
    ("GET event-source-mappings/ID", "GetEventSourceMapping"),
    ("PUT event-source-mappings/ID", "UpdateEventSourceMapping"),
    ("DELETE event-source-mappings/ID", "DeleteEventSourceMapping"),
    ("GET tags/ARN", "ListTags"),
    ("POST tags/ARN", "TagResource"),
    ("DELETE tags/ARN", "UntagResource"),
];

/// The actions of `EventBridge` Scheduler.
const SCHEDULER: &[(&str, &str)] = &[
    ("POST /schedules/NAME", "CreateSchedule"),
    ("GET /schedules/NAME", "GetSchedule"),
    ("PUT /schedules/NAME", "UpdateSchedule"),
    ("DELETE /schedules/NAME", "DeleteSchedule"),
    ("POST /schedule-groups/NAME", "CreateScheduleGroup"),
    ("GET /schedule-groups/NAME", "GetScheduleGroup"),
    ("DELETE /schedule-groups/NAME", "DeleteScheduleGroup"),
    ("GET /tags/ARN", "ListTagsForResource"),
    ("POST /tags/ARN", "TagResource"),
    ("DELETE /tags/ARN", "UntagResource"),
];

/// Calls that pass a role, which requires another permission.
const PASSING: [&str; 3] = ["lambda:CreateFunction", "scheduler:CreateSchedule", "scheduler:UpdateSchedule"];

/// The calls that no statement of the policy allows.
pub(super) fn not_allowed(calls: &[Call]) -> BTreeSet<String> {
    let policy = policy();
    let statements = policy["Statement"].as_array().unwrap();
    let mut missing = BTreeSet::new();
    for call in calls {
        if NOT_OF_THE_MODULE.contains(&call.operation.as_str()) {
            continue;
        }
        let Some(action) = action(&call.operation) else {
            missing.insert(format!("{}: which action is that?", call.operation));
            continue;
        };
        let resource = resource(call, &action);
        // Passing a role to a function or a schedule requires a permission, but is not a separate call.
        let passed = PASSING.contains(&action.as_str()).then(|| {
            ("iam:PassRole".to_owned(), format!("arn:aws:iam::{ACCOUNT}:role{ROLE_PATH}{ROLE_PREFIX}"))
        });
        for (action, resource) in [(action, resource)].into_iter().chain(passed) {
            let allows = |statement: &Value| {
                texts(&statement["Action"]).contains(&action.as_str())
                    && texts(&statement["Resource"]).iter().any(|allowed| fits(allowed, &resource))
            };
            if !statements.iter().any(allows) {
                missing.insert(format!("{action} on {resource} for {}", call.operation));
            }
        }
    }
    missing
}

/// The policy, filled in as in the guide.
fn policy() -> Value {
    let policy = std::fs::read_to_string(repository().join("docs/deployer-policy.json")).unwrap();
    let words = [
        ("PREFIX", PREFIX),
        ("ROLE_PATH", ROLE_PATH),
        ("ROLE_PREFIX", ROLE_PREFIX),
        ("NAME", NAME),
        ("BUCKET", BUCKET),
        ("ACCOUNT", ACCOUNT),
        ("REGION", REGION),
        ("ARTIFACT_KEY", "key"),
    ];
    let policy =
        words.iter().fold(policy, |policy, (word, value)| policy.replace(&format!("${{{word}}}"), value));
    assert!(!policy.contains('$'), "a word of the policy is not filled in");
    serde_json::from_str(&policy).unwrap()
}

/// The ARN of a call's resource, or `*` if AWS defines none for the action or the resource does not exist
/// yet.
fn resource(call: &Call, action: &str) -> String {
    let sent = |key: &str| call.sent[key].as_str();
    let path =
        call.path.split('?').next().unwrap().replace("%3A", ":").replace("%2F", "/").replace("%24", "$");
    let mut parts = path.trim_start_matches('/').split('/').skip(1);
    match action.split(':').next().unwrap() {
        "apigateway" => format!("arn:aws:apigateway:{REGION}::{}", path.trim_start_matches("/v2")),
        "lambda" => match parts.next() {
            Some("tags") => parts.collect::<Vec<_>>().join("/"),
            Some("event-source-mappings") => match parts.next() {
                Some(id) if !id.is_empty() => {
                    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:{id}")
                }
                _ => "*".to_owned(),
            },
            // Only the call that creates a function does not have its name in the path.
            _ => format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", parts.next().unwrap_or(PREFIX)),
        },
        "iam" => {
            // Only the call that creates a role contains its path.
            let path = sent("Path").unwrap_or(ROLE_PATH);
            format!("arn:aws:iam::{ACCOUNT}:role{path}{}", sent("RoleName").unwrap())
        }
        "logs" => match (sent("logGroupName"), sent("resourceArn")) {
            (Some(name), _) => format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"),
            (_, Some(arn)) => arn.to_owned(),
            _ => "*".to_owned(),
        },
        "cognito-idp" => match (sent("UserPoolId"), sent("ResourceArn")) {
            (Some(id), _) => format!("arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{id}"),
            (_, Some(arn)) => arn.to_owned(),
            _ => "*".to_owned(),
        },
        "sqs" => {
            let queue = sent("QueueName").or_else(|| sent("QueueUrl")?.rsplit('/').next()).unwrap();
            format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")
        }
        "events" => match (sent("Rule").or(sent("Name")), sent("ResourceARN")) {
            (Some(rule), _) => {
                let bus = sent("EventBusName").filter(|bus| *bus != "default");
                let bus = bus.map_or_else(String::new, |bus| format!("{bus}/"));
                format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{bus}{rule}")
            }
            (_, Some(arn)) => arn.to_owned(),
            _ => "*".to_owned(),
        },
        "scheduler" => match path.trim_matches('/').split_once('/').unwrap() {
            ("schedules", name) => {
                let (_, query) = call.path.split_once('?').unwrap_or_default();
                let group = query.split('&').find_map(|pair| pair.strip_prefix("groupName="));
                let group = sent("GroupName").or(group).unwrap();
                format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{group}/{name}")
            }
            ("schedule-groups", name) => {
                format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{name}")
            }
            (_, arn) => arn.to_owned(),
        },
        "s3" => format!("arn:aws:s3:::{}", path.trim_matches('/')),
        _ => "*".to_owned(),
    }
}

/// Whether a resource matches a pattern in the policy.
fn fits(pattern: &str, resource: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = resource.strip_prefix(parts.next().unwrap()) else { return false };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = Some(part);
    }
    rest.is_empty() || last == Some("")
}

fn action(operation: &str) -> Option<String> {
    let Some((method, path)) = operation.split_once(' ') else { return Some(operation.to_owned()) };
    if method == "s3" {
        let action = match path {
            "PUT OBJECT" => "PutObject",
            "HEAD OBJECT" | "GET OBJECT" => "GetObject",
            "GET OBJECT tagging" => "GetObjectTagging",
            "DELETE OBJECT" => "DeleteObject",
            "DELETE OBJECT versionId" => "DeleteObjectVersion",
            "HEAD OBJECT versionId" => "GetObjectVersion",
            "HEAD BUCKET" => "ListBucket",
            path if path.starts_with("GET BUCKET") && path.ends_with("versions") => "ListBucketVersions",
            _ => return None,
        };
        return Some(format!("s3:{action}"));
    }
    if method == "scheduler" {
        let (_, action) = SCHEDULER.iter().find(|(known, _)| *known == path)?;
        return Some(format!("scheduler:{action}"));
    }
    if path.starts_with("/v2/") {
        return Some(format!("apigateway:{method}"));
    }
    let (_, path) = path.trim_start_matches('/').split_once('/')?;
    let name = format!("{method} {path}");
    let (_, action) = LAMBDA.iter().find(|(known, _)| *known == name)?;
    Some(format!("lambda:{action}"))
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

#[test]
fn the_policy_is_for_what_is_the_apis_but_where_aws_knows_no_resource() {
    let policy = policy();
    let statements = policy["Statement"].as_array().unwrap();
    let everywhere = statements.iter().filter(|statement| texts(&statement["Resource"]).contains(&"*"));
    let everywhere: Vec<_> = everywhere.map(|statement| statement["Sid"].as_str().unwrap()).collect();
    assert_eq!(everywhere, ["NewEventSourceMappings", "AccessLogOfTheStage", "NewUserPool"]);
    let actions: Vec<_> = statements.iter().flat_map(|statement| texts(&statement["Action"])).collect();
    assert!(actions.iter().all(|action| !action.contains('*')), "{actions:?}");
}

/// A call that the policy does not allow at all is detected, and so is an allowed one for someone else's
/// resource.
#[test]
fn a_call_that_no_statement_allows_is_found_out() {
    let call = |operation: &str, path: &str, sent: Value| Call {
        operation: operation.to_owned(),
        path: path.to_owned(),
        sent,
        model: None,
        wrong: Vec::new(),
    };
    let role =
        |name: &str, path: &str| call("iam:CreateRole", "/", json!({ "RoleName": name, "Path": path }));
    let function = |name: &str| {
        let path = format!("/2015-03-31/functions/{name}");
        call("GET /2015-03-31/functions/NAME", &path, Value::Null)
    };
    let group = |name: &str| call("logs:DeleteLogGroup", "/", json!({ "logGroupName": name }));
    let object = |path: &str| call("s3 PUT OBJECT", path, Value::Null);
    let queue = |name: &str| {
        call("sqs:SetQueueAttributes", "/", json!({ "QueueUrl": format!("https://sqs/1/{name}") }))
    };
    let event_rule =
        |bus: &str, name: &str| call("events:PutRule", "/", json!({ "Name": name, "EventBusName": bus }));
    let schedule = |group: &str, name: &str| {
        call("scheduler GET /schedules/NAME", &format!("/schedules/{name}?groupName={group}"), Value::Null)
    };
    let allowed = [
        call("GET /v2/apis/ID", "/v2/apis/abc", Value::Null),
        role("app-eu-health", "/teams/app/"),
        function("app-health"),
        group("/aws/lambda/app-health"),
        group("/aws/vendedlogs/apigateway/pets"),
        object("/artifacts/app-health/1.zip"),
        queue("app-orders.fifo"),
        event_rule("shop", "app-on-visit"),
        schedule("pets", "open-shop"),
        call("cognito-idp:DeleteUserPool", "/", json!({ "UserPoolId": "us-east-1_a" })),
    ];
    assert_eq!(not_allowed(&allowed), BTreeSet::new());
    let refused = [
        call("logs:PutLogEvents", "/", json!({ "logGroupName": "/aws/lambda/app-health" })),
        call("GET /v2/vpclinks", "/v2/vpclinks", Value::Null),
        call("GET /2015-03-31/functions/NAME/url", "/2015-03-31/functions/app-health/url", Value::Null),
        role("app-eu-health", "/"),
        role("other-health", "/teams/app/"),
        function("health"),
        group("/aws/lambda/health"),
        object("/other/app-health/1.zip"),
        queue("orders"),
        event_rule("shop", "on-visit"),
        schedule("default", "open-shop"),
    ];
    assert_eq!(not_allowed(&refused).len(), refused.len(), "{:?}", not_allowed(&refused));
}
