//! Turns the flags of cargo's call for the library into flags for linking a program to it.
//!
//! In: the arguments of that call, in every spelling that rustc accepts (`-Cname`, `-C name`,
//! `--codegen=name`, `@file`). Options for code generation and linking stay, so that the program is made like
//! the library. Options that describe the library are removed, and so are lints, which are meant for the
//! user's own code. Unknown options stay.

use camino::Utf8Path;

use crate::support::files;

/// The options that take a value and do not affect a link.
const DROPPED: [&str; 24] = [
    "--allow",
    "--cap-lints",
    "--cfg",
    "--check-cfg",
    "--color",
    "--crate-name",
    "--crate-type",
    "--deny",
    "--diagnostic-width",
    "--edition",
    "--emit",
    "--error-format",
    "--extern",
    "--forbid",
    "--force-warn",
    "--json",
    "--out-dir",
    "--print",
    "--warn",
    "-A",
    "-D",
    "-F",
    "-W",
    // The library itself records the native libraries to link with.
    "-l",
];

/// The options that take a value and stay.
const KEPT: [&str; 5] = ["--remap-path-prefix", "--sysroot", "--target", "-L", "-Z"];

/// The code generation options that only apply to the library itself.
const DROPPED_CODEGEN: [&str; 4] = ["embed-bitcode", "extra-filename", "incremental", "metadata"];

/// The flags for a link to the library whose root file is `source`; rustc is called in `root`. `lto` is the
/// profile's setting, which cargo does not pass on for libraries.
pub(super) fn for_link(
    library: &[String],
    source: &Utf8Path,
    root: &Utf8Path,
    lto: Option<&str>,
) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    let words: Vec<String> = library.iter().flat_map(|word| expanded(word, root)).collect();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (option, joined) = split(&word);
        if DROPPED.contains(&option) {
            if joined.is_none() {
                words.next();
            }
        } else if matches!(option, "-C" | "--codegen") {
            let codegen = joined.map(str::to_owned).or_else(|| words.next()).unwrap_or_default();
            flags.extend(codegen_for_link(&codegen, lto));
        } else if KEPT.contains(&option) {
            let separate = if joined.is_none() { words.next() } else { None };
            flags.push(word);
            flags.extend(separate);
        } else if root.join(&word) != source {
            flags.push(word);
        }
    }
    flags.extend(lto.map(|lto| format!("-Clto={lto}")));
    // Lints that rustc denies by default do not apply to a generated file either.
    flags.push("--cap-lints=allow".to_owned());
    flags
}

/// The argument itself, or the arguments in the file that it names, one on each line, as rustc reads them.
fn expanded(word: &str, root: &Utf8Path) -> Vec<String> {
    // rustc has already refused a file that cannot be read.
    let file = word.strip_prefix('@').and_then(|file| files::read(&root.join(file)).ok());
    file.map_or_else(|| vec![word.to_owned()], |text| text.lines().map(str::to_owned).collect())
}

/// An option, and its value if it is in the same argument: `--name=value`, `-Nvalue`.
fn split(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
    }
    match word.split_at_checked(2) {
        Some((option, value)) if option.starts_with('-') && !value.is_empty() => (option, Some(value)),
        _ => (word, None),
    }
}

