//! Functions, which answer events, and the programs that they run in.

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
use routegen_spec::limits;
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
    /// A program of the API that also serves other functions.
    Process(String),
    InProcess(Handler),
}

type Outcome = Pin<Box<dyn Future<Output = Result<Value, FunctionError>> + Send>>;

/// An async function in this process, instead of a program.
#[derive(Clone)]
pub(crate) struct Handler(pub(crate) Arc<dyn Fn(Invocation) -> Outcome + Send + Sync>);

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

impl Function {
    /// How long a function may take by default, as in Lambda.
    pub const TIMEOUT: Duration = limits::DEFAULT_TIMEOUT;

    /// A function with its own program: an unpacked artifact.
    pub fn program(program: Program) -> Self {
        Self::new(Backend::Program(program))
    }

    /// A function that the program of this name serves together with others
    /// ([`Api::process`](crate::Api::process)). The program distinguishes them by
    /// `lambda-runtime-invoked-function-arn`, which ends in the function's name, or by the event's route
    /// key.
    pub fn served_by(process: impl Into<String>) -> Self {
        Self::new(Backend::Process(process.into()))
    }

    /// An async function in this process, for tests.
    pub fn in_process<F, T>(handler: F) -> Self
    where
        F: Fn(Invocation) -> T + Send + Sync + 'static,
        T: Future<Output = Result<Value, FunctionError>> + Send + 'static,
    {
        Self::new(Backend::InProcess(Handler(Arc::new(move |invocation| Box::pin(handler(invocation))))))
    }

    /// Sets how long an invocation may take, instead of [`Function::TIMEOUT`]. A cold start does not count.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn new(backend: Backend) -> Self {
        Self { backend, timeout: Self::TIMEOUT }
    }
}

/// An invocation of a function in this process.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Invocation {
    /// The event, as JSON.
    pub payload: Bytes,
    /// Lambda's id of the invocation.
    pub request_id: String,
    /// When the function's time runs out.
    pub deadline: SystemTime,
}

impl Invocation {
    /// The event.
    ///
    /// # Errors
    ///
    /// Never for events that the gateway made.
    pub fn event(&self) -> Result<Value, FunctionError> {
        serde_json::from_slice(&self.payload)
            .map_err(|error| FunctionError::new("Runtime.UnmarshalError", error.to_string()))
    }
}

/// A function's error, in Lambda's form.
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

/// A program that speaks the Lambda Runtime API. Its environment consists of Lambda's variables and those
/// that are added here; it inherits this process's variables only with [`Program::inherit_env`].
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
    #[expect(dead_code, reason = "it is only held, never read")]
    held: Option<Arc<dyn Any + Send + Sync>>,
}

impl Program {
    /// The default memory in MB, as in Lambda.
    pub const MEMORY: u32 = limits::DEFAULT_MEMORY_MB;

    /// The default number of processes that run at once.
    pub const INSTANCES: usize = 4;

    /// How long Lambda waits for a function to request its first event.
    pub const INIT_TIMEOUT: Duration = limits::INIT_TIMEOUT;

    /// The program at `path`, such as the `bootstrap` of an unpacked artifact. Its folder is
    /// `LAMBDA_TASK_ROOT` and the working directory.
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

    /// Sets an environment variable. Lambda's own variables take precedence.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Also passes on the environment variables of this process, which a program under development may
    /// need.
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

    /// Sets `_HANDLER`, instead of the file name of the program.
    #[must_use]
    pub fn handler(mut self, handler: impl Into<String>) -> Self {
        self.handler = Some(handler.into());
        self
    }

    /// Sets the memory in MB, instead of [`Program::MEMORY`]. On Linux, a process that exceeds it is
    /// killed, as in Lambda; elsewhere the number is only passed to the function.
    #[must_use]
    pub fn memory(mut self, megabytes: u32) -> Self {
        self.memory = megabytes;
        self
    }

    /// Sets how many processes may run at once, at least one, instead of [`Program::INSTANCES`]. Further
    /// requests wait.
    #[must_use]
    pub fn instances(mut self, instances: usize) -> Self {
        self.instances = instances.max(1);
        self
    }

    /// Sets how many events a process may work on at once, at least one. The process gets the number in
    /// `AWS_LAMBDA_MAX_CONCURRENCY` and requests that many events at once.
    #[must_use]
    pub fn concurrency(mut self, events: usize) -> Self {
        self.concurrency = events.max(1);
        self
    }

    /// Sets how long the start may take, instead of [`Program::INIT_TIMEOUT`].
    #[must_use]
    pub fn init_timeout(mut self, timeout: Duration) -> Self {
        self.init_timeout = timeout;
        self
    }

    /// Keeps a value for as long as the program may be started or runs, such as a temporary folder that
    /// contains it. After the API is replaced, the value is dropped when the last request that began before
    /// is answered and the processes have ended.
    #[must_use]
    pub fn holding(self, value: Arc<dyn Any + Send + Sync>) -> Self {
        Self { held: Some(value), ..self }
    }
}
