//! Walks through the days on which something changes, and checks the rulebook as it stands on each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};

use super::{graph, table_rows};
use crate::book::{Expr, ExprKind, Reference, Rulebook};
use crate::diagnostic::{Code, Diagnostic};
use crate::in_force::in_force;
use crate::model::{TableId, Validity};
use crate::period::Period;
use crate::{Place, Text, Value, text};

/// What a formula names that has no value on some days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Gap {
    reader: String,
    missing: String,
    place: (usize, usize, usize),
}

pub(super) fn check(book: &Rulebook, findings: &mut Vec<Diagnostic>) {
    changes_inside_periods(book, findings);
    let mut gaps: BTreeMap<Gap, (Date, Date)> = BTreeMap::new();
    let mut more = Vec::new();
    let mut cyclic = false;
    for day in days_to_check(book) {
        for gap in gaps_on(book, day) {
            gaps.entry(gap).and_modify(|range| range.1 = day).or_insert((day, day));
        }
        for table in &book.tables {
            table_rows::check_on(book, table, day, &mut more);
        }
        // A circle is reported once: its other days would say the same.
        if !cyclic {
            cyclic = graph::circles(book, day, None, &mut more);
        }
    }
    let mut seen = BTreeSet::new();
    more.retain(|finding| {
        let first = finding.place.as_ref().map(|place| (place.file, place.range.start));
        finding.code == Code::CYCLE || seen.insert((finding.code, first))
    });
    findings.append(&mut more);
    for (gap, (first, last)) in gaps {
        let (reader, missing) = (&gap.reader, &gap.missing);
        let when = if first == last {
            text!("au {first}", "on {first}")
        } else {
            text!("du {first} au {last}", "from {first} to {last}")
        };
        let place = Place::new(gap.place.0, gap.place.1..gap.place.2);
        findings.push(
            Diagnostic::error(
                Code::DATE_GAP,
                place,
                Text::new(
                    format!("`{missing}` n'a pas de valeur {}, et `{reader}` s'en sert", when.fr),
                    format!("`{missing}` has no value {}, and `{reader}` uses it", when.en),
                ),
            )
            .help(text!(
                "dater la règle, ajouter une valeur, ou dire qu'elle est inconnue (status = \"unknown\")",
                "date the rule, add a value, or say that it is unknown (status = \"unknown\")"
            )),
        );
    }
}

/// Returns the last days of periods, one for each stretch in which nothing changes.
fn days_to_check(book: &Rulebook) -> Vec<Date> {
    let starts = change_days(book);
    let begins = book.begins.or_else(|| starts.first().copied()).unwrap_or(Date::constant(2000, 1, 1));
    let mut days = BTreeSet::new();
    for start in starts.into_iter().chain([begins]).filter(|start| *start >= begins) {
        days.extend(Period::containing(start, book.instrument.period).map(|period| period.last));
    }
    days.into_iter().collect()
}

/// Returns the days on which something begins, or has just ended.
fn change_days(book: &Rulebook) -> BTreeSet<Date> {
    let mut days = BTreeSet::new();
    let mut add = |validity: Validity| {
        days.extend(validity.from);
        days.extend(validity.to.and_then(|to| to.checked_add(1.day()).ok()));
    };
    book.parameters.iter().flat_map(|item| &item.values).for_each(|value| add(value.validity));
    for version in book.tables.iter().flat_map(|table| &table.versions) {
        add(version.validity);
        version.rows.iter().for_each(|row| add(row.dated.validity));
    }
    for rule in &book.rules {
        add(rule.validity);
        rule.versions.iter().for_each(|version| add(version.validity));
    }
    book.inputs.iter().for_each(|input| add(input.decl.validity));
    book.checks.iter().for_each(|check| add(check.validity));
    book.allocations.iter().for_each(|allocation| add(allocation.validity));
    book.schedules.iter().flat_map(|item| &item.versions).for_each(|version| add(version.validity));
    book.enums.iter().flat_map(|item| &item.values).for_each(|value| add(value.validity));
    days
}

/// Every formula of the rulebook that is in force on a day: its reader's name, its place, its expression.
pub(super) fn formulas_on(book: &Rulebook, day: Date, known_at: Option<Date>) -> Vec<(String, Place, &Expr)> {
    let mut all = Vec::new();
    for rule in book.rules.iter().filter(|rule| rule.validity.contains(day)) {
        if let Some(version) = in_force(&rule.versions, |version| version.validity, day, known_at) {
            all.push((rule.named.name.clone(), version.text.place.clone(), &version.formula));
        }
    }
    for check in book.checks.iter().filter(|check| check.validity.contains(day)) {
        all.push((check.named.name.clone(), check.named.place.clone(), &check.formula));
    }
    for allocation in book.allocations.iter().filter(|allocation| allocation.validity.contains(day)) {
        let place = &allocation.named.place;
        for expr in allocation.formulas() {
            all.push((allocation.named.name.clone(), place.clone(), expr));
        }
    }
    all
}

