//! A settlement as files: rows of outputs, rows of refusals, one JSON object; and how the command ends.

use std::collections::BTreeSet;

use anyhow::Context as _;
use rulebook::book::Reference;
use rulebook::facts::Facts;
use rulebook::interpret::{EntityResults, Settlement};
use rulebook::show::FileColumn;
use rulebook::{EntityId, Language, Plan, Reason, Refusal, Rulebook};
use serde_json::{Map, Value as Json, json};

use crate::failure::{Exit, Outcome};
use crate::words;

/// The columns of a file of refusals.
pub(crate) const REFUSED_COLUMNS: [&str; 7] = ["entity", "id", "reason", "about", "message", "file", "line"];

/// What the file of the subject's results calls its ids, whatever the contract calls the subject.
pub(crate) const SUBJECT_COLUMN: &str = "subject";

/// Returns rows as CSV.
pub(crate) fn csv_of<T: AsRef<[u8]>>(headers: &[T], rows: &[Vec<String>]) -> Outcome<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headers).context("failed to write CSV")?;
    for row in rows {
        writer.write_record(row).context("failed to write CSV")?;
    }
    Ok(writer.into_inner().context("failed to write CSV")?)
}

/// The columns of the file of an entity's results.
pub(crate) struct Sheet {
    /// The entity.
    pub(crate) entity: EntityId,
    /// Its name.
    pub(crate) name: String,
    /// The entity whose ids follow those of a lower one.
    parent: Option<EntityId>,
    /// The names of the columns.
    headers: Vec<String>,
    outputs: Vec<Reference>,
}

impl Sheet {
    /// Returns the files of a settlement: that of the subject, then those of each other entity that has outputs.
    pub(crate) fn all(plan: &Plan<'_>) -> Vec<Self> {
        let book = plan.book;
        let others = (0..book.entities.len()).map(EntityId).filter(|entity| *entity != book.subject);
        let others = others.map(|entity| Self::new(plan, entity)).filter(|sheet| !sheet.outputs.is_empty());
        std::iter::once(Self::new(plan, book.subject)).chain(others).collect()
    }

    fn new(plan: &Plan<'_>, entity: EntityId) -> Self {
        let book = plan.book;
        let (name, outputs) = (book.entities[entity.0].name.clone(), plan.outputs(entity));
        // The subject's file is read beside the facts.
        let is_subject = entity == book.subject;
        let parent = book.entities[entity.0].parent.filter(|_| !is_subject);
        let mut headers = vec![if is_subject { SUBJECT_COLUMN.to_owned() } else { name.clone() }];
        headers.extend(parent.map(|parent| book.entities[parent.0].name.clone()));
        headers.extend(outputs.iter().map(|output| book.name_of(*output)));
        Self { entity, name, parent, headers, outputs }
    }

    /// Returns the titles as CSV.
    pub(crate) fn csv_header(&self) -> Outcome<Vec<u8>> {
        csv_of(&self.headers, &[])
    }

