//! The command line as it is typed. Only `commands` reads it, and turns it into calls.

use std::{ffi::OsString, net::IpAddr, num::NonZero};

use camino::Utf8PathBuf;
use clap::{
    Arg, Args as ClapArgs, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum,
    error::ErrorKind,
};
use clap_complete::Shell;

use crate::{
    artifacts::ZipLayout,
    contract::{self, diff::Verdict},
    new::{Template, Vcs},
    output::options::{Format, Output},
    project::target::{Architecture, Compiler, Linking},
    terraform::{Layout, Syntax},
};

/// Builds Lambda artifacts and Terraform from annotated Rust handlers.
#[derive(Debug, Parser)]
#[command(name = "routegen", bin_name = "routegen", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten, next_help_heading = "Features")]
    pub(crate) features: Features,
    #[command(flatten, next_help_heading = "Options for cargo")]
    pub(crate) cargo: Cargo,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Creates a project: a package with routes, a test of them, and a CI workflow. Requires no network
    New(NewArgs),
    /// Lists the routes, authorizers and consumers; with `--format json`, the manifest
    Routes {
        /// List what each function may do in AWS
        #[arg(long)]
        grants: bool,
    },
    /// Checks the routes against AWS's rules and limits, without building artifacts
    Check,
    /// Builds a zip for each Lambda function
    Build(BuildArgs),
    /// Writes the Terraform module, and a root module that calls it if there is none
    EmitTf(EmitTfArgs),
    /// Writes the OpenAPI document: routes, parameters, bodies, responses, security
    #[command(name = "openapi")]
    OpenApi(OpenApiArgs),
    /// Compares the API with an earlier version: broken clients, wider access, wider permissions in AWS
    Diff(DiffArgs),
    /// Runs check, build and emit-tf
    Package {
        /// Folder for the zips [default: target/routegen/lambda]
        #[arg(long, value_name = "DIR")]
        out: Option<Utf8PathBuf>,
        /// Folder for the Terraform [default: terraform, beside the package]
        #[arg(long, value_name = "DIR")]
        tf_out: Option<Utf8PathBuf>,
        #[command(flatten)]
        target: TargetArgs,
        #[command(flatten)]
        effort: Effort,
    },
    /// Serves the API on this machine, with its authorizers, and rebuilds it after each change
    Dev(DevArgs),
    /// Prints a token that `routegen dev` accepts
    Token(TokenArgs),
    /// Calls a function, without a server
    Invoke(InvokeArgs),
    /// Inspects a zip: routes, architecture, sizes, required libraries. Requires no package
    Inspect {
        /// Zips, or the programs of zips
        #[arg(required = true, value_name = "ZIP")]
        files: Vec<Utf8PathBuf>,
        /// Also list the N largest crates [default N: 20]. Requires the workspace that built the zip
        #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "20")]
        crates: Option<usize>,
    },
    /// Prints a completion script for a shell. Requires no package
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Writes a manual page for each command. Requires no package
    Man {
        /// Folder for the pages, for example ~/.local/share/man/man1
        #[arg(long, value_name = "DIR")]
        out: Utf8PathBuf,
    },
}

/// The project that `new` creates.
#[derive(ClapArgs, Debug)]
pub(crate) struct NewArgs {
    /// Folder of the project, new or empty; `.` for the working directory
    #[arg(value_name = "PATH")]
    pub(crate) path: Utf8PathBuf,
    /// Name of the package [default: the folder's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Template of the project
    #[arg(long, value_enum, default_value_t)]
    pub(crate) template: Template,
    /// Version control of the project [default: git, unless the folder is in a repository or a workspace]
    #[arg(long, value_enum)]
    pub(crate) vcs: Option<Vcs>,
    /// Depend on this clone of routegen instead of crates.io
    #[arg(long, value_name = "DIR")]
    pub(crate) routegen_path: Option<Utf8PathBuf>,
}

/// What artifacts are built for, and with what.
#[derive(ClapArgs, Clone, Copy, Debug, Default)]
pub(crate) struct TargetArgs {
    /// Architecture of the functions [default: routegen.toml's, else this machine's]
    #[arg(long, value_enum)]
    pub(crate) arch: Option<Architecture>,
    /// Compiler of the artifacts [default: routegen.toml's, else cargo for this machine's architecture on Linux, else
    /// cargo-zigbuild if it is installed, else cargo]
    #[arg(long, value_enum)]
    pub(crate) compiler: Option<Compiler>,
    /// How functions are linked [default: routegen.toml's, else direct]
    #[arg(long, value_enum)]
    pub(crate) backend: Option<Linking>,
}