fn gaps_on(book: &Rulebook, day: Date) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for rule in book.rules.iter().filter(|rule| rule.validity.contains(day)) {
        if in_force(&rule.versions, |version| version.validity, day, None).is_none() {
            let place = &rule.named.place;
            gaps.push(Gap {
                reader: rule.named.name.clone(),
                missing: rule.named.name.clone(),
                place: (place.file, place.range.start, place.range.end),
            });
        }
    }
    for (reader, place, expr) in formulas_on(book, day, None) {
        expr.walk(&mut |part| {
            if let Some(missing) = missing_on(book, part, day) {
                let place = (place.file, place.range.start, place.range.end);
                gaps.push(Gap { reader: reader.clone(), missing, place });
            }
        });
    }
    gaps
}

/// Returns what one part of a formula names that does not exist on a day.
fn missing_on(book: &Rulebook, part: &Expr, day: Date) -> Option<String> {
    let table = |id: TableId| {
        let table = &book.tables[id.0];
        let nothing = table_rows::rows_in_force(table, day, None).is_empty()
            && !table_rows::is_unknown(table, day, None);
        nothing.then(|| table.named.name.clone())
    };
    match &part.kind {
        ExprKind::Read(reference) => (!exists_on(book, *reference, day)).then(|| book.name_of(*reference)),
        ExprKind::Lookup(id, _) | ExprKind::Bracket(id, _) | ExprKind::Interpolate(id, _) => table(*id),
        ExprKind::Compare(_, a, b) => {
            dead_enum_value(book, a, b, day).or_else(|| dead_enum_value(book, b, a, day))
        }
        _ => None,
    }
}

/// Finds a comparison with a value of an enumeration that is not in force.
fn dead_enum_value(book: &Rulebook, literal: &Expr, other: &Expr, day: Date) -> Option<String> {
    let ExprKind::Constant(Value::Enum(index)) = literal.kind else { return None };
    let ExprKind::Read(reference) = other.kind else { return None };
    let crate::Type::Enum(id) = book.type_of(reference) else { return None };
    let value = &book.enums[id.0].values[index];
    (!value.validity.contains(day)).then(|| value.name.clone())
}

fn exists_on(book: &Rulebook, reference: Reference, day: Date) -> bool {
    match reference {
        Reference::Input(id) => book.inputs[id.0].decl.validity.contains(day),
        Reference::Parameter(id) => {
            in_force(&book.parameters[id.0].values, |dated| dated.validity, day, None).is_some()
        }
        Reference::Rule(id) => book.rules[id.0].validity.contains(day),
        Reference::Share(share) => book.allocations[share.allocation.0].validity.contains(day),
    }
}

/// Warns of values that change inside a period.
fn changes_inside_periods(book: &Rulebook, findings: &mut Vec<Diagnostic>) {
    if book.instrument.last_day {
        return;
    }
    let kind = book.instrument.period;
    let mut warn = |name: &str, place: &Place, validities: Vec<Validity>| {
        for validity in &validities {
            let Some(from) = validity.from else { continue };
            let inside = Period::containing(from, kind).is_some_and(|period| period.first != from);
            let before = from.checked_sub(1.day()).ok();
            let had_one = before.is_some_and(|before| validities.iter().any(|other| other.contains(before)));
            if inside && had_one && !book.last_day.contains(name) {
                findings.push(
                    Diagnostic::warning(
                        Code::CHANGES_INSIDE_PERIOD,
                        place.clone(),
                        text!("`{name}` change le {from}, en cours de période", "`{name}` changes on {from}, inside a period"),
                    )
                    .help(text!(
                        "toute la période prend la valeur de son dernier jour ; si c'est voulu : inside_period = \"last_day\"",
                        "the whole period takes the value of its last day; if this is meant: inside_period = \"last_day\""
                    )),
                );
            }
        }
    };
    for item in &book.parameters {
        warn(&item.named.name, &item.named.place, item.values.iter().map(|value| value.validity).collect());
    }
    for item in &book.tables {
        warn(
            &item.named.name,
            &item.named.place,
            item.versions.iter().map(|version| version.validity).collect(),
        );
    }
    for item in &book.rules {
        warn(
            &item.named.name,
            &item.named.place,
            item.versions.iter().map(|version| version.validity).collect(),
        );
    }
}
