//! Whether an entry may follow the entries before: the other half of `apply`, written apart from it.

use std::collections::BTreeMap;

use exact::Cents;

use super::command::REASON_BYTES_MAX;
use super::entry::{Action, Entry, Format, Kind, Movement};
use super::fault::FaultKind;
use super::state::{Dossier, State, volume};
use crate::key::Escaped;
use crate::{NAME_BYTES_MAX, StatementKey, Step};

/// Checks everything about an entry: its place in the chain, its sums, and what it means.
pub(super) fn check(state: &State, entry: &Entry) -> Result<(), FaultKind> {
    check_chain(state, entry)?;
    check_alone(entry)?;
    let dossier = state.dossier(&entry.about);
    let reference = match &entry.action {
        Action::Adjust { reference, .. } => reference.as_str(),
        _ => "",
    };
    let expected = entry_key(&entry.about, dossier, entry.kind(), reference);
    // Publications and payments are numbered, so that only the reference of an adjustment could come twice.
    if dossier.is_some_and(|dossier| dossier.adjustments.contains_key(reference)) {
        return Err(FaultKind::KeyTwice);
    }
    if entry.key != expected {
        return Err(FaultKind::Key { expected });
    }
    check_meaning(dossier, entry)
}

/// Checks what can be known without the entries before.
pub(super) fn check_alone(entry: &Entry) -> Result<(), FaultKind> {
    let computed = entry.computed_hash();
    if computed != entry.hash {
        return Err(FaultKind::Hash { computed });
    }
    if entry.format != Format::of(&entry.action) {
        return Err(FaultKind::Format);
    }
    let total: i128 = entry.postings.iter().map(|posting| i128::from(posting.amount.get())).sum();
    if total != 0 {
        return Err(FaultKind::Unbalanced { total });
    }
    match entry.expected_postings() {
        Some(expected) if expected == entry.postings => {}
        Some(_) => return Err(FaultKind::Postings),
        None => return Err(FaultKind::TooLarge),
    }
    check_names(entry)?;
    let movements = entry.action.movements();
    if movements.iter().any(|line| line.amount == Cents::ZERO) {
        return Err(FaultKind::NoAmount);
    }
    Ok(())
}

fn check_chain(state: &State, entry: &Entry) -> Result<(), FaultKind> {
    let head = state.head();
    let expected = head.sequence.saturating_add(1);
    if entry.sequence != expected {
        return Err(FaultKind::Sequence { expected });
    }
    if entry.previous != head.hash {
        return Err(FaultKind::Chain { expected: head.hash });
    }
    let recorded = head.recorded.map_or(entry.effective, |last| last.max(entry.effective));
    if entry.recorded != recorded {
        return Err(FaultKind::Dates { expected: recorded });
    }
    Ok(())
}

fn check_names(entry: &Entry) -> Result<(), FaultKind> {
    let mut names = vec![
        ("instrument", entry.about.instrument.as_str()),
        ("subject", entry.about.subject.as_str()),
        ("payer", entry.payer.as_str()),
        ("currency", entry.currency.as_str()),
    ];
    let mut reasons: Vec<&str> = Vec::new();
    match &entry.action {
        Action::Publish { run, engine, reason, .. } | Action::Correct { run, engine, reason, .. } => {
            names.push(("run", run));
            names.extend(engine.as_deref().map(|engine| ("engine", engine)));
            reasons.extend(reason.as_deref());
        }
        Action::Pay { .. } => {}
        Action::Adjust { reference, author, reason, .. } => {
            names.extend([("reference", reference.as_str()), ("author", author.as_str())]);
            reasons.push(reason);
        }
    }
    if let Some((of, _)) = names.into_iter().find(|(_, name)| !is_name(name)) {
        return Err(FaultKind::Name { of });
    }
    if reasons.into_iter().all(is_reason) { Ok(()) } else { Err(FaultKind::Name { of: "reason" }) }
}

fn check_meaning(dossier: Option<&Dossier>, entry: &Entry) -> Result<(), FaultKind> {
    if let Some(dossier) = dossier
        && (dossier.payer != entry.payer || dossier.currency != entry.currency)
    {
        return Err(FaultKind::OtherTerms);
    }
    match (&entry.action, dossier) {
        (Action::Publish { lines, .. }, None) => check_postings(None, entry, lines),
        (Action::Correct { corrects, run, content, engine, reason, lines }, Some(dossier)) => {
            if reason.is_none() && !lines.is_empty() {
                return Err(FaultKind::Name { of: "reason" });
            }
            // One engine gives one result for a run.
            let contradicted = dossier.publications.iter().find(|known| {
                let is_by_another = engine.is_some() && *engine != known.engine;
                known.run == *run && known.content != *content && !is_by_another
            });
            if let Some(known) = contradicted {
                return Err(FaultKind::Contradicts { entry: known.entry });
            }
            match dossier.in_force() {
                Some(in_force) if in_force.entry == *corrects => {}
                Some(in_force) => return Err(FaultKind::Corrects { expected: in_force.entry }),
                None => return Err(FaultKind::Order),
            }
            check_postings(Some(dossier), entry, lines)
        }
        (Action::Pay { due, lines }, Some(dossier)) => {
            let expected = dossier.due_by(*due);
            if expected.is_empty() || expected != *lines {
                let expected =
                    Cents::checked_sum(expected.iter().map(|line| line.amount)).unwrap_or_default();
                return Err(FaultKind::NotDue { expected });
            }
            Ok(())
        }
        (Action::Adjust { .. }, Some(dossier)) => {
            let movements = entry.action.movements();
            dossier.volume_with(&movements).map(|_| ()).ok_or(FaultKind::TooLarge)
        }
        _ => Err(FaultKind::Order),
    }
}

/// Checks that posted amounts continue the numbers of their steps, and that sums stay within limits.
fn check_postings(dossier: Option<&Dossier>, entry: &Entry, lines: &[Movement]) -> Result<(), FaultKind> {
    let mut next: BTreeMap<&Step, usize> = BTreeMap::new();
    for line in lines {
        let posted = || dossier.and_then(|dossier| dossier.steps.get(&line.step)).map_or(0, Vec::len);
        let count = next.entry(&line.step).or_insert_with(posted);
        *count += 1;
        let is_instalment = matches!(line.step, Step::Instalment { .. });
        if !is_instalment || usize::try_from(line.sequence) != Ok(*count) {
            return Err(FaultKind::Posting { key: entry.payment_key(line) });
        }
    }
    let volume = match dossier {
        Some(dossier) => dossier.volume_with(lines),
        None => volume(lines),
    };
    volume.map(|_| ()).ok_or(FaultKind::TooLarge)
}

/// Returns the key of the next entry of a kind for a statement.
pub(super) fn entry_key(
    about: &StatementKey,
    dossier: Option<&Dossier>,
    kind: Kind,
    reference: &str,
) -> String {
    let publications = dossier.map_or(0, |dossier| dossier.publications.len());
    let payments = dossier.map_or(0, |dossier| dossier.payments.len());
    match kind {
        // Both kinds share one numbering: the first publication is 1, the first correction 2.
        Kind::Publish | Kind::Correct => format!("publish/{about}/{}", publications + 1),
        Kind::Pay => format!("pay/{about}/{}", payments + 1),
        Kind::Adjust => format!("adjust/{about}/{}", Escaped(reference)),
    }
}

pub(super) fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= NAME_BYTES_MAX
}

pub(super) fn is_reason(reason: &str) -> bool {
    !reason.trim().is_empty() && reason.len() <= REASON_BYTES_MAX
}
