//! Builds that are interrupted, that fail half-way, or that run at the same time: nothing incomplete is left
//! under a final name, and the next build works.
//!
//! A script replaces the functions' linker. It does what the file `mode` says, and signals and waits through
//! named pipes, so that nothing depends on timing.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Lines, Read as _},
    process::{Child, ChildStderr, Command, Stdio},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};

use camino::Utf8PathBuf;
use wait_timeout::ChildExt as _;

use crate::fixture::{Project, executable, fail, routegen, succeed, target, unpack};

const NAME: &str = "interruptions";

/// Signals that it has started, and waits until someone writes to `hold`, or forever.
const BLOCK: &str = "exec 3>\"$control/begun\"; echo begun >&3; cat \"$control/hold\" >/dev/null";

/// Leaves half a file, and dies silently.
const DIE: &str = "head -c 1000 /dev/zero >\"$out\"; kill -KILL $$";

struct Interruptions {
    project: Project,
}

impl Interruptions {
    /// Sets up the project of these tests for one test at a time, with its libraries compiled and none of its
    /// functions linked.
    fn enter() -> MutexGuard<'static, Self> {
        static ONE: LazyLock<Mutex<Interruptions>> = LazyLock::new(|| Mutex::new(Interruptions::new()));
        let entered = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        for folder in [target().join("routegen/bootstrap").join(NAME), entered.out()] {
            let _ = std::fs::remove_dir_all(folder);
        }
        let _ = std::fs::remove_file(entered.control().join("mode"));
        entered
    }

    fn new() -> Self {
        let route = |name: &str| {
            format!("#[routegen::route(GET, \"/{name}\", auth = \"none\")]\nasync fn {name}() {{}}\n\n")
        };
        let this = Self { project: Project::new(NAME, &(route("one") + &route("two"))) };
        let real = succeed(Command::new("sh").args(["-c", "command -v cc"]));
        let control = this.control();
        let script = format!(
            "#!/bin/sh\ncontrol='{control}'\n\
             for word; do [ \"$last\" = -o ] && out=$word; last=$word; done\n\
             case \"$out\" in */bootstrap/{NAME}/*) [ -e \"$control/mode\" ] && . \"$control/mode\";; esac\n\
             exec {} \"$@\"\n",
            real.trim()
        );
        std::fs::create_dir_all(&control).unwrap();
        executable(&control.join("cc"), script.as_bytes());
        succeed(Command::new("mkfifo").args([control.join("begun"), control.join("hold")]));
        this
    }

    fn control(&self) -> Utf8PathBuf {
        self.project.root.join("control")
    }

    fn out(&self) -> Utf8PathBuf {
        self.project.root.join("lambda")
    }

    /// Sets what the functions' linker does from now on.
    fn linker(&self, mode: &str) {
        self.project.write("control/mode", mode);
    }

    /// `routegen build` with the script as the linker.
    fn build(&self) -> Command {
        let mut command = self.project.routegen(&["build", "--jobs", "1", "--out", "lambda"]);
        command.env("PATH", format!("{}:{}", self.control(), std::env::var("PATH").unwrap()));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A build whose first link has started and waits; and a pipe that stays open as long as it does.
    fn blocked_build(&self) -> (Child, BufReader<File>) {
        self.linker(BLOCK);
        let build = self.build().spawn().unwrap();
        let mut begun = BufReader::new(File::open(self.control().join("begun")).unwrap());
        let mut line = String::new();
        begun.read_line(&mut line).unwrap();
        assert_eq!(line, "begun\n");
        (build, begun)
    }

    /// A build that waits for another one, and its output from then on.
    fn waiting_build(&self) -> (Child, Lines<BufReader<ChildStderr>>) {
        let mut build = self.build().spawn().unwrap();
        let mut talk = BufReader::new(build.stderr.take().unwrap()).lines();
        let waits = talk.by_ref().map(Result::unwrap).find(|line| line.trim_start().starts_with("Waiting "));
        assert!(waits.is_some(), "the second build went on beside the first");
        (build, talk)
    }

    /// Lets a blocked build finish.
    fn release(&self, build: Child) {
        std::fs::remove_file(self.control().join("mode")).unwrap();
        std::fs::write(self.control().join("hold"), "go on\n").unwrap();
        let output = build.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The contents of the folder of zips.
    fn found(&self) -> Vec<String> {
        let Ok(entries) = self.out().read_dir_utf8() else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().to_owned()).collect();
        names.sort();
        names
    }

    /// The next build is an ordinary one, whose zips contain complete programs.
    fn recovers(&self) {
        let _ = std::fs::remove_file(self.control().join("mode"));
        succeed(&mut self.build());
        self.is_whole();
    }

    fn is_whole(&self) {
        assert_eq!(self.found(), ["artifacts.json", "one.zip", "two.zip"]);
        for name in ["one", "two"] {
            let folder = self.project.root.join("unpacked").join(name);
            let program = unpack(&self.out().join(format!("{name}.zip")), &folder);
            // Without the Runtime API, it reports that and ends: it has been loaded, linked and run.
            let output = Command::new(program).env_clear().output().unwrap();
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                output.status.code().is_some() && text.contains("AWS_LAMBDA"),
                "{:?} {text}",
                output.status
            );
        }
    }
}

