//! Computed against published: what agrees lies on the diagonal.

use exact::{Decimals, Rational, RoundingMode, print_number};
use rulebook::Language;

use super::fit::{fit, width};
use super::{Mark, Picture, Px, Scale, Tone, reach};
use crate::printed::count;
use crate::words::words;

/// The side of the square in which points lie.
const SIDE: Px = Px::whole(360);
/// The space on the left, for numbers.
const LEFT: Px = Px::whole(64);
/// The space above, for the name of the axis.
const TOP: Px = Px::whole(30);
/// The space below, for numbers and the name of the axis.
const BOTTOM: Px = Px::whole(52);
/// The space on the right, for the last number.
const RIGHT: Px = Px::whole(24);
/// The most intervals between numbers on an axis.
const INTERVALS: i64 = 5;
/// The most powers of ten tried when looking for round numbers.
const POWERS_MAX: u32 = 400;

/// One point.
#[derive(Debug, Clone)]
pub(crate) struct Point<'a> {
    /// What it is.
    pub(crate) name: String,
    /// What was computed.
    pub(crate) computed: &'a Rational,
    /// What was published.
    pub(crate) published: &'a Rational,
    /// Whether they lie farther apart than allowed.
    pub(crate) beyond: bool,
}

/// What the picture of a comparison shows.
#[derive(Debug, Clone)]
pub(crate) struct Scatter<'a> {
    /// The id of the picture.
    pub(crate) id: &'a str,
    /// Its title.
    pub(crate) title: &'a str,
    /// Its description.
    pub(crate) description: String,
    /// The unit, in words.
    pub(crate) unit: &'a str,
    /// The points.
    pub(crate) points: &'a [Point<'a>],
    /// The point with the largest gap, and what to say about it.
    pub(crate) largest: Option<(usize, Vec<String>)>,
    /// The language of the page.
    pub(crate) language: Language,
}

/// Draws computed against published amounts.
pub(crate) fn scatter(of: &Scatter<'_>) -> Picture {
    let words = words(of.language);
    let (low, high) = reach(of.points.iter().flat_map(|point| [point.computed, point.published]));
    let axis = Axis::new(&low, &high);
    let across = Scale::new(&axis.low, &axis.high, LEFT, LEFT + SIDE);
    let up = Scale::new(&axis.low, &axis.high, TOP + SIDE, TOP);
    let mut marks = axis_marks(&axis, &across, &up, of);
    marks.push(Mark::Line { x1: LEFT, y1: TOP + SIDE, x2: LEFT + SIDE, y2: TOP, class: "diagonal" });
    // Those out of bounds come last, in front of the others.
    for beyond in [false, true] {
        for point in of.points.iter().filter(|point| point.beyond == beyond) {
            let tone = if beyond { Tone::Minus } else { Tone::Plus };
            let (x, y) = (across.place(point.published), up.place(point.computed));
            marks.push(Mark::Dot { x, y, tone, title: point.name.clone() });
        }
    }
    if let Some((index, lines)) = &of.largest
        && let Some(point) = of.points.get(*index)
    {
        let (x, y) = (across.place(point.published), up.place(point.computed));
        marks.push(Mark::Ring { x, y });
        marks.extend(note(lines, x, y));
    }
    let beyond = of.points.iter().any(|point| point.beyond);
    let mut legend = vec![(Tone::Plus, words.within_allowed)];
    if beyond {
        legend.push((Tone::Minus, words.beyond_allowed));
    }
    Picture {
        id: of.id.to_owned(),
        title: of.title.to_owned(),
        description: of.description.clone(),
        width: LEFT + SIDE + RIGHT,
        height: TOP + SIDE + BOTTOM,
        marks,
        has_points: true,
        shapes: Vec::new(),
        legend,
    }
}

/// Writes about the largest gap in the corner above the diagonal, with a line to the point.
fn note(lines: &[String], x: Px, y: Px) -> Vec<Mark> {
    let room = Px::whole(250);
    let line_height = Px::whole(17);
    let fitted: Vec<String> = lines.iter().flat_map(|line| fit(line, room, 2).lines).collect();
    let widest = fitted.iter().map(|line| width(line)).max().unwrap_or_default();
    let height = Px(line_height.0 * i64::try_from(fitted.len()).unwrap_or(1));
    let (left, top) = (LEFT + Px::whole(10), TOP + Px::whole(8));
    let mut base = top + Px::whole(13);
    let mut placed = Vec::new();
    for line in fitted {
        placed.push((base, line));
        base = base + line_height;
    }
    // A point on the left is met from above, one on the right or below from the corner of the words.
    let from = (left + Px(widest.0 / 3)).min(x.max(left + Px::whole(6)));
    let bottom = top + height + Px::whole(2);
    let mut marks = Vec::new();
    if y > bottom + Px::whole(40) {
        marks.push(Mark::Line { x1: from, y1: bottom, x2: x, y2: y - Px::whole(8), class: "pointer" });
    }
    let sheet = Mark::Sheet {
        x: left - Px::whole(5),
        y: top - Px::whole(3),
        width: widest + Px::whole(10),
        height: height + Px::whole(5),
    };
    marks.push(sheet);
    marks.push(Mark::Words { x: left, class: "note", lines: placed, full: None });
    marks
}

