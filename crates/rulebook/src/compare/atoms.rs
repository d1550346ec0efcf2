//! The single changes between two runs, before they are put together into players.

use std::collections::BTreeSet;

use super::reach::Reach;
use super::sides::{Known, Moment, Pair, same_kind, same_values};
use super::{CauseKind as Kind, words};
use crate::book::{DefaultValue, Row, Rulebook};
use crate::check::table_rows::Cell;
use crate::model::Edge;
use crate::plan::TableInForce;
use crate::{AllocationId, ParameterId, Plan, RuleId, TableId, Text, Type, Value};

/// One thing that differs between the two runs.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// What changed, and how.
    pub(super) label: Text,
    /// The same for all subjects together: without their values.
    pub(super) title: Text,
    /// What groups a fact with others.
    pub(super) theme: Option<Text>,
    /// Whether an output may depend on it.
    pub(super) reached: bool,
    /// Whether it is a day: days belong to their period.
    pub(super) is_day: bool,
    pub(super) what: What,
}

/// Where the other value of an atom is found.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// The rules themselves.
    Rules,
    /// The days of the period.
    Period,
    /// The value of a parameter.
    Parameter(Pair<ParameterId>),
    /// The rows of a table.
    Table(Pair<TableId>),
    /// Cells or rows of the facts.
    Facts,
}

impl Atom {
    fn new(kind: Kind, name: &str, label: Text, what: What) -> Self {
        let (name, title) = (name.to_owned(), label.clone());
        Self { kind, name, label, title, theme: None, reached: true, is_day: false, what }
    }

    /// Returns the atom of everything that the other subjects bring.
    pub(super) fn others(known: &Known<'_>) -> Self {
        let label = words::others(known.book());
        Self::new(Kind::Others, &known.book().instrument.subject, label, What::Facts)
    }

    /// Returns the atom of the rows of an entity that come and go.
    pub(super) fn arrivals(known: &Pair<Known<'_>>, entity: &str, arrived: usize, left: usize) -> Self {
        let label = words::arrivals(known, entity, arrived, left);
        let mut atom = Self::new(Kind::Arrivals, entity, label, What::Facts);
        atom.title = words::arrivals_title(known.after.book(), entity);
        atom
    }

    /// Returns the atom of a fact whose cells changed.
    pub(super) fn fact(
        known: &Pair<Known<'_>>,
        name: &str,
        kind: Kind,
        changes: &[Pair<Option<Value>>],
    ) -> Self {
        let book = known.after.book();
        let mut atom =
            Self::new(kind, name, words::fact(known, name, changes, kind == Kind::LowerFact), What::Facts);
        if let Some(input) = book.inputs.iter().find(|input| input.decl.named.name == name) {
            atom.title = words::fact_title(book, input, kind == Kind::LowerFact);
            atom.theme.clone_from(&input.decl.theme);
            atom.is_day = input.kind == Type::Date;
        }
        atom
    }

    /// Returns the atom of the rules, which changed in these places.
    pub(super) fn rules(known: &Pair<Known<'_>>, changed: &[(String, Text)]) -> Self {
        let names: Vec<&str> = changed.iter().map(|(name, _)| name.as_str()).collect();
        Self::new(Kind::Rules, &names.join(" "), words::rules(known, changed), What::Rules)
    }
}

/// Finds what differs between the two rulebooks as they stand, whoever is compared.
pub(super) fn of_rulebooks(known: &Pair<Known<'_>>, reach: &Reach) -> Vec<Atom> {
    let plans = Pair::of(|moment| known.get(moment).side.plan);
    let mut changed = Changed::default();
    let mut atoms = Vec::new();
    changed_rules(&plans, reach, &mut changed);
    parameters(&plans, reach, &mut atoms, &mut changed);
    tables(&plans, reach, &mut atoms, &mut changed);
    changed_inputs(&plans, reach, &mut changed);
    if !changed.places.is_empty() {
        atoms.push(Atom::rules(known, &changed.places));
    }
    if plans.before.period != plans.after.period && reach.period {
        let label = words::period(plans.before.period, plans.after.period);
        let mut period = Atom::new(Kind::Period, "period", label, What::Period);
        period.is_day = true;
        atoms.push(period);
    }
    atoms
}

/// Where the rules differ, in the order in which it was found, each place once.
#[derive(Debug, Default)]
struct Changed {
    seen: BTreeSet<String>,
    places: Vec<(String, Text)>,
}

impl Changed {
    fn add(&mut self, name: &str, label: Text) {
        if self.seen.insert(name.to_owned()) {
            self.places.push((name.to_owned(), label));
        }
    }
}

type Plans<'a> = Pair<&'a Plan<'a>>;

/// Returns the names that something has on either side, in order.
fn names<'a>(plans: &Plans<'a>, of: impl Fn(&'a Rulebook) -> Vec<&'a str>) -> BTreeSet<&'a str> {
    Moment::BOTH.iter().flat_map(|moment| of(plans.get(*moment).book)).collect()
}

