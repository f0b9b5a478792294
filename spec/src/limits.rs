//! AWS's limits, each defined once and with its source.

use std::{ops::RangeInclusive, time::Duration};

/// Memory of a function, in MB ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const MEMORY_MB: RangeInclusive<u32> = 128..=10_240;

/// Timeout of a function behind an HTTP API, in seconds. Lambda itself allows 900, but the integration
/// times out after 30 ([HTTP API quotas]), and nobody receives the answer of a function that takes longer.
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const TIMEOUT_S: RangeInclusive<u32> = 1..=30;

/// How long API Gateway caches the answer of a Lambda authorizer, in seconds; 0 disables the cache
/// ([CreateAuthorizer]).
///
/// [CreateAuthorizer]: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
pub const AUTHORIZER_TTL_S: RangeInclusive<u32> = 0..=3_600;

/// Timeout of a Lambda authorizer, in seconds: API Gateway does not wait longer for its answer
/// ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const AUTHORIZER_TIMEOUT_S: RangeInclusive<u32> = 1..=10;

/// Timeout of a function that an event source calls, in seconds: Lambda's own ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const CONSUMER_TIMEOUT_S: RangeInclusive<u32> = 1..=900;

/// How often Lambda calls a function again for an event from an asynchronous source
/// ([PutFunctionEventInvokeConfig]).
///
/// [PutFunctionEventInvokeConfig]: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
pub const ASYNC_RETRIES: RangeInclusive<u32> = 0..=2;

/// The maximum age of an event from an asynchronous source, in seconds ([PutFunctionEventInvokeConfig]).
///
/// [PutFunctionEventInvokeConfig]: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
pub const ASYNC_MAX_AGE_S: RangeInclusive<u32> = 60..=21_600;

/// How many minutes after its time a flexible schedule may call ([FlexibleTimeWindow]).
///
/// [FlexibleTimeWindow]: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html
pub const FLEXIBLE_WINDOW_MINUTES: RangeInclusive<u32> = 1..=1_440;

/// Messages or records in one invocation ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const BATCH: RangeInclusive<u32> = 1..=10_000;

/// Messages in one invocation for a FIFO queue, and the most that a standard queue delivers without a
/// window ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const BATCH_WITHOUT_WINDOW: u32 = 10;

/// How long Lambda gathers a batch, in seconds ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const BATCH_WINDOW_S: RangeInclusive<u32> = 0..=300;

/// Concurrent invocations for one queue ([ScalingConfig]).
///
/// [ScalingConfig]: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
pub const QUEUE_CONCURRENCY: RangeInclusive<u32> = 2..=1_000;

/// How often a message is received before it is moved to the dead-letter queue ([SetQueueAttributes]).
///
/// [SetQueueAttributes]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
pub const RECEIVES: RangeInclusive<u32> = 1..=1_000;

/// The visibility timeout of a queue, as a multiple of the timeout of the function that reads it. The batch
/// window is added to it ([Lambda with SQS]).
///
/// [Lambda with SQS]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
pub const VISIBILITY_PER_TIMEOUT: u32 = 6;

/// The visibility timeout of a queue, in seconds ([SetQueueAttributes]).
///
/// [SetQueueAttributes]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
pub const VISIBILITY_TIMEOUT_S: RangeInclusive<u32> = 0..=43_200;

/// The largest message of a queue, including its attributes, in bytes ([SQS quotas]).
///
/// [SQS quotas]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
pub const MESSAGE_BYTES: usize = 1024 * 1024;

/// Messages of one `SendMessageBatch` ([SQS quotas]).
///
/// [SQS quotas]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
pub const SEND_BATCH: RangeInclusive<usize> = 1..=10;

/// How long a message can be delayed, in seconds ([SendMessage]).
///
/// [SendMessage]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
pub const MESSAGE_DELAY_S: RangeInclusive<u64> = 0..=900;

/// Attributes of one message ([message metadata]).
///
/// [message metadata]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
pub const MESSAGE_ATTRIBUTES: usize = 10;

/// How long a FIFO queue recognizes duplicates of a message, in seconds ([exactly-once processing]).
///
/// [exactly-once processing]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
pub const DEDUPLICATION_S: u64 = 300;

/// How often a failing batch of a stream is retried ([CreateEventSourceMapping]). Lambda's own default is
/// unlimited.
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const STREAM_RETRIES: RangeInclusive<u32> = 0..=10_000;

/// The maximum age of a record of a stream, in seconds ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const STREAM_MAX_AGE_S: RangeInclusive<u32> = 60..=604_800;

/// Batches of one shard that run at once ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const STREAM_PARALLEL: RangeInclusive<u32> = 1..=10;

/// Filters of one event source mapping ([event filtering]); 10 on request.
///
/// [event filtering]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
pub const FILTERS: usize = 5;

/// Length of an event pattern, of an EventBridge rule or of a filter, in characters ([EventBridge quotas]).
///
/// [EventBridge quotas]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
pub const EVENT_PATTERN_CHARS: usize = 2_048;

/// The largest event from an asynchronous source, in bytes ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const ASYNC_PAYLOAD_BYTES: usize = 1024 * 1024;