fn codegen_for_link(codegen: &str, lto: Option<&str>) -> Option<String> {
    let name = codegen.split('=').next().unwrap_or_default().replace('_', "-");
    // Cargo sets this for a library in a profile with link-time optimisation. Otherwise the user has set it;
    // then the library contains only bitcode, which the link must pass on to the linker.
    let is_prepared = name == "linker-plugin-lto" && lto.is_some();
    if is_prepared || DROPPED_CODEGEN.contains(&name.as_str()) {
        return None;
    }
    // For a release without debug information, cargo strips that of std by default. An artifact needs no
    // symbols either. With `strip = "none"` in the profile, cargo passes no such flag at all.
    let codegen = if codegen == "strip=debuginfo" { "strip=symbols" } else { codegen };
    Some(format!("-C{codegen}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn link_flags(library: &str, lto: Option<&str>) -> String {
        let flags = for_link(&words(library), "/w/src/lib.rs".into(), "/w".into(), lto).join(" ");
        flags.strip_suffix("--cap-lints=allow").unwrap().trim_end().to_owned()
    }

    #[test]
    fn code_generation_stays_and_the_library_itself_goes() {
        let library = "--crate-name items --edition=2024 src/lib.rs --error-format=json --json=artifacts \
            --crate-type lib --emit=dep-info,metadata,link -C opt-level=3 -C embed-bitcode=no -C codegen-units=1 \
            --cfg a --check-cfg cfg(docsrs,test) -C metadata=1 \
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
    fn every_spelling_of_a_flag_is_understood() {
        for (library, link) in [
            ("-Copt-level=3", "-Copt-level=3"),
            ("-C opt-level=3", "-Copt-level=3"),
            ("--codegen opt-level=3", "-Copt-level=3"),
            ("--codegen=opt-level=3", "-Copt-level=3"),
            ("-Cextra_filename=-1 -Cforce_frame_pointers", "-Cforce_frame_pointers"),
            ("-L/l -L native=/n -Zfoo -Z bar", "-L/l -L native=/n -Zfoo -Z bar"),
            ("--remap-path-prefix /a=/b --sysroot=/s", "--remap-path-prefix /a=/b --sysroot=/s"),
            ("-lz -l z -O -g -v", "-O -g -v"),
            ("--crate-name=items --out-dir=/t --crate-type=lib", ""),
        ] {
            assert_eq!(link_flags(library, None), link, "{library}");
        }
    }

    #[test]
    fn lints_of_the_users_never_judge_generated_code() {
        for lint in ["-A", "-W", "-D", "-F", "--allow", "--warn", "--deny", "--forbid", "--force-warn"] {
            let joined = if lint.starts_with("--") { "=" } else { "" };
            for words in [format!("{lint} unsafe_code"), format!("{lint}{joined}unsafe_code")] {
                assert_eq!(link_flags(&format!("-O {words} -g"), None), "-O -g", "{words}");
            }
        }
        let flags = for_link(&[], "/w/lib.rs".into(), "/w".into(), None);
        assert_eq!(flags, ["--cap-lints=allow"], "nor do those that rustc denies by itself");
    }

    #[test]
    fn a_flag_that_is_not_known_is_kept_with_its_value() {
        let library = "--crate-name items src/lib.rs --from-tomorrow value.rs --and=more -C opt-level=3";
        assert_eq!(link_flags(library, None), "--from-tomorrow value.rs --and=more -Copt-level=3");
        assert_eq!(link_flags("/w/src/lib.rs -X y", None), "-X y", "the source by its whole path");
    }

    #[test]
    fn a_file_of_flags_is_read_where_rustc_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let text = "-Dunsafe_code\n--codegen\ntarget-cpu=native\n-L\n/a folder\n";
        files::write_if_changed(&root.join("flags"), text.as_bytes()).unwrap();
        let flags = for_link(&words("@flags -O @absent"), &root.join("lib.rs"), root, None);
        assert_eq!(flags, ["-Ctarget-cpu=native", "-L", "/a folder", "-O", "@absent", "--cap-lints=allow"]);
    }

    #[test]
    fn the_link_of_an_lto_profile_does_the_lto_that_libraries_only_prepare() {
        assert_eq!(link_flags("-C opt-level=3 -C linker-plugin-lto", Some("fat")), "-Copt-level=3 -Clto=fat");
        assert_eq!(link_flags("-C linker-plugin-lto", None), "-Clinker-plugin-lto", "the user's own");
    }

    #[test]
    fn symbols_that_the_user_keeps_stay() {
        assert_eq!(link_flags("-C debuginfo=2", None), "-Cdebuginfo=2");
        assert_eq!(link_flags("-C strip=none", None), "-Cstrip=none");
    }
}
