//! Checks that `manifest.schema.json`, the JSON Schema of the manifest, matches the types.

use std::{env, fs, path::Path, sync::LazyLock};

use proptest::prelude::*;
use regex::Regex;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::{
    Auth, AuthorizerSpec, ConsumerSpec, EnvName, EventRule, EventSource, Manifest, Method, Name, QueueSource,
    RouteSpec, Schedule, SourceLocation, StreamSource, Throttle, limits,
};

/// The schema of the output, in which every key is present.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.into_root_schema_for::<Manifest>().to_value()
});

/// The pattern of a type's text.
fn pattern(name: &str) -> Regex {
    Regex::new(SCHEMA["$defs"][name]["pattern"].as_str().unwrap()).unwrap()
}

/// `just bless` writes the file.
#[test]
fn the_schema_in_the_repository_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifest.schema.json");
    let text = serde_json::to_string_pretty(&*SCHEMA).unwrap() + "\n";
    if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        fs::write(&path, &text).unwrap();
    }
    let committed: Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap_or_default()).unwrap_or_default();
    assert_eq!(committed, *SCHEMA, "run `just bless`");
}

fn name() -> impl Strategy<Value = Name> {
    "[a-z][a-z0-9]{0,3}(_[a-z0-9]{1,3}){0,2}".prop_map(|name| name.parse().unwrap())
}

fn env_names() -> impl Strategy<Value = Vec<EnvName>> {
    prop::collection::vec("[A-Za-z][A-Za-z0-9_]{1,5}", 0..3)
        .prop_map(|names| names.iter().map(|name| name.parse().unwrap()).collect())
}

prop_compose! {
    fn route()(
        name in name(),
        method in prop::sample::select(Method::ALL.as_slice()),
        path in "(/[a-z.-]{1,3}){0,2}/\\{[a-z]{1,3}\\+?\\}",
        auth in "none|iam|cognito|[a-z]{1,4}",
        scopes in prop::collection::vec("[a-z]{1,4}/[a-z]{1,4}", 0..3),
        env in env_names(),
        lambda in prop::option::of(self::name()),
        settings in any::<(Option<u32>, Option<u32>, Option<(u32, u32)>, bool, bool)>(),
        tags in prop::collection::vec("\\PC{0,4}", 0..3),
        texts in prop::array::uniform4("\\PC{0,6}"),
        (line, column) in any::<(u32, u32)>(),
    ) -> RouteSpec {
        let mut route = RouteSpec::new(name, method, path.parse().unwrap(), Auth::from(auth));
        route.scopes = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
        (route.env, route.lambda) = (env, lambda);
        (route.memory, route.timeout) = (settings.0, settings.1);
        route.throttle = settings.2.map(|(rate, burst)| Throttle::new(rate, burst));
        (route.deprecated, route.reads_body) = (settings.3, settings.4);
        let [description, handler, package, file] = texts;
        (route.description, route.tags, route.handler, route.package) = (description, tags, handler, package);
        route.source = SourceLocation::new(file, line, column);
        route
    }
}

prop_compose! {
    fn authorizer()(name in name(), env in env_names(), settings in any::<(u32, Option<u32>, Option<u32>)>()) -> AuthorizerSpec {
        let mut authorizer = AuthorizerSpec::new(name);
        authorizer.env = env;
        (authorizer.ttl, authorizer.memory, authorizer.timeout) = settings;
        authorizer
    }
}

fn consumes() -> impl Strategy<Value = EventSource> {
    let schedule =
        "rate\\([2-9] days\\)|cron\\(0 [0-9] \\? \\* MON-FRI \\*\\)|at\\(20[1-9]{2}-01-31T08:00:00\\)";
    prop_oneof![
        schedule.prop_map(|text| EventSource::Schedule(Schedule::new(text.parse().unwrap()))),
        (name(), any::<(bool, u32, Option<u32>)>()).prop_map(|(name, (fifo, batch, concurrency))| {
            let mut queue = QueueSource::new(name);
            (queue.fifo, queue.batch, queue.concurrency) = (fifo, batch, concurrency);
            EventSource::Queue(queue)
        }),
        (prop::option::of(name()), "[a-z]{1,4}").prop_map(|(bus, source)| {
            let mut rule = EventRule::new();
            (rule.bus, rule.pattern) = (bus, Some(format!("{{\"a\":[\"{source}\"]}}").parse().unwrap()));
            rule.source.push(source);
            EventSource::Event(rule)
        }),
        name().prop_map(|name| EventSource::Stream(StreamSource::new(name))),
    ]
}

prop_compose! {
    fn consumer()(name in name(), consumes in consumes(), env in env_names(), settings in any::<(Option<u32>, Option<bool>)>()) -> ConsumerSpec {
        let mut consumer = ConsumerSpec::new(name, consumes);
        consumer.env = env;
        (consumer.memory, consumer.multi_thread) = settings;
        consumer
    }
}

/// Adds an unknown key to every object.
fn with_unknown_keys(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(with_unknown_keys),
        Value::Object(members) => {
            members.values_mut().for_each(with_unknown_keys);
            members.insert("added_later".to_owned(), json!({ "a": [1] }));
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn a_manifest_is_read_whatever_keys_are_added_to_it(
        routes in prop::collection::vec(route(), 0..3),
        authorizers in prop::collection::vec(authorizer(), 0..3),
        consumers in prop::collection::vec(consumer(), 0..3),
    ) {
        let manifest = Manifest::new("0.1.0", routes, authorizers).with_consumers(consumers);
        let mut value = serde_json::to_value(&manifest).unwrap();
        with_unknown_keys(&mut value);
        prop_assert_eq!(serde_json::from_value::<Manifest>(value).unwrap(), manifest);
    }

    #[test]
    fn the_patterns_of_names_are_the_rules_of_their_types(text in "[a-zA-Z0-9_\u{e9}\n-]{0,5}|[a-z]{60,68}") {
        static PATTERNS: LazyLock<[Regex; 2]> = LazyLock::new(|| ["Name", "EnvName"].map(pattern));
        let [is_name, is_env_name] = PATTERNS.each_ref().map(|pattern| pattern.is_match(&text));
        let most = SCHEMA["$defs"]["Name"]["maxLength"].as_u64().unwrap();
        prop_assert_eq!(is_name && text.len() as u64 <= most, Name::try_from(text.clone()).is_ok());
        let is_reserved = limits::RESERVED_ENVIRONMENT.contains(&text.as_str());
        prop_assert_eq!(is_env_name && !is_reserved, text.parse::<EnvName>().is_ok());
    }
}
