//! What answers the events: a function, and the program that it runs in.

use std::{
    any::Any,
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use routegen_spec::FunctionDefaults;
use serde_json::Value;

/// A Lambda function.
#[derive(Clone, Debug)]
pub struct Function {
    pub(crate) backend: Backend,
    pub(crate) timeout: Duration,
}

#[derive(Clone, Debug)]
pub(crate) enum Backend {
    /// A program of its own.
    Program(Program),
    /// A program of the API, which serves other functions too.
    Process(String),
    InProcess(Handler),
}

type Outcome = Pin<Box<dyn Future<Output = Result<Value, FunctionError>> + Send>>;

/// An async function of this process, in place of a program.
#[derive(Clone)]
pub(crate) struct Handler(pub(crate) Arc<dyn Fn(Invocation) -> Outcome + Send + Sync>);

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

impl Function {
    /// How long a function may take where nothing is said, which is Lambda's default ([CreateFunction]).
    ///
    /// [CreateFunction]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    pub const TIMEOUT: Duration = Duration::from_secs(3);

    /// A function that is a program of its own: an unpacked artifact.
    pub fn program(program: Program) -> Self {
        Self::new(Backend::Program(program))
    }

    /// A function that the program of this name serves together with others ([`Api::process`](crate::Api::process)). The
    /// program tells them apart by `lambda-runtime-invoked-function-arn`, which ends in the function's name, or by the
    /// event's route key.
    pub fn served_by(process: impl Into<String>) -> Self {
        Self::new(Backend::Process(process.into()))
    }

    /// A function that is an async function of this process, for tests.
    pub fn in_process<F, T>(handler: F) -> Self
    where
        F: Fn(Invocation) -> T + Send + Sync + 'static,
        T: Future<Output = Result<Value, FunctionError>> + Send + 'static,
    {
        Self::new(Backend::InProcess(Handler(Arc::new(move |invocation| Box::pin(handler(invocation))))))
    }

    /// How long an invocation may take, in place of [`Function::TIMEOUT`]. The time of a cold start does not count.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn new(backend: Backend) -> Self {
        Self { backend, timeout: Self::TIMEOUT }
    }
}

/// One call of a function of this process.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Invocation {
    /// The event, as JSON.
    pub payload: Bytes,
    /// Lambda's id of the invocation.
    pub request_id: String,
    /// When the function's time is up.
    pub deadline: SystemTime,
}

impl Invocation {
    /// The event.
    ///
    /// # Errors
    ///
    /// None for events that the gateway made.
    pub fn event(&self) -> Result<Value, FunctionError> {
        serde_json::from_slice(&self.payload)
            .map_err(|error| FunctionError::new("Runtime.UnmarshalError", error.to_string()))
    }
}

/// What a function says when it fails: Lambda's form of an error.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind}: {message}")]
pub struct FunctionError {
    kind: String,
    message: String,
}

impl FunctionError {
    /// An error with its type and message.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: kind.into(), message: message.into() }
    }

    /// The type: `Runtime.ExitError`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A program that speaks the Lambda Runtime API. It runs in an environment of Lambda's variables and those that are given
/// here; nothing of this process's own reaches it unless it is asked for.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) env: BTreeMap<OsString, OsString>,
    pub(crate) inherit: bool,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) handler: Option<String>,
    pub(crate) memory: u32,
    pub(crate) instances: usize,
    pub(crate) concurrency: usize,
    pub(crate) init_timeout: Duration,
    #[expect(dead_code, reason = "it is held, and not read")]
    held: Option<Arc<dyn Any + Send + Sync>>,
}

impl Program {
    /// Memory in MB where nothing is said, which is Lambda's default ([CreateFunction]).
    ///
    /// [CreateFunction]: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    pub const MEMORY: u32 = FunctionDefaults::MEMORY_MB;

    /// How many processes run at once where nothing is said.
    pub const INSTANCES: usize = 4;

    /// How long Lambda waits for a function's first request for an event ([the environment's lifecycle]).
    ///
    /// [the environment's lifecycle]: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    pub const INIT_TIMEOUT: Duration = Duration::from_secs(10);

    /// The program at `path`, such as the `bootstrap` of an unpacked artifact. `LAMBDA_TASK_ROOT` and the working
    /// directory are the folder that it is in.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            arguments: Vec::new(),
            env: BTreeMap::new(),
            inherit: false,
            folder: None,
            handler: None,
            memory: Self::MEMORY,
            instances: Self::INSTANCES,
            concurrency: 1,
            init_timeout: Self::INIT_TIMEOUT,
            held: None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets an environment variable. Lambda's own stand above it.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Gives it the environment variables of this process too, as a program under development wants them.
    #[must_use]
    pub fn inherit_env(mut self) -> Self {
        self.inherit = true;
        self
    }

    /// Sets `LAMBDA_TASK_ROOT` and the working directory.
    #[must_use]
    pub fn task_root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sets `_HANDLER`, in place of the file name of the program.
    #[must_use]
    pub fn handler(mut self, handler: impl Into<String>) -> Self {
        self.handler = Some(handler.into());
        self
    }

    /// Sets the memory in MB, in place of [`Program::MEMORY`]. On Linux a process that uses more is ended, as Lambda does
    /// it; elsewhere the number is only told to the function.
    #[must_use]
    pub fn memory(mut self, megabytes: u32) -> Self {
        self.memory = megabytes;
        self
    }

    /// How many processes may run at once, at least one, in place of [`Program::INSTANCES`]. Further requests wait.
    #[must_use]
    pub fn instances(mut self, instances: usize) -> Self {
        self.instances = instances.max(1);
        self
    }

    /// How many events a process may work on at once, at least one; told to it in `AWS_LAMBDA_MAX_CONCURRENCY`. It asks
    /// for that many at once.
    #[must_use]
    pub fn concurrency(mut self, events: usize) -> Self {
        self.concurrency = events.max(1);
        self
    }

    /// How long the start may take, in place of [`Program::INIT_TIMEOUT`].
    #[must_use]
    pub fn init_timeout(mut self, timeout: Duration) -> Self {
        self.init_timeout = timeout;
        self
    }

    /// Holds a value for as long as the program may be started or runs: for what has to go after it and not before, such as the
    /// folder that it is in. Of a gateway whose API was replaced it is dropped when the last request that began before is
    /// answered, and the processes have ended.
    #[must_use]
    pub fn holding(self, value: Arc<dyn Any + Send + Sync>) -> Self {
        Self { held: Some(value), ..self }
    }
}
