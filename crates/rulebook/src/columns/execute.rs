//! Runs a program over one chunk of rows.

use std::ops::Range;

use super::aggregate::aggregate;
use super::load::input;
use super::numbers::{Cells, Denominator, Numbers, TooLarge, map, zip};
use super::program::{Op, Register, Step};
use super::register::{Bad, Column, Filled, compare};
use super::select::{self, Choice, choice, pick, select};
use super::span::Span;
use super::tables::TableColumns;
use super::whole::Whole;
use crate::EntityId;
use crate::facts::Facts;
use crate::interpret::FactRows;
use crate::interpret::order::{Order, Spot};
use crate::model::{Dated, Status};
use crate::period::day_number;
use crate::plan::Plan;
use crate::stretch::Reused;

/// The rows of each entity that a chunk covers, as positions in the order of the tree.
pub(super) type Ranges = Vec<Range<usize>>;

/// The registers that a step reads.
pub(super) struct Registers<'r, T: Whole> {
    pub(super) find: &'r dyn Fn(Register) -> &'r Filled<T>,
}

impl<T: Whole> std::ops::Index<Register> for Registers<'_, T> {
    type Output = Filled<T>;

    fn index(&self, register: Register) -> &Filled<T> {
        (self.find)(register)
    }
}

/// What the steps of a chunk are run with, on integers of one size.
pub(super) struct Machine<'a, T: Whole> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) facts: &'a Facts,
    pub(super) order: &'a Order,
    pub(super) tables: &'a TableColumns<T>,
    pub(super) official: bool,
}

