//! The view of patients that covariates are written over: its columns, as a file beside its SQL.

use population::finding::{Code, Finding};
use population::schema::Schema;
use population::toml_reader::{Reader, parse};
use population::{Text, words};

/// The view, one row per patient: `models/views/<id>.toml`.
///
/// Whatever its file lists, a row has `patient`, `team` (empty outside teams) and `exposure_days`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientView {
    /// The name, which is that of its files.
    pub id: String,
    /// The canonical tables that its SQL reads.
    pub needs: Vec<String>,
    /// The columns that a model may name.
    pub columns: Vec<ViewColumn>,
}

/// A column of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewColumn {
    /// The name.
    pub name: String,
    /// `number`, `code` or `truth`.
    pub kind: String,
    /// What it means.
    pub label: Text,
}

const KINDS: &[&str] = &["number", "code", "truth"];

impl PatientView {
    /// Reads the columns of a view, to the end of the file.
    pub fn read(file: &str, text: &str) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Vec::new();
        let view = parse(file, text, &mut findings)
            .and_then(|table| Self::from_reader(&Reader::new(file, &table), &mut findings));
        (view, findings)
    }

    fn from_reader(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<Self> {
        reader.only(&["id", "needs", "column"], findings);
        let needs = reader.texts("needs", findings);
        for name in needs.iter().filter(|name| Schema::canonical().table(name).is_none()) {
            findings.push(Finding::error(
                Code::UNKNOWN_NAME,
                reader.file,
                "needs",
                words!("`{name}` n'est pas une table", "`{name}` is not a table"),
                words!("écrire le nom d'une table canonique", "write the name of a canonical table"),
            ));
        }
        let mut columns = Vec::new();
        for column in reader.tables("column", findings) {
            column.only(&["name", "type", "label"], findings);
            let name = column.text("name", findings);
            let kind = column.one_of("type", KINDS, findings).and_then(|place| KINDS.get(place));
            let label = column.words("label", findings);
            if let (Some(name), Some(kind)) = (name, kind) {
                columns.push(ViewColumn { name: name.to_owned(), kind: (*kind).to_owned(), label });
            }
        }
        Some(Self { id: reader.text("id", findings)?.to_owned(), needs, columns })
    }

    /// Returns a column by its name.
    pub fn column(&self, name: &str) -> Option<&ViewColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}
