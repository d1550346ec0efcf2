//! The page of a ledger: what is granted, paid and open, and what is due when.

use askama::Template;
use rulebook::{Language, Text};

use crate::ReportError;
use crate::picture::{Bar, Mark, Picture, Tone, bars};
use crate::results::{Bars, Column, cells};
use crate::words::{Words, words};

/// The most due dates drawn: the first ones.
const DUES_MAX: usize = 30;

/// What a page of a ledger shows.
#[derive(Debug, Clone, Default)]
pub struct LedgerPage {
    /// The heading.
    pub title: Text,
    /// What stands over it, such as the day; may be empty.
    pub subtitle: Text,
    /// The sums, in a sentence.
    pub lead: Text,
    /// What is due when, one picture for each currency: a bar for each date, in the order of the dates.
    pub dues: Vec<Bars>,
    /// The heading of the table.
    pub table_title: Text,
    /// The columns; the first one names the payee.
    pub columns: Vec<Column>,
    /// The cells of each payee, as people read them.
    pub rows: Vec<Vec<Text>>,
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct Page<'a> {
    w: &'static Words,
    title: &'a str,
    subtitle: &'a str,
    lead: &'a str,
    /// A picture, and the same as a table.
    dues: Vec<(Picture, Vec<(&'a str, &'a str)>)>,
    table_title: &'a str,
    columns: Vec<(&'a str, bool)>,
    rows: Vec<Vec<(&'a str, bool)>>,
}

/// Writes one self-contained page of a ledger.
///
/// # Errors
/// A row that has more or fewer cells than there are columns.
pub fn ledger_page(page: &LedgerPage, language: Language) -> Result<String, ReportError> {
    let (columns, rows) = cells(&page.columns, &page.rows, language)?;
    let dues = page.dues.iter().enumerate().map(|(place, dues)| due(place, dues, language)).collect();
    let page = Page {
        w: words(language),
        title: page.title.get(language),
        subtitle: page.subtitle.get(language),
        lead: page.lead.get(language),
        dues,
        table_title: page.table_title.get(language),
        columns,
        rows,
    };
    Ok(page.render()?)
}

fn due(place: usize, dues: &Bars, language: Language) -> (Picture, Vec<(&str, &str)>) {
    let shown = dues.items.iter().take(DUES_MAX);
    let items: Vec<Bar<'_>> = shown
        .map(|item| Bar { label: &item.id, printed: item.printed.get(language), number: &item.number })
        .collect();
    let picture = bars(&format!("dues-{place}"), dues.label.get(language), &items, language);
    let table = dues.items.iter().map(|item| (item.id.as_str(), item.printed.get(language)));
    (picture, table.collect())
}
