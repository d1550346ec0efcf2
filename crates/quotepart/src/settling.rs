//! Settles files of facts: whole, or block by block when a long file allows it.

use std::borrow::Cow;

use rulebook::change::FactChange;
use rulebook::columns::Engine;
use rulebook::facts::{Facts, Options};
use rulebook::identity::FactsIdentity;
use rulebook::interpret::Settlement;
use rulebook::{Language, Plan, Refusal, text};

use crate::environment;
use crate::fact_blocks::{self, Blocks};
use crate::fact_files::{self, Read, Wanted};
use crate::failure::Outcome;
use crate::messages;
use crate::progress::Progress;
use crate::results::{self, Counts};

/// Files of facts that can be settled.
pub(crate) enum Given<'a> {
    /// Their text is held.
    Whole(Vec<Read>),
    /// Only where its rows stand is held.
    Blocks(Box<Blocks<'a>>),
}

impl<'a> Given<'a> {
    /// Reads files, or goes through the only one when it can be settled block by block.
    pub(crate) fn read(
        plan: &Plan<'a>,
        wanted: Vec<Wanted>,
        options: &'a Options,
        language: Language,
    ) -> Outcome<Self> {
        if fact_blocks::is_possible(plan, &wanted)
            && let Some(wanted) = wanted.first()
        {
            return fact_blocks::scan(plan, wanted.clone(), options, language)
                .map(|blocks| Self::Blocks(Box::new(blocks)));
        }
        fact_files::read(wanted).map(Self::Whole)
    }

    /// Returns each file and the hash of its bytes.
    pub(crate) fn files(&self) -> Vec<(&Wanted, &str)> {
        match self {
            Self::Whole(files) => files.iter().map(|read| (&read.wanted, read.sha256.as_str())).collect(),
            Self::Blocks(blocks) => vec![(&blocks.wanted, blocks.sha256.as_str())],
        }
    }

    /// Returns what the files add to the identity of a run.
    pub(crate) fn identities(&self) -> Vec<FactsIdentity> {
        self.files().into_iter().map(|(wanted, sha256)| wanted.identity(sha256)).collect()
    }
}

/// How facts are settled.
pub(crate) struct Settling<'a> {
    pub(crate) plan: &'a Plan<'a>,
    /// What is done to the facts before they are settled.
    pub(crate) changes: &'a [FactChange],
    pub(crate) options: &'a Options,
    pub(crate) official: bool,
    pub(crate) excluded: &'a [String],
    pub(crate) language: Language,
}

/// What is known of all subjects once they are settled.
#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) counts: Counts,
    pub(crate) refused: Vec<Refusal>,
    /// Ids that come near the names to leave out that nobody has.
    ids_near: Vec<String>,
}

impl Settling<'_> {
    /// Settles facts part by part: `print` makes something of each part, in any order and by several threads; `take`
    /// gets it in the order of the facts.
    pub(crate) fn run<T: Send>(
        &self,
        given: Given<'_>,
        print: &(dyn Fn(&Facts, &Settlement) -> Outcome<T> + Sync),
        take: &mut dyn FnMut(T) -> Outcome<()>,
    ) -> Outcome<Totals> {
        let threads = environment::threads();
        let mut totals = Totals::default();
        let unknown: Vec<&String>;
        match given {
            Given::Whole(files) => {
                let (facts, warnings) = fact_files::collect(self.plan.book, files, self.options)?;
                messages::findings(&warnings, &[], self.language);
                let facts = self.changed(&facts);
                let ids = &facts.rows(self.plan.book.subject).ids;
                unknown = self.excluded.iter().filter(|id| !ids.contains(id)).collect();
                let mut progress = Progress::new(ids.len(), self.language);
                let part = self.settle(&facts, threads, &unknown, &mut |done| progress.at(done));
                drop(progress);
                take(print(&facts, &part.settlement)?)?;
                totals.add(part);
            }
            Given::Blocks(blocks) => {
                messages::findings(&blocks.warnings, &[], self.language);
                unknown = self.excluded.iter().filter(|id| !blocks.layout.has(id)).collect();
                let mut progress = Progress::new(blocks.layout.rows(), self.language);
                let (book, refused) = (self.plan.book, blocks.layout.refused.clone());
                totals.add(self.settle(&Facts { refused, ..Facts::empty(book) }, 1, &[], &mut |_| {}));
                let work = |facts: &Facts| {
                    let facts = self.changed(facts);
                    let mut part = self.settle(&facts, 1, &unknown, &mut |_| {});
                    let printed = print(&facts, &part.settlement)?;
                    // What is printed is not needed any more.
                    part.settlement.entities.clear();
                    Ok((printed, part))
                };
                blocks.each(threads, &work, &mut |(printed, part), rows| {
                    totals.add(part);
                    progress.at(rows);
                    take(printed)
                })?;
            }
        }
        warn_of_unknown(&unknown, &totals.ids_near.iter().map(String::as_str), self.language);
        results::tidy_refusals(self.plan.book, &mut totals.refused, self.excluded);
        Ok(totals)
    }

    /// Returns the facts with all changes carried out.
    fn changed<'f>(&self, facts: &'f Facts) -> Cow<'f, Facts> {
        if self.changes.is_empty() {
            return Cow::Borrowed(facts);
        }
        Cow::Owned(FactChange::apply(self.changes, self.plan.book, facts))
    }

    /// Settles a part of the facts, and looks in it for names that nobody has.
    fn settle(
        &self,
        facts: &Facts,
        threads: usize,
        unknown: &[&String],
        progress: &mut dyn FnMut(usize),
    ) -> Part {
        let (book, excluded) = (self.plan.book, self.excluded);
        let engine = Engine::with_threads(threads);
        let mut settlement = engine.settle(self.plan, facts, self.official, excluded, progress);
        results::tidy_refusals(book, &mut settlement.refused, excluded);
        let mut counts = Counts::default();
        counts.add(book, facts, &settlement, excluded);
        let ids = || facts.rows(book.subject).ids.iter().map(String::as_str);
        let near = unknown.iter().filter_map(|id| rulebook::nearest(id, ids()).map(str::to_owned));
        let ids_near = near.collect();
        Part { settlement, counts, ids_near }
    }
}

/// Says which names of `--exclude` are not in the facts, and which of the ids that come `near` may be meant.
pub(crate) fn warn_of_unknown<'n>(
    unknown: &[&String],
    near: &(impl Iterator<Item = &'n str> + Clone),
    language: Language,
) {
    for id in unknown {
        let (fr, en) = rulebook::nearest(id, near.clone()).map_or_else(Default::default, |near| {
            (format!(" ; le plus proche est `{near}`"), format!("; the nearest one is `{near}`"))
        });
        let message = text!(
            "--exclude : `{id}` n'est pas dans les faits{fr}",
            "--exclude: `{id}` is not in the facts{en}"
        );
        messages::warning(&message, language);
    }
}

/// A part of the facts, settled.
struct Part {
    settlement: Settlement,
    counts: Counts,
    ids_near: Vec<String>,
}

impl Totals {
    fn add(&mut self, mut part: Part) {
        self.counts += part.counts;
        self.refused.append(&mut part.settlement.refused);
        self.ids_near.append(&mut part.ids_near);
    }
}
