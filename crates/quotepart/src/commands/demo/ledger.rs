//! A step that publishes a run, pays it, corrects a fact, publishes again and pays the difference; all in memory.

use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::civil::Date;
use rulebook::facts::Options;
use rulebook::identity::{RunOptions, run_identity};
use rulebook::interpret::settle;
use rulebook::{Language, Plan};
use settlement::Statement;
use settlement::ledger::{Command, Entry, Kind, Outcome as Done, State, apply, subject_balances};

use super::script::{CorrectedFact, LedgerStep};
use crate::cli::Context;
use crate::fact_files::{self, Wanted};
use crate::failure::Outcome;
use crate::table::Table;
use crate::{commands, console, embedded, folder, words};

/// Prints what happens in the ledger to one subject, entry by entry.
pub(super) fn show(context: &Context, step: &LedgerStep) -> Outcome<()> {
    let language = context.language;
    let files = context.library.find(&step.rulebook)?;
    let book = folder::load(&files)?;
    let plan = commands::plan(&book, step.at, None)?;
    let before = statements(&plan, &step.facts, None)?;
    let after = statements(&plan, &step.facts, Some(&step.correct))?;
    let reason = Some(step.reason.get(language).to_owned());
    let publish = |statements: &[Statement], reason| {
        let statements = statements.to_vec();
        Command::Publish { statements, reason, engine: None, restore: false }
    };
    let mut ledger = Ledger::default();
    ledger.does(&publish(&before, None), step.days.publish)?;
    ledger.does(&Command::Pay { due: step.days.pay }, step.days.pay)?;
    ledger.does(&publish(&after, reason), step.days.correct)?;
    ledger.does(&Command::Pay { due: step.days.pay_again }, step.days.pay_again)?;
    console::data(&ledger.table(&step.correct.subject, language))?;
    let (input, reason) = (&step.correct.input, step.reason.get(language));
    let label = book
        .inputs
        .iter()
        .find(|known| known.decl.named.name == *input)
        .map(|known| known.decl.named.label());
    let label = label.with_context(|| format!("the demonstration corrects `{input}`, which is no input"))?;
    let label = label.get(language);
    let again = ledger.does(&publish(&after, None), step.days.pay_again)?;
    let note = again.notes.first().context("the demonstration publishes twice without a word")?;
    let note = note.text();
    let note = note.get(language);
    let value = &step.correct.value;
    console::data(&match language {
        Language::French => format!(
            "\nCorrigé : {label} = {value}. Motif inscrit : {reason}.\nLe même calcul publié une fois de plus : {note}.\n"
        ),
        Language::English => format!(
            "\nCorrected: {label} = {value}. Reason on record: {reason}.\nThe same run published once more: {note}.\n"
        ),
    })
}

/// Settles the facts, one of them corrected, and returns the statements.
fn statements(
    plan: &Plan<'_>,
    facts: &BTreeMap<String, String>,
    correct: Option<&CorrectedFact>,
) -> Outcome<Vec<Statement>> {
    let mut files = Vec::new();
    for (entity, path) in facts {
        let text = embedded::demo(path).with_context(|| format!("demo/{path} is not embedded"))?;
        let is_subject = entity == "subject";
        let text = match correct.filter(|_| is_subject) {
            Some(correct) => corrected(text, correct)?,
            None => text.to_owned(),
        };
        let entity = Some(entity.clone()).filter(|_| !is_subject);
        let wanted = Wanted { entity, given: format!("demo/{path}"), path: path.into() };
        let parsed = fact_files::parse(wanted, text.as_bytes());
        files.push(parsed.map_err(|finding| anyhow::anyhow!("demo/{path}: {}", finding.message.en))?);
    }
    let identities: Vec<_> = files.iter().map(|read| read.wanted.identity(&read.sha256)).collect();
    let options = RunOptions { official: false, excluded: Vec::new(), map: Vec::new(), numbers: None };
    let run = run_identity(plan, &identities, &options);
    let (facts, _) = fact_files::collect(plan.book, files, &Options::default())?;
    let settlement = settle(plan, &facts, false, &[]);
    Ok(settlement::statements(plan, &facts, &settlement, &run).statements)
}

/// Returns a file of facts with one value replaced.
fn corrected(text: &str, correct: &CorrectedFact) -> anyhow::Result<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let place = |name: &str| headers.iter().position(|header| header == name);
    let id = place("subject").context("the facts have no subject")?;
    let input = place(&correct.input).with_context(|| format!("there is no `{}`", correct.input))?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headers)?;
    for row in reader.records() {
        let row = row?;
        let is_meant = row.get(id) == Some(correct.subject.as_str());
        let cells = row.iter().enumerate();
        let cell = |(at, cell)| if is_meant && at == input { correct.value.as_str() } else { cell };
        writer.write_record(cells.map(cell))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// A ledger in memory.
#[derive(Default)]
struct Ledger {
    state: State,
    entries: Vec<Entry>,
}

impl Ledger {
    fn does(&mut self, command: &Command, today: Date) -> anyhow::Result<Done> {
        let done = apply(&self.state, command, today)?;
        for entry in &done.entries {
            self.state.advance(entry)?;
            self.entries.push(entry.clone());
        }
        Ok(done)
    }

    /// Returns what happened to a subject, and where it stood after each entry.
    fn table(&self, subject: &str, language: Language) -> String {
        let mut table = Table::default();
        let headings = match language {
            Language::French => ["date", subject, "montant", "accordé", "payé", "reste à payer"],
            Language::English => ["date", subject, "amount", "granted", "paid", "still to pay"],
        };
        for (place, heading) in headings.into_iter().enumerate() {
            table.column(heading, place >= 2);
        }
        let mut state = State::default();
        for entry in &self.entries {
            // The ledger of the demonstration has just accepted each of them.
            if state.advance(entry).is_err() || entry.about.subject != subject {
                continue;
            }
            let money = |cents| words::money(cents, &entry.currency, language);
            let total = i128::from(entry.action.total().unwrap_or_default().get());
            let mut row = vec![
                rulebook::show::date(entry.recorded, language),
                kind(entry.kind(), total < 0, language).to_owned(),
                money(total),
            ];
            let stands = subject_balances(&state).into_iter().find(|balance| balance.subject == subject);
            row.extend(stands.into_iter().flat_map(|one| [one.granted, one.paid, one.open]).map(money));
            table.row(row);
        }
        table.render()
    }
}

fn kind(kind: Kind, is_taken_back: bool, language: Language) -> &'static str {
    let (fr, en) = match kind {
        Kind::Publish => ("publié", "published"),
        Kind::Correct => ("corrigé", "corrected"),
        Kind::Pay if is_taken_back => ("repris", "recovered"),
        Kind::Pay => ("payé", "paid"),
        Kind::Adjust => ("ajusté", "adjusted"),
    };
    match language {
        Language::French => fr,
        Language::English => en,
    }
}
