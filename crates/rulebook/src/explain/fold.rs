//! What an explanation leaves out: rows of other subjects, and rows too many to be read one by one.

use std::collections::{BTreeMap, BTreeSet};

use exact::Rational;

use super::Privacy;
use crate::interpret::{MemberTrace, Node, Trace, What};
use crate::plan::Plan;
use crate::{EntityId, Language, Text, show};

/// The most lower rows of an aggregate that are opened one by one.
pub const ROWS_OPENED_MAX: usize = 12;

/// The most groups that are shown.
const GROUPS_MAX: usize = 12;

/// What is left of a trace.
pub(super) struct Kept {
    /// The children of each node that is shown; none when the node itself is not.
    pub(super) children: Vec<Option<Vec<usize>>>,
    /// The aggregates whose lower rows are not opened.
    pub(super) folded: BTreeSet<usize>,
}

/// Finds what of a trace may be shown.
pub(super) fn keep(plan: &Plan<'_>, trace: &Trace, privacy: &Privacy) -> Kept {
    let mut kept = Kept { children: vec![None; trace.nodes.len()], folded: BTreeSet::new() };
    let mut waiting: Vec<usize> = trace.outputs.iter().map(|node| node.0).collect();
    while let Some(index) = waiting.pop() {
        let Some(node) = trace.nodes.get(index) else { continue };
        if kept.children.get(index).is_none_or(Option::is_some) {
            continue;
        }
        let is_folded = is_folded(plan, trace, node, privacy);
        if is_folded {
            kept.folded.insert(index);
        }
        let is_hidden = |child: &Node| {
            let is_closed = is_folded && lies_below(plan, child, node);
            let shows_person = is_person(plan, child, privacy) && !is_person(plan, node, privacy);
            child.is_other || is_closed || shows_person
        };
        let shown = node.children.iter().map(|child| child.0);
        let shown = shown.filter(|child| trace.nodes.get(*child).is_some_and(|child| !is_hidden(child)));
        let shown: Vec<usize> = shown.collect();
        waiting.extend(&shown);
        if let Some(place) = kept.children.get_mut(index) {
            *place = Some(shown);
        }
    }
    kept
}

/// Returns whether an aggregate counts, or reads in its filter, more rows than can be opened one by one.
fn is_folded(plan: &Plan<'_>, trace: &Trace, node: &Node, privacy: &Privacy) -> bool {
    let What::Aggregate { over, members, .. } = &node.what else { return false };
    if above(plan, *over).any(|entity| privacy.persons.contains(&entity)) {
        return true;
    }
    let children = node.children.iter().filter_map(|child| trace.nodes.get(child.0));
    let read: BTreeSet<_> = children
        .filter(|child| !child.is_other && lies_below(plan, child, node))
        .filter_map(|child| child.row)
        .collect();
    let counted = members.iter().filter(|member| !member.is_other).count();
    read.len().max(counted) > ROWS_OPENED_MAX
}

/// Lists an entity and those above it.
fn above<'a>(plan: &'a Plan<'_>, entity: EntityId) -> impl Iterator<Item = EntityId> + 'a {
    std::iter::successors(Some(entity), |entity| plan.book.entities.get(entity.0)?.parent)
}

/// Returns whether a node was read for a row of a lower entity than another's.
fn lies_below(plan: &Plan<'_>, node: &Node, of: &Node) -> bool {
    let (Some(row), Some(of)) = (node.row, of.row) else { return false };
    row.entity != of.entity && above(plan, row.entity).any(|entity| entity == of.entity)
}

/// Returns whether a node belongs to a person, or to what lies below one.
fn is_person(plan: &Plan<'_>, node: &Node, privacy: &Privacy) -> bool {
    node.row.is_some_and(|row| above(plan, row.entity).any(|entity| privacy.persons.contains(&entity)))
}

/// Tells which rows count in an aggregate: each with its number when they are few, as groups when they are folded.
pub(super) fn members_words(
    members: &[MemberTrace],
    entity: &Text,
    is_folded: bool,
    are_masked: bool,
    privacy: &Privacy,
) -> Vec<Text> {
    let own: Vec<&MemberTrace> = members.iter().filter(|member| !member.is_other).collect();
    let others = members.len() - own.len();
    let mut lines = Vec::new();
    let numbers: Vec<&Rational> = own.iter().filter_map(|member| member.number.as_ref()).collect();
    if is_folded {
        if others > 0 {
            lines.extend(own_part(own.len(), &numbers, entity, privacy));
        }
        lines.extend(distribution(&numbers, privacy.group_fewest()));
    } else if !numbers.is_empty() && !are_masked {
        lines.push(Text::in_both(|language| {
            let cells = own.iter().filter_map(|member| {
                Some(format!("{} : {}", member.id, show::plain(member.number.as_ref()?, language)))
            });
            cells.collect::<Vec<_>>().join(" · ")
        }));
    }
    if others > 0 {
        lines.push(other_rows(others, own.len(), is_folded));
    }
    lines
}

