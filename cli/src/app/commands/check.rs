//! `routegen check`: checks the routes without building artifacts.

use std::fmt;

use serde::Serialize;

use super::api::Api;
use crate::{app::error::Error, artifacts::include, output::words::plural};

pub(super) fn run(api: &Api<'_>) -> Result<(), Error> {
    let checked = api.checked()?;
    include::check(&api.workspace, &checked)?;
    Ok(api.printer.outcome(&CheckSummary {
        api: checked.api_name,
        routes: checked.routes.len(),
        functions: checked.functions.len(),
    })?)
}

#[derive(Serialize)]
struct CheckSummary {
    api: String,
    routes: usize,
    functions: usize,
}

impl fmt::Display for CheckSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = plural(self.routes, "1 route", "routes");
        let functions = plural(self.functions, "1 function", "functions");
        writeln!(f, "{}: {routes}, {functions}, ready to deploy", self.api)
    }
}
