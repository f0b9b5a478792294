//! Consumers must agree with each other and with everything else: in names, queues, resources, and times.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{TimeZone, TimeZoneDatabase},
};
use routegen_spec::{
    ConsumerSpec, EventSource, GrantSpec, Manifest, Schedule, ScheduleExpression, ScheduleInstant,
};

use crate::{
    check::{
        finding::{Finding, Findings, Handler, group, handlers, list},
        permissions,
    },
    output::words::nearest,
};

/// `now` is the time against which schedules are checked.
pub(super) fn apply<'a>(manifest: &'a Manifest, now: Timestamp, findings: &mut Findings<'a>) {
    names(manifest, &mut findings.errors);
    queues(manifest, &mut findings.errors);
    resources(manifest, &mut findings.errors);
    for consumer in &manifest.consumers {
        if let EventSource::Schedule(schedule) = &consumer.consumes {
            times(consumer, schedule, now, findings);
        }
    }
}

/// Each consumer is a separate function.
fn names<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    for (name, consumers) in group(&manifest.consumers, |consumer| &consumer.name) {
        let has_its_name =
            |route: &&'a routegen_spec::RouteSpec| route.name == *name || route.function() == name;
        let mut sharing = handlers(consumers);
        sharing.extend(handlers(manifest.routes.iter().filter(has_its_name)));
        sharing.extend(handlers(manifest.authorizers.iter().filter(|authorizer| authorizer.name == *name)));
        if sharing.len() > 1 {
            errors.push(Finding {
                code: "RG0130",
                message: format!("{} functions would be named `{name}`: {}", sharing.len(), list(&sharing)),
                help: "each schedule, queue, event and stream needs its own function: set `name = \"…\"` on all but one"
                    .to_owned(),
                handlers: sharing,
            });
        }
    }
}

/// If several functions read one queue, each message reaches only one of them, in no defined way.
fn queues<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    let mut by_queue: BTreeMap<&str, Vec<&'a ConsumerSpec>> = BTreeMap::new();
    for consumer in &manifest.consumers {
        if let EventSource::Queue(queue) = &consumer.consumes {
            by_queue.entry(queue.queue.as_str()).or_default().push(consumer);
        }
    }
    for (queue, consumers) in by_queue {
        if consumers.len() > 1 {
            let handlers = handlers(consumers);
            errors.push(Finding {
                code: "RG0131",
                message: format!(
                    "{} functions receive messages of the queue `{queue}`, but each message reaches only one of them: {}",
                    handlers.len(),
                    list(&handlers)
                ),
                help: "give each its own queue; to inform several functions, send an event to an event bus, and receive it in each with \
                       `#[event]`"
                    .to_owned(),
                handlers,
            });
        }
    }
}

/// A name stands for one resource, and so for one kind of resource.
fn resources<'a>(manifest: &'a Manifest, errors: &mut Vec<Finding<'a>>) {
    let mut by_name: BTreeMap<&str, Vec<(&'static str, Handler<'a>)>> = BTreeMap::new();
    for consumer in &manifest.consumers {
        let Some(name) = consumer.consumes.resource() else { continue };
        by_name.entry(name).or_default().push((consumer.consumes.resource_type(), consumer.into()));
    }
    for grant in permissions::all(manifest) {
        let Some(uses) = by_name.get_mut(grant.resource.as_str()) else { continue };
        uses.extend(kind_of(grant).map(|kind| (kind, grant.into())));
    }
    for (name, uses) in by_name {
        let first = uses.first().map(|(kind, _)| *kind);
        let mut kinds: BTreeMap<&str, Vec<Handler<'a>>> = BTreeMap::new();
        for (kind, handler) in &uses {
            let of_kind = kinds.entry(kind).or_default();
            if !of_kind.iter().any(|known| known.source == handler.source) {
                of_kind.push(*handler);
            }
        }
        if kinds.len() > 1 {
            let each: Vec<_> =
                kinds.iter().map(|(kind, handlers)| format!("{kind} in {}", list(handlers))).collect();
            errors.push(Finding {
                code: "RG0132",
                message: format!("the resource `{name}` has several types: {}", each.join("; ")),
                help: "give each resource a different name, which is its key in Terraform's variable `resources`".to_owned(),
                // The event source's kind comes first.
                handlers: first
                    .and_then(|first| kinds.remove(first))
                    .into_iter()
                    .chain(kinds.into_values())
                    .flatten()
                    .collect(),
            });
        }
    }
}

