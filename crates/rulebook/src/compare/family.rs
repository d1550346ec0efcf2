//! The rows of one subject on both sides, matched by their ids, and any mixture of them.

use std::collections::{BTreeMap, HashMap};

use super::CauseKind as Kind;
use super::atoms::Atom;
use super::reach::Reach;
use super::sides::{Known, Moment, Pair, same_kind, translated};
use crate::book::{DefaultValue, Input};
use crate::facts::{Column, Facts};
use crate::interpret::order::{Spot, top_down};
use crate::{EntityId, InputId, Period, Rulebook, Type, Value};

/// The rows of a subject, of those above it and below it; of other subjects too when a rule reads them together.
#[derive(Debug)]
pub(super) struct Family {
    levels: Vec<Level>,
    inputs: Vec<Cells>,
    /// What decides on the rows of other subjects.
    others: Option<usize>,
}

/// The rows of one entity.
#[derive(Debug)]
struct Level {
    entity: Pair<Option<EntityId>>,
    parent: Option<usize>,
    rows: Vec<Matched>,
    /// What decides on the rows of one side only.
    arrivals: Option<usize>,
}

/// A row, on one side or on both.
#[derive(Debug)]
struct Matched {
    id: String,
    /// The row of the level above.
    parent: Option<usize>,
    row: Pair<Option<usize>>,
    /// How near it is to what is compared.
    nearness: Nearness,
}

/// How near a row is to the one that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Nearness {
    /// It is that row, or stands above it.
    #[default]
    Own,
    /// It is of the same subject.
    Family,
    /// It is of another subject.
    Foreign,
}

/// The cells of one input.
#[derive(Debug)]
struct Cells {
    level: usize,
    input: Pair<Option<InputId>>,
    /// For each row what decides; nothing when both sides agree.
    atom: Vec<Option<usize>>,
    /// For each row the cell of each side, in the terms of either rulebook.
    values: Pair<Vec<Pair<Option<Value>>>>,
}

/// What makes two rows the same: the row above, and the id.
type Key = (Option<usize>, String);

/// What is needed to match rows.
pub(super) struct Matching<'a> {
    pub(super) known: &'a Pair<Known<'a>>,
    /// Everything that may have changed; what the facts of this subject add is put here.
    pub(super) atoms: &'a mut Vec<Atom>,
    pub(super) reach: &'a Reach,
    /// Whether a rule reads all subjects together.
    pub(super) all_subjects: bool,
}

