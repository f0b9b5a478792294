//! The object file of a generated `main`, and copies of it with other names.
//!
//! In: an ELF object that rustc wrote for a program, the symbols that it uses without defining them, and the
//! section of its note. Out: the object of a program whose source differs only in these. It refuses any other
//! file.

use object::{
    LittleEndian, SectionIndex,
    elf::{self, SectionHeader64, Sym64},
    pod,
    read::elf::{FileHeader as _, SectionHeader as _, Sym as _},
};

use super::program::Own;

type Header = SectionHeader64<LittleEndian>;
type Symbol = Sym64<LittleEndian>;

/// The object, and the positions of what differs in another program.
#[derive(Debug)]
pub(super) struct MainObject {
    bytes: Vec<u8>,
    /// The entries in the symbol table, in the order of [`Own::symbols`].
    symbols: Vec<At<Symbol>>,
    /// The note's symbol, which contains the note's size.
    note_symbol: At<Symbol>,
    note: At<Header>,
    strings: At<Header>,
}

/// A record of the file, and its offset.
#[derive(Debug)]
struct At<T> {
    offset: usize,
    record: T,
}

impl<T: pod::Pod> At<T> {
    fn write(&self, bytes: &mut [u8], change: impl FnOnce(&mut T)) {
        let mut record = self.record;
        change(&mut record);
        let new = pod::bytes_of(&record);
        bytes[self.offset..self.offset + new.len()].copy_from_slice(new);
    }
}

impl MainObject {
    /// The object, if the file is the `main` of this program: it uses each symbol exactly once, defines none
    /// of them, and contains the note.
    pub(super) fn read(bytes: Vec<u8>, own: &Own<'_>) -> Option<Self> {
        let data = bytes.as_slice();
        let file = elf::FileHeader64::<LittleEndian>::parse(data).ok()?;
        let endian = file.endian().ok()?;
        let sections = file.sections(endian, data).ok()?;
        let first_header = usize::try_from(file.e_shoff(endian)).ok()?;
        let header = |index: SectionIndex| {
            let offset = first_header + index.0 * size_of::<Header>();
            sections.section(index).ok().map(|header| At { offset, record: *header })
        };
        let (name, content) = &own.note;
        let (note_index, note) = sections.section_by_name(endian, name.as_bytes())?;
        if note.data(endian, data).ok()? != content.as_slice() {
            return None;
        }
        let table = sections.symbols(endian, data, elf::SHT_SYMTAB).ok()?;
        let first_symbol = usize::try_from(sections.section(table.section()).ok()?.sh_offset(endian)).ok()?;
        let one = |wanted: &dyn Fn(&Symbol) -> bool| {
            let mut found = table.symbols().iter().enumerate().filter(|(_, symbol)| wanted(symbol));
            let (index, symbol) = found.next()?;
            let offset = first_symbol + index * size_of::<Symbol>();
            found.next().is_none().then_some(At { offset, record: *symbol })
        };
        let named = |name: &str| {
            let found =
                one(&|symbol| table.symbol_name(endian, symbol).is_ok_and(|known| known == name.as_bytes()))?;
            found.record.is_undefined(endian).then_some(found)
        };
        let symbols = own.symbols.iter().map(|symbol| named(symbol)).collect::<Option<_>>()?;
        let note_symbol = one(&|symbol| {
            usize::from(symbol.st_shndx(endian).0) == note_index.0
                && symbol.st_size(endian) == content.len() as u64
        })?;
        let (note, strings) = (header(note_index)?, header(table.string_section())?);
        Some(Self { bytes, symbols, note_symbol, note, strings })
    }

    /// The object of another program.
    pub(super) fn with(&self, own: &Own<'_>) -> Option<Vec<u8>> {
        if own.symbols.len() != self.symbols.len() {
            return None;
        }
        let endian = LittleEndian;
        let mut strings = self.strings.record.data(endian, self.bytes.as_slice()).ok()?.to_vec();
        let mut bytes = self.bytes.clone();
        for (symbol, name) in self.symbols.iter().zip(&own.symbols) {
            let start = u32::try_from(strings.len()).ok()?;
            symbol.write(&mut bytes, |symbol| symbol.st_name.set(endian, start));
            strings.extend(name.as_bytes());
            strings.push(0);
        }
        let note = &own.note.1;
        self.note_symbol.write(&mut bytes, |symbol| symbol.st_size.set(endian, note.len() as u64));
        for (section, content) in [(&self.note, note), (&self.strings, &strings)] {
            bytes.resize(bytes.len().next_multiple_of(8), 0);
            let start = bytes.len() as u64;
            bytes.extend(content);
            section.write(&mut bytes, |header| {
                header.sh_offset.set(endian, start);
                header.sh_size.set(endian, content.len() as u64);
            });
        }
        Some(bytes)
    }
}
