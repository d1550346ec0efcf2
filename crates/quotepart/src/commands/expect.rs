//! `quotepart expect`: what patients alike cost elsewhere, and how teams compare.

use std::path::Path;

use exact::{Decimals, Rational, print_number};
use population::chain::ChainExpected;
use rulebook::{Language, text};

use super::claims_source::{self, failure};
use super::models;
use crate::cli::{Context, ExpectArgs};
use crate::console;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Writing};

/// The name of the results in the session.
const NAME: &str = "expected";

/// Decimals to which an estimated share is released.
const SHARE_DECIMALS: usize = 4;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ExpectArgs) -> Outcome<Exit> {
    output::folder_exists(&args.out)?;
    let with_view = model(&args.model, context.language)?;
    let source = claims_source::open(context, &args.claims, output::folder_of(&args.out))?;
    let (engine, opened) = (&source.engine, &source.opened);
    engine.open_lists(&args.lists).map_err(|error| failure(&error))?;
    engine.name("lists", "SELECT * FROM attribution").map_err(|error| failure(&error))?;
    let tables: Vec<String> = with_view.model.outcome.parts.iter().map(|part| part.table.clone()).collect();
    let period = population::Period::year(args.year).ok_or_else(|| {
        let year = args.year;
        Failure::usage(text!("{year} n'est pas une année", "{year} is not a year"))
    })?;
    claims_source::whole_period(engine, opened, &tables, period, args.partial, context.language)?;
    let work = claims_source::WorkFolder::create(output::folder_of(&args.out))?;
    let chain = ChainExpected {
        name: NAME.to_owned(),
        model: with_view.model.id.clone(),
        list: "lists".to_owned(),
        year: 0,
        carried: false,
    };
    let found = engine
        .expect(opened, &with_view, &chain, args.year, "expect", work.path())
        .map_err(|error| failure(&error))?;
    models::warn_of_absent(&found, context.language);
    let mut teams = Writing::begin(&args.out)?;
    let notes = [("year", args.year.to_string()), ("model", with_view.model.id.clone())];
    engine
        .write_parquet(&format!("SELECT * FROM {NAME} ORDER BY label"), &notes, &mut teams)
        .map_err(|error| failure(&error))?;
    let checked = models::checked(&found, &with_view);
    let beside = |end: &str| args.out.with_extension(end);
    let release = found.release.to_csv().map_err(anyhow::Error::from)?;
    let diagnostics = serde_json::to_string_pretty(&checked).map_err(anyhow::Error::from)? + "\n";
    output::place_all(vec![
        teams,
        Writing::of(&beside("release.csv"), release.as_bytes())?,
        Writing::of(&beside("diagnostics.json"), diagnostics.as_bytes())?,
    ])?;
    let (cells, compared, too_small) = (checked.cells, found.teams.teams.len(), found.teams.too_small.len());
    let percent = checked.r_squared.and_then(|share| report::estimate(share, SHARE_DECIMALS));
    let style = context.language.number_style();
    let explained = percent.map_or_else(
        || "–".to_owned(),
        |share| print_number(&(share * Rational::from(100)), style, Decimals::Exactly(1)),
    );
    console::data(&match context.language {
        Language::French => format!(
            "{} : {cells} cellules ; part de la variance expliquée : {explained} %\néquipes comparées : {compared} ; trop petites pour l'être : {too_small}\n",
            checked.title[0]
        ),
        Language::English => format!(
            "{}: {cells} cells; share of the variance explained: {explained}%\nteams compared: {compared}; too small to be: {too_small}\n",
            checked.title[1]
        ),
    })?;
    Ok(Exit::Done)
}

/// Reads a model by its name, or from its file.
fn model(words: &str, language: Language) -> Outcome<claims::ModelWithView> {
    let path = Path::new(words);
    if !path.is_file() {
        return models::find(words, &[], language);
    }
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::io(&text!("impossible de lire `{words}`", "cannot read `{words}`"), &error)
    })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    models::read(&name, &text, language)
}
