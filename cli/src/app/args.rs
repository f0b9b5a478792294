//! The command line as it is typed. It is turned into calls by `commands`; nothing else reads it.

use std::{net::IpAddr, num::NonZero};

use camino::Utf8PathBuf;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::{
    artifacts::ZipLayout,
    contract::{self, diff::Verdict},
    new::{Template, Vcs},
    output::options::{Format, Output},
    project::target::{Architecture, Compiler, Linking},
    terraform::{Layout, Syntax},
};

/// From annotated Rust handlers to Lambda artifacts and Terraform.
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
    /// Makes a project: a package with routes, a test of them, and a CI workflow; no network is needed
    New(NewArgs),
    /// Lists the routes, authorizers and consumers; with `--format json`, the manifest
    Routes {
        /// List what each function may do in AWS
        #[arg(long)]
        grants: bool,
    },
    /// Checks the routes against AWS's rules and limits, and builds nothing
    Check,
    /// Builds one zip for each Lambda function
    Build(BuildArgs),
    /// Writes the Terraform module, and a root that calls it where there is none
    EmitTf(EmitTfArgs),
    /// Writes the API as a document of OpenAPI: routes, parameters, bodies, answers, who may call
    #[command(name = "openapi")]
    OpenApi(OpenApiArgs),
    /// Compares the API with what it was: what breaks clients, who may call who might not, what functions may do in AWS
    Diff(DiffArgs),
    /// Does check, build and emit-tf in one go
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
    /// Serves the API on this machine, with real authorization, and again after each change
    Dev(DevArgs),
    /// Prints a token that `routegen dev` lets pass
    Token(TokenArgs),
    /// Calls one function, without a server
    Invoke(InvokeArgs),
    /// Tells what a zip is: routes, architecture, sizes, needs; no package is needed
    Inspect {
        /// Zips, or the programs of zips
        #[arg(required = true, value_name = "ZIP")]
        files: Vec<Utf8PathBuf>,
        /// Tells also which crates are large, at most N of them [default N: 20]; in the workspace that built the zip
        #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "20")]
        crates: Option<usize>,
    },
    /// Prints a script with which a shell completes the command line; no package is needed
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Writes the manual pages, one for each command; no package is needed
    Man {
        /// Folder for the pages, such as ~/.local/share/man/man1
        #[arg(long, value_name = "DIR")]
        out: Utf8PathBuf,
    },
}

/// What a project is to be.
#[derive(ClapArgs, Debug)]
pub(crate) struct NewArgs {
    /// Folder of the project, new or empty; `.` for the present one
    #[arg(value_name = "PATH")]
    pub(crate) path: Utf8PathBuf,
    /// Name of the package [default: the folder's]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What the project begins with
    #[arg(long, value_enum, default_value_t)]
    pub(crate) template: Template,
    /// What keeps its versions [default: git, unless the folder is in a repository or a workspace]
    #[arg(long, value_enum)]
    pub(crate) vcs: Option<Vcs>,
    /// A clone of routegen that the package depends on, in place of crates.io
    #[arg(long, value_name = "DIR")]
    pub(crate) routegen_path: Option<Utf8PathBuf>,
}

/// What artifacts are built for, and with what.
#[derive(ClapArgs, Clone, Copy, Debug, Default)]
pub(crate) struct TargetArgs {
    /// What the functions run on [default: routegen.toml's, else this machine's]
    #[arg(long, value_enum)]
    pub(crate) arch: Option<Architecture>,
    /// What compiles the artifacts [default: routegen.toml's, else cargo for this machine's architecture on Linux, else
    /// the first of cargo-zigbuild and cargo that is ready]
    #[arg(long, value_enum)]
    pub(crate) compiler: Option<Compiler>,
    /// What links the functions [default: routegen.toml's, else direct]
    #[arg(long, value_enum)]
    pub(crate) backend: Option<Linking>,
}

impl Command {
    /// What a build may use; none where nothing is built for long.
    pub(crate) fn effort(&self) -> Option<&Effort> {
        match self {
            Self::Build(BuildArgs { effort, .. }) | Self::Package { effort, .. } => Some(effort),
            _ => None,
        }
    }

