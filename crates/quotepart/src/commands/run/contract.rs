//! A contract that can be computed from claims: its rulebook, its chain, the models that it names.

use std::path::Path;

use population::Chain;
use population::chain::MAIN_FILE;
use rulebook::identity::sha256;
use rulebook::{Source, text};

use crate::cli::Context;
use crate::commands::claims_source;
use crate::embedded;
use crate::failure::{Failure, Outcome};
use crate::folder::Files;
use crate::output;

/// A contract with its chain.
pub(super) struct Contract {
    /// The files of the rulebook.
    pub(super) files: Files,
    /// What it needs from claims.
    pub(super) chain: Chain,
    /// The files of the chain, by name: a model among them comes before the shipped one of its name.
    pub(super) chain_files: Vec<(String, String)>,
    /// The hash of rulebook, chain and queries.
    pub(super) sha256: String,
}

impl Contract {
    /// Reads the contract of a name or a path.
    pub(super) fn read(context: &Context, wanted: &str) -> Outcome<Self> {
        let files = context.library.find(wanted)?;
        let chain_files = chain_files(&files)?;
        let name = files.name();
        let Some((_, main)) = chain_files.iter().find(|(path, _)| path == MAIN_FILE) else {
            return Err(Failure::usage(text!(
                "`{name}` ne dit pas comment ses faits se tirent de données de soins : il n'a pas de chain/{MAIN_FILE}",
                "`{name}` does not say how its facts come out of claims: it has no chain/{MAIN_FILE}"
            ))
            .hint(text!(
                "`quotepart settle {name} --facts …` le calcule à partir de faits",
                "`quotepart settle {name} --facts …` computes it from facts"
            )));
        };
        let queries: Vec<(String, String)> =
            chain_files.iter().filter(|(path, _)| path != MAIN_FILE).cloned().collect();
        let (chain, findings) = Chain::read(MAIN_FILE, main, &queries);
        claims_source::say(&findings, context.language);
        let chain = chain.ok_or_else(|| {
            Failure::usage(text!(
                "la chaîne de `{name}` n'est pas utilisable",
                "the chain of `{name}` cannot be used"
            ))
        })?;
        let mut all = String::new();
        for (path, text) in files.files.iter().chain(&chain_files) {
            all.push_str(&format!("{path}\n{}\n", sha256(text.as_bytes())));
        }
        Ok(Self { chain, chain_files, sha256: sha256(all.as_bytes()), files })
    }

    /// Returns a change file that comes with the rulebook.
    pub(super) fn change(&self, path: &str) -> Outcome<Source> {
        let beside = Path::new(&self.files.shown).join(path);
        let shipped = embedded::rulebook(self.files.name());
        let shipped = || shipped.iter().find(|(known, _)| *known == path).map(|(_, text)| (*text).to_owned());
        let text = std::fs::read_to_string(&beside).ok().or_else(shipped).ok_or_else(|| {
            Failure::usage(text!(
                "la chaîne demande `{path}`, que le contrat n'a pas",
                "the chain asks for `{path}`, which the rulebook does not have"
            ))
        })?;
        Ok(Source::new(path.to_owned(), text))
    }

    /// Writes the rulebook into a folder that exists, with the tables that were made from claims in the place of its own.
    pub(super) fn write(&self, folder: &Path, tables: &[(String, String)]) -> Outcome<()> {
        for (name, _) in tables {
            let path = format!("tables/{name}.csv");
            if !self.files.files.iter().any(|(known, _)| *known == path) {
                return Err(Failure::usage(text!(
                    "la chaîne donne la table `{name}`, mais le contrat n'a pas de `{path}`",
                    "the chain gives the table `{name}`, but the rulebook has no `{path}`"
                )));
            }
        }
        for (path, text) in self.files.files.iter().filter(|(path, _)| !path.starts_with("cases/")) {
            let made = tables.iter().find(|(name, _)| *path == format!("tables/{name}.csv"));
            let target = folder.join(path);
            let inside = output::folder_of(&target);
            std::fs::create_dir_all(inside).map_err(|error| output::cannot_write(inside, &error))?;
            output::write(&target, made.map_or(text, |(_, made)| made).as_bytes())?;
        }
        Ok(())
    }
}

/// Returns the files of the chain of a rulebook, by name: beside its files, or embedded.
fn chain_files(files: &Files) -> Outcome<Vec<(String, String)>> {
    let folder = Path::new(&files.shown).join("chain");
    if folder.is_dir() {
        return claims_source::files_of(&folder);
    }
    let embedded = embedded::rulebook(files.name()).into_iter();
    let inside =
        |(path, text): (&str, &str)| Some((path.strip_prefix("chain/")?.to_owned(), text.to_owned()));
    Ok(embedded.filter_map(inside).collect())
}