impl Matching<'_> {
    /// Matches the rows of a subject that both sides know.
    pub(super) fn family(mut self, id: &str) -> Family {
        let mut levels: Vec<(String, Level)> = Vec::new();
        for name in self.entity_names() {
            let level = self.level(&name, id, &levels);
            levels.push((name, level));
        }
        let others = levels.iter().any(|(_, level)| level.rows.iter().any(Matched::is_foreign));
        let others = others.then(|| self.add(Atom::others(&self.known.after)));
        for (name, level) in &mut levels {
            level.arrivals = self.arrivals(name, level);
        }
        let names: Vec<String> = levels.iter().map(|(name, _)| name.clone()).collect();
        let levels: Vec<Level> = levels.into_iter().map(|(_, level)| level).collect();
        let mut inputs = Vec::new();
        for name in self.input_names() {
            inputs.extend(self.cells(&name, &names, &levels, others));
        }
        Family { levels, inputs, others }
    }

    fn add(&mut self, atom: Atom) -> usize {
        self.atoms.push(atom);
        self.atoms.len() - 1
    }

    /// Returns the entities of both rulebooks, each after its parent.
    fn entity_names(&self) -> Vec<String> {
        let names = |known: &Known<'_>| {
            let book = known.book();
            let all = top_down(book).into_iter().map(|entity| book.entities[entity.0].name.clone());
            all.collect::<Vec<String>>()
        };
        let mut all = names(&self.known.before);
        let more = names(&self.known.after).into_iter().filter(|name| !all.contains(name));
        let more: Vec<String> = more.collect();
        all.extend(more);
        all
    }

    fn input_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Moment::BOTH
            .iter()
            .flat_map(|moment| &self.known.get(*moment).book().inputs)
            .map(|input| input.decl.named.name.clone())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn level(&self, name: &str, id: &str, above: &[(String, Level)]) -> Level {
        let entity = Pair::of(|moment| self.known.get(moment).book().entity(name));
        let mut rows: BTreeMap<Key, (Pair<Option<usize>>, Nearness)> = BTreeMap::new();
        let mut parent = None;
        for moment in Moment::BOTH {
            let (known, Some(entity)) = (self.known.get(moment), *entity.get(moment)) else { continue };
            let book = known.book();
            let parent_name = book.entities[entity.0].parent.map(|parent| &book.entities[parent.0].name);
            parent = above.iter().position(|(name, _)| Some(name) == parent_name);
            let matched = parent.map(|parent| above[parent].1.rows.iter().enumerate());
            let matched = matched.into_iter().flatten();
            let parents: HashMap<usize, usize> =
                matched.filter_map(|(place, matched)| Some(((*matched.row.get(moment))?, place))).collect();
            for (row, nearness) in self.rows(moment, entity, id) {
                let parent_row = known.side.facts.rows(entity).parents.get(row).copied().flatten();
                let parent_row = parent_row.and_then(|row| parents.get(&row).copied());
                // There is one programme: it is the same whatever it is called.
                let key = match parent {
                    None if entity != book.subject => String::new(),
                    _ => known.side.facts.rows(entity).ids[row].clone(),
                };
                let matched = rows.entry((parent_row, key)).or_default();
                *matched.0.get_mut(moment) = Some(row);
                matched.1 = matched.1.max(nearness);
            }
        }
        let rows = rows.into_iter().map(|((parent, key), (row, nearness))| {
            let id = if key.is_empty() { self.id_of(&entity, &row) } else { key };
            Matched { id, parent, row, nearness }
        });
        Level { rows: rows.collect(), entity, parent, arrivals: None }
    }

    fn id_of(&self, entity: &Pair<Option<EntityId>>, row: &Pair<Option<usize>>) -> String {
        let id = |moment| {
            let rows = self.known.get(moment).side.facts.rows((*entity.get(moment))?);
            rows.ids.get((*row.get(moment))?).cloned()
        };
        id(Moment::After).or_else(|| id(Moment::Before)).unwrap_or_default()
    }

    /// Returns the rows of an entity that play a part on one side, and how near each is.
    fn rows(&self, moment: Moment, entity: EntityId, id: &str) -> Vec<(usize, Nearness)> {
        let known = self.known.get(moment);
        let (book, order) = (known.book(), &known.order);
        let Some(place) = known.places.get(id) else { return Vec::new() };
        let subject = Spot { entity: book.subject, position: place.subject };
        let target = Spot { entity: known.entity, position: place.position };
        let row = |position| order.row(Spot { entity, position });
        if !book.is_under(entity, book.subject) {
            return (0..order.len(entity)).map(|position| (row(position), Nearness::Own)).collect();
        }
        let own = order.under(book, subject, entity);
        let all = if self.all_subjects { 0..order.len(entity) } else { own.clone() };
        let counts = |position: &usize| {
            let spot = Spot { entity, position: *position };
            let root = order.climb(book, spot, book.subject);
            let here = root.is_some_and(|root| !known.side.is_excluded(order, root));
            here && !known.left_out.contains(&(entity, order.row(spot)))
        };
        let nearness = |position: usize| match own.contains(&position) {
            true if order.climb(book, target, entity) == Some(Spot { entity, position }) => Nearness::Own,
            true => Nearness::Family,
            false => Nearness::Foreign,
        };
        all.filter(counts).map(|position| (row(position), nearness(position))).collect()
    }

    /// Returns what decides on rows that stand on one side only.
    fn arrivals(&mut self, name: &str, level: &Level) -> Option<usize> {
        level.entity.both()?;
        let count = |moment: Moment| {
            let only = |row: &&Matched| row.row.get(moment.other()).is_none() && !row.is_foreign();
            level.rows.iter().filter(only).count()
        };
        let (left, arrived) = (count(Moment::Before), count(Moment::After));
        if left + arrived == 0 {
            return None;
        }
        let mut atom = Atom::arrivals(self.known, name, arrived, left);
        atom.reached = self.reach.entities.contains(name);
        Some(self.add(atom))
    }

    /// Compares the cells of one input; nothing when neither side has rows for it.
    fn cells(
        &mut self,
        name: &str,
        names: &[String],
        levels: &[Level],
        others: Option<usize>,
    ) -> Option<Cells> {
        let input = Pair::of(|moment| input_named(self.known.get(moment).book(), name));
        let (id, book) = match (input.after, input.before) {
            (Some(id), _) => (id, self.known.after.book()),
            (None, Some(id)) => (id, self.known.before.book()),
            (None, None) => return None,
        };
        let entity = &book.entities[book.inputs[id.0].of.0].name;
        let place = names.iter().position(|known| known == entity)?;
        let level = levels.get(place)?;
        let both = input.both().is_some_and(|(before, after)| self.comparable(*before, *after));
        let mut values = Pair::of(|_| Vec::with_capacity(level.rows.len()));
        let mut changes: [Vec<Pair<Option<Value>>>; 2] = Default::default();
        let mut nearness = Vec::with_capacity(level.rows.len());
        for row in &level.rows {
            let cell = self.cell(&input, row, both);
            for moment in Moment::BOTH {
                values.get_mut(moment).push(cell.get(moment).clone());
            }
            let differs = both && row.row.both().is_some() && cell.before.before != cell.before.after;
            nearness.push(differs.then_some(row.nearness));
            match row.nearness {
                Nearness::Own if differs => changes[0].push(cell.after),
                Nearness::Family if differs => changes[1].push(cell.after),
                _ => {}
            }
        }
        let [own, family] = [Kind::Fact, Kind::LowerFact]
            .into_iter()
            .zip(changes)
            .map(|(kind, changes)| (!changes.is_empty()).then(|| self.changed(name, kind, &changes)))
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or([None, None]);
        let atom = nearness.into_iter().map(|nearness| match nearness? {
            Nearness::Own => own,
            Nearness::Family => family,
            Nearness::Foreign => others,
        });
        let atom = atom.collect();
        Some(Cells { level: place, input, atom, values })
    }

    /// Adds what decides on the changed cells of an input.
    fn changed(&mut self, name: &str, kind: Kind, changes: &[Pair<Option<Value>>]) -> usize {
        let mut atom = Atom::fact(self.known, name, kind, changes);
        atom.reached = self.reach.inputs.contains(name);
        self.add(atom)
    }

    /// Returns whether an input means the same in both rulebooks.
    fn comparable(&self, before: InputId, after: InputId) -> bool {
        let (a, b) = (self.known.before.book(), self.known.after.book());
        let (one, other) = (&a.inputs[before.0], &b.inputs[after.0]);
        same_kind((a, &one.kind), (b, &other.kind))
            && a.entities[one.of.0].name == b.entities[other.of.0].name
    }

    /// Returns the cell of each side, in the terms of either rulebook.
    fn cell(&self, input: &Pair<Option<InputId>>, row: &Matched, both: bool) -> Pair<Pair<Option<Value>>> {
        let given = Pair::of(|moment| {
            let (known, id) = (self.known.get(moment), (*input.get(moment))?);
            known.side.facts.rows(known.book().inputs[id.0].of).cell(id, (*row.row.get(moment))?)
        });
        let own = |moment: Moment| Pair::of(|_| given.get(moment).clone());
        if !both {
            return Pair::of(own);
        }
        let declared = Pair::of(|moment| {
            let known = self.known.get(moment);
            let input = input.get(moment).map(|id| &known.book().inputs[id.0]);
            input.map(|input| (known.book(), input, known.side.plan.period))
        });
        let Some((before, after)) = declared.both() else { return Pair::of(own) };
        let side = |moment| match moment {
            Moment::Before => before,
            Moment::After => after,
        };
        let taken = match (&given.before, &given.after, row.row.both()) {
            // Nobody gave it: the rules in force say what it is taken for.
            (None, None, _) => Pair::default(),
            (_, _, Some(_)) => taken(&given, *before, *after),
            (_, _, None) => Pair::of(|_| given.any().cloned()),
        };
        let said = Pair::of(|rules| {
            Pair::of(|moment| {
                let from = if row.row.both().is_some() {
                    moment
                } else if row.row.after.is_some() {
                    Moment::After
                } else {
                    Moment::Before
                };
                let value = taken.get(moment).as_ref();
                let (from, to) = (side(from), side(rules));
                value.map(|value| translated(value, (from.0, &from.1.kind), (to.0, &to.1.kind)))
            })
        });
        let sayable = Moment::BOTH.iter().all(|rules| {
            let said = said.get(*rules);
            said.before != Some(None) && said.after != Some(None)
        });
        if !sayable {
            // One of the rulebooks has no word for it: each keeps its own.
            return Pair::of(own);
        }
        Pair::of(|rules| Pair::of(|moment| said.get(rules).get(moment).clone().flatten()))
    }
}

