//! An entry of the ledger: what happened to one statement, as postings that sum to zero.

use std::borrow::Cow;

use exact::Cents;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account::Account;
use super::command::Adjustment;
use super::state::Head;
use crate::canonical::Canonical;
use crate::{Digest, PaymentKey, StatementKey, Step, wire};

/// The latest version of the form of entries.
pub const FORMAT: u32 = 2;

/// One entry; its fields are public because it is data, but only its hash makes it believable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version of the form.
    pub format: Format,
    /// Its number, from 1.
    pub sequence: u64,
    /// The key that no other entry has.
    pub key: String,
    /// The date that was given.
    #[serde(with = "wire::date")]
    pub effective: Date,
    /// The date under which it stands: never before the entry before.
    #[serde(with = "wire::date")]
    pub recorded: Date,
    /// The statement.
    pub about: StatementKey,
    /// Who pays.
    pub payer: String,
    /// The currency of every amount.
    pub currency: String,
    /// What happened.
    pub action: Action,
    /// What moved between accounts; they sum to zero, and there are none where nothing moves.
    pub postings: Vec<Posting>,
    /// The hash of the entry before.
    pub previous: Digest,
    /// The hash of all the above.
    pub hash: Digest,
}

/// The version of the form of an entry; it grows with what a reader of the one before would not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// 1: a publication that does not name an engine, and everything that is not a publication.
    #[default]
    First,
    /// 2: a publication that names the engine.
    Second,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A statement is published for the first time.
    Publish {
        /// The run.
        run: String,
        /// The hash of the statement.
        content: Digest,
        /// The version of the program that computed the statement; entries of format 1 do not name it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        engine: Option<String>,
        /// Why, when it was said.
        reason: Option<String>,
        /// What is posted.
        lines: Vec<Movement>,
    },
    /// Another run, or the same one computed by another engine, replaces what is published: the difference is posted,
    /// if there is one.
    Correct {
        /// The entry that published what is corrected.
        corrects: u64,
        /// The run.
        run: String,
        /// The hash of the statement.
        content: Digest,
        /// The version of the program that computed the statement; entries of format 1 do not name it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        engine: Option<String>,
        /// Why, when it was said.
        reason: Option<String>,
        /// The differences.
        lines: Vec<Movement>,
    },
    /// What is due is paid.
    Pay {
        /// Everything due up to this day is paid.
        #[serde(with = "wire::date")]
        due: Date,
        /// The posted amounts that are paid, each once.
        lines: Vec<Movement>,
    },
    /// Somebody decides to grant or take back an amount outside the contract.
    Adjust {
        /// What the author calls it: once for each statement.
        reference: String,
        /// Who decided.
        author: String,
        /// Why.
        reason: String,
        /// When it is due.
        #[serde(with = "wire::date")]
        due: Date,
        /// How much.
        #[serde(rename = "cents", with = "wire::cents")]
        amount: Cents,
    },
}

/// The kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A first publication.
    Publish,
    /// A correction.
    Correct,
    /// A payment.
    Pay,
    /// A discretionary adjustment.
    Adjust,
}

/// An amount of one step of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Movement {
    /// The step.
    pub step: Step,
    /// The number of the posting of this step.
    pub sequence: u32,
    /// When it is due.
    #[serde(with = "wire::date")]
    pub due: Date,
    /// The amount, positive when the subject receives it.
    #[serde(rename = "cents", with = "wire::cents")]
    pub amount: Cents,
}

/// An amount that an account takes: debits are positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    /// The account.
    #[serde(with = "wire::word")]
    pub account: Account,
    /// The amount.
    #[serde(rename = "cents", with = "wire::cents")]
    pub amount: Cents,
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.number())
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1 => Ok(Self::First),
            FORMAT => Ok(Self::Second),
            other => Err(D::Error::custom(format_args!(
                "format {other} is none of 1 to {FORMAT}, those that are known here"
            ))),
        }
    }
}

impl Format {
    /// Returns the form in which something is written.
    pub(super) fn of(action: &Action) -> Self {
        match action {
            Action::Publish { engine: Some(_), .. } | Action::Correct { engine: Some(_), .. } => Self::Second,
            _ => Self::First,
        }
    }

    fn number(self) -> u32 {
        match self {
            Self::First => 1,
            Self::Second => FORMAT,
        }
    }
}

impl Kind {
    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Correct => "correct",
            Self::Pay => "pay",
            Self::Adjust => "adjust",
        }
    }
}

