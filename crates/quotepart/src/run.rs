//! A run: a folder that holds amounts, refusals, the rulebook and what identifies all of it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rulebook::Rulebook;
use rulebook::explain::Privacy;
use rulebook::identity::sha256;
use rulebook::text;
use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure, Outcome};
use crate::lock;
use crate::output::{self, Writing};

/// The latest shape of a manifest that is known; it grows by one when a reader of today could misread it.
const FORMAT: u32 = 2;

/// The shape of the manifest of a run without changes, which readers of the first shape read as well.
const FORMAT_WITHOUT_CHANGES: u32 = 1;

/// The name of the manifest in a run.
const MANIFEST: &str = "manifest.toml";

/// Everything that a run was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The shape of this file.
    pub(crate) format: u32,
    /// The version of the program.
    pub(crate) quotepart: String,
    /// The hash of rulebook, dates, options and facts.
    pub(crate) identity: String,
    /// How the command ended.
    pub(crate) exit_code: u8,
    /// The command, word by word.
    pub(crate) command: Vec<String>,
    /// The date that was asked for.
    pub(crate) at: String,
    /// The day whose knowledge was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) known_at: Option<String>,
    /// The first day of the period.
    pub(crate) period_first: String,
    /// The last day of the period.
    pub(crate) period_last: String,
    /// Whether only vouched values were allowed.
    pub(crate) official: bool,
    /// Whether an unknown column was an error.
    pub(crate) strict: bool,
    /// The style of numbers, when it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) numbers: Option<String>,
    /// Subjects left out.
    pub(crate) excluded: Vec<String>,
    /// The rulebook.
    pub(crate) rulebook: RulebookRecord,
    /// How many subjects.
    pub(crate) counts: CountsRecord,
    /// Columns read under another name.
    #[serde(default)]
    pub(crate) map: Vec<MapRecord>,
    /// The change files that were laid over the rulebook, in this order; a run that has any is a simulation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<ChangeRecord>,
    /// What explanations and comparisons mask, when facts come from claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) masks: Option<MasksRecord>,
    /// The files of facts.
    pub(crate) facts: Vec<FactsRecord>,
    /// The files of results.
    pub(crate) results: Vec<ResultsRecord>,
}

impl Manifest {
    /// Returns what the run says its explanations and comparisons mask.
    pub(crate) fn privacy(&self, book: &Rulebook) -> Privacy {
        self.masks.as_ref().map_or_else(Privacy::default, |masks| Privacy {
            fewest: Some(masks.fewest),
            persons: masks.persons.iter().filter_map(|name| book.entity(name)).collect(),
        })
    }
}

/// Which rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RulebookRecord {
    /// Its name.
    pub(crate) id: String,
    /// The hash of what it means.
    pub(crate) sha256: String,
    /// Where it was read.
    pub(crate) from: String,
}

/// How many subjects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountsRecord {
    /// With results.
    pub(crate) settled: usize,
    /// Refused.
    pub(crate) refused: usize,
    /// Left out by name.
    pub(crate) excluded: usize,
}

/// A column read under another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MapRecord {
    /// The input.
    pub(crate) input: String,
    /// The column.
    pub(crate) column: String,
}

/// What explanations of a run mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MasksRecord {
    /// The fewest persons that a count may show.
    pub(crate) fewest: u64,
    /// The entities whose rows are persons.
    pub(crate) persons: Vec<String>,
}

/// A change file, of which the run holds a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChangeRecord {
    /// The path of the copy in the run.
    pub(crate) file: String,
    /// The path as it was given.
    pub(crate) given: String,
    /// The hash of the copy.
    pub(crate) sha256: String,
}

/// A file of facts, by path and hash: its rows are never copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FactsRecord {
    /// The entity that it was given for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entity: Option<String>,
    /// The path as it was given.
    pub(crate) given: String,
    /// The whole path.
    pub(crate) path: String,
    /// The hash of its bytes.
    pub(crate) sha256: String,
}

/// A file of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResultsRecord {
    /// Its path in the run.
    pub(crate) file: String,
    /// How many rows it has.
    pub(crate) rows: usize,
    /// The hash of its bytes.
    pub(crate) sha256: String,
}

