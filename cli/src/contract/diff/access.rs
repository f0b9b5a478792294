//! Who may call.
//!
//! In: the access rules of an operation, before and after. Out: whether callers are newly admitted, and
//! whether callers are newly refused. It is unknown which of two authorizers admits more, so changing from
//! one to another counts as both. A token needs one of an operation's scopes, whereas all of its identity
//! sources are required.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    api::{Api, Operation, text, texts},
    finding::Findings,
    rule::Rule,
};

/// The access rules of an operation.
#[derive(Debug)]
pub(super) struct Access<'a> {
    /// `none`, or the kind of authorizer.
    kind: String,
    authorizer: String,
    scopes: BTreeSet<&'a str>,
    sources: BTreeSet<&'a str>,
    ttl: u64,
    guards: Vec<&'a str>,
    middleware: Vec<&'a str>,
}

const NONE: &str = "none";

impl<'a> Access<'a> {
    /// The access rules of two operations to compare. If one document has only standard OpenAPI, the other's
    /// `x-routegen` is ignored too.
    pub(super) fn of_both(apis: [Api<'a>; 2], operations: [&Operation<'a>; 2]) -> [Self; 2] {
        let both_say_more = operations.iter().all(|operation| operation.own.get("auth").is_some());
        let of = |at: usize| {
            if both_say_more {
                Self::of(apis[at], operations[at])
            } else {
                Self::by_security(apis[at], operations[at])
            }
        };
        [of(0), of(1)]
    }

    pub(super) fn of(api: Api<'a>, operation: &Operation<'a>) -> Self {
        let own = operation.own;
        if own.get("auth").is_none() {
            return Self::by_security(api, operation);
        }
        Self {
            kind: text(own, "auth").to_owned(),
            authorizer: text(own, "authorizer").to_owned(),
            scopes: texts(own, "scopes").collect(),
            sources: texts(own, "identitySources").collect(),
            ttl: own.get("ttl").and_then(Value::as_u64).unwrap_or_default(),
            guards: texts(own, "guards").collect(),
            middleware: texts(own, "middleware").collect(),
        }
    }

    /// The access rules as standard OpenAPI describes them, for a document without `x-routegen`.
    fn by_security(api: Api<'a>, operation: &Operation<'a>) -> Self {
        let requirements = api.security(operation);
        let is_open = requirements
            .iter()
            .any(|requirement| requirement.as_object().is_none_or(serde_json::Map::is_empty));
        let members = || requirements.iter().filter_map(Value::as_object).flatten();
        let names: BTreeSet<&str> = members().map(|(name, _)| name.as_str()).collect();
        let kinds: BTreeSet<&str> = names.iter().map(|name| text(api.scheme(name), "type")).collect();
        let joined = |words: BTreeSet<&str>| words.into_iter().collect::<Vec<_>>().join(", ");
        let is_none = is_open || names.is_empty();
        let every_has_scopes = requirements.iter().all(|requirement| {
            requirement.as_object().is_some_and(|members| {
                members.values().any(|scopes| scopes.as_array().is_some_and(|scopes| !scopes.is_empty()))
            })
        });
        let scopes = members().flat_map(|(_, scopes)| scopes.as_array().into_iter().flatten());
        Self {
            kind: if is_none { NONE.to_owned() } else { joined(kinds) },
            authorizer: if is_none { String::new() } else { joined(names) },
            scopes: if every_has_scopes {
                scopes.filter_map(Value::as_str).collect()
            } else {
                BTreeSet::new()
            },
            sources: BTreeSet::new(),
            ttl: 0,
            guards: Vec::new(),
            middleware: Vec::new(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.kind == NONE
    }

    /// The parts to show to people.
    pub(super) fn shown(&self) -> Value {
        let mut shown = json!({ "auth": self.kind });
        if !self.authorizer.is_empty() {
            shown["authorizer"] = json!(self.authorizer);
        }
        for (name, words) in [("scopes", &self.scopes), ("identitySources", &self.sources)] {
            if !words.is_empty() {
                shown[name] = json!(words);
            }
        }
        shown
    }

    /// Whether the other admits callers that this one refuses, and the reverse.
    pub(super) fn order(&self, after: &Access<'_>) -> Order {
        let mut findings = Findings::of(String::new(), None);
        compare(self, after, &mut findings);
        let any = |rules: &[Rule]| findings.found.iter().any(|finding| rules.contains(&finding.rule));
        Order {
            looser: any(&[
                Rule::AuthRemoved,
                Rule::AuthorizerReplaced,
                Rule::ScopesEmptied,
                Rule::ScopeAdded,
                Rule::IdentitySourceRemoved,
                Rule::GuardRemoved,
                Rule::MiddlewareRemoved,
            ]),
            stricter: any(&[
                Rule::AuthAdded,
                Rule::AuthorizerChanged,
                Rule::ScopesRequired,
                Rule::ScopeRemoved,
                Rule::IdentitySourceAdded,
            ]),
        }
    }
}

/// How two sets of access rules compare.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Order {
    pub(super) looser: bool,
    pub(super) stricter: bool,
}

pub(super) fn compare(base: &Access<'_>, head: &Access<'_>, findings: &mut Findings) {
    let (before, after) = (base.shown(), head.shown());
    match (base.is_open(), head.is_open()) {
        (true, true) => {}
        (true, false) => {
            let message = "the route was public, and now requires authorization";
            findings.add(Rule::AuthAdded, "auth", message, before, after);
        }
        (false, true) => {
            let message = "the route no longer requires authorization: anyone may call it";
            findings.add(Rule::AuthRemoved, "auth", message, before, after);
        }
        (false, false) if base.kind != head.kind || base.authorizer != head.authorizer => {
            let names = |access: &Access<'_>| match access.authorizer.as_str() {
                "" => access.kind.clone(),
                name => name.to_owned(),
            };
            let replaced = format!("`{}` replaces `{}` as the authorizer", names(head), names(base));
            let message = format!("{replaced}, and may refuse callers that had access");
            findings.add(Rule::AuthorizerChanged, "auth", message, before.clone(), after.clone());
            let message = format!("{replaced}, and may allow callers that had no access");
            findings.add(Rule::AuthorizerReplaced, "auth", message, before, after);
        }
        (false, false) => {
            scopes(base, head, findings);
            sources(base, head, findings);
            if head.ttl > base.ttl {
                let (before, after) = (json!({ "ttl": base.ttl }), json!({ "ttl": head.ttl }));
                let message = format!(
                    "a decision of `{}` is cached for {} s instead of {} s: a revoked caller keeps access for longer",
                    head.authorizer, head.ttl, base.ttl
                );
                findings.add(Rule::TtlRaised, "ttl", message, before, after);
            }
        }
    }
    around(&base.guards, &head.guards, "guard", Rule::GuardRemoved, Some(Rule::GuardAdded), findings);
    around(&base.middleware, &head.middleware, "middleware", Rule::MiddlewareRemoved, None, findings);
}

