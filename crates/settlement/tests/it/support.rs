//! What the tests share: short ways to write dates, statements and commands, and seeded numbers.

use exact::Cents;
use jiff::civil::Date;
use rulebook::Text;
use settlement::ledger::{Adjustment, Command, Entry, Outcome, Refusal, State, apply};
use settlement::{Instalment, Statement, StatementKey, StatementLine, StatementParts, Step};

/// Reads a date.
pub(crate) fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

/// Names the statement of a subject for 2024.
pub(crate) fn key(subject: &str) -> StatementKey {
    StatementKey {
        instrument: "contrat".to_owned(),
        subject: subject.to_owned(),
        first: date("2024-01-01"),
        last: date("2024-12-31"),
    }
}

/// Names a step.
pub(crate) fn step(rule: &str, number: u32) -> Step {
    Step::Instalment { rule: rule.to_owned(), number }
}

/// A rule and its instalments: number, due date, cents.
pub(crate) type Given<'a> = (&'a str, &'a [(u32, &'a str, i64)]);

/// Makes a statement from lines: a rule, and its instalments with number, due date and cents.
pub(crate) fn statement(key: StatementKey, run: &str, lines: &[Given<'_>]) -> Statement {
    let line = |(rule, parts): &Given<'_>| StatementLine {
        rule: (*rule).to_owned(),
        label: Text::same(*rule),
        amount: Cents::new(parts.iter().map(|part| part.2).sum()),
        instalments: parts
            .iter()
            .map(|(number, due, cents)| Instalment {
                number: *number,
                due: date(due),
                amount: Cents::new(*cents),
            })
            .collect(),
    };
    let parts = StatementParts {
        key,
        payer: "Caisse".to_owned(),
        currency: "EUR".to_owned(),
        run: run.to_owned(),
        lines: lines.iter().map(line).collect(),
    };
    Statement::new(parts).expect("a sound statement")
}

/// Asks for a publication that does not name an engine, as entries of format 1.
pub(crate) fn publish(statements: &[Statement]) -> Command {
    Command::Publish { statements: statements.to_vec(), reason: None, engine: None, restore: false }
}

/// Asks for a publication that corrects another, computed by an engine of a version.
pub(crate) fn correct_by(engine: &str, statements: &[Statement]) -> Command {
    Command::Publish {
        statements: statements.to_vec(),
        reason: Some("motif".to_owned()),
        engine: Some(engine.to_owned()),
        restore: false,
    }
}

/// Asks for a publication that corrects another.
pub(crate) fn correct(statements: &[Statement]) -> Command {
    correct_by("0.2.0", statements)
}

/// Asks for a payment.
pub(crate) fn pay(due: &str) -> Command {
    Command::Pay { due: date(due) }
}

/// Asks for an adjustment of a subject.
pub(crate) fn adjust(subject: &str, reference: &str, cents: i64, due: &str) -> Command {
    Command::Adjust(Adjustment {
        about: key(subject),
        reference: reference.to_owned(),
        author: "Directrice".to_owned(),
        reason: "erreur de saisie reconnue".to_owned(),
        amount: Cents::new(cents),
        due: date(due),
    })
}

/// A ledger in memory.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) state: State,
    pub(crate) entries: Vec<Entry>,
}

impl Ledger {
    /// Does a command, which must be accepted.
    #[track_caller]
    pub(crate) fn does(&mut self, command: &Command, today: &str) -> Outcome {
        let outcome = apply(&self.state, command, date(today)).expect("an accepted command");
        for entry in &outcome.entries {
            self.state.advance(entry).expect("an entry that follows");
            self.entries.push(entry.clone());
        }
        outcome
    }

    /// Asks for a command, which must be refused.
    #[track_caller]
    pub(crate) fn refuses(&self, command: &Command, today: &str) -> Refusal {
        *apply(&self.state, command, date(today)).expect_err("a refusal")
    }

    /// Returns what a subject was paid and what is still open, in cents.
    pub(crate) fn paid_and_open(&self, subject: &str) -> (i64, i64) {
        let dossier = self.state.dossier(&key(subject)).expect("a published statement");
        let lines = dossier.steps.values().flatten();
        let paid = lines.filter(|line| line.paid_by.is_some()).map(|line| line.amount.get()).sum();
        let open = dossier.open().iter().map(|line| line.amount.get()).sum();
        (paid, open)
    }
}

/// Seeded numbers (splitmix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Returns the next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below a limit.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Returns an index below a length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).expect("a length");
        usize::try_from(self.below(length)).expect("an index")
    }

    /// Returns true once in so many times.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// Returns a number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low).expect("an interval") + 1;
        low + i64::try_from(self.below(width)).expect("a number inside")
    }
}
