//! What a program requires of the system that runs it, according to its ELF headers.
//!
//! In: the bytes of an unchecked program. Out: its [`Needs`], or why it is not a program for Lambda. It reads
//! what the dynamic loader would read, does not judge it, and never panics.

use std::fmt;

use object::{
    LittleEndian, elf,
    read::elf::{FileHeader as _, ProgramHeader as _, SectionHeader as _, SectionTable},
};
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::project::target::Architecture;

type Header = elf::FileHeader64<LittleEndian>;

const LE: LittleEndian = LittleEndian;

/// No file name and no symbol of glibc is longer.
const NAME_BYTES: usize = 4_096;

/// More than any program requires.
const MOST_LIBRARIES: usize = 1_024;

/// What the system must provide for the program to start.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Needs {
    pub(crate) machine: Architecture,
    /// The path of the dynamic loader; `None` for a static program.
    pub(crate) loader: Option<String>,
    /// The oldest glibc that provides everything required; `None` for a program that requires none.
    pub(crate) glibc: Option<Version>,
    /// A symbol that requires this version; `None` if the way of linking requires it instead.
    pub(crate) newest_symbol: Option<String>,
    /// The shared libraries, by the names that the loader looks up, in its order.
    pub(crate) libraries: Vec<String>,
}

/// Why Lambda could not start these bytes as a program.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Unfit(String);

impl From<object::read::Error> for Unfit {
    fn from(error: object::read::Error) -> Self {
        Self(error.to_string())
    }
}

/// A glibc version: major and minor.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32);

