//! AWS's limits, each once, with its source, so that a correction is one edit.

use std::{ops::RangeInclusive, time::Duration};

/// Memory of a function, in MB ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const MEMORY_MB: RangeInclusive<u32> = 128..=10_240;

/// Timeout of a function behind an HTTP API, in seconds. Lambda itself allows 900, but the integration gives
/// up after 30 ([HTTP API quotas]), and nobody receives the answer of a function that works longer.
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const TIMEOUT_S: RangeInclusive<u32> = 1..=30;

/// How long API Gateway keeps the answer of a Lambda authorizer, in seconds; 0 for not at all ([CreateAuthorizer]).
///
/// [CreateAuthorizer]: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
pub const AUTHORIZER_TTL_S: RangeInclusive<u32> = 0..=3_600;

/// Timeout of a Lambda authorizer, in seconds: API Gateway waits no longer for its answer ([HTTP API quotas]).
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const AUTHORIZER_TIMEOUT_S: RangeInclusive<u32> = 1..=10;

/// Timeout of a function that an event source calls, in seconds: Lambda's own ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const CONSUMER_TIMEOUT_S: RangeInclusive<u32> = 1..=900;

/// How often Lambda calls a function again for an event of an asynchronous source ([PutFunctionEventInvokeConfig]).
///
/// [PutFunctionEventInvokeConfig]: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
pub const ASYNC_RETRIES: RangeInclusive<u32> = 0..=2;

/// How old an event of an asynchronous source may become, in seconds ([PutFunctionEventInvokeConfig]).
///
/// [PutFunctionEventInvokeConfig]: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
pub const ASYNC_MAX_AGE_S: RangeInclusive<u32> = 60..=21_600;

/// Within how many minutes of its time a flexible schedule calls ([FlexibleTimeWindow]).
///
/// [FlexibleTimeWindow]: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html
pub const FLEXIBLE_WINDOW_MINUTES: RangeInclusive<u32> = 1..=1_440;

/// Messages or records of one invocation ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const BATCH: RangeInclusive<u32> = 1..=10_000;

/// Messages of one invocation where the queue is FIFO, and the most that a standard queue gives without a window
/// ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const BATCH_WITHOUT_WINDOW: u32 = 10;

/// How long Lambda gathers a batch, in seconds ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const BATCH_WINDOW_S: RangeInclusive<u32> = 0..=300;

/// Invocations at once for one queue ([ScalingConfig]).
///
/// [ScalingConfig]: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
pub const QUEUE_CONCURRENCY: RangeInclusive<u32> = 2..=1_000;

/// How often a message is received before it is moved to the dead-letter queue ([SetQueueAttributes]).
///
/// [SetQueueAttributes]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
pub const RECEIVES: RangeInclusive<u32> = 1..=1_000;

/// The visibility timeout of a queue, as a multiple of the timeout of the function that reads it, to which the batch window is added
/// ([Lambda with SQS]).
///
/// [Lambda with SQS]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
pub const VISIBILITY_PER_TIMEOUT: u32 = 6;

/// The visibility timeout of a queue, in seconds ([SetQueueAttributes]).
///
/// [SetQueueAttributes]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
pub const VISIBILITY_TIMEOUT_S: RangeInclusive<u32> = 0..=43_200;

/// The largest message of a queue, its body and what is beside it, in bytes ([SQS quotas]).
///
/// [SQS quotas]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
pub const MESSAGE_BYTES: usize = 1024 * 1024;

/// Messages of one `SendMessageBatch` ([SQS quotas]).
///
/// [SQS quotas]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
pub const SEND_BATCH: RangeInclusive<usize> = 1..=10;

/// How long a message is kept back, in seconds ([SendMessage]).
///
/// [SendMessage]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
pub const MESSAGE_DELAY_S: RangeInclusive<u64> = 0..=900;

/// Values beside the body of one message ([message metadata]).
///
/// [message metadata]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
pub const MESSAGE_ATTRIBUTES: usize = 10;

/// How long a FIFO queue knows a message's duplicates, in seconds ([exactly-once processing]).
///
/// [exactly-once processing]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
pub const DEDUPLICATION_S: u64 = 300;

