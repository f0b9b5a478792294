//! Which modules of a crate use which others.
//!
//! In: the folder `src` of a crate. Out: a [`Graph`] whose nodes are files. A name is followed through
//! re-exports to the module that defines it, so a façade (`mod.rs` with `pub(crate) use`) is not a node on
//! the way. Code under `#[cfg(test)]` is ignored.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemUse, UseTree,
    visit::{self, Visit},
};

/// Modules as paths from the crate's root, `a::b`; the root itself is empty.
pub(crate) type Module = String;

/// For each module, the modules that it uses, without itself.
#[derive(Debug, Default)]
pub(crate) struct Graph(pub(crate) BTreeMap<Module, BTreeSet<Module>>);

impl Graph {
    /// Reads a crate.
    pub(crate) fn read(source: &Path) -> Self {
        let mut files = BTreeMap::new();
        for root in ["lib.rs", "main.rs"].map(|name| source.join(name)) {
            if root.exists() && files.is_empty() {
                read_module(&root, source, "", &mut files);
            }
        }
        assert!(!files.is_empty(), "{} holds no crate", source.display());
        let graph = files.iter().map(|(module, file)| (module.clone(), used(module, file, &files))).collect();
        Self(graph)
    }

    /// Cycles: groups of modules in which each reaches every other.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<&str>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            self.0.keys().map(|module| (module.as_str(), self.reached(module))).collect();
        let mut circles: Vec<BTreeSet<&str>> = Vec::new();
        for (module, reached) in &reach {
            let mut circle: BTreeSet<_> =
                reached.iter().copied().filter(|other| reach[other].contains(module)).collect();
            if !circle.is_empty() {
                circle.insert(module);
                if !circles.contains(&circle) {
                    circles.push(circle);
                }
            }
        }
        circles
    }

    fn reached(&self, from: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = self.0[from].iter().map(String::as_str).collect();
        while let Some(module) = next.pop() {
            if reached.insert(module) {
                next.extend(self.0[module].iter().map(String::as_str));
            }
        }
        reached
    }

    /// The modules of the first level, with those that they use.
    pub(crate) fn rooms(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut rooms: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, used) in &self.0 {
            let room = room(module);
            let others = used.iter().map(|used| self::room(used)).filter(|other| *other != room);
            rooms.entry(room).or_default().extend(others);
        }
        rooms
    }
}

fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

/// A file, and the names in it that stand for something else.
struct File {
    children: BTreeSet<String>,
    /// Names that `use` brings into the file, each with its path.
    names: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// The names that `use` also exports; the file itself certainly uses the others.
    exported: BTreeSet<String>,
    /// Paths in the code outside of `use`.
    paths: Vec<Vec<String>>,
}

fn read_module(path: &Path, folder: &Path, module: &str, files: &mut BTreeMap<Module, File>) {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut file = File {
        children: BTreeSet::new(),
        names: BTreeMap::new(),
        globs: Vec::new(),
        exported: BTreeSet::new(),
        paths: Vec::new(),
    };
    let mut children: Vec<(String, PathBuf)> = Vec::new();
    for item in &syntax.items {
        if let Item::Mod(item) = item
            && item.content.is_none()
            && !is_test(&item.attrs)
        {
            let name = item.ident.to_string();
            file.children.insert(name.clone());
            let candidates = [folder.join(&name).join("mod.rs"), folder.join(format!("{name}.rs"))];
            let found = candidates.into_iter().find(|path| path.exists());
            let found = found.unwrap_or_else(|| panic!("no file for `{module}::{}`", item.ident));
            // Only one style is allowed: a module with children is a folder with a `mod.rs`.
            let is_beside =
                found.file_name().is_some_and(|file| file != "mod.rs") && folder.join(&name).is_dir();
            assert!(
                !is_beside,
                "{} is beside a folder of its name: move it to `mod.rs` there",
                found.display()
            );
            children.push((name, found));
        }
    }
    let mut reader = Reader { file: &mut file, is_inner: false };
    for item in &syntax.items {
        reader.visit_item(item);
    }
    files.insert(module.to_owned(), file);
    for (name, path) in children {
        let child = if module.is_empty() { name.clone() } else { format!("{module}::{name}") };
        read_module(&path, &folder.join(name), &child, files);
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        let condition = list.tokens.to_string();
        list.path.is_ident("cfg") && (condition == "test" || condition.contains("test ,"))
    })
}

struct Reader<'a> {
    file: &'a mut File,
    is_inner: bool,
}

