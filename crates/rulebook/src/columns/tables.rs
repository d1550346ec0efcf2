//! Tables over columns: decision tables as dense arrays, brackets and lines as a few column operations.

use std::cmp::Ordering;

use super::numbers::{Cells, Denominator, Numbers, TooLarge, common_multiple};
use super::register::{Bad, Column, Filled, ordering, whole_parts};
use super::select::{Choice, Common, choice, select};
use super::span::Span;
use super::whole::Whole;
use crate::book::Row;
use crate::check::table_rows::Cell;
use crate::model::{Edge, Status, TableKind};
use crate::plan::{Plan, TableInForce};
use crate::stretch::collected;
use crate::{TableId, Type, Value};

/// The tables of a plan for one size of integers.
pub(super) struct TableColumns<T: Whole> {
    tables: Vec<Shape<T>>,
}

enum Shape<T: Whole> {
    /// Nobody knows the table.
    Unknown,
    Decision(Dense<T>),
    Ordered {
        marginal: bool,
        edges: Vec<BracketRow<T>>,
    },
}

/// A decision table as an array: one entry for each combination of keys.
struct Dense<T: Whole> {
    keys: Vec<KeyDomain>,
    /// The value of each combination; one beyond all values where there is none.
    entries: Vec<Choice>,
    values: Vec<Filled<T>>,
    /// The numbers of all combinations over one denominator, when each has one and all fit.
    numbers: Option<Numbers<T>>,
}

/// How a key becomes an index.
struct KeyDomain {
    /// The smallest whole number, for numbers.
    first: i64,
    size: usize,
}

struct BracketRow<T: Whole> {
    edge: Edge,
    bound: Numbers<T>,
    /// None when it is unknown or not vouched for.
    value: Option<Numbers<T>>,
}

impl<T: Whole> TableColumns<T> {
    pub(super) fn new(plan: &Plan<'_>, official: bool) -> Result<Self, TooLarge> {
        let mut tables = Vec::new();
        for index in 0..plan.book.tables.len() {
            tables.push(shape(plan, TableId(index), official)?);
        }
        Ok(Self { tables })
    }

    pub(super) fn lookup(&self, id: TableId, keys: &[&Filled<T>], rows: usize) -> Filled<T> {
        let Shape::Decision(dense) = &self.tables[id.0] else { return Filled::bad() };
        let mut bad = Bad::None;
        for key in keys {
            bad = bad.or(&key.bad);
        }
        if bad == Bad::All {
            return Filled::bad();
        }
        if let Some(found) = dense.numbers_at(keys, rows) {
            return Filled { column: Column::Numbers(found), bad };
        }
        // Key by key: the index of the combination, or one beyond all of them.
        let mut indexes = vec![0; rows];
        for (key, domain) in keys.iter().zip(&dense.keys) {
            domain.add_to(&mut indexes, &key.column);
        }
        let nothing = choice(dense.values.len());
        let choices: Vec<Choice> =
            indexes.iter().map(|index| dense.entries.get(*index).copied().unwrap_or(nothing)).collect();
        let empty = Filled::bad();
        let mut sources: Vec<&Filled<T>> = dense.values.iter().collect();
        sources.push(&empty);
        let mut found = select(&sources, &choices);
        found.bad = found.bad.or(&bad);
        found
    }

    pub(super) fn bracket(&self, id: TableId, x: &Filled<T>, rows: usize) -> Result<Filled<T>, TooLarge> {
        let (Shape::Ordered { marginal, edges }, Some(numbers)) = (&self.tables[id.0], x.numbers()) else {
            return Ok(Filled::bad());
        };
        if edges.is_empty() || x.bad == Bad::All {
            return Ok(Filled::bad());
        }
        if *marginal {
            if let Some(found) = slices_at_once(edges, numbers) {
                return Ok(Filled { column: Column::Numbers(found), bad: x.bad.clone() });
            }
            return slices(edges, numbers, &x.bad, rows);
        }
        if let Some(found) = stairs(edges, numbers) {
            return Ok(Filled { column: Column::Numbers(found), bad: x.bad.clone() });
        }
        // Rows stand in the bracket of the last edge that they reach; below the first one there is none.
        let reached = reached(edges, numbers, rows)?;
        let mut sources = vec![Filled::bad()];
        sources.extend(edges.iter().map(|edge| known(edge.value.as_ref())));
        let sources: Vec<&Filled<T>> = sources.iter().collect();
        let mut found = select(&sources, &reached);
        found.bad = found.bad.or(&x.bad);
        Ok(found)
    }

