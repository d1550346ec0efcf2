//! How a total follows the values of a grid: a line for one path, a map for two, a table for all.

use exact::{Decimals, Rational, print_number};
use rulebook::{Language, Text};

use super::{WhatIfPage, words};
use crate::picture::{Bar, Curve, CurvePoint, Heat, Picture, bars, curve, heat};
use crate::printed::Around;

/// The most scenarios in the table.
const ROWS_MAX: usize = 400;

/// The most fields of a map.
const FIELDS_MAX: usize = 900;

/// The scenarios of a grid.
#[derive(Debug, Clone, Default)]
pub struct WhatIfGrid {
    /// Its heading; may be empty.
    pub title: Text,
    /// Its paths.
    pub axes: Vec<GridAxis>,
    /// Its scenarios.
    pub points: Vec<GridPoint>,
}

/// One path of a grid.
#[derive(Debug, Clone, Default)]
pub struct GridAxis {
    /// Its words.
    pub label: Text,
    /// Its values as people read them.
    pub values: Vec<Text>,
    /// The same as numbers; none when they are something else.
    pub numbers: Option<Vec<Rational>>,
}

/// One scenario of a grid.
#[derive(Debug, Clone, Default)]
pub struct GridPoint {
    /// Which value each path has.
    pub places: Vec<usize>,
    /// The total.
    pub total: Rational,
    /// The same as people read it.
    pub total_printed: Text,
    /// The gain as people read it, with its sign.
    pub gain_printed: Text,
    /// How many have more and less than without any change.
    pub winners: usize,
    /// How many have less.
    pub losers: usize,
    /// How many were refused.
    pub refused: usize,
}

pub(super) struct GridView<'a> {
    pub(super) title: &'a str,
    pub(super) hint: &'static str,
    pub(super) picture: Option<Picture>,
    pub(super) axes: Vec<&'a str>,
    pub(super) rows: Vec<RowView<'a>>,
    pub(super) note: Option<String>,
}

pub(super) struct RowView<'a> {
    pub(super) values: Vec<&'a str>,
    pub(super) total: &'a str,
    pub(super) gain: &'a str,
    pub(super) winners: usize,
    pub(super) losers: usize,
    pub(super) refused: usize,
}

/// Returns what the page shows of a grid.
pub(super) fn view<'a>(
    grid: &'a WhatIfGrid,
    page: &'a WhatIfPage,
    around: &Around,
    language: Language,
) -> GridView<'a> {
    let v = words::words(language);
    let title = Some(grid.title.get(language)).filter(|title| !title.is_empty()).unwrap_or(v.grid);
    let values = |point: &GridPoint| -> Vec<&'a str> {
        let places = grid.axes.iter().zip(&point.places);
        places.map(|(axis, place)| axis.values.get(*place).map_or("", |value| value.get(language))).collect()
    };
    let rows = grid.points.iter().take(ROWS_MAX).map(|point| RowView {
        values: values(point),
        total: point.total_printed.get(language),
        gain: point.gain_printed.get(language),
        winners: point.winners,
        losers: point.losers,
        refused: point.refused,
    });
    let least = grid.points.iter().min_by_key(|point| &point.total);
    let most = grid.points.iter().max_by_key(|point| &point.total);
    let description = match (least, most) {
        (Some(least), Some(most)) => words::extremes(
            [least.total_printed.get(language), &values(least).join(", ")],
            [most.total_printed.get(language), &values(most).join(", ")],
            language,
        ),
        _ => String::new(),
    };
    let drawing = Drawing { grid, page, around, description, title, language };
    let (picture, hint) = match grid.axes.as_slice() {
        [axis] => match &axis.numbers {
            Some(numbers) => (Some(drawing.curve(axis, numbers)), v.curve_hint),
            None => (Some(drawing.bars(axis)), ""),
        },
        [down, across] if grid.points.len() <= FIELDS_MAX => (Some(drawing.heat(down, across)), v.heat_hint),
        _ => (None, ""),
    };
    let all = grid.points.len();
    GridView {
        title,
        hint,
        picture,
        axes: grid.axes.iter().map(|axis| axis.label.get(language)).collect(),
        rows: rows.collect(),
        note: (all > ROWS_MAX).then(|| words::first_of(ROWS_MAX, all, language)),
    }
}

