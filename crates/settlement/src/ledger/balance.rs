//! What was expected, paid and is still open: for each subject, and by date.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::state::State;
use crate::Step;

/// Expected against paid, for one subject under one instrument, over all its periods; in cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectBalance {
    /// The instrument: where the money comes from.
    pub instrument: String,
    /// Who pays.
    pub payer: String,
    /// Who receives.
    pub subject: String,
    /// The currency.
    pub currency: String,
    /// What the contract grants.
    pub granted: i128,
    /// What was granted or taken back outside the contract.
    pub adjusted: i128,
    /// What was paid.
    pub paid: i128,
    /// What is still to be paid; negative when it is to be recovered.
    pub open: i128,
}

/// An amount that is still open, and when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// When.
    pub due: Date,
    /// The currency.
    pub currency: String,
    /// The amount in cents.
    pub amount: i128,
}

/// Returns expected against paid, by instrument, subject, payer and currency.
pub fn subject_balances(state: &State) -> Vec<SubjectBalance> {
    let mut balances: BTreeMap<(&str, &str, &str, &str), [i128; 3]> = BTreeMap::new();
    for (key, dossier) in state.dossiers() {
        let name = (&*key.instrument, &*key.subject, &*dossier.payer, &*dossier.currency);
        let [granted, adjusted, paid] = balances.entry(name).or_default();
        for (step, lines) in &dossier.steps {
            let expected = match step {
                Step::Instalment { .. } => &mut *granted,
                Step::Adjustment { .. } => &mut *adjusted,
            };
            for line in lines {
                let amount = i128::from(line.amount.get());
                *expected += amount;
                if line.paid_by.is_some() {
                    *paid += amount;
                }
            }
        }
    }
    let balance = |((instrument, subject, payer, currency), [granted, adjusted, paid]): (_, [i128; 3])| {
        let name: fn(&str) -> String = str::to_owned;
        SubjectBalance {
            instrument: name(instrument),
            payer: name(payer),
            subject: name(subject),
            currency: name(currency),
            granted,
            adjusted,
            paid,
            open: granted + adjusted - paid,
        }
    };
    balances.into_iter().map(balance).collect()
}

/// Returns what is still open, by due date and currency: what cash is to come, and when.
pub fn open_by_date(state: &State) -> Vec<Open> {
    let mut open: BTreeMap<(Date, &str), i128> = BTreeMap::new();
    for dossier in state.dossiers().values() {
        for line in dossier.open() {
            *open.entry((line.due, &*dossier.currency)).or_default() += i128::from(line.amount.get());
        }
    }
    open.retain(|_, amount| *amount != 0);
    open.into_iter()
        .map(|((due, currency), amount)| Open { due, currency: currency.to_owned(), amount })
        .collect()
}
