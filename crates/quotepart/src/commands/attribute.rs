//! `quotepart attribute`: lists of patients at a date, with the ranking behind them.

use claims::AttributionReport;
use population::Period;
use population::reference::attribution::{AttributionRules, Method};
use population::release::{self, FEWEST_SHOWN, Shown};
use rulebook::{Language, text};

use super::claims_source::{self, failure, hidden};
use crate::cli::{AttributeArgs, Context};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Writing};
use crate::{console, usage};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &AttributeArgs) -> Outcome<Exit> {
    let rules = rules(args)?;
    output::folder_exists(&args.out)?;
    let source = claims_source::open(context, &args.claims, output::folder_of(&args.out))?;
    let (engine, opened) = (&source.engine, &source.opened);
    let needs = |table: &str| opened.need(table, "attribute").map_err(|error| failure(&error));
    needs("patient")?;
    if rules.methods == [Method::Declared] {
        needs("registration")?;
    }
    if !opened.has("registration") && !opened.has("contact") {
        needs("act")?;
    }
    let library = claims_source::library()?;
    let period = Period { start: rules.at, end: rules.at };
    let report = engine
        .name_views(opened, &library, period, &library.shared_choices())
        .and_then(|()| engine.attribute(&rules))
        .and_then(|()| engine.attribution_report())
        .map_err(|error| failure(&error))?;
    let ranking_path = args.out.with_extension("ranking.parquet");
    let notes = [("at", rules.at.to_string()), ("rules", format!("{rules:?}"))];
    let mut lists = Writing::begin(&args.out)?;
    engine.write_parquet(engine.lists_query(), &notes, &mut lists).map_err(|error| failure(&error))?;
    let mut ranking = Writing::begin(&ranking_path)?;
    engine.write_parquet(engine.ranking_query(), &notes, &mut ranking).map_err(|error| failure(&error))?;
    output::place_all(vec![lists, ranking])?;
    console::data(&words(&report, context.language))?;
    Ok(Exit::Done)
}

fn rules(args: &AttributeArgs) -> Outcome<AttributionRules> {
    let mut methods = Vec::new();
    for name in &args.method {
        let known = [Method::Declared, Method::Contacts];
        let method = known.into_iter().find(|method| method.name() == name).ok_or_else(|| {
            Failure::usage(text!("la méthode `{name}` n'est pas connue", "the method `{name}` is not known"))
                .suggest(name, &known.map(Method::name))
        })?;
        methods.push(method);
    }
    Ok(AttributionRules {
        at: usage::date(&args.at, "--at")?,
        methods,
        months: args.months,
        professions: args.profession.clone(),
        team_kinds: args.team_kind.clone(),
    })
}

/// Returns the report; no count under the threshold can be read from it or worked out.
fn words(report: &AttributionReport, language: Language) -> String {
    let count = |patients: i64| u64::try_from(patients).unwrap_or(0);
    let without_team = report.alive.saturating_sub(report.with_team);
    let by_method: Vec<u64> = report.by_method.iter().map(|(_, patients)| count(*patients)).collect();
    let show = |shown: Option<&Shown>| match shown {
        Some(Shown::Count(count)) => count.to_string(),
        _ => hidden(language),
    };
    let mut lines = Vec::new();
    let teams = vec![vec![count(report.with_team), count(without_team)]];
    if let Ok(masked) = release::mask(&teams, FEWEST_SHOWN) {
        let cells = masked.cells.first();
        let (with, without) =
            (show(cells.and_then(|row| row.first())), show(cells.and_then(|row| row.get(1))));
        let total = show(Some(&masked.total));
        lines.push(match language {
            Language::French => {
                format!("patients en vie : {total} ; avec équipe : {with} ; sans équipe : {without}")
            }
            Language::English => format!("patients alive: {total}; with a team: {with}; without: {without}"),
        });
        // The total of methods is the same one: it is shown once, and hidden in both or in neither.
        let methods = release::mask(&[by_method], FEWEST_SHOWN);
        if let (Ok(methods), Shown::Count(_)) = (methods, masked.total) {
            for ((name, _), shown) in report.by_method.iter().zip(methods.cells.iter().flatten()) {
                lines.push(format!("  {name}: {}", show(Some(shown))));
            }
        }
    }
    let teams = report.by_team.len();
    lines.push(match language {
        Language::French => format!("équipes qui ont des patients : {teams}"),
        Language::English => format!("teams that have patients: {teams}"),
    });
    lines.join("\n") + "\n"
}
