//! What the entries so far come to.

use std::collections::BTreeMap;

use exact::Cents;
use jiff::civil::Date;

use super::account::Account;
use super::entry::{Action, Entry, Movement};
use super::fault::{Fault, Where};
use super::meaning;
use crate::{Digest, StatementKey, Step};

/// Everything that is known after the last entry: the fold of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    head: Head,
    dossiers: BTreeMap<StatementKey, Dossier>,
    balances: BTreeMap<(Account, String), i128>,
}

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; zero before the first.
    pub sequence: u64,
    /// Its hash.
    pub hash: Digest,
    /// The date under which it stands.
    pub recorded: Option<Date>,
}

impl Default for Head {
    fn default() -> Self {
        Self { sequence: 0, hash: Digest::NONE, recorded: None }
    }
}

/// What happened to one statement since its first publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// Who pays.
    pub payer: String,
    /// The currency.
    pub currency: String,
    /// Every publication, the one in force last; there is at least one.
    pub publications: Vec<Publication>,
    /// Everything posted for each step, adjustments included.
    pub steps: BTreeMap<Step, Vec<Posted>>,
    /// Adjustments, by reference.
    pub adjustments: BTreeMap<String, Adjusted>,
    /// The entries that paid.
    pub payments: Vec<u64>,
    /// The sizes of everything posted, added up: it bounds every other sum.
    pub volume: Cents,
}

/// One publication of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The entry.
    pub entry: u64,
    /// The run.
    pub run: String,
    /// The hash of the statement.
    pub content: Digest,
    /// The version of the program that computed it, when it is known.
    pub engine: Option<String>,
    /// The date under which it stands.
    pub recorded: Date,
    /// Why, when it was said.
    pub reason: Option<String>,
}

/// A posted amount: paid once or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// When it is due.
    pub due: Date,
    /// The amount.
    pub amount: Cents,
    /// The entry that posted it.
    pub entry: u64,
    /// The entry that paid it.
    pub paid_by: Option<u64>,
}

/// An adjustment, as it stands in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjusted {
    /// The entry.
    pub entry: u64,
    /// Who decided.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When it is due.
    pub due: Date,
    /// How much.
    pub amount: Cents,
}

/// Where a statement of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is computed and not published.
    Draft,
    /// It is published and nothing is paid yet.
    Published,
    /// Part of it is paid.
    PartlyPaid,
    /// Nothing is left to pay.
    Paid,
    /// A later run has replaced it.
    Corrected,
}

impl Standing {
    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::PartlyPaid => "partly_paid",
            Self::Paid => "paid",
            Self::Corrected => "corrected",
        }
    }

    /// Returns the words for people.
    pub fn label(self) -> rulebook::Text {
        let (fr, en) = match self {
            Self::Draft => ("projet", "draft"),
            Self::Published => ("publié", "published"),
            Self::PartlyPaid => ("payé en partie", "partly paid"),
            Self::Paid => ("payé", "paid"),
            Self::Corrected => ("corrigé depuis", "corrected since"),
        };
        rulebook::Text::new(fr, en)
    }
}

impl State {
    /// Returns the end of the chain.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Returns what happened to every published statement.
    pub fn dossiers(&self) -> &BTreeMap<StatementKey, Dossier> {
        &self.dossiers
    }

    /// Returns what happened to one statement; nothing when it was never published.
    pub fn dossier(&self, key: &StatementKey) -> Option<&Dossier> {
        self.dossiers.get(key)
    }

    /// Returns what every account holds in each currency, in cents, debits positive.
    pub fn balances(&self) -> &BTreeMap<(Account, String), i128> {
        &self.balances
    }

    /// Returns where the statement of a run stands.
    pub fn standing(&self, key: &StatementKey, run: &str) -> Standing {
        self.dossier(key).map_or(Standing::Draft, |dossier| dossier.standing(run))
    }

    /// Checks that an entry may follow, and takes it in; a faulty one changes nothing.
    pub fn advance(&mut self, entry: &Entry) -> Result<(), Box<Fault>> {
        match meaning::check(self, entry) {
            Ok(()) => {
                self.accept(entry);
                Ok(())
            }
            Err(kind) => Err(Box::new(Fault { at: Where::Entry(entry.sequence), kind })),
        }
    }

    fn accept(&mut self, entry: &Entry) {
        for posting in &entry.postings {
            let account = (posting.account.clone(), entry.currency.clone());
            // A sum of fewer than 2^63 amounts of 64 bits fits 128 bits.
            let balance = self.balances.entry(account).or_default();
            *balance = balance.saturating_add(i128::from(posting.amount.get()));
        }
        let dossier = self.dossiers.entry(entry.about.clone()).or_insert_with(|| Dossier {
            payer: entry.payer.clone(),
            currency: entry.currency.clone(),
            publications: Vec::new(),
            steps: BTreeMap::new(),
            adjustments: BTreeMap::new(),
            payments: Vec::new(),
            volume: Cents::ZERO,
        });
        dossier.accept(entry);
        self.head = Head { sequence: entry.sequence, hash: entry.hash, recorded: Some(entry.recorded) };
    }
}

