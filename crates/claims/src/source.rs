//! The sources of a mapping: files found by their names, compared with what the mapping says, named in the session.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use population::mapping::{MappedSource, Mapping, SourceColumn, SourceType};
use population::query::quoted;

use crate::csv_check::{Expected, Holds};
use crate::tables::{has_canonical_table, list, parquet_schema};
use crate::{ClaimsError, Engine, Outcome, csv_check};

/// How the names of files end, the form that is read first when there are several.
const ENDINGS: [&str; 3] = [".parquet", ".csv", ".csv.gz"];

impl Engine {
    /// Names the tables and views of a source in the session, and returns how many rows each has.
    pub fn open_source(&self, mapping: &Mapping, source: &Path, work: &Path) -> Outcome<Vec<(String, u64)>> {
        if !source.is_dir() {
            return Err(ClaimsError::NoFolder(source.to_owned()));
        }
        let mut rows = Vec::new();
        for (name, table) in &mapping.sources {
            let files = find(source, table)?;
            if files.is_empty() {
                if table.optional {
                    self.name(name, &without_rows(table))?;
                    rows.push((name.clone(), 0));
                    continue;
                }
                return Err(ClaimsError::MissingTable {
                    table: name.clone(),
                    folder: source.to_owned(),
                    needed_by: format!("{} ({})", mapping.id, table.files.join(", ")),
                });
            }
            self.read_source(name, table, &files, work)?;
            let counted = self.number(&format!("SELECT COUNT(*) FROM {name}"))?;
            rows.push((name.clone(), counted.and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0)));
        }
        Ok(rows)
    }

    /// Reads the files of a source; Parquet files that look alike are read together.
    fn read_source(&self, name: &str, table: &MappedSource, files: &[PathBuf], work: &Path) -> Outcome<()> {
        let mut alike: Vec<(SchemaRef, Vec<String>, Vec<PathBuf>)> = Vec::new();
        for (index, file) in files.iter().enumerate() {
            let file_name =
                file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let pieces: Vec<String> = (table.from_name.iter())
                .map(|(column, pattern)| {
                    let piece = piece_of(&file_name, pattern, column).unwrap_or_default();
                    format!("{} AS \"{column}\"", quoted(piece))
                })
                .collect();
            let parquet = if file_name.ends_with(".parquet") {
                file.clone()
            } else {
                self.text_as_parquet(table, file, work, &format!("{name}-{index}"))?
            };
            let schema = parquet_schema(&parquet)?;
            match alike.iter_mut().find(|(known, same, _)| *known == schema && *same == pieces) {
                Some((_, _, files)) => files.push(parquet),
                None => alike.push((schema, pieces, vec![parquet])),
            }
        }
        let mut parts = Vec::new();
        for (index, (schema, pieces, files)) in alike.iter().enumerate() {
            let mut cells = Vec::new();
            for column in &table.columns {
                let found = schema.fields().iter().find(|field| same(field.name(), &column.name));
                let file = files.first().map_or(Path::new(""), PathBuf::as_path);
                cells.push(parquet_cell(column, found.map(|field| (field.name(), field.data_type())), file)?);
            }
            cells.extend(pieces.iter().cloned());
            let part = format!("source_{name}_{index}");
            self.forget(&part)?;
            self.context.register_table(part.as_str(), self.parquet(files)?.into_view())?;
            parts.push(format!("SELECT {} FROM {part}", cells.join(", ")));
        }
        self.name(name, &parts.join(" UNION ALL "))
    }

    /// Checks a text file and keeps its columns as Parquet, so that it is parsed once.
    fn text_as_parquet(
        &self,
        table: &MappedSource,
        file: &Path,
        work: &Path,
        name: &str,
    ) -> Outcome<PathBuf> {
        let folder = work.join("unpacked");
        std::fs::create_dir_all(&folder).map_err(|error| ClaimsError::disk(&folder, &error))?;
        let unpacked = unpacked(file, &folder.join(format!("{name}.csv")))?;
        let names = csv_check::header(&unpacked, b',').map_err(|error| error.about(file))?;
        let wanted = |found: &str| table.columns.iter().find(|column| same(found, &column.name));
        let types: Vec<_> = (names.iter())
            .map(|found| {
                let column = wanted(found)?;
                Some(Expected { column: found, holds: Holds::Source(column.kind?), required: false })
            })
            .collect();
        csv_check::check(&unpacked, b',', &types).map_err(|error| error.about(file))?;
        let mut cells = Vec::new();
        for column in &table.columns {
            let found = names.iter().find(|found| same(found, &column.name));
            match found {
                Some(found) => cells.push(text_cell(column, found)),
                None if column.optional => {}
                None => return Err(missing(file, column)),
            }
        }
        let part = format!("text_{}", name.replace('-', "_"));
        self.forget(&part)?;
        self.context.register_table(part.as_str(), self.csv(&unpacked, &names, b',')?.into_view())?;
        let target = folder.join(format!("{name}.parquet"));
        let mut written = File::create(&target).map_err(|error| ClaimsError::disk(&target, &error))?;
        self.write_parquet(&format!("SELECT {} FROM {part}", cells.join(", ")), &[], &mut written)?;
        Ok(target)
    }
}

