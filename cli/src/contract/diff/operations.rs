//! Operations, before and after.
//!
//! In: two documents. Out: what has changed, operation by operation. Two operations are the same if they have
//! the same method and form of path. A finding that is the same for all methods of an `ANY` route is reported
//! once.

use std::collections::{BTreeMap, BTreeSet};

use routegen_spec::Date;
use serde_json::{Value, json};

use super::{
    access::{self, Access},
    api::{Api, Key, Operation, text},
    bodies,
    deployment::{self, Grants},
    finding::{Finding, Findings},
    parameters, responses,
    rule::Rule,
    schema::Pair,
    shadow::Routes,
};

/// What has changed; `today` is for rules about dates.
pub(super) fn compare<'a>(base_api: Api<'a>, head_api: Api<'a>, today: Date) -> Vec<Finding> {
    let (base, head) = (base_api.operations(), head_api.operations());
    let functions = [base_api.functions(), head_api.functions()];
    let pairs = matched(&base, &head);
    let mut changes = Changes {
        apis: [base_api, head_api],
        pair: Pair::new(base_api, head_api),
        routes: [Routes::new(base.values()), Routes::new(head.values())],
        grants: [
            Grants::of(base.values().chain(functions[0].values())),
            Grants::of(head.values().chain(functions[1].values())),
        ],
        widened: BTreeSet::new(),
        paths: head.keys().map(|key| key.path.as_str()).collect(),
        any: head.values().filter(|it| it.is_any()).map(|it| it.key.path.as_str()).collect(),
        today,
        found: Vec::new(),
    };
    for (old, new) in &pairs {
        match (old, new) {
            (Some(old), Some(new)) if old.key.method != new.key.method => changes.moved(old, new),
            (Some(old), Some(new)) => changes.both(old, new),
            (Some(old), None) => changes.removed(old, Rule::RouteRemoved, &[]),
            (None, Some(new)) => changes.added(new),
            (None, None) => {}
        }
    }
    changes.functions(&functions);
    let mut found: Vec<Finding> = Vec::new();
    let mut known = BTreeSet::new();
    for finding in changes.found {
        if known.insert((finding.rule, finding.operation.clone(), finding.fingerprint())) {
            found.push(finding);
        }
    }
    found.sort_by(|one, other| {
        (one.verdict, &one.operation, one.rule).cmp(&(other.verdict, &other.operation, other.rule))
    });
    found
}

type Paired<'o, 'a> = (Option<&'o Operation<'a>>, Option<&'o Operation<'a>>);