/// What an input is, in which rulebook, in which period.
type Declared<'a> = (&'a Rulebook, &'a Input, Period);

/// Returns what each side takes a fact for that one of them was given; nothing where it follows the period.
fn taken(given: &Pair<Option<Value>>, before: Declared<'_>, after: Declared<'_>) -> Pair<Option<Value>> {
    let on = |given: &Option<Value>, (_, input, period): Declared<'_>| {
        let follows = match input.default {
            Some(DefaultValue::StartOfPeriod) => Some(Value::Date(period.first)),
            Some(DefaultValue::EndOfPeriod) => Some(Value::Date(period.last)),
            Some(DefaultValue::Plain(_)) | None => None,
        };
        match (given, &input.default) {
            (None, Some(DefaultValue::Plain(value))) => Some(value.clone()),
            (None, _) => None,
            // A day given in so many words that is the default's follows the period all the same.
            (Some(value), _) => Some(value.clone()).filter(|value| follows.as_ref() != Some(value)),
        }
    };
    let mut taken = Pair { before: on(&given.before, before), after: on(&given.after, after) };
    // A fact that only one of the two knows belongs to the rules that read it.
    let there = |kind: (&Rulebook, &Type), value: &Value, to: (&Rulebook, &Type)| translated(value, kind, to);
    let (a, b) = ((before.0, &before.1.kind), (after.0, &after.1.kind));
    if given.before.is_none() && before.1.default.is_none() {
        taken.before = taken.after.as_ref().and_then(|value| there(b, value, a));
    }
    if given.after.is_none() && after.1.default.is_none() {
        taken.after = taken.before.as_ref().and_then(|value| there(a, value, b));
    }
    taken
}

