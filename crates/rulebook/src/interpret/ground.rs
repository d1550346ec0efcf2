//! What a settlement of all subjects together has computed, kept for plans that differ in the values of parameters alone.

use std::collections::BTreeSet;

use super::order::{Order, Spot};
use super::settle::{Settlement, settle_by};
use super::{Interpreter, RuleId};
use crate::book::{Expr, ExprKind, Reference};
use crate::facts::Facts;
use crate::plan::Plan;
use crate::{ParameterId, Value};

/// The values that no varied parameter reaches.
#[derive(Debug)]
pub(crate) struct Ground {
    /// The value of each rule for each row; none where it varies or was not read.
    rules: Vec<Vec<Option<Value>>>,
    /// The rows that were left out.
    pub(super) skipped: BTreeSet<Spot>,
    /// Whether what was checked then holds for every plan.
    pub(super) admits: bool,
}

impl Ground {
    /// Settles once and keeps what does not vary; none when subjects are not read together, or somebody is refused.
    pub(crate) fn new(
        plan: &Plan<'_>,
        facts: &Facts,
        order: &Order,
        excluded: &[String],
        varied: &[ParameterId],
    ) -> Option<Self> {
        if !plan.over_all_subjects {
            return None;
        }
        let mut interpreter = Interpreter::new(plan, facts, order, false);
        let settlement = settle_by(&mut interpreter, excluded, &mut |_| {});
        if !settlement.refused.is_empty() {
            return None;
        }
        let reached = Reached::by(plan, varied);
        let kept = interpreter.rules.into_iter().zip(&reached.rules).map(|(values, varies)| {
            let keep = |value: Option<Result<Value, _>>| value.and_then(Result::ok);
            if *varies { Vec::new() } else { values.into_iter().map(keep).collect() }
        });
        let admits = !plan.checks().any(|check| reached.reads(&check.formula));
        Some(Self { rules: kept.collect(), skipped: interpreter.skipped, admits })
    }

    /// Returns the value of a rule at a place of the family, if it is the same in every plan.
    pub(super) fn value(&self, id: RuleId, slot: usize) -> Option<&Value> {
        self.rules.get(id.0)?.get(slot)?.as_ref()
    }

    /// Settles a plan that differs in varied parameters alone; the results are those of the plain interpreter.
    pub(crate) fn settle(
        &self,
        plan: &Plan<'_>,
        facts: &Facts,
        order: &Order,
        excluded: &[String],
    ) -> Settlement {
        let mut interpreter = Interpreter::new(plan, facts, order, false);
        interpreter.ground = Some(self);
        settle_by(&mut interpreter, excluded, &mut |_| {})
    }
}

/// What some parameters reach.
struct Reached<'a> {
    parameters: &'a [ParameterId],
    rules: Vec<bool>,
    allocations: Vec<bool>,
}

impl<'a> Reached<'a> {
    fn by(plan: &Plan<'_>, parameters: &'a [ParameterId]) -> Self {
        let book = plan.book;
        let mut reached = Self {
            parameters,
            rules: vec![false; book.rules.len()],
            allocations: vec![false; book.allocations.len()],
        };
        // Each round reaches one more at least, or is the last.
        loop {
            let rules = (0..book.rules.len()).map(RuleId).map(|id| {
                reached.rules[id.0] || plan.rule(id).is_some_and(|version| reached.reads(&version.formula))
            });
            let rules: Vec<bool> = rules.collect();
            let allocations = book.allocations.iter().zip(&reached.allocations).map(|(allocation, known)| {
                *known || allocation.formulas().into_iter().any(|formula| reached.reads(formula))
            });
            let allocations: Vec<bool> = allocations.collect();
            if rules == reached.rules && allocations == reached.allocations {
                return reached;
            }
            (reached.rules, reached.allocations) = (rules, allocations);
        }
    }

    fn reads(&self, formula: &Expr) -> bool {
        let mut found = false;
        formula.walk(&mut |part| {
            if let ExprKind::Read(reference) = &part.kind {
                found |= match reference {
                    Reference::Parameter(id) => self.parameters.contains(id),
                    Reference::Rule(id) => self.rules[id.0],
                    Reference::Share(share) => self.allocations[share.allocation.0],
                    Reference::Input(_) => false,
                };
            }
        });
        found
    }
}
