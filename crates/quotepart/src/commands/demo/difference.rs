//! A step that says why one subject's amount differs between two years.

use anyhow::Context as _;
use rulebook::compare::{Comparer, Outcome as Compared, Side};
use rulebook::facts::{Facts, Options};
use rulebook::interpret::{Settlement, settle};
use rulebook::{Plan, Rulebook, Text};

use super::pages::Pages;
use super::script::{CompareStep, ComparedRun};
use super::settle::read;
use crate::cli::Context;
use crate::commands::compare::{Printed, difference_page, difference_text};
use crate::failure::Outcome;
use crate::{commands, console, fact_files, folder};

/// Settles one subject in two years, and prints the causes of the difference.
pub(super) fn show(context: &Context, step: &CompareStep, number: usize, pages: &mut Pages) -> Outcome<()> {
    let files = context.library.find(&step.rulebook)?;
    let book = folder::load(&files)?;
    let (before, after) = (settled(&book, &step.before)?, settled(&book, &step.after)?);
    let comparer = Comparer::new(before.side(), after.side(), None, step.output.as_deref())
        .context("the demonstration compares two runs that cannot be compared")?;
    let Compared::Compared(found) = comparer.compare(&step.subject) else {
        return Err(anyhow::anyhow!("the demonstration compares `{}`, which cannot be", step.subject).into());
    };
    let printed = Printed::new(&comparer, &before.plan, &after.plan, context.language);
    console::data(&difference_text(&printed, &found))?;
    let title = Text::same(format!("{} · {}", step.subject, step.title.get(context.language)));
    let page = difference_page(&printed, &found);
    pages.add(&format!("{number}-difference"), &title, |language| report::difference_page(&page, language))
}

/// One year, settled.
struct Year<'a> {
    plan: Plan<'a>,
    facts: Facts,
    settlement: Settlement,
}

impl Year<'_> {
    fn side(&self) -> Side<'_> {
        let (plan, facts, settlement) = (&self.plan, &self.facts, &self.settlement);
        Side { plan, facts, settlement, excluded: &[], privacy: None }
    }
}

fn settled<'a>(book: &'a Rulebook, run: &ComparedRun) -> Outcome<Year<'a>> {
    let plan = commands::plan(book, run.at, None)?;
    let (facts, _known_warnings) = fact_files::collect(book, read(&run.facts)?, &Options::default())?;
    let settlement = settle(&plan, &facts, false, &[]);
    Ok(Year { plan, facts, settlement })
}