impl<T: Whole> Machine<'_, T> {
    /// Fills the register of a step.
    pub(super) fn fill(
        &self,
        step: &Step,
        ranges: &Ranges,
        rows: &[FactRows],
        registers: &Registers<'_, T>,
    ) -> Result<Filled<T>, TooLarge> {
        match &step.op {
            Op::Input(id) => input(self.plan, self.facts, *id, step.level, &rows[step.level.0]),
            op => self.step(op, step.level, ranges[step.level.0].len(), ranges, registers),
        }
    }

    fn step(
        &self,
        op: &Op,
        level: EntityId,
        rows: usize,
        ranges: &Ranges,
        registers: &Registers<'_, T>,
    ) -> Result<Filled<T>, TooLarge> {
        let read = |register: Register| &registers[register];
        match op {
            Op::Constant(value) => Filled::constant(value),
            Op::Nothing | Op::Input(_) => Ok(Filled::bad()),
            Op::Parameter(id) => {
                let vouched =
                    |dated: &&Dated| !self.official || dated.provenance.status.is_some_and(Status::vouched);
                let value = self.plan.parameter(*id).filter(vouched).and_then(|dated| dated.value.as_ref());
                value.map_or_else(|| Ok(Filled::bad()), Filled::constant)
            }
            Op::Sum(terms) => combine(terms, registers, |terms, _| Numbers::sum(terms)),
            Op::Product(factors) => combine(factors, registers, |factors, bad| {
                Numbers::product(factors, |row| bad.mark(row, rows))
            }),
            Op::Compare(comparison, a, b) => {
                let (a, b) = (read(*a), read(*b));
                let bad = a.bad.or(&b.bad);
                let cells = compare(*comparison, &a.column, &b.column, rows)?;
                Ok(Filled { column: Column::Bools(cells), bad })
            }
            Op::All(list) => Ok(until(list, registers, false, rows)),
            Op::Any(list) => Ok(until(list, registers, true, rows)),
            Op::Not(x) => {
                let x = read(*x);
                let cells = match &x.column {
                    Column::Bools(Cells::Same(truth)) => Cells::Same(!truth),
                    Column::Bools(Cells::Each(truths)) => truths.iter().map(|truth| !truth).collect(),
                    _ => Cells::Same(false),
                };
                Ok(Filled { column: Column::Bools(cells), bad: x.bad.clone() })
            }
            Op::Case(branches, otherwise) => Ok(case(branches, *otherwise, registers, rows)),
            Op::Extreme { greatest, of } => extreme(*greatest, of, registers, rows),
            Op::Abs(x) => Ok(numbers_of(read(*x), Numbers::absolute)),
            Op::Round(x, rounding) => {
                let x = read(*x);
                match x.numbers() {
                    Some(numbers) => {
                        let rounded =
                            numbers.rounded(*rounding).or_else(|_| numbers.tighter().rounded(*rounding))?;
                        Ok(Filled { column: Column::Numbers(rounded), bad: x.bad.clone() })
                    }
                    None => Ok(Filled::bad()),
                }
            }
            Op::DaysBetween(a, b) => {
                let bad = read(*a).bad.or(&read(*b).bad);
                Ok(days_between(read(*a), read(*b), bad))
            }
            Op::YearFractionFrom(day) => Ok(self.year_fraction_from(read(*day))),
            Op::Lookup(table, keys) => {
                let keys: Vec<&Filled<T>> = keys.iter().map(|key| read(*key)).collect();
                Ok(self.tables.lookup(*table, &keys, rows))
            }
            Op::Bracket(table, x) => self.tables.bracket(*table, read(*x), rows),
            Op::Interpolate(table, x) => self.tables.interpolate(*table, read(*x), rows),
            Op::Repeat(x, from) => Ok(self.repeat(read(*x), *from, level, ranges)),
            Op::Aggregate { kind, over, value, filter } => {
                let groups = self.groups(level, *over, ranges);
                let value = value.map(read);
                let filter = filter.map(read);
                aggregate(*kind, value, filter, &groups)
            }
        }
    }

    /// Returns, for each row of a level, the rows below it inside the chunk.
    fn groups(&self, level: EntityId, over: EntityId, ranges: &Ranges) -> Vec<Range<usize>> {
        let start = ranges[over.0].start;
        ranges[level.0]
            .clone()
            .map(|position| {
                let below = self.order.under(self.plan.book, Spot { entity: level, position }, over);
                below.start.saturating_sub(start)..below.end.saturating_sub(start)
            })
            .collect()
    }

    /// Counts the days from a date to the end of the period, both included, over those of the period.
    fn year_fraction_from(&self, day: &Filled<T>) -> Filled<T> {
        let Column::Dates(cells) = &day.column else { return Filled::bad() };
        let (last, days) = (i64::from(day_number(self.plan.period.last)), self.plan.period.days());
        let left = move |day: i32| T::of_i64((last - i64::from(day) + 1).clamp(0, days));
        let span = Span { low: T::ZERO, high: T::of_i64(days) };
        let denominator = Denominator::Same(T::of_i64(days));
        let numbers = Numbers { numerators: map(cells, left), denominator, span };
        Filled { column: Column::Numbers(numbers), bad: day.bad.clone() }
    }

    fn repeat(&self, above: &Filled<T>, from: EntityId, level: EntityId, ranges: &Ranges) -> Filled<T> {
        let start = ranges[from.0].start;
        let parents: Vec<usize> = ranges[level.0]
            .clone()
            .map(|position| {
                let spot = self.order.climb(self.plan.book, Spot { entity: level, position }, from);
                spot.map_or(0, |spot| spot.position.saturating_sub(start))
            })
            .collect();
        let bad = match &above.bad {
            Bad::Some(marks) => Bad::of(parents.iter().map(|parent| marks[*parent]).collect()),
            other => other.clone(),
        };
        let column = match &above.column {
            Column::Numbers(numbers) => Column::Numbers(Numbers {
                numerators: gather(&numbers.numerators, &parents),
                denominator: match &numbers.denominator {
                    Denominator::Same(value) => Denominator::Same(*value),
                    Denominator::Each(values, top) => {
                        Denominator::each(parents.iter().map(|parent| values[*parent]), *top)
                    }
                },
                span: numbers.span,
            }),
            Column::Bools(cells) => Column::Bools(gather(cells, &parents)),
            Column::Dates(cells) => Column::Dates(gather(cells, &parents)),
            Column::Enums(cells) => Column::Enums(gather(cells, &parents)),
        };
        Filled { column, bad }
    }
}

