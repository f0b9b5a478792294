//! What a function may do with resources, for the Terraform module.
//!
//! In: the grants of a function, which have passed the rules. Out: the resulting statements, the keys that
//! they require, and the variables.

use std::collections::BTreeMap;

use routegen_spec::{EnvName, GrantSpec, Manifest, Permission, ResourceValue};

use super::actions::{Access, Actions, key_service, values};

/// What a function may do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Permissions {
    /// The names of the resources whose variables it reads, in alphabetical order.
    pub(crate) resources: Vec<String>,
    /// The statements of its policy.
    pub(crate) statements: Vec<Permission>,
    /// What it does with the keys of encrypted resources.
    pub(crate) keys: Vec<KeyUse>,
}

/// What a function does with the key of a resource, through the resource's service.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KeyUse {
    pub(crate) resource: String,
    /// The actions of AWS KMS.
    pub(crate) actions: &'static [&'static str],
    /// The service through which they are called.
    pub(crate) service: String,
}

/// A resource that the code names, and its variable.
#[derive(Clone, Debug)]
pub(crate) struct NamedResource {
    pub(crate) name: String,
    pub(crate) variable: EnvName,
    pub(crate) value: ResourceValue,
}

impl Permissions {
    pub(super) fn of(grants: &[&GrantSpec]) -> Self {
        let mut resources: Vec<_> =
            named(grants.iter().copied()).map(|grant| grant.resource.clone()).collect();
        resources.sort();
        resources.dedup();
        Self { resources, statements: Permission::of(grants.iter().copied()), keys: keys(grants) }
    }

    /// The variables of the resources.
    pub(crate) fn variables(&self) -> impl Iterator<Item = EnvName> {
        // The rules have refused names without a valid variable.
        self.resources.iter().filter_map(|name| GrantSpec::variable(name).ok())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.statements.is_empty()
    }
}

/// The grants that name a resource.
fn named<'a>(grants: impl IntoIterator<Item = &'a GrantSpec>) -> impl Iterator<Item = &'a GrantSpec> {
    grants.into_iter().filter(|grant| grant.resource != GrantSpec::ANY)
}

fn keys(grants: &[&GrantSpec]) -> Vec<KeyUse> {
    let mut accesses: BTreeMap<(&str, &str), Access> = BTreeMap::new();
    for grant in named(grants.iter().copied()).filter(|grant| !grant.on.iter().any(|on| on == GrantSpec::ANY))
    {
        for (service, action) in grant.actions.iter().filter_map(|action| GrantSpec::action(action).ok()) {
            let Some(name) = key_service(service) else { continue };
            // An action that is not in the list may do anything.
            let found = Actions::known().find(service, action).ok();
            let access = found.and_then(|found| found.iter().map(|action| action.access).max());
            let most = accesses.entry((&grant.resource, name)).or_insert(Access::Nothing);
            *most = (*most).max(access.unwrap_or(Access::Writes));
        }
    }
    accesses
        .into_iter()
        .filter_map(|((resource, service), access)| {
            let actions: &[_] = match access {
                Access::Nothing => return None,
                Access::Reads => &["kms:Decrypt"],
                // Writing may require reading, such as the parts of an upload or the key of a queue.
                Access::Writes => &["kms:Decrypt", "kms:GenerateDataKey"],
            };
            Some(KeyUse { resource: resource.to_owned(), actions, service: service.to_owned() })
        })
        .collect()
}

/// The resources that functions of the manifest name, in alphabetical order.
pub(super) fn resources<'a>(grants: impl IntoIterator<Item = &'a GrantSpec>) -> Vec<NamedResource> {
    let mut found: BTreeMap<&str, (Option<ResourceValue>, ResourceValue)> = BTreeMap::new();
    for grant in named(grants) {
        // The rules have refused grants that differ, unless one of them sets the value for all.
        let Some(value) = values(grant).first().copied() else { continue };
        let entry = found.entry(&grant.resource).or_insert((None, value));
        entry.0 = entry.0.or(grant.value);
    }
    let resource = |(name, (said, value)): (&str, (Option<ResourceValue>, ResourceValue))| {
        let variable = GrantSpec::variable(name).ok()?;
        Some(NamedResource { name: name.to_owned(), variable, value: said.unwrap_or(value) })
    };
    found.into_iter().filter_map(resource).collect()
}

/// All grants of a manifest.
pub(super) fn all(manifest: &Manifest) -> impl Iterator<Item = &GrantSpec> {
    let of_authorizers = manifest.authorizers.iter().flat_map(|authorizer| &authorizer.grants);
    let of_consumers = manifest.consumers.iter().flat_map(|consumer| &consumer.grants);
    manifest.routes.iter().flat_map(|route| &route.grants).chain(of_authorizers).chain(of_consumers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(resource: &str, actions: &[&str]) -> GrantSpec {
        GrantSpec::new(resource, actions.iter().copied())
    }

    #[test]
    fn a_key_is_used_for_what_reads_and_writes_and_for_nothing_else() {
        let uses = |actions: &[&str]| {
            let uses = keys(&[&grant("it", actions)]).into_iter();
            uses.map(|key| format!("{} {}", key.service, key.actions.join(" "))).collect::<Vec<_>>()
        };
        assert_eq!(uses(&["dynamodb:Query"]), ["dynamodb kms:Decrypt"]);
        assert_eq!(uses(&["sqs:SendMessage", "sqs:GetQueueUrl"]), ["sqs kms:Decrypt kms:GenerateDataKey"]);
        assert_eq!(uses(&["s3:ListBucket", "s3:PutObjectTagging"]), [""; 0]);
        assert_eq!(uses(&["logs:PutLogEvents"]), [""; 0]);
        assert_eq!(uses(&["dynamodb:NotYetKnown"]), ["dynamodb kms:Decrypt kms:GenerateDataKey"]);
        let mut any = grant("it", &["dynamodb:GetItem"]);
        any.on = vec!["*".to_owned()];
        assert_eq!(keys(&[&any]), []);
    }

    #[test]
    fn a_resource_has_one_variable_and_what_is_said_of_it_holds_for_all() {
        let (mut said, any) = (grant("b_topic", &["sns:Publish"]), grant("*", &["sns:ListTopics"]));
        said.value = Some(ResourceValue::Name);
        let grants = [grant("b_topic", &["sns:Publish"]), said, any, grant("a_queue", &["sqs:SendMessage"])];
        let shown: Vec<_> = resources(&grants)
            .into_iter()
            .map(|resource| format!("{} {} {}", resource.name, resource.variable, resource.value.as_str()))
            .collect();
        assert_eq!(shown, ["a_queue A_QUEUE url", "b_topic B_TOPIC name"]);
    }
}
