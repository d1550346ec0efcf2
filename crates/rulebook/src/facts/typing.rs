//! From tables of text to typed facts: which entity each table is of, and what can be used of it.

use std::collections::HashSet;
use std::sync::Arc;

use exact::NumberStyle;

use super::columns::Columns;
use super::tables::{RawTable, Unreadable, located};
use super::{Facts, Rows, cells, columns, from_csv, from_json, from_toml, rows};
use crate::diagnostic::{Code, Diagnostic, has_errors};
use crate::nearest::suggestion;
use crate::value::Notation;
use crate::{EntityId, Rulebook, Text, text};

/// A file of facts that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactFile {
    /// The path shown to people.
    pub path: String,
    /// The entity that the file was given for, if any.
    pub entity: Option<String>,
    /// Its tables.
    pub tables: Vec<RawTable>,
}

impl FactFile {
    /// Reads a file as the end of its path says: `.toml`, `.json`, else CSV.
    pub fn read(path: impl Into<String>, entity: Option<String>, bytes: &[u8]) -> Result<Self, Unreadable> {
        let path = path.into();
        let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let tables = match ending.as_deref() {
            Some("toml") => from_toml::read_toml(bytes)?,
            Some("json") => from_json::read_json(bytes)?,
            _ => vec![from_csv::read_csv(bytes)?],
        };
        Ok(Self { path, entity, tables })
    }
}

/// How files of facts are to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Columns with other names: an input, an entity or `subject`, then the column.
    pub map: Vec<(String, String)>,
    /// The style of the numbers of CSV files; found out for each file when absent.
    pub numbers: Option<NumberStyle>,
    /// Whether an unknown column is an error.
    pub strict: bool,
}

impl Options {
    /// Returns the column that a name is mapped to; the last one given counts.
    pub(super) fn column_of(&self, name: &str) -> Option<&str> {
        self.map.iter().rev().find(|(from, _)| from == name).map(|(_, column)| column.as_str())
    }
}

/// The table of an entity and the file it stands in.
#[derive(Debug, Clone)]
pub(super) struct Given<'a> {
    pub(super) path: Arc<str>,
    pub(super) table: &'a RawTable,
}

impl Given<'_> {
    /// Returns the file and line of a row.
    pub(super) fn place(&self, row: usize) -> (Arc<str>, u64) {
        (self.path.clone(), self.table.line(row))
    }

    /// Puts the file before a message.
    pub(super) fn located(&self, message: &Text) -> Text {
        located(&self.path, None, message)
    }
}

/// Types the rows of all files for a rulebook.
///
/// Returns what can be used, and the findings; with an error among them nothing should be settled. Rows that cannot be
/// used are in `refused`, sorted by entity and row, with at most one refusal for each row that is kept.
pub fn collect(book: &Rulebook, files: &[FactFile], options: &Options) -> (Facts, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let given = assign(book, files, &mut findings);
    columns::check_map(book, &given, options, &mut findings);
    let mut collector = Collector {
        book,
        options,
        unusable: vec![false; book.entities.len()],
        given,
        facts: Facts::empty(book),
        findings,
    };
    for entity in top_down(book) {
        collector.entity(entity);
    }
    let Collector { mut facts, findings, .. } = collector;
    tidy(&mut facts);
    (facts, findings)
}

/// Sorts refusals, and keeps the first of each row.
pub(super) fn tidy(facts: &mut Facts) {
    facts.refused.sort_by_key(|refusal| (refusal.entity, refusal.row));
    facts.refused.dedup_by(|later, first| {
        later.row.is_some() && (later.entity, later.row) == (first.entity, first.row)
    });
}

/// Types the rows of an entity whose columns are known.
pub(super) fn fill(
    book: &Rulebook,
    facts: &mut Facts,
    entity: EntityId,
    given: &Given<'_>,
    columns: &Columns,
    notation: Option<Notation>,
) {
    let kept = rows::keep(book, facts, entity, given, columns);
    let rows = &mut facts.entities[entity.0];
    *rows = Rows {
        ids: kept.ids,
        parents: kept.parents,
        columns: Vec::new(),
        file: Some(given.path.clone()),
        lines: kept.rows.iter().map(|row| given.table.line(*row)).collect(),
    };
    facts.refused.extend(kept.refused);
    for (input, column) in &columns.inputs {
        let reading = cells::Reading { book, input: *input, given, column: *column, notation };
        rows.columns.extend(reading.cells(&kept.rows, &rows.ids, &mut facts.refused));
    }
    facts.refused.extend(kept.blamed);
}