/// Pairs the operations of both documents: those with the same key; else a greedy and a single parameter in
/// the same place; else those with the same path, and the same id or handler, but different methods.
fn matched<'o, 'a>(
    base: &'o BTreeMap<Key, Operation<'a>>,
    head: &'o BTreeMap<Key, Operation<'a>>,
) -> Vec<Paired<'o, 'a>> {
    let mut pairs = Vec::new();
    let mut new: BTreeMap<&Key, &Operation<'_>> =
        head.iter().filter(|(key, _)| !base.contains_key(key)).collect();
    let mut gone = Vec::new();
    for (key, old) in base {
        let other_form = Key { path: other_form(&key.path), method: key.method.clone() };
        match head.get(key).or_else(|| new.remove(&other_form)) {
            Some(counterpart) => pairs.push((Some(old), Some(counterpart))),
            None => gone.push(old),
        }
    }
    for old in gone {
        let is_it = |(key, new): &(&&Key, &&Operation<'_>)| {
            let same = |of: &dyn Fn(&Operation<'_>) -> String| of(old) == of(new) && !of(old).is_empty();
            key.path == old.key.path
                && !old.is_any()
                && (same(&|it| it.id().to_owned()) || same(&|it| text(it.own, "handler").to_owned()))
        };
        let moved = new.iter().find(is_it).map(|(key, _)| *key);
        let moved = moved.and_then(|key| new.remove(key));
        pairs.push((Some(old), moved));
    }
    pairs.extend(new.into_values().map(|new| (None, Some(new))));
    pairs
}

/// The same path with a greedy parameter in place of a single one at its end, or the reverse.
fn other_form(path: &str) -> String {
    match (path.strip_suffix("{+}"), path.strip_suffix("{}")) {
        (Some(begin), _) => format!("{begin}{{}}"),
        (None, Some(begin)) => format!("{begin}{{+}}"),
        (None, None) => String::new(),
    }
}

struct Changes<'o, 'a> {
    apis: [Api<'a>; 2],
    pair: Pair<'a>,
    routes: [Routes<'o, 'a>; 2],
    grants: [Grants<'a>; 2],
    /// The functions whose grants have been compared.
    widened: BTreeSet<(Option<&'a str>, &'a str)>,
    /// The paths that exist now.
    paths: BTreeSet<&'o str>,
    /// Those of them with a route that accepts every method.
    any: BTreeSet<&'o str>,
    today: Date,
    found: Vec<Finding>,
}

impl<'a> Changes<'_, 'a> {
    fn both(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let any = old.is_any() && new.is_any();
        let mut findings = Findings::of(if any { new.name_of_any() } else { new.name() }, new.place());
        if old.is_greedy() && !new.is_greedy() {
            let message = "the greedy parameter of its path now matches only one segment";
            findings.add(Rule::RouteNoLongerGreedy, "path", message, json!(old.name()), json!(new.name()));
        }
        if old.is_any() && !new.is_any() && self.any.contains(new.key.path.as_str()) {
            self.takes(old, new, &mut findings, false);
        } else if !old.is_greedy() && new.is_greedy() {
            self.taken(new, &mut findings);
        }
        if old.id() != new.id() && !old.id().is_empty() {
            let message = format!("its id changed from `{}` to `{}`", old.id(), new.id());
            findings.add(Rule::OperationIdChanged, "id", message, json!(old.id()), json!(new.id()));
        }
        let sunset = |operation: &Operation<'_>| operation.sunset()?.parse::<Date>().ok();
        if let (Some(before), Some(after)) = (sunset(old), sunset(new))
            && after < before
        {
            let message = format!("its `sunset` moved from {before} to {after}");
            let (before, after) = (json!(before.to_string()), json!(after.to_string()));
            findings.add(Rule::SunsetEarlier, "sunset", message, before, after);
        }
        let accesses = Access::of_both(self.apis, [old, new]);
        access::compare(&accesses[0], &accesses[1], &mut findings);
        access::throttle(old, new, &mut findings);
        parameters::compare(self.apis, &self.pair, old, new, &mut findings);
        bodies::compare(self.apis, &self.pair, old, new, &mut findings);
        responses::compare(self.apis, &self.pair, old, new, &mut findings);
        deployment::compare(old, new, &mut findings);
        self.widen(Some(old), new, &mut findings);
        self.found.extend(findings.found);
    }

    /// Compares the authorizers and consumers.
    fn functions(&mut self, [base, head]: &[BTreeMap<&'a str, Operation<'a>>; 2]) {
        for (name, old) in base.iter().filter(|(name, _)| !head.contains_key(*name)) {
            // If an authorizer was removed, the findings of its routes report who may call them.
            if let Some(consumes) = old.own.get("consumes") {
                let mut findings = Findings::of(old.name(), None);
                let message =
                    format!("the consumer `{name}` was removed, and its event source calls no function");
                findings.add(Rule::ConsumerRemoved, "consumer", message, consumes.clone(), Value::Null);
                self.found.extend(findings.found);
            }
        }
        for (name, new) in head {
            let mut findings = Findings::of(new.name(), new.place());
            let old = base.get(name);
            if let Some(old) = old {
                if let (Some(before), Some(after)) = (old.own.get("consumes"), new.own.get("consumes"))
                    && before != after
                {
                    let message = "its event source has different settings";
                    findings.add(
                        Rule::EventSourceChanged,
                        "consumes",
                        message,
                        before.clone(),
                        after.clone(),
                    );
                }
                bodies::compare(self.apis, &self.pair, old, new, &mut findings);
                deployment::compare(old, new, &mut findings);
            }
            self.widen(old, new, &mut findings);
            self.found.extend(findings.found);
        }
    }

    /// A route whose method changed.
    fn moved(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let methods = [old.key.method.as_str(), new.key.method.as_str()];
        self.removed(old, Rule::RouteMethodChanged, &methods);
        self.added(new);
    }

    fn removed(&mut self, old: &Operation<'a>, rule: Rule, methods: &[&str]) {
        let any = old.is_any() && !self.paths.contains(old.key.path.as_str());
        let name = if any { old.name_of_any() } else { old.name() };
        let mut findings = Findings::of(name, None);
        let sunset = old.sunset();
        let day = sunset.and_then(|day| day.parse::<Date>().ok());
        let (before, after) = match methods {
            [before, after] => (json!(before), json!(after)),
            _ => (json!({ "deprecated": old.is_deprecated(), "sunset": sunset }), Value::Null),
        };
        let (rule, message) = match day {
            Some(day) if day > self.today => {
                let message = format!("the route was removed before its `sunset`, {day}");
                (Rule::RouteRemovedBeforeSunset, message)
            }
            Some(day) => {
                (Rule::DeprecatedRouteRemoved, format!("the route was removed after its `sunset`, {day}"))
            }
            None if old.is_deprecated() => {
                (Rule::DeprecatedRouteRemoved, "the deprecated route was removed".to_owned())
            }
            None => match methods {
                [before, after] => (rule, format!("its method changed from {before} to {after}")),
                _ => (rule, "the route was removed".to_owned()),
            },
        };
        findings.add(rule, "route", message, before, after);
        self.found.extend(findings.found);
    }

    fn added(&mut self, new: &Operation<'a>) {
        let name = if new.is_any() { new.name_of_any() } else { new.name() };
        let mut findings = Findings::of(name, new.place());
        let access = Access::of(self.apis[1], new);
        if access.is_open() {
            let message = "anyone may call this new route";
            findings.add(Rule::RouteAddedPublic, "route", message, Value::Null, access.shown());
        }
        self.taken(new, &mut findings);
        self.widen(None, new, &mut findings);
        self.found.extend(findings.found);
    }

    /// Reports the routes whose requests a new one takes.
    fn taken(&self, new: &Operation<'a>, findings: &mut Findings) {
        for old in self.routes[0].taken_by(new, &self.routes[1]) {
            self.takes(old, new, findings, true);
        }
    }

    fn takes(&self, old: &Operation<'a>, new: &Operation<'a>, findings: &mut Findings, by_access: bool) {
        let from = if old.is_any() { old.name_of_any() } else { old.name() };
        let subject = format!("requests of {from}");
        if old.is_any() || old.is_greedy() {
            let message = format!("it takes requests from `{from}`");
            findings.add(Rule::RouteTakesRequests, &subject, message, json!(from), json!(new.name()));
        }
        if !by_access {
            return;
        }
        let [before, after] = Access::of_both(self.apis, [old, new]);
        let order = before.order(&after);
        if order.looser {
            let message = format!("it takes requests from `{from}`, which allowed fewer callers");
            findings.add(Rule::RouteShadowsStricter, &subject, message, before.shown(), after.shown());
        }
        if order.stricter {
            let message = format!("it takes requests from `{from}`, which allowed more callers");
            findings.add(Rule::RouteShadowsLooser, &subject, message, before.shown(), after.shown());
        }
    }

    fn widen(&mut self, old: Option<&Operation<'a>>, new: &Operation<'a>, findings: &mut Findings) {
        let (before, after) = self.grants[0].key(old, new);
        if self.widened.insert((before, after)) {
            self.grants[0].widened(before, &self.grants[1], after, findings);
        }
    }
}