/// Combines the numbers of several registers, each with its sign; a row without value in one of them has none.
fn combine<T: Whole>(
    parts: &[(bool, Register)],
    registers: &Registers<'_, T>,
    apply: impl Fn(&[(bool, &Numbers<T>)], &mut Bad) -> Result<Numbers<T>, TooLarge>,
) -> Result<Filled<T>, TooLarge> {
    let mut bad = Bad::None;
    let mut numbers = Vec::with_capacity(parts.len());
    for (sign, part) in parts {
        let part = &registers[*part];
        bad = bad.or(&part.bad);
        match part.numbers() {
            Some(part) if bad != Bad::All => numbers.push((*sign, part)),
            _ => return Ok(Filled::bad()),
        }
    }
    let combined = apply(&numbers, &mut bad)?;
    Ok(if bad == Bad::All { Filled::bad() } else { Filled { column: Column::Numbers(combined), bad } })
}

fn gather<V: Copy + Reused>(cells: &Cells<V>, from: &[usize]) -> Cells<V> {
    match cells {
        Cells::Same(value) => Cells::Same(*value),
        Cells::Each(values) => from.iter().map(|row| values[*row]).collect(),
    }
}

fn numbers_of<T: Whole>(x: &Filled<T>, apply: impl Fn(&Numbers<T>) -> Numbers<T>) -> Filled<T> {
    match x.numbers() {
        Some(numbers) => Filled { column: Column::Numbers(apply(numbers)), bad: x.bad.clone() },
        None => Filled::bad(),
    }
}

/// Evaluates from left to right until one is `stop`: a row without value stops there, unless it was decided before.
fn until<T: Whole>(list: &[Register], registers: &Registers<'_, T>, stop: bool, rows: usize) -> Filled<T> {
    let items: Vec<&Filled<T>> = list.iter().map(|register| &registers[*register]).collect();
    if let Some(truths) = items.iter().map(|item| item.same_truth()).collect::<Option<Vec<bool>>>() {
        return Filled::good(Column::Bools(Cells::Same(truths.contains(&stop) == stop)));
    }
    let mut result = vec![!stop; rows];
    if items.iter().all(|item| item.bad == Bad::None) {
        for item in items {
            match &item.column {
                Column::Bools(Cells::Same(truth)) if *truth == stop => result.fill(stop),
                Column::Bools(Cells::Each(truths)) => {
                    // Without branches: rows differ, and none is dear to look at.
                    let both = result.iter_mut().zip(truths.iter());
                    if stop {
                        both.for_each(|(result, truth)| *result |= truth);
                    } else {
                        both.for_each(|(result, truth)| *result &= truth);
                    }
                }
                _ => {}
            }
        }
        return Filled::good(Column::Bools(Cells::Each(result.into())));
    }
    // Item by item, over the rows that none before has decided.
    let mut marks = vec![false; rows];
    let mut open = vec![true; rows];
    for item in items {
        let mut mark = |row: usize, bad: bool| {
            marks[row] |= open[row] & bad;
            open[row] &= !bad;
        };
        match &item.bad {
            Bad::None => {}
            Bad::All => (0..rows).for_each(|row| mark(row, true)),
            Bad::Some(bad) => bad.iter().enumerate().for_each(|(row, bad)| mark(row, *bad)),
        }
        let mut decide = |row: usize, truth: bool| {
            let decided = open[row] && truth == stop;
            result[row] ^= decided;
            open[row] &= !decided;
        };
        match &item.column {
            Column::Bools(Cells::Same(truth)) => (0..rows).for_each(|row| decide(row, *truth)),
            Column::Bools(Cells::Each(truths)) => {
                truths.iter().enumerate().for_each(|(row, truth)| decide(row, *truth));
            }
            _ => {}
        }
    }
    Filled { column: Column::Bools(Cells::Each(result.into())), bad: Bad::of(marks) }
}

fn case<T: Whole>(
    branches: &[(Register, Register)],
    otherwise: Register,
    registers: &Registers<'_, T>,
    rows: usize,
) -> Filled<T> {
    let mut conditions: Vec<&Filled<T>> = Vec::new();
    let mut sources: Vec<&Filled<T>> = Vec::new();
    let mut last = &registers[otherwise];
    for (when, then) in branches {
        match registers[*when].same_truth() {
            Some(false) => {}
            Some(true) => {
                last = &registers[*then];
                break;
            }
            None => {
                conditions.push(&registers[*when]);
                sources.push(&registers[*then]);
            }
        }
    }
    if conditions.is_empty() {
        return last.clone();
    }
    if let ([Filled { column: Column::Bools(Cells::Each(truths)), bad: Bad::None }], [then]) =
        (conditions.as_slice(), sources.as_slice())
    {
        return pick(truths, then, last);
    }
    sources.push(last);
    let undecided = choice(sources.len());
    let choices = first_true(&conditions, undecided, rows);
    let nothing = Filled::bad();
    sources.push(&nothing);
    let uses_nothing = choices.contains(&undecided);
    if !uses_nothing {
        sources.pop();
    }
    select(&sources, &choices)
}

