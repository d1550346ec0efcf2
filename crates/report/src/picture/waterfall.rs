//! How a whole is made up: each bar begins where the one above ends.

use exact::Rational;
use rulebook::Language;

use super::fit::{Fitted, fit, width};
use super::{Mark, Picture, Px, Scale, Tone, reach};
use crate::printed::{Around, count, percent};
use crate::words::words;

/// The most bars drawn; the smallest parts beyond them are drawn as one.
const BARS_MAX: usize = 25;

/// The width of the sheet.
const WIDTH: Px = Px::whole(400);
/// The space between a label and the value on its right.
const GAP: Px = Px::whole(14);
/// The height of a line of text.
const LINE: Px = Px::whole(18);
/// From the top of a line to its base.
const BASE: Px = Px::whole(14);
/// The height of a bar.
const BAR: Px = Px::whole(13);
/// The space under a bar.
const BELOW: Px = Px::whole(13);

/// One part.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// Its words.
    pub(crate) label: String,
    /// Its value as people read it.
    pub(crate) printed: String,
    /// The same, exactly.
    pub(crate) number: Rational,
    /// What it does to the whole.
    pub(crate) tone: Tone,
}

/// A whole and its parts.
#[derive(Debug, Clone)]
pub(crate) struct Waterfall<'a> {
    /// The id of the picture.
    pub(crate) id: String,
    /// The words of the whole.
    pub(crate) label: &'a str,
    /// The whole as people read it.
    pub(crate) printed: &'a str,
    /// The parts.
    pub(crate) pieces: &'a [Piece],
    /// The language of the page.
    pub(crate) language: Language,
}

/// Draws how a whole is made up.
pub(crate) fn waterfall(of: &Waterfall<'_>) -> Picture {
    let words = words(of.language);
    let whole: Rational = of.pieces.iter().map(|piece| &piece.number).sum();
    let pieces = grouped(of);
    let mut ends = vec![Rational::ZERO];
    for piece in &pieces {
        let last = ends.last().cloned().unwrap_or_default();
        ends.push(last + &piece.number);
    }
    let (low, high) = reach(ends.iter());
    let mut sheet = Sheet::new(&low, &high);
    for (piece, end) in pieces.iter().zip(ends.iter().skip(1)) {
        let start = end - &piece.number;
        sheet.words(&piece.label, &piece.printed, ("part-label", "part-value"));
        sheet.bar(&Rational::ZERO, &start, Tone::Carry);
        sheet.bar(&start, end, piece.tone);
        sheet.next();
    }
    sheet.marks.push(Mark::Line { x1: Px::default(), y1: sheet.y, x2: WIDTH, y2: sheet.y, class: "sum" });
    sheet.y = sheet.y + Px::whole(9);
    sheet.words(of.label, of.printed, ("part-label strong", "part-value strong"));
    sheet.bar(&Rational::ZERO, &whole, Tone::Whole);
    sheet.next();
    let tones = [
        (Tone::Plus, words.tone_plus),
        (Tone::Minus, words.tone_minus),
        (Tone::Rounding, words.tone_rounding),
        (Tone::Whole, words.tone_whole),
    ];
    let legend = tones
        .into_iter()
        .filter(|(tone, _)| *tone == Tone::Whole || pieces.iter().any(|piece| piece.tone == *tone));
    Picture {
        id: of.id.clone(),
        title: format!("{} {}", words.made_of, of.label),
        description: description(of, &whole),
        width: WIDTH,
        height: sheet.y,
        legend: legend.collect(),
        has_points: false,
        shapes: Vec::new(),
        marks: sheet.marks,
    }
}

/// Says in a sentence what the picture shows.
fn description(of: &Waterfall<'_>, whole: &Rational) -> String {
    let count = of.pieces.len();
    let largest = of.pieces.iter().max_by_key(|piece| piece.number.abs());
    let (label, printed) = largest.map_or(("", ""), |piece| (&piece.label, &piece.printed));
    let one_way =
        of.pieces.iter().filter(|piece| piece.tone != Tone::Rounding).all(|piece| piece.tone == Tone::Plus);
    let share = largest
        .filter(|_| one_way)
        .and_then(|piece| percent(&piece.number, whole, of.language))
        .map(|share| format!(" ({share})"))
        .unwrap_or_default();
    let (whole_label, whole_printed) = (of.label, of.printed);
    match of.language {
        Language::French => format!(
            "{whole_label}\u{a0}: {whole_printed}, en {count} parts. La plus grande\u{a0}: {label}, {printed}{share}. \
             Les mêmes chiffres sont dans le tableau."
        ),
        Language::English => format!(
            "{whole_label}: {whole_printed}, in {count} parts. The largest: {label}, {printed}{share}. \
             The same figures are in the table."
        ),
    }
}

