//! `routegen token`: prints a token that this package's server accepts, or refuses for the reason that the
//! options choose.

use std::fmt;

use serde::Serialize;

use super::runnable::{chain, runtime};
use crate::{
    app::{
        args::{DEV_PORT, TokenArgs},
        error::{Error, Warning},
    },
    dev,
    dev::{DevFolder, listens},
    output::printer::Printer,
    project::workspace::Workspace,
};

pub(super) fn run(args: &TokenArgs, workspace: &Workspace, printer: &Printer) -> Result<(), Error> {
    let place = DevFolder::of(workspace)?;
    let at = |port: u16| format!("http://127.0.0.1:{port}");
    // The issuer's URL contains the port.
    let running = if args.port.is_none() { place.running() } else { None };
    let origin = running.unwrap_or_else(|| {
        let origin = at(args.port.unwrap_or(DEV_PORT));
        if !listens(&origin) {
            printer.warning(&Warning::NoServer { origin: origin.clone() });
        }
        origin
    });
    let tokens = runtime()?.block_on(place.issuer()?.tokens(&origin));
    let tokens = tokens.map_err(|error| dev::Error::Gateway { reason: chain(&error), help: None })?;
    let mut token = tokens.token().scopes(&args.scope);
    if let Some(audience) = &args.audience {
        token = token.claim("aud", audience.as_str());
    }
    for (name, value) in &args.claim {
        token = token.claim(name, value.clone());
    }
    if args.expired {
        token = token.expired();
    }
    if args.forged {
        token = token.forged();
    }
    Ok(printer.outcome(&Token { token: token.mint(), server: origin })?)
}

#[derive(Serialize)]
struct Token {
    token: String,
    /// The server whose issuer the token names.
    server: String,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.token)
    }
}
