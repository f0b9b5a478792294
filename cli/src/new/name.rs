//! The name of a new package.
//!
//! In: the name that the user typed, or the folder's. Out: a name that is valid for cargo, Rust and AWS. It
//! refuses what `cargo new` refuses, and also what `cargo new` only warns about but fails later here.

use routegen_spec::limits;
use syn::Ident;

use super::Error;

/// Names that `use NAME as _` in a test would resolve to something other than the package.
const OF_RUST: &[&str] = &["alloc", "core", "proc_macro", "std", "test"];

/// Function names begin with the API's name, and the longest one in a template is `create-item`.
const CHARS: usize = limits::FUNCTION_NAME_CHARS - "-create-item".len();

#[derive(Clone, Debug)]
pub(crate) struct PackageName {
    pub(crate) package: String,
    /// The library's name in Rust, in snake case.
    pub(crate) library: String,
}

impl PackageName {
    pub(crate) fn parse(name: &str) -> Result<Self, Error> {
        let refused = |reason: String| Err(Error::Name { name: name.to_owned(), reason });
        let Some(first) = name.chars().next() else { return refused("it is empty".to_owned()) };
        if first.is_ascii_digit() {
            return refused("a name cannot begin with a digit".to_owned());
        }
        if !(first.is_ascii_alphabetic() || first == '_') {
            return refused(format!("a name cannot begin with `{first}`"));
        }
        if let Some(other) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || "-_".contains(*c))) {
            return refused(format!("`{other}` is not a letter, a digit, `-` or `_` of ASCII"));
        }
        if name.len() > CHARS {
            return refused(format!(
                "it has {} characters; at most {CHARS} leave room for the names of Lambda functions",
                name.len()
            ));
        }
        let library = snake(name);
        // Templates are written in edition 2024; the parser does not depend on an edition.
        let is_keyword = |word: &str| word == "gen" || syn::parse_str::<Ident>(word).is_err();
        if is_keyword(name.replace('-', "_").as_str()) || is_keyword(&library) {
            return refused("it is a keyword of Rust".to_owned());
        }
        if OF_RUST.contains(&library.as_str()) {
            return refused("Rust has a library of that name".to_owned());
        }
        Ok(Self { package: name.to_owned(), library })
    }

    /// Whether cargo would give the library another name than [`Self::library`].
    pub(crate) fn names_library(&self) -> bool {
        self.package.replace('-', "_") != self.library
    }
}

/// The name in the form that rustc's lint `non_snake_case` accepts.
fn snake(name: &str) -> String {
    let words: Vec<_> = name.split(['-', '_']).filter(|word| !word.is_empty()).collect();
    let leading = if name.starts_with('_') { "_" } else { "" };
    format!("{leading}{}", words.join("_")).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_cargo_and_rust_and_aws_take() {
        for (name, library) in [
            ("shop", "shop"),
            ("item-api", "item_api"),
            ("item_api2", "item_api2"),
            ("Shop", "shop"),
            ("a--b", "a_b"),
            ("_shop", "_shop"),
            ("shop-", "shop"),
        ] {
            let parsed = PackageName::parse(name).unwrap();
            assert_eq!((parsed.package.as_str(), parsed.library.as_str()), (name, library));
        }
        assert!(PackageName::parse("Shop").unwrap().names_library());
        assert!(!PackageName::parse("item-api").unwrap().names_library());
        for (name, reason) in [
            ("", "empty"),
            ("2shop", "begin with a digit"),
            ("-shop", "begin with `-`"),
            ("shöp", "`ö`"),
            ("écrin", "begin with `é`"),
            ("a.b", "`.`"),
            ("a b", "` `"),
            ("a/b", "`/`"),
            ("@name@", "begin with `@`"),
            ("fn", "keyword"),
            ("Fn", "keyword"),
            ("async", "keyword"),
            ("gen", "keyword"),
            ("abstract", "keyword"),
            ("self", "keyword"),
            ("_", "keyword"),
            ("test", "library of that name"),
            ("std", "library of that name"),
            ("proc-macro", "library of that name"),
            (&"a".repeat(53), "53 characters"),
        ] {
            let error = PackageName::parse(name).unwrap_err().to_string();
            assert!(error.contains(reason), "{name}: {error}");
        }
        assert!(PackageName::parse(&"a".repeat(52)).is_ok());
    }
}
