//! Pictures as plain marks on a sheet, drawn by the template `picture.html`.
//!
//! Places are whole hundredths of a pixel computed from exact numbers: a picture needs no float. A reader who
//! cannot see it has its title, its description and the table beside it; one who sees no colour has patterns.

mod bars;
mod fit;
mod heat;
mod histogram;
mod line;
mod plane;
mod rows;
mod scatter;
mod waterfall;

use std::fmt;
use std::ops::{Add, Sub};

use exact::{Rational, RoundingMode};

pub(crate) use bars::{Bar, bars};
pub(crate) use heat::{Heat, heat};
pub(crate) use histogram::{Histogram, buckets, histogram};
pub(crate) use line::{Curve, CurvePoint, curve};
pub(crate) use plane::{Plane, PlaneLine, PlanePoint, plane};
pub(crate) use rows::{Row, RowMark, Rows, rows};
pub(crate) use scatter::{Point, Scatter, agreement, scatter};
pub(crate) use waterfall::{Piece, Waterfall, waterfall};

/// A length on a picture, in hundredths of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Px(i64);

impl Px {
    /// Returns a whole number of pixels.
    pub(crate) const fn whole(pixels: i64) -> Self {
        Self(pixels * 100)
    }
}

impl Add for Px {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Px {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl fmt::Display for Px {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (pixels, hundredths) = (self.0.abs() / 100, self.0.abs() % 100);
        match hundredths {
            0 => write!(formatter, "{sign}{pixels}"),
            tenths if tenths % 10 == 0 => write!(formatter, "{sign}{pixels}.{}", tenths / 10),
            _ => write!(formatter, "{sign}{pixels}.{hundredths:02}"),
        }
    }
}

/// What a bar or a dot stands for; each has a colour and a pattern of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    /// It adds.
    Plus,
    /// It takes away.
    Minus,
    /// What rounding changes.
    Rounding,
    /// The whole.
    Whole,
    /// What was counted before.
    Carry,
}

impl Tone {
    /// Returns the end of the class in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plus => "plus",
            Self::Minus => "minus",
            Self::Rounding => "rounding",
            Self::Whole => "whole",
            Self::Carry => "carry",
        }
    }

    /// Returns the pattern that it is filled with, if it is not plain.
    pub(crate) fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Minus => Some("hatch"),
            Self::Rounding => Some("dots"),
            Self::Plus | Self::Whole | Self::Carry => None,
        }
    }
}

/// What a point belongs to; each has a form of its own, so that its colour can be missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shape(usize);

/// The forms, as paths from their middle.
const FORMS: [&str; 6] = [
    "m-4.2 0a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0-8.4 0",
    "m-3.8-3.8h7.6v7.6h-7.6z",
    "m0-5l4.7 8.4h-9.4z",
    "m0-5.4l4.6 5.4l-4.6 5.4l-4.6-5.4z",
    "m-4-4l8 8m0-8l-8 8",
    "m0-5v10m-5-5h10",
];

impl Shape {
    /// How many groups can be told apart.
    pub(crate) const COUNT: usize = FORMS.len();

    /// Returns the shape of a group, from 0; those beyond the last share it.
    pub(crate) fn of(group: usize) -> Self {
        Self(group.min(FORMS.len() - 1))
    }

    /// Returns its path, to be drawn from its middle.
    pub(crate) fn path(self) -> &'static str {
        FORMS.get(self.0).copied().unwrap_or_default()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// One thing drawn.
#[derive(Debug, Clone)]
pub(crate) enum Mark {
    /// A rectangle.
    Bar { x: Px, y: Px, width: Px, height: Px, tone: Tone },
    /// A straight line.
    Line { x1: Px, y1: Px, x2: Px, y2: Px, class: &'static str },
    /// Lines of text; the whole text when it had to be cut.
    Words { x: Px, class: &'static str, lines: Vec<(Px, String)>, full: Option<String> },
    /// A point; a cross when it is out of bounds.
    Dot { x: Px, y: Px, tone: Tone, title: String },
    /// A point whose shape says what it belongs to.
    Shape { x: Px, y: Px, shape: Shape, title: String },
    /// A ring around a point.
    Ring { x: Px, y: Px },
    /// A field of a map, darker the larger its value.
    Field { x: Px, y: Px, width: Px, height: Px, level: usize, title: String },
    /// A sheet behind words.
    Sheet { x: Px, y: Px, width: Px, height: Px },
}

/// A picture.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// Its id, unique in the page.
    pub(crate) id: String,
    /// What it shows, in a few words.
    pub(crate) title: String,
    /// What it shows, in sentences.
    pub(crate) description: String,
    /// Its width.
    pub(crate) width: Px,
    /// Its height.
    pub(crate) height: Px,
    /// What is drawn, from back to front.
    pub(crate) marks: Vec<Mark>,
    /// What the patterns mean.
    pub(crate) legend: Vec<(Tone, &'static str)>,
    /// Whether it shows points rather than bars.
    pub(crate) has_points: bool,
    /// What the shapes mean.
    pub(crate) shapes: Vec<(Shape, String)>,
}

/// A line of numbers along a stretch of the picture.
#[derive(Debug, Clone)]
struct Scale {
    low: Rational,
    span: Rational,
    from: Px,
    to: Px,
}

impl Scale {
    /// Returns the scale that puts `low` at `from` and `high` at `to`.
    fn new(low: &Rational, high: &Rational, from: Px, to: Px) -> Self {
        let span = high - low;
        let span = if span.is_positive() { span } else { Rational::ONE };
        Self { low: low.clone(), span, from, to }
    }

    /// Returns the place of a number, to the hundredth of a pixel.
    fn place(&self, number: &Rational) -> Px {
        let length = Rational::from(self.to.0 - self.from.0);
        let share = (number - &self.low).checked_div(&self.span).unwrap_or_default();
        let way = (share * length).round(0, RoundingMode::HalfEven).to_i64().unwrap_or_default();
        Px(self.from.0 + way)
    }
}

/// Returns the smallest and the largest of some numbers and zero.
fn reach<'a>(numbers: impl Iterator<Item = &'a Rational>) -> (Rational, Rational) {
    let mut reach = (Rational::ZERO, Rational::ZERO);
    for number in numbers {
        if *number < reach.0 {
            reach.0 = number.clone();
        }
        if *number > reach.1 {
            reach.1 = number.clone();
        }
    }
    reach
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_short() {
        for (hundredths, expected) in [(0, "0"), (1200, "12"), (1250, "12.5"), (1205, "12.05"), (-5, "-0.05")]
        {
            assert_eq!(Px(hundredths).to_string(), expected);
        }
    }

    #[test]
    fn a_scale_keeps_proportions_of_any_size() {
        let high = Rational::parse("1e30").unwrap();
        let scale = Scale::new(&Rational::ZERO, &high, Px::whole(10), Px::whole(110));
        assert_eq!(scale.place(&Rational::ZERO), Px::whole(10));
        assert_eq!(scale.place(&Rational::parse("2.5e29").unwrap()), Px::whole(35));
        assert_eq!(scale.place(&high), Px::whole(110));
        let flat = Scale::new(&Rational::ZERO, &Rational::ZERO, Px::whole(0), Px::whole(100));
        assert_eq!(flat.place(&Rational::ZERO), Px::whole(0));
    }
}