/// The kind of resource that a grant's actions are for. The listed services have one kind that can be an
/// event source, or none at all.
fn kind_of(grant: &GrantSpec) -> Option<&'static str> {
    let (service, _) = grant.actions.iter().find_map(|action| GrantSpec::action(action).ok())?;
    Some(match service {
        "sqs" => "a queue",
        "dynamodb" => "a table",
        "events" => "an event bus",
        "s3" => "a bucket",
        "sns" => "a topic",
        "secretsmanager" => "a secret",
        _ => return None,
    })
}

fn times<'a>(consumer: &'a ConsumerSpec, schedule: &Schedule, now: Timestamp, findings: &mut Findings<'a>) {
    let handler = Handler::from(consumer);
    let database = TimeZoneDatabase::bundled();
    let zone = match &schedule.timezone {
        None => Some(TimeZone::UTC),
        // AWS requires the names exactly as in the database.
        Some(name) => database.get(name).ok().filter(|zone| zone.iana_name() == Some(name)),
    };
    let Some(zone) = zone else {
        let name = schedule.timezone.as_deref().unwrap_or_default();
        let known: Vec<_> = database.available().map(|name| name.to_string()).collect();
        let near = nearest(name, known.iter().map(String::as_str));
        findings.errors.push(Finding {
            code: "RG0133",
            message: format!(
                "`{}` ({}) has the time zone `{name}`, which does not exist",
                handler.path, handler.source
            ),
            help: format!(
                "{}write a name of the IANA time zone database, such as `timezone = \"Europe/Berlin\"`",
                near.map_or_else(String::new, |near| format!("{near} "))
            ),
            handlers: vec![handler],
        });
        return;
    };
    if let ScheduleExpression::At(at) = &schedule.expression
        && instant(*at).and_then(|at| zone.to_timestamp(at).ok()).is_some_and(|at| at < now)
    {
        findings.warnings.push(Finding {
            code: "RG0240",
            message: format!(
                "`{}` ({}) would be called at a time in the past: {}",
                handler.path, handler.source, schedule.expression
            ),
            help: "EventBridge Scheduler will not call it again: remove the function, or write another time"
                .to_owned(),
            handlers: vec![handler],
        });
    }
}

fn instant(ScheduleInstant { date, hour, minute, second, .. }: ScheduleInstant) -> Option<DateTime> {
    format!("{date}T{hour:02}:{minute:02}:{second:02}").parse().ok()
}

#[cfg(test)]
mod tests {
    use routegen_spec::{EventRule, QueueSource, RouteSpec, StreamSource};

    use super::*;
    use crate::check::{
        finding::Configured,
        fixture::{authorizer, behind, consumer, route, with},
    };

    fn queue(name: &str, queue: &str) -> ConsumerSpec {
        consumer(name, EventSource::Queue(QueueSource::new(queue.parse().unwrap())))
    }

    fn stream(name: &str, table: &str) -> ConsumerSpec {
        consumer(name, EventSource::Stream(StreamSource::new(table.parse().unwrap())))
    }

    fn bus(name: &str, bus: &str) -> ConsumerSpec {
        let rule = with(EventRule::new(), |rule| rule.bus = Some(bus.parse().unwrap()));
        consumer(name, EventSource::Event(rule))
    }

