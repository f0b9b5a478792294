//! The benchmark behind `cargo xtask bench-terraform`: how the times of emitting, planning and applying grow
//! with an API.
//!
//! It deploys the same API twice, to moto: with the emitted module, and with every resource of every route
//! written out, as people and other authors' modules do. Both upload zips through a bucket. It proves
//! nothing, and runs only on request; the figures go to the file in `ROUTEGEN_BENCH_OUT`.

use std::{fmt::Write as _, io::Write as _, process::Command, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::{Emulator, moto, python::python};
use crate::{
    fixture::{Project, scratch, succeed, target},
    terraform::tool::{Root, Terraform, terraform_with_provider},
};

/// The time limit of a call.
const LIMIT: Duration = Duration::from_mins(40);

/// The default numbers of routes.
const ROUTES: &str = "10,100,300";

#[test]
#[ignore = "a benchmark: `cargo xtask bench-terraform`"]
fn growth() {
    let (Some(terraform), Some(python)) = (terraform_with_provider(), python()) else { return };
    let counts = std::env::var("ROUTEGEN_BENCH_ROUTES").unwrap_or_else(|_| ROUTES.to_owned());
    let mut report = HEAD.to_owned();
    for routes in counts.split(',').map(|count| count.parse().unwrap()) {
        let folder = scratch(&format!("bench-terraform-{routes}"));
        let emulator = moto::start(python, &folder);
        let zips = folder.join("zips");
        make_zips(&zips, routes);
        let (ours, emit) = emitted(&folder, &emulator, routes);
        let ours = measure(terraform, &ours);
        // The other one gets another account, because names would collide.
        drop(emulator);
        let emulator = moto::start(python, &folder);
        let theirs = measure(terraform, &written_out(&folder, &emulator, routes));
        report += &row(routes, emit, &ours, &theirs);
        // Partial results are useful too.
        std::fs::write(std::env::var("ROUTEGEN_BENCH_OUT").unwrap(), &report).unwrap();
    }
}

const HEAD: &str = "\
| routes | emit | resources | plan | apply | plan, nothing to do | resources, written out | plan | apply | plan, nothing to do |
|---|---|---|---|---|---|---|---|---|---|
";

struct Figures {
    resources: usize,
    plan: Duration,
    apply: Duration,
    nothing_to_do: Duration,
}

fn measure(terraform: &'static Terraform, folder: &Utf8Path) -> Figures {
    let root = Root::init(terraform, folder);
    let plan = root.time(LIMIT, &["plan", "-out", "plan"]);
    let apply = root.time(LIMIT, &["apply", "plan"]);
    let nothing_to_do = root.time(LIMIT, &["plan", "-detailed-exitcode"]);
    let resources = root.run(&["state", "list"]).lines().count();
    Figures { resources, plan, apply, nothing_to_do }
}

fn row(routes: usize, emit: u64, ours: &Figures, theirs: &Figures) -> String {
    let mut row = format!("| {routes} | {emit} ms |");
    for (figures, others) in [(ours, None), (theirs, Some(ours))] {
        let _ = write!(row, " {} |", figures.resources);
        let pick: [fn(&Figures) -> Duration; 3] =
            [|figures| figures.plan, |figures| figures.apply, |figures| figures.nothing_to_do];
        for pick in pick {
            let seconds = pick(figures).as_secs_f64();
            let ratio = others.map(|ours| format!(" ({:.2} ×)", seconds / pick(ours).as_secs_f64()));
            let _ = write!(row, " {seconds:.1} s{} |", ratio.unwrap_or_default());
        }
    }
    row + "\n"
}

/// Emits the Terraform for this number of handlers, and returns the milliseconds that it takes once the
/// manifest exists.
fn emitted(folder: &Utf8Path, emulator: &Emulator, routes: usize) -> (Utf8PathBuf, u64) {
    let handlers = (0..routes).fold("use routegen::route;\n".to_owned(), |mut text, number| {
        let _ = write!(
            text,
            "\n/// Answers number {number}\n#[route(GET, \"/r{number}/{{id}}\", auth = \"iam\")]\n\
             async fn r{number}() -> &'static str {{\n    \"{number}\"\n}}\n"
        );
        text
    });
    let project = Project::new(&format!("bench-routes-{routes}"), &handlers);
    let root = folder.join("emitted");
    // Users have an optimised command; that of the tests is not optimised.
    let mut command = Command::new(std::env::var("ROUTEGEN_BENCH_PROGRAM").unwrap());
    command.args(["emit-tf", "--format", "json", "--syntax", "hcl", "--timings"]);
    command.args(["--out", root.as_str(), "--artifacts", folder.join("zips").as_str()]);
    command.current_dir(&project.root).env("CARGO_TARGET_DIR", target());
    let summary: Value = serde_json::from_str(&succeed(&mut command)).unwrap();
    let steps = summary["timings"]["steps"].as_array().unwrap();
    let emit = steps.iter().find(|step| step["step"] == "emit").unwrap()["milliseconds"].as_u64().unwrap();
    std::fs::write(root.join("emulator_override.tf"), emulator.provider()).unwrap();
    std::fs::write(root.join("bucket.tf"), BUCKET).unwrap();
    super::set(&root, "  artifact_bucket = { name = aws_s3_bucket.artifacts.id }\n");
    (root, emit)
}

const BUCKET: &str = "resource \"aws_s3_bucket\" \"artifacts\" {\n  bucket_prefix = \"artifacts-\"\n}\n";

/// The same resources, with a separate block for each resource of each route.
fn written_out(folder: &Utf8Path, emulator: &Emulator, routes: usize) -> Utf8PathBuf {
    let root = folder.join("written-out");
    std::fs::create_dir(&root).unwrap();
    let template = include_str!("../../terraform/written_out/route.tf");
    let each: String = (0..routes).map(|number| template.replace("NUMBER", &number.to_string())).collect();
    std::fs::write(root.join("routes.tf"), each).unwrap();
    std::fs::write(root.join("api.tf"), include_str!("../../terraform/written_out/api.tf")).unwrap();
    std::fs::write(root.join("bucket.tf"), BUCKET).unwrap();
    std::fs::write(root.join("terraform.tfvars"), "region = \"us-east-1\"\n").unwrap();
    std::fs::write(root.join("emulator_override.tf"), emulator.provider()).unwrap();
    root
}

/// moto runs nothing, so a zip may contain anything.
fn make_zips(folder: &Utf8Path, routes: usize) {
    std::fs::create_dir(folder).unwrap();
    for number in 0..routes {
        let mut zip =
            zip::ZipWriter::new(std::fs::File::create(folder.join(format!("r{number}.zip"))).unwrap());
        zip.start_file("bootstrap", zip::write::SimpleFileOptions::default()).unwrap();
        write!(zip, "{number}").unwrap();
        zip.finish().unwrap();
    }
}