impl Command {
    /// The build options, for commands that build artifacts.
    pub(crate) fn effort(&self) -> Option<&Effort> {
        match self {
            Self::Build(BuildArgs { effort, .. }) | Self::Package { effort, .. } => Some(effort),
            _ => None,
        }
    }

    /// The options for the artifacts.
    pub(crate) fn target(&self) -> TargetArgs {
        match self {
            Self::New(_)
            | Self::Routes { .. }
            | Self::Check
            | Self::OpenApi(_)
            | Self::Diff(_)
            | Self::Dev(_)
            | Self::Token(_)
            | Self::Invoke(_)
            | Self::Inspect { .. }
            | Self::Completions { .. }
            | Self::Man { .. } => TargetArgs::default(),
            Self::Build(BuildArgs { target, .. }) | Self::Package { target, .. } => *target,
            Self::EmitTf(EmitTfArgs { arch, .. }) => TargetArgs { arch: *arch, ..TargetArgs::default() },
        }
    }
}

/// What runs, and in which environment.
#[derive(ClapArgs, Debug)]
pub(crate) struct RunArgs {
    /// Run the built zips, in a process for each function with its memory limit
    #[arg(long)]
    pub(crate) artifacts: bool,
    /// Set an environment variable for all functions, or pass on this command's own with NAME alone [may be repeated]
    #[arg(short, long, value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<String>,
    /// Read variables that are not in the environment from a file of `NAME=VALUE` lines (dotenv), for functions that
    /// declare them; `dev` reads it again when it changes [may be repeated]
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Vec<Utf8PathBuf>,
}

impl RunArgs {
    /// The files of variables, as absolute paths, so that they can be compared with those that change.
    pub(crate) fn env_files(&self) -> Vec<Utf8PathBuf> {
        let absolute = |file: &Utf8PathBuf| camino::absolute_utf8(file).unwrap_or_else(|_| file.clone());
        self.env_file.iter().map(absolute).collect()
    }
}

#[derive(ClapArgs, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct DevArgs {
    /// Port on loopback; 0 for any free port
    #[arg(long, value_name = "PORT", default_value_t = DEV_PORT)]
    pub(crate) port: u16,
    /// Listen on this address of the machine, for example 0.0.0.0 in a container. Anyone who reaches it can call the API
    /// [default: 127.0.0.1 and `::1`]
    #[arg(long, value_name = "IP")]
    pub(crate) address: Option<IpAddr>,
    /// Serve https with this certificate and its chain, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<Utf8PathBuf>,
    /// Private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(crate) running: RunArgs,
    /// Allow browsers to call the API from this origin, as the module's variable `cors` does: `https://app.example.com`, `*`,
    /// `https://*` or `http://*` [may be repeated]
    #[arg(long, value_name = "ORIGIN", value_parser = cors_origin)]
    pub(crate) cors: Vec<String>,
    /// Allow them to send cookies, as `allow_credentials` of that variable does; not with a `*` in an origin
    #[arg(long, requires = "cors")]
    pub(crate) cors_credentials: bool,
    /// Allow them to send this header [default: all; with --cors-credentials, authorization and content-type] [may be
    /// repeated]
    #[arg(long, value_name = "NAME", requires = "cors")]
    pub(crate) cors_header: Vec<String>,
    /// Accept tokens of this issuer instead of the local one
    #[arg(long, value_name = "URL", requires = "audience")]
    pub(crate) issuer: Option<String>,
    /// Accept that issuer's tokens with this `aud` or `client_id` [may be repeated]
    #[arg(long, value_name = "TEXT", requires = "issuer")]
    pub(crate) audience: Vec<String>,
    /// Serve below the stage `/NAME`, as the module's variable `stage_name` does
    #[arg(long, value_name = "NAME")]
    pub(crate) stage: Option<String>,
    /// Accept requests for this host name too, for example of a tunnel; without it, only loopback names [may be repeated]
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<String>,
    /// Issue tokens to clients on other machines too, for example through a tunnel
    #[arg(long)]
    pub(crate) tokens_for_all: bool,
    /// Maximum number of processes of a function [default: 4]; further requests wait
    #[arg(long, value_name = "N")]
    pub(crate) instances: Option<NonZero<usize>>,
    /// Call the functions of schedules when they are due; without it, only the page and scripts call them
    #[arg(long)]
    pub(crate) schedules: bool,
    /// Check the files twice a second, for file systems that report no changes: bind mounts, WSL, network disks
    #[arg(long)]
    pub(crate) poll: bool,
}

