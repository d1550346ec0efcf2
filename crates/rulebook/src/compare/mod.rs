//! Why an amount changed between two runs: the causes of a difference, which add up to it exactly.
//!
//! A cause is the Shapley value of a change: what it adds on the mean, over every order in which the changes may
//! come. Mixtures of the two runs are evaluated by the reference interpreter, one subject at a time.

mod atoms;
mod difference;
mod family;
mod players;
mod reach;
mod shapley;
mod sides;
mod words;

use std::collections::BTreeSet;

use exact::{Rational, Unit};
use serde::Serialize;

use crate::book::Reference;
use crate::explain::Privacy;
use crate::facts::Facts;
use crate::interpret::Settlement;
use crate::{EntityId, Plan, Text, Type};

use atoms::Atom;
use reach::Reach;
use sides::{Known, Moment, Pair};

/// One of the two runs that are compared.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The rulebook at its date.
    pub plan: &'a Plan<'a>,
    /// The facts.
    pub facts: &'a Facts,
    /// The results, of whichever engine.
    pub settlement: &'a Settlement,
    /// Subjects left out by name.
    pub excluded: &'a [String],
    /// What must not be shown of it, or of the other; nothing is masked without it.
    pub privacy: Option<&'a Privacy>,
}

/// What kind of change a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// A fact of what is compared, or of the rows above it.
    Fact,
    /// Facts of other rows of the same subject.
    LowerFact,
    /// Rows below that come and go.
    Arrivals,
    /// Whatever the other subjects bring, where a rule reads them together.
    Others,
    /// A parameter.
    Parameter,
    /// A table.
    Table,
    /// The rules, as one version.
    Rules,
    /// The days of the period.
    Period,
    /// Several facts, because there are too many changes to tell apart.
    Facts,
    /// Several parameters and tables, for the same reason.
    Figures,
    /// Several changes that cannot be told apart: no mixture of them can be evaluated, or they are days of a year.
    Together,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its kind.
    pub kind: CauseKind,
    /// Its name in the rulebook.
    pub name: String,
    /// What changed, in plain words.
    pub label: Text,
}

/// One cause of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What kind of change it is.
    pub kind: CauseKind,
    /// What changed, in plain words.
    pub label: Text,
    /// The same for all subjects together: without their values.
    pub title: Text,
    /// The single changes that it is made of.
    pub changes: Vec<Change>,
    /// What it adds to each output, exactly.
    pub exact: Vec<Rational>,
    /// The same, to the cent where the difference is of whole cents.
    pub parts: Vec<Rational>,
    /// What it adds to all outputs together.
    pub amount: Rational,
}

/// An output on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// Its words for people.
    pub label: Text,
    /// Its value before; zero when it did not exist.
    pub before: Rational,
    /// Its value after; zero when it does not exist any more.
    pub after: Rational,
}

/// Why the results of one subject differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The subject, or the row below.
    pub id: String,
    /// The outputs.
    pub outputs: Vec<Compared>,
    /// All outputs together before.
    pub before: Rational,
    /// All outputs together after.
    pub after: Rational,
    /// The causes, the largest first; they add up to the difference.
    pub causes: Vec<Cause>,
    /// What changed as well, without any effect.
    pub without_effect: Vec<Change>,
}

impl Difference {
    /// Returns what there is to explain.
    pub fn difference(&self) -> Rational {
        &self.after - &self.before
    }
}

/// What a comparison says of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was settled on both sides.
    Compared(Box<Difference>),
    /// Only the later run has it; its amount.
    New(Rational),
    /// Only the earlier run has it; its amount.
    Left(Rational),
    /// At least one of the runs refused it, and this is why.
    Refused {
        /// The amount before, when there is one.
        before: Option<Rational>,
        /// The amount after, when there is one.
        after: Option<Rational>,
        /// Why it was refused before.
        why_before: Option<Text>,
        /// Why it was refused after.
        why_after: Option<Text>,
    },
    /// Neither run has it.
    Unknown,
}

