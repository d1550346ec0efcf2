//! Settles every subject: those that are refused are listed, the others go on.

use super::results::EntityResults;
use super::{Interpreter, Order, Spot, Stop};
use crate::book::Reference;
use crate::facts::Facts;
use crate::plan::Plan;
use crate::refusal::{Reason, Refusal};
use crate::{EntityId, InputId, Rulebook, Value, text};

/// The results of a settlement.
#[derive(Debug, Clone, Default)]
pub struct Settlement {
    /// The results of each entity that has outputs, the subject first.
    pub entities: Vec<EntityResults>,
    /// Who was refused, and why.
    pub refused: Vec<Refusal>,
    /// How many subjects there were.
    pub subjects: usize,
}

impl Settlement {
    /// Returns the results of the subject.
    pub fn subject(&self) -> Option<&EntityResults> {
        self.entities.first()
    }

    /// Returns how many subjects were refused.
    pub fn refused_subjects(&self, book: &Rulebook) -> usize {
        self.subjects
            - self.subject().filter(|results| results.entity == book.subject).map_or(0, EntityResults::len)
    }
}

/// How a settlement is put together, by whichever engine.
impl Settlement {
    /// Returns the entities in the order of the results: the subject first.
    pub(crate) fn entity_order(book: &Rulebook) -> Vec<EntityId> {
        let others = (0..book.entities.len()).map(EntityId).filter(|entity| *entity != book.subject);
        std::iter::once(book.subject).chain(others).collect()
    }

    /// Returns the results of each entity, without rows yet.
    pub(crate) fn empty_results(plan: &Plan<'_>) -> Vec<EntityResults> {
        let order = Self::entity_order(plan.book);
        order.into_iter().map(|entity| EntityResults::new(plan, entity)).collect()
    }

    /// Returns a settlement without results, with what the reading of facts refused.
    pub(crate) fn begin(plan: &Plan<'_>, facts: &Facts) -> Self {
        Self {
            entities: Self::empty_results(plan),
            refused: facts.refused.clone(),
            subjects: subjects(plan.book, facts),
        }
    }

    /// Leaves out the entities without outputs.
    pub(crate) fn finish(&mut self, book: &Rulebook) {
        self.entities.retain(|results| results.entity == book.subject || !results.outputs.is_empty());
    }

    /// Settles a programme that does not read its subjects together; when it is refused, so are they.
    ///
    /// Returns whether the subjects may be settled.
    pub(crate) fn programme(&mut self, interpreter: &mut Interpreter<'_>, excluded: &[String]) -> bool {
        let book = interpreter.plan.book;
        let programme = book.entities[book.subject.0].parent;
        let Some(programme) = programme.filter(|programme| interpreter.order.len(*programme) > 0) else {
            return true;
        };
        let spot = Spot { entity: programme, position: 0 };
        let before = self.refused.len();
        interpreter.skipped.clear();
        interpreter.turn_to(spot);
        if let Err(stop) = admit(interpreter, spot) {
            record(interpreter.facts, &mut self.refused, before, &stop);
            let left_out = (0..interpreter.order.len(book.subject))
                .map(|position| Spot { entity: book.subject, position })
                .filter(|spot| is_excluded(interpreter, *spot, excluded));
            let left_out = left_out.collect();
            block(interpreter, &left_out, before, self);
            return false;
        }
        let Some(results) = self.entities.iter_mut().find(|results| results.entity == programme) else {
            return true;
        };
        let values: Result<Vec<Value>, Stop> =
            results.outputs.iter().map(|output| interpreter.read(*output, spot)).collect();
        match values {
            Ok(values) => results.push(interpreter.order.row(spot), values),
            // The subjects that read it are refused with it; the others go on.
            Err(stop) => record(interpreter.facts, &mut self.refused, before, &stop),
        }
        true
    }

    /// Adds the rows of a family.
    fn push(&mut self, values: FamilyValues) {
        for (results, rows) in self.entities.iter_mut().zip(values) {
            rows.into_iter().for_each(|(row, values)| results.push(row, values));
        }
    }

