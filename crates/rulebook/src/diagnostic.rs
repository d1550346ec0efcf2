//! What is wrong in a rulebook or a file of facts, where, and what to do about it.

use crate::{Language, Place, Source, Text};

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; nothing is stopped.
    Warning,
    /// The rulebook cannot be used as it is.
    Error,
}

/// The stable number of a kind of diagnostic; `docs/reference/diagnostics.md` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "R{:04}", self.0)
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
    BAD_NAME = 5 "nom non valable" "name that is not allowed";
    DUPLICATE_NAME = 6 "nom défini deux fois" "name defined twice";
    UNKNOWN_NAME = 7 "nom inconnu" "unknown name";
    BAD_UNIT = 8 "unité non valable" "unit that is not allowed";
    BAD_VALUE = 9 "valeur non valable" "value that is not allowed";
    MISSING_FILE = 10 "fichier absent" "missing file";
    BAD_DATES = 11 "dates incohérentes" "inconsistent dates";
    MISSING_SOURCE = 12 "source manquante" "missing source";
    MISSING_STATUS = 13 "statut manquant" "missing status";
    BAD_TEXT = 14 "texte incomplet" "incomplete text";
    FORMULA_SYNTAX = 20 "formule illisible" "unreadable formula";
    UNIT_MISMATCH = 21 "unités différentes" "different units";
    TYPE_MISMATCH = 22 "types différents" "different types";
    MONEY_TWICE = 23 "monnaie multipliée par de la monnaie" "money multiplied by money";
    FORMULA_TOO_LARGE = 24 "formule trop grande" "formula too large";
    NOT_IN_THE_LANGUAGE = 25 "hors du langage des formules" "outside the language of formulas";
    BAD_ARGUMENTS = 26 "arguments non valables" "arguments that are not allowed";
    WRONG_ENTITY = 27 "valeur d'une autre entité" "value of another entity";
    BAD_AGGREGATE = 28 "agrégat non valable" "aggregate that is not allowed";
    CYCLE = 30 "règles en cercle" "rules in a circle";
    CHAIN_TOO_LONG = 31 "enchaînement de règles trop long" "chain of rules too long";
    DATE_GAP = 32 "trou dans les dates" "gap in the dates";
    OVERLAP = 33 "valeurs concurrentes" "competing values";
    INCOMPLETE_TABLE = 34 "table incomplète" "incomplete table";
    DUPLICATE_ROW = 35 "ligne en double" "duplicate row";
    BAD_BRACKETS = 36 "tranches mal ordonnées" "brackets out of order";
    MONEY_NOT_ROUNDED = 37 "montant sans arrondi" "amount without rounding";
    UNUSED = 38 "valeur inutilisée" "unused value";
    CHANGES_INSIDE_PERIOD = 39 "changement en cours de période" "change inside a period";
    BAD_ENTITY_TREE = 40 "arbre des entités" "tree of entities";
    BAD_ALLOCATION = 41 "répartition non valable" "allocation that is not allowed";
    BAD_SCHEDULE = 42 "échéancier non valable" "schedule that is not allowed";
    NOT_SCHEDULED = 43 "paiement sans échéance" "payment without due date";
    BAD_PLACEHOLDER = 44 "nom inconnu dans une phrase" "unknown name in a sentence";
    CASE_DIFFERS = 50 "cas qui donne un autre résultat" "case with another result";
    CASE_REFUSED = 51 "cas refusé" "case refused";
    BAD_CASE = 52 "cas non valable" "case that is not allowed";
    BEFORE_CONTRACT = 60 "date hors du contrat" "date outside the contract";
    FACTS_UNREADABLE = 70 "faits illisibles" "unreadable facts";
    FACTS_NOT_UTF8 = 71 "fichier qui n'est pas en UTF-8" "file that is not UTF-8";
    FACTS_EMPTY = 72 "fichier vide" "empty file";
    FACTS_UNKNOWN_COLUMN = 73 "colonne inconnue" "unknown column";
    FACTS_MISSING_COLUMN = 74 "colonne manquante" "missing column";
    FACTS_AMBIGUOUS_NUMBERS = 75 "nombres ambigus" "ambiguous numbers";
    FACTS_DUPLICATE_COLUMN = 76 "colonne en double" "duplicate column";
    BAD_CHANGE = 80 "changement non valable" "change that is not allowed";
    CHANGED_TWICE = 81 "changé deux fois" "changed twice";
    BAD_GRID = 82 "grille non valable" "grid that is not allowed";
    GRID_TOO_LARGE = 83 "grille trop grande" "grid too large";
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of finding.
    pub code: Code,
    /// How grave it is.
    pub severity: Severity,
    /// Where it is, if it is in a file.
    pub place: Option<Place>,
    /// Other places that matter, each with a few words.
    pub labels: Vec<(Place, Text)>,
    /// What is wrong: a lower-case fragment without a final point.
    pub message: Text,
    /// What to do.
    pub help: Option<Text>,
}

impl Diagnostic {
    /// Returns an error at a place.
    pub fn error(code: Code, place: impl Into<Option<Place>>, message: Text) -> Self {
        Self { code, severity: Severity::Error, place: place.into(), labels: Vec::new(), message, help: None }
    }

    /// Returns a warning at a place.
    pub fn warning(code: Code, place: impl Into<Option<Place>>, message: Text) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<Option<Text>>) -> Self {
        if let Some(help) = help.into() {
            self.help = Some(help);
        }
        self
    }

    /// Adds another place with a few words.
    #[must_use]
    pub fn label(mut self, place: Place, words: Text) -> Self {
        self.labels.push((place, words));
        self
    }

    /// Renders the finding as plain text: code, message, file and line, the line underlined, help.
    pub fn render(&self, sources: &[Source], language: Language) -> String {
        let kind = match (self.severity, language) {
            (Severity::Error, Language::French) => "erreur",
            (Severity::Error, Language::English) => "error",
            (Severity::Warning, Language::French) => "attention",
            (Severity::Warning, Language::English) => "warning",
        };
        let mut out = format!("{kind}[{}]: {}\n", self.code, self.message.get(language));
        if let Some(place) = &self.place {
            out.push_str(&snippet(place, sources, None));
        }
        for (place, words) in &self.labels {
            out.push_str(&snippet(place, sources, Some(words.get(language))));
        }
        if let Some(help) = &self.help {
            let word = match language {
                Language::French => "aide",
                Language::English => "help",
            };
            out.push_str(&format!("  = {word}: {}\n", help.get(language)));
        }
        out
    }
}

fn snippet(place: &Place, sources: &[Source], words: Option<&str>) -> String {
    let Some(source) = sources.get(place.file) else {
        return String::new();
    };
    let (line, column) = source.line_and_column(place.range.start);
    let text = source.text.lines().nth(line - 1).unwrap_or_default();
    let covered = source
        .text
        .get(place.range.clone())
        .map_or(1, |covered| covered.lines().next().unwrap_or_default().chars().count())
        .max(1);
    let room = text.chars().count().saturating_sub(column - 1).max(1);
    let gutter = " ".repeat(line.to_string().len());
    let marks = format!("{}{}", " ".repeat(column - 1), "^".repeat(covered.min(room)));
    let words = words.map(|words| format!(" {words}")).unwrap_or_default();
    format!(
        "{gutter}--> {}:{line}:{column}\n{gutter} |\n{line} | {text}\n{gutter} | {marks}{words}\n",
        source.path
    )
}

/// Returns whether any finding is an error.
pub fn has_errors(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