fn input_named(book: &Rulebook, name: &str) -> Option<InputId> {
    book.inputs.iter().position(|input| input.decl.named.name == name).map(InputId)
}

impl Matched {
    fn is_foreign(&self) -> bool {
        self.nearness == Nearness::Foreign
    }
}

impl Family {
    /// Returns the facts of a mixture, for the rulebook of one side.
    ///
    /// `moments` says for each atom which side it is taken from.
    pub(super) fn mixed(&self, book: &Rulebook, rules: Moment, moments: &[Moment]) -> Facts {
        let mut facts = Facts::empty(book);
        let mut kept: Vec<Vec<Option<usize>>> = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            let places = self.kept(level, &kept, rules, moments);
            if let Some(entity) = level.entity.get(rules) {
                let rows = &mut facts.entities[entity.0];
                for (matched, _) in level.rows.iter().zip(&places).filter(|(_, place)| place.is_some()) {
                    rows.ids.push(matched.id.clone());
                    let above = level.parent.and_then(|parent| kept.get(parent));
                    rows.parents.push(above.and_then(|above| *above.get(matched.parent?)?));
                }
            }
            kept.push(places);
        }
        for cells in &self.inputs {
            let Some(id) = cells.input.get(rules) else { continue };
            let input = &book.inputs[id.0];
            if self.levels[cells.level].entity.get(rules) != &Some(input.of) {
                continue;
            }
            let values = cells.values.get(rules).iter().zip(&cells.atom).zip(&kept[cells.level]);
            let values = values.filter(|(_, place)| place.is_some()).map(|((value, atom), _)| {
                // What nobody decides on is the same on both sides, or follows the rules.
                let moment = atom.and_then(|atom| moments.get(atom)).copied().unwrap_or(rules);
                value.get(moment).clone()
            });
            facts.entities[input.of.0].columns.push(Column::new(*id, &input.kind, values));
        }
        facts
    }

    /// Returns the place of each row that is there, counted over those that are.
    fn kept(
        &self,
        level: &Level,
        above: &[Vec<Option<usize>>],
        rules: Moment,
        moments: &[Moment],
    ) -> Vec<Option<usize>> {
        let mut count = 0;
        let one_book = level.entity.both().is_none();
        let is_there = |row: &Matched| {
            let atom = if row.is_foreign() { self.others } else { level.arrivals };
            let moment = atom.and_then(|atom| moments.get(atom)).copied().unwrap_or(rules);
            let own = one_book || row.row.both().is_some() || row.row.get(moment).is_some();
            let parent = level.parent.and_then(|parent| above.get(parent));
            own && parent.is_none_or(|parent| {
                row.parent.and_then(|place| parent.get(place)).is_some_and(Option::is_some)
            })
        };
        let mut places = Vec::with_capacity(level.rows.len());
        for row in &level.rows {
            places.push(is_there(row).then(|| {
                count += 1;
                count - 1
            }));
        }
        places
    }
}
