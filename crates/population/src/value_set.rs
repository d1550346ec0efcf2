//! Value sets: lists of codes with a source and a status, which a payer replaces by its own.

use crate::finding::{Code, Finding};
use crate::toml_reader::{Reader, parse};
use crate::{Text, words};

/// How much a value can be vouched for, as in rulebooks.
pub const STATUSES: &[&str] =
    &["official", "published", "thesis", "estimated", "team", "unverified", "fictitious"];

/// A list of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueSet {
    /// The name by which measures ask for it.
    pub id: String,
    /// What it is.
    pub title: Text,
    /// Whether it is a proposal of ours rather than a list that somebody published.
    pub proposal: bool,
    /// How much it can be vouched for: one of [`STATUSES`].
    pub status: String,
    /// Where it comes from.
    pub source: String,
    /// The codes.
    pub codes: Vec<ListedCode>,
}

/// A code or the beginning of codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedCode {
    /// The nomenclature.
    pub system: String,
    /// The code or its beginning.
    pub starts: String,
    /// The family in the list.
    pub family: String,
    /// The age from which it counts; 0 without condition.
    pub age_min: i64,
}

impl ValueSet {
    /// Reads a file of `measures/value-sets`.
    pub fn read(file: &str, text: &str) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Vec::new();
        let set = parse(file, text, &mut findings)
            .and_then(|table| Self::from_reader(&Reader::new(file, &table), &mut findings));
        (set, findings)
    }

    fn from_reader(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<Self> {
        reader.only(&["id", "title", "proposal", "status", "source", "codes"], findings);
        let title = reader.words("title", findings);
        let status = reader.one_of("status", STATUSES, findings).and_then(|index| STATUSES.get(index));
        let source = reader.text("source", findings).unwrap_or_default().to_owned();
        let proposal = reader.truth("proposal", findings).unwrap_or(false);
        let mut codes = Vec::new();
        for group in reader.tables("codes", findings) {
            group.only(&["system", "family", "age_min", "starts"], findings);
            let system = group.text("system", findings).unwrap_or_default();
            let family = group.text("family", findings).unwrap_or_default();
            let age_min = group.integer("age_min", findings).unwrap_or(0);
            let starts = group.texts("starts", findings);
            if starts.is_empty() || starts.iter().any(String::is_empty) {
                findings.push(Finding::error(
                    Code::BAD_VALUE,
                    reader.file,
                    group.key("starts"),
                    words!("aucun code, ou un code vide", "no code, or an empty one"),
                    words!(
                        "écrire au moins un code ou début de code",
                        "write at least one code or beginning of a code"
                    ),
                ));
            }
            codes.extend(starts.into_iter().map(|starts| ListedCode {
                system: system.to_owned(),
                starts,
                family: family.to_owned(),
                age_min,
            }));
        }
        let id = reader.text("id", findings)?.to_owned();
        Some(Self { id, title, proposal, status: (*status?).to_owned(), source, codes })
    }

    /// Tells whether a code of a nomenclature is in the list.
    pub fn contains(&self, system: &str, code: &str) -> bool {
        self.codes.iter().any(|listed| listed.system == system && code.starts_with(&listed.starts))
    }

    /// Returns the youngest age from which a code counts, whatever the nomenclature; none if it is not in the list.
    pub fn age_min(&self, code: &str) -> Option<i64> {
        let listed = self.codes.iter().filter(|listed| code.starts_with(&listed.starts));
        listed.map(|listed| listed.age_min).min()
    }
}
