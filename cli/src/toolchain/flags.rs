//! The flags of cargo's call for the library, made those of a call that links a program to it.
//!
//! What says how code is generated and linked stays, so that the program is made as the library was; what says
//! what the library is goes.

/// The options that take a value and say nothing about a link.
const DROPPED: [&str; 16] = [
    "--allow",
    "--cap-lints",
    "--cfg",
    "--check-cfg",
    "--crate-name",
    "--crate-type",
    "--deny",
    "--diagnostic-width",
    "--edition",
    "--emit",
    "--error-format",
    "--extern",
    "--forbid",
    "--json",
    "--out-dir",
    // The library carries the native ones that it is to be linked with.
    "-l",
];

/// The code generation options that only mean something for the library itself.
const DROPPED_CODEGEN: [&str; 5] =
    ["embed-bitcode", "extra-filename", "incremental", "linker-plugin-lto", "metadata"];

/// The flags for a link. `lto` is the profile's, which cargo does not pass on to libraries.
pub(super) fn for_link(library: &[String], lto: Option<&str>) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    let mut arguments = library.iter();
    while let Some(argument) = arguments.next() {
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) if argument.starts_with("--") => (option, Some(value)),
            _ => (argument.as_str(), None),
        };
        let is_lint = matches!(option, "--warn" | "-A" | "-W" | "-D" | "-F");
        if is_lint || DROPPED.contains(&option) {
            if value.is_none() {
                arguments.next();
            }
        } else if let Some(short) = argument.strip_prefix("-C") {
            // `-C name=value` comes as one word or as two.
            let codegen = if short.is_empty() { arguments.next().map_or("", String::as_str) } else { short };
            let name = codegen.split('=').next().unwrap_or_default();
            if !DROPPED_CODEGEN.contains(&name) {
                flags.push(format!("-C{}", strip_all(codegen)));
            }
        } else if matches!(option, "-L" | "-Z" | "--target" | "--sysroot" | "--remap-path-prefix") {
            flags.push(argument.clone());
            if value.is_none() && argument == option {
                flags.extend(arguments.next().cloned());
            }
        } else if option.starts_with('-') {
            flags.push(argument.clone());
        }
        // What is left is the library's own source file.
    }
    flags.extend(lto.map(|lto| format!("-Clto={lto}")));
    flags
}

/// cargo's default for a release without debug information strips that of std. An artifact needs no symbols either;
/// whoever wants them says `strip = "none"` in the profile, and then cargo passes no such flag at all.
fn strip_all(codegen: &str) -> &str {
    if codegen == "strip=debuginfo" { "strip=symbols" } else { codegen }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link_flags(library: &str, lto: Option<&str>) -> String {
        let library: Vec<_> = library.split_whitespace().map(str::to_owned).collect();
        for_link(&library, lto).join(" ")
    }

    #[test]
    fn code_generation_stays_and_the_library_itself_goes() {
        let library = "--crate-name items --edition=2024 src/lib.rs --error-format=json --json=artifacts \
            --crate-type lib --emit=dep-info,metadata,link -C opt-level=3 -C embed-bitcode=no -C codegen-units=1 \
            --warn=clippy::pedantic -W unused --cfg a --check-cfg cfg(docsrs,test) -C metadata=1 \
            -C extra-filename=-1 --out-dir /t/deps -C strip=debuginfo -L dependency=/t/deps -l static=native \
            --extern serde=/t/deps/libserde.rmeta -Ctarget-cpu=native -Clinker=cc --target x86_64-unknown-linux-gnu \
            --remap-path-prefix=/home=/h --cap-lints warn -Zfoo";
        assert_eq!(
            link_flags(library, None),
            "-Copt-level=3 -Ccodegen-units=1 -Cstrip=symbols -L dependency=/t/deps -Ctarget-cpu=native -Clinker=cc \
             --target x86_64-unknown-linux-gnu --remap-path-prefix=/home=/h -Zfoo"
        );
    }

    #[test]
    fn the_link_of_an_lto_profile_does_the_lto_that_libraries_only_prepare() {
        assert_eq!(link_flags("-C opt-level=3 -C linker-plugin-lto", Some("fat")), "-Copt-level=3 -Clto=fat");
    }

    #[test]
    fn symbols_that_the_user_keeps_stay() {
        assert_eq!(link_flags("-C debuginfo=2", None), "-Cdebuginfo=2");
        assert_eq!(link_flags("-C strip=none", None), "-Cstrip=none");
    }
}
