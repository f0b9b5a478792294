//! What an operation runs on, and what its function may do in AWS.
//!
//! The routes of a function share its role, so the function may do everything that any of them declares: a
//! route that moves to another function also gets the grants of the routes there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    api::{Operation, list, text, texts},
    finding::Findings,
    rule::Rule,
};

pub(super) fn compare(base: &Operation<'_>, head: &Operation<'_>, findings: &mut Findings) {
    let (before, after) = (text(base.own, "function"), text(head.own, "function"));
    if before != after && !before.is_empty() && !after.is_empty() {
        let message = format!("the route moved from the function `{before}` to `{after}`");
        findings.add(Rule::FunctionChanged, "function", message, json!(before), json!(after));
    }
    for (name, unit, rule) in [("timeout", "s", Rule::TimeoutLowered), ("memory", "MB", Rule::MemoryLowered)]
    {
        let number = |operation: &Operation<'_>| operation.own.get(name).and_then(Value::as_u64);
        if let (Some(before), Some(after)) = (number(base), number(head))
            && after < before
        {
            let message = format!("the function's {name} was lowered from {before} {unit} to {after} {unit}");
            findings.add(rule, name, message, json!({ name: before }), json!({ name: after }));
        }
    }
    let known: BTreeSet<&str> = texts(base.own, "env").collect();
    for name in texts(head.own, "env").filter(|name| !known.contains(name)) {
        let message = format!(
            "the function requires the new environment variable `{name}`: an apply without a value fails"
        );
        findings.add(Rule::EnvAdded, format!("env {name}"), message, Value::Null, json!(name));
    }
}

/// What functions may do, by their names.
#[derive(Debug)]
pub(super) struct Grants<'a>(BTreeMap<&'a str, Role<'a>>);

/// What one function may do.
#[derive(Clone, Debug, Default)]
struct Role<'a> {
    /// The resources, each with its actions and the parts that they apply to.
    resources: BTreeMap<&'a str, BTreeMap<&'a str, BTreeSet<&'a str>>>,
}

impl<'a> Grants<'a> {
    pub(super) fn of<'o>(operations: impl Iterator<Item = &'o Operation<'a>>) -> Self
    where
        'a: 'o,
    {
        let mut roles: BTreeMap<&str, Role<'_>> = BTreeMap::new();
        for operation in operations {
            let role = roles.entry(text(operation.own, "function")).or_default();
            for statement in list(operation.own, "grants") {
                let actions = role.resources.entry(text(statement, "resource")).or_default();
                for action in texts(statement, "actions") {
                    let parts = actions.entry(action).or_default();
                    let named: Vec<_> = texts(statement, "on").collect();
                    parts.extend(if named.is_empty() { vec![""] } else { named });
                }
            }
        }
        Self(roles)
    }

    /// The pair of functions to compare for an operation: its old function, if it has a role here, and its
    /// new one.
    pub(super) fn key(
        &self,
        base: Option<&Operation<'a>>,
        head: &Operation<'a>,
    ) -> (Option<&'a str>, &'a str) {
        let new = text(head.own, "function");
        let old = base.map_or(new, |base| text(base.own, "function"));
        (self.0.contains_key(old).then_some(old), new)
    }

    /// Reports what a function may do that the old one, or the same one before, was not allowed to.
    pub(super) fn widened(&self, old: Option<&str>, after: &Grants<'_>, new: &str, findings: &mut Findings) {
        let nothing = Role::default();
        let before = old.and_then(|name| self.0.get(name)).unwrap_or(&nothing);
        let Some(after) = after.0.get(new) else { return };
        for (resource, actions) in &after.resources {
            let known = before.resources.get(resource);
            for (action, parts) in actions {
                let had = known.and_then(|known| known.get(action));
                let more: Vec<&str> =
                    parts.iter().filter(|part| had.is_none_or(|had| !had.contains(*part))).copied().collect();
                if more.is_empty() {
                    continue;
                }
                let (rule, message) = if action.contains('*') || *resource == "*" || more.contains(&"*") {
                    let message = format!(
                        "`{new}` may now perform `{action}` on `{resource}`, with everything that the wildcard covers"
                    );
                    (Rule::GrantWildcardAdded, message)
                } else if known.is_none() {
                    let message = format!("`{new}` may now use the resource `{resource}`, with `{action}`");
                    (Rule::GrantResourceAdded, message)
                } else if had.is_some() {
                    let message = format!(
                        "`{new}` may now perform `{action}` on more of `{resource}`: {}",
                        more.join(", ")
                    );
                    (Rule::GrantResourceAdded, message)
                } else {
                    (Rule::GrantActionAdded, format!("`{new}` may now perform `{action}` on `{resource}`"))
                };
                let subject = format!("grant {new} {resource} {action}");
                let value =
                    |parts: &BTreeSet<&str>| json!({ "resource": resource, "action": action, "on": parts });
                findings.add(rule, subject, message, had.map_or(Value::Null, value), value(parts));
            }
        }
    }
}
