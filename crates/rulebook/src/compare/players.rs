//! Who shares a difference: single changes, or groups of them when there are too many.

use super::atoms::{Atom, What};
use super::shapley::PLAYERS_MAX;
use super::{CauseKind, words};
use crate::Text;

/// One change, or several that go together.
#[derive(Debug, Clone)]
pub(super) struct Player {
    pub(super) kind: CauseKind,
    /// The changes, as indexes.
    pub(super) atoms: Vec<usize>,
    pub(super) label: Text,
    /// The same for all subjects together: without their values.
    pub(super) title: Text,
}

/// How far changes are put together; each step is taken only if the one before leaves too many players.
const STEPS: [fn(&Atom) -> Option<Group>; 4] = [by_theme, with_figures, with_other_facts, with_all_facts];

/// What a change is put together with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Group {
    Days,
    Theme(Text),
    Figures,
    OtherFacts,
    AllFacts,
}

/// Returns the players, in the order of their kinds and names.
///
/// `days_together` when the two periods differ: a day has its meaning beside the other days of its own year.
pub(super) fn players(atoms: &[Atom], days_together: bool) -> Vec<Player> {
    let mut order: Vec<usize> = (0..atoms.len()).filter(|index| atoms[*index].reached).collect();
    order.sort_by_key(|index| (atoms[*index].kind, &atoms[*index].name));
    let mut found = Vec::new();
    for steps in 0..=STEPS.len() {
        let group = |atom: &Atom| {
            if days_together && atom.is_day {
                return Some(Group::Days);
            }
            STEPS.iter().take(steps).rev().find_map(|step| step(atom))
        };
        found = grouped(atoms, &order, &group);
        if found.len() <= PLAYERS_MAX {
            break;
        }
    }
    found
}

fn is_fact(atom: &Atom) -> bool {
    matches!(atom.what, What::Facts)
}

fn by_theme(atom: &Atom) -> Option<Group> {
    atom.theme.clone().map(Group::Theme)
}

fn with_figures(atom: &Atom) -> Option<Group> {
    matches!(atom.what, What::Parameter(_) | What::Table(_)).then_some(Group::Figures)
}

fn with_other_facts(atom: &Atom) -> Option<Group> {
    (is_fact(atom) && atom.theme.is_none()).then_some(Group::OtherFacts)
}

fn with_all_facts(atom: &Atom) -> Option<Group> {
    is_fact(atom).then_some(Group::AllFacts)
}

fn grouped(atoms: &[Atom], order: &[usize], group: &dyn Fn(&Atom) -> Option<Group>) -> Vec<Player> {
    let mut players: Vec<(Option<Group>, Vec<usize>)> = Vec::new();
    for index in order {
        let group = group(&atoms[*index]);
        let known = players.iter_mut().find(|(known, _)| group.is_some() && *known == group);
        match known {
            Some((_, members)) => members.push(*index),
            None => players.push((group, vec![*index])),
        }
    }
    players.into_iter().map(|(group, members)| player(atoms, group.as_ref(), members)).collect()
}

fn player(atoms: &[Atom], group: Option<&Group>, members: Vec<usize>) -> Player {
    if let [only] = members.as_slice() {
        let Atom { kind, label, title, .. } = &atoms[*only];
        return Player { kind: *kind, label: label.clone(), title: title.clone(), atoms: members };
    }
    let (kind, label) = match group {
        Some(Group::Theme(theme)) => (CauseKind::Facts, words::theme(theme)),
        Some(Group::OtherFacts) => (CauseKind::Facts, words::facts(false)),
        Some(Group::AllFacts) => (CauseKind::Facts, words::facts(true)),
        Some(Group::Figures) => (CauseKind::Figures, words::figures()),
        Some(Group::Days) | None => {
            let of = |words: fn(&Atom) -> &Text| -> Vec<&Text> {
                members.iter().map(|index| words(&atoms[*index])).collect()
            };
            let label = words::together(&of(|atom| &atom.label));
            let title = words::together(&of(|atom| &atom.title));
            return Player { kind: CauseKind::Together, label, title, atoms: members };
        }
    };
    Player { kind, title: label.clone(), label, atoms: members }
}
