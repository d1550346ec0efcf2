//! Why claims cannot be read or counted, in both languages, with what to do.

use std::path::{Path, PathBuf};

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use population::{Finding, Language, Text, words};

/// Why claims cannot be read or counted.
#[derive(Debug)]
pub enum ClaimsError {
    /// A folder is not there.
    NoFolder(PathBuf),
    /// A table that is needed is not in the folder.
    MissingTable {
        /// The canonical name, or that of the source.
        table: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// What asks for it.
        needed_by: String,
    },
    /// A table is there more than once, as CSV and as Parquet.
    TwoForms {
        /// The table.
        table: String,
        /// The folder.
        folder: PathBuf,
    },
    /// A file lacks a column.
    MissingColumn {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
    },
    /// A column is of another type.
    WrongType {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A file is not what its name says, or damaged.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the reader says.
        why: String,
    },
    /// A text file is not in UTF-8.
    NotUtf8 {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// A cell cannot be read.
    BadCell {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What it should be.
        expected: String,
    },
    /// A sum of whole numbers is too large for 64 bits.
    Overflow,
    /// More memory is needed than was given.
    Memory(String),
    /// The disk says no.
    Disk {
        /// The file or folder, as far as is known.
        path: PathBuf,
        /// What the system says.
        why: String,
        /// Whether it is full.
        full: bool,
    },
    /// Something is wrong in a file of a mapping or a measure.
    Findings(Vec<Finding>),
    /// A query of a mapping or a measure cannot be run.
    Query {
        /// The file that holds it.
        file: String,
        /// What the engine says.
        why: String,
    },
    /// A name is not known.
    UnknownName {
        /// The name.
        name: String,
        /// Those that are.
        known: String,
    },
    /// A year that dates cannot have.
    NoYear(i16),
    /// A fault of ours.
    Bug(String),
}

impl ClaimsError {
    /// Returns what is wrong: a sentence without capital and final point.
    #[expect(clippy::too_many_lines, reason = "one sentence for each case: a list, not a thought")]
    pub fn message(&self) -> Text {
        match self {
            Self::NoFolder(path) => {
                let path = path.display();
                words!("le dossier `{path}` n'existe pas", "the folder `{path}` does not exist")
            }
            Self::MissingTable { table, folder, needed_by } => {
                let folder = folder.display();
                words!(
                    "la table `{table}` manque dans `{folder}` ; {needed_by} en a besoin",
                    "the table `{table}` is missing in `{folder}`; {needed_by} needs it"
                )
            }
            Self::TwoForms { table, folder } => {
                let folder = folder.display();
                words!(
                    "la table `{table}` est deux fois dans `{folder}`",
                    "the table `{table}` is twice in `{folder}`"
                )
            }
            Self::MissingColumn { file, column } => {
                let file = file.display();
                words!(
                    "la colonne `{column}` manque dans `{file}`",
                    "the column `{column}` is missing in `{file}`"
                )
            }
            Self::WrongType { file, column, expected, found } => {
                let file = file.display();
                words!(
                    "la colonne `{column}` de `{file}` est de type {found}, au lieu de {expected}",
                    "the column `{column}` of `{file}` has type {found} instead of {expected}"
                )
            }
            Self::Unreadable { file, why } => {
                let file = file.display();
                words!(
                    "le fichier `{file}` est illisible ({why})",
                    "the file `{file}` cannot be read ({why})"
                )
            }
            Self::NotUtf8 { file, line } => {
                let file = file.display();
                words!(
                    "`{file}`, ligne {line} : ce n'est pas de l'UTF-8",
                    "`{file}`, line {line}: this is not UTF-8"
                )
            }
            Self::BadCell { file, line, column, expected } => {
                let file = file.display();
                words!(
                    "`{file}`, ligne {line} : la colonne `{column}` n'est pas de type {expected}",
                    "`{file}`, line {line}: the column `{column}` is not of type {expected}"
                )
            }
            Self::Overflow => words!(
                "une somme dépasse ce que 64 bits peuvent porter ; rien n'est écrit",
                "a sum exceeds what 64 bits can hold; nothing is written"
            ),
            Self::Memory(why) => {
                words!("la mémoire accordée ne suffit pas ({why})", "the memory given is not enough ({why})")
            }
            Self::Disk { path, why, full } => {
                let path = path.display();
                if *full && path.to_string().is_empty() {
                    words!("impossible d'écrire : le disque est plein", "cannot write: the disk is full")
                } else if *full {
                    words!(
                        "impossible d'écrire `{path}` : le disque est plein",
                        "cannot write `{path}`: the disk is full"
                    )
                } else {
                    words!(
                        "impossible de lire ou d'écrire `{path}` : {why}",
                        "cannot read or write `{path}`: {why}"
                    )
                }
            }
            Self::Findings(findings) => Text::new(
                findings.iter().map(|finding| finding.render(Language::French)).collect::<String>(),
                findings.iter().map(|finding| finding.render(Language::English)).collect::<String>(),
            ),
            Self::Query { file, why } => words!(
                "la requête de `{file}` ne peut être exécutée : {why}",
                "the query of `{file}` cannot be run: {why}"
            ),
            Self::UnknownName { name, .. } => words!("`{name}` n'est pas connu", "`{name}` is not known"),
            Self::NoYear(year) => words!("{year} n'est pas une année", "{year} is no year"),
            Self::Bug(why) => words!("défaut interne : {why}", "internal fault: {why}"),
        }
    }