impl Version {
    /// Parses `GLIBC_2.34` and `GLIBC_2.2.5`; versions of other libraries have other names.
    fn of_glibc(name: &str) -> Option<Self> {
        let version = name.strip_prefix("GLIBC_")?;
        // A way of linking that the loader must support, such as `GLIBC_ABI_DT_RELR`. The first of them came
        // with 2.36.
        if version.starts_with("ABI_") {
            return Some(Self(2, 36));
        }
        let mut numbers = version.split('.').map(str::parse);
        Some(Self(numbers.next()?.ok()?, numbers.next()?.ok()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How many bytes of `program` are debug information, which is not read at run time; 0 if its sections cannot
/// be read.
pub(super) fn debug_bytes(program: &[u8]) -> u64 {
    let size = || -> Result<u64, object::read::Error> {
        let sections = Header::parse(program)?.sections(LE, program)?;
        let mut bytes: u64 = 0;
        for section in sections.iter() {
            let name = sections.section_name(LE, section)?;
            // `.zdebug_` is an old prefix for compressed sections.
            if name.starts_with(b".debug_") || name.starts_with(b".zdebug_") {
                bytes = bytes.saturating_add(section.sh_size(LE));
            }
        }
        Ok(bytes.min(program.len() as u64))
    };
    size().unwrap_or(0)
}

/// Reads the requirements of `program`.
pub(crate) fn needs(program: &[u8]) -> Result<Needs, Unfit> {
    let unfit = |reason: &str| Unfit(reason.to_owned());
    if !program.starts_with(&elf::ELFMAG) {
        return Err(unfit("it is not an ELF file"));
    }
    let header = Header::parse(program)?;
    header.endian()?;
    let machine = match header.e_machine(LE) {
        elf::EM_X86_64 => Architecture::X86_64,
        elf::EM_AARCH64 => Architecture::Arm64,
        _ => return Err(unfit("it is for a machine that Lambda does not have")),
    };
    let mut loader = None;
    let mut is_dynamic = false;
    for segment in header.program_headers(LE, program)? {
        is_dynamic |= segment.p_type(LE) == elf::PT_DYNAMIC;
        if let Some(path) = segment.interpreter(LE, program)? {
            loader = Some(text(path)?);
        }
    }
    let sections = header.sections(LE, program)?;
    let dynamic = Dynamic::read(&sections, program)?;
    // The loader reads segments; this code reads sections, which cover the same bytes in any program that a
    // linker made. A program without its section headers would seem to require nothing.
    if is_dynamic && !dynamic.has_section {
        return Err(unfit("its section headers were stripped, so its required libraries are unknown"));
    }
    match header.e_type(LE) {
        elf::ET_EXEC => {}
        elf::ET_DYN if loader.is_some() || dynamic.is_pie => {}
        elf::ET_DYN => return Err(unfit("it is a shared library, not a program")),
        _ => return Err(unfit("it is not linked to a program")),
    }
    if header.e_entry(LE) == 0 {
        return Err(unfit("it has no entry point"));
    }
    let newest = newest_of_glibc(&sections, program)?;
    let (glibc, newest_symbol) = newest.map_or((None, None), |(version, symbol)| (Some(version), symbol));
    Ok(Needs { machine, loader, glibc, newest_symbol, libraries: dynamic.libraries })
}

/// The contents of the dynamic section.
#[derive(Default)]
struct Dynamic {
    has_section: bool,
    is_pie: bool,
    libraries: Vec<String>,
}

impl Dynamic {
    fn read(sections: &SectionTable<'_, Header>, program: &[u8]) -> Result<Self, Unfit> {
        let table = sections.dynamic_table(LE, program)?;
        let mut dynamic = Self { has_section: !table.is_empty(), ..Self::default() };
        for entry in &table {
            match entry.tag {
                elf::DT_NEEDED if dynamic.libraries.len() >= MOST_LIBRARIES => {
                    return Err(Unfit(format!("it names more than {MOST_LIBRARIES} libraries")));
                }
                elf::DT_NEEDED => dynamic.libraries.push(text(table.string(entry)?)?),
                elf::DT_FLAGS_1 => dynamic.is_pie |= entry.val & elf::DF_1_PIE.0 != 0,
                _ => {}
            }
        }
        Ok(dynamic)
    }
}

/// The newest glibc version that the loader requires, and a symbol of that version.
fn newest_of_glibc(
    sections: &SectionTable<'_, Header>,
    program: &[u8],
) -> Result<Option<(Version, Option<String>)>, Unfit> {
    let Some((mut files, link)) = sections.gnu_verneed(LE, program)? else { return Ok(None) };
    let strings = sections.strings(LE, program, link)?;
    let mut newest: Option<(Version, elf::VersionIndex)> = None;
    while let Some((_, mut versions)) = files.next()? {
        while let Some(version) = versions.next()? {
            // The loader starts a program even if weak versions are missing.
            let is_weak = version.vna_flags.get(LE).contains(elf::VER_FLG_WEAK);
            let found = Version::of_glibc(&text(version.name(LE, strings)?)?).filter(|_| !is_weak);
            if let Some(found) = found.filter(|found| newest.is_none_or(|(newest, _)| *found > newest)) {
                newest = Some((found, version.vna_other(LE).index()));
            }
        }
    }
    let Some((version, index)) = newest else { return Ok(None) };
    let symbols = sections.symbols(LE, program, elf::SHT_DYNSYM)?;
    let of_symbols = sections.gnu_versym(LE, program)?.map_or(&[][..], |(versions, _)| versions);
    let at = of_symbols.iter().position(|version| version.0.get(LE).index() == index);
    let symbol = at.and_then(|at| symbols.symbols().get(at));
    let symbol = symbol.map(|symbol| symbols.symbol_name(LE, symbol)).transpose()?;
    Ok(Some((version, symbol.map(text).transpose()?)))
}

/// Reads a name. Many names may overlap in a file, so the file's size does not bound them.
fn text(bytes: &[u8]) -> Result<String, Unfit> {
    if bytes.len() > NAME_BYTES {
        return Err(Unfit(format!("a name in it is longer than {NAME_BYTES} bytes")));
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::{process::Command, sync::LazyLock};

    use super::*;

    /// A program that is linked here like Rust's own programs: by `cc`.
    fn compile(source: &str, arguments: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let (c, out) = (folder.path().join("program.c"), folder.path().join("program"));
        std::fs::write(&c, source).unwrap();
        let output = Command::new("cc").arg(&c).arg("-o").arg(&out).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(out).unwrap()
    }

    const MAIN: &str = "int main(void) { return 0; }";

    #[test]
    fn debug_information_is_what_its_sections_have() {
        let program = compile(MAIN, &["-g"]);
        let bytes = debug_bytes(&program);
        assert!(bytes > 0 && bytes < program.len() as u64, "{bytes}");
        assert_eq!(debug_bytes(&compile(MAIN, &["-g", "-s"])), 0);
        assert_eq!(debug_bytes(b"no program"), 0);
    }

    /// A program that requires one library, which does not exist, and nothing newer than the start code of
    /// this glibc.
    static PROGRAM: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let library =
            compile("int foo(void) { return 1; }", &["-shared", "-fPIC", "-Wl,-soname,libfoo.so.7"]);
        let path = folder.path().join("libfoo.so");
        std::fs::write(&path, library).unwrap();
        let main = "int foo(void); int main(void) { return foo(); }";
        compile(main, &[path.to_str().unwrap(), "-Wl,--no-as-needed", "-lm"])
    });

    fn reason(program: &[u8]) -> String {
        needs(program).unwrap_err().to_string()
    }

    /// `PROGRAM` with other bytes at a position in its header.
    fn patched(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut program = PROGRAM.clone();
        program[at..at + bytes.len()].copy_from_slice(bytes);
        program
    }

    /// `PROGRAM` with another dynamic section: this number of libraries, whose names begin at `at` in the
    /// section's strings.
    fn naming(libraries: usize, at: u64) -> Vec<u8> {
        let mut program = PROGRAM.clone();
        let word = |program: &[u8], at: usize, bytes: usize| {
            let mut word = [0; 8];
            word[..bytes].copy_from_slice(&program[at..at + bytes]);
            usize::try_from(u64::from_le_bytes(word)).unwrap()
        };
        let (table, count) = (word(&program, 40, 8), word(&program, 60, 2));
        let section = (0..count).map(|index| table + index * 64).find(|at| word(&program, at + 4, 4) == 6);
        let section = section.unwrap();
        let (offset, bytes) = (program.len() as u64, libraries as u64 * 16);
        program[section + 24..section + 32].copy_from_slice(&offset.to_le_bytes());
        program[section + 32..section + 40].copy_from_slice(&bytes.to_le_bytes());
        for _ in 0..libraries {
            program.extend([1, at].map(u64::to_le_bytes).concat());
        }
        program
    }

    #[test]
    fn names_that_are_too_many_or_too_long_are_refused_however_small_the_file_is() {
        assert_eq!(needs(&naming(MOST_LIBRARIES, 1)).unwrap().libraries.len(), MOST_LIBRARIES);
        assert_eq!(reason(&naming(MOST_LIBRARIES + 1, 1)), "it names more than 1024 libraries");
        assert!(text(&[b'a'; NAME_BYTES]).is_ok());
        assert_eq!(
            text(&[b'a'; NAME_BYTES + 1]).unwrap_err().to_string(),
            "a name in it is longer than 4096 bytes"
        );
    }

    #[test]
    fn a_program_needs_its_libraries_its_loader_and_a_glibc() {
        let needs = needs(&PROGRAM).unwrap();
        assert_eq!(needs.machine, Architecture::HOST);
        assert_eq!(needs.libraries, ["libfoo.so.7", "libm.so.6", "libc.so.6"]);
        assert!(needs.loader.unwrap().starts_with("/lib"));
        assert!(needs.glibc.unwrap() >= Version(2, 2));
        assert_eq!(needs.newest_symbol.as_deref(), Some("__libc_start_main"));
    }

    #[test]
    fn a_static_program_needs_nothing_whether_it_can_be_moved_or_not() {
        for arguments in [&["-static"][..], &["-static-pie"]] {
            let needs = needs(&compile(MAIN, arguments)).unwrap();
            assert_eq!((needs.loader, needs.glibc, needs.libraries), (None, None, vec![]), "{arguments:?}");
        }
    }

    #[test]
    fn what_is_no_program_is_refused_with_the_reason() {
        let library = compile("int foo(void) { return 1; }", &["-shared", "-fPIC"]);
        assert_eq!(reason(&library), "it is a shared library, not a program");
        let object = compile("int foo(void) { return 1; }", &["-c"]);
        assert_eq!(reason(&object), "it is not linked to a program");
        // `e_machine` of RISC-V, `e_entry`, `e_shoff` with `e_shnum`, 32 bits, big-endian.
        assert_eq!(reason(&patched(18, &[243, 0])), "it is for a machine that Lambda does not have");
        assert_eq!(reason(&patched(24, &[0; 8])), "it has no entry point");
        let mut without_sections = patched(40, &[0; 8]);
        without_sections[60..62].copy_from_slice(&[0; 2]);
        assert!(reason(&without_sections).starts_with("its section headers were stripped"));
        assert_eq!(reason(&patched(4, &[1])), "Unsupported ELF header");
        assert_eq!(reason(&patched(5, &[2])), "Unsupported ELF endian");
        assert_eq!(reason(b"#!/bin/sh\n"), "it is not an ELF file");
    }

    #[test]
    fn a_program_for_the_other_machine_is_told_apart() {
        let (number, other) = match Architecture::HOST {
            Architecture::X86_64 => (183, Architecture::Arm64),
            Architecture::Arm64 => (62, Architecture::X86_64),
        };
        assert_eq!(needs(&patched(18, &[number, 0])).unwrap().machine, other);
    }

    #[test]
    fn versions_of_glibc_are_compared_as_numbers() {
        let version = |name| Version::of_glibc(name);
        assert!(
            version("GLIBC_2.4") < version("GLIBC_2.34") && version("GLIBC_2.34") < version("GLIBC_2.100")
        );
        assert_eq!(version("GLIBC_2.2.5"), Some(Version(2, 2)));
        assert_eq!(version("GLIBC_ABI_DT_RELR"), Some(Version(2, 36)));
        assert_eq!((version("GCC_3.0"), version("GLIBC_PRIVATE")), (None, None));
    }

    #[test]
    fn relocations_that_only_a_newer_loader_knows_are_a_need_without_a_symbol() {
        let needs = needs(&compile(MAIN, &["-pie", "-Wl,-z,pack-relative-relocs"])).unwrap();
        // A linker that is too old for the option ignores it and makes an ordinary program.
        assert_eq!(needs.newest_symbol.is_none(), needs.glibc >= Some(Version(2, 36)), "{needs:?}");
    }

    #[test]
    fn a_program_cut_off_anywhere_is_refused_or_read_and_never_a_panic() {
        let mut refused = 0;
        for length in 0..PROGRAM.len() {
            refused += usize::from(needs(&PROGRAM[..length]).is_err());
        }
        // Nothing can be read without the section headers, which are at the end.
        assert_eq!(refused, PROGRAM.len());
    }

    proptest::proptest! {
        #[test]
        fn bytes_that_were_changed_anywhere_are_never_a_panic(
            changes in proptest::collection::vec((proptest::num::usize::ANY, proptest::num::u8::ANY), 1..20)
        ) {
            let mut program = PROGRAM.clone();
            for (at, byte) in changes {
                // The headers are at both ends; changes of the code between them have no effect.
                let length = program.len();
                let near_an_end = if at % 2 == 0 { at % 2048 } else { length - 1 - at % 4096 };
                program[near_an_end] = byte;
            }
            let _ = needs(&program);
        }
    }
}
