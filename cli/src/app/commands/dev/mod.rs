//! `routegen dev`: serves the API on this machine, and rebuilds it after each change.

mod changes;
mod listen;
mod ready;
mod turns;

use std::{
    net::TcpListener,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use routegen_gateway::{Gateway, GatewayBuilder, Reference, Tls, Unready};

use self::{
    changes::{Word, wait},
    ready::Ready,
    turns::{Turn, Turns},
};
use super::runnable::{Runnable, Runtime, chain, refused, runtime, warn_of_missing};
use crate::{
    app::{
        args::DevArgs,
        error::{Error, Warning},
    },
    contract,
    dev::{
        self, Changes, DevFolder, Issuer, Journal, Settings, Variables,
        watch::{self, Watcher},
    },
    output::printer::Printer,
    project::workspace::Workspace,
    support::{self, interrupt},
};

/// AWS retries after a minute or more; here people wait for the retry, so it comes sooner.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long to wait for the last log entries to be written.
const LAST_ENTRIES: Duration = Duration::from_secs(1);

pub(super) fn run(
    args: &DevArgs,
    load: &dyn Fn() -> Result<Workspace, Error>,
    printer: &Printer,
) -> Result<(), Error> {
    let (tell, words) = mpsc::channel();
    let end = tell.clone();
    interrupt::on_request(move || drop(end.send(Word::End)))?;
    // Listen before compiling: a port that is taken should be reported now, not after a minute.
    let listeners = listen::listen(args.address, args.port)?;
    let tls = listen::tls(args)?;
    if args.address.is_some_and(|address| !address.is_loopback()) {
        let address =
            listeners[0].local_addr().map_err(|error| support::Error::io("read", "the address", error))?;
        printer.warning(&Warning::OpenAddress { address });
    }
    let env_files = args.running.env_files();
    let settings = Settings {
        variables: Variables::read(&args.running.env, &env_files)?,
        cors: args.cors.clone(),
        cors_credentials: args.cors_credentials,
        cors_headers: args.cors_header.clone(),
        issuer: args.issuer.clone().map(|url| Issuer { url, audience: args.audience.clone() }),
        stage: args.stage.clone(),
        instances: args.instances,
        ..Settings::default()
    };
    let runtime = runtime()?;
    // Requests that come before there is an API get a response at once instead of waiting for a minute.
    let unready = {
        let _entered = runtime.enter();
        let unready = Unready::start(&listeners, tls.as_ref(), "the API is being built for the first time");
        unready.map_err(|error| support::Error::run("the local gateway", error))?
    };
    let workspace = load()?;
    let place = DevFolder::of(&workspace)?;
    let run_folder = place.run_folder()?;
    let settings = Settings { iam_secret: place.iam_secret()?, ..settings };
    let silent = if args.poll { None } else { watch::silent(&workspace.package_root) };
    if let Some(kind) = silent {
        printer.warning(&Warning::SilentFiles { folder: workspace.package_root.clone(), kind });
    }
    // A change that is saved during the first build is built after it.
    let changed = move |change| drop(tell.send(Word::Changed(change)));
    let watcher = Watcher::start(&workspace, env_files.iter(), args.poll, changed)?;
    let mut turns = Turns::new(load, workspace, &args.running, env_files, run_folder.path());
    let first = turns.first(printer)?;
    runtime.block_on(unready.end());
    let server = Server { args, place: &place, settings, queues_at: None, runtime, printer };
    server.serve((listeners, tls), &mut turns, first, watcher, &words)
}

struct Server<'a> {
    args: &'a DevArgs,
    place: &'a DevFolder,
    settings: Settings,
    /// The address of the local queues for functions; `None` if the server is not on loopback.
    queues_at: Option<String>,
    runtime: Runtime,
    printer: &'a Printer,
}

