//! One settlement by columns: its chunks, its threads, and what is handed to the interpreter.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::AtomicBool;

use super::execute::{Machine, Ranges};
use super::mixed::{Base, Chunk, Runner, Sized};
use super::numbers::{Cells, TooLarge};
use super::program::{Program, Register};
use super::register::{Bad, Kept};
use super::tables::TableColumns;
use crate::facts::{Cells as Given, Facts};
use crate::in_order;
use crate::interpret::order::{Order, Spot};
use crate::interpret::{Block, FactRows, Interpreter, Settlement};
use crate::plan::Plan;
use crate::{EntityId, InputId};

/// Which rows of each entity could not be read.
fn bad_rows(plan: &Plan<'_>, facts: &Facts) -> Vec<Vec<usize>> {
    let mut bad = vec![Vec::new(); plan.book.entities.len()];
    for refusal in &facts.refused {
        if let Some(row) = refusal.row {
            bad[refusal.entity.0].push(row);
        }
    }
    bad.iter_mut().for_each(|rows: &mut Vec<usize>| rows.sort_unstable());
    bad
}

/// A fact that every row must have.
struct Required<'a> {
    /// None where no row has it.
    cells: Option<&'a Given>,
    /// Where it is loaded, when something reads it.
    register: Option<Register>,
}

/// Finds the required facts of each entity.
fn required<'a>(plan: &Plan<'_>, facts: &'a Facts, program: &Program) -> Vec<Vec<Required<'a>>> {
    let mut required: Vec<Vec<Required<'a>>> = Vec::new();
    required.resize_with(plan.book.entities.len(), Vec::new);
    for (index, input) in plan.book.inputs.iter().enumerate() {
        let id = InputId(index);
        if input.default.is_none() && plan.has_input(id) {
            let cells = facts.rows(input.of).column(id).map(|column| &column.cells);
            required[input.of.0].push(Required { cells, register: program.input(id) });
        }
    }
    required
}

/// What all plans of one rulebook share that differ in the values of parameters alone.
pub(super) struct Shared<'a> {
    facts: &'a Facts,
    order: &'a Order,
    program: &'a Program,
    official: bool,
    excluded: &'a [String],
    bad_rows: Vec<Vec<usize>>,
    /// The required facts of each entity.
    required: Vec<Vec<Required<'a>>>,
    narrow: Option<TableColumns<i64>>,
    wide: Option<TableColumns<i128>>,
    outgrown: Vec<AtomicBool>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(
        plan: &Plan<'_>,
        facts: &'a Facts,
        order: &'a Order,
        program: &'a Program,
        official: bool,
        excluded: &'a [String],
    ) -> Self {
        Self {
            facts,
            order,
            program,
            official,
            excluded,
            bad_rows: bad_rows(plan, facts),
            required: required(plan, facts, program),
            narrow: TableColumns::new(plan, official).ok(),
            wide: TableColumns::new(plan, official).ok(),
            outgrown: program.steps.iter().map(|_| AtomicBool::new(false)).collect(),
        }
    }
}

/// The registers of every chunk for one plan, upon which others are varied.
pub(super) struct Ground {
    /// Which registers vary.
    varies: Vec<bool>,
    /// None for a chunk that not even 128 bits hold: it is computed anew each time.
    chunks: Vec<Option<Vec<Sized>>>,
}

/// One settlement.
pub(super) struct Job<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) shared: &'a Shared<'a>,
    /// What is computed already.
    pub(super) ground: Option<&'a Ground>,
}

