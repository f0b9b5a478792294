//! Every kind of event source, in front of moto: everything is created in an order in which it works at once,
//! needs no further change, and is destroyed; and the provider's calls conform to AWS's models and to the
//! deployer's permissions.

use std::collections::BTreeSet;

use super::{deployer, faults::Lab, models, proxy::Call, python::python, set};
use crate::terraform::tool::terraform_with_provider;

/// The caller's own resources.
const BESIDE: &str = r#"
resource "aws_dynamodb_table" "items" {
  name             = "items"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_cloudwatch_event_bus" "shop" {
  name = "shop"
}
"#;

const SETTINGS: &str = r#"
  name                 = "pets"
  function_name_prefix = "app-"
  role_name_prefix     = "app-eu-"
  role_path            = "/teams/app/"
  tags                 = { team = "a" }
  environment          = { LEVEL = "debug" }
  resources = {
    items_table = { arn = aws_dynamodb_table.items.arn, name = aws_dynamodb_table.items.name, stream_arn = aws_dynamodb_table.items.stream_arn }
    shop_bus    = { arn = aws_cloudwatch_event_bus.shop.arn, name = aws_cloudwatch_event_bus.shop.name }
  }
"#;

/// A change by the caller: no source calls its function. Settings of queues and retries stay the same,
/// because moto forgets those that a change does not contain.
const CHANGED: &str = r"
  functions = {
    on_change  = { event_source_enabled = false }
    on_order   = { event_source_enabled = false }
    on_visit   = { event_source_enabled = false }
    open_shop  = { event_source_enabled = false }
  }
";

/// Operations that an apply must have made; otherwise the test has not covered its subject.
const SEEN: [&str; 13] = [
    "events:DescribeRule",
    "events:PutRule",
    "events:PutTargets",
    "events:RemoveTargets",
    "lambda:CreateEventSourceMapping",
    "lambda:DeleteEventSourceMapping",
    "lambda:PutFunctionEventInvokeConfig",
    "lambda:UpdateEventSourceMapping",
    "scheduler:CreateSchedule",
    "scheduler:CreateScheduleGroup",
    "scheduler:UpdateSchedule",
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
];

#[test]
fn every_kind_of_event_source_is_applied_needs_no_change_and_is_destroyed() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let lab = Lab::new(terraform, python, "event-sources", "events", SETTINGS);
    std::fs::write(lab.folder.join("beside.tf"), BESIDE).unwrap();
    lab.root.apply();
    lab.root.assert_nothing_to_do();

    // A rule's target must already permit calls and keep failures; so must a schedule's, whose role must
    // allow the calls.
    let calls = lab.proxy.calls();
    let models: Vec<_> = calls.iter().map(|call| call.model.as_deref().unwrap_or_default()).collect();
    let first = |operation: &str| models.iter().position(|model| *model == operation).unwrap();
    let last = |operation: &str| models.iter().rposition(|model| *model == operation).unwrap();
    assert!(last("lambda:AddPermission") < first("events:PutTargets"));
    assert!(last("lambda:PutFunctionEventInvokeConfig") < first("events:PutTargets"));
    assert!(last("lambda:PutFunctionEventInvokeConfig") < first("scheduler:CreateSchedule"));
    assert!(last("iam:PutRolePolicy") < first("scheduler:CreateSchedule"));
    assert!(last("sqs:CreateQueue") < first("lambda:CreateEventSourceMapping"));

    set(&lab.folder, &format!("{SETTINGS}{CHANGED}"));
    lab.root.apply();
    lab.root.assert_nothing_to_do();
    lab.root.destroy();

    // The deployer does not create the caller's own resources.
    let is_theirs = |call: &Call| {
        let of_bus = call.sent["ResourceARN"].as_str().is_some_and(|arn| arn.contains(":event-bus/"));
        of_bus || call.operation.starts_with("dynamodb:") || call.operation.ends_with("EventBus")
    };
    let mut calls = lab.proxy.calls();
    calls.retain(|call| !is_theirs(call));
    let seen: BTreeSet<_> = calls.iter().filter_map(|call| call.model.as_deref()).collect();
    let unseen: Vec<_> = SEEN.iter().filter(|operation| !seen.contains(*operation)).collect();
    assert_eq!(unseen, [&""; 0], "seen were {seen:?}");
    assert_eq!(models::wrong(&calls), BTreeSet::new());
    assert_eq!(deployer::not_allowed(&calls), BTreeSet::new());
}
