//! The vocabulary that the macros, the runtime, the command and the gateway share.
//!
//! In: text (a path, a method, a manifest's JSON). Out: values that are valid by construction. It does no
//! I/O, and contains no Rust syntax and no Terraform; those belong to the crates that depend on it.

pub mod attributes;
mod auth;
mod authorizer;
mod authorizer_kind;
mod consumer;
pub mod contract;
mod date;
mod declaration;
mod entry;
mod env;
mod event_source;
mod function;
mod grant;
mod identity_source;
pub mod limits;
mod manifest;
mod method;
mod name;
mod package;
mod path;
mod printable;
mod route;
#[cfg(test)]
mod schema;
mod scope;
mod source_location;
pub mod token_scopes;
mod trigger;
mod trigger_kind;

pub use auth::Auth;
pub use authorizer::AuthorizerSpec;
pub use authorizer_kind::{AuthorizerKind, UnknownAuthorizer};
pub use consumer::ConsumerSpec;
pub use date::{Date, DateError};
pub use declaration::{Compiled, DeclarationError};
pub use entry::{Entry, NotAnEntry, Serves};
pub use env::{EnvName, EnvNameError};
pub use event_source::{
    AsyncRetries, Civil, Cron, EventRule, EventSource, Pattern, PatternError, QueueSource, Schedule,
    ScheduleError, ScheduleExpression, ScheduleInstant, ScheduleUnit, StartingPosition, StreamSource, Takes,
};
pub use function::{FunctionDefaults, FunctionSpec};
pub use grant::{GrantError, GrantSpec, Permission, ResourceValue};
pub use identity_source::{ContextVariable, IdentitySource, IdentitySourceError, SourceName};
pub use manifest::{EntryPoint, FORMAT_VERSION, Manifest};
pub use method::{Method, UnknownMethod};
pub use name::{Name, NameError};
pub use package::PackageSpec;
pub use path::{PathError, PathPattern, Segment};
pub use printable::{printable, printable_json, printable_lines};
pub use route::{RouteKey, RouteSpec, Throttle};
pub use scope::{Scope, ScopeError};
pub use source_location::SourceLocation;
pub use trigger::Trigger;
pub use trigger_kind::TriggerKind;