/// Why two runs cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// They are runs of two contracts.
    #[error("compare `{before}` with `{after}`: these are two instruments")]
    Instruments {
        /// The earlier one.
        before: String,
        /// The later one.
        after: String,
    },
    /// The rulebooks settle other things, or put them in another order.
    #[error("compare rulebooks whose entity `{name}` stands elsewhere in the tree")]
    Entities {
        /// The entity.
        name: String,
    },
    /// No such entity, or it is above the subject.
    #[error("find the entity `{name}`")]
    UnknownEntity {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No such output.
    #[error("find the output `{name}`")]
    UnknownOutput {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No output pays.
    #[error("find an output that pays")]
    NothingPaid {
        /// The outputs that are numbers.
        known: Vec<String>,
    },
    /// An output is no number, or another one on the other side.
    #[error("subtract values of `{name}`")]
    NotANumber {
        /// The output.
        name: String,
    },
    /// The outputs cannot be added.
    #[error("add outputs of two units")]
    Units {
        /// The outputs.
        names: Vec<String>,
    },
}

/// An output that is compared.
#[derive(Debug)]
struct Output {
    name: String,
    label: Text,
    reference: Pair<Option<Reference>>,
}

/// Two runs, ready to be compared subject by subject.
#[derive(Debug)]
pub struct Comparer<'a> {
    known: Pair<Known<'a>>,
    outputs: Vec<Output>,
    unit: Unit,
    percent: bool,
    reach: Reach,
    /// What differs for every subject.
    atoms: Vec<Atom>,
}

impl<'a> Comparer<'a> {
    /// Prepares the comparison of one output, or of all that are paid.
    ///
    /// It is of subjects, or of the rows of a lower entity, by its name.
    ///
    /// # Errors
    /// When the two runs have nothing in common that could be compared.
    pub fn new(
        before: Side<'a>,
        after: Side<'a>,
        entity: Option<&str>,
        output: Option<&str>,
    ) -> Result<Self, CompareError> {
        let (one, other) = (before.plan.book, after.plan.book);
        if one.instrument.id != other.instrument.id {
            return Err(CompareError::Instruments {
                before: one.instrument.id.clone(),
                after: other.instrument.id.clone(),
            });
        }
        same_tree(&before, &after)?;
        let sides = Pair { before, after };
        let entities = entities(&sides, entity)?;
        let outputs = outputs(&sides, &entities, output)?;
        let (unit, percent) = unit_of(&sides, &outputs)?;
        let known = Pair::of(|moment| Known::new(*sides.get(moment), *entities.get(moment)));
        let mut reach = Reach::default();
        for moment in Moment::BOTH {
            let wanted: Vec<Reference> =
                outputs.iter().filter_map(|output| *output.reference.get(moment)).collect();
            reach.add(known.get(moment).side.plan, &wanted);
        }
        let atoms = atoms::of_rulebooks(&known, &reach);
        Ok(Self { known, outputs, unit, percent, reach, atoms })
    }

    /// Returns the ids of both sides, in order.
    pub fn subjects(&self) -> Vec<&'a str> {
        let ids = |moment| {
            let known: &Known<'a> = self.known.get(moment);
            known.places.keys().copied().chain(known.refused.keys().copied())
        };
        let all: BTreeSet<&str> = ids(Moment::Before).chain(ids(Moment::After)).collect();
        all.into_iter().collect()
    }

    /// Returns the words of what has the amounts: the subject, or a row below it.
    pub fn entity(&self) -> &Text {
        let known = &self.known.after;
        &known.book().entities[known.entity.0].label
    }

    /// Returns the unit of what is compared.
    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    /// Returns whether what is compared is printed as a percentage.
    pub fn percent(&self) -> bool {
        self.percent
    }

    /// Returns the names and words of what is compared.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.outputs.iter().map(|output| (output.name.as_str(), &output.label))
    }
}

/// Checks that the two rulebooks settle the same kind of subject, and put entities in the same order.
fn same_tree(before: &Side<'_>, after: &Side<'_>) -> Result<(), CompareError> {
    let (one, other) = (before.plan.book, after.plan.book);
    let name = &one.entities[one.subject.0].name;
    if *name != other.entities[other.subject.0].name {
        return Err(CompareError::Entities { name: name.clone() });
    }
    for entity in &one.entities {
        let Some(id) = other.entity(&entity.name) else { continue };
        let parent = entity.parent.map(|parent| &one.entities[parent.0].name);
        if parent != other.entities[id.0].parent.map(|parent| &other.entities[parent.0].name) {
            return Err(CompareError::Entities { name: entity.name.clone() });
        }
    }
    Ok(())
}