/// Puts together the smallest parts when there are too many to draw.
fn grouped(of: &Waterfall<'_>) -> Vec<Piece> {
    if of.pieces.len() <= BARS_MAX {
        return of.pieces.to_vec();
    }
    let mut by_size: Vec<usize> = (0..of.pieces.len()).collect();
    by_size.sort_by_key(|index| std::cmp::Reverse(of.pieces.get(*index).map(|piece| piece.number.abs())));
    let mut kept: Vec<usize> = by_size.iter().copied().take(BARS_MAX - 1).collect();
    kept.sort_unstable();
    let mut pieces: Vec<Piece> = kept.iter().filter_map(|index| of.pieces.get(*index).cloned()).collect();
    let whole: Rational = of.pieces.iter().map(|piece| &piece.number).sum();
    let number = whole - &pieces.iter().map(|piece| &piece.number).sum::<Rational>();
    let others = count(of.pieces.len() - pieces.len(), of.language);
    pieces.push(Piece {
        label: match of.language {
            Language::French => format!("{others} autres parts"),
            Language::English => format!("{others} other parts"),
        },
        printed: Around::of(of.printed, of.language).print(&number, of.language),
        tone: if number.is_negative() { Tone::Minus } else { Tone::Plus },
        number,
    });
    pieces
}

/// A sheet being filled from top to bottom.
pub(super) struct Sheet {
    pub(super) marks: Vec<Mark>,
    pub(super) y: Px,
    scale: Scale,
    has_negative: bool,
}

impl Sheet {
    /// Writes a label and, on its right, a value.
    pub(super) fn words(&mut self, label: &str, value: &str, classes: (&'static str, &'static str)) {
        let value_room = fit(value, Px(WIDTH.0 / 2), 1);
        let taken = value_room.lines.first().map_or_else(Px::default, |line| width(line));
        // Bold words are about a tenth wider, and the whole is in bold.
        let room = WIDTH - Px(taken.0 * 11 / 10) - GAP;
        let room = if classes.0.ends_with("strong") { Px(room.0 * 9 / 10) } else { room };
        let full = value_room.cut.then(|| value.to_owned());
        let fitted = fit(label, room, 2);
        let lines_below = Px(LINE.0 * i64::try_from(fitted.lines.len()).unwrap_or(1));
        self.lines(Px::default(), &fitted, label, classes.0);
        let lines = value_room.lines.into_iter().map(|line| (self.y + BASE, line)).collect();
        self.marks.push(Mark::Words { x: WIDTH, class: classes.1, lines, full });
        self.y = self.y + lines_below + Px::whole(2);
    }

    fn lines(&mut self, x: Px, fitted: &Fitted, whole: &str, class: &'static str) {
        let mut y = self.y + BASE;
        let mut lines = Vec::new();
        for line in &fitted.lines {
            lines.push((y, line.clone()));
            y = y + LINE;
        }
        self.marks.push(Mark::Words { x, class, lines, full: fitted.cut.then(|| whole.to_owned()) });
    }

    /// Draws a bar between two numbers.
    pub(super) fn bar(&mut self, from: &Rational, to: &Rational, tone: Tone) {
        let (from, to) = (self.scale.place(from), self.scale.place(to));
        let (x, end) = (from.min(to), from.max(to));
        if x == end {
            // Too small for a bar: a stroke says where it is.
            if tone != Tone::Carry {
                self.marks.push(Mark::Line { x1: x, y1: self.y, x2: x, y2: self.y + BAR, class: "trace" });
            }
            return;
        }
        self.marks.push(Mark::Bar { x, y: self.y, width: end - x, height: BAR, tone });
    }

    /// Goes below the bar, with a mark at zero when bars go both ways.
    pub(super) fn next(&mut self) {
        if self.has_negative {
            let x = self.scale.place(&Rational::ZERO);
            let (y1, y2) = (self.y - Px::whole(2), self.y + BAR + Px::whole(2));
            self.marks.push(Mark::Line { x1: x, y1, x2: x, y2, class: "zero" });
        }
        self.y = self.y + BAR + BELOW;
    }

