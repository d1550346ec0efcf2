//! The folder of a chain: what it rests on, and which of its steps are done. A stopped command goes on where it was.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rulebook::text;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Outcome};
use crate::hashed::{HashedFile, files_under, hash_file};
use crate::{lock, output};

/// The name of the record in the folder of a chain.
pub(crate) const RECORD: &str = "chain.toml";

/// The shape of the record.
const FORMAT: u32 = 1;

/// What a chain rests on, and what is done of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    format: u32,
    /// The version of the program that began it.
    pub(crate) quotepart: String,
    /// The hash of all that the steps before settling rest on.
    pub(crate) identity: String,
    /// The year of care.
    pub(crate) year: i16,
    /// The name of the contract.
    pub(crate) rulebook: String,
    /// The mapping that reads the source, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mapping: Option<String>,
    /// The latest command, word by word.
    pub(crate) command: Vec<String>,
    /// The files of the source.
    pub(crate) data: Vec<HashedFile>,
    /// The steps that are done.
    #[serde(default)]
    pub(crate) steps: Vec<Step>,
}

/// A step that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: String,
    /// The files it wrote.
    pub(crate) files: Vec<HashedFile>,
}

impl Record {
    /// Returns the record of a chain of which nothing is done.
    pub(super) fn new(identity: String, year: i16, rulebook: &str) -> Self {
        Self {
            format: FORMAT,
            quotepart: env!("CARGO_PKG_VERSION").to_owned(),
            identity,
            year,
            rulebook: rulebook.to_owned(),
            mapping: None,
            command: Vec::new(),
            data: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Reads the record of a folder; none when it has none.
    pub(crate) fn read(folder: &Path) -> Outcome<Option<Self>> {
        let path = folder.join(RECORD);
        if !path.is_file() {
            return Ok(None);
        }
        let shown = path.display();
        let unreadable = |why: &str| {
            Failure::usage(text!("`{shown}` est illisible ({why})", "`{shown}` is unreadable ({why})"))
        };
        let words = std::fs::read_to_string(&path).map_err(|error| unreadable(&error.to_string()))?;
        let record: Self = toml::from_str(&words).map_err(|error| unreadable(error.message()))?;
        if record.format > FORMAT {
            return Err(Failure::usage(text!(
                "`{shown}` vient d'une version plus récente de Quotepart",
                "`{shown}` comes from a later version of Quotepart"
            ))
            .hint(text!("mettre Quotepart à jour", "update Quotepart")));
        }
        Ok(Some(record))
    }
}

/// The folder of a chain that is being computed; nobody else has it meanwhile.
pub(super) struct ChainFolder {
    pub(super) path: PathBuf,
    pub(super) record: Record,
    /// Whether steps of an earlier command are there.
    pub(super) is_resumed: bool,
    _lock: File,
}

impl ChainFolder {
    /// Opens a folder to compute a chain in: a new one, or one where the same chain was begun.
    pub(super) fn open(path: &Path, record: Record, force: bool) -> Outcome<Self> {
        output::folder_exists(path)?;
        let shown = path.display();
        let lock = lock::to_write(&output::with_suffix(path, ".", ".quotepart-lock"), &|| {
            Failure::usage(text!(
                "`{shown}` est en cours d'écriture par un autre quotepart",
                "`{shown}` is being written by another quotepart"
            ))
            .hint(text!("attendre qu'il finisse et recommencer", "wait until it is done and start again"))
        })?;
        let known = if path.exists() { Record::read(path)? } else { None };
        let is_same = known.as_ref().is_some_and(|known| known.identity == record.identity);
        if path.exists() && !is_same {
            // A chain that stopped before its first step has nothing to lose.
            let is_begun = known.as_ref().is_some_and(|known| known.steps.is_empty());
            Self::make_room(path, known.is_some(), force || is_begun)?;
        }
        std::fs::create_dir_all(path).map_err(|error| output::cannot_write(path, &error))?;
        let mut record = record;
        if let Some(known) = known.filter(|_| is_same) {
            record.steps = known.steps;
        }
        let is_resumed = !record.steps.is_empty();
        let folder = Self { path: path.to_owned(), record, is_resumed, _lock: lock };
        folder.save()?;
        Ok(folder)
    }

    /// Empties a folder that holds another chain, when that was asked for.
    fn make_room(path: &Path, is_chain: bool, force: bool) -> Outcome<()> {
        let shown = path.display();
        let is_empty = std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
        if is_empty {
            return Ok(());
        }
        if !is_chain {
            return Err(Failure::usage(text!(
                "`{shown}` existe et ne vient pas de `quotepart run` : il n'est pas remplacé, même avec --force",
                "`{shown}` exists and does not come from `quotepart run`: it is not replaced, even with --force"
            ))
            .hint(text!("donner à --out un autre dossier", "give --out another folder")));
        }
        if !force {
            return Err(Failure::usage(text!(
                "`{shown}` contient un autre calcul : données, année, contrat ou version diffèrent",
                "`{shown}` holds another run: data, year, contract or version differ"
            ))
            .hint(text!(
                "--force le remplace ; ou donner à --out un autre dossier",
                "--force replaces it; or give --out another folder"
            )));
        }
        std::fs::remove_dir_all(path).map_err(|error| output::cannot_write(path, &error))
    }

    /// Returns whether a step is done, and its files are those that it wrote.
    pub(super) fn is_done(&self, name: &str) -> bool {
        let Some(step) = self.record.steps.iter().find(|step| step.name == name) else { return false };
        let is_whole = |file: &HashedFile| {
            hash_file(&self.path, &file.file, &mut |_| {}).is_ok_and(|found| found == *file)
        };
        step.files.iter().all(is_whole)
    }

    /// Records a step with the files, or folders, that it wrote.
    pub(super) fn finish(&mut self, name: &str, written: &[&str]) -> Outcome<()> {
        let mut files = Vec::new();
        for path in written {
            for file in files_under(&self.path, path)? {
                files.push(hash_file(&self.path, &file, &mut |_| {})?);
            }
        }
        self.record.steps.retain(|step| step.name != name);
        self.record.steps.push(Step { name: name.to_owned(), files });
        self.save()
    }

    /// Makes an empty folder in this one.
    pub(super) fn empty(&self, name: &str) -> Outcome<PathBuf> {
        let path = self.path.join(name);
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(|error| output::cannot_write(&path, &error))?;
        }
        std::fs::create_dir_all(&path).map_err(|error| output::cannot_write(&path, &error))?;
        Ok(path)
    }

    fn save(&self) -> Outcome<()> {
        let words = toml::to_string(&self.record).context("failed to write the record of a chain")?;
        output::write(&self.path.join(RECORD), words.as_bytes())
    }
}
