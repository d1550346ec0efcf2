//! CSV: one table for entries, one for their lines, one for their postings, and two of balances.
//!
//! Amounts have two decimals and a point; a cell with a separator, a quote or a line end is quoted.

use super::units;
use crate::Step;
use crate::ledger::{Action, Entry, State, subject_balances};

/// Writes the entries: what happened, to which statement, why, and for how much in all.
pub fn entries_csv(entries: &[Entry]) -> String {
    let mut table = Table::new(&[
        "sequence",
        "key",
        "kind",
        "effective",
        "recorded",
        "instrument",
        "subject",
        "first",
        "last",
        "payer",
        "currency",
        "total",
        "run",
        "engine",
        "corrects",
        "due",
        "author",
        "reason",
        "previous",
        "hash",
    ]);
    for entry in entries {
        let mut said = Said::default();
        match &entry.action {
            Action::Publish { run, engine, reason, .. } => {
                said.run.clone_from(run);
                said.engine = engine.clone().unwrap_or_default();
                said.reason = reason.clone().unwrap_or_default();
            }
            Action::Correct { corrects, run, engine, reason, .. } => {
                said.run.clone_from(run);
                said.engine = engine.clone().unwrap_or_default();
                said.corrects = corrects.to_string();
                said.reason = reason.clone().unwrap_or_default();
            }
            Action::Pay { due, .. } => said.due = due.to_string(),
            Action::Adjust { author, reason, due, .. } => {
                said.due = due.to_string();
                said.author.clone_from(author);
                said.reason.clone_from(reason);
            }
        }
        let about = &entry.about;
        table.row([
            entry.sequence.to_string(),
            entry.key.clone(),
            entry.kind().name().to_owned(),
            entry.effective.to_string(),
            entry.recorded.to_string(),
            about.instrument.clone(),
            about.subject.clone(),
            about.first.to_string(),
            about.last.to_string(),
            entry.payer.clone(),
            entry.currency.clone(),
            entry.action.total().unwrap_or_default().to_string(),
            said.run,
            said.engine,
            said.corrects,
            said.due,
            said.author,
            said.reason,
            entry.previous.to_string(),
            entry.hash.to_string(),
        ]);
    }
    table.text
}

/// What only some kinds of entries say.
#[derive(Default)]
struct Said {
    run: String,
    engine: String,
    corrects: String,
    due: String,
    author: String,
    reason: String,
}

/// Writes every amount posted or paid with its payment key: the source of each euro.
pub fn lines_csv(entries: &[Entry]) -> String {
    let mut table = Table::new(&[
        "sequence",
        "kind",
        "recorded",
        "payment_key",
        "instrument",
        "subject",
        "step",
        "number",
        "due",
        "currency",
        "amount",
    ]);
    for entry in entries {
        for line in entry.action.movements().iter() {
            let (step, number) = match &line.step {
                Step::Instalment { rule, number } => (rule.clone(), number.to_string()),
                Step::Adjustment { reference } => (format!("/{reference}"), String::new()),
            };
            table.row([
                entry.sequence.to_string(),
                entry.kind().name().to_owned(),
                entry.recorded.to_string(),
                entry.payment_key(line).to_string(),
                entry.about.instrument.clone(),
                entry.about.subject.clone(),
                step,
                number,
                line.due.to_string(),
                entry.currency.clone(),
                line.amount.to_string(),
            ]);
        }
    }
    table.text
}

/// Writes the postings: debits positive.
pub fn postings_csv(entries: &[Entry]) -> String {
    let mut table = Table::new(&["sequence", "recorded", "account", "currency", "amount"]);
    for entry in entries {
        for posting in &entry.postings {
            table.row([
                entry.sequence.to_string(),
                entry.recorded.to_string(),
                posting.account.to_string(),
                entry.currency.clone(),
                posting.amount.to_string(),
            ]);
        }
    }
    table.text
}

/// Writes what every account holds.
pub fn balances_csv(state: &State) -> String {
    let mut table = Table::new(&["account", "currency", "amount"]);
    for ((account, currency), amount) in state.balances() {
        table.row([account.to_string(), currency.clone(), units(*amount)]);
    }
    table.text
}

/// Writes expected against paid for each subject and instrument.
pub fn subjects_csv(state: &State) -> String {
    let mut table =
        Table::new(&["instrument", "subject", "payer", "currency", "granted", "adjusted", "paid", "open"]);
    for balance in subject_balances(state) {
        table.row([
            balance.instrument,
            balance.subject,
            balance.payer,
            balance.currency,
            units(balance.granted),
            units(balance.adjusted),
            units(balance.paid),
            units(balance.open),
        ]);
    }
    table.text
}

struct Table {
    text: String,
}

impl Table {
    fn new(columns: &[&str]) -> Self {
        let mut table = Self { text: String::new() };
        table.row(columns.iter().map(|column| (*column).to_owned()));
        table
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (column, cell) in cells.into_iter().enumerate() {
            if column > 0 {
                self.text.push(',');
            }
            if cell.contains([',', ';', '"', '\n', '\r']) {
                self.text.push('"');
                self.text.push_str(&cell.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(&cell);
            }
        }
        self.text.push('\n');
    }
}