/// Authorizers of one API ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const AUTHORIZERS_PER_API: usize = 10;

/// Length of a function's name, in characters ([CreateFunction]).
///
/// [CreateFunction]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
pub const FUNCTION_NAME_CHARS: usize = 64;

/// Length of a function's description, in characters ([CreateFunction]).
///
/// [CreateFunction]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
pub const FUNCTION_DESCRIPTION_CHARS: usize = 256;

/// Scopes of one route ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const SCOPES_PER_ROUTE: usize = 10;

/// Length of one of a route's authorization scopes, in characters ([CreateRoute]).
///
/// [CreateRoute]: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
pub const SCOPE_CHARS: usize = 64;

/// Routes of one API; can be raised on request ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const ROUTES_PER_API: u32 = 300;

/// Integrations of one API; routegen creates one for each function. The limit is fixed ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const INTEGRATIONS_PER_API: usize = 300;

/// Custom scopes of one Cognito resource server ([Cognito quotas]).
///
/// [Cognito quotas]: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
pub const SCOPES_PER_RESOURCE_SERVER: usize = 100;

/// Resource servers of one Cognito user pool ([Cognito quotas]).
///
/// [Cognito quotas]: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
pub const RESOURCE_SERVERS_PER_POOL: usize = 25;

/// Custom scopes that one Cognito app client can have ([Cognito quotas]).
///
/// [Cognito quotas]: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
pub const SCOPES_PER_CLIENT: usize = 50;

/// All environment variables of a function, names and values as one JSON text, in bytes ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const ENVIRONMENT_BYTES: usize = 4 * 1024;

/// The inline policies of a role together, in characters without whitespace ([IAM quotas]).
///
/// [IAM quotas]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
pub const INLINE_POLICIES_CHARS: usize = 10_240;

/// The largest function, unzipped, in bytes ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const UNZIPPED_BYTES: usize = 250 * 1024 * 1024;

/// The largest zip for a direct upload, in bytes ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const ZIPPED_BYTES: usize = 50 * 1024 * 1024;

/// The glibc version of the runtime `provided.al2023`, major and minor, which is that of Amazon Linux 2023
/// ([its packages]).
///
/// [its packages]: https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html
pub const GLIBC: (u32, u32) = (2, 34);

/// The shared libraries that a program can rely on in the runtime `provided.al2023`, besides the dynamic
/// loader: those of glibc and libgcc, without which nothing there would run. The [minimal image] that the
/// runtime is based on has more (its package manager needs OpenSSL, for instance), but AWS does not promise
/// them to functions and may remove packages.
///
/// [minimal image]: https://docs.aws.amazon.com/linux/al2023/ug/minimal-container.html
pub const LIBRARIES: [&str; 10] = [
    "libanl.so.1",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libmvec.so.1",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libutil.so.1",
];

/// Requests per second, and the burst, of a route's throttle. 0 would refuse everyone. There is no upper
/// limit here, because an account's limit is raised on request ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const THROTTLE: RangeInclusive<u32> = 1..=u32::MAX;

/// The environment variables that Lambda sets itself and that cannot be set ([Lambda's variables]).
///
/// [Lambda's variables]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
pub const RESERVED_ENVIRONMENT: [&str; 18] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

/// How long API Gateway waits for a function ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(*TIMEOUT_S.end() as u64);

/// The largest request body that API Gateway accepts, in bytes ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const REQUEST_BODY_BYTES: usize = 10 * 1024 * 1024;

/// The request line and all headers of a request together, in bytes ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const REQUEST_HEAD_BYTES: usize = 10_240;

/// The largest event of a function, in bytes ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// The largest answer of a function, in bytes. It is 100 more than the documented quota: Lambda names this
/// number when an answer is larger ("Exceeded maximum allowed payload size (6291556 bytes)", in publicly
/// reported errors).
pub const ANSWER_BYTES: usize = PAYLOAD_BYTES + 100;

/// How long Lambda waits for a function to request its first event ([the environment's lifecycle]).
///
/// [the environment's lifecycle]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
pub const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Default memory of a function, in MB ([CreateFunction]).
///
/// [CreateFunction]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
pub const DEFAULT_MEMORY_MB: u32 = *MEMORY_MB.start();

/// Default timeout of a function ([CreateFunction]).
///
/// [CreateFunction]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3);

/// Length of a stage's name, in characters: letters, digits, `-` and `_` ([CreateStage]).
///
/// [CreateStage]: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html
pub const STAGE_NAME_CHARS: RangeInclusive<usize> = 1..=128;

/// How long API Gateway caches an issuer's keys ([JWT authorizers]).
///
/// [JWT authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
pub const JWKS_TTL: Duration = Duration::from_secs(2 * 60 * 60);

/// How long API Gateway waits for an issuer's discovery document, and then again for its keys
/// ([JWT authorizers]).
///
/// [JWT authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
pub const JWKS_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The largest set of an issuer's keys, in bytes ([JWT authorizers]).
///
/// [JWT authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
pub const JWKS_BYTES: usize = 150_000;
