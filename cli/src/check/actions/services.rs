//! What clients of a service need to know about a resource, and the service's name for AWS KMS: one row for
//! each service.
//!
//! In: the prefix of an action. Out: the values in the row. For a service without a row, clients need ARNs,
//! and its keys are used under its own name.

use std::collections::BTreeSet;

use routegen_spec::{GrantSpec, ResourceValue};

/// The services whose clients need something other than an ARN, and those that read and write with a
/// resource's key on behalf of their callers. The third column is the name in the condition `kms:ViaService`
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service>),
/// which is followed by the region.
const SERVICES: &[(&str, ResourceValue, Option<&str>)] = &[
    ("athena", ResourceValue::Name, None),
    ("cloudwatch", ResourceValue::Name, None),
    ("cognito-idp", ResourceValue::Name, None),
    ("dynamodb", ResourceValue::Name, Some("dynamodb")),
    ("elasticfilesystem", ResourceValue::Name, Some("elasticfilesystem")),
    ("events", ResourceValue::Name, Some("events")),
    ("execute-api", ResourceValue::Url, None),
    ("firehose", ResourceValue::Name, Some("firehose")),
    ("iam", ResourceValue::Arn, None),
    ("kinesis", ResourceValue::Name, Some("kinesis")),
    ("kms", ResourceValue::Arn, None),
    ("lambda", ResourceValue::Name, Some("lambda")),
    ("logs", ResourceValue::Name, None),
    ("s3", ResourceValue::Name, Some("s3")),
    ("secretsmanager", ResourceValue::Arn, Some("secretsmanager")),
    ("ses", ResourceValue::Name, None),
    ("sns", ResourceValue::Arn, Some("sns")),
    ("sqs", ResourceValue::Url, Some("sqs")),
    ("ssm", ResourceValue::Name, Some("ssm")),
    ("states", ResourceValue::Arn, Some("states")),
    ("sts", ResourceValue::Arn, None),
];

/// The value that a resource's variable must have for clients of the grant's services: one, unless they
/// differ.
pub(crate) fn values(grant: &GrantSpec) -> BTreeSet<ResourceValue> {
    let value = |service: &str| row(service).map_or(ResourceValue::Arn, |(_, value, _)| *value);
    let by_services = || {
        let services = grant.actions.iter().filter_map(|action| GrantSpec::action(action).ok());
        services.map(|(service, _)| value(service)).collect()
    };
    grant.value.map_or_else(by_services, |value| BTreeSet::from([value]))
}

/// The service's name for AWS KMS, if the service may use a resource's key for its caller.
pub(crate) fn key_service(service: &str) -> Option<&str> {
    row(service).map_or(Some(service), |(.., name)| *name)
}

fn row(service: &str) -> Option<&'static (&'static str, ResourceValue, Option<&'static str>)> {
    SERVICES.iter().find(|(name, ..)| *name == service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_holds_what_clients_of_the_service_ask_for_unless_the_grant_says_otherwise() {
        let mut grant = GrantSpec::new("a_thing", ["dynamodb:GetItem", "s3:GetObject"]);
        assert_eq!(values(&grant), [ResourceValue::Name].into());
        grant.actions.extend(["sqs:SendMessage".to_owned(), "no-such-service:Act".to_owned()]);
        assert_eq!(values(&grant), ResourceValue::ALL.into());
        grant.value = Some(ResourceValue::Url);
        assert_eq!(values(&grant), [ResourceValue::Url].into());
    }

    #[test]
    fn a_service_without_a_row_has_its_own_name_for_keys() {
        assert_eq!(
            ["dynamodb", "logs", "kms", "timestream"].map(key_service),
            [Some("dynamodb"), None, None, Some("timestream")]
        );
    }
}