impl Manifest {
    /// Returns the shape of the manifest of a run with these changes.
    pub(crate) fn format(changes: &[ChangeRecord]) -> u32 {
        if changes.is_empty() { FORMAT_WITHOUT_CHANGES } else { FORMAT }
    }

    /// Returns the change files as they were given; none when the run is no simulation.
    pub(crate) fn changes_given(&self) -> String {
        let given: Vec<&str> = self.changes.iter().map(|change| change.given.as_str()).collect();
        given.join(", ")
    }

    /// Returns how the command ended.
    pub(crate) fn exit(&self) -> Exit {
        Exit::from_code(self.exit_code).unwrap_or(Exit::Done)
    }
}

#[derive(Deserialize)]
struct Head {
    format: u32,
}

/// Returns whether a folder holds a run.
pub(crate) fn is_run(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file()
}

/// The folder, in that of a whole chain, which holds what was settled.
pub(crate) const SETTLEMENT: &str = "settlement";

/// Returns where the run of a folder is: there, or in the part of a whole chain that was settled.
pub(crate) fn settled_in(folder: &Path) -> PathBuf {
    let inside = folder.join(SETTLEMENT);
    if !is_run(folder) && is_run(&inside) { inside } else { folder.to_owned() }
}

/// Reads the manifest of a run.
pub(crate) fn read(folder: &Path) -> Outcome<Manifest> {
    let shown = folder.display();
    if !is_run(folder) {
        return Err(Failure::usage(text!(
            "`{shown}` n'est pas un calcul : il n'a pas de {MANIFEST}",
            "`{shown}` is not a run: it has no {MANIFEST}"
        ))
        .hint(text!(
            "`quotepart settle … --out dossier` en fait un",
            "`quotepart settle … --out folder` makes one"
        )));
    }
    let unreadable = |detail: &str| {
        Failure::usage(text!(
            "le {MANIFEST} de `{shown}` est illisible ({detail})",
            "the {MANIFEST} of `{shown}` is unreadable ({detail})"
        ))
    };
    let text =
        std::fs::read_to_string(folder.join(MANIFEST)).map_err(|error| unreadable(&error.to_string()))?;
    let head: Head = toml::from_str(&text).map_err(|error| unreadable(error.message()))?;
    let format = head.format;
    if format > FORMAT {
        return Err(Failure::usage(text!(
            "`{shown}` vient d'une version plus récente de Quotepart (format {format}, connu : {FORMAT})",
            "`{shown}` comes from a later version of Quotepart (format {format}, known: {FORMAT})"
        ))
        .hint(text!("mettre Quotepart à jour", "update Quotepart")));
    }
    toml::from_str(&text).map_err(|error| unreadable(error.message()))
}

/// Returns whether the results of a run are still those that its manifest records.
pub(crate) fn is_intact(folder: &Path, manifest: &Manifest) -> bool {
    altered(folder, manifest).is_none()
}

/// Finds a file of results that is no longer the one that the manifest records.
pub(crate) fn altered<'a>(folder: &Path, manifest: &'a Manifest) -> Option<&'a ResultsRecord> {
    manifest.results.iter().find(|record| {
        std::fs::read(folder.join(&record.file)).map_or(true, |bytes| sha256(&bytes) != record.sha256)
    })
}

/// The right to write a run; nobody else has it meanwhile.
#[derive(Debug)]
pub(crate) struct Lock {
    target: PathBuf,
    /// Held as long as the right is.
    _file: File,
}

impl Lock {
    /// Takes the right to write the run of a folder.
    pub(crate) fn take(target: &Path) -> Outcome<Self> {
        // Beside the folder, which is replaced as a whole.
        let path = output::with_suffix(target, ".", ".quotepart-lock");
        let busy = || {
            let shown = target.display();
            Failure::usage(text!(
                "`{shown}` est en cours d'écriture par un autre quotepart",
                "`{shown}` is being written by another quotepart"
            ))
            .hint(text!("attendre qu'il finisse et recommencer", "wait until it is done and start again"))
        };
        let lock = Self { target: target.to_owned(), _file: lock::to_write(&path, &busy)? };
        lock.tidy()?;
        Ok(lock)
    }

    fn temporary(&self) -> PathBuf {
        output::with_suffix(&self.target, ".", ".quotepart-new")
    }

    fn replaced(&self) -> PathBuf {
        output::with_suffix(&self.target, ".", ".quotepart-old")
    }

