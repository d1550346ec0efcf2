//! The page that compares computed with published amounts.

use askama::Template;
use exact::Rational;
use rulebook::{Language, Text};

use crate::ReportError;
use crate::picture::{Mark, Picture, Point, Scatter, Tone, agreement, scatter};
use crate::printed::{Around, count, percent};
use crate::words::{Words, words};

/// How many of the largest gaps are shown before all rows.
const GAPS_SHOWN: usize = 12;

/// What a page of comparison shows.
#[derive(Debug, Clone, Default)]
pub struct ComparisonPage {
    /// The heading.
    pub title: Text,
    /// What stands under it; may be empty.
    pub subtitle: Text,
    /// The results, in the order of the table.
    pub rows: Vec<ComparisonRow>,
}

/// One result, computed and published.
#[derive(Debug, Clone)]
pub struct ComparisonRow {
    /// Whose it is.
    pub id: String,
    /// Of when it is, as people read it.
    pub period: Text,
    /// What was computed.
    pub computed: Rational,
    /// The same as people read it.
    pub computed_printed: Text,
    /// What was published.
    pub published: Rational,
    /// The same as people read it.
    pub published_printed: Text,
    /// How far apart they may lie, in their unit.
    pub allowed_gap: Rational,
}

#[derive(Template)]
#[template(path = "comparison.html")]
struct Page<'a> {
    w: &'static Words,
    title: &'a str,
    subtitle: &'a str,
    agreement: String,
    tally: Vec<(&'static str, String, String)>,
    all_rows: String,
    largest: Option<String>,
    picture: Option<Picture>,
    gaps: Vec<RowView<'a>>,
    rows: Vec<RowView<'a>>,
}

#[derive(Clone)]
struct RowView<'a> {
    id: &'a str,
    period: &'a str,
    computed: &'a str,
    published: &'a str,
    gap: String,
    allowed: String,
    beyond: bool,
}

/// Writes one self-contained page that compares computed with published amounts.
///
/// # Errors
/// Only a template that cannot be filled.
pub fn comparison_page(page: &ComparisonPage, language: Language) -> Result<String, ReportError> {
    let w = words(language);
    let first = page.rows.first().map_or("", |row| row.published_printed.get(language));
    let around = Around::of(first, language);
    let views = views(&page.rows, &around, language);
    let largest = page.rows.iter().enumerate().max_by_key(|(_, row)| row.gap().abs());
    let largest = largest.filter(|(_, row)| !row.gap().is_zero());
    let largest = largest.and_then(|(index, _)| Some((index, note(views.get(index)?, w))));
    let sentence = largest.as_ref().map(|(_, lines)| lines.join(" · "));
    let points: Vec<Point<'_>> = page
        .rows
        .iter()
        .zip(&views)
        .map(|(row, view)| Point {
            name: format!("{} · {}", view.id, view.period),
            computed: &row.computed,
            published: &row.published,
            beyond: view.beyond,
        })
        .collect();
    let agreement = agreement(&points, language);
    let picture = (!points.is_empty()).then(|| {
        scatter(&Scatter {
            id: "scatter",
            title: w.compared,
            description: format!("{agreement} {}", sentence.as_deref().unwrap_or_default()),
            unit: around.unit(),
            points: &points,
            largest,
            language,
        })
    });
    let page = Page {
        w,
        title: page.title.get(language),
        subtitle: page.subtitle.get(language),
        agreement,
        tally: tally(&page.rows, w, language),
        all_rows: count(views.len(), language),
        largest: sentence,
        picture,
        gaps: largest_gaps(&page.rows, &views),
        rows: if views.len() > GAPS_SHOWN { views } else { Vec::new() },
    };
    Ok(page.render()?)
}

impl ComparisonRow {
    fn gap(&self) -> Rational {
        &self.computed - &self.published
    }

    fn is_beyond(&self) -> bool {
        self.gap().abs() > self.allowed_gap
    }
}

fn views<'a>(rows: &'a [ComparisonRow], around: &Around, language: Language) -> Vec<RowView<'a>> {
    let views = rows.iter().map(|row| RowView {
        id: &row.id,
        period: row.period.get(language),
        computed: row.computed_printed.get(language),
        published: row.published_printed.get(language),
        gap: around.print(&row.gap(), language),
        allowed: around.print(&row.allowed_gap, language),
        beyond: row.is_beyond(),
    });
    views.collect()
}

/// Returns the rows with the largest gaps, those beyond what is allowed first.
fn largest_gaps<'a>(rows: &[ComparisonRow], views: &[RowView<'a>]) -> Vec<RowView<'a>> {
    let mut by_gap: Vec<(&ComparisonRow, &RowView<'a>)> = rows.iter().zip(views).collect();
    by_gap.sort_by_cached_key(|(row, _)| std::cmp::Reverse((row.is_beyond(), row.gap().abs())));
    by_gap.into_iter().take(GAPS_SHOWN).map(|(_, view)| view.clone()).collect()
}

/// Counts the results by the size of their gap.
fn tally(
    rows: &[ComparisonRow],
    w: &'static Words,
    language: Language,
) -> Vec<(&'static str, String, String)> {
    let mut counts = [0_usize; 3];
    for row in rows {
        let class = if row.is_beyond() { 2 } else { usize::from(row.gap().abs() > Rational::ONE) };
        if let Some(count) = counts.get_mut(class) {
            *count += 1;
        }
    }
    let all = Rational::from(rows.len());
    let lines =
        [w.equal, w.within_allowed, w.beyond_allowed].into_iter().zip(counts).map(|(label, number)| {
            let share = percent(&Rational::from(number), &all, language).unwrap_or_default();
            (label, count(number, language), share)
        });
    lines.collect()
}

/// Says which result has the largest gap.
fn note(view: &RowView<'_>, w: &Words) -> Vec<String> {
    let colon = if w.lang == "fr" { "\u{a0}:" } else { ":" };
    vec![format!("{}{colon} {}", w.largest_gap, view.gap), format!("{} · {}", view.id, view.period)]
}
