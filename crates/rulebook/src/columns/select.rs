//! Takes each row of a column from one of several.

use std::hint::select_unpredictable;

use super::numbers::{Cells, Denominator, Numbers, common_multiple, multiplied, zip};
use super::register::{Bad, Column, Filled};
use super::span::Span;
use super::whole::Whole;
use crate::stretch::{Reused, Stretch, collected};

/// The index of a source.
pub(super) type Choice = u32;

/// Returns the choice of a source.
pub(super) fn choice(index: usize) -> Choice {
    // Sources are the rows of a table or the branches of a formula: both are counted in files.
    Choice::try_from(index).unwrap_or(Choice::MAX)
}

fn place(choice: Choice) -> usize {
    usize::try_from(choice).unwrap_or(usize::MAX)
}

/// Takes each row from the source that was chosen for it.
pub(super) fn select<T: Whole>(sources: &[&Filled<T>], choices: &[Choice]) -> Filled<T> {
    let any_bad = sources.iter().any(|source| source.bad != Bad::None);
    let bad = if any_bad {
        Bad::of(choices.iter().enumerate().map(|(row, choice)| sources[place(*choice)].bad.at(row)).collect())
    } else {
        Bad::None
    };
    let first = sources.iter().find(|source| source.bad != Bad::All).map(|source| &source.column);
    let column = match first {
        None => return Filled::bad(),
        Some(Column::Numbers(_)) => Column::Numbers(numbers(sources, choices)),
        Some(Column::Bools(_)) => Column::Bools(cells(sources, choices, false, |column| match column {
            Column::Bools(cells) => Some(cells),
            _ => None,
        })),
        Some(Column::Dates(_)) => Column::Dates(cells(sources, choices, 0, |column| match column {
            Column::Dates(cells) => Some(cells),
            _ => None,
        })),
        Some(Column::Enums(_)) => Column::Enums(cells(sources, choices, 0, |column| match column {
            Column::Enums(cells) => Some(cells),
            _ => None,
        })),
    };
    Filled { column, bad }
}

fn cells<T: Reused, V: Copy + Reused>(
    sources: &[&Filled<T>],
    choices: &[Choice],
    filler: V,
    of: impl Fn(&Column<T>) -> Option<&Cells<V>>,
) -> Cells<V> {
    let filler = Cells::Same(filler);
    let sources: Vec<&Cells<V>> =
        sources.iter().map(|source| of(&source.column).unwrap_or(&filler)).collect();
    Cells::Each(chosen(&sources, choices, |_, value| value))
}

/// Copies what each row chose.
fn chosen<V: Copy + Reused>(
    sources: &[&Cells<V>],
    choices: &[Choice],
    change: impl Fn(usize, V) -> V,
) -> Stretch<V> {
    if let [one, other] = sources {
        return either(one, other, choices, &change);
    }
    // What is the same for all rows is looked up; the columns follow one by one.
    let same: Vec<Option<V>> = sources
        .iter()
        .enumerate()
        .map(|(index, cells)| match cells {
            Cells::Same(value) => Some(change(index, *value)),
            Cells::Each(_) => None,
        })
        .collect();
    let Some(filler) = same.iter().copied().flatten().next().or_else(|| match sources.first() {
        Some(Cells::Each(values)) => values.first().map(|value| change(0, *value)),
        _ => None,
    }) else {
        return Vec::new().into();
    };
    let known: Vec<V> = same.iter().map(|value| value.unwrap_or(filler)).collect();
    let mut taken = collected(choices.iter().map(|choice| known[place(*choice)]));
    for (index, cells) in sources.iter().enumerate() {
        if let Cells::Each(values) = cells {
            let wanted = choice(index);
            for ((slot, choice), value) in taken.iter_mut().zip(choices).zip(values.iter()) {
                *slot = select_unpredictable(*choice == wanted, change(index, *value), *slot);
            }
        }
    }
    taken.into()
}

