//! Terraform as the tests call it: with its own configuration, without the caller's settings, and with a time
//! limit.
//!
//! The provider comes from a mirror on this machine, if there is one: a folder that contains
//! `registry.terraform.io/hashicorp/aws`, set in the variable `ROUTEGEN_TF_MIRROR` or found in a usual place.
//! Otherwise it is downloaded once from the registry, in a pinned version. After `init`, all calls of a test
//! use one provider process.

use std::{
    process::Command,
    sync::{LazyLock, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use camino::{Utf8DirEntry, Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::{
    process::{Finished, Process, watched},
    running_provider::Provider,
};
use crate::{
    fixture::{scratch, target},
    requirement::or_skip,
};

/// The time limit of a call; the slowest takes a fifth of it.
const LIMIT: Duration = Duration::from_mins(5);

/// The time limit for all tests of a module.
const TESTS: Duration = Duration::from_mins(15);

/// The version from the registry. A mirror may contain another one.
const PROVIDER: &str = "5.100.0";

/// The provider's path in a mirror, and in `.terraform/providers`.
pub(super) const HASHICORP: &str = "registry.terraform.io/hashicorp";

/// Terraform, if it is on `PATH`. It can format without a provider.
pub(crate) fn terraform() -> Option<&'static Terraform> {
    or_skip(&FOUND)
}

/// Terraform with the AWS provider.
pub(crate) fn terraform_with_provider() -> Option<&'static Terraform> {
    static PROVIDED: LazyLock<Result<&Terraform, String>> = LazyLock::new(|| {
        let terraform = FOUND.as_ref().map_err(Clone::clone)?;
        terraform.probe_provider().map(|()| terraform)
    });
    or_skip(&PROVIDED).copied()
}

static FOUND: LazyLock<Result<Terraform, String>> = LazyLock::new(Terraform::find);

/// Terraform and its configuration file.
pub(crate) struct Terraform {
    config: Utf8PathBuf,
    from_registry: bool,
}

impl Terraform {
    fn find() -> Result<Self, String> {
        let version = Command::new("terraform").args(["version", "-json"]).output();
        let version = version.map_err(|error| format!("there is no terraform to run ({error})"))?;
        let version: Value = serde_json::from_slice(&version.stdout)
            .map_err(|error| format!("`terraform version` prints no JSON ({error})"))?;
        let version = version["terraform_version"].as_str().unwrap_or_default();
        if !is_at_least_1_7(version) {
            return Err(format!("terraform is {version}, and mocks came with 1.7"));
        }
        let mirror = mirror()?;
        let config = scratch("terraform").join("cli.tfrc");
        std::fs::write(&config, configuration(mirror.as_deref())).unwrap();
        Ok(Self { config, from_registry: mirror.is_none() })
    }

    /// Checks whether `init` finds the provider. The configuration requires nothing else, so that a mistake
    /// in the emitted files is not taken for a missing provider.
    fn probe_provider(&self) -> Result<(), String> {
        let folder = scratch("terraform-provider");
        std::fs::write(folder.join("main.tf"), required_provider(">= 5.100")).unwrap();
        let init = self.init(&folder);
        if init.status.success() {
            return Ok(());
        }
        let why: Vec<_> = init.stderr.split_whitespace().collect();
        Err(format!("the provider hashicorp/aws is not to be had: {}", why.join(" ")))
    }

    /// Prepares a command for Terraform: Terraform itself, or a shell that calls it.
    pub(crate) fn configure(&self, command: &mut Command) {
        alone(command);
        command.env("TF_CLI_CONFIG_FILE", &self.config).env("TF_CLI_ARGS", "-no-color");
        command.env("TF_INPUT", "0").env("TF_IN_AUTOMATION", "1");
    }

    /// Calls Terraform in this folder.
    #[track_caller]
    pub(crate) fn call(&self, folder: &Utf8Path, args: &[&str]) -> Finished {
        self.call_within(LIMIT, folder, None, args)
    }

    /// Calls Terraform with another time limit, and with a provider that is already running, or otherwise
    /// with providers that Terraform starts itself.
    #[track_caller]
    fn call_within(
        &self,
        limit: Duration,
        folder: &Utf8Path,
        provider: Option<&Provider>,
        args: &[&str],
    ) -> Finished {
        let mut command = watched("terraform");
        command.args(args).current_dir(folder);
        self.configure(&mut command);
        if let Some(provider) = provider {
            command.env("TF_REATTACH_PROVIDERS", provider.reattach());
        }
        Process::start(command, folder.join(format!("terraform-{}", args[0]))).finish(limit)
    }

    /// `terraform init`, with the provider and without the backend.
    fn init(&self, folder: &Utf8Path) -> Finished {
        // Terraform's cache must not be filled by two processes at once.
        static CACHE: Mutex<()> = Mutex::new(());
        let _lock = self.from_registry.then(|| CACHE.lock().unwrap_or_else(PoisonError::into_inner));
        if self.from_registry {
            std::fs::write(folder.join("provider_override.tf"), required_provider(PROVIDER)).unwrap();
        }
        self.call(folder, &["init", "-backend=false"])
    }
}

/// Hides the user's own Terraform and AWS settings from a program. It also makes the program, which is
/// written in Go and holds the schemas of all of AWS, collect garbage less often: that was half of its time.
pub(super) fn alone(command: &mut Command) {
    command.env("GOGC", "400").env("GOMEMLIMIT", "1GiB");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("TF_") || name.starts_with("AWS_")) {
            command.env_remove(name);
        }
    }
    // The provider's region, which the roots do not set.
    command.env("AWS_REGION", "us-east-1");
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("AWS_EC2_METADATA_DISABLED", "true");
}

