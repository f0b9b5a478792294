//! Properties that hold for any input from outside: the bodies of the fuzz targets in `fuzz/`.
//!
//! In: bytes. The functions panic if the result differs from that of a simple model. Fuzzing is not part of
//! the tests, but these functions are: property tests call them, and the committed `seeds/` are replayed.
//! The fourth target, `selection`, is in [`routegen_apigw::routing`].

#![allow(clippy::unwrap_used, reason = "they must panic if a property does not hold")]

mod event;
mod request;
mod response;
mod token;

pub use event::event;
pub use response::response;
pub use token::token;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    type Target = fn(&[u8]);

    const TARGETS: [(&str, Target); 3] =
        [("event", super::event), ("response", super::response), ("token", super::token)];

    /// `xtask/tests/architecture` checks that each folder of seeds has a target for cargo-fuzz.
    #[test]
    fn the_seeds_hold_and_are_those_of_the_targets() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds"));
        let folders = fs::read_dir(folder).unwrap();
        let folders: BTreeSet<_> =
            folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(folders, TARGETS.map(|(name, _)| name.to_owned()).into());
        for (name, target) in TARGETS {
            let seeds = fs::read_dir(folder.join(name)).unwrap();
            let seeds: Vec<_> = seeds.map(|seed| seed.unwrap().path()).collect();
            assert!(!seeds.is_empty(), "{name}");
            for seed in seeds {
                println!("{}", seed.display());
                target(&fs::read(seed).unwrap());
            }
        }
    }
}