/// Tells that rows of other subjects count, without showing them.
fn other_rows(others: usize, own: usize, is_folded: bool) -> Text {
    if own == 0 {
        return Text::new(
            "aucune ligne d'ici ; celles des autres ne sont pas montrées",
            "no row from here; those of the others are not shown",
        );
    }
    // Beside the whole and the rows from here, how many the others have goes without saying.
    match others {
        _ if is_folded => {
            Text::new("les lignes des autres ne sont pas montrées", "the rows of the others are not shown")
        }
        1 => Text::new("l'autre ligne n'est pas montrée", "the other row is not shown"),
        _ => Text::new(
            format!("les {others} autres lignes ne sont pas montrées"),
            format!("the {others} other rows are not shown"),
        ),
    }
}

/// Tells how many of the rows belong to the one explained, and what they come to.
fn own_part(count: usize, numbers: &[&Rational], entity: &Text, privacy: &Privacy) -> Option<Text> {
    if count == 0 {
        return None;
    }
    let total: Rational = numbers.iter().map(|number| (*number).clone()).sum();
    Some(Text::in_both(|language| {
        let shown = privacy.count_words(count, language);
        let label = entity.get(language);
        let sum = if numbers.is_empty() || privacy.is_small(&whole(count)) {
            String::new()
        } else {
            match language {
                Language::French => format!(", somme {}", show::plain(&total, language)),
                Language::English => format!(", sum {}", show::plain(&total, language)),
            }
        };
        match language {
            Language::French => format!("dont ici ({label}) : {shown}{sum}"),
            Language::English => format!("of which here ({label}): {shown}{sum}"),
        }
    }))
}

/// Tells how numbers spread: the values that enough rows share, the others together, the mean.
///
/// No group has fewer rows than the fewest that may be shown. When those that are left over are fewer, the smallest group joins them, so that they
/// are not the difference between what is shown and the whole.
fn distribution(numbers: &[&Rational], fewest: usize) -> Vec<Text> {
    if numbers.len() < fewest {
        return Vec::new();
    }
    let mut counts: BTreeMap<&Rational, usize> = BTreeMap::new();
    for number in numbers {
        *counts.entry(*number).or_default() += 1;
    }
    let (smallest, largest) = (counts.keys().next().copied(), counts.keys().next_back().copied());
    let mut shown: Vec<(&Rational, usize)> = counts.into_iter().collect();
    // The largest groups first; of equal ones the smaller value.
    shown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    shown.truncate(GROUPS_MAX);
    shown.retain(|(_, count)| *count >= fewest);
    let left =
        |shown: &[(&Rational, usize)]| numbers.len() - shown.iter().map(|group| group.1).sum::<usize>();
    while (1..fewest).contains(&left(&shown)) && shown.pop().is_some() {}
    let others = left(&shown);
    shown.sort();
    let sum: Rational = numbers.iter().map(|number| (*number).clone()).sum();
    let in_groups: Rational = shown.iter().map(|(value, count)| *value * &whole(*count)).sum();
    let mean = |sum: &Rational, count: usize| sum.checked_div(&whole(count)).unwrap_or_default();
    let mut lines = Vec::new();
    lines.push(Text::in_both(|language| {
        let print = |number: &Rational| show::plain(number, language);
        let mut cells: Vec<String> =
            shown.iter().map(|(value, count)| times(*count, &print(value), language)).collect();
        let rest = print(&mean(&(&sum - &in_groups), others));
        match (others, language) {
            (0, _) => {}
            (_, Language::French) if shown.is_empty() => {
                cells.push(format!("aucune valeur n'est partagée par {fewest} lignes ou plus"));
            }
            (_, Language::English) if shown.is_empty() => {
                cells.push(format!("no value is shared by {fewest} rows or more"));
            }
            (_, Language::French) => cells.push(format!("{others} autres, {rest} en moyenne")),
            (_, Language::English) => cells.push(format!("{others} others, {rest} on average")),
        }
        cells.join(" · ")
    }));
    let is_shown = |value: Option<&Rational>| shown.iter().any(|group| Some(group.0) == value);
    lines.push(Text::in_both(|language| {
        let print = |number: &Rational| show::plain(number, language);
        let mut cells = vec![match language {
            Language::French => format!("moyenne {}", print(&mean(&sum, numbers.len()))),
            Language::English => format!("mean {}", print(&mean(&sum, numbers.len()))),
        }];
        // An extreme that only a few rows have would show one of them.
        for (value, fr, en) in
            [(smallest, "la plus petite", "smallest"), (largest, "la plus grande", "largest")]
        {
            if let Some(value) = value.filter(|value| is_shown(Some(value))) {
                let word = if language == Language::French { fr } else { en };
                cells.push(format!("{word} {}", print(value)));
            }
        }
        cells.join(" · ")
    }));
    lines
}

fn times(count: usize, value: &str, language: Language) -> String {
    match language {
        Language::French => format!("{count} à {value}"),
        Language::English => format!("{count} at {value}"),
    }
}

fn whole(count: usize) -> Rational {
    Rational::from(count)
}
