//! The invariants of ARCHITECTURE.md that the compiler does not hold.

mod modules;

use std::path::Path;
use modules::Graph;

#[test]
fn no_modules_use_each_other_in_a_circle() {
    for krate in ["spec", "macros", "runtime", "gateway", "cli", "xtask"] {
        let graph = Graph::read(&Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(krate).join("src"));
        for circle in graph.circles() { println!("{krate}: {circle:?}");
          for m in &circle { for u in &graph.0[*m] { if circle.contains(u.as_str()) { println!("     {m} -> {u}"); } } }
        }
        if krate == "cli" { for (r,u) in graph.rooms() { println!("{r}: {u:?}"); } }
    }
}
