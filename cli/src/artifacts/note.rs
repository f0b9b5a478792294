//! The note in an artifact's program that describes it. Stripping keeps it, and `readelf -n` shows it.
//!
//! In: the description, or any program. Out: the Rust source that puts the note into a program, or the note
//! in a program. The note contains nothing about the machine that made it, so the same input gives the same
//! bytes.
//!
//! A program may come from anyone: a note under routegen's name is refused, without quoting it, unless all of
//! its fields are in routegen's vocabulary.

use cargo_metadata::semver;
use object::{
    LittleEndian, elf,
    read::elf::{FileHeader as _, ProgramHeader as _},
};
use routegen_spec::{Method, Name, PathPattern, TriggerKind, limits};
use serde::{Deserialize, Serialize};

/// The note's owner and its type, by which ELF distinguishes notes.
const OWNER: &str = "routegen";
const FORM: u32 = 1;

/// The section that contains it.
pub(super) const SECTION: &str = ".note.routegen";

/// More than the note of a function with as many routes as an API can have.
const NOTE_BYTES: usize = 256 * 1024;

/// More than any version or package name.
const WORD_BYTES: usize = 256;

/// Why a note was not written by routegen. The messages quote nothing from it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NotOurs {
    #[error("it is larger than {NOTE_BYTES} bytes")]
    TooLarge,
    #[error("it does not have routegen's format")]
    Form,
    #[error("its {0} is not {1}")]
    Field(&'static str, &'static str),
}

/// What an artifact is. Notes of later versions may have unknown fields.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Note {
    /// The function's name.
    pub(crate) function: String,
    /// What triggers it. Notes of earlier versions only have routes.
    #[serde(default)]
    pub(crate) kind: TriggerKind,
    /// The route keys that it serves.
    pub(crate) routes: Vec<String>,
    /// The cargo package that contains the handler.
    pub(crate) package: String,
    pub(crate) package_version: String,
    /// The version of the command that built it.
    pub(crate) routegen_version: String,
}

impl Note {
    /// Rust source that puts the note into a program. Linkers keep the contents of such a section.
    pub(crate) fn source(&self) -> String {
        let json = self.text();
        let (owner_size, size) = (OWNER.len() + 1, json.len());
        let padded = owner_size.next_multiple_of(4);
        let owner = format!("{OWNER}{}", "\\0".repeat(padded - OWNER.len()));
        format!(
            "#[repr(C, align(4))]\n\
             struct Note([u32; 3], [u8; {padded}], [u8; {size}]);\n\
             #[used]\n\
             #[unsafe(link_section = {SECTION:?})]\n\
             static NOTE: Note = Note([{owner_size}, {size}, {FORM}], *b\"{owner}\", *b\"{}\");\n",
            json.as_bytes().escape_ascii()
        )
    }

    /// The bytes that [`Note::source`] puts into the section.
    pub(super) fn section(&self) -> Vec<u8> {
        let json = self.text();
        let owner_size = OWNER.len() + 1;
        let mut section = Vec::new();
        for number in [owner_size, json.len(), FORM as usize] {
            section.extend(u32::try_from(number).unwrap_or_default().to_le_bytes());
        }
        section.extend(OWNER.as_bytes());
        section.resize(3 * size_of::<u32>() + owner_size.next_multiple_of(4), 0);
        section.extend(json.as_bytes());
        // The whole is aligned like its numbers.
        section.resize(section.len().next_multiple_of(4), 0);
        section
    }

    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The note of a program, if it has one. A note that routegen would not write is an error.
    pub(crate) fn read(program: &[u8]) -> Result<Option<Self>, NotOurs> {
        let Some(text) = find(program) else { return Ok(None) };
        if text.len() > NOTE_BYTES {
            return Err(NotOurs::TooLarge);
        }
        // Serde's error would quote it.
        let note: Self = serde_json::from_slice(text).map_err(|_| NotOurs::Form)?;
        note.judge().map(|()| Some(note))
    }

    /// Checks the fields against the grammars of what they name.
    fn judge(&self) -> Result<(), NotOurs> {
        let judge =
            |field, is_one: bool, what| if is_one { Ok(()) } else { Err(NotOurs::Field(field, what)) };
        judge("function", is_function(&self.function), "the name of a function")?;
        let is_for_one = (self.kind == TriggerKind::Routes) != self.routes.is_empty();
        judge("kind", is_for_one, "that of its routes")?;
        let few = self.routes.len() <= limits::ROUTES_PER_API as usize;
        judge("list of routes", few, "one that an API can have")?;
        judge("route", self.routes.iter().all(|route| is_route_key(route)), "a route key")?;
        judge("package", is_package(&self.package), "the name of a cargo package")?;
        for (field, version) in
            [("package_version", &self.package_version), ("routegen_version", &self.routegen_version)]
        {
            let is_version = version.len() <= WORD_BYTES && semver::Version::parse(version).is_ok();
            judge(field, is_version, "a version")?;
        }
        Ok(())
    }
}

