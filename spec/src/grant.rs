//! What a function's code may do with which AWS resources, as its types declare it.
//!
//! In: the grants of all resources that a function's handlers take. Out: the same grants without
//! duplicates, in an order that does not depend on the order of declaration. It checks neither actions nor
//! names against AWS's list: the command does.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{EnvName, EnvNameError, Name, SourceLocation};

/// One grant of a resource type, as the registry holds it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GrantSpec {
    /// The key of the resource in Terraform's variable `resources`, such as `items_table`; `*` for actions
    /// that are not specific to one resource.
    pub resource: String,
    /// The IAM actions, such as `dynamodb:GetItem`.
    pub actions: Vec<String>,
    /// Suffixes of the resource's ARN, one for each ARN that the actions apply to: `""` is the resource
    /// itself, `"/index/*"` is what lies below it. `"*"` stands for any resource.
    pub on: Vec<String>,
    /// What the resource's variable holds; `None` if the service of the actions decides.
    #[serde(default)]
    pub value: Option<ResourceValue>,
    /// Why the grant is as wide as it is, if the author gave a reason.
    #[serde(default)]
    pub reason: Option<String>,
    /// The type that declares it: `items::ReadItems`.
    pub declared_by: String,
    /// The location of the declaration.
    pub source: SourceLocation,
}

/// What the environment variable of a resource holds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ResourceValue {
    /// The resource's name, such as a table's.
    Name,
    /// Its URL, such as a queue's.
    Url,
    /// Its ARN, such as a topic's.
    Arn,
}

impl ResourceValue {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Name, Self::Url, Self::Arn];

    /// The word for it, which is also a key of an entry in `resources`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Url => "url",
            Self::Arn => "arn",
        }
    }
}

/// Actions on ARNs of one resource: several grants combined.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Permission {
    /// The name of the resource, or `*`.
    pub resource: String,
    /// The actions, in alphabetical order.
    pub actions: Vec<String>,
    /// The suffixes of the ARN, in alphabetical order; `"*"` alone for any resource.
    pub on: Vec<String>,
}

impl GrantSpec {
    /// The name that stands for no particular resource, and the suffix that stands for any resource.
    pub const ANY: &str = "*";

    /// A grant of these actions on the resource itself, without a declaring type.
    pub fn new(resource: impl Into<String>, actions: impl IntoIterator<Item: Into<String>>) -> Self {
        Self {
            resource: resource.into(),
            actions: actions.into_iter().map(Into::into).collect(),
            on: vec![String::new()],
            value: None,
            reason: None,
            declared_by: String::new(),
            source: SourceLocation::default(),
        }
    }
}

impl GrantSpec {
    /// The environment variable that holds a resource's name, URL or ARN: `ITEMS_TABLE` for `items_table`.
    ///
    /// # Errors
    ///
    /// If the text is not a valid name of a resource.
    pub fn variable(resource: &str) -> Result<EnvName, GrantError> {
        let is_name = resource.parse::<Name>().is_ok_and(|name| name.as_str() == resource);
        if !is_name {
            return Err(GrantError::Resource { name: resource.to_owned() });
        }
        resource.to_uppercase().parse().map_err(|error| match error {
            EnvNameError::Reserved { name } => {
                GrantError::Reserved { name: resource.to_owned(), variable: name }
            }
            EnvNameError::Form { .. } => GrantError::Resource { name: resource.to_owned() },
        })
    }

    /// The service and the action of `dynamodb:GetItem`; either may be a pattern.
    ///
    /// # Errors
    ///
    /// If the text has another form.
    pub fn action(text: &str) -> Result<(&str, &str), GrantError> {
        let is_part = |part: &str, marks: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
        };
        text.split_once(':')
            .filter(|(service, action)| is_part(service, "-") && is_part(action, "*?"))
            .ok_or_else(|| GrantError::Action { text: text.to_owned() })
    }

    /// Checks that a text can be appended to an ARN, or is `"*"`.
    ///
    /// # Errors
    ///
    /// If the result would be another resource's ARN, or not an ARN.
    pub fn check_suffix(text: &str) -> Result<(), GrantError> {
        // The characters that IAM accepts in the rest of an ARN, including `$`, which begins a policy
        // variable.
        let is_suffix = text.is_empty()
            || text == Self::ANY
            || text.starts_with(['/', ':'])
                && text.chars().all(|c| c.is_ascii_graphic() && !"\"\\".contains(c));
        if is_suffix { Ok(()) } else { Err(GrantError::Suffix { text: text.to_owned() }) }
    }
}

/// Why a grant cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields hold the offending texts")]
pub enum GrantError {
    #[error("`{name}` cannot be the name of a resource")]
    Resource { name: String },
    #[error("the variable of the resource `{name}` would be `{variable}`, which Lambda sets itself")]
    Reserved { name: String, variable: String },
    #[error("`{text}` is not an action of IAM")]
    Action { text: String },
    #[error("{text:?} cannot follow the ARN of a resource")]
    Suffix { text: String },
}

