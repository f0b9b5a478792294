//! Mistakes in `routegen.toml`, with their places and, if known, their fixes.

use std::{ops::Range, sync::Arc};

use miette::{NamedSource, SourceSpan};
use toml::Spanned;

use super::rest_only::{self, RestOnly};
use crate::{output::words::nearest, project::Error};

/// The variables of the Terraform module, a few of which are keys of the file too. A test compares the list
/// with the module.
pub(super) const VARIABLES: &[&str] = &[
    "access_log_fields",
    "alias",
    "artifact_bucket",
    "artifacts_dir",
    "code_signing_config_arn",
    "cognito_access_token_minutes",
    "cognito_additional_audiences",
    "cognito_deletion_protection",
    "cognito_domain_prefix",
    "cognito_domain_suffix",
    "cognito_mfa",
    "cognito_threat_protection",
    "cognito_user_client",
    "cognito_user_pool",
    "cognito_user_pool_tier",
    "copy",
    "cors",
    "custom_domain",
    "dead_letter_queue",
    "default_route_settings",
    "description",
    "disable_execute_api_endpoint",
    "environment",
    "function_name_prefix",
    "functions",
    "ip_address_type",
    "jwt_authorizers",
    "keep_logs",
    "kms_key_arn",
    "layers",
    "leaving_vpc",
    "log_kms_key_arn",
    "log_retention_days",
    "logging",
    "name",
    "resources",
    "role_name_prefix",
    "role_path",
    "role_permissions_boundary",
    "routes",
    "scheduler_role",
    "stage_name",
    "tags",
    "tracing_mode",
    "vpc",
];

/// The keys of the file that are not tables. A test compares the list with the file's keys.
pub(super) const TOP: &[&str] = &["name", "arch", "compiler", "backend", "include"];

/// A mistake, and its place in the file.
pub(super) struct Mistake {
    pub(super) message: String,
    pub(super) span: Option<Range<usize>>,
    pub(super) help: Option<String>,
}

impl From<toml::de::Error> for Mistake {
    fn from(error: toml::de::Error) -> Self {
        Self { span: error.span(), ..Self::new(error.message().to_owned()) }
    }
}

impl Mistake {
    pub(super) fn new(message: String) -> Self {
        Self { message, span: None, help: None }
    }

    pub(super) fn into_error(self, source_code: Arc<NamedSource<String>>) -> Error {
        let (source_code, span) = (Some(source_code), self.span.map(SourceSpan::from));
        let unknown = UnknownKey::read(&self.message);
        if let Some((key, RestOnly { reason, instead, .. })) =
            unknown.as_ref().and_then(|unknown| Some((unknown.key, rest_only::behind(unknown.key)?)))
        {
            return Error::RestOnly { key: key.to_owned(), reason, instead, source_code, span };
        }
        let help = self.help.or_else(|| unknown.and_then(UnknownKey::help));
        Error::Config { help, reason: self.message, span, source_code }
    }
}

pub(super) fn spanned<T>(message: &str, value: &Spanned<T>) -> Mistake {
    Mistake { span: Some(value.span()), ..Mistake::new(message.to_owned()) }
}

/// An unknown key, and the valid ones. Serde's message contains the unknown key first and the others after
/// it, each in backticks.
struct UnknownKey<'a> {
    key: &'a str,
    known: Vec<&'a str>,
}

impl<'a> UnknownKey<'a> {
    fn read(message: &'a str) -> Option<Self> {
        let mut words = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
        Some(Self { key: words.next()?, known: words.collect() })
    }

    /// The key that was probably meant, or where to set what the user meant.
    fn help(self) -> Option<String> {
        // A key of the file that was written below the header of a table.
        if TOP.contains(&self.key) {
            return Some(format!("`{}` must be above the first table", self.key));
        }
        match self.key {
            "memory" | "timeout" => Some(format!(
                "set `{}` in the function's attribute, or for all functions below `[defaults]`",
                self.key
            )),
            "issuer" | "audience" | "audiences" => Some(of_an_environment("jwt_authorizers")),
            key if VARIABLES.contains(&key) => Some(of_an_environment(key)),
            key => nearest(key, self.known),
        }
    }
}

fn of_an_environment(variable: &str) -> String {
    format!("it differs between environments: set the Terraform module's variable `{variable}`")
}
