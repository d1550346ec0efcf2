//! The page that says why amounts changed between two runs.

use askama::Template;
use exact::{Rational, RoundingMode};
use rulebook::{Language, Text};

use crate::picture::{Bar, Mark, Picture, Piece, Tone, Waterfall, bars, waterfall};
use crate::printed::{Around, count};
use crate::words::{Words, said, with_names, words};
use crate::{RefusedLine, ReportError};

/// How many of the largest gains and losses are shown before all rows.
const LARGEST_SHOWN: usize = 10;
/// About how many bars show how differences are spread.
const BINS: usize = 9;

/// What a page of a difference shows: of one subject, or of many.
#[derive(Debug, Clone, Default)]
pub struct DifferencePage {
    /// The heading.
    pub title: Text,
    /// What stands over it; may be empty.
    pub subtitle: Text,
    /// From when to when, and between which amounts.
    pub lead: Text,
    /// The difference.
    pub whole: DifferenceLine,
    /// Its causes, which add up to it.
    pub causes: Vec<DifferenceLine>,
    /// The single outputs, when there are several.
    pub outputs: Vec<BeforeAfter>,
    /// What changed as well, without any effect.
    pub without_effect: Vec<Text>,
    /// The subjects, when there are many.
    pub subjects: Vec<SubjectDifference>,
    /// The subjects that cannot be compared, and why.
    pub others: Vec<RefusedLine>,
}

/// An amount that is added or taken away.
#[derive(Debug, Clone, Default)]
pub struct DifferenceLine {
    /// Its words.
    pub label: Text,
    /// What it is made of; may be empty.
    pub details: Vec<Text>,
    /// The amount.
    pub number: Rational,
    /// The same as people read it, with its sign.
    pub printed: Text,
}

/// A value before and after.
#[derive(Debug, Clone, Default)]
pub struct BeforeAfter {
    /// Its words.
    pub label: Text,
    /// As people read it.
    pub before: Text,
    /// As people read it.
    pub after: Text,
    /// The difference with its sign.
    pub difference: Text,
}

/// The difference of one subject among many.
#[derive(Debug, Clone, Default)]
pub struct SubjectDifference {
    /// The subject, and its values.
    pub values: BeforeAfter,
    /// The difference.
    pub number: Rational,
    /// The cause that weighs most; may be empty.
    pub cause: Text,
}

/// The words of this page alone.
struct Own {
    why: &'static str,
    subject: &'static str,
    cause: &'static str,
    before: &'static str,
    after: &'static str,
    difference: &'static str,
    outputs: &'static str,
    without_effect: &'static str,
    without_effect_hint: &'static str,
    spread: &'static str,
    spread_hint: &'static str,
    unchanged: &'static str,
    largest_gains: &'static str,
    largest_losses: &'static str,
    main_cause: &'static str,
    all_rows: &'static str,
    others: &'static str,
    nothing: &'static str,
}

static FRENCH: Own = Own {
    why: "Pourquoi",
    subject: "Sujet",
    cause: "Cause",
    before: "Avant",
    after: "Après",
    difference: "Différence",
    outputs: "Les montants",
    without_effect: "A changé aussi, sans effet sur ces montants",
    without_effect_hint: "Ces changements ne jouent pas dans ce qui est comparé.",
    spread: "Qui gagne, qui perd",
    spread_hint: "Le nombre de sujets par tranche de différence.",
    unchanged: "inchangé",
    largest_gains: "Les plus grandes hausses",
    largest_losses: "Les plus grandes baisses",
    main_cause: "Cause principale",
    all_rows: "Tous les sujets comparés",
    others: "Sans comparaison",
    nothing: "Rien n'a changé dans ces montants.",
};

static ENGLISH: Own = Own {
    why: "Why",
    subject: "Subject",
    cause: "Cause",
    before: "Before",
    after: "After",
    difference: "Difference",
    outputs: "The amounts",
    without_effect: "Changed as well, without effect on these amounts",
    without_effect_hint: "These changes play no part in what is compared.",
    spread: "Who gains, who loses",
    spread_hint: "The number of subjects by size of the difference.",
    unchanged: "unchanged",
    largest_gains: "The largest gains",
    largest_losses: "The largest losses",
    main_cause: "Main cause",
    all_rows: "All compared subjects",
    others: "Not compared",
    nothing: "Nothing changed in these amounts.",
};

