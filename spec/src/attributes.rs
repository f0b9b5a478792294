//! The keys of the attributes, in one table. It feeds the macros' parser, their messages and their
//! documentation, and the command uses it to tell routegen's attributes from those of other crates.

use crate::ScheduleExpression;

/// The word before the `=` in an attribute's argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Key {
    /// The word.
    pub name: &'static str,
    /// The word with a valid value.
    pub example: &'static str,
}

/// A key of one attribute.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Argument {
    /// The key. Keys with the same name take values of the same form in all attributes.
    pub key: Key,
    /// What the value is, in Markdown.
    pub value: &'static str,
    /// What applies where the key is not written, in Markdown.
    pub default: &'static str,
}

/// An attribute on a function.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What it declares, with its article.
    pub what: &'static str,
    /// What comes before the keys.
    pub first: First,
    /// Its keys.
    pub keys: &'static [Argument],
}

/// What comes before the keys of an attribute.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum First {
    /// Nothing. The attribute can be written without keys.
    Nothing,
    /// Nothing, but at least one key is required.
    Key,
    /// The name of a resource.
    Name,
    /// A string literal that the function accepts.
    Text(fn(&str) -> bool),
}

impl Key {
    /// Who may call a route.
    pub const AUTH: Self = Self::new("auth", r#"auth = "cognito""#);
    /// The scopes; a token needs one of them.
    pub const SCOPES: Self = Self::new("scopes", r#"scopes = ["items/read"]"#);
    /// Where a request identifies its caller.
    pub const IDENTITY_SOURCES: Self =
        Self::new("identity_sources", r#"identity_sources = ["$request.header.Authorization"]"#);
    /// How long an authorizer's answer is kept.
    pub const TTL: Self = Self::new("ttl", "ttl = 300");
    /// Memory of the function.
    pub const MEMORY: Self = Self::new("memory", "memory = 256");
    /// Timeout of the function.
    pub const TIMEOUT: Self = Self::new("timeout", "timeout = 10");
    /// Whether the function has several threads.
    pub const MULTI_THREAD: Self = Self::new("multi_thread", "multi_thread = true");
    /// Environment variables that the function needs.
    pub const ENV: Self = Self::new("env", r#"env = ["TABLE"]"#);
    /// Extractors that must succeed before a handler is called.
    pub const GUARDS: Self = Self::new("guards", "guards = [Admin]");
    /// The middleware around a handler.
    pub const MIDDLEWARE: Self = Self::new("middleware", "middleware = [audit]");
    /// The statuses that middleware answers with in place of the handler.
    pub const REFUSES: Self = Self::new("refuses", "refuses = [403]");
    /// The prefix of all routes' paths.
    pub const PREFIX: Self = Self::new("prefix", r#"prefix = "/v1""#);
    /// How many requests a route accepts.
    pub const THROTTLE: Self = Self::new("throttle", "throttle = (50, 20)");
    /// The id.
    pub const NAME: Self = Self::new("name", r#"name = "get_items""#);
    /// The function that several routes share.
    pub const LAMBDA: Self = Self::new("lambda", r#"lambda = "items""#);
    /// The description.
    pub const DESCRIPTION: Self = Self::new("description", r#"description = "Retrieves items""#);
    /// The tags that group routes in documentation.
    pub const TAGS: Self = Self::new("tags", r#"tags = ["items"]"#);
    /// Whether clients should no longer call a route.
    pub const DEPRECATED: Self = Self::new("deprecated", "deprecated = true");
    /// What a route answers with, where its types do not show it.
    pub const RESPONSES: Self =
        Self::new("responses", r#"responses(201 = Item, 404 = "there is no such item")"#);
    /// The day until which a route stays.
    pub const SUNSET: Self = Self::new("sunset", r#"sunset = "2027-01-31""#);
    /// The status of a problem.
    pub const STATUS: Self = Self::new("status", "status = 404");
    /// The URI that identifies a problem's type to clients.
    pub const TYPE: Self = Self::new("type", r#"type = "https://example.com/problems/out-of-stock""#);
    /// The title of a problem's type, for people.
    pub const TITLE: Self = Self::new("title", r#"title = "Out of stock""#);
    /// What is wrong with one request.
    pub const DETAIL: Self = Self::new("detail", r#"detail = "there is no item {id}""#);
    /// The URI of one occurrence of a problem.
    pub const INSTANCE: Self = Self::new("instance", r#"instance = "/orders/{id}""#);
    /// The actions that a grant allows.
    pub const ACTIONS: Self = Self::new("actions", r#"actions = ["dynamodb:GetItem"]"#);
    /// Suffixes for the ARN of a grant's resource.
    pub const ON: Self = Self::new("on", r#"on = ["", "/index/*"]"#);
    /// What the variable of an AWS resource holds.
    pub const VALUE: Self = Self::new("value", r#"value = "arn""#);
    /// Why a grant is as wide as it is.
    pub const REASON: Self = Self::new("reason", r#"reason = "tables are made by tenants""#);
    /// The function that makes a resource.
    pub const INIT: Self = Self::new("init", "init = Self::connect");
    /// The resources that a resource is made from.
    pub const NEEDS: Self = Self::new("needs", "needs = [Config]");
    /// The time zone of a schedule.
    pub const TIMEZONE: Self = Self::new("timezone", r#"timezone = "Europe/Berlin""#);
    /// How late a schedule may call, in minutes.
    pub const FLEXIBLE_WINDOW: Self = Self::new("flexible_window", "flexible_window = 15");
    /// Whether a schedule is switched on.
    pub const ENABLED: Self = Self::new("enabled", "enabled = false");
    /// How often a function is called again for an event that it failed on.
    pub const RETRIES: Self = Self::new("retries", "retries = 2");
    /// The maximum age of an event.
    pub const MAX_AGE: Self = Self::new("max_age", "max_age = 3600");
    /// Whether a queue is FIFO.
    pub const FIFO: Self = Self::new("fifo", "fifo = true");
    /// The maximum number of records in one invocation.
    pub const BATCH: Self = Self::new("batch", "batch = 10");
    /// How long a batch is gathered.
    pub const WINDOW: Self = Self::new("window", "window = 5");
    /// The maximum number of concurrent invocations.
    pub const CONCURRENCY: Self = Self::new("concurrency", "concurrency = 10");
    /// How often a message is received before it moves to the dead-letter queue.
    pub const RECEIVES: Self = Self::new("receives", "receives = 5");
    /// Which records are taken.
    pub const FILTER: Self = Self::new("filter", r##"filter = [r#"{"body": {"kind": ["order"]}}"#]"##);
    /// The sources of events.
    pub const SOURCE: Self = Self::new("source", r#"source = "aws.s3""#);
    /// The types of events.
    pub const DETAIL_TYPE: Self = Self::new("detail_type", r#"detail_type = "Object Created""#);
    /// The bus of events.
    pub const BUS: Self = Self::new("bus", "bus = orders_bus");
    /// What else an event must match.
    pub const PATTERN: Self = Self::new("pattern", r##"pattern = r#"{"detail": {"status": ["paid"]}}"#"##);
    /// Where a new function begins to read.
    pub const START: Self = Self::new("start", r#"start = "latest""#);
    /// The batches of one shard that run at once.
    pub const PARALLEL: Self = Self::new("parallel", "parallel = 2");
    /// Whether a failing batch is halved.
    pub const BISECT: Self = Self::new("bisect", "bisect = false");
    /// The path of the crate `routegen`.
    pub const CRATE: Self = Self::new("crate", "crate = my_crate::routegen");

    const fn new(name: &'static str, example: &'static str) -> Self {
        Self { name, example }
    }

    /// Whether the word takes a list in parentheses instead of `=` and a value.
    pub fn is_list(self) -> bool {
        self == Self::RESPONSES
    }

    const fn takes(self, value: &'static str, default: &'static str) -> Argument {
        Argument { key: self, value, default }
    }
}

const MEMORY: &str = "memory of the function in MB, 128 to 10240";
const MEMORY_DEFAULT: &str = "`routegen.toml`, else 128";
const TIMEOUT_DEFAULT: &str = "`routegen.toml`, else 10";
const DOC_COMMENT: &str = "first paragraph of the doc comment";
const CRATE: &str = "path of this crate, if renamed or re-exported";

/// The keys of `#[route]`, in the order in which messages list them.
pub const ROUTE: [Argument; 17] = [
    Key::AUTH.takes(
        "`\"cognito\"` (a Cognito user pool that the Terraform creates), an [`authorizer`](macro@authorizer)'s name, `\"iam\"` or `\"none\"`",
        "required",
    ),
    Key::SCOPES.takes("a token needs one of them, such as `[\"items/read\"]`; at most 10", "`[]`"),
    Key::MEMORY.takes(MEMORY, MEMORY_DEFAULT),
    Key::TIMEOUT.takes("timeout of the function in seconds, 1 to 30", TIMEOUT_DEFAULT),
    Key::MULTI_THREAD.takes(
        "`true` to run on tokio's multi-threaded runtime, which `block_in_place` requires",
        "`routegen.toml`, else `false`",
    ),
    Key::ENV.takes(
        "names of the environment variables that the function requires, such as `[\"TABLE\"]`; the deployment sets their values",
        "`[]`",
    ),
    Key::THROTTLE.takes(
        "requests a second and requests at once that the route accepts, such as `(50, 20)`; others get 429",
        "the API's",
    ),
    Key::GUARDS.takes(
        "extractors of a request's head that must succeed before the arguments are extracted, such as `[Admin]`; their values are not used",
        "`[]`",
    ),
    Key::MIDDLEWARE.takes(
        "layers around the guards and the handler, the outermost first: functions with [`middleware`](macro@middleware), and layers of tower as `layer(…)`",
        "`[]`",
    ),
    Key::NAME.takes(
        "the route's id, in snake or kebab case; its function has the same name in kebab case",
        "the function's name",
    ),
    Key::LAMBDA.takes(
        "the function, in snake or kebab case, that answers all routes of this crate with this value",
        "a function for the route alone",
    ),
    Key::DESCRIPTION.takes("what the route is for", DOC_COMMENT),
    Key::TAGS.takes("what the route belongs to, for documentation, such as `[\"items\"]`", "`[]`"),
    Key::DEPRECATED.takes("`true` if clients should no longer call it", "`false`"),
    Key::RESPONSES.takes(
        "in parentheses, what the types do not declare about the responses, for documentation: statuses, each alone or with a type, a text or both, such as `(201 = Item, 404, 409 = \"the name is taken\", 303 = Redirect: \"to the shop\")`",
        "what the types declare",
    ),
    Key::SUNSET.takes(
        "the day from which the route may be removed, such as `\"2027-01-31\"`; until then `routegen diff` reports its removal as breaking",
        "none",
    ),
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

/// The keys of `#[authorizer]`, in the order in which messages list them.
pub const AUTHORIZER: [Argument; 8] = [
    Key::IDENTITY_SOURCES.takes(
        "where a request identifies its caller: `$request.header.NAME`, `$request.querystring.NAME`, `$context.NAME` or `$stageVariables.NAME`; a request that lacks one gets 401, and the function is not called",
        "`[\"$request.header.Authorization\"]`",
    ),
    Key::TTL.takes("how long API Gateway caches an answer, in seconds, 0 to 3600", "0: not at all"),
    Key::MEMORY.takes(MEMORY, MEMORY_DEFAULT),
    Key::TIMEOUT.takes("timeout of the function in seconds, 1 to 10", TIMEOUT_DEFAULT),
    Key::ENV.takes("names of the environment variables that the function requires", "`[]`"),
    Key::NAME.takes(
        "the value of `auth` in routes, in snake or kebab case; not `none`, `iam` or `cognito`",
        "the function's name",
    ),
    Key::DESCRIPTION.takes("what the authorizer checks", DOC_COMMENT),
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

const CONSUMER_TIMEOUT: Argument =
    Key::TIMEOUT.takes("timeout of the function in seconds, 1 to 900", TIMEOUT_DEFAULT);
const CONSUMER_ENV: Argument =
    Key::ENV.takes("names of the environment variables that the function requires", "`[]`");
const CONSUMER_NAME: Argument =
    Key::NAME.takes("the function's name, in snake or kebab case", "the name of the Rust function");
const CONSUMER_DESCRIPTION: Argument = Key::DESCRIPTION.takes("what it is for", DOC_COMMENT);
const MULTI_THREAD: Argument = Key::MULTI_THREAD
    .takes("`true` to run on tokio's multi-threaded runtime", "`routegen.toml`, else `false`");
const ASYNC_RETRIES: Argument =
    Key::RETRIES.takes("how often Lambda retries an event on which the function failed, 0 to 2", "2");
const ASYNC_MAX_AGE: Argument =
    Key::MAX_AGE.takes("the age in seconds at which Lambda discards an event, 60 to 21600", "21600");
const BATCH_WINDOW: &str = "how long Lambda gathers records for a batch, in seconds, 0 to 300";

/// The keys of `#[schedule]`, after the expression, in the order in which messages list them.
pub const SCHEDULE: [Argument; 12] = [
    Key::TIMEZONE.takes("time zone of a `cron` or `at` expression, by its name in the IANA database", "UTC"),
    Key::FLEXIBLE_WINDOW.takes(
        "the number of minutes after its time within which the schedule calls the function, 1 to 1440",
        "none: at its time",
    ),
    Key::ENABLED.takes("`false` to deploy the schedule disabled", "`true`"),
    ASYNC_RETRIES,
    ASYNC_MAX_AGE,
    Key::MEMORY.takes(MEMORY, MEMORY_DEFAULT),
    CONSUMER_TIMEOUT,
    MULTI_THREAD,
    CONSUMER_ENV,
    CONSUMER_NAME,
    CONSUMER_DESCRIPTION,
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

/// The keys of `#[queue]`, after the queue's name, in the order in which messages list them.
pub const QUEUE: [Argument; 13] = [
    Key::BATCH.takes(
        "the most messages of one invocation, 1 to 10000; more than 10 require a `window`, and a FIFO queue allows at most 10",
        "10",
    ),
    Key::WINDOW.takes(BATCH_WINDOW, "0"),
    Key::CONCURRENCY.takes("the most invocations at once, 2 to 1000", "no limit of the queue's own"),
    Key::RECEIVES.takes(
        "how often a message is received before it is moved to the dead-letter queue, 1 to 1000",
        "5",
    ),
    Key::FIFO.takes("`true` if the queue is FIFO", "`false`"),
    Key::FILTER.takes("patterns in JSON for the key `body`, at most 5: a message must match one of them, and is deleted otherwise", "`[]`: all"),
    Key::MEMORY.takes(MEMORY, MEMORY_DEFAULT),
    CONSUMER_TIMEOUT,
    MULTI_THREAD,
    CONSUMER_ENV,
    CONSUMER_NAME,
    CONSUMER_DESCRIPTION,
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

/// The keys of `#[event]`, in the order in which messages list them.
pub const EVENT: [Argument; 13] = [
    Key::SOURCE
        .takes("the `source` of an event: a text or a list, such as `[\"orders\", \"billing\"]`", "any"),
    Key::DETAIL_TYPE.takes("the `detail-type` of an event: a text or a list", "any"),
    Key::BUS.takes("name of the bus in Terraform's variable `resources`", "the account's default bus"),
    Key::PATTERN.takes(
        "what else an event must match, in JSON; one of `source`, `detail_type` and `pattern` is required",
        "nothing",
    ),
    ASYNC_RETRIES,
    ASYNC_MAX_AGE,
    Key::MEMORY.takes(MEMORY, MEMORY_DEFAULT),
    CONSUMER_TIMEOUT,
    MULTI_THREAD,
    CONSUMER_ENV,
    CONSUMER_NAME,
    CONSUMER_DESCRIPTION,
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

/// The keys of `#[stream]`, after the table's name, in the order in which messages list them.
pub const STREAM: [Argument; 15] = [
    Key::START.takes(
        "where a new function begins: `\"trim_horizon\"` with the oldest record, `\"latest\"` with new ones, which can \
         miss records that arrive while the mapping is made or changed",
        "`\"trim_horizon\"`",
    ),
    Key::BATCH.takes("the maximum number of records in one invocation, 1 to 10000", "100"),
    Key::WINDOW.takes(BATCH_WINDOW, "0"),
    Key::PARALLEL.takes("the batches of one shard at once, 1 to 10; records of one item stay in order", "1"),
    Key::RETRIES.takes("how often a failing batch is retried, 0 to 10000; its shard waits meanwhile", "3"),
    Key::MAX_AGE.takes(
        "the age in seconds at which Lambda discards a record, 60 to 604800",
        "the stream's retention",
    ),
    Key::BISECT.takes("`false` to retry a failing batch as a whole instead of in halves", "`true`"),
    Key::FILTER.takes("patterns in JSON, at most 5: a record must match one of them", "`[]`: all"),
    Key::MEMORY.takes(MEMORY, MEMORY_DEFAULT),
    CONSUMER_TIMEOUT,
    MULTI_THREAD,
    CONSUMER_ENV,
    CONSUMER_NAME,
    CONSUMER_DESCRIPTION,
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

/// The attributes that declare what calls a function, except `#[route]`.
pub const FUNCTIONS: [Attribute; 5] = [
    Attribute { name: "authorizer", what: "an authorizer", first: First::Nothing, keys: &AUTHORIZER },
    Attribute { name: "schedule", what: "a schedule", first: First::Text(is_schedule), keys: &SCHEDULE },
    Attribute { name: "queue", what: "a queue consumer", first: First::Name, keys: &QUEUE },
    Attribute { name: "event", what: "an event consumer", first: First::Key, keys: &EVENT },
    Attribute { name: "stream", what: "a stream consumer", first: First::Name, keys: &STREAM },
];

fn is_schedule(text: &str) -> bool {
    text.parse::<ScheduleExpression>().is_ok()
}

/// The keys of `#[middleware]`, in the order in which messages list them.
pub const MIDDLEWARE: [Argument; 3] = [
    Key::ENV.takes(
        "names of the environment variables that it requires; every function of a route that names it gets them",
        "`[]`",
    ),
    Key::REFUSES.takes("the statuses that it answers with instead of the handler, such as `[403]`", "`[]`"),
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

/// The keys of `package!`, in the order in which messages list them.
pub const PACKAGE: [Argument; 5] = [
    Key::PREFIX.takes("prefix of the path of every route, literal segments only", "nothing"),
    Key::GUARDS.takes("guards of all routes, before a route's own", "`[]`"),
    Key::MIDDLEWARE.takes("middleware of all routes, around a route's own", "`[]`"),
    Key::ENV.takes("names of the environment variables that every function gets", "`[]`"),
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

/// The keys of `#[problem]` in `#[derive(Problem)]`, in the order in which messages list them.
pub const PROBLEM: [Argument; 6] = [
    Key::STATUS.takes("400 to 599, or a constant such as `StatusCode::NOT_FOUND`", "required"),
    Key::TYPE.takes("a URI by which clients distinguish problems", "`about:blank`"),
    Key::TITLE.takes("what kind of problem it is, in a few words", "the status's own phrase"),
    Key::DETAIL.takes(
        "what is wrong with this request: a format string over the fields, such as `\"there is no item {id}\"`, `\"{0}\"` or, for the error's own text, `\"{self}\"`",
        "none",
    ),
    Key::INSTANCE.takes("a URI of this occurrence, also a format string", "none"),
    Key::CRATE.takes("path of this crate, above the whole type, if renamed or re-exported", "`::routegen`"),
];

/// The keys of `#[grant]` in `#[derive(Resource)]`, after the name of the resource, in the order in which
/// messages list them.
pub const GRANT: [Argument; 4] = [
    Key::ACTIONS.takes("actions of IAM, such as `[\"dynamodb:GetItem\", \"dynamodb:Query\"]`", "required"),
    Key::ON.takes(
        "suffixes of the ARN, such as `[\"\", \"/index/*\"]` for a table and its indexes; `\"*\"` for any resource, which an action without resource-level support requires",
        "`[\"\"]`: the resource itself",
    ),
    Key::VALUE.takes(
        "value of the resource's variable: `\"name\"`, `\"url\"` or `\"arn\"`",
        "what clients of the service require",
    ),
    Key::REASON.takes("why the grant is wide; a `*` in an action requires it", "none"),
];

/// The keys of `#[resource]` in `#[derive(Resource)]`, in the order in which messages list them.
pub const RESOURCE: [Argument; 4] = [
    Key::ENV.takes("names of the environment variables that it reads", "`[]`"),
    Key::INIT.takes(
        "the async function that creates it from a `Res<T>` for each `T` of `needs`, and returns `Result<Self, Error>`",
        "it is created from its fields, each a `Res<T>`",
    ),
    Key::NEEDS.takes("the resources that `init` takes, such as `[Config, Keys]`", "`[]`"),
    Key::CRATE.takes(CRATE, "`::routegen`"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::limits;

    #[test]
    fn a_name_is_one_key_and_the_numbers_are_the_limits() {
        let mut examples = BTreeMap::new();
        let of_resources = GRANT.iter().chain(&RESOURCE);
        let of_consumers = SCHEDULE.iter().chain(&QUEUE).chain(&EVENT).chain(&STREAM);
        let all = ROUTE
            .iter()
            .chain(&AUTHORIZER)
            .chain(&MIDDLEWARE)
            .chain(&PACKAGE)
            .chain(&PROBLEM)
            .chain(of_consumers);
        for Argument { key, .. } in all.chain(of_resources) {
            let example = *examples.entry(key.name).or_insert(key.example);
            assert_eq!(example, key.example);
            let written = if key.is_list() { "(" } else { " = " };
            assert!(example.starts_with(&format!("{}{written}", key.name)), "{example}");
        }
        let says = |arguments: &[Argument], key: Key, numbers: &[u32]| {
            let argument = arguments.iter().find(|argument| argument.key == key).unwrap();
            for number in numbers {
                assert!(argument.value.contains(&number.to_string()), "{}: {number}", argument.value);
            }
        };
        let (memory, timeout) = (limits::MEMORY_MB, limits::AUTHORIZER_TIMEOUT_S);
        says(&ROUTE, Key::MEMORY, &[*memory.start(), *memory.end()]);
        says(&AUTHORIZER, Key::TIMEOUT, &[*timeout.start(), *timeout.end()]);
        says(&AUTHORIZER, Key::TTL, &[*limits::AUTHORIZER_TTL_S.start(), *limits::AUTHORIZER_TTL_S.end()]);
        let both = |range: std::ops::RangeInclusive<u32>| [*range.start(), *range.end()];
        for consumer in [&SCHEDULE[..], &QUEUE, &EVENT, &STREAM] {
            says(consumer, Key::TIMEOUT, &both(limits::CONSUMER_TIMEOUT_S));
        }
        for asynchronous in [&SCHEDULE[..], &EVENT] {
            says(asynchronous, Key::RETRIES, &both(limits::ASYNC_RETRIES));
            says(asynchronous, Key::MAX_AGE, &both(limits::ASYNC_MAX_AGE_S));
        }
        for mapping in [&QUEUE[..], &STREAM] {
            says(mapping, Key::BATCH, &both(limits::BATCH));
            says(mapping, Key::WINDOW, &both(limits::BATCH_WINDOW_S));
            says(mapping, Key::FILTER, &[u32::try_from(limits::FILTERS).unwrap()]);
        }
        says(&SCHEDULE, Key::FLEXIBLE_WINDOW, &both(limits::FLEXIBLE_WINDOW_MINUTES));
        says(&QUEUE, Key::BATCH, &[limits::BATCH_WITHOUT_WINDOW]);
        says(&QUEUE, Key::CONCURRENCY, &both(limits::QUEUE_CONCURRENCY));
        says(&QUEUE, Key::RECEIVES, &both(limits::RECEIVES));
        says(&STREAM, Key::RETRIES, &both(limits::STREAM_RETRIES));
        says(&STREAM, Key::MAX_AGE, &both(limits::STREAM_MAX_AGE_S));
        says(&STREAM, Key::PARALLEL, &both(limits::STREAM_PARALLEL));
        says(&ROUTE, Key::SCOPES, &[u32::try_from(limits::SCOPES_PER_ROUTE).unwrap()]);
    }
}
