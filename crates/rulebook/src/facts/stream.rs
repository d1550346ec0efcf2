//! A CSV file of subjects that is too long to be held: read twice, a block at a time.
//!
//! The first pass finds all that depends on the whole file: whether it is well formed, how its numbers are written,
//! which ids stand more than once, where blocks of rows begin. The second types one block after the other, in any
//! order, with what [`collect`](super::collect) would give for those rows.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use exact::NumberDetector;

use super::columns::{self, Columns};
use super::from_csv::{Header, Records, no_rows_of_csv};
use super::tables::{RawTable, Unreadable, UnreadableKind, decode_part, empty_file};
use super::typing::{Given, Options, fill, is_programme, tidy};
use super::{Facts, cells, rows};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::identity::digest;
use crate::refusal::Refusal;
use crate::value::Notation;
use crate::{Rulebook, Type};

/// A block ends with the row that reaches so many bytes: some thousand rows, so that threads have enough of them.
const BLOCK_BYTES: u64 = 512 * 1024;

/// The first pass over a file.
pub struct CsvScan<'a> {
    book: &'a Rulebook,
    options: &'a Options,
    path: Arc<str>,
    block_bytes: u64,
    header: Option<Header>,
    columns: Option<Columns>,
    numeric: Vec<usize>,
    /// Whether a column holds anything.
    filled: Vec<bool>,
    detector: NumberDetector<u64>,
    /// The line of each id, by its digest.
    seen: HashMap<u128, u64>,
    /// By the line of the first: the id, and all its lines.
    repeated: BTreeMap<u64, (String, Vec<u64>)>,
    blocks: Vec<CsvBlock>,
    /// Bytes that were taken.
    position: u64,
    line: u64,
}

/// Some rows of a file, which stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvBlock {
    /// Where it stands in the file, in bytes.
    pub bytes: Range<u64>,
    /// Its first line.
    line: u64,
    /// How many rows it has.
    pub rows: usize,
}

/// What the first pass found: all that the second needs.
pub struct CsvLayout<'a> {
    book: &'a Rulebook,
    path: Arc<str>,
    header: Header,
    columns: Columns,
    notation: Option<Notation>,
    repeated_lines: HashSet<u64>,
    ids: HashMap<u128, u64>,
    /// The blocks, in the order of the file.
    pub blocks: Vec<CsvBlock>,
    /// The ids that stand more than once: none of their rows is in any block's facts.
    pub refused: Vec<Refusal>,
}

impl<'a> CsvScan<'a> {
    /// Returns whether the subjects of a rulebook may be read block by block: no formula reads them together.
    pub fn is_possible(plan: &crate::Plan<'_>) -> bool {
        !plan.over_all_subjects
    }

    /// Begins with a file of subjects.
    pub fn new(book: &'a Rulebook, path: &str, options: &'a Options) -> Self {
        Self {
            book,
            options,
            path: path.into(),
            block_bytes: BLOCK_BYTES,
            header: None,
            columns: None,
            numeric: Vec::new(),
            filled: Vec::new(),
            detector: NumberDetector::new(),
            seen: HashMap::new(),
            repeated: BTreeMap::new(),
            blocks: Vec::new(),
            position: 0,
            line: 1,
        }
    }

    /// Ends each block with the row that reaches so many bytes.
    #[must_use]
    pub fn with_blocks_of(self, block_bytes: u64) -> Self {
        Self { block_bytes, ..self }
    }

