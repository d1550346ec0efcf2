//! `quotepart ledger adjust`: an amount outside the contract, with its author and its reason.

use exact::{Cents, NumberShape, NumberStyle, classify, parse_number};
use rulebook::{Language, text};
use settlement::StatementKey;
use settlement::ledger::{Adjustment, Command, Note, State, apply};

use crate::cli::{Context, LedgerAdjustArgs};
use crate::commands::publish::{refused, today};
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_file::{Absent, Ledger};
use crate::{console, messages, usage, words};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &LedgerAdjustArgs) -> Outcome<Exit> {
    let language = context.language;
    let today = today(args.today.as_deref())?;
    let due = usage::date(&args.due, "--due")?;
    let amount = amount(&args.amount)?;
    let (mut ledger, notices) = Ledger::open(&args.ledger, Absent::Refuse, language)?;
    notices.iter().for_each(|notice| messages::warning(notice, language));
    let about = about(&ledger.state, args)?;
    let currency = ledger.state.dossier(&about).map(|dossier| dossier.currency.clone()).unwrap_or_default();
    let adjustment = Adjustment {
        about,
        // The same adjustment asked for twice is made once, whether or not it was given a name.
        reference: args.reference.clone().unwrap_or_else(|| due.to_string()),
        author: args.author.clone(),
        reason: args.reason.clone(),
        amount,
        due,
    };
    let (statement, reference) = (adjustment.about.to_string(), adjustment.reference.clone());
    let outcome = apply(&ledger.state, &Command::Adjust(adjustment), today).map_err(|refusal| {
        refused(&refusal).hint(args.reference.is_none().then(|| {
            text!(
                "sans --reference, la date d'échéance en tient lieu",
                "without --reference, the due date takes its place"
            )
        }))
    })?;
    ledger.append(&outcome.entries)?;
    for note in &outcome.notes {
        match note {
            Note::AlreadyAdjusted { .. } => {
                console::note(&format!("{}\n", words::as_sentence(note.text().get(language))));
            }
            other => messages::warning(&other.text(), language),
        }
    }
    let Some(entry) = outcome.entries.first() else { return Ok(Exit::Done) };
    let (number, author) = (entry.sequence, &args.author);
    let amount = words::money(i128::from(amount.get()), &currency, language);
    let due = rulebook::show::date(due, language);
    console::note(&match language {
        Language::French => format!(
            "Ajusté : {statement}, {amount} à payer au {due}, référence « {reference} », décidé par {author} (écriture {number}).\n"
        ),
        Language::English => format!(
            "Adjusted: {statement}, {amount} due on {due}, reference “{reference}”, decided by {author} (entry {number}).\n"
        ),
    });
    Ok(Exit::Done)
}

/// Reads an amount in whole cents, French or English.
fn amount(words: &str) -> Outcome<Cents> {
    let style = match classify(words) {
        NumberShape::FrenchOnly => Some(NumberStyle::French),
        NumberShape::Neutral | NumberShape::EnglishOnly => Some(NumberStyle::English),
        NumberShape::Ambiguous | NumberShape::NotANumber => None,
    };
    let number = style.and_then(|style| parse_number(words, style).ok());
    number.and_then(|number| Cents::from_rational(&number).ok()).ok_or_else(|| {
        Failure::usage(text!(
            "--amount : `{words}` n'est pas un montant en euros et centimes",
            "--amount: `{words}` is not an amount in euros and cents"
        ))
        .hint(text!(
            "un montant s'écrit 1234,50 ou 1234.50 ; négatif pour reprendre : -20",
            "an amount is written 1234.50 or 1234,50; negative to take back: -20"
        ))
    })
}

/// Finds the one published statement that is meant.
fn about(state: &State, args: &LedgerAdjustArgs) -> Outcome<StatementKey> {
    let day = args.period.as_deref().map(|words| usage::date(words, "--period")).transpose()?;
    let subject = &args.subject;
    let all: Vec<&StatementKey> = state.dossiers().keys().collect();
    let mut found: Vec<&StatementKey> = all.iter().copied().filter(|key| key.subject == *subject).collect();
    if found.is_empty() {
        let known: Vec<&str> = all.iter().map(|key| key.subject.as_str()).collect();
        return Err(Failure::usage(text!(
            "--subject : `{subject}` n'a pas de relevé publié dans ce registre",
            "--subject: `{subject}` has no published statement in this ledger"
        ))
        .suggest(subject, &known));
    }
    found.retain(|key| args.instrument.as_ref().is_none_or(|wanted| key.instrument == *wanted));
    found.retain(|key| day.is_none_or(|day| key.first <= day && day <= key.last));
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let list = listed(all.into_iter().filter(|key| key.subject == *subject));
            Err(Failure::usage(text!(
                "`{subject}` n'a pas de relevé publié de ce contrat et de cette période",
                "`{subject}` has no published statement of this contract and period"
            ))
            .hint(text!("ses relevés : {list}", "its statements: {list}")))
        }
        several => {
            let list = listed(several.iter().copied());
            Err(Failure::usage(text!(
                "`{subject}` a plusieurs relevés publiés : {list}",
                "`{subject}` has several published statements: {list}"
            ))
            .hint(text!(
                "dire lequel : --instrument NOM, --period JOUR",
                "say which one: --instrument NAME, --period DAY"
            )))
        }
    }
}

fn listed<'a>(keys: impl Iterator<Item = &'a StatementKey>) -> String {
    keys.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
