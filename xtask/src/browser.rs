//! The headless browser for the gateway's page: Chromium with `chromedriver`, which Debian has as packages.

use std::process::{Command, Stdio};

use crate::step::{Failed, Step};

/// Makes sure that there is a `chromedriver`. It is only installed on a machine for a single run: in CI, as
/// root, with apt.
pub(crate) fn driver(may_install: bool) -> Result<(), Failed> {
    if runs("chromedriver", "--version") {
        return Ok(());
    }
    let missing = || Failed("There is no chromedriver to run; Debian has it in chromium-driver.".to_owned());
    if !may_install || !runs("apt-get", "--version") || !is_root() {
        return Err(missing());
    }
    let apt = |arguments: &str| Step::new("apt-get").arguments(arguments.split(' ')).run();
    apt("update --quiet")?;
    apt("install --yes --quiet --no-install-recommends chromium chromium-driver")?;
    if runs("chromedriver", "--version") { Ok(()) } else { Err(missing()) }
}

fn runs(program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    user.is_ok_and(|user| user.stdout.trim_ascii() == b"0")
}
