//! The project's own checks, which are the same for people and CI.
//!
//! `cargo xtask check` checks formatting, lints and docs. `cargo xtask test` does that too, creates the
//! Python environments for the AWS emulators and other tools, and runs all tests. If the machine lacks
//! something, the tests that need it are skipped and listed at the end; with `CI=true` they fail.
//! `cargo xtask deny` checks licences and advisories. `cargo xtask bench` measures a function beside bare
//! `lambda_http`, `cargo xtask bench-build` builds, `cargo xtask bench-terraform` the emitted Terraform, and
//! `cargo xtask bench-gateway` the local gateway; `cargo xtask soak` stress-tests the gateway, and
//! `cargo xtask fuzz` fuzzes it. Nothing is installed outside of the target directory, except a browser with
//! `CI=true`.

#![allow(clippy::print_stderr, reason = "it only prints to the terminal")]

mod bench;
mod browser;
mod deny;
mod disk;
mod duration;
mod environment;
mod fuzz;
mod npm;
mod packages;
mod python;
mod released;
mod step;
mod viewer;

use std::{
    env,
    path::PathBuf,
    process::ExitCode,
    thread::{self, available_parallelism},
    time::Instant,
};

use duration::Durations;
use environment::{is_ci, target};
use step::{Failed, Step};

/// The variables in which tests find Python, the folders of its environments, and their requirements. There
/// are several because checkov and moto require different versions of a third package.
const PYTHON: [(&str, &str, &str); 3] = [
    ("ROUTEGEN_TEST_PYTHON", "venv", "requirements.txt"),
    ("ROUTEGEN_TEST_CHECKOV", "venv-checkov", "requirements-checkov.txt"),
    ("ROUTEGEN_TEST_OPENAPI", "venv-openapi", "requirements-openapi.txt"),
];

/// The tests that run at once, for each core. Many wait: for Terraform's provider, for a lock of cargo's, for a
/// function to time out.
const THREADS_PER_CORE: usize = 3;

const USAGE: &str = "usage:
  cargo xtask check          format, lints and docs
  cargo xtask test [ARGS]    that, and all tests; with ARGS `cargo test ARGS` alone
  cargo xtask soak [SECONDS] the local gateway under all that goes wrong
  cargo xtask bench          what a function costs, beside one on bare lambda_http
  cargo xtask viewer         takes the viewer of `routegen openapi --html` from its package of npm
  cargo xtask bench-diff     time to compare two documents of 300 routes
  cargo xtask bench-document the document of an API beside the list of its routes
  cargo xtask bench-terraform [--routes 10,100,300]
                             time to emit, plan and apply, beside the same API with every resource written out
  ";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["check"] => check(),
        ["test"] => everything(),
        ["test", arguments @ ..] => test(arguments, None),
        ["deny"] => deny(deny::Advisories::IfPossible),
        ["deny", "--advisories"] => deny(deny::Advisories::Required),
        ["soak"] => soak("60"),
        ["soak", seconds] => soak(seconds),
        ["bench"] => bench::bench(),
        ["bench-build", arguments @ ..] => bench::bench_build(arguments),
        ["bench-document"] => bench::bench_document(),
        ["bench-gateway", arguments @ ..] => bench::bench_gateway(arguments),
        ["bench-diff"] => bench_diff(),
        ["bench-terraform"] => bench_terraform(None),
        ["bench-terraform", "--routes", counts] => bench_terraform(Some(counts)),
        ["packages"] => packages::packages(packages::Tests::Run),
        ["packages", "--check"] => packages::packages(packages::Tests::Compile),
        ["viewer"] => viewer::renew(),
        ["fuzz", arguments @ ..] => fuzz::fuzz(arguments),
        _ => Err(Failed(format!(
            "{USAGE}{}{}{}{}",
            packages::USAGE,
            deny::USAGE,
            fuzz::USAGE,
            bench::USAGES.join("\n  ")
        ))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn everything() -> Result<(), Failed> {
    match disk::room(&target()) {
        Err(why) if is_ci() => return Err(why),
        Err(Failed(why)) => eprintln!("{why}"),
        Ok(()) => {}
    }
    check()?;
    let unchecked = dependencies()?;
    test(&["--workspace", "--no-fail-fast"], unchecked)
}

/// What was not checked about the dependencies, if anything.
fn dependencies() -> Result<Option<String>, Failed> {
    match deny::check(deny::Advisories::IfPossible, is_ci()) {
        Ok(deny::Skipped(skipped)) => Ok(skipped),
        Err(why) if is_ci() => Err(why),
        // If cargo-deny is missing on this machine, the check is skipped, like tests whose requirements are
        // missing.
        Err(Failed(why)) => Ok(Some(format!("licences, sources, banned crates and advisories: {why}"))),
    }
}

fn deny(advisories: deny::Advisories) -> Result<(), Failed> {
    let deny::Skipped(skipped) = deny::check(advisories, is_ci())?;
    if let Some(skipped) = skipped {
        eprintln!("SKIPPED {skipped}");
    }
    Ok(())
}

fn check() -> Result<(), Failed> {
    Step::cargo("fmt --all --check").run()?;
    // A separate workspace, for another compiler. Unit tests show that the code its targets call compiles and
    // passes.
    Step::cargo("fmt --manifest-path gateway/fuzz/Cargo.toml --check").run()?;
    // The feature `registry` is only enabled in the host build that routegen makes; it adds and replaces
    // code.
    Step::cargo("clippy --workspace --all-targets -- -D warnings").run()?;
    Step::cargo("clippy --package routegen --all-targets --all-features -- -D warnings").run()?;
    // Without the page, which tests and the command line enable.
    Step::cargo("clippy --package routegen-gateway --lib -- -D warnings").run()?;
    // The libraries as on docs.rs; then the command line, whose docs are for readers of its source.
    Step::cargo("doc --no-deps --package routegen --package routegen-apigw --package routegen-gateway --package routegen-macros --package routegen-spec --package routegen-sqs")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    Step::cargo("doc --no-deps --package routegen-cli --lib --document-private-items")
        .env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private-intra-doc-links")
        .run()
}

/// Runs tests, and lists the skipped ones at the end, after what was left `unchecked` before.
fn test(arguments: &[&str], unchecked: Option<String>) -> Result<(), Failed> {
    let mut tests = Step::cargo("test").arguments(arguments);
    for (variable, requirements, environment) in python_environments() {
        match environment {
            Ok(python) => tests = tests.env(variable, python),
            Err(Failed(why)) if is_ci() => return Err(Failed(why)),
            Err(Failed(why)) => eprintln!("{why}\nThe tests that need xtask/{requirements} will be skipped."),
        }
    }
    match npm::modules(&target().join("npm"), "npm") {
        Ok(modules) => tests = tests.env("ROUTEGEN_TEST_NPM", modules.join(".bin")),
        Err(Failed(why)) if is_ci() => return Err(Failed(why)),
        Err(Failed(why)) => eprintln!("{why}\nThe tests that need xtask/npm will be skipped."),
    }
    match browser::driver(is_ci()) {
        Err(Failed(why)) if is_ci() => return Err(Failed(why)),
        Err(Failed(why)) => eprintln!("{why}\nThe tests with a browser will be skipped."),
        Ok(()) => {}
    }
    let skipped = target().join("skipped-tests.txt");
    let _ = std::fs::remove_file(&skipped);
    let threads = env::var("RUST_TEST_THREADS").ok().and_then(|threads| threads.parse().ok());
    let threads =
        threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from) * THREADS_PER_CORE);
    let mut durations = Durations::new(threads);
    let tests = tests.env("ROUTEGEN_TEST_SKIPPED", &skipped).env("RUST_TEST_THREADS", threads.to_string());
    let outcome = tests.run_and_hear(|line| durations.hear(line, Instant::now()));
    let durations = durations.slowest_first();
    if durations.len() > 1 {
        eprint!("\n{}", duration::shown(&durations));
        let text: String = duration::lines(&durations).map(|line| line + "\n").collect();
        let _ = std::fs::write(target().join("test-durations.txt"), text);
    }
    let unchecked = unchecked.map(|what| format!("SKIPPED {what}\n"));
    let skipped = unchecked.unwrap_or_default() + &std::fs::read_to_string(skipped).unwrap_or_default();
    if !skipped.is_empty() {
        eprint!("\nNot everything was tested:\n{skipped}");
    }
    outcome
}