fn parameters(plans: &Plans<'_>, reach: &Reach, atoms: &mut Vec<Atom>, changed: &mut Changed) {
    let of = |book: &'_ Rulebook, name: &str| {
        let place = book.parameters.iter().position(|parameter| parameter.named.name == name);
        place.map(ParameterId)
    };
    for name in names(plans, |book| book.parameters.iter().map(|one| one.named.name.as_str()).collect()) {
        let reached = reach.parameters.contains(name);
        let ids = Pair::of(|moment| {
            let plan = plans.get(moment);
            of(plan.book, name).filter(|id| plan.parameter(*id).is_some())
        });
        let Some((before, after)) = ids.both() else {
            // Whoever knows it has rules that read it.
            let id = Moment::BOTH.iter().find_map(|moment| Some((plans.get(*moment), (*ids.get(*moment))?)));
            if let Some((plan, id)) = id.filter(|_| reached) {
                changed.add(name, plan.book.parameters[id.0].named.label());
            }
            continue;
        };
        let ids = Pair { before: *before, after: *after };
        let declared = Pair::of(|moment| &plans.get(moment).book.parameters[ids.get(moment).0]);
        let (one, other) =
            ((plans.before.book, &declared.before.kind), (plans.after.book, &declared.after.kind));
        if !same_values(one, other) {
            if reached {
                changed.add(name, declared.after.named.label());
            }
            continue;
        }
        let values = Pair::of(|moment| {
            plans.get(moment).parameter(*ids.get(moment)).and_then(|dated| dated.value.clone())
        });
        if values.before != values.after {
            let label = words::parameter(plans.after.book, ids.after, &values);
            let mut atom = Atom::new(Kind::Parameter, name, label, What::Parameter(ids));
            atom.reached = reached;
            atom.is_day = declared.after.kind == Type::Date;
            atoms.push(atom);
        }
    }
}

fn tables(plans: &Plans<'_>, reach: &Reach, atoms: &mut Vec<Atom>, changed: &mut Changed) {
    for name in names(plans, |book| book.tables.iter().map(|table| table.named.name.as_str()).collect()) {
        let reached = reach.tables.contains(name);
        let ids = Pair::of(|moment| {
            let tables = &plans.get(moment).book.tables;
            tables.iter().position(|table| table.named.name == name).map(TableId)
        });
        let label = || {
            let id = Moment::BOTH.iter().rev().find_map(|moment| Some((*moment, (*ids.get(*moment))?)));
            id.map(|(moment, id)| plans.get(moment).book.tables[id.0].named.label()).unwrap_or_default()
        };
        let Some((before, after)) = ids.both().filter(|ids| same_shape(plans, *ids.0, *ids.1)) else {
            if reached {
                changed.add(name, label());
            }
            continue;
        };
        let rows = (lines(plans.before.table(*before)), lines(plans.after.table(*after)));
        let different = match rows {
            (Some(before), Some(after)) => before.symmetric_difference(&after).count(),
            (None, None) => 0,
            // A table that only one of the two knows belongs to the rules that read it.
            _ => {
                if reached {
                    changed.add(name, label());
                }
                continue;
            }
        };
        if different > 0 {
            let ids = Pair { before: *before, after: *after };
            let mut atom = Atom::new(Kind::Table, name, words::table(&label()), What::Table(ids));
            atom.reached = reached;
            atoms.push(atom);
        }
    }
}

/// Returns whether a table may be read where the other one is meant.
fn same_shape(plans: &Plans<'_>, before: TableId, after: TableId) -> bool {
    let (a, b) = (plans.before.book, plans.after.book);
    let (one, other) = (&a.tables[before.0], &b.tables[after.0]);
    one.kind == other.kind
        && one.over == other.over
        && same_values((a, &one.value), (b, &other.value))
        && one.keys.len() == other.keys.len()
        && one.keys.iter().zip(&other.keys).all(|(one, other)| {
            one.name == other.name
                && one.range == other.range
                && same_values((a, &one.kind), (b, &other.kind))
        })
}

/// A row of a table without its sources.
type Line = (Vec<Cell>, Option<(bool, exact::Rational)>, Option<String>);

/// Returns what the rows of a table say; nothing when nobody knows the table.
fn lines(table: &TableInForce<'_>) -> Option<BTreeSet<Line>> {
    let value = |row: &Row| row.dated.value.as_ref().map(|value| format!("{value:?}"));
    match table {
        TableInForce::Unknown => None,
        TableInForce::Decision(rows) => {
            Some(rows.iter().map(|(keys, row)| (keys.clone(), None, value(row))).collect())
        }
        TableInForce::Ordered(rows) => Some(
            rows.iter()
                .map(|row| {
                    let bound = row.bound.as_ref();
                    let bound = bound.map(|(edge, bound)| (*edge == Edge::Above, bound.clone()));
                    (Vec::new(), bound, value(row))
                })
                .collect(),
        ),
    }
}

