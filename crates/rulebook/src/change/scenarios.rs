//! The scenarios of a grid, settled one after the other: nothing is kept but the one at hand.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::{AxisValues, FactChange, Grid};
use crate::Plan;
use crate::columns::{Engine, Varied};
use crate::facts::Facts;
use crate::interpret::Settlement;

/// A plan, changes of facts, and the grid that is run over both.
#[derive(Debug, Clone, Copy)]
pub struct Scenarios<'a> {
    /// The plan; that of a changed rulebook when values or formulas change.
    pub plan: &'a Plan<'a>,
    /// Changes of facts that hold in every scenario.
    pub changes: &'a [FactChange],
    /// The grid; [`Grid::none`] for a single scenario.
    pub grid: &'a Grid,
}

impl Scenarios<'_> {
    /// Settles every scenario and hands over its number, its facts and its results, until it is told to stop.
    ///
    /// Scenarios are numbered as in [`Grid::coordinates`]. Facts are copied only where they change.
    pub fn run(
        &self,
        facts: &Facts,
        engine: &Engine,
        excluded: &[String],
        give: &mut dyn FnMut(usize, &Facts, Settlement) -> ControlFlow<()>,
    ) {
        // Facts vary slowest: the scenarios that share them stand together.
        let mut first = 0;
        while first < self.grid.scenarios() {
            let (changes, places) = self.of_facts(first);
            let mut next = first + 1;
            while next < self.grid.scenarios() && self.of_facts(next).1 == places {
                next += 1;
            }
            let changed = if changes.is_empty() {
                Cow::Borrowed(facts)
            } else {
                Cow::Owned(FactChange::apply(&changes, self.plan.book, facts))
            };
            let variants: Vec<Vec<Varied<'_>>> =
                (first..next).map(|scenario| self.of_parameters(scenario)).collect();
            let mut stopped = false;
            engine.settle_variants(self.plan, &variants, &changed, excluded, &mut |index, settlement| {
                let told = give(first + index, &changed, settlement);
                stopped = told.is_break();
                told
            });
            if stopped {
                return;
            }
            first = next;
        }
    }

    /// Returns the changes of facts of a scenario, and their places on the axes.
    fn of_facts(&self, scenario: usize) -> (Vec<FactChange>, Vec<usize>) {
        let places = self.grid.places(scenario);
        let axes = self.grid.axes.iter().zip(places).filter_map(|(axis, place)| match &axis.values {
            AxisValues::Fact(values) => Some((values.get(place).cloned(), place)),
            AxisValues::Parameter(..) => None,
        });
        let (of_axes, places): (Vec<_>, Vec<_>) = axes.unzip();
        (self.changes.iter().cloned().chain(of_axes.into_iter().flatten()).collect(), places)
    }

    /// Returns the values of parameters of a scenario.
    fn of_parameters(&self, scenario: usize) -> Vec<Varied<'_>> {
        let places = self.grid.places(scenario);
        let axes = self.grid.axes.iter().zip(places).filter_map(|(axis, place)| match &axis.values {
            AxisValues::Parameter(id, values) => Some((*id, values.get(place)?)),
            AxisValues::Fact(_) => None,
        });
        axes.collect()
    }
}
