//! The column engine: a plan as a flat program over chunks of columns, with the cents of the interpreter.
//!
//! Each step of a chunk runs on 64-bit integers; one that does not fit there runs on 128 bits, and a chunk that does
//! not fit there either runs row by row in big rationals.
//! A row in which something has no value is not judged here: the interpreter settles its family again and says why.

mod aggregate;
mod execute;
mod job;
mod load;
mod mixed;
mod numbers;
mod program;
mod register;
mod round;
mod select;
mod span;
mod tables;
mod whole;

use std::ops::ControlFlow;

use crate::facts::Facts;
use crate::interpret::order::Order;
use crate::interpret::{Ground, Settlement, settle_with};
use crate::model::Dated;
use crate::plan::Plan;
use crate::{EntityId, ParameterId, in_order};

use job::{Job, Shared};
use program::compile;

/// The rows of a chunk, children included: its registers stay in the processor's cache.
const CHUNK_ROWS: usize = 4096;

/// The most cells of registers that are kept for plans to be varied upon: a quarter of a gigabyte.
const GROUND_CELLS_MAX: usize = 32 << 20;

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
        let Some(program) = compile(plan) else {
            return settle_with(plan, facts, official, excluded, progress);
        };
        let order = Order::new(plan.book, facts);
        let shared = Shared::new(plan, facts, &order, &program, official, excluded);
        let job = Job { plan, shared: &shared, ground: None };
        job.settle(&job.chunks(self.chunk_rows), self.threads, progress)
    }
}

/// A value of a parameter, such as a scenario gives it.
pub type Varied<'b> = (ParameterId, &'b Dated);

impl Engine {
    /// Settles the same facts by many plans that differ in the values of parameters alone, and hands over each
    /// settlement in the order of the `variants`, until told to stop.
    ///
    /// What no varied parameter reaches is computed once.
    pub fn settle_variants(
        &self,
        plan: &Plan<'_>,
        variants: &[Vec<Varied<'_>>],
        facts: &Facts,
        excluded: &[String],
        give: &mut dyn FnMut(usize, Settlement) -> ControlFlow<()>,
    ) {
        let vary = |index: usize| {
            variants[index].iter().fold(plan.clone(), |plan, (id, dated)| plan.with_parameter(*id, dated))
        };
        let mut varied: Vec<ParameterId> = variants.iter().flatten().map(|(id, _)| *id).collect();
        varied.sort_unstable();
        varied.dedup();
        let order = Order::new(plan.book, facts);
        let Some(program) = compile(plan) else {
            let ground = Ground::new(plan, facts, &order, excluded, &varied);
            let settled = |index: usize| match &ground {
                Some(ground) => ground.settle(&vary(index), facts, &order, excluded),
                None => settle_with(&vary(index), facts, false, excluded, &mut |_| {}),
            };
            return in_order(variants.len(), self.threads, &settled, give);
        };
        let shared = Shared::new(plan, facts, &order, &program, false, excluded);
        let job = Job { plan, shared: &shared, ground: None };
        let chunks = job.chunks(self.chunk_rows);
        let rows: usize = (0..plan.book.entities.len()).map(|index| order.len(EntityId(index))).sum();
        // Beyond, all is computed anew for each plan: it would not stay near the processor anyway.
        let ground = (rows.saturating_mul(program.steps.len()) <= GROUND_CELLS_MAX)
            .then(|| job.ground(&chunks, self.threads, program.reached_by(&varied)));
        let work = |index: usize| {
            let plan = vary(index);
            let job = Job { plan: &plan, shared: &shared, ground: ground.as_ref() };
            job.settle(&chunks, 1, &mut |_| {})
        };
        in_order(variants.len(), self.threads, &work, give);
    }
}