impl<'a> Job<'a> {
    /// Cuts the subjects into chunks of about the same number of rows, children included.
    pub(super) fn chunks(&self, chunk_rows: usize) -> Vec<Range<usize>> {
        let subject = self.plan.book.subject;
        let total = self.shared.order.len(subject);
        let below: Vec<EntityId> = (0..self.plan.book.entities.len())
            .map(EntityId)
            .filter(|entity| *entity != subject && self.plan.book.is_under(*entity, subject))
            .collect();
        if below.is_empty() {
            let size = chunk_rows.max(1);
            return (0..total).step_by(size).map(|start| start..(start + size).min(total)).collect();
        }
        let mut chunks = Vec::new();
        let mut start = 0;
        let mut rows = 0;
        for position in 0..total {
            rows += 1;
            for entity in &below {
                rows += self
                    .shared
                    .order
                    .under(self.plan.book, Spot { entity: subject, position }, *entity)
                    .len();
            }
            if rows >= chunk_rows.max(1) {
                chunks.push(start..position + 1);
                start = position + 1;
                rows = 0;
            }
        }
        if start < total {
            chunks.push(start..total);
        }
        chunks
    }

    /// Settles every subject.
    pub(super) fn settle(
        &self,
        chunks: &[Range<usize>],
        threads: usize,
        progress: &mut dyn FnMut(usize),
    ) -> Settlement {
        let Shared { facts, official, excluded, .. } = *self.shared;
        let mut settlement = Settlement::begin(self.plan, facts);
        let mut interpreter = Interpreter::new(self.plan, facts, self.shared.order, official);
        if settlement.programme(&mut interpreter, excluded) {
            self.run(chunks, threads, progress, &mut |done| settlement.append(done));
        } else {
            progress(settlement.subjects);
        }
        settlement.finish(self.plan.book);
        settlement
    }

    /// Runs all chunks and hands over their results in order.
    pub(super) fn run(
        &self,
        chunks: &[Range<usize>],
        threads: usize,
        progress: &mut dyn FnMut(usize),
        give: &mut dyn FnMut(Settlement),
    ) {
        in_order(chunks.len(), threads, &|index| self.chunk(index, &chunks[index]), &mut |index, done| {
            give(done);
            progress(chunks[index].end);
            ControlFlow::Continue(())
        });
    }

    /// Computes every register of every chunk, to vary plans upon them.
    pub(super) fn ground(&self, chunks: &[Range<usize>], threads: usize, varies: Vec<bool>) -> Ground {
        let mut ground = Ground { varies, chunks: Vec::with_capacity(chunks.len()) };
        let work = |index: usize| self.runner().run_keeping(&self.ranges(&chunks[index])).ok();
        in_order(chunks.len(), threads, &work, &mut |_, kept| {
            ground.chunks.push(kept);
            ControlFlow::Continue(())
        });
        ground
    }

    /// Returns the rows of each entity that a chunk of subjects covers.
    fn ranges(&self, chunk: &Range<usize>) -> Ranges {
        let (book, order) = (self.plan.book, self.shared.order);
        let range = |entity: EntityId| {
            if entity == book.subject {
                return chunk.clone();
            }
            if !book.is_under(entity, book.subject) {
                return 0..order.len(entity);
            }
            let under = |position| order.under(book, Spot { entity: book.subject, position }, entity);
            match chunk.end.checked_sub(1).filter(|last| *last >= chunk.start) {
                Some(last) => under(chunk.start).start..under(last).end,
                None => 0..0,
            }
        };
        (0..book.entities.len()).map(|index| range(EntityId(index))).collect()
    }

