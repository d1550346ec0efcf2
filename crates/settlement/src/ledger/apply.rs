//! From a command to entries; the state is only read.

use std::collections::{BTreeMap, BTreeSet};

use exact::Cents;
use jiff::civil::Date;

use super::command::{Adjustment, Command};
use super::entry::{Action, Contents, Entry, Kind, Movement};
use super::meaning::{entry_key, is_name, is_reason};
use super::note::{Note, Outcome};
use super::refusal::Refusal;
use super::state::{Dossier, Head, Publication, State};
use crate::{AMOUNT_MAX_CENTS, Statement, StatementKey, Step};

/// Returns the entries that a command leads to on a day; a refused command leads to none at all.
///
/// Asking again gives nothing new: what is published by the same run, paid or adjusted is not done twice. So a
/// writer that stopped midway asks for the same command again and gets the entries that are missing.
pub fn apply(state: &State, command: &Command, today: Date) -> Result<Outcome, Box<Refusal>> {
    let mut writer = Writer { head: *state.head(), today, outcome: Outcome::default() };
    match command {
        Command::Publish { statements, reason, engine, restore } => {
            let why = Why { reason: reason.as_deref(), engine: engine.as_deref(), restore: *restore };
            publish(state, &mut writer, statements, why)?;
        }
        Command::Pay { due } => pay(state, &mut writer, *due)?,
        Command::Adjust(adjustment) => adjust(state, &mut writer, adjustment)?,
    }
    let mut outcome = writer.outcome;
    if let Some(entry) = outcome.entries.first().filter(|entry| entry.clock_went_back()) {
        outcome.notes.push(Note::ClockWentBack { given: today, recorded: entry.recorded });
    }
    Ok(outcome)
}

/// Seals entries one after the other.
struct Writer {
    head: Head,
    today: Date,
    outcome: Outcome,
}

impl Writer {
    fn write(&mut self, contents: Contents) -> Result<(), Box<Refusal>> {
        let statement = contents.about.clone();
        let entry = Entry::sealed(&self.head, self.today, contents).ok_or(Refusal::TooLarge { statement })?;
        self.head = Head { sequence: entry.sequence, hash: entry.hash, recorded: Some(entry.recorded) };
        self.outcome.entries.push(entry);
        Ok(())
    }
}

/// What is said of a publication beside its statements.
#[derive(Clone, Copy)]
struct Why<'a> {
    reason: Option<&'a str>,
    engine: Option<&'a str>,
    restore: bool,
}

fn publish(
    state: &State,
    writer: &mut Writer,
    statements: &[Statement],
    why: Why<'_>,
) -> Result<(), Box<Refusal>> {
    if why.reason.is_some_and(|reason| !is_reason(reason)) {
        return Err(Box::new(Refusal::Name { of: "reason" }));
    }
    if why.engine.is_some_and(|engine| !is_name(engine)) {
        return Err(Box::new(Refusal::Name { of: "engine" }));
    }
    let mut by_key: BTreeMap<&StatementKey, &Statement> = BTreeMap::new();
    for statement in statements {
        if by_key.insert(statement.key(), statement).is_some() {
            return Err(Box::new(Refusal::Twice { statement: statement.key().clone() }));
        }
    }
    let mut already: Option<(usize, &str)> = None;
    for statement in by_key.values() {
        let written = match state.dossier(statement.key()) {
            None => Some(first_publication(statement, why)),
            Some(dossier) => correction(dossier, statement, why)?,
        };
        match written {
            Some(contents) => writer.write(contents)?,
            None => already = Some((already.map_or(1, |(count, _)| count + 1), statement.run())),
        }
    }
    let notes = &mut writer.outcome.notes;
    if let Some((statements, run)) = already {
        notes.push(Note::AlreadyPublished { statements, run: run.to_owned() });
    }
    let periods: BTreeSet<_> = by_key.keys().map(|key| (&key.instrument, key.first, key.last)).collect();
    let kept = state
        .dossiers()
        .keys()
        .filter(|key| periods.contains(&(&key.instrument, key.first, key.last)) && !by_key.contains_key(key));
    notes.extend(kept.map(|key| Note::Kept { statement: key.clone() }));
    Ok(())
}

