//! Compares the sources with the registry, to find a route, an authorizer or a consumer that was never
//! compiled.
//!
//! In: the user's own files, parsed with syn: those of the libraries, those of the programs beside them, and
//! those that no module names. Out: what the registry lacks; a registry without anything to deploy is an
//! error too. It only sees what is written in a file, and not what macros expand to, nor `#[route]` and its
//! siblings under another name: what the compiler made of those is in the compiled entry points. It is silent
//! where it cannot know: behind `cfg`, and behind an attribute macro, which may act like a `cfg`.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use proc_macro2::{TokenStream, TokenTree};
use routegen_spec::{
    Manifest, Method, Name,
    attributes::{self, First},
};
use syn::{
    Attribute, ExprBlock, ImplItemFn, ItemConst, ItemFn, ItemImpl, ItemMod, Meta, parse::Parser as _,
    punctuated::Punctuated, spanned::Spanned as _, visit::Visit,
};

use crate::{
    output::label::label,
    project::workspace::{LinkedPackage, Workspace},
    routes::{Error, error::MissingEntry},
    support::files,
};

const IN_LIBRARY: &str = "the attribute was not expanded: look for another one above it, such as `#[test]`, that removes the function";
const IN_PROGRAM: &str = "the file belongs to a program: move it to the library, and name it in `lib.rs`";
const IN_NO_MODULE: &str =
    "no module names its file, so it is not compiled: add a `mod` for it, or remove the file";

/// Compares the sources of the packages that were built, given by their crates' names, with the manifest.
pub(crate) fn compare(workspace: &Workspace, crates: &[String], manifest: &Manifest) -> Result<(), Error> {
    // One file may have two names, through `..` or a symbolic link.
    let real = |file: &Utf8Path| file.canonicalize_utf8().unwrap_or_else(|_| file.to_owned());
    let registered: BTreeSet<(Utf8PathBuf, u32)> = manifest
        .entry_points()
        .map(|entry| (real(&workspace.root.join(&entry.source.file)), entry.source.line))
        .collect();
    let mut missing = Vec::new();
    let built = |package: &&LinkedPackage| package.is_local && crates.contains(&package.crate_name);
    for package in workspace.linked.iter().filter(built) {
        for (SourceAttribute { file, line, handler, what }, help) in seen(package) {
            if !registered.contains(&(real(&file), line)) {
                let file = workspace.source_name(&file);
                let (source_code, span) = label(&workspace.root, &file, line);
                missing.push(MissingEntry { handler, what, file, line, help, source_code, span });
            }
        }
    }
    if !missing.is_empty() {
        return Err(Error::Missing { missing });
    }
    // An attribute that was not compiled is more helpful than the error that there is none.
    if !manifest.functions().iter().any(|function| manifest.calls(function)) {
        return Err(Error::NothingToDeploy { package: workspace.package.clone() });
    }
    Ok(())
}

/// The attributes in the package's files, each with what it may mean that the registry lacks it.
fn seen(package: &LinkedPackage) -> Vec<(SourceAttribute, &'static str)> {
    let mut scan = Scan::default();
    let mut seen = Vec::new();
    let roots = std::iter::once((&package.lib, IN_LIBRARY));
    for (root, help) in roots.chain(package.bins.iter().map(|bin| (bin, IN_PROGRAM))) {
        scan.file(root, &root.with_file_name(""));
        seen.extend(scan.seen.drain(..).map(|seen| (seen, help)));
    }
    scan.files.extend(package.other_targets.iter().cloned());
    for file in unnamed(&package.lib.with_file_name(""), &scan.files) {
        let is_mod = file.file_stem() == Some("mod");
        scan.file(&file, &if is_mod { file.with_file_name("") } else { file.with_extension("") });
        seen.extend(scan.seen.drain(..).map(|seen| (seen, IN_NO_MODULE)));
    }
    seen
}

/// The files below `folder` that are not in `known`, that are where a module of the known files would be, and
/// that no file names: neither with `mod`, even in a macro or behind `cfg`, nor in a string, as for
/// `include!` and `#[path]`.
fn unnamed(folder: &Utf8Path, known: &BTreeSet<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    let mut files = Vec::new();
    // The folder of Cargo.toml contains more than the library.
    if !folder.join("Cargo.toml").exists() {
        below(folder, &mut files);
    }
    files.sort();
    let mut names = Names::default();
    for file in &files {
        let Some(tokens) = files::read(file).ok().and_then(|text| text.parse().ok()) else {
            // A file that cannot be read may name any file.
            return Vec::new();
        };
        names.read(tokens);
    }
    files.retain(|file| !known.contains(file) && is_module_below(file, folder, known) && !names.has(file));
    files
}