    /// What the command line says about the artifacts.
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
    /// Runs the zips that are deployed, a process for each function, with its memory limit
    #[arg(long)]
    pub(crate) artifacts: bool,
    /// An environment variable for all functions, or the name of one to hand on [may be repeated]
    #[arg(short, long, value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<String>,
    /// A file of `NAME=VALUE` lines (dotenv): values for the variables that functions ask for and that have none in the
    /// environment; `dev` reads it again when it changes [may be repeated]
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Vec<Utf8PathBuf>,
}

impl RunArgs {
    /// The files of variables, from the root down, as those that change are told.
    pub(crate) fn env_files(&self) -> Vec<Utf8PathBuf> {
        let absolute = |file: &Utf8PathBuf| camino::absolute_utf8(file).unwrap_or_else(|_| file.clone());
        self.env_file.iter().map(absolute).collect()
    }
}

#[derive(ClapArgs, Debug)]
pub(crate) struct DevArgs {
    /// Port of loopback; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = DEV_PORT)]
    pub(crate) port: u16,
    /// Listens on this address of the machine, as 0.0.0.0 for all in a container: everyone who reaches it can call the API
    /// [default: 127.0.0.1 and `::1`]
    #[arg(long, value_name = "IP")]
    pub(crate) address: Option<IpAddr>,
    /// Speaks https with this certificate and its chain, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<Utf8PathBuf>,
    /// The private key of that certificate, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(crate) running: RunArgs,
    /// Lets browsers call from this origin, as the module's variable `cors` does: `https://app.example.com`, `*`,
    /// `https://*` or `http://*` [may be repeated]
    #[arg(long, value_name = "ORIGIN", value_parser = cors_origin)]
    pub(crate) cors: Vec<String>,
    /// Lets them send cookies, as `allow_credentials` of that variable does; not with a `*` in an origin
    #[arg(long, requires = "cors")]
    pub(crate) cors_credentials: bool,
    /// A request header that they may send [default: all; with --cors-credentials, authorization and content-type] [may be
    /// repeated]
    #[arg(long, value_name = "NAME", requires = "cors")]
    pub(crate) cors_header: Vec<String>,
    /// Takes tokens of this issuer, in place of the local one
    #[arg(long, value_name = "URL", requires = "audience")]
    pub(crate) issuer: Option<String>,
    /// The `aud` or `client_id` of that issuer's tokens [may be repeated]
    #[arg(long, value_name = "TEXT", requires = "issuer")]
    pub(crate) audience: Vec<String>,
    /// Serves below a named stage, `/NAME`, as the module's variable `stage_name` does
    #[arg(long, value_name = "NAME")]
    pub(crate) stage: Option<String>,
    /// Answers to this name too, as a container or a tunnel calls this machine; others than loopback's get 403 [may be repeated]
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<String>,
    /// Lets the token endpoint answer clients elsewhere too, as through a tunnel [default: clients on this machine alone]
    #[arg(long)]
    pub(crate) tokens_for_all: bool,
    /// How many processes a function may have at once [default: 4]; further requests wait
    #[arg(long, value_name = "N")]
    pub(crate) instances: Option<NonZero<usize>>,
    /// Looks at the files twice a second, where the system does not tell of changes: bind mounts, WSL, network disks
    #[arg(long)]
    pub(crate) poll: bool,
}

/// Where `routegen dev` listens unless told otherwise.
pub(crate) const DEV_PORT: u16 = 9000;

