//! The two runs that are compared, and how one says what the other means.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use exact::Rational;

use super::Side;
use crate::book::{Reference, Rulebook};
use crate::interpret::order::{Order, Spot};
use crate::{EntityId, Text, Type, Value};

/// Which of the two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    Before,
    After,
}

impl Moment {
    pub(super) const BOTH: [Self; 2] = [Self::Before, Self::After];

    pub(super) fn other(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
        }
    }
}

/// Something of each run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pair<T> {
    pub(super) before: T,
    pub(super) after: T,
}

impl<T> Pair<T> {
    pub(super) fn of(mut each: impl FnMut(Moment) -> T) -> Self {
        Self { before: each(Moment::Before), after: each(Moment::After) }
    }

    pub(super) fn get(&self, moment: Moment) -> &T {
        match moment {
            Moment::Before => &self.before,
            Moment::After => &self.after,
        }
    }

    pub(super) fn get_mut(&mut self, moment: Moment) -> &mut T {
        match moment {
            Moment::Before => &mut self.before,
            Moment::After => &mut self.after,
        }
    }
}

impl<T> Pair<Option<T>> {
    /// Returns both, when both are there.
    pub(super) fn both(&self) -> Option<(&T, &T)> {
        Some((self.before.as_ref()?, self.after.as_ref()?))
    }

    /// Returns the one that is there, the later one first.
    pub(super) fn any(&self) -> Option<&T> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// One run, ready to be looked up.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) side: Side<'a>,
    pub(super) order: Order,
    /// The entity whose rows are compared.
    pub(super) entity: EntityId,
    /// Where each compared row stands, by id.
    pub(super) places: HashMap<&'a str, Place>,
    /// The place of each settled row among the results, by id.
    settled: HashMap<&'a str, usize>,
    /// Why each refused row was refused, by id.
    pub(super) refused: BTreeMap<&'a str, &'a Text>,
    /// Rows below subjects that were refused: the results are without them.
    pub(super) left_out: BTreeSet<(EntityId, usize)>,
}

/// Where a compared row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The row itself in the tree.
    pub(super) position: usize,
    /// Its subject in the tree.
    pub(super) subject: usize,
}

impl<'a> Known<'a> {
    pub(super) fn new(side: Side<'a>, entity: EntityId) -> Self {
        let book = side.plan.book;
        let order = Order::new(book, side.facts);
        let ids = &side.facts.rows(entity).ids;
        let place = |position| {
            let spot = Spot { entity, position };
            let subject = order.climb(book, spot, book.subject)?;
            let id = ids.get(order.row(spot))?.as_str();
            let place = Place { position, subject: subject.position };
            (!side.is_excluded(&order, subject)).then_some((id, place))
        };
        let places: HashMap<&str, Place> = (0..order.len(entity)).filter_map(place).collect();
        let results = side.settlement.entities.iter().find(|results| results.entity == entity);
        let settled = results.map_or_else(HashMap::new, |results| {
            let id = |index| Some((ids.get(results.facts_row(index))?.as_str(), index));
            (0..results.len()).filter_map(id).collect()
        });
        let mut refused = BTreeMap::new();
        let mut left_out = BTreeSet::new();
        for refusal in &side.settlement.refused {
            if refusal.entity == entity {
                refused.entry(refusal.id.as_str()).or_insert(&refusal.message);
            }
            if let Some(row) = refusal.row.filter(|_| refusal.entity != book.subject) {
                left_out.insert((refusal.entity, row));
            }
        }
        refused
            .retain(|id, _| entity != book.subject || !side.excluded.iter().any(|excluded| excluded == id));
        Self { side, order, entity, places, settled, refused, left_out }
    }

    /// Returns why a row has no result: its own reason, or that of its subject.
    pub(super) fn why(&self, id: &str) -> Option<Text> {
        if let Some(why) = self.refused.get(id) {
            return Some((*why).clone());
        }
        let subject = Spot { entity: self.book().subject, position: self.places.get(id)?.subject };
        let row = self.order.row(subject);
        let mut refused = self.side.settlement.refused.iter();
        let found = refused.find(|refusal| refusal.entity == subject.entity && refusal.row == Some(row));
        found.map(|refusal| refusal.message.clone())
    }

    pub(super) fn book(&self) -> &'a Rulebook {
        self.side.plan.book
    }

    pub(super) fn is_settled(&self, id: &str) -> bool {
        self.settled.contains_key(id)
    }

    /// Returns the result of a settled subject; zero for an output that does not exist on this side.
    pub(super) fn value(&self, id: &str, output: Option<Reference>) -> Option<Rational> {
        let index = *self.settled.get(id)?;
        let Some(output) = output else { return Some(Rational::ZERO) };
        let results = self.side.settlement.entities.iter().find(|results| results.entity == self.entity)?;
        let place = results.outputs.iter().position(|known| *known == output)?;
        results.value(index, place)?.as_number().cloned()
    }
}

impl Side<'_> {
    /// Returns whether a subject was left out by name.
    pub(super) fn is_excluded(&self, order: &Order, subject: Spot) -> bool {
        let ids = &self.facts.rows(subject.entity).ids;
        ids.get(order.row(subject)).is_some_and(|id| self.excluded.contains(id))
    }
}

/// Returns whether values of two types mean the same; those of enumerations are told by their names.
pub(super) fn same_kind(one: (&Rulebook, &Type), other: (&Rulebook, &Type)) -> bool {
    match (one.1, other.1) {
        (Type::Enum(a), Type::Enum(b)) => one.0.enums[a.0].name == other.0.enums[b.0].name,
        (a, b) => a == b,
    }
}

/// Returns whether values of two types are also written the same: enumerations list the same names.
pub(super) fn same_values(one: (&Rulebook, &Type), other: (&Rulebook, &Type)) -> bool {
    let names = |(book, kind): (&Rulebook, &Type)| match kind {
        Type::Enum(id) => book.enums[id.0].values.iter().map(|value| value.name.clone()).collect(),
        _ => Vec::new(),
    };
    same_kind(one, other) && names(one) == names(other)
}

/// Says a value in the terms of another rulebook; nothing when it has no word for it.
pub(super) fn translated(value: &Value, from: (&Rulebook, &Type), to: (&Rulebook, &Type)) -> Option<Value> {
    match (value, from.1, to.1) {
        (Value::Enum(index), Type::Enum(a), Type::Enum(b)) => {
            let name = &from.0.enums[a.0].values.get(*index)?.name;
            to.0.enums[b.0].values.iter().position(|value| value.name == *name).map(Value::Enum)
        }
        _ => Some(value.clone()),
    }
}
