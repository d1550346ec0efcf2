//! Puts computed results beside published ones: the cases of a rulebook, and what is common to whole files.

use anyhow::Context as _;
use exact::Rational;
use report::{ComparisonPage, ComparisonRow};
use rulebook::book::Reference;
use rulebook::cases::{CaseValue, run_case};
use rulebook::{Language, Rulebook, Text, Type, Value, show};

use super::pages::Pages;
use super::script::CasesStep;
use crate::cli::Context;
use crate::failure::Outcome;
use crate::table::Table;
use crate::{console, folder};

/// Runs one file of cases and prints what was expected beside what came out.
pub(super) fn cases(context: &Context, step: &CasesStep, number: usize, pages: &mut Pages) -> Outcome<()> {
    let language = context.language;
    let files = context.library.find(&step.rulebook)?;
    let book = folder::load_with_cases(&files)?;
    let ending = format!("/cases/{}", step.file);
    let file = book.sources.iter().position(|source| source.path.ends_with(&ending));
    let file = file.with_context(|| format!("the demonstration names {ending}, which does not exist"))?;
    let mut table = Table::default();
    let [case, result, published, computed, gap] = match language {
        Language::French => ["cas", "résultat", "publié", "calculé", "écart"],
        Language::English => ["case", "result", "published", "computed", "gap"],
    };
    for (heading, right) in [(case, false), (result, false), (published, true), (computed, true), (gap, true)]
    {
        table.column(heading, right);
    }
    let (mut agree, mut all) = (0, 0);
    let mut rows = Vec::new();
    for case in book.cases.iter().filter(|case| case.file == file) {
        let ran = run_case(&book, case);
        let mut title = ran.title.clone();
        for value in &ran.values {
            all += 1;
            agree += usize::from(value.fine);
            let [published, computed, gap] = printed(&book, value, language);
            let label = book.label_of(value.reference).get(language).to_owned();
            table.row(vec![std::mem::take(&mut title), label, published, computed, gap]);
            rows.extend(comparison_row(&book, &ran.title, &case.at.to_string(), value, language));
        }
    }
    console::data(&table.render())?;
    console::data(&match language {
        Language::French => format!("\n{agree} résultats sur {all} sont ceux qui sont publiés.\n"),
        Language::English => format!("\n{agree} of {all} results are those that are published.\n"),
    })?;
    add_pages(&book, &format!("{number}-cases"), &step.title, rows, pages)
}

/// Returns what was published, what was computed and the gap.
fn printed(book: &Rulebook, value: &CaseValue, language: Language) -> [String; 3] {
    let shown = |one: &Value| show::reference(book, value.reference, one, language);
    let gap = match (value.expected.as_number(), value.computed.as_ref().and_then(Value::as_number)) {
        (Some(expected), Some(computed)) => shown(&Value::Number(computed - expected)),
        _ => String::new(),
    };
    [shown(&value.expected), value.computed.as_ref().map(shown).unwrap_or_default(), gap]
}

/// Returns a row of a page, for a number, with its unit: one picture cannot hold points and euros.
fn comparison_row(
    book: &Rulebook,
    title: &str,
    period: &str,
    value: &CaseValue,
    language: Language,
) -> Option<(Text, ComparisonRow)> {
    let Type::Number(unit) = book.type_of(value.reference) else { return None };
    let published = value.expected.as_number()?;
    let computed = value.computed.as_ref()?.as_number()?;
    let allowed_gap = value.within.clone().unwrap_or(Rational::ZERO);
    let id = format!("{title} · {}", book.label_of(value.reference).get(language));
    let row = row(book, value.reference, &id, period, [computed, published], allowed_gap);
    Some((Text::in_both(|language| show::unit(book, &unit, language)), row))
}

/// Returns a row of a page: what was computed, then what was published.
pub(super) fn row(
    book: &Rulebook,
    reference: Reference,
    id: &str,
    period: &str,
    [computed, published]: [&Rational; 2],
    allowed_gap: Rational,
) -> ComparisonRow {
    let words = |number: &Rational| {
        let value = Value::Number(number.clone());
        Text::in_both(|language| show::reference(book, reference, &value, language))
    };
    ComparisonRow {
        id: id.to_owned(),
        period: Text::same(period),
        computed: computed.clone(),
        computed_printed: words(computed),
        published: published.clone(),
        published_printed: words(published),
        allowed_gap,
    }
}

/// Adds a page for each group of rows; the words of the group stand beside the title.
pub(super) fn add_pages(
    book: &Rulebook,
    name: &str,
    title: &Text,
    rows: Vec<(Text, ComparisonRow)>,
    pages: &mut Pages,
) -> Outcome<()> {
    let mut groups: Vec<(Text, Vec<ComparisonRow>)> = Vec::new();
    for (group, row) in rows {
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((group, vec![row])),
        }
    }
    for (index, (group, rows)) in groups.into_iter().enumerate() {
        let heading = Text::in_both(|language| match group.get(language) {
            "" => title.get(language).to_owned(),
            group => format!("{} · {group}", title.get(language)),
        });
        let page = ComparisonPage { title: heading.clone(), subtitle: book.instrument.title.clone(), rows };
        pages.add(&format!("{name}-{}", index + 1), &heading, |language| {
            report::comparison_page(&page, language)
        })?;
    }
    Ok(())
}
