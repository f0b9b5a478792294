//! The permissions that the handlers' resources declare: the actions must exist, and the policies must fit
//! IAM's limits.

use std::collections::{BTreeMap, BTreeSet};

use routegen_spec::{FunctionSpec, GrantError, GrantSpec, Manifest, Permission, ResourceValue, limits};

use crate::{
    check::{
        actions::{Actions, Unknown, values},
        finding::{Finding, Findings, Handler},
        permissions,
    },
    support::json,
};

pub(super) fn apply<'a>(manifest: &'a Manifest, findings: &mut Findings<'a>) {
    let mut grants: Vec<&GrantSpec> = Vec::new();
    for grant in permissions::all(manifest) {
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    let errors = &mut findings.errors;
    for grant in &grants {
        form(grant, errors);
        actions(grant, errors);
    }
    variables(&grants, errors);
    for function in manifest.functions() {
        size(&function, errors);
    }
}

impl<'a> From<&'a GrantSpec> for Handler<'a> {
    fn from(grant: &'a GrantSpec) -> Self {
        Self { path: &grant.declared_by, source: &grant.source }
    }
}

/// A finding about one grant.
fn finding<'a>(
    code: &'static str,
    grant: &'a GrantSpec,
    wrong: &str,
    help: impl Into<String>,
) -> Finding<'a> {
    let message = format!("`{}` ({}) declares a grant: {wrong}", grant.declared_by, grant.source);
    Finding { code, message, help: help.into(), handlers: vec![grant.into()] }
}

fn is_on_any(grant: &GrantSpec) -> bool {
    grant.on.iter().any(|suffix| suffix == GrantSpec::ANY)
}

/// Values that cannot be part of a policy or a function's variables. The derive refuses them, but a manual
/// implementation may contain anything.
fn form<'a>(grant: &'a GrantSpec, errors: &mut Vec<Finding<'a>>) {
    let mut push =
        |error: &GrantError| errors.push(finding("RG0116", grant, &error.to_string(), error.help()));
    if grant.resource != GrantSpec::ANY
        && let Err(error) = GrantSpec::variable(&grant.resource)
    {
        push(&error);
    }
    for error in grant.on.iter().filter_map(|suffix| GrantSpec::check_suffix(suffix).err()) {
        push(&error);
    }
    for error in grant.actions.iter().filter_map(|action| GrantSpec::action(action).err()) {
        push(&error);
    }
    if grant.actions.is_empty() || grant.on.is_empty() {
        let (what, help) = if grant.actions.is_empty() {
            ("it has no actions", "name the actions of IAM: `&[\"dynamodb:GetItem\"]`")
        } else {
            ("`on` is empty", "remove `on` to grant the resource itself")
        };
        errors.push(finding("RG0116", grant, what, help));
    }
    if grant.resource == GrantSpec::ANY && !is_on_any(grant) {
        let wrong = "it applies to any resource, but has suffixes";
        errors.push(finding("RG0116", grant, wrong, "write the name of a resource, or remove `on`"));
    }
    if is_on_any(grant) && grant.on.len() > 1 {
        let wrong = "`\"*\"` includes all other resources";
        errors.push(finding("RG0116", grant, wrong, "write `\"*\"` alone, or remove it"));
    }
}

fn actions<'a>(grant: &'a GrantSpec, errors: &mut Vec<Finding<'a>>) {
    // A reason also allows what the list does not contain yet.
    let has_reason = grant.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
    let mut on_all_or_none = Vec::new();
    let mut wide = Vec::new();
    for text in &grant.actions {
        let Ok((service, action)) = GrantSpec::action(text) else { continue };
        let is_pattern = action.contains(['*', '?']);
        match Actions::known().find(service, action) {
            Ok(found) => {
                if found.iter().all(|action| !action.is_on_resources) {
                    on_all_or_none.push(text.as_str());
                } else if is_pattern || is_on_any(grant) {
                    wide.push(text.as_str());
                }
            }
            Err(_) if has_reason => {}
            Err(unknown) => errors.push(unknown_action(grant, text, service, unknown)),
        }
    }
    if !is_on_any(grant) && !on_all_or_none.is_empty() {
        let wrong = format!(
            "AWS allows {} only on all resources, so a grant on `{}` permits nothing",
            quoted(&on_all_or_none),
            grant.resource
        );
        let help = format!(
            "write a separate grant: `#[grant(actions = [{}], on = \"*\")]`",
            literals(&on_all_or_none)
        );
        errors.push(finding("RG0118", grant, &wrong, help));
    }
    if !has_reason && !wide.is_empty() {
        let wrong = if is_on_any(grant) {
            format!("{} applies to any resource of the account", quoted(&wide))
        } else {
            format!("{} is more than one action", quoted(&wide))
        };
        errors.push(finding(
            "RG0119",
            grant,
            &format!("{wrong}, but the grant has no `reason`"),
            "name the actions and the resource, or give the reason why it is so wide: `reason = \"…\"`",
        ));
    }
}

