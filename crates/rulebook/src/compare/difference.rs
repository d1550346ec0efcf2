//! The difference of one subject, shared out between its causes.

use exact::Rational;

use super::atoms::{Atom, What};
use super::family::{Family, Matching};
use super::players::{Player, players};
use super::shapley::{in_cents, share};
use super::sides::{Moment, Pair};
use super::{Cause, CauseKind, Change, Compared, Comparer, Difference, Outcome, words};
use crate::book::Reference;
use crate::interpret::compute;
use crate::{EntityId, ParameterId, Plan, TableId, Text};

impl Comparer<'_> {
    /// Compares the two results of one subject.
    pub fn compare(&self, id: &str) -> Outcome {
        let is_there = Pair::of(|moment| {
            let known = self.known.get(moment);
            known.places.contains_key(id) || known.refused.contains_key(id)
        });
        let total = |moment: Moment| -> Option<Rational> {
            let values: Option<Vec<Rational>> = self.ends(id, moment);
            values.map(|values| values.iter().sum())
        };
        match (is_there.before, is_there.after) {
            (false, false) => return Outcome::Unknown,
            (true, false) if self.known.before.is_settled(id) => {
                return Outcome::Left(total(Moment::Before).unwrap_or_default());
            }
            (false, true) if self.known.after.is_settled(id) => {
                return Outcome::New(total(Moment::After).unwrap_or_default());
            }
            _ => {}
        }
        if let (Some(before), Some(after)) = (self.ends(id, Moment::Before), self.ends(id, Moment::After)) {
            return Outcome::Compared(Box::new(self.difference(id, &Pair { before, after })));
        }
        let why = |moment: Moment| {
            let known = self.known.get(moment);
            if known.is_settled(id) { None } else { known.why(id) }
        };
        Outcome::Refused {
            before: total(Moment::Before),
            after: total(Moment::After),
            why_before: why(Moment::Before),
            why_after: why(Moment::After),
        }
    }

    /// Returns the values of all outputs of a settled subject.
    fn ends(&self, id: &str, moment: Moment) -> Option<Vec<Rational>> {
        let known = self.known.get(moment);
        self.outputs.iter().map(|output| known.value(id, *output.reference.get(moment))).collect()
    }

    fn difference(&self, id: &str, ends: &Pair<Vec<Rational>>) -> Difference {
        let mut atoms = self.atoms.clone();
        let all_subjects =
            Moment::BOTH.iter().any(|moment| self.known.get(*moment).side.plan.over_all_subjects);
        let matching = Matching { known: &self.known, atoms: &mut atoms, reach: &self.reach, all_subjects };
        let family = matching.family(id);
        let mut mixture = Mixture { comparer: self, family, atoms, id };
        let period = |moment| self.known.get(moment).side.plan.period;
        let days_together = period(Moment::Before) != period(Moment::After);
        if !mixture.has_rules() && !mixture.holds(ends) {
            // Something that is no change by name makes a difference all the same: the rules as a version carry it.
            mixture.atoms.push(Atom::rules(&self.known, &[]));
        }
        let players = players(&mixture.atoms, days_together);
        let shares = share(players.len(), |mask| mixture.worth(&players, mask));
        let (blocks, exact) = match shares {
            Some(shares) if mixture.holds(ends) => (shares.blocks, shares.parts),
            // Nothing can be told apart: all changes are one cause.
            Some(_) | None => {
                let whole = ends.after.iter().zip(&ends.before).map(|(after, before)| after - before);
                (vec![(0..players.len()).collect()], vec![whole.collect()])
            }
        };
        let blocks = blocks.into_iter().map(|block| joined(&players, &block));
        self.shown(id, ends, &mixture.atoms, blocks.zip(exact).collect())
    }

    /// Turns shares into causes, with cents that add up for each output.
    fn shown(
        &self,
        id: &str,
        ends: &Pair<Vec<Rational>>,
        atoms: &[Atom],
        shares: Vec<(Player, Vec<Rational>)>,
    ) -> Difference {
        let change =
            |atom: &Atom| Change { kind: atom.kind, name: atom.name.clone(), label: atom.label.clone() };
        let is_money = self.known.after.book().is_amount(&self.unit);
        let mut parts: Vec<Vec<Rational>> = vec![Vec::new(); shares.len()];
        for output in 0..self.outputs.len() {
            let exact: Vec<Rational> = shares.iter().map(|(_, parts)| parts[output].clone()).collect();
            let shown = if is_money { in_cents(&exact) } else { None };
            parts.iter_mut().zip(shown.unwrap_or(exact)).for_each(|(parts, part)| parts.push(part));
        }
        let mut causes = Vec::new();
        let mut without_effect: Vec<Change> = atoms.iter().filter(|atom| !atom.reached).map(change).collect();
        for ((player, exact), parts) in shares.into_iter().zip(parts) {
            let changes: Vec<Change> = player.atoms.iter().map(|atom| change(&atoms[*atom])).collect();
            if exact.iter().all(Rational::is_zero) {
                without_effect.extend(changes);
                continue;
            }
            let amount = parts.iter().sum();
            let Player { kind, label, title, .. } = player;
            causes.push(Cause { kind, label, title, changes, exact, parts, amount });
        }
        causes.sort_by_cached_key(|cause| {
            let size: Rational = cause.exact.iter().sum();
            (
                std::cmp::Reverse(size.abs()),
                cause.kind,
                cause.changes.iter().map(|one| one.name.clone()).collect::<Vec<_>>(),
            )
        });
        // That the year is another one goes without saying.
        without_effect.retain(|change| change.kind != CauseKind::Period);
        without_effect.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        let outputs = self.outputs.iter().zip(ends.before.iter().zip(&ends.after));
        let outputs = outputs.map(|(output, (before, after))| Compared {
            name: output.name.clone(),
            label: output.label.clone(),
            before: before.clone(),
            after: after.clone(),
        });
        Difference {
            id: id.to_owned(),
            outputs: outputs.collect(),
            before: ends.before.iter().sum(),
            after: ends.after.iter().sum(),
            causes,
            without_effect,
        }
    }
}