struct Drawing<'a> {
    grid: &'a WhatIfGrid,
    page: &'a WhatIfPage,
    around: &'a Around,
    description: String,
    title: &'a str,
    language: Language,
}

impl Drawing<'_> {
    fn curve(&self, axis: &GridAxis, numbers: &[Rational]) -> Picture {
        let language = self.language;
        let place = |point: &GridPoint| point.places.first().copied().unwrap_or(0);
        let mut points: Vec<CurvePoint<'_>> = self
            .grid
            .points
            .iter()
            .filter_map(|point| {
                let value = axis.values.get(place(point)).map_or("", |value| value.get(language));
                Some(CurvePoint {
                    across: numbers.get(place(point))?,
                    up: &point.total,
                    title: format!("{value} · {}", point.total_printed.get(language)),
                })
            })
            .collect();
        points.sort_by_key(|point| point.across);
        curve(&Curve {
            id: "grid",
            title: self.title,
            description: self.description.clone(),
            across: axis.label.get(language),
            up: self.page.measure.get(language),
            unit: self.around.unit(),
            points: &points,
            now: &self.page.base,
            language,
        })
    }

    fn bars(&self, axis: &GridAxis) -> Picture {
        let language = self.language;
        let place = |point: &GridPoint| point.places.first().copied().unwrap_or(0);
        let items: Vec<Bar<'_>> = self
            .grid
            .points
            .iter()
            .map(|point| Bar {
                label: axis.values.get(place(point)).map_or("", |value| value.get(language)),
                printed: point.total_printed.get(language),
                number: &point.total,
            })
            .collect();
        bars("grid", self.title, &items, language)
    }

    fn heat(&self, down: &GridAxis, across: &GridAxis) -> Picture {
        let language = self.language;
        let mut sorted: Vec<&GridPoint> = self.grid.points.iter().collect();
        sorted.sort_by(|one, other| one.places.cmp(&other.places));
        let most = sorted.iter().map(|point| point.total.abs()).max().unwrap_or_default();
        let fields = sorted.iter().map(|point| {
            let named = [down, across]
                .into_iter()
                .zip(&point.places)
                .map(|(axis, place)| axis.values.get(*place).map_or("", |value| value.get(language)));
            let named = named.collect::<Vec<_>>().join(", ");
            let full = format!("{named} · {}", point.total_printed.get(language));
            (&point.total, short(&point.total, &most, language), full)
        });
        let (thousands, unit) = (scale_words(&most, language), self.around.unit());
        let written = match (thousands.is_empty(), unit.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!(" ({unit})"),
            (false, true) => format!(" ({thousands})"),
            (false, false) if language == Language::French => format!(" ({thousands} de {unit})"),
            (false, false) => format!(" ({thousands} of {unit})"),
        };
        let title = format!("{}{written}", self.page.measure.get(language));
        heat(&Heat {
            id: "grid",
            title: &title,
            description: self.description.clone(),
            axes: [down.label.get(language), across.label.get(language)],
            rows: down.values.iter().map(|value| value.get(language)).collect(),
            columns: across.values.iter().map(|value| value.get(language)).collect(),
            fields: fields.collect(),
        })
    }
}

/// Returns what numbers of a size are divided by to be short.
fn divisor(most: &Rational) -> Rational {
    let thousand = Rational::from(1000);
    let mut by = Rational::ONE;
    while &(&by * &thousand) * &Rational::from(10) <= *most && by < Rational::from(1_000_000_000) {
        by = &by * &thousand;
    }
    by
}

fn scale_words(most: &Rational, language: Language) -> &'static str {
    let names = match language {
        Language::French => ["", "milliers", "millions", "milliards"],
        Language::English => ["", "thousands", "millions", "billions"],
    };
    let by = divisor(most);
    let place = [1, 1000, 1_000_000, 1_000_000_000].iter().position(|size| by == Rational::from(*size));
    place.and_then(|place| names.get(place).copied()).unwrap_or_default()
}

/// Prints a number short enough for a field.
fn short(number: &Rational, most: &Rational, language: Language) -> String {
    let shown = number.checked_div(&divisor(most)).unwrap_or_default();
    let decimals = if shown.abs() < Rational::from(100) { 2 } else { 0 };
    print_number(&shown, language.number_style(), Decimals::UpTo(decimals))
}