/// Returns whether an entity stands above the subject: all subjects are in its only row.
pub(super) fn is_programme(book: &Rulebook, entity: EntityId) -> bool {
    entity != book.subject && book.is_under(book.subject, entity)
}

/// Returns the entities, each after its parent.
fn top_down(book: &Rulebook) -> Vec<EntityId> {
    let depth = |entity: EntityId| {
        std::iter::successors(book.entities[entity.0].parent, |above| book.entities[above.0].parent).count()
    };
    let mut all: Vec<EntityId> = (0..book.entities.len()).map(EntityId).collect();
    all.sort_by_key(|entity| depth(*entity));
    all
}

/// Finds the entity of each table.
fn assign<'a>(
    book: &Rulebook,
    files: &'a [FactFile],
    findings: &mut Vec<Diagnostic>,
) -> Vec<Option<Given<'a>>> {
    let mut all: Vec<Option<Given<'a>>> = vec![None; book.entities.len()];
    for file in files {
        let path: Arc<str> = file.path.as_str().into();
        for table in &file.tables {
            let entity = match entity_of(book, file, table) {
                Ok(entity) => entity,
                Err(finding) => {
                    findings.push(*finding);
                    continue;
                }
            };
            if let Some(other) = &all[entity.0] {
                let (name, first) = (&book.entities[entity.0].name, &other.path);
                let message = text!(
                    "les lignes de `{name}` sont déjà données par {first}",
                    "the rows of `{name}` are already given by {first}"
                );
                findings.push(
                    Diagnostic::error(Code::DUPLICATE_NAME, None, located(&path, None, &message)).help(
                        text!("réunir toutes les lignes dans un fichier", "put all rows into one file"),
                    ),
                );
                continue;
            }
            all[entity.0] = Some(Given { path: path.clone(), table });
        }
    }
    all
}

fn entity_of(book: &Rulebook, file: &FactFile, table: &RawTable) -> Result<EntityId, Box<Diagnostic>> {
    let known = |name: &str| {
        let subject = (name == "subject").then_some(book.subject);
        book.entity(name).or(subject).ok_or_else(|| {
            let message = text!(
                "`{name}` n'est pas une entité du contrat",
                "`{name}` is not an entity of the rulebook"
            );
            let names: Vec<&str> = book.entities.iter().map(|entity| entity.name.as_str()).collect();
            let located = located(&file.path, None, &message);
            Box::new(Diagnostic::error(Code::UNKNOWN_NAME, None, located).help(suggestion(name, names)))
        })
    };
    match (&table.entity, &file.entity) {
        (None, None) => Ok(book.subject),
        (Some(name), None) | (None, Some(name)) => known(name),
        (Some(inside), Some(outside)) => {
            let (found, wanted) = (known(inside)?, known(outside)?);
            if found == wanted {
                return Ok(found);
            }
            let message = text!(
                "le fichier est donné pour `{outside}` et contient des lignes de `{inside}`",
                "the file is given for `{outside}` and holds rows of `{inside}`"
            );
            Err(Box::new(
                Diagnostic::error(Code::FACTS_UNREADABLE, None, located(&file.path, None, &message)).help(
                    text!(
                        "donner le fichier sans nom d'entité : il les nomme lui-même",
                        "give the file without the name of an entity: it names them itself"
                    ),
                ),
            ))
        }
    }
}

/// Types one entity after the other.
struct Collector<'a> {
    book: &'a Rulebook,
    options: &'a Options,
    given: Vec<Option<Given<'a>>>,
    facts: Facts,
    findings: Vec<Diagnostic>,
    /// Entities whose table could not be used: the rows below them would all be orphans for no fault of theirs.
    unusable: Vec<bool>,
}

