//! What any input from outside must hold: the bodies of the fuzz targets in `fuzz/`.
//!
//! In: bytes. They panic where what becomes of the bytes is not what a simple model of it says. Fuzzing is not part of the tests, but
//! these functions are: property tests call them, and the committed seeds are replayed. The fourth target, `selection`, is in
//! [`routegen_apigw::routing`].

#![allow(clippy::unwrap_used, reason = "what they are for is to panic where something does not hold")]

mod event;
mod request;
mod response;
mod token;

pub use event::event;
pub use response::response;
pub use token::token;

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    type Target = fn(&[u8]);

    const TARGETS: [(&str, Target); 3] =
        [("event", super::event), ("response", super::response), ("token", super::token)];

    fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz"))
    }

    #[test]
    fn the_seeds_hold() {
        for (name, target) in TARGETS {
            let seeds = fs::read_dir(folder().join("seeds").join(name)).unwrap();
            let seeds: Vec<_> = seeds.map(|seed| seed.unwrap().path()).collect();
            assert!(!seeds.is_empty(), "{name}");
            for seed in seeds {
                println!("{}", seed.display());
                target(&fs::read(seed).unwrap());
            }
        }
    }

    /// The folder is a workspace of its own, for another compiler: nobody builds it until somebody fuzzes.
    #[test]
    fn the_targets_are_those_that_are_tested() {
        let own = TARGETS.map(|(name, _)| (name, format!("routegen_gateway::fuzz::{name}")));
        let selection = ("selection", "routegen_apigw::routing::fuzz::selection".to_owned());
        let mut manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
        for (name, function) in own.into_iter().chain([selection]) {
            let target = fs::read_to_string(folder().join(format!("fuzz_targets/{name}.rs"))).unwrap();
            let call = format!("libfuzzer_sys::fuzz_target!(|input: &[u8]| {function}(input));\n");
            assert!(target.ends_with(&call), "{name}: {target}");
            let entry = format!(
                "[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\ntest = false\ndoc = false\nbench = false\n"
            );
            assert!(manifest.contains(&entry), "{name}");
            manifest = manifest.replace(&entry, "");
        }
        assert!(!manifest.contains("[[bin]]"), "{manifest}");
    }
}
