//! What the sources show, against what the registry holds: a route that was never registered is found by its text.
//!
//! In: the files of the linked libraries, parsed with syn. Out: the routes that the registry lacks. It sees what is
//! written in a file that a module names; it does not see into macros, and it does not judge what stands behind
//! `cfg`, for it does not know which of that is compiled. `#[route]` under another name is not seen either.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use routegen_spec::{Manifest, Method};
use syn::{Attribute, ItemFn, ItemMod, Meta, parse::Parser as _, spanned::Spanned as _, visit::Visit};

use crate::{
    error::{Error, MissingRoute, Place, label},
    files,
    workspace::Workspace,
};

/// Compares the sources of the packages that were built, told by the names of their crates, with the manifest.
pub(crate) fn compare(workspace: &Workspace, crates: &[String], manifest: &Manifest) -> Result<(), Error> {
    let registered: BTreeSet<Place> = manifest
        .routes
        .iter()
        .map(|route| Place { file: route.source.file.clone(), line: route.source.line })
        .collect();
    let mut missing = Vec::new();
    for package in workspace.linked.iter().filter(|package| crates.contains(&package.crate_name)) {
        let mut sources = Scan::default();
        sources.file(&package.lib, &package.lib.with_file_name(""));
        for Seen { file, line, handler } in sources.routes {
            let place = Place { file: workspace.source_name(&file), line };
            if !registered.contains(&place) {
                let (source_code, span) = label(&workspace.root, &place);
                missing.push(MissingRoute { handler, place, source_code, span });
            }
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Error::MissingRoutes { missing }) }
}

/// The routes of one library, in the order in which they are met.
#[derive(Default)]
struct Scan {
    routes: Vec<Seen>,
    /// The file that is being read.
    file: Utf8PathBuf,
    /// The folder that a `mod name;` is looked for in.
    folder: Utf8PathBuf,
    /// Whether the module that is being read is inline, for then `#[path]` is relative to its folder.
    inline: bool,
}

/// A route as a file shows it.
struct Seen {
    file: Utf8PathBuf,
    line: u32,
    handler: String,
}

impl Scan {
    /// Reads `path`, whose submodules are in `folder`. What cannot be read or parsed shows nothing: the compiler, which
    /// has built the library, may have read something else (`cfg_attr(…, path = …)`).
    fn file(&mut self, path: &Utf8Path, folder: &Utf8Path) {
        let Ok(text) = files::read(path) else { return };
        let Ok(file) = syn::parse_file(&text) else { return };
        if file.attrs.iter().any(is_cfg) {
            return;
        }
        let outer = (
            std::mem::replace(&mut self.file, path.to_owned()),
            std::mem::replace(&mut self.folder, folder.to_owned()),
            std::mem::replace(&mut self.inline, false),
        );
        self.visit_file(&file);
        (self.file, self.folder, self.inline) = outer;
    }
}

impl<'ast> Visit<'ast> for Scan {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if function.attrs.iter().any(is_cfg) {
            return;
        }
        for attribute in function.attrs.iter().filter(|attribute| is_route(attribute)) {
            let line = u32::try_from(attribute.span().start().line).unwrap_or(u32::MAX);
            self.routes.push(Seen { file: self.file.clone(), line, handler: function.sig.ident.to_string() });
        }
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.attrs.iter().any(is_cfg) {
            return;
        }
        let name = module.ident.to_string();
        let name = name.trim_start_matches("r#");
        if module.content.is_some() {
            let folder = self.folder.join(name);
            let outer =
                (std::mem::replace(&mut self.folder, folder), std::mem::replace(&mut self.inline, true));
            syn::visit::visit_item_mod(self, module);
            (self.folder, self.inline) = outer;
        } else if let Some(path) = path_attribute(&module.attrs) {
            let base = if self.inline { self.folder.clone() } else { self.file.with_file_name("") };
            let path = base.join(path);
            self.file(&path, &path.with_file_name(""));
        } else {
            let folder = self.folder.join(name);
            let flat = self.folder.join(format!("{name}.rs"));
            let path = if flat.exists() { flat } else { folder.join("mod.rs") };
            self.file(&path, &folder);
        }
    }
}

/// Whether the item is perhaps not compiled. What `cfg_attr` adds may be another `cfg`.
fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Whether this is `#[route(METHOD, "path", …)]`. Other frameworks have an attribute of that name and another form.
fn is_route(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let named = list.path.segments.last().is_some_and(|segment| segment.ident == "route");
    let form = |input: syn::parse::ParseStream<'_>| {
        let method: syn::Ident = input.parse()?;
        input.parse::<syn::Token![,]>()?;
        input.parse::<syn::LitStr>()?;
        input.parse::<proc_macro2::TokenStream>()?;
        Ok(method)
    };
    named && form.parse2(list.tokens.clone()).is_ok_and(|method| method.to_string().parse::<Method>().is_ok())
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        for (name, text) in files {
            files::write_if_changed(&root.join(name), text.as_bytes()).unwrap();
        }
        let mut sources = Scan::default();
        sources.file(&root.join("src/lib.rs"), &root.join("src"));
        let seen =
            |seen: Seen| format!("{}:{} {}", seen.file.strip_prefix(root).unwrap(), seen.line, seen.handler);
        sources.routes.into_iter().map(seen).collect()
    }

    #[test]
    fn routes_are_found_in_files_modules_and_functions() {
        let found = scan(&[
            (
                "src/lib.rs",
                "#[route(GET, \"/a\", auth = \"none\")]\nasync fn a() {}\nmod b;\nmod c { mod d; }\n#[path = \"other.rs\"]\nmod e;\n\
                 fn f() {\n    #[routegen::route(ANY, \"$default\", auth = \"none\")]\n    async fn g() {}\n}",
            ),
            ("src/b/mod.rs", "mod h;\n"),
            ("src/b/h.rs", "/// Docs\n#[route(GET, \"/h\", auth = \"none\")]\nasync fn h() {}"),
            ("src/c/d.rs", "#[route(GET, \"/d\", auth = \"none\")] async fn d() {}"),
            ("src/other.rs", "#[route(GET, \"/e\", auth = \"none\")] async fn e() {}"),
        ]);
        assert_eq!(
            found,
            ["src/lib.rs:1 a", "src/b/h.rs:2 h", "src/c/d.rs:1 d", "src/other.rs:1 e", "src/lib.rs:8 g"]
        );
    }

    #[test]
    fn what_is_behind_cfg_in_macros_or_another_frameworks_is_not_judged() {
        let found = scan(&[(
            "src/lib.rs",
            "#[cfg(test)]\nmod tests { #[route(GET, \"/a\", auth = \"none\")] async fn a() {} }\n\
             #[cfg(windows)] #[route(GET, \"/b\", auth = \"none\")] async fn b() {}\n\
             make! { #[route(GET, \"/c\", auth = \"none\")] async fn c() {} }\n\
             #[route(\"/d\", method = \"GET\")] async fn d() {}\n\
             #[route(get, \"/e\")] async fn e() {}\nmod absent;",
        )]);
        assert_eq!(found, Vec::<String>::new());
    }
}
