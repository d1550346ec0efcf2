//! A settlement as files: rows of outputs, rows of refusals, one JSON object; and how the command ends.

use std::collections::BTreeSet;

use anyhow::Context as _;
use rulebook::book::Reference;
use rulebook::facts::Facts;
use rulebook::interpret::{EntityResults, Settlement};
use rulebook::{EntityId, Language, Plan, Reason, Refusal, Rulebook};
use serde_json::{Map, Value as Json, json};

use crate::failure::{Exit, Outcome};
use crate::words;

/// The columns of a file of refusals.
pub(crate) const REFUSED_COLUMNS: [&str; 7] = ["entity", "id", "reason", "about", "message", "file", "line"];

/// Rows as they stand in a file.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    /// The name of the entity.
    pub(crate) entity: String,
    /// The names of the columns.
    pub(crate) headers: Vec<String>,
    /// The rows.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Returns the rows as CSV.
    pub(crate) fn csv(&self) -> Outcome<Vec<u8>> {
        csv_of(&self.headers, &self.rows)
    }

    /// Returns the rows as JSON objects whose values are all texts.
    fn json(&self) -> Json {
        let object = |row: &Vec<String>| {
            let fields = self.headers.iter().zip(row).map(|(name, value)| (name.clone(), json!(value)));
            Json::Object(fields.collect::<Map<String, Json>>())
        };
        self.rows.iter().map(object).collect()
    }
}

/// Returns rows as CSV.
pub(crate) fn csv_of<T: AsRef<[u8]>>(headers: &[T], rows: &[Vec<String>]) -> Outcome<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headers).context("failed to write CSV")?;
    for row in rows {
        writer.write_record(row).context("failed to write CSV")?;
    }
    Ok(writer.into_inner().context("failed to write CSV")?)
}

/// Returns the rows of the subject, then those of each other entity that has outputs.
pub(crate) fn sheets(book: &Rulebook, facts: &Facts, settlement: &Settlement) -> Vec<Sheet> {
    settlement.entities.iter().map(|results| sheet(book, facts, results)).collect()
}

fn sheet(book: &Rulebook, facts: &Facts, results: &EntityResults) -> Sheet {
    let entity = &book.entities[results.entity.0];
    let rows = facts.rows(results.entity);
    // The subject's file is read beside the facts, whatever the contract calls it.
    let is_subject = results.entity == book.subject;
    let parent = entity.parent.filter(|_| !is_subject);
    let mut headers = vec![if is_subject { "subject".to_owned() } else { entity.name.clone() }];
    headers.extend(parent.map(|parent| book.entities[parent.0].name.clone()));
    headers.extend(results.outputs.iter().map(|output| book.name_of(*output)));
    let kinds: Vec<_> = results.outputs.iter().map(|output| book.type_of(*output)).collect();
    let row = |(index, values): &(usize, Vec<rulebook::Value>)| {
        let mut cells = vec![rows.ids.get(*index).cloned().unwrap_or_default()];
        cells.extend(parent.map(|parent| {
            let above = rows.parents.get(*index).copied().flatten();
            above.and_then(|above| facts.rows(parent).ids.get(above).cloned()).unwrap_or_default()
        }));
        cells.extend(
            values.iter().zip(&kinds).map(|(value, kind)| rulebook::show::for_file(book, kind, value)),
        );
        cells
    };
    Sheet { entity: entity.name.clone(), headers, rows: results.rows.iter().map(row).collect() }
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
    sheets: &[Sheet],
    refused: &[Refusal],
    language: Language,
) -> Outcome<Vec<u8>> {
    let book = plan.book;
    let (subjects, others) =
        sheets.split_first().map_or((json!([]), sheets), |(first, rest)| (first.json(), rest));
    let entities: Map<String, Json> =
        others.iter().map(|sheet| (sheet.entity.clone(), sheet.json())).collect();
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Those that have results.
    pub(crate) settled: usize,
    /// Those that were refused.
    pub(crate) refused: usize,
    /// Those that were left out by name.
    pub(crate) excluded: usize,
    /// Whether official mode alone stands behind every refusal.
    official_only: bool,
}

impl Counts {
    /// Counts the subjects of a settlement.
    pub(crate) fn of(book: &Rulebook, facts: &Facts, settlement: &Settlement, excluded: &[String]) -> Self {
        let refused: BTreeSet<(&str, u64)> = settlement
            .refused
            .iter()
            .filter(|refusal| refusal.entity == book.subject)
            // Rows without an id are told apart by their lines.
            .map(|refusal| {
                (
                    refusal.id.as_str(),
                    refusal.place.as_ref().filter(|_| refusal.id.is_empty()).map_or(0, |place| place.1),
                )
            })
            .collect();
        let ids: BTreeSet<&String> = facts.rows(book.subject).ids.iter().collect();
        let mut own = settlement
            .refused
            .iter()
            .filter(|one| !matches!(one.reason, Reason::Child | Reason::Blocked))
            .peekable();
        Self {
            settled: settlement
                .subject()
                .filter(|results| results.entity == book.subject)
                .map_or(0, |results| results.rows.len()),
            refused: refused.len(),
            excluded: excluded.iter().filter(|id| ids.contains(id)).count(),
            official_only: own.peek().is_some() && own.all(|one| one.reason == Reason::Official),
        }
    }

    /// Returns how the command ends.
    pub(crate) fn exit(self) -> Exit {
        match (self.settled, self.refused) {
            (_, 0) => Exit::Done,
            (0, _) if self.official_only => Exit::OfficialRefused,
            (0, _) => Exit::AllRefused,
            _ => Exit::SomeRefused,
        }
    }
}

/// Leaves out the refusals of subjects that were excluded by name.
pub(crate) fn without_excluded(book: &Rulebook, settlement: &mut Settlement, excluded: &[String]) {
    settlement.refused.retain(|refusal| refusal.entity != book.subject || !excluded.contains(&refusal.id));
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
