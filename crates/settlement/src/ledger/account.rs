//! Accounts: names of where money is, as data.

use std::fmt;
use std::str::FromStr;

use crate::StatementKey;
use crate::key::{Escaped, unescape};

/// An account; what each holds is in the documentation of [`super`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What contracts cost a payer.
    Payer {
        /// The payer's name.
        name: String,
    },
    /// What adjustments outside any contract cost a payer.
    Discretion {
        /// The payer's name.
        name: String,
    },
    /// What is still owed to a subject under an instrument.
    Payable {
        /// The instrument.
        instrument: String,
        /// The subject.
        subject: String,
    },
    /// What has been paid to a subject under an instrument.
    Paid {
        /// The instrument.
        instrument: String,
        /// The subject.
        subject: String,
    },
}

/// Says that a text is not the name of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an account")]
pub struct NotAnAccount {
    /// The text.
    pub text: String,
}

impl Account {
    /// Returns the account of what is owed under a statement.
    pub fn payable(key: &StatementKey) -> Self {
        Self::Payable { instrument: key.instrument.clone(), subject: key.subject.clone() }
    }

    /// Returns the account of what was paid under a statement.
    pub fn paid(key: &StatementKey) -> Self {
        Self::Paid { instrument: key.instrument.clone(), subject: key.subject.clone() }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payer { name } => write!(f, "payer:{}", Escaped(name)),
            Self::Discretion { name } => write!(f, "discretion:{}", Escaped(name)),
            Self::Payable { instrument, subject } => {
                write!(f, "payable:{}:{}", Escaped(instrument), Escaped(subject))
            }
            Self::Paid { instrument, subject } => {
                write!(f, "paid:{}:{}", Escaped(instrument), Escaped(subject))
            }
        }
    }
}

impl FromStr for Account {
    type Err = NotAnAccount;

    fn from_str(text: &str) -> Result<Self, NotAnAccount> {
        let wrong = || NotAnAccount { text: text.to_owned() };
        let parts: Vec<&str> = text.split(':').collect();
        let name = |part: &str| unescape(part).map_err(|_| wrong());
        match parts.as_slice() {
            ["payer", payer] => Ok(Self::Payer { name: name(payer)? }),
            ["discretion", payer] => Ok(Self::Discretion { name: name(payer)? }),
            ["payable", instrument, subject] => {
                Ok(Self::Payable { instrument: name(instrument)?, subject: name(subject)? })
            }
            ["paid", instrument, subject] => {
                Ok(Self::Paid { instrument: name(instrument)?, subject: name(subject)? })
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn accounts_are_read_back() {
        let accounts = [
            Account::Payer { name: "Caisse : siège".to_owned() },
            Account::Discretion { name: "x".to_owned() },
            Account::Payable { instrument: "a/b".to_owned(), subject: "1:2".to_owned() },
            Account::Paid { instrument: "a".to_owned(), subject: "%".to_owned() },
        ];
        for account in accounts {
            assert_eq!(account.to_string().parse::<Account>().unwrap(), account);
        }
        for wrong in ["payer", "payer:a:b", "paid:a", "bank:x", "paid:a:%"] {
            assert!(wrong.parse::<Account>().is_err(), "{wrong}");
        }
    }
}
