//! Small counts in explanations that leave: what is masked, and with which words.

use std::collections::BTreeSet;

use exact::{Rational, RoundingMode};

use crate::book::{AggregateKind, Input, Reference, Rulebook};
use crate::interpret::{Node, Shape, Trace, What};
use crate::model::Origin;
use crate::plan::Plan;
use crate::{EntityId, Language, Text, Type, Value, show};

/// The fewest rows that are shown as a group of their own, whatever is asked for.
const GROUP_FEWEST: u64 = 11;

/// What an explanation that leaves must not show.
///
/// With `fewest`, these are replaced by words, wherever the value itself is printed, in text, JSON and pages:
/// - facts that come from claims, are whole and not zero, and lie under `fewest`, when their unit is none or one thing that is
///   counted (not money);
/// - counts of rows of `persons` under `fewest`;
/// - rules that only repeat such a count; and ratios made directly of one, which are told to the nearest tenth.
///
/// A sentence that would show one is left out, and what was looked up in a table with one is not told.
/// Rows of `persons` are never listed nor opened, however few they are.
///
/// It is no proof that nothing can be found out. Amounts, points and what tables give stay exact, because they are what is
/// explained: with the contract in hand, `175 €` at 25 € each is seven. A tenth of few tells how many: `about 30%` of 11 is three.
/// What rests on a masked value only through another rule
/// stays exact too. Counts that add up are masked one by one, without masking a second one beside the total; and several
/// explanations are not held against one another: what leaves is for a register of releases to judge.
/// An explanation of one of the `persons` shows that person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Privacy {
    /// The smallest count that is shown; none masks nothing.
    pub fewest: Option<u64>,
    /// The entities whose rows are persons.
    pub persons: BTreeSet<EntityId>,
}

impl Privacy {
    /// Returns whether a count is masked; none at all shows nobody.
    pub(crate) fn is_small(&self, count: &Rational) -> bool {
        self.fewest.is_some_and(|fewest| count.is_positive() && *count < Rational::from(fewest))
    }

    /// Returns whether the value of a fact is masked: a small count that comes from claims.
    pub(crate) fn hides(&self, input: &Input, book: &Rulebook, value: &Value) -> bool {
        input.decl.origin == Origin::Claims
            && is_counted(book, &input.kind)
            && value.as_number().is_some_and(|number| number.is_integer() && self.is_small(number))
    }

    /// Returns the fewest rows that are shown as a group.
    pub(super) fn group_fewest(&self) -> usize {
        usize::try_from(self.fewest.unwrap_or(GROUP_FEWEST).max(GROUP_FEWEST)).unwrap_or(usize::MAX)
    }

    /// Prints a count, or the words in its place.
    pub(crate) fn count_words(&self, count: usize, language: Language) -> String {
        let number = Rational::from(count);
        if self.is_small(&number) { self.small(language) } else { show::plain(&number, language) }
    }

    /// Returns the words in place of what was looked up in a table.
    pub(super) fn not_told(&self) -> Text {
        Text::new(
            format!("la valeur cherchée n'est pas montrée : elle vient de {}", self.small(Language::French)),
            format!("the value looked up is not shown: it comes from {}", self.small(Language::English)),
        )
    }

    /// Returns the words in place of a small count.
    pub(crate) fn small(&self, language: Language) -> String {
        let fewest = self.fewest.unwrap_or_default();
        match language {
            Language::French => format!("moins de {fewest}"),
            Language::English => format!("under {fewest}"),
        }
    }
}

/// How a value is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mask {
    /// As it is.
    None,
    /// As less than the fewest.
    Small,
    /// To the nearest tenth.
    Rounded,
}

/// Finds which values of a trace are masked.
pub(super) fn masks(plan: &Plan<'_>, trace: &Trace, privacy: &Privacy) -> Vec<Mask> {
    let mut masks: Vec<Mask> = Vec::with_capacity(trace.nodes.len());
    for node in &trace.nodes {
        // A node stands after those it rests on.
        let mask =
            if privacy.fewest.is_some() { mask(plan, trace, node, privacy, &masks) } else { Mask::None };
        masks.push(mask);
    }
    masks
}