/// The default port of `routegen dev`.
pub(crate) const DEV_PORT: u16 = 9000;

#[derive(ClapArgs, Debug)]
pub(crate) struct TokenArgs {
    /// Give the token this scope [may be repeated]
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// Issue a token that expired a minute ago
    #[arg(long)]
    pub(crate) expired: bool,
    /// Sign the token with a key that the server does not trust
    #[arg(long)]
    pub(crate) forged: bool,
    /// Set `aud`, which access tokens of Cognito do not have
    #[arg(long, value_name = "TEXT")]
    pub(crate) audience: Option<String>,
    /// Set a claim to a string or JSON; `null` removes it [may be repeated]
    #[arg(long, value_name = "NAME=VALUE", value_parser = claim)]
    pub(crate) claim: Vec<(String, serde_json::Value)>,
    /// Port of the server [default: that of the running server, else 9000]
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct InvokeArgs {
    /// Name of the function or of one of its routes
    pub(crate) function: String,
    #[command(flatten)]
    pub(crate) running: RunArgs,
    /// File with the event; `-` for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["path", "method", "header", "body", "claim"])]
    pub(crate) event: Option<Utf8PathBuf>,
    /// Input of a consumer: a message's body, or the JSON of an event's detail or of a table's new item
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["event", "path", "method", "header", "body", "claim"])]
    pub(crate) message: Option<String>,
    /// Path and query of the request [default: the path of the function's route]
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,
    /// Method of the request [default: that of the function's first route]
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// Header of the request [may be repeated]
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) header: Vec<(String, String)>,
    /// Body of the request
    #[arg(long, value_name = "TEXT")]
    pub(crate) body: Option<String>,
    /// Claim or context value from the authorizer: a string or JSON [may be repeated]
    #[arg(long, value_name = "NAME=VALUE", value_parser = claim)]
    pub(crate) claim: Vec<(String, serde_json::Value)>,
}