fn first_publication(statement: &Statement, why: Why<'_>) -> Contents {
    let movement = |(step, (due, amount))| Movement { step, sequence: 1, due, amount };
    let targets = targets(statement).into_iter().filter(|(_, (_, amount))| *amount != Cents::ZERO);
    let action = Action::Publish {
        run: statement.run().to_owned(),
        content: statement.content(),
        engine: why.engine.map(str::to_owned),
        reason: why.reason.map(str::to_owned),
        lines: targets.map(movement).collect(),
    };
    Contents {
        key: entry_key(statement.key(), None, Kind::Publish, ""),
        about: statement.key().clone(),
        payer: statement.payer().to_owned(),
        currency: statement.currency().to_owned(),
        action,
    }
}

/// Returns the correction of what is published; nothing when the run is the one in force.
fn correction(
    dossier: &Dossier,
    statement: &Statement,
    why: Why<'_>,
) -> Result<Option<Contents>, Box<Refusal>> {
    let key = || statement.key().clone();
    let run = statement.run();
    let content = statement.content();
    if dossier.payer != statement.payer() {
        let (published, asked) = (dossier.payer.clone(), statement.payer().to_owned());
        return Err(Box::new(Refusal::OtherPayer { statement: key(), published, asked }));
    }
    if dossier.currency != statement.currency() {
        let (published, asked) = (dossier.currency.clone(), statement.currency().to_owned());
        return Err(Box::new(Refusal::OtherCurrency { statement: key(), published, asked }));
    }
    let Some(in_force) = dossier.in_force() else { return Ok(None) };
    if in_force.run == run && in_force.content == content {
        return Ok(None);
    }
    let mut before = dossier.publications.iter().filter(|publication| publication.run == run);
    // What another engine found may have been a defect of one of both; entries of format 1 are of an earlier one.
    let contradicted = before.clone().find(|before| {
        before.content != content && (why.engine.is_none() || before.engine.as_deref() == why.engine)
    });
    if let Some(before) = contradicted {
        let (run, entry) = (run.to_owned(), before.entry);
        return Err(Box::new(Refusal::Contradicts { statement: key(), run, entry }));
    }
    if before.any(|before| before.content == content) && !why.restore {
        let (run, by, entry) = (run.to_owned(), in_force.run.clone(), in_force.entry);
        return Err(Box::new(Refusal::Replaced { statement: key(), run, by, entry }));
    }
    let too_large = || Box::new(Refusal::TooLarge { statement: key() });
    let lines = differences(dossier, statement).ok_or_else(too_large)?;
    dossier.volume_with(&lines).ok_or_else(too_large)?;
    if why.reason.is_none() && !lines.is_empty() {
        return Err(Box::new(unexplained(key(), in_force, run, why.engine)));
    }
    let action = Action::Correct {
        corrects: in_force.entry,
        run: run.to_owned(),
        content,
        engine: why.engine.map(str::to_owned),
        reason: why.reason.map(str::to_owned),
        lines,
    };
    Ok(Some(Contents {
        key: entry_key(statement.key(), Some(dossier), Kind::Correct, ""),
        about: key(),
        payer: dossier.payer.clone(),
        currency: dossier.currency.clone(),
        action,
    }))
}

/// Returns the refusal of a change that nobody explains.
fn unexplained(statement: StatementKey, in_force: &Publication, run: &str, engine: Option<&str>) -> Refusal {
    let entry = in_force.entry;
    match engine {
        Some(engine) if in_force.run == run => {
            let (run, published, asked) = (run.to_owned(), in_force.engine.clone(), engine.to_owned());
            Refusal::OtherEngine { statement, run, entry, published, asked }
        }
        _ => Refusal::Unexplained { statement, run: in_force.run.clone(), entry },
    }
}

/// Returns what each step of a statement is to come to, and when it is due.
fn targets(statement: &Statement) -> BTreeMap<Step, (Date, Cents)> {
    let mut targets = BTreeMap::new();
    for line in statement.lines() {
        for part in &line.instalments {
            let step = Step::Instalment { rule: line.rule.clone(), number: part.number };
            targets.insert(step, (part.due, part.amount));
        }
    }
    targets
}

