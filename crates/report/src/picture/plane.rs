//! Points by two measures, with lines to read them against and names for those that matter.

use exact::{Decimals, Rational, print_number};
use rulebook::Language;

use super::fit::{fit, width};
use super::scatter::Axis;
use super::{Mark, Picture, Px, Scale, Shape};

/// The width of the field in which points lie.
const ACROSS: Px = Px::whole(326);
/// Its height.
const UP: Px = Px::whole(290);
/// The space on the left, for numbers.
const LEFT: Px = Px::whole(60);
/// The space above, for the name of the axis.
const TOP: Px = Px::whole(30);
/// The space below, for numbers and the name of the axis.
const BOTTOM: Px = Px::whole(52);
/// The space on the right, for the last number.
const RIGHT: Px = Px::whole(28);
/// The widest name of a point.
const NAME_MAX: Px = Px::whole(130);
/// The height of a name.
const NAME_HEIGHT: Px = Px::whole(15);

/// A point.
#[derive(Debug, Clone)]
pub(crate) struct PlanePoint {
    /// Its place across.
    pub(crate) across: Rational,
    /// Its place up.
    pub(crate) up: Rational,
    /// What it belongs to.
    pub(crate) shape: Shape,
    /// What it says.
    pub(crate) title: String,
    /// The name that is written beside it where there is room.
    pub(crate) name: Option<String>,
}

/// A line through places, with its class.
pub(crate) type PlaneLine = (&'static str, Vec<(Rational, Rational)>);

/// Points by two measures.
#[derive(Debug, Clone)]
pub(crate) struct Plane<'a> {
    /// The id of the picture.
    pub(crate) id: &'a str,
    /// Its title.
    pub(crate) title: &'a str,
    /// Its description.
    pub(crate) description: String,
    /// The name of the axis below, and its unit.
    pub(crate) across: (&'a str, &'a str),
    /// The name of the axis on the left, and its unit.
    pub(crate) up: (&'a str, &'a str),
    /// From where to where the axis on the left goes, at least.
    pub(crate) heights: (Rational, Rational),
    /// From where to where the axis below goes, at least.
    pub(crate) widths: (Rational, Rational),
    /// The points; names are given to the first ones first.
    pub(crate) points: Vec<PlanePoint>,
    /// The lines.
    pub(crate) lines: Vec<PlaneLine>,
    /// What the shapes mean.
    pub(crate) shapes: Vec<(Shape, String)>,
    /// The language of the page.
    pub(crate) language: Language,
}

/// Draws points and lines.
pub(crate) fn plane(of: Plane<'_>) -> Picture {
    let below = Axis::new(&of.widths.0, &of.widths.1);
    let beside = Axis::new(&of.heights.0, &of.heights.1);
    let across = Scale::new(&below.low, &below.high, LEFT, LEFT + ACROSS);
    let up = Scale::new(&beside.low, &beside.high, TOP + UP, TOP);
    let mut marks = axes(&of, (&below, &across), (&beside, &up));
    for (class, places) in &of.lines {
        for pair in places.windows(2) {
            if let [from, to] = pair
                && let Some(((x1, y1), (x2, y2))) = clipped(from, to, (&beside.low, &beside.high))
            {
                let (x1, x2) = (across.place(&x1), across.place(&x2));
                marks.push(Mark::Line { x1, y1: up.place(&y1), x2, y2: up.place(&y2), class });
            }
        }
    }
    let places: Vec<(Px, Px)> =
        of.points.iter().map(|point| (across.place(&point.across), up.place(&point.up))).collect();
    for (point, (x, y)) in of.points.iter().zip(&places) {
        marks.push(Mark::Shape { x: *x, y: *y, shape: point.shape, title: point.title.clone() });
    }
    marks.extend(names(&of.points, &places));
    Picture {
        id: of.id.to_owned(),
        title: of.title.to_owned(),
        description: of.description,
        width: LEFT + ACROSS + RIGHT,
        height: TOP + UP + BOTTOM,
        marks,
        legend: Vec::new(),
        has_points: true,
        shapes: of.shapes,
    }
}