/// The environments of Python, by their variables and requirements. They are made in parallel, because pip uses one
/// core.
fn python_environments() -> [(&'static str, &'static str, Result<PathBuf, Failed>); PYTHON.len()] {
    let ended = || Failed("the environment of Python was not made".to_owned());
    thread::scope(|scope| {
        let environments = PYTHON.map(|(variable, folder, requirements)| {
            let make = move || python::environment(&target().join(folder), requirements);
            (variable, requirements, scope.spawn(make))
        });
        environments.map(|(variable, requirements, making)| {
            (variable, requirements, making.join().unwrap_or_else(|_| Err(ended())))
        })
    })
}

/// Runs all parts of the gateway's soak test in parallel, for this number of seconds.
fn soak(seconds: &str) -> Result<(), Failed> {
    // glibc keeps freed memory in an arena for each thread. With these settings it returns large blocks at
    // once, so that the measured memory is what the gateway holds.
    Step::cargo("bench --package routegen-gateway-tests --bench soak")
        .env("MALLOC_ARENA_MAX", "1")
        .env("MALLOC_MMAP_THRESHOLD_", "131072")
        .env("ROUTEGEN_SOAK_SECONDS", seconds)
        .run()
}

/// Measures the comparison of two documents, and prints a Markdown table.
#[expect(clippy::print_stdout, reason = "the figures are data")]
fn bench_diff() -> Result<(), Failed> {
    let routegen = released::routegen()?;
    let out = target().join("bench-diff.md");
    Step::cargo("test --package routegen-cli --test it -- --ignored --exact diff::benchmark")
        .env("ROUTEGEN_BENCH_PROGRAM", routegen)
        .env("ROUTEGEN_BENCH_OUT", &out)
        .run()?;
    let figures = std::fs::read_to_string(&out)
        .map_err(|error| Failed(format!("{} cannot be read: {error}", out.display())))?;
    println!("{figures}");
    Ok(())
}

/// Measures the emitted Terraform, with the tests' emulator and Terraform, and prints a Markdown table.
#[expect(clippy::print_stdout, reason = "the figures are data")]
fn bench_terraform(routes: Option<&str>) -> Result<(), Failed> {
    let routegen = released::routegen()?;
    let out = target().join("bench-terraform.md");
    let name = "test --package routegen-cli --test it -- --ignored --exact emulator::benchmark::growth";
    let mut bench = Step::cargo(name)
        .env("ROUTEGEN_TEST_PYTHON", python::environment(&target().join("venv"), "requirements.txt")?);
    if let Some(routes) = routes {
        bench = bench.env("ROUTEGEN_BENCH_ROUTES", routes);
    }
    bench = bench.env("ROUTEGEN_BENCH_PROGRAM", routegen);
    bench.env("ROUTEGEN_BENCH_OUT", &out).run()?;
    let figures = std::fs::read_to_string(&out)
        .map_err(|error| Failed(format!("{} cannot be read: {error}", out.display())))?;
    println!("{figures}");
    Ok(())
}