/// Finds the readings of tables whose keys may be masked values: those of rules that read one.
pub(super) fn hushed(trace: &Trace, masks: &[Mask]) -> BTreeSet<usize> {
    let is_masked = |index: usize| masks.get(index).is_some_and(|mask| *mask != Mask::None);
    let readers = trace.nodes.iter().filter(|node| node.children.iter().any(|child| is_masked(child.0)));
    let read = readers.flat_map(|node| &node.children).map(|child| child.0);
    let is_table =
        |index: &usize| trace.nodes.get(*index).is_some_and(|node| matches!(node.what, What::Table(..)));
    read.filter(is_table).collect()
}

fn mask(plan: &Plan<'_>, trace: &Trace, node: &Node, privacy: &Privacy, below: &[Mask]) -> Mask {
    let Some(number) = node.value.as_number() else { return Mask::None };
    let of = |index: usize| below.get(index).copied().unwrap_or(Mask::None);
    match &node.what {
        What::Input(id, _) => {
            let hides = privacy.hides(&plan.book.inputs[id.0], plan.book, &node.value);
            if hides { Mask::Small } else { Mask::None }
        }
        What::Aggregate { kind: AggregateKind::Count, over, .. } if privacy.persons.contains(over) => {
            if privacy.is_small(number) {
                Mask::Small
            } else {
                Mask::None
            }
        }
        What::Rule(id) => {
            let Type::Number(unit) = &plan.book.rules[id.0].kind else { return Mask::None };
            if unit.money_degree(|base| plan.book.is_money(base)) > 0 {
                return Mask::None;
            }
            // A rule that repeats a value hides it as the value does.
            if let [only] = node.children.as_slice()
                && trace.nodes.get(only.0).is_some_and(|child| child.value == node.value)
            {
                return of(only.0);
            }
            let is_direct = node.children.iter().any(|child| of(child.0) == Mask::Small);
            if is_direct && divides(&node.shape) { Mask::Rounded } else { Mask::None }
        }
        _ => Mask::None,
    }
}

/// Returns whether numbers of a type may count persons, or what happened to them.
fn is_counted(book: &Rulebook, kind: &Type) -> bool {
    let Type::Number(unit) = kind else { return false };
    let mut bases = unit.bases();
    match (bases.next(), bases.next()) {
        (None, _) => true,
        (Some((base, 1)), None) => !book.is_money(base),
        _ => false,
    }
}

/// Returns whether a value is made by a division.
fn divides(shape: &Shape) -> bool {
    match shape {
        Shape::Whole | Shape::Read(_) => false,
        Shape::Product(terms) if terms.iter().any(|term| term.inverse) => true,
        Shape::Sum(terms) | Shape::Product(terms) => terms.iter().any(|term| divides(&term.shape)),
    }
}

/// Rounds to the nearest tenth, and what is above one to its first digit.
pub(super) fn rounded(number: &Rational) -> Rational {
    let mut step = Rational::ONE;
    let ten = Rational::from(10);
    while &step * &ten <= number.abs() {
        step = &step * &ten;
    }
    if number.abs() <= Rational::ONE {
        return number.round(1, RoundingMode::HalfEven);
    }
    number.checked_div(&step).map_or(Rational::ZERO, |scaled| scaled.round(0, RoundingMode::HalfEven) * step)
}

/// Returns the words in place of a masked value.
pub(super) fn words(
    plan: &Plan<'_>,
    privacy: &Privacy,
    reference: Reference,
    (mask, value): (Mask, &Value),
) -> Text {
    Text::in_both(|language| match (mask, value.as_number()) {
        (Mask::Small, _) => privacy.small(language),
        (Mask::Rounded, Some(number)) => {
            let about = Value::Number(rounded(number));
            let shown = show::reference(plan.book, reference, &about, language);
            match language {
                Language::French => format!("environ {shown}"),
                Language::English => format!("about {shown}"),
            }
        }
        _ => show::reference(plan.book, reference, value, language),
    })
}
