//! Another user of the machine, whom a process of root may become. Linux alone tells whose a connection is.

use std::{env, os::unix::process::CommandExt as _, process::Command};

/// A user that owns nothing; `nobody` in most systems.
pub const STRANGER: u32 = 65_534;

/// The variable that makes `test-stranger` the other user.
pub const BECOME: &str = "ROUTEGEN_TEST_BECOME";

/// Those that say where its attack goes, and what is sent.
pub const ADDRESS: &str = "ROUTEGEN_TEST_ATTACKED";
pub const REQUEST: &str = "ROUTEGEN_TEST_ATTACK";

/// Whether it reads what comes, or closes its connection at once.
pub const THEN: &str = "ROUTEGEN_TEST_ATTACK_THEN";

/// Goes on as the program that this process is, with that user and without a variable: the one that asked for it.
pub fn go_on(variable: &str) -> ! {
    // The folder of the program may be closed to others.
    let mut command = Command::new("/proc/self/exe");
    let error = command
        .args(env::args_os().skip(1))
        .current_dir("/")
        .uid(STRANGER)
        .gid(STRANGER)
        .env_remove(variable)
        .exec();
    panic!("{error}");
}
