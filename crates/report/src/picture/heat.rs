//! One value that follows two others: a map of fields, darker the larger the value.

use exact::{Rational, RoundingMode};

use super::fit::{fit, width};
use super::{Mark, Picture, Px};

/// The shades of a map.
const LEVELS: i64 = 6;
/// The height of a field.
const HEIGHT: Px = Px::whole(34);
/// The widest word before a row.
const LEFT_MAX: Px = Px::whole(150);
/// The space over the map, for the words of its columns.
const TOP: Px = Px::whole(52);
/// The width of all fields together.
const ACROSS: Px = Px::whole(420);
/// The narrowest field in which a value is written.
const WRITTEN_MIN: Px = Px::whole(40);

/// A map with a row for each value of one path and a column for each of another.
#[derive(Debug, Clone)]
pub(crate) struct Heat<'a> {
    /// The id of the picture.
    pub(crate) id: &'a str,
    /// Its title.
    pub(crate) title: &'a str,
    /// Its description.
    pub(crate) description: String,
    /// What the rows and the columns are.
    pub(crate) axes: [&'a str; 2],
    /// The words of the rows.
    pub(crate) rows: Vec<&'a str>,
    /// The words of the columns.
    pub(crate) columns: Vec<&'a str>,
    /// The value of each field, row by row; as it is written in the field, and in full.
    pub(crate) fields: Vec<(&'a Rational, String, String)>,
}

/// Draws the map.
pub(crate) fn heat(of: &Heat<'_>) -> Picture {
    let left = of.rows.iter().map(|row| width(row)).max().unwrap_or_default().min(LEFT_MAX) + Px::whole(12);
    let count = i64::try_from(of.columns.len()).unwrap_or(1).max(1);
    let field = Px(ACROSS.0 / count);
    let least = of.fields.iter().map(|field| field.0).min().cloned().unwrap_or_default();
    let most = of.fields.iter().map(|field| field.0).max().cloned().unwrap_or_default();
    let level = |number: &Rational| {
        let share = (number - &least).checked_div(&(&most - &least)).unwrap_or_default();
        let level = (share * Rational::from(LEVELS)).round(0, RoundingMode::HalfEven).to_i64();
        usize::try_from(level.unwrap_or(0)).unwrap_or(0)
    };
    let mut marks = Vec::new();
    let [rows_are, columns_are] = of.axes;
    marks.push(Mark::Words {
        x: left,
        class: "axis",
        lines: vec![(Px::whole(14), format!("→ {columns_are}"))],
        full: None,
    });
    let below = TOP + Px(HEIGHT.0 * i64::try_from(of.rows.len()).unwrap_or(0)) + Px::whole(22);
    marks.push(Mark::Words {
        x: Px::default(),
        class: "axis",
        lines: vec![(below, format!("↓ {rows_are}"))],
        full: None,
    });
    // Words of columns that would overlap are written for some of them only.
    let widest = of.columns.iter().map(|column| width(column)).max().unwrap_or_default() + Px::whole(8);
    let every = if field.0 > 0 { usize::try_from(widest.0 / field.0).unwrap_or(0) + 1 } else { 1 };
    let mut x = left;
    for (place, column) in of.columns.iter().enumerate() {
        if place % every == 0 {
            let lines = vec![(TOP - Px::whole(10), (*column).to_owned())];
            marks.push(Mark::Words { x: x + Px(field.0 / 2), class: "tick middle", lines, full: None });
        }
        x = x + field;
    }
    let written = of.fields.iter().all(|one| width(&one.1) < field) && field >= WRITTEN_MIN;
    let mut y = TOP;
    for (row, fields) in of.rows.iter().zip(of.fields.chunks(of.columns.len().max(1))) {
        let fitted = fit(row, LEFT_MAX, 1);
        let lines = fitted.lines.into_iter().map(|line| (y + Px::whole(22), line)).collect();
        let full = fitted.cut.then(|| (*row).to_owned());
        marks.push(Mark::Words { x: left - Px::whole(10), class: "tick end", lines, full });
        let mut x = left;
        for (number, short, full) in fields {
            let title = full.clone();
            marks.push(Mark::Field { x, y, width: field, height: HEIGHT, level: level(number), title });
            if written {
                let lines = vec![(y + Px::whole(22), short.clone())];
                marks.push(Mark::Words { x: x + Px(field.0 / 2), class: "middle", lines, full: None });
            }
            x = x + field;
        }
        y = y + HEIGHT;
    }
    Picture {
        id: of.id.to_owned(),
        title: of.title.to_owned(),
        description: of.description.clone(),
        width: left + ACROSS + Px::whole(4),
        height: below + Px::whole(8),
        marks,
        legend: Vec::new(),
        has_points: false,
        shapes: Vec::new(),
    }
}