/// How often a failing batch of a stream is tried again ([CreateEventSourceMapping]). Lambda's own default is without end.
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const STREAM_RETRIES: RangeInclusive<u32> = 0..=10_000;

/// How old a record of a stream may become, in seconds ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const STREAM_MAX_AGE_S: RangeInclusive<u32> = 60..=604_800;

/// Batches of one shard at once ([CreateEventSourceMapping]).
///
/// [CreateEventSourceMapping]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
pub const STREAM_PARALLEL: RangeInclusive<u32> = 1..=10;

/// Filters of one event source mapping ([event filtering]); 10 on request.
///
/// [event filtering]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
pub const FILTERS: usize = 5;

/// Length of a pattern of events, in characters: of a rule of EventBridge, and of a filter ([EventBridge quotas]).
///
/// [EventBridge quotas]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
pub const EVENT_PATTERN_CHARS: usize = 2_048;

/// The largest event of an asynchronous source, in bytes ([Lambda quotas]).
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

/// Integrations of one API, which routegen makes one of for each function; fixed ([HTTP API quotas]).
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

/// Custom scopes that one Cognito app client can be allowed ([Cognito quotas]).
///
/// [Cognito quotas]: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
pub const SCOPES_PER_CLIENT: usize = 50;

/// The environment variables of a function in all, names and values as one JSON text, in bytes ([Lambda quotas]).
///
/// [Lambda quotas]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
pub const ENVIRONMENT_BYTES: usize = 4 * 1024;

/// The inline policies of a role together, in characters without white space ([IAM quotas]).
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

/// glibc of the runtime `provided.al2023`, major and minor: that of Amazon Linux 2023 ([its packages]).
///
/// [its packages]: https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html
pub const GLIBC: (u32, u32) = (2, 34);

/// The shared libraries that a program can count on in the runtime `provided.al2023`, beside the dynamic loader: those
/// of glibc and libgcc, without which nothing there would run. The [minimal image] that the runtime is made from has
/// more (its package manager needs OpenSSL, for instance), but AWS promises none of it to functions, and takes
/// packages out as it sees fit.
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

/// Requests a second, and at once, of a route's throttle. 0 would refuse everyone, and what an account may have at most is
/// raised on request ([HTTP API quotas]), so that nothing here can say it.
///
/// [HTTP API quotas]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
pub const THROTTLE: RangeInclusive<u32> = 1..=u32::MAX;

/// The environment variables that Lambda sets itself and lets nobody set ([Lambda's variables]).
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

/// The largest body of a request that API Gateway takes, in bytes ([HTTP API quotas]).
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

/// The largest answer of a function, in bytes: what Lambda itself names where one is larger ("Exceeded maximum allowed payload size
/// (6291556 bytes)", errors that are reported in public), a hundred more than the quota that is documented.
pub const ANSWER_BYTES: usize = PAYLOAD_BYTES + 100;

/// How long Lambda waits for a function's first request for an event ([the environment's lifecycle]).
///
/// [the environment's lifecycle]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
pub const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Memory of a function where nothing is said, in MB ([CreateFunction]).
///
/// [CreateFunction]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
pub const DEFAULT_MEMORY_MB: u32 = *MEMORY_MB.start();

/// Timeout of a function where nothing is said ([CreateFunction]).
///
/// [CreateFunction]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3);

/// Length of a stage's name, in characters: letters, digits, `-` and `_` ([CreateStage]).
///
/// [CreateStage]: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html
pub const STAGE_NAME_CHARS: RangeInclusive<usize> = 1..=128;

/// How long API Gateway keeps an issuer's keys ([JWT authorizers]).
///
/// [JWT authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
pub const JWKS_TTL: Duration = Duration::from_secs(2 * 60 * 60);

/// How long API Gateway waits for an issuer's discovery document, and as long again for its keys ([JWT authorizers]).
///
/// [JWT authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
pub const JWKS_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The largest set of an issuer's keys, in bytes ([JWT authorizers]).
///
/// [JWT authorizers]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
pub const JWKS_BYTES: usize = 150_000;