    /// Settles some subjects one by one, and adds what came out.
    pub(crate) fn settle_families(
        &mut self,
        interpreter: &mut Interpreter<'_>,
        positions: impl Iterator<Item = usize>,
        excluded: &[String],
    ) {
        let subject = interpreter.plan.book.subject;
        for position in positions {
            let root = Spot { entity: subject, position };
            if !is_excluded(interpreter, root, excluded) {
                family(interpreter, root, self);
            }
        }
    }
}

/// Settles every subject of the facts.
pub fn settle(plan: &Plan<'_>, facts: &Facts, official: bool, excluded: &[String]) -> Settlement {
    settle_with(plan, facts, official, excluded, &mut |_| {})
}

/// Settles every subject, and tells how many are done.
pub fn settle_with(
    plan: &Plan<'_>,
    facts: &Facts,
    official: bool,
    excluded: &[String],
    progress: &mut dyn FnMut(usize),
) -> Settlement {
    let order = Order::new(plan.book, facts);
    settle_by(&mut Interpreter::new(plan, facts, &order, official), excluded, progress)
}

/// Settles every subject by an interpreter.
pub(super) fn settle_by(
    interpreter: &mut Interpreter<'_>,
    excluded: &[String],
    progress: &mut dyn FnMut(usize),
) -> Settlement {
    let Interpreter { plan, facts, order, .. } = *interpreter;
    let book = plan.book;
    let mut settlement = Settlement::begin(plan, facts);
    let programme = book.entities[book.subject.0].parent;
    match programme.filter(|_| plan.over_all_subjects) {
        Some(programme) => {
            let root = Spot { entity: programme, position: 0 };
            if order.len(programme) > 0 {
                together(interpreter, root, excluded, &mut settlement);
            }
            progress(settlement.subjects);
        }
        None if !settlement.programme(interpreter, excluded) => progress(settlement.subjects),
        None => {
            for position in 0..order.len(book.subject) {
                let root = Spot { entity: book.subject, position };
                if !is_excluded(interpreter, root, excluded) {
                    family(interpreter, root, &mut settlement);
                }
                progress(position + 1);
            }
        }
    }
    settlement.finish(book);
    settlement
}

/// Counts the subjects, those whose rows are unusable included.
fn subjects(book: &Rulebook, facts: &Facts) -> usize {
    let mut bad: Vec<&str> = facts
        .refused
        .iter()
        .filter(|refusal| refusal.entity == book.subject && refusal.row.is_none())
        .map(|refusal| refusal.id.as_str())
        .collect();
    bad.sort_unstable();
    bad.dedup();
    facts.rows(book.subject).ids.len() + bad.len()
}

fn is_excluded(interpreter: &Interpreter<'_>, spot: Spot, excluded: &[String]) -> bool {
    let row = interpreter.order.row(spot);
    excluded.contains(&interpreter.facts.rows(spot.entity).ids[row])
}

/// Settles one family: tries again without the rows that must be left out, until it holds or its root is refused.
fn family(interpreter: &mut Interpreter<'_>, root: Spot, settlement: &mut Settlement) {
    let before = settlement.refused.len();
    match settle_family(interpreter, root, &mut settlement.refused) {
        Ok(values) => settlement.push(values),
        Err(stop) => {
            record(interpreter.facts, &mut settlement.refused, before, &stop);
        }
    }
}

/// The values of one family: for each entity, its rows with their outputs.
type FamilyValues = Vec<Vec<(usize, Vec<Value>)>>;

fn settle_family(
    interpreter: &mut Interpreter<'_>,
    root: Spot,
    refused: &mut Vec<Refusal>,
) -> Result<FamilyValues, Stop> {
    interpreter.skipped.clear();
    let before = refused.len();
    loop {
        interpreter.turn_to(root);
        match attempt(interpreter, root) {
            Ok(values) => return Ok(values),
            Err(stops) => {
                let mut left_out = false;
                for stop in stops {
                    record(interpreter.facts, refused, before, &stop);
                    match skippable(interpreter, &stop, root) {
                        Some(spot) => left_out |= interpreter.skipped.insert(spot),
                        None => return Err(blame(interpreter, root, stop)),
                    }
                }
                if !left_out {
                    let message = text!("erreur interne : refus sans fin", "internal error: endless refusal");
                    return Err(interpreter.refuse(root, Reason::Child, "", message));
                }
            }
        }
    }
}

