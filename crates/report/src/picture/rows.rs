//! Points on a line of their own for each of many: one thing measured, its range, or the same thing in several ways.

use exact::{Decimals, Rational, print_number};
use rulebook::Language;

use super::fit::{fit, width};
use super::scatter::Axis;
use super::{Mark, Picture, Px, Scale, Shape};

/// The width of the picture.
const WIDTH: Px = Px::whole(400);
/// The space left of the first and right of the last number.
const SIDE: Px = Px::whole(22);
/// From the top of a row to the base of its words.
const BASE: Px = Px::whole(15);
/// From the top of a row to its line of points.
const TRACK: Px = Px::whole(29);
/// The height of a row.
const HEIGHT: Px = Px::whole(44);
/// The height of a line of words.
const LINE: Px = Px::whole(17);

/// A point.
#[derive(Debug, Clone)]
pub(crate) struct RowMark {
    /// Its place.
    pub(crate) number: Rational,
    /// What it belongs to.
    pub(crate) shape: Shape,
    /// What it says.
    pub(crate) title: String,
}

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its words.
    pub(crate) label: String,
    /// Its value as people read it; may be empty.
    pub(crate) printed: String,
    /// Its points, from back to front.
    pub(crate) marks: Vec<RowMark>,
    /// Between which numbers it may lie.
    pub(crate) range: Option<(Rational, Rational)>,
}

/// Rows under one another on one scale.
#[derive(Debug, Clone)]
pub(crate) struct Rows<'a> {
    /// The id of the picture.
    pub(crate) id: &'a str,
    /// Its title.
    pub(crate) title: &'a str,
    /// Its description.
    pub(crate) description: String,
    /// What is measured, with its unit.
    pub(crate) across: String,
    /// The number that others are read against.
    pub(crate) reference: Rational,
    /// The rows, from the top.
    pub(crate) items: Vec<Row>,
    /// What the shapes mean.
    pub(crate) shapes: Vec<(Shape, String)>,
    /// The language of the page.
    pub(crate) language: Language,
}

/// Draws rows of points.
pub(crate) fn rows(of: Rows<'_>) -> Picture {
    let numbers = || {
        let ranges = of.items.iter().filter_map(|row| row.range.as_ref()).flat_map(|(low, high)| [low, high]);
        let marks = of.items.iter().flat_map(|row| row.marks.iter().map(|mark| &mark.number));
        ranges.chain(marks).chain([&of.reference])
    };
    let low = numbers().min().cloned().unwrap_or_default();
    let high = numbers().max().cloned().unwrap_or_default();
    let axis = Axis::new(&low, &high);
    let scale = Scale::new(&axis.low, &axis.high, SIDE, WIDTH - SIDE);
    let mut drawn = Vec::new();
    let mut y = Px::default();
    for row in &of.items {
        y = y + draw(row, &scale, &of.reference, y, &mut drawn);
    }
    // The lines of the scale lie behind everything.
    let mut marks = Vec::new();
    for tick in &axis.ticks {
        let x = scale.place(tick);
        marks.push(Mark::Line { x1: x, y1: Px::default(), x2: x, y2: y, class: "grid" });
        let shown = tick.checked_div(&axis.by.0).unwrap_or_default();
        let digits = print_number(&shown, of.language.number_style(), Decimals::UpTo(6));
        let lines = vec![(y + Px::whole(19), digits)];
        marks.push(Mark::Words { x, class: "tick middle", lines, full: None });
    }
    marks.extend(drawn);
    let unit = axis.unit_words("", of.language);
    let lines = vec![(y + Px::whole(40), format!("{}{unit}", of.across))];
    marks.push(Mark::Words { x: WIDTH, class: "axis end", lines, full: None });
    Picture {
        id: of.id.to_owned(),
        title: of.title.to_owned(),
        description: of.description,
        width: WIDTH,
        height: y + Px::whole(46),
        marks,
        legend: Vec::new(),
        has_points: true,
        shapes: of.shapes,
    }
}

/// Draws one row and returns its height.
fn draw(row: &Row, scale: &Scale, reference: &Rational, top: Px, marks: &mut Vec<Mark>) -> Px {
    let value = width(&row.printed);
    let fitted = fit(&row.label, WIDTH - value - Px::whole(14), 2);
    let more = Px(LINE.0 * (i64::try_from(fitted.lines.len()).unwrap_or(1) - 1));
    // A sheet keeps the lines of the scale out of the words.
    let sheet = Mark::Sheet {
        x: Px::default(),
        y: top + Px::whole(1),
        width: WIDTH,
        height: LINE + more + Px::whole(1),
    };
    marks.push(sheet);
    let mut base = top + BASE;
    let mut lines = Vec::new();
    for line in fitted.lines {
        lines.push((base, line));
        base = base + LINE;
    }
    let full = fitted.cut.then(|| row.label.clone());
    marks.push(Mark::Words { x: Px::default(), class: "part-label", lines, full });
    if !row.printed.is_empty() {
        let lines = vec![(top + BASE, row.printed.clone())];
        marks.push(Mark::Words { x: WIDTH, class: "part-value", lines, full: None });
    }
    let y = top + TRACK + more;
    marks.push(Mark::Line { x1: SIDE, y1: y, x2: WIDTH - SIDE, y2: y, class: "grid" });
    let x = scale.place(reference);
    marks.push(Mark::Line { x1: x, y1: y - Px::whole(8), x2: x, y2: y + Px::whole(8), class: "pointer" });
    if let Some((low, high)) = &row.range {
        let (x1, x2) = (scale.place(low), scale.place(high));
        marks.push(Mark::Line { x1, y1: y, x2, y2: y, class: "range" });
        for x in [x1, x2] {
            marks.push(Mark::Line {
                x1: x,
                y1: y - Px::whole(4),
                x2: x,
                y2: y + Px::whole(4),
                class: "range",
            });
        }
    }
    for mark in &row.marks {
        let x = scale.place(&mark.number);
        marks.push(Mark::Shape { x, y, shape: mark.shape, title: mark.title.clone() });
    }
    HEIGHT + more
}
