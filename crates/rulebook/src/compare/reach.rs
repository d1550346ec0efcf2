//! What the compared outputs rest on: what changed elsewhere is no cause.

use std::collections::BTreeSet;

use crate::book::{DefaultValue, Expr, ExprKind, Reference};
use crate::{AllocationId, EntityId, Plan, RuleId};

/// Names of everything that outputs may read on one side, or on both.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) inputs: BTreeSet<String>,
    pub(super) parameters: BTreeSet<String>,
    pub(super) tables: BTreeSet<String>,
    pub(super) rules: BTreeSet<String>,
    pub(super) allocations: BTreeSet<String>,
    /// Entities whose rows are walked through.
    pub(super) entities: BTreeSet<String>,
    /// Whether the days of the period themselves are read.
    pub(super) period: bool,
}

impl Reach {
    /// Adds what some outputs read on one side.
    pub(super) fn add(&mut self, plan: &Plan<'_>, outputs: &[Reference]) {
        let mut walk = Walk { plan, reach: self, waiting: outputs.to_vec(), seen: BTreeSet::new() };
        while let Some(reference) = walk.waiting.pop() {
            if walk.seen.insert(reference) {
                walk.visit(reference);
            }
        }
    }
}

struct Walk<'a> {
    plan: &'a Plan<'a>,
    reach: &'a mut Reach,
    waiting: Vec<Reference>,
    seen: BTreeSet<Reference>,
}

impl Walk<'_> {
    fn visit(&mut self, reference: Reference) {
        let book = self.plan.book;
        match reference {
            Reference::Input(id) => {
                let input = &book.inputs[id.0];
                self.reach.inputs.insert(input.decl.named.name.clone());
                self.reach.period |=
                    matches!(input.default, Some(DefaultValue::StartOfPeriod | DefaultValue::EndOfPeriod));
            }
            Reference::Parameter(id) => {
                self.reach.parameters.insert(book.parameters[id.0].named.name.clone());
            }
            Reference::Rule(id) => self.rule(id),
            Reference::Share(share) => self.allocation(share.allocation),
        }
    }

    fn rule(&mut self, id: RuleId) {
        self.reach.rules.insert(self.plan.book.rules[id.0].named.name.clone());
        if let Some(version) = self.plan.rule(id) {
            self.formula(&version.formula);
        }
    }

    fn allocation(&mut self, id: AllocationId) {
        let allocation = &self.plan.book.allocations[id.0];
        if !self.reach.allocations.insert(allocation.named.name.clone()) {
            return;
        }
        allocation.formulas().into_iter().for_each(|formula| self.formula(formula));
        for step in &allocation.steps {
            self.rows(step.to);
        }
    }

    fn formula(&mut self, formula: &Expr) {
        let mut found = Vec::new();
        formula.walk(&mut |part| match &part.kind {
            ExprKind::Read(reference) => found.push(Found::Value(*reference)),
            ExprKind::Lookup(id, _) | ExprKind::Bracket(id, _) | ExprKind::Interpolate(id, _) => {
                found.push(Found::Table(self.plan.book.tables[id.0].named.name.clone()));
            }
            ExprKind::Aggregate(aggregate) => found.push(Found::Rows(aggregate.over)),
            ExprKind::YearFractionFrom(_) => found.push(Found::Period),
            _ => {}
        });
        for found in found {
            match found {
                Found::Value(reference) => self.waiting.push(reference),
                Found::Table(name) => drop(self.reach.tables.insert(name)),
                Found::Rows(entity) => self.rows(entity),
                Found::Period => self.reach.period = true,
            }
        }
    }

    /// Notes that the rows of an entity are walked through, and those above them with it.
    fn rows(&mut self, entity: EntityId) {
        let entities = &self.plan.book.entities;
        for entity in std::iter::successors(Some(entity), |entity| entities[entity.0].parent) {
            self.reach.entities.insert(entities[entity.0].name.clone());
        }
    }
}

enum Found {
    Value(Reference),
    Table(String),
    Rows(EntityId),
    Period,
}