/// Adds a refusal that is not listed yet: neither by the reading of facts nor since `before`.
fn record(facts: &Facts, refused: &mut Vec<Refusal>, before: usize, stop: &Stop) {
    let listed = bad_refusal(facts, stop.entity, stop.row).is_some_and(|known| *known == **stop)
        || refused.iter().skip(before).any(|known| *known == **stop);
    if !listed {
        refused.push((**stop).clone());
    }
}

/// Turns the refusal of a row below into that of the subject.
fn blame(interpreter: &Interpreter<'_>, root: Spot, stop: Stop) -> Stop {
    let same = stop.entity == root.entity && stop.row == Some(interpreter.order.row(root));
    let above = stop.entity != root.entity && !interpreter.plan.book.is_under(stop.entity, root.entity);
    if same || above {
        return stop;
    }
    let entity = &interpreter.plan.book.entities[stop.entity.0].name;
    let id = &stop.id;
    let message = crate::Text::new(
        format!("{entity} {id} : {}", stop.message.fr),
        format!("{entity} {id}: {}", stop.message.en),
    );
    interpreter.refuse(root, Reason::Child, &stop.about, message)
}

/// Finds the row to leave out for a refusal: the refused one or the nearest above it that may be left out.
fn skippable(interpreter: &Interpreter<'_>, stop: &Stop, root: Spot) -> Option<Spot> {
    let book = interpreter.plan.book;
    let row = stop.row?;
    let range = interpreter.order.under(book, root, stop.entity);
    let position = range
        .into_iter()
        .find(|position| interpreter.order.row(Spot { entity: stop.entity, position: *position }) == row)?;
    let mut here = Spot { entity: stop.entity, position };
    while here != root {
        if book.entities[here.entity.0].skip_refused {
            return Some(here);
        }
        here = interpreter.order.above(book, here)?;
    }
    None
}

/// Computes everything once; on failure returns every refusal found, so that few attempts are needed.
fn attempt(interpreter: &mut Interpreter<'_>, root: Spot) -> Result<FamilyValues, Vec<Stop>> {
    let book = interpreter.plan.book;
    let subject = book.subject;
    let mut order = vec![subject];
    order.extend((0..book.entities.len()).map(EntityId).filter(|entity| *entity != subject));
    let mut stops: Vec<Stop> = Vec::new();
    let mut values = Vec::new();
    let admitted = interpreter.ground().is_some_and(|ground| ground.admits);
    for entity in order.iter().filter(|_| !admitted) {
        for spot in spots(interpreter, root, *entity) {
            if let Err(stop) = admit(interpreter, spot) {
                stops.push(stop);
            }
        }
    }
    if !stops.is_empty() {
        stops.append(&mut interpreter.refusals);
        return Err(stops);
    }
    for entity in order {
        let outputs = interpreter.plan.outputs(entity);
        let mut rows = Vec::new();
        for spot in spots(interpreter, root, entity) {
            let row: Result<Vec<Value>, Stop> =
                outputs.iter().map(|output| interpreter.read(*output, spot)).collect();
            match row {
                Ok(row) => rows.push((interpreter.order.row(spot), row)),
                Err(stop) if !stops.contains(&stop) => stops.push(stop),
                Err(_) => {}
            }
        }
        values.push(rows);
    }
    for stop in std::mem::take(&mut interpreter.refusals) {
        if !stops.contains(&stop) {
            stops.push(stop);
        }
    }
    if stops.is_empty() { Ok(values) } else { Err(stops) }
}

fn spots(interpreter: &Interpreter<'_>, root: Spot, entity: EntityId) -> Vec<Spot> {
    let book = interpreter.plan.book;
    if !book.is_under(entity, root.entity) {
        return Vec::new();
    }
    let range = interpreter.order.under(book, root, entity);
    range.map(|position| Spot { entity, position }).filter(|spot| !interpreter.is_skipped(*spot)).collect()
}

