//! What depends on what: circles, chains that are too long, and values that nothing uses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::dates::formulas_on;
use crate::book::{Allocation, Expr, ExprKind, Reference, Rulebook};
use crate::diagnostic::{Code, Diagnostic};
use crate::text;

/// How deep rules may depend on one another.
const CHAIN_MAX: usize = 100;
/// How deep the formulas of a chain of rules may be nested in all: values are computed when they are read, on one stack.
const LEVELS_MAX: usize = 250;

/// Reports rules that depend on themselves on a day; returns whether there are any.
pub(crate) fn circles(
    book: &Rulebook,
    day: Date,
    known_at: Option<Date>,
    findings: &mut Vec<Diagnostic>,
) -> bool {
    // Rules and allocations by name; facts and parameters depend on nothing.
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut own: BTreeMap<String, usize> = BTreeMap::new();
    for (reader, _, expr) in formulas_on(book, day, known_at) {
        let deepest = own.entry(reader.clone()).or_default();
        *deepest = expr.depth().max(*deepest);
        let entry = needs.entry(reader).or_default();
        expr.walk(&mut |part| {
            if let ExprKind::Read(reference) = part.kind {
                entry.extend(computed(book, reference));
            }
        });
    }
    let mut depth: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut waiting = needs.clone();
    loop {
        let ready: Vec<String> = waiting
            .iter()
            .filter(|(_, needs)| needs.iter().all(|need| !waiting.contains_key(need)))
            .map(|(name, _)| name.clone())
            .collect();
        if ready.is_empty() {
            break;
        }
        for name in ready {
            let below = waiting.remove(&name).unwrap_or_default();
            let below: Vec<&(usize, usize)> = below.iter().filter_map(|need| depth.get(need)).collect();
            let rules = below.iter().map(|below| below.0).max().unwrap_or(0) + 1;
            let levels =
                below.iter().map(|below| below.1).max().unwrap_or(0) + own.get(&name).copied().unwrap_or(0);
            depth.insert(name, (rules, levels));
        }
    }
    if let Some((name, (level, _))) = depth.iter().find(|(_, (level, _))| *level > CHAIN_MAX) {
        findings.push(Diagnostic::error(
            Code::CHAIN_TOO_LONG,
            place_of(book, name),
            text!(
                "`{name}` dépend de règles emboîtées sur {level} niveaux, plus que {CHAIN_MAX}",
                "`{name}` depends on rules nested {level} levels deep, more than {CHAIN_MAX}"
            ),
        ));
    } else if let Some((name, (_, levels))) = depth.iter().find(|(_, (_, levels))| *levels > LEVELS_MAX) {
        findings.push(
            Diagnostic::error(
                Code::CHAIN_TOO_LONG,
                place_of(book, name),
                text!(
                    "les formules dont `{name}` dépend s'emboîtent sur {levels} niveaux en tout, plus que {LEVELS_MAX}",
                    "the formulas that `{name}` depends on are nested {levels} levels deep in all, more than {LEVELS_MAX}"
                ),
            )
            .help(text!("aplatir les formules, ou raccourcir la chaîne", "make the formulas flatter, or the chain shorter")),
        );
    }
    let Some(start) = waiting.keys().next().cloned() else { return false };
    let path = circle_from(&start, &waiting);
    let list = path.join(" → ");
    let first = path.first().cloned().unwrap_or_default();
    findings.push(
        Diagnostic::error(
            Code::CYCLE,
            place_of(book, &first),
            text!("ces règles dépendent d'elles-mêmes : {list}", "these rules depend on themselves: {list}"),
        )
        .help(text!(
            "une valeur de l'année d'avant est un fait avec son propre nom",
            "a value of the year before is a fact with a name of its own"
        )),
    );
    true
}

/// Follows dependencies until a name comes back; every waiting name leads to a circle.
fn circle_from(start: &str, waiting: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut path: Vec<String> = vec![start.to_owned()];
    loop {
        let here = path.last().cloned().unwrap_or_default();
        let next = waiting.get(&here).and_then(|needs| needs.iter().find(|need| waiting.contains_key(*need)));
        let Some(next) = next.cloned() else { return path };
        if let Some(at) = path.iter().position(|name| *name == next) {
            let mut circle = path.split_off(at);
            circle.push(next);
            return circle;
        }
        path.push(next);
    }
}

fn computed(book: &Rulebook, reference: Reference) -> Option<String> {
    match reference {
        Reference::Rule(id) => Some(book.rules[id.0].named.name.clone()),
        Reference::Share(share) => Some(book.allocations[share.allocation.0].named.name.clone()),
        Reference::Input(_) | Reference::Parameter(_) => None,
    }
}

fn place_of(book: &Rulebook, name: &str) -> Option<crate::Place> {
    let rules = book.rules.iter().map(|rule| &rule.named);
    let all = rules.chain(book.allocations.iter().map(|allocation| &allocation.named));
    all.into_iter().find(|named| named.name == name).map(|named| named.place.clone())
}

/// Warns of facts, parameters and tables that no formula reads, and of some said to be unused that are.
pub(super) fn unused(book: &Rulebook, findings: &mut Vec<Diagnostic>) {
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut note = |expr: &Expr| {
        expr.walk(&mut |part| match &part.kind {
            ExprKind::Read(reference) => {
                used.insert(book.name_of(*reference));
            }
            ExprKind::Lookup(id, _) | ExprKind::Bracket(id, _) | ExprKind::Interpolate(id, _) => {
                used.insert(book.tables[id.0].named.name.clone());
            }
            _ => {}
        });
    };
    book.rules.iter().flat_map(|rule| &rule.versions).for_each(|version| note(&version.formula));
    book.checks.iter().for_each(|check| note(&check.formula));
    book.allocations.iter().flat_map(Allocation::formulas).for_each(note);
    let parameters = book.parameters.iter().map(|item| &item.named);
    let inputs = book.inputs.iter().map(|item| &item.decl.named);
    for named in inputs.chain(parameters).chain(book.tables.iter().map(|item| &item.named)) {
        let name = &named.name;
        let meant = book.recorded_only.contains(name);
        if meant == used.contains(name) {
            let (message, help) = if meant {
                (
                    text!(
                        "`{name}` est dit sans emploi (applied = false), mais une règle s'en sert",
                        "`{name}` is said to be unused (applied = false), but a rule uses it"
                    ),
                    text!("enlever applied = false", "remove applied = false"),
                )
            } else {
                (
                    text!("aucune règle ne se sert de `{name}`", "no rule uses `{name}`"),
                    text!(
                        "l'enlever, ou dire qu'il est seulement noté : applied = false",
                        "remove it, or say that it is only recorded: applied = false"
                    ),
                )
            };
            findings.push(Diagnostic::warning(Code::UNUSED, named.place.clone(), message).help(help));
        }
    }
}
