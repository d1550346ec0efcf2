//! `quotepart whatif`: the same facts with and without changes, and what each change brings.

mod blocks;
mod page;
mod rows;
mod sheet;
mod tally;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use anyhow::Context as _;
use rulebook::columns::Engine;
use rulebook::facts::{Facts, Options};
use rulebook::interpret::Settlement;
use rulebook::{Language, text};

use crate::cli::{Context, WhatifArgs};
use crate::fact_files::{self, Read};
use crate::failure::{Exit, Failure, Outcome};
use crate::progress::Progress;
use crate::{change_files, console, environment, folder, messages, output, settling, usage, words};
pub(crate) use blocks::{Blocks, Sets};
pub(crate) use page::page;
pub(crate) use rows::Columns;
use rows::Rows;
pub(crate) use tally::{Measure, Summary, Tally};

/// How many results may wait to be written: enough to keep both sides busy, few enough to fit in memory.
const WAITING_MAX: usize = 2;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &WhatifArgs) -> Outcome<Exit> {
    let target = Target::of(&args.out)?;
    if args.change.is_empty() && args.grid.is_none() {
        return Err(Failure::usage(text!("rien ne change", "nothing changes")).hint(text!(
            "donner --change fichier.toml ou --grid fichier.toml",
            "give --change file.toml or --grid file.toml"
        )));
    }
    if args.official {
        return Err(change_files::refuse_officially());
    }
    let at = usage::date(&args.at, "--at")?;
    let known_at = args.known_at.as_deref().map(|words| usage::date(words, "--known-at")).transpose()?;
    let map = args.map.iter().map(|words| fact_files::mapping(words)).collect::<Outcome<Vec<_>>>()?;
    let files = context.library.find(&args.rulebook)?;
    let book = folder::load(&files)?;
    let changes = change_files::read(&args.change)?;
    let sets = Sets::load(&files, &changes, context.language)?;
    let grid = args.grid.as_deref().map(|path| change_files::grid(sets.last(&book), path)).transpose()?;
    let base = super::plan(&book, at, known_at)?;
    let plans = sets.plans(at, known_at)?;
    let blocks = Blocks::new(&base, &sets, &plans, grid.as_ref());
    let wanted =
        args.facts.iter().map(|words| fact_files::wanted(&book, words)).collect::<Outcome<Vec<_>>>()?;
    let read = fact_files::read(wanted)?;
    target.spares(&read, args)?;
    let numbers = args.numbers.map(|lang| Language::from(lang).number_style());
    let options = Options { map, numbers, strict: args.strict };
    let (facts, warnings) = fact_files::collect(&book, read, &options)?;
    messages::findings(&warnings, &[], context.language);
    let ids = &facts.rows(book.subject).ids;
    let unknown: Vec<&String> = args.exclude.iter().filter(|id| !ids.contains(id)).collect();
    settling::warn_of_unknown(&unknown, &ids.iter().map(String::as_str), context.language);
    let columns = Columns::new(&blocks, &args.output)?;
    let measure = Measure::choose(&blocks, &columns, &args.output);
    let mut tally = Tally::new(&blocks, measure, &facts);
    let mut rows = Rows::begin(&target, &blocks, columns, &facts, &args.exclude, context.language)?;
    settle(
        &blocks,
        &facts,
        &args.exclude,
        context.language,
        &mut tally,
        &mut |index, scenario, settlement| rows.add(index, scenario, settlement),
    );
    match &target {
        Target::Html(path) => {
            let page = page(&blocks, &tally, &facts, rows.refused());
            let html = report::whatif_page(&page, context.language).context("failed to write the page")?;
            output::write(path, html.as_bytes())?;
        }
        Target::Csv(_) | Target::Json(_) => rows.finish(&tally)?,
    }
    console::note(&summary(&blocks, &tally, &args.out, context.language));
    Ok(tally.exit())
}

/// What is done with the results of a scenario: its block, its number in it, what came out.
pub(crate) type Give<'g> = dyn FnMut(usize, usize, &Settlement) -> ControlFlow<()> + Send + 'g;

/// Settles every scenario of every block, counts what it brings, and hands over what came out until it is told to stop.
///
/// The results of one scenario are written while the next ones are settled and counted.
pub(crate) fn settle(
    blocks: &Blocks<'_>,
    facts: &Facts,
    excluded: &[String],
    language: Language,
    tally: &mut Tally,
    give: &mut Give<'_>,
) {
    let threads = environment::threads();
    let engine = Engine::with_threads(threads);
    let total = blocks.list.iter().map(|block| block.scenarios.grid.scenarios()).sum();
    let mut progress = Progress::new(total, language);
    let mut done = 0;
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::sync_channel::<(usize, usize, Settlement)>(WAITING_MAX);
        scope.spawn(move || {
            for (block, scenario, settlement) in receive {
                if give(block, scenario, &settlement).is_break() {
                    return;
                }
            }
        });
        for (index, block) in blocks.list.iter().enumerate() {
            let mut stopped = false;
            block.scenarios.run(facts, &engine, excluded, &mut |scenario, _, settlement| {
                done += 1;
                progress.at(done);
                tally.add(index, scenario, &settlement, excluded);
                // Nobody receives any more when writing was given up.
                stopped = send.send((index, scenario, settlement)).is_err();
                if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if stopped {
                return;
            }
        }
    });
}

/// Where results go.
pub(super) enum Target {
    Csv(PathBuf),
    Json(PathBuf),
    Html(PathBuf),
}

impl Target {
    fn of(path: &Path) -> Outcome<Self> {
        output::folder_exists(path)?;
        let ending =
            path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        let path_owned = path.to_owned();
        match ending.as_str() {
            "csv" => Ok(Self::Csv(path_owned)),
            "json" => Ok(Self::Json(path_owned)),
            "html" => Ok(Self::Html(path_owned)),
            _ => {
                let shown = path.display();
                Err(Failure::usage(text!(
                    "--out {shown} : ce n'est ni un .csv, ni un .json, ni un .html",
                    "--out {shown}: this is neither a .csv nor a .json nor a .html"
                ))
                .hint(text!("donner par exemple --out effets.html", "give for example --out effects.html")))
            }
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Csv(path) | Self::Json(path) | Self::Html(path) => path,
        }
    }

    /// Refuses to write over what is read.
    fn spares(&self, facts: &[Read], args: &WhatifArgs) -> Outcome<()> {
        let read = facts.iter().map(|read| read.wanted.path.as_path());
        let mut read = read.chain(args.change.iter().map(PathBuf::as_path)).chain(args.grid.as_deref());
        if read.any(|path| output::is_same_file(path, self.path())) {
            let shown = self.path().display();
            return Err(Failure::usage(text!(
                "les résultats écraseraient `{shown}`, qui est lu",
                "the results would overwrite `{shown}`, which is read"
            ))
            .hint(text!("donner à --out un autre nom", "give --out another name")));
        }
        Ok(())
    }
}

/// Says what each change brings, and how many scenarios there were.
fn summary(blocks: &Blocks<'_>, tally: &Tally, out: &Path, language: Language) -> String {
    let book = blocks.base.book;
    let (id, period, out) = (&book.instrument.id, words::period(blocks.base, language), out.display());
    let mut lines = vec![match language {
        Language::French => format!("{id}, {period}. Résultats : {out}\n"),
        Language::English => format!("{id}, {period}. Results: {out}\n"),
    }];
    lines.extend(page::lines(blocks, tally, language));
    lines.concat()
}
