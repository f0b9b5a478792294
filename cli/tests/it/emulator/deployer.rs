//! What whoever applies the module has to be allowed: every call that the provider made, as an action of IAM and the resource that it is
//! for, is in a statement of `docs/deployer-policy.json`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::proxy::Call;
use crate::fixture::repository;

/// Calls that are not for the module: the provider asks for the user where nothing else has told it the account, and the bucket is the
/// tests' own.
const NOT_OF_THE_MODULE: [&str; 2] = ["iam:GetUser", "s3 PUT BUCKET"];

/// Lambda's actions, by how the proxy calls them.
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
    ("GET tags/ARN", "ListTags"),
    ("POST tags/ARN", "TagResource"),
    ("DELETE tags/ARN", "UntagResource"),
];

/// The calls that no statement of the policy allows.
pub(super) fn not_allowed(calls: &[Call]) -> BTreeSet<String> {
    let policy = std::fs::read_to_string(repository().join("docs/deployer-policy.json")).unwrap();
    let policy: Value = serde_json::from_str(&policy).unwrap();
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
        let allows = |statement: &Value| {
            let resources = texts(&statement["Resource"]);
            texts(&statement["Action"]).contains(&action.as_str())
                && (!action.starts_with("apigateway:") || is_of_api(&resources, &call.path))
        };
        if !statements.iter().any(allows) {
            missing.insert(format!("{action} for {}", call.operation));
        }
    }
    missing
}

/// Whether one of the resources is, or begins, the path of a call to API Gateway, which is its ARN's end.
fn is_of_api(resources: &[&str], path: &str) -> bool {
    let path = path.trim_start_matches("/v2").replace("%3A", ":");
    resources.iter().filter_map(|resource| resource.split("::").nth(1)).any(|allowed| {
        allowed.strip_suffix('*').map_or(allowed == path.as_str(), |beginning| path.starts_with(beginning))
    })
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
    let policy = std::fs::read_to_string(repository().join("docs/deployer-policy.json")).unwrap();
    let policy: Value = serde_json::from_str(&policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let everywhere = statements.iter().filter(|statement| texts(&statement["Resource"]).contains(&"*"));
    let everywhere: Vec<_> = everywhere.map(|statement| statement["Sid"].as_str().unwrap()).collect();
    assert_eq!(everywhere, ["AccessLogOfTheStage", "NewUserPool"]);
    let actions: Vec<_> = statements.iter().flat_map(|statement| texts(&statement["Action"])).collect();
    assert!(actions.iter().all(|action| !action.contains('*')), "{actions:?}");
    // A call of another kind, and one of a kind that is known for what is somebody else's, are found out.
    let call = |operation: &str, path: &str| Call { operation: operation.to_owned(), path: path.to_owned() };
    let missing = not_allowed(&[
        call("logs:PutLogEvents", "/"),
        call("GET /v2/vpclinks", "/v2/vpclinks"),
        call("GET /2015-03-31/functions/NAME/url", "/2015-03-31/functions/x/url"),
        call("GET /v2/apis/ID", "/v2/apis/abc"),
        call("iam:CreateRole", "/"),
    ]);
    assert_eq!(missing.len(), 3, "{missing:?}");
}