    pub(super) fn interpolate(&self, id: TableId, x: &Filled<T>, rows: usize) -> Result<Filled<T>, TooLarge> {
        let (Shape::Ordered { edges, .. }, Some(numbers)) = (&self.tables[id.0], x.numbers()) else {
            return Ok(Filled::bad());
        };
        let mut sources = Vec::new();
        for pair in edges.windows(2) {
            let [from, to] = pair else { continue };
            sources.push(match (&from.value, &to.value) {
                (Some(low), Some(high)) => {
                    let slope =
                        high.plus(low, true)?.times(&to.bound.plus(&from.bound, true)?.inverse(|_| {})?)?;
                    let along = numbers.plus(&from.bound, true)?.times(&slope)?;
                    Filled::good(Column::Numbers(low.plus(&along, false)?))
                }
                _ => Filled::bad(),
            });
        }
        let nothing = sources.len();
        sources.push(Filled::bad());
        let mut choices = Vec::with_capacity(rows);
        for row in 0..rows {
            let mut chosen = choice(nothing);
            for (index, pair) in edges.windows(2).enumerate() {
                let [from, to] = pair else { continue };
                if row_order(numbers, &from.bound, row)?.is_ge()
                    && row_order(numbers, &to.bound, row)?.is_le()
                {
                    chosen = choice(index);
                    break;
                }
            }
            choices.push(chosen);
        }
        let sources: Vec<&Filled<T>> = sources.iter().collect();
        let mut found = select(&sources, &choices);
        found.bad = found.bad.or(&x.bad);
        Ok(found)
    }
}

/// Counts for each row the edges that it reaches: edges stand in order.
fn reached<T: Whole>(edges: &[BracketRow<T>], x: &Numbers<T>, rows: usize) -> Result<Vec<Choice>, TooLarge> {
    let mut reached: Vec<Choice> = vec![0; rows];
    for edge in edges {
        match (&x.numerators, x.denominator.same().and_then(|below| edge.smallest(below))) {
            (Cells::Each(numerators), Some(smallest)) => {
                for (count, numerator) in reached.iter_mut().zip(numerators.iter()) {
                    *count += Choice::from(*numerator >= smallest);
                }
            }
            _ => {
                for (row, count) in reached.iter_mut().enumerate() {
                    let order = row_order(x, &edge.bound, row)?;
                    *count += Choice::from(order.is_gt() || (order.is_eq() && edge.edge == Edge::AtLeast));
                }
            }
        }
    }
    Ok(reached)
}

impl<T: Whole> BracketRow<T> {
    /// Returns the smallest numerator over a denominator that reaches the edge; none when it does not fit.
    fn smallest(&self, below: T) -> Option<T> {
        let (Cells::Same(above), Denominator::Same(denominator)) =
            (&self.bound.numerators, &self.bound.denominator)
        else {
            return None;
        };
        let (whole, rest) = above.times(below)?.quotient(*denominator);
        // The quotient goes toward zero: up for negative numbers, down for the others.
        match (self.edge, rest.cmp(&T::ZERO)) {
            (Edge::AtLeast, Ordering::Less | Ordering::Equal) | (Edge::Above, Ordering::Less) => Some(whole),
            (Edge::AtLeast, Ordering::Greater) | (Edge::Above, _) => whole.plus(T::ONE),
        }
    }
}

/// Compares one row of two numbers.
fn row_order<T: Whole>(a: &Numbers<T>, b: &Numbers<T>, row: usize) -> Result<Ordering, TooLarge> {
    ordering(a, b, row).ok_or(TooLarge)
}

/// Takes the value of the last edge that each row reaches, with one pass for each edge; none when some row reaches
/// none, a value is unknown, or all does not fit over one denominator.
fn stairs<T: Whole>(edges: &[BracketRow<T>], x: &Numbers<T>) -> Option<Numbers<T>> {
    let (below, Cells::Each(numerators)) = (x.denominator.same()?, &x.numerators) else { return None };
    let values: Vec<&Numbers<T>> = edges.iter().map(|edge| edge.value.as_ref()).collect::<Option<_>>()?;
    let common = Common::of(&values)?;
    let mut steps = Vec::with_capacity(edges.len());
    for ((edge, value), scale) in edges.iter().zip(&values).zip(&common.scales) {
        steps.push((edge.smallest(below)?, value.numerators.same()?.multiply_fitting(*scale)));
    }
    let ((first, lowest), steps) = steps.split_first()?;
    if x.span.low < *first {
        return None;
    }
    let mut found = collected(std::iter::repeat_n(*lowest, numerators.len()));
    for (smallest, value) in steps {
        for (found, numerator) in found.iter_mut().zip(numerators.iter()) {
            *found = if *numerator >= *smallest { *value } else { *found };
        }
    }
    Some(Numbers {
        numerators: Cells::Each(found.into()),
        denominator: Denominator::Same(common.denominator),
        span: common.all()?,
    })
}