/// Parses `NAME=VALUE`; a value that is not JSON is a string.
fn claim(word: &str) -> Result<(String, serde_json::Value), String> {
    let (name, value) = word.split_once('=').ok_or("write NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

/// Accepts one of [API Gateway's
/// forms](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html).
fn cors_origin(word: &str) -> Result<String, String> {
    let rest = match word.split_once("://") {
        _ if ["*", "https://*", "http://*"].contains(&word) => return Ok(word.to_owned()),
        Some((scheme, rest)) if scheme.starts_with(|c: char| c.is_ascii_lowercase()) => rest,
        _ => {
            return Err("write an origin with its scheme, such as https://app.example.com, or `*`".to_owned());
        }
    };
    if rest.contains('*') {
        return Err("API Gateway accepts no wildcards except `*`, `https://*` and `http://*`".to_owned());
    }
    if rest.is_empty() || rest.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control()) {
        return Err("an origin ends with its host and port: remove the path or the slash".to_owned());
    }
    Ok(word.to_owned())
}

/// Parses `NAME: VALUE`, as curl accepts it.
fn header(word: &str) -> Result<(String, String), String> {
    let (name, value) = word.split_once(':').ok_or("write NAME: VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

#[derive(ClapArgs, Debug)]
pub(crate) struct BuildArgs {
    /// Folder for the zips [default: target/routegen/lambda]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<Utf8PathBuf>,
    /// Build only this function, by its name or the name of one of its routes [may be repeated]
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) only: Vec<String>,
    /// Names of the zips
    #[arg(long, value_enum, default_value_t = ZipLayout::Flat)]
    pub(crate) layout: ZipLayout,
    /// Build a second time from scratch, and compare the bytes
    #[arg(long)]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) effort: Effort,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct EmitTfArgs {
    /// Folder for the Terraform [default: terraform, beside the package]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<Utf8PathBuf>,
    /// Folder of the zips, for a new root [default: target/routegen/lambda]
    #[arg(long, value_name = "DIR")]
    pub(crate) artifacts: Option<Utf8PathBuf>,
    /// Write nothing, and fail with a diff if the files are out of date
    #[arg(long, conflicts_with = "artifacts")]
    pub(crate) check: bool,
    /// Overwrite generated files that were edited or have git conflicts
    #[arg(long, conflicts_with = "check")]
    pub(crate) overwrite: bool,
    /// What to write
    #[arg(long, value_enum, default_value_t = Layout::Module)]
    pub(crate) layout: Layout,
    /// Print how long each step took
    #[arg(long)]
    pub(crate) timings: bool,
    /// Syntax of the files [default: that of existing files, else json with `--format json`, else hcl]
    #[arg(long, value_enum)]
    pub(crate) syntax: Option<Syntax>,
    /// Architecture of the functions [default: routegen.toml's, else this machine's]
    #[arg(long, value_enum)]
    pub(crate) arch: Option<Architecture>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct OpenApiArgs {
    /// File to write, or `-` for stdout [default: openapi.json, or openapi.yaml, beside the package's Cargo.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<Utf8PathBuf>,
    /// Version of OpenAPI
    #[arg(long, value_enum, value_name = "VERSION", default_value_t)]
    pub(crate) openapi: contract::Version,
    /// Write an HTML page for reading instead of the document: one file that works offline, or `-` for stdout
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    pub(crate) html: Option<Utf8PathBuf>,
    /// Write nothing, and fail with a diff if the file is out of date
    #[arg(long)]
    pub(crate) check: bool,
    /// Fail if the types of a route do not define all of the document
    #[arg(long)]
    pub(crate) strict: bool,
}

impl OpenApiArgs {
    /// The syntax of the document: what `--format` says, else what the file's extension implies.
    pub(crate) fn syntax(&self, format: Format) -> contract::Syntax {
        match (format, self.out.as_ref().and_then(|out| out.extension())) {
            (Format::Yaml, _) | (Format::Text, Some("yaml" | "yml")) => contract::Syntax::Yaml,
            _ => contract::Syntax::Json,
        }
    }
}

#[derive(ClapArgs, Debug)]
pub(crate) struct DiffArgs {
    /// The earlier API: a document, or a git revision that contains the package's openapi.json; for a branch, its merge base
    pub(crate) base: String,
    /// The later API: a document or a git revision [default: the current code]
    pub(crate) head: Option<String>,
    /// Fail on findings with these verdicts; `auth-removed` always fails, except with `none`
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "VERDICTS",
        default_value = "breaking,loosening"
    )]
    pub(crate) fail_on: Vec<FailOn>,
}

/// A verdict that makes `diff` fail.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum FailOn {
    /// Breaks clients
    Breaking,
    /// Lets more callers in
    Loosening,
    /// Lets a function do more in AWS
    Widening,
    /// Worth reviewing
    Warning,
    /// Never fail
    None,
}

impl DiffArgs {
    /// The verdicts that make the command fail.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let verdict = |fail_on: &FailOn| match fail_on {
            FailOn::Breaking => Some(Verdict::Breaking),
            FailOn::Loosening => Some(Verdict::Loosening),
            FailOn::Widening => Some(Verdict::Widening),
            FailOn::Warning => Some(Verdict::Warning),
            FailOn::None => None,
        };
        self.fail_on.iter().filter_map(verdict).collect()
    }
}

/// What a build may use, and what it reports.
#[derive(ClapArgs, Debug)]
pub(crate) struct Effort {
    /// Number of parallel jobs: compilers, links and zips [default: one for each core]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
    /// Print how long each step took; cargo writes its own report too
    #[arg(long)]
    pub(crate) timings: bool,
    /// Write a CycloneDX list of the crates in each zip, with licences and checksums: NAME.cdx.json, beside the zip
    #[arg(long)]
    pub(crate) sbom: bool,
}

