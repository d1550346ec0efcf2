//! The reference interpreter: small and plain, it is the oracle of every faster engine.
//!
//! Values are computed when they are read and kept, so that an untaken branch refuses nobody.

mod allocate;
mod evaluate;
mod fact_rows;
mod ground;
mod lookup;
pub(crate) mod order;
mod results;
mod settle;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::book::{Reference, Share};
use crate::facts::Facts;
use crate::plan::Plan;
use crate::refusal::{Reason, Refusal};
use crate::{AllocationId, EntityId, RuleId, Text, Value};

use allocate::Outcome;
use order::{Order, Spot};
use trace::Recorder;

pub(crate) use ground::Ground;

pub use fact_rows::FactRows;
pub use results::{Block, EntityResults, Values};
pub use settle::{Settlement, compute, settle, settle_with};
pub use trace::{
    Detail, Fragment, GivenTrace, MemberTrace, Node, NodeId, Shape, StepTrace, Term, Trace, TraceOf, What,
    trace,
};

/// A stop: the refusal that stands in the way, shared by all who meet it.
type Stop = Arc<Refusal>;

/// Computes values over one family of rows: a subject with all below it, or everything at once.
pub(crate) struct Interpreter<'a> {
    plan: &'a Plan<'a>,
    facts: &'a Facts,
    order: &'a Order,
    official: bool,
    /// Where the family begins, for each entity.
    base: Vec<usize>,
    /// What rules gave, for each rule and each row of the family.
    rules: Vec<Vec<Option<Result<Value, Stop>>>>,
    /// What allocations gave, by owner.
    allocations: BTreeMap<(AllocationId, usize), Result<Arc<Outcome>, Stop>>,
    /// Rows that were refused and are left out.
    skipped: BTreeSet<Spot>,
    /// Refusals met on the way, of rows that may be left out.
    refusals: Vec<Stop>,
    /// The rule being computed, for messages.
    current: Option<Reference>,
    /// Records what is read, when somebody wants an explanation.
    recorder: Option<Recorder>,
    /// What another plan has computed that holds for this one as well.
    ground: Option<&'a Ground>,
    /// Whether the family at hand is the one that it was computed for.
    on_ground: bool,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn new(plan: &'a Plan<'a>, facts: &'a Facts, order: &'a Order, official: bool) -> Self {
        Self {
            plan,
            facts,
            order,
            official,
            base: vec![0; plan.book.entities.len()],
            rules: vec![Vec::new(); plan.book.rules.len()],
            allocations: BTreeMap::new(),
            skipped: BTreeSet::new(),
            refusals: Vec::new(),
            current: None,
            recorder: None,
            ground: None,
            on_ground: false,
        }
    }

    /// Forgets everything and turns to the family under a spot.
    fn turn_to(&mut self, root: Spot) {
        let book = self.plan.book;
        let mut sizes = vec![0; book.entities.len()];
        for (index, size) in sizes.iter_mut().enumerate() {
            let entity = EntityId(index);
            let range = if book.is_under(entity, root.entity) {
                self.order.under(book, root, entity)
            } else {
                // Above the family there is at most the programme, a single row.
                0..self.order.len(entity)
            };
            self.base[index] = range.start;
            *size = range.len();
        }
        for (memo, rule) in self.rules.iter_mut().zip(&book.rules) {
            memo.clear();
            memo.resize(sizes[rule.of.0], None);
        }
        self.allocations.clear();
        self.refusals.clear();
        self.on_ground = self.ground.is_some_and(|ground| ground.skipped == self.skipped);
    }

    /// Returns what was computed for another plan, where this one can be no different.
    fn ground(&self) -> Option<&'a Ground> {
        self.ground.filter(|_| self.on_ground)
    }

    fn refuse(&self, spot: Spot, reason: Reason, about: &str, message: Text) -> Stop {
        let row = self.order.row(spot);
        let rows = self.facts.rows(spot.entity);
        Arc::new(Refusal {
            entity: spot.entity,
            row: Some(row),
            id: rows.ids[row].clone(),
            reason,
            about: about.to_owned(),
            message,
            place: rows.place(row),
        })
    }

    /// Returns the value of a rule at a spot, computing it once.
    fn rule(&mut self, id: RuleId, spot: Spot) -> Result<Value, Stop> {
        let slot = spot.position - self.base[spot.entity.0];
        if let Some(known) = self.rules[id.0].get(slot).cloned().flatten() {
            self.recall(Reference::Rule(id), spot);
            return known;
        }
        if let Some(known) = self.ground().and_then(|ground| ground.value(id, slot)) {
            return Ok(known.clone());
        }
        let result = self.compute(id, spot);
        if let Some(memo) = self.rules[id.0].get_mut(slot) {
            *memo = Some(result.clone());
        }
        result
    }

    fn compute(&mut self, id: RuleId, spot: Spot) -> Result<Value, Stop> {
        let rule = &self.plan.book.rules[id.0];
        let Some(version) = self.plan.rule(id) else {
            let name = &rule.named.name;
            let message =
                crate::text!("`{name}` n'existe pas à cette date", "`{name}` does not exist at this date");
            return Err(self.refuse(spot, Reason::Unknown, name, message));
        };
        self.enter();
        let outer = self.current.replace(Reference::Rule(id));
        let mut shape = Shape::Whole;
        let result = if self.recorder.is_some() {
            self.eval_shaped(&version.formula, spot, &mut shape)
        } else {
            self.eval(&version.formula, spot)
        };
        let result = result.map(|value| match (value, rule.round) {
            (Value::Number(number), Some(round)) => Value::Number(number.round(round.decimals, round.mode)),
            (value, _) => value,
        });
        self.current = outer;
        self.leave_rule(id, spot, &result, shape);
        result
    }

    /// Returns the name of the rule being computed, for messages.
    fn current_name(&self) -> String {
        self.current.map(|reference| self.plan.book.name_of(reference)).unwrap_or_default()
    }

    /// Returns the value that a reference has for a spot, climbing to the entity it belongs to.
    fn read(&mut self, reference: Reference, from: Spot) -> Result<Value, Stop> {
        let book = self.plan.book;
        let spot = match book.entity_of(reference) {
            None => from,
            Some(entity) => match self.order.climb(book, from, entity) {
                Some(spot) => spot,
                None => {
                    let name = book.name_of(reference);
                    let message = crate::text!("`{name}` est hors d'atteinte", "`{name}` is out of reach");
                    return Err(self.refuse(from, Reason::Orphan, &name, message));
                }
            },
        };
        match reference {
            Reference::Rule(id) => self.rule(id, spot),
            Reference::Input(id) => self.input(id, spot),
            Reference::Parameter(id) => self.parameter(id, spot),
            Reference::Share(share) => self.share(share, spot),
        }
    }

    fn share(&mut self, share: Share, spot: Spot) -> Result<Value, Stop> {
        let book = self.plan.book;
        let owner = book.allocations[share.allocation.0].of;
        let Some(owner) = self.order.climb(book, spot, owner) else {
            let name = book.name_of(Reference::Share(share));
            let message = crate::text!("`{name}` est hors d'atteinte", "`{name}` is out of reach");
            return Err(self.refuse(spot, Reason::Orphan, &name, message));
        };
        let allocation = &book.allocations[share.allocation.0];
        if !allocation.validity.contains(self.plan.day) {
            let name = &allocation.named.name;
            let message =
                crate::text!("`{name}` n'existe pas à cette date", "`{name}` does not exist at this date");
            return Err(self.refuse(spot, Reason::Unknown, name, message));
        }
        let outcome = self.allocation(share.allocation, owner)?;
        let value = Value::Number(outcome.given(share, spot.position));
        self.note_share(share, spot, owner, &value);
        Ok(value)
    }
}
