//! What was renamed since the last emission, as `moved` blocks.
//!
//! In: the checked manifest, and what the last emission left. Out: the text of `moved.tf`, or `None` if
//! nothing was renamed. A route whose function has a new name keeps its old integration: without the block,
//! Terraform would create a second one. Routes themselves need no block, because the module keeps them under
//! their route keys.
//!
//! The blocks stay, because it is unknown which environments have been applied since. A block is removed when
//! a function takes the old name again, which Terraform would refuse, and when its target no longer exists.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Previous, hcl,
    previous::{INTEGRATION, Identity, Move, PreviousRoute},
};
use crate::check::CheckedManifest;

const HEADER: &str = "\
# The routegen module: what was renamed in the code, so that Terraform keeps it instead of making it again.
# Once every environment has been applied, this file can be deleted.
";

/// The text of `moved.tf`, or `None` if there are no moves.
pub(super) fn render(manifest: &CheckedManifest, previous: &Previous) -> Option<String> {
    let moves = kept(manifest, previous);
    if moves.is_empty() {
        return None;
    }
    let blocks = moves.into_iter().map(|Move { from, to }| {
        let entries = [("from", from), ("to", to)];
        let entries = entries.map(|(end, key)| (end.to_owned(), hcl::Value::Instance(INTEGRATION, key)));
        format!("\n{}", hcl::block("moved", &entries))
    });
    Some(HEADER.to_owned() + &blocks.collect::<String>())
}

/// The moves of this emission, and those of earlier ones that still have a target.
fn kept(manifest: &CheckedManifest, previous: &Previous) -> Vec<Move> {
    let functions: BTreeSet<&str> = manifest.routes.iter().map(|route| route.function.as_str()).collect();
    // Newest first.
    let mut steps = new(manifest, previous);
    steps.extend(previous.moves.iter().cloned());
    steps.retain(|step| !functions.contains(step.from.as_str()));
    let mut moves: Vec<Move> = Vec::new();
    // Terraform refuses two moves from one address, or to one. Two branches may have left two, one of which
    // has no target.
    for step in leading_to(&functions, steps) {
        if !moves.iter().any(|other| other.excludes(&step)) {
            moves.push(step);
        }
    }
    moves = leading_to(&functions, moves);
    moves.sort();
    moves
}

/// The moves that lead to one of these functions, directly or through other moves.
fn leading_to(functions: &BTreeSet<&str>, mut moves: Vec<Move>) -> Vec<Move> {
    let mut ends: BTreeSet<String> = functions.iter().map(|&function| function.to_owned()).collect();
    loop {
        let known = ends.len();
        let leading = moves.iter().filter(|step| ends.contains(&step.to)).map(|step| step.from.clone());
        ends.extend(leading.collect::<Vec<_>>());
        if ends.len() == known {
            moves.retain(|step| ends.contains(&step.to));
            return moves;
        }
    }
}

impl Move {
    fn excludes(&self, other: &Self) -> bool {
        self.from == other.from || self.to == other.to
    }
}