    /// Returns the rows of a settlement as CSV, without the titles.
    pub(crate) fn csv_rows(
        &self,
        book: &Rulebook,
        facts: &Facts,
        settlement: &Settlement,
    ) -> Outcome<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        self.each_cell(book, facts, settlement, &mut |cell| match cell {
            Some(cell) => writer.write_field(cell).context("failed to write CSV"),
            None => writer.write_record(None::<&[u8]>).context("failed to write CSV"),
        })?;
        Ok(writer.into_inner().context("failed to write CSV")?)
    }

    /// Returns the rows as JSON objects whose values are all texts.
    fn json(&self, book: &Rulebook, facts: &Facts, settlement: &Settlement) -> anyhow::Result<Json> {
        let (mut rows, mut row) = (Vec::new(), Map::new());
        let mut names = self.headers.iter();
        self.each_cell(book, facts, settlement, &mut |cell| {
            match cell {
                Some(cell) => {
                    row.extend(names.next().map(|name| (name.clone(), json!(String::from_utf8_lossy(cell)))));
                }
                None => {
                    rows.push(Json::Object(std::mem::take(&mut row)));
                    names = self.headers.iter();
                }
            }
            Ok(())
        })?;
        Ok(Json::Array(rows))
    }

    /// Calls `give` with each cell of each row, and with none after the last of a row.
    fn each_cell(
        &self,
        book: &Rulebook,
        facts: &Facts,
        settlement: &Settlement,
        give: &mut dyn FnMut(Option<&[u8]>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let rows = facts.rows(self.entity);
        let Some(results) = settlement.entities.iter().find(|results| results.entity == self.entity) else {
            return Ok(());
        };
        let mut text = Vec::new();
        for block in results.blocks() {
            let outputs = self.outputs.iter().zip(&block.columns);
            let columns: Vec<FileColumn<'_>> = outputs
                .map(|(output, values)| FileColumn::new(book, book.type_of(*output), values))
                .collect();
            for (index, row) in block.rows.iter().enumerate() {
                give(Some(rows.ids.get(row).map_or(&b""[..], String::as_bytes)))?;
                if let Some(parent) = self.parent {
                    let above = rows.parents.get(row).copied().flatten();
                    let id = above.and_then(|above| facts.rows(parent).ids.get(above));
                    give(Some(id.map_or(&b""[..], String::as_bytes)))?;
                }
                for column in &columns {
                    text.clear();
                    column.push(index, &mut text);
                    give(Some(&text))?;
                }
                give(None)?;
            }
        }
        Ok(())
    }
}

/// Returns the refusals as CSV.
pub(crate) fn refused_csv(book: &Rulebook, refused: &[Refusal], language: Language) -> Outcome<Vec<u8>> {
    let rows: Vec<Vec<String>> =
        refused.iter().map(|refusal| refusal_cells(book, refusal, language)).collect();
    csv_of(&REFUSED_COLUMNS, &rows)
}

/// Returns the cells of a refusal, one for each of [`REFUSED_COLUMNS`].
pub(crate) fn refusal_cells(book: &Rulebook, refusal: &Refusal, language: Language) -> Vec<String> {
    let (file, line) = refusal
        .place
        .as_ref()
        .map_or_else(Default::default, |(file, line)| (file.to_string(), line.to_string()));
    vec![
        book.entities[refusal.entity.0].name.clone(),
        refusal.id.clone(),
        refusal.reason.name().to_owned(),
        refusal.about.clone(),
        refusal.message.get(language).to_owned(),
        file,
        line,
    ]
}

/// Returns a refusal as a JSON object.
pub(crate) fn refusal_json(book: &Rulebook, refusal: &Refusal, language: Language) -> Json {
    let cells = refusal_cells(book, refusal, language).into_iter().map(Json::String);
    Json::Object(REFUSED_COLUMNS.iter().map(|name| (*name).to_owned()).zip(cells).collect())
}

/// Returns everything as one JSON object; numbers are texts, so that none is rounded on the way.
pub(crate) fn json(
    plan: &Plan<'_>,
    facts: &Facts,
    settlement: &Settlement,
    language: Language,
) -> Outcome<Vec<u8>> {
    let (book, refused) = (plan.book, &settlement.refused);
    let mut entities = Map::new();
    let mut subjects = json!([]);
    for sheet in Sheet::all(plan) {
        let rows = sheet.json(book, facts, settlement)?;
        if sheet.entity == book.subject {
            subjects = rows;
        } else {
            entities.insert(sheet.name, rows);
        }
    }
    let refused: Vec<Json> = refused.iter().map(|refusal| refusal_json(book, refusal, language)).collect();
    let mut whole = json!({
        "rulebook": book.instrument.id,
        "at": plan.at.to_string(),
        "period": { "first": plan.period.first.to_string(), "last": plan.period.last.to_string() },
        "results": subjects,
        "entities": entities,
        "refused": refused,
    });
    if let (Some(known_at), Some(fields)) = (plan.known_at, whole.as_object_mut()) {
        fields.insert("known_at".to_owned(), json!(known_at.to_string()));
    }
    let mut bytes = serde_json::to_vec_pretty(&whole).context("failed to write JSON")?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// How many subjects were settled, refused and left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Those that have results.
    pub(crate) settled: usize,
    /// Those that were refused.
    pub(crate) refused: usize,
    /// Those that were left out by name.
    pub(crate) excluded: usize,
    /// Refusals with a reason of their own, and how many of them official mode alone stands behind.
    own_reasons: usize,
    official_reasons: usize,
}

