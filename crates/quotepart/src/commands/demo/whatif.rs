//! A step that says what changes would bring to one example subject.

use std::ops::ControlFlow;

use anyhow::Context as _;
use rulebook::facts::Options;
use rulebook::{Language, Source};

use super::pages::Pages;
use super::script::WhatifStep;
use super::settle;
use crate::cli::Context;
use crate::commands::whatif::{self, Blocks, Columns, Measure, Sets, Tally};
use crate::failure::Outcome;
use crate::table::Table;
use crate::{commands, console, embedded, fact_files, folder, messages};

/// Settles the subject without and with the changes, and prints what each brings.
pub(super) fn show(context: &Context, step: &WhatifStep, number: usize, pages: &mut Pages) -> Outcome<()> {
    let language = context.language;
    let files = context.library.find(&step.rulebook)?;
    let book = folder::load(&files)?;
    let mut changes = Vec::new();
    for path in &step.changes {
        let text = embedded::demo(path).with_context(|| format!("demo/{path} is not embedded"))?;
        changes.push(Source::new(format!("demo/{path}"), text));
    }
    let sets = Sets::load(&files, &changes, language)?;
    let base = commands::plan(&book, step.at, None)?;
    let plans = sets.plans(step.at, None)?;
    let blocks = Blocks::new(&base, &sets, &plans, None);
    let (facts, warnings) = fact_files::collect(&book, settle::read(&step.facts)?, &Options::default())?;
    messages::findings(&warnings, &[], language);
    let others = facts.rows(book.subject).ids.iter().filter(|id| **id != step.subject);
    let excluded: Vec<String> = others.cloned().collect();
    let columns = Columns::new(&blocks, &[])?;
    let mut tally = Tally::new(&blocks, Measure::choose(&blocks, &columns, &[]), &facts);
    whatif::settle(
        &blocks,
        &facts,
        &excluded,
        language,
        &mut tally,
        &mut |_, _, _| ControlFlow::Continue(()),
    );
    console::data(&table(&blocks, &tally, &step.subject, language))?;
    let page = whatif::page(&blocks, &tally, &facts, &[]);
    pages.add(&format!("{number}-whatif"), &step.title, |language| report::whatif_page(&page, language))
}

/// Returns what each change brings.
fn table(blocks: &Blocks<'_>, tally: &Tally, subject: &str, language: Language) -> String {
    let book = blocks.base.book;
    let Some(measure) = &tally.measure else { return String::new() };
    let mut table = Table::default();
    table.column(subject, false);
    table.column(measure.label.get(language), true);
    // The word is the same in both languages.
    table.column("gain", true);
    for (index, block) in blocks.list.iter().enumerate() {
        for summary in tally.of(index) {
            let total = measure.print(book, &summary.total, language);
            let gain =
                if index == 0 { String::new() } else { measure.print_gain(book, &summary.gain, language) };
            table.row(vec![block.title.get(language).to_owned(), total, gain]);
        }
    }
    table.render()
}
