//! A step that draws a small territory and goes the whole way from its claims to amounts, in a folder of its own.

use std::path::Path;

use rulebook::Language;

use super::pages::Pages;
use super::script::ChainStep;
use crate::cli::{Context, RunArgs, SynthArgs};
use crate::commands::claims_source::WorkFolder;
use crate::commands::{run, synth};
use crate::console;
use crate::failure::{Failure, Outcome};
use crate::table::Table;

/// Prints the commands, what comes of them, and the amounts of each team; the report becomes a page.
pub(super) fn show(context: &Context, step: &ChainStep, number: usize, pages: &mut Pages) -> Outcome<()> {
    let work = WorkFolder::create(&std::env::temp_dir())?;
    let (land, out) = (work.path().join("territory"), work.path().join("run"));
    let ChainStep { rulebook, year, patients, teams, years, seed, .. } = step;
    console::data(&format!(
        "quotepart synth --patients {patients} --teams {teams} --years {years} --seed {seed} --out territory\n\
         quotepart run {rulebook} --year {year} --data territory --mapping {} --out run\n\n",
        step.mapping
    ))?;
    synth::run(
        context,
        &SynthArgs {
            patients: *patients,
            teams: *teams,
            years: years.clone(),
            seed: *seed,
            dirt: false,
            csv: false,
            out: land.clone(),
            force: false,
        },
    )?;
    run::run(
        context,
        &RunArgs {
            rulebook: rulebook.clone(),
            year: *year,
            data: land,
            mapping: Some(step.mapping.clone()),
            change: Vec::new(),
            previous: None,
            out: out.clone(),
            official: false,
            exclude: Vec::new(),
            partial: false,
            force: false,
        },
    )?;
    console::data(&amounts(&out, step)?)?;
    let name = match context.language {
        Language::French => "report.html",
        Language::English => "report.en.html",
    };
    let path = out.join(name);
    let report = std::fs::read_to_string(&path)
        .map_err(|error| Failure::Bug(anyhow::anyhow!("{}: {error}", path.display())))?;
    pages.add(&format!("{number}-chain"), &step.title, |_| Ok(report))
}

/// Returns some results of each team as a table.
fn amounts(out: &Path, step: &ChainStep) -> Outcome<String> {
    let path = out.join("settlement/results").join(format!("{}.csv", step.subject));
    let mut reader = csv::Reader::from_path(&path).map_err(anyhow::Error::from)?;
    let header = reader.headers().map_err(anyhow::Error::from)?.clone();
    let places: Vec<usize> = std::iter::once(0)
        .chain(step.show.iter().filter_map(|wanted| header.iter().position(|name| name == wanted)))
        .collect();
    let mut table = Table::default();
    for place in &places {
        table.column(header.get(*place).unwrap_or_default(), *place > 0);
    }
    for row in reader.records() {
        let row = row.map_err(anyhow::Error::from)?;
        table.row(places.iter().map(|place| row.get(*place).unwrap_or_default().to_owned()).collect());
    }
    Ok(table.render())
}