/// The text of routegen's first note.
fn find(program: &[u8]) -> Option<&[u8]> {
    let header = elf::FileHeader64::<LittleEndian>::parse(program).ok()?;
    let endian = header.endian().ok()?;
    for segment in header.program_headers(endian, program).ok()? {
        let Ok(Some(mut notes)) = segment.notes(endian, program) else { continue };
        while let Ok(Some(note)) = notes.next() {
            if note.name() == OWNER.as_bytes() && note.n_type(endian).0 == FORM {
                return Some(note.desc());
            }
        }
    }
    None
}

/// Functions are named after routes, groups and authorizers, in kebab case.
fn is_function(text: &str) -> bool {
    !text.contains('_') && text.replace('-', "_").parse::<Name>().is_ok()
}

/// `GET /items/{id}`, or `$default`.
fn is_route_key(text: &str) -> bool {
    match text.split_once(' ') {
        None => text == PathPattern::DEFAULT,
        Some((method, path)) => {
            method.parse::<Method>().is_ok()
                && path.parse::<PathPattern>().is_ok_and(|path| !path.is_default())
        }
    }
}

/// Cargo's rule: a Rust identifier that may also contain `-` ([the manifest's format]).
///
/// [the manifest's format]: https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field
fn is_package(text: &str) -> bool {
    let word = text.replace('-', "_");
    // The parser would skip blanks and comments around it.
    let is_word = syn::parse::Parser::parse_str(syn::ext::IdentExt::parse_any, &word)
        .is_ok_and(|ident: syn::Ident| ident == word && !word.starts_with("r#"));
    is_word && text.len() <= WORD_BYTES
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn note() -> Note {
        Note {
            function: "get-items".to_owned(),
            kind: TriggerKind::Routes,
            routes: vec!["GET /items/{id}".to_owned()],
            package: "items".to_owned(),
            package_version: "0.1.0".to_owned(),
            routegen_version: "0.1.0".to_owned(),
        }
    }

    #[test]
    fn the_source_is_rust_whatever_the_note_says() {
        let hostile = Note { package_version: "1.0.0+\"; é\\\n".to_owned(), ..note() };
        let file = syn::parse_file(&hostile.source()).unwrap();
        assert_eq!(file.items.len(), 2);
    }

    #[test]
    fn a_program_of_others_has_no_note() {
        assert_eq!(Note::read(&std::fs::read(std::env::current_exe().unwrap()).unwrap()), Ok(None));
    }

    /// An ELF file that consists of one segment of notes.
    fn elf_of(notes: &[u8]) -> Vec<u8> {
        let mut elf = Vec::from(*b"\x7fELF\x02\x01\x01");
        elf.resize(16, 0);
        let word = |elf: &mut Vec<u8>, value: u64, bytes: usize| elf.extend(&value.to_le_bytes()[..bytes]);
        for (value, bytes) in [
            (2, 2),
            (62, 2),
            (1, 4),
            (0, 8),
            (64, 8),
            (0, 8),
            (0, 4),
            (64, 2),
            (56, 2),
            (1, 2),
            (0, 2),
            (0, 2),
            (0, 2),
        ] {
            word(&mut elf, value, bytes);
        }
        let size = notes.len() as u64;
        for (value, bytes) in [(4, 4), (4, 4), (120, 8), (0, 8), (0, 8), (size, 8), (size, 8), (4, 8)] {
            word(&mut elf, value, bytes);
        }
        elf.extend(notes);
        elf
    }

    /// An ELF file with a routegen note that contains this text.
    fn elf_that_says(text: &[u8]) -> Vec<u8> {
        elf_of(&noted(b"routegen\0", 1, text))
    }

    fn noted(owner: &[u8], form: u32, text: &[u8]) -> Vec<u8> {
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let mut note = [size(owner), size(text), form.to_le_bytes()].concat();
        for part in [owner, text] {
            note.extend(part);
            note.resize(note.len().next_multiple_of(4), 0);
        }
        note
    }

    fn read(text: &str) -> Result<Option<Note>, NotOurs> {
        Note::read(&elf_that_says(text.as_bytes()))
    }

    #[test]
    fn notes_as_they_are_written_are_read_back() {
        let authorizer = Note { kind: TriggerKind::Authorizer, routes: Vec::new(), ..note() };
        let default = Note { routes: vec!["$default".to_owned(), "ANY /".to_owned()], ..note() };
        let package = |package: &str| Note { package: package.to_owned(), ..note() };
        let version = Note { package_version: "1.0.0-rc.1+build.5".to_owned(), ..note() };
        let packages = ["my-items", "my_items", "_x", "größe", "type"].map(package);
        for note in [note(), authorizer, default, version].into_iter().chain(packages) {
            assert_eq!(read(&serde_json::to_string(&note).unwrap()), Ok(Some(note)));
        }
        // A note of an earlier version, and one of a later version.
        let json = serde_json::to_value(note()).unwrap();
        let mut earlier = json.clone();
        earlier.as_object_mut().unwrap().remove("kind");
        let mut later = json;
        later["news"] = "\u{1b}[2J".into();
        for json in [earlier, later] {
            assert_eq!(read(&json.to_string()), Ok(Some(note())));
        }
    }

    #[test]
    fn a_note_with_a_field_that_is_not_of_the_vocabulary_is_refused_without_a_word_of_it() {
        let hostile = [
            "",
            " ",
            "a\u{1b}]52;c;Zm9v\u{7}",
            "\u{9b}31m",
            "a\nfunction      another",
            "get-items\n",
            "\u{202e}smeti",
            "a\u{2028}b",
            "../../etc/passwd",
            "a b",
            "'; id; '",
            "a\0",
            "r#fn",
            "/*a*/b",
            "1items",
            "é\u{301}\u{7f}",
        ];
        let long = "a".repeat(5_000);
        let texts = hostile.iter().copied().chain([long.as_str()]);
        for text in texts {
            for field in ["function", "package", "package_version", "routegen_version", "routes", "kind"] {
                let mut json = serde_json::to_value(note()).unwrap();
                json[field] = if field == "routes" { vec![text].into() } else { text.into() };
                let error = read(&json.to_string()).expect_err(&format!("{field}: {text:?}")).to_string();
                assert!(error.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{field}: {error:?}");
            }
        }
        for route in [
            "GET",
            "/items",
            "get /items",
            "GET  /items",
            "GET /items/",
            "GET /a\u{1b}",
            "GET $default",
            "GET /items\nroute         POST /other",
            "POST /a b",
            "TRACE /items",
        ] {
            let mut json = serde_json::to_value(note()).unwrap();
            json["routes"] = vec!["GET /good", route].into();
            assert_eq!(read(&json.to_string()), Err(NotOurs::Field("route", "a route key")), "{route:?}");
        }
        for function in ["get_items", "Get-items", "get--items", "-items", "items-", &"a".repeat(65)] {
            let mut json = serde_json::to_value(note()).unwrap();
            json["function"] = function.into();
            let expected = Err(NotOurs::Field("function", "the name of a function"));
            assert_eq!(read(&json.to_string()), expected, "{function}");
        }
    }

    #[test]
    fn a_note_that_is_too_large_contradicts_itself_or_is_none_is_refused() {
        let json = |note: Note| serde_json::to_string(&note).unwrap();
        let authorizer = Note { kind: TriggerKind::Authorizer, ..note() };
        let nothing = Note { routes: Vec::new(), ..note() };
        let many = Note { routes: vec!["GET /a".to_owned(); 301], ..note() };
        let large = json(note()) + &" ".repeat(NOTE_BYTES);
        for (case, text, refusal) in [
            ("no JSON", "{".to_owned(), NotOurs::Form),
            ("nothing", String::new(), NotOurs::Form),
            ("another value", "[]".to_owned(), NotOurs::Form),
            ("no function", "{\"routes\": []}".to_owned(), NotOurs::Form),
            ("a number", json(note()).replace("\"get-items\"", "1"), NotOurs::Form),
            ("too large", large, NotOurs::TooLarge),
            ("an authorizer with routes", json(authorizer), NotOurs::Field("kind", "that of its routes")),
            ("no routes", json(nothing), NotOurs::Field("kind", "that of its routes")),
            ("too many", json(many), NotOurs::Field("list of routes", "one that an API can have")),
        ] {
            assert_eq!(read(&text), Err(refusal), "{case}");
        }
        assert_eq!(Note::read(&elf_that_says(b"\xff\xfe")), Err(NotOurs::Form));
    }

    proptest! {
        #[test]
        fn no_program_makes_the_reader_panic(notes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(Note::read(&elf_of(&notes)), Ok(None));
            prop_assert_eq!(Note::read(&notes), Ok(None));
        }

        #[test]
        fn a_note_is_read_among_others(other in proptest::collection::vec(any::<u8>(), 0..40)) {
            let json = serde_json::to_vec(&note()).unwrap();
            let notes = [noted(b"GNU\0", 1, &other), noted(b"routegen\0", 2, &other), noted(b"routegen\0", 1, &json)].concat();
            prop_assert_eq!(Note::read(&elf_of(&notes)), Ok(Some(note())));
        }

        #[test]
        fn whatever_is_read_has_nothing_in_it_that_a_terminal_obeys(
            field in "function|package|package_version|routegen_version|routes",
            text in "\\PC{0,12}|[a-zA-Z0-9_.+/{}$ -]{0,12}|[\u{0}-\u{ff}]{1,6}|GET /.{0,8}|1[.]0[.]0.{0,4}",
        ) {
            let mut json = serde_json::to_value(note()).unwrap();
            json[&field] = if field == "routes" { vec![text].into() } else { text.into() };
            if let Ok(Some(read)) = read(&json.to_string()) {
                let shown = format!("{} {} {}", read.function, read.package, read.package_version)
                    + &read.routegen_version + &read.routes.join(" ");
                prop_assert!(matches!(routegen_spec::printable(&shown), std::borrow::Cow::Borrowed(_)), "{:?}", shown);
            }
        }
    }
}
