//! Allocations: a pot is emptied step by step, to the cent.

use std::collections::BTreeMap;
use std::sync::Arc;

use exact::{Bound, Cents, Part, Rational, RoundingMode, Split, SplitError, split};

use super::{Interpreter, Spot, Stop};
use crate::book::{Allocation, Expr, Share, Step, StepKind};
use crate::refusal::Reason;
use crate::{AllocationId, EntityId, Text, text};

/// What an allocation gave.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The pot.
    pub(super) total: Cents,
    /// The steps, in order.
    pub(super) steps: Vec<StepOutcome>,
    /// The entity that receives in each step.
    receivers: Vec<EntityId>,
}

/// What one step gave.
#[derive(Debug, Default)]
pub(super) struct StepOutcome {
    /// What was left before the step.
    pub(super) before: Cents,
    /// What each receiver got, by position.
    pub(super) given: BTreeMap<usize, Given>,
    /// What was left after the step.
    pub(super) left: Cents,
    /// Whether dues were paid in proportion, because the pot was short.
    pub(super) short: bool,
}

/// What one receiver got in one step.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) amount: Cents,
    /// The weight, or what was due.
    pub(super) basis: Rational,
    pub(super) bound: Bound,
    pub(super) remainder_cent: bool,
}

impl Outcome {
    /// Returns what a share holds for the receiver at a position.
    pub(super) fn given(&self, share: Share, position: usize) -> Rational {
        let amount = |step: &StepOutcome| {
            step.given.get(&position).map_or(Rational::ZERO, |given| given.amount.to_rational())
        };
        match share.step {
            Some(index) => self.steps.get(index).map_or(Rational::ZERO, amount),
            // Positions are counted for each entity: those of another are not this receiver's.
            None => self
                .receivers
                .iter()
                .zip(&self.steps)
                .filter(|(to, _)| **to == share.entity)
                .map(|(_, step)| amount(step))
                .sum(),
        }
    }
}

/// Who receives in a step: positions in the order of ids, with what their formulas gave.
struct Receivers {
    positions: Vec<usize>,
    parts: Vec<Part>,
}