    /// Returns the scale of a sheet whose bars begin at zero.
    pub(super) fn new(low: &Rational, high: &Rational) -> Self {
        let scale = Scale::new(low, high, Px::default(), WIDTH);
        Self { marks: Vec::new(), y: Px::default(), scale, has_negative: low.is_negative() }
    }

    /// Returns the width of every sheet.
    pub(super) const fn width() -> Px {
        WIDTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(numbers: &[&str], language: Language) -> Picture {
        let pieces: Vec<Piece> = numbers
            .iter()
            .map(|number| Piece {
                label: "Une part dont le nom est bien trop long pour tenir sur une seule ligne de l'image"
                    .to_owned(),
                printed: format!("{number}\u{a0}€"),
                number: Rational::parse(number).unwrap(),
                tone: if number.starts_with('-') { Tone::Minus } else { Tone::Plus },
            })
            .collect();
        let of =
            Waterfall { id: "p".to_owned(), label: "Tout", printed: "9\u{a0}€", pieces: &pieces, language };
        waterfall(&of)
    }

    fn bars(picture: &Picture) -> Vec<(Px, Px, Tone)> {
        let bars = picture.marks.iter().filter_map(|mark| match mark {
            Mark::Bar { x, width, tone, .. } if *tone != Tone::Carry => Some((*x, *width, *tone)),
            _ => None,
        });
        bars.collect()
    }

    #[test]
    fn widths_are_in_proportion_and_each_bar_begins_where_the_last_one_ended() {
        let picture = drawn(&["60", "40", "-25"], Language::French);
        let expected = [
            (Px::whole(0), Px::whole(240), Tone::Plus),
            (Px::whole(240), Px::whole(160), Tone::Plus),
            (Px::whole(300), Px::whole(100), Tone::Minus),
            (Px::whole(0), Px::whole(300), Tone::Whole),
        ];
        assert_eq!(bars(&picture), expected);
    }

    #[test]
    fn a_whole_below_zero_has_its_zero_inside_the_picture() {
        let picture = drawn(&["100", "-300"], Language::English);
        let expected = [
            (Px(26667), Px(13333), Tone::Plus),
            (Px(0), Px(40000), Tone::Minus),
            (Px(0), Px(26667), Tone::Whole),
        ];
        assert_eq!(bars(&picture), expected);
        assert!(picture.marks.iter().any(|mark| matches!(mark, Mark::Line { class: "zero", .. })));
    }

    #[test]
    fn too_many_parts_are_put_together_and_the_whole_stays() {
        let numbers: Vec<String> = (1..=40).map(|number| number.to_string()).collect();
        let picture = drawn(&numbers.iter().map(String::as_str).collect::<Vec<_>>(), Language::French);
        let bars = bars(&picture);
        assert_eq!(bars.len(), BARS_MAX + 1);
        assert_eq!(bars.last().map(|bar| bar.1), Some(WIDTH));
    }

    #[test]
    fn no_text_lies_over_another_or_over_a_bar() {
        for numbers in [vec!["1000000000000000000000000000000"; 25], vec!["1"; 3], vec!["-5", "0.001"]] {
            let picture = drawn(&numbers, Language::French);
            let mut boxes: Vec<(Px, Px, Px, Px)> = Vec::new();
            for mark in &picture.marks {
                match mark {
                    Mark::Words { x, class, lines, .. } => {
                        for (y, line) in lines {
                            let (left, right) = if class.starts_with("part-value") {
                                (*x - width(line), *x)
                            } else {
                                (*x, *x + width(line))
                            };
                            assert!(left >= Px(0) && right <= WIDTH, "{line} leaves the picture");
                            boxes.push((left, right, *y - Px::whole(11), *y + Px::whole(3)));
                        }
                    }
                    Mark::Bar { x, y, width, height, tone } if *tone != Tone::Carry => {
                        boxes.push((*x, *x + *width, *y, *y + *height));
                    }
                    _ => {}
                }
            }
            for (index, one) in boxes.iter().enumerate() {
                for other in boxes.iter().skip(index + 1) {
                    let apart = one.1 <= other.0 || other.1 <= one.0 || one.3 <= other.2 || other.3 <= one.2;
                    assert!(apart, "{one:?} lies over {other:?}");
                }
            }
            assert!(boxes.iter().all(|one| one.3 <= picture.height));
        }
    }
}
