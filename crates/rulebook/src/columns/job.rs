//! One settlement by columns: its chunks, its threads, and what is handed to the interpreter.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering as Memory};
use std::sync::mpsc;

use super::execute::{Machine, Ranges};
use super::numbers::TooLarge;
use super::program::Program;
use super::register::{Bad, Filled, Kept};
use super::tables::TableColumns;
use super::whole::Whole;
use crate::facts::Facts;
use crate::interpret::order::{Order, Spot};
use crate::interpret::{Block, Interpreter, Settlement};
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

/// What is to be settled, and with what.
pub(super) struct Job<'a> {
    plan: &'a Plan<'a>,
    facts: &'a Facts,
    order: &'a Order,
    program: &'a Program,
    official: bool,
    excluded: &'a [String],
    bad_rows: Vec<Vec<usize>>,
    narrow: Option<TableColumns<i64>>,
    wide: Option<TableColumns<i128>>,
}

impl<'a> Job<'a> {
    pub(super) fn new(
        plan: &'a Plan<'a>,
        facts: &'a Facts,
        order: &'a Order,
        program: &'a Program,
        official: bool,
        excluded: &'a [String],
    ) -> Self {
        Self {
            plan,
            facts,
            order,
            program,
            official,
            excluded,
            bad_rows: bad_rows(plan, facts),
            narrow: TableColumns::<i64>::new(plan, official).ok(),
            wide: TableColumns::<i128>::new(plan, official).ok(),
        }
    }

