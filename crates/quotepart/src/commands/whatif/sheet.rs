//! The rows of one entity, written straight into bytes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rulebook::facts::Facts;
use rulebook::interpret::EntityResults;
use rulebook::show::FileColumn;
use rulebook::{EntityId, Rulebook};

use super::Blocks;
use super::rows::EntityColumns;
use crate::failure::Outcome;
use crate::output::Writing;

/// How rows are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Json,
    Nothing,
}

/// What is written of one entity.
pub(super) struct Sheet<'a> {
    pub(super) columns: EntityColumns,
    book: &'a Rulebook,
    /// What stands before each value.
    before: Vec<Vec<u8>>,
    /// The ids of the rows, and of the rows above them, ready to be written: no change touches them.
    keys: Vec<Vec<u8>>,
    /// The file; none when rows of all entities go into one.
    pub(super) stream: Option<Writing>,
    pub(super) bytes: Vec<u8>,
}

/// Returns `x.<word>.csv` for `x.csv`.
pub(super) fn beside(path: &Path, word: &str) -> PathBuf {
    path.with_extension(format!("{word}.csv"))
}

/// Returns what stands before the id in every row of a scenario.
pub(super) fn prefix(format: Format, paths: &[&str], coordinates: &[String], name: &str) -> Vec<u8> {
    let mut prefix = Vec::new();
    if format == Format::Json {
        let mut words = String::from("{");
        for (path, value) in paths.iter().zip(coordinates) {
            let _infallible = write!(words, "{}:{},", json_text(path), json_text(value));
        }
        let _infallible = write!(words, "\"change\":{},", json_text(name));
        prefix.extend_from_slice(words.as_bytes());
        return prefix;
    }
    for value in coordinates {
        csv_field(value, &mut prefix);
        prefix.push(b',');
    }
    csv_field(name, &mut prefix);
    prefix.push(b',');
    prefix
}

impl<'a> Sheet<'a> {
    /// Begins the file of an entity, with its headings.
    pub(super) fn begin(
        blocks: &'a Blocks<'a>,
        columns: EntityColumns,
        facts: &Facts,
        format: Format,
        path: &Path,
    ) -> Outcome<Self> {
        let book = blocks.base.book;
        let entity = columns.entity;
        let names: Vec<String> = columns.outputs.iter().map(|output| book.name_of(*output)).collect();
        let is_subject = entity == book.subject;
        let own = book.entities.get(entity.0).map_or("", |entity| entity.name.as_str());
        let mut bytes = Vec::new();
        let mut stream = None;
        if format == Format::Csv {
            let parent = book.entities.get(entity.0).and_then(|entity| entity.parent).filter(|_| !is_subject);
            let mut headers = blocks.paths();
            headers.extend(["change", if is_subject { "subject" } else { own }]);
            headers.extend(parent.and_then(|above| Some(book.entities.get(above.0)?.name.as_str())));
            headers.extend(names.iter().map(String::as_str));
            csv_line(&headers, &mut bytes);
            let path = if is_subject { path.to_owned() } else { beside(path, own) };
            stream = Some(Writing::begin(&path)?);
        } else if format == Format::Json && is_subject {
            stream = Some(Writing::begin(path)?);
        }
        let before = names.iter().map(|name| match format {
            Format::Json => format!(",{}:", json_text(name)).into_bytes(),
            Format::Csv | Format::Nothing => b",".to_vec(),
        });
        let before = before.collect();
        let keys = keys(book, format, facts, entity);
        Ok(Self { columns, book, before, keys, stream, bytes })
    }

    /// Adds the rows of a scenario; `began` says whether a row stands before them.
    pub(super) fn add(&mut self, format: Format, prefix: &[u8], results: &EntityResults, began: &mut bool) {
        let places: Vec<Option<usize>> = self
            .columns
            .outputs
            .iter()
            .map(|wanted| results.outputs.iter().position(|output| output == wanted))
            .collect();
        for block in results.blocks() {
            let writers = places.iter().zip(&self.columns.outputs).map(|(place, output)| {
                let values = place.and_then(|place| block.columns.get(place))?;
                Some(FileColumn::new(self.book, self.book.type_of(*output), values))
            });
            let writers: Vec<Option<FileColumn<'_>>> = writers.collect();
            for (index, row) in block.rows.iter().enumerate() {
                if format == Format::Json {
                    self.bytes.extend_from_slice(if *began { b",\n" } else { b"\n" });
                    *began = true;
                }
                self.bytes.extend_from_slice(prefix);
                if let Some(key) = self.keys.get(row) {
                    self.bytes.extend_from_slice(key);
                }
                for (writer, before) in writers.iter().zip(&self.before) {
                    self.bytes.extend_from_slice(before);
                    push_value(format, writer.as_ref(), index, &mut self.bytes);
                }
                self.bytes.push(if format == Format::Json { b'}' } else { b'\n' });
            }
        }
    }

    /// Hands what was gathered to the system.
    pub(super) fn flush(&mut self) -> Outcome<()> {
        if let Some(stream) = &mut self.stream {
            stream.append(&self.bytes)?;
        }
        self.bytes.clear();
        Ok(())
    }
}

/// Returns the id of each row, with that of the row above for a lower entity.
fn keys(book: &Rulebook, format: Format, facts: &Facts, entity: EntityId) -> Vec<Vec<u8>> {
    let rows = facts.rows(entity);
    let declared = book.entities.get(entity.0);
    let parent = declared.and_then(|entity| entity.parent).filter(|_| entity != book.subject);
    let name = declared.map_or("", |entity| entity.name.as_str());
    let key = |(row, id): (usize, &String)| {
        let above = parent.map(|parent| {
            let row = rows.parents.get(row).copied().flatten();
            let id = row.and_then(|row| facts.rows(parent).ids.get(row)).map_or("", String::as_str);
            (book.entities.get(parent.0).map_or("", |entity| entity.name.as_str()), id)
        });
        let mut bytes = Vec::new();
        if format == Format::Json {
            let mut words = format!("\"entity\":{},\"id\":{}", json_text(name), json_text(id));
            if let Some((name, id)) = above {
                let _infallible = write!(words, ",{}:{}", json_text(name), json_text(id));
            }
            return words.into_bytes();
        }
        csv_field(id, &mut bytes);
        if let Some((_, id)) = above {
            bytes.push(b',');
            csv_field(id, &mut bytes);
        }
        bytes
    };
    rows.ids.iter().enumerate().map(key).collect()
}

/// Writes a value, or what stands for none.
fn push_value(format: Format, writer: Option<&FileColumn<'_>>, index: usize, bytes: &mut Vec<u8>) {
    let is_json = format == Format::Json;
    let start = bytes.len();
    if is_json {
        bytes.push(b'"');
    }
    let written = writer.is_some_and(|writer| writer.push(index, bytes));
    if is_json && written {
        bytes.push(b'"');
    } else if is_json {
        bytes.truncate(start);
        bytes.extend_from_slice(b"null");
    }
}

/// Returns a text in quotes.
pub(super) fn json_text(words: &str) -> String {
    serde_json::Value::from(words).to_string()
}

/// Writes a cell, in quotes where its content asks for them.
fn csv_field(words: &str, out: &mut Vec<u8>) {
    if !words.contains([',', '"', '\n', '\r']) {
        out.extend_from_slice(words.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(words.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

/// Writes a line of cells.
pub(super) fn csv_line(cells: &[&str], out: &mut Vec<u8>) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        csv_field(cell, out);
    }
    out.push(b'\n');
}