/// A folder in which Terraform has been initialised.
pub(crate) struct Root {
    terraform: &'static Terraform,
    folder: Utf8PathBuf,
    is_mocked: bool,
    /// The provider that `init` selected, started by the first call that needs it.
    own_provider: OnceLock<Option<Provider>>,
}

impl Root {
    #[track_caller]
    pub(crate) fn init(terraform: &'static Terraform, folder: &Utf8Path) -> Self {
        succeeded("init", terraform.init(folder));
        Self { terraform, folder: folder.to_owned(), is_mocked: false, own_provider: OnceLock::new() }
    }

    /// A root whose provider is never configured: it only provides its schemas and validates values.
    #[track_caller]
    pub(crate) fn init_mocked(terraform: &'static Terraform, folder: &Utf8Path) -> Self {
        Self { is_mocked: true, ..Self::init(terraform, folder) }
    }

    /// One provider for all roots that do not configure it, and one for each other root.
    fn provider(&self) -> Option<&Provider> {
        static UNCONFIGURED: OnceLock<Option<Provider>> = OnceLock::new();
        let provider = if self.is_mocked { &UNCONFIGURED } else { &self.own_provider };
        provider.get_or_init(|| Provider::start(&self.folder)).as_ref()
    }

    #[track_caller]
    fn call(&self, limit: Duration, args: &[&str]) -> Finished {
        self.terraform.call_within(limit, &self.folder, self.provider(), args)
    }

    /// The names of the hashicorp providers that it requires.
    pub(crate) fn providers(&self) -> Vec<String> {
        let folder = self.folder.join(".terraform/providers").join(HASHICORP);
        folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect()
    }

