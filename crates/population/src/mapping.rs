//! Mappings: folders that turn another source of claims into canonical tables, one SELECT per table.
//!
//! What can be checked without an engine is checked here: names, columns, versions, and that a query is one SELECT. The
//! engine compares the columns that a query really gives with [`Mapping::check_output`].

mod source;
mod step;

use std::collections::BTreeMap;

pub use source::{MappedSource, SourceColumn, SourceType};
pub use step::{MappedList, MappedView};

use crate::finding::{Code, Finding, has_errors};
use crate::query::{Period, bare};
use crate::schema::{ColumnSchema, Schema, TableSchema};
use crate::toml_reader::{Reader, day, parse};
use crate::{Text, words};

/// The one derived table that a mapping may give.
const CONTACT: &str = "contact";

/// Words that begin a statement that changes something, or reach out of the source.
const FORBIDDEN: &[&str] = &[
    "alter", "attach", "call", "copy", "create", "delete", "drop", "execute", "explain", "export", "grant",
    "import", "insert", "install", "load", "merge", "pragma", "set", "truncate", "update",
];

/// A mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The name, which is that of its folder.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The currency of its amounts.
    pub currency: String,
    /// The days that the source covers, first and last.
    pub period: Period,
    /// The files of the source by the name under which queries read them.
    pub sources: BTreeMap<String, MappedSource>,
    /// Queries that tables share, in the order in which they are named.
    pub views: Vec<MappedView>,
    /// Rows of the source that enter no table, each with its reason.
    pub lists: Vec<MappedList>,
    /// The canonical tables that it gives, with their queries.
    pub tables: BTreeMap<String, MappedTable>,
    /// The canonical tables that the source does not have, with the reason.
    pub absent: BTreeMap<String, Text>,
    /// Traps of the source.
    pub checks: Vec<SourceCheck>,
}

/// A canonical table that a mapping gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedTable {
    /// The columns of its query.
    pub columns: Vec<String>,
    /// Those that hold numbers of this import already, which a view found for the keys of the source.
    pub numbered: Vec<String>,
    /// The view whose rows are kept apart by a number, when rows of the table come from rows with one number only: the table
    /// is then made part by part.
    pub part_of: Option<String>,
    /// The query.
    pub sql: String,
}

/// A count of something that canonical tables do not show any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCheck {
    /// The name.
    pub id: String,
    /// What was counted, with `{count}`.
    pub words: Text,
    /// A query that gives one row with the column `count`.
    pub sql: String,
}

impl Mapping {
    /// Reads `mapping.toml` and the queries beside it, given as names of files and texts, to the end.
    pub fn read(file: &str, text: &str, queries: &[(String, String)]) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Vec::new();
        let mapping = parse(file, text, &mut findings)
            .and_then(|table| Self::from_reader(&Reader::new(file, &table), queries, &mut findings));
        (mapping.filter(|_| !has_errors(&findings)), findings)
    }

    /// Compares the columns that a query gives, by name, with those declared for its table.
    pub fn check_output(&self, table: &str, given: &[String]) -> Vec<Finding> {
        let file = format!("{table}.sql");
        let Some(declared) = self.tables.get(table) else { return Vec::new() };
        let mut findings = Vec::new();
        for column in declared.columns.iter().filter(|column| !given.contains(column)) {
            findings.push(missing_column(&file, "", table, column));
        }
        for column in given.iter().filter(|column| !declared.columns.contains(column)) {
            findings.push(unknown_column(&file, "", table, column));
        }
        findings
    }

    fn from_reader(
        reader: &Reader<'_>,
        queries: &[(String, String)],
        findings: &mut Vec<Finding>,
    ) -> Option<Self> {
        reader.only(
            &[
                "id",
                "title",
                "schema_version",
                "currency",
                "period",
                "sources",
                "views",
                "lists",
                "tables",
                "absent",
                "checks",
            ],
            findings,
        );
        check_version(reader, findings);
        let title = reader.words("title", findings);
        let currency = reader.text("currency", findings).unwrap_or_default().to_owned();
        let sources = source::sources(reader, findings);
        let views = step::views(reader, queries, findings);
        let lists = step::lists(reader, queries, findings);
        let tables = tables(reader, queries, &views, findings);
        let declared = reader.inside("tables", &mut Vec::new());
        let named: Vec<&str> = (views.iter().map(|view| view.name.as_str()))
            .chain(lists.iter().map(|list| list.name.as_str()))
            .chain(declared.iter().flat_map(Reader::keys))
            .chain(sources.keys().map(String::as_str))
            .collect();
        step::check_names(reader, queries, &named, findings);
        let absent = absent(reader, &tables, findings);
        let checks = source_checks(reader, findings);
        let period = period(reader, findings);
        let id = reader.text("id", findings)?.to_owned();
        Some(Self { id, title, currency, period: period?, sources, views, lists, tables, absent, checks })
    }
}

