//! The page of results: every subject with its amounts, who was refused and why, one picture.

use askama::Template;
use exact::Rational;
use rulebook::{Language, Text};

use crate::ReportError;
use crate::picture::{Bar, Mark, Picture, Tone, bars};
use crate::words::{Words, largest_of, refused, settled, with_names, words};

/// The most bars drawn.
const BARS_MAX: usize = 30;

/// What a page of results shows.
#[derive(Debug, Clone, Default)]
pub struct ResultsPage {
    /// The heading.
    pub title: Text,
    /// What stands under it, such as the period; may be empty.
    pub subtitle: Text,
    /// The columns; the first one names the subject.
    pub columns: Vec<Column>,
    /// The cells of each subject, as people read them.
    pub rows: Vec<Vec<Text>>,
    /// The subjects that were refused.
    pub refused: Vec<RefusedLine>,
    /// The picture of one output.
    pub bars: Option<Bars>,
}

/// A column of a page of results.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its words.
    pub label: Text,
    /// Whether it holds numbers, which stand on the right.
    pub numeric: bool,
}

/// A subject that was refused.
#[derive(Debug, Clone)]
pub struct RefusedLine {
    /// Its id.
    pub id: String,
    /// The reason as a sentence.
    pub reason: Text,
}

/// One output as bars.
#[derive(Debug, Clone)]
pub struct Bars {
    /// The words of the output.
    pub label: Text,
    /// One bar for each subject.
    pub items: Vec<BarItem>,
}

/// One bar.
#[derive(Debug, Clone)]
pub struct BarItem {
    /// The subject.
    pub id: String,
    /// Its value; all bars have one unit.
    pub number: Rational,
    /// The same as people read it.
    pub printed: Text,
}

#[derive(Template)]
#[template(path = "results.html")]
struct Page<'a> {
    w: &'static Words,
    title: &'a str,
    subtitle: &'a str,
    settled: String,
    refused_count: String,
    columns: Vec<(&'a str, bool)>,
    rows: Vec<Vec<(&'a str, bool)>>,
    refused: Vec<(&'a str, Vec<(bool, String)>)>,
    picture: Option<Picture>,
    picture_note: Option<String>,
}

/// Writes one self-contained page of results.
///
/// # Errors
/// A row that has more or fewer cells than there are columns.
pub fn results_page(page: &ResultsPage, language: Language) -> Result<String, ReportError> {
    let (columns, rows) = cells(&page.columns, &page.rows, language)?;
    let picture = page.bars.as_ref().filter(|bars| !bars.items.is_empty()).map(|bars| draw(bars, language));
    let note = page.bars.as_ref().filter(|bars| bars.items.len() > BARS_MAX);
    let page = Page {
        w: words(language),
        title: page.title.get(language),
        subtitle: page.subtitle.get(language),
        settled: settled(page.rows.len(), language),
        refused_count: refused(page.refused.len(), language),
        columns,
        rows,
        refused: page
            .refused
            .iter()
            .map(|line| (line.id.as_str(), with_names(&line.reason, language)))
            .collect(),
        picture,
        picture_note: note.map(|bars| largest_of(BARS_MAX, bars.items.len(), language)),
    };
    Ok(page.render()?)
}

/// Columns or cells, as people read them, and whether they hold numbers.
pub(crate) type Cells<'a> = Vec<(&'a str, bool)>;

/// Returns the columns and rows of a table in a language.
pub(crate) fn cells<'a>(
    columns: &'a [Column],
    rows: &'a [Vec<Text>],
    language: Language,
) -> Result<(Cells<'a>, Vec<Cells<'a>>), ReportError> {
    let columns: Cells<'a> =
        columns.iter().map(|column| (column.label.get(language), column.numeric)).collect();
    let mut all = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if row.len() != columns.len() {
            return Err(ReportError::RowWidth { row: index + 1, cells: row.len(), columns: columns.len() });
        }
        let numeric = columns.iter().map(|(_, numeric)| *numeric);
        all.push(row.iter().map(|cell| cell.get(language)).zip(numeric).collect());
    }
    Ok((columns, all))
}

/// Draws the largest values, in the order in which they were given.
fn draw(of: &Bars, language: Language) -> Picture {
    let mut kept: Vec<(usize, &BarItem)> = of.items.iter().enumerate().collect();
    kept.sort_by_key(|(_, item)| std::cmp::Reverse(item.number.abs()));
    kept.truncate(BARS_MAX);
    kept.sort_by_key(|(place, _)| *place);
    let items: Vec<Bar<'_>> = kept
        .iter()
        .map(|(_, item)| Bar { label: &item.id, printed: item.printed.get(language), number: &item.number })
        .collect();
    bars("bars", of.label.get(language), &items, language)
}