fn changed_rules(plans: &Plans<'_>, reach: &Reach, changed: &mut Changed) {
    for name in &reach.rules {
        let found = Pair::of(|moment| {
            let plan = plans.get(moment);
            let id = plan.book.rule(name)?;
            plan.rule(id).map(|_| id)
        });
        let said = Pair::of(|moment| found.get(moment).map(|id| said(plans.get(moment), id)));
        if said.before != said.after {
            let id = Moment::BOTH.iter().rev().find_map(|moment| Some((*moment, (*found.get(*moment))?)));
            let label = id.map(|(moment, id)| plans.get(moment).book.rules[id.0].named.label());
            changed.add(name, label.unwrap_or_else(|| Text::same(name)));
        }
    }
    for name in &reach.allocations {
        let found = Pair::of(|moment| {
            let plan = plans.get(moment);
            plan.allocations().find(|(_, allocation)| allocation.named.name == *name).map(|(id, _)| id)
        });
        let said = Pair::of(|moment| found.get(moment).map(|id| said_allocation(plans.get(moment), id)));
        if said.before != said.after {
            let id = Moment::BOTH.iter().rev().find_map(|moment| Some((*moment, (*found.get(*moment))?)));
            let label = id.map(|(moment, id)| plans.get(moment).book.allocations[id.0].named.label());
            changed.add(name, label.unwrap_or_else(|| Text::same(name)));
        }
    }
}

/// Returns what a rule says, without its dates and sources.
fn said(plan: &Plan<'_>, id: RuleId) -> String {
    let (book, rule) = (plan.book, &plan.book.rules[id.0]);
    let formula = plan.rule(id).map(|version| version.text.text.as_str()).unwrap_or_default();
    let formula = formula.split_whitespace().collect::<Vec<_>>().join(" ");
    let entity = &book.entities[rule.of.0].name;
    format!("{entity} {formula} {} {:?}", kind_name(book, &rule.kind), rule.round)
}

/// Returns what an allocation says. Another rulebook may count otherwise what it names the same: then it is taken
/// for changed, which costs a player without effect and nothing else.
fn said_allocation(plan: &Plan<'_>, id: AllocationId) -> String {
    let (book, allocation) = (plan.book, &plan.book.allocations[id.0]);
    let steps = allocation.steps.iter().map(|step| {
        let to = &book.entities[step.to.0].name;
        format!("{} {to} {:?}", step.name, step.kind)
    });
    let steps: Vec<String> = steps.collect();
    let entity = &book.entities[allocation.of.0].name;
    format!("{entity} {} {} {}", allocation.unit, allocation.total_text.text, steps.join("; "))
}

fn kind_name(book: &Rulebook, kind: &Type) -> String {
    match kind {
        Type::Number(unit) => unit.to_string(),
        Type::Bool => "bool".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Enum(id) => book.enums[id.0].name.clone(),
    }
}

/// Notes inputs that exist on one side only, or that are taken for something else when nobody gives them.
fn changed_inputs(plans: &Plans<'_>, reach: &Reach, changed: &mut Changed) {
    for name in &reach.inputs {
        let inputs = Pair::of(|moment| {
            let book = plans.get(moment).book;
            book.inputs.iter().find(|input| input.decl.named.name == *name).map(|input| (book, input))
        });
        let label = inputs.any().map(|(_, input)| input.decl.named.label()).unwrap_or_default();
        let same = inputs.both().is_some_and(|((a, before), (b, after))| {
            same_kind((a, &before.kind), (b, &after.kind))
                && a.entities[before.of.0].name == b.entities[after.of.0].name
                && default_name(a, &before.kind, before.default.as_ref())
                    == default_name(b, &after.kind, after.default.as_ref())
                && same_values((a, &before.kind), (b, &after.kind))
        });
        if !same {
            changed.add(name, label);
        }
    }
    for name in &reach.entities {
        let known = Pair::of(|moment| plans.get(moment).book.entity(name));
        if known.both().is_none() {
            let label = Moment::BOTH.iter().find_map(|moment| {
                let entity = (*known.get(*moment))?;
                Some(plans.get(*moment).book.entities[entity.0].label.clone())
            });
            changed.add(name, label.unwrap_or_default());
        }
    }
}

fn default_name(book: &Rulebook, kind: &Type, default: Option<&DefaultValue>) -> Option<String> {
    default.map(|default| match default {
        DefaultValue::Plain(value) => crate::show::for_file(book, kind, value),
        DefaultValue::StartOfPeriod => "start of period".to_owned(),
        DefaultValue::EndOfPeriod => "end of period".to_owned(),
    })
}