fn either<V: Copy + Reused>(
    one: &Cells<V>,
    other: &Cells<V>,
    choices: &[Choice],
    change: &impl Fn(usize, V) -> V,
) -> Stretch<V> {
    let choices = choices.iter().map(|choice| *choice == 0);
    match (one, other) {
        (Cells::Same(a), Cells::Same(b)) => {
            let (a, b) = (change(0, *a), change(1, *b));
            choices.map(move |first| select_unpredictable(first, a, b)).collect()
        }
        (Cells::Same(a), Cells::Each(b)) => {
            let a = change(0, *a);
            choices
                .zip(b.iter())
                .map(move |(first, b)| select_unpredictable(first, a, change(1, *b)))
                .collect()
        }
        (Cells::Each(a), Cells::Same(b)) => {
            let b = change(1, *b);
            choices
                .zip(a.iter())
                .map(move |(first, a)| select_unpredictable(first, change(0, *a), b))
                .collect()
        }
        (Cells::Each(a), Cells::Each(b)) => choices
            .zip(a.iter().zip(b.iter()))
            .map(move |(first, (a, b))| select_unpredictable(first, change(0, *a), change(1, *b)))
            .collect(),
    }
}

fn numbers<T: Whole>(sources: &[&Filled<T>], choices: &[Choice]) -> Numbers<T> {
    let zero = Numbers::zero();
    let numbers: Vec<&Numbers<T>> = sources.iter().map(|source| source.numbers().unwrap_or(&zero)).collect();
    over_one_denominator(&numbers, choices).unwrap_or_else(|| over_their_own(&numbers, choices))
}

/// What sources are multiplied by to stand over one denominator.
pub(super) struct Common<T> {
    pub(super) denominator: T,
    pub(super) scales: Vec<T>,
    /// Of each, scaled.
    spans: Vec<Span<T>>,
}

impl<T: Whole> Common<T> {
    /// Returns none when there is no such denominator, or it does not fit.
    pub(super) fn of(numbers: &[&Numbers<T>]) -> Option<Self> {
        let mut denominator = T::ONE;
        for number in numbers {
            denominator = common_multiple(denominator, number.denominator.same()?)?;
        }
        let (mut scales, mut spans) = (Vec::with_capacity(numbers.len()), Vec::with_capacity(numbers.len()));
        for number in numbers {
            let scale = denominator.quotient(number.denominator.same()?).0;
            spans.push(number.span.scaled(scale)?);
            scales.push(scale);
        }
        Some(Self { denominator, scales, spans })
    }

    /// Returns the span of all of them.
    pub(super) fn all(&self) -> Option<Span<T>> {
        self.spans.iter().copied().reduce(Span::with)
    }
}

/// Scales all sources to one denominator; none when that does not fit.
fn over_one_denominator<T: Whole>(numbers: &[&Numbers<T>], choices: &[Choice]) -> Option<Numbers<T>> {
    let common = Common::of(numbers)?;
    let sources: Vec<&Cells<T>> = numbers.iter().map(|number| &number.numerators).collect();
    let numerators = if common.scales.iter().all(|scale| *scale == T::ONE) {
        chosen(&sources, choices, |_, value| value)
    } else {
        chosen(&sources, choices, |index, value| value.multiply_fitting(common.scales[index]))
    };
    Some(Numbers {
        numerators: Cells::Each(numerators),
        denominator: Denominator::Same(common.denominator),
        span: common.all()?,
    })
}

fn over_their_own<T: Whole>(numbers: &[&Numbers<T>], choices: &[Choice]) -> Numbers<T> {
    let (mut above, mut below) = (Vec::with_capacity(choices.len()), Vec::with_capacity(choices.len()));
    for (row, choice) in choices.iter().enumerate() {
        let number = numbers[place(*choice)];
        above.push(number.numerators.at(row));
        below.push(number.denominator.at(row));
    }
    let span = numbers.iter().map(|number| number.span).reduce(Span::with);
    let top = numbers.iter().map(|number| number.denominator.bound()).max();
    Numbers {
        numerators: Cells::Each(above.into()),
        denominator: Denominator::Each(below.into(), top.unwrap_or(T::ONE)),
        span: span.unwrap_or(Span::around(T::ZERO)),
    }
}

/// Takes each row from the first where a condition that is known everywhere holds, else from the other.
pub(super) fn pick<T: Whole>(condition: &[bool], first: &Filled<T>, other: &Filled<T>) -> Filled<T> {
    let bad = pick_bad(condition, &first.bad, &other.bad);
    let column = match (&first.column, &other.column) {
        // What has no value at all leaves the rows to the other.
        (_, column) if first.bad == Bad::All => column.clone(),
        (column, _) if other.bad == Bad::All => column.clone(),
        (Column::Numbers(a), Column::Numbers(b)) => Column::Numbers(pick_numbers(condition, a, b)),
        (Column::Bools(a), Column::Bools(b)) => Column::Bools(pick_cells(condition, a, b, |a| a, |b| b)),
        (Column::Dates(a), Column::Dates(b)) => Column::Dates(pick_cells(condition, a, b, |a| a, |b| b)),
        (Column::Enums(a), Column::Enums(b)) => Column::Enums(pick_cells(condition, a, b, |a| a, |b| b)),
        // Branches have one type.
        _ => return Filled::bad(),
    };
    Filled { column, bad }
}