impl Server<'_> {
    /// Serves until the user ends it.
    fn serve(
        mut self,
        (listeners, tls): (Vec<TcpListener>, Option<Tls>),
        turns: &mut Turns<'_>,
        first: Runnable,
        mut watcher: Watcher,
        words: &Receiver<Word>,
    ) -> Result<(), Error> {
        let address = listeners.first().and_then(|listener| listener.local_addr().ok());
        self.queues_at = address.and_then(|address| listen::loopback_origin(address, tls.is_some()));
        let builder = Gateway::builder(self.api(&first, turns)).page(true).retry_after(RETRY_AFTER);
        let builder = builder.schedules(self.args.schedules);
        let mut builder = listeners.into_iter().fold(builder, GatewayBuilder::listener);
        if let Some(tls) = tls {
            builder = builder.tls(tls);
        }
        for name in &self.args.allow_host {
            builder = builder.allow_host(name);
        }
        if self.settings.issuer.is_none() {
            builder = builder.local_issuer(self.place.issuer()?).tokens_for_all(self.args.tokens_for_all);
            if self.args.tokens_for_all {
                self.printer.warning(&Warning::TokensForAll);
            }
        }
        warn_of_missing(&first.manifest.functions, &self.variables_of(&first), self.printer);
        let (ear, journal) = Journal::new();
        let builder = builder.observe(move |observation| ear.hear(observation));
        let gateway = self.runtime.block_on(builder.start()).map_err(|error| refused(&error))?;
        let processes = gateway.processes();
        interrupt::on_giving_up(move || processes.end_at_once());
        self.place.serves(&gateway.origin())?;
        self.printer.event(&Ready::new(&first.manifest, &gateway, &self.settings))?;
        let kept = self.keep(journal);
        let mut last = first;
        while let Some(changed) = wait(words) {
            // The request to end may be queued behind many changes.
            if interrupt::check().is_err() {
                break;
            }
            let begin = Instant::now();
            // What changes during the build is built after it, even in a folder that has just appeared.
            let covered = watcher.cover(turns.workspace(), turns.outside());
            let news = turns.find_news(&changed, &last, self.printer);
            if news.is_empty() && covered.is_ok() {
                continue;
            }
            let reloaded = turns.reload(&news);
            let covered = covered.and_then(|()| watcher.cover(turns.workspace(), turns.outside()));
            let covered = covered.map_err(Error::from);
            let variables = self.variables(&news, turns);
            let reloaded = reloaded.and(variables);
            let built = reloaded.and(covered).and_then(|()| turns.turn(news, &last, self.printer));
            let turn = built.and_then(|turn| {
                if let Turn::Other(next) = &turn {
                    let _entered = self.runtime.enter();
                    let replaced = gateway.replace(&self.api(next, turns));
                    replaced.map_err(|error| {
                        turns.refused();
                        dev::Error::Gateway { reason: chain(&error), help: None }
                    })?;
                }
                Ok(turn)
            });
            match turn {
                // None of the changes affects the API.
                Ok(Turn::Nothing) => {}
                Ok(Turn::Good) => self.rebuilt(&last, begin),
                Ok(Turn::Other(next)) => {
                    let (variables, functions) = (self.variables_of(&next), &next.manifest.functions);
                    let before = self.variables_of(&last).missing(&last.manifest.functions);
                    if variables.missing(functions) != before {
                        warn_of_missing(functions, &variables, self.printer);
                    }
                    last = *next;
                    self.rebuilt(&last, begin);
                }
                Err(_) if interrupt::check().is_err() => break,
                Err(error) => {
                    self.printer.error(&error);
                    self.printer.step("Serving", "the last successful build");
                }
            }
        }
        self.place.served()?;
        self.runtime.block_on(gateway.shutdown());
        // A reader that stopped reading without closing the pipe is not waited for.
        let _ = kept.recv_timeout(LAST_ENTRIES);
        Ok(())
    }

    /// Reads the files of variables again if one of them has changed.
    fn variables(&mut self, news: &Changes, turns: &Turns<'_>) -> Result<(), Error> {
        if news.have(|path| turns.is_env_file(path)) {
            let running = &self.args.running;
            self.settings.variables = Variables::read(&running.env, &running.env_files())?;
        }
        Ok(())
    }

    fn rebuilt(&self, runnable: &Runnable, begin: Instant) {
        let seconds = begin.elapsed().as_secs_f64();
        self.printer.step("Rebuilt", format!("`{}` in {seconds:.2} s", runnable.manifest.api_name));
    }

    /// Prints the journal on a thread of its own, which may block. The receiver gets a value when the journal
    /// has ended.
    fn keep(&self, journal: Journal) -> Receiver<()> {
        let (end, kept) = mpsc::channel();
        let printer = self.printer.hushed();
        thread::spawn(move || {
            // A reader that closed the pipe has read enough.
            journal.keep(|entry| drop(printer.event(&entry)));
            let _ = end.send(());
        });
        kept
    }

    /// The variables of its functions, including those of the local queues.
    fn variables_of(&self, runnable: &Runnable) -> Variables {
        match &self.queues_at {
            Some(origin) => self.settings.variables.with_queues(&runnable.manifest, origin),
            None => self.settings.variables.clone(),
        }
    }

    fn api(&self, runnable: &Runnable, turns: &Turns<'_>) -> routegen_gateway::Api {
        let root = &turns.workspace().package_root;
        let settings = Settings { variables: self.variables_of(runnable), ..self.settings.clone() };
        let api = dev::api(&runnable.manifest, &runnable.programs, &settings, root, &runnable.told.payloads);
        match runnable.told.document.clone() {
            Some(document) => {
                let (script, style) = contract::viewer();
                api.reference(Reference::new(document, script, style))
            }
            None => api,
        }
    }
}
