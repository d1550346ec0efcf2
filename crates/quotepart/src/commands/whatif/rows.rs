//! The long table: a row for each scenario and subject, written straight into bytes while scenarios are settled.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::PathBuf;

use rulebook::book::Reference;
use rulebook::facts::Facts;
use rulebook::interpret::Settlement;
use rulebook::{EntityId, Language, Reason, Refusal, Rulebook, text};

use super::sheet::{Format, Sheet, beside, csv_line, json_text, prefix};
use super::{Blocks, Tally, Target};
use crate::failure::{Failure, Outcome};
use crate::output::{self, Writing};
use crate::results::{self, REFUSED_COLUMNS};

/// How many bytes are gathered before they are written.
const PIECE_BYTES: usize = 1 << 20;

/// The outputs that are written, of each entity that has any; the subject first.
pub(crate) struct Columns {
    pub(crate) entities: Vec<EntityColumns>,
}

/// The outputs of one entity.
pub(crate) struct EntityColumns {
    pub(crate) entity: EntityId,
    pub(crate) outputs: Vec<Reference>,
}

impl Columns {
    /// Chooses among the outputs of every plan, in the order of the rulebook; all of them when no name is given.
    pub(crate) fn new(blocks: &Blocks<'_>, names: &[String]) -> Outcome<Self> {
        let book = blocks.base.book;
        let subject = book.subject;
        let others = (0..book.entities.len()).map(EntityId).filter(|entity| *entity != subject);
        let mut entities = Vec::new();
        let mut known: BTreeSet<String> = BTreeSet::new();
        for entity in std::iter::once(subject).chain(others) {
            // A change of dates may give an output to one plan only.
            let mut outputs: Vec<Reference> = Vec::new();
            for block in &blocks.list {
                outputs.extend(block.scenarios.plan.outputs(entity));
            }
            let order = |reference: &Reference| match *reference {
                Reference::Rule(id) => (0, id.0, 0),
                Reference::Share(share) => (1, share.allocation.0, share.step.unwrap_or(usize::MAX)),
                Reference::Input(id) => (2, id.0, 0),
                Reference::Parameter(id) => (3, id.0, 0),
            };
            outputs.sort_by_key(order);
            outputs.dedup();
            known.extend(outputs.iter().map(|output| book.name_of(*output)));
            if !names.is_empty() {
                outputs.retain(|output| names.contains(&book.name_of(*output)));
            }
            if entity == subject || !outputs.is_empty() {
                entities.push(EntityColumns { entity, outputs });
            }
        }
        if let Some(name) = names.iter().find(|name| !known.contains(*name)) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(Failure::usage(text!(
                "--output : `{name}` n'est pas un résultat à cette date",
                "--output: `{name}` is not an output at this date"
            ))
            .suggest(name, &known));
        }
        Ok(Self { entities })
    }
}

/// A refusal that is shown to people, once.
pub(crate) struct RefusedOnce {
    /// The block in which it came first.
    pub(crate) block: usize,
    pub(crate) refusal: Refusal,
}

/// The rows of all scenarios.
pub(crate) struct Rows<'a> {
    blocks: &'a Blocks<'a>,
    book: &'a Rulebook,
    format: Format,
    sheets: Vec<Sheet<'a>>,
    path: PathBuf,
    excluded: &'a [String],
    language: Language,
    refused_stream: Option<Writing>,
    refused_bytes: Vec<u8>,
    /// Whether a row stands before the next one.
    began: bool,
    /// Refusals without changes: they are not listed again in every scenario.
    of_base: HashSet<(EntityId, String, Reason, String)>,
    seen: HashSet<(EntityId, String, Reason, String)>,
    refused: Vec<RefusedOnce>,
    failure: Option<Failure>,
}

impl<'a> Rows<'a> {
    /// Begins the files.
    pub(crate) fn begin(
        target: &Target,
        blocks: &'a Blocks<'a>,
        columns: Columns,
        facts: &Facts,
        excluded: &'a [String],
        language: Language,
    ) -> Outcome<Self> {
        let (format, path) = match target {
            Target::Csv(path) => (Format::Csv, path),
            Target::Json(path) => (Format::Json, path),
            Target::Html(path) => (Format::Nothing, path),
        };
        let book = blocks.base.book;
        let mut sheets = Vec::new();
        for columns in columns.entities {
            sheets.push(Sheet::begin(blocks, columns, facts, format, path)?);
        }
        let mut rows = Self {
            blocks,
            book,
            format,
            sheets,
            path: path.clone(),
            excluded,
            language,
            refused_stream: None,
            refused_bytes: Vec::new(),
            began: false,
            of_base: HashSet::new(),
            seen: HashSet::new(),
            refused: Vec::new(),
            failure: None,
        };
        if format == Format::Json {
            let period = blocks.base.period;
            let period =
                serde_json::json!({ "first": period.first.to_string(), "last": period.last.to_string() });
            let (id, at) = (json_text(&book.instrument.id), json_text(&blocks.base.at.to_string()));
            if let Some(sheet) = rows.sheets.first_mut() {
                let head =
                    format!("{{\n\"rulebook\": {id},\n\"at\": {at},\n\"period\": {period},\n\"results\": [");
                sheet.bytes.extend_from_slice(head.as_bytes());
            }
        }
        Ok(rows)
    }