    /// Puts right what an interrupted call left.
    fn tidy(&self) -> Outcome<()> {
        remove_folder(&self.temporary())?;
        if !self.replaced().exists() {
            return Ok(());
        }
        if self.target.exists() {
            return remove_folder(&self.replaced());
        }
        std::fs::rename(self.replaced(), &self.target)
            .map_err(|error| output::cannot_write(&self.target, &error))
    }

    /// Begins the folder of a run under another name.
    pub(crate) fn begin(&self) -> Outcome<NewRun<'_>> {
        let folder = self.temporary();
        create_folder(&folder)?;
        Ok(NewRun { lock: self, folder })
    }

    fn place(&self, new: &Path) -> Outcome<()> {
        let failed = |error: std::io::Error| output::cannot_write(&self.target, &error);
        let old = self.replaced();
        if self.target.exists() {
            std::fs::rename(&self.target, &old).map_err(failed)?;
        }
        if let Err(error) = std::fs::rename(new, &self.target) {
            let _back = std::fs::rename(&old, &self.target);
            return Err(failed(error));
        }
        output::keep_names(output::folder_of(&self.target));
        remove_folder(&old)
    }
}

/// Refuses to touch a folder that is not a run of ours.
pub(crate) fn may_replace(target: &Path, force: bool) -> Outcome<()> {
    let shown = target.display();
    if !target.exists() {
        return Ok(());
    }
    let empty = || std::fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if !is_run(target) {
        if target.is_dir() && empty() {
            return Ok(());
        }
        return Err(Failure::usage(text!(
            "`{shown}` existe et n'est pas un calcul de Quotepart : il n'est pas remplacé, même avec --force",
            "`{shown}` exists and is not a run of Quotepart: it is not replaced, even with --force"
        ))
        .hint(text!(
            "donner à --out un autre dossier, ou un fichier .csv ou .json",
            "give --out another folder, or a .csv or .json file"
        )));
    }
    if force {
        return Ok(());
    }
    Err(Failure::usage(text!(
        "`{shown}` contient déjà un autre calcul",
        "`{shown}` already holds another run"
    ))
    .hint(text!(
        "--force le remplace ; ou donner à --out un autre dossier",
        "--force replaces it; or give --out another folder"
    )))
}

/// A run that is being written; it disappears unless it is put in its place.
#[derive(Debug)]
pub(crate) struct NewRun<'a> {
    lock: &'a Lock,
    folder: PathBuf,
}

impl NewRun<'_> {
    /// Begins a file of the run, by its path in it.
    pub(crate) fn file(&self, path: &str) -> Outcome<Writing> {
        let path = self.folder.join(path);
        create_folder(output::folder_of(&path))?;
        Writing::begin(&path)
    }

    /// Writes a whole file, and returns its record.
    pub(crate) fn write(&self, path: &str, rows: usize, bytes: &[u8]) -> Outcome<ResultsRecord> {
        let mut writing = self.file(path)?;
        writing.append(bytes)?;
        writing.place()?;
        Ok(ResultsRecord { file: path.to_owned(), rows, sha256: sha256(bytes) })
    }

    /// Ends with the manifest, so that a folder that has one is whole, and puts the run in its place.
    pub(crate) fn place(self, manifest: &Manifest) -> Outcome<()> {
        self.place_with(MANIFEST, manifest)
    }

    /// Does so with the manifest of another kind of folder.
    pub(crate) fn place_with(self, name: &str, manifest: &impl Serialize) -> Outcome<()> {
        let words = toml::to_string(manifest).context("failed to write the manifest")?;
        output::write(&self.folder.join(name), words.as_bytes())?;
        self.lock.place(&self.folder)
    }
}

impl Drop for NewRun<'_> {
    fn drop(&mut self) {
        // Nothing is left there once it is in its place.
        let _gone = remove_folder(&self.folder);
    }
}

fn create_folder(folder: &Path) -> Outcome<()> {
    std::fs::create_dir_all(folder).map_err(|error| output::cannot_write(folder, &error))
}

fn remove_folder(folder: &Path) -> Outcome<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            let shown = folder.display();
            Err(Failure::io(&text!("impossible d'enlever `{shown}`", "cannot remove `{shown}`"), &error))
        }
        _ => Ok(()),
    }
}