impl Reader<'_> {
    fn tokens(&mut self, tokens: &TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens.clone() {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    // The path in `pub(crate)` does not use a module.
                    let is_visibility = path == ["pub"];
                    self.end(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = other
                        && !is_visibility
                    {
                        self.tokens(&group.stream());
                    }
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        if !path.is_empty() {
            self.file.paths.push(std::mem::take(path));
        }
    }

    fn tree(&mut self, tree: &UseTree, before: &[String], exported: bool) {
        let with = |name: &str| [before, &[name.to_owned()]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident.to_string()), exported),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, before, exported);
                }
            }
            UseTree::Glob(_) => self.file.globs.push(before.to_vec()),
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                let (name, path) = match (name.as_str(), before.last()) {
                    ("self", Some(last)) => (last.clone(), before.to_vec()),
                    _ => (name.clone(), with(&name)),
                };
                self.name(name, path, exported);
            }
            UseTree::Rename(rename) => {
                let path = match rename.ident.to_string().as_str() {
                    "self" => before.to_vec(),
                    name => with(name),
                };
                self.name(rename.rename.to_string(), path, exported);
            }
        }
    }

    fn name(&mut self, name: String, path: Vec<String>, exported: bool) {
        if exported {
            self.file.exported.insert(name.clone());
        } else {
            self.file.paths.push(path.clone());
        }
        // Two traits may both be imported as `_`.
        if name != "_" {
            self.file.names.insert(name, path);
        }
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_item(&mut self, item: &'a Item) {
        let attributes: &[Attribute] = match item {
            Item::Const(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Static(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        let exported = !matches!(item.vis, syn::Visibility::Inherited);
        let mut tree = &item.tree;
        // A `use` in an inner module counts as the file's; there, `super` is the file itself.
        if self.is_inner
            && let UseTree::Path(path) = tree
            && path.ident == "super"
        {
            tree = &path.tree;
        }
        self.tree(tree, &[], exported);
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if let Some((_, items)) = &item.content {
            let outer = std::mem::replace(&mut self.is_inner, true);
            for item in items {
                self.visit_item(item);
            }
            self.is_inner = outer;
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.leading_colon.is_none() {
            self.file.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    /// The path in `pub(crate)` does not use a module.
    fn visit_visibility(&mut self, _: &'a syn::Visibility) {}

    fn visit_macro(&mut self, item: &'a syn::Macro) {
        self.visit_path(&item.path);
        self.tokens(&item.tokens);
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(&list.tokens);
        }
    }
}

fn used(module: &str, file: &File, files: &BTreeMap<Module, File>) -> BTreeSet<Module> {
    let mut used = BTreeSet::new();
    for path in file.paths.iter().chain(&file.globs) {
        if let Some(target) = resolve(module, path, files, 0)
            && target != module
        {
            used.insert(target);
        }
    }
    used
}

/// The module that defines what `path` names, as seen from `module`; `None` if no module of the crate does.
fn resolve(module: &str, path: &[String], files: &BTreeMap<Module, File>, depth: usize) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    if depth > 16 {
        return None;
    }
    match first.as_str() {
        "crate" => Some(walk(String::new(), rest, files, depth)),
        "self" => Some(walk(module.to_owned(), rest, files, depth)),
        "super" => Some(walk(parent(module)?, rest, files, depth)),
        first => {
            let file = &files[module];
            if file.children.contains(first) {
                return Some(walk(module.to_owned(), path, files, depth));
            }
            let stands_for = file.names.get(first)?;
            (stands_for != path).then_some(())?;
            resolve(module, &[stands_for, rest].concat(), files, depth + 1)
        }
    }
}

fn walk(mut module: Module, path: &[String], files: &BTreeMap<Module, File>, depth: usize) -> Module {
    for (at, name) in path.iter().enumerate() {
        let file = &files[&module];
        if name == "super" {
            module = parent(&module).unwrap_or_default();
        } else if file.children.contains(name) {
            module = if module.is_empty() { name.clone() } else { format!("{module}::{name}") };
        } else if let Some(stands_for) = file.names.get(name) {
            return resolve(&module, &[stands_for, &path[at + 1..]].concat(), files, depth + 1)
                .unwrap_or(module);
        } else {
            let globs = file.globs.iter().filter(|_| depth < 16);
            let found = globs.filter_map(|glob| {
                let target = resolve(&module, glob, files, depth + 1)?;
                files[&target].names.contains_key(name).then(|| walk(target, &path[at..], files, depth + 1))
            });
            return found.into_iter().next().unwrap_or(module);
        }
    }
    module
}

fn parent(module: &str) -> Option<Module> {
    if module.is_empty() {
        return None;
    }
    Some(module.rsplit_once("::").map_or_else(String::new, |(parent, _)| parent.to_owned()))
}