/// The functions that replace others behind routes.
fn new(manifest: &CheckedManifest, previous: &Previous) -> Vec<Move> {
    let before: BTreeMap<&Identity, &PreviousRoute> =
        previous.routes.iter().map(|route| (&route.identity, route)).collect();
    let mut moves: Vec<Move> = Vec::new();
    for route in &manifest.routes {
        let identity = (route.spec.method.to_string(), route.spec.path.identity());
        let Some(old) = before.get(&identity) else { continue };
        let step = Move { from: old.function.clone(), to: route.function.clone() };
        // If the new name existed before, its integration stays as it is.
        let is_new = previous.routes.iter().all(|route| route.function != step.to);
        if step.from != step.to && is_new && !moves.contains(&step) {
            moves.push(step);
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use routegen_spec::{Manifest, RouteSpec};

    use super::*;
    use crate::{
        check::{check, fixture},
        project::config::Config,
        support::files::Generated,
        terraform::{Layout, Syntax, files},
    };

    fn route(name: &str, path: &str) -> RouteSpec {
        let description = "a ${hostile} \"description\"".to_owned();
        fixture::with(fixture::route(name, path), |spec| spec.description = description)
    }

    /// Emits one API after the other, and returns the moves of the last one.
    fn emissions(apis: &[&[(&str, &str)]]) -> Vec<String> {
        let routes = |api: &&[(&str, &str)]| api.iter().map(|(name, path)| route(name, path)).collect();
        emissions_of(&apis.iter().map(routes).collect::<Vec<_>>())
    }

    /// The same for routes at `/NAME`, each with its function.
    fn emissions_of_functions(apis: &[&[(&str, &str)]]) -> Vec<String> {
        let routes = |api: &&[(&str, &str)]| {
            let routes = api.iter().map(|(name, function)| {
                let lambda = (name != function).then(|| function.parse().unwrap());
                fixture::with(route(name, &format!("/{name}")), |spec| spec.lambda = lambda)
            });
            routes.collect()
        };
        emissions_of(&apis.iter().map(routes).collect::<Vec<_>>())
    }

    fn emissions_of(apis: &[Vec<RouteSpec>]) -> Vec<String> {
        let in_hcl = emissions_in(Syntax::Hcl, apis);
        assert_eq!(emissions_in(Syntax::Json, apis), in_hcl);
        in_hcl
    }

    fn emissions_in(syntax: Syntax, apis: &[Vec<RouteSpec>]) -> Vec<String> {
        let mut emitted: Vec<Generated> = Vec::new();
        for routes in apis {
            let manifest = Manifest::new("0.0.0", routes.clone(), Vec::new());
            let checked = check(Utf8Path::new("/"), "items", &manifest, &Config::default()).unwrap().manifest;
            emitted = files(&checked, &read(&emitted), Layout::Module, syntax, "".into());
        }
        let moves = read(&emitted).moves.into_iter();
        moves.map(|Move { from, to }| format!("{from} > {to}")).collect()
    }

    fn read(files: &[Generated]) -> Previous {
        let files = files.iter().filter(|file| Previous::FILES.contains(&file.path.as_str()));
        Previous::read(files.map(|file| (file.path.as_str(), file.text.as_str())))
    }

    #[test]
    fn the_integration_of_a_renamed_handler_is_moved() {
        let (before, after) = ([("a", "/items/{id}"), ("b", "/b")], [("c", "/items/{itemId}"), ("b", "/b")]);
        assert_eq!(emissions(&[&before, &after]), ["a > c"]);
    }

    #[test]
    fn routes_that_join_or_leave_a_function_take_one_integration_with_them() {
        let (own, group): (&[_], &[_]) = (&[("a", "a"), ("b", "b")], &[("a", "pets"), ("b", "pets")]);
        assert_eq!(emissions_of_functions(&[own, group]), ["a > pets"]);
        assert_eq!(emissions_of_functions(&[group, own]), ["pets > a"]);
        assert_eq!(emissions_of_functions(&[group, &[("a", "dogs"), ("b", "dogs")]]), ["pets > dogs"]);
        // The function stays, for a route that is in it already.
        assert_eq!(emissions_of_functions(&[group, &[("a", "pets"), ("b", "b")]]), [""; 0]);
        assert_eq!(emissions_of_functions(&[&[("a", "pets"), ("b", "b")], group]), [""; 0]);
        // There and back: only the newer of the two blocks can stay.
        assert_eq!(emissions_of_functions(&[own, group, own]), ["pets > a"]);
    }

    #[test]
    fn the_blocks_are_laid_out_as_terraform_fmt_does() {
        let manifest = Manifest::new("0.0.0", vec![route("get_item", "/items")], Vec::new());
        let checked = check(Utf8Path::new("/"), "items", &manifest, &Config::default()).unwrap().manifest;
        let identity = ("GET".to_owned(), "/items".to_owned());
        let old = PreviousRoute { function: "item".to_owned(), authorizer: None, identity };
        insta::assert_snapshot!(
            render(&checked, &Previous { routes: vec![old], ..Previous::default() }).unwrap()
        );
    }

    #[test]
    fn what_is_new_or_gone_or_unchanged_is_not_moved() {
        assert_eq!(emissions(&[&[("a", "/a"), ("b", "/b")], &[("a", "/a"), ("c", "/c")]]), [""; 0]);
        assert_eq!(emissions(&[&[("a", "/a")]]), [""; 0]);
        assert_eq!(emissions(&[&[("a", "/a")], &[("a", "/b")]]), [""; 0]);
    }

    #[test]
    fn an_integration_stays_with_a_function_that_is_still_there() {
        assert_eq!(emissions(&[&[("a", "/a"), ("b", "/b")], &[("b", "/a"), ("a", "/b")]]), [""; 0]);
        assert_eq!(emissions(&[&[("a", "/a"), ("b", "/b")], &[("b", "/a")]]), [""; 0]);
    }

    #[test]
    fn moves_stay_for_environments_that_have_not_been_applied_yet_and_follow_each_other() {
        let (a, b, c): (&[_], &[_], &[_]) = (&[("a", "/")], &[("b", "/")], &[("c", "/")]);
        assert_eq!(emissions(&[a, b, b]), ["a > b"]);
        assert_eq!(emissions(&[a, b, c]), ["a > b", "b > c"]);
        assert_eq!(emissions(&[a, b, c, c]), ["a > b", "b > c"]);
        // Back again: a block from `a` would be refused, because `a` exists.
        assert_eq!(emissions(&[a, b, a]), ["b > a"]);
        assert_eq!(emissions(&[a, b, a, c]), ["a > c", "b > a"]);
        // Their target is gone.
        assert_eq!(emissions(&[a, b, c, &[("d", "/d")]]), [""; 0]);
        // `c` had the first route and now has the second one: only the newer block can stay.
        assert_eq!(
            emissions(&[
                &[("a", "/a"), ("x", "/x")],
                &[("c", "/a"), ("x", "/x")],
                &[("x", "/x")],
                &[("c", "/x")]
            ]),
            ["x > c"]
        );
    }

    #[test]
    fn of_the_moves_that_two_branches_left_those_stay_that_lead_somewhere() {
        let step = |from: &str, to: &str| Move { from: from.to_owned(), to: to.to_owned() };
        let kept = |function: &str, moves: &[Move]| {
            let manifest = Manifest::new("0.0.0", vec![route(function, "/")], Vec::new());
            let checked = check(Utf8Path::new("/"), "items", &manifest, &Config::default()).unwrap().manifest;
            super::kept(&checked, &Previous { moves: moves.to_vec(), ..Previous::default() })
        };
        let both = [step("a", "b"), step("a", "c")];
        assert_eq!(kept("b", &both), [step("a", "b")]);
        assert_eq!(kept("c", &both), [step("a", "c")]);
        assert_eq!(kept("d", &[step("a", "b"), step("b", "a")]), []);
    }
}