#[test]
fn ctrl_c_ends_the_linkers_and_leaves_nothing_broken() {
    let test = Interruptions::enter();
    let (mut build, mut linker) = test.blocked_build();
    // Only to this process: at a terminal, its children would get the signal too.
    succeed(Command::new("kill").args(["-INT", &build.id().to_string()]));
    let status =
        build.wait_timeout(Duration::from_mins(1)).unwrap().expect("it should not wait for its linker");
    let mut talk = String::new();
    build.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
    assert_eq!(status.code(), Some(130), "{talk}");
    assert!(talk.contains("RG0031") && !talk.contains("does not link"), "{talk}");
    // The pipe ends when the last process that holds it has ended.
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || {
        linker.read_to_end(&mut Vec::new()).unwrap();
        ended.send(()).unwrap();
    });
    end.recv_timeout(Duration::from_mins(1)).expect("the linker should not outlive the command");
    assert_eq!(test.found(), [""; 0]);
    test.recovers();
}

#[test]
fn a_linker_that_dies_half_way_leaves_nothing_broken() {
    let test = Interruptions::enter();
    test.linker(DIE);
    let error = fail(&mut test.build());
    assert!(error.contains("RG0009") && error.contains("signal: 9"), "{error}");
    assert_eq!(test.found(), [""; 0]);
    test.recovers();
}

#[test]
fn a_full_disk_leaves_nothing_broken() {
    let test = Interruptions::enter();
    succeed(&mut test.build());
    for name in test.found() {
        std::fs::remove_file(test.out().join(name)).unwrap();
    }
    // Beyond a size limit, writes fail as on a full disk. Everything smaller than a zip can still be written.
    let build = test.build();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\""]);
    limited.arg(build.get_program()).args(build.get_args()).current_dir(&test.project.root);
    limited.envs(build.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let error = fail(&mut limited);
    assert!(error.contains("RG0020") && error.contains(".zip"), "{error}");
    assert_eq!(test.found(), [""; 0]);
    test.recovers();
}

#[test]
fn an_outcome_that_cannot_be_written_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut child = routegen(&["routes", "-p", "items"]);
    let output = child.stdout(full).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("RG0020") && error.contains("stdout"), "{error}");
}

#[test]
fn of_two_builds_at_once_the_second_waits_and_both_work() {
    let test = Interruptions::enter();
    let (first, _begun) = test.blocked_build();
    let (second, talk) = test.waiting_build();
    test.release(first);
    let rest: Vec<_> = talk.map(Result::unwrap).collect();
    assert!(second.wait_with_output().unwrap().status.success(), "{rest:?}");
    assert!(!rest.iter().any(|line| line.contains("Linked")), "what the first linked is there: {rest:?}");
    test.is_whole();
}

#[test]
fn ctrl_c_ends_a_build_that_waits_for_another_one() {
    let test = Interruptions::enter();
    let (first, _begun) = test.blocked_build();
    let (mut second, _talk) = test.waiting_build();
    succeed(Command::new("kill").args(["-INT", &second.id().to_string()]));
    let status = second.wait_timeout(Duration::from_mins(1)).unwrap();
    test.release(first);
    assert_eq!(status.expect("it went on waiting").code(), Some(130));
    test.is_whole();
}

/// The two functions differ in a name and a note, so for the second one the linker is called as rustc called
/// it for the first. rustc alone makes the same program, and takes over if that call fails.
#[test]
fn a_function_that_is_like_another_is_linked_to_the_program_that_rustc_makes_of_it() {
    let project = Interruptions::enter();
    let zips = || ["one.zip", "two.zip"].map(|name| std::fs::read(project.out().join(name)).unwrap());
    let build = |arguments: &[&str], by_rustc: usize| {
        let _ = std::fs::remove_dir_all(target().join("routegen/bootstrap").join(NAME));
        let output = project.build().arg("-v").args(arguments).output().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{talk}");
        let folder = format!("/bootstrap/{NAME}/");
        let links = talk.lines().filter(|line| line.contains("--crate-name=") && line.contains(&folder));
        assert_eq!(links.count(), by_rustc, "{talk}");
    };
    build(&[], 1);
    let together = zips();
    build(&["--only", "one"], 1);
    build(&["--only", "two"], 1);
    assert!(zips() == together, "rustc makes another program of it");
    // It fails except when rustc calls it.
    project.linker("case \"$*\" in *main.o*) exit 1;; esac");
    build(&[], 2);
    assert!(zips() == together, "rustc makes another program of it");
    project.recovers();
}
