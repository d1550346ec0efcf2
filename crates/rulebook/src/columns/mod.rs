//! The column engine: a plan as a flat program over chunks of columns, with the cents of the interpreter.
//!
//! A chunk runs on 64-bit integers; one that does not fit runs again on 128 bits, then row by row in big rationals.
//! A row in which something has no value is not judged here: the interpreter settles its family again and says why.

mod aggregate;
mod execute;
mod numbers;
mod program;
mod register;
mod tables;
mod whole;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering as Memory};
use std::sync::mpsc;

use crate::facts::Facts;
use crate::interpret::order::{Order, Spot};
use crate::interpret::{EntityResults, FamilyValues, Interpreter, Settlement, settle_with};
use crate::plan::Plan;
use crate::{EntityId, InputId, Value};

use execute::{Machine, Ranges};
use numbers::TooLarge;
use program::{Program, compile};
use register::Filled;
use tables::TableColumns;
use whole::Whole;

/// The rows of a chunk, children included: its registers stay in the processor's cache.
const CHUNK_ROWS: usize = 1024;

/// How a settlement is to be computed.
#[derive(Debug, Clone, Copy)]
pub struct Engine {
    /// The number of threads, at least one.
    pub threads: usize,
    /// The rows of a chunk.
    pub chunk_rows: usize,
}

impl Engine {
    /// Returns an engine with a number of threads.
    pub fn with_threads(threads: usize) -> Self {
        Self { threads: threads.max(1), chunk_rows: CHUNK_ROWS }
    }

    /// Settles every subject; the results are those of the interpreter, to the cent and in the same order.
    pub fn settle(
        &self,
        plan: &Plan<'_>,
        facts: &Facts,
        official: bool,
        excluded: &[String],
        progress: &mut dyn FnMut(usize),
    ) -> Settlement {
        let program = if plan.over_all_subjects { None } else { compile(plan, official) };
        let Some(program) = program else { return settle_with(plan, facts, official, excluded, progress) };
        let order = Order::new(plan.book, facts);
        let bad_rows = bad_rows(plan, facts);
        let job = Job {
            plan,
            facts,
            order: &order,
            program: &program,
            official,
            excluded,
            bad_rows,
            narrow: TableColumns::<i64>::new(plan, official).ok(),
            wide: TableColumns::<i128>::new(plan, official).ok(),
        };
        let chunks = job.chunks(self.chunk_rows);
        let mut settlement = Settlement::begin(plan, facts);
        let mut interpreter = Interpreter::new(plan, facts, &order, official);
        if settlement.programme(&mut interpreter, excluded) {
            job.run(&chunks, self.threads, progress, &mut |done| settlement.append(done));
        } else {
            progress(settlement.subjects);
        }
        settlement.finish(plan.book);
        settlement
    }
}

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

struct Job<'a> {
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

impl Job<'_> {
    /// Cuts the subjects into chunks of about the same number of rows, children included.
    fn chunks(&self, chunk_rows: usize) -> Vec<Range<usize>> {
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
    fn run(
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

    fn interpreter(&self) -> Interpreter<'_> {
        Interpreter::new(self.plan, self.facts, self.order, self.official)
    }

    fn empty(&self) -> Settlement {
        Settlement { entities: EntityResults::empty(self.plan), ..Settlement::default() }
    }

    fn attempt<T: Whole>(&self, tables: &TableColumns<T>, ranges: &Ranges) -> Result<Settlement, TooLarge> {
        let book = self.plan.book;
        let machine =
            Machine { plan: self.plan, facts: self.facts, order: self.order, program: self.program, tables };
        let registers = machine.run(ranges)?;
        let doubtful = self.doubtful(ranges, &registers);
        let chunk = &ranges[book.subject.0];
        let mut settlement = self.empty();
        let mut interpreter = None;
        for (index, position) in chunk.clone().enumerate() {
            if self.is_excluded(position) {
                continue;
            }
            let values =
                if doubtful[index] { None } else { self.family(ranges, &registers, position, index) };
            match values {
                Some(values) => settlement.push(values),
                None => {
                    let interpreter = interpreter.get_or_insert_with(|| self.interpreter());
                    settlement.settle_families(interpreter, std::iter::once(position), self.excluded);
                }
            }
        }
        Ok(settlement)
    }

    fn is_excluded(&self, position: usize) -> bool {
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

    /// Reads the outputs of one family.
    fn family<T: Whole>(
        &self,
        ranges: &Ranges,
        registers: &[Filled<T>],
        position: usize,
        index: usize,
    ) -> Option<FamilyValues> {
        let book = self.plan.book;
        let spot = Spot { entity: book.subject, position };
        let mut all = Vec::new();
        for entity in Settlement::entity_order(book) {
            let outputs = &self.program.outputs[entity.0];
            let positions = if entity == book.subject {
                position..position + 1
            } else if outputs.is_empty() || !book.is_under(entity, book.subject) {
                0..0
            } else {
                self.order.under(book, spot, entity)
            };
            let start = ranges[entity.0].start;
            let mut rows = Vec::with_capacity(positions.len());
            for position in positions {
                let at = if entity == book.subject { index } else { position - start };
                let values: Option<Vec<Value>> =
                    outputs.iter().map(|register| registers[*register].value(at)).collect();
                rows.push((self.order.row(Spot { entity, position }), values?));
            }
            all.push(rows);
        }
        Some(all)
    }
}

fn mark_bad<T: Whole>(marks: &mut [bool], register: &Filled<T>) {
    match &register.bad {
        register::Bad::None => {}
        register::Bad::All => marks.fill(true),
        register::Bad::Some(rows) => marks.iter_mut().zip(rows).for_each(|(mark, bad)| *mark |= *bad),
    }
}

/// Where the results of a chunk go.
impl Settlement {
    fn append(&mut self, mut done: Settlement) {
        for (results, more) in self.entities.iter_mut().zip(&mut done.entities) {
            results.rows.append(&mut more.rows);
        }
        self.refused.append(&mut done.refused);
    }

    fn push(&mut self, values: FamilyValues) {
        for (results, rows) in self.entities.iter_mut().zip(values) {
            results.rows.extend(rows);
        }
    }
}