fn axes(of: &Plane<'_>, below: (&Axis, &Scale), beside: (&Axis, &Scale)) -> Vec<Mark> {
    let (bottom, right) = (TOP + UP, LEFT + ACROSS);
    let style = of.language.number_style();
    let digits = |tick: &Rational, axis: &Axis| {
        let shown = tick.checked_div(&axis.by.0).unwrap_or_default();
        print_number(&shown, style, Decimals::UpTo(6))
    };
    let mut marks = Vec::new();
    for tick in &below.0.ticks {
        let x = below.1.place(tick);
        marks.push(Mark::Line { x1: x, y1: TOP, x2: x, y2: bottom, class: "grid" });
        let lines = vec![(bottom + Px::whole(19), digits(tick, below.0))];
        marks.push(Mark::Words { x, class: "tick middle", lines, full: None });
    }
    for tick in &beside.0.ticks {
        let y = beside.1.place(tick);
        let class = if tick.is_zero() { "zero" } else { "grid" };
        marks.push(Mark::Line { x1: LEFT, y1: y, x2: right, y2: y, class });
        let lines = vec![(y + Px::whole(5), digits(tick, beside.0))];
        marks.push(Mark::Words { x: LEFT - Px::whole(8), class: "tick end", lines, full: None });
    }
    let words = format!("{}{}", of.up.0, beside.0.unit_words(of.up.1, of.language));
    let lines = vec![(TOP - Px::whole(12), words)];
    marks.push(Mark::Words { x: Px::default(), class: "axis", lines, full: None });
    let words = format!("{}{}", of.across.0, below.0.unit_words(of.across.1, of.language));
    let lines = vec![(bottom + Px::whole(42), words)];
    marks.push(Mark::Words { x: right, class: "axis end", lines, full: None });
    marks
}

/// Cuts a piece of a line where it leaves the picture above or below; nothing when it lies outside.
fn clipped(
    from: &(Rational, Rational),
    to: &(Rational, Rational),
    (low, high): (&Rational, &Rational),
) -> Option<((Rational, Rational), (Rational, Rational))> {
    let at = |height: &Rational| {
        let share = (height - &from.1).checked_div(&(&to.1 - &from.1))?;
        Some((&from.0 + &((&to.0 - &from.0) * share), height.clone()))
    };
    let end = |place: &(Rational, Rational)| {
        if place.1 > *high {
            at(high)
        } else if place.1 < *low {
            at(low)
        } else {
            Some(place.clone())
        }
    };
    let beyond = |(_, y): &(Rational, Rational)| (y > high, y < low);
    let same_side = beyond(from) == beyond(to) && beyond(from) != (false, false);
    if same_side { None } else { end(from).zip(end(to)) }
}

/// A stretch of the picture that is taken: left, top, right, bottom.
type Taken = (Px, Px, Px, Px);

/// Writes the names for which there is room, on the side where there is.
fn names(points: &[PlanePoint], places: &[(Px, Px)]) -> Vec<Mark> {
    let reach = Px::whole(5);
    let mut taken: Vec<Taken> =
        places.iter().map(|(x, y)| (*x - reach, *y - reach, *x + reach, *y + reach)).collect();
    let mut marks = Vec::new();
    for (point, (x, y)) in points.iter().zip(places) {
        let Some(name) = &point.name else { continue };
        let fitted = fit(name, NAME_MAX, 1);
        let line = fitted.lines.into_iter().next().unwrap_or_default();
        let (wide, gap, half) = (width(&line), Px::whole(8), Px(NAME_HEIGHT.0 / 2));
        let sides = [
            (*x + gap, *y - half),
            (*x - gap - wide, *y - half),
            (*x - Px(wide.0 / 2), *y - gap - NAME_HEIGHT),
            (*x - Px(wide.0 / 2), *y + gap),
        ];
        let free = sides.into_iter().find(|(left, top)| {
            let (right, bottom) = (*left + wide, *top + NAME_HEIGHT);
            let inside = *left >= LEFT && right <= LEFT + ACROSS + RIGHT && *top >= TOP && bottom <= TOP + UP;
            inside
                && !taken
                    .iter()
                    .any(|other| *left < other.2 && right > other.0 && *top < other.3 && bottom > other.1)
        });
        if let Some((left, top)) = free {
            taken.push((left, top, left + wide, top + NAME_HEIGHT));
            let lines = vec![(top + Px::whole(12), line)];
            marks.push(Mark::Words { x: left, class: "name", lines, full: fitted.cut.then(|| name.clone()) });
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_the_picture_ends() {
        let place = |x: i64, y: i64| (Rational::from(x), Rational::from(y));
        let (low, high) = (Rational::from(-10), Rational::from(10));
        let check = |from, to, expected| assert_eq!(clipped(&from, &to, (&low, &high)), expected);
        check(place(0, 0), place(4, 10), Some((place(0, 0), place(4, 10))));
        check(place(0, 20), place(4, 0), Some((place(2, 10), place(4, 0))));
        check(place(0, -20), place(4, 20), Some((place(1, -10), place(3, 10))));
        check(place(0, 20), place(4, 11), None);
        check(place(0, 12), place(4, 12), None);
    }
}
