//! Properties that hold for every rulebook and all facts, tried on many that are made up from a fixed seed.

mod answers;
mod engines;
mod formulas;
mod orders;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Choices taken from a tape of numbers, the first of each kind when it has run out: so that it shrinks.
pub(crate) struct Dice<'t> {
    tape: &'t [u16],
}

impl Dice<'_> {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        let Some((first, rest)) = self.tape.split_first() else { return 0 };
        self.tape = rest;
        usize::from(*first) % sides.max(1)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }

    /// Puts things in another order.
    pub(crate) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = self.roll(last + 1);
            things.swap(last, other);
        }
    }
}

/// Tries a property on tapes that are the same at every run.
pub(crate) fn holds(cases: u32, length: usize, property: impl Fn(&mut Dice<'_>)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let tapes = proptest::collection::vec(any::<u16>(), 0..length);
    let tried = runner.run(&tapes, |tape| {
        property(&mut Dice { tape: &tape });
        Ok(())
    });
    if let Err(error) = tried {
        panic!("{error}");
    }
}
