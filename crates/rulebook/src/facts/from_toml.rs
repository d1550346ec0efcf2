//! Reads a TOML file into tables of text.

use toml::de::{DeTable, DeValue};

use super::tables::{RawTable, Sheet, Unreadable, decode, filled};
use crate::text;

/// Reads a TOML file: `[[equipe]]` or `[[subject]]` for each row, or the facts of a single row at the root.
///
/// Numbers are kept as they are written, never read through a float.
pub fn read_toml(bytes: &[u8]) -> Result<Vec<RawTable>, Unreadable> {
    let text = decode(bytes)?;
    let lines = Lines::new(text);
    let root = DeTable::parse(text).map_err(|error| {
        let detail = error.message();
        Unreadable::malformed(
            error.span().map(|span| lines.at(span.start)),
            text!("ce n'est pas du TOML ({detail})", "this is not TOML ({detail})"),
        )
    })?;
    let root = root.get_ref();
    let nested = |value: &DeValue<'_>| matches!(value, DeValue::Array(_) | DeValue::Table(_));
    let mut sheets = Vec::new();
    if !root.is_empty() && !root.values().any(|value| nested(value.get_ref())) {
        let mut sheet = Sheet::new(None);
        let line = root.keys().map(|key| lines.at(key.span().start)).min().unwrap_or(1);
        row(root, line, &lines, &mut sheet)?;
        sheets.push(sheet);
        return filled(sheets);
    }
    for (name, value) in root {
        let mut sheet = Sheet::new(Some(name.get_ref().as_ref()));
        let line = lines.at(value.span().start);
        match value.get_ref() {
            DeValue::Table(table) => row(table, line, &lines, &mut sheet)?,
            DeValue::Array(items) => {
                for item in items {
                    let line = lines.at(item.span().start);
                    let table = item.get_ref().as_table().ok_or_else(|| not_rows(name.get_ref(), line))?;
                    row(table, line, &lines, &mut sheet)?;
                }
            }
            _ => return Err(not_rows(name.get_ref(), lines.at(name.span().start))),
        }
        sheets.push(sheet);
    }
    filled(sheets)
}

fn not_rows(name: &str, line: u64) -> Unreadable {
    Unreadable::malformed(
        line,
        text!("`{name}` n'est pas une suite de lignes de faits", "`{name}` is not a series of rows of facts"),
    )
    .help(text!(
        "écrire [[entité]] au-dessus des faits de chaque ligne, par exemple [[subject]]",
        "write [[entity]] above the facts of each row, for instance [[subject]]"
    ))
}

fn row(table: &DeTable<'_>, line: u64, lines: &Lines, sheet: &mut Sheet) -> Result<(), Unreadable> {
    for (name, value) in table {
        let words = match value.get_ref() {
            DeValue::String(words) => words.to_string(),
            // A number in another base keeps its prefix, and is refused with its row when it is typed.
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            DeValue::Array(_) | DeValue::Table(_) => {
                let name: &str = name.get_ref();
                return Err(Unreadable::malformed(
                    lines.at(value.span().start),
                    text!(
                        "`{name}` est une liste ou une table : un fait est une seule valeur",
                        "`{name}` is a list or a table: a fact is a single value"
                    ),
                )
                .help(text!(
                    "une entité plus basse a ses propres lignes : [[patient]], avec l'identifiant de son parent",
                    "a lower entity has rows of its own: [[patient]], with the id of its parent"
                )));
            }
        };
        sheet.cell(name.get_ref(), words);
    }
    sheet.end_row(line)
}

/// Where the lines of a text end.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(offset, _)| offset).collect())
    }

    fn at(&self, offset: usize) -> u64 {
        let before = self.0.partition_point(|end| *end < offset);
        u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
    }
}