    /// Cuts the subjects into chunks of about the same number of rows, children included.
    pub(super) fn chunks(&self, chunk_rows: usize) -> Vec<Range<usize>> {
        let subject = self.plan.book.subject;
        let total = self.order.len(subject);
        let below: Vec<EntityId> = (0..self.plan.book.entities.len())
            .map(EntityId)
            .filter(|entity| *entity != subject && self.plan.book.is_under(*entity, subject))
            .collect();
        let mut chunks = Vec::new();
        let mut start = 0;
        let mut rows = 0;
        for position in 0..total {
            rows += 1;
            for entity in &below {
                rows += self.order.under(self.plan.book, Spot { entity: subject, position }, *entity).len();
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

    /// Runs all chunks and hands over their results in order.
    pub(super) fn run(
        &self,
        chunks: &[Range<usize>],
        threads: usize,
        progress: &mut dyn FnMut(usize),
        give: &mut dyn FnMut(Settlement),
    ) {
        if threads <= 1 || chunks.len() <= 1 {
            for chunk in chunks {
                give(self.chunk(chunk));
                progress(chunk.end);
            }
            return;
        }
        let next = AtomicUsize::new(0);
        let (send, receive) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..threads.min(chunks.len()) {
                let (send, next) = (send.clone(), &next);
                scope.spawn(move || {
                    loop {
                        let index = next.fetch_add(1, Memory::Relaxed);
                        let Some(chunk) = chunks.get(index) else { return };
                        // The receiver is gone only when the whole run is given up.
                        if send.send((index, self.chunk(chunk))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            let mut waiting = std::collections::BTreeMap::new();
            let mut wanted = 0;
            for (index, done) in receive {
                waiting.insert(index, done);
                while let Some(done) = waiting.remove(&wanted) {
                    give(done);
                    progress(chunks[wanted].end);
                    wanted += 1;
                }
            }
        });
    }

    fn chunk(&self, chunk: &Range<usize>) -> Settlement {
        let book = self.plan.book;
        let ranges: Ranges = (0..book.entities.len())
            .map(|index| {
                let entity = EntityId(index);
                if entity == book.subject {
                    return chunk.clone();
                }
                if !book.is_under(entity, book.subject) {
                    return 0..self.order.len(entity);
                }
                let under =
                    |position| self.order.under(book, Spot { entity: book.subject, position }, entity);
                match chunk.end.checked_sub(1).filter(|last| *last >= chunk.start) {
                    Some(last) => under(chunk.start).start..under(last).end,
                    None => 0..0,
                }
            })
            .collect();
        let narrow = self.narrow.as_ref().ok_or(TooLarge);
        if let Ok(done) = narrow.and_then(|tables| self.attempt(tables, &ranges)) {
            return done;
        }
        let wide = self.wide.as_ref().ok_or(TooLarge);
        wide.and_then(|tables| self.attempt(tables, &ranges)).unwrap_or_else(|_| self.by_interpreter(chunk))
    }

    fn by_interpreter(&self, chunk: &Range<usize>) -> Settlement {
        let mut settlement = self.empty();
        settlement.settle_families(&mut self.interpreter(), chunk.clone(), self.excluded);
        settlement
    }

    fn interpreter(&self) -> Interpreter<'a> {
        Interpreter::new(self.plan, self.facts, self.order, self.official)
    }

    fn empty(&self) -> Settlement {
        Settlement { entities: Settlement::empty_results(self.plan), ..Settlement::default() }
    }

    fn attempt<T: Whole>(&self, tables: &TableColumns<T>, ranges: &Ranges) -> Result<Settlement, TooLarge> {
        let machine = Machine {
            plan: self.plan,
            facts: self.facts,
            order: self.order,
            program: self.program,
            tables,
            official: self.official,
        };
        let registers = machine.run(ranges)?;
        let doubtful = self.doubtful(ranges, &registers);
        let subject = self.plan.book.subject;
        let chunk = ranges[subject.0].clone();
        let mut settlement = self.empty();
        let mut interpreter = None;
        let mut start = chunk.start;
        for (index, position) in chunk.clone().enumerate() {
            if !doubtful[index] && !self.is_excluded(position) {
                continue;
            }
            self.families(&mut settlement, ranges, &registers, start..position, &mut interpreter);
            start = position + 1;
            self.one_by_one(&mut settlement, position..start, &mut interpreter);
        }
        self.families(&mut settlement, ranges, &registers, start..chunk.end, &mut interpreter);
        Ok(settlement)
    }

    /// Has the interpreter settle subjects; those that are excluded it passes over.
    fn one_by_one(
        &self,
        settlement: &mut Settlement,
        subjects: Range<usize>,
        interpreter: &mut Option<Interpreter<'a>>,
    ) {
        let interpreter = interpreter.get_or_insert_with(|| self.interpreter());
        settlement.settle_families(interpreter, subjects, self.excluded);
    }

    fn is_excluded(&self, position: usize) -> bool {
        if self.excluded.is_empty() {
            return false;
        }
        let subject = self.plan.book.subject;
        let row = self.order.row(Spot { entity: subject, position });
        self.excluded.contains(&self.facts.rows(subject).ids[row])
    }

    /// Finds the subjects in whose family something has no value, or is not allowed.
    fn doubtful<T: Whole>(&self, ranges: &Ranges, registers: &[Filled<T>]) -> Vec<bool> {
        let book = self.plan.book;
        let subject = book.subject;
        let mut doubtful = vec![false; ranges[subject.0].len()];
        for (level, range) in ranges.iter().enumerate() {
            let entity = EntityId(level);
            let mut marks = vec![false; range.len()];
            for register in &self.program.outputs[level] {
                mark_bad(&mut marks, &registers[*register]);
            }
            for register in &self.program.checks[level] {
                mark_bad(&mut marks, &registers[*register]);
                match registers[*register].same_truth() {
                    Some(true) => {}
                    Some(false) => marks.fill(true),
                    None => {
                        for (row, mark) in marks.iter_mut().enumerate() {
                            *mark |= !registers[*register].truth(row);
                        }
                    }
                }
            }
            self.mark_unread(entity, range, &mut marks);
            for (index, _) in marks.iter().enumerate().filter(|(_, mark)| **mark) {
                let spot = Spot { entity, position: range.start + index };
                match self.order.climb(book, spot, subject) {
                    Some(spot) => doubtful[spot.position - ranges[subject.0].start] = true,
                    // Something above all subjects: every one of them has to be looked at.
                    None => doubtful.fill(true),
                }
            }
        }
        doubtful
    }

    /// Marks rows that could not be read or lack a required fact.
    fn mark_unread(&self, entity: EntityId, range: &Range<usize>, marks: &mut [bool]) {
        let rows = self.facts.rows(entity);
        for (index, input) in self.plan.book.inputs.iter().enumerate() {
            let id = InputId(index);
            if input.of != entity || input.default.is_some() || !self.plan.has_input(id) {
                continue;
            }
            match rows.column(id) {
                None => marks.fill(true),
                Some(column) => {
                    for (mark, position) in marks.iter_mut().zip(range.clone()) {
                        let row = self.order.row(Spot { entity, position });
                        *mark |= column.cells.is_absent(row);
                    }
                }
            }
        }
        if !self.bad_rows[entity.0].is_empty() {
            for (mark, position) in marks.iter_mut().zip(range.clone()) {
                let row = self.order.row(Spot { entity, position });
                *mark |= self.bad_rows[entity.0].binary_search(&row).is_ok();
            }
        }
    }

    /// Adds the outputs of subjects that stand together, and of all below them.
    fn families<T: Whole>(
        &self,
        settlement: &mut Settlement,
        ranges: &Ranges,
        registers: &[Filled<T>],
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
    fn block<T: Whole>(
        &self,
        ranges: &Ranges,
        registers: &[Filled<T>],
        subjects: &Range<usize>,
        entity: EntityId,
    ) -> Option<Block> {
        let book = self.plan.book;
        let outputs = &self.program.outputs[entity.0];
        let positions = if entity == book.subject {
            subjects.clone()
        } else if outputs.is_empty() || !book.is_under(entity, book.subject) {
            return Some(Block::default());
        } else {
            let under = |position| self.order.under(book, Spot { entity: book.subject, position }, entity);
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
        let columns = outputs.iter().map(|register| registers[*register].values(&kept));
        let rows = positions.map(|position| self.order.row(Spot { entity, position })).collect();
        Some(Block { rows, columns: columns.collect::<Option<_>>()? })
    }
}

fn mark_bad<T: Whole>(marks: &mut [bool], register: &Filled<T>) {
    match &register.bad {
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
