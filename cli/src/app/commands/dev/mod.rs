//! `routegen dev`: serves the API on this machine, and again after each change.

mod changes;
mod ready;
mod turns;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use routegen_gateway::{Gateway, StartError};

use self::{
    changes::{Word, wait},
    ready::Ready,
    turns::{Turn, Turns},
};
use super::runnable::{Runnable, chain, refused, runtime, warn_of_missing};
use crate::{
    app::{
        args::DevArgs,
        error::{Error, Warning},
    },
    dev::{self, DevFolder, Issuer, Journal, Settings, Variables, watch::Watcher},
    output::printer::Printer,
    project::workspace::Workspace,
    support::interrupt,
};

/// How long whoever reads the log has to take the last of it.
const LAST_ENTRIES: Duration = Duration::from_secs(1);

pub(super) fn run(
    args: &DevArgs,
    load: &dyn Fn() -> Result<Workspace, Error>,
    printer: &Printer,
) -> Result<(), Error> {
    let (tell, words) = mpsc::channel();
    let end = tell.clone();
    interrupt::on_request(move || drop(end.send(Word::End)))?;
    // Before anything is compiled: that the port is taken is not to be told after a minute.
    let listener = listen(args.port)?;
    let workspace = load()?;
    let place = DevFolder::of(&workspace)?;
    let run_folder = place.run_folder()?;
    // What is saved while the first build runs is built after it.
    let watcher = Watcher::start(&workspace, move |change| drop(tell.send(Word::Changed(change))))?;
    let mut turns = Turns::new(load, workspace, &args.running, run_folder.path());
    let first = turns.first(printer)?;
    let settings = Settings {
        variables: Variables::new(&args.running.env),
        iam_secret: place.iam_secret()?,
        cors: args.cors.clone(),
        issuer: args.issuer.clone().map(|url| Issuer { url, audience: args.audience.clone() }),
        stage: args.stage.clone(),
        instances: args.instances,
    };
    warn_of_missing(&first.manifest.functions, &settings.variables, printer);
    let server = Server { args, place: &place, settings: &settings, printer };
    server.serve(listener, &mut turns, first, watcher, &words)
}

fn listen(port: u16) -> Result<TcpListener, Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Ok(TcpListener::bind(address).map_err(|source| refused(&StartError::Bind { address, source }))?)
}

struct Server<'a> {
    args: &'a DevArgs,
    place: &'a DevFolder,
    settings: &'a Settings,
    printer: &'a Printer,
}

impl Server<'_> {
    /// Serves until the user asks for the end.
    fn serve(
        &self,
        listener: TcpListener,
        turns: &mut Turns<'_>,
        first: Runnable,
        mut watcher: Watcher,
        words: &Receiver<Word>,
    ) -> Result<(), Error> {
        let runtime = runtime()?;
        let mut builder = Gateway::builder(self.api(&first, turns)).listener(listener).page(true);
        for name in &self.args.allow_host {
            builder = builder.allow_host(name);
        }
        if self.settings.issuer.is_none() {
            builder = builder.local_issuer(self.place.issuer()?).tokens_for_all(self.args.tokens_for_all);
            if self.args.tokens_for_all {
                self.printer.warning(&Warning::TokensForAll);
            }
        }
        let (ear, journal) = Journal::new();
        let builder = builder.observe(move |observation| ear.hear(observation));
        let gateway = runtime.block_on(builder.start()).map_err(|error| refused(&error))?;
        let processes = gateway.processes();
        interrupt::on_giving_up(move || processes.end_at_once());
        let origin = format!("http://{}", gateway.address());
        self.place.serves(&origin)?;
        self.printer.event(&Ready::new(&first.manifest, &gateway, self.settings))?;
        let kept = self.keep(journal);
        let mut last = first;
        while let Some(changed) = wait(words) {
            // The word of the end may stand behind those of many changes.
            if interrupt::check().is_err() {
                break;
            }
            let begin = Instant::now();
            // What changes while it is built is built after it, also in a folder that has just come.
            let covered = watcher.cover(turns.workspace(), turns.news().outside());
            let news = turns.find_news(&changed, &last, self.printer);
            if news.is_empty() && covered.is_ok() {
                continue;
            }
            let reloaded = turns.reload(&news);
            let covered = covered.and_then(|()| watcher.cover(turns.workspace(), turns.news().outside()));
            let covered = covered.map_err(Error::from);
            let built = reloaded.and(covered).and_then(|()| turns.turn(news, &last, self.printer));
            let turn = built.and_then(|turn| {
                if let Turn::Other(next) = &turn {
                    let _entered = runtime.enter();
                    let replaced = gateway.replace(&self.api(next, turns));
                    replaced.map_err(|error| {
                        turns.refused();
                        dev::Error::Gateway { reason: chain(&error), help: None }
                    })?;
                }
                Ok(turn)
            });
            match turn {
                // Nothing that was changed is part of the API.
                Ok(Turn::Nothing) => {}
                Ok(Turn::Good) => self.rebuilt(&last, begin),
                Ok(Turn::Other(next)) => {
                    let (variables, functions) = (&self.settings.variables, &next.manifest.functions);
                    if variables.missing(functions) != variables.missing(&last.manifest.functions) {
                        warn_of_missing(functions, variables, self.printer);
                    }
                    last = *next;
                    self.rebuilt(&last, begin);
                }
                Err(_) if interrupt::check().is_err() => break,
                Err(error) => {
                    self.printer.error(&error);
                    self.printer.step("Serving", "the last build that was good");
                }
            }
        }
        self.place.served()?;
        runtime.block_on(gateway.shutdown());
        // Whoever reads no more, and does not close the pipe either, is not waited for.
        let _ = kept.recv_timeout(LAST_ENTRIES);
        Ok(())
    }

    fn rebuilt(&self, runnable: &Runnable, begin: Instant) {
        let seconds = begin.elapsed().as_secs_f64();
        self.printer.step("Rebuilt", format!("`{}` in {seconds:.2} s", runnable.manifest.api_name));
    }

    /// Prints the journal in a thread of its own, which may be blocked. Tells when it is at its end.
    fn keep(&self, journal: Journal) -> Receiver<()> {
        let (end, kept) = mpsc::channel();
        let printer = self.printer.hushed();
        thread::spawn(move || {
            // Whoever closed the pipe has read enough.
            journal.keep(|entry| drop(printer.event(&entry)));
            let _ = end.send(());
        });
        kept
    }

    fn api(&self, runnable: &Runnable, turns: &Turns<'_>) -> routegen_gateway::Api {
        let root = &turns.workspace().package_root;
        dev::api(&runnable.manifest, &runnable.programs, self.settings, root)
    }
}
