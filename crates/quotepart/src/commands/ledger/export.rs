//! `quotepart ledger export`: the ledger for accountants and their tools.

use rulebook::{Language, text};
use settlement::export::{balances_csv, beancount, entries_csv, lines_csv, postings_csv, subjects_csv};

use crate::cli::{Context, LedgerExportArgs, LedgerFormat};
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_file::Ledger;
use crate::output::Writing;
use crate::{console, messages, output};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &LedgerExportArgs) -> Outcome<Exit> {
    let language = context.language;
    output::folder_exists(&args.out)?;
    let (ledger, notices) = Ledger::read(&args.ledger, language)?;
    notices.iter().for_each(|notice| messages::warning(notice, language));
    let (entries, state, out) = (&ledger.entries, &ledger.state, &args.out);
    let shown = out.display();
    match args.format {
        LedgerFormat::Beancount => output::write(out, beancount(entries).as_bytes())?,
        LedgerFormat::Csv => {
            if out.exists() && !out.is_dir() {
                return Err(Failure::usage(text!(
                    "--out {shown} : les tables CSV vont dans un dossier, et ceci est un fichier",
                    "--out {shown}: the CSV tables go to a folder, and this is a file"
                )));
            }
            std::fs::create_dir_all(out).map_err(|error| output::cannot_write(out, &error))?;
            let tables = [
                ("entries.csv", entries_csv(entries)),
                ("lines.csv", lines_csv(entries)),
                ("postings.csv", postings_csv(entries)),
                ("accounts.csv", balances_csv(state)),
                ("subjects.csv", subjects_csv(state)),
            ];
            let files = tables.into_iter().map(|(name, text)| Writing::of(&out.join(name), text.as_bytes()));
            output::place_all(files.collect::<Outcome<Vec<_>>>()?)?;
        }
    }
    let count = entries.len();
    console::note(&match language {
        Language::French => format!("{count} écritures exportées : {shown}\n"),
        Language::English => format!("{count} entries exported: {shown}\n"),
    });
    Ok(Exit::Done)
}