fn scopes(base: &Access<'_>, head: &Access<'_>, findings: &mut Findings) {
    let (before, after) = (json!({ "scopes": base.scopes }), json!({ "scopes": head.scopes }));
    match (base.scopes.is_empty(), head.scopes.is_empty()) {
        (true, true) => {}
        (true, false) => {
            let message = "a token must now have one of the scopes";
            findings.add(Rule::ScopesRequired, "scopes", message, before, after);
        }
        (false, true) => {
            let message =
                format!("every token of `{}` is now accepted, whatever its scopes", head.authorizer);
            findings.add(Rule::ScopesEmptied, "scopes", message, before, after);
        }
        (false, false) => {
            for scope in base.scopes.difference(&head.scopes) {
                let message = format!("a token whose only listed scope is `{scope}` is no longer accepted");
                let subject = format!("scope {scope}");
                findings.add(Rule::ScopeRemoved, subject, message, before.clone(), after.clone());
            }
            for scope in head.scopes.difference(&base.scopes) {
                let message = format!("a token with the scope `{scope}` is now accepted");
                let subject = format!("scope {scope}");
                findings.add(Rule::ScopeAdded, subject, message, before.clone(), after.clone());
            }
        }
    }
}

fn sources(base: &Access<'_>, head: &Access<'_>, findings: &mut Findings) {
    let before = json!({ "identitySources": base.sources });
    let after = json!({ "identitySources": head.sources });
    for source in head.sources.difference(&base.sources) {
        let message = format!("a request without `{source}` is now refused");
        let subject = format!("source {source}");
        findings.add(Rule::IdentitySourceAdded, subject, message, before.clone(), after.clone());
    }
    for source in base.sources.difference(&head.sources) {
        let message = format!("a request without `{source}` is no longer refused");
        let subject = format!("source {source}");
        findings.add(Rule::IdentitySourceRemoved, subject, message, before.clone(), after.clone());
    }
}

/// Compares what is wrapped around a handler; repeated names count as often as they occur.
fn around(base: &[&str], head: &[&str], what: &str, less: Rule, more: Option<Rule>, findings: &mut Findings) {
    let missing = |from: &[&str], to: &[&str]| {
        let mut left = to.to_vec();
        let gone = |name: &&&str| match left.iter().position(|other| other == *name) {
            Some(at) => {
                left.remove(at);
                false
            }
            None => true,
        };
        from.iter().filter(gone).map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    for name in missing(base, head) {
        let message = format!("the {what} `{name}` was removed");
        findings.add(less, format!("{what} {name}"), message, json!(base), json!(head));
    }
    for (name, rule) in missing(head, base).into_iter().zip(more.iter().cycle()) {
        let message = format!("the {what} `{name}` was added, and may refuse requests");
        findings.add(*rule, format!("{what} {name}"), message, json!(base), json!(head));
    }
}

/// Compares how many requests an operation accepts.
pub(super) fn throttle(base: &Operation<'_>, head: &Operation<'_>, findings: &mut Findings) {
    let of = |operation: &Operation<'_>| {
        let throttle = operation.own.get("throttle").filter(|throttle| throttle.is_object())?;
        let number = |name: &str| throttle.get(name).and_then(Value::as_f64).unwrap_or_default();
        Some((throttle.clone(), [("rate", number("rate")), ("burst", number("burst"))]))
    };
    let (before, after) = match (of(base), of(head)) {
        (None, None) => return,
        (Some((before, _)), None) => {
            let message = "the route's own throttle was removed";
            findings.add(Rule::ThrottleRemoved, "throttle", message, before, Value::Null);
            return;
        }
        (None, Some((after, _))) => {
            let message = "the route has a new throttle of its own: requests that exceed it get 429";
            findings.add(Rule::ThrottleAdded, "throttle", message, Value::Null, after);
            return;
        }
        (Some(before), Some(after)) => (before, after),
    };
    for ((name, old), (_, new)) in before.1.into_iter().zip(after.1) {
        let (rule, word) = match new.total_cmp(&old) {
            std::cmp::Ordering::Less => (Rule::ThrottleLowered, "lowered"),
            std::cmp::Ordering::Greater => (Rule::ThrottleRaised, "raised"),
            std::cmp::Ordering::Equal => continue,
        };
        let (old, new) = (json!({ name: before.0[name] }), json!({ name: after.0[name] }));
        findings.add(rule, format!("throttle {name}"), format!("the throttle's {name} was {word}"), old, new);
    }
}
