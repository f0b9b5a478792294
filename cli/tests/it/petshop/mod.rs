//! A project with everything that maps several routes and authorizers to functions: a group, several routes
//! of one handler, an authorizer for them, and a route behind Cognito. It is packaged once, inspected,
//! deployed, and run.

mod built;
mod emitted;

use std::sync::LazyLock;

use camino::Utf8PathBuf;

use crate::fixture::{Project, succeed};

const LIB: &str = r#"
use routegen::{AuthorizerRequest, Claims, Decision, Path, Problem, authorizer, route};

#[derive(serde::Deserialize, serde::Serialize)]
struct Caller {
    tenant: String,
}

/// Lists the pets of the caller
#[route(GET, "/pets", auth = "api_key", lambda = "pets", memory = 256, tags = ["pets"])]
async fn list_pets(caller: Claims<Caller>) -> String {
    format!("the pets of {}", caller.tenant)
}

/// Adds a pet
#[route(POST, "/pets", auth = "api_key", lambda = "pets", timeout = 20, tags = ["pets"])]
async fn create_pet(caller: Claims<Caller>, pet: String) -> String {
    format!("{pet}, a new pet of {}", caller.tenant)
}

/// Finds a pet
#[route(GET, "/pets/{id}", auth = "api_key", lambda = "pets", deprecated = true)]
async fn get_pet(Path(id): Path<u32>) -> String {
    format!("pet number {id}")
}

/// Removes a pet
#[route(DELETE, "/pets/{id}", auth = "cognito", scopes = ["pets/write"])]
async fn delete_pet(Path(id): Path<u32>) -> String {
    format!("no pet {id} any more")
}

/// Greets everyone
#[route(GET, "/hello", auth = "none")]
#[route(GET, "/welcome", auth = "none", name = "welcome")]
async fn hello() -> &'static str {
    "good morning, and welcome to the shop"
}

/// Knows callers by their key
#[authorizer(identity_sources = ["$request.header.x-api-key"], env = ["KEYS"], timeout = 9)]
async fn api_key(request: AuthorizerRequest) -> Result<Decision<Caller>, Problem> {
    let keys = std::env::var("KEYS")?;
    let mut pairs = keys.split(' ').filter_map(|pair| pair.split_once('='));
    match pairs.find(|(key, _)| request.identity_source == [*key]) {
        Some((_, "?")) => Err(std::io::Error::other("nobody knows whose key this is"))?,
        Some((_, tenant)) => Ok(Decision::Allow(Caller { tenant: tenant.to_owned() })),
        None => Ok(Decision::Deny),
    }
}

/// Nobody asks it
#[authorizer]
async fn forgotten() -> Decision {
    Decision::Deny
}
"#;

/// The project, packaged.
pub(crate) struct Petshop {
    project: Project,
    pub(crate) artifacts: Utf8PathBuf,
    pub(crate) terraform: Utf8PathBuf,
    /// The output of `routegen package` about the project itself.
    summary: String,
}

pub(crate) fn petshop() -> &'static Petshop {
    static PETSHOP: LazyLock<Petshop> = LazyLock::new(|| {
        let project = Project::new("petshop", LIB);
        let serde = "\n[dependencies.serde]\nversion = \"1\"\nfeatures = [\"derive\"]\n";
        project.write("Cargo.toml", &format!("{}{serde}", project.manifest()));
        let (artifacts, terraform) = (project.root.join("lambda"), project.root.join("terraform"));
        let args = ["package", "--out", artifacts.as_str(), "--tf-out", terraform.as_str()];
        let summary = succeed(&mut project.routegen(&args));
        Petshop { project, artifacts, terraform, summary }
    });
    &PETSHOP
}