fn unknown_action<'a>(grant: &'a GrantSpec, text: &str, service: &str, unknown: Unknown) -> Finding<'a> {
    let since = "; with `reason = \"…\"`, actions that are newer than this version of routegen are accepted";
    let (wrong, help) = match unknown {
        Unknown::Service(near) => (
            format!("there is no service `{service}` in IAM"),
            near.map(|near| format!("write `{}`{since}", text.replacen(service, &near, 1))),
        ),
        Unknown::Action(near) => {
            let wrong = if text.contains(['*', '?']) {
                format!("no action of IAM matches `{text}`")
            } else {
                format!("there is no action `{text}` in IAM")
            };
            (wrong, near.map(|near| format!("write `{near}`{since}")))
        }
    };
    let page = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";
    finding("RG0117", grant, &wrong, help.unwrap_or_else(|| format!("AWS lists them at {page}{since}")))
}

/// The variable of a resource has a single value for everyone who reads it.
fn variables<'a>(grants: &[&'a GrantSpec], errors: &mut Vec<Finding<'a>>) {
    let mut asked: BTreeMap<&str, BTreeMap<ResourceValue, Vec<&'a GrantSpec>>> = BTreeMap::new();
    for grant in grants.iter().filter(|grant| grant.resource != GrantSpec::ANY) {
        for value in values(grant) {
            asked.entry(&grant.resource).or_default().entry(value).or_default().push(grant);
        }
    }
    for (resource, values) in asked.into_iter().filter(|(_, values)| values.len() > 1) {
        // A value that one of them declares applies to the others too.
        let said: BTreeSet<_> = values.values().flatten().filter_map(|grant| grant.value).collect();
        if said.len() == 1 {
            continue;
        }
        let each: Vec<_> = values
            .iter()
            .filter_map(|(value, grants)| {
                let grant = grants.first()?;
                Some(format!("its {} by `{}` ({})", value.as_str(), grant.declared_by, grant.source))
            })
            .collect();
        errors.push(Finding {
            code: "RG0120",
            message: format!(
                "the variable of the resource `{resource}` would need different values: {}",
                each.join("; ")
            ),
            help: "write the same `value = \"arn\"` in all grants, or give one of the resources another name"
                .to_owned(),
            handlers: values.into_values().flatten().map(Handler::from).collect(),
        });
    }
}

/// IAM limits the total size of a role's inline policies, and the part that comes from the code may exceed it
/// before any ARN is known.
fn size<'a>(function: &FunctionSpec<'a>, errors: &mut Vec<Finding<'a>>) {
    let statements: Vec<_> = Permission::of(function.grants.iter().copied())
        .into_iter()
        .map(|permission| {
            let arns = permission.on.iter().map(|suffix| format!("{SHORTEST_ARN}{suffix}"));
            serde_json::json!({ "Action": permission.actions, "Effect": "Allow", "Resource": arns.collect::<Vec<_>>() })
        })
        .collect();
    let policy = serde_json::json!({ "Statement": statements, "Version": "2012-10-17" });
    let characters = json::text(&policy).split_whitespace().map(str::len).sum::<usize>();
    if characters > limits::INLINE_POLICIES_CHARS {
        errors.push(Finding {
            code: "RG0121",
            message: format!(
                "the policy of the function `{}` has at least {characters} characters, but IAM allows {} for all inline policies of a role",
                function.name,
                limits::INLINE_POLICIES_CHARS
            ),
            help: "divide the routes among several functions, or write patterns with a `reason`".to_owned(),
            handlers: function.grants.iter().map(|grant| Handler::from(*grant)).collect(),
        });
    }
}

/// No ARN is shorter.
const SHORTEST_ARN: &str = "arn:aws:s3:::abc";

