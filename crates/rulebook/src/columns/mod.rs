//! The column engine: a plan as a flat program over chunks of columns, with the cents of the interpreter.
//!
//! A chunk runs on 64-bit integers; one that does not fit runs again on 128 bits, then row by row in big rationals.
//! A row in which something has no value is not judged here: the interpreter settles its family again and says why.

mod aggregate;
mod execute;
mod job;
mod load;
mod numbers;
mod program;
mod register;
mod select;
mod tables;
mod whole;

use crate::facts::Facts;
use crate::interpret::order::Order;
use crate::interpret::{Interpreter, Settlement, settle_with};
use crate::plan::Plan;

use job::Job;
use program::{Program, compile};

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
        match Prepared::new(plan) {
            Some(prepared) => prepared.settle(*self, plan, facts, official, excluded, progress),
            None => settle_with(plan, facts, official, excluded, progress),
        }
    }
}

/// A program that is compiled once and run for many facts, or for plans that differ in values alone.
struct Prepared {
    program: Program,
}

impl Prepared {
    /// Compiles a plan; none when only the interpreter can settle it.
    fn new(plan: &Plan<'_>) -> Option<Self> {
        let program = if plan.over_all_subjects { None } else { compile(plan) };
        program.map(|program| Self { program })
    }

    fn settle(
        &self,
        engine: Engine,
        plan: &Plan<'_>,
        facts: &Facts,
        official: bool,
        excluded: &[String],
        progress: &mut dyn FnMut(usize),
    ) -> Settlement {
        let order = Order::new(plan.book, facts);
        let job = Job::new(plan, facts, &order, &self.program, official, excluded);
        let mut settlement = Settlement::begin(plan, facts);
        let mut interpreter = Interpreter::new(plan, facts, &order, official);
        if settlement.programme(&mut interpreter, excluded) {
            let chunks = job.chunks(engine.chunk_rows);
            job.run(&chunks, engine.threads, progress, &mut |done| settlement.append(done));
        } else {
            progress(settlement.subjects);
        }
        settlement.finish(plan.book);
        settlement
    }
}