impl Counts {
    /// Adds the subjects of a settlement.
    pub(crate) fn add(
        &mut self,
        book: &Rulebook,
        facts: &Facts,
        settlement: &Settlement,
        excluded: &[String],
    ) {
        let of_subjects = || settlement.refused.iter().filter(|refusal| refusal.entity == book.subject);
        // Rows without an id are told apart by their lines.
        let line = |refusal: &Refusal| {
            refusal.place.as_ref().filter(|_| refusal.id.is_empty()).map_or(0, |place| place.1)
        };
        let refused: BTreeSet<(&str, u64)> =
            of_subjects().map(|refusal| (refusal.id.as_str(), line(refusal))).collect();
        let own =
            || settlement.refused.iter().filter(|one| !matches!(one.reason, Reason::Child | Reason::Blocked));
        self.settled += settlement
            .subject()
            .filter(|results| results.entity == book.subject)
            .map_or(0, EntityResults::len);
        self.refused += refused.len();
        if !excluded.is_empty() {
            let ids: BTreeSet<&String> = facts.rows(book.subject).ids.iter().collect();
            self.excluded += excluded.iter().filter(|id| ids.contains(id)).count();
        }
        self.own_reasons += own().count();
        self.official_reasons += own().filter(|one| one.reason == Reason::Official).count();
    }

    /// Returns how the command ends.
    pub(crate) fn exit(self) -> Exit {
        let official_only = self.own_reasons > 0 && self.own_reasons == self.official_reasons;
        match (self.settled, self.refused) {
            (_, 0) => Exit::Done,
            (0, _) if official_only => Exit::OfficialRefused,
            (0, _) => Exit::AllRefused,
            _ => Exit::SomeRefused,
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.settled += other.settled;
        self.refused += other.refused;
        self.excluded += other.excluded;
        self.own_reasons += other.own_reasons;
        self.official_reasons += other.official_reasons;
    }
}

/// Leaves out the refusals of subjects that were excluded by name, and sorts the others as their files are.
pub(crate) fn tidy_refusals(book: &Rulebook, refused: &mut Vec<Refusal>, excluded: &[String]) {
    refused.retain(|refusal| refusal.entity != book.subject || !excluded.contains(&refusal.id));
    refused.sort_by_key(|refusal| {
        (refusal.entity != book.subject, refusal.entity, refusal.place.as_ref().map_or(0, |place| place.1))
    });
}

/// Returns a refusal as a sentence: who, why, where.
pub(crate) fn refusal_sentence(book: &Rulebook, refusal: &Refusal, language: Language) -> String {
    let id = if refusal.id.is_empty() { "?" } else { refusal.id.as_str() };
    let who = if refusal.entity == book.subject {
        id.to_owned()
    } else {
        format!("{} {id}", book.entities[refusal.entity.0].name)
    };
    let why = words::as_sentence(refusal.message.get(language));
    let place = match (&refusal.place, language) {
        (None, _) => String::new(),
        (Some((file, line)), Language::French) => format!(" Ligne {line} de {file}."),
        (Some((file, line)), Language::English) => format!(" Line {line} of {file}."),
    };
    match language {
        Language::French => format!("{who} : refusé. {why}{place}"),
        Language::English => format!("{who}: refused. {why}{place}"),
    }
}

/// Finds an output of an entity, or any rule that it can read, by name.
pub(crate) fn output_named(plan: &Plan<'_>, entity: EntityId, name: &str) -> Option<Reference> {
    let book = plan.book;
    let outputs = plan.outputs(entity);
    outputs.into_iter().find(|output| book.name_of(*output) == name).or_else(|| {
        let id = book.rule(name)?;
        let readable = book.is_under(entity, book.rules[id.0].of) && plan.rule(id).is_some();
        readable.then_some(Reference::Rule(id))
    })
}