/// Adds up the slices of marginal brackets, all at once; none when a rate is unknown, or all does not fit over one
/// denominator.
///
/// From each bound on, a line bends: what is beyond it counts the difference of the two rates more.
fn slices_at_once<T: Whole>(edges: &[BracketRow<T>], x: &Numbers<T>) -> Option<Numbers<T>> {
    let (mut below, Cells::Each(numerators)) = (x.denominator.same()?, &x.numerators) else { return None };
    let mut of_rates = T::ONE;
    for edge in edges {
        below = common_multiple(below, edge.bound.denominator.same()?)?;
        of_rates = common_multiple(of_rates, edge.value.as_ref()?.denominator.same()?)?;
    }
    let scale = below.quotient(x.denominator.same()?).0;
    let x_span = x.span.scaled(scale)?;
    let over_below = |number: &Numbers<T>| number.scaled_to(below);
    let mut bends = Vec::with_capacity(edges.len());
    let mut span = Span::around(T::ZERO);
    let mut rate_before = T::ZERO;
    for (index, edge) in edges.iter().enumerate() {
        let start = over_below(&edge.bound)?;
        let rate = edge.value.as_ref()?.scaled_to(of_rates)?;
        let beyond = x_span.plus(Span::one(start)?.minus_self())?.high.max(T::ZERO);
        let width = match edges.get(index + 1) {
            Some(next) => over_below(&next.bound)?.plus(start.minus_self())?.min(beyond),
            None => beyond,
        };
        span = span.plus(Span { low: T::ZERO, high: width }.times(Span::one(rate)?)?)?;
        // Sums on the way may leave the integers, and come back: the last one has been shown to fit.
        bends.push((start, rate.add_fitting(rate_before.minus_self())));
        rate_before = rate;
    }
    let bent = move |numerator: T, (start, change): (T, T)| {
        let beyond = numerator.multiply_fitting(scale).add_fitting(start.minus_self());
        beyond.max(T::ZERO).multiply_fitting(change)
    };
    if bends.len() % 2 == 1 {
        bends.push((T::ZERO, T::ZERO));
    }
    // Two at a time: the sum is read and written half as often.
    let ([[one, other], pairs @ ..], _) = bends.as_chunks::<2>() else { return None };
    let (one, other) = (*one, *other);
    let mut total = collected(numerators.iter().map(move |x| bent(*x, one).add_fitting(bent(*x, other))));
    for [one, other] in pairs {
        let (one, other) = (*one, *other);
        for (total, x) in total.iter_mut().zip(numerators.iter()) {
            *total = total.add_fitting(bent(*x, one)).add_fitting(bent(*x, other));
        }
    }
    let denominator = Denominator::Same(below.times(of_rates)?);
    Some(Numbers { numerators: Cells::Each(total.into()), denominator, span })
}

/// Adds up the slices of marginal brackets: a row that is below a bound has nothing in it.
fn slices<T: Whole>(
    edges: &[BracketRow<T>],
    x: &Numbers<T>,
    bad: &Bad,
    rows: usize,
) -> Result<Filled<T>, TooLarge> {
    let mut total = Numbers::zero();
    let mut bad = bad.clone();
    let zero = Filled::good(Column::Numbers(Numbers::zero()));
    for (index, edge) in edges.iter().enumerate() {
        let mut inside = x.plus(&edge.bound, true)?;
        if let Some(next) = edges.get(index + 1) {
            let width = next.bound.plus(&edge.bound, true)?;
            inside = least(&inside, &width, rows)?;
        }
        let mut above = Vec::with_capacity(rows);
        for row in 0..rows {
            above.push(inside.numerators.at(row) > T::ZERO);
        }
        let Some(rate) = &edge.value else {
            // Only who reaches the slice misses its rate.
            bad = bad.or(&Bad::of(above));
            continue;
        };
        let filled = Filled::good(Column::Numbers(inside));
        let choices: Vec<Choice> = above.iter().map(|above| Choice::from(*above)).collect();
        let counted = select(&[&zero, &filled], &choices);
        if let Some(counted) = counted.numbers() {
            total = total.plus(&counted.times(rate)?, false)?;
        }
    }
    Ok(Filled { column: Column::Numbers(total), bad })
}

