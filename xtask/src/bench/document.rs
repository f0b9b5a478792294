//! The benchmark of the document: `routegen openapi` beside `routegen routes`, with everything already built.
//!
//! In: the release build of routegen, and a package with the given number of handlers. Out, on stdout: the
//! medians of several alternating runs, as a Markdown table. The document may take at most a tenth of a
//! second longer than the list of routes.

use std::time::{Duration, Instant};

use super::{
    files::fetch,
    project::{Kind, Project},
};
use crate::{environment::target, released, step::Failed};

const HANDLERS: usize = 100;
const RUNS: usize = 15;

/// The commands to measure, besides the list of routes.
const COMMANDS: [&[&str]; 3] = [&["routes"], &["openapi", "--out", "-"], &["openapi", "--html", "-"]];

#[expect(clippy::print_stdout, reason = "the figures are data")]
pub(crate) fn bench_document() -> Result<(), Failed> {
    let routegen = released::routegen()?;
    let project = Project::generate(&target().join("bench-document"), Kind::Routegen, HANDLERS)?;
    fetch(&project.folder)?;
    let run = |arguments: &[&str]| {
        let begin = Instant::now();
        let mut command = std::process::Command::new(&routegen);
        let output = command.args(arguments).current_dir(&project.folder).output();
        let output = output.map_err(|error| Failed(format!("{}: {error}", routegen.display())))?;
        if output.status.success() {
            return Ok(begin.elapsed());
        }
        Err(Failed(String::from_utf8_lossy(&output.stderr).into_owned()))
    };
    eprintln!("> {}: what is built once", project.folder.display());
    for arguments in COMMANDS {
        run(arguments)?;
    }
    let mut times: [Vec<Duration>; COMMANDS.len()] = Default::default();
    for _ in 0..RUNS {
        for (arguments, times) in COMMANDS.into_iter().zip(&mut times) {
            times.push(run(arguments)?);
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let [routes, openapi, html] = &mut times;
    let (routes, openapi, html) = (median(routes), median(openapi), median(html));
    println!(
        "| routes | `routegen routes`, s | `routegen openapi`, s | `routegen openapi --html`, s |\n|---|---|---|---|"
    );
    let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
    println!("| {HANDLERS} | {} | {} | {} |", seconds(routes), seconds(openapi), seconds(html));
    let most = Duration::from_millis(100);
    if openapi.saturating_sub(routes) > most {
        return Err(Failed(format!("the document takes more than {most:?} beyond the list of routes")));
    }
    Ok(())
}
