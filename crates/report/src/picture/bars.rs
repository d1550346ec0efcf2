//! One value for each of many: bars from zero.

use exact::Rational;
use rulebook::Language;

use super::waterfall::Sheet;
use super::{Picture, Tone, reach};
use crate::words::words;

/// One bar.
#[derive(Debug, Clone)]
pub(crate) struct Bar<'a> {
    /// Its words.
    pub(crate) label: &'a str,
    /// Its value as people read it.
    pub(crate) printed: &'a str,
    /// The same, exactly.
    pub(crate) number: &'a Rational,
}

/// Draws one bar for each item.
pub(crate) fn bars(id: &str, title: &str, items: &[Bar<'_>], language: Language) -> Picture {
    let words = words(language);
    let (low, high) = reach(items.iter().map(|item| item.number));
    let mut sheet = Sheet::new(&low, &high);
    for item in items {
        let tone = if item.number.is_negative() { Tone::Minus } else { Tone::Plus };
        sheet.words(item.label, item.printed, ("part-label", "part-value"));
        sheet.bar(&Rational::ZERO, item.number, tone);
        sheet.next();
    }
    let largest = items.iter().max_by_key(|item| item.number);
    let smallest = items.iter().min_by_key(|item| item.number);
    let description = match (largest, smallest) {
        (Some(most), Some(least)) => match language {
            Language::French => format!(
                "Le plus grand\u{a0}: {}, {}. Le plus petit\u{a0}: {}, {}.",
                most.label, most.printed, least.label, least.printed
            ),
            Language::English => format!(
                "The largest: {}, {}. The smallest: {}, {}.",
                most.label, most.printed, least.label, least.printed
            ),
        },
        _ => String::new(),
    };
    let mut legend = Vec::new();
    if low.is_negative() {
        // Only what is there is explained.
        if high.is_positive() {
            legend.push((Tone::Plus, words.above_zero));
        }
        legend.push((Tone::Minus, words.below_zero));
    }
    Picture {
        id: id.to_owned(),
        title: title.to_owned(),
        description,
        width: Sheet::width(),
        height: sheet.y,
        legend,
        has_points: false,
        shapes: Vec::new(),
        marks: sheet.marks,
    }
}
