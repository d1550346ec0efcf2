//! The folder of a chain: what it rests on, and which of its steps are done. A stopped command goes on where it was.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rulebook::identity::{Hasher, sha256};
use rulebook::{Language, text};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Outcome};
use crate::progress::Progress;
use crate::{lock, output};

/// The name of the record in the folder of a chain.
pub(crate) const RECORD: &str = "chain.toml";

/// The shape of the record.
const FORMAT: u32 = 1;

/// Bytes that are hashed at a time.
const CHUNK: usize = 1 << 20;

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

/// A file by path and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HashedFile {
    /// Its path in its folder.
    pub(crate) file: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// The hash of its bytes.
    pub(crate) sha256: String,
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

/// Hashes every file under a folder, in the order of their paths.
pub(super) fn hash_folder(folder: &Path, language: Language) -> Outcome<Vec<HashedFile>> {
    let paths = files_under(folder, "")?;
    let size = |path: &String| std::fs::metadata(folder.join(path)).map_or(0, |found| found.len());
    let total: u64 = paths.iter().map(size).sum();
    let mut progress = Progress::of_reading(usize::try_from(total).unwrap_or(usize::MAX), language);
    let mut done = 0;
    let mut hashed = Vec::new();
    for path in &paths {
        hashed.push(hash_file(folder, path, &mut |bytes| {
            done += bytes;
            progress.at(done);
        })?);
    }
    Ok(hashed)
}

/// Returns one hash for all of some files.
pub(super) fn hash_of(files: &[HashedFile]) -> String {
    let lines: Vec<String> = files.iter().map(|file| format!("{} {}\n", file.file, file.sha256)).collect();
    sha256(lines.concat().as_bytes())
}

/// Returns the files at a path of a folder, and below it, by path; hidden ones are left out.
fn files_under(folder: &Path, path: &str) -> Outcome<Vec<String>> {
    let whole = folder.join(path);
    if whole.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error: std::io::Error| {
        let shown = whole.display();
        Failure::io(
            &text!("impossible de lire le dossier `{shown}`", "cannot read the folder `{shown}`"),
            &error,
        )
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&whole).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            let inner = if path.is_empty() { name } else { format!("{path}/{name}") };
            found.extend(files_under(folder, &inner)?);
        }
    }
    found.sort();
    Ok(found)
}

fn hash_file(folder: &Path, file: &str, read: &mut dyn FnMut(usize)) -> Outcome<HashedFile> {
    let path = folder.join(file);
    let failed = |error: std::io::Error| {
        let shown = path.display();
        Failure::io(&text!("impossible de lire `{shown}`", "cannot read `{shown}`"), &error)
    };
    let mut opened = File::open(&path).map_err(failed)?;
    let mut hash = Hasher::new();
    let mut bytes = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = opened.read(&mut chunk).map_err(failed)?;
        let Some(part) = chunk.get(..count).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        bytes += u64::try_from(count).unwrap_or(0);
        read(count);
    }
    Ok(HashedFile { file: file.to_owned(), bytes, sha256: hash.finish() })
}