fn quoted(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn literals(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use routegen_spec::{RouteSpec, SourceLocation};

    use super::super::tests::{codes, found};
    use super::*;
    use crate::check::fixture::{authorizer, behind, route, with};

    fn grant(resource: &str, actions: &[&str], on: &[&str]) -> GrantSpec {
        with(GrantSpec::new(resource, actions.iter().copied()), |grant| {
            grant.on = on.iter().map(ToString::to_string).collect();
            grant.declared_by = "items::Items".to_owned();
            grant.source = SourceLocation::new("src/items.rs", 7, 3);
        })
    }

    fn taking(grants: impl IntoIterator<Item = GrantSpec>) -> RouteSpec {
        with(route("a", "/a"), |route| route.grants = grants.into_iter().collect())
    }

    fn with_reason(grant: GrantSpec) -> GrantSpec {
        with(grant, |grant| grant.reason = Some("it is a test".to_owned()))
    }

    /// The messages for an invalid grant, without its place, and the help texts.
    fn wrong(grant: GrantSpec) -> Vec<String> {
        let manifest = Manifest::new("0.0.0", vec![taking([grant])], Vec::new());
        let mut findings = Findings::default();
        apply(&manifest, &mut findings);
        let shown = findings.errors.iter().map(|finding| {
            assert_eq!(finding.handlers[0].source.to_string(), "src/items.rs:7");
            let message =
                finding.message.trim_start_matches("`items::Items` (src/items.rs:7) declares a grant: ");
            format!("{} {message}\n    {}", finding.code, finding.help)
        });
        shown.collect()
    }

    #[test]
    fn good_grants_have_no_findings() {
        let grants = [
            grant("items_table", &["dynamodb:GetItem", "dynamodb:Query"], &["", "/index/*"]),
            grant("files", &["s3:GetObject"], &["/*"]),
            grant("*", &["dynamodb:ListTables", "xray:PutTraceSegments"], &["*"]),
            with_reason(grant("files", &["s3:Get*"], &["/*"])),
            with_reason(grant("*", &["sns:Publish"], &["*"])),
            with_reason(grant("items_table", &["dynamodb:NotYetKnown"], &[""])),
        ];
        assert_eq!(codes([taking(grants)]), [""; 0]);
    }

    #[test]
    fn what_is_wrong_with_a_grant_is_said_at_its_place_with_what_to_write() {
        let grants = [
            grant("items_table", &["dynamodb:GetItems"], &[""]),
            grant("items_table", &["dynamo:GetItem"], &[""]),
            grant("items_table", &["dynamodb:Xyz*"], &[""]),
            grant(
                "items_table",
                &["dynamodb:Query", "dynamodb:ListTables", "dynamodb:DescribeLimits"],
                &[""],
            ),
            grant("items_table", &["dynamodb:*"], &[""]),
            grant("*", &["dynamodb:GetItem"], &["*"]),
            grant("items_table", &["dynamodb:GetItem"], &["*"]),
            with(grant("items_table", &["dynamodb:Get*"], &[""]), |grant| {
                grant.reason = Some(" ".to_owned());
            }),
            grant("ItemsTable", &["dynamodb:GetItem"], &["index"]),
            grant("items_table", &["GetItem"], &[""]),
            grant("items_table", &[], &[""]),
            grant("items_table", &["dynamodb:GetItem"], &[]),
            grant("*", &["dynamodb:GetItem"], &[""]),
        ];
        let shown: Vec<_> = grants.into_iter().flat_map(wrong).collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn a_grant_that_several_routes_and_authorizers_have_is_one_mistake() {
        let bad = || vec![grant("items_table", &["dynamodb:GetItems"], &[""])];
        let routes = [
            with(behind("key", "a"), |route| route.grants = bad()),
            with(behind("key", "b"), |route| route.grants = bad()),
        ];
        let key = || with(authorizer("key"), |authorizer| authorizer.grants = bad());
        assert_eq!(found(routes, [key()]).0, ["RG0117"]);
        assert_eq!(found([behind("key", "a")], [key()]).0, ["RG0117"]);
    }

    #[test]
    fn the_variable_of_a_resource_holds_one_thing() {
        let name = grant("thing", &["dynamodb:GetItem"], &[""]);
        let arn = grant("thing", &["sns:Publish"], &[""]);
        let say = |value| with(arn.clone(), |grant| grant.value = Some(value));
        let (codes, messages) = found([taking([name.clone(), arn.clone()])], []);
        assert_eq!(codes, ["RG0120"]);
        assert_eq!(
            messages,
            ["the variable of the resource `thing` would need different values: its name by `items::Items` \
              (src/items.rs:7); its arn by `items::Items` (src/items.rs:7)"]
        );
        assert_eq!(super::super::tests::codes([taking([name.clone(), say(ResourceValue::Arn)])]), [""; 0]);
        let url = with(name, |grant| grant.value = Some(ResourceValue::Url));
        assert_eq!(super::super::tests::codes([taking([url, say(ResourceValue::Arn)])]), ["RG0120"]);
    }

    #[test]
    fn a_policy_that_iam_would_not_take_is_known_before_any_arn_is() {
        let many = |count: usize| {
            let on: Vec<_> = (0..count).map(|index| format!("/prefix-of-a-tenant/{index:04}/*")).collect();
            let on: Vec<_> = on.iter().map(String::as_str).collect();
            codes([taking([grant("files", &["s3:GetObject"], &on)])])
        };
        // Each has 45 characters, including its ARN, its quotes and a comma.
        assert_eq!(many(225), [""; 0]);
        assert_eq!(many(226), ["RG0121"]);
    }
}
