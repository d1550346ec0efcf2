//! The scenarios of a grid, settled one after the other: nothing is kept but the one at hand.

use std::ops::ControlFlow;

use super::{Axis, AxisValues, FactChange, Grid};
use crate::Plan;
use crate::columns::Engine;
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
        let mut last: Option<(Vec<usize>, Facts)> = None;
        for scenario in 0..self.grid.scenarios() {
            let places = self.grid.places(scenario);
            let mut plan = self.plan.clone();
            let mut fact_places = Vec::new();
            let mut changes = self.changes.to_vec();
            for (Axis { values, .. }, place) in self.grid.axes.iter().zip(&places) {
                match values {
                    AxisValues::Parameter(id, values) => {
                        if let Some(dated) = values.get(*place) {
                            plan = plan.with_parameter(*id, dated);
                        }
                    }
                    AxisValues::Fact(values) => {
                        fact_places.push(*place);
                        changes.extend(values.get(*place).cloned());
                    }
                }
            }
            if changes.is_empty() {
                let settlement = engine.settle(&plan, facts, false, excluded, &mut |_| {});
                if give(scenario, facts, settlement).is_break() {
                    return;
                }
                continue;
            }
            if last.as_ref().is_none_or(|(known, _)| *known != fact_places) {
                last = Some((fact_places, FactChange::apply(&changes, plan.book, facts)));
            }
            if let Some((_, changed)) = &last {
                let settlement = engine.settle(&plan, changed, false, excluded, &mut |_| {});
                if give(scenario, changed, settlement).is_break() {
                    return;
                }
            }
        }
    }
}