impl Collector<'_> {
    fn entity(&mut self, entity: EntityId) {
        match self.given[entity.0].clone() {
            Some(given) => {
                let usable = self.table(entity, &given);
                self.unusable[entity.0] = usable.is_none();
            }
            None if entity == self.book.subject => self.subjects_from_below(),
            None if is_programme(self.book, entity) => {
                let rows = &mut self.facts.entities[entity.0];
                rows.ids.push(self.book.entities[entity.0].name.clone());
                rows.parents.push(None);
            }
            None => {}
        }
    }

    /// Types the table of an entity; none when it cannot be used at all.
    fn table(&mut self, entity: EntityId, given: &Given<'_>) -> Option<()> {
        let (book, options) = (self.book, self.options);
        let columns = columns::resolve(book, entity, given, options, &mut self.findings)?;
        if is_programme(book, entity) && given.table.row_count() > 1 {
            let (name, count) = (&book.entities[entity.0].name, given.table.row_count());
            let message = text!(
                "`{name}` réunit tous les sujets et n'a qu'une ligne ; le fichier en a {count}",
                "`{name}` holds all subjects and has a single row; the file has {count}"
            );
            self.findings.push(Diagnostic::error(Code::FACTS_UNREADABLE, None, given.located(&message)));
            return None;
        }
        if let Some(parent) = book.entities[entity.0].parent {
            self.require(parent, entity, given)?;
        }
        let notation = cells::notation(book, given, &columns, options, &mut self.findings);
        fill(book, &mut self.facts, entity, given, &columns, notation);
        Some(())
    }

    /// Checks that there are rows above an entity: without any, all of its own would be orphans.
    fn require(&mut self, above: EntityId, entity: EntityId, given: &Given<'_>) -> Option<()> {
        let book = self.book;
        if self.given[above.0].is_none() && above != book.subject && !is_programme(book, above) {
            let (name, above) = (&book.entities[entity.0].name, &book.entities[above.0].name);
            let message = text!(
                "aucun fichier ne donne les lignes de `{above}`, dont `{name}` dépend",
                "no file gives the rows of `{above}`, which `{name}` depends on"
            );
            self.findings.push(Diagnostic::error(Code::FACTS_EMPTY, None, given.located(&message)));
            return None;
        }
        (!self.unusable[above.0]).then_some(())
    }

    /// Takes the subjects from the rows below them, when they have no table of their own.
    fn subjects_from_below(&mut self) {
        let (book, subject) = (self.book, self.book.subject);
        let programme = book.entities[subject.0].parent.map(|_| 0);
        let mut seen = HashSet::new();
        let mut rows = Rows::default();
        let mut files: Vec<Arc<str>> = Vec::new();
        let below = (0..book.entities.len()).map(EntityId);
        for entity in below.filter(|entity| book.entities[entity.0].parent == Some(subject)) {
            let Some(given) = &self.given[entity.0] else { continue };
            let Some(column) = columns::key_column(book, subject, given.table, self.options) else {
                continue;
            };
            files.push(given.path.clone());
            for row in 0..given.table.row_count() {
                let Some(id) = given.table.cell(row, column).filter(|id| seen.insert(*id)) else { continue };
                rows.ids.push(id.to_owned());
                rows.parents.push(programme);
                rows.lines.push(given.table.line(row));
            }
        }
        match files.as_slice() {
            [file] => rows.file = Some(file.clone()),
            _ => rows.lines.clear(),
        }
        if files.is_empty() {
            self.unusable[subject.0] = true;
            if !has_errors(&self.findings) && !self.is_given_below(subject) {
                let name = &book.entities[subject.0].name;
                let message = text!("aucun fait n'est donné pour `{name}`", "no fact is given for `{name}`");
                self.findings.push(Diagnostic::error(Code::FACTS_EMPTY, None, message));
            }
        } else {
            self.findings.extend(columns::missing(book, subject, &[], &[]));
        }
        self.facts.entities[subject.0] = rows;
    }
    /// Returns whether an entity just below has a table; one without its parent column is reported with it.
    fn is_given_below(&self, above: EntityId) -> bool {
        let mut below = self.book.entities.iter().zip(&self.given);
        below.any(|(entity, given)| entity.parent == Some(above) && given.is_some())
    }
}
