//! The list of components in an artifact (SBOM), as CycloneDX JSON (<https://cyclonedx.org/docs/1.6/json/>).
//!
//! In: a function's artifact, cargo's graph, and the packages whose library is part of the build. Out: the
//! crates whose code may be in the program, each with its version, licence, package URL and checksum from the
//! lock file. The same build gives the same bytes: the list contains no time, no random number and no path of
//! this machine. Macros and build scripts are not listed, because they only run during the build.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cargo_metadata::PackageId;
use serde_json::{Value, json};

use crate::{
    artifacts::{Artifact, Error, listing::Listed},
    check::Function,
    project::{
        graph::{Graph, Package},
        workspace::Workspace,
    },
    support::{files, json},
    toolchain::Libraries,
};

/// The version of CycloneDX.
const SPEC_VERSION: &str = "1.6";

/// Cargo's name for the registry that a package URL without a registry means.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Writes the list of each artifact beside its zip.
pub(super) fn write(
    workspace: &Workspace,
    libraries: &Libraries,
    functions: &[&Function],
    artifacts: &[Artifact],
    listed: &[Listed],
) -> Result<(), Error> {
    let graph = Graph::load(workspace)?;
    for ((function, artifact), listed) in functions.iter().zip(artifacts).zip(listed) {
        let package = workspace.linked.iter().find(|package| package.name == function.package);
        let package = package.map_or(&workspace.id, |package| &package.id);
        let from = vec![package.clone(), workspace.runtime.clone()];
        let reached = graph.reached(from, &libraries.built);
        let version = graph.packages.get(package).map_or("", |package| package.version.as_str());
        let list = list(&graph, &reached, &[package, &workspace.runtime], listed, version);
        files::write_if_changed(&artifact.path.with_extension("cdx.json"), json::text(&list).as_bytes())?;
    }
    Ok(())
}

fn list(
    graph: &Graph,
    reached: &BTreeSet<PackageId>,
    direct: &[&PackageId],
    function: &Listed,
    version: &str,
) -> Value {
    let packages = reached.iter().filter_map(|id| Some((id, graph.packages.get(id)?)));
    let by_reference: BTreeMap<String, (&PackageId, &Package)> =
        packages.map(|(id, package)| (reference(package), (id, package))).collect();
    let references = |ids: &mut dyn Iterator<Item = &PackageId>| -> BTreeSet<String> {
        ids.filter_map(|id| graph.packages.get(id)).map(reference).collect()
    };
    let own = format!("function:{}", function.name);
    let mut dependencies = vec![json!({ "ref": own, "dependsOn": references(&mut direct.iter().copied()) })];
    dependencies.extend(by_reference.iter().map(|(reference, (id, _))| {
        json!({ "ref": reference, "dependsOn": references(&mut graph.dependencies(id, reached)) })
    }));
    let components: Vec<_> =
        by_reference.iter().map(|(reference, (_, package))| component(reference, package)).collect();
    let mut properties =
        vec![json!({ "name": "routegen:architecture", "value": function.architecture.as_str() })];
    let routes = function.routes.iter();
    properties.extend(routes.map(|route| json!({ "name": "routegen:route", "value": route })));
    json!({
        "$schema": format!("http://cyclonedx.org/schema/bom-{SPEC_VERSION}.schema.json"),
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {
            "lifecycles": [{ "phase": "build" }],
            "tools": { "components": [
                { "type": "application", "name": "routegen", "version": env!("CARGO_PKG_VERSION") },
            ] },
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": function.name,
                "version": version,
                "hashes": [{ "alg": "SHA-256", "content": hexadecimal(&function.sha256) }],
                "properties": properties,
            },
        },
        "components": components,
        "dependencies": dependencies,
    })
}

fn component(reference: &str, package: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference,
        "name": package.name,
        "version": package.version,
        "scope": "required",
    });
    if let Some(checksum) = &package.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(license) = &package.license {
        // An old spelling that cargo accepts but SPDX does not.
        component["licenses"] = json!([{ "expression": license.replace('/', " OR ") }]);
    } else if let Some(file) = &package.license_file {
        component["licenses"] = json!([{ "license": { "name": format!("see {file}") } }]);
    }
    if let Some(purl) = purl(package) {
        component["purl"] = purl.into();
    }
    let repository = package.repository.as_deref().filter(|url| url.starts_with("https://"));
    if let Some(url) = repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": url }]);
    }
    component
}

/// The reference of a package in the list: its URL, or, for a package that no one else can fetch, its name
/// and version.
fn reference(package: &Package) -> String {
    purl(package).unwrap_or_else(|| format!("local:{}@{}", package.name, package.version))
}

/// The package URL (<https://github.com/package-url/purl-spec>); `None` for a local package, which is in no
/// registry.
fn purl(package: &Package) -> Option<String> {
    let source = package.source.as_deref()?;
    let base = format!("pkg:cargo/{}@{}", package.name, encoded(&package.version));
    Some(if source == CRATES_IO {
        base
    } else if let Some(git) = source.strip_prefix("git+") {
        let (url, commit) = git.split_once('#').unwrap_or((git, ""));
        let url = url.split('?').next().unwrap_or(url);
        format!("{base}?vcs_url={}", encoded(&format!("git+{url}@{commit}")))
    } else {
        let url = source.strip_prefix("registry+").or_else(|| source.strip_prefix("sparse+"));
        format!("{base}?repository_url={}", encoded(url.unwrap_or(source)))
    })
}

/// The text with everything except unreserved characters, `:` and `/` percent-encoded.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Converts a base64 hash to CycloneDX's format.
fn hexadecimal(base64: &str) -> String {
    let bytes = BASE64_STANDARD.decode(base64).unwrap_or_default();
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_a_url_where_somebody_can_fetch_it() {
        let purl = |source: Option<&str>| {
            purl(&Package {
                name: "items".to_owned(),
                version: "1.0.0+a".to_owned(),
                source: source.map(str::to_owned),
                license: None,
                license_file: None,
                repository: None,
                checksum: None,
                dependencies: BTreeSet::new(),
            })
        };
        assert_eq!(purl(None), None);
        assert_eq!(purl(Some(CRATES_IO)).as_deref(), Some("pkg:cargo/items@1.0.0%2Ba"));
        assert_eq!(
            purl(Some("git+https://example.com/items?branch=next#0123")).as_deref(),
            Some("pkg:cargo/items@1.0.0%2Ba?vcs_url=git%2Bhttps://example.com/items%400123")
        );
        assert_eq!(
            purl(Some("sparse+https://example.com/index/")).as_deref(),
            Some("pkg:cargo/items@1.0.0%2Ba?repository_url=https://example.com/index/")
        );
    }

    #[test]
    fn a_hash_is_written_in_hexadecimal_digits() {
        let abc = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        assert_eq!(hexadecimal(abc), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