/// Finds the entity whose rows are compared: the subject, or one below it.
fn entities(sides: &Pair<Side<'_>>, name: Option<&str>) -> Result<Pair<EntityId>, CompareError> {
    let find = |moment| {
        let book = sides.get(moment).plan.book;
        let Some(name) = name else { return Ok(book.subject) };
        book.entity(name).filter(|entity| book.is_under(*entity, book.subject)).ok_or_else(|| {
            let known =
                (0..book.entities.len()).filter(|entity| book.is_under(EntityId(*entity), book.subject));
            let known = known.map(|entity| book.entities[entity].name.clone()).collect();
            CompareError::UnknownEntity { name: name.to_owned(), known }
        })
    };
    Ok(Pair { before: find(Moment::Before)?, after: find(Moment::After)? })
}

/// Finds the outputs to compare, in the order of the later rulebook.
fn outputs(
    sides: &Pair<Side<'_>>,
    entities: &Pair<EntityId>,
    wanted: Option<&str>,
) -> Result<Vec<Output>, CompareError> {
    let mut all: Vec<Output> = Vec::new();
    let mut paid = BTreeSet::new();
    for moment in [Moment::After, Moment::Before] {
        let plan = sides.get(moment).plan;
        for reference in plan.outputs(*entities.get(moment)) {
            if !matches!(plan.book.type_of(reference), Type::Number(_)) {
                continue;
            }
            let name = plan.book.name_of(reference);
            if pays(plan, reference) {
                paid.insert(name.clone());
            }
            match all.iter_mut().find(|output| output.name == name) {
                Some(output) => *output.reference.get_mut(moment) = Some(reference),
                None => {
                    let mut output =
                        Output { label: plan.book.label_of(reference), name, reference: Pair::default() };
                    *output.reference.get_mut(moment) = Some(reference);
                    all.push(output);
                }
            }
        }
    }
    let known: Vec<String> = all.iter().map(|output| output.name.clone()).collect();
    match wanted {
        Some(name) => all.retain(|output| output.name == name),
        None => all.retain(|output| paid.contains(&output.name)),
    }
    match (all.is_empty(), wanted) {
        (false, _) => Ok(all),
        (true, Some(name)) => Err(CompareError::UnknownOutput { name: name.to_owned(), known }),
        (true, None) => Err(CompareError::NothingPaid { known }),
    }
}

/// Returns whether an output is money that somebody receives: a paying rule, or all that an allocation gives a row below.
fn pays(plan: &Plan<'_>, reference: Reference) -> bool {
    match reference {
        Reference::Rule(id) => plan.book.rules[id.0].pays,
        Reference::Share(share) => share.step.is_none() && share.entity != plan.book.subject,
        Reference::Input(_) | Reference::Parameter(_) => false,
    }
}

/// Returns the one unit of all outputs, and whether they are printed as percentages.
fn unit_of(sides: &Pair<Side<'_>>, outputs: &[Output]) -> Result<(Unit, bool), CompareError> {
    let mut found: Option<(Unit, bool)> = None;
    for output in outputs {
        let mut own = None;
        for moment in Moment::BOTH {
            let book = sides.get(moment).plan.book;
            let Some(reference) = *output.reference.get(moment) else { continue };
            let Type::Number(unit) = book.type_of(reference) else {
                return Err(CompareError::NotANumber { name: output.name.clone() });
            };
            if own.as_ref().is_some_and(|own| *own != unit) {
                return Err(CompareError::NotANumber { name: output.name.clone() });
            }
            if found.as_ref().is_some_and(|(known, _)| *known != unit) {
                return Err(CompareError::Units {
                    names: outputs.iter().map(|output| output.name.clone()).collect(),
                });
            }
            found = Some((unit.clone(), book.is_percent(reference)));
            own = Some(unit);
        }
    }
    Ok(found.unwrap_or_default())
}