/// Whether `file` would be a module of the library at `folder`, or of a module in one of the files `known`.
fn is_module_below(file: &Utf8Path, folder: &Utf8Path, known: &BTreeSet<Utf8PathBuf>) -> bool {
    let mut above = file.parent();
    if file.file_stem() == Some("mod") {
        above = above.and_then(Utf8Path::parent);
    }
    above.is_some_and(|above| {
        above == folder
            || known.contains(&above.with_extension("rs"))
            || known.contains(&above.join("mod.rs"))
    })
}

fn below(folder: &Utf8Path, files: &mut Vec<Utf8PathBuf>) {
    let Ok(entries) = folder.read_dir_utf8() else { return };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        match entry.file_type() {
            // A nested package has its own sources.
            Ok(kind) if kind.is_dir() && !path.join("Cargo.toml").exists() => below(path, files),
            Ok(kind) if kind.is_file() && path.extension() == Some("rs") => files.push(path.to_owned()),
            _ => {}
        }
    }
}

/// What names a file: the words after `mod`, and the strings.
#[derive(Default)]
struct Names {
    modules: BTreeSet<String>,
    strings: Vec<String>,
    /// Whether any file may be named.
    any: bool,
}

impl Names {
    fn read(&mut self, tokens: TokenStream) {
        let mut after_mod = false;
        for token in tokens {
            let is_mod = matches!(&token, TokenTree::Ident(word) if word == "mod");
            match token {
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Ident(word) if after_mod => {
                    self.modules.insert(word.to_string().trim_start_matches("r#").to_owned());
                }
                // `mod $name` in a macro.
                TokenTree::Punct(mark) if after_mod && mark.as_char() == '$' => self.any = true,
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    self.strings.push(text.trim_end_matches(['"', '#']).to_owned());
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
            after_mod = is_mod;
        }
    }

    fn has(&self, file: &Utf8Path) -> bool {
        let module = match file.file_stem() {
            Some("mod") => file.parent().and_then(Utf8Path::file_name),
            stem => stem,
        };
        let (module, file) = (module.unwrap_or_default(), file.file_name().unwrap_or_default());
        self.any || self.modules.contains(module) || self.strings.iter().any(|text| text.ends_with(file))
    }
}

/// The routes and authorizers of a library or a program, in source order.
#[derive(Default)]
struct Scan {
    seen: Vec<SourceAttribute>,
    /// The files that have been read. Each is read once, even if two modules, or a library and a program,
    /// share it.
    files: BTreeSet<Utf8PathBuf>,
    /// The file that is being read.
    file: Utf8PathBuf,
    /// The folder where `mod name;` is looked up.
    folder: Utf8PathBuf,
    /// Whether the current module is inline; then `#[path]` is relative to its folder.
    inline: bool,
}

/// An attribute of routegen in a source file.
struct SourceAttribute {
    file: Utf8PathBuf,
    line: u32,
    handler: String,
    /// `a route`, or another attribute with its article.
    what: &'static str,
}

impl Scan {
    /// Reads `path`, whose submodules are in `folder`. A file that cannot be read or parsed is skipped: the
    /// compiler, which has built the library, may have read another one (`cfg_attr(…, path = …)`).
    fn file(&mut self, path: &Utf8Path, folder: &Utf8Path) {
        let Ok(text) = files::read(path) else { return };
        let Ok(file) = syn::parse_file(&text) else { return };
        if !self.files.insert(path.to_owned()) || file.attrs.iter().any(|attribute| is_cfg(&attribute.meta)) {
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
        if function.attrs.iter().any(|attribute| is_cfg(&attribute.meta)) {
            return;
        }
        // Attributes below `#[route]` only see the expanded code.
        for attribute in function.attrs.iter().take_while(|attribute| !decides(attribute)) {
            let Some(what) = what_is(attribute) else { continue };
            let line = u32::try_from(attribute.span().start().line).unwrap_or(u32::MAX);
            let handler = function.sig.ident.to_string();
            self.seen.push(SourceAttribute { file: self.file.clone(), line, handler, what });
        }
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        if !item.attrs.iter().any(decides) {
            syn::visit::visit_item_const(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if !item.attrs.iter().any(decides) {
            syn::visit::visit_item_impl(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !function.attrs.iter().any(decides) {
            syn::visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_expr_block(&mut self, block: &'ast ExprBlock) {
        if !block.attrs.iter().any(decides) {
            syn::visit::visit_expr_block(self, block);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.attrs.iter().any(decides) {
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

/// Whether the attribute may prevent its item from being compiled: `cfg`, and every attribute macro except
/// routegen's own, because a macro may replace its item. (`#[test]` is built into the compiler.)
fn decides(attribute: &Attribute) -> bool {
    const BUILT_IN: [&str; 13] = [
        "allow",
        "cfg_attr",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "forbid",
        "inline",
        "must_use",
        "path",
        "test",
        "warn",
    ];
    let path = attribute.path();
    let of_a_tool = path.segments.len() > 1
        && path.segments.first().is_some_and(|tool| tool.ident == "clippy" || tool.ident == "rustfmt");
    let is_built_in = of_a_tool || BUILT_IN.iter().any(|name| path.is_ident(name));
    is_cfg(&attribute.meta) || !(is_built_in || what_is(attribute).is_some())
}

/// Whether this is `cfg`, or a `cfg_attr` that may add one, or set another file for a module.
fn is_cfg(attribute: &Meta) -> bool {
    let Meta::List(list) = attribute else { return false };
    if !list.path.is_ident("cfg_attr") {
        return list.path.is_ident("cfg");
    }
    let added = Punctuated::<Meta, syn::Token![,]>::parse_terminated.parse2(list.tokens.clone());
    added.map_or(true, |added| added.iter().skip(1).any(|meta| meta.path().is_ident("path") || is_cfg(meta)))
}

/// The kind of routegen attribute, if it is one.
fn what_is(attribute: &Attribute) -> Option<&'static str> {
    if is_route(attribute) {
        return Some("a route");
    }
    let name = attribute.path().segments.last()?.ident.to_string();
    let known = attributes::FUNCTIONS.iter().find(|known| known.name == name)?;
    has_form(known, attribute).then_some(known.what)
}

/// Whether this is the known attribute, as in `#[authorizer]` or `#[authorizer(key = value, …)]`. With
/// another form, it belongs to another crate.
fn has_form(known: &attributes::Attribute, attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::Path(_) => matches!(known.first, First::Nothing),
        Meta::List(list) => {
            let read = |input: syn::parse::ParseStream<'_>| read_arguments(known, input);
            read.parse2(list.tokens.clone()).is_ok()
        }
        Meta::NameValue(_) => false,
    }
}

fn read_arguments(known: &attributes::Attribute, input: syn::parse::ParseStream<'_>) -> syn::Result<()> {
    let other = |input: syn::parse::ParseStream<'_>| input.error("another attribute");
    match known.first {
        First::Key if input.is_empty() => return Err(other(input)),
        First::Name => {
            let name = input.parse::<syn::Ident>()?.to_string();
            name.parse::<Name>().map_err(|_| other(input))?;
        }
        First::Text(is_valid) => {
            let text = input.parse::<syn::LitStr>()?.value();
            if !is_valid(&text) {
                return Err(other(input));
            }
        }
        _ => {}
    }
    if matches!(known.first, First::Name | First::Text(_)) && !input.is_empty() {
        input.parse::<syn::Token![,]>()?;
    }
    let pairs = Punctuated::<Meta, syn::Token![,]>::parse_terminated(input)?;
    let is_key = |pair: &Meta| known.keys.iter().any(|argument| pair.path().is_ident(argument.key.name));
    if pairs.iter().all(is_key) { Ok(()) } else { Err(other(input)) }
}

/// Whether this is `#[route(METHOD, "path", …)]`. Other frameworks have an attribute with that name but
/// another form.
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
        let seen = |seen: SourceAttribute| {
            format!("{}:{} {}", seen.file.strip_prefix(root).unwrap(), seen.line, seen.handler)
        };
        sources.seen.into_iter().map(seen).collect()
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
    fn several_routes_of_a_function_and_authorizers_are_found() {
        let found = scan(&[(
            "src/lib.rs",
            "#[route(GET, \"/a\", auth = \"key\")]\n#[routegen::route(GET, \"/b\", auth = \"key\", name = \"b\")]\nasync fn a() {}\n\
             #[authorizer]\nasync fn key() {}\n\
             #[routegen::authorizer(identity_sources = [\"$request.header.x\"], ttl = 300, crate = crate::r)]\nasync fn other() {}\n\
             #[authorizer(jwt)] async fn theirs() {}\n#[authorizer = 1] async fn theirs() {}",
        )]);
        assert_eq!(found, ["src/lib.rs:1 a", "src/lib.rs:2 a", "src/lib.rs:4 key", "src/lib.rs:6 other"]);
    }

    #[test]
    fn every_kind_of_trigger_has_its_attribute() {
        let known: Vec<&str> =
            std::iter::once("routes").chain(attributes::FUNCTIONS.iter().map(|known| known.name)).collect();
        assert_eq!(known, routegen_spec::TriggerKind::ALL.map(routegen_spec::TriggerKind::as_str));
    }

    #[test]
    fn consumers_are_found_and_other_attributes_of_their_names_are_not() {
        let found = scan(&[(
            "src/lib.rs",
            "#[schedule(\"rate(1 hour)\")] async fn a() {}\n#[routegen::schedule(\"cron(0 8 * * ? *)\", enabled = false)] async fn b() {}\n\
             #[queue(orders)] async fn c() {}\n#[queue(orders, batch = 5, fifo = true)] async fn d() {}\n\
             #[event(source = \"aws.s3\")] async fn e() {}\n#[stream(items_table, start = \"latest\",)] async fn f() {}\n\
             #[schedule(\"every day\")] #[queue] #[queue(\"orders\")] #[queue(orders, retries = 1)] async fn theirs() {}\n\
             #[event] #[event(Click)] #[stream(item = u8)] #[stream(Item)] async fn theirs() {}",
        )]);
        assert_eq!(
            found,
            [
                "src/lib.rs:1 a",
                "src/lib.rs:2 b",
                "src/lib.rs:3 c",
                "src/lib.rs:4 d",
                "src/lib.rs:5 e",
                "src/lib.rs:6 f"
            ]
        );
    }

    #[test]
    fn what_is_behind_cfg_in_macros_or_another_frameworks_is_not_judged() {
        let found = scan(&[
            (
                "src/lib.rs",
                "#[cfg(test)]\nmod tests { #[route(GET, \"/a\", auth = \"none\")] async fn a() {} }\n\
             #[cfg(windows)] #[route(GET, \"/b\", auth = \"none\")] async fn b() {}\n\
             #[route(GET, \"/b\", auth = \"none\")] #[cfg_attr(a, cfg(b))] async fn b() {}\n\
             #[rustversion::nightly] #[route(GET, \"/b\", auth = \"none\")] async fn b() {}\n\
             #[cfg_attr(a, path = \"b.rs\")] mod b;\n\
             #[cfg(test)] const _: () = { #[route(GET, \"/b\", auth = \"none\")] async fn b() {} };\n\
             make! { #[route(GET, \"/c\", auth = \"none\")] async fn c() {} }\n\
             #[route(\"/d\", method = \"GET\")] async fn d() {}\n\
             #[route(get, \"/e\")] async fn e() {}\nmod absent;",
            ),
            ("src/b.rs", "#[route(GET, \"/b\", auth = \"none\")] async fn b() {}"),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn attributes_that_change_nothing_hide_nothing() {
        let found = scan(&[(
            "src/lib.rs",
            "#![cfg_attr(docsrs, feature(doc_cfg))]\n#![no_implicit_prelude]\n\
             #[allow(unused)] #[cfg_attr(a, inline)] #[rustfmt::skip]\nmod m { #[route(GET, \"/a\")] #[instrument] async fn a() {} }\n\
             #[path = \"lib.rs\"] mod again;",
        )]);
        assert_eq!(found, ["src/lib.rs:4 a"]);
    }

    #[test]
    fn files_that_nothing_names_are_found() {
        let found = |files: &[&str], known: &[&str], lib: &str| {
            let folder = tempfile::tempdir().unwrap();
            let root = Utf8Path::from_path(folder.path()).unwrap();
            for file in files {
                files::write_if_changed(&root.join(file), b"").unwrap();
            }
            files::write_if_changed(&root.join("lib.rs"), lib.as_bytes()).unwrap();
            let known = known.iter().chain(&["lib.rs"]).map(|file| root.join(file)).collect();
            let names = unnamed(&root.join(""), &known).into_iter();
            names.map(|file| file.strip_prefix(root).unwrap().to_string()).collect::<Vec<_>>()
        };
        let files = [
            "a.rs",
            "b/mod.rs",
            "b/c.rs",
            "text.txt",
            "cases/fail/e.rs",
            "package/Cargo.toml",
            "package/d.rs",
        ];
        assert_eq!(found(&files, &[], ""), ["a.rs", "b/mod.rs"]);
        assert_eq!(found(&files, &["b/mod.rs"], "#[cfg(x)] mod a; m! { pub mod r#b; }"), ["b/c.rs"]);
        assert_eq!(found(&["a.rs", "a/b.rs"], &["a.rs"], "mod a;"), ["a/b.rs"]);
        let strings = "include!(concat!(\"b\", \"/c.rs\")); #[path = \"a.rs\"] mod x;";
        assert_eq!(found(&files, &["b/mod.rs"], strings), [""; 0]);
        // A macro may name any of them, and so may a file that cannot be read.
        assert_eq!(found(&files, &[], "macro_rules! m { ($a:ident) => { mod $a; } }"), [""; 0]);
        assert_eq!(found(&files, &[], "\"unfinished"), [""; 0]);
    }
}
