//! How many have how much: bars over stretches of equal width.

use exact::{Decimals, Rational, print_number};
use rulebook::Language;

use super::scatter::{Axis, round_step};
use super::{Mark, Picture, Px, Scale, Tone};

/// About how many bars there are.
const BARS: i64 = 12;
/// The most bars, when the numbers are of very different sizes.
const BARS_MAX: i64 = 60;
/// The width of the field of bars.
const ACROSS: Px = Px::whole(380);
/// Its height.
const UP: Px = Px::whole(200);
/// The space on the left, for numbers.
const LEFT: Px = Px::whole(48);
/// The space above, for the name of the axis.
const TOP: Px = Px::whole(30);
/// The space below, for numbers and the name of the axis.
const BOTTOM: Px = Px::whole(52);
/// The space on the right, for the last number.
const RIGHT: Px = Px::whole(24);

/// Numbers counted over stretches of equal width; zero is always an edge.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    /// The first edge.
    pub(crate) first: Rational,
    /// The width of a stretch.
    pub(crate) step: Rational,
    /// How many numbers lie in each: its lower edge counts, the upper one does not.
    pub(crate) counts: Vec<usize>,
}

impl Buckets {
    /// Returns the lower and the upper edge of a stretch.
    pub(crate) fn edges(&self, place: usize) -> (Rational, Rational) {
        let low = &self.first + &(&self.step * &Rational::from(place));
        let high = &low + &self.step;
        (low, high)
    }
}

/// Counts numbers over stretches of a round width.
pub(crate) fn buckets(numbers: &[&Rational]) -> Buckets {
    let low = numbers.iter().min().map_or(Rational::ZERO, |low| (*low).clone());
    let high = numbers.iter().max().map_or(Rational::ZERO, |high| (*high).clone());
    let span = &high - &low;
    let span = if span.is_positive() { span } else { high.abs().max(Rational::ONE) };
    let step = round_step(&span.checked_div(&Rational::from(BARS)).unwrap_or(Rational::ONE));
    let floor = |number: &Rational| number.checked_div(&step).unwrap_or_default().floor();
    let first = floor(&low);
    let wanted = (floor(&high) - &first + Rational::ONE).to_i64().unwrap_or(BARS_MAX).clamp(1, BARS_MAX);
    let mut counts = vec![0; usize::try_from(wanted).unwrap_or(1)];
    for number in numbers {
        let place = (floor(number) - &first).to_i64().and_then(|place| usize::try_from(place).ok());
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    Buckets { first: &first * &step, step, counts }
}

/// What a picture of counts shows.
#[derive(Debug, Clone)]
pub(crate) struct Histogram<'a> {
    /// The id of the picture.
    pub(crate) id: &'a str,
    /// Its title.
    pub(crate) title: &'a str,
    /// Its description.
    pub(crate) description: String,
    /// The name of the axis below.
    pub(crate) across: &'a str,
    /// The unit below.
    pub(crate) unit: &'a str,
    /// The name of the axis on the left.
    pub(crate) up: &'a str,
    /// What is drawn.
    pub(crate) buckets: &'a Buckets,
    /// The language of the page.
    pub(crate) language: Language,
}

/// Draws the counts; below zero with a pattern of its own.
pub(crate) fn histogram(of: &Histogram<'_>) -> Picture {
    let buckets = of.buckets;
    let last = buckets.edges(buckets.counts.len().saturating_sub(1)).1;
    let below = Axis::new(&buckets.first, &last);
    let across = Scale::new(&buckets.first, &last, LEFT, LEFT + ACROSS);
    let most = buckets.counts.iter().max().copied().unwrap_or(0);
    let axis = Axis::new(&Rational::ZERO, &Rational::from(most));
    let up = Scale::new(&axis.low, &axis.high, TOP + UP, TOP);
    let style = of.language.number_style();
    let (bottom, end) = (TOP + UP, LEFT + ACROSS);
    let mut marks = Vec::new();
    for tick in axis.ticks.iter().filter(|tick| tick.is_integer()) {
        let y = up.place(tick);
        marks.push(Mark::Line { x1: LEFT, y1: y, x2: end, y2: y, class: "grid" });
        let lines = vec![(y + Px::whole(5), print_number(tick, style, Decimals::UpTo(0)))];
        marks.push(Mark::Words { x: LEFT - Px::whole(8), class: "tick end", lines, full: None });
    }
    for (place, count) in buckets.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let (low, high) = buckets.edges(place);
        let (x, x2) = (across.place(&low), across.place(&high));
        let y = up.place(&Rational::from(*count));
        let tone = if low.is_negative() { Tone::Minus } else { Tone::Plus };
        let width = x2 - x - Px::whole(2);
        marks.push(Mark::Bar { x: x + Px::whole(1), y, width, height: bottom - y, tone });
    }
    for tick in below.ticks.iter().filter(|tick| **tick >= buckets.first && **tick <= last) {
        let x = across.place(tick);
        let class = if tick.is_zero() { "zero" } else { "pointer" };
        let y1 = if tick.is_zero() { TOP } else { bottom };
        marks.push(Mark::Line { x1: x, y1, x2: x, y2: bottom + Px::whole(4), class });
        let shown = tick.checked_div(&below.by.0).unwrap_or_default();
        let lines = vec![(bottom + Px::whole(19), print_number(&shown, style, Decimals::UpTo(6)))];
        marks.push(Mark::Words { x, class: "tick middle", lines, full: None });
    }
    let unit = below.unit_words(of.unit, of.language);
    let lines = vec![(bottom + Px::whole(42), format!("{}{unit}", of.across))];
    marks.push(Mark::Words { x: end, class: "axis end", lines, full: None });
    let lines = vec![(TOP - Px::whole(12), of.up.to_owned())];
    marks.push(Mark::Words { x: Px::default(), class: "axis", lines, full: None });
    Picture {
        id: of.id.to_owned(),
        title: of.title.to_owned(),
        description: of.description.clone(),
        width: LEFT + ACROSS + RIGHT,
        height: TOP + UP + BOTTOM,
        marks,
        legend: Vec::new(),
        has_points: false,
        shapes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numbers: &[&str], first: &str, step: &str, counts: &[usize]) {
        let numbers: Vec<Rational> = numbers.iter().map(|number| Rational::parse(number).unwrap()).collect();
        let found = buckets(&numbers.iter().collect::<Vec<_>>());
        assert_eq!((found.first.to_string().as_str(), found.step.to_string().as_str()), (first, step));
        assert_eq!(found.counts, counts);
    }

    #[test]
    fn stretches_are_round_and_zero_is_an_edge() {
        check(&["-5", "0", "4.9", "5", "55"], "-5", "5", &[1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        check(&["1400", "1400"], "1400", "200", &[2]);
        check(&["-3"], "-3", "0.5", &[1]);
    }

    #[test]
    fn every_number_is_counted_once() {
        let numbers: Vec<Rational> =
            (-500..700).map(|number| Rational::from(number * number * number)).collect();
        let found = buckets(&numbers.iter().collect::<Vec<_>>());
        assert_eq!(found.counts.iter().sum::<usize>(), numbers.len());
    }
}