    /// Returns what to do, where something can be said.
    pub fn help(&self) -> Option<Text> {
        Some(match self {
            Self::MissingTable { table, .. } => words!(
                "y mettre `{table}.parquet`, un dossier `{table}` de fichiers Parquet ou `{table}.csv`, ou nommer une correspondance par --mapping",
                "put `{table}.parquet`, a folder `{table}` of Parquet files or `{table}.csv` there, or name a mapping by --mapping"
            ),
            Self::TwoForms { .. } => words!("n'en laisser qu'une", "leave only one of them"),
            Self::MissingColumn { .. } | Self::WrongType { .. } | Self::BadCell { .. } => words!(
                "docs/reference/claims.md donne les colonnes et leurs types",
                "docs/reference/claims.md gives the columns and their types"
            ),
            Self::Unreadable { .. } => words!(
                "le fichier est peut-être incomplet : le copier ou l'extraire de nouveau",
                "the file may be incomplete: copy or extract it again"
            ),
            Self::NotUtf8 { .. } => words!(
                "le convertir d'abord, par exemple : iconv -f LATIN1 -t UTF-8 ancien.csv > nouveau.csv",
                "convert it first, for instance: iconv -f LATIN1 -t UTF-8 old.csv > new.csv"
            ),
            Self::UnknownName { known, .. } => words!("noms connus : {known}", "known names: {known}"),
            Self::Memory(_) => words!(
                "fermer d'autres programmes, ou travailler sur moins d'années à la fois",
                "close other programs, or work on fewer years at a time"
            ),
            Self::Disk { full: true, .. } => words!(
                "faire de la place, ou donner un autre dossier : ce qui est lu tient aussi en fichiers de travail",
                "make room, or give another folder: what is read is also kept in working files meanwhile"
            ),
            _ => return None,
        })
    }

    /// Returns whether this is a fault of ours.
    pub fn is_bug(&self) -> bool {
        matches!(self, Self::Bug(_))
    }

    /// Returns the failure of reading or writing a path.
    pub(crate) fn disk(path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        Self::Disk { path: path.into(), why: error.to_string(), full }
    }

    /// Names the file that a user knows where an unpacked one was read.
    pub(crate) fn about(self, known: &Path) -> Self {
        let known = known.to_owned();
        match self {
            Self::NotUtf8 { line, .. } => Self::NotUtf8 { file: known, line },
            Self::BadCell { line, column, expected, .. } => {
                Self::BadCell { file: known, line, column, expected }
            }
            Self::Unreadable { why, .. } => Self::Unreadable { file: known, why },
            other => other,
        }
    }

    /// Turns the failure of a query into that of the file that holds it.
    pub(crate) fn in_file(self, file: &str) -> Self {
        match self {
            Self::Bug(why) => Self::Query { file: file.to_owned(), why },
            other => other,
        }
    }
}

impl std::fmt::Display for ClaimsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl std::error::Error for ClaimsError {}

/// What our own functions say inside the engine; it is found again by its type.
#[derive(Debug)]
pub(crate) struct SumTooLarge;

impl std::fmt::Display for SumTooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("add whole numbers: the sum is too large for 64 bits")
    }
}

impl std::error::Error for SumTooLarge {}

impl From<DataFusionError> for ClaimsError {
    fn from(error: DataFusionError) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(inner) = cause {
            if inner.is::<SumTooLarge>() {
                return Self::Overflow;
            }
            if let Some(DataFusionError::ResourcesExhausted(why)) = inner.downcast_ref() {
                return Self::Memory(why.clone());
            }
            if let Some(io) = inner.downcast_ref::<std::io::Error>() {
                return Self::disk("", io);
            }
            cause = inner.source();
        }
        Self::Bug(error.strip_backtrace())
    }
}

impl From<ArrowError> for ClaimsError {
    fn from(error: ArrowError) -> Self {
        DataFusionError::from(error).into()
    }
}
