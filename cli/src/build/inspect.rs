//! Looks at an artifact before it is zipped: would Lambda run it?
//!
//! In: the linked program. Out: nothing, or what is wrong with it and the mend. What is found here would else be found
//! after the deployment, in the function's log.

use object::{LittleEndian, elf, read::elf::FileHeader as _};

use routegen_spec::limits;

use crate::{
    check::{Architecture, Function},
    error::Error,
};

type Header = elf::FileHeader64<LittleEndian>;

/// glibc of `provided.al2023`.
const GLIBC: Version = Version(limits::GLIBC.0, limits::GLIBC.1);

/// Refuses a program that the function's execution environment could not run.
pub(super) fn program(function: &Function, bootstrap: &[u8]) -> Result<(), Error> {
    let other = |reason: &str| Error::NotForLambda {
        function: function.name.clone(),
        architecture: function.architecture.as_str(),
        reason: reason.to_owned(),
    };
    let header = Header::parse(bootstrap).map_err(|error| other(&error.to_string()))?;
    let machine = match function.architecture {
        Architecture::X86_64 => elf::EM_X86_64,
        Architecture::Arm64 => elf::EM_AARCH64,
    };
    if header.e_machine(LittleEndian) != machine {
        return Err(other("it is for another machine"));
    }
    let too_new = too_new(header, bootstrap).map_err(|error| other(&error.to_string()))?;
    match too_new {
        Some((symbol, version)) => Err(Error::Glibc { function: function.name.clone(), symbol, version }),
        None => Ok(()),
    }
}

/// Refuses what is larger than Lambda takes.
pub(super) fn size(function: &Function, unzipped: usize, zipped: usize) -> Result<(), Error> {
    let limits = [("unzipped", unzipped, limits::UNZIPPED_BYTES), ("zipped", zipped, limits::ZIPPED_BYTES)];
    match limits.into_iter().find(|(_, bytes, most)| bytes > most) {
        Some((state, bytes, most)) => {
            Err(Error::TooLarge { function: function.name.clone(), state, bytes, most })
        }
        None => Ok(()),
    }
}

/// The first symbol of glibc that is newer than Lambda's, with its version. A static program has none.
fn too_new(header: &Header, data: &[u8]) -> object::read::Result<Option<(String, String)>> {
    let endian = LittleEndian;
    let sections = header.sections(endian, data)?;
    let symbols = sections.symbols(endian, data, elf::SHT_DYNSYM)?;
    let Some(versions) = sections.versions(endian, data)? else { return Ok(None) };
    for (index, symbol) in symbols.enumerate() {
        let Some(version) = versions.version(versions.version_index(endian, index).index())? else {
            continue;
        };
        let name = String::from_utf8_lossy(version.name());
        if Version::of_glibc(&name).is_some_and(|version| version > GLIBC) {
            let symbol = symbols.symbol_name(endian, symbol)?;
            return Ok(Some((String::from_utf8_lossy(symbol).into_owned(), name.into_owned())));
        }
    }
    Ok(None)
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Version(u32, u32);

impl Version {
    /// `GLIBC_2.34` and `GLIBC_2.2.5`; versions of other libraries have other names.
    fn of_glibc(name: &str) -> Option<Self> {
        let mut numbers = name.strip_prefix("GLIBC_")?.split('.').map(str::parse);
        Some(Self(numbers.next()?.ok()?, numbers.next()?.ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(architecture: Architecture) -> Function {
        Function {
            key: "get_items".to_owned(),
            name: "get-items".to_owned(),
            description: String::new(),
            artifact: "get-items.zip".to_owned(),
            memory: 128,
            timeout: 10,
            architecture,
            entry: String::new(),
            package: String::new(),
            include: Vec::new(),
        }
    }

    #[test]
    fn versions_of_glibc_are_compared_as_numbers() {
        assert!(Version::of_glibc("GLIBC_2.4").unwrap() < GLIBC);
        assert!(Version::of_glibc("GLIBC_2.2.5").unwrap() < GLIBC);
        assert!(Version::of_glibc("GLIBC_2.100").unwrap() > GLIBC);
        assert_eq!(Version::of_glibc("GLIBC_2.34"), Some(GLIBC));
        assert_eq!(Version::of_glibc("GCC_3.0"), None);
    }

    #[test]
    fn what_is_no_program_or_one_for_another_machine_is_refused() {
        let this = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let other = match Architecture::HOST {
            Architecture::X86_64 => Architecture::Arm64,
            Architecture::Arm64 => Architecture::X86_64,
        };
        for (architecture, bytes) in
            [(other, this.as_slice()), (Architecture::HOST, b"#!/bin/sh\n"), (other, b"")]
        {
            let error = program(&function(architecture), bytes).unwrap_err();
            assert!(matches!(error, Error::NotForLambda { .. }), "{error}");
        }
    }

    #[test]
    fn what_is_larger_than_lambda_takes_is_refused() {
        let function = function(Architecture::HOST);
        assert!(size(&function, limits::UNZIPPED_BYTES, limits::ZIPPED_BYTES).is_ok());
        assert!(size(&function, limits::UNZIPPED_BYTES + 1, 1).is_err());
        let error = size(&function, 1, limits::ZIPPED_BYTES + 1).unwrap_err().to_string();
        assert_eq!(error, "`get-items` has 52428801 bytes zipped, and Lambda takes 52428800");
    }
}
