//! What an artifact says about itself: a note in its program, which stripping leaves and `readelf -n` shows.
//!
//! In: what it is, or any program. Out: the Rust source that puts the note into a program, or the note that a program
//! has. The note tells nothing of the machine that made it, so that the same input gives the same bytes.

use object::{
    LittleEndian, elf,
    read::elf::{FileHeader as _, ProgramHeader as _},
};
use serde::{Deserialize, Serialize};

use crate::check::FunctionKind;

/// Who wrote the note, and in which form: the two words by which ELF tells notes apart.
const OWNER: &str = "routegen";
const FORM: u32 = 1;

/// What an artifact is. A reader of a later version may meet fields that it does not know.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Note {
    /// The function's name.
    pub(crate) function: String,
    /// What it is asked. Notes of earlier versions are of routes only.
    #[serde(default)]
    pub(crate) kind: FunctionKind,
    /// The route keys that it answers.
    pub(crate) routes: Vec<String>,
    /// The cargo package that has the handler.
    pub(crate) package: String,
    pub(crate) package_version: String,
    /// The version of the command that built it.
    pub(crate) routegen_version: String,
}

impl Note {
    /// Rust that puts the note into a program. Linkers keep what is in a section of this kind.
    pub(crate) fn source(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        let (owner_size, size) = (OWNER.len() + 1, json.len());
        let padded = owner_size.next_multiple_of(4);
        let owner = format!("{OWNER}{}", "\\0".repeat(padded - OWNER.len()));
        format!(
            "#[repr(C, align(4))]\n\
             struct Note([u32; 3], [u8; {padded}], [u8; {size}]);\n\
             #[used]\n\
             #[unsafe(link_section = \".note.{OWNER}\")]\n\
             static NOTE: Note = Note([{owner_size}, {size}, {FORM}], *b\"{owner}\", *b\"{}\");\n",
            json.as_bytes().escape_ascii()
        )
    }

    /// The note of a program, if it has one that can be read.
    pub(crate) fn read(program: &[u8]) -> Option<Self> {
        let header = elf::FileHeader64::<LittleEndian>::parse(program).ok()?;
        let endian = header.endian().ok()?;
        for segment in header.program_headers(endian, program).ok()? {
            let Ok(Some(mut notes)) = segment.notes(endian, program) else { continue };
            while let Ok(Some(note)) = notes.next() {
                if note.name() == OWNER.as_bytes() && note.n_type(endian).0 == FORM {
                    return serde_json::from_slice(note.desc()).ok();
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn note() -> Note {
        Note {
            function: "get-items".to_owned(),
            kind: FunctionKind::Routes,
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
        assert_eq!(Note::read(&std::fs::read(std::env::current_exe().unwrap()).unwrap()), None);
    }

    /// An ELF file that is nothing but one segment of notes.
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

    proptest! {
        #[test]
        fn no_program_makes_the_reader_panic(notes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(Note::read(&elf_of(&notes)), None);
            prop_assert_eq!(Note::read(&notes), None);
        }

        #[test]
        fn a_note_is_read_among_others(other in proptest::collection::vec(any::<u8>(), 0..40)) {
            let of = |owner: &[u8], form: u32, text: &[u8]| {
                let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
                let mut note = [size(owner), size(text), form.to_le_bytes()].concat();
                for part in [owner, text] {
                    note.extend(part);
                    note.resize(note.len().next_multiple_of(4), 0);
                }
                note
            };
            let json = serde_json::to_vec(&note()).unwrap();
            let notes = [of(b"GNU\0", 1, &other), of(b"routegen\0", 2, &other), of(b"routegen\0", 1, &json)].concat();
            prop_assert_eq!(Note::read(&elf_of(&notes)), Some(note()));
        }
    }
}