    /// Calls Terraform, which must succeed, and returns its output.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> String {
        succeeded(args[0], self.call(LIMIT, args))
    }

    /// Runs all tests in the folder, with mocks for the provider, and returns how many passed.
    #[track_caller]
    pub(crate) fn test(&self) -> usize {
        let printed = succeeded("test", self.call(TESTS, &["test"]));
        assert!(!printed.contains("Warning"), "{printed}");
        let passed = printed.rsplit_once("Success! ").and_then(|(_, rest)| rest.split_once(" passed"));
        passed.unwrap_or_else(|| panic!("{printed}")).0.parse().unwrap()
    }

    /// Calls Terraform, which must fail, and returns its output.
    #[track_caller]
    pub(crate) fn fail(&self, args: &[&str]) -> String {
        let Finished { status, stdout, stderr } = self.call(LIMIT, args);
        assert!(!status.success(), "terraform {}: {status}\n{stdout}{stderr}", args[0]);
        stdout + &stderr
    }

    /// How long such a call takes, up to this limit, if Terraform starts its providers itself.
    #[track_caller]
    pub(crate) fn time(&self, limit: Duration, args: &[&str]) -> Duration {
        let begin = Instant::now();
        succeeded(args[0], self.terraform.call_within(limit, &self.folder, None, args));
        begin.elapsed()
    }

    #[track_caller]
    pub(crate) fn apply(&self) -> String {
        self.run(&["apply", "-auto-approve"])
    }

    /// Fails if Terraform would change anything.
    #[track_caller]
    pub(crate) fn assert_nothing_to_do(&self) {
        let plan = self.call(LIMIT, &["plan", "-detailed-exitcode"]);
        assert_eq!(plan.status.code(), Some(0), "there is something to do:\n{}{}", plan.stdout, plan.stderr);
    }

    /// Destroys everything, and checks that nothing is left.
    #[track_caller]
    pub(crate) fn destroy(&self) {
        self.run(&["destroy", "-auto-approve"]);
        assert_eq!(self.run(&["state", "list"]), "");
    }

    /// The outputs by name, each with its `value`.
    #[track_caller]
    pub(crate) fn outputs(&self) -> Value {
        serde_json::from_str(&self.run(&["output", "-json"])).unwrap()
    }
}

#[track_caller]
fn succeeded(verb: &str, finished: Finished) -> String {
    let Finished { status, stdout, stderr } = finished;
    assert!(status.success(), "terraform {verb}: {status}\n{stdout}{stderr}");
    stdout
}

fn required_provider(version: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    aws = {{\n      source  = \"hashicorp/aws\"\n      \
         version = \"{version}\"\n    }}\n  }}\n}}\n"
    )
}

fn is_at_least_1_7(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(1), Some(7))
}

/// The folder with the provider, if there is one.
fn mirror() -> Result<Option<Utf8PathBuf>, String> {
    let holds_provider = |folder: &Utf8PathBuf| folder.join(HASHICORP).join("aws").is_dir();
    if let Ok(named) = std::env::var("ROUTEGEN_TF_MIRROR") {
        let named = Utf8PathBuf::from(named);
        return if holds_provider(&named) {
            Ok(Some(named))
        } else {
            Err(format!("ROUTEGEN_TF_MIRROR names {named}, which does not hold {HASHICORP}/aws"))
        };
    }
    // Terraform itself looks in the first three.
    let home = Utf8PathBuf::from(std::env::var("HOME").unwrap_or_default());
    let mut places = vec![
        home.join(".terraform.d/plugins"),
        "/usr/local/share/terraform/plugins".into(),
        "/usr/share/terraform/plugins".into(),
    ];
    if let Ok(optional) = Utf8Path::new("/opt").read_dir_utf8() {
        places.extend(optional.flatten().map(Utf8DirEntry::into_path));
    }
    Ok(places.into_iter().find(holds_provider))
}

/// A CLI configuration file: where providers come from, and no checks for updates.
fn configuration(mirror: Option<&Utf8Path>) -> String {
    let aws = format!("{HASHICORP}/aws");
    let provider = if let Some(mirror) = mirror {
        format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path    = {mirror:?}\n    include = [{aws:?}]\n  }}\n  \
             direct {{\n    exclude = [{aws:?}]\n  }}\n}}\n"
        )
    } else {
        let cache = target().join("terraform-providers");
        std::fs::create_dir_all(&cache).unwrap();
        format!("plugin_cache_dir = {cache:?}\nplugin_cache_may_break_dependency_lock_file = true\n")
    };
    format!("{provider}disable_checkpoint = true\n")
}