/// Returns players that stand together as one.
fn joined(players: &[Player], block: &[usize]) -> Player {
    if let [only] = block {
        return players[*only].clone();
    }
    let of = |words: fn(&Player) -> &Text| -> Vec<&Text> {
        block.iter().map(|player| words(&players[*player])).collect()
    };
    Player {
        kind: CauseKind::Together,
        atoms: block.iter().flat_map(|player| players[*player].atoms.clone()).collect(),
        label: words::together(&of(|player| &player.label)),
        title: words::together(&of(|player| &player.title)),
    }
}

/// Everything between the two runs of one subject.
struct Mixture<'a> {
    comparer: &'a Comparer<'a>,
    family: Family,
    atoms: Vec<Atom>,
    id: &'a str,
}

impl Mixture<'_> {
    fn has_rules(&self) -> bool {
        self.atoms.iter().any(|atom| matches!(atom.what, What::Rules))
    }

    /// Returns whether the two ends come out as they were settled.
    fn holds(&self, ends: &Pair<Vec<Rational>>) -> bool {
        let whole = |moment| self.evaluate(&vec![moment; self.atoms.len()]);
        whole(Moment::Before).as_ref() == Some(&ends.before)
            && whole(Moment::After).as_ref() == Some(&ends.after)
    }

    /// Evaluates the outputs when these players have changed and the others have not.
    fn worth(&self, players: &[Player], mask: u32) -> Option<Vec<Rational>> {
        // What plays no part is taken from the later run.
        let mut moments = vec![Moment::After; self.atoms.len()];
        for (_, player) in players.iter().enumerate().filter(|(index, _)| mask >> index & 1 == 0) {
            player.atoms.iter().for_each(|atom| moments[*atom] = Moment::Before);
        }
        self.evaluate(&moments)
    }

    fn evaluate(&self, moments: &[Moment]) -> Option<Vec<Rational>> {
        let rules = self.moment_of(moments, |what| matches!(what, What::Rules)).unwrap_or(Moment::After);
        let plan = self.plan(rules, moments);
        let facts = self.family.mixed(plan.book, rules, moments);
        let references: Vec<Option<Reference>> =
            self.comparer.outputs.iter().map(|output| *output.reference.get(rules)).collect();
        let entity = self.comparer.known.get(rules).entity;
        let wanted: Vec<(EntityId, &str, Reference)> =
            references.iter().flatten().map(|reference| (entity, self.id, *reference)).collect();
        let mut values = compute(&plan, &facts, &wanted).into_iter();
        let value = |reference: &Option<Reference>| match reference {
            Some(_) => values.next()?.ok()?.as_number().cloned(),
            None => Some(Rational::ZERO),
        };
        references.iter().map(value).collect()
    }

    fn moment_of(&self, moments: &[Moment], is: impl Fn(&What) -> bool) -> Option<Moment> {
        let place = self.atoms.iter().position(|atom| is(&atom.what))?;
        moments.get(place).copied()
    }

    /// Returns the rulebook of one side with the figures that a mixture takes from the other.
    fn plan(&self, rules: Moment, moments: &[Moment]) -> Plan<'_> {
        let known = &self.comparer.known;
        let other: &Plan<'_> = known.get(rules.other()).side.plan;
        let mut plan = known.get(rules).side.plan.clone();
        let mut tables: Vec<(TableId, TableId)> = Vec::new();
        for (atom, _) in self.atoms.iter().zip(moments).filter(|(_, moment)| **moment != rules) {
            match &atom.what {
                What::Parameter(ids) => {
                    let there: ParameterId = *ids.get(rules.other());
                    if let Some(dated) = other.parameter(there) {
                        plan = plan.with_parameter(*ids.get(rules), dated);
                    }
                }
                What::Table(ids) => tables.push((*ids.get(rules), *ids.get(rules.other()))),
                What::Period => plan = plan.with_period(other.period),
                What::Rules | What::Facts => {}
            }
        }
        if tables.is_empty() { plan } else { plan.with_tables(other, &tables) }
    }
}