/// Returns target minus already posted, for each step; nothing when a sum is beyond the limits.
fn differences(dossier: &Dossier, statement: &Statement) -> Option<Vec<Movement>> {
    let targets = targets(statement);
    let instalments = dossier.steps.keys().filter(|step| matches!(step, Step::Instalment { .. }));
    let steps: BTreeSet<&Step> = instalments.chain(targets.keys()).collect();
    let mut open: BTreeMap<Step, Vec<(Date, Cents)>> = BTreeMap::new();
    for movement in dossier.open() {
        open.entry(movement.step).or_default().push((movement.due, movement.amount));
    }
    let mut lines = Vec::new();
    for step in steps {
        let posted = dossier.steps.get(step).map_or(&[][..], Vec::as_slice);
        let last_due = posted.last().map(|line| line.due);
        let target = targets.get(step).copied().or_else(|| Some((last_due?, Cents::ZERO)));
        let Some((due, amount)) = target else { continue };
        let mut rest = amount.checked_sub(dossier.posted(step))?;
        let mut movements = Vec::new();
        for (old_due, unpaid) in open.get(step).into_iter().flatten() {
            // What is not yet paid moves to the due date of the newer run.
            if *old_due != due && *unpaid != Cents::ZERO {
                movements.push((*old_due, unpaid.checked_neg()?));
                rest = rest.checked_add(*unpaid)?;
            }
        }
        if rest != Cents::ZERO {
            movements.push((due, rest));
        }
        let first = u32::try_from(posted.len()).ok()?.checked_add(1)?;
        for (sequence, (due, amount)) in (first..).zip(movements) {
            lines.push(Movement { step: step.clone(), sequence, due, amount });
        }
    }
    Some(lines)
}

fn pay(state: &State, writer: &mut Writer, due: Date) -> Result<(), Box<Refusal>> {
    for (key, dossier) in state.dossiers() {
        let lines = dossier.due_by(due);
        if lines.is_empty() {
            continue;
        }
        writer.write(Contents {
            key: entry_key(key, Some(dossier), Kind::Pay, ""),
            about: key.clone(),
            payer: dossier.payer.clone(),
            currency: dossier.currency.clone(),
            action: Action::Pay { due, lines },
        })?;
    }
    if writer.outcome.entries.is_empty() {
        writer.outcome.notes.push(Note::NothingDue { due });
    }
    Ok(())
}

fn adjust(state: &State, writer: &mut Writer, asked: &Adjustment) -> Result<(), Box<Refusal>> {
    for (of, is_good) in [
        ("reference", is_name(&asked.reference)),
        ("author", is_name(&asked.author)),
        ("reason", is_reason(&asked.reason)),
    ] {
        if !is_good {
            return Err(Box::new(Refusal::Name { of }));
        }
    }
    if asked.amount == Cents::ZERO {
        return Err(Box::new(Refusal::NoAmount));
    }
    let statement = || asked.about.clone();
    let Some(dossier) = state.dossier(&asked.about) else {
        return Err(Box::new(Refusal::NotPublished { statement: statement() }));
    };
    if let Some(known) = dossier.adjustments.get(&asked.reference) {
        let is_same = known.author == asked.author
            && known.reason == asked.reason
            && known.amount == asked.amount
            && known.due == asked.due;
        if !is_same {
            let (reference, entry) = (asked.reference.clone(), known.entry);
            return Err(Box::new(Refusal::OtherAdjustment { statement: statement(), reference, entry }));
        }
        writer.outcome.notes.push(Note::AlreadyAdjusted { entry: known.entry });
        return Ok(());
    }
    let action = Action::of_adjustment(asked);
    let is_small = asked.amount.get().unsigned_abs() <= AMOUNT_MAX_CENTS.unsigned_abs();
    if !is_small || dossier.volume_with(&action.movements()).is_none() {
        return Err(Box::new(Refusal::TooLarge { statement: statement() }));
    }
    writer.write(Contents {
        key: entry_key(&asked.about, Some(dossier), Kind::Adjust, &asked.reference),
        about: statement(),
        payer: dossier.payer.clone(),
        currency: dossier.currency.clone(),
        action,
    })
}
