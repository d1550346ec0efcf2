//! Takes the facts of a chunk out of their columns.

use std::sync::Arc;

use super::numbers::{Cells, Denominator, Numbers, TooLarge};
use super::register::{Bad, Column, Filled, whole_parts};
use super::span::Span;
use super::whole::Whole;
use crate::book::DefaultValue;
use crate::facts::numbers::{NumberCell, NumberCells};
use crate::facts::plain::PlainCells;
use crate::facts::{CellsOf, Facts};
use crate::interpret::FactRows;
use crate::period::day_number;
use crate::plan::Plan;
use crate::stretch::{Buffer, Reused};
use crate::{EntityId, InputId, Stretch, Type, Value};

/// How a chunk reads the facts of its rows.
impl FactRows {
    fn take<V: Copy + Reused>(&self, from: &Arc<Buffer<V>>) -> Stretch<V> {
        match self {
            Self::Together(range) => Stretch::of(from, range),
            Self::Scattered(rows) => rows.iter().map(|row| from.0[*row]).collect(),
        }
    }

    fn are_present<V: Copy + Default + Reused>(&self, cells: &PlainCells<V>) -> bool {
        match self {
            Self::Together(range) => cells.are_present(range.clone()),
            Self::Scattered(rows) => rows.iter().all(|row| cells.get(*row).is_some()),
        }
    }
}

/// Loads an input; a row that has neither a fact nor a default has no value.
pub(super) fn input<T: Whole>(
    plan: &Plan<'_>,
    facts: &Facts,
    id: InputId,
    level: EntityId,
    rows: &FactRows,
) -> Result<Filled<T>, TooLarge> {
    let book = plan.book;
    let input = &book.inputs[id.0];
    let default = match &input.default {
        Some(DefaultValue::Plain(value)) => Some(value.clone()),
        Some(DefaultValue::StartOfPeriod) => Some(Value::Date(plan.period.first)),
        Some(DefaultValue::EndOfPeriod) => Some(Value::Date(plan.period.last)),
        None => None,
    };
    let Some(column) = facts.rows(level).column(id) else {
        return default.map_or_else(|| Ok(Filled::bad()), |value| Filled::constant(&value));
    };
    let mut bad = Bad::None;
    let mut missing = |index: usize| bad.mark(Some(index), rows.len());
    let filled = match &column.cells.0 {
        CellsOf::Numbers(cells) => {
            let default = default.as_ref().and_then(Value::as_number);
            let default = match default {
                Some(number) => Some(whole_parts::<T>(number).ok_or(TooLarge)?),
                None => None,
            };
            Column::Numbers(numbers(cells, rows, default, &mut missing)?)
        }
        CellsOf::Bools(cells) => {
            let default = default.as_ref().and_then(Value::as_bool);
            Column::Bools(plain(cells, rows, default, &mut missing, |_| true))
        }
        CellsOf::Dates(cells) => {
            let default = default.as_ref().and_then(Value::as_date).map(day_number);
            Column::Dates(plain(cells, rows, default, &mut missing, |_| true))
        }
        CellsOf::Enums(cells) => {
            let default = match default {
                Some(Value::Enum(index)) => u32::try_from(index).ok(),
                _ => None,
            };
            let last = plan.period.last;
            let in_force: Vec<bool> = match &input.kind {
                Type::Enum(kind) => {
                    book.enums[kind.0].values.iter().map(|value| value.validity.contains(last)).collect()
                }
                _ => Vec::new(),
            };
            let all_known = in_force.iter().all(|known| *known);
            let count = u32::try_from(in_force.len()).unwrap_or(u32::MAX);
            let known = |index: u32| {
                if all_known {
                    return index < count;
                }
                usize::try_from(index).ok().and_then(|index| in_force.get(index)).is_some_and(|known| *known)
            };
            Column::Enums(plain(cells, rows, default, &mut missing, known))
        }
    };
    Ok(Filled { column: filled, bad })
}

/// Takes cells; one that is absent and has no default, or is not known, has no value.
fn plain<V: Copy + Default + Reused>(
    cells: &PlainCells<V>,
    rows: &FactRows,
    default: Option<V>,
    missing: &mut impl FnMut(usize),
    known: impl Fn(V) -> bool,
) -> Cells<V> {
    // Most often none is missing, and they are read where they are.
    if rows.are_present(cells) {
        let taken = rows.take(cells.values());
        if taken.iter().fold(true, |are, value| are & known(*value)) {
            return Cells::Each(taken);
        }
    }
    let taken = (0..rows.len()).map(|index| {
        cells.get(rows.row(index)).or(default).filter(|value| known(*value)).unwrap_or_else(|| {
            missing(index);
            V::default()
        })
    });
    taken.collect()
}

fn numbers<T: Whole>(
    cells: &NumberCells,
    rows: &FactRows,
    default: Option<(T, T)>,
    missing: &mut impl FnMut(usize),
) -> Result<Numbers<T>, TooLarge> {
    let (numerators, denominator) = cells.numerators();
    let taken = rows.take(numerators);
    if let Some(span) = cells.span(&taken) {
        let span = Span { low: T::of_i64(span.0), high: T::of_i64(span.1) };
        let numerators = Cells::Each(T::all_of_i64(&taken));
        return Ok(Numbers { numerators, denominator: Denominator::Same(T::of_i64(denominator)), span });
    }
    // Some are absent or of another form: all are brought over what their denominators have in common.
    let denominator = T::of_i64(denominator);
    let mut common = denominator;
    let mut parts = Vec::with_capacity(rows.len());
    for index in 0..rows.len() {
        let (above, below) = match cells.cell(rows.row(index)) {
            NumberCell::Numerator(numerator) => (T::of_i64(numerator), denominator),
            NumberCell::Apart(number) => whole_parts::<T>(number).ok_or(TooLarge)?,
            NumberCell::Absent => default.unwrap_or_else(|| {
                missing(index);
                (T::ZERO, T::ONE)
            }),
        };
        if common.quotient(below).1 != T::ZERO {
            let factor = below.quotient(common.common_divisor(below)).0;
            common = common.times(factor).ok_or(TooLarge)?;
        }
        parts.push((above, below));
    }
    let scaled = parts.into_iter().map(|(above, below)| {
        if below == common { Some(above) } else { above.times(common.quotient(below).0) }
    });
    let scaled = scaled.collect::<Option<Stretch<T>>>().ok_or(TooLarge)?;
    Numbers::new(Cells::Each(scaled), Denominator::Same(common))
}
