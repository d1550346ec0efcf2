//! What the gate found, as a page.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use claims::MonthLines;
use population::Schema;
use population::release::{self, FEWEST_SHOWN, Shown};
use report::{GateGroup, GateLine, GatePage, MonthCount, MonthMap};
use rulebook::{Language, Text, text};

use super::{Line, NONE};
use crate::failure::Outcome;

/// Returns the page in a language.
pub(super) fn page(
    folder: &Path,
    lines: &[Line],
    months: &[MonthLines],
    language: Language,
) -> Outcome<String> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (nothing, lines): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.count == NONE);
    let (found, grave) = (lines.len(), lines.iter().filter(|line| line.is_grave).count());
    let lead = match (found, grave) {
        (0, _) => text!("Rien à signaler.", "Nothing to report."),
        _ => text!(
            "Constats : {found} ; à regarder : {grave}. Les nombres de moins de {FEWEST_SHOWN} ne sont pas montrés.",
            "Finds: {found}; to look at: {grave}. Counts under {FEWEST_SHOWN} are not shown."
        ),
    };
    let groups = [
        ("source", text!("Ce que cette source a de particulier", "What is known of this source")),
        ("apart", text!("Lignes mises de côté, avec leur raison", "Lines put aside, with their reason")),
        ("import", text!("Lignes qui n'ont pas pu être lues", "Lines that could not be read")),
        ("rule", text!("Vérifications des tables", "Checks of the tables")),
    ];
    let group = |(kind, title): (&str, Text)| GateGroup {
        title,
        lines: lines.iter().filter(|line| line.kind == kind).map(|line| line_of(line)).collect(),
    };
    let without = GateGroup {
        title: text!("Cherché, sans rien trouver", "Looked for, and nothing found"),
        lines: nothing.into_iter().map(line_of).collect(),
    };
    let page = GatePage {
        title: text!("Qualité des données", "Quality of the data"),
        subtitle: Text::same(name),
        lead,
        groups: groups.into_iter().map(group).chain([without]).collect(),
        months: maps(months),
    };
    Ok(report::gate_page(&page, language).context("failed to write the page")?)
}

/// The words are in the language of the page already.
fn line_of(line: &Line) -> GateLine {
    GateLine {
        words: Text::same(line.words.clone()),
        remedy: Text::same(line.remedy.clone().unwrap_or_default()),
        is_grave: line.is_grave,
    }
}

/// Returns a map for each table, with every year between its first line and its last.
fn maps(months: &[MonthLines]) -> Vec<MonthMap> {
    let mut tables: BTreeMap<&str, BTreeMap<i16, [MonthCount; 12]>> = BTreeMap::new();
    for one in months {
        let years = tables.entry(&one.table).or_default();
        let place = usize::try_from(one.month - 1).unwrap_or_default();
        if let Some(month) = years.entry(one.year).or_default().get_mut(place) {
            *month = match release::count(one.lines, FEWEST_SHOWN) {
                Shown::Count(lines) => MonthCount::Lines(lines),
                Shown::Hidden => MonthCount::Hidden,
            };
        }
    }
    let map = |(table, mut years): (&str, BTreeMap<i16, [MonthCount; 12]>)| {
        if let (Some((first, _)), Some((last, _))) = (years.first_key_value(), years.last_key_value()) {
            for year in *first..=*last {
                years.entry(year).or_default();
            }
        }
        let label = Schema::canonical().table(table).map_or_else(
            || Text::same(table),
            |schema| Text::new(schema.title.fr.clone(), schema.title.en.clone()),
        );
        MonthMap { label, years: years.into_iter().collect() }
    };
    tables.into_iter().map(map).collect()
}
