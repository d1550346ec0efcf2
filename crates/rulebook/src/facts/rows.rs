//! Which rows of a table can be used: ids that are there and stand once, parents that exist.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Facts;
use super::columns::Columns;
use super::typing::{Given, is_programme};
use crate::refusal::{Reason, Refusal};
use crate::{EntityId, Rulebook, Text, text};

/// How many lines a message lists.
const LINES_SHOWN: usize = 5;

/// The rows of a table that are kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Their place in the table.
    pub(super) rows: Vec<usize>,
    /// Their ids.
    pub(super) ids: Vec<String>,
    /// The rows of their parents.
    pub(super) parents: Vec<Option<usize>>,
    /// Rows that are left out, and rows that are kept without an id.
    pub(super) refused: Vec<Refusal>,
    /// Parents that are refused because a row of theirs was left out.
    pub(super) blamed: Vec<Refusal>,
}

/// Where the parents of the rows are found.
enum Parents<'f> {
    /// No entity stands above.
    None,
    /// All rows belong to the only row of the programme.
    Single,
    /// A column names them.
    Named {
        entity: EntityId,
        rows: HashMap<&'f str, usize>,
        /// Those that were left out themselves.
        left_out: HashMap<&'f str, Reason>,
    },
}

impl<'f> Parents<'f> {
    fn new(book: &Rulebook, facts: &'f Facts, entity: EntityId) -> Self {
        let Some(parent) = book.entities[entity.0].parent else { return Self::None };
        if is_programme(book, parent) {
            return Self::Single;
        }
        let ids = facts.rows(parent).ids.iter().enumerate();
        let gone = facts.refused.iter().filter(|refusal| refusal.entity == parent && refusal.row.is_none());
        Self::Named {
            entity: parent,
            rows: ids.map(|(row, id)| (id.as_str(), row)).collect(),
            left_out: gone.map(|refusal| (refusal.id.as_str(), refusal.reason)).collect(),
        }
    }
}

/// Looks through the rows of one table.
struct Sorter<'a> {
    book: &'a Rulebook,
    facts: &'a Facts,
    entity: EntityId,
    given: &'a Given<'a>,
    columns: &'a Columns,
    parents: Parents<'a>,
}

/// Keeps the rows that can be used, in the order of the file.
pub(super) fn keep(
    book: &Rulebook,
    facts: &Facts,
    entity: EntityId,
    given: &Given<'_>,
    columns: &Columns,
) -> Kept {
    let parents = Parents::new(book, facts, entity);
    Sorter { book, facts, entity, given, columns, parents }.keep()
}