fn least<T: Whole>(a: &Numbers<T>, b: &Numbers<T>, rows: usize) -> Result<Numbers<T>, TooLarge> {
    let mut second = Vec::with_capacity(rows);
    for row in 0..rows {
        second.push(Choice::from(row_order(b, a, row)?.is_lt()));
    }
    let sources = [&Filled::good(Column::Numbers(a.clone())), &Filled::good(Column::Numbers(b.clone()))];
    let chosen = select(&sources, &second);
    Ok(chosen.numbers().cloned().unwrap_or_else(Numbers::zero))
}

fn known<T: Whole>(value: Option<&Numbers<T>>) -> Filled<T> {
    value.map_or_else(Filled::bad, |numbers| Filled::good(Column::Numbers(numbers.clone())))
}

fn vouched(row: &Row, official: bool) -> Option<&Value> {
    let fine = !official || row.dated.provenance.status.is_some_and(Status::vouched);
    row.dated.value.as_ref().filter(|_| fine)
}

fn number<T: Whole>(value: &exact::Rational) -> Result<Numbers<T>, TooLarge> {
    let (numerator, denominator) = whole_parts::<T>(value).ok_or(TooLarge)?;
    Numbers::same(numerator, denominator)
}

fn shape<T: Whole>(plan: &Plan<'_>, id: TableId, official: bool) -> Result<Shape<T>, TooLarge> {
    let table = &plan.book.tables[id.0];
    match plan.table(id) {
        TableInForce::Unknown => Ok(Shape::Unknown),
        TableInForce::Ordered(rows) => {
            let mut edges = Vec::new();
            for row in rows {
                let Some((edge, bound)) = &row.bound else { continue };
                let value = match vouched(row, official).and_then(Value::as_number) {
                    Some(value) => Some(number(value)?),
                    None => None,
                };
                edges.push(BracketRow { edge: *edge, bound: number(bound)?, value });
            }
            Ok(Shape::Ordered { marginal: table.kind == TableKind::Marginal, edges })
        }
        TableInForce::Decision(rows) => {
            let keys: Vec<KeyDomain> = table
                .keys
                .iter()
                .map(|key| match (&key.kind, key.range) {
                    (Type::Enum(kind), _) => {
                        KeyDomain { first: 0, size: plan.book.enums[kind.0].values.len() }
                    }
                    (Type::Number(_), Some((min, max))) => {
                        KeyDomain { first: min, size: usize::try_from(max - min + 1).unwrap_or(0) }
                    }
                    _ => KeyDomain { first: 0, size: 2 },
                })
                .collect();
            let total: usize = keys.iter().map(|key| key.size).product();
            let mut found: Vec<Option<Choice>> = vec![None; total];
            let mut values: Vec<Filled<T>> = Vec::new();
            let mut seen: Vec<Value> = Vec::new();
            for (cells, row) in rows {
                let Some(value) = vouched(row, official) else { continue };
                let entry = match seen.iter().position(|known| known == value) {
                    Some(entry) => entry,
                    None => {
                        seen.push(value.clone());
                        values.push(Filled::constant(value)?);
                        values.len() - 1
                    }
                };
                let index = cells
                    .iter()
                    .zip(&keys)
                    .try_fold(0, |index, (cell, key)| Some(index * key.size + key.index_of(cell)?));
                if let Some(slot) = index.and_then(|index| found.get_mut(index)) {
                    *slot = Some(choice(entry));
                }
            }
            let nothing = choice(values.len());
            let entries: Vec<Choice> = found.into_iter().map(|entry| entry.unwrap_or(nothing)).collect();
            let numbers = numbers_of_all(&entries, &values);
            Ok(Shape::Decision(Dense { keys, entries, values, numbers }))
        }
    }
}

/// Returns the number of each combination; none when one has none, or they do not fit over one denominator.
fn numbers_of_all<T: Whole>(entries: &[Choice], values: &[Filled<T>]) -> Option<Numbers<T>> {
    let numbers: Vec<&Numbers<T>> = values.iter().map(Filled::numbers).collect::<Option<_>>()?;
    let common = Common::of(&numbers)?;
    let at = |entry: &Choice| {
        let entry = usize::try_from(*entry).ok()?;
        Some(numbers.get(entry)?.numerators.same()?.multiply_fitting(common.scales[entry]))
    };
    let numerators = entries.iter().map(at).collect::<Option<Vec<T>>>()?;
    Numbers::new(Cells::Each(numerators.into()), Denominator::Same(common.denominator)).ok()
}