pub(crate) fn check_version(reader: &Reader<'_>, findings: &mut Vec<Finding>) {
    let ours = i64::from(Schema::canonical().version);
    let Some(theirs) = reader.integer("schema_version", findings) else {
        if reader.value("schema_version").is_none() {
            reader.missing("schema_version", findings);
        }
        return;
    };
    if theirs != ours {
        findings.push(Finding::error(
            Code::SCHEMA_VERSION,
            reader.file,
            "schema_version",
            words!(
                "le mapping est écrit pour la version {theirs} des tables, qui en sont à la {ours}",
                "the mapping is written for version {theirs} of the tables, which are at {ours}"
            ),
            words!(
                "comparer ses colonnes avec docs/reference/claims.md, puis changer la version",
                "compare its columns with docs/reference/claims.md, then change the version"
            ),
        ));
    }
}

fn period(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<Period> {
    let Some(inside) = reader.inside("period", findings) else {
        if reader.value("period").is_none() {
            reader.missing("period", findings);
        }
        return None;
    };
    inside.only(&["from", "to"], findings);
    let date = |name: &str| inside.value(name).and_then(day);
    match (date("from"), date("to")) {
        (Some(start), Some(end)) if start <= end => Some(Period { start, end }),
        _ => {
            findings.push(Finding::error(
                Code::BAD_VALUE,
                reader.file,
                "period",
                words!("la période n'a pas deux dates dans l'ordre", "the period has not two dates in order"),
                words!(
                    "écrire {{ from = 2018-01-01, to = 2018-12-31 }}",
                    "write {{ from = 2018-01-01, to = 2018-12-31 }}"
                ),
            ));
            None
        }
    }
}

fn tables(
    reader: &Reader<'_>,
    queries: &[(String, String)],
    views: &[MappedView],
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, MappedTable> {
    let Some(all) = reader.inside("tables", findings) else {
        reader.missing("tables", findings);
        return BTreeMap::new();
    };
    let mut tables = BTreeMap::new();
    for name in all.keys() {
        let Some(inside) = all.inside(name, findings) else { continue };
        inside.only(&["columns", "numbered", "part_of"], findings);
        let columns = inside.texts("columns", findings);
        let numbered = inside.texts("numbered", findings);
        let part_of = part_of(&inside, views, findings);
        let Some(table) = mappable(name) else {
            findings.push(Finding::error(
                Code::UNKNOWN_NAME,
                reader.file,
                all.key(name),
                words!(
                    "`{name}` n'est pas une table qu'une source donne",
                    "`{name}` is not a table that a source gives"
                ),
                words!(
                    "les tables sont dans docs/reference/claims.md",
                    "the tables are listed in docs/reference/claims.md"
                ),
            ));
            continue;
        };
        check_columns(reader.file, &all.key(name), table, &columns, findings);
        for column in numbered.iter().filter(|column| !columns.contains(column)) {
            findings.push(unknown_column(reader.file, &inside.key("numbered"), name, column));
        }
        let file = format!("{name}.sql");
        match queries.iter().find(|(path, _)| *path == file) {
            Some((_, sql)) => {
                check_select(&file, sql, &columns, findings);
                tables.insert(name.to_owned(), MappedTable { columns, numbered, part_of, sql: sql.clone() });
            }
            None => findings.push(Finding::error(
                Code::MISSING_FILE,
                reader.file,
                all.key(name),
                words!("le fichier `{file}` manque", "the file `{file}` is missing"),
                words!(
                    "écrire la requête, ou dire la table absente",
                    "write the query, or declare the table absent"
                ),
            )),
        }
    }
    tables
}

/// Reads the view part by part of which a table is made.
fn part_of(inside: &Reader<'_>, views: &[MappedView], findings: &mut Vec<Finding>) -> Option<String> {
    let name = inside.text_if_there("part_of", findings)?;
    if !views.iter().any(|view| view.name == name && view.apart_by.is_some()) {
        findings.push(Finding::error(
            Code::UNKNOWN_NAME,
            inside.file,
            inside.key("part_of"),
            words!(
                "`{name}` n'est pas une vue dont les lignes sont gardées à part",
                "`{name}` is no view whose rows are kept apart"
            ),
            words!("nommer une vue qui a `apart_by`", "name a view that has `apart_by`"),
        ));
    }
    Some(name.to_owned())
}

/// Returns a table that a mapping may give.
fn mappable(name: &str) -> Option<&'static TableSchema> {
    Schema::canonical().table(name).filter(|table| !table.derived || table.name == CONTACT)
}

/// Tells whether a query has to give a column: what the reader writes itself, or has a default for, may be left out.
fn must_be_given(column: &ColumnSchema) -> bool {
    column.required && column.default.is_none() && column.name != "source_key"
}

fn check_columns(
    file: &str,
    key: &str,
    table: &TableSchema,
    columns: &[String],
    findings: &mut Vec<Finding>,
) {
    for column in table.columns.iter().filter(|column| must_be_given(column)) {
        if !columns.contains(&column.name) {
            findings.push(missing_column(file, key, &table.name, &column.name));
        }
    }
    for (index, column) in columns.iter().enumerate() {
        if columns.iter().take(index).any(|other| other == column) {
            findings.push(Finding::error(
                Code::DUPLICATE_NAME,
                file,
                key,
                words!("la colonne `{column}` est là deux fois", "the column `{column}` is there twice"),
                words!("en ôter une", "remove one"),
            ));
        }
        if column == "source_key" || table.column(column).is_none() {
            findings.push(unknown_column(file, key, &table.name, column));
        }
    }
}

fn missing_column(file: &str, key: &str, table: &str, column: &str) -> Finding {
    Finding::error(
        Code::MISSING_COLUMN,
        file,
        key,
        words!("la colonne `{column}` de `{table}` manque", "the column `{column}` of `{table}` is missing"),
        words!("la donner dans la requête et dans `columns`", "give it in the query and in `columns`"),
    )
}

fn unknown_column(file: &str, key: &str, table: &str, column: &str) -> Finding {
    let help = if column == "source_key" {
        words!(
            "l'ôter : le lecteur l'écrit lui-même d'après la clé",
            "remove it: the reader writes it from the key"
        )
    } else {
        words!(
            "les colonnes sont dans docs/reference/claims.md",
            "the columns are listed in docs/reference/claims.md"
        )
    };
    let message =
        words!("`{column}` n'est pas à donner pour `{table}`", "`{column}` is not to be given for `{table}`");
    Finding::error(Code::UNKNOWN_COLUMN, file, key, message, help)
}

/// Checks that a query is one SELECT that speaks of the columns declared.
pub(crate) fn check_select(file: &str, sql: &str, columns: &[String], findings: &mut Vec<Finding>) {
    let bare = bare(sql).unwrap_or_default().to_lowercase();
    let words: Vec<&str> = bare
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let is_one = bare.trim_end().trim_end_matches(';').chars().all(|letter| letter != ';');
    let is_select = words.first().is_some_and(|word| *word == "select" || *word == "with");
    if !is_one || !is_select || words.iter().any(|word| FORBIDDEN.contains(word)) {
        findings.push(Finding::error(
            Code::NOT_ONE_SELECT,
            file,
            "",
            words!("le fichier n'est pas une seule requête SELECT", "the file is not one SELECT"),
            words!(
                "garder une requête, qui lit et ne change rien",
                "keep one query, which reads and changes nothing"
            ),
        ));
        return;
    }
    for column in columns.iter().filter(|column| !words.contains(&column.as_str())) {
        findings.push(Finding::error(
            Code::MISSING_COLUMN,
            file,
            column.as_str(),
            words!("la requête ne parle pas de `{column}`", "the query does not speak of `{column}`"),
            words!("écrire `… AS {column}`", "write `… AS {column}`"),
        ));
    }
}

/// Reads the tables declared absent: every canonical table is given or absent, and not both.
fn absent(
    reader: &Reader<'_>,
    tables: &BTreeMap<String, MappedTable>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Text> {
    let mut absent = BTreeMap::new();
    if let Some(inside) = reader.inside("absent", findings) {
        for name in inside.keys() {
            if mappable(name).is_none() || tables.contains_key(name) {
                findings.push(Finding::error(
                    Code::UNKNOWN_NAME,
                    reader.file,
                    inside.key(name),
                    words!(
                        "`{name}` n'est pas une table qui manque",
                        "`{name}` is not a table that is missing"
                    ),
                    words!("l'ôter de [absent]", "remove it from [absent]"),
                ));
            }
            absent.insert(name.to_owned(), inside.words(name, findings));
        }
    }
    let declared = reader.inside("tables", &mut Vec::new());
    let is_declared = |name: &str| declared.as_ref().is_some_and(|tables| tables.value(name).is_some());
    for table in Schema::canonical().tables.iter().filter(|table| !table.derived) {
        if !is_declared(&table.name) && !absent.contains_key(&table.name) {
            findings.push(Finding::error(
                Code::MISSING_TABLE,
                reader.file,
                "tables",
                words!("rien n'est dit de la table `{}`", "nothing is said of the table `{}`", table.name),
                words!(
                    "écrire sa requête, ou la raison de son absence dans [absent]",
                    "write its query, or why it is missing in [absent]"
                ),
            ));
        }
    }
    absent
}

fn source_checks(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Vec<SourceCheck> {
    let mut checks: Vec<SourceCheck> = Vec::new();
    for inside in reader.tables("checks", findings) {
        inside.only(&["id", "words", "sql"], findings);
        let words = inside.words("words", findings);
        let sql = inside.text("sql", findings).unwrap_or_default().to_owned();
        check_select(reader.file, &sql, &["count".to_owned()], findings);
        let id = inside.text("id", findings).unwrap_or_default().to_owned();
        if checks.iter().any(|known| known.id == id) {
            findings.push(Finding::error(
                Code::DUPLICATE_NAME,
                reader.file,
                inside.key("id"),
                words!("deux comptages s'appellent `{id}`", "two checks are named `{id}`"),
                words!("changer un nom", "change one name"),
            ));
        }
        checks.push(SourceCheck { id, words, sql });
    }
    checks
}
