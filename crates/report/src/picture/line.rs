//! One value that follows another: a line through points.

use exact::{Decimals, Rational, print_number};
use rulebook::Language;

use super::scatter::Axis;
use super::{Mark, Picture, Px, Scale, Tone};

/// The width of the field in which the line lies.
const ACROSS: Px = Px::whole(380);
/// Its height.
const UP: Px = Px::whole(260);
/// The space on the left, for numbers.
const LEFT: Px = Px::whole(64);
/// The space above, for the name of the axis.
const TOP: Px = Px::whole(30);
/// The space below, for numbers and the name of the axis.
const BOTTOM: Px = Px::whole(52);
/// The space on the right, for the last number.
const RIGHT: Px = Px::whole(24);
/// The most points that are each given their number on the axis.
const NUMBERS_MAX: usize = 9;

/// One point of a line.
#[derive(Debug, Clone)]
pub(crate) struct CurvePoint<'a> {
    /// Where it stands.
    pub(crate) across: &'a Rational,
    /// How high it is.
    pub(crate) up: &'a Rational,
    /// What it says.
    pub(crate) title: String,
}

/// A line through points, in the order of the axis.
#[derive(Debug, Clone)]
pub(crate) struct Curve<'a> {
    /// The id of the picture.
    pub(crate) id: &'a str,
    /// Its title.
    pub(crate) title: &'a str,
    /// Its description.
    pub(crate) description: String,
    /// The name of the axis below.
    pub(crate) across: &'a str,
    /// The name of the axis on the left.
    pub(crate) up: &'a str,
    /// The unit on the left.
    pub(crate) unit: &'a str,
    /// The points.
    pub(crate) points: &'a [CurvePoint<'a>],
    /// The height without any change.
    pub(crate) now: &'a Rational,
    /// The language of the page.
    pub(crate) language: Language,
}

/// Draws a line through points, and the height of today across.
pub(crate) fn curve(of: &Curve<'_>) -> Picture {
    let ups = || of.points.iter().map(|point| point.up).chain([of.now]);
    let (low, high) = (ups().min().cloned(), ups().max().cloned());
    let axis = Axis::new(&low.unwrap_or_default(), &high.unwrap_or_default());
    let left = of.points.iter().map(|point| point.across).min().cloned().unwrap_or_default();
    let right = of.points.iter().map(|point| point.across).max().cloned().unwrap_or_default();
    let below = Axis::new(&left, &right);
    let across = Scale::new(&left, &right, LEFT, LEFT + ACROSS);
    let up = Scale::new(&axis.low, &axis.high, TOP + UP, TOP);
    let (bottom, end) = (TOP + UP, LEFT + ACROSS);
    let style = of.language.number_style();
    let mut marks = Vec::new();
    for tick in &axis.ticks {
        let y = up.place(tick);
        marks.push(Mark::Line { x1: LEFT, y1: y, x2: end, y2: y, class: "grid" });
        let shown = tick.checked_div(&axis.by.0).unwrap_or_default();
        let lines = vec![(y + Px::whole(5), print_number(&shown, style, Decimals::UpTo(6)))];
        marks.push(Mark::Words { x: LEFT - Px::whole(8), class: "tick end", lines, full: None });
    }
    let own: Vec<Rational> = of.points.iter().map(|point| point.across.clone()).collect();
    let inside = |tick: &Rational| *tick >= left && *tick <= right;
    let numbers =
        if own.len() <= NUMBERS_MAX { own } else { below.ticks.into_iter().filter(inside).collect() };
    for number in &numbers {
        let x = across.place(number);
        marks.push(Mark::Line { x1: x, y1: bottom, x2: x, y2: bottom + Px::whole(4), class: "pointer" });
        let lines = vec![(bottom + Px::whole(19), print_number(number, style, Decimals::UpTo(6)))];
        marks.push(Mark::Words { x, class: "tick middle", lines, full: None });
    }
    let y = up.place(of.now);
    marks.push(Mark::Line { x1: LEFT, y1: y, x2: end, y2: y, class: "now" });
    let places: Vec<(Px, Px)> =
        of.points.iter().map(|point| (across.place(point.across), up.place(point.up))).collect();
    for pair in places.windows(2) {
        if let [(x1, y1), (x2, y2)] = pair {
            marks.push(Mark::Line { x1: *x1, y1: *y1, x2: *x2, y2: *y2, class: "curve" });
        }
    }
    for (point, (x, y)) in of.points.iter().zip(&places) {
        marks.push(Mark::Dot { x: *x, y: *y, tone: Tone::Plus, title: point.title.clone() });
    }
    let unit = axis.unit_words(of.unit, of.language);
    let lines = vec![(TOP - Px::whole(12), format!("{}{unit}", of.up))];
    marks.push(Mark::Words { x: Px::default(), class: "axis", lines, full: None });
    let lines = vec![(bottom + Px::whole(42), of.across.to_owned())];
    marks.push(Mark::Words { x: end, class: "axis end", lines, full: None });
    Picture {
        id: of.id.to_owned(),
        title: of.title.to_owned(),
        description: of.description.clone(),
        width: LEFT + ACROSS + RIGHT,
        height: TOP + UP + BOTTOM,
        marks,
        legend: Vec::new(),
        has_points: true,
        shapes: Vec::new(),
    }
}