impl GrantError {
    /// What to write instead.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Resource { .. } => {
                "write a name of your choice, such as `items_table`: lower-case letters, digits and single underscores, beginning with a \
                 letter, 2 to 64 characters; configure the resource in Terraform's variable `resources`"
            }
            Self::Reserved { .. } => "give the resource another name",
            Self::Action { .. } => "write the service and the action: `dynamodb:GetItem`",
            Self::Suffix { .. } => {
                "write `\"\"` for the resource itself, what follows its ARN from a `/` or `:` on, such as `\"/index/*\"`, or `on = \"*\"` for \
                 any resource"
            }
        }
    }
}

impl Permission {
    /// Combines grants. Each ARN gets exactly the actions that are granted on it, and ARNs of one resource
    /// with the same actions become one permission.
    pub fn of<'a>(grants: impl IntoIterator<Item = &'a GrantSpec>) -> Vec<Self> {
        let mut by_arn: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for grant in grants {
            for suffix in &grant.on {
                // For any resource, it does not matter which one the grant names.
                let resource =
                    if suffix == GrantSpec::ANY { GrantSpec::ANY } else { grant.resource.as_str() };
                let actions = by_arn.entry((resource, suffix)).or_default();
                actions.extend(grant.actions.iter().map(String::as_str));
            }
        }
        let mut permissions: BTreeMap<(&str, BTreeSet<&str>), Vec<&str>> = BTreeMap::new();
        for ((resource, suffix), actions) in by_arn {
            permissions.entry((resource, actions)).or_default().push(suffix);
        }
        let owned = |texts: Vec<&str>| texts.into_iter().map(ToOwned::to_owned).collect();
        permissions
            .into_iter()
            .map(|((resource, actions), on)| Self {
                resource: resource.to_owned(),
                actions: owned(actions.into_iter().collect()),
                on: owned(on),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(resource: &str, actions: &[&str], on: &[&str]) -> GrantSpec {
        let mut grant = GrantSpec::new(resource, actions.iter().copied());
        grant.on = on.iter().map(ToString::to_string).collect();
        grant
    }

    fn come_to(grants: &[GrantSpec]) -> Vec<String> {
        let shown = Permission::of(grants);
        shown.iter().map(|p| format!("{} {:?} {:?}", p.resource, p.actions, p.on)).collect()
    }

    #[test]
    fn each_arn_has_the_actions_that_are_granted_on_it_and_no_others() {
        let grants = [
            grant("t", &["d:Query", "d:Get"], &["", "/index/*"]),
            grant("t", &["d:Put"], &[""]),
            grant("s", &["d:Get"], &["/b", "/a"]),
            grant("s", &["d:Get", "d:Get"], &["/a"]),
        ];
        let expected = [
            r#"s ["d:Get"] ["/a", "/b"]"#,
            r#"t ["d:Get", "d:Put", "d:Query"] [""]"#,
            r#"t ["d:Get", "d:Query"] ["/index/*"]"#,
        ];
        assert_eq!(come_to(&grants), expected);
        let mut reversed = grants;
        reversed.reverse();
        assert_eq!(come_to(&reversed), expected);
    }

    #[test]
    fn names_actions_and_suffixes_are_what_a_policy_can_have() {
        assert_eq!(GrantSpec::variable("items_table_2").unwrap().as_str(), "ITEMS_TABLE_2");
        for bad in ["", "a", "Items", "items-table", "items__table", "arn:aws:s3:::a", "*"] {
            assert!(matches!(GrantSpec::variable(bad), Err(GrantError::Resource { .. })), "{bad}");
        }
        assert!(matches!(GrantSpec::variable("aws_region"), Err(GrantError::Reserved { .. })));
        assert_eq!(GrantSpec::action("s3:Get*"), Ok(("s3", "Get*")));
        for bad in ["", "s3", "s3:", ":Get", "s3:Get Object", "*", "*:*", "s3:Get:Object", "s3:$x"] {
            assert!(matches!(GrantSpec::action(bad), Err(GrantError::Action { .. })), "{bad}");
        }
        for good in ["", "*", "/index/*", ":*", "/${aws:username}/*"] {
            assert_eq!(GrantSpec::check_suffix(good), Ok(()));
        }
        for bad in ["index/*", "**", "/a b", "/\"", "/\u{e9}"] {
            assert!(matches!(GrantSpec::check_suffix(bad), Err(GrantError::Suffix { .. })), "{bad}");
        }
    }

    #[test]
    fn what_is_for_any_resource_is_one_permission_whatever_it_names() {
        let grants = [grant("t", &["d:ListTables"], &["*"]), grant("*", &["x:PutTraces"], &["*"])];
        assert_eq!(come_to(&grants), [r#"* ["d:ListTables", "x:PutTraces"] ["*"]"#]);
        assert!(come_to(&[]).is_empty());
    }
}