    /// Takes the next bytes of the file, and returns how many were used: the rest is to be given again, with more
    /// after it, unless this was the `last`.
    ///
    /// # Errors
    /// When the file is not text in UTF-8 or not CSV, as [`read_csv`](super::read_csv) says.
    pub fn feed(&mut self, bytes: &[u8], last: bool) -> Result<usize, Unreadable> {
        let text = decode_part(bytes, self.position == 0, self.line, last)?;
        let start = bytes.len().min(text.offset);
        let mut used = start;
        let mut rest = text.text;
        if self.header.is_none() {
            let Some(after) = self.read_header(rest, last)? else { return Ok(0) };
            used += rest.len() - after.len();
            rest = after;
        }
        let Some(header) = self.header.take() else { return Ok(used) };
        let done = self.rows(&header, rest, last, used);
        self.header = Some(header);
        used += done?;
        self.position += u64::try_from(used).unwrap_or(u64::MAX);
        Ok(used)
    }

    /// Reads the titles; none when they may go on in the bytes that follow.
    fn read_header<'t>(&mut self, text: &'t str, last: bool) -> Result<Option<&'t str>, Unreadable> {
        let has_line = text.trim_start().contains(['\n', '\r']);
        if !last && !has_line {
            return Ok(None);
        }
        if text.trim().is_empty() {
            return Err(empty_file());
        }
        let (header, records) = match Header::read(text) {
            Ok(read) => read,
            // A quotation mark may be closed in the bytes that follow.
            Err(error) if !last && error.kind == UnreadableKind::Malformed => return Ok(None),
            Err(error) => return Err(error),
        };
        if !last && records.rest().is_empty() {
            return Ok(None);
        }
        self.filled = vec![false; header.names.len()];
        let table = RawTable::styled(header.names.clone());
        let given = Given { path: self.path.clone(), table: &table };
        // What is wrong with the columns is said at the end, when it is known which of them hold anything.
        let subject = self.book.subject;
        self.columns = columns::resolve(self.book, subject, &given, self.options, &mut Vec::new());
        if let Some(columns) = &self.columns {
            let inputs = columns.inputs.iter();
            let numeric = inputs.filter(|(id, _)| matches!(self.book.inputs[id.0].kind, Type::Number(_)));
            self.numeric = numeric.map(|(_, column)| *column).collect();
            self.numeric.sort_unstable();
        }
        self.line = records.line();
        self.header = Some(header);
        Ok(Some(records.rest()))
    }

    /// Looks at whole rows, and returns how many bytes they take.
    fn rows(&mut self, header: &Header, text: &str, last: bool, before: usize) -> Result<usize, Unreadable> {
        let mut records = Records::new(text, header.delimiter, self.line);
        let mut fields = Vec::new();
        let mut used = 0;
        while !records.rest().is_empty() {
            let read = records.next_filled(&mut fields);
            // A record that reaches the end may go on in the bytes that follow, and so may an open quotation mark.
            if !last && records.rest().is_empty() {
                break;
            }
            let found = read?;
            if let Some(line) = found {
                header.fits(line, &fields)?;
                self.row(line, &fields);
            }
            let start = used;
            used = text.len() - records.rest().len();
            if found.is_some() {
                let offset =
                    |within: usize| self.position + u64::try_from(before + within).unwrap_or(u64::MAX);
                self.add_to_block(offset(start)..offset(used));
            }
            self.line = records.line();
        }
        Ok(used)
    }

    fn add_to_block(&mut self, row: Range<u64>) {
        let room = self.block_bytes;
        let open = self.blocks.last_mut().filter(|block| block.bytes.end - block.bytes.start < room);
        match open {
            Some(block) => {
                block.bytes.end = row.end;
                block.rows += 1;
            }
            None => self.blocks.push(CsvBlock { bytes: row, line: self.line, rows: 1 }),
        }
    }

    fn row(&mut self, line: u64, fields: &[Cow<'_, str>]) {
        for (filled, field) in self.filled.iter_mut().zip(fields).filter(|(filled, _)| !**filled) {
            *filled = !field.trim().is_empty();
        }
        for column in &self.numeric {
            if let Some(words) =
                fields.get(*column).map(|field| field.trim()).filter(|field| !field.is_empty())
            {
                self.detector.feed(words, line);
            }
        }
        let column = self.columns.as_ref().and_then(|columns| columns.id);
        let id = column.and_then(|column| fields.get(column)).map(|id| id.trim()).filter(|id| !id.is_empty());
        if let Some(id) = id {
            let first = *self.seen.entry(digest(id.as_bytes())).or_insert(line);
            if first != line {
                let (_, lines) = self.repeated.entry(first).or_insert_with(|| (id.to_owned(), vec![first]));
                lines.push(line);
            }
        }
    }

    /// Ends the first pass; none when the findings hold an error.
    ///
    /// # Errors
    /// When the file holds no row.
    pub fn finish(self) -> Result<(Option<CsvLayout<'a>>, Vec<Diagnostic>), Unreadable> {
        let Some(header) = self.header else { return Err(empty_file()) };
        if self.blocks.is_empty() {
            return Err(no_rows_of_csv());
        }
        let (book, subject) = (self.book, self.book.subject);
        let mut findings = Vec::new();
        // One row stands for all: it says which columns hold anything.
        let mut summary = RawTable::styled(header.names.clone());
        summary.begin_row(1);
        for (column, _) in self.filled.iter().enumerate().filter(|(_, filled)| **filled) {
            summary.push_cell(column, "x");
        }
        let given = Given { path: self.path.clone(), table: &summary };
        let mut all = vec![None; book.entities.len()];
        all[subject.0] = Some(given.clone());
        columns::check_map(book, &all, self.options, &mut findings);
        let columns = columns::resolve(book, subject, &given, self.options, &mut findings);
        let notation = match self.options.numbers {
            Some(style) => Some(Notation::Styled(style)),
            None => cells::decided(&given, &self.detector, &mut findings),
        };
        let Some(columns) = columns.filter(|_| !has_errors(&findings)) else { return Ok((None, findings)) };
        let title = columns.id.and_then(|column| header.names.get(column)).map_or("", String::as_str);
        let refused =
            self.repeated.values().map(|(id, lines)| rows::duplicate(subject, id, title, lines, &self.path));
        let layout = CsvLayout {
            book,
            path: self.path.clone(),
            refused: refused.collect(),
            repeated_lines: self.repeated.values().flat_map(|(_, lines)| lines).copied().collect(),
            ids: self.seen,
            header,
            columns,
            notation,
            blocks: self.blocks,
        };
        Ok((Some(layout), findings))
    }
}

