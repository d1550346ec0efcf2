//! `quotepart ledger verify`: reads every entry as if somebody wanted to deceive.

use rulebook::{Language, text};
use settlement::ledger::{Fault, verify};

use crate::cli::{Context, LedgerVerifyArgs};
use crate::failure::{Exit, Failure, Outcome};
use crate::{console, ledger_file, messages, words};

/// How many faults are said.
const FAULTS_SHOWN: usize = 20;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &LedgerVerifyArgs) -> Outcome<Exit> {
    let language = context.language;
    let written = ledger_file::read(&args.ledger)?;
    for notice in &written.notices {
        messages::warning(notice, language);
    }
    let entries = &written.recovered.entries;
    let shown = args.ledger.display();
    let found = verify(entries);
    let unreadable = &written.recovered.faults;
    let state = match found {
        Ok(state) if unreadable.is_empty() => state,
        Ok(_) => return Err(faulty(unreadable, &shown.to_string())),
        Err(more) => return Err(faulty(&[unreadable.clone(), more].concat(), &shown.to_string())),
    };
    if let Some(hash) = &args.contains
        && !entries.iter().any(|entry| entry.hash.to_string() == *hash)
    {
        return Err(Failure::usage(text!(
            "le registre `{shown}` ne contient pas l'écriture d'empreinte {hash} : ce n'est pas celui que vous connaissez, ou sa fin a été coupée",
            "the ledger `{shown}` has no entry with the hash {hash}: it is not the one that you know, or its end was cut off"
        )));
    }
    // Each entry sums to zero, so all accounts do; it is said because it was added up.
    let sum: i128 = state.balances().values().sum();
    if sum != 0 {
        return Err(anyhow::anyhow!("the accounts of a sound ledger sum to {sum}").into());
    }
    let (head, statements) = (state.head(), state.dossiers().len());
    let statements = words::counted(statements, ["relevé", "relevés"], ["statement", "statements"], language);
    let entries = words::counted(entries.len(), ["écriture", "écritures"], ["entry", "entries"], language);
    let hash = head.hash;
    console::data(&match language {
        Language::French => format!(
            "{shown} : {entries}, {statements}, chaîne intacte, comptes à zéro, chaque écriture suit des précédentes.\n\
             Dernière écriture : {hash}\n"
        ),
        Language::English => format!(
            "{shown}: {entries}, {statements}, chain intact, accounts sum to zero, each entry follows from those before.\n\
             Last entry: {hash}\n"
        ),
    })?;
    Ok(Exit::Done)
}

fn faulty(faults: &[Fault], shown: &str) -> Failure {
    let count = faults.len();
    let mut failure = Failure::usage(text!(
        "le registre `{shown}` n'est pas comme il a été écrit ({count} défauts)",
        "the ledger `{shown}` is not as it was written ({count} faults)"
    ));
    for fault in faults.iter().take(FAULTS_SHOWN) {
        failure = failure.hint(fault.text());
    }
    let more = count.saturating_sub(FAULTS_SHOWN);
    if more > 0 {
        failure = failure.hint(text!("… et {more} autres", "… and {more} more"));
    }
    failure
}