fn pick_bad(condition: &[bool], first: &Bad, other: &Bad) -> Bad {
    if (first, other) == (&Bad::None, &Bad::None) {
        return Bad::None;
    }
    let cells = |bad: &Bad| match bad {
        Bad::None => Cells::Same(false),
        Bad::All => Cells::Same(true),
        Bad::Some(marks) => Cells::Each(marks.clone().into()),
    };
    match pick_cells(condition, &cells(first), &cells(other), |a| a, |b| b) {
        Cells::Same(true) => Bad::All,
        Cells::Same(false) => Bad::None,
        Cells::Each(marks) => Bad::of(marks.to_vec()),
    }
}

fn pick_numbers<T: Whole>(condition: &[bool], a: &Numbers<T>, b: &Numbers<T>) -> Numbers<T> {
    if let Some(common) = Common::of(&[a, b])
        && let ([scale_a, scale_b], Some(span)) = (common.scales.as_slice(), common.all())
    {
        let (scale_a, scale_b) = (*scale_a, *scale_b);
        let left = move |value: T| value.multiply_fitting(scale_a);
        let right = move |value: T| value.multiply_fitting(scale_b);
        let numerators = pick_cells(condition, &a.numerators, &b.numerators, left, right);
        return Numbers { numerators, denominator: Denominator::Same(common.denominator), span };
    }
    let below = pick_cells(condition, &a.denominator.cells(), &b.denominator.cells(), |a| a, |b| b);
    let top = a.denominator.bound().max(b.denominator.bound());
    Numbers {
        numerators: pick_cells(condition, &a.numerators, &b.numerators, |a| a, |b| b),
        denominator: match below {
            Cells::Same(below) => Denominator::Same(below),
            Cells::Each(below) => Denominator::Each(below, top),
        },
        span: a.span.with(b.span),
    }
}

fn pick_cells<V: Copy + Reused>(
    condition: &[bool],
    a: &Cells<V>,
    b: &Cells<V>,
    left: impl Fn(V) -> V,
    right: impl Fn(V) -> V,
) -> Cells<V> {
    let rows = condition.iter();
    match (a, b) {
        (Cells::Same(a), Cells::Same(b)) => {
            let (a, b) = (left(*a), right(*b));
            rows.map(move |truth| select_unpredictable(*truth, a, b)).collect()
        }
        (Cells::Same(a), Cells::Each(b)) => {
            let a = left(*a);
            rows.zip(b.iter()).map(move |(truth, b)| select_unpredictable(*truth, a, right(*b))).collect()
        }
        (Cells::Each(a), Cells::Same(b)) => {
            let b = right(*b);
            rows.zip(a.iter()).map(move |(truth, a)| select_unpredictable(*truth, left(*a), b)).collect()
        }
        (Cells::Each(a), Cells::Each(b)) => {
            let pairs = rows.zip(a.iter().zip(b.iter()));
            pairs.map(move |(truth, (a, b))| select_unpredictable(*truth, left(*a), right(*b))).collect()
        }
    }
}

/// Takes the least or the greatest of numbers, all over one denominator; none when there is none, or it does not fit.
pub(super) fn extreme<T: Whole>(numbers: &[&Numbers<T>], greatest: bool) -> Option<Numbers<T>> {
    let common = Common::of(numbers)?;
    let mut parts = numbers.iter().zip(&common.scales).zip(&common.spans);
    let ((first, scale), span) = parts.next()?;
    let mut best = multiplied(&first.numerators, *scale);
    let mut all = *span;
    for ((number, scale), span) in parts {
        let scale = *scale;
        let scaled = move |value: T| value.multiply_fitting(scale);
        if greatest {
            best = zip(&best, &number.numerators, move |best, value| best.max(scaled(value)));
            all = all.greatest(*span);
        } else {
            best = zip(&best, &number.numerators, move |best, value| best.min(scaled(value)));
            all = all.least(*span);
        }
    }
    Some(Numbers { numerators: best, denominator: Denominator::Same(common.denominator), span: all })
}