    fn schedule(expression: &str, timezone: Option<&str>) -> ConsumerSpec {
        let mut schedule = Schedule::new(expression.parse().unwrap());
        schedule.timezone = timezone.map(ToOwned::to_owned);
        consumer("on_time", EventSource::Schedule(schedule))
    }

    fn granting(resource: &str, action: &str) -> RouteSpec {
        with(route("a", "/a"), |route| {
            let mut grant = GrantSpec::new(resource, [action]);
            grant.declared_by = "items::Items".to_owned();
            route.grants = vec![grant];
        })
    }

    fn shown(
        routes: impl IntoIterator<Item = RouteSpec>,
        consumers: impl IntoIterator<Item = ConsumerSpec>,
    ) -> Vec<String> {
        let manifest = Manifest::new("0.0.0", routes.into_iter().collect(), vec![authorizer("key")]);
        let manifest = manifest.with_consumers(consumers.into_iter().collect());
        let configured = Configured { now: "2027-01-31T07:00:00Z".parse().unwrap(), ..Configured::default() };
        let findings = super::super::apply(&manifest, &configured);
        let of_consumers = |finding: &Finding<'_>| {
            finding.code >= "RG0130" && finding.code < "RG0200" || finding.code == "RG0240"
        };
        let all = findings.errors.iter().chain(&findings.warnings).filter(|finding| of_consumers(finding));
        all.map(|finding| format!("{} {}; {}", finding.code, finding.message, finding.help)).collect()
    }

    #[test]
    fn what_is_wrong_with_consumers_is_said_at_its_place_with_what_to_write() {
        let found = [
            shown([], [queue("on_order", "orders"), stream("on_order", "items_table")]),
            shown([route("on_order", "/a")], [queue("on_order", "orders")]),
            shown(
                [with(route("a", "/a"), |route| route.lambda = Some("pets".parse().unwrap()))],
                [queue("pets", "orders")],
            ),
            shown([behind("key", "a")], [queue("key", "orders")]),
            shown(
                [],
                [queue("on_order", "orders"), queue("on_return", "orders"), queue("on_visit", "visits")],
            ),
            shown([], [queue("on_order", "orders"), stream("on_change", "orders")]),
            shown([granting("orders", "dynamodb:GetItem")], [queue("on_order", "orders")]),
            shown([granting("items", "s3:GetObject")], [stream("on_change", "items")]),
            shown([granting("shop_bus", "sqs:SendMessage")], [bus("on_event", "shop_bus")]),
            shown([], [schedule("rate(1 hour)", Some("Europe/Berlim"))]),
            shown([], [schedule("rate(1 hour)", Some("europe/berlin"))]),
            shown([], [schedule("rate(1 hour)", Some("CET+1"))]),
            // An hour before in Berlin, and an hour after in London.
            shown([], [schedule("at(2027-01-31T07:30:00)", Some("Europe/Berlin"))]),
            shown([], [schedule("at(2027-01-31T06:59:59)", None)]),
        ];
        insta::assert_snapshot!(found.concat().join("\n"));
    }

    #[test]
    fn what_several_consumers_may_share_is_no_finding() {
        assert_eq!(shown([granting("orders", "sqs:SendMessage")], [queue("on_order", "orders")]), [""; 0]);
        assert_eq!(
            shown(
                [granting("items", "dynamodb:Query")],
                [stream("a_change", "items"), stream("b_change", "items")]
            ),
            [""; 0]
        );
        assert_eq!(
            shown(
                [granting("shop_bus", "events:PutEvents")],
                [bus("a_event", "shop_bus"), bus("b_event", "shop_bus")]
            ),
            [""; 0]
        );
        for zone in [None, Some("Europe/London"), Some("UTC"), Some("America/Argentina/Buenos_Aires")] {
            assert_eq!(shown([], [schedule("at(2027-01-31T07:30:00)", zone)]), [""; 0], "{zone:?}");
        }
    }
}