impl Sorter<'_> {
    fn keep(&self) -> Kept {
        let count = self.given.table.row_count();
        let mut kept = Kept::default();
        let mut repeated = vec![false; count];
        for rows in self.duplicates().values() {
            for row in rows {
                repeated[*row] = true;
            }
            self.refuse_duplicates(rows, &mut kept);
        }
        for row in (0..count).filter(|row| !repeated[*row]) {
            let parent = match self.parent(row) {
                Ok(parent) => parent,
                Err(orphan) => {
                    kept.refused.push(*orphan);
                    continue;
                }
            };
            if self.id(row).is_empty() {
                kept.refused.push(self.without_id(row, kept.rows.len()));
            }
            kept.rows.push(row);
            kept.ids.push(self.id(row).to_owned());
            kept.parents.push(parent);
        }
        kept
    }

    fn name(&self) -> &str {
        &self.book.entities[self.entity.0].name
    }

    /// Returns the id of a row; empty when its cell is.
    fn id(&self, row: usize) -> &str {
        match self.columns.id {
            Some(column) => self.given.table.cell(row, column).unwrap_or_default(),
            None => self.name(),
        }
    }

    /// Returns the title of the column of the ids.
    fn id_header(&self) -> &str {
        let header = self.columns.id.and_then(|column| self.given.table.headers.get(column));
        header.map_or(self.name(), String::as_str)
    }

    /// Returns the rows of each id that stands more than once, by the first of them.
    fn duplicates(&self) -> BTreeMap<usize, Vec<usize>> {
        let count = self.given.table.row_count();
        let mut first: HashMap<&str, usize> = HashMap::with_capacity(count);
        let mut all: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for row in (0..count).filter(|row| !self.id(*row).is_empty()) {
            let earlier = *first.entry(self.id(row)).or_insert(row);
            if earlier != row {
                all.entry(earlier).or_insert_with(|| vec![earlier]).push(row);
            }
        }
        all
    }

    fn refusal(&self, row: usize, reason: Reason, about: &str, message: Text) -> Refusal {
        Refusal {
            entity: self.entity,
            row: None,
            id: self.id(row).to_owned(),
            reason,
            about: about.to_owned(),
            message,
            place: Some(self.given.place(row)),
        }
    }

    /// Refuses all rows of one id, and their parents unless the rulebook says that such rows are skipped.
    fn refuse_duplicates(&self, rows: &[usize], kept: &mut Kept) {
        let Some(first) = rows.first() else { return };
        let lines: Vec<u64> = rows.iter().map(|row| self.given.table.line(*row)).collect();
        let id = self.id(*first);
        let refusal = duplicate(self.entity, id, self.id_header(), &lines, &self.given.path);
        let skipped = self.book.entities[self.entity.0].skip_refused || self.entity == self.book.subject;
        if !skipped {
            let mut parents: Vec<usize> =
                rows.iter().filter_map(|row| self.parent(*row).ok().flatten()).collect();
            parents.sort_unstable();
            parents.dedup();
            kept.blamed
                .extend(parents.into_iter().filter_map(|parent| self.blame(parent, id, &refusal.message)));
        }
        kept.refused.push(refusal);
    }

    /// Refuses a parent because of a row that was left out.
    fn blame(&self, row: usize, child: &str, message: &Text) -> Option<Refusal> {
        let parent = self.book.entities[self.entity.0].parent?;
        let (rows, name) = (self.facts.rows(parent), self.name());
        Some(Refusal {
            entity: parent,
            row: Some(row),
            id: rows.ids.get(row)?.clone(),
            reason: Reason::Child,
            about: name.to_owned(),
            message: Text::new(
                format!("{name} {child} : {}", message.fr),
                format!("{name} {child}: {}", message.en),
            ),
            place: rows.place(row),
        })
    }

    fn without_id(&self, row: usize, kept: usize) -> Refusal {
        let (header, line) = (self.id_header(), self.given.table.line(row));
        let message = text!(
            "la ligne {line} n'a pas d'identifiant (colonne `{header}`)",
            "line {line} has no id (column `{header}`)"
        );
        Refusal { row: Some(kept), ..self.refusal(row, Reason::MissingFact, header, message) }
    }

    /// Returns the row of the parent, or why there is none.
    fn parent(&self, row: usize) -> Result<Option<usize>, Box<Refusal>> {
        let (entity, rows, left_out) = match &self.parents {
            Parents::None => return Ok(None),
            Parents::Single => return Ok(Some(0)),
            Parents::Named { entity, rows, left_out } => (*entity, rows, left_out),
        };
        let named = self.columns.parent.and_then(|column| self.given.table.cell(row, column));
        let header = self.columns.parent.and_then(|column| self.given.table.headers.get(column));
        let header = header.map_or("", String::as_str);
        let Some(id) = named else {
            let message = text!("la colonne `{header}` est vide", "the column `{header}` is empty");
            return Err(Box::new(self.refusal(row, Reason::Orphan, header, message)));
        };
        if let Some(parent) = rows.get(id) {
            return Ok(Some(*parent));
        }
        let above = &self.book.entities[entity.0].name;
        let message = match left_out.get(id) {
            Some(Reason::Duplicate) => text!(
                "`{header}` vaut « {id} », un identifiant de `{above}` donné plusieurs fois et donc refusé",
                "`{header}` is \"{id}\", an id of `{above}` that is given several times and thus refused"
            ),
            Some(_) => text!(
                "`{header}` vaut « {id} », qui est refusé dans `{above}`",
                "`{header}` is \"{id}\", which is refused in `{above}`"
            ),
            None => text!(
                "`{header}` vaut « {id} », qui n'est pas dans les lignes de `{above}`",
                "`{header}` is \"{id}\", which is not among the rows of `{above}`"
            ),
        };
        Err(Box::new(self.refusal(row, Reason::Orphan, header, message)))
    }
}

/// Refuses all rows of an id that stands on several lines.
pub(super) fn duplicate(entity: EntityId, id: &str, title: &str, lines: &[u64], path: &Arc<str>) -> Refusal {
    let shown: Vec<String> = lines.iter().take(LINES_SHOWN).map(u64::to_string).collect();
    let (shown, count) = (shown.join(", "), lines.len());
    let more = if count > LINES_SHOWN { "…" } else { "" };
    Refusal {
        entity,
        row: None,
        id: id.to_owned(),
        reason: Reason::Duplicate,
        about: title.to_owned(),
        message: text!(
            "l'identifiant `{id}` est donné {count} fois (lignes {shown}{more}) : aucune de ces lignes n'est prise",
            "the id `{id}` is given {count} times (lines {shown}{more}): none of these lines is used"
        ),
        place: lines.first().map(|line| (path.clone(), *line)),
    }
}
