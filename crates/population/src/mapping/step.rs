//! What stands between the sources of a mapping and its tables: shared queries, and lists of rows that enter no table.

use std::collections::BTreeMap;

use super::check_select;
use crate::finding::{Code, Finding};
use crate::toml_reader::Reader;
use crate::{Text, words};

/// A query that tables share, `<name>.sql`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedView {
    /// The name under which other queries read it.
    pub name: String,
    /// The query.
    pub sql: String,
    /// Whether its rows are computed once and kept on the disk until the reading is over.
    pub keep: bool,
    /// The date, as `source.column`, at whose months it is cut to be computed in parts: `:first_day` and `:last_day` stand for
    /// the days of a part, in which nothing is missing that the part may be joined with.
    pub months_of: Option<(String, String)>,
    /// The column of numbers by which its rows are kept apart, so that what is made of them can be made part by part.
    pub apart_by: Option<String>,
    /// Tables whose keys must be numbered before, so that it can read `key_<table>` (`source_key`, `key_number`).
    pub after: Vec<String>,
}

/// Rows of the source that enter no table, each with its reason: `<name>.sql` gives `reason` and columns that name the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedList {
    /// The name, of the query and of the file of rows.
    pub name: String,
    /// The query.
    pub sql: String,
    /// What each reason means, with `{count}`.
    pub reasons: BTreeMap<String, Text>,
}

/// Reads `[[views]]`.
pub(super) fn views(
    reader: &Reader<'_>,
    queries: &[(String, String)],
    findings: &mut Vec<Finding>,
) -> Vec<MappedView> {
    let mut views: Vec<MappedView> = Vec::new();
    for inside in reader.tables("views", findings) {
        inside.only(&["name", "keep", "months_of", "apart_by", "after"], findings);
        let Some((name, sql)) = named_query(&inside, queries, &[], findings) else { continue };
        let months_of = inside.text_if_there("months_of", findings).and_then(|words| {
            let found = words.split_once('.').map(|(source, column)| (source.to_owned(), column.to_owned()));
            if found.is_none() {
                findings.push(Finding::error(
                    Code::BAD_VALUE,
                    reader.file,
                    inside.key("months_of"),
                    words!("`{words}` ne nomme pas une colonne", "`{words}` does not name a column"),
                    words!("écrire `source.colonne`", "write `source.column`"),
                ));
            }
            found
        });
        let keep = inside.truth("keep", findings).unwrap_or(false) || months_of.is_some();
        let apart_by = inside.text_if_there("apart_by", findings).map(str::to_owned);
        if apart_by.is_some() && months_of.is_none() {
            findings.push(Finding::error(
                Code::BAD_VALUE,
                reader.file,
                inside.key("apart_by"),
                words!(
                    "seule une vue calculée par mois garde ses lignes à part",
                    "only a view that is computed by months keeps its rows apart"
                ),
                words!("ajouter `months_of`, ou ôter `apart_by`", "add `months_of`, or remove `apart_by`"),
            ));
        }
        let after = inside.texts("after", findings);
        views.push(MappedView { name, sql, keep, months_of, apart_by, after });
    }
    views
}

/// Reads `[lists]`.
pub(super) fn lists(
    reader: &Reader<'_>,
    queries: &[(String, String)],
    findings: &mut Vec<Finding>,
) -> Vec<MappedList> {
    let mut lists = Vec::new();
    for inside in reader.tables("lists", findings) {
        inside.only(&["name", "reasons"], findings);
        let Some((name, sql)) = named_query(&inside, queries, &["reason"], findings) else { continue };
        let mut reasons = BTreeMap::new();
        match inside.inside("reasons", findings) {
            Some(all) => {
                for reason in all.keys() {
                    reasons.insert(reason.to_owned(), all.words(reason, findings));
                }
            }
            None => inside.missing("reasons", findings),
        }
        lists.push(MappedList { name, sql, reasons });
    }
    lists
}

/// Returns the name of a step and the query of that name.
fn named_query(
    inside: &Reader<'_>,
    queries: &[(String, String)],
    columns: &[&str],
    findings: &mut Vec<Finding>,
) -> Option<(String, String)> {
    let name = inside.text("name", findings)?.to_owned();
    let file = format!("{name}.sql");
    let Some((_, sql)) = queries.iter().find(|(path, _)| *path == file) else {
        findings.push(Finding::error(
            Code::MISSING_FILE,
            inside.file,
            inside.key("name"),
            words!("le fichier `{file}` manque", "the file `{file}` is missing"),
            words!("écrire la requête", "write the query"),
        ));
        return None;
    };
    let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    check_select(&file, sql, &columns, findings);
    Some((name, sql.clone()))
}

/// Finds names that are given twice, and queries that nothing names.
pub(super) fn check_names(
    reader: &Reader<'_>,
    queries: &[(String, String)],
    named: &[&str],
    findings: &mut Vec<Finding>,
) {
    for (index, name) in named.iter().enumerate() {
        if named.iter().take(index).any(|other| other == name) {
            findings.push(Finding::error(
                Code::DUPLICATE_NAME,
                reader.file,
                *name,
                words!(
                    "deux sources, vues, listes ou tables s'appellent `{name}`",
                    "two sources, views, lists or tables are named `{name}`"
                ),
                words!("changer un nom", "change one name"),
            ));
        }
    }
    for (file, _) in queries.iter().filter(|(file, _)| !named.contains(&file.trim_end_matches(".sql"))) {
        findings.push(Finding::error(
            Code::MISSING_TABLE,
            reader.file,
            "tables",
            words!(
                "`{file}` n'est déclaré par aucune table, vue ou liste",
                "no table, view or list declares `{file}`"
            ),
            words!(
                "ajouter la table et ses colonnes, ou ôter le fichier",
                "add the table with its columns, or remove the file"
            ),
        ));
    }
}