impl Args {
    /// Reads the command line, which begins with the program's name.
    pub(crate) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = Self::commands().try_get_matches_from(args)?;
        Self::from_arg_matches(&matches)?.validate()
    }

    /// All commands. The help of those that read no package does not list the options for one.
    pub(crate) fn commands() -> clap::Command {
        let output = Output::augment_args(clap::Command::new("output"));
        let is_for_a_package = |arg: &Arg| {
            arg.is_global_set() && output.get_arguments().all(|other| other.get_id() != arg.get_id())
        };
        let hide = |arg: Arg| {
            let hidden = arg.is_hide_set() || is_for_a_package(&arg);
            arg.hide(hidden)
        };
        let mut commands = Self::command();
        // Only now do the commands have the global options.
        commands.build();
        let without_package = ["new", "completions", "man"];
        without_package
            .into_iter()
            .fold(commands, |commands, name| commands.mut_subcommand(name, |command| command.mut_args(hide)))
    }

    /// Checks what clap cannot express about two arguments.
    fn validate(self) -> Result<Self, clap::Error> {
        let refused = |message: &str| Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        match (self.output.format, &self.command) {
            (Format::Yaml, Command::OpenApi(_)) => {}
            (Format::Yaml, _) => {
                return refused("`--format yaml` requires `routegen openapi`");
            }
            (Format::Text | Format::Json, _) | (_, Command::Diff(_)) => {}
            _ => {
                return refused("`--format github`, `sarif` and `markdown` require `routegen diff`");
            }
        }
        match &self.command {
            Command::Diff(diff) if diff.fail_on.len() > 1 && diff.fail_on.contains(&FailOn::None) => {
                refused("`--fail-on none` cannot be combined with other verdicts")
            }
            _ => Ok(self),
        }
    }
}

/// The package.
#[derive(ClapArgs, Debug)]
pub(crate) struct Selection {
    /// Package with the routes [default: the package of the working directory, else the only one with routes]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// Path of the package's or workspace's Cargo.toml
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) manifest_path: Option<Utf8PathBuf>,
}

/// The package's features, as for cargo.
#[derive(ClapArgs, Debug)]
pub(crate) struct Features {
    /// Features to enable, separated by commas or spaces
    #[arg(short = 'F', long = "features", global = true, value_name = "FEATURES")]
    pub(crate) names: Vec<String>,
    /// Enable all features
    #[arg(long = "all-features", global = true)]
    pub(crate) all: bool,
    /// Disable the default features
    #[arg(long = "no-default-features", global = true)]
    pub(crate) no_default: bool,
}

/// What is passed on to cargo.
#[derive(ClapArgs, Debug)]
pub(crate) struct Cargo {
    /// Profile to build with [default: `lambda` if it is defined, else `release`; `small` is built in]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Fail if Cargo.lock is missing or would change
    #[arg(long, global = true)]
    pub(crate) locked: bool,
    /// Run without network access
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Equivalent to `--locked --offline`
    #[arg(long, global = true)]
    pub(crate) frozen: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_without_a_package_list_no_options_for_one() {
        let mut commands = Args::commands();
        let mut help = |name: &str| {
            let command = commands.find_subcommand_mut(name).unwrap();
            [command.render_help().to_string(), command.render_long_help().to_string()].concat()
        };
        for name in ["new", "completions", "man"] {
            let help = help(name);
            assert!(help.contains("--quiet") && help.contains("--color"), "{help}");
            for option in ["--package", "--manifest-path", "--features", "--profile", "--locked", "Features:"]
            {
                assert!(!help.contains(option), "{option} in the help of {name}:\n{help}");
            }
        }
        for option in ["--package", "--features", "--profile", "--locked"] {
            assert!(help("build").contains(option) && help("inspect").contains(option), "{option}");
        }
        assert!(Args::read(["routegen", "new", "shop", "--offline"].map(OsString::from)).is_ok());
    }

    #[test]
    fn an_origin_has_one_of_the_forms_that_api_gateway_takes() {
        for origin in [
            "*",
            "https://*",
            "http://*",
            "https://app.example.com",
            "http://localhost:5173",
            "capacitor://localhost",
        ] {
            assert_eq!(cors_origin(origin).as_deref(), Ok(origin));
        }
        for origin in [
            "https://*.example.com",
            "https://app.*",
            "*://app.example.com",
            "app.example.com",
            "https://app.example.com/",
            "https://app.example.com/path",
            "https://",
            "null",
            "",
            "https://a b",
        ] {
            assert!(cors_origin(origin).is_err(), "{origin}");
        }
    }
}