/// Checks that every required fact is there and that no check is broken.
fn admit(interpreter: &mut Interpreter<'_>, spot: Spot) -> Result<(), Stop> {
    let plan = interpreter.plan;
    let row = interpreter.order.row(spot);
    if let Some(bad) = bad_row(interpreter, spot, row) {
        return Err(bad);
    }
    for (index, input) in plan.book.inputs.iter().enumerate() {
        let id = InputId(index);
        if input.of == spot.entity && input.default.is_none() && plan.has_input(id) {
            interpreter.input(id, spot)?;
        }
    }
    for check in plan.checks().filter(|check| check.of == spot.entity) {
        if !interpreter.truth(&check.formula, spot)? {
            let words = interpreter.sentence(&check.message, spot).unwrap_or_else(|| check.named.label());
            return Err(interpreter.refuse(spot, Reason::Check, &check.named.name, words));
        }
    }
    Ok(())
}

/// Returns the refusal of a row whose cells could not be read.
fn bad_row(interpreter: &Interpreter<'_>, spot: Spot, row: usize) -> Option<Stop> {
    bad_refusal(interpreter.facts, spot.entity, Some(row)).map(|refusal| std::sync::Arc::new(refusal.clone()))
}

pub(super) fn bad_refusal(facts: &Facts, entity: EntityId, row: Option<usize>) -> Option<&Refusal> {
    row?;
    let found = facts.refused.binary_search_by_key(&(entity, row), |refusal| (refusal.entity, refusal.row));
    facts.refused.get(found.ok()?)
}

/// Settles all subjects at once, because a rule reads them together: one that is refused blocks the others.
fn together(interpreter: &mut Interpreter<'_>, root: Spot, excluded: &[String], settlement: &mut Settlement) {
    let book = interpreter.plan.book;
    let subject = book.subject;
    interpreter.skipped.clear();
    for position in 0..interpreter.order.len(subject) {
        let spot = Spot { entity: subject, position };
        if is_excluded(interpreter, spot, excluded) {
            interpreter.skipped.insert(spot);
        }
    }
    let orphans = settlement
        .refused
        .iter()
        .any(|refusal| refusal.entity == subject && refusal.row.is_none() && !excluded.contains(&refusal.id));
    let before = settlement.refused.len();
    let kept = interpreter.skipped.clone();
    let values = loop {
        interpreter.turn_to(root);
        match attempt(interpreter, root) {
            Ok(values) if !orphans => break Some(values),
            Ok(_) => break None,
            Err(stops) => {
                let mut left_out = false;
                let mut fatal = false;
                for stop in stops {
                    record(interpreter.facts, &mut settlement.refused, before, &stop);
                    match skippable(interpreter, &stop, root).filter(|spot| spot.entity != subject) {
                        Some(spot) => left_out |= interpreter.skipped.insert(spot),
                        None => {
                            fatal = true;
                            let climbed = climb_to_subject(interpreter, &stop);
                            if let Some(spot) = climbed {
                                let blamed = blame(interpreter, spot, stop);
                                record(interpreter.facts, &mut settlement.refused, before, &blamed);
                            }
                        }
                    }
                }
                if fatal || !left_out {
                    break None;
                }
            }
        }
    };
    match values {
        Some(values) => settlement.push(values),
        None => block(interpreter, &kept, before, settlement),
    }
}

fn climb_to_subject(interpreter: &Interpreter<'_>, stop: &Stop) -> Option<Spot> {
    let book = interpreter.plan.book;
    let row = stop.row?;
    let position = (0..interpreter.order.len(stop.entity))
        .find(|position| interpreter.order.row(Spot { entity: stop.entity, position: *position }) == row)?;
    interpreter.order.climb(book, Spot { entity: stop.entity, position }, book.subject)
}

/// Refuses every subject that is not refused for a reason of its own.
fn block(
    interpreter: &Interpreter<'_>,
    excluded: &std::collections::BTreeSet<Spot>,
    before: usize,
    settlement: &mut Settlement,
) {
    let subject = interpreter.plan.book.subject;
    let named: Vec<String> = settlement
        .refused
        .iter()
        .skip(before)
        .chain(settlement.refused.iter().take(before))
        .filter(|refusal| refusal.entity == subject)
        .map(|refusal| refusal.id.clone())
        .collect();
    let list = named.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    for position in 0..interpreter.order.len(subject) {
        let spot = Spot { entity: subject, position };
        let row = interpreter.order.row(spot);
        let id = &interpreter.facts.rows(subject).ids[row];
        if excluded.contains(&spot) || named.contains(id) {
            continue;
        }
        let message = if named.is_empty() {
            text!("ce qui réunit tous les sujets est refusé", "what holds all subjects together is refused")
        } else {
            text!(
                "une règle lit tous les sujets ensemble, et d'autres sont refusés ({list}) : les corriger, ou --exclude",
                "a rule reads all subjects together, and others are refused ({list}): correct them, or use --exclude"
            )
        };
        settlement.refused.push((*interpreter.refuse(spot, Reason::Blocked, "", message)).clone());
    }
}

