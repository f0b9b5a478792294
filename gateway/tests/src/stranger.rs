//! Another user of the machine, which a process of root can become. Only Linux identifies the owner of a
//! connection.

use std::{env, os::unix::process::CommandExt as _, process::Command};

/// A user that owns nothing; `nobody` in most systems.
pub const STRANGER: u32 = 65_534;

/// The variable that makes `test-stranger` the other user.
pub const BECOME: &str = "ROUTEGEN_TEST_BECOME";

/// The variables with the address that it connects to, and with the request that it sends.
pub const ADDRESS: &str = "ROUTEGEN_TEST_ATTACKED";
pub const REQUEST: &str = "ROUTEGEN_TEST_ATTACK";

/// Whether it reads the answer, or closes its connection at once.
pub const THEN: &str = "ROUTEGEN_TEST_ATTACK_THEN";

/// Executes this process's own program again as that user, without the variable that requested it.
pub fn go_on(variable: &str) -> ! {
    // The folder of the program may be inaccessible to other users.
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