impl Interpreter<'_> {
    /// Returns what an allocation gave, carrying it out once.
    pub(super) fn allocation(&mut self, id: AllocationId, owner: Spot) -> Result<Arc<Outcome>, Stop> {
        if let Some(known) = self.allocations.get(&(id, owner.position)) {
            return known.clone();
        }
        self.enter();
        let result = self.carry_out(id, owner).map(Arc::new);
        self.leave_allocation(id, owner, &result);
        self.allocations.insert((id, owner.position), result.clone());
        result
    }

    fn carry_out(&mut self, id: AllocationId, owner: Spot) -> Result<Outcome, Stop> {
        let allocation = &self.plan.book.allocations[id.0];
        let name = &allocation.named.name;
        let pot = self.number(&allocation.total, owner)?;
        let total = Cents::from_rational(&pot).map_err(|_| {
            let message = text!(
                "le montant à répartir ({pot}) n'est pas un nombre entier de centimes",
                "the amount to share ({pot}) is not a whole number of cents"
            );
            self.refuse(owner, Reason::Allocation, name, message)
        })?;
        if total < Cents::ZERO {
            let message = text!(
                "le montant à répartir est négatif ({total})",
                "the amount to share is negative ({total})"
            );
            return Err(self.refuse(owner, Reason::Allocation, name, message));
        }
        let receivers = allocation.steps.iter().map(|step| step.to).collect();
        let mut outcome = Outcome { total, steps: Vec::new(), receivers };
        let mut left = total;
        let mut so_far: BTreeMap<Spot, Rational> = BTreeMap::new();
        for step in &allocation.steps {
            let done = match &step.kind {
                StepKind::Due(due) => self.pay_due(allocation, step, due, left, owner)?,
                StepKind::Weight { .. } => self.split_by_weight(allocation, step, left, &so_far, owner)?,
                StepKind::Rest => StepOutcome {
                    before: left,
                    given: [(
                        owner.position,
                        Given {
                            amount: left,
                            basis: left.to_rational(),
                            bound: Bound::None,
                            remainder_cent: false,
                        },
                    )]
                    .into(),
                    left: Cents::ZERO,
                    short: false,
                },
            };
            for (position, given) in &done.given {
                let spot = Spot { entity: step.to, position: *position };
                *so_far.entry(spot).or_default() += given.amount.to_rational();
            }
            left = done.left;
            outcome.steps.push(done);
        }
        if left != Cents::ZERO {
            let message = text!(
                "il reste {left} après la dernière étape",
                "{left} is left after the last step (add a step with rest = true)"
            );
            return Err(self.refuse(owner, Reason::Allocation, name, message));
        }
        Ok(outcome)
    }

    fn receivers(&self, step: &Step, owner: Spot) -> Vec<usize> {
        let book = self.plan.book;
        let all = self.order.under(book, owner, step.to);
        let mut positions: Vec<usize> =
            all.filter(|position| !self.is_skipped(Spot { entity: step.to, position: *position })).collect();
        // Ties go by id, whatever the order of the file or of the rows above.
        let id_at = |position: usize| self.id_of(Spot { entity: step.to, position });
        positions.sort_by(|a, b| id_at(*a).cmp(id_at(*b)));
        positions
    }

    fn id_of(&self, spot: Spot) -> &str {
        &self.facts.rows(spot.entity).ids[self.order.row(spot)]
    }

    /// Evaluates one formula for each receiver.
    fn each(&mut self, expr: &Expr, step: &Step, positions: &[usize]) -> Result<Vec<Rational>, Stop> {
        let spot = |position: &usize| Spot { entity: step.to, position: *position };
        positions.iter().map(|position| self.number(expr, spot(position))).collect()
    }

    fn pay_due(
        &mut self,
        allocation: &Allocation,
        step: &Step,
        due: &Expr,
        pot: Cents,
        owner: Spot,
    ) -> Result<StepOutcome, Stop> {
        let positions = self.receivers(step, owner);
        let dues = self.each(due, step, &positions)?;
        let mut rounded = Vec::new();
        for (due, position) in dues.iter().zip(&positions) {
            let spot = Spot { entity: step.to, position: *position };
            let who = self.id_of(spot).to_owned();
            if due.is_negative() {
                let message =
                    text!("le dû de {who} est négatif ({due})", "what is due to {who} is negative ({due})");
                return Err(self.refuse(spot, Reason::Allocation, &allocation.named.name, message));
            }
            let cents =
                Cents::from_rational(&due.round(2, RoundingMode::HalfAwayFromZero)).map_err(|_| {
                    let message = text!("le dû de {who} est trop grand", "what is due to {who} is too large");
                    self.refuse(spot, Reason::Allocation, &allocation.named.name, message)
                })?;
            rounded.push(cents);
        }
        let wanted = Cents::checked_sum(rounded.iter().copied());
        if let Some(wanted) = wanted.filter(|wanted| *wanted <= pot) {
            let given = positions.iter().zip(&rounded).map(|(position, cents)| {
                let basis = cents.to_rational();
                (*position, Given { amount: *cents, basis, bound: Bound::None, remainder_cent: false })
            });
            let left = pot.checked_sub(wanted).unwrap_or(Cents::ZERO);
            return Ok(StepOutcome { before: pot, given: given.collect(), left, short: false });
        }
        let parts =
            rounded.iter().map(|cents| Part { weight: cents.to_rational(), ..Part::default() }).collect();
        let receivers = Receivers { positions, parts };
        let done = self.split(allocation, step, pot, &receivers, owner)?;
        Ok(outcome(pot, Cents::ZERO, &receivers, &done, true))
    }

    fn split_by_weight(
        &mut self,
        allocation: &Allocation,
        step: &Step,
        pot: Cents,
        so_far: &BTreeMap<Spot, Rational>,
        owner: Spot,
    ) -> Result<StepOutcome, Stop> {
        let StepKind::Weight { weight, amount, cap, floor, guarantee } = &step.kind else {
            return Err(self.mistyped(owner));
        };
        let name = &allocation.named.name;
        let mut shared = pot;
        if let Some(amount) = amount {
            let wanted = self.number(amount, owner)?.round(2, RoundingMode::HalfAwayFromZero);
            if wanted.is_negative() {
                let message = text!(
                    "le montant de l'étape est négatif ({wanted})",
                    "the amount of the step is negative ({wanted})"
                );
                return Err(self.refuse(owner, Reason::Allocation, name, message));
            }
            // An amount beyond all cents is beyond the pot too.
            shared = Cents::from_rational(&wanted).unwrap_or(pot).min(pot);
        }
        let positions = self.receivers(step, owner);
        let weights = self.each(weight, step, &positions)?;
        let mut optional = |expr: &Option<Expr>| match expr {
            Some(expr) => self.each(expr, step, &positions).map(|all| all.into_iter().map(Some).collect()),
            None => Ok(vec![None; positions.len()]),
        };
        let (caps, floors, guarantees): (Vec<_>, Vec<_>, Vec<_>) =
            (optional(cap)?, optional(floor)?, optional(guarantee)?);
        let mut parts = Vec::new();
        let bounds = caps.into_iter().zip(floors).zip(guarantees);
        for ((position, weight), ((cap, floor), guarantee)) in positions.iter().zip(weights).zip(bounds) {
            let spot = Spot { entity: step.to, position: *position };
            let already = so_far.get(&spot).cloned().unwrap_or_default();
            parts.push(Part {
                id: Some(self.id_of(spot).to_owned()),
                weight,
                floor,
                cap,
                already,
                guarantee,
            });
        }
        let receivers = Receivers { positions, parts };
        let done = self.split(allocation, step, shared, &receivers, owner)?;
        let aside = pot.checked_sub(shared).unwrap_or(Cents::ZERO);
        Ok(outcome(pot, aside, &receivers, &done, false))
    }

    fn split(
        &self,
        allocation: &Allocation,
        step: &Step,
        pot: Cents,
        receivers: &Receivers,
        owner: Spot,
    ) -> Result<Split, Stop> {
        split(pot, &receivers.parts).map_err(|error| {
            let who = |index: usize| {
                let position = receivers.positions.get(index).copied().unwrap_or(0);
                self.id_of(Spot { entity: step.to, position }).to_owned()
            };
            let words = match &error {
                SplitError::Infeasible { missing } => text!(
                    "les minimums et garanties demandent {missing} de plus qu'il n'y a",
                    "floors and guarantees need {missing} more than there is"
                ),
                SplitError::NegativeWeight { index, weight } => {
                    let who = who(*index);
                    text!(
                        "le poids de {who} est négatif ({weight})",
                        "the weight of {who} is negative ({weight})"
                    )
                }
                SplitError::FloorAboveCap { index, excess } => {
                    let who = who(*index);
                    text!(
                        "le minimum de {who} dépasse son plafond de {excess}",
                        "the floor of {who} is above the cap by {excess}"
                    )
                }
                SplitError::NegativeTotal { .. } | SplitError::TooLarge { .. } => {
                    text!("un montant ne tient pas en centimes", "{error}")
                }
            };
            let label = &step.label;
            let message = Text::new(
                format!("étape « {} » : {}", label.fr, words.fr),
                format!("step \"{}\": {}", label.en, words.en),
            );
            self.refuse(owner, Reason::Allocation, &allocation.named.name, message)
        })
    }
}

fn outcome(pot: Cents, aside: Cents, receivers: &Receivers, done: &Split, short: bool) -> StepOutcome {
    let shares = receivers.positions.iter().zip(&receivers.parts).zip(&done.shares);
    let given = shares.map(|((position, part), share)| {
        let given = Given {
            amount: share.amount,
            basis: part.weight.clone(),
            bound: share.bound,
            remainder_cent: share.remainder_cent,
        };
        (*position, given)
    });
    // Both lie between zero and the pot, so their sum fits.
    let left = aside.checked_add(done.left).unwrap_or(aside);
    StepOutcome { before: pot, given: given.collect(), left, short }
}