/// Finds the first condition that holds in each row; a row without value before that is undecided.
fn first_true<T: Whole>(conditions: &[&Filled<T>], undecided: Choice, rows: usize) -> Vec<Choice> {
    let mut choices = vec![choice(conditions.len()); rows];
    for (index, condition) in conditions.iter().enumerate().rev() {
        let index = choice(index);
        if let Column::Bools(cells) = &condition.column {
            match cells {
                Cells::Same(true) => choices.fill(index),
                Cells::Same(false) => {}
                Cells::Each(truths) => {
                    for (choice, truth) in choices.iter_mut().zip(truths.iter()) {
                        *choice = if *truth { index } else { *choice };
                    }
                }
            }
        }
        match &condition.bad {
            Bad::None => {}
            Bad::All => choices.fill(undecided),
            Bad::Some(marks) => {
                for (choice, bad) in choices.iter_mut().zip(marks) {
                    *choice = if *bad { undecided } else { *choice };
                }
            }
        }
    }
    choices
}

fn extreme<T: Whole>(
    greatest: bool,
    of: &[Register],
    registers: &Registers<'_, T>,
    rows: usize,
) -> Result<Filled<T>, TooLarge> {
    let items: Vec<&Filled<T>> = of.iter().map(|register| &registers[*register]).collect();
    let numbers: Option<Vec<&Numbers<T>>> = items.iter().map(|item| item.numbers()).collect();
    if let Some(numbers) = numbers
        && let Some(best) = select::extreme(&numbers, greatest)
    {
        let bad = items.iter().fold(Bad::None, |bad, item| bad.or(&item.bad));
        return Ok(if bad == Bad::All {
            Filled::bad()
        } else {
            Filled { column: Column::Numbers(best), bad }
        });
    }
    let mut best: Option<Filled<T>> = None;
    for item in items {
        best = Some(match best {
            None => item.clone(),
            Some(best) => {
                let bad = best.bad.or(&item.bad);
                if bad == Bad::All {
                    return Ok(Filled::bad());
                }
                let better = better(greatest, &item.column, &best.column, rows)?;
                let mut chosen = match better {
                    Cells::Same(true) => item.clone(),
                    Cells::Same(false) => best,
                    Cells::Each(better) => {
                        let sources = [
                            &Filled { column: best.column, bad: Bad::None },
                            &Filled { column: item.column.clone(), bad: Bad::None },
                        ];
                        let choices: Vec<Choice> =
                            better.iter().map(|better| Choice::from(*better)).collect();
                        select(&sources, &choices)
                    }
                };
                chosen.bad = bad;
                chosen
            }
        });
    }
    Ok(best.unwrap_or_else(Filled::bad))
}

fn better<T: Whole>(
    greatest: bool,
    item: &Column<T>,
    best: &Column<T>,
    rows: usize,
) -> Result<Cells<bool>, TooLarge> {
    let comparison = if greatest { crate::Comparison::Greater } else { crate::Comparison::Less };
    compare(comparison, item, best, rows)
}

/// Counts the days from one date to another.
fn days_between<T: Whole>(a: &Filled<T>, b: &Filled<T>, bad: Bad) -> Filled<T> {
    let (Column::Dates(from), Column::Dates(to)) = (&a.column, &b.column) else { return Filled::bad() };
    let days = |from: i32, to: i32| T::of_i64(i64::from(to) - i64::from(from));
    // Dates are counted on 32 bits: their differences always fit.
    match Numbers::new(zip(from, to, days), Denominator::Same(T::ONE)) {
        Ok(numbers) => Filled { column: Column::Numbers(numbers), bad },
        Err(TooLarge) => Filled::bad(),
    }
}
