//! `quotepart pay`: what is due becomes paid, once.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use rulebook::{Language, text};
use settlement::ledger::{Action, Command, Entry, Note, apply};

use super::publish::{refused, today};
use crate::cli::{Context, PayArgs};
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_file::{Absent, Ledger};
use crate::table::Table;
use crate::{console, messages, output, results, usage, words};

/// How many payments are shown; the file has them all.
const PAYMENTS_SHOWN: usize = 40;

/// The columns of the file of payments.
const COLUMNS: [&str; 8] =
    ["subject", "payment_key", "amount", "currency", "due", "instrument", "entry", "recorded"];

/// Runs the command.
pub(crate) fn run(context: &Context, args: &PayArgs) -> Outcome<Exit> {
    let language = context.language;
    let today = today(args.today.as_deref())?;
    let due = usage::date(&args.due, "--due")?;
    if let Some(out) = &args.out {
        output::folder_exists(out)?;
    }
    let (mut ledger, notices) = Ledger::open(&args.ledger, Absent::Refuse, language)?;
    notices.iter().for_each(|notice| messages::warning(notice, language));
    let outcome = apply(&ledger.state, &Command::Pay { due }, today).map_err(|refusal| refused(&refusal))?;
    for note in outcome.notes.iter().filter(|note| !matches!(note, Note::NothingDue { .. })) {
        messages::warning(&note.text(), language);
    }
    if outcome.entries.is_empty() {
        return nothing_due(&ledger, args.out.as_deref(), due, language);
    }
    if let Some(out) = args.out.as_deref().filter(|out| out.exists()) {
        let shown = out.display();
        return Err(Failure::usage(text!(
            "`{shown}` existe déjà : un fichier de paiements n'est pas écrasé ; rien n'est payé",
            "`{shown}` exists already: a file of payments is not overwritten; nothing is paid"
        ))
        .hint(text!("donner à --out un autre nom", "give --out another name")));
    }
    ledger.append(&outcome.entries)?;
    if let Some(out) = &args.out {
        output::write(out, &payments_csv(&outcome.entries)?).map_err(|failure| {
            failure.hint(text!(
                "les paiements sont inscrits au registre ; la même commande récrira leur liste",
                "the payments are in the ledger; the same command will write their list again"
            ))
        })?;
    }
    console::data(&shown(&outcome.entries, language))?;
    summary(&outcome.entries, args, due, language);
    Ok(Exit::Done)
}

/// Says that nothing is due; a file that an interrupted call did not get to write is written now.
fn nothing_due(ledger: &Ledger, out: Option<&Path>, due: Date, language: Language) -> Outcome<Exit> {
    let day = rulebook::show::date(due, language);
    console::note(&match language {
        Language::French => format!("Rien à payer au {day} : tout ce qui est dû est déjà payé.\n"),
        Language::English => format!("Nothing to pay by {day}: all that is due is paid already.\n"),
    });
    let last = last_payment(&ledger.entries, due);
    if let (Some(out), [first, .., end] | [first @ end]) = (out.filter(|out| !out.exists()), last) {
        output::write(out, &payments_csv(last)?)?;
        let (shown, first, end, recorded) = (out.display(), first.sequence, end.sequence, first.recorded);
        let message = text!(
            "`{shown}` reprend le dernier paiement à cette échéance (écritures {first} à {end}, du {recorded}) : ne pas l'envoyer une seconde fois",
            "`{shown}` repeats the last payment by this day (entries {first} to {end}, of {recorded}): do not send it twice"
        );
        messages::warning(&message, language);
    }
    Ok(Exit::Done)
}

/// Returns the entries of the last command that paid up to a day; they stand together.
fn last_payment(entries: &[Entry], day: Date) -> &[Entry] {
    let is_of = |entry: &Entry| matches!(entry.action, Action::Pay { due, .. } if due == day);
    let end = entries.iter().rposition(is_of).map_or(0, |last| last + 1);
    let before = entries.get(..end).unwrap_or_default();
    let begin = before.iter().rposition(|entry| !is_of(entry)).map_or(0, |other| other + 1);
    before.get(begin..).unwrap_or_default()
}

/// Returns one row for each posted amount that is paid, with the key under which it is paid once.
fn payments_csv(entries: &[Entry]) -> Outcome<Vec<u8>> {
    let mut rows = Vec::new();
    for entry in entries {
        for line in entry.action.movements().iter() {
            rows.push(vec![
                entry.about.subject.clone(),
                entry.payment_key(line).to_string(),
                line.amount.to_string(),
                entry.currency.clone(),
                line.due.to_string(),
                entry.about.instrument.clone(),
                entry.sequence.to_string(),
                entry.recorded.to_string(),
            ]);
        }
    }
    results::csv_of(&COLUMNS, &rows)
}

/// Returns who is paid what, one row for each statement.
fn shown(entries: &[Entry], language: Language) -> String {
    let mut table = Table::default();
    let [who, contract, period, parts, amount] = match language {
        Language::French => ["bénéficiaire", "contrat", "période", "parts", "montant"],
        Language::English => ["payee", "contract", "period", "parts", "amount"],
    };
    for (heading, right) in [(who, false), (contract, false), (period, false), (parts, true), (amount, true)]
    {
        table.column(heading, right);
    }
    for entry in entries.iter().take(PAYMENTS_SHOWN) {
        let total = i128::from(entry.action.total().unwrap_or_default().get());
        let [first, last] = [entry.about.first, entry.about.last].map(|day| day.to_string());
        table.row(vec![
            entry.about.subject.clone(),
            entry.about.instrument.clone(),
            format!("{first}..{last}"),
            entry.action.movements().len().to_string(),
            words::money(total, &entry.currency, language),
        ]);
    }
    let more = entries.len().saturating_sub(PAYMENTS_SHOWN);
    let more = match (more, language) {
        (0, _) => String::new(),
        (_, Language::French) => format!("… et {more} autres\n"),
        (_, Language::English) => format!("… and {more} more\n"),
    };
    format!("{}{more}", table.render())
}

fn summary(entries: &[Entry], args: &PayArgs, due: Date, language: Language) {
    let mut totals: BTreeMap<&str, i128> = BTreeMap::new();
    for entry in entries {
        *totals.entry(&entry.currency).or_default() +=
            i128::from(entry.action.total().unwrap_or_default().get());
    }
    let total: Vec<String> =
        totals.iter().map(|(currency, total)| words::money(*total, currency, language)).collect();
    let (total, day) = (total.join(" + "), rulebook::show::date(due, language));
    let count = words::counted(entries.len(), ["paiement", "paiements"], ["payment", "payments"], language);
    let ledger = args.ledger.display();
    console::note(&match language {
        Language::French => {
            format!("Payé, échéances jusqu'au {day} : {count}, {total}. Registre : {ledger}\n")
        }
        Language::English => format!("Paid, due by {day}: {count}, {total}. Ledger: {ledger}\n"),
    });
    if let Some(out) = &args.out {
        let out = out.display();
        console::note(&match language {
            Language::French => format!("  Paiements : {out}\n"),
            Language::English => format!("  Payments: {out}\n"),
        });
    }
}
