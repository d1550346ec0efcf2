//! `quotepart ledger balance`: what is granted, paid and open, for each subject.

use std::collections::BTreeMap;

use anyhow::Context as _;
use exact::Rational;
use jiff::civil::Date;
use report::{BarItem, Bars, Column, LedgerPage};
use rulebook::{Language, Text, text};
use serde_json::json;
use settlement::export::{subjects_csv, units};
use settlement::ledger::{State, SubjectBalance, open_by_date, replay, subject_balances};

use crate::cli::{BalanceFormat, Context, LedgerBalanceArgs};
use crate::commands::publish::due_lines;
use crate::failure::{Exit, Outcome};
use crate::ledger_file::Ledger;
use crate::table::Table;
use crate::{console, messages, output, usage, words};

/// How many subjects are shown on a screen; files have them all.
const SUBJECTS_SHOWN: usize = 100;

/// The columns of the table; the first two are names.
const FRENCH: [&str; 6] = ["bénéficiaire", "contrat", "accordé", "ajusté", "payé", "reste"];
const ENGLISH: [&str; 6] = ["payee", "contract", "granted", "adjusted", "paid", "open"];

/// The same columns on a page, which may be as narrow as a phone: amounts stand beside the payee.
const PAGE_ORDER: [usize; 6] = [0, 2, 3, 4, 5, 1];

/// Runs the command.
pub(crate) fn run(context: &Context, args: &LedgerBalanceArgs) -> Outcome<Exit> {
    let language = context.language;
    let at = args.at.as_deref().map(|words| usage::date(words, "--at")).transpose()?;
    if let Some(out) = &args.out {
        output::folder_exists(out)?;
    }
    let (ledger, notices) = Ledger::read(&args.ledger, language)?;
    notices.iter().for_each(|notice| messages::warning(notice, language));
    let state = match at {
        None => ledger.state,
        // The dates under which entries stand never go back.
        Some(at) => replay(ledger.entries.iter().take_while(|entry| entry.recorded <= at))
            .context("failed to replay the beginning of a sound ledger")?,
    };
    let words = match args.format {
        BalanceFormat::Text => shown(&state, at, language),
        BalanceFormat::Csv => subjects_csv(&state),
        BalanceFormat::Json => whole(&state, at)?,
        BalanceFormat::Html => {
            report::ledger_page(&page(&state, at, language), language).context("failed to write the page")?
        }
    };
    match &args.out {
        Some(path) => output::write(path, words.as_bytes())?,
        None => console::data(&words)?,
    }
    Ok(Exit::Done)
}

/// Returns the table of subjects, their sums, and what is still to be paid when.
fn shown(state: &State, at: Option<Date>, language: Language) -> String {
    let balances = subject_balances(state);
    let mut table = Table::default();
    let headings = match language {
        Language::French => FRENCH,
        Language::English => ENGLISH,
    };
    for (place, heading) in headings.into_iter().enumerate() {
        table.column(heading, place >= 2);
    }
    for one in balances.iter().take(SUBJECTS_SHOWN) {
        let amounts = [one.granted, one.adjusted, one.paid, one.open];
        table.row(row(&one.subject, &one.instrument, amounts, &one.currency, language));
    }
    let more = balances.len().saturating_sub(SUBJECTS_SHOWN);
    let [total, others] = match language {
        Language::French => ["total".to_owned(), format!("… et {more} autres")],
        Language::English => ["total".to_owned(), format!("… and {more} more")],
    };
    if more > 0 {
        table.row(vec![others]);
    }
    for (currency, sums) in sums(&balances) {
        table.row(row(&total, "", sums, currency, language));
    }
    let day = at.map(|at| rulebook::show::date(at, language));
    let heading = match (day, language) {
        (None, _) => String::new(),
        (Some(day), Language::French) => format!("Au {day} :\n\n"),
        (Some(day), Language::English) => format!("On {day}:\n\n"),
    };
    let open = open_by_date(state);
    let dues: BTreeMap<(Date, &str), i128> =
        open.iter().map(|open| ((open.due, open.currency.as_str()), open.amount)).collect();
    let dues = due_lines(&dues, language);
    let before = match (dues.is_empty(), language) {
        (true, Language::French) => "\nRien ne reste à payer.\n",
        (true, Language::English) => "\nNothing is left to pay.\n",
        (false, Language::French) => "\nReste à payer :\n",
        (false, Language::English) => "\nStill to pay:\n",
    };
    format!("{heading}{}{before}{}", table.render(), dues.concat())
}

fn row(name: &str, contract: &str, amounts: [i128; 4], currency: &str, language: Language) -> Vec<String> {
    let amounts = amounts.iter().map(|amount| words::money(*amount, currency, language));
    [name.to_owned(), contract.to_owned()].into_iter().chain(amounts).collect()
}

