//! Runs a program over one chunk, each register in the smallest integers that hold it.
//!
//! A step runs on 64 bits; one whose result may not fit runs on 128 bits, and its result goes back to 64 when it fits
//! there, as it does once it is rounded. A chunk in which even 128 bits are too few is the interpreter's.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use super::execute::{Machine, Ranges, Registers};
use super::numbers::{Cells, Denominator, Numbers, TooLarge};
use super::program::{Program, Register, Step};
use super::register::{Bad, Column, Filled, Kept};
use super::span::Span;
use super::whole::Whole;
use crate::EntityId;
use crate::interpret::{FactRows, Values};
use crate::stretch::{Reused, Stretch};

/// A register in one of two sizes.
pub(super) enum Sized {
    Narrow(Filled<i64>),
    Wide(Filled<i128>),
}

/// The registers of a chunk.
pub(super) struct Chunk<'b> {
    own: Vec<Sized>,
    /// Which of them had a value in every row, those that are empty again included.
    complete: Vec<bool>,
    base: Option<Base<'b>>,
}

/// Registers that are filled already, and which of them vary and are to be filled again.
#[derive(Clone, Copy)]
pub(super) struct Base<'b> {
    pub(super) registers: &'b [Sized],
    pub(super) varies: &'b [bool],
}

/// What runs the steps.
pub(super) struct Runner<'a> {
    pub(super) program: &'a Program,
    pub(super) narrow: Option<Machine<'a, i64>>,
    pub(super) wide: Option<Machine<'a, i128>>,
    /// The steps whose results did not fit 64 bits in some chunk: the others are spared the attempt.
    pub(super) outgrown: &'a [AtomicBool],
}

impl Runner<'_> {
    /// Fills every register of a chunk; those that are read no more are empty again.
    pub(super) fn run(&self, ranges: &Ranges) -> Result<Chunk<'static>, TooLarge> {
        let mut chunk = Chunk::new(self.program, None);
        let rows = self.fact_rows(ranges);
        for (index, step) in self.program.steps.iter().enumerate() {
            let filled = self.fill(index, step, ranges, &rows, &chunk)?;
            chunk.push(filled);
            for register in &step.frees {
                chunk.own[*register] = Sized::Narrow(Filled::bad());
            }
        }
        Ok(chunk)
    }

    /// Fills every register of a chunk and keeps them all, so that others can be varied upon them.
    pub(super) fn run_keeping(&self, ranges: &Ranges) -> Result<Vec<Sized>, TooLarge> {
        let mut chunk = Chunk::new(self.program, None);
        let rows = self.fact_rows(ranges);
        for (index, step) in self.program.steps.iter().enumerate() {
            let filled = self.fill(index, step, ranges, &rows, &chunk)?;
            chunk.push(filled);
        }
        Ok(chunk.own)
    }

    /// Fills the registers of a chunk that vary; the others are those of `base`.
    pub(super) fn run_upon<'b>(&self, ranges: &Ranges, base: Base<'b>) -> Result<Chunk<'b>, TooLarge> {
        let mut chunk = Chunk::new(self.program, Some(base));
        let rows = self.fact_rows(ranges);
        for (index, (step, varies)) in self.program.steps.iter().zip(base.varies).enumerate() {
            let filled = if *varies {
                self.fill(index, step, ranges, &rows, &chunk)?
            } else {
                Sized::Narrow(Filled::bad())
            };
            chunk.push(filled);
        }
        Ok(chunk)
    }

    fn fact_rows(&self, ranges: &Ranges) -> Vec<FactRows> {
        let order = self.narrow.as_ref().map(|machine| machine.order);
        let order = order.or(self.wide.as_ref().map(|machine| machine.order));
        let levels = ranges.iter().enumerate();
        order.map_or_else(Vec::new, |order| {
            levels.map(|(level, range)| order.rows(EntityId(level), range)).collect()
        })
    }

    fn fill(
        &self,
        index: usize,
        step: &Step,
        ranges: &Ranges,
        rows: &[FactRows],
        chunk: &Chunk<'_>,
    ) -> Result<Sized, TooLarge> {
        let outgrown = &self.outgrown[index];
        if let Some(machine) = &self.narrow
            && !outgrown.load(Ordering::Relaxed)
        {
            let mut fits = true;
            step.op.reads(&mut |register| fits &= matches!(chunk.register(register), Sized::Narrow(_)));
            let nothing = Filled::bad();
            let find = |register: Register| match chunk.register(register) {
                Sized::Narrow(filled) => filled,
                Sized::Wide(_) => &nothing,
            };
            if fits && let Ok(filled) = machine.fill(step, ranges, rows, &Registers { find: &find }) {
                return Ok(Sized::Narrow(filled));
            }
            outgrown.store(true, Ordering::Relaxed);
        }
        let machine = self.wide.as_ref().ok_or(TooLarge)?;
        let mut read: Vec<(Register, Cow<'_, Filled<i128>>)> = Vec::new();
        step.op.reads(&mut |register| read.push((register, chunk.register(register).widened())));
        let nothing = Filled::bad();
        let find = |register: Register| {
            let found = read.iter().find(|(known, _)| *known == register);
            found.map_or(&nothing, |(_, filled)| filled)
        };
        let filled = machine.fill(step, ranges, rows, &Registers { find: &find })?;
        Ok(filled.narrowed().map_or_else(|| Sized::Wide(filled), Sized::Narrow))
    }
}

