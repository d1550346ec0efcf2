//! Reads a run again: its rulebook, its changes, its dates, and its facts where they are now.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rulebook::change::{Changed, FactChange};
use rulebook::facts::{Facts, Options};
use rulebook::identity::{rulebook_hash, sha256};
use rulebook::{Rulebook, Source, Text, text};

use crate::fact_files::{self, Read, Wanted};
use crate::failure::{Exit, Failure, Outcome};
use crate::run::{self, ChangeRecord, FactsRecord, Manifest};
use crate::{change_files, folder, usage};

/// A run as it can be computed again.
pub(crate) struct Again {
    /// What it was made of.
    pub(crate) manifest: Manifest,
    /// Its copy of the rulebook, with its changes laid over it.
    pub(crate) book: Rulebook,
    /// The facts as they are now, with the changes carried out.
    pub(crate) facts: Facts,
    /// The title of each of its changes, when it has one.
    pub(crate) titles: Vec<Option<Text>>,
    /// Its changes of facts, already carried out.
    pub(crate) fact_changes: Vec<FactChange>,
    /// Whether the copy of the rulebook, or that of a change, was altered since.
    pub(crate) rulebook_changed: bool,
    /// The files of facts that were changed since.
    pub(crate) facts_changed: Vec<String>,
}

impl Again {
    /// Reads the run of a folder.
    pub(crate) fn read(folder: &Path) -> Outcome<Self> {
        Self::read_with(folder, &[])
    }

    /// Reads the run of a folder, and lays more changes over its own.
    pub(crate) fn read_with(folder: &Path, more: &[Source]) -> Outcome<Self> {
        let folder = &run::settled_in(folder);
        let manifest = run::read(folder)?;
        let files = folder::read(&folder.join("rulebook"))?;
        let copies: Vec<PathBuf> = manifest.changes.iter().map(|change| folder.join(&change.file)).collect();
        let mut changes = change_files::read(&copies)?;
        let is_altered =
            |(copy, record): (&Source, &ChangeRecord)| sha256(copy.text.as_bytes()) != record.sha256;
        let changes_altered = changes.iter().zip(&manifest.changes).any(is_altered);
        changes.extend_from_slice(more);
        let Changed { book, facts: fact_changes, titles } = change_files::load_quietly(&files, &changes)?;
        let rulebook_changed = changes_altered || rulebook_hash(&book.sources) != manifest.rulebook.sha256;
        let (facts, facts_changed) = facts(&book, &manifest)?;
        let facts =
            if fact_changes.is_empty() { facts } else { FactChange::apply(&fact_changes, &book, &facts) };
        Ok(Self { manifest, book, facts, titles, fact_changes, rulebook_changed, facts_changed })
    }

    /// Returns the date of the run, and the day whose knowledge it used.
    pub(crate) fn dates(&self) -> Outcome<(Date, Option<Date>)> {
        let known_at =
            self.manifest.known_at.as_deref().map(|day| usage::date(day, "known_at")).transpose()?;
        Ok((usage::date(&self.manifest.at, "at")?, known_at))
    }
}

/// Reads the facts of a run again; returns the files that are no longer the same.
fn facts(book: &Rulebook, manifest: &Manifest) -> Outcome<(Facts, Vec<String>)> {
    let mut files: Vec<Read> = Vec::new();
    let mut changed = Vec::new();
    for record in &manifest.facts {
        let read = again(record)?;
        if read.sha256 != record.sha256 {
            changed.push(read.wanted.path.display().to_string());
        }
        files.push(read);
    }
    let map = manifest.map.iter().map(|record| (record.input.clone(), record.column.clone())).collect();
    let numbers = manifest.numbers.as_deref().and_then(fact_files::style);
    // A column that was let pass then is let pass now.
    let options = Options { map, numbers, strict: false };
    let (facts, _known_warnings) = fact_files::collect(book, files, &options)?;
    Ok((facts, changed))
}

/// Reads a file of facts again: where it was given from, or where it was; the one that did not change first.
fn again(record: &FactsRecord) -> Outcome<Read> {
    let places = [&record.given, &record.path].map(PathBuf::from);
    let found = places.iter().filter_map(|path| Some((path, std::fs::read(path).ok()?)));
    let mut found: Vec<(&PathBuf, Vec<u8>)> = found.collect();
    let same = found.iter().position(|(_, bytes)| sha256(bytes) == record.sha256);
    if found.is_empty() {
        let path = &record.path;
        return Err(Failure::usage(text!(
            "le fichier de faits `{path}` n'est plus là : rien ne peut être recalculé",
            "the file of facts `{path}` is gone: nothing can be computed again"
        ))
        .hint(text!(
            "un calcul désigne ses faits par leur chemin et leur empreinte ; il ne les copie pas",
            "a run names its facts by path and hash; it does not copy them"
        )));
    }
    let (path, bytes) = found.swap_remove(same.unwrap_or(0));
    let wanted = Wanted { entity: record.entity.clone(), given: record.given.clone(), path: path.clone() };
    fact_files::parse(wanted, &bytes).map_err(|finding| Failure::Findings {
        exit: Exit::Usage,
        findings: vec![*finding],
        sources: Vec::new(),
    })
}