    /// Adds the rows of a scenario.
    pub(crate) fn add(&mut self, block: usize, scenario: usize, settlement: &Settlement) -> ControlFlow<()> {
        let coordinates = self.blocks.coordinates(block, scenario);
        let name = self.blocks.list.get(block).map_or("", |block| block.name);
        self.add_refused(block, name, &coordinates, settlement);
        if self.format == Format::Nothing {
            return ControlFlow::Continue(());
        }
        let prefix = prefix(self.format, &self.blocks.paths(), &coordinates, name);
        for place in 0..self.sheets.len() {
            let Some(sheet) = self.sheets.get_mut(place) else { continue };
            let wanted = sheet.columns.entity;
            let results = settlement.entities.iter().find(|results| results.entity == wanted);
            if let Some(results) = results {
                sheet.add(self.format, &prefix, results, &mut self.began);
            }
            if sheet.bytes.len() >= PIECE_BYTES && self.format == Format::Csv {
                let written = sheet.flush();
                if let Err(failure) = written {
                    self.failure = Some(failure);
                    return ControlFlow::Break(());
                }
            }
        }
        if self.format == Format::Json {
            return self.flush_json();
        }
        ControlFlow::Continue(())
    }

    /// Puts the rows of all entities into the one file.
    fn flush_json(&mut self) -> ControlFlow<()> {
        let Some((first, others)) = self.sheets.split_first_mut() else { return ControlFlow::Continue(()) };
        for sheet in others {
            first.bytes.append(&mut sheet.bytes);
        }
        if first.bytes.len() >= PIECE_BYTES
            && let Err(failure) = first.flush()
        {
            self.failure = Some(failure);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn add_refused(&mut self, block: usize, name: &str, coordinates: &[String], settlement: &Settlement) {
        for refusal in &settlement.refused {
            if refusal.entity == self.book.subject && self.excluded.contains(&refusal.id) {
                continue;
            }
            let key = (refusal.entity, refusal.id.clone(), refusal.reason, refusal.about.clone());
            if block == 0 {
                self.of_base.insert(key.clone());
            } else if self.of_base.contains(&key) {
                continue;
            }
            let cells = results::refusal_cells(self.book, refusal, self.language);
            match self.format {
                Format::Csv => {
                    let mut line: Vec<&str> = coordinates.iter().map(String::as_str).collect();
                    line.push(name);
                    line.extend(cells.iter().map(String::as_str));
                    csv_line(&line, &mut self.refused_bytes);
                }
                Format::Json => {
                    let paths = self.blocks.paths();
                    let names = paths.iter().copied().chain(["change"]).chain(REFUSED_COLUMNS);
                    let values = coordinates.iter().map(String::as_str).chain([name]);
                    let values = values.chain(cells.iter().map(String::as_str));
                    let object: serde_json::Map<String, serde_json::Value> =
                        names.zip(values).map(|(name, value)| (name.to_owned(), value.into())).collect();
                    if !self.refused_bytes.is_empty() {
                        self.refused_bytes.extend_from_slice(b",\n");
                    }
                    self.refused_bytes
                        .extend_from_slice(serde_json::Value::Object(object).to_string().as_bytes());
                }
                Format::Nothing => {}
            }
            if self.seen.insert(key) {
                self.refused.push(RefusedOnce { block, refusal: refusal.clone() });
            }
        }
        if self.format == Format::Csv && self.refused_bytes.len() >= PIECE_BYTES {
            self.flush_refused();
        }
    }

    fn flush_refused(&mut self) {
        if self.refused_bytes.is_empty() {
            return;
        }
        if self.refused_stream.is_none() {
            match Writing::begin(&beside(&self.path, "refused")) {
                Ok(stream) => self.refused_stream = Some(stream),
                Err(failure) => {
                    self.failure = Some(failure);
                    return;
                }
            }
            let paths = self.blocks.paths();
            let headers: Vec<&str> = paths.iter().copied().chain(["change"]).chain(REFUSED_COLUMNS).collect();
            let mut head = Vec::new();
            csv_line(&headers, &mut head);
            head.append(&mut self.refused_bytes);
            self.refused_bytes = head;
        }
        if let Some(stream) = &mut self.refused_stream {
            if let Err(failure) = stream.append(&self.refused_bytes) {
                self.failure = Some(failure);
            }
            self.refused_bytes.clear();
        }
    }

    /// Returns the refusals, each once, with the block in which it came first.
    pub(crate) fn refused(&self) -> &[RefusedOnce] {
        &self.refused
    }

    /// Completes the files and puts them in their places.
    pub(crate) fn finish(mut self, tally: &Tally) -> Outcome<()> {
        if self.format == Format::Json
            && let Some(sheet) = self.sheets.first_mut()
        {
            sheet.bytes.extend_from_slice(b"\n],\n\"scenarios\": ");
            sheet.bytes.extend_from_slice(tally.json(self.blocks).to_string().as_bytes());
            sheet.bytes.extend_from_slice(b",\n\"refused\": [\n");
            sheet.bytes.append(&mut self.refused_bytes);
            sheet.bytes.extend_from_slice(b"\n]}\n");
        }
        if self.format == Format::Csv {
            self.flush_refused();
        }
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let mut streams = Vec::new();
        for mut sheet in self.sheets {
            if sheet.stream.is_some() {
                sheet.flush()?;
            }
            streams.extend(sheet.stream);
        }
        let is_refused = self.refused_stream.is_some();
        streams.extend(self.refused_stream);
        output::place_all(streams)?;
        if self.format == Format::Csv && !is_refused {
            output::remove_stale(&beside(&self.path, "refused"))?;
        }
        Ok(())
    }
}