/// Returns whether a folder has every source that a mapping cannot do without, and no canonical table.
pub fn fits_mapping(mapping: &Mapping, folder: &Path) -> bool {
    let has = |source: &MappedSource| find(folder, source).is_ok_and(|files| !files.is_empty());
    let mut needed = mapping.sources.values().filter(|source| !source.optional).peekable();
    needed.peek().is_some() && needed.all(has) && !has_canonical_table(folder)
}

fn same(found: &str, wanted: &str) -> bool {
    found.eq_ignore_ascii_case(wanted)
}

fn missing(file: &Path, column: &SourceColumn) -> ClaimsError {
    ClaimsError::MissingColumn { file: file.to_owned(), column: column.name.clone() }
}

fn kept_as(column: &SourceColumn) -> &'static str {
    match column.kind {
        Some(SourceType::Whole) => "BIGINT",
        Some(SourceType::Date) => "DATE",
        Some(SourceType::Text | SourceType::Decimal) | None => "VARCHAR",
    }
}

/// Returns a column without values.
fn nothing(column: &SourceColumn) -> String {
    format!("CAST(NULL AS {}) AS \"{}\"", kept_as(column), column.name.to_lowercase())
}

fn without_rows(table: &MappedSource) -> String {
    let columns = table.columns.iter().map(nothing);
    let pieces = table.from_name.keys().map(|column| format!("'' AS \"{column}\""));
    format!("SELECT {} WHERE FALSE", columns.chain(pieces).collect::<Vec<_>>().join(", "))
}

/// Returns how a column of a text file is read.
fn text_cell(column: &SourceColumn, found: &str) -> String {
    let name = column.name.to_lowercase();
    let cell = format!("\"{found}\"");
    match column.kind {
        None => format!("{cell} AS \"{name}\""),
        Some(SourceType::Text | SourceType::Decimal) => format!("NULLIF({cell}, '') AS \"{name}\""),
        Some(SourceType::Whole) => format!("whole({cell}) AS \"{name}\""),
        Some(SourceType::Date) => format!("day({cell}) AS \"{name}\""),
    }
}

/// Returns how a column of a Parquet file is read, after comparing its type with what the mapping says.
fn parquet_cell(column: &SourceColumn, found: Option<(&String, &DataType)>, file: &Path) -> Outcome<String> {
    let Some((found, data)) = found else {
        return if column.optional { Ok(nothing(column)) } else { Err(missing(file, column)) };
    };
    let name = column.name.to_lowercase();
    let cell = format!("\"{found}\"");
    let is_text = |data: &DataType| match data {
        DataType::Dictionary(_, value) => value.is_string(),
        data => data.is_string(),
    };
    let read = match (column.kind, data) {
        (None, _)
        | (Some(SourceType::Whole), DataType::Int64)
        | (Some(SourceType::Date), DataType::Date32) => cell,
        // Decimals of text files are kept as texts, which lose nothing.
        (Some(SourceType::Text | SourceType::Decimal), data) if is_text(data) => cell,
        (Some(SourceType::Decimal), data) if data.is_numeric() => cell,
        (Some(SourceType::Whole), data) if data.is_integer() => format!("CAST({cell} AS BIGINT)"),
        (Some(SourceType::Whole), data) if data.is_numeric() => format!("whole({cell})"),
        (Some(SourceType::Date), DataType::Date64 | DataType::Timestamp(..)) => format!("day({cell})"),
        (Some(kind), data) => {
            return Err(ClaimsError::WrongType {
                file: file.to_owned(),
                column: column.name.clone(),
                expected: kind.name().to_owned(),
                found: data.to_string(),
            });
        }
    };
    Ok(format!("{read} AS \"{name}\""))
}

