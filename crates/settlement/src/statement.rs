//! A statement: what one subject is owed for a period, line by line, and when.

use std::collections::BTreeSet;

use exact::Cents;
use jiff::civil::Date;
use rulebook::{Text, text};
use serde::{Deserialize, Serialize};

use crate::canonical::Canonical;
use crate::{Digest, StatementKey, wire};

/// The largest amount of an instalment, either way: ten thousand billion units, so that sums stay far from the limits.
pub const AMOUNT_MAX_CENTS: i64 = 1_000_000_000_000_000;

/// The largest number of instalments in one statement.
pub const INSTALMENTS_MAX: usize = 1_000;

/// The largest size of a name: an instrument, a subject, a payer, a rule, an author.
pub const NAME_BYTES_MAX: usize = 500;

/// What one subject is owed for a period by one run; checked when it is made, and never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StatementParts", into = "StatementParts")]
pub struct Statement {
    parts: StatementParts,
}

/// The plain data of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementParts {
    /// Which statement it is.
    pub key: StatementKey,
    /// Who pays.
    pub payer: String,
    /// The currency of every amount.
    pub currency: String,
    /// The identity of the run.
    pub run: String,
    /// One line for each paying rule.
    pub lines: Vec<StatementLine>,
}

/// The amount of one paying rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementLine {
    /// The rule's name.
    pub rule: String,
    /// Its words for people.
    pub label: Text,
    /// The amount; negative when it is to be recovered.
    #[serde(rename = "cents", with = "wire::cents")]
    pub amount: Cents,
    /// The parts of the amount and when they are due.
    pub instalments: Vec<Instalment>,
}

/// A part of an amount, and when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// Its number in the schedule of the rule, from 1.
    pub number: u32,
    /// When it is due.
    #[serde(with = "wire::date")]
    pub due: Date,
    /// The amount.
    #[serde(rename = "cents", with = "wire::cents")]
    pub amount: Cents,
}

/// Says why a statement cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text().en)]
pub enum StatementError {
    /// A name is empty or too long.
    Name {
        /// Which: `instrument`, `subject`, `payer`, `currency`, `run` or `rule`.
        of: &'static str,
    },
    /// The period ends before it begins.
    Period {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
    /// A rule has two lines.
    RuleTwice {
        /// The rule.
        rule: String,
    },
    /// Two instalments of a rule have one number, or a number is zero.
    InstalmentNumber {
        /// The rule.
        rule: String,
        /// The number.
        number: u32,
    },
    /// The instalments do not add up to the amount.
    Sum {
        /// The rule.
        rule: String,
        /// The amount.
        amount: Cents,
        /// What the instalments add up to, when it can be said.
        found: Option<Cents>,
    },
    /// The amount cannot be cut as the schedule says.
    Schedule {
        /// The rule.
        rule: String,
    },
    /// There are more instalments than anybody needs.
    TooMany {
        /// How many.
        instalments: usize,
    },
    /// An amount is too large.
    TooLarge {
        /// The rule.
        rule: String,
    },
    /// The value of a rule is not an amount in whole cents.
    NotAnAmount {
        /// The rule.
        rule: String,
        /// The value as it is.
        value: String,
    },
    /// Rules of one statement pay in two currencies.
    TwoCurrencies {
        /// One.
        one: String,
        /// The other.
        other: String,
    },
}

impl Statement {
    /// Checks the parts and makes a statement of them.
    pub fn new(parts: StatementParts) -> Result<Self, StatementError> {
        let key = &parts.key;
        let names = [
            ("instrument", &key.instrument),
            ("subject", &key.subject),
            ("payer", &parts.payer),
            ("currency", &parts.currency),
            ("run", &parts.run),
        ];
        for (of, name) in names {
            check_name(of, name)?;
        }
        if key.last < key.first {
            return Err(StatementError::Period { first: key.first, last: key.last });
        }
        let instalments = parts.lines.iter().map(|line| line.instalments.len()).sum();
        if instalments > INSTALMENTS_MAX {
            return Err(StatementError::TooMany { instalments });
        }
        let mut rules = BTreeSet::new();
        for line in &parts.lines {
            check_line(line)?;
            if !rules.insert(&line.rule) {
                return Err(StatementError::RuleTwice { rule: line.rule.clone() });
            }
        }
        Ok(Self { parts })
    }

    /// Returns which statement it is.
    pub fn key(&self) -> &StatementKey {
        &self.parts.key
    }

    /// Returns who pays.
    pub fn payer(&self) -> &str {
        &self.parts.payer
    }

    /// Returns the currency of every amount.
    pub fn currency(&self) -> &str {
        &self.parts.currency
    }

    /// Returns the identity of the run.
    pub fn run(&self) -> &str {
        &self.parts.run
    }