fn axis_marks(axis: &Axis, across: &Scale, up: &Scale, of: &Scatter<'_>) -> Vec<Mark> {
    let words = words(of.language);
    let mut marks = Vec::new();
    let (bottom, right) = (TOP + SIDE, LEFT + SIDE);
    for tick in &axis.ticks {
        let (x, y) = (across.place(tick), up.place(tick));
        marks.push(Mark::Line { x1: x, y1: TOP, x2: x, y2: bottom, class: "grid" });
        marks.push(Mark::Line { x1: LEFT, y1: y, x2: right, y2: y, class: "grid" });
        let shown = tick.checked_div(&axis.by.0).unwrap_or_default();
        let digits = print_number(&shown, of.language.number_style(), Decimals::UpTo(6));
        let below = vec![(bottom + Px::whole(19), digits.clone())];
        marks.push(Mark::Words { x, class: "tick middle", lines: below, full: None });
        let beside = vec![(y + Px::whole(5), digits)];
        marks.push(Mark::Words { x: LEFT - Px::whole(8), class: "tick end", lines: beside, full: None });
    }
    let unit = axis.unit_words(of.unit, of.language);
    let up_words = vec![(TOP - Px::whole(12), format!("{}{unit}", words.computed))];
    marks.push(Mark::Words { x: Px::default(), class: "axis", lines: up_words, full: None });
    let across_words = vec![(bottom + Px::whole(42), format!("{}{unit}", words.published))];
    marks.push(Mark::Words { x: right, class: "axis end", lines: across_words, full: None });
    marks
}

/// Round numbers on both axes.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) low: Rational,
    pub(super) high: Rational,
    pub(super) ticks: Vec<Rational>,
    /// What numbers are divided by, with its place among thousand, million, billion.
    pub(super) by: (Rational, usize),
}

impl Axis {
    pub(super) fn new(low: &Rational, high: &Rational) -> Self {
        let span = high - low;
        let span = if span.is_positive() { span } else { Rational::ONE };
        let step = round_step(&span.checked_div(&Rational::from(INTERVALS)).unwrap_or(Rational::ONE));
        let first = low.checked_div(&step).unwrap_or_default().floor();
        let last = high.checked_div(&step).unwrap_or_default().ceil().max(&first + &Rational::ONE);
        let mut ticks = Vec::new();
        let mut at = first.clone();
        while at <= last {
            ticks.push(&at * &step);
            at += Rational::ONE;
        }
        let (low, high) = (&first * &step, &last * &step);
        let largest = low.abs().max(high.clone());
        let thousand = Rational::from(1000);
        let mut by = (Rational::ONE, 0);
        while by.1 < 3 && &by.0 * &thousand <= largest {
            by = (&by.0 * &thousand, by.1 + 1);
        }
        Self { low, high, ticks, by }
    }

    /// Says the unit of the numbers on the axis: `, en millions de $`.
    pub(super) fn unit_words(&self, unit: &str, language: Language) -> String {
        let names = match language {
            Language::French => ["", "milliers", "millions", "milliards"],
            Language::English => ["", "thousands", "millions", "billions"],
        };
        let name = names.get(self.by.1).copied().unwrap_or_default();
        match (name.is_empty(), unit.is_empty(), language) {
            (true, true, _) => String::new(),
            (true, false, _) => format!(", {unit}"),
            (false, true, Language::French) => format!(", en {name}"),
            (false, true, Language::English) => format!(", in {name}"),
            (false, false, Language::French) => format!(", en {name} de {unit}"),
            (false, false, Language::English) => format!(", in {name} of {unit}"),
        }
    }
}

/// Returns the next number above that reads 1, 2 or 5 times a power of ten.
pub(super) fn round_step(at_least: &Rational) -> Rational {
    let ten = Rational::from(10);
    let mut power = Rational::ONE;
    for _ in 0..POWERS_MAX {
        if power <= *at_least {
            break;
        }
        power = power.checked_div(&ten).unwrap_or(Rational::ONE);
    }
    for _ in 0..POWERS_MAX {
        if &power * &ten > *at_least {
            break;
        }
        power *= &ten;
    }
    let steps = [1, 2, 5, 10].map(|times| &power * &Rational::from(times));
    steps
        .into_iter()
        .find(|step| step >= at_least)
        .unwrap_or_else(|| at_least.round(0, RoundingMode::Ceiling))
}

/// Returns how many points lie where they should, in words.
pub(crate) fn agreement(points: &[Point<'_>], language: Language) -> String {
    let all = count(points.len(), language);
    let beyond = points.iter().filter(|point| point.beyond).count();
    let within = count(points.len() - beyond, language);
    match (beyond, language) {
        (0, Language::French) => format!("Les {all} résultats comparés sont dans l'écart admis."),
        (0, Language::English) => format!("All {all} compared results lie within the allowed gap."),
        (_, Language::French) => {
            format!(
                "{within} résultats sur {all} sont dans l'écart admis, {} au-delà.",
                count(beyond, language)
            )
        }
        (_, Language::English) => {
            format!(
                "{within} of {all} results lie within the allowed gap, {} beyond it.",
                count(beyond, language)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(low: &str, high: &str, ticks: &[&str], power: usize) {
        let axis = Axis::new(&Rational::parse(low).unwrap(), &Rational::parse(high).unwrap());
        assert_eq!(axis.ticks.iter().map(ToString::to_string).collect::<Vec<_>>(), ticks);
        assert_eq!(axis.by.1, power);
    }

    #[test]
    fn axes_have_round_numbers() {
        check("0", "0", &["0", "0.2"], 0);
        check("0", "93", &["0", "20", "40", "60", "80", "100"], 0);
        check("-12500000", "41000000", &["-20000000", "0", "20000000", "40000000", "60000000"], 2);
        check("0", "0.03", &["0", "0.01", "0.02", "0.03"], 0);
    }
}