impl<'b> Chunk<'b> {
    fn new(program: &Program, base: Option<Base<'b>>) -> Self {
        let steps = program.steps.len();
        Self { own: Vec::with_capacity(steps), complete: Vec::with_capacity(steps), base }
    }

    fn push(&mut self, filled: Sized) {
        self.complete.push(*filled.bad() == Bad::None);
        self.own.push(filled);
    }

    /// Returns whether a register had a value in every row.
    pub(super) fn is_complete(&self, register: Register) -> bool {
        match &self.base {
            Some(base) if !base.varies[register] => *base.registers[register].bad() == Bad::None,
            _ => self.complete[register],
        }
    }

    /// Returns a register, of its own or of the base.
    pub(super) fn register(&self, register: Register) -> &Sized {
        match &self.base {
            Some(base) if !base.varies[register] => &base.registers[register],
            _ => &self.own[register],
        }
    }
}

impl Sized {
    pub(super) fn bad(&self) -> &Bad {
        match self {
            Self::Narrow(filled) => &filled.bad,
            Self::Wide(filled) => &filled.bad,
        }
    }

    /// Returns truth values, when it holds them: those are never wide.
    pub(super) fn truths(&self) -> Option<&Cells<bool>> {
        match self {
            Self::Narrow(Filled { column: Column::Bools(cells), .. }) => Some(cells),
            _ => None,
        }
    }

    pub(super) fn values(&self, rows: &Kept<'_>) -> Option<Values> {
        match self {
            Self::Narrow(filled) => filled.values(rows),
            Self::Wide(filled) => filled.values(rows),
        }
    }

    fn widened(&self) -> Cow<'_, Filled<i128>> {
        match self {
            Self::Wide(filled) => Cow::Borrowed(filled),
            Self::Narrow(filled) => Cow::Owned(filled.resized(|column| {
                column.resized(&|number| Some(i128::from(number))).unwrap_or_else(Numbers::zero)
            })),
        }
    }
}

impl Filled<i128> {
    /// Returns the register on 64 bits, if it fits.
    fn narrowed(&self) -> Option<Filled<i64>> {
        let narrow = |number: i128| i64::try_from(number).ok();
        let Column::Numbers(numbers) = &self.column else {
            return Some(self.resized(|_| Numbers::zero()));
        };
        let numbers = numbers.resized(&narrow).or_else(|| numbers.tighter().resized(&narrow))?;
        Some(Filled { column: Column::Numbers(numbers), bad: self.bad.clone() })
    }
}

impl<T: Copy + Reused> Filled<T> {
    fn resized<U: Reused>(&self, numbers: impl Fn(&Numbers<T>) -> Numbers<U>) -> Filled<U> {
        let column = match &self.column {
            Column::Numbers(found) => Column::Numbers(numbers(found)),
            Column::Bools(cells) => Column::Bools(cells.clone()),
            Column::Dates(cells) => Column::Dates(cells.clone()),
            Column::Enums(cells) => Column::Enums(cells.clone()),
        };
        Filled { column, bad: self.bad.clone() }
    }
}

impl<T: Copy + Reused> Numbers<T> {
    /// Returns the same numbers in integers of another size; none when the largest does not fit.
    fn resized<U: Whole>(&self, number: &impl Fn(T) -> Option<U>) -> Option<Numbers<U>> {
        // The span is looked at first: most often it already says no.
        let span = Span { low: number(self.span.low)?, high: number(self.span.high)? };
        span.low.size()?;
        let all = |values: &[T]| values.iter().map(|value| number(*value)).collect::<Option<Stretch<U>>>();
        let denominator = match &self.denominator {
            Denominator::Same(value) => Denominator::Same(number(*value)?),
            Denominator::Each(values, top) => {
                let top = number(*top)?;
                Denominator::Each(all(values)?, top)
            }
        };
        let numerators = match &self.numerators {
            Cells::Same(value) => Cells::Same(number(*value)?),
            Cells::Each(values) => Cells::Each(all(values)?),
        };
        Some(Numbers { numerators, denominator, span })
    }
}