#[derive(ClapArgs, Debug)]
pub(crate) struct TokenArgs {
    /// A scope that it has [may be repeated]
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// Makes it one that was valid until a minute ago
    #[arg(long)]
    pub(crate) expired: bool,
    /// Signs it with a key that the server does not know
    #[arg(long)]
    pub(crate) forged: bool,
    /// Its `aud`, which tokens of Cognito's clients do not have
    #[arg(long, value_name = "TEXT")]
    pub(crate) audience: Option<String>,
    /// A claim: text or JSON; `null` takes it away [may be repeated]
    #[arg(long, value_name = "NAME=VALUE", value_parser = claim)]
    pub(crate) claim: Vec<(String, serde_json::Value)>,
    /// The port of the server [default: that of the one that runs, else 9000]
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct InvokeArgs {
    /// The function, by its name or its route's
    pub(crate) function: String,
    #[command(flatten)]
    pub(crate) running: RunArgs,
    /// The event, in a file; `-` for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["path", "method", "header", "body", "claim"])]
    pub(crate) event: Option<Utf8PathBuf>,
    /// What a consumer is called with: a message's body, the JSON of an event's detail, or of a table's new item
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["event", "path", "method", "header", "body", "claim"])]
    pub(crate) message: Option<String>,
    /// Path and query of the request [default: that of the function's route]
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,
    /// Its method [default: that of the function's first route]
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// One of its headers [may be repeated]
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) header: Vec<(String, String)>,
    /// Its body
    #[arg(long, value_name = "TEXT")]
    pub(crate) body: Option<String>,
    /// What the authorizer knows of the caller: text or JSON [may be repeated]
    #[arg(long, value_name = "NAME=VALUE", value_parser = claim)]
    pub(crate) claim: Vec<(String, serde_json::Value)>,
}

/// `NAME=VALUE`; what is no JSON is a text.
fn claim(word: &str) -> Result<(String, serde_json::Value), String> {
    let (name, value) = word.split_once('=').ok_or("write NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

/// One of the forms of API Gateway's (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>).
fn cors_origin(word: &str) -> Result<String, String> {
    let rest = match word.split_once("://") {
        _ if ["*", "https://*", "http://*"].contains(&word) => return Ok(word.to_owned()),
        Some((scheme, rest)) if scheme.starts_with(|c: char| c.is_ascii_lowercase()) => rest,
        _ => {
            return Err("write an origin with its scheme, such as https://app.example.com, or `*`".to_owned());
        }
    };
    if rest.contains('*') {
        return Err("API Gateway knows no other wildcards than `*`, `https://*` and `http://*`".to_owned());
    }
    if rest.is_empty() || rest.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control()) {
        return Err("an origin ends with its host and port: no path, and no slash".to_owned());
    }
    Ok(word.to_owned())
}

/// `NAME: VALUE`, as curl takes it.
fn header(word: &str) -> Result<(String, String), String> {
    let (name, value) = word.split_once(':').ok_or("write NAME: VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

#[derive(ClapArgs, Debug)]
pub(crate) struct BuildArgs {
    /// Folder for the zips [default: target/routegen/lambda]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<Utf8PathBuf>,
    /// Builds only this function, by its name or its route's [may be repeated]
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) only: Vec<String>,
    /// Names of the zips
    #[arg(long, value_enum, default_value_t = ZipLayout::Flat)]
    pub(crate) layout: ZipLayout,
    /// Builds a second time, from nothing, and compares the bytes
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
    /// Folder with the zips, which a new root refers to [default: target/routegen/lambda]
    #[arg(long, value_name = "DIR")]
    pub(crate) artifacts: Option<Utf8PathBuf>,
    /// Writes nothing, and fails with a diff where the files on the disk are not those of the code
    #[arg(long, conflicts_with = "artifacts")]
    pub(crate) check: bool,
    /// Writes in the place of generated files that were edited, or that git has left conflicts in
    #[arg(long, conflicts_with = "check")]
    pub(crate) overwrite: bool,
    /// What is written
    #[arg(long, value_enum, default_value_t = Layout::Module)]
    pub(crate) layout: Layout,
    /// Tells how long each step took
    #[arg(long)]
    pub(crate) timings: bool,
    /// How the files are written [default: as those that are there, else json with `--format json`, else hcl]
    #[arg(long, value_enum)]
    pub(crate) syntax: Option<Syntax>,
    /// What the functions run on [default: routegen.toml's, else this machine's]
    #[arg(long, value_enum)]
    pub(crate) arch: Option<Architecture>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct OpenApiArgs {
    /// The file, or `-` for stdout [default: openapi.json, or openapi.yaml, beside the package's Cargo.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<Utf8PathBuf>,
    /// The version of OpenAPI
    #[arg(long, value_enum, value_name = "VERSION", default_value_t)]
    pub(crate) openapi: contract::Version,
    /// Writes a page to read in place of the document, one file that works offline, or `-` for stdout
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    pub(crate) html: Option<Utf8PathBuf>,
    /// Writes nothing, and fails with a diff where the file is not that of the code
    #[arg(long)]
    pub(crate) check: bool,
    /// Fails where the types of a route do not tell all of it
    #[arg(long)]
    pub(crate) strict: bool,
}

impl OpenApiArgs {
    /// How the document is written: as `--format` says, else as the name of the file ends.
    pub(crate) fn syntax(&self, format: Format) -> contract::Syntax {
        match (format, self.out.as_ref().and_then(|out| out.extension())) {
            (Format::Yaml, _) | (Format::Text, Some("yaml" | "yml")) => contract::Syntax::Yaml,
            _ => contract::Syntax::Json,
        }
    }
}

#[derive(ClapArgs, Debug)]
pub(crate) struct DiffArgs {
    /// What the API was: a document, or a revision of git with the package's openapi.json; of a branch, where this one parted from it
    pub(crate) base: String,
    /// What the API is: a document or a revision [default: the code as it is]
    pub(crate) head: Option<String>,
    /// The findings by which the command fails; `auth-removed` is always one of them, but with `none`
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "VERDICTS",
        default_value = "breaking,loosening"
    )]
    pub(crate) fail_on: Vec<FailOn>,
}

/// A verdict by which `diff` fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum FailOn {
    /// A client can fail
    Breaking,
    /// Someone may call who might not before
    Loosening,
    /// A function may do more in AWS
    Widening,
    /// What should be looked at
    Warning,
    /// By none
    None,
}