    fn runner(&self) -> Runner<'a> {
        let Shared { facts, order, program, official, .. } = *self.shared;
        let plan = self.plan;
        Runner {
            program,
            narrow: self.shared.narrow.as_ref().map(|tables| Machine {
                plan,
                facts,
                order,
                tables,
                official,
            }),
            wide: self.shared.wide.as_ref().map(|tables| Machine { plan, facts, order, tables, official }),
            outgrown: &self.shared.outgrown,
        }
    }

    fn chunk(&self, index: usize, chunk: &Range<usize>) -> Settlement {
        let ranges = self.ranges(chunk);
        let kept = self.ground.and_then(|ground| {
            let registers = ground.chunks.get(index)?.as_deref()?;
            Some(Base { registers, varies: &ground.varies })
        });
        let filled = match kept {
            Some(base) => self.runner().run_upon(&ranges, base),
            None => self.runner().run(&ranges),
        };
        match filled {
            Ok(registers) => self.results(&ranges, &registers),
            Err(TooLarge) => self.by_interpreter(chunk),
        }
    }

    fn by_interpreter(&self, chunk: &Range<usize>) -> Settlement {
        let mut settlement = self.empty();
        settlement.settle_families(&mut self.interpreter(), chunk.clone(), self.shared.excluded);
        settlement
    }

    fn interpreter(&self) -> Interpreter<'a> {
        Interpreter::new(self.plan, self.shared.facts, self.shared.order, self.shared.official)
    }

    fn empty(&self) -> Settlement {
        Settlement { entities: Settlement::empty_results(self.plan), ..Settlement::default() }
    }

    /// Reads the results of a chunk; subjects in which something has no value go to the interpreter.
    fn results(&self, ranges: &Ranges, registers: &Chunk<'_>) -> Settlement {
        let doubtful = self.doubtful(ranges, registers);
        let subject = self.plan.book.subject;
        let chunk = ranges[subject.0].clone();
        let mut settlement = self.empty();
        let mut interpreter = None;
        if self.shared.excluded.is_empty() && !doubtful.contains(&true) {
            self.families(&mut settlement, ranges, registers, chunk, &mut interpreter);
            return settlement;
        }
        let mut start = chunk.start;
        for (index, position) in chunk.clone().enumerate() {
            if !doubtful[index] && !self.is_excluded(position) {
                continue;
            }
            self.families(&mut settlement, ranges, registers, start..position, &mut interpreter);
            start = position + 1;
            self.one_by_one(&mut settlement, position..start, &mut interpreter);
        }
        self.families(&mut settlement, ranges, registers, start..chunk.end, &mut interpreter);
        settlement
    }

    /// Has the interpreter settle subjects; those that are excluded it passes over.
    fn one_by_one(
        &self,
        settlement: &mut Settlement,
        subjects: Range<usize>,
        interpreter: &mut Option<Interpreter<'a>>,
    ) {
        let interpreter = interpreter.get_or_insert_with(|| self.interpreter());
        settlement.settle_families(interpreter, subjects, self.shared.excluded);
    }

    fn is_excluded(&self, position: usize) -> bool {
        if self.shared.excluded.is_empty() {
            return false;
        }
        let subject = self.plan.book.subject;
        let row = self.shared.order.row(Spot { entity: subject, position });
        self.shared.excluded.contains(&self.shared.facts.rows(subject).ids[row])
    }

    /// Finds the subjects in whose family something has no value, or is not allowed.
    fn doubtful(&self, ranges: &Ranges, registers: &Chunk<'_>) -> Vec<bool> {
        let book = self.plan.book;
        let subject = book.subject;
        let mut doubtful = vec![false; ranges[subject.0].len()];
        for (level, range) in ranges.iter().enumerate() {
            let entity = EntityId(level);
            let mut marks = vec![false; range.len()];
            for register in &self.shared.program.outputs[level] {
                mark_bad(&mut marks, registers.register(*register).bad());
            }
            for register in &self.shared.program.checks[level] {
                let register = registers.register(*register);
                mark_bad(&mut marks, register.bad());
                match register.truths() {
                    Some(Cells::Same(true)) => {}
                    Some(Cells::Each(truths)) => {
                        marks.iter_mut().zip(truths.iter()).for_each(|(mark, truth)| *mark |= !truth);
                    }
                    Some(Cells::Same(false)) | None => marks.fill(true),
                }
            }
            self.mark_unread(registers, entity, range, &mut marks);
            for (index, _) in marks.iter().enumerate().filter(|(_, mark)| **mark) {
                let spot = Spot { entity, position: range.start + index };
                match self.shared.order.climb(book, spot, subject) {
                    Some(spot) => doubtful[spot.position - ranges[subject.0].start] = true,
                    // Something above all subjects: every one of them has to be looked at.
                    None => doubtful.fill(true),
                }
            }
        }
        doubtful
    }

    /// Marks rows that could not be read or lack a required fact.
    fn mark_unread(&self, registers: &Chunk<'_>, entity: EntityId, range: &Range<usize>, marks: &mut [bool]) {
        let rows = self.shared.order.rows(entity, range);
        for required in &self.shared.required[entity.0] {
            // Most often it was loaded, and was there in every row.
            if required.register.is_some_and(|register| registers.is_complete(register)) {
                continue;
            }
            match (required.cells, &rows) {
                (None, _) => marks.fill(true),
                (Some(cells), FactRows::Together(rows)) if cells.are_present(rows.clone()) => {}
                (Some(cells), _) => {
                    marks.iter_mut().zip(rows.iter()).for_each(|(mark, row)| *mark |= cells.is_absent(row));
                }
            }
        }
        if !self.shared.bad_rows[entity.0].is_empty() {
            for (mark, row) in marks.iter_mut().zip(rows.iter()) {
                *mark |= self.shared.bad_rows[entity.0].binary_search(&row).is_ok();
            }
        }
    }

    /// Adds the outputs of subjects that stand together, and of all below them.
    fn families(
        &self,
        settlement: &mut Settlement,
        ranges: &Ranges,
        registers: &Chunk<'_>,
        subjects: Range<usize>,
        interpreter: &mut Option<Interpreter<'a>>,
    ) {
        if subjects.is_empty() {
            return;
        }
        let entities = settlement.entities.iter().map(|results| results.entity);
        let blocks: Option<Vec<Block>> =
            entities.map(|entity| self.block(ranges, registers, &subjects, entity)).collect();
        match blocks {
            Some(blocks) => {
                for (results, block) in settlement.entities.iter_mut().zip(blocks) {
                    results.push_block(block);
                }
            }
            // A value is beyond 64 bits.
            None => self.one_by_one(settlement, subjects, interpreter),
        }
    }

    /// Reads the outputs of one entity under some subjects; none when a value does not fit.
    fn block(
        &self,
        ranges: &Ranges,
        registers: &Chunk<'_>,
        subjects: &Range<usize>,
        entity: EntityId,
    ) -> Option<Block> {
        let book = self.plan.book;
        let outputs = &self.shared.program.outputs[entity.0];
        let positions = if entity == book.subject {
            subjects.clone()
        } else if outputs.is_empty() || !book.is_under(entity, book.subject) {
            return Some(Block::default());
        } else {
            let under =
                |position| self.shared.order.under(book, Spot { entity: book.subject, position }, entity);
            under(subjects.start).start..under(subjects.end - 1).end
        };
        let all = ranges[entity.0].clone();
        let indexes: Vec<usize>;
        let kept = if positions == all {
            Kept::All(positions.len())
        } else {
            indexes = positions.clone().map(|position| position - all.start).collect();
            Kept::Some(&indexes)
        };
        let columns = outputs.iter().map(|register| registers.register(*register).values(&kept));
        let rows = self.shared.order.rows(entity, &positions);
        Some(Block { rows, columns: columns.collect::<Option<_>>()? })
    }
}

fn mark_bad(marks: &mut [bool], bad: &Bad) {
    match bad {
        Bad::None => {}
        Bad::All => marks.fill(true),
        Bad::Some(rows) => marks.iter_mut().zip(rows).for_each(|(mark, bad)| *mark |= *bad),
    }
}

/// Where the results of a chunk go.
impl Settlement {
    pub(super) fn append(&mut self, mut done: Self) {
        for (results, more) in self.entities.iter_mut().zip(std::mem::take(&mut done.entities)) {
            results.append(more);
        }
        self.refused.append(&mut done.refused);
    }
}