/// Finds the files of a source, in the folder or, where a name has a `/`, in one inside it.
fn find(folder: &Path, source: &MappedSource) -> Outcome<Vec<PathBuf>> {
    let mut found: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for pattern in &source.files {
        let (inside, pattern) = pattern.rsplit_once('/').unwrap_or(("", pattern));
        let folder = folder.join(inside);
        if !folder.is_dir() {
            continue;
        }
        let files = list(&folder)?;
        // Forms in the order of preference: whoever comes first under a name stays.
        for ending in ENDINGS {
            for file in &files {
                let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
                let Some(stem) = name.strip_suffix(ending) else { continue };
                let tried = if source.format.is_some() { name } else { stem };
                let form = ending.contains(source.format.as_deref().unwrap_or_default());
                if form && fits(pattern, tried) {
                    found.entry(folder.join(stem)).or_insert_with(|| file.clone());
                }
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Returns whether a name fits a pattern in which `*` stands for anything and `?` for one character.
fn fits(pattern: &str, name: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = letters.as_str();
            name.char_indices()
                .map(|(at, _)| at)
                .chain([name.len()])
                .any(|at| name.get(at..).is_some_and(|after| fits(rest, after)))
        }
        Some(wanted) => {
            let mut found = name.chars();
            found.next().is_some_and(|letter| wanted == '?' || wanted == letter)
                && fits(letters.as_str(), found.as_str())
        }
    }
}

/// Returns the piece of a name that stands where a pattern has a column in braces.
fn piece_of<'a>(name: &'a str, pattern: &str, column: &str) -> Option<&'a str> {
    let (before, after) = pattern.split_once(&format!("{{{column}}}"))?;
    let rest = name.get(name.find(before)? + before.len()..)?;
    if after.is_empty() { Some(rest) } else { rest.get(..rest.find(after)?) }
}

/// Unpacks a `.gz` file; any other file stays where it is.
fn unpacked(file: &Path, target: &Path) -> Outcome<PathBuf> {
    if file.extension().is_none_or(|end| end != "gz") {
        return Ok(file.to_owned());
    }
    let packed = File::open(file).map_err(|error| ClaimsError::disk(file, &error))?;
    let mut written = File::create(target).map_err(|error| ClaimsError::disk(target, &error))?;
    std::io::copy(&mut flate2::read::MultiGzDecoder::new(packed), &mut written)
        .map_err(|error| ClaimsError::Unreadable { file: file.to_owned(), why: error.to_string() })?;
    Ok(target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_a_question_mark_for_one_character() {
        for (pattern, name, expected) in [
            ("a*.csv", "a.csv", true),
            ("a*.csv", "abc.csv", true),
            ("a*.csv", "b.csv", false),
            ("a.csv", "a.csv", true),
            ("a.csv", "a.csv2", false),
            ("*_2008_*", "x_2008_y", true),
            ("ab*ba", "aba", false),
            ("T_MCO??C", "T_MCO18C", true),
            ("T_MCO??C", "T_MCO18CSTC", false),
            ("T_MCO??C", "T_MCOéaC", true),
            ("?", "", false),
            ("a**b", "ab", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
        assert_eq!(piece_of("DE1_0_2009_Beneficiary_x", "DE1_0_{y}_Bene", "y"), Some("2009"));
        assert_eq!(piece_of("x", "DE1_0_{y}_Bene", "y"), None);
    }
}