impl DiffArgs {
    /// The verdicts that count.
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

/// What a build may use, and what it tells of that.
#[derive(ClapArgs, Debug)]
pub(crate) struct Effort {
    /// How many compilers, links and zips run at once [default: one for each core]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
    /// Tells how long each step took; cargo writes its own report too
    #[arg(long)]
    pub(crate) timings: bool,
    /// Writes beside each zip which crates are in it, with licences and checksums: NAME.cdx.json, as CycloneDX has it
    #[arg(long)]
    pub(crate) sbom: bool,
}

impl Args {
    /// What clap cannot say of two arguments.
    pub(crate) fn validate(self) -> Result<Self, clap::Error> {
        let refused = |message: &str| {
            let mut command = <Self as clap::CommandFactory>::command();
            Err(command.error(clap::error::ErrorKind::ArgumentConflict, message))
        };
        match (self.output.format, &self.command) {
            (Format::Yaml, Command::OpenApi(_)) => {}
            (Format::Yaml, _) => {
                return refused("`--format yaml` is for `routegen openapi`: no other outcome is written so");
            }
            (Format::Text | Format::Json, _) | (_, Command::Diff(_)) => {}
            _ => {
                return refused(
                    "`--format github`, `sarif` and `markdown` are for `routegen diff`: no other outcome is written so",
                );
            }
        }
        match &self.command {
            Command::Diff(diff) if diff.fail_on.len() > 1 && diff.fail_on.contains(&FailOn::None) => {
                refused("`--fail-on none` stands alone")
            }
            _ => Ok(self),
        }
    }
}

/// Which package is meant.
#[derive(ClapArgs, Debug)]
pub(crate) struct Selection {
    /// Package with the routes [default: the one here, or the only one with routes]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// Path of the package's or workspace's Cargo.toml
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) manifest_path: Option<Utf8PathBuf>,
}

/// Which features of the package are on, as cargo takes them.
#[derive(ClapArgs, Debug)]
pub(crate) struct Features {
    /// Features to switch on, with commas or blanks between them
    #[arg(short = 'F', long = "features", global = true, value_name = "FEATURES")]
    pub(crate) names: Vec<String>,
    /// Switches on all features
    #[arg(long = "all-features", global = true)]
    pub(crate) all: bool,
    /// Leaves the default feature off
    #[arg(long = "no-default-features", global = true)]
    pub(crate) no_default: bool,
}

/// What is handed on to cargo.
#[derive(ClapArgs, Debug)]
pub(crate) struct Cargo {
    /// Profile to build with [default: `lambda` where one is defined, else `release`; `small` is built in]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Fails if Cargo.lock is missing or would change
    #[arg(long, global = true)]
    pub(crate) locked: bool,
    /// Fetches nothing
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// As `--locked` and `--offline` together
    #[arg(long, global = true)]
    pub(crate) frozen: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

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
