//! Takes each row of a column from one of several.

use super::numbers::{Cells, Denominator, Numbers};
use super::register::{Bad, Column, Filled};
use super::whole::Whole;

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

fn cells<T, V: Copy>(
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
fn chosen<V: Copy>(sources: &[&Cells<V>], choices: &[Choice], change: impl Fn(usize, V) -> V) -> Vec<V> {
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
        return Vec::new();
    };
    let known: Vec<V> = same.iter().map(|value| value.unwrap_or(filler)).collect();
    let mut taken: Vec<V> = choices.iter().map(|choice| known[place(*choice)]).collect();
    for (index, cells) in sources.iter().enumerate() {
        if let Cells::Each(values) = cells {
            let wanted = choice(index);
            for ((slot, choice), value) in taken.iter_mut().zip(choices).zip(values) {
                *slot = if *choice == wanted { change(index, *value) } else { *slot };
            }
        }
    }
    taken
}

fn either<V: Copy>(
    one: &Cells<V>,
    other: &Cells<V>,
    choices: &[Choice],
    change: &impl Fn(usize, V) -> V,
) -> Vec<V> {
    let choices = choices.iter().map(|choice| *choice == 0);
    match (one, other) {
        (Cells::Same(a), Cells::Same(b)) => {
            let (a, b) = (change(0, *a), change(1, *b));
            choices.map(|first| if first { a } else { b }).collect()
        }
        (Cells::Same(a), Cells::Each(b)) => {
            let a = change(0, *a);
            choices.zip(b).map(|(first, b)| if first { a } else { change(1, *b) }).collect()
        }
        (Cells::Each(a), Cells::Same(b)) => {
            let b = change(1, *b);
            choices.zip(a).map(|(first, a)| if first { change(0, *a) } else { b }).collect()
        }
        (Cells::Each(a), Cells::Each(b)) => choices
            .zip(a.iter().zip(b))
            .map(|(first, (a, b))| if first { change(0, *a) } else { change(1, *b) })
            .collect(),
    }
}

fn numbers<T: Whole>(sources: &[&Filled<T>], choices: &[Choice]) -> Numbers<T> {
    let zero = Numbers::zero();
    let numbers: Vec<&Numbers<T>> = sources.iter().map(|source| source.numbers().unwrap_or(&zero)).collect();
    over_one_denominator(&numbers, choices).unwrap_or_else(|| over_their_own(&numbers, choices))
}

/// Scales all sources to one denominator; none when that does not fit.
fn over_one_denominator<T: Whole>(numbers: &[&Numbers<T>], choices: &[Choice]) -> Option<Numbers<T>> {
    let mut common = T::ONE;
    for number in numbers {
        let Denominator::Same(below) = number.denominator else { return None };
        if common != below {
            common = common.times(below.quotient(common.common_divisor(below)).0)?;
        }
    }
    let mut bound = T::ZERO;
    let mut scales = Vec::with_capacity(numbers.len());
    for number in numbers {
        let scale = common.quotient(number.denominator.at(0)).0;
        bound = bound.max(number.bound.times(scale)?);
        scales.push(scale);
    }
    let sources: Vec<&Cells<T>> = numbers.iter().map(|number| &number.numerators).collect();
    let numerators = if scales.iter().all(|scale| *scale == T::ONE) {
        chosen(&sources, choices, |_, value| value)
    } else {
        chosen(&sources, choices, |index, value| value.multiply_fitting(scales[index]))
    };
    Some(Numbers { numerators: Cells::Each(numerators), denominator: Denominator::Same(common), bound })
}

fn over_their_own<T: Whole>(numbers: &[&Numbers<T>], choices: &[Choice]) -> Numbers<T> {
    let (mut above, mut below) = (Vec::with_capacity(choices.len()), Vec::with_capacity(choices.len()));
    let (mut bound, mut top) = (T::ZERO, T::ONE);
    for (row, choice) in choices.iter().enumerate() {
        let number = numbers[place(*choice)];
        above.push(number.numerators.at(row));
        let denominator = number.denominator.at(row);
        top = top.max(denominator);
        bound = bound.max(number.bound);
        below.push(denominator);
    }
    Numbers { numerators: Cells::Each(above), denominator: Denominator::Each(below, top), bound }
}