impl CsvLayout<'_> {
    /// Returns how many rows the file has.
    pub fn rows(&self) -> usize {
        self.blocks.iter().map(|block| block.rows).sum()
    }

    /// Returns whether an id stands in the file.
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains_key(&digest(id.as_bytes()))
    }

    /// Types the rows of a block from its bytes.
    ///
    /// # Errors
    /// When the bytes are not those of the first pass: the file has changed since.
    pub fn read(&self, block: &CsvBlock, bytes: &[u8]) -> Result<Facts, Unreadable> {
        let text = decode_part(bytes, false, block.line, true)?.text;
        let mut records = Records::new(text, self.header.delimiter, block.line);
        let mut fields = Vec::new();
        let mut table = RawTable::styled(self.header.names.clone());
        while let Some(line) = records.next_filled(&mut fields)? {
            self.header.fits(line, &fields)?;
            if !self.repeated_lines.contains(&line) {
                table.push_row(line, &fields);
            }
        }
        let (book, subject) = (self.book, self.book.subject);
        let mut facts = Facts::empty(book);
        for (index, entity) in book.entities.iter().enumerate() {
            if is_programme(book, crate::EntityId(index)) {
                facts.entities[index].ids.push(entity.name.clone());
                facts.entities[index].parents.push(None);
            }
        }
        let given = Given { path: self.path.clone(), table: &table };
        fill(book, &mut facts, subject, &given, &self.columns, self.notation);
        tidy(&mut facts);
        Ok(facts)
    }
}
