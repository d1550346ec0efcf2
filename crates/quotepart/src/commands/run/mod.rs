//! `quotepart run`: the whole chain, from claims to explained amounts, step by step; a stopped one goes on where it was.

mod contract;
mod page;
pub(crate) mod record;
mod steps;

use std::path::Path;

use population::release::FEWEST_SHOWN;
use rulebook::identity::sha256;
use rulebook::{Language, text};

use self::contract::Contract;
use self::record::{ChainFolder, Record};
use self::steps::Steps;
use super::{claims_source, settle};
use crate::cli::{Context, RunArgs, SettleArgs};
use crate::failure::{Exit, Failure, Outcome};
use crate::hashed::{hash_folder, hash_of};
use crate::run::{MasksRecord, SETTLEMENT};
use crate::{console, embedded};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &RunArgs) -> Outcome<Exit> {
    let contract = Contract::read(context, &args.rulebook)?;
    if !args.data.is_dir() {
        let shown = args.data.display();
        return Err(Failure::usage(text!(
            "--data : le dossier `{shown}` n'existe pas",
            "--data: the folder `{shown}` does not exist"
        )));
    }
    let data = hash_folder(&args.data, context.language)?;
    let mapping = args.mapping.as_deref();
    let mapping_files = mapping.map(claims_source::mapping_files).transpose()?.unwrap_or_default();
    let rests_on = [
        env!("CARGO_PKG_VERSION").to_owned(),
        args.year.to_string(),
        args.partial.to_string(),
        contract.sha256.clone(),
        hash_of(&data),
        args.previous.as_deref().map(previous_identity).transpose()?.unwrap_or_default(),
        texts_hash(&mapping_files),
        texts_hash(&embedded::measures()),
        texts_hash(&embedded::models()),
    ];
    let mut record = Record::new(sha256(rests_on.join("\n").as_bytes()), args.year, contract.files.name());
    record.mapping = mapping.map(str::to_owned);
    record.command.clone_from(&context.command_line);
    record.data = data;
    let folder = ChainFolder::open(&args.out, record, args.force)?;
    if folder.is_resumed {
        console::note(&match context.language {
            Language::French => "Des étapes sont déjà faites : le calcul reprend où il était.\n".to_owned(),
            Language::English => "Some steps are done already: the run goes on where it was.\n".to_owned(),
        });
    }
    let mut steps = Steps::new(context, args, &contract, folder)?;
    steps.claims()?;
    steps.lists()?;
    steps.figures()?;
    steps.expected()?;
    let facts = steps.facts()?;
    let exit = settle(context, args, &contract, &facts)?;
    if let Some(report) = &contract.chain.report {
        page::write(&steps, args, &contract, report)?;
        let shown = args.out.join("report.html");
        let shown = shown.display();
        console::note(&match context.language {
            Language::French => format!("  Rapport à ouvrir dans un navigateur : {shown}\n"),
            Language::English => format!("  Report to open in a browser: {shown}\n"),
        });
    }
    Ok(exit)
}

/// Settles the facts that the chain has made.
fn settle(context: &Context, args: &RunArgs, contract: &Contract, entities: &[String]) -> Outcome<Exit> {
    let year = args.year;
    let out = &args.out;
    let facts = |entity: &String| format!("{entity}={}", out.join(format!("facts/{entity}.csv")).display());
    let rulebook =
        if contract.chain.tables.is_empty() { args.rulebook.clone() } else { path(&out.join("rulebook")) };
    let masks = MasksRecord { fewest: FEWEST_SHOWN, persons: contract.chain.persons.clone() };
    settle::settle(
        context,
        &SettleArgs {
            rulebook,
            at: format!("{year}-12-31"),
            facts: entities.iter().map(facts).collect(),
            map: Vec::new(),
            change: args.change.clone(),
            out: out.join(SETTLEMENT),
            official: args.official,
            known_at: None,
            exclude: args.exclude.clone(),
            numbers: Some(crate::cli::Lang::En),
            strict: true,
            force: args.force,
        },
        Some(masks),
    )
}

/// Returns what identifies the run of the year before.
fn previous_identity(folder: &Path) -> Outcome<String> {
    crate::run::read(&crate::run::settled_in(folder)).map(|manifest| manifest.identity)
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

fn texts_hash(files: &[(String, String)]) -> String {
    let lines: Vec<String> =
        files.iter().map(|(path, text)| format!("{path} {}\n", sha256(text.as_bytes()))).collect();
    sha256(lines.concat().as_bytes())
}
