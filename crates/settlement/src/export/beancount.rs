//! The ledger as a beancount file, which checks it anew: every transaction and every balance, without tolerance.
//!
//! Beancount wants its own names for accounts: five roots, and parts of letters, digits and hyphens that begin with
//! a capital. A name that several accounts would share is numbered in the order of the entries, so that a ledger
//! that grows keeps the names it had. Each account says in its metadata how we call it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::units;
use crate::ledger::{Account, Action, Entry};

/// Writes entries as a beancount file; they are taken as they are, so verify them first.
pub fn beancount(entries: &[Entry]) -> String {
    let mut names = Names::default();
    let mut balances: BTreeMap<(String, String), i128> = BTreeMap::new();
    let mut body = String::new();
    let mut opened: Vec<(Date, String, String)> = Vec::new();
    for entry in entries {
        let currency = names.currency(&entry.currency);
        for posting in &entry.postings {
            let (name, is_new) = names.account(&posting.account);
            if is_new {
                opened.push((entry.recorded, name.clone(), posting.account.to_string()));
            }
            let balance = balances.entry((name, currency.clone())).or_default();
            *balance = balance.saturating_add(i128::from(posting.amount.get()));
        }
        transaction(&mut body, entry, &currency, &mut names);
    }
    let mut text = String::from("option \"title\" \"Quotepart\"\n");
    // Beancount guesses a tolerance from the digits that it sees: none here, whatever it sees. The name is that of
    // beancount 3; it refuses the one of beancount 2.
    text.push_str("option \"tolerance_multiplier\" \"0\"\n");
    for currency in names.currencies.values() {
        text.push_str(&format!("option \"inferred_tolerance_default\" \"{currency}:0\"\n"));
    }
    for currency in names.currencies.values() {
        text.push_str(&format!("option \"operating_currency\" \"{currency}\"\n"));
    }
    text.push('\n');
    for (date, name, ours) in opened {
        text.push_str(&format!("{date} open {name}\n  quotepart: \"{}\"\n", escaped(&ours)));
    }
    text.push_str(&body);
    // Beancount checks a balance at the start of its day: the day after the last entry. Without one there is none.
    let last = entries.iter().map(|entry| entry.recorded).max();
    if let Some(after) = last.and_then(|last| last.checked_add(1.day()).ok()) {
        text.push('\n');
        for ((name, currency), amount) in balances {
            text.push_str(&format!("{after} balance {name} {} ~ 0.00 {currency}\n", units(amount)));
        }
    }
    text
}

fn transaction(body: &mut String, entry: &Entry, currency: &str, names: &mut Names) {
    let kind = entry.kind().name();
    let about = escaped(&entry.about.to_string());
    body.push_str(&format!("\n{} * \"{kind}\" \"{about}\"\n", entry.recorded));
    let mut meta = |name: &str, value: &str| {
        body.push_str(&format!("  {name}: \"{}\"\n", escaped(value)));
    };
    meta("sequence", &entry.sequence.to_string());
    meta("key", &entry.key);
    if entry.clock_went_back() {
        meta("effective", &entry.effective.to_string());
    }
    match &entry.action {
        Action::Publish { run, engine, reason, .. } => {
            meta("run", run);
            engine.iter().for_each(|engine| meta("engine", engine));
            reason.iter().for_each(|reason| meta("reason", reason));
        }
        Action::Correct { corrects, run, engine, reason, .. } => {
            meta("corrects", &corrects.to_string());
            meta("run", run);
            engine.iter().for_each(|engine| meta("engine", engine));
            reason.iter().for_each(|reason| meta("reason", reason));
        }
        Action::Pay { due, .. } => meta("due", &due.to_string()),
        Action::Adjust { author, reason, .. } => {
            meta("author", author);
            meta("reason", reason);
        }
    }
    for (index, line) in (1_u32..).zip(entry.action.movements().iter()) {
        let said = format!("{}/{} due {} {} {currency}", line.step, line.sequence, line.due, line.amount);
        meta(&format!("line-{index}"), &said);
    }
    meta("hash", &entry.hash.to_string());
    for posting in &entry.postings {
        let (name, _) = names.account(&posting.account);
        body.push_str(&format!("  {name}  {} {currency}\n", posting.amount));
    }
}

/// Writes text inside the quotes of a string.
fn escaped(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' => words.extend(['\\', letter]),
            letter if letter.is_control() => words.push(' '),
            letter => words.push(letter),
        }
    }
    words
}

/// Names that beancount accepts, each given once.
#[derive(Default)]
struct Names {
    accounts: BTreeMap<Account, String>,
    currencies: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Returns the name of an account, and whether it is new.
    fn account(&mut self, account: &Account) -> (String, bool) {
        if let Some(known) = self.accounts.get(account) {
            return (known.clone(), false);
        }
        let name = match account {
            Account::Payer { name } => format!("Expenses:Payer:{}", component(name)),
            Account::Discretion { name } => format!("Expenses:Discretion:{}", component(name)),
            Account::Payable { instrument, subject } => {
                format!("Liabilities:Payable:{}:{}", component(instrument), component(subject))
            }
            Account::Paid { instrument, subject } => {
                format!("Assets:Paid:{}:{}", component(instrument), component(subject))
            }
        };
        let name = self.take(&name);
        self.accounts.insert(account.clone(), name.clone());
        (name, true)
    }

    /// Returns the name of a currency: capitals and digits, two at least.
    fn currency(&mut self, currency: &str) -> String {
        if let Some(known) = self.currencies.get(currency) {
            return known.clone();
        }
        let mut name: String = currency
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(16)
            .collect::<String>()
            .to_ascii_uppercase();
        if !name.starts_with(|first: char| first.is_ascii_uppercase()) || name.len() < 2 {
            name.insert_str(0, "XX");
        }
        let name = self.take(&name);
        self.currencies.insert(currency.to_owned(), name.clone());
        name
    }

    fn take(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2_u32;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}-{number}");
            number = number.saturating_add(1);
        }
        name
    }
}

/// Writes a name as a part of an account: letters without accents, digits, hyphens, a capital first.
fn component(name: &str) -> String {
    let kept: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let mut letters = kept.trim_matches('-').chars();
    match letters.next() {
        Some(first) => std::iter::once(first.to_ascii_uppercase()).chain(letters).collect(),
        None => "X".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::component;

    #[test]
    fn parts_of_accounts_are_valid() {
        for (name, expected) in [
            ("equipe_1", "Equipe-1"),
            ("École 7", "Cole-7"),
            ("7e", "7e"),
            ("", "X"),
            ("…", "X"),
            ("a:b/c", "A-b-c"),
        ] {
            assert_eq!(component(name), expected);
        }
    }
}