/// Adds up each currency.
fn sums(balances: &[SubjectBalance]) -> BTreeMap<&str, [i128; 4]> {
    let mut sums: BTreeMap<&str, [i128; 4]> = BTreeMap::new();
    for one in balances {
        let sum = sums.entry(&one.currency).or_default();
        for (sum, amount) in sum.iter_mut().zip([one.granted, one.adjusted, one.paid, one.open]) {
            *sum += amount;
        }
    }
    sums
}

/// Returns the content of a page.
fn page(state: &State, at: Option<Date>, language: Language) -> LedgerPage {
    let balances = subject_balances(state);
    let both =
        |cents: i128, currency: &str| Text::in_both(|language| words::money(cents, currency, language));
    let lead = |language: Language| {
        let sums = sums(&balances);
        let sentences = sums.iter().map(|(currency, sums)| {
            let [granted, adjusted, paid, open] = sums.map(|sum| words::money(sum, currency, language));
            match language {
                Language::French => {
                    format!("Accordé : {granted}. Ajusté hors contrat : {adjusted}. Payé : {paid}. Reste : {open}.")
                }
                Language::English => format!(
                    "Granted: {granted}. Adjusted outside the contract: {adjusted}. Paid: {paid}. Open: {open}."
                ),
            }
        });
        sentences.collect::<Vec<_>>().join(" ")
    };
    let mut dues: BTreeMap<String, Vec<BarItem>> = BTreeMap::new();
    for open in open_by_date(state) {
        let (id, printed) = (rulebook::show::date(open.due, language), both(open.amount, &open.currency));
        let item = BarItem { id, number: Rational::from(open.amount), printed };
        dues.entry(open.currency).or_default().push(item);
    }
    let label = |currency: &str| {
        text!(
            "Ce qui reste à payer, par échéance ({currency})",
            "What is still to pay, by due date ({currency})"
        )
    };
    let row = |one: &SubjectBalance| {
        let amounts = [one.granted, one.adjusted, one.paid, one.open];
        let amounts = amounts.map(|amount| both(amount, &one.currency));
        let mut row: Vec<Text> = [Text::same(&one.subject)].into_iter().chain(amounts).collect();
        row.push(Text::same(&one.instrument));
        row
    };
    let subtitle = |at: Date| {
        Text::in_both(|language| {
            let day = rulebook::show::date(at, language);
            match language {
                Language::French => format!("Au {day}"),
                Language::English => format!("On {day}"),
            }
        })
    };
    LedgerPage {
        title: text!("Registre : accordé, payé, dû", "Ledger: granted, paid, open"),
        subtitle: at.map(subtitle).unwrap_or_default(),
        lead: Text::in_both(lead),
        dues: dues.into_iter().map(|(currency, items)| Bars { label: label(&currency), items }).collect(),
        table_title: text!("Bénéficiaires", "Payees"),
        columns: PAGE_ORDER
            .into_iter()
            .filter_map(|place| {
                let label = Text::new(*FRENCH.get(place)?, *ENGLISH.get(place)?);
                Some(Column { label, numeric: place >= 2 })
            })
            .collect(),
        rows: balances.iter().map(row).collect(),
    }
}

/// Returns everything as one JSON object; amounts are texts, so that none is rounded on the way.
fn whole(state: &State, at: Option<Date>) -> Outcome<String> {
    let balances = subject_balances(state);
    let subjects: Vec<_> = balances
        .iter()
        .map(|one| {
            json!({
                "instrument": one.instrument,
                "subject": one.subject,
                "payer": one.payer,
                "currency": one.currency,
                "granted": units(one.granted),
                "adjusted": units(one.adjusted),
                "paid": units(one.paid),
                "open": units(one.open),
            })
        })
        .collect();
    let totals: Vec<_> = sums(&balances)
        .into_iter()
        .map(|(currency, [granted, adjusted, paid, open])| {
            json!({
                "currency": currency,
                "granted": units(granted),
                "adjusted": units(adjusted),
                "paid": units(paid),
                "open": units(open),
            })
        })
        .collect();
    let open: Vec<_> = open_by_date(state)
        .iter()
        .map(|open| {
            json!({
                "due": open.due.to_string(),
                "currency": open.currency,
                "amount": units(open.amount),
            })
        })
        .collect();
    let head = state.head();
    let whole = json!({
        "at": at.map(|at| at.to_string()),
        "entries": head.sequence,
        "last_entry": head.hash.to_string(),
        "subjects": subjects,
        "totals": totals,
        "open": open,
    });
    let mut words = serde_json::to_string_pretty(&whole).context("failed to write JSON")?;
    words.push('\n');
    Ok(words)
}