#[derive(Template)]
#[template(path = "difference.html")]
struct Page<'a> {
    w: &'static Words,
    own: &'static Own,
    title: &'a str,
    subtitle: &'a str,
    lead: String,
    whole_label: &'a str,
    whole: &'a str,
    causes: Vec<(String, Vec<String>, &'a str)>,
    picture: Option<Picture>,
    outputs: Vec<Row<'a>>,
    without_effect: Vec<String>,
    spread: Option<Picture>,
    bins: Vec<(String, String)>,
    largest: Vec<(&'static str, &'static str, Vec<Row<'a>>)>,
    rows: Vec<Row<'a>>,
    all_rows: String,
    others: Vec<(&'a str, Vec<(bool, String)>)>,
}

struct Row<'a> {
    label: &'a str,
    before: &'a str,
    after: &'a str,
    difference: &'a str,
    cause: String,
}

/// Writes one self-contained page that says why amounts changed.
///
/// # Errors
/// Only a template that cannot be filled.
pub fn difference_page(page: &DifferencePage, language: Language) -> Result<String, ReportError> {
    let (w, own) = match language {
        Language::French => (words(language), &FRENCH),
        Language::English => (words(language), &ENGLISH),
    };
    let (bins, spread) = spread(page, own, language);
    let outputs = page.outputs.iter().map(|output| row(output, String::new(), language));
    let rows: Vec<Row<'_>> = page.subjects.iter().map(|subject| subject_row(subject, language)).collect();
    let causes = page.causes.iter().map(|cause| {
        let details = cause.details.iter().map(|detail| said(detail, language)).collect();
        (said(&cause.label, language), details, cause.printed.get(language))
    });
    let page = Page {
        w,
        own,
        title: page.title.get(language),
        subtitle: page.subtitle.get(language),
        lead: said(&page.lead, language),
        whole_label: page.whole.label.get(language),
        whole: page.whole.printed.get(language),
        picture: (!page.causes.is_empty()).then(|| draw(page, language)),
        causes: causes.collect(),
        outputs: outputs.collect(),
        without_effect: page.without_effect.iter().map(|words| said(words, language)).collect(),
        spread,
        bins,
        largest: largest(page, own, language),
        all_rows: count(rows.len(), language),
        rows,
        others: page
            .others
            .iter()
            .map(|line| (line.id.as_str(), with_names(&line.reason, language)))
            .collect(),
    };
    Ok(page.render()?)
}

fn row(values: &BeforeAfter, cause: String, language: Language) -> Row<'_> {
    Row {
        label: values.label.get(language),
        before: values.before.get(language),
        after: values.after.get(language),
        difference: values.difference.get(language),
        cause,
    }
}

fn subject_row(subject: &SubjectDifference, language: Language) -> Row<'_> {
    row(&subject.values, said(&subject.cause, language), language)
}

/// Draws the causes, one after the other, and what they make together.
fn draw(page: &DifferencePage, language: Language) -> Picture {
    let pieces = page.causes.iter().map(|cause| Piece {
        label: said(&cause.label, language),
        printed: cause.printed.get(language).to_owned(),
        number: cause.number.clone(),
        tone: if cause.number.is_negative() { Tone::Minus } else { Tone::Plus },
    });
    let pieces: Vec<Piece> = pieces.collect();
    waterfall(&Waterfall {
        id: "causes".to_owned(),
        label: page.whole.label.get(language),
        printed: page.whole.printed.get(language),
        pieces: &pieces,
        language,
    })
}

/// Returns the subjects that gain most and those that lose most.
fn largest<'a>(
    page: &'a DifferencePage,
    own: &Own,
    language: Language,
) -> Vec<(&'static str, &'static str, Vec<Row<'a>>)> {
    let mut order: Vec<&SubjectDifference> = page.subjects.iter().collect();
    // Equal differences keep the order of the ids.
    order.sort_by(|one, other| other.number.cmp(&one.number));
    let gains = order.iter().filter(|subject| subject.number.is_positive()).take(LARGEST_SHOWN);
    let gains: Vec<Row<'_>> = gains.map(|subject| subject_row(subject, language)).collect();
    order.sort_by(|one, other| one.number.cmp(&other.number));
    let losses = order.iter().filter(|subject| subject.number.is_negative()).take(LARGEST_SHOWN);
    let losses: Vec<Row<'_>> = losses.map(|subject| subject_row(subject, language)).collect();
    let both = [("gains", own.largest_gains, gains), ("losses", own.largest_losses, losses)];
    both.into_iter().filter(|(_, _, rows)| !rows.is_empty()).collect()
}