impl<T: Whole> Dense<T> {
    /// Finds the numbers of keys that are enumerations and truths; none when that is not all they are.
    fn numbers_at(&self, keys: &[&Filled<T>], rows: usize) -> Option<Numbers<T>> {
        let found = self.numbers.as_ref()?;
        let Cells::Each(entries) = &found.numerators else { return None };
        // What is in the columns are indexes of values: those that no key has are found here, once for all rows.
        let mut indexes: Vec<u32> = vec![0; rows];
        for (key, domain) in keys.iter().zip(&self.keys) {
            let size = u32::try_from(domain.size).ok()?;
            let add = move |index: &mut u32, key: u32| *index = index.wrapping_mul(size).wrapping_add(key);
            match &key.column {
                Column::Bools(Cells::Each(truths)) if size == 2 => {
                    indexes
                        .iter_mut()
                        .zip(truths.iter())
                        .for_each(|(index, key)| add(index, u32::from(*key)));
                }
                Column::Enums(Cells::Each(values)) if values.iter().all(|value| *value < size) => {
                    indexes.iter_mut().zip(values.iter()).for_each(|(index, key)| add(index, *key));
                }
                Column::Bools(Cells::Same(truth)) if size == 2 => {
                    indexes.iter_mut().for_each(|index| add(index, u32::from(*truth)));
                }
                Column::Enums(Cells::Same(value)) if *value < size => {
                    indexes.iter_mut().for_each(|index| add(index, *value));
                }
                _ => return None,
            }
        }
        let entries = &**entries;
        let entry =
            move |index: &u32| usize::try_from(*index).ok().and_then(|index| entries.get(index)).copied();
        Some(Numbers {
            // Each index is that of a combination: zero stands for none.
            numerators: indexes.iter().map(move |index| entry(index).unwrap_or(T::ZERO)).collect(),
            denominator: found.denominator.clone(),
            span: found.span,
        })
    }
}

impl KeyDomain {
    fn index_of(&self, cell: &Cell) -> Option<usize> {
        let index = match cell {
            Cell::Bool(truth) => usize::from(*truth),
            Cell::Enum(index) => *index,
            Cell::Number(number) => usize::try_from(number.to_i64()?.checked_sub(self.first)?).ok()?,
            Cell::Other => return None,
        };
        (index < self.size).then_some(index)
    }

    /// Puts the index of each row's key behind those of the keys before it; what has none gets one beyond all.
    fn add_to<T: Whole>(&self, indexes: &mut [usize], column: &Column<T>) {
        let size = self.size;
        let mut each = |key: &dyn Fn(usize) -> Option<usize>| {
            for (row, index) in indexes.iter_mut().enumerate() {
                let key = key(row).filter(|key| *key < size);
                *index = key.map_or(BEYOND, |key| index.saturating_mul(size).saturating_add(key));
            }
        };
        match column {
            Column::Bools(Cells::Each(truths)) => {
                push_keys(indexes, size, truths, usize::from);
            }
            Column::Enums(Cells::Each(values)) => {
                push_keys(indexes, size, values, |value| usize::try_from(value).unwrap_or(BEYOND));
            }
            Column::Bools(cells) => each(&|row| Some(usize::from(cells.at(row)))),
            Column::Enums(cells) => each(&|row| usize::try_from(cells.at(row)).ok()),
            Column::Numbers(numbers) => each(&|row| {
                let (whole, rest) = numbers.numerators.at(row).quotient(numbers.denominator.at(row));
                let offset = whole.to_i64()?.checked_sub(self.first)?;
                usize::try_from(offset).ok().filter(|_| rest == T::ZERO)
            }),
            Column::Dates(_) => indexes.fill(BEYOND),
        }
    }
}

/// The index of a combination that no table has.
const BEYOND: usize = usize::MAX;

fn push_keys<V: Copy>(indexes: &mut [usize], size: usize, values: &[V], key: impl Fn(V) -> usize) {
    for (index, value) in indexes.iter_mut().zip(values) {
        let key = key(*value);
        *index = if key < size { index.saturating_mul(size).saturating_add(key) } else { BEYOND };
    }
}
