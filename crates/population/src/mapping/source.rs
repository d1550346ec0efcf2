//! The sources of a mapping: which files are read as one table, and what their columns hold.

use std::collections::BTreeMap;

use toml::Value;

use crate::finding::{Code, Finding};
use crate::toml_reader::Reader;
use crate::words;

/// Files that are read as one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedSource {
    /// Names of files, with `*` for anything and `?` for one character. Files that fit any of them are read.
    pub files: Vec<String>,
    /// `csv` or `parquet`; if none is given, names are without ending and of a file in both forms the Parquet one is read.
    pub format: Option<String>,
    /// Whether the source may be missing: it then has no rows.
    pub optional: bool,
    /// Columns whose value is a piece of the name of the file: the name with `{column}` in it.
    pub from_name: BTreeMap<String, String>,
    /// The columns that queries read.
    pub columns: Vec<SourceColumn>,
}

/// A column of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceColumn {
    /// The name in the files, whose case does not matter; queries read it in lower case.
    pub name: String,
    /// What it holds, where the mapping says so. Otherwise it is read as it is, from CSV as text.
    pub kind: Option<SourceType>,
    /// Whether it may be missing in files: it is then empty.
    pub optional: bool,
}

/// What a column of a source holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceType {
    /// Text.
    Text,
    /// Whole numbers.
    Whole,
    /// Numbers with digits after the point; `cents` reads them exactly.
    Decimal,
    /// Days, with or without a time.
    Date,
}

impl SourceType {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Text, "text"), (Self::Whole, "whole"), (Self::Decimal, "decimal"), (Self::Date, "date")];

    /// Returns the name in a mapping.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("text", |(_, name)| name)
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// Reads `[sources]`.
pub(super) fn sources(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> BTreeMap<String, MappedSource> {
    let Some(all) = reader.inside("sources", findings) else {
        reader.missing("sources", findings);
        return BTreeMap::new();
    };
    let mut sources = BTreeMap::new();
    for name in all.keys() {
        let Some(source) = all.inside(name, findings) else { continue };
        source.only(&["files", "format", "optional", "from_name", "columns"], findings);
        let files = match source.value("files") {
            Some(Value::Array(_)) => source.texts("files", findings),
            _ => source.text("files", findings).map(str::to_owned).into_iter().collect(),
        };
        let format = source.value("format").and_then(|_| {
            source.one_of("format", &["csv", "parquet"], findings)?;
            source.text_if_there("format", findings).map(str::to_owned)
        });
        sources.insert(
            name.to_owned(),
            MappedSource {
                files,
                format,
                optional: source.truth("optional", findings).unwrap_or(false),
                from_name: from_name(&source, findings),
                columns: columns(&source, findings),
            },
        );
    }
    sources
}

fn from_name(source: &Reader<'_>, findings: &mut Vec<Finding>) -> BTreeMap<String, String> {
    let mut from_name = BTreeMap::new();
    let Some(pieces) = source.inside("from_name", findings) else { return from_name };
    for column in pieces.keys() {
        let pattern = pieces.text(column, findings).unwrap_or_default();
        if !pattern.contains(&format!("{{{column}}}")) {
            findings.push(Finding::error(
                Code::PLACEHOLDER,
                source.file,
                pieces.key(column),
                words!(
                    "`{pattern}` ne dit pas où est `{column}`",
                    "`{pattern}` does not say where `{column}` is"
                ),
                words!(
                    "mettre {{{column}}} à sa place dans le nom",
                    "put {{{column}}} in its place in the name"
                ),
            ));
        }
        from_name.insert(column.to_owned(), pattern.to_owned());
    }
    from_name
}

/// Reads columns: a list of names, or a table of names with their types, a `?` after the type of one that may be missing.
fn columns(source: &Reader<'_>, findings: &mut Vec<Finding>) -> Vec<SourceColumn> {
    if !matches!(source.value("columns"), Some(Value::Table(_))) {
        let names = source.texts("columns", findings);
        return names.into_iter().map(|name| SourceColumn { name, kind: None, optional: false }).collect();
    }
    let Some(typed) = source.inside("columns", findings) else { return Vec::new() };
    let mut columns = Vec::new();
    for name in typed.keys() {
        let Some(written) = typed.text(name, findings) else { continue };
        let (kind, optional) = written.strip_suffix('?').map_or((written, false), |kind| (kind, true));
        let Some(kind) = SourceType::of(kind) else {
            let list = SourceType::ALL.map(|(_, name)| name).join(", ");
            findings.push(Finding::error(
                Code::BAD_VALUE,
                source.file,
                typed.key(name),
                words!("`{written}` n'est pas un type de colonne", "`{written}` is no type of a column"),
                words!(
                    "écrire l'un de : {list}, avec `?` si la colonne peut manquer",
                    "write one of: {list}, with `?` if the column may be missing"
                ),
            ));
            continue;
        };
        columns.push(SourceColumn { name: name.to_owned(), kind: Some(kind), optional });
    }
    columns
}