    /// Returns one line for each paying rule.
    pub fn lines(&self) -> &[StatementLine] {
        &self.parts.lines
    }

    /// Returns the plain data.
    pub fn parts(&self) -> &StatementParts {
        &self.parts
    }

    /// Returns what all lines add up to.
    pub fn total(&self) -> Cents {
        // The limits on amounts and on their number keep every sum within an `i64`.
        Cents::checked_sum(self.parts.lines.iter().map(|line| line.amount)).unwrap_or_default()
    }

    /// Returns the hash of everything that decides what is paid to whom and when; words for people do not.
    ///
    /// The order of the lines does not matter.
    pub fn content(&self) -> Digest {
        let mut lines: Vec<&StatementLine> = self.parts.lines.iter().collect();
        lines.sort_unstable_by_key(|line| &line.rule);
        Canonical::of("quotepart statement 1")
            .statement(&self.parts.key)
            .text(&self.parts.payer)
            .text(&self.parts.currency)
            .list(&lines, |hash, line| {
                let mut instalments: Vec<&Instalment> = line.instalments.iter().collect();
                instalments.sort_unstable_by_key(|part| part.number);
                hash.text(&line.rule).list(&instalments, |hash, part| {
                    hash.number(u64::from(part.number)).date(part.due).amount(part.amount)
                })
            })
            .finish()
    }
}

impl TryFrom<StatementParts> for Statement {
    type Error = StatementError;

    fn try_from(parts: StatementParts) -> Result<Self, StatementError> {
        Self::new(parts)
    }
}

impl From<Statement> for StatementParts {
    fn from(statement: Statement) -> Self {
        statement.parts
    }
}

fn check_name(of: &'static str, name: &str) -> Result<(), StatementError> {
    let is_good = !name.trim().is_empty() && name.len() <= NAME_BYTES_MAX;
    if is_good { Ok(()) } else { Err(StatementError::Name { of }) }
}

fn check_line(line: &StatementLine) -> Result<(), StatementError> {
    check_name("rule", &line.rule)?;
    let rule = || line.rule.clone();
    let mut numbers = BTreeSet::new();
    for part in &line.instalments {
        if part.amount.get().unsigned_abs() > AMOUNT_MAX_CENTS.unsigned_abs() {
            return Err(StatementError::TooLarge { rule: rule() });
        }
        if part.number == 0 || !numbers.insert(part.number) {
            return Err(StatementError::InstalmentNumber { rule: rule(), number: part.number });
        }
    }
    let found = Cents::checked_sum(line.instalments.iter().map(|part| part.amount));
    if found == Some(line.amount) {
        Ok(())
    } else {
        Err(StatementError::Sum { rule: rule(), amount: line.amount, found })
    }
}

impl StatementError {
    /// Returns what to tell people.
    pub fn text(&self) -> Text {
        match self {
            Self::Name { of } => {
                text!("le champ `{of}` est vide ou trop long", "the field `{of}` is empty or too long")
            }
            Self::Period { first, last } => text!(
                "la période finit le {last}, avant de commencer le {first}",
                "the period ends on {last}, before it begins on {first}"
            ),
            Self::RuleTwice { rule } => {
                text!("la règle `{rule}` a deux lignes", "the rule `{rule}` has two lines")
            }
            Self::InstalmentNumber { rule, number } => text!(
                "deux versements de `{rule}` portent le numéro {number}, ou ce numéro est zéro",
                "two instalments of `{rule}` have the number {number}, or it is zero"
            ),
            Self::Sum { rule, amount, found } => {
                let found = found.map_or_else(|| "?".to_owned(), |found| found.to_string());
                text!(
                    "les versements de `{rule}` font {found}, et non {amount}",
                    "the instalments of `{rule}` add up to {found}, not to {amount}"
                )
            }
            Self::Schedule { rule } => text!(
                "le montant de `{rule}` ne se découpe pas selon son échéancier",
                "the amount of `{rule}` cannot be cut as its schedule says"
            ),
            Self::TooMany { instalments } => text!(
                "{instalments} versements, plus que {INSTALMENTS_MAX}",
                "{instalments} instalments, more than {INSTALMENTS_MAX}"
            ),
            Self::TooLarge { rule } => {
                text!("le montant de `{rule}` est trop grand", "the amount of `{rule}` is too large")
            }
            Self::NotAnAmount { rule, value } => text!(
                "`{rule}` vaut {value}, qui n'est pas un nombre entier de centimes",
                "`{rule}` is {value}, which is not a whole number of cents"
            ),
            Self::TwoCurrencies { one, other } => text!(
                "les règles paient en deux monnaies, {one} et {other}",
                "the rules pay in two currencies, {one} and {other}"
            ),
        }
    }
}