impl Action {
    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Publish { .. } => Kind::Publish,
            Self::Correct { .. } => Kind::Correct,
            Self::Pay { .. } => Kind::Pay,
            Self::Adjust { .. } => Kind::Adjust,
        }
    }

    /// Returns the amounts of steps that it posts or pays.
    pub fn movements(&self) -> Cow<'_, [Movement]> {
        match self {
            Self::Publish { lines, .. } | Self::Correct { lines, .. } | Self::Pay { lines, .. } => {
                Cow::Borrowed(lines)
            }
            Self::Adjust { reference, due, amount, .. } => {
                let step = Step::Adjustment { reference: reference.clone() };
                Cow::Owned(vec![Movement { step, sequence: 1, due: *due, amount: *amount }])
            }
        }
    }

    /// Returns what its movements add up to; nothing beyond the limits.
    pub fn total(&self) -> Option<Cents> {
        match self {
            Self::Publish { lines, .. } | Self::Correct { lines, .. } | Self::Pay { lines, .. } => {
                Cents::checked_sum(lines.iter().map(|line| line.amount))
            }
            Self::Adjust { amount, .. } => Some(*amount),
        }
    }

    /// Returns the adjustment as it was asked for.
    pub(super) fn of_adjustment(asked: &Adjustment) -> Self {
        Self::Adjust {
            reference: asked.reference.clone(),
            author: asked.author.clone(),
            reason: asked.reason.clone(),
            due: asked.due,
            amount: asked.amount,
        }
    }
}

/// What an entry says, before it has a place in the chain.
pub(super) struct Contents {
    pub(super) key: String,
    pub(super) about: StatementKey,
    pub(super) payer: String,
    pub(super) currency: String,
    pub(super) action: Action,
}

impl Entry {
    /// Puts contents after the last entry; nothing when an amount is beyond the limits.
    pub(super) fn sealed(head: &Head, given: Date, contents: Contents) -> Option<Self> {
        let Contents { key, about, payer, currency, action } = contents;
        let postings = postings(&about, &payer, &action)?;
        let mut entry = Self {
            format: Format::of(&action),
            sequence: head.sequence.checked_add(1)?,
            key,
            effective: given,
            recorded: head.recorded.map_or(given, |last| last.max(given)),
            about,
            payer,
            currency,
            action,
            postings,
            previous: head.hash,
            hash: Digest::NONE,
        };
        entry.hash = entry.computed_hash();
        Some(entry)
    }

    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        self.action.kind()
    }

    /// Returns whether the date given was before that of the entry before.
    pub fn clock_went_back(&self) -> bool {
        self.effective < self.recorded
    }

    /// Returns the key under which an amount of this statement is posted and paid.
    pub fn payment_key(&self, movement: &Movement) -> PaymentKey {
        PaymentKey { statement: self.about.clone(), step: movement.step.clone(), sequence: movement.sequence }
    }

    /// Returns the postings that the action amounts to; nothing when they are beyond the limits.
    pub fn expected_postings(&self) -> Option<Vec<Posting>> {
        postings(&self.about, &self.payer, &self.action)
    }

    /// Computes the hash of everything but the hash.
    pub fn computed_hash(&self) -> Digest {
        let hash = Canonical::of(&format!("quotepart ledger entry {}", self.format.number()))
            .number(self.sequence)
            .text(&self.key)
            .date(self.effective)
            .date(self.recorded)
            .statement(&self.about)
            .text(&self.payer)
            .text(&self.currency);
        hash_action(hash, &self.action)
            .list(&self.postings, |hash, posting| hash.shown(&posting.account).amount(posting.amount))
            .digest(self.previous)
            .finish()
    }
}

/// Adds the engine where one is named; the format, which is hashed before, says whether one is.
fn named(hash: Canonical, engine: Option<&str>) -> Canonical {
    match engine {
        Some(engine) => hash.text(engine),
        None => hash,
    }
}

fn hash_action(hash: Canonical, action: &Action) -> Canonical {
    let hash = hash.text(action.kind().name());
    let movements = |hash: Canonical, lines: &[Movement]| {
        hash.list(lines, |hash, line| {
            hash.step(&line.step).number(u64::from(line.sequence)).date(line.due).amount(line.amount)
        })
    };
    match action {
        Action::Publish { run, content, engine, reason, lines } => {
            let hash = named(hash.text(run).digest(*content), engine.as_deref());
            movements(hash.optional(reason.as_deref()), lines)
        }
        Action::Correct { corrects, run, content, engine, reason, lines } => {
            let hash = named(hash.number(*corrects).text(run).digest(*content), engine.as_deref());
            movements(hash.optional(reason.as_deref()), lines)
        }
        Action::Pay { due, lines } => movements(hash.date(*due), lines),
        Action::Adjust { reference, author, reason, due, amount } => {
            hash.text(reference).text(author).text(reason).date(*due).amount(*amount)
        }
    }
}

fn postings(about: &StatementKey, payer: &str, action: &Action) -> Option<Vec<Posting>> {
    let total = action.total()?;
    if total == Cents::ZERO {
        return Some(Vec::new());
    }
    let payable = Account::payable(about);
    let (debit, credit) = match action {
        Action::Publish { .. } | Action::Correct { .. } => {
            (Account::Payer { name: payer.to_owned() }, payable)
        }
        Action::Adjust { .. } => (Account::Discretion { name: payer.to_owned() }, payable),
        Action::Pay { .. } => (payable, Account::paid(about)),
    };
    let against = total.checked_neg()?;
    Some(vec![Posting { account: debit, amount: total }, Posting { account: credit, amount: against }])
}
