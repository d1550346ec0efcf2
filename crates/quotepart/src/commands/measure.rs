//! `quotepart measure`: quality measures of a year, their rows and the figures of teams and of all.

use claims::{Figure, MeasureLibrary};
use population::{Measure, Period};
use rulebook::{Language, text};

use super::claims_source::{self, Source, failure};
use crate::cli::{Context, MeasureArgs};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Writing};
use crate::{console, messages};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &MeasureArgs) -> Outcome<Exit> {
    let year = args.year;
    let period = Period::year(year)
        .ok_or_else(|| Failure::usage(text!("{year} n'est pas une année", "{year} is not a year")))?;
    output::folder_exists(&args.out)?;
    let library = claims_source::library()?;
    let source = claims_source::open(context, &args.claims, output::folder_of(&args.out))?;
    source.engine.open_lists(&args.lists).map_err(|error| failure(&error))?;
    let wanted = wanted(context, args, &library, &source)?;
    let is_partial = is_partial(context, args, &library, &source, &wanted, period)?;
    let mut figures = Vec::new();
    for measure in &wanted {
        claims_source::step(&measure.id);
        let choices = library.choices(measure);
        source
            .engine
            .measure(&source.opened, &library, &measure.id, period, &choices)
            .map_err(|error| failure(&error))?;
        let found = source.engine.figures(measure, period).map_err(|error| failure(&error))?;
        figures.push((*measure, found));
    }
    let notes = [("year", year.to_string()), ("partial", is_partial.to_string())];
    let rows_path = args.out.with_extension("rows.parquet");
    let mut of_teams = Writing::begin(&args.out)?;
    let mut of_rows = Writing::begin(&rows_path)?;
    source
        .engine
        .write_figures(&figures, year, &notes, &mut of_teams)
        .and_then(|_| source.engine.write_measure_rows(&wanted, &notes, &mut of_rows))
        .map_err(|error| failure(&error))?;
    output::place_all(vec![of_teams, of_rows])?;
    console::data(&words(&figures, is_partial, context.language))?;
    Ok(Exit::Done)
}

/// Returns the measures asked for, or those that the tables allow.
fn wanted<'a>(
    context: &Context,
    args: &MeasureArgs,
    library: &'a MeasureLibrary,
    source: &Source,
) -> Outcome<Vec<&'a Measure>> {
    let mut wanted = Vec::new();
    for id in &args.measure {
        let known: Vec<&str> = library.measures.iter().map(|(measure, _)| measure.id.as_str()).collect();
        let (measure, _) = library.measure(id).ok_or_else(|| {
            Failure::usage(text!("la mesure `{id}` n'est pas connue", "the measure `{id}` is not known"))
                .suggest(id, &known)
        })?;
        for table in library.tables_of(measure) {
            source.opened.need(&table, id).map_err(|error| failure(&error))?;
        }
        wanted.push(measure);
    }
    if !wanted.is_empty() {
        return Ok(wanted);
    }
    for (measure, _) in &library.measures {
        let missing: Vec<String> =
            library.tables_of(measure).into_iter().filter(|table| !source.opened.has(table)).collect();
        if missing.is_empty() {
            wanted.push(measure);
        } else {
            let (id, missing) = (&measure.id, missing.join(", "));
            messages::warning(
                &text!(
                    "{id} n'est pas calculée : il manque {missing}",
                    "{id} is not computed: {missing} is missing"
                ),
                context.language,
            );
        }
    }
    Ok(wanted)
}

/// Refuses a year that lacks months, unless it may be partial.
fn is_partial(
    context: &Context,
    args: &MeasureArgs,
    library: &MeasureLibrary,
    source: &Source,
    wanted: &[&Measure],
    period: Period,
) -> Outcome<bool> {
    let mut tables: Vec<String> = wanted.iter().flat_map(|measure| library.tables_of(measure)).collect();
    tables.sort();
    tables.dedup();
    let (engine, opened) = (&source.engine, &source.opened);
    claims_source::whole_period(engine, opened, &tables, period, args.partial, context.language)
}

/// Returns the figures of all patients; those of teams stay in the working file.
fn words(figures: &[(&Measure, Vec<Figure>)], is_partial: bool, language: Language) -> String {
    let population_language = match language {
        Language::French => population::Language::French,
        Language::English => population::Language::English,
    };
    let mut lines = Vec::new();
    if is_partial {
        lines.push(match language {
            Language::French => "résultats partiels".to_owned(),
            Language::English => "partial results".to_owned(),
        });
    }
    for (measure, found) in figures {
        let title = measure.title.get(population_language);
        let teams = found.iter().filter(|figure| figure.team.is_some()).count();
        let Some(all) = found.iter().find(|figure| figure.team.is_none()) else {
            lines.push(format!("{title}: –"));
            continue;
        };
        let figure = all.rounded(measure.kind).unwrap_or_else(|| claims_source::hidden(language));
        let patients = claims_source::about(all.patients, language);
        lines.push(match language {
            Language::French => format!("{title} : {figure} (patients : {patients} ; équipes : {teams})"),
            Language::English => format!("{title}: {figure} (patients: {patients}; teams: {teams})"),
        });
    }
    lines.join("\n") + "\n"
}