/// Admits the family of a spot before it is traced, and returns the family's root.
pub(super) fn prepare(
    interpreter: &mut Interpreter<'_>,
    spot: Spot,
    excluded: &[String],
) -> Result<Spot, Stop> {
    let book = interpreter.plan.book;
    let programme = book.entities[book.subject.0].parent.filter(|_| interpreter.plan.over_all_subjects);
    let top = programme.unwrap_or(book.subject);
    let root = interpreter.order.climb(book, spot, top).unwrap_or(spot);
    if root.entity != book.subject && programme.is_none() {
        admit(interpreter, root)?;
        return Ok(root);
    }
    if root.entity != book.subject {
        let mut settlement = Settlement::default();
        together(interpreter, root, excluded, &mut settlement);
        let row = interpreter.order.row(spot);
        let found = settlement
            .refused
            .iter()
            .find(|refusal| refusal.entity == spot.entity && refusal.row == Some(row));
        return found.map_or(Ok(root), |refusal| Err(std::sync::Arc::new(refusal.clone())));
    }
    settle_family(interpreter, root, &mut Vec::new())?;
    if interpreter.is_skipped(spot) {
        return Err(admit(interpreter, spot).err().unwrap_or_else(|| interpreter.mistyped(spot)));
    }
    Ok(root)
}

/// Leaves out the rows below that were refused and may be; returns whether there is one, so that trying again makes sense.
fn leave_out(interpreter: &mut Interpreter<'_>, wanted: Spot, root: Spot) -> bool {
    let book = interpreter.plan.book;
    let mut left_out = false;
    for stop in std::mem::take(&mut interpreter.refusals) {
        let spot = skippable(interpreter, &stop, root).filter(|spot| spot.entity != book.subject);
        // What is asked for is never left out.
        if let Some(spot) =
            spot.filter(|spot| interpreter.order.climb(book, wanted, spot.entity) != Some(*spot))
        {
            left_out |= interpreter.skipped.insert(spot);
        }
    }
    left_out
}

/// Computes single values and nothing else: only the facts they reach are needed.
///
/// Each is asked for by the entity, the id of the row and the reference; none stands for an unknown row.
pub fn compute(
    plan: &Plan<'_>,
    facts: &Facts,
    wanted: &[(EntityId, &str, Reference)],
) -> Vec<Result<Value, Option<Box<Refusal>>>> {
    let book = plan.book;
    let order = Order::new(book, facts);
    let mut interpreter = Interpreter::new(plan, facts, &order, false);
    let top = super::order::top_down(book).first().copied().unwrap_or(book.subject);
    let mut results = Vec::with_capacity(wanted.len());
    for (entity, id, reference) in wanted {
        let position = (0..order.len(*entity)).find(|position| {
            let row = order.row(Spot { entity: *entity, position: *position });
            facts.rows(*entity).ids[row] == *id
        });
        let spot = position.map(|position| Spot { entity: *entity, position });
        let root = spot.and_then(|spot| order.climb(book, spot, top));
        let (Some(spot), Some(root)) = (spot, root) else {
            results.push(Err(None));
            continue;
        };
        interpreter.skipped.clear();
        let result = loop {
            interpreter.turn_to(root);
            let result = match bad_row(&interpreter, spot, order.row(spot)) {
                Some(bad) => Err(bad),
                None => interpreter.read(*reference, spot),
            };
            if result.is_ok() || !leave_out(&mut interpreter, spot, root) {
                break result;
            }
        };
        results.push(result.map_err(|stop| Some(Box::new((*stop).clone()))));
    }
    results
}