/// Counts the subjects by size of the difference, as a table and as a picture.
fn spread(page: &DifferencePage, own: &Own, language: Language) -> (Vec<(String, String)>, Option<Picture>) {
    if page.subjects.len() < 2 {
        return (Vec::new(), None);
    }
    // Values before have no sign of their own.
    let first = page.subjects.first().map_or("", |subject| subject.values.before.get(language));
    let around = Around::of(first, language);
    let numbers: Vec<&Rational> = page.subjects.iter().map(|subject| &subject.number).collect();
    let bins = binned(&numbers);
    let shown = |number: &Rational| {
        let sign = if number.is_positive() { "+" } else { "" };
        format!("{sign}{}", around.print(number, language)).replace('-', "−")
    };
    let label = |bin: &Bin| match (&bin.to, language) {
        (None, _) => own.unchanged.to_owned(),
        (Some(to), Language::French) => format!("de {} à {}", shown(&bin.from), shown(to)),
        (Some(to), Language::English) => format!("{} to {}", shown(&bin.from), shown(to)),
    };
    let rows: Vec<(String, String)> =
        bins.iter().map(|bin| (label(bin), count(bin.count, language))).collect();
    let sizes: Vec<Rational> = bins.iter().map(|bin| Rational::from(bin.count)).collect();
    let drawn = rows.iter().zip(&sizes).map(|((label, printed), number)| Bar { label, printed, number });
    let drawn: Vec<Bar<'_>> = drawn.collect();
    let picture = bars("spread", own.spread, &drawn, language);
    (rows, Some(picture))
}

/// The differences between two bounds; those that are exactly zero have a bin of their own, without an end.
struct Bin {
    from: Rational,
    to: Option<Rational>,
    count: usize,
}

/// Puts numbers into bins of one round width that begin at a multiple of it.
fn binned(numbers: &[&Rational]) -> Vec<Bin> {
    let zero = Rational::ZERO;
    let low = numbers.iter().copied().chain([&zero]).min().cloned().unwrap_or_default();
    let high = numbers.iter().copied().chain([&zero]).max().cloned().unwrap_or_default();
    let width = round_width(&(&high - &low));
    let place = |number: &Rational| number.checked_div(&width).unwrap_or_default().floor();
    let mut bins = Vec::new();
    let mut from = &place(&low) * &width;
    while from < high || bins.is_empty() {
        let to = &from + &width;
        let inside = numbers.iter().filter(|number| {
            // What is neither gained nor lost stands apart; a loss reaches down to its bound, a gain up to it.
            let reaches = if from.is_negative() {
                **number >= &from && **number < &to
            } else {
                **number > &from && **number <= &to
            };
            reaches && !number.is_zero()
        });
        let number = inside.count();
        if from.is_zero() {
            bins.push(Bin {
                from: zero.clone(),
                to: None,
                count: numbers.iter().filter(|one| one.is_zero()).count(),
            });
        }
        bins.push(Bin { from: from.clone(), to: Some(to.clone()), count: number });
        from = to;
    }
    let unchanged = numbers.iter().filter(|one| one.is_zero()).count();
    if unchanged > 0 && !bins.iter().any(|bin| bin.to.is_none()) {
        bins.push(Bin { from: zero, to: None, count: unchanged });
    }
    // Nobody at either end, or nobody unchanged: nothing to show.
    bins.retain(|bin| bin.count > 0 || bin.to.is_some());
    let (Some(first), Some(last)) =
        (bins.iter().position(|bin| bin.count > 0), bins.iter().rposition(|bin| bin.count > 0))
    else {
        return Vec::new();
    };
    bins.into_iter().skip(first).take(last + 1 - first).collect()
}

/// Returns 1, 2 or 5 times a power of ten, such that a few bins are enough.
fn round_width(range: &Rational) -> Rational {
    let target = range.checked_div(&Rational::from(BINS)).unwrap_or_default();
    let mut width = Rational::ratio(1, 100).unwrap_or(Rational::ONE);
    let factors = [2_i64, 5, 10].map(Rational::from);
    loop {
        if width >= target {
            return width;
        }
        for factor in &factors {
            let wider = (&width * factor).round(2, RoundingMode::HalfEven);
            if wider >= target {
                return wider;
            }
        }
        width *= Rational::from(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numbers: &[&str], expected: &[(&str, &str, usize)]) {
        let numbers: Vec<Rational> = numbers.iter().map(|number| Rational::parse(number).unwrap()).collect();
        let bins = binned(&numbers.iter().collect::<Vec<_>>());
        let shown: Vec<(String, String, usize)> = bins
            .iter()
            .map(|bin| {
                (bin.from.to_string(), bin.to.as_ref().map_or("-".to_owned(), Rational::to_string), bin.count)
            })
            .collect();
        let expected: Vec<(String, String, usize)> =
            expected.iter().map(|(from, to, count)| ((*from).to_owned(), (*to).to_owned(), *count)).collect();
        assert_eq!(shown, expected);
        let all: usize = bins.iter().map(|bin| bin.count).sum();
        assert_eq!(all, numbers.len(), "nobody is lost");
    }

    #[test]
    fn bins_are_round_and_hold_everybody() {
        check(&["0", "0"], &[("0", "-", 2)]);
        check(
            &["-10", "0", "10", "9.5"],
            &[("-10", "-5", 1), ("-5", "0", 0), ("0", "-", 1), ("0", "5", 0), ("5", "10", 2)],
        );
        check(&["3"], &[("2.5", "3", 1)]);
        check(&["-400"], &[("-400", "-350", 1)]);
    }
}