impl Dossier {
    /// Returns the publication in force.
    pub fn in_force(&self) -> Option<&Publication> {
        self.publications.last()
    }

    /// Returns where the statement of a run stands.
    pub fn standing(&self, run: &str) -> Standing {
        if self.publications.iter().all(|publication| publication.run != run) {
            return Standing::Draft;
        }
        if self.in_force().is_some_and(|publication| publication.run != run) {
            return Standing::Corrected;
        }
        if self.open().iter().all(|line| line.amount == Cents::ZERO) {
            return Standing::Paid;
        }
        if self.payments.is_empty() { Standing::Published } else { Standing::PartlyPaid }
    }

    /// Returns what was posted for a step in all.
    pub fn posted(&self, step: &Step) -> Cents {
        let lines = self.steps.get(step).into_iter().flatten();
        // The volume, which `meaning` checks, keeps every sum of posted amounts within an `i64`.
        Cents::checked_sum(lines.map(|line| line.amount)).unwrap_or_default()
    }

    /// Returns what is not yet paid: one amount for each step and due date, zeros included.
    pub fn open(&self) -> Vec<Movement> {
        let mut open: BTreeMap<(&Step, Date), (u32, Cents)> = BTreeMap::new();
        for (step, lines) in &self.steps {
            for (sequence, line) in (1_u32..).zip(lines).filter(|(_, line)| line.paid_by.is_none()) {
                let (last, sum) = open.entry((step, line.due)).or_default();
                *last = sequence;
                *sum = sum.checked_add(line.amount).unwrap_or_default();
            }
        }
        let movement = |((step, due), (sequence, amount)): ((&Step, Date), (u32, Cents))| Movement {
            step: step.clone(),
            sequence,
            due,
            amount,
        };
        open.into_iter().map(movement).collect()
    }

    /// Returns the posted amounts that a payment up to a day pays, each with its own key.
    ///
    /// None when all of it comes to nothing step by step: it waits for something to pay.
    pub fn due_by(&self, day: Date) -> Vec<Movement> {
        let mut due = Vec::new();
        let mut is_nothing = true;
        for (step, lines) in &self.steps {
            let mut sum = 0_i128;
            for (sequence, line) in (1_u32..).zip(lines) {
                if line.paid_by.is_none() && line.due <= day {
                    sum += i128::from(line.amount.get());
                    due.push(Movement { step: step.clone(), sequence, due: line.due, amount: line.amount });
                }
            }
            is_nothing &= sum == 0;
        }
        if is_nothing { Vec::new() } else { due }
    }

    fn accept(&mut self, entry: &Entry) {
        match &entry.action {
            Action::Publish { run, content, engine, reason, .. }
            | Action::Correct { run, content, engine, reason, .. } => {
                self.publications.push(Publication {
                    entry: entry.sequence,
                    run: run.clone(),
                    content: *content,
                    engine: engine.clone(),
                    recorded: entry.recorded,
                    reason: reason.clone(),
                });
            }
            Action::Pay { lines, .. } => {
                self.payments.push(entry.sequence);
                for line in lines {
                    if let Some(posted) = self.line_mut(line) {
                        posted.paid_by = Some(entry.sequence);
                    }
                }
                return;
            }
            Action::Adjust { reference, author, reason, due, amount } => {
                let adjusted = Adjusted {
                    entry: entry.sequence,
                    author: author.clone(),
                    reason: reason.clone(),
                    due: *due,
                    amount: *amount,
                };
                self.adjustments.insert(reference.clone(), adjusted);
            }
        }
        let movements = entry.action.movements();
        self.volume = self.volume_with(&movements).unwrap_or(self.volume);
        for line in movements.into_owned() {
            let posted = Posted { due: line.due, amount: line.amount, entry: entry.sequence, paid_by: None };
            self.steps.entry(line.step).or_default().push(posted);
        }
    }

    /// Returns the volume with more amounts posted; nothing when they are beyond the limits.
    pub(super) fn volume_with(&self, movements: &[Movement]) -> Option<Cents> {
        volume(movements)?.checked_add(self.volume)
    }

    fn line_mut(&mut self, line: &Movement) -> Option<&mut Posted> {
        let index = usize::try_from(line.sequence).ok()?.checked_sub(1)?;
        self.steps.get_mut(&line.step)?.get_mut(index)
    }
}

/// Adds up the sizes of amounts; nothing beyond the limits.
pub(super) fn volume(movements: &[Movement]) -> Option<Cents> {
    let sizes = movements.iter().map(|line| i128::from(line.amount.get().unsigned_abs()));
    let total = sizes.fold(0_i128, i128::saturating_add);
    i64::try_from(total).ok().map(Cents::new)
}
