//! What is wrong in a file of measures, gate rules or mappings, where, and what to do about it.

use crate::{Language, Text};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; nothing is stopped.
    Warning,
    /// The file cannot be used as it is.
    Error,
}

/// The stable number of a kind of finding; `docs/reference/claims.md` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "P{:04}", self.0)
    }
}

macro_rules! codes {
    ($($name:ident = $number:literal $fr:literal $en:literal;)*) => {
        impl Code {
            $(#[doc = $en] pub const $name: Code = Code($number);)*
            /// Every code with its title, in the order of the numbers.
            pub const ALL: &'static [(Code, &'static str, &'static str)] = &[$((Code($number), $fr, $en)),*];
        }
    };
}

codes! {
    TOML = 1 "fichier TOML illisible" "unreadable TOML";
    UNKNOWN_KEY = 2 "clé inconnue" "unknown key";
    MISSING_KEY = 3 "clé manquante" "missing key";
    WRONG_KIND = 4 "valeur d'une autre nature" "value of another kind";
    BAD_VALUE = 5 "valeur non valable" "value that is not allowed";
    UNKNOWN_NAME = 6 "nom inconnu" "unknown name";
    MISSING_FILE = 7 "fichier absent" "missing file";
    DUPLICATE_NAME = 8 "nom défini deux fois" "name defined twice";
    PLACEHOLDER = 9 "emplacement sans valeur" "placeholder without a value";
    UNUSED = 10 "choix inutilisé" "unused choice";
    MISSING_TABLE = 20 "table sans requête" "table without a query";
    MISSING_COLUMN = 21 "colonne requise absente" "missing required column";
    UNKNOWN_COLUMN = 22 "colonne inconnue" "unknown column";
    NOT_ONE_SELECT = 23 "pas une seule requête SELECT" "not one SELECT";
    SCHEMA_VERSION = 24 "autre version des tables" "another version of the tables";
    BAD_CASE = 30 "cas non valable" "case that is not allowed";
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind of finding.
    pub code: Code,
    /// How grave it is.
    pub severity: Severity,
    /// The file, as it was named by whoever read it.
    pub file: String,
    /// The key in the file, such as `choices.delai_jours`; empty for the whole file.
    pub key: String,
    /// What is wrong: a lower-case fragment without a final point.
    pub message: Text,
    /// What to do.
    pub help: Text,
}

impl Finding {
    /// Returns an error.
    pub fn error(code: Code, file: &str, key: impl Into<String>, message: Text, help: Text) -> Self {
        Self { code, severity: Severity::Error, file: file.to_owned(), key: key.into(), message, help }
    }

    /// Returns a warning.
    pub fn warning(code: Code, file: &str, key: impl Into<String>, message: Text, help: Text) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, file, key, message, help) }
    }

    /// Renders the finding as plain text: kind, code, message, place, help.
    pub fn render(&self, language: Language) -> String {
        let (kind, help) = match (self.severity, language) {
            (Severity::Error, Language::French) => ("erreur", "aide"),
            (Severity::Error, Language::English) => ("error", "help"),
            (Severity::Warning, Language::French) => ("attention", "aide"),
            (Severity::Warning, Language::English) => ("warning", "help"),
        };
        let place = if self.key.is_empty() { String::new() } else { format!(", {}", self.key) };
        format!(
            "{kind}[{}]: {}\n  --> {}{place}\n  = {help}: {}\n",
            self.code,
            self.message.get(language),
            self.file,
            self.help.get(language),
        )
    }
}

/// Returns whether any finding is an error.
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
